import os
import tempfile

import pytest

from tests.plans.books import PlanBooks

IN_MEMORY = "/dev/shm"


@pytest.fixture(autouse=True, scope="session")
def no_waiting_for_the_disk():
    """Hundreds of commits a second: whether they reach a disk is not what these tests ask."""
    with pytest.MonkeyPatch.context() as patch:
        if os.access(IN_MEMORY, os.W_OK):
            patch.setattr(tempfile, "tempdir", IN_MEMORY)
        yield


@pytest.fixture
def books():
    books = PlanBooks()
    yield books
    books.close()
