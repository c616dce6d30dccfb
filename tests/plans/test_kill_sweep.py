"""The process ends between any two commits of an ending or an undo: afterwards it is whole, or as it was."""

import pytest

from qb_collections.services import leasing, plan_ending, undo
from qb_collections.store import undos
from qb_collections.store.engine import interpose, reading
from tests.plans.books import PlanBooks
from tests.plans.test_trouble import KillAt, Killed

SHARDS = 18  # `make test` tries every eighteenth moment, `make soak` each one


def cancel(books):
    books.end("cancel", label=books.plan().label)


def default_over_closed_books(books):
    books.end("default", label=books.plan().label)


def take_back(books):
    with leasing.held(books.context, books.company) as lease:
        undo.undo(books.context, books.company, lease, books.plan().label, by="Sam", confirm=True)


def go_on(books, act):
    """What a delivery and a person would do after the crash."""
    books.settle()
    with reading(books.context.engine) as conn:
        begun = undos.next_number(conn, books.company_id) > 1
    if act is take_back and begun:
        with leasing.held(books.context, books.company) as lease:
            gateway = books.context.gateway(books.company, lease)
            undo.go_on(books.context, books.company, lease, gateway, 1)
    books.settle()
    if books.plan().state == "active":
        act(books)
    assert plan_ending.summary(books.plan(), "en_US")


def in_two(books):
    """Two payments of 50.01 and 50.00 on one invoice."""
    books.create(payments=2)


def one_has_come(books):
    in_two(books)
    books.act("pay", invoice=books.installments()[0]["DocNumber"])


def books_closed_since(books):
    one_has_come(books)
    books.clock.set(books.clock.now().replace(month=12, day=7))
    books.act("close_books", through="2026-11-30")


BEGINNING = {cancel: one_has_come, default_over_closed_books: books_closed_since, take_back: in_two}


def assert_ended(books, act):
    assert books.plan().state == "cancelled"
    assert books.trial_balance().get("Payment plan clearing", 0) == 0
    assert books.owed_most() == books.debt
    left = {cancel: "50.00", default_over_closed_books: "0.00", take_back: "100.01"}[act]
    assert str(books.balance(books.invoices[0])) == left
    still = {cancel: 0, default_over_closed_books: 1, take_back: 0}[act]
    assert len([one for one in books.installments() if one["Balance"]]) == still
    if act is take_back:
        assert books.rows("CreditMemo") == [] and books.notes_on_originals() == [0]
        assert books.trial_balance() == books.before


def killed_at(number, act):
    books = PlanBooks(amounts=("100.01",), until=BEGINNING[act])
    interpose(books.context.engine, KillAt(number, books))
    try:
        act(books)
        killed = False
    except Killed:
        killed = True
    finally:
        interpose(books.context.engine, None)
    go_on(books, act)
    assert_ended(books, act)
    books.close()
    return killed


@pytest.mark.parametrize("act", [cancel, default_over_closed_books, take_back], ids=lambda act: act.__name__)
@pytest.mark.parametrize(
    "shard", [3, *(pytest.param(one, marks=pytest.mark.soak) for one in range(SHARDS) if one != 3)]
)
@pytest.mark.timeout(600)  # each moment of a shard is a life of its own
def test_a_crash_between_any_two_commits_ends_whole(act, shard):
    number = shard + 1
    while killed_at(number, act):
        number += SHARDS
    assert number > SHARDS  # at least one moment of this shard was met
