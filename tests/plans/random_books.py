"""Random debts put on plans in an emulated company, straight into its books: thousands of plans in seconds.

The documents are the product's own (core.plan_documents, core.plan_ending), saved in the order in which the
product asks for them.  What is checked is the emulator's ledger: of the plan's documents alone every account,
class and location adds up to nothing on every day, no tax is on them, the originals' postings are untouched,
and at no step does the customer owe more than before.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from qb_collections.core.money import Money, quantum, split_evenly
from qb_collections.core.plan_cash import brought_forward
from qb_collections.core.plan_classes import weights
from qb_collections.core.plan_documents import (
    Original,
    PlanDraft,
    applied_body,
    apply_body,
    closing_bodies,
    installment_body,
    installment_lines,
    memo_body,
    memo_lines,
)
from qb_collections.core.plan_end_cents import PartThen, Rates, comes_out_even, gains
from qb_collections.core.plan_ending import How, PartNow, Picture, next_step, oldest_first
from qb_collections.core.plan_home_cents import adding_up, worth
from qb_collections.emulator.companies import build
from qb_collections.emulator.engine import Engine
from qb_collections.emulator.ledger import receivable_accounts
from qb_collections.emulator.store import Store
from qb_collections.emulator.switches import Switches
from qb_collections.emulator.wire import decode

PLAN_ON = date(2026, 10, 30)
ZERO = Decimal(0)
COUNTS = (1, 2, 2, 3, 3, 3, 4, 4, 6, 6, 9, 12)  # of installments
PROFIT = ("Income", "Other Income", "Expense")  # an item may be sold through an expense account
KINDS = ("empty-us", "uk-vat", "multicurrency")


class Clock:
    def now(self):
        return datetime(2026, 10, 30, 20, 0, tzinfo=UTC)


class Company:
    """One emulated company with a clearing item, two classes and two locations."""

    def __init__(self, kind, switches=None):
        self.kind = kind
        self.engine = Engine(Store(None), Clock(), switches=switches or Switches())
        self.realm = build(self.engine, kind).realm_id
        self.home = "GBP" if kind == "uk-vat" else "USD"
        self.codes = {row["Name"]: row["Id"] for row in self.rows("TaxCode") if row["Id"].isdigit()}
        self.items = [row["Id"] for row in self.rows("Item") if row["Type"] == "Service"]
        account = {"Name": "Payment plan clearing", "AccountType": "Other Current Asset"}
        self.clearing = self.save("Account", account | {"AccountSubType": "OtherCurrentAssets"})["Id"]
        item = {"Name": "Payment plan (not a sale)", "Type": "Service", "Taxable": False}
        self.item = self.save("Item", item | {"IncomeAccountRef": {"value": self.clearing}})["Id"]
        self.classes = [self.save("Class", {"Name": name})["Id"] for name in ("Boats", "Bait")]
        self.unpaid_at_first = self.unpaid()
        self.places = [self.save("Department", {"Name": name})["Id"] for name in ("Dock", "Town")]

    def save(self, entity, body):
        return self.engine.save(self.realm, entity, body)

    def read(self, entity, id):
        return self.engine.read(self.realm, entity, id)

    def rows(self, entity):
        return self.engine.query(self.realm, f"SELECT * FROM {entity} MAXRESULTS 1000").get(entity, [])

    def found(self, entity, ids):
        """These documents as they stand, in this order, in one reading."""
        with self.engine.reading(self.realm) as work:
            rows = work.conn.execute(
                "SELECT id, body FROM object WHERE realm = ? AND entity = ? AND deleted = 0 AND id IN"
                f" ({','.join('?' * len(ids))})",
                (self.realm, entity, *map(int, ids)),
            )
            bodies = {str(id): decode(body) for id, body in rows}
        return [bodies[id] for id in ids]

    def receivables(self):
        with self.engine.reading(self.realm) as work:
            return receivable_accounts(work.conn, self.realm)

    def balances(self, basis):
        """{(account's id, its type): debit less credit}"""
        rows = self.engine.trial_balance(self.realm, basis=basis)
        return {(row["account_id"], row["type"]): row["debit"] - row["credit"] for row in rows}

    def cash(self):
        return self.balances("cash")

    def unpaid(self):
        """By account what cash basis has not seen yet: of documents that were there before any plan."""
        cash, accrual = self.cash(), self.balances("accrual")
        found = {key: accrual.get(key, 0) - cash.get(key, 0) for key in cash.keys() | accrual.keys()}
        return {key: amount for key, amount in found.items() if amount}

    def check(self):
        self.engine.check(self.realm)
        assert not [key for key in self.balances("accrual") if key[0] == self.clearing]

    def check_cash_is_accrual(self):
        """With every debt paid the two say the same, whatever was brought forward by plans meanwhile."""
        assert self.unpaid() == self.unpaid_at_first

    def postings(self, documents):
        """(entity, id, day, account, class, location, tax rate, amount) of these documents, in home units."""
        found = []
        with self.engine.reading(self.realm) as work:
            for entity, id in documents:
                rows = work.conn.execute(
                    "SELECT txn_on, account, class, department, tax_rate, amount FROM posting"
                    " WHERE realm = ? AND entity = ? AND txn_id = ? ORDER BY line",
                    (self.realm, entity, int(id)),
                )
                found += [(entity, id, *row) for row in rows]
        return found


class RandomPlan:
    """One customer with random invoices, put on a plan, perhaps paid in part, perhaps ended."""

    def __init__(self, company, seed):
        self.books, self.random = company, Random(seed)
        self.name = f"Customer {seed}"
        self.currency = self.random.choice(("USD", "EUR", "JPY")) if company.kind == "multicurrency" else None
        self.rate = self._rate()
        self.location = self.random.choice((None, *company.places))
        body = {"DisplayName": self.name}
        if self.currency:
            body["CurrencyRef"] = {"value": self.currency}
        self.customer = company.save("Customer", body)["Id"]
        self.ours = []  # (entity, id) of the plan's documents
        self.parts = []  # (number, id)
        self.originals = [self._invoice() for _ in range(self.random.randint(1, 4))]
        self._paid_before()
        self.debt = self._owed()
        self.created = False
        self.rest = None  # the invoice that asks for it, where a plan was ended by adding documents
        self.before = company.postings([("Invoice", one["Id"]) for one in self.originals])

    # What there is before

    def _rate(self):
        if self.currency in (None, "USD"):
            return None
        return Decimal(self.random.randint(5000, 20000)) / 10000

    def _amount(self):
        unit = quantum(self.currency or self.books.home)
        return self.random.randint(1, 200_000) * unit

    def _invoice(self):
        lines = []
        for _ in range(self.random.randint(1, 3)):
            detail = {"ItemRef": {"value": self.random.choice(self.books.items)}}
            if self.random.random() < 0.4:
                detail["ClassRef"] = {"value": self.random.choice(self.books.classes)}
            if self.books.kind == "uk-vat":
                detail["TaxCodeRef"] = {"value": self.random.choice(list(self.books.codes.values()))}
            else:
                detail["TaxCodeRef"] = {"value": self.random.choice(("TAX", "NON"))}
            lines.append(
                {"Amount": self._amount(), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
            )
        if self.random.random() < 0.2:
            off = {"PercentBased": True, "DiscountPercent": self.random.randint(1, 30)}
            lines.append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": off})
        issued = PLAN_ON - timedelta(days=self.random.randint(0, 400))
        body = {
            "CustomerRef": {"value": self.customer},
            "TxnDate": issued.isoformat(),
            "DueDate": (issued + timedelta(days=30)).isoformat(),
            "Line": lines,
        }
        if self.books.kind == "empty-us" and self.books.codes:
            code = self.random.choice(list(self.books.codes.values()))
            body["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": code}}
        if self.currency:
            body |= {"CurrencyRef": {"value": self.currency}}
            if self.rate is not None:
                body["ExchangeRate"] = self.rate
        if self.location:
            body["DepartmentRef"] = {"value": self.location}
        return self.books.save("Invoice", body)

    def _paid_before(self):
        for one in self.originals:
            if self.random.random() < 0.3:
                unit = quantum(self.currency or self.books.home)
                part = self.random.randint(0, int(one["Balance"] / unit) - 1) * unit
                if part > 2 * unit and self.random.random() < 0.3:
                    self._credit(one, part // (2 * unit) * unit)  # with tax it stays below the balance
                elif part > 0:
                    self._pay(one["Id"], part, PLAN_ON - timedelta(days=1))
        self.originals = [self.books.read("Invoice", one["Id"]) for one in self.originals]
        self.originals = [one for one in self.originals if one["Balance"] > 0]

    def _credit(self, invoice, amount):
        """A credit memo of a person, of the invoice's own kind, set against it before the plan."""
        line = {"Amount": amount, "DetailType": "SalesItemLineDetail"}
        line["SalesItemLineDetail"] = invoice["Line"][0]["SalesItemLineDetail"] | {
            "UnitPrice": amount,
            "Qty": 1,
        }
        names = ("CurrencyRef", "ExchangeRate", "CustomerRef", "DepartmentRef")
        head = {name: invoice[name] for name in names if name in invoice}
        head["TxnDate"] = (PLAN_ON - timedelta(days=2)).isoformat()
        memo = self.books.save("CreditMemo", head | {"Line": [line]})
        lines = [
            {"Amount": memo["RemainingCredit"], "LinkedTxn": [{"TxnId": id, "TxnType": kind}]}
            for kind, id in (("CreditMemo", memo["Id"]), ("Invoice", invoice["Id"]))
        ]
        head.pop("DepartmentRef", None)
        self.books.save("Payment", head | {"TotalAmt": 0, "Line": lines})

    def _pay(self, invoice, amount, on):
        body = {
            "CustomerRef": {"value": self.customer},
            "TotalAmt": amount,
            "TxnDate": on.isoformat(),
            "Line": [{"Amount": amount, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}],
        }
        if self.currency:
            body["CurrencyRef"] = {"value": self.currency}
            if self.rate is not None:
                body["ExchangeRate"] = self.rate
        self.books.save("Payment", body)

    def _owed(self):
        return sum((one["Balance"] for one in self.originals), ZERO)

    # The plan

    def create(self):
        """Write it as the product does; False where no split adds up in home cents."""
        currency = self.currency or self.books.home
        originals = tuple(
            Original(one["Id"], one.get("DocNumber", one["Id"]), Money(one["Balance"], currency))
            for one in self.originals
        )
        whole = Money(self.debt, currency)
        units = int(self.debt / quantum(currency))
        amounts = split_evenly(whole, min(self.random.choice(COUNTS), units))
        classes = weights((record, one.amount) for record, one in zip(self.originals, originals, strict=True))
        if self.rate is not None:
            value = worth(self.originals, self.rate, self.books.home)
            if value is None:
                return False
            found = adding_up(amounts, self.rate, self.books.home, by=classes, target=value)
            if found is None:
                return False
            amounts = found
        uk = self.books.kind == "uk-vat"
        self.draft = PlanDraft(
            label="PP1",
            customer_id=self.customer,
            plan_on=PLAN_ON,
            originals=originals,
            due_dates=tuple(PLAN_ON + timedelta(days=30 * place) for place in range(1, len(amounts) + 1)),
            amounts=amounts,
            item_id=self.books.item,
            tax_code=self.books.codes["No VAT"] if uk else "NON",
            without_tax=uk,
            currency=self.currency,
            exchange_rate=self.rate,
            location_id=self.location,
            classes=classes,
        )
        self.memo = self._write("CreditMemo", memo_body(self.draft, "memo"))["Id"]
        self.application = self._write("Payment", apply_body(self.draft, self.memo, "apply"))["Id"]
        for number in range(1, len(amounts) + 1):
            made = self._write("Invoice", installment_body(self.draft, number, "part"))
            self.parts.append((number, made["Id"]))
        return True

    def _write(self, entity, body):
        saved = self.books.save(entity, body)
        if (entity, saved["Id"]) not in self.ours:
            self.ours.append((entity, saved["Id"]))
        self.check_step()
        return saved

    def pay_some(self):
        for _, id in self.parts:
            if self.random.random() < 0.4:
                owed = self.books.read("Invoice", id)["Balance"]
                unit = quantum(self.currency or self.books.home)
                whole = self.random.random() < 0.5
                part = owed if whole else self.random.randint(1, max(int(owed / unit), 1)) * unit
                self._pay(id, part, PLAN_ON + timedelta(days=self.random.randint(0, 200)))

    def end(self):
        """Take it out of the books again; nothing moves but the cents of exchange that are told before."""
        before, told = self.books.balances("accrual"), self._told()
        if self._comes_out_even():
            self._end_in_place()
        else:
            self._end_by_adding()
        after = self.books.balances("accrual")
        moved = {key: after.get(key, 0) - before.get(key, 0) for key in after.keys() | before.keys()}
        moved = {key[1]: amount for key, amount in moved.items() if amount}
        assert moved in [_exchange(gain) for gain in told], (self.name, moved, told)

    def _end_in_place(self):
        """A step at a time, each decided from what the books say."""
        for _ in range(200):
            step = next_step(self.picture())
            if step is None:
                return
            self._do(step)
        raise AssertionError("it does not come to rest")

    def _end_by_adding(self):
        open_parts = [part for part in self.picture().parts if part.own > part.kept]
        currency = self.currency or self.books.home
        rest = Money(sum((part.own - part.kept for part in open_parts), ZERO), currency)
        if not rest:
            return
        on = PLAN_ON + timedelta(days=220)
        memo, asks = closing_bodies(self.draft, rest, on, on, ("memo", "rest"))
        memo_id = self._write("CreditMemo", memo)["Id"]
        amounts = [(part.id, Money(part.own - part.kept, currency)) for part in open_parts]
        self._write("Payment", applied_body(self.draft, memo_id, amounts, "apply", on))
        self.rest = self._write("Invoice", asks)["Id"]

    def _at(self):
        return Rates(self.currency, self.rate, self.books.home, self.draft.classes)

    def _comes_out_even(self):
        if self.rate is None:
            return True
        return comes_out_even([part.kept for part in self.picture().parts], self._at())

    def _told(self):
        if self.rate is None:
            return (ZERO,)
        now = self.picture()
        records = self.books.found("Invoice", [part.id for part in now.parts])
        parts = [PartThen(one, part.own, part.kept) for one, part in zip(records, now.parts, strict=True)]
        taken = {one["Id"]: one["Balance"] for one in self.originals}
        rows = sorted(self.books.found("Invoice", [*taken]), key=lambda row: (row["DueDate"], row["Id"]))
        paid = sum((part.kept for part in now.parts), ZERO)
        given = dict(oldest_first(paid, [(row["Id"], taken[row["Id"]]) for row in rows]))
        originals = [(row, taken[row["Id"]], given.get(row["Id"], ZERO)) for row in rows]
        return gains(parts, originals, self._at(), added=not self._comes_out_even())

    def picture(self):
        parts = []
        records = self.books.found("Invoice", [id for _, id in self.parts])
        for (number, id), record in zip(self.parts, records, strict=True):
            if record["TotalAmt"]:
                own = self._own(record)
                paid = record["TotalAmt"] - record["Balance"]
                parts.append(PartNow(number, id, own, record["TotalAmt"], paid))
        memo = None
        if ("CreditMemo", self.memo) in self.ours:
            record = self.books.read("CreditMemo", self.memo)
            memo = (self.memo, record["TotalAmt"], record["RemainingCredit"])
        payments = [(id, self.debt) for entity, id in self.ours if entity == "Payment"]
        return Picture(tuple(parts), memo, tuple(payments), numbered=True)

    def _own(self, record):
        return sum(
            (
                line["Amount"]
                for line in record["Line"]
                if (line.get("SalesItemLineDetail") or {}).get("ItemRef", {}).get("value") == self.books.item
            ),
            ZERO,
        )

    def _do(self, step):
        currency = self.currency or self.books.home
        if step.how is How.VOID:
            token = self.books.read("Invoice", step.id)["SyncToken"]
            self.books.engine.void(self.books.realm, "Invoice", {"Id": step.id, "SyncToken": token})
        elif step.how is How.DELETE:
            token = self.books.read(step.kind, step.id)["SyncToken"]
            self.books.engine.delete(self.books.realm, step.kind, {"Id": step.id, "SyncToken": token})
            self.ours.remove((step.kind, step.id))
        elif step.how is How.APPLY:
            rows = [self.books.read("Invoice", one["Id"]) for one in self.originals]
            rows.sort(key=lambda row: (row["DueDate"], row["Id"]))
            given = oldest_first(step.amount, [(row["Id"], row["Balance"]) for row in rows])
            amounts = [(id, Money(amount, currency)) for id, amount in given]
            self._write("Payment", applied_body(self.draft, self.memo, amounts, "again"))
        else:
            record = self.books.read(step.kind, step.id)
            if step.how is How.REDUCE:
                lines = installment_lines(self.draft, step.number, Money(step.amount, currency))
            else:
                kept = {part.number: Money(part.kept, currency) for part in self.picture().parts if part.kept}
                lines = memo_lines(self.draft, kept)
            body = {"Id": step.id, "SyncToken": record["SyncToken"], "sparse": True, "Line": lines}
            self.books.save(step.kind, body)
        self.check_step()

    # What must hold

    def check_step(self):
        owed = self.books.read("Customer", self.customer)["Balance"]
        assert owed <= self.debt, f"{self.name} owes {owed} of {self.debt}"

    def check_rest(self, ended=False):
        """The plan's own documents, and nothing else: every account on every day adds up to nothing."""
        days, places = {}, {}
        receivable = self.books.receivables()
        for _, _, on, account, class_id, place, rate, amount in self.books.postings(self.ours):
            assert rate is None, f"tax on a document of {self.name}"
            days[on, account] = days.get((on, account), 0) + amount
            if account not in receivable:
                places[account, class_id, place] = places.get((account, class_id, place), 0) + amount
        rounding = 0
        if ended and self.rate is not None:
            # A part of a foreign memo set against a part of an invoice rounds at home: cents of exchange.
            rounding = 200 * len(self.ours)
        clearing = {key: amount for key, amount in places.items() if key[0] == self.books.clearing}
        assert not any(clearing.values()), clearing
        assert all(abs(amount) <= rounding for amount in (*days.values(), *places.values())), (days, places)
        for entity, id in self.ours:
            if entity != "Payment":
                detail = self.books.read(entity, id)["TxnTaxDetail"]
                assert not detail["TotalTax"] and not detail.get("TaxLine"), detail
        again = self.books.postings([("Invoice", one["Id"]) for one in self.originals])
        assert again == self.before, f"the originals of {self.name} post otherwise"

    def check_cash(self, before, told):
        """On cash basis income and tax rise by what was told, against clearing, and nothing else moves."""
        after = self.books.cash()
        moved = {key: after.get(key, 0) - before.get(key, 0) for key in after.keys() | before.keys()}
        sums = {"income": ZERO, "clearing": ZERO, "tax": ZERO, "other": ZERO}
        for (account, kind), amount in moved.items():
            if account == self.books.clearing:
                sums["clearing"] += amount
            elif kind in PROFIT:
                sums["income"] -= amount
            else:
                sums["tax" if kind == "Other Current Liability" else "other"] -= amount
        assert sums in [_forward(one.income.amount, one.tax.amount) for one in told], (self.name, moved)

    def _invoices(self):
        rest = [self.rest] if self.rest else []
        return [one["Id"] for one in self.originals] + [id for _, id in self.parts] + rest

    def pay_the_rest(self):
        ids = self._invoices()
        for record in self.books.found("Invoice", ids):
            if record["Balance"] > 0:
                self._pay(record["Id"], record["Balance"], PLAN_ON + timedelta(days=250))

    def check_debt(self):
        """What the customer owes is what the documents say, less what came; nothing was won or lost."""
        ids = self._invoices()
        owed = sum((record["Balance"] for record in self.books.found("Invoice", ids)), ZERO)
        assert owed == self.books.read("Customer", self.customer)["Balance"]
        return owed


def _forward(income, tax):
    return {"income": income, "clearing": income + tax, "tax": tax, "other": ZERO}


def _exchange(gain):
    return {"Accounts Receivable": gain, "Other Expense": -gain} if gain else {}


def one(company, seed):
    """A whole life; not created where the product would have refused it."""
    plan = RandomPlan(company, seed)
    cash = company.cash()
    told = brought_forward(plan.originals, company.home)
    if not plan.originals or not plan.create():
        return plan
    plan.check_rest()
    plan.check_cash(cash, told)
    assert plan.check_debt() == plan.debt
    assert all(company.read("Invoice", one["Id"])["Balance"] == 0 for one in plan.originals)
    plan.pay_some()
    left = plan.check_debt()
    if plan.random.random() < 0.7:
        plan.end()
        assert plan.check_debt() == left
        settled = [company.read("Invoice", id) for _, id in plan.parts]
        assert all(row["Balance"] == 0 for row in settled), "an ended plan has no open installment"
        plan.check_rest(ended=True)
    plan.created = True
    return plan
