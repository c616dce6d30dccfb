"""Webhooks that go astray: lost, doubled, late, turned around, badly signed, told to the wrong company."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from tests.emulator.front.test_webhooks_out import Receiver, configure, wait_for


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def told(emulator, receiver):
    emulator.sign_in()
    configure(emulator, receiver)
    return emulator


def create(emulator, name):
    return emulator.post("customer", {"DisplayName": name}).json()["Customer"]["Id"]


def ids(body):
    return [event["intuitentityid"] for event in json.loads(body)]


def signed(emulator, body):
    key = emulator.keys["webhook_verifier_token"].encode()
    return base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


def test_a_duplicate_is_the_same_body_twice(told, receiver):
    told.inject("webhook_duplicate")

    create(told, "Ada")
    wait_for(lambda: len(receiver.got) == 2)

    assert receiver.got[0] == receiver.got[1]


def test_a_lost_delivery_never_comes_and_the_next_one_does(told, receiver):
    told.inject("webhook_lost")

    create(told, "Ada")
    wait_for(lambda: told.control("GET", "webhooks").json()["lost_by_fault"] == 1)
    bob = create(told, "Bob")
    wait_for(lambda: bool(receiver.got))

    assert [ids(body) for _, body in receiver.got] == [[bob]]


def test_a_late_delivery_comes_after_younger_ones_days_later(told, receiver):
    told.inject("webhook_late", seconds=2 * 86400)

    ada = create(told, "Ada")
    wait_for(lambda: told.control("GET", "webhooks").json()["held_back"] == 1)
    bob = create(told, "Bob")
    wait_for(lambda: len(receiver.got) == 1)
    told.clock.advance(timedelta(days=2))
    wait_for(lambda: len(receiver.got) == 2)

    assert [ids(body) for _, body in receiver.got] == [[bob], [ada]]


def test_events_of_one_delivery_may_be_turned_around(told, receiver):
    told.inject("webhook_shuffled")

    ada, bob = create(told, "Ada"), create(told, "Bob")
    wait_for(lambda: bool(receiver.got))

    assert ids(receiver.got[0][1]) == [bob, ada]


def test_a_signature_may_be_wrong_or_missing(told, receiver):
    told.inject("webhook_bad_signature", match={"nth": 1})
    told.inject("webhook_unsigned", match={"nth": 2})

    for number, name in enumerate(("Ada", "Bob", "Cleo"), start=1):
        create(told, name)
        wait_for(lambda number=number: len(receiver.got) == number)

    wrong, missing, right = receiver.got
    assert wrong[0] and wrong[0] != signed(told, wrong[1])
    assert missing[0] is None
    assert right[0] == signed(told, right[1])


def test_a_delivery_may_name_a_company_that_nobody_connected(told, receiver):
    told.inject("webhook_unknown_company")

    create(told, "Ada")
    wait_for(lambda: bool(receiver.got))

    [event] = json.loads(receiver.got[0][1])
    assert event["intuitaccountid"] == "9999999999999999"


def test_the_other_form_may_come_in_between(told, receiver):
    told.inject("webhook_other_form")

    create(told, "Ada")
    wait_for(lambda: bool(receiver.got))

    assert "eventNotifications" in json.loads(receiver.got[0][1])
