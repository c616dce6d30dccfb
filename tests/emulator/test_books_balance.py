"""Random documents, edits, voids and deletions: the books balance after every one, on both bases."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qb_collections.emulator.errors import Fault
from tests.emulator import random_checks, random_steps
from tests.emulator.random_books import RandomBooks
from tests.emulator.small_company import REALM, sale, small_company

AMOUNTS = st.integers(1, 50_000).map(lambda cents: str(Decimal(cents) / 100))
CUSTOMERS = st.sampled_from(["amy", "bill", "job"])
DAYS = st.sampled_from(["2026-09-30", "2026-10-01", "2026-10-15", "2026-10-30", "2026-11-02"])
ITEMS = st.sampled_from(["work", "part", "plan"])
KINDS = ("Invoice", "CreditMemo", "Payment", "JournalEntry", "Deposit")

STEPS = st.one_of(
    st.tuples(
        st.just("invoice"), CUSTOMERS, st.lists(st.tuples(ITEMS, AMOUNTS), min_size=1, max_size=3), DAYS
    ),
    st.tuples(st.just("memo"), CUSTOMERS, st.lists(st.tuples(ITEMS, AMOUNTS), min_size=1, max_size=2), DAYS),
    st.tuples(st.just("pay"), CUSTOMERS, st.integers(0, 100), DAYS),
    st.tuples(st.just("carry"), CUSTOMERS, st.integers(1, 100), DAYS),
    st.tuples(st.just("journal"), CUSTOMERS, AMOUNTS, DAYS),
    st.tuples(st.just("deposit"), st.integers(0, 50)),
    st.tuples(st.just("edit"), st.integers(0, 50), AMOUNTS),
    st.tuples(st.just("void"), st.sampled_from(["Invoice", "Payment"]), st.integers(0, 50)),
    st.tuples(st.just("delete"), st.sampled_from(KINDS), st.integers(0, 50)),
)


class Bookkeeper:
    """Does one drawn step; what QuickBooks would refuse is refused, and that is fine."""

    def __init__(self, **prefs):
        self.company = small_company(debug=True, **prefs)

    def rows(self, entity, where=""):
        return self.company.engine.query(REALM, f"select * from {entity} {where} maxresults 1000").get(
            entity, []
        )

    def do(self, step):
        try:
            getattr(self, step[0])(*step[1:])
        except Fault as fault:
            assert fault.code in ("6000", "6540", "5010"), fault

    def _form(self, customer, lines, day):
        company = self.company
        made = [
            sale(company.ids[item], amount, TaxCodeRef={"value": "TAX" if item == "part" else "NON"})
            for item, amount in lines
        ]
        return {
            "CustomerRef": {"value": company.ids[customer]},
            "TxnDate": day,
            "Line": made,
            "TxnTaxDetail": {"TxnTaxCodeRef": {"value": company.ids["tax"]}},
        }

    def invoice(self, customer, lines, day):
        self.company.save("Invoice", **self._form(customer, lines, day))

    def memo(self, customer, lines, day):
        self.company.save("CreditMemo", **self._form(customer, lines, day))

    def pay(self, customer, percent, day):
        """Pay this share of the customer's oldest open invoice, and a dollar more."""
        found = self.rows("Invoice", f"where Balance > '0' and CustomerRef = '{self.company.ids[customer]}'")
        parts = []
        if found and percent:
            part = (found[0]["Balance"] * percent / 100).quantize(Decimal("0.01"))
            parts = [("Invoice", found[0]["Id"], str(part))]
        total = sum((Decimal(amount) for _, _, amount in parts), Decimal(1))
        self.company.pay(str(total), *parts, customer=customer, TxnDate=day)

    def carry(self, customer, percent, day):
        who = f"and CustomerRef = '{self.company.ids[customer]}'"
        invoices = self.rows("Invoice", f"where Balance > '0' {who}")
        memos = self.rows("CreditMemo", f"where Balance > '0' {who}")
        if invoices and memos:
            most = min(invoices[0]["Balance"], memos[0]["Balance"])
            part = str((most * percent / 100).quantize(Decimal("0.01")))
            parts = ("Invoice", invoices[0]["Id"], part), ("CreditMemo", memos[0]["Id"], part)
            self.company.pay("0", *parts, customer=customer, TxnDate=day)

    def journal(self, customer, amount, day):
        ids = self.company.ids
        entity = {"Entity": {"Type": "Customer", "EntityRef": {"value": ids[customer]}}}
        lines = [
            {
                "Amount": amount,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": kind, "AccountRef": {"value": ids[account]}}
                | entity,
            }
            for kind, account in (("Credit", "receivable"), ("Debit", "bank"))
        ]
        self.company.save("JournalEntry", TxnDate=day, Line=lines)

    def deposit(self, index):
        payments = self.rows("Payment")
        if payments:
            payment = payments[index % len(payments)]
            link = {"TxnType": "Payment", "TxnId": payment["Id"], "TxnLineId": "0"}
            line = {"Amount": payment["TotalAmt"], "LinkedTxn": [link]}
            self.company.save("Deposit", DepositToAccountRef={"value": self.company.ids["bank"]}, Line=[line])

    def edit(self, index, amount):
        rows = [*self.rows("Invoice"), *self.rows("CreditMemo")]
        if rows:
            row = rows[index % len(rows)]
            entity = "CreditMemo" if "RemainingCredit" in row else "Invoice"
            line = sale(self.company.ids["work"], amount)
            self.company.save(entity, Id=row["Id"], SyncToken=row["SyncToken"], sparse=True, Line=[line])

    def void(self, entity, index):
        self._remove(self.company.engine.void, entity, index)

    def delete(self, entity, index):
        self._remove(self.company.engine.delete, entity, index)

    def _remove(self, how, entity, index):
        rows = self.rows(entity)
        if rows:
            row = rows[index % len(rows)]
            how(REALM, entity, {"Id": row["Id"], "SyncToken": row["SyncToken"]})


def assert_balanced(engine):
    """Debits equal credits on both bases, on every day that has a document."""
    for basis in ("accrual", "cash"):
        for row_day in ("2026-10-01", "2026-10-30", None):
            as_of = date.fromisoformat(row_day) if row_day else None
            rows = engine.trial_balance(REALM, as_of=as_of, basis=basis)
            assert sum(row["debit"] - row["credit"] for row in rows) == 0, (basis, as_of, rows)


@settings(max_examples=30)
@given(st.lists(STEPS, min_size=3, max_size=25), st.booleans())
def test_the_books_balance_after_every_step(steps, auto_apply):
    """The engine's own checks (documents equal ledger equal customer) run after each write."""
    keeper = Bookkeeper(AutoApplyCredit=auto_apply)

    for step in steps:
        keeper.do(step)

    assert_balanced(keeper.company.engine)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.lists(st.tuples(ITEMS, AMOUNTS), min_size=1, max_size=4), DAYS), min_size=1, max_size=4
    ),
    st.integers(1, 99),
)
def test_once_everything_is_paid_cash_and_accrual_agree(documents, percent):
    """However the payments were cut, no cent of a line is lost or invented."""
    keeper = Bookkeeper()
    for lines, day in documents:
        keeper.invoice("amy", lines, day)

    for row in keeper.rows("Invoice"):
        first = (row["Balance"] * percent / 100).quantize(Decimal("0.01"))
        for part in (first, row["Balance"] - first):
            if part:
                keeper.company.pay(str(part), ("Invoice", row["Id"], str(part)), TxnDate="2026-12-01")

    assert keeper.company.balances(basis="cash") == keeper.company.balances()


def live(kind, names_and_seeds, auto_apply):
    """Carry the steps out in a company of this kind; each checks what must hold, the end checks the rest."""
    books = RandomBooks(kind, auto_apply=auto_apply)
    for step in names_and_seeds:
        books.do(step)
    random_checks.check_reports(books)
    random_checks.check_echoes(books)


# The second of each kind once found a contradiction.
@pytest.mark.parametrize(
    ("kind", "seed"),
    [("us", 1), ("us", 117), ("uk", 2), ("uk", 11), ("several", 3), ("several", 19)],
)
def test_nothing_that_happens_to_a_company_makes_its_books_contradict_themselves(kind, seed):
    rng = Random(seed)
    steps = [(rng.choice(random_steps.NAMES), rng.randrange(2**31)) for _ in range(30)]

    live(kind, steps, auto_apply=seed % 2 == 0)


@pytest.mark.soak
@settings(max_examples=600)
@given(
    st.sampled_from(["us", "uk", "several"]),
    st.lists(st.tuples(st.sampled_from(random_steps.NAMES), st.integers(0, 2**31)), min_size=5, max_size=60),
    st.booleans(),
)
def test_nothing_at_all_makes_the_books_contradict_themselves(kind, steps, auto_apply):
    live(kind, steps, auto_apply)
