"""A chart of contacts per week as SVG: stacked by step, one panel for each policy on the same scale.

Whole pixels only.  It carries its title and description for those who do not see it, needs no script,
no style sheet and no font, and reads on white and on dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qb_collections.core.backtest import Backtest
from qb_collections.core.wording import date_text

WIDTH = 960
_LEFT, _RIGHT, _TOP = 56, 24, 64
_PANEL, _GAP, _LEGEND = 200, 72, 64
_WORD = 76  # pixels that the name of a month takes
# From a first word to a last one; apart in lightness too, so that they differ in print.
_COLOURS = ("#9ecae1", "#4292c6", "#2171b5", "#fdae6b", "#f16913", "#a63603", "#54278f", "#2b2b2b")
_INK, _LINE, _PAPER = "#1a1a1a", "#d0d0d0", "#ffffff"
_TICKS = 4


def contacts_per_week(
    tests: Sequence[Backtest], title: str, names: dict[str, str], locale: str = "en_US"
) -> str:
    """The drawing as text.  names: what each stage is called; tests share their days."""
    assert tests, "a chart needs something to draw"
    stages = list(
        dict.fromkeys(code for one in tests for code in one.stages if any(t.of_stage(code) for t in tests))
    )
    colours = {code: _COLOURS[place % len(_COLOURS)] for place, code in enumerate(stages)}
    top = _ceiling(max((week.contacts for one in tests for week in one.weeks), default=0))
    height = _TOP + len(tests) * (_PANEL + _GAP) + _LEGEND
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="title description" font-family="sans-serif" '
        f'font-size="13" fill="{_INK}">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(_description(tests, names, locale))}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="{_PAPER}"/>',
        f'<text x="{_LEFT}" y="28" font-size="18" font-weight="bold">{escape(title)}</text>',
    ]
    for place, one in enumerate(tests):
        parts += _panel(one, _TOP + place * (_PANEL + _GAP), top, colours, names, locale)
    parts += _legend(stages, colours, names, height - _LEGEND + 16)
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _panel(
    one: Backtest, y: int, top: int, colours: dict[str, str], names: dict[str, str], locale: str
) -> list[str]:
    base = y + _PANEL
    right = WIDTH - _RIGHT
    parts = [f'<text x="{_LEFT}" y="{y - 10}" font-weight="bold">{escape(_heading(one))}</text>']
    for tick in range(_TICKS + 1):
        value = top * tick // _TICKS
        at = base - _PANEL * tick // _TICKS
        parts.append(f'<line x1="{_LEFT}" y1="{at}" x2="{right}" y2="{at}" stroke="{_LINE}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4}" text-anchor="end">{value}</text>')
    count = max(len(one.weeks), 1)
    room = right - _LEFT
    for place, week in enumerate(one.weeks):
        x, after = _LEFT + room * place // count, _LEFT + room * (place + 1) // count
        width = max(after - x - max((after - x) // 5, 1), 1)
        sum_below = 0
        for code in colours:
            contacts = week.by_stage.get(code, 0)
            if contacts:
                low, high = (_PANEL * value // top for value in (sum_below, sum_below + contacts))
                said = f"Week of {date_text(week.first_on, locale)}: {contacts} × {names.get(code, code)}"
                parts.append(
                    f'<rect x="{x}" y="{base - high}" width="{width}" height="{max(high - low, 1)}" '
                    f'fill="{colours[code]}"><title>{escape(said)}</title></rect>'
                )
                sum_below += contacts
    return parts + _months(one, base, room, count)


def _months(one: Backtest, base: int, room: int, count: int) -> list[str]:
    """A word under the first week of a month, where there is room for it."""
    starts = [
        (_LEFT + room * place // count, week.first_on)
        for place, week in enumerate(one.weeks)
        if place == 0 or week.first_on.month != one.weeks[place - 1].first_on.month
    ]
    if len(starts) > 1 and starts[1][0] - starts[0][0] < _WORD:
        starts = starts[1:]  # the days before the first whole month
    parts, free = [], 0
    for x, on in starts:
        if x >= free and x + _WORD <= WIDTH:
            parts.append(f'<text x="{x}" y="{base + 18}">{on:%b} {on.year}</text>')
            free = x + _WORD
    return parts


def _legend(stages: Sequence[str], colours: dict[str, str], names: dict[str, str], y: int) -> list[str]:
    parts, x = [], _LEFT
    for code in stages:
        name = names.get(code, code)
        if x + 44 + 8 * len(name) > WIDTH:
            x, y = _LEFT, y + 22
        parts.append(f'<rect x="{x}" y="{y - 11}" width="14" height="14" fill="{colours[code]}"/>')
        parts.append(f'<text x="{x + 20}" y="{y}">{escape(name)}</text>')
        x += 44 + 8 * len(name)
    return parts


def _heading(one: Backtest) -> str:
    contacts = "1 contact" if one.contacts == 1 else f"{one.contacts:,} contacts"
    return f"{one.policy}: {contacts}, {one.calls:,} of them by telephone"


def _description(tests: Sequence[Backtest], names: dict[str, str], locale: str) -> str:
    """The chart in words."""
    said = []
    for one in tests:
        stages = ", ".join(
            f"{count:,} × {names.get(code, code)}" for code in one.stages if (count := one.of_stage(code))
        )
        busiest = max(one.weeks, key=lambda week: week.contacts, default=None)
        from_on = date_text(busiest.first_on, locale) if busiest else ""
        peak = f" Most in one week: {busiest.contacts}, from {from_on}." if busiest else ""
        said.append(f"Policy {_heading(one)} ({stages or 'none'}).{peak}")
    first, last = (date_text(day, locale) for day in (tests[0].first_on, tests[0].last_on))
    days = f"Contacts per week from {first} to {last}."
    return " ".join([days, *said])


def _ceiling(most: int) -> int:
    """A round number that holds the highest bar and divides by the ticks."""
    for step in (4, 8, 12, 20, 40, 60, 80, 100, 200, 400, 600, 800, 1000):
        if most <= step:
            return step
    return -(-most // 1000) * 1000
