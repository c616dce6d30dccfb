"""docs/emulator.md says what there is: every switch with its lean, every fault, control call and company."""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import dropwhile, takewhile
from pathlib import Path

import pytest

from qb_collections.emulator.acts import KINDS as ACTS
from qb_collections.emulator.companies import KINDS
from qb_collections.emulator.control import ACCESS_ACTS
from qb_collections.emulator.faults import FAULTS
from qb_collections.emulator.reports import REPORTS
from qb_collections.emulator.switches import Switches

TEXT = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text(encoding="utf-8")
REALM = "9341450000000001"


def rows(heading):
    """The cells of the first table under a heading, without its head."""
    lines = TEXT.split(f"{heading}\n", 1)[1].splitlines()
    table = dropwhile(lambda line: not line.startswith("|"), lines)
    lines = list(takewhile(lambda line: line.startswith("|"), table))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def codes(cell):
    return re.findall(r"`([^`]+)`", cell)


def test_the_table_of_switches_is_the_switches():
    told = {
        codes(cells[0])[0]: cells[1]
        for cells in rows("## Where Intuit's documents are silent")
        if codes(cells[0])
    }

    said = {True: "yes", False: "no"}
    leans = {one.name: said.get(one.default, one.default) for one in fields(Switches)}
    assert told == leans


def test_every_switch_has_its_evidence():
    for cells in rows("## Where Intuit's documents are silent"):
        assert len(cells) == 3, cells
        assert cells[2] or "zone" in cells[0], cells


def test_the_table_of_faults_is_the_faults():
    table = TEXT.split("\n## Faults\n", 1)[1].split("### The catalogue", 1)[0]
    told = [
        name for line in table.splitlines() if line.startswith("| `") for name in codes(line.split("|")[1])
    ]

    assert sorted(told) == sorted(FAULTS)


def test_every_name_in_the_catalogue_is_a_fault_an_act_or_a_parameter():
    known = {
        *FAULTS,
        *ACCESS_ACTS,
        *KINDS,
        "times",
        "rate",
        "retry_after",
        "code",
        "DELETE webhooks",
        "realm=",
    }
    catalogue = TEXT.split("### The catalogue", 1)[1].split("\n## ", 1)[0]
    named = {
        name
        for line in catalogue.splitlines()
        if line.startswith("| F")
        for name in codes(line.split("|")[2])
        if not name.startswith("{")
    }

    assert named <= known


def test_the_table_of_companies_is_the_kinds():
    assert sorted(codes(cells[0])[0] for cells in rows("## Companies")) == sorted(KINDS)


CALLS = [codes(cells[0])[0] for cells in rows("## Control: `/emulator/control/…`, with `--control`")]


@pytest.mark.parametrize("call", CALLS)
def test_every_control_call_that_is_written_down_is_there(emulator, call):
    method, path = call.split(" ", 1)
    for name, value in {"{realm}": REALM, "{entity}": "customer"}.items():
        path = path.replace(name, value)
    path = path.replace("{id}", "1")

    answer = emulator.control(method, path, {} if method == "POST" else None)

    # An empty object makes no sense to most of them; what counts is that they are there.
    assert answer.status_code in (200, 400), answer.text
    assert set(answer.json()) != {"error"} or answer.json()["error"].endswith((".", "}"))


def test_every_act_and_every_report_is_told():
    acts = TEXT.split("Acts, with what they need", 1)[1].split("\n## ", 1)[0]
    told = {
        name for line in acts.splitlines() if line.startswith("| `") for name in codes(line.split("|")[1])
    }
    reports = " ".join(TEXT.split("\n## Reports\n", 1)[1].split("\n## ", 1)[0].split())

    assert told == set(ACTS)
    assert not [name for name in REPORTS if name.removeprefix("TransactionList") not in reports]
