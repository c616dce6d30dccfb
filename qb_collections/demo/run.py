"""The demonstration from the first line to the summary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qb_collections.core.company_gates import Mode
from qb_collections.demo import mailbox
from qb_collections.demo.generic_owner import GenericOwner
from qb_collections.demo.night_lines import night_lines
from qb_collections.demo.nights import Night, pass_nights
from qb_collections.demo.owner import Owner, Surprise
from qb_collections.demo.page import heading, paragraph
from qb_collections.demo.preview_lines import first_message_lines, owed_lines, preview_lines
from qb_collections.demo.stories import sentences
from qb_collections.demo.story_owner import StoryOwner
from qb_collections.demo.summary import Summary, as_json, summarize
from qb_collections.demo.summary_lines import summary_lines
from qb_collections.demo.words import day, many
from qb_collections.demo.world import World
from qb_collections.emulator.companies.demo import story
from qb_collections.services import first_steps, modes, plans, rulebook, sync
from qb_collections.services.refusal import Refusal
from qb_collections.services.sync_report import Progress
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading

Say = Callable[[str], None]
# What the owner answers before the first message; who is called and how to pay is given beside it.
SETTLED = (("reminders", "off"), ("late_fees", "off"), ("books", "yes"), ("notes", "memo"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """data is the object of --json; None with no night played."""

    summary: Summary | None
    data: dict[str, Any]


def play(world: World, nights: int, say: Say, progress: Progress, read: Callable[[], None]) -> Outcome:
    """Connect, read, preview, switch on, let the nights pass.  read ends the progress of the first sync."""
    told = world.handle.kind == "demo"
    company = world.connect()
    say(f"Connected to {company.name}, an emulated QuickBooks on this machine.")
    with world.working() as (company, lease):
        sync.sync(world.context, company, lease, progress)
    read()
    owner = StoryOwner(world) if told else GenericOwner(world)
    before = owner.books.standing()
    _say_all(say, ["", *owed_lines(before, company.currency)])
    _say_all(say, ["So far we have only read: nothing has been sent and nothing has been written."])
    lines, preview = preview_lines(world)
    _say_all(say, lines)
    if nights == 0:
        return Outcome(None, {"company": company.name, "nights": 0, "preview": preview})
    _switch_on(world, owner, say)
    played = _nights(world, owner, nights, say)
    summary = summarize(world, owner, before, played)
    stories = sentences(world, summary, played) if told else {}
    _say_all(say, summary_lines(summary, stories))
    return Outcome(summary, as_json(summary, played, stories))


def _switch_on(world: World, owner: Owner, say: Say) -> None:
    """What the owner settles first; each of it is said."""
    company = world.company
    _say_all(say, heading("The owner switches it on"))
    world.change(
        contact_name=owner.name,
        contact_phone=owner.phone,
        contact_role=owner.role,
        payment_instructions=owner.payment_instructions,
    )
    texts = [
        f"{owner.name} gives a name, a telephone number and how to pay; these stand under every message.",
        mailbox.set_up(world, owner),
    ]
    if isinstance(owner, StoryOwner):
        with world.working() as (company, lease):
            confirmed = plans.confirm_basis(
                world.context,
                company,
                lease,
                income_on_accrual=True,
                sales_tax_on_accrual=True,
                by=story.OWNER,
            )
        if isinstance(confirmed, Refusal):
            raise Surprise(confirmed.message)
        texts.append(
            f"{story.OWNER}, the owner, confirms that income and sales tax are filed on accrual: payment "
            "plans may be written."
        )
    for question, said in SETTLED:
        answered = first_steps.answer(world.context, world.company, question, said, by=owner.name)
        if isinstance(answered, Refusal):
            raise Surprise(answered.message)
    texts.append(
        f"{owner.name} settles what the books don't say: QuickBooks sends no reminders of its own and adds "
        "no late fees, every payment received is entered, and notes go into the invoices' memos."
    )
    changed = modes.set_mode(world.context, world.company, Mode.APPROVE, by=owner.name, confirmed=True)
    if not isinstance(changed, Company):
        raise Surprise(str(changed))
    texts.append(
        f"{owner.name} switches sending on, with approval: every night waits for a yes before anything "
        "leaves."
    )
    texts.append(owner.introduces)
    for text in texts:
        _say_all(say, paragraph(text))


def _nights(world: World, owner: Owner, count: int, say: Say) -> list[Night]:
    company = world.company
    with reading(world.context.engine) as conn:
        policy = rulebook.Rulebook(conn, company, world.today).policy
    steps = {stage.code: stage.name for stage in policy.ladder}
    _say_all(
        say,
        heading(
            f"{many(count, 'night')}, from {day(company.today(company.next_night_at or world.clock.now()))}"
        ),
    )
    shown = False

    def tell(one: Night) -> None:
        nonlocal shown
        _say_all(say, night_lines(one, steps, company.currency))
        if owner.sent and not shown:
            shown = True
            _say_all(say, first_message_lines(*next(iter(owner.sent.items()))))

    return pass_nights(world, owner, count, tell)


def _say_all(say: Say, lines: list[str]) -> None:
    for line in lines:
        say(line)
