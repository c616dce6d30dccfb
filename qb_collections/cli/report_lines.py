"""A run's report for a person: the same facts as its JSON, the important ones first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from qb_collections.cli.words import day_text, many
from qb_collections.core.money import Money
from qb_collections.messages import wording
from qb_collections.services import about_you, policies
from qb_collections.services.context import Context
from qb_collections.store.companies import Company

_CHANNELS = {
    "quickbooks": "a copy of the invoice, by QuickBooks",
    "email": "a message that you send",
    "call": "a call",
    "letter": "a letter",
    "person": "for you",
}
LEFT_ALONE = "silence"
SPOKEN = ("remind", "call")
SAY_IT = (
    '  qb-collections company contact --name "Dana Ruiz" --phone "(423) 555-0100" '
    '--pay "By check or transfer"'
)
BACKLOG = "message about older invoices"
NOTHING_LATE = ("not_overdue", "settled")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom the report is for: the company's clocks, its way of writing amounts, the names of its steps."""

    zone: str
    locale: str
    steps: Mapping[str, str]
    lacking: tuple[str, ...] = ()  # what messages still need, in the owner's words

    def money(self, amount: str, currency: str) -> str:
        return Money(Decimal(amount), currency).format(self.locale)

    def step(self, row: Mapping[str, Any]) -> str:
        return BACKLOG if row.get("backlog") else self.steps.get(row["stage"], "message")


def reader_of(context: Context, company: Company) -> Reader:
    policy = policies.check(policies.current(context, company).text).policy
    ladder = policy.ladder if policy else ()
    steps = {stage.code: stage.name for stage in ladder}
    return Reader(company.zone, company.locale, steps, about_you.missing(company))


def incomplete_lines(rows: Iterable[Mapping[str, Any]], lacking: Sequence[str]) -> list[str]:
    """Which contacts of a run cannot leave yet, because nobody has said what their text needs."""
    waiting = [row for row in rows if row["outcome"] in SPOKEN and row["channel"] != "quickbooks"]
    if not waiting or not lacking:
        return []
    noun = "message or call waits" if len(waiting) == 1 else "messages and calls wait"
    return [
        f"{len(waiting)} {noun} incomplete, because nobody has said "
        f"{wording.and_list(lacking, 'en_US')}. Say it:",
        SAY_IT,
    ]


def run_lines(told: dict[str, Any], reader: Reader, *, with_text: bool = False) -> list[str]:
    """The report; hours are in the company's zone."""
    zone = reader.zone
    run = told["run"]
    what = "Preview for the night of" if run["kind"] == "preview" else "Night of"
    lines = [f"{what} {day_text(date.fromisoformat(run['date']))}: {run['company']}"]
    if run["heading"]:
        lines.append(run["heading"])
    contacts = [one for one in told["customers"] if one["outcome"] in SPOKEN]
    asked = [one for one in told["customers"] if one["outcome"] in ("task", "decide")]
    silent = [one for one in told["customers"] if one["outcome"] == LEFT_ALONE]
    lines += _group(
        "Contacts" if run["kind"] == "night" else "Would be contacted", contacts, reader, with_text
    )
    lines += [*([""] if (said := incomplete_lines(contacts, reader.lacking)) else []), *said]
    lines += _answers(told["answers"], with_text)
    lines += _group("Needs you", asked, reader, with_text)
    lines += _silences(silent)
    lines += _waiting(told, zone)
    lines += _effects(told)
    lines += _differences(told)
    lines += _delivery(told.get("delivery"), zone)
    lines += ["", f"Run {run['id']}. Why one invoice: qb-collections explain NUMBER"]
    return lines


def _answers(rows: list[dict[str, Any]], with_text: bool) -> list[str]:
    """What is owed as an answer: nothing is asked for in it, and it counts for no limit."""
    if not rows:
        return []
    lines = ["", f"Answers ({len(rows)}):"]
    for row in rows:
        lines += [f"  {row['customer']}: {row['subject']}", f"      {row['because'] or row['reason']}"]
        if with_text and not row["because"]:
            lines += ["", *(f"      | {line}" for line in row["text"].splitlines()), ""]
    return lines


def _group(title: str, rows: list[dict[str, Any]], reader: Reader, with_text: bool) -> list[str]:
    if not rows:
        return ["", f"{title}: nobody."]
    lines = ["", f"{title} ({len(rows)}):"]
    for row in rows:
        amount = f", {reader.money(row['amount'], row['currency'])}" if row["amount"] else ""
        stage = f", {reader.step(row)}" if row["stage"] else ""
        how = f", {_CHANNELS[row['channel']]}" if row["channel"] else ""
        lines.append(f"  {row['customer']}{stage}{amount}{how}")
        lines.append(f"      {row['reason']}")
        if with_text and row["text"]:
            lines += ["", *(f"      | {line}" for line in row["text"].splitlines()), ""]
    return lines


def _silences(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return []
    late = [row for row in rows if row["gate"] not in NOTHING_LATE]
    lines = ["", f"Left alone ({len(late)}):"] if late else []
    lines += [f"  {row['customer']}: {row['reason'].removeprefix('Left alone: ')}" for row in late]
    early = [row["customer"] for row in rows if row["gate"] in NOTHING_LATE]
    return [*lines, "", f"Nothing late ({len(early)}): {', '.join(early)}"] if early else lines


def _waiting(told: dict[str, Any], zone: str) -> list[str]:
    """What is decided and has not left: for its hour, or for a person."""
    open_ones = [one for one in told["intents"] if one["state"] in ("planned", "ready", "unknown", "parked")]
    lines: list[str] = []
    for_hour = [one for one in open_ones if one["state"] == "planned" and one["approval"] != "needed"]
    if for_hour and told["delivery"] and told["delivery"]["held"]:
        lines += ["", f"Held ({len(for_hour)}):", *(f"  {_about(one)}" for one in for_hour)]
    elif for_hour:
        lines += ["", f"Waits for its hour ({len(for_hour)}):"]
        lines += [f"  {_about(one)}, from {_local(one['due_at'], zone)}" for one in for_hour]
    for_you = [one for one in open_ones if one["approval"] == "needed" and one["state"] == "planned"]
    if for_you:
        lines += ["", f"Waits for your approval ({len(for_you)}): qb-collections run approve"]
        lines += [f"  {_about(one)}" for one in for_you]
    tasks = [one for one in open_ones if one["kind"] == "task" and one["state"] == "ready"]
    if tasks:
        lines += ["", f"Waits for your report ({len(tasks)}): qb-collections task list"]
        lines += [f"  {_about(one)}" for one in tasks]
    unclear = [one for one in open_ones if one["state"] in ("unknown", "parked")]
    if unclear:
        lines += [
            "",
            f"Not known whether it went through ({len(unclear)}): looked up before it is sent again",
        ]
        lines += [f"  {_about(one)}{': ' + one['reason'] if one['reason'] else ''}" for one in unclear]
    return lines


def _effects(told: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    done = [one for one in told["intents"] if one["state"] == "confirmed"]
    mailed = [one for one in done if one["kind"] == "email"]
    if mailed:
        lines += ["", f"E-mailed ({len(mailed)}):", *(f"  {_about(one)}" for one in mailed)]
    written = [one for one in done if one["kind"] not in ("task", "email")]
    if written:
        lines += ["", f"Done in QuickBooks ({len(written)}):"]
        kinds = {
            "send_invoice": "invoice e-mailed",
            "note": "note written",
            "note_attachment": "note attached",
        }
        for one in written:
            id_ = f" (QuickBooks id {one['quickbooks_id']})" if one["quickbooks_id"] else ""
            lines.append(f"  {kinds.get(one['kind'], one['kind'])}: {_about(one)}{id_}")
        if any(one["kind"] in ("note", "note_attachment") for one in written):
            lines.append(f"  To take notes back: qb-collections undo {told['run']['id']} --preview")
    dropped = [one for one in told["intents"] if one["state"] in ("cancelled", "rejected")]
    if dropped:
        lines += ["", f"Not sent after all ({len(dropped)}):"]
        lines += [f"  {_about(one)}: {one['reason']}" for one in dropped]
    return lines


def _differences(told: dict[str, Any]) -> list[str]:
    rows = told["differences"]
    if not rows:
        return []
    lines = ["", f"Otherwise than in the preview ({len(rows)}):"]
    for row in rows:
        lines += [
            f"  {row['customer']}",
            f"      before: {row['before'] or 'not in the preview'}",
            f"      now:    {row['after'] or 'nothing is due any more'}",
        ]
    return lines


def _delivery(delivery: dict[str, Any] | None, zone: str) -> list[str]:
    if delivery is None:
        return []
    lines = []
    if delivery["held"]:
        lines.append(f"Held: {delivery['held']}")
    if delivery["trouble"]:
        again = (
            f" It is tried again from {_local(delivery['retry_at'], zone)}." if delivery["retry_at"] else ""
        )
        lines.append(
            f"Stopped early: {delivery['trouble']}. What stands under done stays; the rest is not lost."
            f"{again}"
        )
    elif delivery["waits_until"]:
        lines.append(
            f"The next thing leaves {_local(delivery['waits_until'], zone)}, by `serve` or another `night`."
        )
    checked = delivery["verified"]
    if checked is not None and checked["agrees"]:
        lines.append(
            f"Read back in QuickBooks: {many(checked['notes'], 'note')} and "
            f"{many(checked['sends'], 'copy', 'copies')} e-mailed, each where it should be."
        )
    for one in checked["differences"] if checked else ():
        lines.append(f"QuickBooks says otherwise: {one['sentence']}")
    return ["", *lines] if lines else []


def _about(intent: dict[str, Any]) -> str:
    numbers = wording.and_list(intent["invoices"], "en_US") if intent["invoices"] else ""
    about = f", {'invoice' if len(intent['invoices']) == 1 else 'invoices'} {numbers}" if numbers else ""
    return f"{intent['customer'] or 'a document'}{about}"


def _local(instant: str, zone: str) -> str:
    at = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    return f"{at:%a} {at.day} {at:%B %H:%M}"
