"""Who signs at which step, and the consequence that a final notice may announce because somebody means it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from qb_collections.messages.steps import CONFIRMED_DAYS_MAX, CONSEQUENCES
from qb_collections.services.about_you import LINE_MAX, PHONE_MAX
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, signing
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.signing import Confirmed, Signer

SENDERS = {"accounts": "the accounts desk", "owner": "the owner"}
# What a person may confirm; the sentence that threatens nothing needs no confirmation.
CHOICES = {step.code: step.label for step in CONSEQUENCES if step.confirmed}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What is confirmed, by whom, and through which day it may be announced."""

    code: str
    says: str
    who: str | None
    by: str
    on: date
    until_on: date
    holds: bool  # today


def state(context: Context, company: Company) -> Consequence | None:
    """What stands; None: nobody ever confirmed one, or it was taken back."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        return _state(conn, company, today)


def confirm(
    context: Context, company: Company, wanted: str, *, who: str | None, by: str
) -> Consequence | Refusal:
    """A named person says that this will be done: final notices may announce it for the policy's days."""
    code = _code(wanted)
    if code is None:
        said = "; ".join(f"{one}: {label}" for one, label in CHOICES.items())
        return Refusal(f'"{wanted[:60]}" is not a consequence to choose. There are: {said}.')
    name = by.strip()
    if not name or not name.isprintable() or len(name) > LINE_MAX:
        return Refusal("Say who means it: a person's name, in one line. Nothing was changed.")
    partner = (who or "").strip() or None
    if partner and (not partner.isprintable() or len(partner) > LINE_MAX):
        return Refusal("Say with whom in one line. Nothing was changed.")
    if code == "hand_over" and partner is None:
        return Refusal(
            "Say to whom the account would go: an agency or a court. Nothing was changed.", "With --who."
        )
    now = context.clock.now()
    with durable(context.engine) as conn:
        signing.put_confirmed(conn, company.id, Confirmed(code, partner, name, now))
        cases.touch_all(conn, company.id, company.today(now))
        facts = {"consequence": code, "who": partner}
        audit.append(conn, company.id, name, "consequence confirmed", company.name, facts, now)
        stands = _state(conn, company, company.today(now))
    assert stands is not None
    return stands


def withdraw(context: Context, company: Company, *, by: str) -> None:
    """Nothing is announced any more, from the next message on."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        if signing.confirmed(conn, company.id) is None:
            return
        signing.put_confirmed(conn, company.id, None)
        cases.touch_all(conn, company.id, company.today(now))
        audit.append(conn, company.id, by, "consequence taken back", company.name, {}, now)


def signers(context: Context, company: Company) -> dict[str, Signer]:
    """By sender; who is not there is signed for by the contact person."""
    with reading(context.engine) as conn:
        return signing.signers(conn, company.id)


def set_signer(
    context: Context, company: Company, sender: str, told: Signer | None, *, by: str
) -> dict[str, Signer] | Refusal:
    """Name the accounts desk or the owner; None: the contact person signs in their place."""
    if sender not in SENDERS:
        return Refusal(f"{sender!r} does not sign. Choose one of: {', '.join(SENDERS)}.")
    if told is not None:
        lines = (told.name, told.role or "", told.phone or "")
        if not told.name.strip() or any(not one.isprintable() or len(one) > LINE_MAX for one in lines):
            return Refusal(f"A name of up to {LINE_MAX} characters is needed. Nothing was changed.")
        if len(told.phone or "") > PHONE_MAX:
            return Refusal(f"A phone number has up to {PHONE_MAX} characters here. Nothing was changed.")
    now = context.clock.now()
    with durable(context.engine) as conn:
        if signing.signers(conn, company.id).get(sender) != told:
            signing.put_signer(conn, company.id, sender, told)
            cases.touch_all(conn, company.id, company.today(now))
            facts = {"sender": sender, "name": told.name if told else None}
            audit.append(conn, company.id, by, "signer changed", company.name, facts, now)
        return signing.signers(conn, company.id)


def _code(wanted: str) -> str | None:
    """By its code or its label, whatever the case."""
    text = wanted.strip().lower()
    return next((code for code, label in CHOICES.items() if text in (code, label.lower())), None)


def _state(conn: Connection, company: Company, today: date) -> Consequence | None:
    found = signing.confirmed(conn, company.id)
    if found is None:
        return None
    days = Rulebook(conn, company, today).policy.approvals.consequence_confirmed_days
    on = company.today(found.at)
    until_on = date.fromordinal(on.toordinal() + min(days, CONFIRMED_DAYS_MAX))
    says = CHOICES.get(found.code, found.code)
    return Consequence(found.code, says, found.who, found.by, on, until_on, on <= today <= until_on)
