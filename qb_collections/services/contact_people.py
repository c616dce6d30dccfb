"""Name somebody at a customer, or take them off: who is written to for which steps, from now on."""

from __future__ import annotations

from dataclasses import replace

from qb_collections.core.addresses import is_address
from qb_collections.core.case import Person
from qb_collections.services import finding
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases
from qb_collections.store import contact_people as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading

NAME_MAX = 120
EMAIL_MAX = 254
PEOPLE_MAX = 20  # of one customer
# Which steps they are written to for, as a person chooses it.
CHOICES = {
    "every": "Every message goes to them",
    "firm": "The firm messages go to them",
    "none": "Only people ring or write to them",
}


def add(
    context: Context,
    company: Company,
    customer: str,
    *,
    name: str,
    role: str,
    email: str,
    phone: str,
    written_to: str,
    by: str,
) -> str | Refusal:
    """Name somebody at the customer (a name or QuickBooks id); the next look is today.

    QuickBooks is left as it is.  One who is billed with a parent is spoken of there.
    """
    person = Person(
        " ".join(name.split()),
        " ".join(role.split()),
        email.strip() or None,
        " ".join(phone.split()) or None,
        written_to,
    )
    refusal = _refusal(person)
    if refusal is not None:
        return refusal
    now = context.clock.now()
    with durable(context.engine) as conn:
        found = finding.customer(conn, company, customer)
        if isinstance(found, Refusal):
            return found
        key = cases.key_of(conn, company.id, found.id) or (found.id, found.currency)
        if len(stored.of_customer(conn, company.id, key[0])) >= PEOPLE_MAX:
            return Refusal(f"{found.name} has {PEOPLE_MAX} people already. Take somebody off first.")
        person_id = stored.add(conn, company.id, key[0], person, by=by, at=now)
        cases.touch(conn, company.id, [key[0]], company.today(now))
        detail = {"person": person_id, "written to": written_to}
        audit.append(conn, company.id, by, "contact person added", f"customer {key[0]}", detail, now)
    if written_to == "none":
        return f"{person.name} is on the list. Nothing goes to them by itself."
    what = "every message" if written_to == "every" else "the firm messages"
    return f"{person.name} gets {what} to {found.name} from now on, at {person.email}."


def write_to(
    context: Context, company: Company, person_id: int, written_to: str, *, by: str
) -> str | Refusal:
    """Say what goes to somebody who is on the list; the next look is today."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        found = stored.get(conn, company.id, person_id)
        if found is None:
            return Refusal("They were taken off the list meanwhile. Nothing was changed.")
        refusal = _refusal(replace(found.person, written_to=written_to))
        if refusal is not None:
            return refusal
        stored.write_to(conn, company.id, person_id, written_to)
        cases.touch(conn, company.id, [found.customer_id], company.today(now))
        detail = {"person": person_id, "written to": written_to, "before": found.person.written_to}
        about = f"customer {found.customer_id}"
        audit.append(conn, company.id, by, "contact person written to", about, detail, now)
    return f"{found.person.name}: {CHOICES[written_to][:1].lower()}{CHOICES[written_to][1:]}, from now on."


def steers(context: Context, company: Company, person_id: int) -> bool:
    """Whether messages go to this person, so that taking them off sends messages elsewhere."""
    with reading(context.engine) as conn:
        found = stored.get(conn, company.id, person_id)
    return found is not None and found.person.written_to != "none"


def remove(context: Context, company: Company, person_id: int, *, by: str) -> str | Refusal:
    """Take somebody off the list; whoever QuickBooks has is written to again."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        found = stored.get(conn, company.id, person_id)
        if found is None or not stored.remove(conn, company.id, person_id, now):
            return Refusal("They were taken off the list already.")
        cases.touch(conn, company.id, [found.customer_id], company.today(now))
        about = f"customer {found.customer_id}"
        audit.append(conn, company.id, by, "contact person removed", about, {"person": person_id}, now)
    return f"{found.person.name} is off the list."


def _refusal(person: Person) -> Refusal | None:
    if not person.name or len(person.name) > NAME_MAX or len(person.role) > NAME_MAX:
        return Refusal(f"Say who it is, in up to {NAME_MAX} characters. Nobody was added.")
    said = f"{person.name}{person.role}{person.phone or ''}"
    if not said.isprintable():
        return Refusal("A name, a role and a number have one line of plain text each. Nobody was added.")
    if person.written_to not in CHOICES:
        return Refusal("Please choose what they are written to for. Nobody was added.")
    if person.email is not None and (len(person.email) > EMAIL_MAX or not is_address(person.email)):
        return Refusal(f'"{person.email[:60]}" is no e-mail address. Nobody was added.')
    if person.email is None and person.written_to != "none":
        return Refusal(f"{person.name} needs an e-mail address to be written to. Nobody was added.")
    if person.phone is not None and len(person.phone) > 40:
        return Refusal("A phone number has up to 40 characters. Nobody was added.")
    return None
