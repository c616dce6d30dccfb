"""Whether every step of a ladder has a text, one that fits the step and passes the check of messages.

A text is filled with the facts of a made-up customer: what cannot be filled there cannot be sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from qb_collections.core.policy import Policy, Problem
from qb_collections.core.policy_problems import problem_at
from qb_collections.core.policy_stage import Stage
from qb_collections.core.policy_text import nearest
from qb_collections.core.policy_values import TONES, Channel, Tone
from qb_collections.messages.check import check
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.library import Library, packaged
from qb_collections.messages.reminders import STEPS, TEMPLATES, compose
from qb_collections.messages.template import TemplateRefused
from qb_collections.services.template_samples import SEVERAL, YOUNGER

# Which variants of a step's text a channel sends or shows.  "one" and "several" are found by the facts.
_VARIANTS: dict[Channel, tuple[str, ...]] = {
    "email": ("",),
    "statement": ("",),
    "letter": ("", "letter"),
    "call": ("", "missed_call"),
    "decision": ("",),
}
# The softest tone in which a step may send a text of that tone.
_LEAST_TONE: dict[str, Tone] = {"soft": "helpful", "firm": "firm", "final": "final"}
_TEXT_ELSEWHERE = {"call": "missed_you", "decision": "decision"}


def problems(policy: Policy, text: str, library: Library | None = None) -> Iterator[Problem]:
    """What is wrong with the steps' texts, each at the line of the step's template."""
    for index, stage in enumerate(policy.ladder):
        for message in _of_stage(stage, library or packaged()):
            yield problem_at(text, ("ladder", index, "template"), message)
            break  # the first says enough


def _of_stage(stage: Stage, library: Library) -> Iterator[str]:
    step = STEPS.get(stage.template)
    if step is None:
        close = nearest(stage.template, list(STEPS))
        hint = f'did you mean "{close}"?' if close else f"there are: {', '.join(STEPS)}"
        yield f'there is no text "{stage.template}"; {hint}'
        return
    for variant in _VARIANTS[stage.channel]:
        if (step, variant) in TEMPLATES:
            yield from _of_text(stage, library, step, variant)
        elif variant == "missed_call":
            yield f'"{stage.template}" has no text for a call that reached nobody; write "missed_you"'
        elif variant == "letter":
            yield f'"{stage.template}" is not written as a letter; write "final_notice", or channel "email"'


def _of_text(stage: Stage, library: Library, step: str, variant: str) -> Iterator[str]:
    for facts in (_EARLY, _EARLIER) if stage.after_due_days < 0 else (SEVERAL, _ONE):
        tone, fault = _tried(library, step, variant, facts)
        if fault is not None:
            yield f'the text "{stage.template}" cannot be used: {fault}'
            return
        inside = stage.channel == "decision" or (stage.channel == "call" and variant == "")
        if (tone == "person") != inside:
            if inside:
                yield f'"{stage.template}" is no sheet for your own people; write "{_for_people(stage)}"'
            else:
                yield f'"{stage.template}" is written for your own people; it cannot go to a customer'
            return
        least = _LEAST_TONE.get(tone, "helpful")
        if (
            stage.tone is not None
            and stage.channel in ("email", "letter")
            and _rank(stage.tone) < _rank(least)
        ):
            yield f'"{stage.template}" is written in a {least} tone, and the step\'s is "{stage.tone}"'
            return


def _for_people(stage: Stage) -> str:
    return _TEXT_ELSEWHERE[stage.channel]


def _rank(tone: Tone) -> int:
    return TONES.index(tone)


@lru_cache(maxsize=256)
def _tried(library: Library, step: str, variant: str, facts: MessageFacts) -> tuple[str, str | None]:
    """The tone of the text that the facts give, and what is wrong with it, in a sentence."""
    try:
        message = compose(step, variant, facts, library=library)
    except TemplateRefused as refused:
        return "", str(refused)
    faults = check(message, facts)
    return message.tone, faults[0].what if faults else None


_ONE = replace(SEVERAL, items=(YOUNGER,), total=YOUNGER.balance)
_EARLY = replace(_ONE, as_of=datetime(2026, 10, 19, 14, 2, tzinfo=UTC), letters_on=(), calls_on=())
_EARLIER = replace(SEVERAL, as_of=datetime(2026, 10, 5, 14, 2, tzinfo=UTC), letters_on=(), calls_on=())
