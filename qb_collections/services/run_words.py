"""A run in sentences: the plan, which reads the same before and after, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal

from qb_collections.core.decision import Channel, Outcome
from qb_collections.core.intents import Approval, IntentKind, State
from qb_collections.services.overview import NOTHING_LATE, REASONS
from qb_collections.store.run_choice import BEFORE_IT_LEAVES, SPOKEN, YOURS
from qb_collections.store.run_effects import Effect, Total
from qb_collections.store.run_rows import Group

LOCALE = "en_US"
NOTES = (IntentKind.NOTE, IntentKind.NOTE_ATTACHMENT)
UNCLEAR = (State.UNKNOWN, State.PARKED, State.REJECTED)
WRITTEN = {
    IntentKind.SEND_INVOICE: "Copy of the invoice, e-mailed by QuickBooks",
    IntentKind.EMAIL: "E-mail",
    IntentKind.NOTE: "Note line on the invoice in QuickBooks",
    IntentKind.NOTE_ATTACHMENT: "Note beside the invoice in QuickBooks",
}
CHANNELS = {
    Channel.QUICKBOOKS: "Copy by QuickBooks",
    Channel.EMAIL: "E-mail",
    Channel.CALL: "Call for you",
    Channel.LETTER: "Letter for you to post",
    Channel.PERSON: "For you to send",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why so many customers are left alone."""

    gate: str
    words: str  # 6 wait for their day
    customers: int


def counted(groups: Iterable[Group], wanted: Callable[[Group], bool]) -> int:
    return sum(one.customers for one in groups if wanted(one))


def is_message(group: Group) -> bool:
    return group.outcome is Outcome.REMIND


def is_call(group: Group) -> bool:
    return group.outcome is Outcome.CALL


def is_yours(group: Group) -> bool:
    return group.outcome in YOURS


def is_alone(group: Group) -> bool:
    """Something is late, and nothing is said about it."""
    return group.outcome is Outcome.SILENCE and group.gate not in NOTHING_LATE


def is_early(group: Group) -> bool:
    return group.outcome is Outcome.SILENCE and group.gate in NOTHING_LATE


def waits_for_yes(group: Group) -> bool:
    """A contact of a night that a person has not agreed to."""
    return group.outcome in SPOKEN and group.approval is Approval.NEEDED and group.state in BEFORE_IT_LEAVES


def waits_for_hour(group: Group) -> bool:
    return (
        group.outcome in SPOKEN
        and group.approval is not Approval.NEEDED
        and group.state in BEFORE_IT_LEAVES
        and not on_your_list(group)
    )


def on_your_list(group: Group) -> bool:
    """A call or a message that counts once somebody says what came of it."""
    return (
        group.outcome in SPOKEN
        and group.approval is not Approval.NEEDED
        and group.kind is IntentKind.TASK
        and group.state is State.READY
    )


def is_done(group: Group) -> bool:
    return group.outcome in SPOKEN and group.state is State.CONFIRMED


def went_wrong(group: Group) -> bool:
    return group.outcome in SPOKEN and group.state in UNCLEAR


def called_off(group: Group) -> bool:
    return ended(group) and group.kind is not IntentKind.TASK


def closed(group: Group) -> bool:
    """A call or a message of a person's list that ended without a contact."""
    return ended(group) and group.kind is IntentKind.TASK


def ended(group: Group) -> bool:
    return group.outcome in SPOKEN and group.state is State.CANCELLED


def the_plan(groups: Sequence[Group], locale: str = LOCALE) -> str:
    """Who hears what: word for word the same on the preview and on the report of its night."""
    messages, calls = counted(groups, is_message), counted(groups, is_call)
    yours, alone = counted(groups, is_yours), counted(groups, is_alone)
    early = counted(groups, is_early)
    parts = []
    if messages:
        parts.append(_many(messages, "message", "messages", locale))
    if calls:
        parts.append(_many(calls, "call for you", "calls for you", locale))
    if yours:
        parts.append(_many(yours, "thing for you to settle", "things for you to settle", locale))
    if alone or not (messages or calls or yours or early):
        parts.append(f"{figure(alone, locale)} left alone")
    if early:
        parts.append(f"{figure(early, locale)} with nothing late")
    *most, last = parts
    said = f"{', '.join(most)} and {last}" if most else last
    return f"{said[:1].upper()}{said[1:]}."


def reasons(groups: Sequence[Group], locale: str = LOCALE) -> tuple[Reason, ...]:
    """Why customers with something late are left alone, the most frequent first."""
    by_gate: dict[str, int] = {}
    for one in groups:
        if is_alone(one):
            by_gate[one.gate] = by_gate.get(one.gate, 0) + one.customers
    ordered = sorted(by_gate.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Reason(gate, _why(gate, customers, locale), customers) for gate, customers in ordered)


def why_silent(groups: Sequence[Group], *, past: bool = False) -> str | None:
    """What a night that lets nobody hear anything says first, before the reasons; None: somebody hears.

    past: a night, which looks only at those whose look is due; a preview looks at everybody.
    """
    if counted(groups, is_message) or counted(groups, is_call):
        return None
    if past and (counted(groups, is_alone) or counted(groups, is_yours)):
        return "Nobody was written to or called. This is why:"
    if past:
        looked_at = "with those who were looked at, nothing is late" if groups else "nobody's look was due"
        return f"Nobody was written to or called: {looked_at}."
    if counted(groups, is_alone) or counted(groups, is_yours):
        return "Nobody hears from you. This is why:"
    if counted(groups, is_early):
        return "Nobody hears from you, because nothing is late."
    return "Nobody hears from you, because nobody owes you anything."


def what_came(groups: Sequence[Group], totals: Iterable[Total], locale: str = LOCALE) -> str:
    """What was done of it by now, the done first."""
    sent = counted(groups, lambda one: is_done(one) and is_message(one))
    called = counted(groups, lambda one: is_done(one) and is_call(one))
    parts = [
        f"contacted {figure(sent, locale)}",
        *([f"called {figure(called, locale)}"] if called else []),
    ]
    for wanted, one, many in (
        (waits_for_yes, "1 waits for your yes", "{} wait for your yes"),
        (on_your_list, "1 is on your list", "{} are on your list"),
        (waits_for_hour, "1 waits for its hour", "{} wait for their hour"),
        (went_wrong, "1 did not go through", "{} did not go through"),
        (called_off, "1 was called off", "{} were called off"),
        (closed, "1 ended without a contact", "{} ended without a contact"),
    ):
        number = counted(groups, wanted)
        if number:
            parts.append(one if number == 1 else many.format(figure(number, locale)))
    parts.append(f"left alone {figure(counted(groups, is_alone), locale)}")
    notes = notes_written(totals)
    if notes:
        parts.append(f"{_many(notes, 'note', 'notes', locale)} written in QuickBooks")
    said = ", ".join(parts)
    return f"{said[:1].upper()}{said[1:]}."


def notes_written(totals: Iterable[Total]) -> int:
    return sum(one.count for one in totals if one.kind in NOTES and one.state is State.CONFIRMED)


def words_of(effect: Effect) -> str:
    """What an effect is, in the owner's words."""
    if effect.kind is IntentKind.TASK:
        wanted = {Outcome.CALL: "Call", Outcome.REMIND: "Message"}.get(effect.plan.get("outcome", ""), "Card")
        return f"{wanted} for your list"
    return WRITTEN.get(effect.kind, "Payment plan")


def state_of(effect: Effect) -> tuple[str, str]:
    """Where an effect stands, in the owner's words, and the colour of its mark."""
    mailed = effect.kind is IntentKind.EMAIL
    if effect.state in BEFORE_IT_LEAVES and effect.approval is Approval.NEEDED:
        return "Waits for your yes", "wait"
    if effect.state is State.READY and effect.kind is IntentKind.TASK:
        return "Waits on your list: it counts once you say what came of it", "wait"
    if effect.state in BEFORE_IT_LEAVES:
        return "Waits for their contact hours" if effect.kind not in NOTES else "Waits to be written", ""
    if effect.state is State.CONFIRMED:
        if effect.kind is IntentKind.TASK:
            return ("Done", "good") if effect.plan.get("stage") else ("On your list", "wait")
        return "Sent" if effect.kind in (IntentKind.EMAIL, IntentKind.SEND_INVOICE) else "Written", "good"
    if effect.state is State.CANCELLED:
        return ("No contact" if effect.kind is IntentKind.TASK else "Called off"), ""
    if effect.state is State.REJECTED:
        return "The mail server did not take it" if mailed else "QuickBooks refused it", "stop"
    if effect.state is State.PARKED:
        place = "your mailbox" if mailed else "QuickBooks"
        return f"Nobody can tell whether it went out: please look in {place}", "stop"
    return "Under way: no answer has come yet", "wait"


def _why(gate: str, customers: int, locale: str) -> str:
    one, many = REASONS.get(gate, ("has another reason", "have another reason"))
    return f"{figure(customers, locale)} {one if customers == 1 else many}"


def figure(count: int, locale: str) -> str:
    """2,000, or 2.000: as the company's country writes it."""
    return str(format_decimal(count, locale=locale))


def _many(count: int, one: str, many: str, locale: str) -> str:
    return f"{figure(count, locale)} {one if count == 1 else many}"
