"""A policy tried before it is in force: for these customers tonight would be another one."""

import html
import re
from datetime import date

import pytest

from qb_collections.services import policies, policy_trial
from qb_collections.services.desk import desk
from qb_collections.services.policy_trial import Kind
from qb_collections.services.refusal import Refusal
from qb_collections.store import cases, companies, mirror
from qb_collections.store.engine import durable
from tests.web.conftest import customer, invoice
from tests.web.statements import MOST, statements_of

TODAY = date(2026, 11, 2)


@pytest.fixture
def owing(house):
    """Late since 23 October: $130.00 (the house's own) and $20.00, which is below the usual limit of $25."""
    with durable(house.context.engine) as conn:
        mirror.put_customers(conn, house.ours.id, [customer("8", name="Fern", balance="20.00")])
        mirror.put_invoices(conn, house.ours.id, [invoice("80", "8", "80", date(2026, 10, 23), "20.00")])
        cases.touch(conn, house.ours.id, ["8"], TODAY)
        house.live = companies.update(conn, house.ours.id, live_since_on=date(2025, 1, 1))
    return house


def text_of(house):
    return policies.current(house.context, house.ours).text


def without_limit(house):
    changed = re.sub(r"(?m)^smallest_balance = 25", "smallest_balance = 10", text_of(house))
    assert changed != text_of(house)
    return changed


def words(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_lower_limit_lets_one_more_customer_hear_tonight_and_changes_nothing_stored(owing):
    draft = policy_trial.draft_of(owing.context, owing.live, without_limit(owing))

    found = policy_trial.trial(owing.context, owing.live, draft)

    [one] = found.changed
    assert (one.customer, one.kind) == ("Fern", Kind.HEARS)
    assert one.before.what == "Left alone"
    assert one.after.what.endswith("first message") or "older invoices" in one.after.what
    assert found.after["messages"] == found.before["messages"] + 1
    assert found.kinds == {Kind.HEARS: 1, Kind.SAME: 1}
    assert policies.current(owing.context, owing.ours).version == 1


def test_a_text_with_a_problem_is_not_tried(owing):
    refused = policy_trial.draft_of(owing.context, owing.ours, text_of(owing) + "\nnonsense = 1\n")

    assert isinstance(refused, Refusal)
    assert "nonsense" in refused.message


def test_the_page_names_the_customers_and_leads_on_to_putting_it_in_force(owing):
    manager = owing.browser("manager@ours.example")

    asked = manager.post(
        f"/companies/{owing.ours.id}/policy/text",
        text=without_limit(owing),
        note="also small ones",
        trial="1",
    )
    desk.find(owing.ours.id, "trial", asked.location.rpartition("/")[2]).future.result(30)
    page = words(manager.get(asked.location).text)

    assert "Tonight would differ for 1 of 2 customers." in page
    assert "1 would hear from you, and does not as it is" in page
    assert "Fern Would hear from you Left alone" in page
    assert "Put it in force" in page
    assert len(statements_of(owing, asked.location.partition(f"/companies/{owing.ours.id}/")[2])) <= MOST


def test_another_company_does_not_see_the_trial_and_a_lost_one_is_said(owing):
    manager = owing.browser("manager@ours.example")
    asked = manager.post(f"/companies/{owing.ours.id}/policy/text", text=without_limit(owing), trial="1")
    token = asked.location.rpartition("/")[2]

    theirs = owing.browser("owner@theirs.example").get(f"/companies/{owing.theirs.id}/policy/trial/{token}")
    lost = manager.get(f"/companies/{owing.ours.id}/policy/trial/gone")

    assert theirs.status_code == 303
    assert lost.location == f"/companies/{owing.ours.id}/policy/text"
    assert "not kept" in manager.get(lost.location).text


def test_a_replay_draws_the_weeks_and_says_the_same_in_a_table(owing):
    collector = owing.browser("collector@ours.example")
    asked = collector.post(
        f"/companies/{owing.ours.id}/policy/backtest",
        first_on="2026-11-02",
        last_on="2026-11-02",
        beside="gentle",
    )
    answer = desk.find(owing.ours.id, "backtest", asked.location.rpartition("/")[2]).future.result(30)
    page = collector.get(asked.location).text

    assert answer.panels[0].policy == "Standard"
    assert page.count('<svg class="replayed"') == 2
    assert "It makes no claim about extra cash" in page
    assert "Nov 2, 2026" in page.partition("Week by week")[2]
    assert len(statements_of(owing, asked.location.partition(f"/companies/{owing.ours.id}/")[2])) <= MOST


@pytest.mark.parametrize(
    ("first_on", "last_on", "said"),
    [
        ("2025-09-01", "2026-11-02", "Those are 428 days; up to 400 can be played here."),
        ("soon", "2026-11-02", "Please give the first and the last day."),
    ],
)
def test_days_that_cannot_be_played_are_refused_at_once(house, first_on, last_on, said):
    answer = house.browser("collector@ours.example").post(
        f"/companies/{house.ours.id}/policy/backtest", first_on=first_on, last_on=last_on
    )

    assert answer.status_code == 422
    assert said in answer.text
