"""metrics, forecast: how receivables stand, and the cash that can be expected."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import click

from qb_collections.cli import knowing as knowing_lines
from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import company_on_its_clock
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import DAY, name_argument
from qb_collections.core.expected import Forecast
from qb_collections.core.standing import Standing
from qb_collections.services import knowing, metrics
from qb_collections.services.knowing import Ahead


def add_to(main: click.Group) -> None:
    @verb(main, "metrics", "metrics", "metrics --as-of 2026-06-30", "metrics 'Bright Dental' --json")
    @name_argument
    @click.option("--as-of", "as_of", type=DAY, help="The end of a past day; today when left out.")
    def metrics_(name: str | None, as_of: date | None) -> Answer:
        """Say how long customers take to pay you, what is late, and how collecting goes.

        Per currency, rebuilt for the day that is asked for. Payment plans are looked through.
        """
        context, company = company_on_its_clock(name)
        found = accepted(metrics.figures(context, company, as_of))
        data = {
            "company": company.name,
            "as_of": found.on,
            "currencies": [_figures(one) for one in found.standings],
            "known_since": found.since,
        }
        return Answer(data, found.lines)

    @verb(main, "forecast", "forecast", "forecast --invoices", "forecast 'Bright Dental' --json")
    @name_argument
    @click.option("--invoices", "each", is_flag=True, help="Also when each open invoice can be expected.")
    def forecast(name: str | None, each: bool) -> Answer:
        """Say how much cash to expect in the next 13 weeks, going by how each customer paid so far."""
        context, company = company_on_its_clock(name)
        found = accepted(knowing.ahead(context, company))
        data = {
            "company": company.name,
            "on": found.on,
            "rests_on_paid_invoices": found.rests_on,
            "currencies": found.forecasts,
            "invoices": [
                {"customer": found.names.get(one.customer_id), **knowing_lines.expected_row(one)}
                for one in found.invoices
            ],
            "known_since": found.since,
        }
        return Answer(data, [*_ahead(found, company.locale), *(_each(found, company.locale) if each else ())])


def _figures(one: Standing) -> dict[str, Any]:
    """Every figure by its name; shares and days as exact as four decimals go."""
    names = [name for name in Standing.__dataclass_fields__ if name not in ("on", "roll")]
    found = {name: _rounded(getattr(one, name)) for name in names}
    return {**found, "band": one.band, "roll": {age: _rounded(share) for age, share in one.roll.items()}}


def _rounded(value: object) -> object:
    if isinstance(value, Decimal):
        return value.quantize(Decimal("0.0001"), ROUND_HALF_UP).normalize() + 0
    return value


def _ahead(found: Ahead, locale: str) -> list[str]:
    if not found.forecasts:
        return ["Nothing is open, so nothing is to be expected.", found.since]
    said: list[str] = []
    for one in found.forecasts:
        said += [*_of_currency(one, locale), ""]
    rests = (
        f"It rests on {found.rests_on:,} paid invoices. Eight weeks in ten should fall within their range, "
        "as far as customers decide independently of each other."
    )
    return [*said, rests, found.since]


def _each(found: Ahead, locale: str) -> list[str]:
    """Every open invoice, the earliest expected first."""
    return [
        "",
        *(
            f"{found.names.get(one.customer_id, '')}: {knowing_lines.expected_line(one, locale)}"
            for one in found.invoices
        ),
    ]


def _of_currency(one: Forecast, locale: str) -> list[str]:
    said = [f"Of {one.open.format(locale)} open, expected:"]
    for week in one.weeks:
        if week.expected or week.high:
            span = f"{week.first_on.day} {week.first_on:%B} to {week.last_on.day} {week.last_on:%B}"
            low, high = week.low.format(locale), week.high.format(locale)
            said.append(f"  {span:<28}{week.expected.format(locale):>16}   between {low} and {high}")
    rest = (
        ("Later, or not at all", one.later),
        ("Later than anybody has paid so far, or without a due date", one.unlikely),
        ("Under dispute", one.disputed),
    )
    return said + [f"  {name}: {amount.format(locale)}" for name, amount in rest if amount]
