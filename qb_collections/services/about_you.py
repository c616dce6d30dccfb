"""Who customers call and how they pay: what stands under every message."""

from __future__ import annotations

from dataclasses import dataclass

from qb_collections.core.wording import list_text
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, companies
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable

LINE_MAX = 120
PHONE_MAX = 17  # what fits into a note line
INSTRUCTIONS_MAX = 1_000


# What every message of your own words needs, and the words for it.
NEEDED = {
    "contact_name": "the name of the person customers can turn to",
    "contact_phone": "the phone number they can call",
    "payment_instructions": "how they can pay you",
}


@dataclass(frozen=True, slots=True)
class AboutYou:
    """As a person typed it; an empty one takes what was there away."""

    contact_name: str
    contact_role: str
    contact_phone: str
    reply_to: str
    payment_instructions: str
    phone_hours: str = ""  # as people say it: weekdays 8 to 5


def save(context: Context, company: Company, told: AboutYou, *, by: str) -> Company | Refusal:
    """Store it; messages and notes carry it from the next one on, and drafts are made again."""
    refusal = _refusal(told)
    if refusal is not None:
        return refusal
    now = context.clock.now()
    fields = {
        "contact_name": told.contact_name.strip() or None,
        "contact_role": told.contact_role.strip() or None,
        "contact_phone": told.contact_phone.strip() or None,
        "phone_hours": told.phone_hours.strip() or None,
        "reply_to": told.reply_to.strip() or None,
        "payment_instructions": told.payment_instructions.replace("\r\n", "\n").strip() or None,
    }
    changed = sorted(name for name, value in fields.items() if getattr(company, name) != value)
    if not changed:
        return company
    with durable(context.engine) as conn:
        saved = companies.update(conn, company.id, **fields)
        cases.touch_all(conn, company.id, company.today(now))
        audit.append(conn, company.id, by, "contact details changed", company.name, {"fields": changed}, now)
    return saved


def missing(company: Company) -> tuple[str, ...]:
    """What messages still need, in the owner's words; nothing when they are whole."""
    return tuple(words for name, words in NEEDED.items() if not getattr(company, name))


def missing_sentence(company: Company) -> str | None:
    """What waits because of it; None when nothing is missing."""
    wanted = missing(company)
    if not wanted:
        return None
    return (
        f"Still missing: {list_text(wanted)}. Until then the messages, calls and letters that name "
        "it stay incomplete and wait; only copies of invoices that QuickBooks e-mails can leave."
    )


def _refusal(told: AboutYou) -> Refusal | None:
    lines = (told.contact_name, told.contact_role, told.contact_phone, told.reply_to, told.phone_hours)
    if any(not character.isprintable() for line in lines for character in line):
        return Refusal("A name, a phone number and an address have one line each. Nothing was changed.")
    if any(len(line.strip()) > LINE_MAX for line in lines):
        return Refusal(f"Up to {LINE_MAX} characters fit into a line. Nothing was changed.")
    if len(told.contact_phone.strip()) > PHONE_MAX:
        return Refusal(f"A phone number has up to {PHONE_MAX} characters here. Nothing was changed.")
    if len(told.payment_instructions) > INSTRUCTIONS_MAX:
        return Refusal(f"Up to {INSTRUCTIONS_MAX} characters fit under a message. Nothing was changed.")
    local, at, domain = told.reply_to.strip().partition("@")
    if told.reply_to.strip() and (not (local and at and domain) or " " in told.reply_to.strip()):
        return Refusal("Please write the address for answers like dana@example.com. Nothing was changed.")
    return None
