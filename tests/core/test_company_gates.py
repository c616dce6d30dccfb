"""What holds a whole company, and in which order it is said."""

from dataclasses import replace

import pytest

from qb_collections.core.company_gates import CompanyState, Link, Mode, judge

OPEN = CompanyState(Mode.AUTOMATIC, Link.CONNECTED)


def test_nothing_holds_a_connected_company_that_sends():
    assert judge(OPEN) is None
    assert judge(replace(OPEN, mode=Mode.APPROVE)) is None


@pytest.mark.parametrize(
    ("change", "gate", "says"),
    [
        ({"mode": Mode.SHADOW}, "mode", "Sending is off"),
        ({"link": Link.RECONNECT}, "link", "Reconnect the company"),
        ({"link": Link.DISCONNECTED}, "link", "disconnected from QuickBooks"),
        ({"stopped_by": "Dana"}, "stop", "This company is stopped by Dana."),
        ({"all_stopped_by": "Ray", "stopped_by": "Dana"}, "stop", "Everything is stopped by Ray."),
        ({"brake": "On hold: 40 contacts."}, "brake", "On hold: 40 contacts."),
        ({"mode": Mode.SHADOW, "stopped_by": "Dana"}, "stop", "This company is stopped by Dana."),
        ({"mode": Mode.SHADOW, "link": Link.RECONNECT}, "link", "Reconnect the company"),
    ],
)
def test_the_first_closed_gate_says_why(change, gate, says):
    found = judge(replace(OPEN, **change))

    assert found is not None
    assert (found.gate, found.stops) == (gate, True)
    assert says in found.because
