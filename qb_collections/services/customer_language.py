"""The language that a customer is written to in.  QuickBooks keeps none, so a person says it."""

from __future__ import annotations

from babel import Locale

from qb_collections.core.wording import list_text
from qb_collections.messages.library import Library
from qb_collections.messages.wording import language_of
from qb_collections.services import finding
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.template_library import library_for
from qb_collections.store import audit, cases, languages
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable

AS_COMPANY = "as-company"


def choices(library: Library) -> tuple[str, ...]:
    """Languages in which there is at least one text for customers."""
    return tuple(sorted({language for name, language in library.names() if name.startswith("mail/")}))


def say(context: Context, company: Company, customer: str, choice: str, *, by: str) -> str | Refusal:
    """Write to the customer (a name or QuickBooks id) in this language from now on; as-company lifts it.

    Where a text is not there in the language, the English one is sent, dates and amounts included.
    """
    now = context.clock.now()
    with durable(context.engine) as conn:
        known = choices(library_for(conn, company))
        if choice not in (*known, AS_COMPANY):
            return Refusal(
                f"There is no text in {choice[:20]!r}. There are {list_text([*known, AS_COMPANY])}."
            )
        found = finding.customer(conn, company, customer)
        if isinstance(found, Refusal):
            return found
        language = None if choice == AS_COMPANY else choice
        key = cases.key_of(conn, company.id, found.id)
        head = key[0] if key else found.id  # whoever is billed with a parent is written to there
        languages.put(conn, company.id, head, language, author=by, at=now)
        cases.touch(conn, company.id, [head], company.today(now))
        detail = {"language": choice}
        audit.append(conn, company.id, by, "language of customer said", f"customer {head}", detail, now)
    spoken = language or language_of(company.locale)
    name = Locale.parse(spoken).get_display_name("en") or spoken
    return f"{found.name} is written to in {name} from the next message on."
