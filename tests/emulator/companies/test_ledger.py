import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qb_collections.emulator import acts, companies
from qb_collections.emulator.clocks import ManualClock
from qb_collections.emulator.companies import ledger
from qb_collections.emulator.companies.ledger_rows import BadRow, LedgerRefused
from qb_collections.emulator.engine import Engine
from qb_collections.emulator.store import Store
from tests.emulator.companies.books import balance_of, entities, late, numbered, open_invoices, owed

ROOT = Path(__file__).parents[3]
MADE_UP = ROOT / "tests/data/made-up-ledger.csv"
BAD_ROWS = ROOT / "tests/data/made-up-ledger-bad-rows.csv"
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
AS_OF = date(2026, 3, 31)
START = datetime(2026, 3, 31, 20, tzinfo=UTC)  # 16:00 in New York, summer time


def _load(path=MADE_UP, clock=None, **options):
    engine = Engine(Store(None), clock or ManualClock(START))
    given = {"columns": COLUMNS, "date_format": "%m/%d/%Y", "as_of": AS_OF, **options}
    return engine, ledger.load(engine, path, **given)


def test_the_ledger_stands_as_it_did_on_its_day():
    """Totals added up outside of this program: awk over the file."""
    engine, handle = _load()

    invoices = entities(engine, handle.realm_id, "Invoice")
    still_open = open_invoices(engine, handle.realm_id)
    assert handle.start_at == START
    assert len(invoices) == 90
    assert sum(one["TotalAmt"] for one in invoices) == Decimal("10684.83")
    assert len(still_open) == 20
    assert owed(still_open) == Decimal("2717.34")
    assert len(late(still_open, AS_OF)) == 7
    assert owed(late(still_open, AS_OF)) == Decimal("832.34")
    assert balance_of(engine, handle.realm_id, "Accounts Receivable (A/R)") == Decimal("2717.34")
    assert balance_of(engine, handle.realm_id, "Checking") == Decimal("7967.49")  # 10,684.83 - 2,717.34
    engine.check(handle.realm_id)


def test_later_invoices_and_payments_arrive_as_the_clock_moves():
    clock = ManualClock(START)
    engine, handle = _load(clock=clock)

    clock.advance(timedelta(days=200))
    done = acts.run_due(engine, handle.realm_id)

    assert done == 73  # 30 later invoices and 43 later payments
    assert len(entities(engine, handle.realm_id, "Invoice")) == 120
    unpaid = open_invoices(engine, handle.realm_id)
    assert len(unpaid) == 7  # never settled in the file
    assert owed(unpaid) == Decimal("784.94")
    engine.check(handle.realm_id)


def test_an_invoice_is_issued_at_nine_of_its_own_day_and_paid_at_two_of_the_settled_day():
    """Number 0004404155: issued 30 April, settled 7 June 2026, $65.00."""
    clock = ManualClock(START)
    engine, handle = _load(clock=clock)

    clock.set(datetime(2026, 4, 30, 12, 59, 59, tzinfo=UTC))
    acts.run_due(engine, handle.realm_id)
    before = len([one for one in open_invoices(engine, handle.realm_id) if one["DocNumber"] == "0004404155"])
    clock.set(datetime(2026, 6, 7, 17, 59, 59, tzinfo=UTC))
    acts.run_due(engine, handle.realm_id)
    unpaid = numbered(engine, handle.realm_id, "0004404155")
    clock.set(datetime(2026, 6, 7, 18, tzinfo=UTC))
    acts.run_due(engine, handle.realm_id)

    assert before == 0
    assert (unpaid["TxnDate"], unpaid["DueDate"]) == ("2026-04-30", "2026-05-30")
    assert unpaid["Balance"] == Decimal("65.00")
    paid = numbered(engine, handle.realm_id, "0004404155")
    assert paid["Balance"] == 0
    assert datetime.fromisoformat(paid["MetaData"]["LastUpdatedTime"]) == datetime(2026, 6, 7, 18, tzinfo=UTC)


def test_each_customer_gets_the_same_address_every_time():
    engine, handle = _load()

    customers = entities(engine, handle.realm_id, "Customer")
    assert len(customers) == 12
    assert {one["DisplayName"]: one["PrimaryEmailAddr"]["Address"] for one in customers}["6617-FSCYR"] == (
        "customer-6617-fscyr@ledger.example"
    )


def test_bad_rows_are_named_with_line_and_reason_and_nothing_is_opened():
    engine = Engine(Store(None), ManualClock(START))

    with pytest.raises(LedgerRefused) as refusal:
        ledger.load(engine, BAD_ROWS, columns=COLUMNS, date_format="%m/%d/%Y", as_of=AS_OF)

    assert refusal.value.rows == [
        BadRow(3, "issued '13/5/2026' is not a date of the form %m/%d/%Y"),
        BadRow(4, "amount 'eighty' is not a number"),
        BadRow(5, "invoice number 0000900001 stands in line 2 already"),
    ]
    assert "3 rows of the ledger cannot be read: line 3: issued '13/5/2026'" in str(refusal.value)
    assert engine.realms() == []


def test_with_skip_bad_rows_the_good_ones_are_loaded():
    engine, handle = _load(BAD_ROWS, skip_bad_rows=True)

    invoices = entities(engine, handle.realm_id, "Invoice")
    assert [one["DocNumber"] for one in invoices] == ["0000900001", "0000900005"]
    assert [one["Balance"] for one in invoices] == [Decimal(0), Decimal("210.75")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,,1/5/2026,2/4/2026,10.00,", "the number is missing"),
        (",1,1/5/2026,2/4/2026,10.00,", "the customer is missing"),
        ("A,1,1/5/2026,1/4/2026,10.00,", "due 2026-01-04 is before issued 2026-01-05"),
        ("A,1,1/5/2026,2/4/2026,10.00,1/4/2026", "settled 2026-01-04 is before issued 2026-01-05"),
        ("A,1,1/5/2026,2/4/2026,-10.00,", "amount '-10.00' is not a positive amount in whole cents"),
        ("A,1,1/5/2026,2/4/2026,10.005,", "amount '10.005' is not a positive amount in whole cents"),
        ("A:B,1,1/5/2026,2/4/2026,10.00,", "QuickBooks does not take the customer name 'A:B'"),
        ("A,1,1/5/2026,2/30/2026,10.00,", "due '2/30/2026' is not a date of the form %m/%d/%Y"),
    ],
)
def test_what_cannot_be_right_gets_its_reason(tmp_path, row, reason):
    path = tmp_path / "ledger.csv"
    path.write_text(f"customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,SettledDate\n{row}\n")

    with pytest.raises(LedgerRefused) as refusal:
        _load(path)

    assert refusal.value.rows == [BadRow(2, reason)]


def test_due_and_settled_on_the_day_of_issue_are_fine(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text(
        "customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,SettledDate\n"
        "A,1,1/5/2026,1/5/2026,10.00,1/5/2026\n"
    )

    engine, handle = _load(path)

    assert numbered(engine, handle.realm_id, "1")["Balance"] == 0


def test_an_invoice_settled_on_the_day_itself_is_paid_and_one_of_the_next_day_is_not(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text(
        "customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,SettledDate\n"
        "A,1,3/1/2026,3/31/2026,10.00,3/31/2026\n"
        "A,2,3/1/2026,3/31/2026,20.00,4/1/2026\n"
    )

    engine, handle = _load(path)

    assert numbered(engine, handle.realm_id, "1")["Balance"] == 0
    assert numbered(engine, handle.realm_id, "2")["Balance"] == Decimal("20.00")


def test_a_missing_column_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="no column Betrag; it has: customerID, invoiceNumber"):
        _load(columns={**COLUMNS, "amount": "Betrag"})


def test_a_role_left_out_is_named():
    with pytest.raises(ValueError, match="missing: due; unknown: none"):
        _load(columns={role: heading for role, heading in COLUMNS.items() if role != "due"})


def test_a_ledger_is_built_by_its_kind_with_the_day_as_text():
    engine = Engine(Store(None), ManualClock(START))

    handle = companies.build(
        engine, "ledger", path=str(MADE_UP), columns=COLUMNS, date_format="%m/%d/%Y", as_of="2026-03-31"
    )

    assert (handle.kind, handle.start_at) == ("ledger", START)


def test_the_public_ledger_of_2466_invoices_loads_as_it_stood():
    """As of 30 June 2013: 1,930 invoices, 84 of them open, by awk over the file."""
    if not REAL.exists():
        pytest.skip(f"the public ledger is not at {REAL}")

    engine, handle = _load(REAL, ManualClock(datetime(2013, 6, 30, 20, tzinfo=UTC)), as_of=date(2013, 6, 30))

    assert len(entities(engine, handle.realm_id, "Invoice")) == 1930
    still_open = open_invoices(engine, handle.realm_id)
    assert len(still_open) == 84
    assert owed(still_open) == Decimal("5119.85")
    assert len(entities(engine, handle.realm_id, "Customer")) == 100
