"""The scripted owner: does the tasks that the service hands out, and says so in sentences."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core.company_gates import Mode
from qb_collections.demo.books import ZERO, Books
from qb_collections.demo.diary import Diary, Kind, Said
from qb_collections.demo.world import World
from qb_collections.services import mail_archive, modes, runs, tasks
from qb_collections.services.refusal import Refusal
from qb_collections.services.tasks import Report
from qb_collections.store import intents, mirror
from qb_collections.store import runs as stored_runs
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.leases import Lease
from qb_collections.store.tasks import Task

LOOKED_AT = 200  # messages of the archive, at one look


class Surprise(Exception):
    """The service refused what the script takes for granted: the script is wrong, or the service is."""


class Owner:
    """Whoever plays the office.  Subclasses know what customers answer; here nobody does."""

    role: str
    phone: str
    payment_instructions: str
    introduces: str  # who plays, and by which rule

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.diary = Diary()
        self.books = Books(world)
        self.sent: dict[str, str] = {}  # by customer, the first message as it was sent
        self._names: dict[str, str] = {}
        self._seen_mail = 0  # the latest message of the archive that was looked at

    # The day

    def morning(self) -> None:
        """Before the customers' hours: what waits for a word is read and approved."""
        self._approve()

    def afternoon(self) -> None:
        """What came in by telephone and mail is dealt with."""

    def work(self, company: Company, lease: Lease) -> bool:
        """Do the messages and calls that wait; whether there were any."""
        self._answer_mail(company)
        missed: list[str] = []
        found = [
            task for task in tasks.list_open(self.world.context, company) if task.kind in ("message", "call")
        ]
        for task in found:
            name = self.customer(task.customer_id or "")
            if task.kind == "message":
                self.sent.setdefault(name, task.text or "")
                self._report(company, lease, task, Report("sent", self.name))
                self.message_sent(name)
            elif not self.call(company, lease, task, name):
                missed.append(name)
        if missed:
            self.note(f"{self.name} calls {_list(missed)}: nobody answers.")
        return bool(found)

    def _answer_mail(self, company: Company) -> None:
        """What left by itself since the last look: customers may answer it."""
        left = mail_archive.listed(self.world.context, company, limit=LOOKED_AT)
        assert not isinstance(left, Refusal)
        for one in reversed([one for one in left if one.id > self._seen_mail]):
            self._seen_mail = one.id
            if one.state != "accepted" or one.cycle is None:
                continue
            name = self.customer(one.customer_id)
            if name not in self.sent:
                kept = mail_archive.read(self.world.context, company, one.id)
                text = mail_archive.text_of(kept) if kept else ""
                self.sent[name] = f"Subject: {one.subject}\n\n{text}"
            self.message_sent(name)

    def message_sent(self, customer: str) -> None:
        """A message has left; what the customer answers to it comes later, if at all."""

    def call(self, company: Company, lease: Lease, task: Task, customer: str) -> bool:
        """Make one call and report it; whether anybody answered."""
        self._report(company, lease, task, Report("no-answer", self.name))
        return False

    # Helpers

    def note(self, text: str, customer: str | None = None) -> None:
        self.diary.note(self.world.today, text, customer)

    def customer(self, customer_id: str) -> str:
        if customer_id not in self._names:
            with reading(self.world.context.engine) as conn:
                known = mirror.customers(conn, self.world.company_id)
            self._names = {id_: one.name for id_, one in known.items()}
        return self._names[customer_id]

    def said(
        self, kind: Kind, customer: str, until_on: date | None, numbers: tuple[str, ...] = ()
    ) -> tuple[tuple[str, ...], Decimal]:
        """Remember which invoices must be left alone; without numbers, all that is late."""
        today = self.world.today
        rows = self.books.open_of(customer)
        chosen = [
            row
            for row in rows
            if (row["DocNumber"] in numbers if numbers else date.fromisoformat(row["DueDate"]) < today)
        ]
        amount = sum((row["Balance"] for row in chosen), ZERO)
        ids = tuple(str(row["DocNumber"]) for row in chosen)
        self.diary.said.append(Said(kind, customer, ids, self.world.clock.now(), today, until_on, amount))
        return ids, amount

    def _report(self, company: Company, lease: Lease, task: Task, report: Report) -> None:
        accepted(tasks.done(self.world.context, company, lease, task.id, report))

    def _approve(self) -> None:
        company = self.world.company
        if company.mode is Mode.SHADOW:
            return
        with reading(self.world.context.engine) as conn:
            run = stored_runs.latest(conn, company.id, "night")
            waiting = [] if run is None else intents.of_run(conn, company.id, run.id)
        names = [
            str(one.plan.get("customer"))
            for one in waiting
            if one.approval == "needed" and one.state in ("planned", "ready")
        ]
        if run is None or not names:
            return
        accepted(runs.approve(self.world.context, company, run.id, by=self.name))
        self.diary.approvals += len(names)
        count = "the one contact" if len(names) == 1 else f"the {len(names)} contacts"
        why = (run.heading or "").removeprefix("On hold: ").split(". ")[0]
        braked = f", which waited because {why}" if why else ""
        self.note(f"{self.name} reads and approves {count} of the night{braked}.")

    def maybe_automatic(self) -> None:
        """After three approved nights the page offers it, and the owner takes the offer."""
        company = self.world.company
        if not modes.may_offer_automatic(self.world.context, company):
            return
        done = modes.set_mode(self.world.context, company, Mode.AUTOMATIC, by=self.name, confirmed=True)
        if not isinstance(done, Company):
            raise Surprise(str(done))
        self.note(
            f"After three approved nights {self.name} is offered to let messages leave by themselves, and "
            "switches that on. Final notices still wait for a yes."
        )


def accepted(value: object) -> None:
    if isinstance(value, Refusal):
        raise Surprise(value.message)


def next_weekday(on: date) -> date:
    """The day itself, or the Monday after it."""
    return on + timedelta(days=max(0, 7 - on.weekday())) if on.weekday() >= 5 else on


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
