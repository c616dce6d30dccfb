"""What a case knows of the customer beside the invoices: money that came, answers, addresses, its kind."""

from datetime import date

import pytest

from qb_collections.core.books import Link
from qb_collections.core.case import Contact, ContactKind, CustomerKind, HoldKind, Receipt
from qb_collections.core.decision import Channel
from qb_collections.store import cases, contacts, holds, mirror
from qb_collections.store.engine import durable
from tests.store.conftest import NOW, add_company
from tests.store.samples import customer, invoice, payment, usd

TODAY = date(2026, 10, 30)
DUE = date(2026, 10, 1)


def load(conn, company, customer_id="1"):
    [case] = cases.load(conn, company.id, [(customer_id, "USD")], TODAY)
    return case


def put(conn, company, *payments, links=(), **facts):
    mirror.put_customers(conn, company.id, [customer("1", **facts)])
    mirror.put_invoices(conn, company.id, [invoice("10", "1"), invoice("11", "1", due_on=date(2026, 12, 1))])
    mirror.put_payments(conn, company.id, payments)
    mirror.put_links(conn, company.id, links, payment_ids=[one.id for one in payments])


def paid(id, on, total="100.00", unapplied="0.00"):
    return payment(id, "1", unapplied, received_on=on, total=usd(total))


def test_a_receipt_tells_how_much_of_it_went_to_what_was_late_that_day(engine, company):
    links = [
        Link("p1", "Invoice", "10", usd("40.00")),
        Link("p1", "Invoice", "11", usd("50.00")),
        Link("p2", "Invoice", "10", usd("30.00")),
    ]
    with durable(engine) as conn:
        put(
            conn,
            company,
            paid("p1", date(2026, 10, 2), "100.00", "10.00"),
            paid("p2", DUE, "30.00"),  # on the due date nothing is late yet
            links=links,
        )

        found = load(conn, company).receipts

    assert found == (
        Receipt(DUE, usd("30.00"), usd("0.00")),
        Receipt(date(2026, 10, 2), usd("100.00"), usd("50.00")),
    )


def test_receipts_reach_back_ninety_days_and_to_the_oldest_promise_that_stands(engine, company):
    long_ago = date(2026, 6, 1)
    with durable(engine) as conn:
        put(conn, company, paid("p1", long_ago), paid("p2", date(2026, 8, 1)), paid("p0", TODAY, "0.00"))
        assert [one.on for one in load(conn, company).receipts] == [date(2026, 8, 1)]
        holds.add(
            conn,
            company.id,
            "1",
            HoldKind.PROMISE,
            reason="by phone",
            placed_by="Ann",
            placed_on=long_ago,
            until_on=TODAY,
        )

        assert [one.on for one in load(conn, company).receipts] == [long_ago, date(2026, 8, 1)]


@pytest.mark.parametrize(
    ("kind", "answered"),
    [
        (HoldKind.OPEN_REPLY, True),
        (HoldKind.UPSET, True),
        (HoldKind.IN_TRANSIT, True),
        (HoldKind.HARDSHIP, True),
        (HoldKind.PROMISE, False),
        (HoldKind.EXCLUSION, False),
    ],
)
def test_an_answer_counts_also_when_it_has_been_dealt_with(engine, company, kind, answered):
    with durable(engine) as conn:
        put(conn, company)
        said = holds.add(
            conn, company.id, "1", kind, reason="they wrote", placed_by="Ann", placed_on=date(2026, 10, 20)
        )
        holds.lift(conn, company.id, said.id, by="Ann", at=NOW)

        assert load(conn, company).replied_on == (date(2026, 10, 20) if answered else None)


def say(conn, company, to, on=date(2026, 10, 20), kind=ContactKind.REMINDER):
    said = Contact(on, kind, "S1", 1, 1, ("1",))
    contacts.record(conn, company.id, "77", "USD", said, at=NOW, channel=Channel.EMAIL, recipient=to)


def test_what_a_sister_company_said_to_the_same_address_is_known(engine, company):
    sister = add_company(engine, "Sister")
    with durable(engine) as conn:
        put(conn, company, emails=("AP@marlow.example",))
        say(conn, sister, "ap@Marlow.example")

        assert load(conn, company).contacted_elsewhere == (date(2026, 10, 20),)


@pytest.mark.parametrize(
    "facts",
    [{"to": "other@marlow.example"}, {"on": date(2026, 9, 29)}, {"kind": ContactKind.ANSWER}],
)
def test_other_addresses_older_days_and_answers_do_not_count(engine, company, facts):
    sister = add_company(engine, "Sister")
    with durable(engine) as conn:
        put(conn, company, emails=("ap@marlow.example",))
        say(conn, sister, **({"to": "ap@marlow.example"} | facts))

        assert load(conn, company).contacted_elsewhere == ()


def test_who_owes_is_what_a_person_says_else_what_quickbooks_tells(engine, company):
    with durable(engine) as conn:
        put(conn, company)
        assert load(conn, company).kind is CustomerKind.UNKNOWN
        put(conn, company, company_name="Marlow Ltd")
        assert load(conn, company).kind is CustomerKind.COMPANY
        cases.set_kind(conn, company.id, "1", "USD", CustomerKind.SOLE_TRADER)
        assert load(conn, company).kind is CustomerKind.SOLE_TRADER
        cases.set_kind(conn, company.id, "1", "USD", None)
        assert load(conn, company).kind is CustomerKind.COMPANY


def test_those_who_buy_most_are_important_until_others_do(engine, company):
    with durable(engine) as conn:
        put(conn, company)
        cases.touch(conn, company.id, ["1"], TODAY)
        cases.set_buys_most(conn, company.id, [("1", "USD")])
        assert load(conn, company).important
        cases.set_buys_most(conn, company.id, [("2", "USD")])
        assert not load(conn, company).important
