"""A replay as a page draws it: contacts per week, stacked by step, one panel for each policy.

The same figures stand in a table beside the drawing; both say nothing about cash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qb_collections.core.backtest import Backtest, share
from qb_collections.services.backtest import Result
from qb_collections.services.knowing import percent

WIDTH, PANEL, LEFT, TOP = 960, 180, 44, 14
TICKS = 4
COLOURS = 8  # classes of the style sheet; more steps than that share them
MONTH_ROOM = 80  # units that the name of a month takes
_ROUND = (4, 8, 12, 20, 40, 60, 80, 100, 200, 400, 600, 800, 1000)


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: int
    width: int
    height: int
    colour: int
    says: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the scale, or a month under the weeks."""

    at: int
    first_on: date | None
    value: int | None


@dataclass(frozen=True, slots=True)
class Panel:
    policy: str
    contacts: int
    calls: int
    bars: tuple[Bar, ...]
    scale: tuple[Mark, ...]
    months: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    values: tuple[str, ...]  # one for each policy
    is_part: bool = False  # of the figure above it


@dataclass(frozen=True, slots=True)
class Week:
    first_on: date
    contacts: tuple[int, ...]  # one for each policy


@dataclass(frozen=True, slots=True)
class Drawing:
    first_on: date
    last_on: date
    panels: tuple[Panel, ...]
    legend: tuple[tuple[int, str], ...]  # colour and name of the step
    figures: tuple[Figure, ...]
    weeks: tuple[Week, ...]
    not_contacted: tuple[tuple[str, int], ...]  # of the first policy: why, and how many
    known_since: str
    assumed: tuple[str, ...]


def drawing(found: Result, steps: Mapping[str, str]) -> Drawing:
    """steps: what each step is called, by its code."""
    tests = found.tests
    used = sorted(code for code in steps if any(one.of_stage(code) for one in tests))
    colours = {code: place % COLOURS for place, code in enumerate(used)}
    top = _ceiling(max((week.contacts for one in tests for week in one.weeks), default=0))
    return Drawing(
        first_on=tests[0].first_on,
        last_on=tests[0].last_on,
        panels=tuple(_panel(one, top, colours, steps) for one in tests),
        legend=tuple((colour, steps[code]) for code, colour in colours.items()),
        figures=_figures(tests, used, steps),
        weeks=tuple(
            Week(week.first_on, tuple(one.weeks[place].contacts for one in tests))
            for place, week in enumerate(tests[0].weeks)
        ),
        not_contacted=tuple((one.why, one.customers) for one in tests[0].not_contacted),
        known_since=found.known_since,
        assumed=found.assumed,
    )


def _panel(one: Backtest, top: int, colours: Mapping[str, int], steps: Mapping[str, str]) -> Panel:
    base, room, count = TOP + PANEL, WIDTH - LEFT, max(len(one.weeks), 1)
    bars = []
    for place, week in enumerate(one.weeks):
        x, after = LEFT + room * place // count, LEFT + room * (place + 1) // count
        width = max(after - x - max((after - x) // 5, 1), 1)
        below = 0
        for code, colour in colours.items():
            contacts = week.by_stage.get(code, 0)
            if contacts:
                low, high = (PANEL * value // top for value in (below, below + contacts))
                bars.append(
                    Bar(x, base - high, width, max(high - low, 1), colour, f"{steps[code]}: {contacts}")
                )
                below += contacts
    scale = tuple(Mark(base - PANEL * tick // TICKS, None, top * tick // TICKS) for tick in range(TICKS + 1))
    return Panel(one.policy, one.contacts, one.calls, tuple(bars), scale, _months(one, room, count))


def _months(one: Backtest, room: int, count: int) -> tuple[Mark, ...]:
    """The first week of each month, where there is room for its name."""
    found: list[Mark] = []
    free = 0
    for place, week in enumerate(one.weeks):
        x = LEFT + room * place // count
        starts = place == 0 or week.first_on.month != one.weeks[place - 1].first_on.month
        if starts and x >= free and x + MONTH_ROOM <= WIDTH:
            found.append(Mark(x, week.first_on, None))
            free = x + MONTH_ROOM
    return tuple(found)


def _figures(tests: Sequence[Backtest], used: Sequence[str], steps: Mapping[str, str]) -> tuple[Figure, ...]:
    def row(name: str, *values: str, is_part: bool = False) -> Figure:
        return Figure(name, values, is_part)

    return (
        row("Contacts", *(f"{one.contacts:,}" for one in tests)),
        *(row(steps[code], *(f"{one.of_stage(code):,}" for one in tests), is_part=True) for code in used),
        row("Customers contacted", *(f"{one.customers:,}" for one in tests)),
        row("Customers with something late", *(f"{one.late:,}" for one in tests)),
        row("Had already paid", *(_part(one.already_paid, one) for one in tests)),
        row("Paid within two days anyway", *(_part(one.paid_anyway, one) for one in tests)),
        row("Days to the first contact, the middle one", *(_middle(one) for one in tests)),
        row("Calls for your people", *(f"{one.calls:,}" for one in tests)),
        row("most in one week", *(f"{one.busiest_calls:,}" for one in tests), is_part=True),
        row("Messages that you approve", *(f"{one.approvals:,}" for one in tests)),
        row("Customers left to your decision", *(f"{one.handed:,}" for one in tests)),
        row("Late, and never contacted", *(f"{_never(one):,}" for one in tests)),
    )


def _part(count: int, one: Backtest) -> str:
    part = share(count, one.contacts)
    return f"{count:,}" if part is None or not count else f"{count:,} ({percent(part)})"


def _never(one: Backtest) -> int:
    """Counted by its reasons: who heard before anything was late is contacted, and was never late."""
    return sum(reason.customers for reason in one.not_contacted)


def _middle(one: Backtest) -> str:
    return "none" if one.first_contact.middle is None else str(one.first_contact.middle)


def _ceiling(most: int) -> int:
    """A round number that holds the highest bar and divides by the ticks."""
    return next((step for step in _ROUND if most <= step), -(-most // 1000) * 1000)
