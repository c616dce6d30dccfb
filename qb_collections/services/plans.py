"""Payment plans as people ask for them: propose, create, end, agree anew, show, list."""

from __future__ import annotations

import builtins
from dataclasses import replace
from decimal import Decimal
from typing import Any

from qb_collections.core import plan_agreement
from qb_collections.core.plan_documents import named as on_paper
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import (
    plan_asking,
    plan_ending,
    plan_gate,
    plan_papers,
    plan_proposal,
    plan_saga,
    plan_setup,
    plan_view,
    proof,
    verify_agreed,
)
from qb_collections.services.context import Context
from qb_collections.services.plan_asking import EVERY, FORMS, Asked, Worked
from qb_collections.services.plan_facts import OVERLAY
from qb_collections.services.plan_named import named
from qb_collections.services.plan_proposal import Proposal
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, companies, intents, mirror
from qb_collections.store import plans as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import Installment, Original, PlanRow

__all__ = ["EVERY", "FORMS", "Asked", "Proposal", "cancel", "confirm_basis", "create", "propose", "show"]


def confirm_basis(
    context: Context,
    company: Company,
    lease: Lease,
    *,
    income_on_accrual: bool,
    sales_tax_on_accrual: bool,
    by: str,
) -> Company | Refusal:
    """Store who said that income tax and sales tax are filed on accrual; installment invoices need it."""
    if not (income_on_accrual and sales_tax_on_accrual):
        return Refusal(
            "Installment invoices need both: income tax and sales tax filed on an accrual basis. On cash "
            "basis they would bring income and tax forward to the day of the plan. Plans that are kept here "
            "need neither."
        )
    with durable(context.engine) as conn:
        lease.check(conn)
        audit.append(
            conn, company.id, by, "accrual confirmed", "payment plans", {"by": by}, context.clock.now()
        )
        return companies.update(conn, company.id, plan_basis_confirmed_by=by)


def propose(context: Context, company: Company, lease: Lease, asked: Asked, *, by: str) -> Proposal | Refusal:
    """What a plan would write, read live and without writing anything; without terms, shapes to choose from.

    Raises the QuickBooksError when the books cannot be read.
    """
    wrong = plan_asking.checked(asked)
    if wrong is not None:
        return wrong
    gateway = context.gateway(company, lease)
    facts = plan_asking.gathered(context, company, gateway, asked)
    if isinstance(facts, Refusal):
        return facts
    if not asked.has_terms:
        shapes = plan_asking.ready_shapes(context, company, facts)
        if isinstance(shapes, Refusal):
            return shapes
        year = facts.plan_on.year
        return plan_proposal.of_shapes(
            company, facts, tuple(one.text(company.locale, year) for one in shapes)
        )
    found = plan_asking.worked_out(context, company, gateway, asked, facts)
    return found if isinstance(found, Refusal) else plan_proposal.of_plan(company, found)


def create(
    context: Context,
    company: Company,
    lease: Lease,
    asked: Asked,
    *,
    by: str,
    confirm: bool,
    follows: str | None = None,
) -> PlanRow | Refusal:
    """Agree on the plan and answer it as it is then.

    active: whole, with its proof where documents were written.  cancelled: taken back, without effect, with
    the reason.  building: QuickBooks could not be reached or a person stopped
    it; it goes on with the next delivery, and nothing is sent to the customer
    meanwhile.  A Refusal or a QuickBooksError: nothing of the plan was written.

    follows: the label of the plan that this one takes the place of.
    """
    closed = plan_gate.closed(context, company)
    if closed is not None:
        return Refusal(f"No plan is written now. {closed.because}")
    gateway = context.gateway(company, lease)
    found = plan_asking.worked_out(context, company, gateway, asked)
    if isinstance(found, Refusal):
        return found
    if not confirm:
        return Refusal(
            "Nothing was written: a plan is written once its proposal has been read and confirmed. "
            "Please read it first.",
            "Read it (qb-collections plan propose), then ask again with --yes.",
        )
    if found.facts.form != OVERLAY:
        ready = plan_setup.ensure(context, company, lease, gateway, item=found.facts.item)
        if isinstance(ready, Refusal):
            return ready
        company = ready
    plan = _store(context, company, lease, gateway, found, asked, by, follows)
    try:
        return plan_saga.resume(context, company, lease, gateway, plan.id)
    except QuickBooksError:
        # What was done is stored, and due: the next delivery goes on.
        with reading(context.engine) as conn:
            return stored.get(conn, company.id, plan.id)


def cancel(
    context: Context,
    company: Company,
    lease: Lease,
    plan: int | str,
    *,
    by: str,
    reason: str = "",
    confirm: bool,
    exchange: Decimal | None = None,
) -> PlanRow | Refusal:
    """End a plan by agreement: what was not paid is on the original invoices again.

    exchange: cents of exchange that the ending books, as they were told and are accepted.
    """
    return plan_ending.end(
        context,
        company,
        lease,
        plan,
        how="cancelled",
        by=by,
        reason=reason,
        confirm=confirm,
        exchange=exchange,
    )


def default(
    context: Context,
    company: Company,
    lease: Lease,
    plan: int | str,
    *,
    by: str,
    reason: str = "",
    confirm: bool,
    exchange: Decimal | None = None,
) -> PlanRow | Refusal:
    """End a plan whose payments did not come: the original invoices are asked for again as they were."""
    return plan_ending.end(
        context,
        company,
        lease,
        plan,
        how="broken",
        by=by,
        reason=reason,
        confirm=confirm,
        exchange=exchange,
    )


def renegotiate(
    context: Context,
    company: Company,
    lease: Lease,
    plan: int | str,
    asked: Asked,
    *,
    by: str,
    confirm: bool,
    exchange: Decimal | None = None,
) -> PlanRow | Refusal:
    """End a plan and agree on another one for what is left of it; the new plan as it is then.

    What can be told before is told before the first one is touched.  Where QuickBooks stops in between,
    the first plan is ended with the next delivery, and the second is agreed on then.
    """
    found = named(context, company, plan)
    if isinstance(found, Refusal):
        return found
    wrong = plan_asking.checked(asked) or plan_ending.fits(context, company, found, asked)
    if wrong is not None:
        return wrong
    then = plan_ending.as_stored(asked) | {"by": by}
    ended = plan_ending.end(
        context,
        company,
        lease,
        found.id,
        how="renegotiated",
        by=by,
        reason="",
        confirm=confirm,
        then=then,
        exchange=exchange,
    )
    if isinstance(ended, Refusal) or ended.state != "cancelled":
        return ended
    return after(context, company, lease, ended) or ended


def after(context: Context, company: Company, lease: Lease, ended: PlanRow) -> PlanRow | Refusal | None:
    """Agree on the plan that was to follow an ended one; None: none was, or it is there already."""
    said = ended.details.get("ended") or {}
    then = said.get("then")
    with reading(context.engine) as conn:
        made = [one for one in stored.list(conn, company.id) if one.details.get("follows") == ended.label]
    if not then or made or ended.details.get("not_followed"):
        return None
    left = plan_ending.ids_left(context, company, ended)
    asked = replace(plan_ending.from_stored(then), invoice_ids=tuple(left))
    result = create(context, company, lease, asked, by=then["by"], confirm=True, follows=ended.label)
    if isinstance(result, Refusal):
        with durable(context.engine) as conn:
            lease.check(conn)
            fresh = stored.get(conn, company.id, ended.id)
            details = fresh.details | {"not_followed": result.message}
            stored.change(conn, company.id, ended.id, details=details)
    return result


def show(context: Context, company: Company, plan: int | str) -> dict[str, Any] | Refusal:
    """One plan by its id or label, with its documents, its installments and its proof side by side."""
    found = named(context, company, plan)
    if isinstance(found, Refusal):
        return found
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        steps = intents.of_plan(conn, company.id, found.id)
        proofs = stored.proofs(conn, company.id, found.id)
        ids = [one.invoice_id for one in found.originals]
        ids += [one.invoice_id for one in found.installments if one.invoice_id]
        books = mirror.invoices(conn, company.id, ids)
        payments = mirror.payments_with_unapplied(conn, company.id, [found.customer_id])
    return plan_view.page(found, steps, proofs, books, payments, today)


def list(context: Context, company: Company) -> builtins.list[dict[str, Any]]:
    """Every plan of the company in a line, the first one first."""
    with reading(context.engine) as conn:
        return [plan_view.line(row) for row in stored.list(conn, company.id)]


def _store(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    worked: Worked,
    asked: Asked,
    by: str,
    follows: str | None,
) -> PlanRow:
    """The proof "before" is read; then plan, proof and every intended write, in one transaction."""
    facts = worked.facts
    overlay = facts.form == OVERLAY
    before = None
    if not overlay:
        before = proof.read(
            gateway,
            facts.live,
            facts.customer.id,
            facts.accounts,
            plan_on=facts.plan_on,
            today=facts.plan_on,
            since=facts.fiscal_start,
            columns=proof.columns_of(
                classes=bool(facts.classes), location=facts.candidates[0].location_id is not None
            ),
        )
    now = context.clock.now()
    details = _details(company, worked, asked, by) | ({"follows": follows} if follows else {})
    with durable(context.engine) as conn:
        lease.check(conn)
        plan = stored.create(
            conn,
            company.id,
            customer_id=facts.customer.id,
            form=facts.form,
            agreed_on=facts.plan_on,
            originals=[Original(one.invoice.id, one.invoice.balance) for one in facts.candidates],
            installments=[
                Installment(place, on, amount) for place, (on, amount) in enumerate(worked.split, start=1)
            ],
            by=by,
            at=now,
            details=details,
        )
        if before is not None:
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
        else:
            stored.change(conn, company.id, plan.id, state="active")
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
                "payments": len(worked.split),
                "last_on": worked.dates[-1],
                "as": facts.form,
                "agreement": details["agreement"]["version"],
                "accepted": details["agreement"]["accepted"],
                "beyond the policy": [*worked.beyond],
            },
            now,
        )
    return plan


def _details(company: Company, worked: Worked, asked: Asked, by: str) -> dict[str, Any]:
    """What the plan was agreed on and rests on, kept as it is now."""
    facts = worked.facts
    foreign = facts.currency != facts.preferences.home_currency
    first = facts.candidates[0]
    tax = company.preferences.get("plan_tax") or {}
    return {
        "customer": facts.customer.name,
        "labels": {one.invoice.id: one.invoice.label for one in facts.candidates},
        "named": {
            one.invoice.id: on_paper(None, one.invoice.issued_on)
            for one in facts.candidates
            if not one.invoice.number
        },
        "item_id": company.clearing_item_id,
        "account_id": company.clearing_account_id,
        "auto_number": facts.preferences.custom_numbers,
        "currency": facts.currency if facts.preferences.multicurrency or foreign else None,
        "exchange_rate": first.exchange_rate,
        "home_currency": facts.preferences.home_currency,
        "location_id": first.location_id,
        "fiscal_start": facts.fiscal_start.isoformat(),
        "tax_code": "NON" if company.country == "US" else tax.get("id"),
        "without_tax": company.country != "US",
        "classes": [[class_id, weight] for class_id, weight in facts.classes],
        "home_balance": facts.home_balance,
        "broken_after_days": worked.policy.plans.broken_after_days,
        "beyond_policy": [*worked.beyond],
        "cash_basis": asked.cash_basis,
        "agreed_as": verify_agreed.agreed_as(worked.split, facts.documents),
        "agreement": {
            "text": worked.agreement(company),
            "version": plan_agreement.VERSION,
            "recorded_by": by,
            "on": facts.plan_on.isoformat(),
            "accepted": asked.accepted,
            "accepted_by": asked.accepted_by,
        },
    }
