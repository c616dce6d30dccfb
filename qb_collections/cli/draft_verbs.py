"""run edit, skip, snooze: a person's hand on one message of a run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from qb_collections.cli.answers import Answer, Refused, accepted
from qb_collections.cli.opening import actor, company_on_its_clock
from qb_collections.cli.verbs import ROW_ID, verb
from qb_collections.cli.words import DAY, company_option
from qb_collections.services import drafts

FILE_BYTES_MAX = 64_000


def add_to(run: click.Group) -> None:
    @verb(run, "edit", "run edit --customer 'Marlow Print Works' --file words.txt")
    @click.argument("run_id", metavar="[ID]", type=ROW_ID, required=False)
    @click.option("--customer", metavar="CUSTOMER", required=True, help="Whose message.")
    @click.option(
        "--file",
        "path",
        type=click.Path(path_type=Path),
        required=True,
        help="The words, as a text file.",
    )
    @click.option("--subject", help="The subject; ours stays without it.")
    @company_option
    def edit(name: str | None, run_id: int | None, customer: str, path: Path, subject: str | None) -> Answer:
        """Put your words in the place of ours, in the latest run or the one with that ID.

        They pass the same checks as ours: every amount and date in them must be true.  When the figures
        change before it leaves, our words with the new figures come back, and you see them first.
        """
        context, company = company_on_its_clock(name)
        text = _text(path)
        said = accepted(
            drafts.edit(context, company, run_id, customer=customer, subject=subject, text=text, by=actor())
        )
        return Answer({"company": company.name, "customer": customer, "message": said}, [said])

    @verb(run, "skip", "run skip --customer 'Marlow Print Works'")
    @click.argument("run_id", metavar="[ID]", type=ROW_ID, required=False)
    @click.option("--customer", metavar="CUSTOMER", required=True, help="Who is left out this time.")
    @click.option(
        "--answer", is_flag=True, help="Only the answer to them, such as a thank-you, and for good."
    )
    @company_option
    def skip(name: str | None, run_id: int | None, customer: str, answer: bool) -> Answer:
        """Leave one customer out of this run; the night after decides again.

        Where the run asks them for nothing, its answer to them is left out.
        """
        context, company = company_on_its_clock(name)
        said = accepted(drafts.skip(context, company, run_id, customer=customer, by=actor(), answer=answer))
        return Answer({"company": company.name, "customer": customer, "message": said}, [said])

    @verb(run, "snooze", "run snooze --customer 'Marlow Print Works' --until 2026-11-20")
    @click.option("--customer", metavar="CUSTOMER", required=True, help="Who is left alone.")
    @click.option("--until", "until_on", type=DAY, required=True, help="The day to look at them again.")
    @click.option("--reason", default="snoozed", help="Why, in a few words.")
    @company_option
    def snooze(name: str | None, customer: str, until_on: date, reason: str) -> Answer:
        """Leave one customer alone before that day."""
        context, company = company_on_its_clock(name)
        said = accepted(
            drafts.snooze(context, company, customer=customer, until_on=until_on, reason=reason, by=actor())
        )
        return Answer({"company": company.name, "customer": customer, "message": said}, [said])


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise Refused(f"{path} is larger than {FILE_BYTES_MAX // 1000} kB; a message is shorter.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise Refused(f"{path} can't be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise Refused(f"{path} is not a text file in UTF-8.") from None
