"""The pages of a company's own e-mail: an account that sends only after a test, and who wants none."""

import html

import pytest
from sqlalchemy import insert

from qb_collections.services import mail_settings, stopping
from qb_collections.store import mail_accounts, mail_messages
from qb_collections.store.engine import durable
from qb_collections.store.tables.intents import intent
from tests.web.conftest import NOW
from tests.web.test_drafts import previewed

ACCOUNT = {
    "host": "smtp.copperleaf.example",
    "security": "starttls",
    "from_address": "office@copperleaf.example",
    "login": "office@copperleaf.example",
    "password": "canary-of-the-mailbox",
}


def path(house, rest=""):
    return f"/companies/{house.ours.id}/mail/{rest}"


def account(house):
    return mail_settings.find(house.context, house.ours)


def test_an_account_is_kept_sealed_and_sends_nothing_before_a_test(house):
    owner = house.browser("owner@ours.example")

    owner.post(path(house, "account"), **ACCOUNT)
    owner.post(path(house, "on"))
    page = owner.get(path(house)).text

    assert account(house).state == "off"
    assert "Send yourself a test first" in html.unescape(page)
    assert "canary-of-the-mailbox" not in house.dump()
    assert "canary-of-the-mailbox" not in page + owner.get(path(house, "account")).text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"host": "http://mail"}, "The mail server's name is like"),
        ({"security": "loopback"}, "Without TLS nothing is sent"),
        ({"port": "70000"}, "is no port"),
        ({"port": "many"}, "whole numbers"),
        ({"from_address": "office"}, "office"),
        ({"password": ""}, "wants a password"),
        ({"per_minute": "0"}, "messages can leave in a minute"),
    ],
)
def test_an_account_that_cannot_be_is_refused_and_what_was_typed_stays(house, changed, says):
    answer = house.browser("owner@ours.example").post(path(house, "account"), **{**ACCOUNT, **changed})

    assert answer.status_code == 422
    assert says in html.unescape(answer.text)
    assert f'value="{changed.get("host", ACCOUNT["host"])}"' in answer.text
    assert account(house) is None


def test_a_test_that_reaches_nobody_says_so_and_leaves_it_off(house):
    owner = house.browser("owner@ours.example")
    owner.post(
        path(house, "account"), **{**ACCOUNT, "host": "127.0.0.1", "security": "loopback", "port": "1"}
    )

    owner.post(path(house, "test"), to="me@copperleaf.example")

    assert "was not sent" in html.unescape(owner.get(path(house)).text)
    assert account(house).tested_at is None


def test_who_wants_no_e_mail_is_named_and_can_be_allowed_again(house):
    with durable(house.context.engine) as conn:
        mail_accounts.stop(
            conn, house.ours.id, "ap@north.example", how="unsubscribed", by="them", because=None, at=NOW
        )
    manager = house.browser("manager@ours.example")
    page = manager.get(path(house)).text

    manager.post(path(house, "allow"), address="ap@north.example")

    assert "ap@north.example" in page
    assert "ap@north.example" not in manager.get(path(house)).text.partition("Who wants no automatic")[2]
    assert not stopping.allow(house.context, house.ours, "ap@north.example", by="again")


def test_a_nights_page_leads_to_each_message_as_it_left(house):
    run_id = previewed(house)
    with durable(house.context.engine) as conn:
        intent_id = conn.execute(
            insert(intent).values(
                company_id=house.ours.id,
                key="contact:7:USD:1:1",
                kind="email",
                state="confirmed",
                approval="not_needed",
                due_at=NOW,
                plan={"customer": "Northgate", "customer_id": "7", "stage": 1, "invoice_ids": ["90"]},
                run_id=run_id,
                round=0,
                settled_at=NOW,
            )
        ).inserted_primary_key.id
        message_id = mail_messages.put(
            conn,
            house.ours.id,
            mail_messages.NewMessage(
                intent_id, 0, run_id, "7", "USD", 1, "ap@n.example", "s", "<1@a>", "<1@a>", b"words", {}
            ),
            vault=house.context.vault,
            at=NOW,
        )

    page = house.browser("owner@ours.example").get(f"/companies/{house.ours.id}/runs/{run_id}")

    assert page.status_code == 200
    assert f'href="{path(house, f"messages/{message_id}")}">the message as it left</a>' in page.text
