"""What a plan is refused for, before anything is written, and with which sentence."""

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Link, Mode
from qb_collections.emulator.switches import Switches
from qb_collections.services import holds, leasing, modes, plans, sync
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies
from qb_collections.store.engine import durable
from tests.plans.books import ITEM, PlanBooks


def preferences(books, **groups):
    books.act("set_preferences", preferences=groups)


def change(books, **fields):
    with durable(books.context.engine) as conn:
        companies.update(conn, books.company_id, **fields)


def second_customer(books):
    bakery = books.customer("Lookout Bakery")
    invoice = books.invoice(bakery, "75.00", date(2026, 8, 3), date(2026, 9, 2))
    resync(books)
    return {"invoice_numbers": [books.invoices[0]["DocNumber"], invoice["DocNumber"]]}


def resync(books):
    with leasing.held(books.context, books.company) as lease:
        sync.sync(books.context, books.company, lease)


def dispute(books):
    number = books.invoices[1]["DocNumber"]
    held = holds.add(
        books.context, books.company, HoldKind.DISPUTE, reason="the cooler failed", by="Dana", invoice=number
    )
    assert not isinstance(held, Refusal)


TERMS = {field.name for field in fields(plans.Asked)}


def held_as(books, kind):
    number = books.invoices[1]["DocNumber"]
    held = holds.add(
        books.context,
        books.company,
        kind,
        reason="by card",
        by="Dana",
        invoice=number,
        until_on=date(2026, 11, 3),
    )
    assert not isinstance(held, Refusal), held


CASES = {
    "an open payment": (
        lambda books: books.act("pay_on_account", customer="Riverbend Bait & Grill", amount="12.00"),
        "The customer has $12.00 in open credits",
    ),
    "cash basis": (
        lambda books: preferences(books, ReportPrefs={"ReportBasis": "Cash"}),
        "QuickBooks reports on a cash basis here",
    ),
    "accrual not confirmed": (
        lambda books: change(books, plan_basis_confirmed_by=None),
        "Nobody has confirmed yet",
    ),
    "closed books": (
        lambda books: books.act("close_books", through="2026-10-30"),
        "The books are closed through Friday, October 30",
    ),
    "two customers": (second_customer, "belong to different customers"),
    "a dispute": (dispute, "is disputed"),
    "an unknown number": (lambda books: {"invoice_numbers": ("999999",)}, "There is no invoice 999999"),
    "no invoice at all": (lambda books: {"invoice_numbers": ()}, "Name between 1 and 30 invoices"),
    "one invoice twice": (
        lambda books: {"invoice_numbers": [books.invoices[0]["DocNumber"]] * 2},
        "chosen twice",
    ),
    "a first payment in the past": (
        lambda books: {"first_on": date(2026, 10, 1)},
        "not after the day of the plan",
    ),
    "no payments": (lambda books: {"payments": 0}, "0 were asked for"),
    "a hundred payments": (lambda books: {"payments": 100}, "between 1 and 60 payments; 100 were asked for"),
    "dates out of order": (
        lambda books: {"days": (date(2026, 11, 16), date(2026, 11, 30), date(2026, 11, 27))},
        "does not come after the one due on Monday, November 30",
    ),
    "a first payment of everything": (
        lambda books: {"first_amount": Decimal("1000.00")},
        "would pay all of $1,000.00",
    ),
    "payments of a tenth of a cent": (
        lambda books: {"each": Decimal("0.001")},
        "cannot be made in USD",
    ),
    "an invoice on autopay": (
        lambda books: held_as(books, HoldKind.AUTOPAY),
        "is collected by itself",
    ),
    "a payment on its way": (lambda books: held_as(books, HoldKind.IN_TRANSIT), "is said to be on its way"),
    "an unknown form": (lambda books: {"form": "paper"}, "kept as overlay and installments"),
    "an unknown way to agree": (lambda books: {"accepted": "telepathy"}, "A customer agrees by phone"),
    "an unknown rhythm": (lambda books: {"every": "fornight"}, "every week, fortnight"),
    "a first payment in another century": (lambda books: {"first_on": date(2126, 1, 4)}, "2126"),
    "a stop": (lambda books: modes.stop(books.context, books.company, by="Sam"), "stopped by Sam"),
    "everything stopped": (lambda books: modes.stop(books.context, None, by="Sam"), "Everything is stopped"),
    "shadow mode": (
        lambda books: modes.set_mode(books.context, books.company, Mode.SHADOW, by="Sam", confirmed=True),
        "Sending is off",
    ),
    "a lost connection": (lambda books: change(books, state=Link.RECONNECT), "no longer accepts"),
    "a country with other tax": (lambda books: change(books, country="FR"), "this company is in FR"),
    "an invoice paid a second ago": (
        lambda books: books.act("pay", invoice=books.invoices[0]["DocNumber"]),
        "Nothing is left to pay on invoice",
    ),
    "an invoice dated after today": (
        lambda books: books.act(
            "edit", entity="Invoice", id=books.invoices[0]["Id"], fields={"TxnDate": "2026-11-02"}
        ),
        "after the day of the plan",
    ),
    "an account of that name for something else": (
        lambda books: books.engine.save(
            books.realm, "Account", {"Name": "Payment plan clearing", "AccountType": "Bank"}
        ),
        'already has an account "Payment plan clearing"',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_plan_is_refused_with_a_sentence_and_nothing_is_written(books, name):
    arrange, expected = CASES[name]
    changed = arrange(books)
    asked = changed if isinstance(changed, dict) and changed.keys() <= TERMS else {}
    before = books.trial_balance()

    answer = books.create(**asked)

    assert isinstance(answer, Refusal), answer
    assert expected in answer.message
    assert books.plan() is None
    assert books.rows("CreditMemo") == []
    assert books.trial_balance() == before


def test_a_number_that_is_nearly_right_names_the_nearest(books):
    number = books.invoices[0]["DocNumber"]

    answer = books.propose(invoice_numbers=[number + "7"])

    assert number in answer.message and "nearest" in answer.message


def test_three_payments_of_two_cents_are_too_many():
    books = PlanBooks(amounts=("0.02",))

    answer = books.create()

    assert isinstance(answer, Refusal) and "$0.02 is too small for 3 payments" in answer.message
    books.close()


def test_an_item_that_somebody_made_inactive_is_asked_for(books):
    first = books.create(invoice_numbers=[books.invoices[0]["DocNumber"]])
    item = books.engine.query(books.realm, f"SELECT * FROM Item WHERE Name = '{ITEM}'")["Item"][0]
    books.act("deactivate", entity="Item", id=item["Id"])

    answer = books.create(invoice_numbers=[books.invoices[1]["DocNumber"]])

    assert first.state == "active"
    assert isinstance(answer, Refusal) and "inactive or gone in QuickBooks" in answer.message


def test_half_a_confirmation_is_none(books):
    with leasing.held(books.context, books.company) as lease:
        answer = plans.confirm_basis(
            books.context,
            books.company,
            lease,
            income_on_accrual=True,
            sales_tax_on_accrual=False,
            by="Sam",
        )

    assert isinstance(answer, Refusal) and "both" in answer.message


def test_where_an_asset_takes_no_item_a_liability_is_used():
    books = PlanBooks(switches=Switches(service_item_on_other_current_asset=False))

    plan = books.create()

    account = books.engine.read(books.realm, "Account", books.company.clearing_account_id)
    assert account["AccountType"] == "Other Current Liability"
    assert plan.state == "active"
    books.assert_whole()
    books.close()


def test_with_custom_numbers_quickbooks_is_asked_for_its_next_one(books):
    preferences(books, SalesFormsPrefs={"CustomTxnNumbers": True})

    books.create()

    books.assert_whole()
    last = max(int(one["DocNumber"]) for one in books.invoices)
    numbers = [int(row["DocNumber"]) for row in [*books.rows("CreditMemo"), *books.installments()]]
    assert sorted(numbers) == [last + 1, last + 2, last + 3, last + 4]


def test_a_taxed_invoice_keeps_its_tax_and_the_plan_has_none(books):
    """92.50 of tax on 1,000.00 at 9.25 percent; the plan moves 1,092.50."""
    code = books.engine.query(books.realm, "SELECT * FROM TaxCode")["TaxCode"]
    rated = next(one for one in code if one["TaxGroup"])
    taxed = books.invoice(books.grill, "1000.00", date(2026, 8, 10), date(2026, 9, 10))
    line = taxed["Line"][0]
    line["SalesItemLineDetail"]["TaxCodeRef"] = {"value": "TAX"}
    taxed = books.act(
        "edit",
        entity="Invoice",
        id=taxed["Id"],
        fields={"Line": [line], "TxnTaxDetail": {"TxnTaxCodeRef": {"value": rated["Id"]}}},
    )
    resync(books)
    books.invoices, books.debt = [taxed], Decimal("2092.50")
    before = books.trial_balance()

    told = books.propose().looks_different
    plan = books.create()

    assert str(taxed["TotalAmt"]) == "1092.50"
    assert any("income rises by $1,000.00 and tax by $92.50" in said for said in told)
    assert plan.state == "active" and plan.principal.amount == Decimal("1092.50")
    assert books.trial_balance() == before
    assert books.read_invoice(taxed["Id"])["TxnTaxDetail"]["TotalTax"] == Decimal("92.50")


def test_on_cash_basis_an_owner_types_what_the_reports_will_show(books):
    """Item by item: refused with the words, refused with other words, written with the words."""
    change(books, plan_basis_confirmed_by=None)
    words = "income rises by $1,000.00 and tax by $0.00"

    refused = books.create()
    wrong = books.create(cash_basis="whatever")
    plan = books.create(cash_basis=words)

    assert f'--on-cash-basis "{words}"' in (refused.at_command or "")
    assert isinstance(wrong, Refusal) and f'type exactly: --on-cash-basis "{words}"' in (
        wrong.at_command or ""
    )
    assert plan.state == "active" and plan.details["cash_basis"] == words


def test_a_country_with_certified_invoices_keeps_plans_here(books):
    change(books, country="IT")

    refused = books.create()
    kept = books.create(form="overlay")

    assert "A plan kept here leaves the invoices as they are" in refused.message
    assert kept.state == "active"


def test_a_number_that_two_open_invoices_bear_names_neither_and_an_id_does(books):
    """The same number for the bakery's invoice; QuickBooks allows that."""
    number = books.invoices[0]["DocNumber"]
    bakery = books.customer("Lookout Bakery")
    other = books.invoice(bakery, "75.00", date(2026, 8, 3), date(2026, 9, 2))
    books.act("edit", entity="Invoice", id=other["Id"], fields={"DocNumber": number})
    resync(books)

    refused = books.create(form="overlay", invoice_numbers=(number,))
    named = books.create(form="overlay", invoice_numbers=(f"id:{other['Id']}",))

    assert isinstance(refused, Refusal) and books.plan().label == named.label == "PP1"
    assert f"2 open invoices have the number {number}. Say which one you mean: id:" in refused.message
    assert f"id:{other['Id']} (Lookout Bakery, $75.00 open)" in refused.message
    assert [one.invoice_id for one in named.originals] == [other["Id"]]


def test_an_invoice_without_a_number_goes_on_a_plan_by_its_id_and_follows_it(books):
    """Its id is the number of another one: what follows the plan must not take that for it."""
    bare, other = books.invoices[0], books.invoices[1]
    books.act("edit", entity="Invoice", id=bare["Id"], fields={"DocNumber": ""})
    books.act("edit", entity="Invoice", id=other["Id"], fields={"DocNumber": bare["Id"]})
    resync(books)

    first = books.create(form="overlay", invoice_numbers=(), invoice_ids=(bare["Id"],))
    with leasing.held(books.context, books.company) as lease:
        asked = plans.Asked(form="installments", payments=2, first_on=date(2026, 11, 16))
        second = plans.renegotiate(
            books.context, books.company, lease, first.label, asked, by="Sam", confirm=True
        )

    assert [one.invoice_id for one in second.originals] == [bare["Id"]]
    assert (second.form, second.state) == ("installment_invoices", "active")
    assert books.balance(bare) == 0 and books.balance(other) == other["Balance"]
    parts = [row for row in books.installments() if "PP2" in str(row["CustomerMemo"])]
    assert "for invoice dated 2026-08-03. Not a tax invoice." in parts[0]["CustomerMemo"]["value"]
    assert "open on invoice dated 2026-08-03," in second.details["agreement"]["text"]
