"""company signer, company confirm-consequence: who signs, and what a final notice may announce."""

from __future__ import annotations

from typing import Any

import click

from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import actor, company_on_its_clock
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import day_text, name_and
from qb_collections.services import signing
from qb_collections.services.signing import CHOICES, SENDERS, Consequence
from qb_collections.store.companies import Company
from qb_collections.store.signing import Signer

_NOTHING = "Final notices announce nothing: they say that you look at the account yourself and decide."


def add_to(company: click.Group) -> None:
    @verb(
        company,
        "signer",
        'company signer owner --name "Alma Reyes" --role Owner --phone "(423) 555-0101"',
        "company signer accounts --remove",
    )
    @click.argument("words", nargs=-1, metavar="[NAME] accounts|owner")
    @click.option("--name", "person", metavar="PERSON", help="Who signs.")
    @click.option("--role", metavar="TITLE", help='Their role, such as "Owner".')
    @click.option("--phone", metavar="NUMBER", help="Their number; without one, the contact person's.")
    @click.option("--remove", is_flag=True, help="The contact person signs in their place again.")
    def signer(
        words: tuple[str, ...], person: str | None, role: str | None, phone: str | None, remove: bool
    ) -> Answer:
        """Show or set who signs the steps of the accounts desk and of the owner."""
        name, sender = name_and(words, "accounts|owner")
        if remove and (person or role or phone):
            raise click.UsageError("Say who signs, or --remove, not both.")
        context, found = company_on_its_clock(name)
        known = signing.signers(context, found)
        if remove or person or role or phone:
            before = known.get(sender)
            told = None
            if not remove:
                kept = before or Signer("")
                told = Signer(
                    (person or kept.name).strip(),
                    (role if role is not None else kept.role or "").strip() or None,
                    (phone if phone is not None else kept.phone or "").strip() or None,
                )
            known = accepted(signing.set_signer(context, found, sender, told, by=actor()))
        elif sender not in SENDERS:
            raise click.UsageError(f"{sender!r} does not sign. Choose one of: {', '.join(SENDERS)}.")
        return Answer({"company": found.name, "signers": known}, [_signs(found, sender, known.get(sender))])

    @verb(
        company,
        "confirm-consequence",
        'company confirm-consequence "Bright Dental" prepay --by "Dana Whitlock"',
        'company confirm-consequence hand_over --who "Keel Recovery" --by "Dana Whitlock"',
        "company confirm-consequence --withdraw",
    )
    @click.argument("words", nargs=-1, metavar="[NAME] [CONSEQUENCE]")
    @click.option("--by", metavar="PERSON", help="Who means it and will see that it is done.")
    @click.option("--who", metavar="PARTNER", help="To whom the account would go: an agency, a court.")
    @click.option("--withdraw", is_flag=True, help="Announce nothing any more.")
    def confirm_consequence(
        words: tuple[str, ...], by: str | None, who: str | None, withdraw: bool
    ) -> Answer:
        """Say what a final notice may announce, because a named person means it.

        It may be announced for as many days as the policy says, 30 at most; then nothing is announced
        until somebody confirms it again.  Without a consequence this shows what stands.
        """
        wanted = words[-1] if (words and words[-1].lower() in _KNOWN) or len(words) == 2 else None
        rest = words[:-1] if wanted is not None else words
        if len(rest) > 1:
            raise click.UsageError("A name with blanks needs quotation marks around it.")
        context, found = company_on_its_clock(rest[0] if rest else None)
        if withdraw:
            signing.withdraw(context, found, by=actor())
            return _shown(found, None)
        if wanted is None:
            return _shown(found, signing.state(context, found))
        if not by:
            raise click.UsageError(f'Say who means it: --by "{found.contact_name or "Dana Whitlock"}".')
        return _shown(found, accepted(signing.confirm(context, found, wanted, who=who, by=by)))


_KNOWN = {*CHOICES, *(label.lower() for label in CHOICES.values())}


def _signs(company: Company, sender: str, who: Signer | None) -> str:
    desk = SENDERS[sender]
    if who is None:
        instead = company.contact_name or "nobody yet: set one with qb-collections company contact"
        return f"No name is set for {desk}; steps of {desk} are signed by {instead}."
    role = f", {who.role}" if who.role else ""
    phone = who.phone or company.contact_phone or "no phone"
    return f"Steps of {desk} are signed by {who.name}{role}, {phone}."


def _shown(company: Company, found: Consequence | None) -> Answer:
    data: dict[str, Any] = {"company": company.name, "consequence": found}
    if found is None:
        return Answer(data, [_NOTHING, f"You can confirm one of: {', '.join(CHOICES)}."])
    partner = f" ({found.who})" if found.who else ""
    said = f'"{found.says}"{partner} was confirmed by {found.by} on {day_text(found.on)}.'
    until = f"Final notices may announce it through {day_text(found.until_on)}."
    over = f"That was good through {day_text(found.until_on)}. {_NOTHING}"
    return Answer(data, [said, until if found.holds else over])
