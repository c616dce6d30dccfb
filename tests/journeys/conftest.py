import pytest


@pytest.fixture(autouse=True, scope="session")
def no_waiting_for_the_disk(in_memory):
    """Each day is a hundred commits: whether they reach a disk is not what these stories ask."""
