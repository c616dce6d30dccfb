"""Who may see and do what: every address, by role and by company, and no button that leads to a refusal.

The addresses come from the url map, so a new one is in the matrix at once (SEC-41).
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest
from sqlalchemy import event

from qb_collections.core.case import HoldKind
from qb_collections.store import contact_people, documents, holds, mirror, replies, runs, tasks
from qb_collections.store.contact_people import Person
from qb_collections.store.documents import Document
from qb_collections.store.engine import durable
from qb_collections.store.metadata import metadata
from tests.web.conftest import NOW, customer, invoice
from tests.web.hostile_house import Page
from tests.web.test_every_address import FORMS, GENERAL, PAGES, RANKS, VALUES

pytestmark = pytest.mark.xdist_group("hostile")  # one company, whose every name means harm

CANARY = "Canary Kite Works"
# What the other company alone has; everything of ours has other ids.
THEIRS = {"customer_id": "C777", "invoice_id": "I777", "document_id": "D777", "label": "PP777"}
# Who works for a practice, and what it keeps of a company that was deleted.
BY_PRACTICE = {"membership", "certificate"}
# Forms of no one company that anybody signed in may send.
FOR_ALL = {"auth.leave", "auth.enter", "auth.choose"}


@pytest.fixture(scope="module")
def both(hostile):
    """The other company has a canary in everything that people read; its ids are its own."""
    theirs = hostile.theirs.id
    with durable(hostile.context.engine) as conn:
        mirror.put_customers(conn, theirs, [customer("C777", name=CANARY, balance="130.00")])
        mirror.put_invoices(conn, theirs, [invoice("I777", "C777", "CK-1", date(2026, 10, 1), "130.00")])
        found = [Document("D777", f"{CANARY}.pdf", None, NOW)]
        documents.put(conn, theirs, "C777", found, read_at=NOW, whole=True)
        said = {"reason": CANARY, "placed_by": CANARY, "placed_on": date(2026, 10, 20)}
        hold = holds.add(conn, theirs, "C777", HoldKind.EXCLUSION, **said)
        person = Person(CANARY, "", None, None, "none")
        person_id = contact_people.add(conn, theirs, "C777", person, by=CANARY, at=NOW)
        task = tasks.open_task(
            conn, theirs, key="c", kind="call", title=CANARY, customer_id="C777", currency="USD", at=NOW
        )
        reply_id = replies.add(
            conn, theirs, "C777", "USD", "question", said=CANARY, by="Ann", on=date(2026, 11, 1), at=NOW
        )
        run = runs.open_run(conn, theirs, "preview", date(2026, 11, 3), NOW)
    hostile.foreign = THEIRS | {
        "hold_id": hold.id,
        "person_id": person_id,
        "task_id": task.id,
        "reply_id": reply_id,
        "run_id": run.id,
    }
    return hostile


@pytest.fixture(scope="module")
def walked(both):
    """What every address of our company answers a role; asked once."""

    @cache
    def of(role):
        browser = both.browser(f"{role}@ours.example" if role else None)
        own = {"customer_id": "H1", "invoice_id": "HI1", "task_id": 2, "run_id": 1}
        rules = in_company(matrix(both, "GET", both.ours.id, own))
        return browser, {path: (rule.endpoint, browser.get(path)) for rule, path in rules}

    return of


def matrix(house, method, company_id, values):
    """(endpoint, path) of every address that takes the method, with these ids in it."""
    adapter = house.web.url_map.bind("127.0.0.1")
    for rule in house.web.url_map.iter_rules():
        if method in rule.methods and rule.endpoint not in ("static", "connect.callback"):
            told = {name: {**VALUES, **values, "company_id": company_id}[name] for name in rule.arguments}
            yield rule, adapter.build(rule.endpoint, told, method=method)


def in_company(rules):
    return [(rule, path) for rule, path in rules if "company_id" in rule.arguments]


def rows_of_theirs(house):
    """Every row of the other company, as text."""
    wanted = re.compile(rf"VALUES\((?:\d+,)?{house.theirs.id},")
    return [line for line in house.dump().splitlines() if wanted.search(line)]


@pytest.mark.req("SEC-41")
@pytest.mark.parametrize("role", [*RANKS, None])
def test_sec_41_every_address_answers_each_role_as_it_should_and_shows_no_other_company(both, walked, role):
    rank = RANKS.index(role) if role else -1
    browser, own = walked(role)
    other = [path for _, path in in_company(matrix(both, "GET", both.theirs.id, both.foreign))]
    nowhere = [path for _, path in in_company(matrix(both, "GET", 4711, {}))]

    beyond = {path: browser.get(path) for path in (*other, *nowhere)}

    everywhere = [one for _, one in own.values()] + [*beyond.values()]
    assert [one.request.path for one in everywhere if CANARY in one.text] == []
    if role is None:
        assert {one.status_code for one in everywhere} == {303}
        return
    refused = {
        path for path, (endpoint, _) in own.items() if rank < RANKS.index(PAGES.get(endpoint, "viewer"))
    }
    assert {path for path, (_, one) in own.items() if one.status_code == 403} == refused
    assert {one.status_code for _, one in own.values()} <= {200, 303, 403, 404}
    assert {one.status_code for one in beyond.values()} == {404}


@pytest.mark.req("SEC-41")
def test_sec_41_what_belongs_to_another_company_is_not_found_under_ones_own(both):
    browser = both.browser("owner@ours.example")
    before = rows_of_theirs(both)
    ids = both.foreign.keys() - {"label"}
    pages = [
        (rule.endpoint, browser.get(path))
        for rule, path in in_company(matrix(both, "GET", both.ours.id, both.foreign))
        if ids & rule.arguments
    ]
    adapter_rules = in_company(matrix(both, "POST", both.ours.id, both.foreign))
    sent = [
        (rule.endpoint, browser.post(path, kind="order", outcome="done", back=f"/companies/{both.ours.id}/"))
        for rule, path in adapter_rules
        if ids & rule.arguments
    ]

    assert len(pages) > 8 and len(sent) > 15
    assert [endpoint for endpoint, one in pages if one.status_code == 200 and CANARY in one.text] == []
    assert [endpoint for endpoint, one in (*pages, *sent) if one.status_code >= 500] == []
    assert [endpoint for endpoint, one in sent if CANARY in one.text] == []
    assert rows_of_theirs(both) == before
    assert CANARY not in browser.get(f"/companies/{both.ours.id}/").text  # nor in what was flashed


@pytest.mark.req("SEC-41")
def test_sec_41_lists_over_companies_and_people_know_only_ones_own(both):
    ours, theirs = both.browser("owner@ours.example"), both.browser("owner@theirs.example")
    general = [path for rule, path in matrix(both, "GET", 0, {}) if "company_id" not in rule.arguments]

    seen = {path: ours.get(path).text for path in general}
    there = {path: theirs.get(path).text for path in general}

    assert [path for path, text in seen.items() if CANARY in text or "Their owner" in text] == []
    assert [path for path, text in there.items() if "Our collector" in text] == []
    assert any("Elsewhere" in text for text in there.values())


@pytest.mark.req("SEC-42")
def test_sec_42_fields_that_nobody_asked_for_change_nothing(both):
    browser = both.browser("collector@ours.example")
    path = f"/companies/{both.ours.id}/customers/H0/notes"

    browser.post(path, text="by the way", company_id=str(both.theirs.id), role="owner", written_by="Root")

    assert [line for line in rows_of_theirs(both) if "by the way" in line] == []
    [line] = [line for line in both.dump().splitlines() if "by the way" in line]
    assert "Our collector" in line and "Root" not in line


@pytest.mark.parametrize("role", RANKS)
def test_no_page_offers_a_role_a_button_or_a_link_that_it_may_not_use(both, walked, role):
    browser, own = walked(role)
    general = [path for rule, path in matrix(both, "GET", 0, {}) if "company_id" not in rule.arguments]
    answers = {path: one for path, (_, one) in own.items()} | {path: browser.get(path) for path in general}
    router = both.web.url_map.bind("127.0.0.1")
    offered, followed = {}, {}
    for path, answer in answers.items():
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page = Page(answer.text)
        for method, action in page.forms:
            if method == "post":
                to = (action or path).partition("?")[0]
                offered.setdefault(router.match(to, method="POST")[0], path)
        for link in page.links:
            to = link.partition("?")[0].partition("#")[0]
            if to.startswith(f"/companies/{both.ours.id}/"):
                followed.setdefault(router.match(to, method="GET")[0], path)

    rank = RANKS.index(role)
    dead = {one: at for one, at in offered.items() if one in FORMS and rank < RANKS.index(FORMS[one])}
    shut = {one: at for one, at in followed.items() if one in PAGES and rank < RANKS.index(PAGES[one])}
    assert dead == {} and shut == {}
    assert len(offered) > (30 if role == "owner" else 2)
    if role == "viewer":
        assert offered.keys() <= FOR_ALL, offered
    assert offered.keys() <= FORMS.keys() | GENERAL


@pytest.mark.parametrize("role", ["viewer", "collector", "manager"])
def test_connecting_a_company_takes_an_owner_of_a_practice(both, role):
    browser = both.browser(f"{role}@ours.example")

    answers = [browser.post("/connect"), browser.post("/connect/emulator", address="http://127.0.0.1:1")]

    assert [one.status_code for one in answers] == [403, 403]
    assert "An owner of your practice" in browser.get("/connect").text


@pytest.mark.req("SEC-43")
def test_sec_43_every_statement_of_a_page_on_a_companys_table_names_the_company(both):
    owned = [
        name for name, table in metadata.tables.items() if "company_id" in table.c and name not in BY_PRACTICE
    ]
    on_one = re.compile(rf"\b(?:FROM|JOIN|UPDATE|INTO)\s+({'|'.join(map(re.escape, owned))})\b")
    names = re.compile(r"\b(?:company_id|chain)\s*(?:=|IN\b)")  # a company's entries are a chain of their own
    browser, said = both.browser("owner@ours.example"), set()
    own = {"customer_id": "H1", "invoice_id": "HI1", "task_id": 2, "run_id": 1}

    def heard(conn, cursor, statement, *rest):
        said.add(statement)

    event.listen(both.context.engine, "before_cursor_execute", heard)
    for _, path in in_company(matrix(both, "GET", both.ours.id, own)):
        browser.get(path)
    event.remove(both.context.engine, "before_cursor_execute", heard)

    about = [one for one in said if on_one.search(one)]
    assert len(about) > 60
    assert [one for one in about if not names.search(one) and not one.startswith("INSERT")] == []
