"""The policy's pages: the steps in words, the text with what is wrong beside its line, versions."""

import html
from datetime import date

from qb_collections.core import cycles as cycles_of
from qb_collections.services import policies, presets
from qb_collections.store import cases, cycles, mirror
from qb_collections.store.engine import durable
from tests.web.conftest import customer, invoice
from tests.web.statements import MOST, statements_of


def path(house, rest=""):
    return f"/companies/{house.ours.id}/policy/{rest}"


def in_force(house):
    return policies.current(house.context, house.ours)


def slower(house):
    return in_force(house).text.replace("contact_gap_days = 6 ", "contact_gap_days = 9 ", 1)


def test_the_steps_are_told_in_days_and_words(house):
    page = html.unescape(house.browser("viewer@ours.example").get(path(house)).text)

    assert "10 days after the due date, and at least 6 days after they last heard from you" in page
    assert "3 business days after the due date: an e-mail, from your accounts desk." in " ".join(page.split())
    assert "At least 6 days between two contacts." in page


def test_a_mistake_is_named_at_its_line_and_nothing_changes(house):
    owner = house.browser("owner@ours.example")
    text = in_force(house).text.replace("contact_gap_days = 6 ", 'contact_gap_days = "six" ', 1)
    line = next(n for n, one in enumerate(text.split("\n"), 1) if '"six"' in one)

    answer = owner.post(path(house, "text"), text=text, note="slower", save="1")

    assert answer.status_code == 422
    assert f"<strong>Line {line}</strong>" in answer.text
    assert "limits.contact_gap_days" in answer.text
    assert html.escape('contact_gap_days = "six"', quote=True) in answer.text.replace("&#34;", "&quot;")
    assert in_force(house).version == 1


def test_looking_shows_what_would_change_and_changes_nothing(house):
    owner = house.browser("owner@ours.example")

    page = owner.post(path(house, "text"), text=slower(house), note="", look="1").text

    assert "limits.contact_gap_days: 6 becomes 9" in page
    assert in_force(house).version == 1


def test_a_text_with_a_note_is_the_next_version_and_an_earlier_one_comes_back(house):
    owner = house.browser("owner@ours.example")
    before = in_force(house).text

    owner.post(path(house, "text"), text=slower(house).replace("\n", "\r\n"), note="slower", save="1")
    second = in_force(house)
    page = owner.get(path(house, "versions/2")).text
    owner.post(path(house, "versions/1"), note="as it was")
    third = in_force(house)

    assert (second.version, second.note, second.author) == (2, "slower", "Our owner")
    assert "\r" not in second.text
    assert "limits.contact_gap_days: 6 becomes 9" in page
    assert (third.version, third.text) == (3, before)


def test_without_a_note_it_stays_as_it_is(house):
    owner = house.browser("owner@ours.example")

    answer = owner.post(path(house, "text"), text=slower(house), note=" ", save="1")

    assert answer.status_code == 422
    assert "needs a note" in answer.text
    assert in_force(house).version == 1


def test_every_policy_that_ships_can_be_drawn_and_looked_at(house):
    owner = house.browser("owner@ours.example")

    for preset in presets.every():
        page = owner.get(path(house, f"text?preset={preset.name}")).text
        assert f'value="the policy that ships as {preset.title}"' in html.unescape(page)
        assert "has a problem" not in page


def test_a_season_is_told_by_its_days_and_a_limit_in_the_companys_money(house):
    page = " ".join(html.unescape(house.browser("viewer@ours.example").get(path(house)).text).split())

    assert "nor from December 24 to January 2 (end of the year)." in page
    assert "Only from $500.00 on; below it the step is left out" in page


def test_the_policys_pages_cost_few_statements_and_none_for_each_customer_who_keeps_earlier_steps(house):
    steps = in_force(house).text.replace("after_due_days = 10\n", "after_due_days = 11\n", 1)
    first = len(statements_of(house, "policy/"))
    with durable(house.context.engine) as conn:
        late_on = date(2026, 10, 1)
        for number in range(60):
            who = f"C{number}"
            mirror.put_customers(
                conn, house.ours.id, [customer(who, name=f"Elm {number:02}", balance="50.00")]
            )
            mirror.put_invoices(
                conn, house.ours.id, [invoice(f"I{number}", who, f"2{number}", late_on, "50.00")]
            )
            cases.touch(conn, house.ours.id, [who], date(2026, 11, 2))
            cycles.save(conn, house.ours.id, who, "USD", cycles_of.begun(1, late_on, 1))
    done = policies.put(house.context, house.ours, steps, author="Dana", note="one day later")

    asked = statements_of(house, "policy/")
    page = html.unescape(house.browser("viewer@ours.example").get(path(house)).text)

    assert done.version == 2
    assert "60 customers are in the middle of the steps of an earlier version" in page
    assert "The first 50 of 60." in page
    assert page.count("/customers/C") == 50
    assert first <= len(asked) <= MOST
    for other in ("policy/text", "policy/versions/2", "policy/backtest", "texts/", "texts/text/mail/s2"):
        assert len(statements_of(house, other)) <= MOST, other
