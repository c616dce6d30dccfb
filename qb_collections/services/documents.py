"""Documents on file: what hangs on a customer in QuickBooks, what each is, and whether something is missing.

QuickBooks is asked when a person wants the list, and with the sheet for a call where the list is a day old:
a quiet night costs no call more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from qb_collections.core.wording import list_text
from qb_collections.quickbooks import papers
from qb_collections.quickbooks.errors import NotFound, QuickBooksError
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.paper_files import NoFile, Paper
from qb_collections.services.context import Context
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, billed, leases, mirror
from qb_collections.store import documents as stored
from qb_collections.store.companies import Company
from qb_collections.store.documents import Document, Listed
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease, Leased

LISTED_MAX = 100  # on a page
FILE_NAME_MAX = 120
FRESH_FOR = timedelta(days=1)
KINDS = {
    "contract": "Contract",
    "order": "Order",
    "delivery": "Proof of delivery",
    "engagement": "Engagement letter",
    "other": "Something else",
}
AGREED = ("contract", "order", "engagement")  # one of them shows what was agreed
DONE = "delivery"  # and this shows that it was done
# What a file's name lets one think of; the first that fits.
_GUESSES = (
    ("engagement", re.compile(r"engagement")),
    (DONE, re.compile(r"deliver|\bpod\b|proof|signed.?off|work.?order.*signed|packing.?slip")),
    ("order", re.compile(r"\bp\.?o\b|purchase.?order|\border")),
    ("contract", re.compile(r"contract|agreement|terms|\bmsa\b|\bsow\b")),
)


@dataclass(frozen=True, slots=True)
class OnFile:
    """The list, with what it comes to in a sentence."""

    listed: Listed
    says: str
    complete: bool

    def suggestion(self, one: Document) -> str:
        """What somebody may mean to say it is: what was said, else what its name lets one think of."""
        return one.kind or guess(one.name) or "other"


def guess(name: str) -> str | None:
    """What a file's name lets one think of; None: nothing."""
    plain = re.sub(r"[_\-.]+", " ", name.casefold())
    return next((kind for kind, words in _GUESSES if words.search(plain)), None)


def on_file(listed: Listed) -> OnFile:
    if listed.read_at is None:
        return OnFile(listed, "Nobody has looked at what is attached in QuickBooks yet.", False)
    said = {one.kind for one in listed.documents if one.kind}
    unsaid = sum(one.kind is None for one in listed.documents)
    lacks = _lacks(said)
    if not lacks:
        return OnFile(listed, "Complete: what was agreed is on file, and that it was delivered.", True)
    wants = f"Missing: {list_text(lacks)}."
    if unsaid:
        asks = "1 document waits" if unsaid == 1 else f"{unsaid} documents wait"
        wants += f" {asks} for somebody to say what {'it is' if unsaid == 1 else 'they are'}."
    return OnFile(listed, wants, False)


def look(context: Context, company: Company, customer_id: str) -> str | Refusal:
    """Ask QuickBooks what hangs on the customer, and keep the list with its time."""
    try:
        with held(context, company, PAGE_SECONDS) as lease:
            listed = read(context, company, lease, context.gateway(company, lease), customer_id)
    except Leased as leased:
        return Refusal(
            f"We are working for {company.name} right now ({leases.describe(leased.holder)}). "
            "The list stays as it was; please try again in a minute."
        )
    except QuickBooksError as error:
        return Refusal(f"QuickBooks could not be asked just now: {error} The list stays as it was.")
    count = len(listed.documents)
    return f"QuickBooks has {'1 document' if count == 1 else f'{count} documents'} for them."


def refresh(context: Context, company: Company, lease: Lease, customer_id: str) -> None:
    """Look again where the list is a day old.  Nothing rests on it, so a refusal leaves it as it was."""
    with reading(context.engine) as conn:
        read_at = stored.listed(conn, company.id, customer_id, 1).read_at
    if read_at is not None and context.clock.now() < read_at + FRESH_FOR:
        return
    with suppress(QuickBooksError):
        read(context, company, lease, context.gateway(company, lease), customer_id)


def said(conn: Connection, company: Company, customer_id: str) -> str:
    """For the sheet of a call: what is on file, in a sentence."""
    return on_file(stored.listed(conn, company.id, customer_id, LISTED_MAX)).says


def read(context: Context, company: Company, lease: Lease, gateway: Gateway, customer_id: str) -> Listed:
    """One request.  Raises what the gateway raises; then the list stays as it was."""
    with reading(context.engine) as conn:
        [members] = billed.family(conn, company.id, customer_id).values() or [[]]
        ids = [one.id for one in members] or [customer_id]
        invoices = [one.id for one in mirror.open_invoices(conn, company.id, ids)]
    read_at = context.clock.now()
    answers = gateway.queries(papers.attached_statements(ids, invoices))
    found = {one.id: one for records in answers for one in papers.attached(records)}
    whole = all(len(records) < papers.ATTACHED_MAX for records in answers)
    documents = [
        Document(one.id, one.name, one.about if one.kind == "Invoice" else None, one.at)
        for one in found.values()
    ]
    with durable(context.engine) as conn:
        lease.check(conn)
        whole = whole and len(invoices) <= papers.INVOICES_MAX
        stored.put(conn, company.id, customer_id, documents, read_at=read_at, whole=whole)
        return stored.listed(conn, company.id, customer_id, LISTED_MAX)


def whose(context: Context, company: Company, document_id: str) -> str | None:
    """The customer in whose list it stands; None: in nobody's of this company."""
    with reading(context.engine) as conn:
        return stored.customer_of(conn, company.id, document_id)


def open_one(context: Context, company: Company, document_id: str, *, by: str) -> Paper | Refusal:
    """The file as QuickBooks has it this moment; it is kept nowhere here."""
    try:
        with held(context, company, PAGE_SECONDS) as lease:
            paper = context.gateway(company, lease).paper(document_id)
    except Leased as leased:
        return Refusal(
            f"We are working for {company.name} right now ({leases.describe(leased.holder)}). "
            "Please open it again in a minute."
        )
    except NoFile:
        return Refusal("It is a note and not a file: what stands in the list is all there is to it.")
    except NotFound:
        return Refusal(
            "QuickBooks does not have that document any more. Look again to bring the list up to date."
        )
    except QuickBooksError as error:
        return Refusal(
            f"It could not be opened just now: {error} Please try again, or open it in QuickBooks."
        )
    with durable(context.engine) as conn:
        about = f"document {document_id}"
        detail = {"bytes": len(paper.content)}
        audit.append(conn, company.id, by, "document opened", about, detail, context.clock.now())
    return paper


def file_name(name: str) -> str:
    """What the file is called on a person's own disk: no folders, no marks that turn text around."""
    kept = "".join(letter if letter.isprintable() and letter not in '/\\:*?"<>|' else "_" for letter in name)
    return kept.strip(" .")[-FILE_NAME_MAX:] or "document"


def say(context: Context, company: Company, document_id: str, kind: str, *, by: str) -> str | Refusal:
    """A person says what a document is."""
    if kind not in KINDS:
        return Refusal("Please choose what it is from the list. Nothing was changed.")
    now = context.clock.now()
    with durable(context.engine) as conn:
        if not stored.say(conn, company.id, document_id, kind, by):
            return Refusal("QuickBooks does not have that document any more. Nothing was changed.")
        about = f"document {document_id}"
        audit.append(conn, company.id, by, "document typed", about, {"kind": kind}, now)
    return f"Kept: it is {_A[kind]}."


def _lacks(said: Iterable[str]) -> list[str]:
    there = set(said)
    lacks = [] if there & set(AGREED) else ["what was agreed (a contract, an order or an engagement letter)"]
    return lacks if DONE in there else [*lacks, "proof that it was delivered"]


_A = {
    "contract": "a contract",
    "order": "an order",
    "delivery": "proof of delivery",
    "engagement": "an engagement letter",
    "other": "something else",
}
