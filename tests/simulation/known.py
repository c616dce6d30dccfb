"""What was known at a moment: yes and no, hours, policies in force, what stands in the memos."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation import ground_truth as truth
from tests.simulation import promised

REFUSAL = re.compile(rb'"code":\s*"(?!5010")')  # 5010: the version is not the newest any more
AGREED_FOR = timedelta(hours=36)  # a yes ends with its run; one to a preview is for the night after it
STATES = {
    "CA": ZoneInfo("America/Los_Angeles"),
    "NY": ZoneInfo("America/New_York"),
    "HI": ZoneInfo("Pacific/Honolulu"),
}


def a_no(world: Any, realm: str, id_: str, customer: str | None, address: str, last: int, what: str) -> None:
    """last: the number of the request during which the service could still be told."""
    today = world.clock.now().astimezone(world.zones[realm]).date()
    agreed(world, realm, what)
    for known in world.said.as_it_left:
        if world.companies[known.place][1] != realm or known.from_request > last + 1:
            continue
        if known.invoice_id not in (None, id_) or known.to_request is not None:
            continue
        if world.said.now_called(realm, known.customer_id) not in (None, customer):
            continue
        if known.address not in (None, address):
            continue
        until_on = known.until_on
        if until_on is not None and known.why.startswith("promise"):
            until_on = min(promised.grace_ends(until_on, one) for one in in_force(world, realm, last))
        if until_on is not None and today > until_on:
            continue
        if known.over_once_paid and truth.paid_together(world, realm, known.over_once_paid, known.at):
            continue
        world.wrong("INV-22", f"{what} in spite of {known.why}, known since {known.at:%d %b %H:%M}")


def agreed(world: Any, realm: str, what: str) -> None:
    """Where each run waits for a person, one has said yes to this night's, or to its preview."""
    place = place_of(world, realm)
    agreed_at = world.said.agreed.get(place)
    if world.said.asks.get(place) and (agreed_at is None or world.clock.now() - agreed_at > AGREED_FOR):
        since = f"since {agreed_at:%d %b %H:%M}" if agreed_at is not None else "so far"
        world.wrong("INV-22", f"{what} and nobody has agreed to it {since}")


def in_hours(world: Any, realm: str, customer: str, what: str) -> None:
    if world.said.is_being_merged(realm, customer):
        return
    found = truth.row(world, realm, "Customer", customer)
    address = json.loads(found["body"]).get("BillAddr", {}) if found else {}
    zone = STATES.get(address.get("CountrySubDivisionCode"), world.zones[realm])
    local = world.clock.now().astimezone(zone)
    if not promised.OPENS <= local.time() < promised.CLOSES or local.weekday() >= 5:
        opens = f"{promised.OPENS:%H:%M} to {promised.CLOSES:%H:%M} from Monday to Friday"
        world.wrong("INV-14", f"{what} leaves at {local:%H:%M} on {local:%A} in {zone}, and not from {opens}")
    if local.date() in promised.HOLIDAYS:
        world.wrong("INV-14", f"{what} leaves on {local:%d %B}, a public holiday")
    if all(promised.is_quiet(local.date(), one) for one in in_force(world, realm, len(world.network.sent))):
        world.wrong("INV-14", f"{what} leaves on {local:%d %B}, in the quiet season")


def in_force(world: Any, realm: str, number: int) -> list[promised.Promised]:
    """The company's policy at that request, and the one before it where it came into force a moment ago."""
    told = [
        (0, "standard"),
        *(one for one in world.said.policies.get(place_of(world, realm), ()) if one[0] <= number),
    ]
    before = [name for _, name in told[:-1]][-1:] if told[-1][0] > number - 10 else []
    return [promised.POLICIES[name] for name in (*before, told[-1][1])]


def sent_without_us(world: Any) -> list[tuple[datetime, float, str, str]]:
    """What a person sent from QuickBooks about something late that is still open: it counts like a contact.

    The night after it is the first that knows, so it is put at the end of its day.
    """
    found = []
    for written in world.by_people:
        change = written.change
        if change.operation != "Emailed" or change.realm_id not in world.zones:
            continue
        day = written.at.astimezone(world.zones[change.realm_id]).date()
        now = truth.row(world, change.realm_id, "Invoice", change.id)
        if now is None or now["balance"] <= 0 or str(now["due_on"]) > day.isoformat():
            continue
        end = datetime.combine(day, time.max, tzinfo=world.zones[change.realm_id])
        found.append((end.astimezone(UTC), 0.0, change.realm_id, str(now["customer"])))
    return found


def memos(world: Any) -> dict[tuple[str, str], list[str]]:
    ours = {
        (change.realm_id, change.id)
        for sent in world.network.sent
        for change in sent.changes
        if change.entity == "Invoice"
    }
    return {(realm, id_): truth.memos(world, realm, id_) for realm, id_ in ours}


def both_sides(world: Any, company_id: int, realm: str) -> list[tuple[str, set[Any], set[Any]]]:
    """What our copy says and what the books say: open invoices, open credits, and addresses."""
    asked = {
        "open invoices": (
            "SELECT id, balance, due_on, customer_id FROM mirror_invoice"
            " WHERE company_id = ? AND balance > 0",
            "SELECT id, balance, due_on, customer FROM object WHERE realm = ? AND entity = 'Invoice'"
            " AND deleted = 0 AND balance > 0",
        ),
        "payments on account": (
            "SELECT id, unapplied, customer_id FROM mirror_payment WHERE company_id = ? AND unapplied > 0",
            "SELECT id, balance, customer FROM object WHERE realm = ? AND entity = 'Payment'"
            " AND deleted = 0 AND balance > 0",
        ),
        "credit memos": (
            "SELECT id, remaining, customer_id FROM mirror_credit_memo"
            " WHERE company_id = ? AND remaining > 0",
            "SELECT id, balance, customer FROM object WHERE realm = ? AND entity = 'CreditMemo'"
            " AND deleted = 0 AND balance > 0",
        ),
        "addresses": (
            "SELECT id, emails ->> '$[0]' FROM mirror_customer WHERE company_id = ? AND emails <> '[]'",
            "SELECT id, body ->> '$.PrimaryEmailAddr.Address' FROM object WHERE realm = ?"
            " AND entity = 'Customer' AND deleted = 0 AND body ->> '$.PrimaryEmailAddr.Address' IS NOT NULL",
        ),
    }
    found = []
    with world.emulator.store.reading() as conn:
        for what, (of_ours, of_theirs) in asked.items():
            ours = {(str(id_), *rest) for id_, *rest in world.journal.execute(of_ours, (company_id,))}
            theirs = {(str(id_), *rest) for id_, *rest in conn.execute(of_theirs, (realm,))}
            found.append((what, ours, theirs))
    return found


def attached(world: Any, realm: str, id_: str) -> int:
    with world.emulator.store.reading() as conn:
        rows = conn.execute(
            "SELECT body FROM object WHERE realm = ? AND entity = 'Attachable'", (realm,)
        ).fetchall()
    return sum(f'"value":"{id_}"' in body and "Note" in body for (body,) in rows)


def not_to_be_noted(world: Any, realm: str, id_: str) -> bool:
    """The journal gives up on the note with a reason, or a person was asked whether it left."""
    company_id = next(ours for ours, theirs in world.companies if theirs == realm)
    found = world.journal.execute(
        "SELECT count(*) FROM intent WHERE company_id = ?"
        " AND kind IN ('note', 'note_attachment', 'send_invoice')"
        " AND (state IN ('cancelled', 'parked', 'planned') OR (state = 'rejected' AND (kind <> 'note' OR ?)))"
        " AND plan LIKE ?",
        (company_id, _has_refused(world, realm), f'%"{id_}"%'),
    ).fetchone()[0]
    stopped = world.journal.execute(
        "SELECT notes_stopped FROM company WHERE id = ?", (company_id,)
    ).fetchone()[0]
    return bool(found) or stopped is not None


def _has_refused(world: Any, realm: str) -> bool:
    """Whether QuickBooks refused a write for another reason than that somebody had changed the invoice."""
    return any(
        one.realm == realm and one.has_effect and (one.status != 200 or REFUSAL.search(one.answer))
        for one in world.network.sent
    )


def held(world: Any, company_id: int) -> bool:
    return bool(
        world.journal.execute("SELECT count(*) FROM tie_out WHERE company_id = ?", (company_id,)).fetchone()[
            0
        ]
    )


def writes(world: Any) -> tuple[int, int, int]:
    effects = sum(sent.has_effect for sent in world.network.sent)
    intents = world.journal.execute("SELECT count(*) FROM intent").fetchone()[0]
    contacts = world.journal.execute("SELECT count(*) FROM contact").fetchone()[0]
    return effects, intents, contacts


def zones_of(world: Any) -> dict[str, ZoneInfo]:
    zones = dict(world.journal.execute("SELECT id, zone FROM company").fetchall())
    return {
        realm: ZoneInfo(zones.get(company_id, "America/New_York")) for company_id, realm in world.companies
    }


def place_of(world: Any, realm: str) -> int:
    return next(at for at, (_, theirs) in enumerate(world.companies) if theirs == realm)
