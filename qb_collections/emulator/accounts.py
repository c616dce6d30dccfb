"""The accounts that QuickBooks itself uses: found by type, made when a company lacks one."""

from dataclasses import dataclass

from qb_collections.emulator import errors
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work


@dataclass(frozen=True, slots=True)
class Role:
    """How a system account is recognised, and how it is named when it has to be made."""

    account_type: str
    subtype: str | None
    name: str
    named_only: bool = False  # the subtype is shared by other accounts: the name decides
    currency: str | None = None  # None: the home currency


RECEIVABLE = Role("Accounts Receivable", None, "Accounts Receivable (A/R)")
PAYABLE = Role("Accounts Payable", None, "Accounts Payable (A/P)")
GAIN_OR_LOSS = Role("Other Expense", "ExchangeGainOrLoss", "Exchange Gain or Loss")
UNDEPOSITED = Role("Other Current Asset", "UndepositedFunds", "Undeposited Funds")
DISCOUNTS = Role("Income", "DiscountsRefundsGiven", "Discounts given")
SHIPPING = Role("Income", "OtherPrimaryIncome", "Shipping Income", named_only=True)
OPENING = Role("Equity", "OpeningBalanceEquity", "Opening Balance Equity")
RETAINED = Role("Equity", "RetainedEarnings", "Retained Earnings")
UNAPPLIED = Role("Income", "UnappliedCashPaymentIncome", "Unapplied Cash Payment Income")


def tax_payable(agency: str) -> Role:
    """The liability account of one tax agency."""
    return Role("Other Current Liability", "GlobalTaxPayable", f"{agency} Payable")


def refuse_control(account: Body) -> None:
    """Raise Fault 6000 where money is to be put on an account that customers or vendors stand on."""
    if account.get("AccountType") in ("Accounts Receivable", "Accounts Payable"):
        raise errors.business(f"{account['FullyQualifiedName']} cannot be chosen here.")


def check_money(work: Work, account: Body, code: str) -> None:
    """Raise Fault 6000 unless money of a currency may go to an account: its own or the home currency's."""
    refuse_control(account)
    if account.get("CurrencyRef", {}).get("value", code) not in (code, work.home_currency):
        raise errors.business(f"{account['FullyQualifiedName']} is in another currency than the transaction.")


def check_party(account: Body, kind: str, party: Body | None, code: str) -> None:
    """Raise Fault 6000 unless receivables name a customer, and payables a vendor, of the same currency."""
    needed = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}.get(account["AccountType"])
    if needed is None:
        return
    if party is None or kind.capitalize() != needed:
        raise errors.business(
            f"When you use {account['AccountType']}, you must choose a {needed.lower()} in the Name field."
        )
    if account["CurrencyRef"]["value"] != code or party["CurrencyRef"]["value"] != code:
        raise errors.business("The currency of the transaction is not the currency of its name.")


def receivable(work: Work, currency: str) -> str:
    """Return the receivables account of a currency: each foreign one has its own."""
    return need(work, _in_currency(RECEIVABLE, work, currency))


def payable(work: Work, currency: str) -> str:
    """Return the payables account of a currency."""
    return need(work, _in_currency(PAYABLE, work, currency))


def _in_currency(role: Role, work: Work, currency: str) -> Role:
    if currency == work.home_currency:
        return role
    return Role(role.account_type, role.subtype, f"{role.name} - {currency}", currency=currency)


def find(work: Work, role: Role) -> str | None:
    """Return the id of the oldest active account in this role."""
    cached = work.roles.get((work.realm, role.name))
    if cached is not None:
        return cached
    conditions = "realm = ? AND entity = 'Account' AND active = 1"
    by_name = work.conn.execute(
        f"SELECT id FROM object WHERE {conditions} AND name = ?", (work.realm, role.name)
    ).fetchone()
    found = by_name
    if found is None and not role.named_only:
        extra, values = "json_extract(body, '$.AccountType') = ?", [role.account_type]
        if role.account_type in ("Accounts Receivable", "Accounts Payable"):
            extra += " AND json_extract(body, '$.CurrencyRef.value') = ?"
            values.append(role.currency or work.home_currency)
        if role.subtype is not None:
            extra, values = extra + " AND json_extract(body, '$.AccountSubType') = ?", [*values, role.subtype]
        found = work.conn.execute(
            f"SELECT id FROM object WHERE {conditions} AND {extra} ORDER BY id LIMIT 1", (work.realm, *values)
        ).fetchone()
    if found is None:
        return None
    work.roles[work.realm, role.name] = str(found[0])
    return str(found[0])


def need(work: Work, role: Role) -> str:
    """Return the account's id, making the account first when the company has none."""
    found = find(work, role)
    if found is not None:
        return found
    from qb_collections.emulator import saving  # an account is saved like any other entity

    made = saving.save(
        work,
        "Account",
        {
            "Name": role.name,
            "AccountType": role.account_type,
            **({"AccountSubType": role.subtype} if role.subtype else {}),
            **({"CurrencyRef": {"value": role.currency}} if role.currency else {}),
        },
        {},
    )
    return str(made["Id"])
