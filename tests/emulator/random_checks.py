"""What must hold of any company at any moment, asked from outside the engine's own checks."""

from datetime import date
from decimal import Decimal

from tests.emulator.small_company import REALM

DATES = (date(2026, 9, 30), date(2026, 10, 15), None)
BALANCED = ("Invoice", "CreditMemo", "Bill", "VendorCredit")


def footprint(engine):
    """What a refused call may not change: versions, postings, applications, goods, counters."""
    with engine.store.reading() as conn:
        return [
            conn.execute(text).fetchone()
            for text in (
                "SELECT count(*), max(seq) FROM version",
                "SELECT count(*), sum(amount * account), sum(foreign_amount) FROM posting",
                "SELECT count(*), sum(amount) FROM link",
                "SELECT count(*), sum(cost) FROM stock_move",
                "SELECT count(*), group_concat(value) FROM (SELECT value FROM counter ORDER BY name)",
            )
        ]


def check(books):
    """After every step: both bases balance, and every link is told from both ends."""
    for basis in ("accrual", "cash"):
        for as_of in DATES:
            rows = books.engine.trial_balance(REALM, as_of=as_of, basis=basis)
            assert sum(row["debit"] - row["credit"] for row in rows) == 0, (basis, as_of, rows)
    _links(books)
    _grosses(books)


def _grosses(books):
    """Where prices have the tax in them, net and tax are what was asked, to the cent."""
    for kind in (
        "Invoice",
        "CreditMemo",
        "SalesReceipt",
        "RefundReceipt",
        "Bill",
        "VendorCredit",
        "Purchase",
    ):
        for row in books.rows(kind):
            details = [line.get(line["DetailType"]) or {} for line in row["Line"]]
            asked = sum((detail.get("TaxInclusiveAmt", 0) for detail in details), Decimal(0))
            discounted = any(line["DetailType"] == "DiscountLineDetail" for line in row["Line"])
            if row.get("GlobalTaxCalculation") == "TaxInclusive" and row["TotalAmt"] and not discounted:
                assert row["TotalAmt"] == asked, f"{kind} {row['Id']}: {row['TotalAmt']} for {asked}"


def _links(books):
    """A document names exactly the payments that are applied to it, and its balance is what they left."""
    taken, named = {}, {}
    for kind in ("Payment", "BillPayment"):
        for row in books.rows(kind):
            for line in row["Line"]:
                link = line["LinkedTxn"][0]
                key = link["TxnType"], link["TxnId"]
                taken[key] = taken.get(key, Decimal(0)) + line["Amount"]
                named.setdefault(key, set()).add(row["Id"])
    for kind in BALANCED:
        for row in books.rows(kind):
            key = kind, row["Id"]
            shown = {
                link["TxnId"]
                for link in row.get("LinkedTxn", [])
                if link["TxnType"].startswith(("Payment", "BillPayment"))
            }
            assert shown == named.get(key, set()), f"{key} shows {shown}, payments say {named.get(key)}"
            left = row["TotalAmt"] - row.get("Deposit", Decimal(0)) - taken.get(key, Decimal(0))
            assert row["Balance"] == left, f"{key} is open for {row['Balance']}, payments leave {left}"
            total = sum((line.get("Amount", 0) for line in _counted(row)), Decimal(0))
            total += (row.get("TxnTaxDetail") or {}).get("TotalTax", Decimal(0))
            assert row["TotalAmt"] == total, f"{key} says {row['TotalAmt']}, its lines {total}"


def _counted(row):
    for line in row["Line"]:
        if line["DetailType"] == "DiscountLineDetail":
            yield {"Amount": -line["Amount"]}
        elif line["DetailType"] not in ("SubTotalLineDetail", "DescriptionOnly"):
            yield line


def check_reports(books):
    """At the end: statements, ageings and sub-ledgers say what the trial balance says."""
    engine = books.engine
    for basis in ("Accrual", "Cash"):
        asked = {"accounting_method": basis, "start_date": "2026-01-01", "end_date": "2026-12-31"}
        rows = engine.trial_balance(REALM, as_of=date(2026, 12, 31), basis=basis.lower())
        sheet = engine.report(REALM, "BalanceSheet", asked)
        assets = _total(sheet, "TotalAssets")
        assert assets == _total(sheet, "TotalLiabilitiesAndEquity"), basis
        said = sum(row["debit"] - row["credit"] for row in rows if row["type"] in ASSETS)
        assert assets == said, f"{basis}: the balance sheet's assets {assets}, the trial balance's {said}"
        profit = _total(engine.report(REALM, "ProfitAndLoss", asked), "NetIncome")
        said = sum(row["credit"] - row["debit"] for row in rows if row["type"] in RESULTS)
        assert profit == said, f"{basis}: net income {profit}, the trial balance's {said}"
    rows = engine.trial_balance(REALM, as_of=date(2026, 12, 31))
    for name, kind, sign in (
        ("AgedReceivables", "Accounts Receivable", 1),
        ("CustomerBalance", "Accounts Receivable", 1),
        ("AgedPayables", "Accounts Payable", -1),
        ("VendorBalance", "Accounts Payable", -1),
    ):
        aged = _total(engine.report(REALM, name, {"report_date": "2026-12-31"}), "GrandTotal")
        said = sign * sum(row["debit"] - row["credit"] for row in rows if row["type"] == kind)
        assert aged == said, f"{name} {aged}, the accounts {said}"


def check_echoes(books):
    """Every record may be sent back whole as it was read, and nothing in the books moves by that."""
    engine = books.engine
    engine.set_preferences(REALM, {"AccountingInfoPrefs": {"BookCloseDate": None}})
    before = [engine.trial_balance(REALM, basis=basis) for basis in ("accrual", "cash")]
    for kind in ECHOED:
        for row in books.rows(kind):
            if not row.get("Adjustment"):
                engine.save(REALM, kind, engine.read(REALM, kind, row["Id"]))
        after = [engine.trial_balance(REALM, basis=basis) for basis in ("accrual", "cash")]
        assert after == before, f"{kind} sent back: {_moved(before, after)}"


def _moved(before, after):
    return [row for old, new in zip(before, after, strict=True) for row in new if row not in old]


ECHOED = (
    *("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate", "Payment", "Deposit"),
    *("JournalEntry", "Bill", "VendorCredit", "BillPayment", "Purchase", "PurchaseOrder", "Transfer"),
    *("Customer", "Vendor", "Item", "Account", "Class", "Department", "TaxAgency"),
)
ASSETS = ("Bank", "Accounts Receivable", "Other Current Asset", "Fixed Asset", "Other Asset")
RESULTS = ("Income", "Other Income", "Cost of Goods Sold", "Expense", "Other Expense")


def _total(report, group):
    """Return the last figure of the section of this name, nothing where there is none."""
    todo = list(report["Rows"].get("Row", []))
    while todo:
        row = todo.pop(0)
        if row.get("group") == group:
            return Decimal(row["Summary"]["ColData"][-1]["value"] or "0")
        todo += row.get("Rows", {}).get("Row", [])
    return Decimal(0)
