"""Tonight's list and the report of a night: the same sentence, who hears what, some approved at once."""

import html
import re
from datetime import date, timedelta

import pytest

from qb_collections import config
from qb_collections.core.company_gates import Mode
from qb_collections.core.decision import Outcome
from qb_collections.core.intents import Approval, IntentKind, PlannedIntent, State
from qb_collections.services import leasing, night, run_view
from qb_collections.services.run_words import reasons, the_plan, what_came, why_silent
from qb_collections.store import cases, companies, intents, mirror, runs
from qb_collections.store.engine import durable, reading
from qb_collections.store.run_rows import Group
from qb_collections.store.runs import Difference
from tests.web.conftest import NOW, customer, furnished, invoice
from tests.web.statements import MOST, statements_of

TODAY = date(2026, 11, 2)
LATE = 61  # customers with two invoices ten days late: two pages of fifty


def filled(house, count):
    """So many customers late, two promise nothing, one is not due."""
    with durable(house.context.engine) as conn:
        mirror.put_customers(
            conn,
            house.ours.id,
            [customer(f"C{n}", name=f"Elm {n:02}", balance="100.00") for n in range(count)],
        )
        rows = []
        for n in range(count):
            due_on = TODAY - timedelta(days=10) if n else TODAY + timedelta(days=20)
            rows += [
                invoice(f"I{n}", f"C{n}", f"2{n:03}", due_on, "60.00"),
                invoice(f"J{n}", f"C{n}", f"3{n:03}", due_on, "40.00"),
            ]
        mirror.put_invoices(conn, house.ours.id, rows)
        cases.touch(conn, house.ours.id, ["7", *(f"C{n}" for n in range(count))], TODAY)
        return companies.update(
            conn,
            house.ours.id,
            mode=Mode.APPROVE,
            live_since_on=date(2025, 1, 1),
            contact_name="Dana",
            contact_phone="423-555-0101",
            payment_instructions="Check",
            reply_to="dana@ours.example",
        )


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A preview of Tuesday, and a night of Monday with one contact of each fate."""
    house = furnished(config.read({}, data_dir=tmp_path_factory.mktemp("runs"), log_level="error"))
    company = filled(house, LATE + 1)
    with leasing.held(house.context, company) as lease:
        house.preview_id = night.preview(house.context, company, lease)
        with durable(house.context.engine) as conn:
            run = runs.open_run(conn, company.id, "night", TODAY, NOW)
            preview = {
                one.decision.customer_id: one for one in runs.of_run(conn, company.id, house.preview_id)
            }
            case_of = {}
            for key in [("C1", "USD"), ("C2", "USD"), ("C3", "USD"), ("C4", "USD"), ("C0", "USD")]:
                [case_of[key[0]]] = cases.load(conn, company.id, [key], TODAY)
            rows = [(case_of[who], preview[who].decision, preview[who].text, f"{who}") for who in case_of]
            to = {(who, "USD"): (f"{who}@b.example", "Two invoices") for who in case_of}
            ids = runs.record(conn, company.id, run.id, rows, decided_at=NOW, addressed=to)
            planned = [
                PlannedIntent(
                    f"contact:{who}",
                    IntentKind.EMAIL,
                    NOW,
                    {
                        "customer": who,
                        "customer_id": who,
                        "currency": "USD",
                        "stage": "S1",
                        "draft": {"to": f"ap@{who.lower()}.example", "subject": "S", "text": f"To {who}."},
                    },
                    Approval.NEEDED if who == "C4" else Approval.NOT_NEEDED,
                )
                for who in ("C1", "C2", "C3", "C4")
            ]
            note = PlannedIntent(
                "note:C1:I1",
                IntentKind.NOTE,
                NOW,
                {"invoice_id": "I1", "customer_id": "C1", "customer": "C1"},
            )
            intents.plan(
                conn,
                company.id,
                run.id,
                [*planned, note],
                decision_ids={one.key: ids[one.plan["customer_id"], "USD"] for one in planned},
            )
            stored = {one.key: one for one in intents.of_run(conn, company.id, run.id)}
            for key, state, more in (
                ("contact:C1", State.CONFIRMED, {}),
                ("note:C1:I1", State.CONFIRMED, {"external_id": "4711"}),
                ("contact:C3", State.REJECTED, {"reason": "550 no such box"}),
            ):
                for step in (State.READY, State.SENDING, state):
                    if step is State.READY:
                        intents.ready(conn, lease, stored[key], body={}, body_hash="h", before=None, round=0)
                    else:
                        intents.settle(
                            conn, lease, stored[key].id, step, at=NOW, **(more if step is state else {})
                        )
            runs.add_differences(
                conn,
                company.id,
                run.id,
                [Difference("C2", "USD", "Left alone: a promise.", "Message planned.")],
            )
            runs.close(conn, company.id, run.id, state="waiting", counts={"answers": 0}, at=NOW)
            house.night_id = run.id
    house.company = company
    return house


def page(house, run_id, query="", role="manager"):
    answer = house.browser(f"{role}@ours.example").get(f"/companies/{house.ours.id}/runs/{run_id}{query}")
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_the_list_says_in_one_sentence_who_hears_and_pages_by_fifty(lived):
    first, second = page(lived, lived.preview_id), page(lived, lived.preview_id, "?page=2")

    # 61 late ones with two invoices, one with $130.00; "Elm 00" is due in twenty days.
    assert "62 messages and 1 with nothing late." in first
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in second
    assert "Elm 61" in second
    assert "Elm 61" not in first


def test_every_message_stands_with_its_address_its_subject_and_its_exact_words(lived):
    told = run_view.page_of(lived.context, lived.company, lived.preview_id)
    with reading(lived.context.engine) as conn:
        stored = {
            one.decision.customer_id: one.text for one in runs.of_run(conn, lived.ours.id, lived.preview_id)
        }

    for one in told.entries:
        assert one.to == "a@b.example"
        assert one.subject
        assert one.text == stored[one.customer_id]
    assert one.text in html.unescape(
        lived.browser("viewer@ours.example").get(f"/companies/{lived.ours.id}/runs/{lived.preview_id}").text
    )


def test_a_filter_leaves_only_its_own_and_an_unknown_one_everybody(lived):
    early = run_view.page_of(lived.context, lived.company, lived.preview_id, show="early")
    unknown = run_view.page_of(lived.context, lived.company, lived.preview_id, show="x' OR 1", page=99)

    assert [one.customer for one in early.entries] == ["Elm 00"]
    assert unknown.chosen.key == "all"
    assert unknown.page == 2


def test_the_report_names_what_came_of_each_and_what_went_wrong_comes_first(lived):
    told = run_view.page_of(lived.context, lived.company, lived.night_id)

    assert told.came == (
        "Contacted 1, 1 waits for your yes, 1 waits for its hour, 1 did not go through, left alone 0, "
        "1 note written in QuickBooks."
    )
    assert [one.customer for one in told.entries] == ["Elm 03", "Elm 04", "Elm 01", "Elm 02", "Elm 00"]
    assert {one.key: one.customers for one in told.filters} == {
        "all": 5,
        "approve": 1,
        "wrong": 1,
        "message": 4,
        "done": 1,
        "hour": 1,
        "different": 1,
        "early": 1,
    }
    for one in told.filters:
        shown = run_view.page_of(lived.context, lived.company, lived.night_id, show=one.key)
        assert len(shown.entries) == one.customers, one.key


def test_the_report_gives_times_and_quickbooks_ids_and_why_not(lived):
    text = page(lived, lived.night_id)

    assert (
        "Written Note line on the invoice in QuickBooks 2001, Nov 2, 2026, 10:30 AM · QuickBooks id 4711"
        in text
    )
    assert "The mail server did not take it E-mail, Nov 2, 2026, 10:30 AM 550 no such box" in text
    assert "ap@c4.example" in text  # whom it goes to now, not whom the draft named
    assert "Not as previewed" in text
    assert "The preview said: Left alone: a promise." in text


def test_the_plan_is_the_same_sentence_before_and_after(house):
    company = filled(house, 3)
    with durable(house.context.engine) as conn:
        company = companies.update(conn, company.id, next_night_at=NOW)
        cases.set_next_look(conn, company.id, [("C0", "USD", date(2026, 11, 22))])
    with leasing.held(house.context, company) as lease:
        before_id = night.preview(house.context, company, lease)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(night.sync, "sync", lambda *_: None)
            patch.setattr(night.foreign, "record", lambda *_: None)
            patch.setattr(night.run_gates, "hold", lambda *_: None)
            after_id = night.night(house.context, company, lease)

    before = run_view.page_of(house.context, company, before_id)
    after = run_view.page_of(house.context, company, after_id)

    assert before.plan == after.plan == "3 messages and 1 with nothing late."
    assert [one.reason for one in before.entries][:3] == [one.reason for one in after.entries]
    assert after.agrees == "Exactly as the preview said for all 3 customers who were looked at."
    assert before.other_id == after_id and before.over
    with durable(house.context.engine) as conn:
        runs.add_differences(
            conn, company.id, after_id, [Difference("C1", "USD", "Message planned.", "Paid.")]
        )
    assert run_view.page_of(house.context, company, after_id).agrees == (
        "As the preview said for 2 of 3 who were looked at; 1 differs, and why stands below."
    )


def test_those_that_are_ticked_are_approved_and_the_others_wait_on(house):
    company = filled(house, 4)
    with leasing.held(house.context, company) as lease:
        run_id = night.preview(house.context, company, lease)
    manager = house.browser("manager@ours.example")
    where = f"/companies/{house.ours.id}/runs/{run_id}"

    nobody = manager.post(f"{where}/approve", marked="1")
    manager.client.post(
        f"{where}/approve", data={"csrf_token": manager.token(), "marked": "1", "chosen": ["C1", "C3"]}
    )

    assert nobody.location == where
    told = run_view.page_of(house.context, company, run_id)
    assert {one.customer: one.approved_by for one in told.entries if one.approved_by} == {
        "Elm 01": "Our manager",
        "Elm 03": "Our manager",
    }
    assert told.to_approve == 2


def test_the_list_for_tonight_is_one_address_and_says_where_there_is_none(house):
    browser = house.browser("viewer@ours.example")
    where = f"/companies/{house.ours.id}/runs/tonight"

    none = browser.get(where)
    made = house.browser("collector@ours.example").post(f"/companies/{house.ours.id}/preview")

    assert none.location == f"/companies/{house.ours.id}/"
    assert "There is no list for tonight yet." in browser.get(none.location).text
    assert browser.get(where).location == made.location


@pytest.mark.parametrize("query", ["", "?show=message&page=2"])
@pytest.mark.parametrize("which", ["preview_id", "night_id"])
def test_a_page_of_a_run_costs_few_statements_however_many_customers_it_shows(lived, which, query):
    asked = statements_of(lived, f"runs/{getattr(lived, which)}{query}")

    assert len(asked) <= MOST, asked


def test_one_message_to_be_put_into_other_words_costs_few_statements(lived):
    assert len(statements_of(lived, f"runs/{lived.preview_id}/customers/C7")) <= MOST


def test_a_silent_night_says_why_before_anything_else():
    def group(outcome, gate, customers):
        return Group(outcome, gate, None, False, False, False, None, None, None, customers)

    silent = [group(Outcome.SILENCE, "promise", 2), group(Outcome.SILENCE, "stage", 1)]

    assert why_silent(silent) == "Nobody hears from you. This is why:"
    assert [one.words for one in reasons(silent)] == ["2 have promised a day", "1 waits for its day"]
    assert why_silent([group(Outcome.SILENCE, "not_overdue", 3)]) == (
        "Nobody hears from you, because nothing is late."
    )
    assert why_silent(silent[:0], past=True) == "Nobody was written to or called: nobody's look was due."
    assert why_silent(silent, past=True) == "Nobody was written to or called. This is why:"
    assert why_silent([]) == "Nobody hears from you, because nobody owes you anything."
    assert why_silent([*silent, group(Outcome.CALL, "contact", 1)]) is None
    assert the_plan(silent) == "3 left alone."
    assert what_came(silent, []) == "Contacted 0, left alone 3."
