"""Payment plans as people ask for them: propose, create, show, list."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from qb_collections.core.money import Money
from qb_collections.core.plan_documents import draft_amounts
from qb_collections.core.plan_home_cents import adding_up, residue
from qb_collections.core.plans import INSTALLMENTS_MAX, Rhythm, principal, refusal, schedule
from qb_collections.core.wording import list_text
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import (
    plan_facts,
    plan_gate,
    plan_papers,
    plan_saga,
    plan_setup,
    plan_view,
    proof,
)
from qb_collections.services.context import Context
from qb_collections.services.plan_facts import Facts
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, companies, intents, mirror
from qb_collections.store import plans as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import Installment, Original, PlanRow

EVERY = {
    "week": Rhythm.WEEKLY,
    "fortnight": Rhythm.FORTNIGHTLY,
    "month": Rhythm.MONTHLY,
    "month_end": Rhythm.MONTH_END,
}
YEARS_AHEAD_MAX = 5
CONFIRM = "Confirm it, once: qb-collections plan confirm --income-on-accrual --sales-tax-on-accrual"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be written, to the cent and the day, before anything is."""

    customer_id: str
    customer: str
    plan_on: date
    originals: tuple[tuple[str, Money], ...]  # number, balance
    principal: Money
    installments: tuple[tuple[date, Money], ...]
    writes: tuple[str, ...]  # sentences: each document in QuickBooks
    looks_different: tuple[str, ...]  # sentences: what people will see change
    set_up: bool  # the clearing account and item exist already

    def as_json(self) -> dict[str, Any]:
        return {
            "customer": self.customer,
            "customer_id": self.customer_id,
            "plan_on": self.plan_on.isoformat(),
            "invoices": [{"number": number, **_money(amount)} for number, amount in self.originals],
            "total": _money(self.principal),
            "installments": [
                {"number": place, "due_on": on.isoformat(), **_money(amount)}
                for place, (on, amount) in enumerate(self.installments, start=1)
            ],
            "writes": [*self.writes],
            "looks_different": [*self.looks_different],
            "set_up": self.set_up,
        }


def confirm_basis(
    context: Context,
    company: Company,
    lease: Lease,
    *,
    income_on_accrual: bool,
    sales_tax_on_accrual: bool,
    by: str,
) -> Company | Refusal:
    """Store who said that income tax and sales tax are both filed on accrual; plans need it."""
    if not (income_on_accrual and sales_tax_on_accrual):
        return Refusal(
            "Installment invoices need both: income tax and sales tax filed on an accrual basis. On cash "
            "basis they would bring income and tax forward to the day of the plan."
        )
    with durable(context.engine) as conn:
        lease.check(conn)
        audit.append(
            conn, company.id, by, "accrual confirmed", "payment plans", {"by": by}, context.clock.now()
        )
        return companies.update(conn, company.id, plan_basis_confirmed_by=by)


def propose(
    context: Context,
    company: Company,
    lease: Lease,
    *,
    invoice_numbers: Sequence[str],
    payments: int,
    every: str,
    first_on: date,
    by: str,
) -> Proposal | Refusal:
    """What a plan would write, read live and without writing anything.

    Raises the QuickBooksError when the books cannot be read.
    """
    gateway = context.gateway(company, lease)
    found = _worked_out(context, company, gateway, invoice_numbers, payments, every, first_on)
    return found if isinstance(found, Refusal) else _proposal(company, *found)


def create(
    context: Context,
    company: Company,
    lease: Lease,
    *,
    invoice_numbers: Sequence[str],
    payments: int,
    every: str,
    first_on: date,
    by: str,
    confirm: bool,
) -> PlanRow | Refusal:
    """Write the plan into QuickBooks and answer it as it is then.

    active: whole, with its proof.  cancelled: taken back, without effect, with
    the reason.  building: QuickBooks could not be reached or a person stopped
    it; it goes on with the next delivery, and nothing is sent to the customer
    meanwhile.  A Refusal or a QuickBooksError: nothing of the plan was written.
    """
    closed = plan_gate.closed(context, company)
    if closed is not None:
        return Refusal(f"No plan is written now. {closed.because}")
    gateway = context.gateway(company, lease)
    found = _worked_out(context, company, gateway, invoice_numbers, payments, every, first_on)
    if isinstance(found, Refusal):
        return found
    if not confirm:
        return Refusal(
            "Nothing was written: a plan is written once its proposal has been read and confirmed."
        )
    ready = plan_setup.ensure(context, company, lease, gateway)
    if isinstance(ready, Refusal):
        return ready
    facts, dates, amounts = found
    plan = _store(context, ready, lease, gateway, facts, dates, amounts, by)
    try:
        return plan_saga.resume(context, ready, lease, gateway, plan.id)
    except QuickBooksError:
        # What was done is stored, and due: the next delivery goes on.
        with reading(context.engine) as conn:
            return stored.get(conn, company.id, plan.id)


def show(context: Context, company: Company, plan: int | str) -> dict[str, Any] | Refusal:
    """One plan by its id or label, with its documents, its installments and its proof side by side."""
    with reading(context.engine) as conn:
        rows = stored.list(conn, company.id)
        wanted = str(plan).strip().upper()
        found = next((row for row in rows if wanted in (row.label, str(row.id))), None)
        if found is None:
            labels = list_text([row.label for row in rows[-3:]])
            return Refusal(f"There is no payment plan {plan}." + (f" There is {labels}." if labels else ""))
        steps = intents.of_plan(conn, company.id, found.id)
        proofs = stored.proofs(conn, company.id, found.id)
        ids = [one.invoice_id for one in found.originals]
        ids += [one.invoice_id for one in found.installments if one.invoice_id]
        books = mirror.invoices(conn, company.id, ids)
    return plan_view.page(found, steps, proofs, books)


def list(context: Context, company: Company) -> builtins.list[dict[str, Any]]:
    """Every plan of the company in a line, the first one first."""
    with reading(context.engine) as conn:
        return [plan_view.line(row) for row in stored.list(conn, company.id)]


Worked = tuple[Facts, tuple[date, ...], tuple[Money, ...]]


def _worked_out(
    context: Context,
    company: Company,
    gateway: Gateway,
    numbers: Sequence[str],
    payments: int,
    every: str,
    first_on: date,
) -> Worked | Refusal:
    """The live facts, the due dates and the amounts; or why there can be no such plan."""
    if every not in EVERY:
        return Refusal(
            f"A plan's payments come every {list_text([*EVERY])}; {every[:20]!r} is none of these."
        )
    if not 1 <= payments <= INSTALLMENTS_MAX:
        return Refusal(f"A plan has between 1 and {INSTALLMENTS_MAX} payments; {payments} were asked for.")
    facts = plan_facts.gather(context, company, gateway, numbers)
    if isinstance(facts, Refusal):
        return facts
    with reading(context.engine) as conn:
        calendar = Rulebook(conn, company, facts.plan_on).calendar
    if first_on.year > facts.plan_on.year + YEARS_AHEAD_MAX:
        return Refusal(f"The first payment would be due in {first_on.year}. Choose an earlier day.")
    dates = schedule(first_on, payments, EVERY[every], calendar)
    because = refusal(facts.candidates, dates, facts.terrain)
    if because is not None:
        told = replace(facts.terrain, accrual_confirmed=True)
        only_asks = refusal(facts.candidates, dates, told) != because
        return Refusal(f"{because} {CONFIRM}" if only_asks else because)
    amounts = draft_amounts(principal(facts.candidates), dates)
    rate = facts.candidates[0].exchange_rate
    if rate is None:
        return facts, dates, amounts
    home = facts.preferences.home_currency
    balances = [one.invoice.balance for one in facts.candidates]
    shifted = adding_up(amounts, rate, home)
    if shifted is None or residue(balances, principal(facts.candidates), rate, home):
        return Refusal(
            f"At the exchange rate of {rate} these invoices in {payments} payments do not add up to the cent "
            f"in {home}. Choose another number of payments, or fewer invoices."
        )
    return facts, dates, shifted


def _proposal(
    company: Company, facts: Facts, dates: tuple[date, ...], amounts: tuple[Money, ...]
) -> Proposal:
    ready = company.clearing_item_id is not None
    return Proposal(
        customer_id=facts.customer.id,
        customer=facts.customer.name,
        plan_on=facts.plan_on,
        originals=tuple((one.invoice.label, one.invoice.balance) for one in facts.candidates),
        principal=principal(facts.candidates),
        installments=tuple(zip(dates, amounts, strict=True)),
        writes=plan_view.writes(company, facts, dates, amounts, set_up=ready),
        looks_different=plan_view.looks_different(company, facts),
        set_up=ready,
    )


def _store(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    facts: Facts,
    dates: tuple[date, ...],
    amounts: tuple[Money, ...],
    by: str,
) -> PlanRow:
    """The proof "before" is read; then plan, proof and every intended write, in one transaction."""
    start_on = proof.fiscal_start(gateway, facts.plan_on)
    before = proof.read(
        gateway, facts.live, facts.customer.id, plan_on=facts.plan_on, today=facts.plan_on, since=start_on
    )
    now = context.clock.now()
    foreign = facts.currency != facts.preferences.home_currency
    first = facts.candidates[0]
    details = {
        "customer": facts.customer.name,
        "labels": {one.invoice.id: one.invoice.label for one in facts.candidates},
        "item_id": company.clearing_item_id,
        "account_id": company.clearing_account_id,
        "auto_number": facts.preferences.custom_numbers,
        "currency": facts.currency if facts.preferences.multicurrency or foreign else None,
        "exchange_rate": first.exchange_rate,
        "home_currency": facts.preferences.home_currency,
        "location_id": first.location_id,
        "fiscal_start": start_on.isoformat(),
    }
    with durable(context.engine) as conn:
        lease.check(conn)
        plan = stored.create(
            conn,
            company.id,
            customer_id=facts.customer.id,
            form="installment_invoices",
            agreed_on=facts.plan_on,
            originals=[Original(one.invoice.id, one.invoice.balance) for one in facts.candidates],
            installments=[
                Installment(place, on, amount)
                for place, (on, amount) in enumerate(zip(dates, amounts, strict=True), start=1)
            ],
            by=by,
            at=now,
            details=details,
        )
        stored.add_proof(
            conn,
            company.id,
            plan.id,
            "before",
            figures=before,
            holds=True,
            sentence=None,
            read_at=facts.live.read_at,
        )
        wanted = plan_papers.intents_of(company, plan, now)
        intents.plan(conn, company.id, None, wanted, plan_id=plan.id, saga=plan.label)
        mirror.put_invoices(conn, company.id, facts.live.invoices)
        cases.touch(conn, company.id, [plan.customer_id], facts.plan_on)
        audit.append(
            conn,
            company.id,
            by,
            "plan agreed",
            plan.label,
            {
                "invoices": [one.invoice.label for one in facts.candidates],
                "total": plan.principal,
                "payments": len(dates),
                "last_on": dates[-1],
            },
            now,
        )
    return plan


def _money(amount: Money) -> dict[str, str]:
    return {"amount": str(amount.amount), "currency": amount.currency}
