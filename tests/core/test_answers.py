"""When an answer is owed and when it must not be given any more, on both sides of every boundary."""

from dataclasses import replace

import pytest

from qb_collections.core.answers import (
    AnswerKind,
    Thanks,
    answer_key,
    installment_due,
    kept_by,
    late_promise,
    past_due,
    thanks,
)
from qb_collections.core.books import Link
from qb_collections.core.case import ContactKind, HoldKind, Plan, PlanPart
from qb_collections.core.plan_standing import standing

from .making import STANDARD, case, hold, invoice, nov, octo, payment, reminder, rules, usd

PLAN = Plan(
    1,
    "PP1",
    frozenset({"1"}),
    frozenset(),
    None,
    "active",
    parts=(PlanPart(1, nov(16), usd("100.00")), PlanPart(2, nov(30), usd("100.00"))),
)
TERMS = STANDARD.plans  # told three days before, asked for the day after


def paid(id, on, amount="780.40", total=None):
    return replace(payment("0"), id=id, received_on=on, total=usd(total or amount))


def went(payment_id, invoice_id, amount="780.40", kind="Invoice"):
    return Link(payment_id, kind, invoice_id, usd(amount))


def test_an_answer_is_named_by_what_it_answers():
    assert answer_key(AnswerKind.PROMISE_NOTED, "7", "USD", 12) == "answer:promise_noted:7:USD:12"


def test_notices_of_a_plan_count_as_contacts_and_answers_do_not():
    notices = {one for one in AnswerKind if one.contact is ContactKind.NOTICE}

    assert notices == {AnswerKind.INSTALLMENT_BEFORE, AnswerKind.INSTALLMENT_MISSED}
    assert AnswerKind.THANK_YOU.contact is ContactKind.ANSWER


@pytest.mark.parametrize(
    ("kind", "asked", "expected"),
    [
        (
            HoldKind.INSOLVENT,
            AnswerKind.PLAN_OFFER,
            "Not sent: somebody else speaks for them (cooler failed again).",
        ),
        (
            HoldKind.HANDED_OVER,
            AnswerKind.THANK_YOU,
            "Not sent: the account was handed over (cooler failed again).",
        ),
        (
            HoldKind.PEOPLE_ONLY,
            AnswerKind.THANK_YOU,
            "Not sent: they get no automatic message (cooler failed again).",
        ),
        (HoldKind.UPSET, AnswerKind.INSTALLMENT_BEFORE, "Not sent: they are upset (cooler failed again)."),
        (HoldKind.PEOPLE_ONLY, AnswerKind.PLAN_OFFER, None),  # a person's own command
        (HoldKind.UPSET, AnswerKind.DISPUTE_ANSWERED, None),
        (HoldKind.DISPUTE, AnswerKind.THANK_YOU, None),
    ],
)
def test_what_a_person_marked_keeps_answers_back(kind, asked, expected):
    held = case(holds=(hold(kind, placed_on=octo(28)),))

    assert kept_by(held, asked, rules(), octo(28)) == expected


def test_a_mark_that_is_over_keeps_nothing_back():
    held = case(holds=(hold(HoldKind.PEOPLE_ONLY, until_on=octo(28)),))

    assert kept_by(held, AnswerKind.THANK_YOU, rules(), octo(28)) is not None
    assert kept_by(held, AnswerKind.THANK_YOU, rules(), octo(29)) is None


def test_past_due_is_what_is_open_after_its_day():
    open_ones = (
        invoice("1", octo(23)),
        invoice("2", octo(24)),
        invoice("3", octo(22), "0"),
        invoice("4", octo(22), voided=True),
        invoice("5", due=None),
    )

    assert past_due(
        case(*[replace(one, due_on=None) if one.id == "5" else one for one in open_ones]), octo(24)
    ) == ["10611"]


def test_thanks_are_for_the_last_days_money_that_paid_what_was_named():
    said = [reminder("S1", octo(28), "1", "2")]
    payments = [paid("p1", nov(2)), paid("p2", nov(3), "500.00"), paid("p3", nov(3), "280.40")]
    links = [went("p1", "1"), went("p2", "2", "500.00"), went("p3", "2", "280.40"), went("p3", "9", "1.00")]

    assert thanks(said, payments, links, "USD", nov(3)) == Thanks(
        ("p2", "p3"), usd("780.40"), nov(3), ("2", "9")
    )


@pytest.mark.parametrize(
    ("said", "payments", "links", "today"),
    [
        ([], [paid("p1", nov(2))], [went("p1", "1")], nov(3)),  # we had not written
        (
            [reminder("S1", octo(28), kind=ContactKind.FOREIGN)],
            [paid("p1", nov(2))],
            [went("p1", "1")],
            nov(3),
        ),
        ([reminder("S1", octo(28))], [paid("p1", nov(2))], [went("p1", "8")], nov(3)),  # another invoice
        ([reminder("S1", octo(28))], [paid("p1", nov(2))], [went("p1", "1", kind="CreditMemo")], nov(3)),
        ([reminder("S1", octo(28))], [paid("p1", nov(2))], [went("p1", "1", "0.00")], nov(3)),
        ([reminder("S1", octo(28))], [paid("p1", nov(2), total="0.00")], [went("p1", "1")], nov(3)),
        ([reminder("S1", octo(28))], [paid("p1", nov(2))], [went("p1", "1")], nov(17)),  # fifteen days
    ],
)
def test_there_is_nothing_to_thank_for(said, payments, links, today):
    assert thanks(said, payments, links, "USD", today) is None


def test_a_thank_you_is_owed_for_fourteen_days_and_in_its_own_currency():
    said, links = [reminder("S1", octo(28))], [went("p1", "1")]

    assert thanks(said, [paid("p1", nov(2))], links, "USD", nov(16)) is not None
    assert thanks(said, [paid("p1", nov(2))], links, "CAD", nov(16)) is None


@pytest.mark.parametrize(
    ("came", "today", "expected"),
    [
        ("0", nov(12), None),
        ("0", nov(13), (AnswerKind.INSTALLMENT_BEFORE, 1)),  # three days before
        ("0", nov(15), (AnswerKind.INSTALLMENT_BEFORE, 1)),
        ("0", nov(16), None),  # its own day
        ("0", nov(17), (AnswerKind.INSTALLMENT_MISSED, 1)),
        ("0", nov(25), (AnswerKind.INSTALLMENT_MISSED, 1)),
        ("0", nov(26), None),  # broken: a person speaks with them
        ("100.00", nov(27), (AnswerKind.INSTALLMENT_BEFORE, 2)),
        ("200.00", nov(27), None),
    ],
)
def test_a_notice_belongs_to_its_day(came, today, expected):
    found = installment_due(PLAN, standing(PLAN, usd(came), today), TERMS, today)

    assert (found and (found[0], found[1].number)) == expected


def test_a_policy_may_tell_nobody_before_and_a_plan_that_is_over_tells_nothing():
    silent = TERMS.model_copy(update={"notice_before_days": 0})
    over = replace(PLAN, state="cancelled")

    assert installment_due(PLAN, standing(PLAN, usd("0"), nov(13)), silent, nov(13)) is None
    assert installment_due(over, standing(over, usd("0"), nov(17)), TERMS, nov(17)) is None


def test_a_promise_is_noted_before_its_day():
    promised = hold(HoldKind.PROMISE, until_on=nov(6))

    assert [late_promise(promised, day) for day in (nov(5), nov(6))] == [False, True]
    assert late_promise(replace(promised, until_on=None), nov(5))
