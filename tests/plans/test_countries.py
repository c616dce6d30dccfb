"""Installment invoices outside the United States: a tax code that enters no return, confirmed by a person."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from qb_collections.core.company_gates import Mode
from qb_collections.services import leasing, modes, plan_trial, plans, sync
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies
from qb_collections.store.engine import durable
from tests.world import World

CODES = {"GB": "No VAT", "AU": "BAS Excluded", "CA": "Out of scope"}


class Abroad(World):
    """A British company's books, with the out-of-scope code that the country has."""

    def __init__(self, country="GB"):
        super().__init__(datetime(2026, 10, 30, 12, 0, tzinfo=UTC), kind="uk-vat")
        none = next(row for row in self.rows("TaxCode") if row["Name"] == "No VAT")
        if CODES[country] != "No VAT":
            self.engine.save(
                self.realm,
                "TaxCode",
                {"Name": CODES[country], "SalesTaxRateList": none["SalesTaxRateList"]},
            )
        self.connect()
        with durable(self.context.engine) as conn:
            companies.update(conn, self.company_id, country=country)
        with self.lease() as lease:
            plans.confirm_basis(
                self.context,
                self.company,
                lease,
                income_on_accrual=True,
                sales_tax_on_accrual=True,
                by="Sam",
            )
            sync.sync(self.context, self.company, lease)
        self.owed = self.rows("Invoice")[0]

    def lease(self):
        return leasing.held(self.context, self.company)

    def rows(self, entity):
        return self.engine.query(self.realm, f"SELECT * FROM {entity} MAXRESULTS 1000").get(entity, [])

    def set_up(self, **given):
        with self.lease() as lease:
            gateway = self.context.gateway(self.company, lease)
            return plan_trial.set_up(self.context, self.company, lease, gateway, by="Sam", **given)

    def create(self):
        asked = plans.Asked(
            (self.owed["DocNumber"],), form="installments", payments=3, first_on=date(2026, 11, 16)
        )
        with self.lease() as lease:
            return plans.create(self.context, self.company, lease, asked, by="Sam", confirm=True)

    def balances(self):
        return {row["account"]: row["debit"] - row["credit"] for row in self.engine.trial_balance(self.realm)}


@pytest.fixture(params=CODES)
def abroad(request):
    world = Abroad(request.param)
    yield world
    world.close()


def test_without_a_confirmed_tax_code_no_installment_is_written(abroad):
    answer = abroad.create()
    asked = abroad.set_up()

    assert isinstance(answer, Refusal) and "plan setup --tax-code" in (answer.at_command or "")
    assert isinstance(asked, Refusal) and CODES[abroad.company.country] in asked.message
    assert abroad.rows("CreditMemo") == []


def test_a_plan_enters_no_tax_return(abroad):
    name = CODES[abroad.company.country]
    before = abroad.balances()
    assert abroad.owed["TxnTaxDetail"]["TotalTax"] == Decimal("80.00")

    told = abroad.set_up(tax_code=name.lower())
    plan = abroad.create()

    assert told[-1] == f'Tax code: "{name}", confirmed by Sam.'
    assert plan.state == "active"
    assert abroad.balances() == before
    code = next(row["Id"] for row in abroad.rows("TaxCode") if row["Name"] == name)
    ours = [*abroad.rows("CreditMemo"), *(row for row in abroad.rows("Invoice") if "PP1" in str(row))]
    ours = [row for row in ours if row["Id"] != abroad.owed["Id"]]
    assert len(ours) == 4
    for row in ours:
        assert row["GlobalTaxCalculation"] == "NotApplicable"
        assert row["TxnTaxDetail"] == {"TotalTax": 0}
        assert {
            line["SalesItemLineDetail"]["TaxCodeRef"]["value"]
            for line in row["Line"]
            if line["DetailType"] == "SalesItemLineDetail"
        } == {code}


@pytest.mark.parametrize("name", ["0.0% Z", "Exempt", "20.0% S"])
def test_zero_rated_and_exempt_are_not_out_of_scope(name):
    world = Abroad()

    answer = world.set_up(tax_code=name)

    assert isinstance(answer, Refusal)
    assert "does not mean out of scope" in answer.message and "Here it is No VAT" in answer.message
    world.close()


def test_the_set_up_is_tried_and_leaves_nothing_behind():
    world = Abroad()
    before = world.balances()

    told = world.set_up(tax_code="No VAT")
    again = world.set_up()

    assert told[1] == "A credit memo with them was written, had no tax, and was deleted again."
    assert again[1] == "They were tried before."
    assert world.rows("CreditMemo") == []
    assert world.balances() == before
    assert [
        row["AccountType"] for row in world.rows("Account") if row["Name"] == "Payment plan clearing"
    ] == ["Other Current Asset"]
    world.close()


def test_nothing_is_set_up_while_sending_is_off():
    world = Abroad()
    modes.set_mode(world.context, world.company, Mode.SHADOW, by="Sam", confirmed=True)

    answer = world.set_up(tax_code="No VAT")

    assert isinstance(answer, Refusal) and "Sending is off" in answer.message
    assert not [row for row in world.rows("Account") if "clearing" in row["Name"]]
    world.close()


@pytest.mark.parametrize(
    ("account", "says"),
    [
        ("Sales", 'The account "Sales" is of the kind Income, and a plan would change what it says.'),
        ("Current Account", "is of the kind Bank"),
        ("Undeposited Funds", "is of the kind Other Current Asset, and a plan would"),
        ("Nowhere", 'QuickBooks has no account "Nowhere"'),
    ],
)
def test_an_account_that_others_use_is_no_clearing_account(account, says):
    world = Abroad()

    answer = world.set_up(tax_code="No VAT", account=account)

    assert isinstance(answer, Refusal) and says in answer.message
    assert "one is made" in answer.message
    assert not [row for row in world.rows("Account") if "clearing" in row["Name"]]
    world.close()
