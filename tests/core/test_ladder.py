"""Small questions about the ladder and the promises that decide asks."""

from dataclasses import replace
from datetime import date

from qb_collections.core.case import HoldKind
from qb_collections.core.gates import CUSTOMER_GATES, INVOICE_GATES
from qb_collections.core.ladder import first_overdue_on, next_step
from qb_collections.core.promises import is_over, last_day

from .making import DUE, after, changed, hold, invoice, nov, octo, reminder, rules, usd

RULES = rules()


def test_the_order_of_the_gates_is_the_house_order():
    assert [name for name, _, _ in INVOICE_GATES] == [
        *("settled", "not_overdue", "plan", "dispute", "promise", "in_transit", "autopay", "exclusion"),
        "too_old",
    ]
    assert [name for name, _, _ in CUSTOMER_GATES] == [
        *("people_only", "handed_over", "hardship", "credits", "credit_not_visible", "too_small"),
        *("plan_missed", "no_contact", "open_reply", "caps", "contact_gap", "stage"),
    ]


def test_the_first_step_after_the_due_date():
    assert first_overdue_on(RULES.ladder, RULES.calendar, DUE) == octo(28)
    assert first_overdue_on(RULES.ladder[:1], RULES.calendar, DUE) == octo(24)


def test_a_promise_is_over_the_day_after_its_last_grace_day():
    promise = hold(HoldKind.PROMISE, until_on=nov(6))

    assert last_day(promise, RULES) == nov(10)
    assert not is_over(promise, RULES, nov(10))
    assert is_over(promise, RULES, nov(11))


def test_a_repeating_step_repeats_only_for_what_it_has_spoken_of():
    policy = changed(
        **{"after_last_days = 6          # gives": "repeat_every_days = 14\nafter_last_days = 6 #"}
    )
    short = replace(rules(policy), ladder=policy.ladder[:3])
    named = after(
        reminder("S2", nov(3)), invoices=(invoice(balance="100.00"), invoice("2", octo(29), "100.00"))
    )
    unnamed = replace(named, invoices=named.invoices[1:])

    # Ten days after 29 October comes before fourteen days after 3 November.
    step = next_step(named, short, nov(4), named.invoices, usd("200"))
    alone = next_step(unnamed, short, nov(4), unnamed.invoices, usd("100"))

    assert (step.on, step.trigger.id) == (nov(9), "2")
    assert (alone.on, alone.trigger.id) == (nov(9), "2")


def test_a_ladder_of_nothing_leaves_everything_to_a_person():
    empty = replace(RULES, ladder=())
    made = after()

    step = next_step(made, empty, nov(4), made.invoices, usd("100"))

    assert (step.stage, step.on) == (None, octo(23))


def test_a_firm_step_with_nothing_to_name_waits_for_a_repeat():
    made = after(reminder("S2", nov(3)), invoices=(invoice("2", date(2026, 9, 1), "100.00"),))

    step = next_step(made, RULES, nov(9), made.invoices, usd("100"))

    assert (step.stage.code, step.on) == ("S2", nov(9))


AT_ONCE = changed(**{"after_due_days = 3\nbusiness = true ": "after_due_days = 0\nrepeat_every_days = 14 #"})


def test_a_first_step_on_the_due_date_is_the_first_step_after_it():
    """Friday 23 October; what is due on Saturday is asked for on Monday."""
    at_once = rules(AT_ONCE)

    assert first_overdue_on(at_once.ladder, at_once.calendar, DUE) == DUE
    assert (at_once.early.code, at_once.first.code) == ("S0", "S1")
    assert replace(at_once, ladder=at_once.ladder[1:]).early is None
    assert next_step(after(), at_once, octo(24), after().invoices, usd("780.40")).on == DUE
    assert next_step(after(), at_once, octo(26), (invoice(due=octo(24)),), usd("780.40")).on == octo(26)


def test_a_first_step_on_the_due_date_repeats_and_opens_like_any_other():
    at_once = replace(rules(AT_ONCE), ladder=AT_ONCE.ladder[:2])
    said = after(reminder("S1", octo(26)))
    backlog = replace(after(), is_backlog=True)

    again = next_step(said, at_once, nov(9), said.invoices, usd("780.40"))
    opening = next_step(backlog, at_once, octo(26), backlog.invoices, usd("780.40"))

    assert (again.stage.code, again.on) == ("S1", nov(9))
    assert (opening.stage.code, opening.backlog) == ("S1", True)


def test_a_copy_before_the_due_date_never_repeats():
    """What it has spoken of is late now: the first step is next, and not the copy again."""
    courtesy = changed(**{"needs_history = true ": "repeat_every_days = 7 #"})
    only_copy = replace(rules(courtesy), ladder=courtesy.ladder[:1])
    made = after(reminder("S0", octo(19)))

    step = next_step(made, only_copy, octo(26), made.invoices, usd("780.40"))

    assert step.stage is None


def test_a_step_that_applies_no_more_does_not_repeat():
    dear = changed(
        **{'"may_we_have_a_date"\n': '"may_we_have_a_date"\nmin_balance = 500\nrepeat_every_days = 14\n'}
    )
    only = replace(rules(dear), ladder=dear.ladder[:3])
    made = after(reminder("S2", nov(3)), invoices=(invoice(balance="499.99"),))

    assert next_step(made, only, nov(17), made.invoices, usd("499.99")).stage is None
    assert next_step(made, only, nov(17), made.invoices, usd("500.00")).on == nov(17)


def test_rules_made_from_others_remember_none_of_their_days_and_places():
    slower = changed(**{"after_due_days = 17": "after_due_days = 20"})
    old = rules()
    call = old.ladder[3]

    assert (old.rank("S3"), old.reached_on(call, DUE)) == (3, nov(9))
    new = replace(old, ladder=slower.ladder[3:])

    assert (new.rank("S3"), new.reached_on(slower.ladder[3], DUE), new.rank("S1")) == (0, nov(12), -1)
    assert (old.rank("S3"), old.rank("S1")) == (3, 1)
