"""A plan that is kept here: nothing moves in the books, and the ladder follows its payments."""

from datetime import date
from decimal import Decimal

from qb_collections.services import leasing, plan_follow, plans, sync, tasks
from qb_collections.services.refusal import Refusal
from tests.plans.books import PlanBooks


def overlay(books, **changed):
    books.form = "overlay"
    return books.create(**changed)


def standing(books, on=None):
    with leasing.held(books.context, books.company) as lease:
        sync.sync(books.context, books.company, lease)
        plan_follow.follow(books.context, books.company, lease, books.company.today(books.clock.now()))
    return plans.show(books.context, books.company, "PP1")["standing"]


def at(books, day):
    books.clock.set(books.clock.now().replace(year=day.year, month=day.month, day=day.day))


def test_an_overlay_plan_writes_a_line_on_each_invoice_and_nothing_else(books):
    plan = overlay(books)

    assert (plan.form, plan.state) == ("overlay", "active")
    assert books.rows("CreditMemo") == [] and books.rows("Payment") == [] and books.installments() == []
    assert [books.balance(one) for one in books.invoices] == [one["TotalAmt"] for one in books.invoices]
    memo = books.read_invoice(books.invoices[0]["Id"])["PrivateNote"]
    assert memo.startswith("Oct 30, 2026: Payment plan PP1 agreed, 3 payments to Jan 19, 2027 (ref")
    books.assert_books_unmoved()


def test_it_needs_neither_accrual_nor_open_books(books):
    books.act("close_books", through="2026-10-30")
    books.act("set_preferences", preferences={"ReportPrefs": {"ReportBasis": "Cash"}})

    plan = overlay(books)

    assert plan.state == "active"


def test_the_agreement_is_recorded_in_words_with_who_and_how(books):
    plan = overlay(books, accepted="phone", accepted_by="Doreen")

    said = plans.show(books.context, books.company, plan.label)["agreement"]
    assert said["version"] == "2026-1" and said["recorded_by"] == "Sam"
    assert (said["accepted"], said["accepted_by"], said["on"]) == ("phone", "Doreen", "2026-10-30")
    assert "that $1,000.00, open on invoices" in said["text"]
    assert "2. $333.33 by Wednesday, December 16" in said["text"]
    assert said["text"].endswith("unless another day is agreed before.")


def test_money_is_set_against_the_payments_oldest_first_wherever_it_was_applied(books):
    """400.00 on the newest invoice pays the first 333.34 and 66.66 of the second payment."""
    overlay(books)
    at(books, date(2026, 11, 10))

    books.act("part_pay", invoice=books.invoices[0]["DocNumber"], amount="400.00")

    found = standing(books)
    assert (found["state"], found["received"], found["remaining"]) == ("on_track", "400.00", "600.00")
    assert found["next"] == {"number": 2, "due_on": "2026-12-16", "amount": "266.67"}


def test_the_ladder_is_silent_until_a_payment_is_missed_and_then_a_person_is_asked(books):
    overlay(books)
    books.settled_in()
    at(books, date(2026, 11, 16))

    on_the_day = books.night()
    at(books, date(2026, 11, 19))
    missed = books.night()

    assert on_the_day["run"]["counts"]["contacts"] == 0
    assert missed["run"]["counts"]["contacts"] == 0
    [task] = [one for one in tasks.list_open(books.context, books.company) if one.kind == "plan_missed"]
    assert "payment 1 of 3 of the payment plan PP1, $333.34, was due on Monday, November 16" in task.text


def test_ten_days_after_the_date_the_plan_is_broken_and_back_on_track_once_the_money_is_there(books):
    overlay(books)
    at(books, date(2026, 11, 25))
    late = standing(books)
    at(books, date(2026, 11, 26))

    broken = standing(books)

    assert (late["state"], late["missed_days"], late["broken_on"]) == ("late", 9, "2026-11-26")
    assert broken["state"] == "broken" and books.plan().state == "broken"
    [task] = [one for one in tasks.list_open(books.context, books.company) if one.kind == "plan"]
    assert task.title == "Plan PP1 is broken" and "$333.34 is missing in all" in task.text
    books.act("part_pay", invoice=books.invoices[0]["DocNumber"], amount="333.34")
    assert standing(books)["state"] == "on_track"
    assert books.plan().state == "active"


def test_a_plan_that_was_paid_and_whose_payment_comes_back_runs_again_and_asks_for_a_call(books):
    overlay(books)
    paid = [books.act("pay", invoice=one["DocNumber"]) for one in books.invoices]
    assert standing(books)["state"] == "paid_off"
    assert books.plan().state == "paid"

    books.act("return_payment", payment=paid[0]["Id"])

    assert standing(books)["received"] == "400.00"
    assert books.plan().state == "active"
    [task] = [one for one in tasks.list_open(books.context, books.company) if "returned" in one.title]
    assert "$600.00 that had come on payment plan PP1" in task.text and "call them" in task.text


def test_money_on_no_invoice_counts_and_a_person_is_asked_to_apply_it(books):
    overlay(books)
    books.act("pay_on_account", customer="Riverbend Bait & Grill", amount="333.34")
    at(books, date(2026, 11, 20))

    found = standing(books)

    assert (found["state"], found["unapplied"]) == ("on_track", "333.34")
    [task] = [one for one in tasks.list_open(books.context, books.company) if "Apply" in one.title]
    assert "$333.34 that is not applied" in task.text


def test_a_plan_kept_here_is_ended_with_a_line_on_each_invoice(books):
    overlay(books)

    ended = books.end("cancel", reason="they sold the boat")

    assert ended.state == "cancelled"
    assert ended.reason == "Ended by Sam: they sold the boat."
    memo = books.read_invoice(books.invoices[0]["Id"])["PrivateNote"].splitlines()
    assert memo[1].startswith("Oct 30, 2026: Payment plan PP1 ended by agreement")
    books.assert_books_unmoved()
    assert isinstance(books.end("cancel"), Refusal)


def test_a_second_plan_takes_the_place_of_the_first_for_what_is_left(books):
    overlay(books)
    books.act("part_pay", invoice=books.invoices[0]["DocNumber"], amount="400.00")
    standing(books)

    plan = books.end("renegotiate", asked=books.asked(payments=2, first_on=date(2026, 12, 1)))

    assert (plan.label, plan.state) == ("PP2", "active")
    assert [one.amount.amount for one in plan.installments] == [Decimal("300.00"), Decimal("300.00")]
    assert plan.details["follows"] == "PP1"


def test_terms_that_cannot_be_leave_the_first_plan_as_it_is(books):
    overlay(books)

    answer = books.end("renegotiate", asked=books.asked(payments=2, first_on=date(2026, 10, 1)))

    assert isinstance(answer, Refusal) and "not after the day of the plan" in answer.message
    assert books.plan().label == "PP1" and books.plan().state == "active"


def test_shapes_within_the_policy_are_offered_without_terms(books):
    found = books.propose(payments=None, first_on=None)

    assert found.shapes == (
        "2 payments of $500.00, monthly from Friday, November 6",
        "4 payments of $250.00, monthly from Friday, November 6",
        "6 payments of $166.67 (the last $166.66), monthly from Friday, November 6",
    )


def test_what_the_policy_does_not_offer_is_said_and_recorded(books):
    """The first payment is 17 days away; the policy asks for one within 14."""
    proposal = books.propose()
    plan = overlay(books)

    said = ("The policy asks for the first payment within 14 days; it is on Monday, November 16.",)
    assert proposal.beyond_policy == said
    assert plan.details["beyond_policy"] == [*said]


def test_invoices_of_a_customer_and_its_sites_may_share_a_plan_that_is_kept_here():
    books = PlanBooks()
    site = books.customer("Dock Two", ParentRef={"value": books.grill}, BillWithParent=True, Job=True)
    other = books.invoice(site, "50.00", date(2026, 8, 3), date(2026, 9, 2))
    standing_numbers = [books.invoices[0]["DocNumber"], other["DocNumber"]]
    with leasing.held(books.context, books.company) as lease:
        sync.sync(books.context, books.company, lease)

    written = books.create(invoice_numbers=tuple(standing_numbers))
    kept = overlay(books, invoice_numbers=tuple(standing_numbers))

    assert isinstance(written, Refusal) and "different customers" in written.message
    assert kept.state == "active" and kept.customer_id == books.grill
    assert kept.principal.amount == Decimal("650.00")
    books.close()
