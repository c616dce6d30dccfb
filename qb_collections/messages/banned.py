"""Words that do not belong into a message, as patterns for whole words, by language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Banned:
    """The lists of one language."""

    rude: tuple[str, ...]  # words that blame, hurry or talk down
    threats: tuple[str, ...]  # whoever makes them (Rosenthal Act, FDCPA-like rules): never, at no step
    legal: tuple[str, ...]  # only when a person has confirmed that the step will be taken
    last: tuple[str, ...]  # names of the last notice, for that one only
    soft_subject: tuple[str, ...]  # what a subject line tells about somebody's account
    if_paid: str  # how a message asks not to be heeded by whoever has paid


ENGLISH = Banned(
    rude=(
        r"kindly",
        r"(friendly|gentle|polite|courteous) reminder",
        r"as per",
        r"fail(ure|ed|ing|s)? to",
        r"immediate(ly)?",
        r"(?<!all )at once",
        r"asap",
        r"urgent(ly)?",
        r"delinquen(t|cy)",
        r"demand(s|ed|ing)?",
        r"ignor(e|ed|ing)",
        r"excuses?",
        r"overdue",
        r"bad debts?",
        r"in default",
        r"you (must|have to|are required)",
        r"last chance",
        r"liars?",
        r"thie(f|ves)",
        r"only \d+ (days|hours) left",
        r"without delay",
        r"dear sir or madam",
    ),
    threats=(
        r"arrest(ed)?",
        r"police",
        r"criminal(ly)?",
        r"prosecut\w+",
        r"credit (score|bureau|rating|report)s?",
        r"garnish\w*",
        r"seiz(e|ed|ure)",
        r"blacklist(ed)?",
        r"report you to",
        r"tell your (customers?|neighbou?rs?|employer|boss|bank)",
        r"legal action has (begun|started)",
        r"(case|file) (no|number|id)\b\.?",
        r"consequences",
    ),
    legal=(
        r"legal (action|steps?|proceedings?)",
        r"lawyers?",
        r"attorneys?",
        r"solicitors?",
        r"courts?",
        r"su(e[ds]?|ing)",
        r"lawsuits?",
        r"litigat\w*",
        r"liens?",
        r"debt collectors?",
        r"collections? agency",
        r"place the account with",
        r"will look after this account",
        r"make a claim",
    ),
    last=(r"final notice", r"final (demand|reminder)"),
    soft_subject=(r"past due", r"overdue", r"unpaid", r"debt", r"owed", r"late", r"final"),
    if_paid=r"\bif you(?:'ve|’ve| have)?\b[^.]{0,60}\bpaid\b",
)
GERMAN = Banned(
    rude=(
        r"umgehend",
        r"unverzüglich",
        r"sofort\w*",
        r"schnellstmöglich",
        r"dringend\w*",
        r"(freundliche|höfliche) \w*erinnerung",
        r"letztmalig",
        r"säumig\w*",
        r"in verzug",
        r"versäum\w*",
        r"ignorier\w*",
        r"ausreden?",
        r"überfällig\w*",
        r"schuldner\w*",
        r"zahlungsmoral",
        r"sie müssen",
        r"fordern (wir|ich) sie",
        r"(wir|ich) fordern? sie",
        r"zahlungsaufforderung",
        r"mahn(ung|gebühr)\w*",
        r"letzte chance",
        r"sehr geehrte damen und herren",
    ),
    threats=(
        r"polizei\w*",
        r"verhaft\w*",
        r"straf(anzeige|rechtlich\w*|bar\w*)",
        r"anzeige erstatten",
        r"staatsanwalt\w*",
        r"schufa",
        r"auskunftei\w*",
        r"bonität\w*",
        r"kreditwürdigkeit",
        r"(ge)?pfänd\w*",
        r"gerichtsvollzieher\w*",
        r"zwangsvollstreck\w*",
        r"beschlagnahm\w*",
        r"schwarze\w* liste",
        r"aktenzeichen",
        r"konsequenzen",
    ),
    legal=(
        r"rechtliche\w* (schritte\w*|maßnahmen)",
        r"rechtsweg",
        r"(rechts)?anw[aä]lt\w*",
        r"gericht(e|s|lich\w*)?",
        r"\w*gericht",
        r"klage\w*",
        r"verklag\w*",
        r"mahn(bescheid|verfahren)\w*",
        r"inkasso\w*",
        r"übergeben? .{0,12}konto",
        r"kümmert sich .{1,60} konto",
        r"konto an .{1,60} (übergeben|abgeben)",
        r"forderung bei .{1,60} geltend",
    ),
    last=(r"letzte\w* (mitteilung|erinnerung|mahnung|schreiben)",),
    soft_subject=(
        r"überfällig\w*",
        r"unbezahlt\w*",
        r"mahn\w*",
        r"schuld(en)?",
        r"rückst(and|ände)\w*",
        r"verzug",
        r"verspät\w*",
        r"letzte\w*",
    ),
    if_paid=(
        r"\b(?:sollten|falls|wenn|haben) sie\b[^.]{0,80}"
        r"\b(?:bezahlt|gezahlt|überwiesen|beglichen|(?:zahlung|überweisung) veranlasst)\b"
    ),
)
_BY_LANGUAGE: Mapping[str, Banned] = {"en": ENGLISH, "de": GERMAN}
LANGUAGES = tuple(_BY_LANGUAGE)

# Capitals that are no shouting.
ACRONYMS = frozenset(
    {"ACH", "AM", "BACS", "BIC", "IBAN", "ID", "LLC", "LLP", "OK", "PDF", "PM", "PO", "SEPA", "SWIFT"}
    | {"CET", "CST", "EST", "MST", "PST", "UK", "US", "USA", "VAT", "AG", "KG", "UG", "USB"}
    | {"CAD", "CHF", "EUR", "GBP", "JPY", "USD"}
)


def of(language: str) -> Banned:
    """The lists of that language; English where there are none."""
    return _BY_LANGUAGE.get(language, ENGLISH)


def every() -> tuple[Banned, ...]:
    """The lists of all languages."""
    return tuple(_BY_LANGUAGE.values())


def found(patterns: Iterable[str], text: str) -> list[str]:
    """The words as they stand in the text."""
    return [
        match[0] for pattern in patterns for match in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE)
    ]
