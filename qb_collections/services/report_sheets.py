"""The reports as tables for a spreadsheet: the same figures as on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qb_collections.core.money import Money
from qb_collections.services.report_figures import ReportFigures
from qb_collections.services.spreadsheet import Cell, Sheet

WHY: Mapping[str, str] = {
    "plan": "On a payment plan",
    "dispute": "They question the invoice",
    "in_transit": "They say the money is on its way",
    "promise": "They promised a day that has not passed",
    "promise_broken": "They promised a day and it passed",
    "hardship": "They are short of money",
    "insolvent": "Closed, or before a court",
    "autopay": "Collected by itself on its day",
    "replied": "They answered, and nobody has dealt with it yet",
    "left_to_people": "Left to you",
    "bounced": "Our e-mail came back",
    "unsaid": "Nobody has said why",
}
NOT_CAUSAL = (
    "This is what was paid within 14 days after each step, not because of it: customers who would have paid "
    "anyway are in it, and later steps only ever meet those who did not pay after the earlier ones. "
    "So the steps cannot be compared with each other."
)


def weeks(figures: ReportFigures) -> Sheet:
    header = ("Currency", "From", "To", "Expected", "Nine in ten above", "Nine in ten below")
    return Sheet(f"Expected cash {figures.on.isoformat()}", header, _weeks(figures))


def _weeks(figures: ReportFigures) -> Iterator[tuple[Cell, ...]]:
    for one in figures.currencies:
        if one.forecast is None:
            continue
        for week in one.forecast.weeks:
            yield one.currency, week.first_on, week.last_on, week.expected, week.low, week.high
        yield one.currency, "Later", None, one.forecast.later, None, None
        yield one.currency, "No day can be named", None, one.forecast.unlikely, None, None
        yield one.currency, "Under dispute", None, one.forecast.disputed, None, None


def days(figures: ReportFigures) -> Sheet:
    header = (
        "Currency",
        "Month",
        "Invoices paid",
        "Amount",
        "Days from their date",
        "Days after the due date",
    )
    rows = (
        (
            one.currency,
            month.first_on,
            month.invoices,
            Money(month.amount, one.currency),
            month.median_days,
            month.late_days,
        )
        for one in figures.currencies
        for month in one.months
    )
    return Sheet(f"Days to pay {figures.on.isoformat()}", header, rows)


def reasons(figures: ReportFigures) -> Sheet:
    header = ("Currency", "Why it is late", "Customers", "Invoices", "Amount")
    rows = (
        (one.currency, WHY[reason.why], reason.customers, reason.invoices, Money(reason.amount, one.currency))
        for one in figures.currencies
        for reason in one.reasons
    )
    return Sheet(f"Why it is late {figures.on.isoformat()}", header, rows)


def steps(figures: ReportFigures) -> Sheet:
    header = (
        "Currency",
        "Step",
        "Contacts",
        "Invoices named",
        "Owed that day",
        "Paid within 14 days (after it, not because of it)",
    )
    rows = (
        (
            one.currency,
            figures.stages.get(step.stage, step.stage),
            step.contacts,
            step.invoices,
            Money(step.asked, one.currency),
            Money(step.paid, one.currency),
        )
        for one in figures.currencies
        for step in one.yields
    )
    return Sheet(f"After each step {figures.on.isoformat()}", header, rows)
