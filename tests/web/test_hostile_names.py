"""Names and words that mean harm, through every page, table and file that shows them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from email import message_from_bytes, policy
from xml.etree import ElementTree

import pytest

from qb_collections.services import ready_to_send
from qb_collections.store import companies, tasks
from qb_collections.store.engine import reading
from tests.web.hostile_house import FORMULA, MARKS, NAMES, Page
from tests.web.test_every_address import VALUES

pytestmark = pytest.mark.xdist_group("hostile")  # one company, whose every name means harm

NUMBER = re.compile(r"-?[\d.,]+%?")
# Of these, one page of each hostile customer; of all others, one.
OF_EACH = {"customer_id": "H{}", "invoice_id": "HI{}", "task_id": "{}"}


@pytest.fixture(scope="module")
def answers(hostile):
    """What every address answered, by its path."""
    adapter, owner = hostile.web.url_map.bind("127.0.0.1"), hostile.browser("hostile@ours.example")
    found = {}
    for rule in hostile.web.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in ("static", "connect.callback"):
            continue
        each = OF_EACH.keys() & rule.arguments
        for number in range(len(NAMES)) if each else (0,):
            told = {name: OF_EACH[name].format(number + (name == "task_id")) for name in each}
            values = {**VALUES, "company_id": hostile.ours.id, **told}
            for form in ("csv", "xlsx") if "form" in rule.arguments else ("",):
                values["form"] = form
                path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
                found[path] = owner.get(path)
    for query in ("?show=all", "?name=%3Cscript%3Ealert(1)", "?page=2&show=all"):
        path = f"/companies/{hostile.ours.id}/customers{query}"
        found[path] = owner.get(path)
    return found


def of_type(answers, kind):
    return {path: one for path, one in answers.items() if one.mimetype == kind and one.status_code == 200}


def test_no_page_falls_over_a_name(answers):
    assert {path: one.status_code for path, one in answers.items() if one.status_code >= 500} == {}
    assert len(of_type(answers, "text/html")) > 70


@pytest.mark.req("SEC-01")
def test_sec_01_nothing_that_people_type_becomes_markup_on_any_page(answers):
    pages = of_type(answers, "text/html")

    dangers = {path: Page(one.text).dangers for path, one in pages.items()}
    shown = {mark for mark in MARKS for one in pages.values() if mark in one.text}

    assert {path: found for path, found in dangers.items() if found} == {}
    assert shown <= {"%s{0}"}  # plain words: shown as they are
    assert sum("&lt;script&gt;alert(1)" in one.text for one in pages.values()) > 5


@pytest.mark.req("SEC-05")
def test_sec_05_braces_that_people_type_are_printed_as_they_are(answers):
    pages = [one.text for one in of_type(answers, "text/html").values()]

    assert any("{% import os %}" in page for page in pages)
    assert not any("&lt;class" in page or "<class" in page for page in pages)


@pytest.mark.req("SEC-09")
def test_sec_09_no_cell_of_a_file_is_a_formula(answers):
    tables = [list(csv.reader(io.StringIO(one.text))) for one in of_type(answers, "text/csv").values()]
    cells = [cell for table in tables for row in table for cell in row]
    sheets = [one for one in answers.values() if "spreadsheet" in one.mimetype]
    parts = [
        ElementTree.fromstring(book.read(name))
        for one in sheets
        for book in [zipfile.ZipFile(io.BytesIO(one.data))]
        for name in book.namelist()
        if name.startswith("xl/worksheets/sheet")
    ]

    assert any("HYPERLINK" in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell)] == []
    assert len(parts) >= 1
    assert [part for part in parts if any(element.tag.endswith("}f") for element in part.iter())] == []


@pytest.mark.req("SEC-06")
def test_sec_06_no_name_adds_a_line_to_the_head_of_a_message_or_an_answer(hostile, answers):
    with reading(hostile.context.engine) as conn:
        waiting = [one for one in tasks.list(conn, hostile.ours.id) if one.kind == "message"]
        company = companies.get(conn, hostile.ours.id)

    answered = [ready_to_send.eml(hostile.context, company, one) for one in waiting]
    made = [one for one in answered if isinstance(one, bytes)]

    assert len(made) > 4
    for one in made:
        read = message_from_bytes(one, policy=policy.default)
        assert read["Bcc"] is None
        assert [name for name, value in read.items() if "\n" in str(value) or "\r" in str(value)] == []
    for path, one in answers.items():
        assert "Bcc" not in one.headers, path
