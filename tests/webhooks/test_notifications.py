"""Which companies a pushed body is about."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.notifications import Event, Unreadable, events_of, parts_of


def event(realm, number):
    return {
        "id": f"e{number}",
        "type": "qbo.invoice.updated.v1",
        "intuitaccountid": realm,
        "intuitentityid": "1",
    }


def test_events_of_two_companies_in_one_body_are_cut_apart_in_their_order():
    body = json.dumps([event("11", 1), event("22", 2), event("11", 3)]).encode()

    parts = parts_of(body)

    assert parts.keys() == {"11", "22"}
    assert [one["id"] for one in json.loads(parts["11"])] == ["e1", "e3"]
    assert [one["id"] for one in json.loads(parts["22"])] == ["e2"]


def test_the_older_envelope_is_cut_apart_too():
    one = {"realmId": "11", "dataChangeEvent": {"entities": []}}
    other = {"realmId": "22", "dataChangeEvent": {"entities": []}}
    body = json.dumps({"eventNotifications": [one, other]}).encode()

    parts = parts_of(body)

    assert json.loads(parts["22"]) == {"eventNotifications": [other]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"7",
        b'"text"',
        b"{}",
        b'{"eventNotifications":{}}',
        b"[1]",
        b"[{}]",
        b'[{"intuitaccountid":11}]',
        b'[{"intuitaccountid":"11 or 1=1"}]',
        b'[{"intuitaccountid":""}]',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_in_neither_form_is_unreadable(body):
    with pytest.raises(Unreadable):
        parts_of(body)


@given(st.binary(max_size=200))
def test_no_body_brings_it_down(body):
    try:
        parts_of(body)
    except Unreadable:
        return


def test_both_forms_name_the_same_event():
    cloud = event("11", 1) | {"type": "qbo.creditmemo.updated.v1", "time": "2026-11-02T15:29:31.179851517Z"}
    entity = {
        "name": "CreditMemo",
        "id": "1",
        "operation": "Update",
        "lastUpdated": "2026-11-02T15:29:31.179Z",
    }
    envelope = {"eventNotifications": [{"realmId": "11", "dataChangeEvent": {"entities": [entity]}}]}

    [told], [older] = events_of(json.dumps([cloud]).encode()), events_of(json.dumps(envelope).encode())

    at = datetime(2026, 11, 2, 15, 29, 31, tzinfo=UTC)
    assert told == Event("CreditMemo", "1", "update", told.at)
    assert older == Event("CreditMemo", "1", "update", older.at)
    assert told.at.replace(microsecond=0) == older.at.replace(microsecond=0) == at


@pytest.mark.parametrize(
    "changed",
    [
        {"time": None},
        {"time": "2026-11-02T15:29:31"},
        {"type": "qbo"},
        {"type": 7},
        {"intuitentityid": None},
    ],
)
def test_an_event_that_does_not_say_what_it_is_about_makes_the_whole_part_unclear(changed):
    whole = event("11", 1) | {"time": "2026-11-02T15:29:31Z"}

    assert events_of(json.dumps([whole]).encode()) is not None
    assert events_of(json.dumps([whole, whole | changed]).encode()) is None
