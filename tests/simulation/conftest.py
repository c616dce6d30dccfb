import pytest


@pytest.fixture(autouse=True, scope="session")
def no_waiting_for_the_disk(in_memory):
    """Files outlive a process that ends here; that a commit reaches a disk is SQLite's promise."""
