"""customer show: how one customer pays, when what is open can be expected, and what passed with them."""

from __future__ import annotations

import click

from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import company_on_its_clock
from qb_collections.cli.verbs import Count, verb
from qb_collections.cli.words import company_option, day_text
from qb_collections.core.expected import Expected
from qb_collections.core.traits import Traits
from qb_collections.core.wording import short
from qb_collections.services import knowing, timeline
from qb_collections.store import cases
from qb_collections.store.engine import reading


def add_to_customer(customer: click.Group) -> None:
    @verb(customer, "show", "customer show 'Cumberland Cold Storage'")
    @click.argument("customer_name", metavar="CUSTOMER")
    @click.option("--page", type=Count(min=1), default=1, show_default=True, help="Of what passed with them.")
    @company_option
    def show(name: str | None, customer_name: str, page: int) -> Answer:
        """Say how CUSTOMER pays, when each open invoice can be expected, and what passed with them.

        What passed holds both directions, the latest first: messages, answers, calls with what was said,
        replies, marks and payments.
        """
        context, company = company_on_its_clock(name)
        found = accepted(knowing.customer(context, company, customer_name))
        with reading(context.engine) as conn:
            key = (found.customer.id, found.customer.currency)
            members = [one for case in cases.load(conn, company.id, [key], found.on) for one in case.members]
            passed = timeline.page(conn, company, members, number=page)
        data = {
            "company": company.name,
            "customer": found.customer.name,
            "customer_id": found.customer.id,
            "traits": _traits(found.traits),
            "open": [expected_row(one) for one in found.open],
            "lines": found.lines,
            "known_since": found.since,
            "timeline": {"page": passed.number, "more": passed.more, "entries": list(passed.entries)},
        }
        said = [found.customer.name, *(f"  {line}" for line in found.lines)]
        if found.open:
            said += ["", "Open:", *(f"  {expected_line(one, company.locale)}" for one in found.open)]
        said += ["", "What passed, the latest first:", *(f"  {line}" for line in _passed(passed))]
        return Answer(data, [*said, "", found.since])


def _passed(passed: timeline.Page) -> list[str]:
    if not passed.entries:
        return ["Nothing yet."]
    lines = []
    for one in passed.entries:
        by = f" ({one.by})" if one.by else ""
        said = f': "{short(one.text, 160)}"' if one.text and one.way in ("in", "call", "ours") else ""
        lines.append(f"{day_text(one.on)}  {one.says}{said}{by}")
    return [*lines, f"More with --page {passed.number + 1}"] if passed.more else lines


def _traits(traits: Traits) -> dict[str, object]:
    names = [name for name in Traits.__dataclass_fields__ if name != "curve"]
    return {name: getattr(traits, name) for name in names} | {"spread_days": traits.spread_days}


def expected_row(one: Expected) -> dict[str, object]:
    """One open invoice for --json."""
    return {
        "invoice": one.invoice.label,
        "balance": one.invoice.balance,
        "due_on": one.invoice.due_on,
        "expected_on": one.on,
        "from_on": one.from_on,
        "until_on": one.until_on,
    }


def expected_line(one: Expected, locale: str) -> str:
    """The same as a sentence."""
    invoice = one.invoice
    due = f"due {day_text(invoice.due_on)}" if invoice.due_on else "without a due date"
    head = f"Invoice {invoice.label}, {invoice.balance.format(locale)}, {due}:"
    if one.on is None:
        return f"{head} nobody who was this late has paid so far, so no day can be named."
    until = f"; nine in ten such invoices by {day_text(one.until_on)}" if one.until_on else ""
    since = f", not before {day_text(one.from_on)} nine times in ten" if one.from_on else ""
    return f"{head} expected by {day_text(one.on)}{since}{until}."
