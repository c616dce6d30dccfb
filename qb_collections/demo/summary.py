"""What came of the nights, counted in QuickBooks; our own records tell only the steps and the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from qb_collections.demo import checks, mailbox
from qb_collections.demo.books import Books, Standing, Write, is_plan_document
from qb_collections.demo.checks import Check
from qb_collections.demo.diary import Said
from qb_collections.demo.mailbox import Taken
from qb_collections.demo.night_lines import step_of
from qb_collections.demo.nights import Heard, Night, contacts_since, heard_on
from qb_collections.demo.owner import Owner
from qb_collections.demo.preview_lines import reason_of
from qb_collections.demo.proof import PlanTold, told_of
from qb_collections.demo.world import World
from qb_collections.services import overview, rulebook, sync, tasks, verify
from qb_collections.services.overview import NOTHING_LATE
from qb_collections.store.engine import reading


@dataclass(frozen=True, slots=True)
class Contacted:
    """One customer who heard from us: how often, and the furthest step."""

    customer: str
    contacts: int
    stage: str
    step: str


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Customers that nobody wrote to, for one reason; sentences are the reasons as they stand today."""

    gate: str
    says: str
    customers: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    customer: str
    amount: Decimal
    given_on: date
    promised_on: date
    outcome: str  # kept, broken, open


@dataclass(frozen=True, slots=True)
class Dispute:
    customer: str
    number: str
    amount: Decimal
    opened_on: date
    contacts_since: int  # about that invoice, counted in QuickBooks


@dataclass(frozen=True, slots=True)
class Summary:
    company: str
    currency: str
    nights: int
    first_on: date
    last_on: date
    before: Standing
    after: Standing
    received: Decimal
    billed: Decimal  # on new invoices, the plan's own documents left out
    new_invoices: int
    contacted: tuple[Contacted, ...]
    furthest_stage: str | None
    furthest_step: str | None
    steps: dict[str, str]  # the ladder: code and name
    left_alone: tuple[LeftAlone, ...]
    promises: tuple[Promise, ...]
    disputes: tuple[Dispute, ...]
    said: tuple[Said, ...]
    plans: tuple[PlanTold, ...]
    writes: tuple[Write, ...]
    emails: tuple[Taken, ...]  # as the mail server took them
    checks: tuple[Check, ...]
    approvals: int
    tasks_open: tuple[str, ...]
    read_back: tuple[str, ...]  # the service's own verification, in its sentences
    agrees: bool

    @property
    def ok(self) -> bool:
        proved = all(one.unchanged for one in self.plans)
        return self.agrees and proved and all(one.holds for one in self.checks)


def summarize(world: World, owner: Owner, before: Standing, played: Sequence[Night]) -> Summary:
    with world.working() as (company, lease):
        sync.sync(world.context, company, lease)
        read_back = verify.verify(world.context, company, lease)
    books = Books(world)
    ladder = _steps(world)
    contacted = _contacted(world, owner, before, ladder)
    furthest = max(contacted, key=lambda one: list(ladder).index(one.stage), default=None)
    written = (*books.sends(), *books.notes(), *books.plan_documents(), *books.set_up())
    new = _new_invoices(books, world.handle.start_at)
    found = checks.all_of(world, owner)
    return Summary(
        company=world.company.name,
        currency=world.company.currency,
        nights=sum(1 for one in played if one.number),
        first_on=before.on,
        last_on=played[-1].on if played else before.on,
        before=before,
        after=books.standing(),
        received=sum((paid.amount for one in played for paid in one.received), Decimal(0)),
        billed=sum((row["TotalAmt"] for row in new), Decimal(0)),
        new_invoices=len(new),
        contacted=contacted,
        furthest_stage=furthest.stage if furthest else None,
        furthest_step=furthest.step if furthest else None,
        steps=ladder,
        left_alone=_left_alone(world, books, before, {one.customer for one in contacted}),
        promises=tuple(_promise(world, books, one) for one in owner.diary.said if one.kind == "promise"),
        disputes=tuple(_dispute(world, one) for one in owner.diary.said if one.kind == "dispute"),
        said=tuple(owner.diary.said),
        plans=tuple(told_of(books, one) for one in owner.diary.plans),
        writes=written,
        emails=tuple(mailbox.taken(world)),
        checks=found,
        approvals=owner.diary.approvals,
        read_back=tuple(read_back.lines),
        agrees=read_back.agrees,
        tasks_open=tuple(one.title for one in tasks.list_open(world.context, world.company)),
    )


def as_json(summary: Summary, played: Sequence[Night], stories: Mapping[str, str]) -> dict[str, Any]:
    """The figures as JSON values: amounts are text, days ISO."""
    told = {
        "company": summary.company,
        "currency": summary.currency,
        "nights": summary.nights,
        "from": summary.first_on,
        "to": summary.last_on,
        "owed": {"before": asdict(summary.before), "after": asdict(summary.after)},
        "received": summary.received,
        "billed": {"amount": summary.billed, "invoices": summary.new_invoices},
        "contacted": [asdict(one) for one in summary.contacted],
        "furthest": {"stage": summary.furthest_stage, "step": summary.furthest_step},
        "left_alone": [asdict(one) for one in summary.left_alone],
        "promises": [asdict(one) for one in summary.promises],
        "disputes": [asdict(one) for one in summary.disputes],
        "plans": [asdict(one) | {"unchanged": one.unchanged} for one in summary.plans],
        "approvals": summary.approvals,
        "writes": [asdict(one) for one in summary.writes],
        "emails": [asdict(one) for one in summary.emails],
        "checks": [asdict(one) | {"holds": one.holds} for one in summary.checks],
        "stories": stories,
        "tasks_open": summary.tasks_open,
        "verify": {"agrees": summary.agrees, "says": summary.read_back},
        "ok": summary.ok,
        "record": [
            {
                "night": one.number,
                "on": one.on,
                "heading": one.heading,
                "heard": [
                    {"customer": who.customer, "stage": who.stage, "kind": who.kind, "channel": who.channel}
                    for who in one.heard
                ],
                "received": [asdict(paid) for paid in one.received],
                "owner": one.owner,
            }
            for one in played
        ],
    }
    plain = _plain(told)
    assert isinstance(plain, dict)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _new_invoices(books: Books, since: datetime) -> list[dict[str, Any]]:
    return [
        row
        for row in books.rows("Invoice")
        if datetime.fromisoformat(row["MetaData"]["CreateTime"]) > since and not is_plan_document(row)
    ]


def _steps(world: World) -> dict[str, str]:
    """The ladder's steps in their order: code and name."""
    company = world.company
    with reading(world.context.engine) as conn:
        book = rulebook.Rulebook(conn, company, world.today)
    return {stage.code: stage.name for stage in book.policy.ladder}


def _contacted(world: World, owner: Owner, before: Standing, ladder: dict[str, str]) -> tuple[Contacted, ...]:
    order = list(ladder)
    heard: dict[str, list[Heard]] = {}
    for on in sorted({one.contact.on for one in contacts_since(world, before.on)}):
        for who in heard_on(world, owner, on):
            heard.setdefault(who.customer, []).append(who)
    found = []
    for customer, contacts in heard.items():
        furthest = max(contacts, key=lambda one: (order.index(one.stage), one.kind == "call"))
        found.append(Contacted(customer, len(contacts), furthest.stage, step_of(furthest, ladder)))
    return tuple(
        sorted(found, key=lambda one: (-order.index(one.stage), one.step, -one.contacts, one.customer))
    )


def _left_alone(world: World, books: Books, before: Standing, contacted: set[str]) -> tuple[LeftAlone, ...]:
    """Everybody who owed something in these weeks and never heard from us, by the reason that stands."""
    payers = books.payers()
    owed = {
        payers[row["CustomerRef"]["value"]]
        for row in books.rows("Invoice")
        if row["Balance"] > 0 or _lived_since(row, before.on)
    } & {*before.names, *_billed_since(books, before, payers)}
    lines = {one.name: one for one in overview.customers_of(world.context, world.company)}
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(owed - contacted):
        line = lines.get(name)
        if line is None:
            groups.setdefault("paid", []).append((name, ""))
        elif not line.late or line.reason is None or line.reason.gate in NOTHING_LATE:
            groups.setdefault("not late", []).append((name, line.reason.reason if line.reason else ""))
        else:
            groups.setdefault(line.reason.gate, []).append((name, line.reason.reason))
    return tuple(
        LeftAlone(
            gate,
            _group_says(gate, len(found)),
            tuple(name for name, _ in found),
            tuple(reason for _, reason in found if reason),
        )
        for gate, found in sorted(groups.items(), key=lambda item: -len(item[1]))
    )


def _lived_since(row: dict[str, Any], on: date) -> bool:
    return datetime.fromisoformat(row["MetaData"]["LastUpdatedTime"]).date() >= on


def _billed_since(books: Books, before: Standing, payers: dict[str, str]) -> set[str]:
    rows = books.rows("Invoice", f"TxnDate > '{before.on.isoformat()}'")
    return {payers[row["CustomerRef"]["value"]] for row in rows}


def _group_says(gate: str, count: int) -> str:
    if gate == "paid":
        return "paid without a word from us"
    if gate == "not late":
        return "owes nothing that is late" if count == 1 else "owe nothing that is late"
    return reason_of(gate, count)


def _promise(world: World, books: Books, said: Said) -> Promise:
    """Kept when everything named was paid by the end of the grace days."""
    assert said.until_on is not None
    last_on = checks.with_grace(world, said.until_on)
    end = datetime.combine(last_on, datetime.max.time(), world.zone)
    ids = {str(row["DocNumber"]): str(row["Id"]) for row in books.rows("Invoice")}
    left = sum(
        (books.balance_at(ids[number], min(end, world.clock.now())) for number in said.numbers), Decimal(0)
    )
    outcome = "kept" if not left else "open" if world.clock.now() <= end else "broken"
    return Promise(said.customer, said.amount, said.on, said.until_on, outcome)


def _dispute(world: World, said: Said) -> Dispute:
    [number] = said.numbers
    since = [one for one in checks.noted(world) if one.number == number and one.at > said.at]
    return Dispute(said.customer, number, said.amount, said.on, len(since))
