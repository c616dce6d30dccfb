import pytest

from tests.plans.books import PlanBooks


@pytest.fixture
def books():
    books = PlanBooks()
    yield books
    books.close()
