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
from qb_collections.core.plan_classes import weights
from qb_collections.core.plan_documents import (
    Original,
    PlanDraft,
    applied_body,
    apply_body,
    installment_body,
    installment_lines,
    memo_body,
    memo_lines,
)
from qb_collections.core.plan_ending import How, PartNow, Picture, next_step, oldest_first
from qb_collections.core.plan_home_cents import adding_up, worth
from qb_collections.emulator.companies import build
from qb_collections.emulator.engine import Engine
from qb_collections.emulator.store import Store
from qb_collections.emulator.switches import Switches

PLAN_ON = date(2026, 10, 30)
ZERO = Decimal(0)
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
        self.places = [self.save("Department", {"Name": name})["Id"] for name in ("Dock", "Town")]

    def save(self, entity, body):
        return self.engine.save(self.realm, entity, body)

    def read(self, entity, id):
        return self.engine.read(self.realm, entity, id)

    def rows(self, entity):
        return self.engine.query(self.realm, f"SELECT * FROM {entity} MAXRESULTS 1000").get(entity, [])

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
                if part > 0:
                    self._pay(one["Id"], part, PLAN_ON - timedelta(days=1))
        self.originals = [self.books.read("Invoice", one["Id"]) for one in self.originals]
        self.originals = [one for one in self.originals if one["Balance"] > 0]

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
        amounts = split_evenly(whole, self.random.randint(1, min(12, units)))
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
        """Take it out of the books again, a step at a time, each decided from what the books say."""
        for _ in range(200):
            step = next_step(self.picture())
            if step is None:
                return
            self._do(step)
        raise AssertionError("it does not come to rest")

    def picture(self):
        parts = []
        for number, id in self.parts:
            record = self.books.read("Invoice", id)
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
        receivable = {
            row["account_id"]
            for row in self.books.engine.trial_balance(self.books.realm)
            if row["type"] == "Accounts Receivable"
        }
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

    def check_debt(self):
        """What the customer owes is what the documents say, less what came; nothing was won or lost."""
        owed = sum((self.books.read("Invoice", one["Id"])["Balance"] for one in self.originals), ZERO)
        owed += sum((self.books.read("Invoice", id)["Balance"] for _, id in self.parts), ZERO)
        assert owed == self.books.read("Customer", self.customer)["Balance"]
        return owed


def one(company, seed):
    """A whole life; False where the product would have refused it."""
    plan = RandomPlan(company, seed)
    if not plan.originals or not plan.create():
        return False
    plan.check_rest()
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
    return True
