"""The cycle collector rests during a night, and is as it was afterwards."""

import gc

import pytest

from qb_collections.services.no_collector import no_collector


@pytest.fixture(autouse=True)
def collector_on():
    gc.enable()
    yield
    gc.enable()


def test_it_rests_until_the_last_of_two_nights_is_over():
    with no_collector():
        with no_collector():
            both = gc.isenabled()
        one = gc.isenabled()

    assert (both, one, gc.isenabled()) == (False, False, True)


def test_a_night_that_fails_turns_it_on_again():
    with pytest.raises(RuntimeError), no_collector():
        raise RuntimeError("the disk is full")

    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()

    with no_collector():
        pass

    assert not gc.isenabled()
