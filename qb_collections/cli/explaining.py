"""explain: why an invoice is or is not in tonight's messages."""

from __future__ import annotations

import click

from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import company_on_its_clock
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import company_option, day_text
from qb_collections.services.explain import Explanation, explain


def add_to(main: click.Group) -> None:
    @verb(main, "explain", "explain 10612", 'explain --company "Bright Dental" 10612')
    @click.argument("invoice")
    @company_option
    def explain_(name: str | None, invoice: str) -> Answer:
        """Say why INVOICE (its number) is written about or left alone, decided afresh from what we know now.

        Reads our copy only; a sync brings it up to date.
        """
        context, company = company_on_its_clock(name)
        found = accepted(explain(context, company, invoice))
        data = {
            "company": company.name,
            "invoice": found.invoice.label,
            "invoice_id": found.invoice.id,
            "customer": found.customer.name,
            "balance": found.invoice.balance,
            "due_on": found.invoice.due_on,
            "on": found.on,
            "reason": found.reason,
            "review_on": found.review_on,
            "held_by": found.held_by.because if found.held_by else None,
            "trace": [{"gate": one.gate, "because": one.because, "stops": one.stops} for one in found.trace],
            "outcome": found.decision.outcome if found.decision else None,
            "stage": found.decision.stage if found.decision else None,
            "lines": found.lines,
            "text": found.draft.text if found.draft else None,
        }
        return Answer(data, _lines(found, company.locale))


def _lines(found: Explanation, locale: str) -> list[str]:
    due = f"due {day_text(found.invoice.due_on)}, " if found.invoice.due_on else ""
    balance = found.invoice.balance.format(locale)
    head = f"Invoice {found.invoice.label} of {found.customer.name}: {due}{balance} open"
    looked = [f"  {'✗' if one.stops else '✓'} {one.because}" for one in found.trace]
    said = [head, "", *found.lines]
    if looked:
        said += ["", "What was looked at, in this order:", *looked]
    if found.draft and found.draft.text:
        said += ["", "The words:", "", found.draft.text]
    return said
