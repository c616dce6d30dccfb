"""Names that stay the same however often a thing is done: keys, request ids, markers, hashes of facts."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from qb_collections.core.decision import Decision
from qb_collections.core.money import Money

# No I, O, 0 or 1: people read a marker out on the phone.  32 letters make 5 bits each.
_MARKER_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_MARKER_LETTERS = 6
# QuickBooks allows 50 characters in requestid (Intuit developer blog, 2015-04-06).
_REQUEST_ID_LETTERS = 32


def body_hash(body: Any) -> str:
    """The same for equal bodies, whatever the order of their keys: sha256 in hex."""
    return hashlib.sha256(_canonical(body).encode()).hexdigest()


def request_id(company_key: str, intent_keys: Sequence[str], hash_of_body: str, round: int) -> str:
    """The request's name for QuickBooks: equal for a resend, another one for another round, order or body."""
    text = _canonical([company_key, list(intent_keys), hash_of_body, round])
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:_REQUEST_ID_LETTERS]


def marker(company_key: str, key: str) -> str:
    """Six letters and figures by which our own text or document is found again, as in (ref 7F3A9C)."""
    digest = hashlib.sha256(_canonical([company_key, key]).encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    letters = []
    for _ in range(_MARKER_LETTERS):
        number, place = divmod(number, len(_MARKER_ALPHABET))
        letters.append(_MARKER_ALPHABET[place])
    return "".join(letters)


def contact_key(customer_id: str, currency: str, cycle: int, number: int) -> str:
    """The key of a reminder; its stage is an attribute, not part of who it is."""
    return f"contact:{customer_id}:{currency}:{cycle}:{number}"


def note_key(key_of_contact: str, invoice_id: str) -> str:
    """The key of the line that records a contact on one invoice."""
    return f"note:{key_of_contact}:{invoice_id}"


def plan_key(plan_label: str, part: str) -> str:
    """The key of one document of a payment plan: PP17 and memo, apply, installment 3, ..."""
    return f"plan:{plan_label}:{part}"


def facts_hash(decision: Decision, text: str | None, to: str | None = None) -> str:
    """What a person agreed to: who, what about, how, for how much, until when and in which words.

    to: the address, which counts where the message leaves by itself; what a person sends, a person addresses.
    Equal for a preview and a night that would do the same.  Sentences, traces and review days are
    left out: they may be worded on another day, and change nothing about what leaves.
    """
    facts = [
        decision.customer_id,
        decision.currency,
        decision.outcome,
        decision.stage,
        decision.channel,
        decision.approval,
        decision.cycle,
        decision.number,
        decision.invoice_ids,
        decision.also_open_ids,
        decision.amount,
        decision.credits,
        decision.reply_by_on,
        decision.act_by_on,
        decision.backlog,
        decision.task_kind,
        # A silence is the same silence only for the same reason.
        None if decision.invoice_ids else decision.gate,
        text,
    ]
    if decision.mailed:  # leaving by itself is another thing to agree to than a text for one's own hands
        facts += ["mailed"] if to is None else ["mailed", to]
    return hashlib.sha256(_quickly(facts)).hexdigest()


def _quickly(facts: list[Any]) -> bytes:
    """As _canonical writes it, for texts, numbers, days and money; four times as fast where all is ASCII."""
    written = _QUICK.encode([_plain(fact) if type(fact) is Money else fact for fact in facts])
    same = written.isascii() and b"\x7f" not in written  # the other writes those as \u007f
    return written if same else _canonical(facts).encode()


def _canonical(value: Any) -> str:
    return _ENCODER.encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return [_plain(value.amount), value.currency]
    if isinstance(value, Decimal):
        # 1.50 and 1.5 are the same amount.
        return format(value.normalize() + 0, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name.name: getattr(value, name.name) for name in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no canonical form")


_QUICK = msgspec.json.Encoder()
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_plain)
