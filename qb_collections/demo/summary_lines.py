"""The summary for a person to read, in a hundred columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from qb_collections.demo.books import Standing
from qb_collections.demo.page import cut, heading, labelled, paragraph
from qb_collections.demo.summary import Contacted, Summary
from qb_collections.demo.words import day, listed, many, money, short_day

TABLE_ROWS = 12
SHORT = {
    "send": "e-mailed invoice",
    "note": "note line",
    "credit memo": "credit memo",
    "applying payment": "zero payment",
    "installment": "installment",
    "account": "account",
    "item": "item",
}
SENTENCES_SHOWN = 2
NAMES_SHOWN = 18
KINDS = {
    "send": ("invoice e-mailed by QuickBooks", "invoices e-mailed by QuickBooks"),
    "note": ("note line on an invoice", "note lines on invoices"),
    "credit memo": ("credit memo of a plan", "credit memos of plans"),
    "applying payment": ("zero payment that applies it", "zero payments that apply them"),
    "installment": ("installment invoice", "installment invoices"),
    "account": ("clearing account", "clearing accounts"),
    "item": ("clearing item", "clearing items"),
}


def summary_lines(summary: Summary, stories: Mapping[str, str]) -> list[str]:
    title = (
        f"After {many(summary.nights, 'night')}: {summary.company}, "
        f"{short_day(summary.first_on)} to {short_day(summary.last_on)}, {summary.last_on.year}"
    )
    return [
        *heading(title),
        *_owed(summary),
        *_contacted(summary),
        *_left_alone(summary),
        *_said(summary),
        *_plans(summary),
        *_writes(summary),
        *_emails(summary),
        *_checks(summary),
        *_waiting(summary),
        *_stories(stories),
    ]


def _owed(summary: Summary) -> list[str]:
    def row(name: str, one: Standing) -> str:
        owed, late = money(one.owed, summary.currency), money(one.late, summary.currency)
        who = f"{one.late_customers} of {one.customers} customers late"
        return f"  {name:<26}{owed:>16} owed   {late:>16} late   {who}"

    return [
        row(day(summary.before.on), summary.before),
        row(day(summary.after.on), summary.after),
        *paragraph(_between(summary), 2),
    ]


def _between(summary: Summary) -> str:
    """What led from the one figure to the other, so that they add up."""
    received, billed = (money(one, summary.currency) for one in (summary.received, summary.billed))
    clauses = [f"{received} came in"]
    if summary.new_invoices:
        clauses.append(f"{many(summary.new_invoices, 'new invoice')} of {billed} were written")
    rest = summary.before.owed - summary.received + summary.billed - summary.after.owed
    if rest > 0:
        clauses.append(f"{money(rest, summary.currency)} was settled with credits")
    return f"Meanwhile {listed(clauses)}."


def _contacted(summary: Summary) -> list[str]:
    lines = heading(f"Who heard from us: {many(len(summary.contacted), 'customer')}")
    if summary.furthest_step is None:
        return [*lines, "  Nobody."]
    groups: dict[str, list[Contacted]] = {}
    for one in summary.contacted:
        groups.setdefault(one.step, []).append(one)
    for step, found in groups.items():
        names = [f"{one.customer}{f' ({one.contacts})' if one.contacts > 1 else ''}" for one in found]
        lines += labelled(f"  {step} ({len(found)})", [_names(names)], 36)
    who = next(one.customer for one in summary.contacted if one.step == summary.furthest_step)
    return [
        *lines,
        *paragraph(
            "Everybody stands at the furthest step that reached them; in brackets, how many contacts in all. "
            f"The furthest of all is the {summary.furthest_step} ({who}). {_approvals(summary)}",
            2,
        ),
    ]


def _approvals(summary: Summary) -> str:
    if not summary.approvals:
        return ""
    count = "One contact" if summary.approvals == 1 else f"{summary.approvals} contacts"
    return f"{count} left only after a person's approval."


def _left_alone(summary: Summary) -> list[str]:
    total = sum(len(one.customers) for one in summary.left_alone)
    lines = heading(f"Who was left alone: {many(total, 'customer')}, and why")
    for one in summary.left_alone:
        lines += labelled(f"  {len(one.customers):>3} ", [f"{one.says}: {_ended(_names(one.customers))}"], 6)
        if one.gate not in ("paid", "not late"):
            for sentence in one.sentences[:SENTENCES_SHOWN]:
                lines += paragraph(f"“{sentence}”", 6)
    return lines


def _said(summary: Summary) -> list[str]:
    if not summary.promises and not summary.disputes:
        return []
    lines = heading("What customers told us")
    outcomes = Counter(one.outcome for one in summary.promises)
    if summary.promises:
        counted = ", ".join(
            f"{outcomes[name]} {name}" for name in ("kept", "broken", "open") if outcomes[name]
        )
        lines.append(f"  {many(len(summary.promises), 'promise')} to pay: {counted}.")
    for one in summary.promises:
        amount = money(one.amount, summary.currency)
        lines.append(f"    {one.outcome:<7} {one.customer}: {amount} for {day(one.promised_on)}")
    for dispute in summary.disputes:
        amount = money(dispute.amount, summary.currency)
        lines += paragraph(
            f"One dispute: {dispute.customer}, invoice {dispute.number} ({amount}), since "
            f"{day(dispute.opened_on)}. Notes on that invoice since then: {dispute.contacts_since}.",
            2,
        )
    return lines


def _plans(summary: Summary) -> list[str]:
    lines: list[str] = []
    for one in summary.plans:
        lines += heading(f"Payment plan {one.label}: {one.customer}")
        lines += paragraph(
            f"{money(one.total)} from invoices {listed(one.numbers)} in {one.payments} payments to "
            f"{short_day(one.last_on)}, {one.last_on.year}; {money(one.paid)} of it has been paid, "
            f"{money(one.left)} is left.",
            2,
        )
        lines.append("  Counted in QuickBooks just before and just after the plan was written:")
        for name, (before, after), sign in (
            ("receivables", one.receivables, 1),
            ("income", one.income, -1),
            ("sales tax", one.tax, -1),
        ):
            lines.append(f"    {name:<12}{money(sign * before):>16}  {money(sign * after):>16}")
        lines.append(
            f"  receivables, income and tax unchanged by the plan: {'yes' if one.unchanged else 'NO'}"
        )
    return lines


def _writes(summary: Summary) -> list[str]:
    kinds = Counter(one.kind for one in summary.writes)
    lines = heading(
        f"What we wrote into QuickBooks: {len(summary.writes)}, counted there, with QuickBooks' own ids"
    )
    for kind, (one, several) in KINDS.items():
        if kinds[kind]:
            lines.append(f"  {kinds[kind]:>3} {one if kinds[kind] == 1 else several}")
    if summary.writes:
        lines += ["", *_table(summary)]
    return lines


def _emails(summary: Summary) -> list[str]:
    if not summary.emails:
        return []
    to = many(len({one.recipient for one in summary.emails}), "address", "addresses")
    return [
        *heading(f"What left by e-mail: {len(summary.emails)}, counted at the mail server"),
        f"  {many(len(summary.emails), 'message')} in our own words, to {to}.",
    ]


def _table(summary: Summary) -> list[str]:
    """Everything of the plan, and the first of the many."""
    writes = summary.writes
    many_of = [one for one in writes if one.kind in ("send", "note")]
    few = [one for one in writes if one.kind not in ("send", "note")]
    shown = [*few, *many_of[: max(2, TABLE_ROWS - len(few))]]
    shown += [one for one in many_of if one.kind == "note" and one not in shown][:2]
    lines = [f"  {'id':<6}{'what':<18}{'customer':<24}{'number':<12}"]
    for one in shown:
        who, text = cut(one.customer, 23), cut(one.text, 38)
        lines.append(f"  {one.id:<6}{SHORT[one.kind]:<18}{who:<24}{one.number:<12}{text}".rstrip())
    if len(shown) < len(writes):
        all_of = f"qb-collections demo --nights {summary.nights} --exit --json"
        lines.append(f"  and {len(writes) - len(shown)} more. Every one with its id: {all_of}")
    return lines


def _checks(summary: Summary) -> list[str]:
    lines = heading("What must not have happened, counted in QuickBooks and at the mail server")
    lines += [f"  {one.count:>3} {one.says}, of {one.looked_at:,}" for one in summary.checks]
    lines.append("  And read back by the service itself:")
    return lines + [line for said in summary.read_back for line in labelled("    -", [said], 6)]


def _waiting(summary: Summary) -> list[str]:
    if not summary.tasks_open:
        return []
    count = Counter(summary.tasks_open)
    lines = heading(f"What waits for a person: {many(len(summary.tasks_open), 'task')}")
    return lines + [line for title in count for line in labelled("  -", [title], 4)]


def _stories(stories: Mapping[str, str]) -> list[str]:
    if not stories:
        return []
    lines = heading("One sentence about each of those with a part in the story")
    for text in stories.values():
        lines += labelled("  -", [text], 4)
    return lines


def _names(names: Sequence[str]) -> str:
    shown = [*names[:NAMES_SHOWN]]
    return (
        listed(shown)
        if len(names) <= NAMES_SHOWN
        else f"{', '.join(shown)} and {len(names) - NAMES_SHOWN} more"
    )


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
