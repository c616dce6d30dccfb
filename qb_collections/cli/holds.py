"""hold add, change, lift, list, import: what a person knows and the books don't."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import click

from qb_collections.cli import hold_lists
from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import actor, company_named, company_on_its_clock, open_context
from qb_collections.cli.verbs import ROW_ID, noun, verb
from qb_collections.cli.words import AMOUNT, DAY, company_option, day_text, money, name_argument
from qb_collections.core.case import DISPUTE_CODES, HoldKind
from qb_collections.services import holds
from qb_collections.store import mirror
from qb_collections.store.engine import reading
from qb_collections.store.holds import StoredHold

KINDS = [kind.value.replace("_", "-") for kind in HoldKind]
CODE_HELP = f"What a dispute is about: {', '.join(DISPUTE_CODES)}."


def add_to(main: click.Group) -> None:
    @noun(main, "hold", "hold add dispute --invoice 10588 --reason 'cooler failed again'")
    def hold() -> None:
        """Leave an invoice or a customer alone, with the reason; and go on again."""

    @verb(
        hold,
        "add",
        "hold add dispute --invoice 10588 --reason 'cooler failed again' --answer-by 2026-11-12",
        "hold add promise --customer 'Marlow Print Works' --until 2026-11-06 --reason 'on the telephone'",
        "hold add exclusion --customer 'Lookout Bakery' --reason 'my sister'",
        "hold add autopay --customer 'Grace Street Church' --reason 'card on file'",
    )
    @click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
    @click.option("--invoice", metavar="NUMBER", help="Hold this invoice.")
    @click.option("--customer", metavar="CUSTOMER", help="Hold all of this customer.")
    @click.option("--reason", required=True, help="Why, in a few words.")
    @click.option("--until", "until_on", type=DAY, help="The last day; for a promise the promised one.")
    @click.option("--amount", type=AMOUNT, help="What is promised.")
    @click.option("--owner", metavar="PERSON", help="Who answers a dispute; you, if nobody is named.")
    @click.option(
        "--answer-by", "answer_by_on", type=DAY, help="By when; five business days, if no day is named."
    )
    @click.option("--code", metavar="CODE", help=CODE_HELP)
    @click.option(
        "--no-answer", is_flag=True, help="Don't confirm a promise or a dispute to the customer in a line."
    )
    @company_option
    def add(name: str | None, kind: str, amount: Decimal | None, no_answer: bool, **given: Any) -> Answer:
        """Place a hold on an invoice or a customer; in force at once.

        KIND: dispute, promise, in-transit, exclusion (leave it to me), hardship, insolvent, people-only,
        handed-over, autopay (collected by itself), bounced (e-mail came back), open-reply (they answered,
        and it waits for us), upset.
        """
        context, company = company_on_its_clock(name)
        placed = accepted(
            holds.add(
                context,
                company,
                HoldKind(kind.replace("-", "_")),
                by=actor(),
                amount=money(amount, company.currency),
                answer=not no_answer,
                **with_code(given),
            )
        )
        said = holds.sentence(context, company, placed)
        return Answer(
            {"company": company.name, "hold": placed, "message": said}, [f"Hold {placed.id}. {said}"]
        )

    @verb(
        hold,
        "change",
        "hold change 3 --until 2026-11-20",
        "hold change 4 --owner Dana --answer-by 2026-11-12 --code quality",
    )
    @click.argument("hold_id", metavar="ID", type=ROW_ID)
    @click.option("--until", "until_on", type=DAY, help="The new last day; for a promise the promised one.")
    @click.option("--no-until", "open_end", is_flag=True, help="Take the last day away.")
    @click.option("--owner", metavar="PERSON", help="Who answers it.")
    @click.option("--answer-by", "answer_by_on", type=DAY, help="By when it is to be answered.")
    @click.option("--code", metavar="CODE", help=CODE_HELP)
    @company_option
    def change(name: str | None, hold_id: int, open_end: bool, **given: Any) -> Answer:
        """Give a hold another day, owner or code; what it was before is kept."""
        if open_end and given["until_on"] is not None:
            raise click.UsageError("--until names a last day and --no-until takes it away: choose one.")
        context, company = company_on_its_clock(name)
        said = accepted(
            holds.change(context, company, hold_id, by=actor(), open_end=open_end, **with_code(given))
        )
        return Answer({"company": company.name, "hold_id": hold_id, "message": said}, [said])

    @verb(
        hold,
        "lift",
        "hold lift 3 --because 'credit memo written'",
        "hold lift 4 --answered 'replaced the compressor'",
    )
    @click.argument("hold_id", metavar="ID", type=ROW_ID)
    @click.option("--because", help="Why, in a few words.")
    @click.option(
        "--answered",
        metavar="WORDS",
        help='Of a dispute: what was done, as it stands after "We have"; the customer gets it in a line.',
    )
    @company_option
    def lift(name: str | None, hold_id: int, because: str | None, answered: str | None) -> Answer:
        """End a hold; the next night decides without it."""
        context, company = company_on_its_clock(name)
        said = accepted(holds.lift(context, company, hold_id, by=actor(), because=because, answered=answered))
        return Answer({"company": company.name, "hold_id": hold_id, "message": said}, [said])

    hold_lists.add_to(hold)

    @verb(hold, "list", "hold list", 'hold list "Bright Dental"')
    @name_argument
    def list_(name: str | None) -> Answer:
        """Show the holds that stand."""
        context = open_context()
        company = company_named(context, name)
        standing = holds.standing(context, company)
        with reading(context.engine) as conn:
            customers = mirror.customers(conn, company.id, {one.customer_id for one in standing})
            invoices = mirror.invoices(
                conn, company.id, {one.hold.invoice_id for one in standing if one.hold.invoice_id}
            )
        names = {key: one.name for key, one in customers.items()}
        numbers = {key: one.label for key, one in invoices.items()}
        rows = [_row(one, names, numbers) for one in standing]
        return Answer(
            {"company": company.name, "holds": rows},
            [_line(row) for row in rows] or [f"Nothing of {company.name} is on hold."],
        )


def with_code(given: dict[str, Any]) -> dict[str, Any]:
    """A code is written with - or _, as kinds are."""
    code = given["code"]
    return given | {"code": code.strip().lower().replace("-", "_").replace(" ", "_") if code else None}


def _row(one: StoredHold, names: dict[str, str], numbers: dict[str, str]) -> dict[str, Any]:
    hold = one.hold
    return {
        "id": hold.id,
        "kind": hold.kind.value.replace("_", "-"),
        "customer": names.get(one.customer_id, one.customer_id),
        "customer_id": one.customer_id,
        "invoice": numbers.get(hold.invoice_id, hold.invoice_id) if hold.invoice_id else None,
        "reason": hold.reason,
        "placed_by": hold.placed_by,
        "placed_on": hold.placed_on,
        "until_on": hold.until_on,
        "amount": hold.amount,
        "owner": hold.owner,
        "answer_by_on": hold.answer_by_on,
        "code": hold.code,
    }


def _line(row: dict[str, Any]) -> str:
    until: date | None = row["until_on"]
    about = f"invoice {row['invoice']} of {row['customer']}" if row["invoice"] else row["customer"]
    last = f" until {day_text(until)}" if until else ""
    code = f", {row['code'].replace('_', ' ')}" if row["code"] else ""
    answer = f"; {row['owner']} answers by {day_text(row['answer_by_on'])}" if row["answer_by_on"] else ""
    return f"{row['id']}  {row['kind']}{code}{last}: {about} ({row['reason']}; by {row['placed_by']}{answer})"
