"""Receivables at the end of a past day, worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.case import Contact, ContactKind, Hold, HoldKind
from qb_collections.core.dealings import Records
from qb_collections.core.past import looked_through
from qb_collections.core.promise_record import Judged, Promise
from qb_collections.core.promises import PromiseState
from qb_collections.core.replay_account import Said
from qb_collections.core.replay_events import HoldSpan
from qb_collections.core.standing import standing
from tests.core.pasts import Books, at, usd
from tests.core.test_past import on_a_plan

ON = date(2026, 3, 31)
D = Decimal


def books():
    """1: 100, paid six days late.  2: 200, due 12 March, 50 came before.  3: 80, not due.  4: 60, 20 late."""
    made = Books().invoice("4", date(2025, 12, 1), date(2025, 12, 31), "60")
    made.invoice("1", date(2026, 1, 5), date(2026, 2, 4), "100")
    made.invoice("2", date(2026, 2, 10), date(2026, 3, 12), "200")
    made.invoice("3", date(2026, 3, 20), date(2026, 4, 19), "80")
    made.pay(date(2026, 1, 20), ("4", "60")).pay(date(2026, 2, 10), ("1", "100"))
    return made.pay(date(2026, 3, 1), ("2", "50"))


def stands(on=ON, made=None, records=Records()):  # noqa: B008 (a frozen value)
    past = (made or books()).past()
    return standing(looked_through(past), past, "USD", on, records)


def cents(value):
    return value.quantize(D("0.01"))


def test_what_is_open_and_how_old_it_is():
    found = stands()

    assert (found.open, found.overdue, found.credits) == (230, 150, 0)
    assert found.aging == {"current": 80, "1-30": 150, "31-60": 0, "61-90": 0, "91+": 0}


def test_the_ratios_of_ninety_days():
    """Billed after 31 December: 380.  Open then: 60."""
    found = stands()

    assert found.sales == 380
    assert cents(found.dso) == D("54.47")  # 230 / 380 * 90
    assert cents(found.best_dso) == D("18.95")  # 80 / 380 * 90
    assert cents(found.days_delinquent) == D("35.53")
    assert cents(found.effectiveness) == D("58.33")  # (60 + 380 - 230) / (60 + 380 - 80)
    assert cents(found.turnover) == D("2.62")  # 380 / 145
    # March billed 80 in 31 days; 150 of February's 200 are left: 31 + 0.75 * 28.
    assert found.countback_dso == D("52")


def test_delays_are_weighed_and_what_is_late_counts_so_far():
    """100 at 6 days, 60 at 20, and 150 late by 19 days: 4,650 / 310."""
    found = stands()

    assert (found.delay_days, found.band) == (15, "A")


def test_time_to_pay_counts_the_unpaid():
    """Paid after 36 and 50 days, unpaid for 49 and 11: a third by day 36, the rest by 50."""
    found = stands()

    assert (found.pay_median_days, found.pay_nine_in_ten_days) == (50, 50)
    assert cents(found.pay_mean_days) == D("45.33")  # 36 / 3 + 50 * 2 / 3


def test_on_time_is_by_count_and_by_amount():
    """Due in the period: 1 (paid late) and 2 (50 of 200 in time)."""
    found = stands()

    assert (found.on_time_count, cents(found.on_time_amount)) == (0, D("0.17"))


def test_at_risk_is_of_the_latest_month_that_is_ninety_days_past_due():
    """December's only invoice was due on 31 December; 90 days later is the day itself."""
    assert (stands().at_risk, stands().at_risk_month) == (0, date(2025, 12, 1))
    assert stands(date(2026, 3, 30)).at_risk is None


def test_as_of_an_earlier_day_later_payments_and_invoices_are_not_there():
    found = stands(date(2026, 2, 28))

    assert (found.open, found.overdue) == (200, 0)
    assert (
        found.pay_median_days == 36
    )  # the first of two; the one unpaid for 18 days tells nothing about day 36


def test_what_rolled_on_and_what_was_collected_in_thirty_days():
    """On 12 March nothing but 2 (150) was open, due that day; by 11 April 30 of it came, 120 are late."""
    made = books().pay(date(2026, 4, 1), ("2", "30"))

    found = stands(date(2026, 4, 11), made)
    later = stands(date(2026, 5, 2), made)

    assert found.roll["current"] == D("0.8")
    assert found.roll["1-30"] is None
    assert found.recovered is None  # nothing was late on 12 March
    assert later.recovered == 0  # 120 were late on 2 April, and nothing came since
    assert stands(date(2026, 4, 20), made).recovered == D("0.2")  # 30 of the 150 of 21 March


def test_before_history_is_long_enough_the_ratios_are_not_there():
    made = books()
    past = made.past(since=date(2026, 1, 1))

    found = standing(past, past, "USD", ON, Records())

    assert (found.open, found.sales, found.dso, found.effectiveness) == (230, None, None, None)
    assert found.countback_dso == 52


def test_unapplied_money_and_open_credit_memos_are_shown_beside():
    made = books().pay(date(2026, 3, 3), total="40").credit("m1", date(2026, 3, 4), "25", ("2", "5"))

    assert [stands(date(2026, 3, day), made).credits for day in (2, 3, 4)] == [0, 40, 60]


def test_a_plan_is_looked_through_and_its_payments_are_judged_apart():
    made = on_a_plan(Books(), paid=[(date(2026, 2, 16), "11", "100"), (date(2026, 3, 5), "12", "100")])

    found = stands(made=made)

    # 300 billed, not 600; originals due 16 and 20 January keep their age: 100 of 2 is left.
    assert (found.sales, found.open) == (300, 100)
    assert found.aging["61-90"] == 100
    assert cents(found.installments_on_time) == D(
        "0.33"
    )  # due 16 Feb (in time), 2 Mar (three days late), 16 Mar


def hold(kind, invoice_id, placed_on, lifted_on=None, **more):
    made = Hold(1, kind, invoice_id, "wrong price", "Dana", placed_on, **more)
    return HoldSpan(made, "7", at(placed_on), at(lifted_on) if lifted_on else None)


@pytest.mark.parametrize(("day", "disputed"), [(14, 0), (15, 150), (19, 150), (20, 0)])
def test_what_is_disputed_on_a_day_is_shown_and_stays_in(day, disputed):
    records = Records(holds=[hold(HoldKind.DISPUTE, "2", date(2026, 3, 15), date(2026, 3, 20))])

    found = stands(date(2026, 3, day), records=records)

    assert found.disputed == disputed
    assert found.open >= 150


def test_disputes_are_counted_against_what_was_billed_and_timed():
    """One of three invoices billed in the period, settled after five days."""
    records = Records(holds=[hold(HoldKind.DISPUTE, "2", date(2026, 3, 15), date(2026, 3, 20))])

    found = stands(records=records)

    assert (cents(found.dispute_rate), found.dispute_days) == (D("0.33"), 5)


def said(day, entered, *ids):
    contact = Contact(day, ContactKind.REMINDER, "S1", 1, 1, ids)
    return Said("7", "USD", contact, at(entered, 14))


def test_a_contact_is_wasted_when_all_was_paid_before_and_entered_after():
    """The payment of 10 February was entered on the 14th; messages went on the 10th, 11th and 15th."""
    made = Books().invoice("1", date(2026, 1, 5), date(2026, 2, 4), "100")
    made.pay(date(2026, 2, 10), ("1", "100"), entered=at(date(2026, 2, 14)))
    records = Records(said=[said(date(2026, 2, day), date(2026, 2, day), "1") for day in (10, 11, 15)])

    found = stands(made=made, records=records)

    assert (found.contacts, found.wasted_contacts, found.contacts_per_paid) == (3, 1, 3)


def judged(outcome, promised, received):
    made = Hold(1, HoldKind.PROMISE, None, "phone", "Dana", date(2026, 3, 2), date(2026, 3, 9))
    return Judged(Promise(made, "7"), outcome, D(promised), D(received), "USD")


def test_promises_are_rated_by_count_and_amount_and_cover_what_is_late():
    records = Records(
        promises=[
            judged(PromiseState.KEPT, "100", "100"),
            judged(PromiseState.PART_KEPT, "100", "50"),
            judged(PromiseState.BROKEN, "100", "0"),
            judged(PromiseState.OPEN, "60", "0"),
            judged(PromiseState.WITHDRAWN, "500", "0"),
        ]
    )

    found = stands(records=records)

    assert (cents(found.promises_kept_count), found.promises_kept_amount) == (D("0.33"), D("0.5"))
    assert found.promise_coverage == D("0.4")  # 60 of 150
    assert usd("150").amount == found.overdue


def test_a_new_company_has_figures_without_ratios():
    past = Books().past(since=None)

    found = standing(past, past, "USD", ON, Records())

    assert (found.open, found.pay_mean_days, found.countback_dso, found.recovered) == (0, None, 0, None)
    assert (found.at_risk, found.band, found.on_time_count) == (None, None, None)


def test_credits_settle_without_being_delays_or_payments():
    """A cancelled order: 500 billed and credited.  Only the 100 paid six days late counts."""
    made = (
        Books().invoice("1", date(2026, 1, 5), date(2026, 2, 4), "100").pay(date(2026, 2, 10), ("1", "100"))
    )
    made.invoice("2", date(2026, 1, 5), date(2026, 2, 4), "500").credit(
        "m", date(2026, 2, 6), "500", ("2", "500")
    )
    made.invoice("3", date(2026, 1, 5), None, "50").pay(date(2026, 1, 9), ("3", "50"))

    found = stands(made=made)

    assert (found.delay_days, found.pay_median_days) == (6, 4)  # 4 days for the one without a due date
    assert found.aging == dict.fromkeys(found.aging, 0)


def test_counting_back_stops_where_history_is_complete_and_after_two_years():
    made = Books().invoice("1", date(2020, 1, 5), date(2020, 2, 4), "100")
    old, young = made.past(since=date(2020, 1, 1)), made.past(since=date(2026, 3, 2))

    assert standing(old, old, "USD", ON, Records()).countback_dso is None
    assert standing(young, young, "USD", ON, Records()).countback_dso is None


def test_an_invoice_without_a_due_date_is_open_and_never_late():
    made = Books().invoice("1", date(2026, 1, 5), None, "100")

    found = stands(made=made)

    assert (found.open, found.overdue, found.aging["current"]) == (100, 0, 100)


def test_money_for_an_invoice_that_was_not_issued_yet_is_a_credit():
    made = (
        books().invoice("5", date(2026, 3, 25), date(2026, 4, 24), "70").pay(date(2026, 3, 10), ("5", "70"))
    )

    assert [stands(date(2026, 3, day), made).credits for day in (9, 10, 24, 25)] == [0, 70, 70, 0]


@pytest.mark.parametrize(("day", "counted"), [(date(2025, 12, 31), 0), (date(2026, 1, 1), 1), (ON, 1)])
def test_contacts_of_ninety_days_are_counted(day, counted):
    records = Records(said=[said(day, day, "1")])

    assert stands(records=records).contacts == counted


def test_contacts_in_another_currency_and_answers_are_not_counted():
    euro = Said("7", "EUR", said(ON, ON, "1").contact, at(ON))
    answer = Said("7", "USD", Contact(ON, ContactKind.ANSWER, None, 1, None, ("1",)), at(ON))

    assert stands(records=Records(said=[euro, answer])).contacts == 0


@pytest.mark.parametrize(
    ("day", "rate"), [(date(2025, 12, 31), 0), (date(2026, 1, 1), D(1) / 3), (ON, D(1) / 3)]
)
def test_disputes_opened_in_ninety_days_are_counted(day, rate):
    found = stands(records=Records(holds=[hold(HoldKind.DISPUTE, "2", day)]))

    assert found.dispute_rate == rate


def test_other_holds_are_no_disputes_and_open_ones_have_no_length():
    records = Records(holds=[hold(HoldKind.EXCLUSION, "2", date(2026, 3, 1), date(2026, 3, 5))])

    found = stands(records=records)

    assert (found.disputed, found.dispute_rate, found.dispute_days) == (0, 0, None)
    assert stands(records=Records(holds=[hold(HoldKind.DISPUTE, "2", ON)])).dispute_days is None


def test_the_middle_dispute_of_several_and_one_that_ends_by_itself():
    lengths = [
        hold(HoldKind.DISPUTE, "2", date(2026, 3, 1), date(2026, 3, 1 + days)) for days in (1, 4, 9, 20)
    ]
    until = hold(HoldKind.DISPUTE, "2", date(2026, 3, 15), until_on=date(2026, 3, 20))

    assert stands(records=Records(holds=lengths)).dispute_days == 4
    assert stands(date(2026, 3, 18), records=Records(holds=lengths)).dispute_days == 4  # 20 is not over
    assert [stands(date(2026, 3, d), records=Records(holds=[until])).disputed for d in (20, 21)] == [150, 0]


def test_money_of_the_window_only_counts_as_recovered():
    """Late on 21 March: 150.  The payment of that day is before the window, that of 20 April in it."""
    made = books().pay(date(2026, 3, 21), ("2", "30")).pay(date(2026, 4, 20), ("2", "60"))
    made.pay(date(2026, 4, 21), ("2", "10"))

    assert stands(date(2026, 4, 20), made).recovered == D("0.5")  # 60 of the 120 left


@pytest.mark.parametrize(("since", "known"), [(date(2026, 3, 1), True), (date(2026, 3, 2), False)])
def test_thirty_days_of_history_are_needed_for_what_rolled_and_was_recovered(since, known):
    made = books().invoice("9", date(2026, 1, 2), date(2026, 2, 1), "10")
    past = made.past(since=since)

    found = standing(past, past, "USD", ON, Records())

    assert (found.recovered is not None, found.roll["1-30"] is not None) == (known, known)


def test_every_bucket_rolls_into_an_older_one():
    """On 1 March 10 is 28 days late, 20 is 45, 40 is 75.  Half of the 20 comes; then all are older."""
    made = Books().invoice("1", date(2026, 1, 2), date(2026, 2, 1), "10")
    made.invoice("2", date(2026, 1, 2), date(2026, 1, 15), "20")
    made.invoice("3", date(2025, 12, 1), date(2025, 12, 16), "40").pay(date(2026, 3, 10), ("2", "10"))

    roll = stands(made=made).roll

    assert roll == {"current": None, "1-30": 1, "31-60": D("0.5"), "61-90": 1}


def test_promises_of_another_currency_are_rated_there():
    euro = judged(PromiseState.BROKEN, "100", "0")
    euro = Judged(euro.promise, euro.state, euro.promised, euro.received, "EUR")

    assert stands(records=Records(promises=[euro])).promises_kept_count is None


def test_more_promised_than_late_covers_all_of_it_and_a_part_received_is_off():
    found = stands(records=Records(promises=[judged(PromiseState.OPEN, "900", "0")]))
    part = stands(records=Records(promises=[judged(PromiseState.OPEN, "100", "40")]))

    assert (found.promise_coverage, part.promise_coverage) == (1, D("0.4"))


def test_what_falls_due_on_the_last_day_is_in_the_period_and_on_the_first_not():
    """Due 31 December: before it.  Due in it: 1 and 2 (late), and 5, due today and paid."""
    made = books().invoice("5", date(2026, 3, 2), ON, "10").pay(ON, ("5", "10"))

    assert stands(made=made).on_time_count == D(1) / 3


def test_what_is_never_paid_counts_in_the_mean_with_the_longest_time_seen():
    """One paid after 10 days, one unpaid for 30: half at 10, half at 30."""
    made = Books().invoice("1", date(2026, 3, 1), date(2026, 3, 31), "10").pay(date(2026, 3, 11), ("1", "10"))
    made.invoice("2", date(2026, 3, 1), date(2026, 3, 31), "10")

    assert stands(made=made).pay_mean_days == 20


@pytest.mark.parametrize(("since", "days"), [(date(2026, 3, 1), 31), (date(2026, 3, 2), None)])
def test_a_month_is_counted_back_when_all_of_it_is_known(since, days):
    past = Books().invoice("3", date(2026, 3, 20), date(2026, 4, 19), "80").past(since=since)

    assert standing(past, past, "USD", ON, Records()).countback_dso == days
