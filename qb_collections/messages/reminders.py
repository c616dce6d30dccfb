"""Which text belongs to which step, and how it is put together: subject, text, then blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from qb_collections.core.money import Money
from qb_collections.core.quick import quick
from qb_collections.messages.clean import clean_line
from qb_collections.messages.facts import CompanyFacts, CustomerFacts, MessageFacts
from qb_collections.messages.fields import OF_COMPANY, Fields, fields_of
from qb_collections.messages.library import Library, Text, packaged
from qb_collections.messages.template import Template, TemplateRefused
from qb_collections.messages.wording import in_language, language_of

# (stage, variant) -> template.  Variant "" is the stage's own text; stage "" stands beside the ladder.
TEMPLATES: Mapping[tuple[str, str], str] = {
    ("S0", ""): "mail/s0",
    ("S1", ""): "mail/s1_one",  # or s1_several, by the number of invoices
    ("S1", "one"): "mail/s1_one",
    ("S1", "several"): "mail/s1_several",
    ("S1", "backlog"): "mail/backlog",
    ("S2", ""): "mail/s2",  # says that we wrote before only if the contact log says so
    ("S2", "backlog"): "mail/backlog",
    ("S3", ""): "calls/sheet",
    ("S3", "missed_call"): "mail/s3_missed_call",
    ("S4", ""): "mail/s4",
    ("S5", ""): "mail/s5",
    ("S5", "letter"): "letters/final_notice",
    ("S6", ""): "calls/decision",
    ("S6", "message"): "mail/s6",  # after a person has decided
    ("S-month", ""): "mail/monthly",
    ("", "backlog"): "mail/backlog",
    ("", "apply_credits"): "calls/apply_credits",
    ("", "add_email"): "calls/add_email",
    ("", "plan_missed"): "calls/plan_missed",
    ("", "look_at_old"): "calls/look_at_old",
    ("", "find_credit"): "calls/find_credit",
    ("", "statement"): "letters/statement",
    ("", "thank_you"): "mail/thank_you",
    ("", "promise_noted"): "mail/promise_noted",
    ("", "promise_missed"): "mail/promise_missed",
    ("", "dispute_received"): "mail/dispute_received",
    ("", "dispute_answered"): "mail/dispute_answered",
    ("", "plan_offer"): "mail/plan_offer",
    ("", "installment_before"): "mail/installment_before",
    ("", "installment_missed"): "mail/installment_missed",
}
# What a policy calls its texts.  A ladder may have steps of its own; their texts are these.
STEPS: Mapping[str, str] = {
    "before_due": "S0",
    "did_it_reach_you": "S1",
    "may_we_have_a_date": "S2",
    "missed_you": "S3",
    "past_due": "S4",
    "final_notice": "S5",
    "decision": "S6",
    "monthly": "S-month",
}
SUBJECT_MAX = 150
_NOTHING = Money.zero("USD")

# What the owner can fill in, in the owner's words: for the sentence that asks for it.
_SETTINGS = {
    "contact_name": "the name of the person customers can turn to",
    "contact_phone": "the phone number customers can call",
    "payment_instructions": "how customers can pay you",
    "reply_to": "the address replies go to",
}


@quick
@dataclass(frozen=True, slots=True)
class Message:
    """A finished text.  to is the customer's address, or None for a text for the company's people."""

    subject: str
    text: str
    to: str | None
    template: str
    numbers: tuple[str, ...]  # of the invoices it lists
    tone: str  # soft, firm, final, person
    body: str  # the text without the blocks under it
    locale: str  # in which dates and amounts are written
    blocks: tuple[str, ...]  # names of the blocks under it
    words_max: int  # for the body
    filled: tuple[str, ...] = ()  # the text of each of these blocks, as it was filled in

    @property
    def as_text(self) -> str:
        """To copy in one piece."""
        head = f"To: {self.to}\n" if self.to else ""
        return f"{head}Subject: {self.subject}\n\n{self.text}"


def compose(
    stage_code: str | None,
    variant: str,
    facts: MessageFacts,
    *,
    template: str | None = None,
    library: Library | None = None,
) -> Message:
    """The text of one step, filled with the facts.

    template overrides the table, for ladders with texts of their own.  Raises TemplateRefused for an
    unknown step and for a fact that the text needs and does not have (see missing_setting).
    """
    name = template or _template_name(stage_code or "", variant, facts)
    source, under, locale = _found(library or packaged(), name, facts.locale)
    if locale != facts.locale:
        facts = replace(facts, locale=locale)
    fields = fields_of(facts)

    body = _filled(source.body, fields)
    blocks = [_of_company(block, facts.company) if same else _filled(block, fields) for block, same in under]
    return Message(
        subject=clean_line(source.subject.render(fields), SUBJECT_MAX) or "",
        text="\n\n".join([part for part in (body, *blocks) if part]) + "\n",
        to=None if source.tone == "person" else clean_line(facts.customer.email),
        template=name,
        numbers=facts.numbers,
        tone=source.tone,
        body=body,
        locale=facts.locale,
        blocks=source.blocks,
        words_max=source.words_max,
        filled=tuple(blocks),
    )


@lru_cache(maxsize=256)
def _found(library: Library, name: str, locale: str) -> tuple[Text, tuple[tuple[Template, bool], ...], str]:
    """The template, the blocks under it (each with whether it is the same in all messages of a company), and
    the locale that dates and amounts are written in: in the language of the text, also where only English is
    at hand.
    """
    language = library.language(name, language_of(locale))
    text = library.text(name, language)
    blocks = [library.text(f"mail/blocks/{block}", language).body for block in text.blocks]
    under = tuple((block, block.names <= OF_COMPANY) for block in blocks)
    return text, under, in_language(locale, language)


def missing_setting(refused: TemplateRefused) -> str | None:
    """What the owner has to fill in before the text can be written; None if it is something else."""
    return _SETTINGS.get(refused.field or "")


def _template_name(stage: str, variant: str, facts: MessageFacts) -> str:
    if (stage, variant) not in TEMPLATES:
        known = ", ".join(" ".join(filter(None, key)) for key in TEMPLATES)
        raise TemplateRefused(f"{stage} {variant}".strip()[:80], 1, "there is no text for this step.", known)
    if (stage, variant) == ("S1", ""):
        return TEMPLATES["S1", "several" if len(facts.items) > 1 else "one"]
    return TEMPLATES[stage, variant]


@lru_cache(maxsize=256)
def _of_company(block: Template, company: CompanyFacts) -> str:
    nobody = MessageFacts(company, CustomerFacts(""), datetime.min.replace(tzinfo=UTC), "UTC", _NOTHING)
    return _filled(block, fields_of(nobody))


def _filled(template: Template, fields: Fields) -> str:
    """Tidy.  Nearly every text is but for its ends, and fields never end in white space."""
    text = template.render(fields).strip("\n")
    if " \n" in text or "\n\n\n" in text or text.endswith(" ") or not template.plainly_spaced:
        return _tidy(text)
    return text


def _tidy(text: str) -> str:
    """No spaces at line ends, at most one empty line in a row, none at the ends."""
    text = "\n".join(map(str.rstrip, text.split("\n"))).strip("\n")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text
