"""Behaviour on which Intuit's documents are silent, and which way the emulator leans."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """Each default is the likelier of two readings; the product is tested under both."""

    # Captured paid invoices show both the token and the time moved, but had other edits too.
    payment_bumps_invoice_sync_token: bool = True
    # A recorded sparse update with identical values kept SyncToken and LastUpdatedTime.
    noop_update_is_silent: bool = True
    # Automatic application of credits is documented for the user interface; here it holds for the API too.
    auto_apply_on_api_documents: bool = True
    # Intuit's retainer guide points a service item to a liability; an asset is the same rule by inference.
    service_item_on_other_current_asset: bool = True
    # Any update of a transaction on or before the closing date is refused, a note too.
    closed_period_allows_note: bool = False
    # Applying more than is open: refused, or cut down to what is open.
    over_application: Literal["reject", "cap"] = "reject"
    # An invoice made smaller than what was applied: the excess returns to the payments, or it is refused.
    reduce_below_applied: Literal["release", "reject"] = "release"
    # A request id whose first answer was a fault: run again, or the fault is replayed.
    requestid_replays_faults: bool = False
    # Reference digests disagree on whether ORDERBY Id still works.
    id_is_sortable: bool = True
    # Sending changed LastUpdatedTime but not SyncToken in the one recorded sample.
    send_bumps_sync_token: bool = False
    # Cash basis: balance-sheet lines of invoices and memos are recognised with payment like income lines.
    cash_basis_moves_balance_sheet_lines: bool = True
    # Cash basis: what sold goods cost is recognised with the payment of the sale, or on the sale's day.
    cash_basis_costs_follow_payment: bool = True
    # Selling more than is on hand: QuickBooks warns on its page and saves; or it is refused.
    overselling: Literal["allow", "reject"] = "allow"
    # What a customer brings back: at the cost of the latest that went out, or of the first.
    returns_cost: Literal["latest", "first"] = "latest"
    # A sale of a counted item without a quantity: moves no goods, or one.
    line_without_quantity_moves_one: bool = False
    # A save that names neither lines nor tax leaves the tax alone, or automated tax computes it again.
    tax_recomputed_on_any_save: bool = False
    # Home amounts of a foreign document: each line is rounded and their sum is the total, or the total is.
    home_amount_per_line: bool = True
    # Amounts of currencies without minor units (yen): in whole units, or with two decimals like all others.
    whole_units_where_no_decimals: bool = True
    # Customer.Balance of a foreign customer: in the customer's currency, or in the home currency.
    customer_balance_in_home_currency: bool = False
    # TaxCode queries of US companies list TAX, NON and CustomSalesTax before the codes, and do not count
    # them against MAXRESULTS (python-quickbooks' own integration tests expect four rows for MAXRESULTS 1).
    pseudo_tax_codes: bool = True
    # MAXRESULTS above 1000: cut to 1000, or refused with 4001.
    max_results_above_limit: Literal["clamp", "reject"] = "clamp"
    # Offset of MetaData and of the envelope's time; recordings always show US Pacific.
    zone: str = "America/Los_Angeles"
