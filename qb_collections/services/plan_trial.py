"""Setting payment plans up before the first one: the account, the item, the tax code, and a trial of them.

The trial is a credit memo of the smallest amount, looked at and deleted at once: QuickBooks then surely
takes the item on that account, and puts no tax on it.
"""

from __future__ import annotations

from datetime import timedelta

from qb_collections.core.intents import Intent, State
from qb_collections.core.wording import list_text, short
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import plan_gate, plan_setup, plan_trial_memo
from qb_collections.services.context import Context
from qb_collections.services.plan_facts import COUNTRIES
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, companies, intents
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.leases import Lease

# QuickBooks' own names of the codes that enter no return (reference: plan-accounting.md, 8).
OUT_OF_SCOPE = ("no vat", "no gst", "bas excluded", "out of scope", "hors champ")
AGAIN_AFTER = timedelta(hours=1)  # what waits for a person is looked at again then


def set_up(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    *,
    by: str,
    tax_code: str | None = None,
    account: str | None = None,
) -> list[str] | Refusal:
    """Make and try what installment invoices need; sentences that say what stands now."""
    if company.country not in COUNTRIES:
        return Refusal(
            f"Installment invoices are written in {list_text(COUNTRIES)} only; this company is in "
            f"{company.country}. Plans that are kept here need no set-up."
        )
    closed = plan_gate.closed(context, company)
    if closed is not None:
        return Refusal(f"Nothing is set up now. {closed.because}")
    if account is not None:
        wrong = plan_setup.unfit(context, company, gateway, account)
        if wrong is not None:
            return wrong
    code = _tax_code(context, company, lease, gateway, tax_code, by)
    if isinstance(code, Refusal):
        return code
    ready = plan_setup.ensure(context, company, lease, gateway, account_name=account)
    if isinstance(ready, Refusal):
        return ready
    tried = plan_trial_memo.tried(context, ready, lease, gateway)
    if isinstance(tried, Refusal):
        return tried
    name = account or plan_setup.ACCOUNT_NAME
    said = [f'The account "{name}" and the item "{plan_setup.ITEM_NAME}" are there.', tried]
    return [*said, f'Tax code: "{code}", confirmed by {by}.'] if code else said


def go_on(context: Context, company: Company, lease: Lease, gateway: Gateway, intent: Intent) -> None:
    """What an end of the process left of a set-up, with the next delivery.

    What a person has to put right first waits an hour, so that nothing else waits for it.
    Raises the QuickBooksError that left it open.
    """
    if plan_trial_memo.is_of(intent):
        answer: object = plan_trial_memo.tried(context, company, lease, gateway)
    else:
        answer = plan_setup.ensure(context, company, lease, gateway)
    with durable(context.engine) as conn:
        now = intents.get(conn, company.id, intent.id)
        if now.state in (State.PLANNED, State.READY, State.UNKNOWN) and now.state is intent.state:
            intents.postpone(conn, lease, [intent.id], context.clock.now() + AGAIN_AFTER)
    assert answer is not None


def _tax_code(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    name: str | None,
    by: str,
) -> str | Refusal | None:
    """Outside the US: the code that means out of scope, as a person confirms it.  Its name."""
    if company.country == "US":
        return None
    known = company.preferences.get("plan_tax")
    if name is None and known:
        return str(known["name"])
    rows = [
        row
        for row in gateway.query("SELECT * FROM TaxCode MAXRESULTS 1000")
        if row.get("Active") is not False
    ]
    fitting = [str(row["Name"]) for row in rows if str(row["Name"]).lower() in OUT_OF_SCOPE]
    offered = f" Here it is {list_text(fitting)}." if fitting else " QuickBooks lists none by a name we know."
    if name is None:
        return Refusal(
            f"Say which tax code means out of scope, so that a plan enters no tax return.{offered}",
            "With: qb-collections plan setup --tax-code NAME",
        )
    found = next((row for row in rows if str(row["Name"]).lower() == name.strip().lower()), None)
    if found is None:
        return Refusal(f"QuickBooks has no tax code {short(name, 30)!r}.{offered}")
    if str(found["Name"]).lower() not in OUT_OF_SCOPE:
        return Refusal(
            f"The tax code {short(name, 30)!r} does not mean out of scope: zero-rated and exempt amounts "
            f"enter the tax return, and a plan must not.{offered}"
        )
    value = {"id": str(found["Id"]), "name": str(found["Name"]), "by": by}
    with durable(context.engine) as conn:
        lease.check(conn)
        preferences = companies.get(conn, company.id).preferences | {"plan_tax": value}
        companies.update(conn, company.id, preferences=preferences)
        audit.append(conn, company.id, by, "tax code of plans", value["name"], value, context.clock.now())
    return value["name"]
