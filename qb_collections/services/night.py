"""The night and its preview: decide every customer whose next look is due; queue what follows.

Gather (sync, cases, rules), decide (pure), apply (decisions, findings, intents in one
transaction a chunk).  Nothing is sent here; `deliver` does that.

What a chunk writes can be decided again, so it does not wait for the disk by itself: the transaction that
closes the run does, and with it everything before it.  Whatever begins to send is durable too, so a power
cut takes back no decision that anything followed from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core.case import Case
from qb_collections.core.company_gates import Mode
from qb_collections.core.decision import Decision, Outcome
from qb_collections.core.intents import Approval, IntentKind, PlannedIntent
from qb_collections.core.night_time import next_daily_run
from qb_collections.services import (
    answers,
    asking,
    differences,
    effects,
    first_list,
    foreign,
    hold_days,
    plan_follow,
    run_gates,
    sync,
)
from qb_collections.services.braking import braked
from qb_collections.services.context import Context
from qb_collections.services.deciding import Decided, Night, decide_company
from qb_collections.services.drafts import changed_by_people, edited_plan
from qb_collections.services.meanwhile import NOTHING_OPEN
from qb_collections.services.no_collector import no_collector
from qb_collections.services.outcomes import AUTOMATIC_TASKS
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.sync_report import Progress
from qb_collections.store import (
    audit,
    cases,
    companies,
    draft_changes,
    first_look,
    intents,
    runs,
    sales,
    tasks,
)
from qb_collections.store import cycles as stored_cycles
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.runs import DraftRow, Run
from qb_collections.store.tasks import Task

YEAR = timedelta(days=365)
CHUNK = 200  # customers a transaction; a customer is never split
RUN_OVER = "Its night is over without it having left; it was decided again."


def next_night_on(company: Company, now: datetime) -> date:
    """The date that the next scheduled night will decide."""
    if company.next_night_at is not None and company.next_night_at > now:
        return company.today(company.next_night_at)
    return company.today(now)


def due_on(context: Context, company: Company, on: date) -> int:
    """How many customers the night of that day looks at; until contacting has begun, everybody."""
    with reading(context.engine) as conn:
        return cases.count_due(conn, company.id, on if company.live_since_on is not None else None)


@no_collector()
def preview(context: Context, company: Company, lease: Lease) -> int:
    """Decide for the date of the next night and store the draft.  Syncs nothing, moves no next look."""
    now = context.clock.now()
    on = next_night_on(company, now)
    night = decide_company(context, company, on, everybody=True)
    with durable(context.engine) as conn:
        lease.check(conn)
        run = runs.open_run(conn, company.id, "preview", on, now)
    for chunk in _chunks(night.decided):
        with derived(context.engine) as conn:
            lease.check(conn)
            rows, to = [_row(one) for one in chunk], _addressed(chunk)
            runs.record(conn, company.id, run.id, rows, decided_at=now, addressed=to)
    with durable(context.engine) as conn:
        lease.check(conn)
        counts = _counts(_decided(night))
        runs.close(
            conn, company.id, run.id, state="ended", heading=_heading(company, None), counts=counts, at=now
        )
    return run.id


def night(context: Context, company: Company, lease: Lease, progress: Progress | None = None) -> int:
    """Sync, decide today again, queue what follows.  Running it again the same day queues nothing twice."""
    now = context.clock.now()
    on = company.today(now)
    _end_earlier_runs(context, company, lease, on, now)
    sync.sync(context, company, lease, progress)
    foreign.record(context, company, lease)
    plan_follow.follow(context, company, lease, on)
    with reading(context.engine) as conn:
        company = companies.get(conn, company.id)
    _mark_who_bought_most(context, company, lease, on)
    return _tonight(context, company, lease, on, now)


@no_collector()
def _tonight(context: Context, company: Company, lease: Lease, on: date, now: datetime) -> int:
    """Decide and apply what is due, from what the mirror has; return the run's id."""
    with reading(context.engine) as conn:
        known = audit.head(conn, company.id)
    night = decide_company(context, company, on)
    contacts = _counts(_decided(night))["contacts"]
    hold = run_gates.hold(context, company, lease, on, contacts)
    with durable(context.engine) as conn:
        lease.check(conn)
        run = runs.open_run(conn, company.id, "night", on, now)
        first = not runs.outcome_counts(conn, company.id, run.id)
        previewed = runs.preview_of(conn, company.id, on)
        drafts = runs.drafts(conn, company.id, previewed.id) if previewed else {}
        changes = draft_changes.of_run(conn, company.id, previewed.id) if previewed else {}
        changes |= draft_changes.of_run(conn, company.id, run.id)
        night = replace(
            night, decided=tuple(changed_by_people(one, changes, on, company.locale) for one in night.decided)
        )
        brake = hold or _brake(conn, company, run, night)
        look = first_look.of(conn, company.id)
        unseen = first_list.unseen_keys(conn, company, look, [one.key for one in night.decided])
        if first_list.begins(look) and company.live_since_on is None and company.mode is not Mode.SHADOW:
            company = companies.update(conn, company.id, live_since_on=on)
    for chunk in _chunks(night.decided):
        held = unseen if brake is None else frozenset(one.key for one in chunk)
        _apply(context, company, lease, run, night, chunk, drafts, now, held=held, first=first)
    with durable(context.engine) as conn:
        lease.check(conn)
        stored_cycles.save_all(conn, company.id, [(*key, None) for key in night.settled], on=on)
    given = answers.tonight(context, company, lease, run, now, held=brake is not None)
    with durable(context.engine) as conn:
        lease.check(conn)
        cases.set_next_look(conn, company.id, [(*key, None) for key in night.settled])
        over = _open_tasks(conn, company, set(night.settled))
        _close_tasks(conn, company, over, set(), dict.fromkeys(night.settled, NOTHING_OPEN), now)
        hold_days.ask(conn, company, on, now)
        runs.add_differences(conn, company.id, run.id, differences.since(drafts, night))
        state = _state(conn, company, run, brake)
        counts = _counts(runs.outcome_counts(conn, company.id, run.id)) | {"answers": given}
        runs.close(
            conn, company.id, run.id, state=state, heading=_heading(company, brake), counts=counts, at=now
        )
        if company.next_night_at is None or company.next_night_at <= now:
            companies.update(
                conn, company.id, next_night_at=next_daily_run(now, company.night_at, company.tz)
            )
        if audit.by_people_since(conn, company.id, known.seq):
            # What somebody marked while it was decided is in nobody's next look: the next night sees to all.
            cases.touch_all(conn, company.id, on + timedelta(days=1))
        audit.append(conn, company.id, "system", "night decided", f"run {run.id}", counts, now)
    return run.id


def _mark_who_bought_most(context: Context, company: Company, lease: Lease, on: date) -> None:
    """Once twelve months of sales are known; until then only those that a person marked are important."""
    year_ago = on - YEAR
    if company.history_since is None or company.history_since > year_ago:
        return
    with durable(context.engine) as conn:
        lease.check(conn)
        percent = Rulebook(conn, company, on).policy.approvals.important_top_percent
        cases.set_buys_most(conn, company.id, sales.bought_most(conn, company.id, year_ago, percent))


def _end_earlier_runs(context: Context, company: Company, lease: Lease, on: date, now: datetime) -> None:
    """A run ends when the next night of that company begins; what it did not deliver ends with it."""
    with durable(context.engine) as conn:
        lease.check(conn)
        for run in runs.unended(conn, company.id, before=on):
            left = intents.cancel_contacts_of_run(conn, company.id, run.id, RUN_OVER, at=now)
            runs.end(conn, company.id, run.id, at=now)
            if left:
                audit.append(
                    conn, company.id, "system", "run ended", f"run {run.id}", {"not delivered": left}, now
                )


def _apply(
    context: Context,
    company: Company,
    lease: Lease,
    run: Run,
    night: Night,
    chunk: Sequence[Decided],
    drafts: dict[tuple[str, str], DraftRow],
    now: datetime,
    *,
    held: Collection[tuple[str, str]],
    first: bool,
) -> None:
    """One chunk in one transaction: decisions and findings, next looks, cycles, intents, tasks."""
    queued: dict[tuple[str, str], PlannedIntent] = {}
    for one in chunk:
        rule = night.book.in_force(one.case)
        effect = effects.planned(
            company,
            rule.policy,
            rule.version,
            rule.calendar,
            one.case,
            one.decision,
            one.draft,
            run.on,
            now,
        )
        if effect is not None:
            effect = _in_their_words(effect, one, run.on)
            queued[one.key] = _with_approval(effect, one, drafts.get(one.key), held=one.key in held)
    looks = [(*one.key, _next_look(one, run.on), one.case.is_backlog, one.case.start_on) for one in chunk]
    with derived(context.engine) as conn:
        lease.check(conn)
        open_tasks = _open_tasks(conn, company, {one.key for one in chunk})
        wanted = {effect.plan["reminder"] for effect in queued.values() if effect.kind is IntentKind.TASK}
        queued = {key: effect for key, effect in queued.items() if not _stands(effect, open_tasks)}
        rows, to = [_row(one) for one in chunk], _addressed(chunk)
        ids = runs.record(conn, company.id, run.id, rows, decided_at=now, addressed=to, first=first)
        for key, effect in queued.items():
            draft = drafts.get(key)
            if draft and draft.approved_by is not None and effect.approval is Approval.GIVEN:
                runs.approve_draft(conn, company.id, ids[key], draft.approved_by, draft.approved_at or now)
        decision_ids = {effect.key: ids[key] for key, effect in queued.items()}
        intents.plan(conn, company.id, run.id, queued.values(), decision_ids=decision_ids, plain=True)
        stored_cycles.save_all(conn, company.id, [(*one.key, one.case.cycle) for one in chunk], on=run.on)
        if company.mode is Mode.SHADOW:
            looks = [(customer, currency, look, False, None) for customer, currency, look, _, _ in looks]
        cases.decided(conn, company.id, looks)
        reasons = {one.key: one.decision.reason for one in chunk}
        _close_tasks(conn, company, open_tasks, wanted, reasons, now)


def _with_approval(
    effect: PlannedIntent, one: Decided, draft: DraftRow | None, *, held: bool
) -> PlannedIntent:
    """A braked run waits for a person; what a person agreed to in the preview holds if it is the same."""
    approval = Approval.NEEDED if held and effects.is_contact(effect.plan) else effect.approval
    if (
        approval is Approval.NEEDED
        and draft is not None
        and draft.approved_by
        and draft.facts_hash == one.facts
    ):
        approval = Approval.GIVEN
    return effect if approval is effect.approval else replace(effect, approval=approval)


def _in_their_words(effect: PlannedIntent, one: Decided, on: date) -> PlannedIntent:
    """The effect keeps which words of ours a person replaced: other figures bring ours back."""
    if one.edited is None:
        return effect
    of_text, by = one.edited
    return replace(effect, plan=edited_plan(effect.plan, on, of_text, one.draft.subject, one.draft.text, by))


def _next_look(one: Decided, on: date) -> date | None:
    """A contact is looked at again the next night, whether it left or not."""
    if one.decision.outcome in effects.CONTACT_OUTCOMES:
        return on + timedelta(days=1)
    return one.decision.review_on


def _open_tasks(conn: Connection, company: Company, keys: Collection[tuple[str, str]]) -> list[Task]:
    """The tasks that came from decisions about these customers and are still open."""
    found = tasks.open_of(conn, company.id, [customer_id for customer_id, _ in keys], AUTOMATIC_TASKS)
    return [
        task for task in found if (task.customer_id, task.currency) in keys and not task.payload.get("answer")
    ]


def _stands(effect: PlannedIntent, open_tasks: Sequence[Task]) -> bool:
    """A thing to mend that is already on somebody's list needs no second entry."""
    if effect.kind is not IntentKind.TASK or effects.is_contact(effect.plan):
        return False
    same = asking.open_for(open_tasks, effect.plan["reminder"])
    return same is not None and same.payload.get("reason") == effect.plan["reason"]


def _close_tasks(
    conn: Connection,
    company: Company,
    open_tasks: Sequence[Task],
    wanted: Collection[str],
    reasons: Mapping[tuple[str, str], str],
    now: datetime,
) -> None:
    """A task whose reason is gone closes by itself, and says why."""
    for task in open_tasks:
        if task.payload.get("reminder") not in wanted:
            because = reasons[task.customer_id or "", task.currency or ""]
            tasks.close(conn, company.id, task.id, state="closed", outcome=because, by="system", at=now)


def _state(conn: Connection, company: Company, run: Run, brake: str | None) -> str:
    if company.mode is Mode.SHADOW or brake is not None:
        return "held"
    return "waiting" if intents.waits_for_approval(conn, company.id, run.id) else "released"


def _heading(company: Company, brake: str | None) -> str | None:
    """What holds the whole run, before anything else is said about it."""
    if company.mode is Mode.SHADOW:
        return "Sending is off: this is what we would do. Nothing leaves until you turn it on."
    return brake


def _brake(conn: Connection, company: Company, run: Run, night: Night) -> str | None:
    """More than three times the usual waits for a person; what the run decided earlier today counts too."""
    if company.mode is Mode.SHADOW:
        return None
    if night.decided:
        again = {one.key for one in night.decided}
        stored = runs.outcomes(conn, company.id, run.id)
        kept = Counter(outcome for key, outcome in stored.items() if key not in again)
        contacts = _counts(kept + _decided(night))["contacts"]
    else:
        contacts = _counts(runs.outcome_counts(conn, company.id, run.id))["contacts"]
    return braked(conn, company, night.on, contacts, night.book.policy.brake)


def _decided(night: Night) -> Counter[Outcome]:
    return Counter(one.decision.outcome for one in night.decided)


def _counts(outcomes: Mapping[Outcome, int]) -> dict[str, int]:
    """A run in numbers of customers."""
    number = Counter(outcomes)
    return {
        "customers": number.total(),
        "contacts": number[Outcome.REMIND] + number[Outcome.CALL],
        "messages": number[Outcome.REMIND],
        "calls": number[Outcome.CALL],
        "tasks": number[Outcome.TASK] + number[Outcome.DECIDE],
        "left_alone": number[Outcome.SILENCE],
    }


def _row(one: Decided) -> tuple[Case, Decision, str | None, str]:
    return one.case, one.decision, one.draft.text or None, one.facts


def _addressed(chunk: Sequence[Decided]) -> dict[tuple[str, str], tuple[str | None, str]]:
    """To whom each text goes, and under which subject."""
    return {one.key: (one.draft.to, one.draft.subject) for one in chunk if one.draft.text}


def _chunks(decided: Sequence[Decided]) -> list[Sequence[Decided]]:
    return [decided[start : start + CHUNK] for start in range(0, len(decided), CHUNK)]
