"""The HTML of a message: the same words as its text, set so that they are easy to read anywhere.

It is made of the finished text (layout.py) and has no words of its own but the headings of the table.
It loads nothing: no picture is needed, the logo comes with the message, and no link counts who read it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from babel import Locale

from qb_collections.messages.clean import clean_line
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.layout import MONEY_COLUMNS, Paragraph, Piece, Section, Table, layout_of
from qb_collections.messages.library import Library
from qb_collections.messages.look import PLAIN, Look
from qb_collections.messages.reminders import SUBJECT_MAX, Message
from qb_collections.messages.wording import locale_of

# Each pair of colours has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3); tests work it out.
LIGHT = {"paper": "#ffffff", "ink": "#1f2623", "soft": "#56625d", "line": "#d5d2c9", "link": "#0f5a45"}
DARK = {"paper": "#141a18", "ink": "#e9ede9", "soft": "#a9b5af", "line": "#3a4541", "link": "#7fd6b3"}

_PHONE = re.compile(r"[\d+()./\- ]{6,24}")
_FONT = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_CELL = f"padding:8px 12px 8px 0;border-bottom:1px solid {LIGHT['line']};text-align:start;vertical-align:top"
_MONEY = _CELL.replace("text-align:start", "text-align:end;white-space:nowrap")
_LAST = _MONEY.replace("8px 12px 8px 0", "8px 0")
WORD_MAX = 14  # letters of an invoice number that stay on one line
_STYLE = f"""\
:root{{color-scheme:light dark;supported-color-schemes:light dark}}
@media (max-width:480px){{
.page{{padding:16px 14px !important}}
table{{font-size:13px !important}}
th,td{{padding:7px 8px 7px 0 !important}}
th:last-child,td:last-child{{padding-right:0 !important}}
}}
@media (prefers-color-scheme:dark){{
body,.page{{background:{DARK["paper"]} !important;color:{DARK["ink"]} !important}}
th,td{{border-color:{DARK["line"]} !important}}
.soft{{color:{DARK["soft"]} !important}}
a{{color:{DARK["link"]} !important}}
.logo{{background:#ffffff !important;padding:6px;border-radius:4px}}
}}"""


def html_of(message: Message, facts: MessageFacts, look: Look = PLAIN, library: Library | None = None) -> str:
    """The whole document.  facts are those that the message was composed of.

    With a logo it refers to `look.logo_cid`, which has to travel with the message; without, to nothing.
    """
    language, direction = _language(message.locale)
    subject = escape(clean_line(message.subject, SUBJECT_MAX) or "")
    pieces = "\n".join(_piece(piece) for piece in layout_of(message, facts, library))
    pieces = _unbroken(pieces, facts.company.contact_phone)
    rule = f"border-top:4px solid {look.colour};" if look.colour else ""
    return f"""\
<!DOCTYPE html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<title>{subject}</title>
<style>
{_STYLE}
</style>
</head>
<body style="margin:0;background:{LIGHT["paper"]};color:{LIGHT["ink"]}">
<main class="page" style="{rule}max-width:640px;margin:0 auto;padding:24px;background:{LIGHT["paper"]};\
color:{LIGHT["ink"]};font:16px/1.55 {_FONT};overflow-wrap:anywhere">
{_logo(look, facts)}<h1 style="margin:0 0 20px;font-size:17px;line-height:1.4">{subject}</h1>
{pieces}
</main>
</body>
</html>
"""


def _piece(piece: Piece) -> str:
    if isinstance(piece, Table):
        return _table(piece)
    if isinstance(piece, Section):
        return (
            f'<h2 style="margin:28px 0 4px;font-size:16px">{escape(piece.heading)}</h2>\n'
            f'<p style="margin:0 0 16px">{_lines(piece.lines, piece.link)}</p>'
        )
    return f'<p style="margin:0 0 16px">{_paragraph(piece)}</p>'


def _paragraph(piece: Paragraph) -> str:
    if piece.kind != "signature":
        return _lines(piece.lines)
    # The closing words, then the person and the company a little apart, as one signs a letter.
    first, *others = piece.lines
    return f"{escape(first)}<br>\n<br>\n{_lines(tuple(others))}" if others else escape(first)


def _table(table: Table) -> str:
    last = len(table.columns) - 1
    head = "".join(
        f'<th scope="col" class="soft" style="{_style(name, index == last)};color:{LIGHT["soft"]};'
        f'font-weight:normal">{escape(heading)}</th>'
        for index, (name, heading) in enumerate(zip(table.columns, table.headings, strict=True))
    )
    body = "\n".join(f"<tr>{_row(row.cells, row.is_credit, table.columns)}</tr>" for row in table.rows)
    foot = ""
    if table.total:
        label, amount = (f"<strong>{escape(text)}</strong>" for text in table.total)
        foot = (
            f'\n<tfoot><tr><th scope="row" colspan="{last}" style="{_CELL}">{label}</th>'
            f'<td style="{_LAST}">{amount}</td></tr></tfoot>'
        )
    note = ""
    if table.note:
        note = (
            f'\n<p class="soft" style="margin:0 0 16px;color:{LIGHT["soft"]};font-size:14px">'
            f"{escape(table.note)}</p>"
        )
    # A column may be narrower than a word only where somebody has endless ones.
    longest = max((len(word) for row in table.rows for word in row.cells[0].split()), default=0)
    wrap = "anywhere" if longest > WORD_MAX else "normal"
    return f"""\
<table style="width:100%;border-collapse:collapse;margin:20px 0 8px;font-size:15px;line-height:1.4;\
font-variant-numeric:tabular-nums;overflow-wrap:{wrap}">
<caption class="soft" style="text-align:start;padding:0 0 4px;color:{LIGHT["soft"]};font-size:14px">\
{escape(table.caption)}</caption>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>{foot}
</table>{note}"""


def _row(cells: tuple[str, ...], is_credit: bool, columns: tuple[str, ...]) -> str:
    first, *others = (escape(cell) for cell in cells)
    span = f' colspan="{len(columns) - 1}"' if is_credit else ""
    names = columns[-1:] if is_credit else columns[1:]
    head = f'<th scope="row"{span} style="{_CELL};font-weight:normal">{first}</th>'
    return head + "".join(
        f'<td style="{_style(name, index == len(names) - 1)}">{cell}</td>'
        for index, (name, cell) in enumerate(zip(names, others, strict=True))
    )


def _style(name: str, is_last: bool) -> str:
    return _LAST if is_last else _MONEY if name in MONEY_COLUMNS else _CELL


def _lines(lines: tuple[str, ...], link: str | None = None) -> str:
    text = "<br>\n".join(escape(line) for line in lines)
    if link is None:
        return text
    address = escape(link)
    return text.replace(address, f'<a href="{address}" style="color:{LIGHT["link"]}">{address}</a>', 1)


def _unbroken(html: str, phone: str | None) -> str:
    """The telephone number on one line wherever it stands, so that it can be read and tapped."""
    number = clean_line(phone) or ""
    if not _PHONE.fullmatch(number):
        return html
    shown = rf"{re.escape(number)}(?![^<>]*>)"  # words, and never a part of a tag
    return re.sub(shown, f'<span style="white-space:nowrap">{number}</span>', html)


def _logo(look: Look, facts: MessageFacts) -> str:
    if look.logo_size is None:
        return ""
    width, height = look.logo_size
    name = escape(clean_line(facts.company.name) or "")
    return (
        f'<p style="margin:0 0 24px"><img class="logo" src="cid:{look.logo_cid}" alt="{name}" '
        f'width="{width}" height="{height}" style="border:0"></p>\n'
    )


@lru_cache(maxsize=256)
def _language(locale: str) -> tuple[str, str]:
    """As in lang and dir: en-US and ltr."""
    known = Locale.parse(locale_of(locale))
    return str(known).replace("_", "-"), known.text_direction
