import pytest

from tests.plans.books import PlanBooks


@pytest.fixture(autouse=True, scope="session")
def no_waiting_for_the_disk(in_memory):
    """Hundreds of commits a second: whether they reach a disk is not what these tests ask."""


@pytest.fixture
def books():
    books = PlanBooks()
    yield books
    books.close()
