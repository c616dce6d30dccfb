"""What must never have happened, counted in QuickBooks and at the mail server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from qb_collections.demo import mailbox
from qb_collections.demo.books import MARKED, Books, is_plan_document
from qb_collections.demo.diary import Said
from qb_collections.demo.owner import Owner
from qb_collections.demo.world import World
from qb_collections.services.rulebook import Rulebook
from qb_collections.store.engine import reading

GRACE_DAYS = 2  # business days; the standard policy's
SPOKEN = "Spoke by phone"  # the note of a call


@dataclass(frozen=True, slots=True)
class Check:
    """count is how often it happened, out of so many that were looked at; it should be none."""

    name: str
    says: str
    looked_at: int
    count: int

    @property
    def holds(self) -> bool:
        return self.count == 0


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of ours appeared on an invoice: when, and what was open on it at that moment."""

    number: str
    at: datetime
    balance: Decimal
    text: str


def all_of(world: World, owner: Owner) -> tuple[Check, ...]:
    books = Books(world)
    lines = noted(world)
    reminders = [one for one in lines if "payment plan" not in one.text]
    notes = [one.marker for one in books.notes()]
    sends = [one.id for one in books.sends()]
    mails = [one.message_id for one in mailbox.taken(world)]
    documents = [one.marker for one in books.plan_documents()]
    return (
        Check("notes_twice", "notes that stand in QuickBooks twice", len(notes), _repeats(notes)),
        Check("sends_twice", "invoices that we had e-mailed twice", len(sends), _repeats(sends)),
        Check("emails_twice", "e-mails that the mail server was given twice", len(mails), _repeats(mails)),
        Check("plan_documents_twice", "plan documents written twice", len(documents), _repeats(documents)),
        Check(
            "about_paid",
            "contacts about an invoice that was paid",
            len(reminders),
            sum(1 for one in reminders if one.balance <= 0),
        ),
        _about(world, "about_disputed", "contacts about a disputed invoice", reminders, owner, ("dispute",)),
        _about(
            world,
            "about_promised",
            "contacts about an invoice that was promised or on its way",
            reminders,
            owner,
            ("promise", "in transit"),
        ),
        _about(world, "after_stop", "contacts with a customer after the stop", reminders, owner, ("stop",)),
    )


def noted(world: World) -> list[Noted]:
    """Every line of ours as it appeared, from the versions that the emulator keeps of each invoice."""
    found = []
    engine, realm = world.emulator.engine, world.handle.realm_id
    for row in Books(world).rows("Invoice"):
        if not MARKED.search(row.get("PrivateNote") or "") or is_plan_document(row):
            continue
        seen: set[str] = set()
        for version in engine.versions(realm, "Invoice", row["Id"]):
            body = version["body"]
            for line in (body.get("PrivateNote") or "").splitlines():
                marked = MARKED.search(line)
                if marked is not None and marked[1] not in seen:
                    seen.add(marked[1])
                    at = datetime.fromisoformat(version["at"])
                    found.append(Noted(str(row.get("DocNumber", "")), at, body["Balance"], line))
    return found


def with_grace(world: World, on: date) -> date:
    """The last day on which a promise for that day still holds."""
    with reading(world.context.engine) as conn:
        calendar = Rulebook(conn, world.company, world.today).calendar
    return calendar.add_business_days(on, GRACE_DAYS)


def _about(
    world: World, name: str, says: str, lines: Sequence[Noted], owner: Owner, kinds: tuple[str, ...]
) -> Check:
    spoken = [said for said in owner.diary.said if said.kind in kinds]
    count = sum(
        1 for said in spoken for one in lines if one.number in said.numbers and _within(world, said, one)
    )
    return Check(name, says, len(spoken), count)


def _within(world: World, said: Said, one: Noted) -> bool:
    """After it was said and while it held.  The line of the very call in which it was said does not count."""
    on = one.at.astimezone(world.zone).date()
    if one.at <= said.at or (on == said.on and SPOKEN in one.text):
        return False
    if said.until_on is None:
        return True
    return on <= (with_grace(world, said.until_on) if said.kind == "promise" else said.until_on)


def _repeats(values: Sequence[str | None]) -> int:
    return sum(count - 1 for count in Counter(values).values())
