"""Random plans through the whole product: faults on the way, people in between, ended, undone, crashed.

Each life is one customer of one company.  Afterwards the plan is whole or over, clearing is zero, the
customer owes what the documents say and never owed more, and income stands where it stood.  Abroad they
owe euros or yen at a rate of their own: nothing is left on clearing in home cents either.
"""

import os
import re
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import leasing, plans, sync, undo, verify
from qb_collections.services.refusal import Refusal
from qb_collections.store.engine import interpose
from tests.plans.books import PlanBooks
from tests.plans.test_trouble import KillAt, Killed

LIVES = 4  # in one company
HERE, ABROAD = (None,), ("EUR", "JPY", "EUR", None)
AMOUNT = re.compile(r"[0-9]+\.[0-9]+$")
FAULTS = ("lose_answer", "http_503", "json_429", "http_500_after", "half_batch", "fault_400")


class Life:
    """A customer with random invoices, a plan on them, and whatever happens to it."""

    def __init__(self, books, seed, currencies=(None,)):
        self.books, self.random = books, Random(seed)
        self.currency = self.random.choice(currencies)
        self.unit = Decimal(1) if self.currency == "JPY" else Decimal("0.01")
        self.abroad = {}
        own = {}
        if self.currency is not None:
            own = {"CurrencyRef": {"value": self.currency}}
            rate = Decimal(self.random.randint(5000, 20000)) / 10000
            self.abroad = own | {"ExchangeRate": rate}
        books.grill = books.customer(f"Customer {seed}", **own)
        count = self.random.randint(1, 3)
        books.invoices = [self._invoice() for _ in range(count)]
        self.sync()
        books.debt = sum((books.balance(one) for one in books.invoices), Decimal(0))
        books.before = books.trial_balance()
        self.income = self._income()

    def _invoice(self):
        issued = date(2026, 10, 30) - timedelta(days=self.random.randint(0, 200))
        amount = str(self.random.randint(1, 90_000) * self.unit)
        due = issued + timedelta(days=30)
        return self.books.invoice(self.books.grill, amount, issued, due, **self.abroad)

    def sync(self):
        with leasing.held(self.books.context, self.books.company) as lease:
            sync.sync(self.books.context, self.books.company, lease)

    def _income(self):
        found = self.books.trial_balance()
        return {name: amount for name, amount in found.items() if "income" in name.lower()}

    def trouble(self):
        """A fault of QuickBooks at some request, or the end of the process at some moment."""
        roll = self.random.random()
        faults = self.books.emulator.front.faults
        if roll < 0.4:
            match = {"method": "POST", "nth": self.random.randint(1, 12)}
            faults.add({"fault": self.random.choice(FAULTS), "match": match})
        elif roll < 0.7:
            number = self.random.randint(1, 40)
            interpose(self.books.context.engine, KillAt(number, self.books))

    def through(self, act):
        try:
            return act()
        except (QuickBooksError, Killed):
            return None
        finally:
            interpose(self.books.context.engine, None)
            self.books.emulator.front.faults.clear()
            self.books.settle()
            found = self.books.plan()
            if found is not None and found.state == "building":
                # What QuickBooks refused waits for a person, and is tried again in a day.
                self.books.clock.set(self.books.clock.now() + timedelta(hours=25))
                self.books.settle()

    def live(self):
        books = self.books
        self.trouble()
        made = self.through(lambda: books.create(payments=self.random.randint(1, 6)))
        mine = self.mine()
        if mine is None:
            assert made is None or isinstance(made, Refusal)
            return self.check()
        assert mine.state in ("active", "cancelled")
        if mine.state == "cancelled":
            books.assert_without_effect()
            return self.check()
        self.check()
        self.people()
        self.trouble()
        roll = self.random.random()
        if roll < 0.5:
            self.through(lambda: self.end(mine.label))
        elif roll < 0.8:
            self.through(lambda: self.undo(mine.label))
        else:
            self.through(self.sync)
        assert self.mine().state in ("active", "cancelled")
        return self.check()

    def people(self):
        for one in self.books.installments():
            roll = self.random.random()
            if roll < 0.25:
                self.books.act("pay", invoice=one["DocNumber"])
            elif roll < 0.4 and one["TotalAmt"] > 2 * self.unit:
                self.books.act("part_pay", invoice=one["DocNumber"], amount=str(self.unit))

    def end(self, label):
        """Cents of exchange that are told are accepted."""
        said = self.books.end("cancel", label=label)
        if isinstance(said, Refusal) and (cents := AMOUNT.search(said.at_command or "")):
            said = self.books.end("cancel", label=label, exchange=Decimal(cents[0]))
        return said

    def undo(self, label):
        with leasing.held(self.books.context, self.books.company) as lease:
            return undo.undo(self.books.context, self.books.company, lease, label, by="Sam", confirm=True)

    def mine(self):
        found = list(plans.list(self.books.context, self.books.company))
        own = [one for one in found if one["customer_id"] == self.books.grill]
        return plans.named(self.books.context, self.books.company, own[-1]["plan"]) if own else None

    def check(self):
        books = self.books
        assert books.trial_balance().get("Payment plan clearing", 0) == 0
        assert books.owed_most() == books.debt
        assert self._income() == self.income
        owed = sum((books.balance(one) for one in books.invoices), Decimal(0))
        owed += sum((one["Balance"] for one in books.installments()), Decimal(0))
        assert owed == books.engine.read(books.realm, "Customer", books.grill)["Balance"]


def lives(seeds, currencies=(None,)):
    books = PlanBooks(amounts=("10.00",))
    if currencies != (None,):
        home = {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}}
        books.act("set_preferences", preferences={"CurrencyPrefs": home})
    try:
        for seed in seeds:
            Life(books, seed, currencies).live()
        with leasing.held(books.context, books.company) as lease:
            report = verify.verify(books.context, books.company, lease)
        assert [one.sentence for one in report.differences if not one.repaired] == []
    finally:
        books.close()


@pytest.mark.parametrize("seed", [0])
@pytest.mark.parametrize("currencies", [HERE, ABROAD], ids=["at home", "abroad"])
def test_a_plan_survives_what_happens_to_it(seed, currencies):
    lives(range(seed, seed + LIVES), currencies)


@pytest.mark.soak
@pytest.mark.timeout(0)  # as long as PLANS_LIVED asks for
@pytest.mark.parametrize("shard", range(10))
@pytest.mark.parametrize("currencies", [HERE, ABROAD], ids=["at home", "abroad"])
def test_many_plans_survive_what_happens_to_them(shard, currencies):
    """PLANS_LIVED says how many in all, half of them abroad."""
    count = int(os.environ.get("PLANS_LIVED", "200")) // 20
    first = 10_000 + shard * count
    for start in range(first, first + count, LIVES):
        lives(range(start, start + LIVES), currencies)
