"""What holds a whole company, in which order it is said, and in which words."""

from dataclasses import replace

import pytest

from qb_collections.core.company_gates import COMPANY_GATES, CompanyState, Link, Mode, judge

OPEN = CompanyState(Mode.AUTOMATIC, Link.CONNECTED)
SHADOW = "Sending is off: we only show what we would do. A person turns it on after reading a run."
RECONNECT = "QuickBooks no longer accepts our permission. Reconnect the company; nothing leaves until then."


def test_nothing_holds_a_connected_company_that_sends():
    assert judge(OPEN) is None
    assert judge(replace(OPEN, mode=Mode.APPROVE)) is None


@pytest.mark.parametrize(
    ("change", "gate", "because"),
    [
        (
            {"all_stopped_by": "Ray"},
            "stop",
            "Everything is stopped by Ray. Nothing leaves until it is lifted.",
        ),
        (
            {"stopped_by": "Dana"},
            "stop",
            "This company is stopped by Dana. Nothing leaves until it is lifted.",
        ),
        ({"link": Link.RECONNECT}, "link", RECONNECT),
        ({"link": Link.DISCONNECTED}, "link", "The company is disconnected from QuickBooks."),
        ({"mode": Mode.SHADOW}, "mode", SHADOW),
        ({"unsettled": "Three things first."}, "first look", "Three things first."),
        ({"untied": "$12.00 are not explained."}, "receivables", "$12.00 are not explained."),
        ({"books_behind": "No payment since 2 May."}, "books", "No payment since 2 May."),
        ({"brake": "On hold: 40 contacts."}, "brake", "On hold: 40 contacts."),
    ],
)
def test_a_closed_gate_says_why_and_stops(change, gate, because):
    found = judge(replace(OPEN, **change))

    assert found is not None
    assert (found.gate, found.because, found.stops) == (gate, because, True)
    assert (found.review_on, found.invoice_id) == (None, None)


def test_the_first_closed_gate_speaks_for_the_company():
    """A person's word first, then what nobody can do anything without, then what asks for a look."""
    closed = {
        "all_stopped_by": "Ray",
        "stopped_by": "Dana",
        "link": Link.RECONNECT,
        "mode": Mode.SHADOW,
        "unsettled": "Settle this.",
        "untied": "Not explained.",
        "books_behind": "Behind.",
        "brake": "Too many.",
    }
    said = []

    while closed:
        found = judge(replace(OPEN, **closed))
        said.append(found.because.split()[0])
        del closed[next(iter(closed))]

    assert said == ["Everything", "This", "QuickBooks", "Sending", "Settle", "Not", "Behind.", "Too"]


def test_every_gate_that_lets_pass_says_what_it_saw():
    """On the page of a company that sends."""
    seen = [(one.gate, one.because, one.stops) for one in (gate(OPEN) for gate in COMPANY_GATES)]

    assert seen == [
        ("stop", "nothing is stopped", False),
        ("link", "QuickBooks is connected", False),
        ("mode", "the company is in automatic mode", False),
        ("first look", "what is asked before the first message is settled", False),
        ("receivables", "QuickBooks' receivables are explained to the cent", False),
        ("books", "the books look current", False),
        ("brake", "the run is of a usual size", False),
    ]
