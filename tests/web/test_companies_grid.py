"""All client books at a glance: what waits, what is wrong, and a cost that does not grow with them."""

import html
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import postgresql

from qb_collections.core.company_gates import Link
from qb_collections.services import client_grid, presets
from qb_collections.store import companies, mirror, people, policies, report_figures, runs, tasks, tie_outs
from qb_collections.store.cursors import Cursor, set_cursor
from qb_collections.store.engine import durable, reading
from qb_collections.store.people import Role
from qb_collections.store.tables.people import practice
from tests.web.conftest import HOSTILE, NOW, PASSWORD, company, invoice
from tests.web.statements import MOST, statements

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def accountant(house):
    with durable(house.context.engine) as conn:
        made = people.add_user(conn, "accountant@ours.example", "The accountant", at=NOW, password=PASSWORD)
        people.join(conn, made.id, house.ours.practice_id, Role.OWNER, at=NOW)
    return house.browser("accountant@ours.example")


def client(house, name, *owed, practice_id=None, **more):
    """One more client; owed: balances of invoices that have been late since October."""
    with durable(house.context.engine) as conn:
        made = company(conn, name, practice_id or house.ours.practice_id)
        mirror.put_invoices(
            conn, made.id, [invoice(str(900 + n), "7", str(n), OCTOBER, one) for n, one in enumerate(owed)]
        )
        return companies.update(conn, made.id, **more) if more else made


def names(answer):
    return re.findall(r'<th scope="row"><a href="/companies/\d+/">([^<]+)</a>', html.unescape(answer.text))


def row_of(answer, name):
    rows = re.findall(r"<tr>\s*<th scope=.row.>.*?</tr>", html.unescape(answer.text), re.DOTALL)
    return " ".join(re.sub("<[^>]+>", " ", next(row for row in rows if f">{name}<" in row)).split())


def test_the_grid_sorts_by_plain_links_both_ways(house, accountant):
    client(house, "Aspen Books", "10.00")
    client(house, "Birch Books", "900.00")

    by_name = names(accountant.get("/companies?sort=name"))
    back = names(accountant.get("/companies?sort=name&down=1"))
    by_late = names(accountant.get("/companies?sort=late"))
    unknown = accountant.get("/companies?sort=;drop&page=99999&practice=x")

    assert by_name == ["Aspen Books", "Birch Books", "Copperleaf"]
    assert back == by_name[::-1]
    assert by_late == ["Birch Books", "Aspen Books", "Copperleaf"]  # 1,030, 140 and 130 late
    assert unknown.status_code == 200


def test_each_row_says_what_is_owed_how_fresh_it_is_what_waits_and_what_is_wrong(house, accountant):
    fine = client(house, "Aspen Books", "10.00")
    asks = client(house, "Birch Books", state=Link.RECONNECT)
    differs = client(house, "Cedar Books", stopped_by="Dana", stopped_at=NOW)
    failed = client(house, "Dogwood Books")
    with durable(house.context.engine) as conn:
        tie_outs.add(
            conn, differs.id, tied_on=NOW.date(), at=NOW, state="unexplained", sentence="x", currencies=[]
        )
        earlier = NOW - timedelta(hours=3)
        runs.open_run(conn, failed.id, "night", NOW.date(), earlier)
        set_cursor(conn, failed.id, Cursor(earlier, earlier, earlier))
        for number in range(2):
            tasks.open_task(conn, fine.id, key=f"k{number}", kind="decide", title="Decide", at=NOW)

    page = accountant.get("/companies")

    assert "$140.00 $140.00 just now none yet – 2" in row_of(page, "Aspen Books")
    assert "QuickBooks no longer accepts our permission" in row_of(page, "Birch Books")
    assert "Stopped by Dana" in row_of(page, "Cedar Books")
    assert "The total differs from QuickBooks" in row_of(page, "Cedar Books")
    assert "The last night stopped halfway" in row_of(page, "Dogwood Books")
    assert "3 hours ago" in row_of(page, "Dogwood Books")
    assert names(page)[:3] == ["Cedar Books", "Birch Books", "Dogwood Books"]  # two, one and one; 130 each
    assert asks.name in names(page)


def test_a_client_is_stopped_from_the_grid_and_by_nobody_elses_hand(house, accountant):
    page = accountant.get("/companies").text
    assert f'action="/companies/{house.ours.id}/stop"' in page

    answer = accountant.post(f"/companies/{house.ours.id}/stop", back="/companies")

    assert answer.location == "/companies"
    with reading(house.context.engine) as conn:
        assert companies.get(conn, house.ours.id).stopped_by == "The accountant"
    viewer = house.browser("viewer@ours.example").get("/companies").text
    assert "/stop/lift" not in viewer
    assert f'action="/companies/{house.ours.id}/stop"' not in viewer


def test_a_practice_shows_its_own_clients_and_nobody_sees_those_of_others(house, accountant):
    with durable(house.context.engine) as conn:
        second = conn.execute(practice.insert().values(name="Second", created_at=NOW)).inserted_primary_key[0]
        user_id = people.sign_in(conn, "accountant@ours.example", PASSWORD).id
        people.join(conn, user_id, second, Role.VIEWER, at=NOW)
    client(house, "Elm Books", practice_id=second)

    everybody = names(accountant.get("/companies?sort=name"))
    theirs = names(accountant.get(f"/companies?practice={second}"))

    assert everybody == ["Copperleaf", "Elm Books"]
    assert theirs == ["Elm Books"]
    assert "Elsewhere" not in accountant.get("/companies").text


def test_its_cost_does_not_grow_with_the_companies(house, accountant):
    def cost(address):
        with statements(house.context.engine) as seen:
            assert accountant.get(address).status_code == 200
        return len(seen)

    addresses = ("/companies", "/companies/worklist", "/companies/policies/")
    one = [cost(address) for address in addresses]
    for number in range(12):
        client(house, f"Client {number}", "10.00")
    many = [cost(address) for address in addresses]

    assert many == one
    assert max(many) <= MOST


def test_its_statements_are_those_of_postgresql_too(house, accountant):
    seen = []

    def note(_conn, _cursor, _sql, _parameters, context, _many):
        if context is not None and context.compiled is not None:
            seen.append(context.compiled.statement)

    event.listen(house.context.engine, "before_cursor_execute", note)
    try:
        accountant.get("/companies")
        with reading(house.context.engine) as conn:
            report_figures.due(conn)
    finally:
        event.remove(house.context.engine, "before_cursor_execute", note)

    written = [str(one.compile(dialect=postgresql.dialect())) for one in seen]
    assert any("certificate" in sql for sql in written)
    assert any("report_figures" in sql for sql in written)


def test_the_worklist_of_all_names_who_the_customer_hears_from(house, accountant):
    other = client(house, "Aspen Books", contact_name="Dana Ruiz", contact_phone="423-555-0100")
    with durable(house.context.engine) as conn:
        for owner in (house.ours, other):
            tasks.open_task(
                conn,
                owner.id,
                key="k",
                kind="call",
                title=f"Call for {owner.name}",
                customer_id="7",
                currency="USD",
                at=NOW,
            )

    page = html.unescape(accountant.get("/companies/worklist").text)

    assert "you speak as Dana Ruiz, 423-555-0100" in page
    assert "Call for Aspen Books" in page
    assert "Call for Copperleaf" in page
    assert HOSTILE not in accountant.get("/companies/worklist").text


def test_from_the_last_task_of_all_companies_one_comes_back_to_their_list(house, accountant):
    with durable(house.context.engine) as conn:
        only = tasks.open_task(conn, house.ours.id, key="k", kind="decide", title="Decide", at=NOW)
    base = f"/companies/{house.ours.id}"

    task = accountant.get(f"{base}/tasks/{only.id}?list=all").text
    after = accountant.get(f"{base}/worklist/next?after={only.id}&list=all")

    assert 'href="/companies/worklist"' in task
    assert after.location == "/companies/worklist"


def test_a_policy_is_shown_for_each_client_and_put_in_force_with_a_note_for_each(house, accountant):
    aspen, birch = client(house, "Aspen Books"), client(house, "Birch Books")
    chosen = {"preset": "gentle", "company": [str(aspen.id), str(birch.id), str(house.theirs.id)]}

    compared = html.unescape(accountant.post("/companies/policies/compare", **chosen).text)
    with reading(house.context.engine) as conn:
        untouched = policies.current(conn, aspen.id).version
    done = html.unescape(
        accountant.post(
            "/companies/policies/put", **chosen, **{f"note-{aspen.id}": "for all clients of the practice"}
        ).text
    )

    assert "Aspen Books" in compared
    assert "Birch Books" in compared
    assert "Elsewhere" not in compared
    assert untouched == 1
    assert "Version 2 is in force." in done
    assert "A new policy needs a note" in done  # Birch has none, and stays as it was
    with reading(house.context.engine) as conn:
        now = policies.current(conn, aspen.id)
        assert (now.text, now.note, now.author) == (
            presets.text("gentle"),
            "for all clients of the practice",
            "The accountant",
        )
        assert policies.current(conn, birch.id).version == 1
        assert policies.current(conn, house.theirs.id).version == 1


def test_who_may_not_change_a_policy_gives_it_to_nobody(house):
    collector = house.browser("collector@ours.example")
    before = house.dump()

    answer = collector.post("/companies/policies/put", preset="gentle", company=str(house.ours.id))

    assert answer.status_code == 422
    assert house.dump() == before


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (59, "just now"), (60, "1 minute ago"), (7199, "1 hour ago"), (172_800, "2 days ago")],
)
def test_ages_are_whole_units_rounded_down(seconds, words):
    assert client_grid.ago(timedelta(seconds=seconds)) == words
