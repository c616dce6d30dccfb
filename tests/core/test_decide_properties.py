"""What holds for every case, however odd."""

import re
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.case import Case, Contact, ContactKind, Cycle, HoldKind, Plan
from qb_collections.core.decide import decide
from qb_collections.core.decision import Outcome

from .making import customer, hold, invoice, memo, payment, rules, usd

RULES = rules()
CODES = [stage.code for stage in RULES.ladder]
START = date(2026, 8, 3)
days = st.integers(0, 120).map(lambda n: START + timedelta(days=n))
# Words that belong to our code, not to a sentence that an owner reads.
INTERNAL = re.compile(r"\b(gate|stage|cycle|ladder|hold|case|finding|mirror|intent|S[0-6])\b", re.IGNORECASE)
NAMES = st.one_of(
    st.just("Marlow Print Works"),
    st.text("abcdé \u202e\n\t\x00漢'\"<>{}%", min_size=1, max_size=300),
)


@st.composite
def invoices(draw):
    number = draw(st.integers(0, 5))
    made = []
    for n in range(number):
        due = draw(st.one_of(st.none(), days, st.just(date(2020, 2, 29))))
        balance = draw(st.sampled_from(["0", "10.00", "480.00", "780.40", "12345678.90"]))
        made.append(invoice(str(n), due, balance, number=draw(st.one_of(st.none(), NAMES))))
    return tuple(made)


@st.composite
def cases(draw):
    open_ones = draw(invoices())
    ids = [one.id for one in open_ones] + ["99"]
    holds = [
        hold(
            kind,
            draw(st.sampled_from([None, *ids])),
            until_on=draw(st.one_of(st.none(), days)),
            reason=draw(NAMES),
        )
        for kind in draw(st.lists(st.sampled_from(HoldKind), max_size=2))
    ]
    stage = draw(st.sampled_from([None, *CODES[:-1]]))
    contacts = ()
    if stage is not None:
        contact = Contact(
            draw(days), ContactKind.REMINDER, stage, 1, 1, tuple(draw(st.lists(st.sampled_from(ids))))
        )
        contacts = (
            replace(
                contact,
                act_by_on=draw(st.one_of(st.none(), days)),
                reply_by_on=draw(st.one_of(st.none(), days)),
            ),
        )
    plans = ()
    if draw(st.booleans()):
        state = draw(st.sampled_from(["building", "active", "broken", "cancelled", "paid"]))
        plans = (
            Plan(1, draw(NAMES), frozenset({"0"}), frozenset({"1"}), "m1", state, draw(days), usd("5"), 2, 6),
        )
    backlog = stage is None and draw(st.booleans())
    return Case(
        customer(
            name=draw(NAMES),
            emails=draw(st.sampled_from([(), ("a@b.example",)])),
            phone=draw(st.sampled_from([None, "1"])),
        ),
        "USD",
        open_ones,
        payments=draw(st.sampled_from([(), (payment("100.00"),)])),
        credit_memos=draw(st.sampled_from([(), (memo("400.00", number="x" * 90),)])),
        holds=tuple(holds),
        contacts=contacts,
        cycle=Cycle(1, START, stage, len(contacts), 1, draw(st.one_of(st.none(), days))) if stage else None,
        plans=plans,
        books_balance=draw(st.sampled_from([None, usd("1"), usd("99999999")])),
        important=draw(st.booleans()),
        history_since=draw(st.sampled_from([None, START])),
        early_ids=draw(st.sampled_from([None, frozenset(ids)])),
        start_on=draw(days) if backlog else None,
        is_backlog=backlog,
    )


@given(cases(), days)
def test_every_open_invoice_has_exactly_one_finding(case, today):
    decision = decide(case, RULES, today)

    assert [finding.invoice_id for finding in decision.findings] == [one.id for one in case.invoices]


@given(cases(), days)
def test_nothing_is_said_about_what_is_held_settled_or_on_a_plan(case, today):
    decision = decide(case, RULES, today)

    on_plan = {
        one
        for plan in case.plans
        if plan.state not in ("cancelled", "paid")
        for one in plan.original_ids | plan.installment_ids
    }
    for one in case.invoices:
        if one.id not in (*decision.invoice_ids, *decision.also_open_ids):
            continue
        assert one.balance.amount > 0
        assert one.id not in on_plan
        for held in case.holds:
            if held.kind in (HoldKind.DISPUTE, HoldKind.EXCLUSION) and held.invoice_id in (None, one.id):
                assert held.until_on is not None and held.until_on < today


@given(cases(), days)
def test_the_step_never_falls_and_rises_by_one_except_for_a_call_left_out(case, today):
    decision = decide(case, RULES, today)

    if decision.outcome in (Outcome.REMIND, Outcome.CALL) and not decision.backlog:
        before = CODES.index(case.cycle.stage) if case.cycle else 0
        now = CODES.index(decision.stage)
        skipped_call = CODES[before + 1 : now] == ["S3"]
        assert before <= now <= before + 1 or skipped_call


@given(cases(), days)
def test_the_same_case_on_the_same_day_gives_the_same_answer(case, today):
    assert decide(case, RULES, today) == decide(case, rules(), today)


@given(cases(), days)
def test_sentences_are_short_whole_and_in_the_owners_words(case, today):
    decision = decide(case, RULES, today)

    for finding in (*decision.findings, *decision.trace):
        assert 0 < len(finding.because) <= 240
        assert not INTERNAL.search(finding.because)
        assert "\n" not in finding.because
        assert "\u202e" not in finding.because
    assert len(decision.reason) <= 240


@given(cases(), days, st.integers(1, 20))
def test_an_answer_stays_the_same_until_its_day_to_look_again(case, today, later):
    decision = decide(case, RULES, today)
    if decision.outcome in (Outcome.REMIND, Outcome.CALL, Outcome.DECIDE):
        assert decision.review_on == today + timedelta(days=1)
        return
    day = today + timedelta(days=later)
    if decision.review_on is not None:
        assert decision.review_on > today
        day = min(day, decision.review_on - timedelta(days=1))

    again = decide(case, RULES, day)

    assert (again.outcome, again.reason, again.findings) == (
        decision.outcome,
        decision.reason,
        decision.findings,
    )


@given(cases(), st.integers(0, 500).map(lambda n: START + timedelta(days=n)))
def test_no_silence_without_a_day_to_look_again_ever_becomes_a_contact(case, today):
    decision = decide(case, RULES, START)
    if decision.review_on is None:
        assert decide(case, RULES, max(today, START)).outcome in (Outcome.SILENCE, Outcome.TASK)
