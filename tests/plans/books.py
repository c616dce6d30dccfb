"""Books with one customer who asks for time, and what must be true of them before, during and after a plan.

Everything asserted here is read from the emulator's own ledger.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from qb_collections.core.intents import State
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import leasing, plan_saga, plans
from qb_collections.store import intents
from qb_collections.store import plans as stored
from qb_collections.store.engine import reading
from tests.simulation.memory_transport import Direct
from tests.world import Saved, World

START = datetime(2026, 10, 30, 20, 0, tzinfo=UTC)  # Friday, 16:00 in New York
FIRST_ON = date(2026, 11, 16)  # a Monday
ITEM = "Payment plan (not a sale)"


@dataclass(frozen=True)
class Begun:
    """Books as they stand at one moment: every test that begins there goes on from a copy."""

    saved: Saved
    grill: str
    invoices: list
    before: dict
    debt: Decimal


@cache
def _connected(amounts, switches):
    """Before any plan."""
    world = World(START, switches=switches)
    grill = world.customer("Riverbend Bait & Grill", "doreen@riverbend.example")
    invoices = [
        world.invoice(grill, amount, date(2026, 8, 3 + place), date(2026, 9, 2 + place))
        for place, amount in enumerate(amounts)
    ]
    world.connect()
    with leasing.held(world.context, world.company) as lease:
        plans.confirm_basis(
            world.context,
            world.company,
            lease,
            income_on_accrual=True,
            sales_tax_on_accrual=True,
            by="Sam",
        )
    rows = world.engine.trial_balance(world.realm)
    before = {row["account"]: row["debit"] - row["credit"] for row in rows}
    debt = sum((one["Balance"] for one in invoices), Decimal(0))
    return Begun(world.saved(), grill, invoices, before, debt)


@cache
def _lived(amounts, switches, until):
    books = PlanBooks(amounts, switches)
    until(books)
    return Begun(books.saved(), books.grill, books.invoices, books.before, books.debt)


def agreed(books):
    """The plan of three payments is in the books."""
    books.create()


class PlanBooks(World):
    """The grill owes three invoices, 1,000.00 in all, of which 80.00 is sales tax on one of them.

    until: what happened before the test begins, a function of the books; lived through once.
    """

    over_http = False

    def __init__(self, amounts=("600.00", "150.01", "249.99"), switches=None, until=None):
        begun = _lived(amounts, switches, until) if until else _connected(amounts, switches)
        super().__init__(switches=switches, saved=begun.saved)
        self.payments = 3
        self.form = "installments"
        self.grill, self.debt = begun.grill, begun.debt
        self.invoices, self.before = deepcopy(begun.invoices), dict(begun.before)

    def open(self):
        """The real client libraries, and no socket between them and the emulator."""
        context = super().open()
        context.intuit.http.mount("http://", Direct(self.emulator.front, self.clock))
        return context

    def close(self):
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What people ask of the service

    def ask(self, **changed):
        numbers = [one["DocNumber"] for one in self.invoices]
        said = {
            "invoice_numbers": tuple(numbers),
            "form": self.form,
            "payments": self.payments,
            "every": "month",
            "first_on": FIRST_ON,
        } | changed
        if not said.keys().isdisjoint(("each", "days")) and "payments" not in changed:
            said["payments"] = None
        if "days" in changed:
            said["first_on"] = None
        return said

    def asked(self, **changed):
        return plans.Asked(**self.ask(**changed))

    def propose(self, **changed):
        with leasing.held(self.context, self.company) as lease:
            return plans.propose(self.context, self.company, lease, self.asked(**changed), by="Sam")

    def create(self, confirm=True, **changed):
        with leasing.held(self.context, self.company) as lease:
            asked = self.asked(**changed)
            return plans.create(self.context, self.company, lease, asked, by="Sam", confirm=confirm)

    def end(self, how="cancel", label="PP1", confirm=True, **more):
        with leasing.held(self.context, self.company) as lease:
            verb = getattr(plans, how)
            return verb(self.context, self.company, lease, label, by="Sam", confirm=confirm, **more)

    def plan(self):
        """The latest plan as we have it; None: there is none."""
        with reading(self.context.engine) as conn:
            found = stored.list(conn, self.company_id)
        return found[-1] if found else None

    def steps(self):
        with reading(self.context.engine) as conn:
            return intents.of_plan(conn, self.company_id, self.plan().id)

    def settle(self):
        """Start again on the files, and let the deliveries of the next hours do what is left.

        Unfinished plans go first, as with every delivery.
        """
        self.restart()
        for _ in range(3):
            self.go_on()
            self.until_delivered()
            self.clock.set(self.clock.now() + timedelta(minutes=10))
        open_states = (State.SENDING, State.UNKNOWN)
        with reading(self.context.engine) as conn:
            assert not intents.list(conn, self.company_id, states=open_states)

    def go_on(self):
        with reading(self.context.engine) as conn:
            found = [one.id for one in stored.list(conn, self.company_id) if one.state == "building"]
        for plan_id in found:
            with leasing.held(self.context, self.company) as lease:
                gateway = self.context.gateway(self.company, lease)
                with suppress(QuickBooksError):
                    plan_saga.resume(self.context, self.company, lease, gateway, plan_id)

    def create_through_trouble(self, **changed):
        try:
            return self.create(**changed)
        except QuickBooksError:
            return None

    # What the books say

    def trial_balance(self, basis="accrual"):
        rows = self.engine.trial_balance(self.realm, basis=basis)
        return {row["account"]: row["debit"] - row["credit"] for row in rows}

    def balance(self, invoice):
        return self.read_invoice(invoice["Id"])["Balance"]

    def rows(self, entity):
        where = f"SELECT * FROM {entity} WHERE CustomerRef = '{self.grill}' MAXRESULTS 1000"
        return self.engine.query(self.realm, where).get(entity, [])

    def installments(self):
        """The customer's invoices on our item that are not void, in the order of their due dates."""
        known = {one["Id"] for one in self.invoices}
        found = [one for one in self.rows("Invoice") if one["Id"] not in known and one["TotalAmt"]]
        return sorted(found, key=lambda one: one["DueDate"])

    def owed_most(self):
        """The most that the customer ever owed, over every version of the record."""
        versions = self.engine.versions(self.realm, "Customer", self.grill)
        return max(version["body"].get("Balance", Decimal(0)) for version in versions)

    def assert_whole(self, count=3):
        plan = self.plan()
        assert plan.state == "active", plan
        assert len(self.rows("CreditMemo")) == 1
        assert len(self.rows("Payment")) == 1
        assert len(self.installments()) == count
        assert [self.balance(one) for one in self.invoices] == [0] * len(self.invoices)
        assert sum(one["Balance"] for one in self.installments()) == self.debt
        assert self.notes_on_originals() == [1] * len(self.invoices)
        self.assert_books_unmoved()

    def assert_without_effect(self):
        plan = self.plan()
        assert plan.state == "cancelled", plan
        assert plan.reason.startswith("Without effect in QuickBooks.")
        assert {one.state for one in plan.installments} <= {"planned", "void"}
        assert self.rows("CreditMemo") == [] and self.rows("Payment") == []
        assert self.installments() == []
        assert [self.balance(one) for one in self.invoices] == [one["TotalAmt"] for one in self.invoices]
        assert self.notes_on_originals() == [0] * len(self.invoices)
        self.assert_books_unmoved()

    def assert_books_unmoved(self):
        assert self.trial_balance() == self.before
        assert self.owed_most() == self.debt

    def notes_on_originals(self):
        found = self.notes()
        return [found.get(one["Id"], 0) for one in self.invoices]
