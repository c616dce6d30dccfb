"""plan confirm, propose, create, show, list: let a customer pay in parts, as real invoices in the books."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from qb_collections.cli.answers import HELD, OK, Answer, accepted
from qb_collections.cli.opening import actor, company_named, open_context, working
from qb_collections.cli.verbs import noun, verb
from qb_collections.cli.words import DAY, company_option, day_text, name_argument
from qb_collections.services import plans
from qb_collections.services.plans import Proposal


def _terms(function: Any) -> Any:
    """The options that say what a plan is, the same to propose and to create."""
    for option in (
        click.option(
            "--first-on", type=DAY, required=True, help="The day on which the first payment is due."
        ),
        click.option("--every", type=click.Choice(list(plans.EVERY)), default="month", show_default=True),
        click.option("--payments", type=click.IntRange(min=1), required=True, help="In how many parts."),
        click.argument("invoices", nargs=-1, required=True, metavar="NUMBER..."),
    ):
        function = option(function)
    return company_option(function)


def add_to(main: click.Group) -> None:
    @noun(main, "plan", "plan propose 10612 --payments 3 --first-on 2026-11-15")
    def plan() -> None:
        """Payment plans: a promise in parts, written into QuickBooks without changing revenue or tax."""

    @verb(plan, "confirm", "plan confirm --income-on-accrual --sales-tax-on-accrual")
    @name_argument
    @click.option("--income-on-accrual", is_flag=True, help="Income tax is filed on an accrual basis.")
    @click.option("--sales-tax-on-accrual", is_flag=True, help="Sales tax is filed on an accrual basis.")
    def confirm(name: str | None, income_on_accrual: bool, sales_tax_on_accrual: bool) -> Answer:
        """Say, once, that income tax and sales tax are filed on accrual.  Ask your accountant.

        Only then may plans be written as installment invoices.
        """
        with working(name, "The confirmation") as work:
            by = actor()
            changed = accepted(
                plans.confirm_basis(
                    work.context,
                    work.company,
                    work.lease,
                    income_on_accrual=income_on_accrual,
                    sales_tax_on_accrual=sales_tax_on_accrual,
                    by=by,
                )
            )
        said = f"Noted in your name. Payment plans can be written for {changed.name}."
        return Answer({"company": changed.name, "confirmed_by": changed.plan_basis_confirmed_by}, [said])

    @verb(plan, "propose", "plan propose 10612 10588 --payments 3 --every month --first-on 2026-11-15")
    @_terms
    def propose(name: str | None, invoices: tuple[str, ...], **terms: Any) -> Answer:
        """Show what a plan for these invoices of one customer would write, to the cent and the day.

        Reads QuickBooks; writes nothing.
        """
        with working(name, "The proposal") as work:
            found = accepted(
                plans.propose(
                    work.context, work.company, work.lease, invoice_numbers=invoices, by=actor(), **terms
                )
            )
        return Answer({"company": work.company.name, **found.as_json()}, _proposal(found))

    @verb(plan, "create", "plan create 10612 10588 --payments 3 --every month --first-on 2026-11-15 --yes")
    @_terms
    @click.option("--yes", is_flag=True, help="I have read the proposal and the customer agrees.")
    def create(name: str | None, invoices: tuple[str, ...], yes: bool, **terms: Any) -> Answer:
        """Write the plan into QuickBooks.  Whole, or taken back without effect."""
        with working(name, "The plan") as work:
            made = accepted(
                plans.create(
                    work.context,
                    work.company,
                    work.lease,
                    invoice_numbers=invoices,
                    by=actor(),
                    confirm=yes,
                    **terms,
                )
            )
            page = accepted(plans.show(work.context, work.company, made.id))
        said = {
            "active": f"Payment plan {made.label} is written, and its proof holds.",
            "building": f"Payment plan {made.label} is not complete yet; it goes on with the next delivery: "
            "qb-collections night",
            "cancelled": f"Payment plan {made.label} was taken back; the books are as they were.",
        }.get(made.state, f"Payment plan {made.label} is {made.state}.")
        return Answer(
            {"company": work.company.name, "plan": page},
            [said, "", *_page(page)],
            OK if made.state == "active" else HELD,
        )

    @verb(plan, "show", "plan show P1")
    @click.argument("label")
    @company_option
    def show(name: str | None, label: str) -> Answer:
        """Show one plan: its documents, its payments and its proof side by side."""
        context = open_context()
        company = company_named(context, name)
        page = accepted(plans.show(context, company, label))
        return Answer({"company": company.name, "plan": page}, _page(page))

    @verb(plan, "list", "plan list", 'plan list "Bright Dental"')
    @name_argument
    def list_(name: str | None) -> Answer:
        """Show the plans of a company."""
        context = open_context()
        company = company_named(context, name)
        found = plans.list(context, company)
        lines = [_line(one) for one in found] or [f"{company.name} has no payment plan."]
        return Answer({"company": company.name, "plans": found}, lines)


def _proposal(found: Proposal) -> list[str]:
    lines = [f"{found.customer}: {found.principal} in {len(found.installments)} payments"]
    lines += [f"  invoice {number}: {amount}" for number, amount in found.originals]
    lines += ["", "Payments:"]
    lines += [
        f"  {place}. {day_text(on)}: {amount}" for place, (on, amount) in enumerate(found.installments, 1)
    ]
    lines += ["", "What would be written into QuickBooks:", *(f"  {one}" for one in found.writes)]
    lines += ["", "What people will see change:", *(f"  {one}" for one in found.looks_different)]
    return [*lines, "", "Nothing is written yet. To write it: the same with `plan create … --yes`"]


def _line(one: dict[str, Any]) -> str:
    reason = f" ({one['reason']})" if one["reason"] else ""
    return (
        f"{one['plan']}  {one['customer']}: {one['total']} {one['currency']} in {one['payments']} payments, "
        f"the last on {_day(one['last_on'])}; {one['state']}{reason}"
    )


def _page(page: dict[str, Any]) -> list[str]:
    """One plan: what was moved, what is due when, where it stands in QuickBooks, and the proof."""
    lines = [_line(page), f"Agreed on {_day(page['agreed_on'])}, by {page['by']}", "", "Invoices:"]
    lines += [f"  {one['number']}: {one['moved']} moved" for one in page["invoices"]]
    lines += ["", "Payments:"]
    for one in page["installments"]:
        left = f", {one['balance']} open" if one["balance"] is not None else ""
        lines.append(f"  {one['number']}. {_day(one['due_on'])}: {one['amount']}{left} ({one['state']})")
    lines += ["", "Documents in QuickBooks:"]
    lines += [_document(one) for one in (*page["documents"], *page["taken_back"])]
    proof = page["proof"]
    if proof is None:
        return [*lines, "", "There is no proof yet: the plan is not whole."]
    lines += ["", f"Proof: {proof['sentence']}"]
    for basis in ("accrual", "cash"):
        lines.append(f"  on {basis} basis:")
        lines += [f"    {one['what']}: {one['before']} before, {one['after']} after" for one in proof[basis]]
    return lines


def _document(one: dict[str, Any]) -> str:
    where = f", QuickBooks id {one['id']}" if one.get("id") else ""
    return f"  {one['kind']}: {one['state']}{where}"


def _day(text: str) -> str:
    return day_text(date.fromisoformat(text))
