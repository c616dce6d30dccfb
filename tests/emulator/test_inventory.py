"""Counted goods: first in, first out, with every cost worked by hand."""

from decimal import Decimal

import pytest

from qb_collections.emulator.errors import Fault
from qb_collections.emulator.switches import Switches
from tests.emulator.small_company import REALM, sale, small_company


@pytest.fixture
def company():
    return stocked()


def stocked(**switches):
    company = small_company(switches=Switches(**switches))
    for key, name, kind in (
        ("asset", "Inventory Asset", "Other Current Asset"),
        ("cogs", "Cost of Goods Sold", "Cost of Goods Sold"),
        ("sales", "Sales of Product Income", "Income"),
    ):
        company.ids[key] = company.save("Account", Name=name, AccountType=kind)["Id"]
    company.ids["vendor"] = company.save("Vendor", DisplayName="Pump Works")["Id"]
    company.ids["pump"] = pump(company)["Id"]
    return company


def pump(company, name="Pump", **more):
    return company.save(
        "Item",
        **{
            "Name": name,
            "Type": "Inventory",
            "TrackQtyOnHand": True,
            "QtyOnHand": 0,
            "InvStartDate": "2026-01-01",
            "IncomeAccountRef": {"value": company.ids["sales"]},
            "ExpenseAccountRef": {"value": company.ids["cogs"]},
            "AssetAccountRef": {"value": company.ids["asset"]},
            **more,
        },
    )


def buy(company, qty, price, on, entity="Bill", **more):
    detail = {"ItemRef": {"value": company.ids["pump"]}, "Qty": qty, "UnitPrice": price}
    line = {
        "Amount": str(Decimal(qty) * Decimal(price)),
        "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": detail,
    }
    body = {"VendorRef": {"value": company.ids["vendor"]}, "TxnDate": on, "Line": [line]} | more
    return company.save(entity, **body)


def sell(company, qty, on, entity="Invoice", price="50", **more):
    line = sale(company.ids["pump"], str(Decimal(qty) * Decimal(price)), Qty=qty, UnitPrice=price)
    body = {"CustomerRef": {"value": company.ids["amy"]}, "TxnDate": on, "Line": [line]} | more
    return company.save(entity, **body)


def on_hand(company):
    return company.read("Item", company.ids["pump"])["QtyOnHand"]


def books(company, **asked):
    found = company.balances(**asked)
    return found.get("Inventory Asset", "0.00"), found.get("Cost of Goods Sold", "0.00")


def test_what_is_sold_costs_what_the_oldest_units_cost(company):
    buy(company, 10, "20", "2026-10-01")
    buy(company, 10, "24", "2026-10-05")

    sell(company, 12, "2026-10-10")

    # 10 at 20 and 2 at 24 are sold; 8 at 24 are left.
    assert books(company) == ("192.00", "248.00")
    assert on_hand(company) == 8


def test_a_bill_entered_late_changes_what_was_sold_since(company):
    buy(company, 10, "24", "2026-10-05")
    sell(company, 4, "2026-10-10")
    before = books(company)

    buy(company, 2, "20", "2026-10-01")

    assert before == ("144.00", "96.00")
    assert books(company) == ("192.00", "88.00")  # 2 at 20 and 2 at 24; 8 at 24 are left


@pytest.mark.parametrize("ending", ["void", "delete"])
def test_a_sale_that_is_undone_puts_its_goods_back(company, ending):
    buy(company, 10, "20", "2026-10-01")
    invoice = sell(company, 3, "2026-10-10")

    getattr(company.engine, ending)(REALM, "Invoice", {"Id": invoice["Id"], "SyncToken": "0"})

    assert books(company) == ("200.00", "0.00")
    assert on_hand(company) == 10


def test_a_sale_that_is_changed_costs_what_it_costs_now(company):
    buy(company, 10, "20", "2026-10-01")
    invoice = sell(company, 3, "2026-10-10")
    line = sale(company.ids["pump"], "250", Qty=5, UnitPrice="50")

    company.save("Invoice", Id=invoice["Id"], SyncToken="0", sparse=True, Line=[line])

    assert books(company) == ("100.00", "100.00")
    assert on_hand(company) == 5


@pytest.mark.parametrize("entity", ["CreditMemo", "RefundReceipt"])
def test_what_comes_back_returns_at_the_cost_of_the_latest_sold(company, entity):
    buy(company, 1, "20", "2026-10-01")
    buy(company, 1, "24", "2026-10-02")
    sell(company, 2, "2026-10-10", entity="SalesReceipt")

    sell(company, 1, "2026-10-11", entity=entity, DepositToAccountRef={"value": company.ids["bank"]})

    assert books(company) == ("24.00", "20.00")
    assert on_hand(company) == 1


def test_goods_go_back_to_the_vendor_at_the_credit_s_price(company):
    buy(company, 10, "20", "2026-10-01")

    buy(company, 4, "18", "2026-10-02", entity="VendorCredit")

    # The credit takes 72 off the asset, the layer loses 80: 8 are lost on the way.
    assert books(company) == ("120.00", "8.00")
    assert on_hand(company) == 6


def test_goods_sold_before_they_came_cost_the_estimate_until_the_bill(company):
    company.ids["pump"] = pump(company, "Early pump", PurchaseCost="15")["Id"]
    sell(company, 3, "2026-10-01")
    before = books(company)

    buy(company, 5, "20", "2026-10-05")

    assert before == ("-45.00", "45.00")
    assert books(company) == ("40.00", "60.00")
    assert on_hand(company) == 2


def test_what_was_there_at_the_start_is_opening_balance_equity(company):
    company.ids["pump"] = pump(company, "Old pump", QtyOnHand=10, PurchaseCost="7.50")["Id"]

    sell(company, 4, "2026-10-10")

    assert books(company) == ("45.00", "30.00")
    assert company.balances()["Opening Balance Equity"] == "-75.00"


def test_a_third_of_a_layer_leaves_no_cent_behind(company):
    detail = {"ItemRef": {"value": company.ids["pump"]}, "Qty": 3}
    line = {"Amount": "100", "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}
    company.save("Bill", VendorRef={"value": company.ids["vendor"]}, TxnDate="2026-10-01", Line=[line])

    costs = []
    for day in ("2026-10-02", "2026-10-03", "2026-10-04"):
        sell(company, 1, day)
        costs.append(books(company)[1])

    assert costs == ["33.33", "66.67", "100.00"]  # 66.67 are left after the first; half of them is 33.335
    assert books(company)[0] == "0.00"


def test_a_line_without_a_quantity_moves_no_goods(company):
    buy(company, 10, "20", "2026-10-01")

    company.invoice("50", item="pump")

    assert books(company) == ("200.00", "0.00")
    assert on_hand(company) == 10


def test_under_the_switch_a_line_without_a_quantity_moves_one():
    company = stocked(line_without_quantity_moves_one=True)
    buy(company, 10, "20", "2026-10-01")

    company.invoice("50", item="pump")

    assert books(company) == ("180.00", "20.00")
    assert on_hand(company) == 9


def test_under_the_switch_the_first_sold_is_the_first_to_come_back():
    company = stocked(returns_cost="first")
    buy(company, 1, "20", "2026-10-01")
    buy(company, 1, "24", "2026-10-02")
    sell(company, 2, "2026-10-10", entity="SalesReceipt")

    sell(company, 1, "2026-10-11", entity="CreditMemo")

    assert books(company) == ("20.00", "24.00")


def test_under_the_switch_nobody_sells_what_is_not_there():
    company = stocked(overselling="reject")
    bought = buy(company, 3, "20", "2026-10-01")

    with pytest.raises(Fault, match="enough of Pump on hand: 1 are missing"):
        sell(company, 4, "2026-10-10")
    sell(company, 3, "2026-10-10")
    with pytest.raises(Fault, match="enough of Pump on hand: 3 are missing"):
        company.engine.delete(REALM, "Bill", {"Id": bought["Id"], "SyncToken": "0"})

    assert books(company) == ("0.00", "60.00")


def test_an_estimate_and_an_order_move_nothing(company):
    buy(company, 10, "20", "2026-10-01")

    sell(company, 4, "2026-10-10", entity="Estimate")
    buy(company, 4, "20", "2026-10-02", entity="PurchaseOrder")

    assert on_hand(company) == 10


def test_goods_bought_on_a_card_and_given_back_to_it(company):
    card = company.save("Account", Name="Visa", AccountType="Credit Card")["Id"]
    paid = {"PaymentType": "CreditCard", "AccountRef": {"value": card}, "VendorRef": None}

    buy(company, 5, "20", "2026-10-01", entity="Purchase", **paid)
    buy(company, 2, "20", "2026-10-02", entity="Purchase", **paid, Credit=True)

    assert books(company) == ("60.00", "0.00")
    assert (on_hand(company), company.balances()["Visa"]) == (3, "-60.00")


def test_on_the_cash_basis_the_cost_comes_with_the_money(company):
    bought = buy(company, 10, "20", "2026-10-01")
    invoice = sell(company, 4, "2026-10-10")
    company.save(
        "BillPayment",
        VendorRef={"value": company.ids["vendor"]},
        TotalAmt="200",
        PayType="Check",
        CheckPayment={"BankAccountRef": {"value": company.ids["bank"]}},
        Line=[{"Amount": "200", "LinkedTxn": [{"TxnId": bought["Id"], "TxnType": "Bill"}]}],
    )

    unpaid = books(company, basis="cash")
    company.pay("100", ("Invoice", invoice["Id"], "100"))
    half_paid = books(company, basis="cash")

    assert unpaid == ("200.00", "0.00")
    assert half_paid == ("160.00", "40.00")  # half of the 80 that the four pumps cost


def test_under_the_switch_the_cost_comes_with_the_sale():
    company = stocked(cash_basis_costs_follow_payment=False)
    buy(company, 10, "20", "2026-10-01", entity="Purchase", VendorRef=None, **in_cash(company))

    invoice = sell(company, 4, "2026-10-10")
    unpaid = books(company, basis="cash")
    company.pay("200", ("Invoice", invoice["Id"], "200"))

    assert unpaid == books(company, basis="cash") == ("120.00", "80.00")


def test_a_free_sale_costs_its_goods_on_both_bases(company):
    buy(company, 10, "20", "2026-10-01", entity="Purchase", VendorRef=None, **in_cash(company))
    line = sale(company.ids["pump"], "0", Qty=2, UnitPrice="0")

    company.save("Invoice", CustomerRef={"value": company.ids["amy"]}, TxnDate="2026-10-10", Line=[line])

    assert books(company) == books(company, basis="cash") == ("160.00", "40.00")


def in_cash(company):
    return {"PaymentType": "Cash", "AccountRef": {"value": company.ids["bank"]}}


def test_the_profit_and_loss_shows_the_gross_profit_by_customer(company):
    buy(company, 10, "20", "2026-10-01")
    sell(company, 4, "2026-10-10")

    report = company.engine.report(REALM, "ProfitAndLoss", {"summarize_column_by": "Customers"})

    gross = next(row for row in report["Rows"]["Row"] if row.get("group") == "GrossProfit")
    assert [cell["value"] for cell in gross["Summary"]["ColData"]] == ["Gross Profit", "120.00", "120.00"]


def test_an_inventory_item_needs_its_accounts_its_number_and_its_day(company):
    for name in ("AssetAccountRef", "ExpenseAccountRef", "QtyOnHand", "InvStartDate"):
        with pytest.raises(Fault) as refused:
            pump(company, f"Pump without {name}", **{name: None})
        assert refused.value.code == "2020"


def test_inventory_items_keep_their_type_and_are_not_merged(company):
    other = pump(company, "Other pump")
    pumps = company.read("Item", company.ids["pump"])

    with pytest.raises(Fault, match="type of an inventory item"):
        company.save("Item", **(pumps | {"Type": "Service"}))
    with pytest.raises(Fault, match="Inventory items cannot be merged"):
        from qb_collections.emulator import merging

        with company.engine.writing(REALM) as work:
            merging.merge(work, "Item", company.ids["pump"], other["Id"])


def test_the_number_on_hand_follows_documents_alone(company):
    buy(company, 10, "20", "2026-10-01")
    pumps = company.read("Item", company.ids["pump"])

    company.save("Item", **(pumps | {"QtyOnHand": 99, "Description": "A pump"}))

    assert on_hand(company) == 10
    assert company.http("GET", "query", query="select Id from Item where QtyOnHand > '9'")[1]["QueryResponse"]
