"""plan confirm, setup, propose, create, cancel, default, renegotiate, show, list: pay in parts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import click

from qb_collections.cli import offering, plan_lines
from qb_collections.cli.answers import HELD, OK, Answer, accepted
from qb_collections.cli.opening import Work, actor, company_named, open_context, working
from qb_collections.cli.verbs import Count, noun, verb
from qb_collections.cli.words import AMOUNT, DAY, company_option, name_argument
from qb_collections.core.plan_agreement import ACCEPTED
from qb_collections.services import plan_ending, plan_trial, plans
from qb_collections.store.plans import PlanRow

YES = "I have read the proposal and the customer agrees."


def _terms(function: Any) -> Any:
    """The options that say what a plan is, the same to propose, to create and to agree anew."""
    for option in (
        click.option("--first-on", type=DAY, help="The day on which the first payment is due."),
        click.option("--every", type=click.Choice(list(plans.EVERY)), default="month", show_default=True),
        click.option("--payments", type=Count(min=1), help="In how many parts."),
        click.option("--each", type=AMOUNT, help="Instead: how much each payment is; the last is the rest."),
        click.option("--first-amount", type=AMOUNT, help="A down payment: the first payment, due first."),
        click.option("--on", "days", type=DAY, multiple=True, help="Instead: a day for each payment."),
        click.option(
            "--as",
            "form",
            type=click.Choice(list(plans.FORMS)),
            default="overlay",
            show_default=True,
            help="Kept here beside the invoices, or written into QuickBooks as installment invoices.",
        ),
        click.option(
            "--accepted", type=click.Choice(list(ACCEPTED)), default="unknown", help="How they agreed."
        ),
        click.option("--accepted-by", metavar="NAME", help="Who of them agreed."),
        click.option("--on-cash-basis", "cash_basis", metavar="WORDS", help="Typed by an owner; see docs."),
    ):
        function = option(function)
    return function


def add_to(main: click.Group) -> None:
    @noun(main, "plan", "plan propose 10612 --payments 3 --first-on 2026-11-15")
    def plan() -> None:
        """Payment plans: a promise in parts, kept beside the invoices or written into QuickBooks."""

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

    @verb(plan, "setup", "plan setup", 'plan setup --tax-code "No VAT"')
    @name_argument
    @click.option("--tax-code", metavar="NAME", help="Outside the US: the code that means out of scope.")
    @click.option(
        "--account", metavar="NAME", help="An account of yours for clearing, used for nothing else."
    )
    def setup(name: str | None, tax_code: str | None, account: str | None) -> Answer:
        """Make the clearing account and its item in QuickBooks, and try them, before the first plan.

        The trial is a credit memo of the smallest amount that is deleted at once.
        """
        with working(name, "The set-up") as work:
            gateway = work.context.gateway(work.company, work.lease)
            said = accepted(
                plan_trial.set_up(
                    work.context,
                    work.company,
                    work.lease,
                    gateway,
                    tax_code=tax_code,
                    account=account,
                    by=actor(),
                )
            )
        return Answer({"company": work.company.name, "said": said}, said)

    @verb(
        plan, "propose", "plan propose 10612 10588", "plan propose 10612 --payments 3 --first-on 2026-11-15"
    )
    @click.argument("invoices", nargs=-1, required=True, metavar="NUMBER...")
    @_terms
    @company_option
    def propose(name: str | None, invoices: tuple[str, ...], **terms: Any) -> Answer:
        """Show what a plan for these invoices of one customer would be, to the cent and the day.

        Without a number of payments or an amount, the plans that your policy offers.  Writes nothing.
        """
        with working(name, "The proposal") as work:
            asked = plans.Asked(invoices, **terms)
            found = accepted(plans.propose(work.context, work.company, work.lease, asked, by=actor()))
        return Answer(
            {"company": work.company.name, **found.as_json()}, plan_lines.proposal(found, work.company.locale)
        )

    @verb(plan, "create", "plan create 10612 10588 --payments 3 --first-on 2026-11-15 --yes")
    @click.argument("invoices", nargs=-1, required=True, metavar="NUMBER...")
    @_terms
    @company_option
    @click.option("--yes", is_flag=True, help=YES)
    def create(name: str | None, invoices: tuple[str, ...], yes: bool, **terms: Any) -> Answer:
        """Agree on the plan, as it was proposed.  Whole, or taken back without effect."""
        with working(name, "The plan") as work:
            asked = plans.Asked(invoices, **terms)
            made = accepted(
                plans.create(work.context, work.company, work.lease, asked, by=actor(), confirm=yes)
            )
            return _told(work, made)

    @verb(plan, "cancel", "plan cancel PP1 --because 'they paid by loan' --yes")
    @click.argument("label")
    @company_option
    @click.option("--because", default="", help="Why, for your records.")
    @click.option("--exchange", type=AMOUNT, help="Cents of exchange that were told; only where they were.")
    @click.option("--yes", is_flag=True, help="I want to end it.")
    def cancel(name: str | None, label: str, because: str, exchange: Decimal | None, yes: bool) -> Answer:
        """End a plan by agreement: what was not paid is on the original invoices again."""
        with working(name, "Ending the plan") as work:
            ended = accepted(
                plans.cancel(
                    work.context,
                    work.company,
                    work.lease,
                    label,
                    by=actor(),
                    reason=because,
                    confirm=yes,
                    exchange=exchange,
                )
            )
            return _told(work, ended, plan_ending.summary(ended, work.company.locale))

    @verb(plan, "default", "plan default PP1 --yes")
    @click.argument("label")
    @company_option
    @click.option("--because", default="", help="Why, for your records.")
    @click.option("--exchange", type=AMOUNT, help="Cents of exchange that were told; only where they were.")
    @click.option("--yes", is_flag=True, help="I want to end it.")
    def default(name: str | None, label: str, because: str, exchange: Decimal | None, yes: bool) -> Answer:
        """End a plan whose payments did not come: reminders take the original invoices up again."""
        with working(name, "Ending the plan") as work:
            ended = accepted(
                plans.default(
                    work.context,
                    work.company,
                    work.lease,
                    label,
                    by=actor(),
                    reason=because,
                    confirm=yes,
                    exchange=exchange,
                )
            )
            return _told(work, ended, plan_ending.summary(ended, work.company.locale))

    @verb(plan, "renegotiate", "plan renegotiate PP1 --payments 6 --first-on 2027-01-15 --yes")
    @click.argument("label")
    @_terms
    @company_option
    @click.option("--exchange", type=AMOUNT, help="Cents of exchange that were told; only where they were.")
    @click.option("--yes", is_flag=True, help=YES)
    def renegotiate(
        name: str | None, label: str, exchange: Decimal | None, yes: bool, **terms: Any
    ) -> Answer:
        """End a plan and agree on another one for what is left of it."""
        with working(name, "The new plan") as work:
            asked = plans.Asked((), **terms)
            made = accepted(
                plans.renegotiate(
                    work.context,
                    work.company,
                    work.lease,
                    label,
                    asked,
                    by=actor(),
                    confirm=yes,
                    exchange=exchange,
                )
            )
            ended = made.label == label.upper()
            return _told(work, made, plan_ending.summary(made, work.company.locale) if ended else None)

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


def _made(made: PlanRow, page: Mapping[str, Any]) -> str:
    if made.form == "overlay":
        written = "is agreed and kept here"
    elif page["proof"] and not page["proof"]["holds"]:
        written = "is written, but its proof does not hold: please look at it below"
    else:
        written = "is written, and its proof holds"
    return {
        "active": f"Payment plan {made.label} {written}.",
        "building": f"Payment plan {made.label} is not complete yet; it goes on with the next delivery: "
        "qb-collections night",
        "cancelled": f"Payment plan {made.label} was taken back; the books are as they were.",
    }.get(made.state, f"Payment plan {made.label} is {made.state}.")


def _told(work: Work, plan: PlanRow, said: str | None = None) -> Answer:
    """said: a sentence about its end; without one the plan was made just now."""
    page = accepted(plans.show(work.context, work.company, plan.id))
    said = said or _made(plan, page)
    return Answer(
        {"company": work.company.name, "plan": page},
        [said, "", *plan_lines.page(page, work.company.locale)],
        HELD
        if plan.state == "building" or (plan.state == "cancelled" and "Without effect" in (plan.reason or ""))
        else OK,
    )
