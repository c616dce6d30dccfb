"""The statement of one customer: everything open and every credit, at the instant it is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from qb_collections.core.case import Case
from qb_collections.core.decision import Decision
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.look import PLAIN, Look
from qb_collections.messages.statements import statement_pdf
from qb_collections.services import composing
from qb_collections.services.template_library import Voice
from qb_collections.store.companies import Company


def facts_of(
    company: Company, case: Case, decision: Decision, as_of: datetime, voice: Voice | None = None
) -> MessageFacts:
    """The facts of a message, with every open invoice and credit in the place of those it speaks of."""
    every = replace(
        decision, invoice_ids=tuple(one.id for one in case.invoices), also_open_ids=(), credits=None
    )
    facts = composing.facts_of(company, case, every, as_of, voice=voice)
    return replace(facts, credits=composing.credits_of(company, case, voice), attachments=())


def pdf(
    company: Company,
    case: Case,
    decision: Decision,
    as_of: datetime,
    *,
    voice: Voice | None = None,
    look: Look = PLAIN,
) -> bytes:
    """Raises TemplateRefused while a setting is missing, and LetterRefused with a sentence."""
    facts = facts_of(company, case, decision, as_of, voice)
    library = voice.library if voice else None
    return statement_pdf(facts, look, country=company.country, library=library)
