"""A ledger of two years, imported and read: figures, forecast, one customer, and policies played on it."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from qb_collections.cli import main
from qb_collections.core.company_gates import Mode
from qb_collections.services import backtest, history, leasing, policies, presets
from tests.world import World

ROOT = Path(__file__).parents[2]
MADE_UP = ROOT / "tests/data/made-up-ledger.csv"
# Settings named QBC_* are taken away before tests run, so this one has another name.
REAL = Path(os.environ.get("REAL_LEDGER", ROOT.parent / "shared/data/accounts-receivable-2012-2013.csv"))
COLUMNS = {
    "customer": "customerID",
    "number": "invoiceNumber",
    "issued": "InvoiceDate",
    "due": "DueDate",
    "amount": "InvoiceAmount",
    "settled": "SettledDate",
}
FIRST, LAST, AS_OF = date(2025, 6, 1), date(2026, 3, 30), date(2026, 3, 31)

pytestmark = pytest.mark.xdist_group("looking back")


def imported(path: Path, as_of: date) -> World:
    """The ledger as the emulator's books, connected, with its payment history read."""
    start = datetime(as_of.year, as_of.month, as_of.day, 22, 0, tzinfo=UTC)
    world = World(start, "ledger", path=path, as_of=as_of, columns=COLUMNS, date_format="%m/%d/%Y")
    world.connect(Mode.SHADOW)
    with leasing.held(world.context, world.company) as lease:
        assert history.read(world.context, world.company, lease, lambda: False)
    return world


@pytest.fixture(scope="module")
def world():
    made = imported(MADE_UP, AS_OF)
    yield made
    made.close()


@pytest.fixture(scope="module")
def told(world):
    """The program's answer in this process."""

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, words, env={"QBC_DATA_DIR": str(world.folder)})
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.output

    return run


def ledger(path: Path = MADE_UP):
    """(customer, issued, due, amount, settled) of each row of the file, read without the program."""

    def day(text: str) -> date | None:
        month, day, year = map(int, text.split("/")) if text else (0, 0, 0)
        return date(year, month, day) if year else None

    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            days = [day(row[name]) for name in ("InvoiceDate", "DueDate", "SettledDate")]
            yield row["customerID"], days[0], days[1], Decimal(row["InvoiceAmount"]), days[2]


@pytest.mark.parametrize("on", [date(2025, 10, 31), date(2025, 12, 31), AS_OF])
def test_what_is_open_on_a_past_day_is_what_the_ledger_says(told, on):
    rows = list(ledger())
    still_open = [
        (due, amount)
        for _, issued, due, amount, settled in rows
        if issued <= on and (settled is None or settled > on)
    ]
    billed = sum(amount for _, issued, _, amount, _ in rows if on - timedelta(days=90) < issued <= on)

    found = json.loads(told("metrics", "--as-of", on.isoformat(), "--json"))["currencies"][0]

    assert Decimal(found["open"]) == sum(amount for _, amount in still_open)
    assert Decimal(found["overdue"]) == sum(amount for due, amount in still_open if due < on)
    assert Decimal(found["sales"]) == billed
    assert sum(Decimal(one) for one in found["aging"].values()) == Decimal(found["open"])


def test_the_figures_are_sentences_and_say_from_which_day_they_hold(told):
    said = told("metrics")

    assert "customers owe you $2,717.34, $832.34 of it late." in said
    assert "Customers pay you after 48 days on average" in said
    assert said.rstrip().endswith("Payment history is complete from March 30, 2024 on.")


def test_a_day_before_what_is_known_and_one_to_come_are_refused(told):
    for day in ("2024-03-29", "2026-04-01"):
        assert "Figures can be worked out from March 30, 2024 to March 31, 2026" in told(
            "metrics", "--as-of", day, code=1
        )


def test_the_forecast_accounts_for_all_that_is_open(told):
    [found] = json.loads(told("forecast", "--json"))["currencies"]

    parts = [week["expected"]["amount"] for week in found["weeks"]]
    parts += [found[name]["amount"] for name in ("later", "unlikely", "disputed")]
    assert len(found["weeks"]) == 13
    assert sum(map(Decimal, parts)) == Decimal(found["open"]["amount"]) == Decimal("2717.34")


def test_every_open_invoice_has_its_day_and_range_or_says_why_not(told):
    still_open = [row for row in ledger() if row[1] <= AS_OF and (row[4] is None or row[4] > AS_OF)]

    rows = json.loads(told("forecast", "--json"))["invoices"]
    said = told("forecast", "--invoices")

    assert len(rows) == len(still_open) == 20
    for row in rows:
        days = [row[name] for name in ("from_on", "expected_on", "until_on") if row[name] is not None]
        assert days == sorted(days)
        assert all(day >= AS_OF.isoformat() for day in days)
    assert sum(row["expected_on"] is None for row in rows) == said.count("no day can be named")


def test_a_customer_is_known_by_the_invoices_that_were_paid(told):
    rows = [row for row in ledger() if row[0] == "1708-CMZNR" and row[1] <= AS_OF]
    paid = [row for row in rows if row[4] is not None and row[4] <= AS_OF]

    found = json.loads(told("customer", "show", "1708-CMZNR", "--json"))

    late = sorted((settled - due).days for _, _, due, _, settled in paid)
    assert found["traits"]["invoices"] == len(paid) == 9
    assert Decimal(found["traits"]["own_median_days"]) == late[4]
    assert {one["invoice"] for one in found["open"]} == {"0004403225", "0004402599"}
    assert found["known_since"] == "Payment history is complete from March 30, 2024 on."


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("policies")
    for name in ("standard", "gentle"):
        (folder / f"{name}.toml").write_text(presets.text(name), encoding="utf-8")
    return folder


def test_two_policies_are_played_side_by_side_and_drawn(told, files, tmp_path):
    days = ("--from", FIRST.isoformat(), "--to", LAST.isoformat())
    against = ("--against", str(files / "gentle.toml"), "--chart", str(tmp_path / "weeks.svg"))

    found = json.loads(told("policy", "backtest", str(files / "standard.toml"), *days, *against, "--json"))

    standard, gentle = found["policies"]
    assert [standard["policy"], gentle["policy"]] == ["Standard", "Gentle"]
    assert gentle["contacts"] < standard["contacts"]
    for one in (standard, gentle):
        weeks = sum(count for week in one["by_week"] for name, count in week.items() if name != "week_of")
        assert one["contacts"] == len(one["log"]) == sum(one["by_stage"].values()) == weeks
        missed = sum(group["customers"] for group in one["never_contacted"])
        assert missed == one["customers_late"] - one["customers_contacted"]
    root = ElementTree.parse(tmp_path / "weeks.svg").getroot()
    assert root.get("role") == "img"
    assert found["assumed"] == [
        "0 dates had to be assumed.",
        "How customers had paid by then is worked out for each week, from invoices of March 30, 2024 on; "
        "in the first months that is little.",
    ]
    assert "makes no claim about extra cash" in found["no_claim"]


def test_nobody_is_written_to_about_what_was_paid_or_not_late(told, files):
    """Judged by the file alone: each contact lies after some open invoice's due date, before its payment.

    A copy before the due date lies in the five days that lead up to one that is not paid yet.
    """
    open_by = spans(MADE_UP)
    days = ("--from", FIRST.isoformat(), "--to", LAST.isoformat())

    found = json.loads(told("policy", "backtest", str(files / "standard.toml"), *days, "--json"))

    log = found["policies"][0]["log"]
    assert len(log) > 40
    for one in log:
        on = date.fromisoformat(one["on"])
        assert any(fits(one["stage"], on, *span) for span in open_by[one["customer"]])


def fits(stage: str, on: date, due: date, settled: date) -> bool:
    """Whether an invoice was open and late on that day; for a copy, due within five days."""
    return on <= settled and (0 <= (due - on).days <= 5 if stage == "S0" else due < on)


def spans(path: Path) -> dict[str, list[tuple[date, date]]]:
    """By customer: due date and day of payment of each invoice."""
    found: dict[str, list[tuple[date, date]]] = {}
    for customer, _, due, _, settled in ledger(path):
        found.setdefault(customer, []).append((due, settled or date.max))
    return found


def test_the_answer_for_a_person_has_columns_reasons_and_the_disclaimer(told, files):
    said = told(
        "policy", "backtest", str(files / "standard.toml"), "--from", "2025-06-01", "--to", "2026-03-30"
    )

    assert "303 nights, June 1, 2025 to March 30, 2026, each with what was known then." in said
    assert "Paid within two days anyway" in said
    assert "Payment history is complete from March 30, 2024 on." in said
    assert said.rstrip().endswith("nobody can replay what customers would have done.")


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2024-03-01", "2024-04-01", "Payment history is complete from March 30, 2024; begin there or later"),
        ("2026-03-01", "2026-04-01", "April 1, 2026 has not come yet"),
        ("2026-03-02", "2026-03-01", "is before March 2, 2026"),
    ],
)
def test_days_that_cannot_be_played_are_refused_with_the_remedy(told, files, first, last, sentence):
    words = ("policy", "backtest", str(files / "standard.toml"), "--from", first, "--to", last)

    assert sentence in told(*words, code=1)


def test_a_policy_that_is_none_is_named_with_its_line(told, tmp_path):
    broken = tmp_path / "broken.toml"
    text = presets.text("standard").replace('channel = "email"', 'channel = "pigeon"', 1)
    broken.write_text(text, encoding="utf-8")

    said = told("policy", "backtest", str(broken), "--from", "2025-06-01", "--to", "2025-07-01", code=2)

    assert "ladder[0].channel" in said
    assert "Nothing was played." in said


@pytest.mark.soak
@pytest.mark.skipif(not REAL.is_file(), reason=f"no ledger of real payments at {REAL}")
def test_two_years_of_a_real_ledger_are_played():
    """2,466 invoices of 100 customers, judged by the file alone."""
    first, last = date(2012, 1, 2), date(2013, 12, 30)
    open_by = spans(REAL)
    late = {
        customer
        for customer, some in open_by.items()
        if any(max(due + timedelta(days=1), first) <= min(settled, last) for due, settled in some)
    }
    world = imported(REAL, date(2013, 12, 31))
    try:
        policy = policies.check(presets.text("standard")).policy
        played = backtest.run(world.context, world.company, [policy], first, last)
    finally:
        world.close()

    [found] = played.played
    assert found.test.late == len(late)
    assert found.test.contacts > 500
    for one in found.contacts:
        assert any(fits(one.stage, one.on, *span) for span in open_by[one.customer])
