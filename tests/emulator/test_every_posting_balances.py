"""Random transactions of every kind that posts, in two currencies: made, changed, paid, voided, deleted."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qb_collections.emulator.errors import Fault
from tests.emulator.small_company import REALM, sale, small_company

AMOUNTS = st.integers(1, 50_000).map(lambda cents: str(Decimal(cents) / 100))
DAYS = st.sampled_from(["2026-09-30", "2026-10-15", "2026-10-30", "2026-11-02"])
RATES = st.sampled_from(["1", "1.1", "1.0837", "0.9913", "1.33333"])
WHO = st.sampled_from(["home", "euro"])
POSTING = (
    *("Invoice", "CreditMemo", "Payment", "SalesReceipt", "RefundReceipt", "JournalEntry", "Deposit"),
    *("Bill", "VendorCredit", "BillPayment", "Purchase", "Transfer", "CreditCardPayment"),
)
FORMS = st.sampled_from(["Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt"])
BILLS = st.sampled_from(["Bill", "VendorCredit", "Purchase"])
AMOUNT_LISTS = st.lists(AMOUNTS, min_size=1, max_size=3)

STEPS = st.one_of(
    st.tuples(st.just("sell"), FORMS, WHO, AMOUNT_LISTS, RATES, DAYS),
    st.tuples(st.just("buy"), BILLS, WHO, AMOUNT_LISTS, RATES, DAYS),
    st.tuples(st.just("receive"), WHO, st.integers(0, 100), RATES, DAYS),
    st.tuples(st.just("carry"), WHO, st.integers(1, 100), RATES, DAYS),
    st.tuples(st.just("pay_bill"), WHO, st.integers(1, 100), RATES, DAYS),
    st.tuples(st.just("journal"), WHO, st.booleans(), AMOUNTS, RATES, DAYS),
    st.tuples(st.just("move"), st.booleans(), AMOUNTS, DAYS),
    st.tuples(st.just("deposit"), st.integers(0, 50), RATES),
    st.tuples(st.just("edit"), st.integers(0, 50), AMOUNTS, RATES),
    st.tuples(
        st.just("void"),
        st.sampled_from(["Invoice", "Payment", "SalesReceipt", "BillPayment"]),
        st.integers(0, 50),
    ),
    st.tuples(st.just("delete"), st.sampled_from(POSTING), st.integers(0, 50)),
)


class Company:
    """A company with a customer and a vendor in dollars, and one of each in euros."""

    def __init__(self, **prefs):
        self.company = small_company(debug=True, **prefs)
        self.company.engine.set_preferences(REALM, {"CurrencyPrefs": {"MultiCurrencyEnabled": True}})
        ids = self.ids = self.company.ids
        ids["cost"] = self.save("Account", Name="Materials", AccountType="Expense")["Id"]
        ids["card"] = self.save("Account", Name="Card", AccountType="Credit Card")["Id"]
        euro = {"CurrencyRef": {"value": "EUR"}}
        ids["euro"] = self.save("Customer", DisplayName="Chez Anne", **euro)["Id"]
        ids["home"] = ids["amy"]
        ids["seller_home"] = self.save("Vendor", DisplayName="Parts Depot")["Id"]
        ids["seller_euro"] = self.save("Vendor", DisplayName="Pieces Lyon", **euro)["Id"]

    def save(self, entity, **body):
        return self.company.save(entity, **body)

    def ref(self, key):
        return {"value": self.ids[key]}

    def rows(self, entity, where=""):
        found = self.company.engine.query(REALM, f"select * from {entity} {where} maxresults 1000")
        return found.get("CreditCardPaymentTxn" if entity == "CreditCardPayment" else entity, [])

    def do(self, step):
        try:
            getattr(self, step[0])(*step[1:])
        except Fault as fault:
            assert fault.code in ("6000", "6540", "5010"), fault

    def sell(self, entity, who, amounts, rate, day):
        lines = [sale(self.ids["work"], amount) for amount in amounts]
        money = {"DepositToAccountRef": self.ref("undeposited")} if entity.endswith("Receipt") else {}
        self.save(
            entity,
            CustomerRef=self.ref(who),
            Line=lines,
            ExchangeRate=self.rate(who, rate),
            TxnDate=day,
            **money,
        )

    def rate(self, who, rate):
        return rate if who == "euro" else "1"

    def buy(self, entity, who, amounts, rate, day):
        lines = [
            {
                "Amount": amount,
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {"AccountRef": self.ref("cost")},
            }
            for amount in amounts
        ]
        body = {"Line": lines, "TxnDate": day, "ExchangeRate": self.rate(who, rate)}
        if entity == "Purchase":
            body |= {"PaymentType": "Check", "AccountRef": self.ref("bank")}
            body |= {"CurrencyRef": {"value": "EUR" if who == "euro" else "USD"}}
        else:
            body["VendorRef"] = self.ref(f"seller_{who}")
        self.save(entity, **body)

    def open(self, entity, holder, key):
        return [
            row for row in self.rows(entity, "where Balance > '0'") if row[holder]["value"] == self.ids[key]
        ]

    def receive(self, who, percent, rate, day):
        found = self.open("Invoice", "CustomerRef", who)
        parts = []
        if found and percent:
            part = (found[0]["Balance"] * percent / 100).quantize(Decimal("0.01"))
            parts = [("Invoice", found[0]["Id"], str(part))]
        total = sum((Decimal(amount) for _, _, amount in parts), Decimal(1))
        rated = self.rate(who, rate)
        self.company.pay(str(total), *parts, customer=who, TxnDate=day, ExchangeRate=rated)

    def carry(self, who, percent, rate, day):
        invoices, memos = (self.open(kind, "CustomerRef", who) for kind in ("Invoice", "CreditMemo"))
        if invoices and memos:
            most = min(invoices[0]["Balance"], memos[0]["Balance"])
            part = str((most * percent / 100).quantize(Decimal("0.01")))
            parts = ("Invoice", invoices[0]["Id"], part), ("CreditMemo", memos[0]["Id"], part)
            self.company.pay("0", *parts, customer=who, TxnDate=day, ExchangeRate=self.rate(who, rate))

    def pay_bill(self, who, percent, rate, day):
        lines, total = [], Decimal(0)
        for kind, sign in (("Bill", 1), ("VendorCredit", -1)):
            for row in self.open(kind, "VendorRef", f"seller_{who}")[:1]:
                part = (row["Balance"] * percent / 100).quantize(Decimal("0.01"))
                lines.append({"Amount": part, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]})
                total += sign * part
        if lines and total >= 0:
            self.save(
                "BillPayment",
                VendorRef=self.ref(f"seller_{who}"),
                PayType="Check",
                CheckPayment={"BankAccountRef": self.ref("bank")},
                TotalAmt=total,
                Line=lines,
                TxnDate=day,
                ExchangeRate=self.rate(who, rate),
            )

    def journal(self, who, is_debt, amount, rate, day):
        accounts = self.rows("Account", "where AccountType = 'Accounts Receivable'")
        code = "EUR" if who == "euro" else "USD"
        owed = [row["Id"] for row in accounts if row["CurrencyRef"]["value"] == code]
        if owed:
            sides = ("Debit", "Credit") if is_debt else ("Credit", "Debit")
            entity = {"Entity": {"Type": "Customer", "EntityRef": self.ref(who)}}
            lines = [
                {
                    "Amount": amount,
                    "DetailType": "JournalEntryLineDetail",
                    "JournalEntryLineDetail": {
                        "PostingType": side,
                        "AccountRef": {"value": account},
                        **extra,
                    },
                }
                for side, account, extra in zip(
                    sides, (owed[0], self.ids["services"]), (entity, {}), strict=True
                )
            ]
            self.save(
                "JournalEntry",
                Line=lines,
                TxnDate=day,
                CurrencyRef={"value": code},
                ExchangeRate=self.rate(who, rate),
            )

    def move(self, to_card, amount, day):
        if to_card:
            refs = {"BankAccountRef": self.ref("bank"), "CreditCardAccountRef": self.ref("card")}
            self.save("CreditCardPayment", Amount=amount, TxnDate=day, **refs)
        else:
            refs = {"FromAccountRef": self.ref("bank"), "ToAccountRef": self.ref("clearing")}
            self.save("Transfer", Amount=amount, TxnDate=day, **refs)

    def deposit(self, index, rate):
        held = [("Payment", row) for row in self.rows("Payment") if row["TotalAmt"]]
        held += [("SalesReceipt", row) for row in self.rows("SalesReceipt")]
        if held:
            kind, row = held[index % len(held)]
            link = {"TxnType": kind, "TxnId": row["Id"], "TxnLineId": "0"}
            euro = row["CurrencyRef"]["value"] == "EUR"
            self.save(
                "Deposit",
                DepositToAccountRef=self.ref("bank"),
                Line=[{"Amount": row["TotalAmt"], "LinkedTxn": [link]}],
                ExchangeRate=rate if euro else "1",
            )

    def edit(self, index, amount, rate):
        """Change a form's amount and its rate, under whatever is applied to it."""
        forms = [(kind, row) for kind in ("Invoice", "CreditMemo") for row in self.rows(kind)]
        if forms:
            kind, row = forms[index % len(forms)]
            euro = row["CurrencyRef"]["value"] == "EUR"
            named = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
            line = sale(self.ids["work"], amount)
            self.save(kind, **named, Line=[line], ExchangeRate=rate if euro else "1")

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
    for basis in ("accrual", "cash"):
        for as_of in (date(2026, 10, 15), date(2026, 10, 30), None):
            rows = engine.trial_balance(REALM, as_of=as_of, basis=basis)
            assert sum(row["debit"] - row["credit"] for row in rows) == 0, (basis, as_of, rows)


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, min_size=3, max_size=25), st.booleans())
def test_no_sequence_of_transactions_puts_the_books_out_of_balance(steps, auto_apply):
    """The engine's own checks (documents, sub-ledgers, accounts) run after each write."""
    keeper = Company(AutoApplyCredit=auto_apply)

    for step in steps:
        keeper.do(step)

    assert_balanced(keeper.company.engine)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(AMOUNT_LISTS, RATES), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(1, 99), RATES), min_size=1, max_size=3),
)
def test_a_foreign_customer_who_paid_everything_leaves_nothing_at_home(invoices, payments):
    """However the payments were cut and whatever the rates, receivables end at exactly nothing."""
    keeper = Company()
    for amounts, rate in invoices:
        keeper.sell("Invoice", "euro", amounts, rate, "2026-10-01")

    for row in keeper.rows("Invoice"):
        for percent, rate in [*payments, (100, "1.2")]:
            owed = keeper.company.read("Invoice", row["Id"])["Balance"]
            part = (owed * percent / 100).quantize(Decimal("0.01"))
            if part:
                keeper.company.pay(
                    str(part), ("Invoice", row["Id"], str(part)), customer="euro", ExchangeRate=rate
                )

    assert keeper.company.owes("euro") == "0.00"
    assert "Accounts Receivable (A/R) - EUR" not in keeper.company.balances()
    assert keeper.company.balances() == keeper.company.balances(basis="cash")
