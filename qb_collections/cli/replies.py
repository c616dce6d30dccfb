"""reply record, list, done: what customers answered, and whether somebody has dealt with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import click

from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import actor, company_on_its_clock
from qb_collections.cli.verbs import ROW_ID, noun, verb
from qb_collections.cli.words import AMOUNT, DAY, company_option, day_text, money, name_argument
from qb_collections.services import replies
from qb_collections.store import mirror
from qb_collections.store.engine import reading
from qb_collections.store.replies import Reply

KINDS = [kind.replace("_", "-") for kind in replies.KINDS]


def add_to(main: click.Group) -> None:
    @noun(main, "reply", "reply record 'Marlow Print Works' --kind paid --said 'sent a check on Monday'")
    def reply() -> None:
        """Record what customers answer; nothing goes out until somebody has dealt with it."""

    @verb(
        reply,
        "record",
        "reply record 'Marlow Print Works' --kind paid --said 'sent a check on Monday'",
        "reply record 'Marlow Print Works' --kind promise --on 2026-11-06 --said 'by Friday'",
        "reply record 'Pinnacle Produce' --kind dispute --invoice 10588 --said 'cooler failed again'",
    )
    @click.argument("customer_name", metavar="CUSTOMER")
    @click.option("--kind", required=True, type=click.Choice(KINDS), help="What it comes to.")
    @click.option("--said", required=True, help="What they said.")
    @click.option("--invoice", metavar="NUMBER", help="Which invoice it is about.")
    @click.option("--on", type=DAY, help="The day on which they promise to pay.")
    @click.option("--amount", type=AMOUNT, help="What they promise.")
    @company_option
    def record(
        name: str | None,
        customer_name: str,
        kind: str,
        said: str,
        invoice: str | None,
        on: date | None,
        amount: Decimal | None,
    ) -> Answer:
        """Record what CUSTOMER answered; what follows from it is in force at once.

        Paid, question, wrong-person, other: nothing goes out until it was dealt with. Dispute: that invoice
        only. Promise: through its day and the days of grace. Stop: no e-mail by itself, and a task.
        """
        context, company = company_on_its_clock(name)
        done = accepted(
            replies.record(
                context,
                company,
                customer=customer_name,
                kind=kind.replace("-", "_"),
                said=said,
                by=actor(),
                invoice=invoice,
                on=on,
                amount=money(amount, company.currency),
            )
        )
        data = {
            "company": company.name,
            "reply_id": done.reply_id,
            "kind": kind,
            "message": done.message,
            "asks": done.asks,
        }
        asks = [f"{done.asks} With: {done.at_command}"] if done.asks else []
        lines = [f"Reply {done.reply_id}. {done.message}", *asks]
        return Answer(data, lines)

    @verb(reply, "list", "reply list", 'reply list "Bright Dental"')
    @name_argument
    def list_(name: str | None) -> Answer:
        """Show the replies that nobody has dealt with."""
        context, company = company_on_its_clock(name)
        found = replies.list_open(context, company)
        with reading(context.engine) as conn:
            known = mirror.customers(conn, company.id, {one.customer_id for one in found})
            numbers = mirror.invoices(conn, company.id, {one.invoice_id for one in found if one.invoice_id})
        names = {key: one.name for key, one in known.items()}
        labels = {key: one.label for key, one in numbers.items()}
        rows = [_row(one, names, labels) for one in found]
        return Answer(
            {"company": company.name, "replies": rows},
            [_line(one, names) for one in found] or [f"No reply to {company.name} waits for anybody."],
        )

    @verb(reply, "done", "reply done 3", "reply done 3 --because 'found the check'")
    @click.argument("reply_id", metavar="ID", type=ROW_ID)
    @click.option("--because", help="What came of it, in a few words.")
    @company_option
    def done(name: str | None, reply_id: int, because: str | None) -> Answer:
        """Say that a reply was dealt with; the steps go on in their turn."""
        context, company = company_on_its_clock(name)
        said = accepted(replies.done(context, company, reply_id, by=actor(), because=because))
        return Answer({"company": company.name, "reply_id": reply_id, "message": said}, [said])


def _row(one: Reply, names: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": one.id,
        "customer": names.get(one.customer_id, one.customer_id),
        "customer_id": one.customer_id,
        "kind": one.kind.replace("_", "-"),
        "said": one.said,
        "invoice": labels.get(one.invoice_id, one.invoice_id) if one.invoice_id else None,
        "recorded_by": one.by,
        "recorded_on": one.on,
    }


def _line(one: Reply, names: Mapping[str, str]) -> str:
    who = names.get(one.customer_id, one.customer_id)
    return f"{one.id}  {who}, {day_text(one.on)}: {replies.KINDS[one.kind]} ({one.said[:200]})"
