"""What QuickBooks pushes: whose it is, what it says, and what is refused with which words."""

import json
from datetime import UTC, datetime

import pytest

from qb_collections.core.notifications import EVENTS_MAX, Event, Unreadable, events_of, parts_of


def cloud(realm="11", **facts):
    """One event in the present form."""
    known = {
        "intuitaccountid": realm,
        "intuitentityid": "95",
        "type": "qbo.invoice.updated.v1",
        "time": "2026-11-02T15:29:31Z",
    }
    return {key: value for key, value in (known | facts).items() if value is not ...}


def envelope(*entities):
    return {"eventNotifications": [{"realmId": "11", "dataChangeEvent": {"entities": list(entities)}}]}


def entity(**facts):
    known = {"name": "Invoice", "id": "95", "operation": "Update", "lastUpdated": "2026-11-02T10:29:31-05:00"}
    return known | facts


def body(told):
    return json.dumps(told).encode()


AT = datetime(2026, 11, 2, 15, 29, 31, tzinfo=UTC)


def test_each_companys_part_is_compact_and_keeps_letters_of_every_language():
    parts = parts_of(body([cloud("11", note="Zürich"), cloud("22")]))

    assert list(parts) == ["11", "22"]
    assert (
        parts["11"]
        == (
            '[{"intuitaccountid":"11","intuitentityid":"95","type":"qbo.invoice.updated.v1",'
            '"time":"2026-11-02T15:29:31Z","note":"Zürich"}]'
        ).encode()
    )


def test_the_older_forms_part_is_an_envelope_again():
    notice = {"realmId": "22", "dataChangeEvent": {"entities": []}}

    assert parts_of(body({"eventNotifications": [notice]})) == {
        "22": b'{"eventNotifications":[{"realmId":"22","dataChangeEvent":{"entities":[]}}]}'
    }


@pytest.mark.parametrize("told", [[], {"eventNotifications": []}])
def test_a_body_about_nobody_has_no_parts(told):
    assert parts_of(body(told)) == {}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "it is not JSON"),
        (b"\xff\xfe", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"null", "it is neither CloudEvents nor an envelope of notifications"),
        (b"{}", "it is neither CloudEvents nor an envelope of notifications"),
        (b'{"eventNotifications":{}}', "it is neither CloudEvents nor an envelope of notifications"),
        (b"[7]", "an event does not say which company it is about"),
        (b"[{}]", "an event does not say which company it is about"),
        (b'[{"intuitaccountid":11}]', "an event does not say which company it is about"),
        (b'[{"intuitaccountid":""}]', "an event does not say which company it is about"),
        (b'[{"intuitaccountid":"1a"}]', "an event does not say which company it is about"),
        # Arabic figures are figures too, but no company's number is written with them.
        ('[{"intuitaccountid":"١١"}]'.encode(), "an event does not say which company it is about"),
        (b'[{"realmId":"11"}]', "an event does not say which company it is about"),
        (
            b'{"eventNotifications":[{"intuitaccountid":"11"}]}',
            "an event does not say which company it is about",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_without_a_word_of_its_own(raw, reason):
    with pytest.raises(Unreadable) as refused:
        parts_of(raw)

    assert str(refused.value) == reason


@pytest.mark.parametrize(("figures", "readable"), [(30, True), (31, False)])
def test_a_companys_number_has_thirty_figures_at_most(figures, readable):
    raw = body([cloud("1" * figures)])

    if readable:
        assert list(parts_of(raw)) == ["1" * 30]
    else:
        with pytest.raises(Unreadable, match="which company"):
            parts_of(raw)


def test_ten_thousand_events_are_read_and_one_more_is_refused():
    assert EVENTS_MAX == 10_000
    one = {"intuitaccountid": "11"}

    assert len(json.loads(parts_of(body([one] * 10_000))["11"])) == 10_000
    with pytest.raises(Unreadable) as refused:
        parts_of(body([one] * 10_001))
    assert str(refused.value) == "it has too many events"


@pytest.mark.parametrize(
    ("type", "kind", "operation"),
    [
        ("qbo.customer.created.v1", "Customer", "create"),
        ("qbo.invoice.updated.v1", "Invoice", "update"),
        ("qbo.payment.voided.v1", "Payment", "voided"),
        ("qbo.creditmemo.deleted.v2", "CreditMemo", "deleted"),
        ("qbo.INVOICE.UPDATED.v1", "Invoice", "update"),
        ("qbo.estimate.emailed.v1", "estimate", "emailed"),  # a kind of which we keep nothing
    ],
)
def test_an_event_of_the_present_form_says_kind_operation_and_instant(type, kind, operation):
    assert events_of(body([cloud(type=type)])) == [Event(kind, "95", operation, AT)]


@pytest.mark.parametrize(
    ("name", "operation", "kind", "done"),
    [
        ("Customer", "Create", "Customer", "create"),
        ("CreditMemo", "Update", "CreditMemo", "update"),
        ("Payment", "Void", "Payment", "void"),
        ("Invoice", "Emailed", "Invoice", "emailed"),
        ("Class", "Merge", "Class", "merge"),
    ],
)
def test_an_event_of_the_older_form_says_the_same_in_utc(name, operation, kind, done):
    found = events_of(body(envelope(entity(name=name, operation=operation))))

    assert found == [Event(kind, "95", done, AT)]
    assert found[0].at.tzinfo is UTC


def test_events_stay_in_their_order_in_both_forms():
    notices = {
        "eventNotifications": [
            *envelope(entity(id="1"), entity(id="2"))["eventNotifications"],
            *envelope(entity(id="3"))["eventNotifications"],
        ]
    }

    assert [one.id for one in events_of(body(notices))] == ["1", "2", "3"]
    assert [one.id for one in events_of(body([cloud(intuitentityid=id) for id in "213"]))] == ["2", "1", "3"]


@pytest.mark.parametrize(
    "unclear",
    [
        [cloud(type=...)],
        [cloud(time=...)],
        [cloud(intuitentityid=...)],
        [cloud(intuitentityid=95)],  # ids are text
        [cloud(time="2026-11-02T15:29:31")],  # no zone: it may mean any of 26 hours
        [cloud(time="yesterday")],
        [cloud(time=7)],
        [cloud(type="qbo.invoice.updated")],
        [cloud(type="qbo.invoice.updated.v1.x")],
        [cloud(type=None)],
        [cloud(), 7],
        {},
        envelope(entity(id=None)),
        envelope(entity(operation=None)),
        envelope({"name": "Invoice"}),
        {"eventNotifications": [{"realmId": "11"}]},
        {"eventNotifications": 7},
    ],
)
def test_one_unclear_event_makes_the_whole_part_unclear(unclear):
    """Then everything that changed is read, which is slower and never wrong."""
    assert events_of(body(unclear)) is None


def test_half_a_letter_is_kept_as_it_came_and_told_of_nothing():
    """JSON may hold half a surrogate pair: such a body must not stop those that wait behind it."""
    raw = body([cloud(intuitentityid="\ud800")])

    [part] = parts_of(raw).values()

    assert json.loads(part) == json.loads(raw)
    assert events_of(part) is None


def test_a_time_before_all_time_is_told_of_nothing():
    assert events_of(body([cloud(time="0001-01-01T00:00:00+14:00")])) is None
