"""A company in which every name and word that people type means harm, and a page taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from dataclasses import replace as with_
from datetime import date
from html.parser import HTMLParser

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.store import cases, companies, invoice_reads, mirror, people, replies, tasks
from qb_collections.store import contact_people as persons
from qb_collections.store import documents as stored_documents
from qb_collections.store import holds as stored_holds
from qb_collections.store import internal_notes as notes
from qb_collections.store.contact_people import Person
from qb_collections.store.documents import Document
from qb_collections.store.engine import durable
from qb_collections.store.invoice_reads import InvoiceRead
from qb_collections.store.people import Role
from tests.web.conftest import NOW, PASSWORD, House, customer, invoice, usd

NAMES = (
    "\"><svg onload=x><script>alert(1)</script>{{ ''.__class__ }}{% import os %}",
    "</pre></textarea></title><img src=x onerror=y>' onmouseover='y' b='",
    '=HYPERLINK("http://evil.example","pay")[[if why]]{customer}[[end]]%s{0}%(x)s',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1) javascript:alert(1)",
    "-2+3",
    "\t=1+1",
    "\u202eexe.txt\u202c \u2066x zero\u200bwidth\u200d\ufeff \U0001f600\U0001d54f \u0627\u0644",
    "x" * 400,
    "two\r\nBcc: a@evil.example\nlines\u2028more",
    "../../etc/passwd O'Brien & Sons &amp;&lt;b&gt;",
)
LONG = "word " * 700 + "w" * 500
MARKS = ("<svg onload", "<script>alert", "<img src=x", " onmouseover='y'", "%s{0}")
SAFE = ("/", "#", "?", "http://127.0.0.1", "https://", "mailto:", "tel:")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def fill(house: House) -> None:
    """Each name is a customer's, its invoice's number, its people's, its marks', its tasks', and so on."""
    ours = house.ours
    with durable(house.context.engine) as conn:
        for number, name in enumerate(NAMES):
            key, inv = f"H{number}", f"HI{number}"
            mirror.put_customers(
                conn,
                ours.id,
                [
                    with_(
                        customer(key, name=name, balance="130.00"),
                        phone=name[:60],
                        first_name=name[:60],
                        full_name=name[:100],
                        company_name=name[:100],
                        city=name[:60],
                    )
                ],
            )
            made = invoice(inv, key, name[:21], date(2026, 10, 1), "130.00")
            mirror.put_invoices(conn, ours.id, [with_(made, terms=name[:30])])
            kind = (HoldKind.DISPUTE, HoldKind.PROMISE, HoldKind.EXCLUSION)[number % 3]
            if number % 2:
                stored_holds.add(
                    conn,
                    ours.id,
                    key,
                    kind,
                    reason=name,
                    placed_by=name[:80],
                    placed_on=date(2026, 10, 20),
                    until_on=date(2026, 11, 20),
                    owner=name[:80],
                )
            notes.add(conn, ours.id, key, f"{name} {LONG}", by=name[:80], at=NOW)
            persons.add(
                conn,
                ours.id,
                key,
                Person(name[:100], name[:100], "a@b.example", name[:40], "none"),
                by=name[:80],
                at=NOW,
            )
            document = Document(f"D{number}", f"{name}.pdf", None, NOW)
            stored_documents.put(conn, ours.id, key, [document], read_at=NOW, whole=True)
            task = "call" if number % 2 else "message"
            tasks.open_task(
                conn,
                ours.id,
                key=f"t{number}",
                kind=task,
                title=name[:200],
                customer_id=key,
                currency="USD",
                text=f"Subject: {name}\n\n{name}\n{LONG}",
                payload={
                    "draft": {"to": "a@b.example", "subject": name, "text": f"{name}\n{LONG}"},
                    "invoice_ids": [inv],
                    "amount": "130.00",
                    "stage": "S1",
                    "outcome": "remind",
                    "task_kind": None,
                    "cycle": 1,
                    "number": 1,
                    "customer": name,
                },
                due_on=date(2026, 10, 30),
                at=NOW,
            )
            replies.add(
                conn,
                ours.id,
                key,
                "USD",
                "question",
                said=f"{name} {LONG}",
                by=name[:80],
                on=date(2026, 11, 1),
                at=NOW,
            )
            line = {"says": name, "amount": "130.00", "quantity": "1", "price": "130.00"}
            read = InvoiceRead("0", (line,), f"{name} {LONG}", name, usd("0.00"), NOW)
            invoice_reads.put(conn, ours.id, inv, read)
            cases.touch(conn, ours.id, [key], date(2026, 11, 2))
        companies.update(
            conn,
            ours.id,
            name=NAMES[0] + NAMES[1],
            mode=Mode.APPROVE,
            live_since_on=date(2025, 1, 1),
            contact_name=NAMES[1],
            contact_role=NAMES[2],
            contact_phone=NAMES[0],
            payment_instructions=f"{NAMES[3]} {NAMES[4]}",
            reply_to="dana@ours.example",
        )
        owner = people.add_user(conn, "hostile@ours.example", NAMES[3], at=NOW, password=PASSWORD)
        people.join(conn, owner.id, ours.practice_id, Role.OWNER, at=NOW)


@dataclass
class Page(HTMLParser):
    """What a browser would make of it: elements with their attributes, forms with their buttons."""

    text: str
    dangers: list[str] = field(default_factory=list)
    forms: list[tuple[str, str]] = field(default_factory=list)  # method, action
    links: list[str] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        for name, value in attrs:
            plain = (value or "").strip().lower()
            wrong = name.startswith("on") or name in ("style", "srcdoc")
            if name in ("href", "src", "action", "formaction"):
                wrong = not plain.startswith(SAFE)
            if wrong:
                self.dangers.append(f"<{tag} {name}={value!r:.80}>")
        if tag == "script" and "src" not in told:
            self.dangers.append("<script> with words in it")
        if tag in ("img", "iframe", "object", "embed", "base"):
            self.dangers.append(f"<{tag}>")
        if tag == "form":
            self.forms.append(((told.get("method") or "get").lower(), told.get("action") or ""))
        if tag == "a" and told.get("href"):
            self.links.append(told["href"] or "")
        self.classes |= set((told.get("class") or "").split())
