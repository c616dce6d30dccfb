"""One policy for many clients: what it would change tonight for each of them, then put in force for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qb_collections.services import policies, policy_trial, presets
from qb_collections.services.context import Context
from qb_collections.services.policies import Checked
from qb_collections.services.policy_trial import Trial
from qb_collections.services.refusal import Refusal
from qb_collections.store.companies import Company

AT_ONCE = 10  # companies that are compared for one page: a large one takes a second
TOGETHER_MAX = 300

Of = Callable[[Company], Context]  # the context on the company's own time


@dataclass(frozen=True, slots=True)
class Compared:
    """One client.  trial None: why not."""

    company: Company
    trial: Trial | None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """What came of one client: the version in force now, or why nothing was changed."""

    company: Company
    version: int | None
    said: str


def text_of(preset: str, text: str) -> str | Refusal:
    """The text to give: the one that was pasted, else that of the preset."""
    if text.strip():
        return text.replace("\r\n", "\n")
    if not preset:
        return Refusal("Choose a policy that ships, or paste a policy's text. Nothing was changed.")
    found = presets.find(preset)
    return found if isinstance(found, Refusal) else found.text


def compare(context_of: Of, companies: Sequence[Company], text: str) -> list[Compared]:
    """At most AT_ONCE of them, each decided twice from the same facts.  Reads only."""
    found = []
    for company in companies[:AT_ONCE]:
        here = context_of(company)
        draft = policy_trial.draft_of(here, company, text)
        if isinstance(draft, Refusal):
            found.append(Compared(company, None, draft.message))
        else:
            found.append(Compared(company, policy_trial.trial(here, company, draft)))
    return found


def put(context_of: Of, wanted: Sequence[tuple[Company, str]], text: str, *, author: str) -> list[Put]:
    """Put it in force for each, with the note for its version.  One that is refused leaves the others."""
    done = []
    for company, note in wanted[:TOGETHER_MAX]:
        made = policies.put(context_of(company), company, text, author=author, note=note)
        if isinstance(made, Refusal):
            done.append(Put(company, None, made.message))
        elif isinstance(made, Checked):
            done.append(
                Put(company, None, f"The text has a problem: {made.problems[0]}. Nothing was changed.")
            )
        else:
            done.append(Put(company, made.version, f"Version {made.version} is in force."))
    return done
