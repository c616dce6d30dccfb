"""What a draft policy would change tonight: everybody decided under both, held side by side.  Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from qb_collections.core.decision import Channel, Decision, Outcome
from qb_collections.core.silence import CONTACTS
from qb_collections.services import policies
from qb_collections.services.context import Context
from qb_collections.services.deciding import Decided, decide_company
from qb_collections.services.night import next_night_on
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import parsed
from qb_collections.services.template_library import library_for
from qb_collections.store import policies as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.policies import StoredPolicy

ROWS_A_PAGE = 50


class Kind(StrEnum):
    """How tonight differs for one customer, what weighs most first."""

    HEARS = "hears"  # would hear from you, and does not as it is
    SILENT = "silent"  # would not hear from you, and does as it is
    OTHERWISE = "otherwise"  # another step, way or approval
    YOURS = "yours"  # something for a person comes or goes
    ANOTHER_DAY = "another_day"  # left alone under both, until another day
    ANOTHER_REASON = "another_reason"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Side:
    """One customer tonight, under one of the two."""

    what: str  # E-mail, second message
    reason: str
    review_on: date | None


@dataclass(frozen=True, slots=True)
class Changed:
    customer_id: str
    customer: str
    currency: str
    kind: Kind
    before: Side
    after: Side


@dataclass(frozen=True, slots=True)
class Trial:
    """Both nights in numbers, and everybody whose night differs, what weighs most first."""

    on: date
    version: int  # in force
    customers: int
    before: Mapping[str, int]  # messages, calls, for you, left alone
    after: Mapping[str, int]
    kinds: Mapping[Kind, int]
    changed: tuple[Changed, ...]
    keep_their_steps: int  # in the middle of the steps they began with, whatever is put in force

    @property
    def pages(self) -> int:
        return max(-(-len(self.changed) // ROWS_A_PAGE), 1)

    def page(self, number: int) -> tuple[Changed, ...]:
        """Fifty of them; number counts from 1."""
        return self.changed[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]


def draft_of(context: Context, company: Company, text: str) -> StoredPolicy | Refusal:
    """The text as the version that it would be; a Refusal where it has problems."""
    with reading(context.engine) as conn:
        checked = policies.check(text, library_for(conn, company))
        newest = max(one.version for one in stored.versions(conn, company.id))
        current = stored.current(conn, company.id)
    if checked.policy is None:
        return Refusal(f"The text has a problem: {checked.problems[0]}. Correct it, then ask again.")
    return replace(current, version=newest + 1, text=text, author="draft", note="draft")


def trial(context: Context, company: Company, draft: StoredPolicy) -> Trial:
    """Decide the next night twice, from the same facts; about a second for two thousand customers."""
    on = next_night_on(company, context.clock.now())
    with reading(context.engine) as conn:
        current = stored.current(conn, company.id)
    before = {one.key: one for one in decide_company(context, company, on, everybody=True).decided}
    night = decide_company(context, company, on, everybody=True, draft=draft)
    steps = _steps(current.text) | _steps(draft.text)
    changed = []
    kinds: Counter[Kind] = Counter()
    for one in night.decided:
        old = before.get(one.key)
        if old is None:
            continue
        kind = _kind(old.decision, one.decision)
        kinds[kind] += 1
        if kind is not Kind.SAME:
            changed.append(_changed(kind, old, one, steps))
    order = list(Kind)
    changed.sort(key=lambda one: (order.index(one.kind), one.customer.casefold(), one.currency))
    return Trial(
        on=on,
        version=current.version,
        customers=kinds.total(),
        before=_counts(before.values()),
        after=_counts(night.decided),
        kinds={kind: kinds[kind] for kind in Kind if kinds[kind]},
        changed=tuple(changed),
        keep_their_steps=sum(
            one.case.cycle is not None and one.case.cycle.policy_version != draft.version
            for one in night.decided
        ),
    )


def _kind(old: Decision, new: Decision) -> Kind:
    heard, hears = old.outcome in CONTACTS, new.outcome in CONTACTS
    if hears and not heard:
        return Kind.HEARS
    if heard and not hears:
        return Kind.SILENT
    if hears:
        return Kind.OTHERWISE if _way(old) != _way(new) else _reason(old, new)
    if (old.outcome, old.task_kind) != (new.outcome, new.task_kind):
        return Kind.YOURS
    return Kind.ANOTHER_DAY if old.review_on != new.review_on else _reason(old, new)


def _reason(old: Decision, new: Decision) -> Kind:
    return Kind.SAME if old.reason == new.reason else Kind.ANOTHER_REASON


def _way(made: Decision) -> tuple[object, ...]:
    """What the customer would notice of a contact, and whether a person is asked first."""
    return made.outcome, made.stage, made.channel, made.approval, made.invoice_ids, made.template, made.tone


def _changed(kind: Kind, old: Decided, new: Decided, steps: Mapping[str, str]) -> Changed:
    customer = new.case.customer
    return Changed(
        customer.id,
        customer.name,
        new.case.currency,
        kind,
        _side(old.decision, steps),
        _side(new.decision, steps),
    )


def _side(made: Decision, steps: Mapping[str, str]) -> Side:
    return Side(_what(made, steps), made.reason, made.review_on)


def _what(made: Decision, steps: Mapping[str, str]) -> str:
    if made.outcome in (Outcome.TASK, Outcome.DECIDE):
        return "For you to settle"
    if made.outcome is Outcome.SILENCE:
        return "Left alone"
    way = {Channel.QUICKBOOKS: "Copy by QuickBooks", Channel.CALL: "Call", Channel.LETTER: "Letter"}
    said = way.get(made.channel, "Message") if made.channel else "Message"
    step = "older invoices" if made.backlog else steps.get(made.stage or "", "")
    asked = ", you approve it" if made.approval else ""
    return f"{said}: {step}{asked}" if step else f"{said}{asked}"


def _counts(decided: Iterable[Decided]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in decided:
        found[_COUNTED[one.decision.outcome]] += 1
    return {name: found[name] for name in ("messages", "calls", "yours", "left_alone")}


_COUNTED = {
    Outcome.REMIND: "messages",
    Outcome.CALL: "calls",
    Outcome.TASK: "yours",
    Outcome.DECIDE: "yours",
    Outcome.SILENCE: "left_alone",
}


def _steps(text: str) -> dict[str, str]:
    return {stage.code: stage.name for stage in parsed(text).ladder}
