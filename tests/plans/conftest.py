import pytest

from tests.plans.books import PlanBooks, agreed


@pytest.fixture(autouse=True, scope="session")
def no_waiting_for_the_disk(in_memory):
    """Hundreds of commits a second: whether they reach a disk is not what these tests ask."""


@pytest.fixture
def books():
    books = PlanBooks()
    yield books
    books.close()


@pytest.fixture
def planned():
    """The books with a plan of three payments in them."""
    books = PlanBooks(until=agreed)
    yield books
    books.close()
