"""plan confirm, propose, create, show, list: let a customer pay in parts, as real invoices in the books."""

from __future__ import annotations

from typing import Any

import click

from qb_collections.cli import offering, plan_lines
from qb_collections.cli.answers import HELD, OK, Answer, accepted
from qb_collections.cli.opening import actor, company_named, open_context, working
from qb_collections.cli.verbs import Count, noun, verb
from qb_collections.cli.words import DAY, company_option, name_argument
from qb_collections.services import plans


def _terms(function: Any) -> Any:
    """The options that say what a plan is, the same to propose and to create."""
    for option in (
        click.option(
            "--first-on", type=DAY, required=True, help="The day on which the first payment is due."
        ),
        click.option("--every", type=click.Choice(list(plans.EVERY)), default="month", show_default=True),
        click.option("--payments", type=Count(min=1), required=True, help="In how many parts."),
        click.argument("invoices", nargs=-1, required=True, metavar="NUMBER..."),
    ):
        function = option(function)
    return company_option(function)


def add_to(main: click.Group) -> None:
    @noun(main, "plan", "plan propose 10612 --payments 3 --first-on 2026-11-15")
    def plan() -> None:
        """Payment plans: a promise in parts, written into QuickBooks without changing revenue or tax."""

    offering.add_to(plan)

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
        return Answer(
            {"company": work.company.name, **found.as_json()}, plan_lines.proposal(found, work.company.locale)
        )

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
            [said, "", *plan_lines.page(page, work.company.locale)],
            OK if made.state == "active" else HELD,
        )

    @verb(plan, "show", "plan show PP1")
    @click.argument("label")
    @company_option
    def show(name: str | None, label: str) -> Answer:
        """Show one plan: its documents, its payments and its proof side by side."""
        context = open_context()
        company = company_named(context, name)
        page = accepted(plans.show(context, company, label))
        return Answer({"company": company.name, "plan": page}, plan_lines.page(page, company.locale))

    @verb(plan, "list", "plan list", 'plan list "Bright Dental"')
    @name_argument
    def list_(name: str | None) -> Answer:
        """Show the plans of a company."""
        context = open_context()
        company = company_named(context, name)
        found = plans.list(context, company)
        lines = [plan_lines.line(one, company.locale) for one in found] or [
            f"{company.name} has no payment plan."
        ]
        return Answer({"company": company.name, "plans": found}, lines)
