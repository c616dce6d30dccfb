"""The emulator's few pages for people: what this is, and one invoice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from qb_collections.emulator.companies_open import OpenCompany

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}"
    "td.amount{text-align:right}button{font:inherit;padding:.4rem 1.2rem}.banner{color:#666}"
)


def page(title: str, body: str) -> str:
    """Return a whole HTML page; `body` is HTML, the title plain text."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<style>{_STYLE}</style></head><body><p class="banner">QuickBooks emulator: made-up companies on'
        f" this machine</p><h1>{escape(title)}</h1>{body}</body></html>"
    )


def index(companies: Sequence[OpenCompany], now: str) -> str:
    """Say what answers here and which companies are open."""
    rows = "".join(
        f"<tr><td>{escape(company.name)}</td><td>{escape(company.realm_id)}</td><td>{escape(company.kind)}</td></tr>"
        for company in companies
    )
    return page(
        "A QuickBooks Online for trying things out",
        "<p>This is not Intuit and holds no real books. Apps connect to it as they would to QuickBooks"
        ' Online: <a href="/.well-known/openid_sandbox_configuration">discovery</a>,'
        ' <a href="/emulator/credentials">development keys</a>.</p>'
        f"<p>The time here is {escape(now)}.</p>"
        f"<table><tr><th>Company</th><th>Realm id</th><th>Kind</th></tr>{rows}</table>",
    )


def invoice_page(company: OpenCompany, invoice: Mapping[str, Any]) -> str:
    """Show one invoice the way its owner would look at it."""
    number = invoice.get("DocNumber") or invoice.get("Id")
    facts = [
        ("Customer", _ref_name(invoice.get("CustomerRef"))),
        ("Date", invoice.get("TxnDate")),
        ("Due", invoice.get("DueDate")),
        ("Total", invoice.get("TotalAmt")),
        ("Balance", invoice.get("Balance")),
        ("E-mail", invoice.get("EmailStatus")),
        ("Memo on statement", invoice.get("PrivateNote")),
    ]
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>"
        for name, value in facts
        if value is not None
    )
    lines = "".join(
        f"<tr><td>{escape(str(line.get('Description', '')))}</td>"
        f'<td class="amount">{escape(str(line.get("Amount")))}</td></tr>'
        for line in invoice.get("Line", ())
        if isinstance(line, dict) and line.get("DetailType") != "SubTotalLineDetail"
    )
    whole = escape(json.dumps(invoice, indent=2, default=str))
    return page(
        f"Invoice {number}",
        f"<p>{escape(company.name)}</p><table>{rows}</table><h2>Lines</h2><table>{lines}</table>"
        f"<details><summary>As the interface gives it</summary><pre>{whole}</pre></details>",
    )


def _ref_name(ref: Any) -> str | None:
    if not isinstance(ref, dict):
        return None
    name = ref.get("name") or ref.get("value")
    return None if name is None else str(name)
