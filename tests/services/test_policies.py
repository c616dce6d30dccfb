"""Policies as a person handles them: accepted or refused, in force or rolled back, one for each customer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import tomlkit

from qb_collections.core.books import Customer, Invoice
from qb_collections.core.case import Contact, ContactKind, Cycle
from qb_collections.core.decision import Channel, Outcome
from qb_collections.core.money import Money
from qb_collections.messages.library import Library, packaged
from qb_collections.services import (
    policies,
    policy_assignments,
    policy_changes,
    policy_groups,
    policy_moves,
    presets,
)
from qb_collections.services.deciding import decide_company
from qb_collections.services.policies import Checked
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, companies, contacts, cycles, mirror, people
from qb_collections.store import policies as stored
from qb_collections.store.cursors import Cursor, set_cursor
from qb_collections.store.engine import durable, reading

NOW = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)
TODAY = date(2026, 10, 29)  # Thursday; four business days after the due date
DUE = date(2026, 10, 23)  # Friday
NAMES = {"1": "Alder Grove School", "2": "Birch Street School", "3": "Cedar & Sons", "4": "Dogwood Dental"}
TEXT = presets.text(presets.STANDARD)


def usd(amount):
    return Money(Decimal(amount), "USD")


@pytest.fixture
def company(context):
    """Read, contacting since long ago: four customers, each with one invoice late since 23 October."""
    with durable(context.engine) as conn:
        people.ensure_first_practice(conn, NOW)
        made = companies.create(
            conn,
            name="Harbor Light Supply",
            zone="America/New_York",
            currency="USD",
            country="US",
            environment="sandbox",
            base_url="https://sandbox-quickbooks.api.intuit.com/v3",
            created_at=NOW,
            practice_id=people.first_practice(conn, NOW),
            contact_name="Dana Whitlock",
            contact_phone="(423) 555-0142",
            payment_instructions="By check.",
            live_since_on=date(2025, 1, 1),
        )
        stored.add(conn, made.id, TEXT, "system", "the standard policy, on connection", NOW)
        for id, name in NAMES.items():
            known = Customer(
                id, name, "USD", usd("600.00"), emails=("ap@books.example",), phone="423-555-0118"
            )
            bill = Invoice(id, "0", id, f"10{id}", date(2026, 9, 23), DUE, usd("600.00"), usd("600.00"))
            mirror.put_customers(conn, made.id, [known])
            mirror.put_invoices(conn, made.id, [bill])
        set_cursor(conn, made.id, Cursor(NOW, NOW, NOW))
        cases.touch(conn, made.id, list(NAMES), TODAY)
        return companies.get(conn, made.id)


def put(context, company, text, **more):
    return policies.put(context, company, text, **({"author": "Dana", "note": "trial"} | more))


def tonight(context, company, on=TODAY):
    """What is decided for each customer: outcome, step and text."""
    night = decide_company(context, company, on, everybody=True)
    return {
        NAMES[one.case.customer.id]: (one.decision.outcome.value, one.decision.stage, one.decision.template)
        for one in night.decided
    }


def texts_in_force(context, company):
    with reading(context.engine) as conn:
        return [(one.version, one.name, one.text) for one in stored.versions(conn, company.id)]


# The presets

# code, days after the due date, business days, days after the last contact, channel: worked out by hand.
OFFSETS = {
    "standard": "S0 -5 0 email | S1 3b 0 email | S2 10 6 email | S3 17 6 call | S4 25 6 email"
    " | S5 35 6 letter | S6 45 0 decision",
    "gentle": "S1 5b 0 email | S2 15 10 email | S3 30 10 call | S6 45 0 decision",
    "brisk": "S0 -7 0 email | S1 1 0 email | S3 4 3 call | S4 10 4 email | S5 20 4 letter | S6 32 0 decision",
    "small-balances": "S1 5b 0 email | S2 14 7 email | SM 45 30 statement",
    "plan": "S1 3b 0 email | S2 12 7 email | S3 21 7 call | S6 35 0 decision",
    "statement-only": "SM 10 0 statement",
    "people-only": "S1 5b 0 call | S2 15 7 call | S3 28 10 call | S6 42 0 decision",
}


@pytest.mark.parametrize("name", OFFSETS)
def test_each_preset_is_a_good_policy_with_its_own_steps(name):
    checked = policies.check(presets.text(name))

    assert checked.problems == ()
    assert checked.policy is not None
    steps = [
        f"{one.code} {one.after_due_days}{'b' if one.business else ''} {one.after_last_days} {one.channel}"
        for one in checked.policy.ladder
    ]
    assert " | ".join(steps) == OFFSETS[name]


def test_seven_presets_ship_each_with_a_head_in_the_owners_words():
    every = {one.title: one for one in presets.every()}

    assert list(every) == [
        *("Brisk", "Gentle", "People only", "Plan", "Small balances", "Standard", "Statement only"),
    ]
    for one in every.values():
        assert one.about.endswith(".")
        assert policies.check(one.text).policy.name == one.title


@pytest.mark.parametrize("name", OFFSETS)
def test_each_preset_makes_a_round_trip_byte_for_byte(name):
    assert tomlkit.dumps(tomlkit.parse(presets.text(name))) == presets.text(name)


def test_the_presets_differ_where_their_heads_say_so():
    of = {name: policies.check(presets.text(name)).policy for name in OFFSETS}

    gaps = {name: one.limits.contact_gap_days for name, one in of.items()}
    assert gaps == {
        "standard": 6,
        "gentle": 10,
        "brisk": 3,
        "small-balances": 7,
        "plan": 6,
        "statement-only": 14,
        "people-only": 7,
    }
    assert [name for name, one in of.items() if any(stage.firm for stage in one.ladder)] == [
        "standard",
        "brisk",
    ]
    assert all(stage.approval for stage in of["people-only"].ladder if stage.channel != "decision")
    assert of["people-only"].thresholds.call == 0
    assert of["small-balances"].ladder[-1].repeat_at_most == 6
    assert of["plan"].thresholds.plan_offer == 100
    assert of["plan"].plans.broken_after_days == 10


def test_a_preset_is_found_by_its_title_or_file_and_a_miss_names_the_nearest():
    assert presets.find("small balances").name == "small-balances"
    assert presets.find("Small-Balances").name == "small-balances"
    refusal = presets.find("brsk")
    assert isinstance(refusal, Refusal)
    assert 'No policy called "brsk" ships. Did you mean "Brisk"?' in refusal.message


# Accepted or refused

BAD = [
    (
        "contact_gap_days = 6         # days",
        "contact_gap = 6 # days",
        "limits.contact_gap",
        '"contact_gap_days"',
    ),
    ("after_due_days = 10\n", "after_due_days = 2\n", "ladder[2].after_due_days", "must come later than S1"),
    (
        "at_most_in_7_days = 2\nat_most_in_14",
        "at_most_in_7_days = 0\nat_most_in_14",
        "limits.at_most_in_7_days",
        "0",
    ),
    ('"did_it_reach_you"', '"did_it_reach"', "ladder[1].template", 'did you mean "did_it_reach_you"?'),
    ('"did_it_reach_you"', '"zzzz"', "ladder[1].template", "there are: before_due, did_it_reach_you"),
    ('"did_it_reach_you"', '"missed_you"', "ladder[1].template", "it cannot go to a customer"),
    ('template = "decision"', 'template = "monthly"', "ladder[6].template", 'write "decision"'),
    ('template = "missed_you"', 'template = "past_due"', "ladder[3].template", 'write "missed_you"'),
    ('template = "final_notice"', 'template = "past_due"', "ladder[5].template", 'channel "email"'),
    ('country = ""  ', 'country = "XX" ', "holidays.country", '"XX" is not a country'),
]


@pytest.mark.parametrize(("old", "new", "path", "says"), BAD)
def test_a_bad_policy_is_refused_by_path_and_line_and_the_one_in_force_is_untouched(
    context, company, old, new, path, says
):
    assert TEXT.count(old) == 1
    text = TEXT.replace(old, new)
    before = texts_in_force(context, company)

    refused = put(context, company, text)

    assert isinstance(refused, Checked)
    (problem,) = refused.problems
    assert problem.path == path
    assert says in problem.message
    both = zip(TEXT.splitlines(), text.splitlines(), strict=True)
    assert problem.line == next(number for number, (was, now) in enumerate(both, 1) if was != now)
    assert texts_in_force(context, company) == before


def library_with(folder, name, text):
    (folder / name).parent.mkdir(parents=True)
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return Library(folder, *packaged().folders)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("Please pay {nothing_we_know}.", "cannot be used: mail/s2, line 4"),
        ("Pay now or we go to the police about {numbers}.", "cannot be used"),
    ],
)
def test_a_text_that_fails_its_check_is_refused_at_the_step_that_sends_it(tmp_path: Path, body, says):
    library = library_with(tmp_path, "mail/s2", f"subject: Invoice {{numbers}}\ntone: soft\n---\n{body}\n")

    checked = policies.check(TEXT, library)

    assert checked.policy is None
    assert [problem.path for problem in checked.problems] == ["ladder[2].template"]
    assert says in checked.problems[0].message


def test_a_step_that_speaks_more_softly_than_its_text_is_refused():
    text = TEXT.replace(
        'template = "past_due"\ntone = "firm"', 'template = "past_due"\ntone = "cooperative"'
    ).replace("firm = true                  # from", "# from")

    checked = policies.check(text)

    assert [(one.path, one.message) for one in checked.problems] == [
        ("ladder[4].template", '"past_due" is written in a firm tone, and the step\'s is "cooperative"')
    ]


def test_a_version_that_was_accepted_once_is_still_read_though_it_would_be_refused_today(context, company):
    """A rule that is new stops no night: two copies before the due date were possible once."""
    text = TEXT.replace("after_due_days = 3\nbusiness = true", "after_due_days = -3\nbusiness = false")
    with durable(context.engine) as conn:
        stored.add(conn, company.id, text, "Dana", "older", NOW)

    with reading(context.engine) as conn:
        book = Rulebook(conn, company, TODAY)

    assert isinstance(put(context, company, text.replace("Standard", "Ours")), Checked)
    assert book.policy.ladder[1].after_due_days == -3


# Versions


def test_versions_are_numbered_with_author_time_and_note(context, company, clock):
    added = put(context, company, TEXT.replace("factor = 3", "factor = 4"), note=" calmer ")

    with reading(context.engine) as conn:
        entry = audit.entries(conn, company.id)[0]
    assert (added.version, added.author, added.note) == (2, "Dana", "calmer")
    assert added.created_at == clock.now()
    assert (entry.action, entry.actor, entry.detail) == (
        "policy changed",
        "Dana",
        {"version": 2, "note": "calmer"},
    )


@pytest.mark.parametrize("note", ["", "  ", "x" * 201])
def test_a_version_needs_a_short_note(context, company, note):
    refusal = put(context, company, TEXT + "\n", note=note)

    assert isinstance(refusal, Refusal)
    assert len(texts_in_force(context, company)) == 1


def test_rolling_back_adds_the_old_text_as_the_next_version(context, company):
    put(context, company, TEXT.replace("factor = 3", "factor = 4"))

    back = policies.roll_back(context, company, 1, author="Dana", note="too calm")

    assert (back.version, back.text, back.note) == (3, TEXT, "too calm")
    assert policies.current(context, company) == back
    assert [version for version, _, _ in texts_in_force(context, company)] == [1, 2, 3]


def test_rolling_back_to_what_is_not_there_or_in_force_already_is_refused(context, company):
    unknown = policies.roll_back(context, company, 7, author="Dana", note="x")
    same = policies.roll_back(context, company, 1, author="Dana", note="x")

    assert unknown.message == "Harbor Light Supply has no policy version 7; there are 1 to 1."
    assert "word for word the policy in force" in same.message


def test_versions_are_compared_in_words_and_in_lines(context, company):
    put(context, company, TEXT.replace("factor = 3", "factor = 4"))
    put(context, company, TEXT.replace("factor = 3", "factor = 4  # calmer"))

    real = policies.compare(context, company, 1, 2)
    remark = policies.compare(context, company, 2, 3)

    assert [str(one) for one in real.changes] == ["brake.factor: 3 becomes 4"]
    assert [line for line in real.lines if line[:1] in "+-"][2:] == ["-factor = 3", "+factor = 4"]
    assert remark.changes == ()
    assert "+factor = 4  # calmer" in remark.lines
    assert isinstance(policies.compare(context, company, 1, 9), Refusal)


def test_a_preset_is_put_in_force_under_a_note_of_its_own(context, company):
    used = policies.use(context, company, "brisk", author="Dana")

    assert (used.version, used.note) == (2, "the policy that ships as Brisk")
    assert policies.current(context, company).text == presets.text("brisk")


# One for each customer


def assign(context, company, name, **whom):
    return policy_assignments.assign(context, company, name, author="Dana", **whom)


def test_the_most_specific_policy_decides(context, company):
    """29 October: Standard writes since the 28th, Gentle from the 30th, Brisk since the 26th."""
    policy_groups.add(
        context, company, "Schools", ["Alder Grove School", "birch street school"], author="Dana"
    )
    assign(context, company, "Gentle", group="schools")
    assign(context, company, "Brisk", customer="Birch Street School")

    decided = tonight(context, company)

    assert decided == {
        "Alder Grove School": ("silence", None, None),
        "Birch Street School": ("remind", "S1", "may_we_have_a_date"),
        "Cedar & Sons": ("remind", "S1", "did_it_reach_you"),
        "Dogwood Dental": ("remind", "S1", "did_it_reach_you"),
    }
    assert tonight(context, company, date(2026, 10, 30))["Alder Grove School"][0] == "remind"


def test_without_its_own_policy_a_customer_has_its_groups_then_the_companys(context, company):
    policy_groups.add(context, company, "Schools", ["Alder Grove School"], author="Dana")
    assign(context, company, "Gentle", group="Schools")
    assign(context, company, "Brisk", customer="Alder Grove School")

    policy_assignments.unassign(context, company, customer="Alder Grove School", author="Dana")
    as_the_group = tonight(context, company)["Alder Grove School"]
    policy_groups.remove(context, company, "Schools", ["Alder Grove School"], author="Dana")
    as_the_company = tonight(context, company)["Alder Grove School"]

    assert as_the_group[0] == "silence"
    assert as_the_company == ("remind", "S1", "did_it_reach_you")


def test_a_policy_is_kept_under_a_name_and_its_next_version_holds_for_those_who_have_it(context, company):
    slow = TEXT.replace("after_due_days = 3\n", "after_due_days = 5\n")
    put(context, company, slow, name="Schools' own")
    assign(context, company, "schools' OWN", customer="Dogwood Dental")
    before = tonight(context, company)["Dogwood Dental"]

    again = put(context, company, TEXT.replace("factor = 3", "factor = 5"), name="SCHOOLS' OWN")
    after = tonight(context, company)["Dogwood Dental"]

    assert (again.version, again.name) == (3, "Schools' own")
    assert (before[0], after[0]) == ("silence", "remind")
    assert policies.current(context, company).version == 1


def test_who_has_which_policy_is_told(context, company):
    policy_groups.add(
        context, company, "Schools", ["Birch Street School", "Alder Grove School"], author="Dana"
    )
    assign(context, company, "Gentle", group="Schools")
    assign(context, company, "People only", customer="Cedar & Sons", note="a friend")

    told = policy_assignments.overview(context, company)

    assert told.own.version == 1
    assert [(one.name, one.version) for one in told.named] == [("Gentle", 2), ("People only", 3)]
    assert [(one.name, one.policy, one.customers) for one in told.groups] == [
        ("Schools", "Gentle", ("Alder Grove School", "Birch Street School"))
    ]
    assert [(one.customer, one.policy, one.note) for one in told.customers] == [
        ("Cedar & Sons", "People only", "a friend")
    ]


@pytest.mark.parametrize(
    ("name", "whom", "says"),
    [
        ("Gentel", {"customer": "Cedar & Sons"}, 'There is no policy "Gentel". Did you mean "Gentle"?'),
        ("Gentle", {"customer": "Cedar & Son"}, 'no customer "Cedar & Son". The nearest are Cedar & Sons,'),
        ("Gentle", {"group": "Schools"}, 'has no group "Schools", and no other yet.'),
        ("Gentle", {}, "Say for whom: one customer, or one group of customers."),
        ("Gentle", {"customer": "Cedar & Sons", "group": "x"}, "Say for whom"),
    ],
)
def test_an_assignment_that_names_nobody_or_nothing_changes_nothing(context, company, name, whom, says):
    refusal = assign(context, company, name, **whom)

    assert isinstance(refusal, Refusal)
    assert says in refusal.message
    assert len(texts_in_force(context, company)) == 1


def test_a_site_that_is_billed_with_its_parent_is_treated_as_the_parent(context, company):
    with durable(context.engine) as conn:
        site = Customer("9", "Cedar & Sons, barn", "USD", usd("0"), parent_id="3", bill_with_parent=True)
        mirror.put_customers(conn, company.id, [site])

    refusal = assign(context, company, "Gentle", customer="Cedar & Sons, barn")

    assert refusal.message == (
        "Cedar & Sons, barn is billed with Cedar & Sons, and treated as Cedar & Sons is. Name that one."
    )


# What a running cycle keeps


def loaded(context, company, cycle):
    with reading(context.engine) as conn:
        (case,) = cases.load(conn, company.id, [("3", "USD")], TODAY)
        return replace(case, cycle=cycle), Rulebook(conn, company, TODAY)


def test_a_running_cycle_keeps_its_ladder_while_limits_hours_and_approvals_hold_at_once(context, company):
    text = TEXT
    for old, new in (
        ("after_due_days = 10\n", "after_due_days = 12\n"),
        ("contact_gap_days = 6         # days", "contact_gap_days = 9 # days"),
        ("opens = 09:00:00", "opens = 10:00:00"),
        ('important_from = "S4"', 'important_from = "S1"'),
    ):
        assert old in text
        text = text.replace(old, new)
    put(context, company, text)
    running, book = loaded(context, company, Cycle(1, DUE, "S1", 1, 1))

    kept, fresh = book.rules(running), book.rules(replace(running, cycle=None))

    assert [rules.ladder[2].after_due_days for rules in (kept, fresh)] == [10, 12]
    assert (kept.policy.limits.contact_gap_days, kept.policy.contact_hours.opens.hour) == (9, 10)
    assert kept.needs_approval(kept.ladder[1], important=True)


def test_a_cycle_that_began_under_another_policy_keeps_its_steps_and_takes_the_new_limits(context, company):
    running, book = loaded(context, company, Cycle(1, DUE, "S1", 1, 1))
    before = [stage.code for stage in book.rules(running).steps]
    assign(context, company, "Statement only", customer="Cedar & Sons")

    running, book = loaded(context, company, Cycle(1, DUE, "S1", 1, 1))
    rules = book.rules(running)

    assert before == [stage.code for stage in rules.steps] == ["S0", "S1", "S2", "S3", "S4", "S5", "S6"]
    assert rules.policy.limits.contact_gap_days == 14
    assert [stage.code for stage in book.rules(replace(running, cycle=None)).steps] == ["SM"]


def test_a_step_taken_out_of_its_own_policy_is_no_longer_sent_under_another(context, company):
    assign(context, company, "Statement only", customer="Cedar & Sons")
    start = TEXT.index('[[ladder]]\ncode = "S2"')
    put(
        context, company, TEXT[:start] + TEXT[TEXT.index('[[ladder]]\ncode = "S3"') :].replace('"S2"', '"S1"')
    )

    running, book = loaded(context, company, Cycle(1, DUE, "S1", 1, 1))

    assert [stage.code for stage in book.rules(running).steps] == ["S0", "S1", "S3", "S4", "S5", "S6"]


def test_the_call_threshold_follows_what_late_customers_owe(context, company):
    """Four customers owe 600 each: the third of four is 600, and 600 is round."""
    text = TEXT.replace("call_from_balances = false", "call_from_balances = true")
    put(context, company, text)

    with reading(context.engine) as conn:
        book = Rulebook(conn, company, TODAY)
        nobody_late = Rulebook(conn, company, DUE)

    assert book.policy.thresholds.call == 600
    assert nobody_late.policy.thresholds.call == 500


# Moving running cycles


@pytest.fixture
def running(context, company):
    """Cedar & Sons and Dogwood Dental were written to on 24 October, in version 1; version 2 is quicker."""
    said = Contact(date(2026, 10, 24), ContactKind.REMINDER, "S1", 1, 1, ())
    with durable(context.engine) as conn:
        for id in ("3", "4"):
            cycles.save(conn, company.id, id, "USD", Cycle(1, date(2026, 10, 24), "S1", 1, 1))
            contacts.record(
                conn, company.id, id, "USD", replace(said, invoice_ids=(id,)), at=NOW, channel=Channel.EMAIL
            )
    put(context, company, TEXT.replace("after_due_days = 10\n", "after_due_days = 6\n"))
    return company


def test_a_move_is_shown_before_it_is_made_and_changes_nothing(context, running):
    """30 October: version 1 sends the second message on 2 November; version 2 today, six days on."""
    shown = policy_moves.preview(context, running)

    assert [(one.customer, one.changes) for one in shown] == [
        ("Cedar & Sons", True),
        ("Dogwood Dental", True),
    ]
    first = shown[0]
    assert (first.before.version, first.before.stage, first.before.next_stage) == (1, "S1", None)
    assert (first.after.version, first.after.stage_name, first.after.next_stage) == (2, "first message", "S2")
    assert "Monday, November 2" in first.before.reason
    with reading(context.engine) as conn:
        assert cycles.current(conn, running.id, "3", "USD").policy_version == 1


def test_one_customer_is_moved_and_the_other_keeps_its_steps(context, running):
    moved = policy_moves.move(context, running, "Cedar & Sons", author="Dana", note="asked for it")

    assert [one.customer for one in moved] == ["Cedar & Sons"]
    decided = tonight(context, running, date(2026, 10, 30))
    assert decided["Cedar & Sons"] == ("remind", "S2", "may_we_have_a_date")
    assert decided["Dogwood Dental"][0] == Outcome.SILENCE.value
    assert [one.customer for one in policy_moves.preview(context, running)] == ["Dogwood Dental"]


def test_a_move_needs_a_note_and_a_customer_that_is_there(context, running):
    assert "needs a note" in policy_moves.move(context, running, author="Dana", note=" ").message
    assert "has no customer" in policy_moves.preview(context, running, "Nobody").message


def test_where_only_limits_differ_there_is_nothing_to_move(context, company):
    with durable(context.engine) as conn:
        cycles.save(conn, company.id, "3", "USD", Cycle(1, date(2026, 10, 26), "S1", 1, 1))
    put(context, company, TEXT.replace("factor = 3", "factor = 4"))

    assert policy_moves.preview(context, company) == []


# What each preset does: due on Friday 23 October, owed 600 dollars

FIRST = [
    # the first day on which something happens, and what: worked out on a calendar
    ("Standard", date(2026, 10, 28), ("remind", "S1", "did_it_reach_you")),  # three business days: Wednesday
    ("Gentle", date(2026, 10, 30), ("remind", "S1", "did_it_reach_you")),  # five business days: Friday
    ("Brisk", date(2026, 10, 26), ("remind", "S1", "may_we_have_a_date")),  # Saturday moves to Monday
    ("Small balances", date(2026, 10, 30), ("remind", "S1", "did_it_reach_you")),
    ("Plan", date(2026, 10, 28), ("remind", "S1", "did_it_reach_you")),
    ("Statement only", date(2026, 11, 2), ("remind", "SM", "monthly")),  # day ten, a Monday
    ("People only", date(2026, 10, 30), ("call", "S1", "missed_you")),
]


@pytest.mark.parametrize(("title", "on", "what"), FIRST)
def test_each_preset_first_acts_on_its_own_day(context, company, title, on, what):
    if title != "Standard":
        policies.use(context, company, title, author="Dana")
    day_before = {"Brisk": date(2026, 10, 24), "Statement only": date(2026, 10, 30)}.get(title)

    before = tonight(context, company, day_before or on.replace(day=on.day - 1))
    decided = tonight(context, company, on)

    assert set(before.values()) == {("silence", None, None)}
    assert set(decided.values()) == {what}


def test_several_invoices_before_their_due_date_have_one_copy_that_lists_them(context, company):
    """Due on Friday 20 November; Brisk writes seven days before."""
    policies.use(context, company, "Brisk", author="Dana")
    with durable(context.engine) as conn:
        owes = Customer("1", NAMES["1"], "USD", usd("1100.00"), emails=("ap@books.example",))
        mirror.put_customers(conn, company.id, [owes])
        mirror.delete_invoices(conn, company.id, ["1"])
        for id, balance in (("201", "600.00"), ("202", "500.00")):
            soon = Invoice(id, "0", "1", id, DUE, date(2026, 11, 20), usd(balance), usd(balance))
            mirror.put_invoices(conn, company.id, [soon])

    night = decide_company(context, company, date(2026, 11, 13), everybody=True)

    (made,) = (one for one in night.decided if one.case.customer.id == "1")
    assert (made.decision.outcome, made.decision.stage) == (Outcome.REMIND, "S0")
    assert made.draft.subject == "Your invoices from Harbor Light Supply, due soon"
    assert "two invoices, $1,100.00 in all, fall due soon" in made.draft.text


def test_what_was_late_before_contacting_began_has_its_own_text_whatever_the_steps_text_is(context, company):
    text = TEXT
    for old in ("did_it_reach_you", "may_we_have_a_date"):
        text = text.replace(f'template = "{old}"', 'template = "monthly"')
    put(context, company, text)
    with durable(context.engine) as conn:
        companies.update(conn, company.id, live_since_on=None)
        company = companies.get(conn, company.id)

    night = decide_company(context, company, date(2026, 11, 13), everybody=True)

    (opening,) = (one for one in night.decided if one.decision.backlog)  # the others on the days that follow
    assert opening.decision.template == "monthly"
    assert "working through our open invoices" in opening.draft.text


def test_a_statement_lists_what_is_open_in_its_own_words(context, company):
    policies.use(context, company, "Statement only", author="Dana")

    night = decide_company(context, company, date(2026, 11, 2), everybody=True)

    draft = night.decided[0].draft
    assert "101" in draft.text
    assert "$600.00" in draft.text
    assert draft.to == "ap@books.example"


@pytest.mark.parametrize(
    ("title", "outcome", "stage"), [("Statement only", "remind", "SM"), ("People only", "decide", "S6")]
)
def test_old_invoices_begin_with_a_message_where_the_policy_sends_any(
    context, company, title, outcome, stage
):
    """Switched on on Friday 13 November, three weeks after the due date."""
    policies.use(context, company, title, author="Dana")
    with durable(context.engine) as conn:
        companies.update(conn, company.id, live_since_on=None)
        company = companies.get(conn, company.id)

    decided = tonight(context, company, date(2026, 11, 13))

    assert (outcome, stage) in {(one[0], one[1]) for one in decided.values()}
    assert {one[0] for one in decided.values()} <= {outcome, "silence"}


# One setting


def change(context, company, path, written, **more):
    return policy_changes.change(context, company, path, written, author="Dana", note="trial", **more)


@pytest.mark.parametrize(
    ("path", "written", "old", "new"),
    [
        (
            "limits.contact_gap_days",
            "8",
            "contact_gap_days = 6         # days",
            "contact_gap_days = 8         # days",
        ),
        ("ladder[S2].after_due_days", "12", "after_due_days = 10\n", "after_due_days = 12\n"),
        ("contact_hours.opens", "08:30:00", "opens = 09:00:00", "opens = 08:30:00"),
        ("ladder[S2].name", "a question", 'name = "second message"', 'name = "a question"'),
        ("credits.tolerance", "2.50", "tolerance = 1.00", "tolerance = 2.50"),
    ],
)
def test_one_setting_is_changed_and_every_remark_stays(context, company, path, written, old, new):
    assert TEXT.count(old) == 1

    added = change(context, company, path, written)

    assert (added.version, added.text) == (2, TEXT.replace(old, new))


def test_one_setting_of_a_policy_kept_under_a_name_is_changed_there(context, company):
    put(context, company, TEXT, name="Schools")

    added = change(context, company, "brake.factor", "4", name="schools")

    assert (added.name, added.version) == ("Schools", 3)
    assert policies.current(context, company).text == TEXT


@pytest.mark.parametrize(
    ("path", "written", "says"),
    [
        ("limits.contact_gap_days", "2", "at least 3 is needed"),
        ("limits.contact_gap", "8", 'did you mean "contact_gap_days"?'),
        ("ladder[S9].name", "x", 'Did you mean "'),
        ("ladder[9].name", "x", "ladder[9] is not there"),
        ("limits.", "8", '"limits." is not a setting; write it as in limits.contact_gap_days'),
        ("limits.contact_gap_days", "{ a = 1 }", "is no single value"),
        ("limits.contact_gap_days", "8\nfactor = 1", "is no single value"),
        ("limits.contact_gap_days", "6", "word for word the policy in force"),
    ],
)
def test_a_change_that_makes_no_policy_changes_nothing(context, company, path, written, says):
    refused = change(context, company, path, written)

    told = refused.message if isinstance(refused, Refusal) else refused.problems[0].message
    assert says in told
    assert len(texts_in_force(context, company)) == 1
