"""Nights of the past, decided from what was known then."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from qb_collections.core.backtest import PAID_FIRST, share, summed_up
from qb_collections.core.books import CreditMemo, Link, Payment
from qb_collections.core.case import (
    Case,
    Contact,
    ContactKind,
    CustomerKind,
    Cycle,
    Habit,
    Hold,
    HoldKind,
    Plan,
    Receipt,
)
from qb_collections.core.contact_hours import next_window
from qb_collections.core.decision import Channel, Outcome
from qb_collections.core.habits import Habits, Known
from qb_collections.core.money import Money
from qb_collections.core.past import PlanSpan
from qb_collections.core.replay import Conditions, replay
from qb_collections.core.replay_account import Said, resume
from qb_collections.core.replay_events import HoldSpan, accounts
from qb_collections.core.rules import Rules
from tests.core.making import STANDARD
from tests.core.pasts import ZONE, Books, at, usd
from tests.core.test_past import on_a_plan

FIRST = date(2026, 3, 2)  # a Monday
LADDER = [stage.code for stage in STANDARD.ladder]
RULES = Rules(STANDARD, STANDARD.ladder, STANDARD.calendar(frozenset()), "en_US")


def conditions(last=date(2026, 3, 31), live=date(2025, 1, 1), first=FIRST):
    return Conditions(
        first_on=first,
        last_on=last,
        night_at=at(FIRST).time().replace(hour=2, minute=30),
        zone=ZONE,
        currency="USD",
        live_since_on=live,
        rules_on=lambda day, owed: RULES,
        opens_at=lambda customer, rules, after: next_window(
            after, [ZONE], rules.policy.contact_hours, rules.calendar
        ),
    )


def played(books, holds=(), habits=None, **given):
    past = books.past()
    made = accounts(past, holds=holds)
    for account in made.values():
        account.kind, account.history_since = CustomerKind.COMPANY, past.since_on
    terms = conditions(**given)
    return past, replay(made, replace(terms, habits_on=habits) if habits else terms, "Standard")


def said(found):
    return [(one.on, one.stage) for one in found.contacts]


def one_invoice(total="120.00"):
    """Due Monday 2 March: first message Thursday 5, second Thursday 12, firm Friday 27."""
    return Books().invoice("1", date(2026, 1, 31), FIRST, total)


def test_an_unpaid_invoice_is_asked_about_step_by_step():
    _, found = played(one_invoice())

    # After the second message they have five business days to answer; firm is 25 days after the due date.
    assert said(found) == [(date(2026, 3, 5), "S1"), (date(2026, 3, 12), "S2"), (date(2026, 3, 27), "S4")]


def test_what_is_paid_is_not_asked_about_again():
    _, found = played(one_invoice().pay(date(2026, 3, 11), ("1", "120.00")))

    assert said(found) == [(date(2026, 3, 5), "S1")]


def test_a_payment_counts_from_when_it_was_entered_not_from_its_date():
    """Received on the 4th, entered on the 6th: nobody could know on the 5th."""
    late_entry = one_invoice().pay(date(2026, 3, 4), ("1", "120.00"), entered=at(date(2026, 3, 6)))
    in_time = one_invoice().pay(date(2026, 3, 4), ("1", "120.00"))

    past, found = played(late_entry)
    _, quiet = played(in_time)

    assert (said(found), said(quiet)) == ([(date(2026, 3, 5), "S1")], [])
    test = summed_up(found, past, LADDER)
    assert (test.already_paid, test.paid_anyway, test.for_nothing) == (1, 0, 1)


def test_a_payment_between_the_night_and_nine_calls_the_message_off():
    dawn = one_invoice().pay(date(2026, 3, 5), ("1", "120.00"), entered=at(date(2026, 3, 5), 7))
    noon = one_invoice().pay(date(2026, 3, 5), ("1", "120.00"), entered=at(date(2026, 3, 5), 12))

    _, at_dawn = played(dawn)
    past, at_noon = played(noon)

    assert (said(at_dawn), at_dawn.prevented) == ([], 1)
    assert (said(at_noon), at_noon.prevented) == ([(date(2026, 3, 5), "S1")], 0)
    assert summed_up(at_noon, past, LADDER).paid_anyway == 1


@pytest.mark.parametrize(("days", "anyway"), [(0, 1), (2, 1), (3, 0)])
def test_paid_within_two_days_is_paid_anyway(days, anyway):
    books = one_invoice().pay(date(2026, 3, 5) + timedelta(days=days), ("1", "120.00"))

    past, found = played(books)

    test = summed_up(found, past, LADDER)
    assert (test.contacts, test.already_paid, test.paid_anyway) == (1, 0, anyway)


def test_an_invoice_that_was_entered_late_is_not_known_before():
    books = one_invoice()
    books.invoices["1"] = replace(books.invoices["1"], created_at=at(date(2026, 3, 17)))

    _, found = played(books)

    assert said(found)[0] == (date(2026, 3, 18), "S1")


def test_a_hold_silences_from_the_hour_it_was_placed_to_the_hour_it_was_lifted():
    hold = Hold(1, HoldKind.DISPUTE, "1", "wrong price", "Dana", date(2026, 3, 4))
    span = HoldSpan(hold, "7", at(date(2026, 3, 4)), at(date(2026, 3, 19)))

    _, found = played(one_invoice(), holds=[span])

    assert said(found) == [(date(2026, 3, 20), "S1"), (date(2026, 3, 26), "S2")]


def test_a_promise_is_waited_for_through_its_grace():
    hold = Hold(1, HoldKind.PROMISE, "1", "phone", "Dana", date(2026, 3, 4), date(2026, 3, 10))
    span = HoldSpan(hold, "7", at(date(2026, 3, 4)), None)

    _, found = played(one_invoice(), holds=[span])

    assert said(found)[0][0] == date(2026, 3, 13)  # Tuesday 10th and two business days, and the day after


def test_from_500_on_the_third_step_is_a_call():
    past, found = played(one_invoice("700.00"))

    test = summed_up(found, past, LADDER)
    assert said(found)[2] == (date(2026, 3, 19), "S3")
    assert (test.calls, test.busiest_calls, test.of_stage("S3")) == (1, 1, 1)


def many(count):
    books = Books(*(f"Customer {n}" for n in range(count)))
    for n in range(count):
        books.invoice(str(n), date(2026, 1, 2), date(2026, 2, 2), str(200 + n), customer=str(7 + n))
    return books


def test_contacting_begins_gently_where_it_had_not_begun():
    """Twenty who owe: two on the first night, the rest over ten business days, largest first."""
    _, found = played(many(20), live=None)

    first = {one.key: one for one in reversed(found.contacts)}.values()
    by_day = Counter(one.on for one in first)
    assert len(first) == 20
    assert by_day[FIRST] == 2
    assert {one.customer for one in first if one.on == FIRST} == {"Customer 19", "Customer 18"}
    assert max(by_day) == date(2026, 3, 13)  # the tenth business day
    assert max(by_day.values()) <= 3
    assert all(one.backlog and one.stage == "S2" for one in first)


def test_the_first_night_takes_only_a_few_of_those_who_are_due_that_day():
    """Five whose first message is due on the first night: one that day, the others on the next open day."""
    books = Books(*(f"Customer {n}" for n in range(5)))
    for n in range(5):
        books.invoice(str(n), date(2026, 1, 2), date(2026, 2, 26), str(200 + n), customer=str(7 + n))
    first = date(2026, 3, 3)  # three business days after Thursday 26 February

    _, found = played(books, live=None, first=first, last=date(2026, 3, 4))

    assert Counter(one.on for one in found.contacts) == {first: 1, date(2026, 3, 4): 4}
    assert found.contacts[0].customer == "Customer 4"


def test_money_that_waits_for_a_later_invoice_is_credit_until_then():
    """120 came on 1 March for an invoice that was entered on the 10th: until then it covered the late one."""
    books = one_invoice().invoice("2", date(2026, 3, 10), date(2026, 4, 9), "120.00")
    books.pay(date(2026, 3, 1), ("2", "120.00"))

    _, found = played(books, last=date(2026, 3, 12))

    assert said(found) == [(date(2026, 3, 11), "S1")]
    assert {kind for _, kind in found.tasks} == {"apply_credits"}


def test_a_credit_memo_covers_until_it_is_used_for_something_else():
    books = one_invoice().invoice("2", date(2026, 3, 1), date(2026, 4, 9), "120.00")
    books.credit("m", date(2026, 3, 1), "120.00").pay(date(2026, 3, 10), ("2", "120.00"), total="0")
    books.links.append(Link(books.payments[-1].id, "CreditMemo", "m", usd("120.00")))
    books.memos[0] = replace(books.memos[0], remaining=usd("0"))

    _, found = played(books, last=date(2026, 3, 12))

    assert said(found) == [(date(2026, 3, 11), "S1")]


def test_a_large_part_paid_holds_the_step_as_it_did_then():
    """80 of 120 came on 10 March: the second message waits a week from then."""
    _, found = played(one_invoice().pay(date(2026, 3, 10), ("1", "80.00")), last=date(2026, 3, 20))

    assert said(found) == [(date(2026, 3, 5), "S1"), (date(2026, 3, 17), "S2")]


def test_an_answer_is_known_from_its_day_on_and_kept_after_it_was_dealt_with():
    hold = Hold(1, HoldKind.OPEN_REPLY, None, "asks for a copy", "Dana", date(2026, 3, 4))
    past = one_invoice().past()
    [account] = accounts(
        past, holds=[HoldSpan(hold, "7", at(date(2026, 3, 4)), at(date(2026, 3, 6)))]
    ).values()

    account.advance(at(date(2026, 3, 3)))
    before = account.case(date(2026, 3, 3))
    account.advance(at(date(2026, 3, 5)))
    standing = account.case(date(2026, 3, 5))
    account.advance(at(date(2026, 3, 9)))
    after = account.case(date(2026, 3, 9))

    assert (before.holds, before.replied_on) == ((), None)
    assert (standing.holds, standing.replied_on) == ((hold,), date(2026, 3, 4))
    assert (after.holds, after.replied_on) == ((), date(2026, 3, 4))


def test_a_plan_stands_from_the_day_it_was_made_and_its_payments_are_watched():
    """Both originals are settled by the plan; a payment of it that does not come is for a person."""
    books = on_a_plan(Books(), paid=[])

    past, found = played(books, last=date(2026, 3, 31))

    assert found.contacts == []
    assert {kind for _, kind in found.tasks} == {"plan_missed"}
    assert [one.why for one in summed_up(found, past, LADDER).not_contacted] == [
        "a missed payment of a plan is for a person"
    ]


def test_who_is_billed_with_a_parent_belongs_to_the_parents_case():
    books = Books("Head office", "Site").invoice("1", date(2026, 1, 31), FIRST, "120.00", customer="8")
    past = books.past(heads={"7": "7", "8": "7"})

    made = accounts(past)

    assert list(made) == [("7", "USD")]
    made["7", "USD"].advance(at(date(2026, 3, 3)))
    case = made["7", "USD"].case(date(2026, 3, 3))
    assert ([one.id for one in case.invoices], case.members) == (["1"], {"7", "8"})


def test_where_contacting_had_begun_it_goes_on():
    past = one_invoice().past()
    made = accounts(past)
    account = made["7", "USD"]
    account.kind = CustomerKind.COMPANY
    first = Contact(date(2026, 3, 5), ContactKind.REMINDER, "S1", 1, 1, ("1",))
    said_before = [Said("7", "USD", first, at(first.on, 9)), Said("7", "USD", first, at(date(2026, 3, 20)))]
    cycle = Cycle(1, date(2026, 3, 3), "S4", 3, 1)  # as it is now; on 9 March it had one contact
    resume(account, said_before, [(cycle, None)], at(date(2026, 3, 9), 0), date(2026, 3, 9))

    found = replay(made, conditions(first=date(2026, 3, 9)), "Standard")

    assert said(found) == [(date(2026, 3, 12), "S2"), (date(2026, 3, 27), "S4")]


def test_who_was_never_contacted_is_told_with_the_reason():
    books = Books("Paid soon", "Too little", "No address")
    books.invoice("1", date(2026, 1, 31), FIRST, "90").pay(date(2026, 3, 4), ("1", "90"))
    books.invoice("2", date(2026, 1, 31), FIRST, "20", customer="8")
    books.invoice("3", date(2026, 1, 31), FIRST, "90", customer="9")
    books.customers["9"] = replace(books.customers["9"], emails=())
    books.invoices["3"] = replace(books.invoices["3"], email=None)

    past, found = played(books)

    test = summed_up(found, past, LADDER)
    assert (test.contacts, test.late) == (0, 3)
    assert {one.why: one.customers for one in test.not_contacted} == {
        PAID_FIRST: 1,
        "they owed less than your smallest amount": 1,
        "QuickBooks has no way to reach them": 1,
    }
    assert test.tasks == {"add_email": 1}


def test_weeks_begin_on_mondays_and_empty_ones_are_there():
    past, found = played(one_invoice(), last=date(2026, 3, 31))

    weeks = summed_up(found, past, LADDER).weeks
    assert [(week.first_on, dict(week.by_stage)) for week in weeks] == [
        (date(2026, 3, 2), {"S1": 1}),
        (date(2026, 3, 9), {"S2": 1}),
        (date(2026, 3, 16), {}),
        (date(2026, 3, 23), {"S4": 1}),
        (date(2026, 3, 30), {}),
    ]


def test_days_to_the_first_contact_are_of_invoices_that_fell_due_within_the_days():
    """Due on 2 March and asked about on the 5th; what was late before counts for nothing here."""
    books = Books("New", "Old").invoice("1", date(2026, 1, 31), FIRST, "120.00")
    books.invoice("2", date(2026, 1, 2), date(2026, 2, 2), "90", customer="8")

    past, found = played(books, live=None)

    assert len({one.key for one in found.contacts}) == 2
    spread = summed_up(found, past, LADDER).first_contact
    assert (spread.count, spread.early, spread.middle, spread.late) == (1, 3, 3, 3)


def test_looking_only_when_something_is_due_decides_as_looking_every_night(monkeypatch):
    """The agenda against the slow way: everybody, every night."""
    books = many(8)
    for n in range(0, 8, 2):
        books.pay(date(2026, 3, 3 + n), (str(n), "100"), customer=str(7 + n))
    for n in range(8):
        books.invoice(f"b{n}", date(2026, 2, 10), date(2026, 3, 1 + n), "75.00", customer=str(7 + n))
    _, quick = played(books, last=date(2026, 3, 31))

    monkeypatch.setattr(
        "qb_collections.core.replay._Agenda.due", lambda self, on: [(str(7 + n), "USD") for n in range(8)]
    )
    _, slow = played(books, last=date(2026, 3, 31))

    assert said(quick) == said(slow)
    assert quick.decisions < slow.decisions / 2
    for key in {one.key for one in quick.contacts}:
        days = [one.on for one in quick.contacts if one.key == key]
        assert all(later - earlier >= timedelta(days=6) for earlier, later in pairwise(days))


def test_nights_of_unusual_size_are_told_as_waiting_for_a_person():
    """One contact on each of three nights, then four: more than three times the usual one."""
    books = Books(*(f"Customer {n}" for n in range(7)))
    due = [date(2026, 2, 26), date(2026, 2, 27), date(2026, 3, 2), *[date(2026, 3, 3)] * 4]
    for n, day in enumerate(due):
        books.invoice(str(n), date(2026, 1, 2), day, "90.00", customer=str(7 + n))

    _, found = played(books, last=date(2026, 3, 6))

    assert Counter(one.on for one in found.contacts)[date(2026, 3, 6)] == 4
    assert found.waiting_nights == [date(2026, 3, 6)]


def test_a_contact_hour_that_comes_after_the_next_night_is_not_waited_for():
    """Nobody is reached: each night decides again, and none delivers."""
    past = one_invoice().past()
    made = accounts(past)
    never = replace(conditions(), opens_at=lambda customer, rules, after: after + timedelta(days=2))

    found = replay(made, never, "Standard")

    assert found.contacts == []
    assert [one.gate for one in found.quiet] == ["contact"]


def test_a_copy_of_one_invoice_is_called_off_when_another_became_known_since():
    """One late invoice goes out as a copy, two as a list; the second is entered at dawn."""
    books = one_invoice().invoice("2", date(2026, 1, 31), FIRST, "90.00", entered=at(date(2026, 3, 5), 7))

    _, found = played(books, last=date(2026, 3, 6))

    assert (said(found), found.prevented) == ([(date(2026, 3, 6), "S1")], 1)
    assert found.contacts[0].invoice_ids == ("1", "2")


def test_a_copy_goes_out_although_something_else_became_known():
    """A payment in part at dawn changes the amount, not what is sent."""
    books = one_invoice().pay(date(2026, 3, 5), ("1", "20.00"), entered=at(date(2026, 3, 5), 7))

    _, found = played(books, last=date(2026, 3, 5))

    assert [(one.on, one.amount) for one in found.contacts] == [(date(2026, 3, 5), usd("100.00"))]


def test_a_list_goes_out_with_what_is_left_of_it():
    """Two are late and one is late besides; the third is paid at dawn, and the list names the others."""
    books = one_invoice()
    for id in ("2", "3"):
        books.invoice(id, date(2026, 1, 31), FIRST, "90.00")
    books.pay(date(2026, 3, 5), ("3", "90.00"), entered=at(date(2026, 3, 5), 7))

    _, found = played(books, last=date(2026, 3, 5))

    assert [one.invoice_ids for one in found.contacts] == [("1", "2")]
    assert found.prevented == 0


def test_when_every_step_is_done_a_person_decides():
    past, found = played(one_invoice(), last=date(2026, 5, 29))

    test = summed_up(found, past, LADDER)
    assert [stage for _, stage in said(found)] == ["S1", "S2", "S4", "S5"]
    assert (test.handed, test.approvals) == (1, 1)


def test_what_late_customers_owe_is_told_to_rules_that_ask():
    """Customer 7 owes 120 late and 50 not yet; 8 owes 40 and 60 late; 9 owes in another currency."""
    books = Books("A", "B", "C").invoice("1", date(2026, 1, 31), date(2026, 2, 20), "120.00")
    books.invoice("2", date(2026, 1, 31), date(2026, 4, 20), "50.00")
    books.invoice("3", date(2026, 1, 31), date(2026, 2, 20), "40.00", customer="8")
    books.invoice("4", date(2026, 1, 31), date(2026, 2, 20), "60.00", customer="8")
    euro = books.invoice("5", date(2026, 1, 31), date(2026, 2, 20), "70.00", customer="9").invoices["5"]
    books.invoices["5"] = replace(
        euro, total=Money(euro.total.amount, "EUR"), balance=Money(euro.total.amount, "EUR")
    )
    books.customers["9"] = replace(
        books.customers["9"], currency="EUR", balance=Money(euro.total.amount, "EUR")
    )
    told = []

    def rules_on(day, owed):
        told.append(owed())
        return RULES

    replay(accounts(books.past()), replace(conditions(last=FIRST), rules_on=rules_on))

    assert told == [[100, 120]]


def test_what_is_in_another_currency_or_of_nobody_is_left_out():
    books = one_invoice().pay(date(2026, 2, 20), ("1", "20.00"))
    books.invoice("2", date(2026, 1, 31), FIRST, "90.00", customer="99")
    books.pay(date(2026, 2, 20), ("2", "90.00"), customer="99")
    books.credit("m", date(2026, 2, 20), "5.00", customer="99")
    hold = Hold(1, HoldKind.EXCLUSION, None, "mine", "Dana", date(2026, 2, 20))
    plan = PlanSpan(Plan(1, "PP1", frozenset(), frozenset(), None, "active"), "99", at(FIRST), None)
    books.plans.append(plan)
    foreign = Contact(date(2026, 3, 4), ContactKind.FOREIGN, None, None, None, ())

    made = accounts(
        books.past(),
        holds=[HoldSpan(hold, "99", at(date(2026, 2, 20)), None)],
        foreign=[Said("99", "USD", foreign, at(date(2026, 3, 4)))],
    )

    assert list(made) == [("7", "USD")]
    account = made["7", "USD"]
    account.advance(at(date(2026, 3, 31)))
    assert (list(account.invoices), account.holds, account.contacts, account.plans) == (["1"], {}, [], {})


def test_a_message_that_quickbooks_sent_counts_for_the_gap():
    past = one_invoice().past()
    foreign = Contact(date(2026, 3, 4), ContactKind.FOREIGN, None, None, None, ("1",))
    made = accounts(past, foreign=[Said("7", "USD", foreign, at(date(2026, 3, 4)))])
    made["7", "USD"].kind = CustomerKind.COMPANY

    found = replay(made, conditions(last=date(2026, 3, 11)), "Standard")

    assert said(found) == [(date(2026, 3, 10), "S1")]  # six days after the 4th


def test_a_plan_that_ended_stands_no_longer():
    books = one_invoice()
    plan = Plan(1, "PP1", frozenset("1"), frozenset(), None, "active")
    books.plans.append(PlanSpan(plan, "7", at(FIRST, 0), at(date(2026, 3, 17))))

    past, found = played(books, last=date(2026, 3, 20))

    assert said(found) == [(date(2026, 3, 18), "S1")]
    assert past.plans[0].plan.label == "PP1"


def test_an_invoice_of_nothing_and_one_paid_too_much_stay_out():
    books = one_invoice("100.00").invoice("0", date(2026, 1, 31), FIRST, "0")
    books.pay(date(2026, 3, 3), ("1", "100.00")).pay(date(2026, 3, 4), ("1", "10.00"))

    _, found = played(books)

    assert (found.contacts, found.late) == ([], 1)


def test_where_nobody_says_when_things_were_entered_their_own_days_are_taken():
    """The invoice on the morning of its day, the payment at the end of its day: too late for the 5th."""
    books = one_invoice().pay(date(2026, 3, 5), ("1", "120.00"))
    books.invoices["1"] = replace(books.invoices["1"], created_at=None)
    books.payments[0] = replace(books.payments[0], created_at=None)

    past, found = played(books)

    assert said(found) == [(date(2026, 3, 5), "S1")]
    assert past.assumed == {"invoices entered": 1, "payments entered": 1}
    assert summed_up(found, past, LADDER).paid_anyway == 1


def test_shares_of_nothing_are_unknown():
    assert share(1, 0) is None
    assert share(1, 4) == Decimal("0.25")


def test_a_hold_at_dawn_calls_the_message_off():
    hold = Hold(1, HoldKind.DISPUTE, "1", "wrong price", "Dana", date(2026, 3, 5))

    _, found = played(one_invoice(), holds=[HoldSpan(hold, "7", at(date(2026, 3, 5), 7), None)])

    assert (found.contacts, found.prevented) == ([], 1)


@pytest.mark.parametrize(("ended", "runs"), [(8, False), (9, True), (10, True)])
def test_a_cycle_that_ended_in_an_earlier_night_is_over(ended, runs):
    """On the morning of the 9th, what ends in that day's night still runs."""
    [account] = accounts(one_invoice().past()).values()
    began = [(Cycle(1, date(2026, 3, 3), "S1", 1, 1), date(2026, 3, ended))]

    resume(account, [], began, at(date(2026, 3, 9), 0), date(2026, 3, 9))

    assert (account.cycle is not None, account.last_cycle) == (runs, 1)


def an_account(**facts):
    [account] = accounts(Books().past()).values()
    for name, value in facts.items():
        setattr(account, name, value)
    return account


TODAY = date(2026, 6, 30)


@pytest.mark.parametrize(("ago", "kept"), [(90, True), (91, False)])
def test_a_case_has_the_contacts_and_receipts_of_ninety_days(ago, kept):
    on = TODAY - timedelta(days=ago)
    said_then = Contact(on, ContactKind.REMINDER, "S1", 1, 1, ("1",))
    account = an_account(contacts=[said_then], receipts=[Receipt(on, usd("5"), usd("5"))])

    case = account.case(TODAY)

    assert (bool(case.contacts), bool(case.receipts)) == (kept, kept)


@pytest.mark.parametrize(("running", "kept"), [(2, True), (1, False), (None, False)])
def test_older_contacts_are_there_when_they_are_of_the_running_cycle(running, kept):
    old = Contact(TODAY - timedelta(days=200), ContactKind.REMINDER, "S1", 2, 1, ("1",))
    cycle = Cycle(running, date(2025, 11, 1), "S1", 1, 1) if running else None

    assert bool(an_account(contacts=[old], cycle=cycle).case(TODAY).contacts) is kept


def test_receipts_reach_back_to_the_oldest_promise_that_stands():
    placed_on = TODAY - timedelta(days=120)
    came = [Receipt(placed_on - timedelta(days=n), usd("5"), usd("5")) for n in (1, 0)]
    promise = Hold(1, HoldKind.PROMISE, None, "phone", "Dana", placed_on, TODAY)
    other = Hold(2, HoldKind.EXCLUSION, None, "mine", "Dana", placed_on)

    assert an_account(receipts=came, holds={1: promise}).case(TODAY).receipts == (came[1],)
    assert an_account(receipts=came, holds={2: other}).case(TODAY).receipts == ()


def test_sister_companies_count_for_thirty_days_and_from_the_next_day_on():
    days = tuple(TODAY - timedelta(days=n) for n in (31, 30, 1, 0))

    assert an_account(elsewhere=days).case(TODAY).contacted_elsewhere == days[1:3]


def test_spent_credits_and_payments_are_not_in_the_case():
    account = an_account()
    account.payments = {
        "p": Payment("p", "7", TODAY, usd("5"), usd("0")),
        "q": Payment("q", "7", TODAY, usd("5"), usd("1")),
    }
    account.memos = {
        "m": CreditMemo("m", "7", None, TODAY, usd("5"), usd("0")),
        "n": CreditMemo("n", "7", None, TODAY, usd("5"), usd("1")),
    }

    case = account.case(TODAY)

    assert [one.id for one in (*case.payments, *case.credit_memos)] == ["q", "n"]


def test_a_case_carries_what_is_known_of_the_customer():
    account = an_account(
        important=True, is_backlog=True, start_on=TODAY, last_cycle=4, kind=CustomerKind.PRIVATE
    )

    case = account.case(TODAY)

    assert (case.important, case.is_backlog, case.start_on, case.next_cycle) == (True, True, TODAY, 5)
    assert (case.kind, case.currency, case.members, case.history_since) == (
        CustomerKind.PRIVATE,
        "USD",
        {"7"},
        date(2025, 1, 1),
    )


def test_due_today_is_not_owed_late():
    books = Books().invoice("1", date(2026, 1, 31), FIRST, "120.00")
    books.invoice("2", date(2026, 1, 31), FIRST - timedelta(days=1), "30.00")
    told = []

    def rules_on(day, owed):
        told.append(owed())
        return RULES

    replay(accounts(books.past()), replace(conditions(last=FIRST), rules_on=rules_on))

    assert told == [[30]]


def test_the_quarters_of_the_days_to_the_first_contact():
    """First messages after 3, 3, 3, 4 and 5 days (weekends): a quarter, the middle, three quarters."""
    books = Books(*(f"Customer {n}" for n in range(5)))
    for n, due in enumerate((2, 2, 2, 5, 6)):  # Monday thrice, Thursday, Friday
        books.invoice(str(n), date(2026, 1, 31), date(2026, 3, due), "90.00", customer=str(7 + n))

    past, found = played(books, last=date(2026, 3, 12))

    spread = summed_up(found, past, LADDER).first_contact
    assert (spread.count, spread.early, spread.middle, spread.late) == (5, 3, 3, 5)


def test_who_is_still_late_at_the_end_has_not_paid_first():
    past, found = played(one_invoice(), last=date(2026, 3, 4))

    [quiet] = summed_up(found, past, LADDER).not_contacted
    assert (quiet.why, quiet.customers) == ("the next step's day had not come", 1)
    assert quiet.example.startswith("Lookout Bakery: Left alone: invoice 101")


def test_a_contact_carries_its_facts():
    _, found = played(one_invoice("700.00"), last=date(2026, 3, 19))

    first, _, call = found.contacts
    assert (first.at, first.key, first.customer) == (at(date(2026, 3, 5), 9), ("7", "USD"), "Lookout Bakery")
    assert (first.outcome, first.channel, first.amount) == (Outcome.REMIND, Channel.QUICKBOOKS, usd("700.00"))
    assert (call.outcome, call.channel) == (Outcome.CALL, Channel.CALL)


def test_a_copy_before_the_due_date_is_played_from_the_night_on_that_knew_of_habits():
    """Due Wednesday 11 March, a copy from Friday the 6th on.  Known on Monday the 9th, or never."""
    books = Books().invoice("1", date(2026, 2, 9), date(2026, 3, 11), "120.00")
    known = Habits({("7", "USD"): Known(Habit(None, None, 0), first_invoice_id="1")}, {"USD": Decimal(100)})

    def from_monday(on, at):
        return known if on >= date(2026, 3, 9) else None

    last = date(2026, 3, 12)
    _, found = played(books, habits=from_monday, last=last)
    _, without = played(books, last=last)

    assert said(found) == [(date(2026, 3, 9), "S0")]
    assert said(without) == []


def test_a_replay_knows_what_a_night_knows():
    """Whoever gives a case another fact is reminded that a replay has to tell it of a past day too."""
    of_the_past = {
        "customer",
        "currency",
        "invoices",
        "payments",
        "credit_memos",
        "holds",
        "contacts",
        "cycle",
    }
    of_the_past |= {"plans", "members", "important", "history_since", "start_on", "is_backlog", "next_cycle"}
    of_the_past |= {"receipts", "replied_on", "contacted_elsewhere", "kind", "early_ids", "habit"}
    # A balance of a past day is not kept; what a person saw to rests for nights only; and by which way, and
    # to whom of a customer's people, a message would leave today changes nothing about when it would have.
    not_told = {"books_balance", "looked_at_ids", "dealt_with", "own_mail", "stopped", "people"}

    assert {one.name for one in fields(Case)} == of_the_past | not_told
