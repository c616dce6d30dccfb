"""A company to which random things happen, and what must hold after each of them.

Every step is a name and a number: the number seeds all that the step chooses, among what is in the company at
that moment.  So a list of steps always means the same, and stays meaningful when some are left out.
"""

from random import Random

from qb_collections.emulator.engine import Engine
from qb_collections.emulator.errors import Fault
from qb_collections.emulator.store import Store
from qb_collections.emulator.switches import Switches
from tests.emulator import random_checks, random_steps
from tests.emulator.small_company import PREFERENCES, REALM, HandClock

COUNTRIES = {"us": ("US", "USD"), "uk": ("GB", "GBP"), "several": ("US", "USD")}
# What QuickBooks says no to: rules of business, stale records, closed books, linked and deposited documents,
# amounts that are not their product (a price in yen, on an expense in dollars).
REFUSALS = frozenset({"6000", "6210", "6540", "5010", "610", "2500", "6240", "2020", "6140", "6070"})

ACCOUNTS = (
    ("bank", "Checking", "Bank", None),
    ("receivable", "Accounts Receivable (A/R)", "Accounts Receivable", None),
    ("payable", "Accounts Payable (A/P)", "Accounts Payable", None),
    ("undeposited", "Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("clearing", "Payment plan clearing", "Other Current Asset", None),
    ("asset", "Inventory Asset", "Other Current Asset", "Inventory"),
    ("card", "Visa", "Credit Card", None),
    ("services", "Services", "Income", None),
    ("sales", "Sales of Product Income", "Income", None),
    ("discounts", "Discounts Given", "Income", "DiscountsRefundsGiven"),
    ("cogs", "Cost of Goods Sold", "Cost of Goods Sold", None),
    ("cost", "Materials", "Expense", None),
    ("cost2", "More materials", "Expense", None),
)


class RandomBooks:
    """A company with a little of everything; `do` carries out one step and checks what must hold."""

    def __init__(self, kind: str, *, auto_apply: bool = False, switches: Switches | None = None) -> None:
        self.kind, self.clock = kind, HandClock()
        self.several = kind == "several"
        self.engine = Engine(Store(None), self.clock, switches=switches or Switches(), debug=True)
        self.done: list[str] = []
        country, home = COUNTRIES[kind]
        self.home = home
        sales = PREFERENCES["SalesFormsPrefs"] | {"AutoApplyCredit": auto_apply}
        money = {"MultiCurrencyEnabled": self.several, "HomeCurrency": {"value": home}}
        self.engine.open_company(
            REALM,
            company_info={"CompanyName": "Alder & Sons", "Country": country},
            preferences=PREFERENCES | {"SalesFormsPrefs": sales, "CurrencyPrefs": money},
        )
        self.ids: dict[str, str] = {}
        self._furnish()

    def _furnish(self) -> None:
        for key, name, kind, subtype in ACCOUNTS:
            more = {"AccountSubType": subtype} if subtype else {}
            self._add(key, "Account", Name=name, AccountType=kind, **more)
        for key, account in (("work", "services"), ("part", "sales")):
            income, cost = self.ref(account), self.ref("cost")
            self._add(
                key, "Item", Name=key, Type="NonInventory", IncomeAccountRef=income, ExpenseAccountRef=cost
            )
        self._stocked("pump", "Pump", PurchaseCost="15")
        self._stocked("valve", "Valve", QtyOnHand=10, PurchaseCost="7.5")
        self._taxes()
        for key in ("amy", "bill"):
            self._add(key, "Customer", DisplayName=key)
        self._add("job", "Customer", DisplayName="job", ParentRef=self.ref("bill"), BillWithParent=True)
        for key in ("depot", "mill"):
            self._add(key, "Vendor", DisplayName=key)
        self._add("north", "Class", Name="North")
        self._add("shop", "Department", Name="Shop")
        if self.several:
            for key, code in (("anne", "EUR"), ("saki", "JPY")):
                self._add(key, "Customer", DisplayName=key, CurrencyRef={"value": code})
                self._add(f"{key}_seller", "Vendor", DisplayName=f"{key}'s", CurrencyRef={"value": code})

    def _stocked(self, key: str, name: str, **more) -> None:
        refs = {"IncomeAccountRef": "sales", "ExpenseAccountRef": "cogs", "AssetAccountRef": "asset"}
        body = {"QtyOnHand": 0, "InvStartDate": "2026-01-01", **more}
        named = {ref: self.ref(account) for ref, account in refs.items()}
        self._add(key, "Item", Name=name, Type="Inventory", TrackQtyOnHand=True, **named, **body)

    def _taxes(self) -> None:
        self._add("agency", "TaxAgency", DisplayName="Tax office")
        for key, percent in (("std", "20"), ("low", "5"), ("odd", "8.375")):
            rates = {}
            for side in ("Sales", "Purchase"):
                name = f"{key} {side}"
                self._add(name, "TaxRate", Name=name, RateValue=percent, AgencyRef=self.ref("agency"))
                rates[f"{side}TaxRateList"] = {"TaxRateDetail": [{"TaxRateRef": self.ref(name)}]}
            self._add(key, "TaxCode", Name=key, **rates)

    def _add(self, key: str, entity: str, **body) -> None:
        self.ids[key] = self.engine.save(REALM, entity, body)["Id"]

    # What the steps are made of

    def ref(self, key: str) -> dict[str, str]:
        return {"value": self.ids[key]}

    def save(self, entity: str, **body) -> dict:
        return self.engine.save(REALM, entity, body)

    def rows(self, entity: str, where: str = "") -> list[dict]:
        found = self.engine.query(REALM, f"select * from {entity} {where} maxresults 1000")
        return found.get(entity, [])

    def one(self, rng: Random, entity: str, where: str = "") -> dict | None:
        rows = self.rows(entity, where)
        return rng.choice(rows) if rows else None

    def needed(self, entity: str) -> set[str]:
        """The ids of this list that steps name by heart."""
        return set(self.ids.values()) if entity != "Customer" else {self.ids["amy"]}

    def do(self, step: tuple[str, int]) -> None:
        """Carry out one step.  What QuickBooks refuses must be a known refusal, and leave no trace."""
        name, seed = step
        before = random_checks.footprint(self.engine)
        try:
            random_steps.STEPS[name](self, Random(seed))
        except Fault as fault:
            assert fault.code in REFUSALS, fault
            assert random_checks.footprint(self.engine) == before, f"refused, and written: {fault}"
            self.done.append(f"{name}: {fault.code}")
        else:
            self.done.append(name)
        random_checks.check(self)
