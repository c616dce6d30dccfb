"""Notes, plans, endings, people and undoing in any order: undone at last, the books are as people left them.

Beside the service's books stands a twin on which only the people's acts are done.  The two may differ in
nothing but history: versions, numbers that voided invoices keep, what QuickBooks says of e-mails that left.
"""

import os
from random import Random

import pytest

from qb_collections.core.intents import IntentKind, State
from qb_collections.services import leasing, undo
from qb_collections.services.refusal import Refusal
from qb_collections.store import intents, plans, runs, undos
from qb_collections.store.engine import reading
from tests.plans.books import PlanBooks

STEPS = 12
NOTES = (IntentKind.NOTE, IntentKind.NOTE_ATTACHMENT)
SHOWN = ("TotalAmt", "Balance", "RemainingCredit", "UnappliedAmt", "TxnDate", "DueDate")


def reminded(books):
    """The grill was written to on Monday, and a line on each of its invoices says so."""
    books.settled_in()
    for _ in range(3):
        books.day()
    books.report_task("message", "sent")
    books.until_delivered()
    assert books.notes_on_originals() == [1, 1, 1]


class Sequence:
    def __init__(self, seed):
        self.random = Random(seed)
        self.books, self.twin = PlanBooks(until=reminded), PlanBooks()
        self.twin.clock.set(self.books.clock.now())
        self.paid = {}  # an installment -> the payment on it
        self.done = 0

    def close(self):
        self.books.close()
        self.twin.close()

    # What anybody may do

    def step(self):
        name = self.random.choice(
            ("agree", "agree", "cancel", "undo", "undo", "undo", "write", "pay", "wait")
        )
        getattr(self, name)()
        assert self.books.owed_most() <= self.books.debt
        assert self.books.trial_balance().get("Payment plan clearing", 0) == 0

    def agree(self):
        some = self.random.sample(self.books.invoices, self.random.randint(1, 3))
        self.books.create(
            form=self.random.choice(("overlay", "installments")),
            payments=self.random.randint(1, 4),
            first_on=self.books.company.today(self.books.clock.now()).replace(year=2027),
            invoice_numbers=tuple(one["DocNumber"] for one in some),
        )

    def cancel(self):
        running = [one.label for one in self.plans() if one.state == "active"]
        if running and not self.paid:
            self.books.end("cancel", label=self.random.choice(running))

    def undo(self):
        self.undone(self.random.choice(self.names()))

    def write(self):
        """A person adds a line to the memo of an invoice."""
        place = self.random.randrange(3)
        text = f"Called Doreen, {self.random.randint(1, 999)}"
        for books in (self.books, self.twin):
            memo = books.read_invoice(books.invoices[place]["Id"]).get("PrivateNote") or ""
            fields = {"PrivateNote": f"{memo}\n{text}".strip()}
            books.act("edit", entity="Invoice", id=books.invoices[place]["Id"], fields=fields)

    def pay(self):
        """An installment is paid, or what was paid is returned: then nothing of it stays in the books."""
        if self.paid:
            self.books.act("return_payment", payment=self.paid.popitem()[1])
        elif found := [one for one in self.books.installments() if one["Balance"]]:
            one = self.random.choice(found)
            self.paid[one["Id"]] = self.books.act("pay", invoice={"id": one["Id"]})["Id"]

    def wait(self):
        self.books.settle()

    # Undoing all of it

    def everything(self):
        while self.paid:
            self.pay()
        for _ in range(3):
            self.books.settle()  # what waits for the next delivery, such as a line beside a full memo
            for one in self.plans():
                if one.state == "active":
                    self.undone(one.label)
            for ref in self.standing():
                self.undone(ref)
        assert self.standing() == [] and not [one for one in self.plans() if one.state == "active"]

    def undone(self, name):
        with leasing.held(self.books.context, self.books.company) as lease:
            said = undo.undo(self.books.context, self.books.company, lease, name, by="Sam", confirm=True)
        self.done += not isinstance(said, Refusal)

    def plans(self):
        with reading(self.books.context.engine) as conn:
            return plans.list(conn, self.books.company_id)

    def names(self):
        company_id = self.books.company_id
        with reading(self.books.context.engine) as conn:
            found = [str(one.id) for one in runs.list(conn, company_id)]
            found += [f"U{number}" for number in range(1, undos.next_number(conn, company_id))]
            written = intents.list(conn, company_id, states=[State.CONFIRMED], kinds=NOTES)
        return [*found, *(one.label for one in self.plans()), *(one.plan["ref"] for one in written)]

    def standing(self):
        with reading(self.books.context.engine) as conn:
            written = intents.list(conn, self.books.company_id, states=[State.CONFIRMED], kinds=NOTES)
            gone = undos.gone(conn, self.books.company_id)
        return [one.plan["ref"] for one in written if one.id not in gone]


def as_they_stand(books):
    """Every document that is not void, by what it says and not by its number; and both trial balances."""
    found = []
    for entity in ("Invoice", "CreditMemo", "Payment", "Attachable"):
        for row in books.engine.query(books.realm, f"SELECT * FROM {entity} MAXRESULTS 1000").get(entity, []):
            if entity != "Invoice" or row["TotalAmt"]:
                said = [row.get(name) for name in SHOWN]
                lines = [(line.get("Amount"), line.get("Description")) for line in row.get("Line", [])]
                tax = (row.get("TxnTaxDetail") or {}).get("TotalTax")
                found.append((entity, said, lines, tax, row.get("PrivateNote") or "", row.get("Note")))
    return sorted(map(str, found)), books.trial_balance(), books.trial_balance("cash")


def lived(seed, steps=STEPS):
    sequence = Sequence(seed)
    try:
        for _ in range(steps):
            sequence.step()
        sequence.everything()
        assert as_they_stand(sequence.books) == as_they_stand(sequence.twin)
        sequence.books.engine.check(sequence.books.realm)
        return sequence.done
    finally:
        sequence.close()


@pytest.mark.parametrize("seed", [1])
def test_whatever_was_done_and_undone_the_books_are_as_people_left_them(seed):
    assert lived(seed) > 1


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1022, 1030, 1036])
def test_a_line_that_waits_for_the_next_delivery_is_undone_too(seed):
    """It found no room in a memo that is full of ours, and stands beside the invoice a delivery later."""
    assert lived(seed, steps=30) > 1


@pytest.mark.soak
@pytest.mark.timeout(0)  # as long as SEQUENCES asks for
@pytest.mark.parametrize("shard", range(10))
def test_many_sequences_undone_leave_nothing(shard):
    """SEQUENCES says how many in all."""
    count = int(os.environ.get("SEQUENCES", "100")) // 10
    for seed in range(1000 + shard * count, 1000 + (shard + 1) * count):
        lived(seed, steps=30)
