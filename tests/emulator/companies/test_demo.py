from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from qb_collections.emulator import act_queue, acts, companies
from qb_collections.emulator.clocks import ManualClock
from qb_collections.emulator.companies.demo import story
from qb_collections.emulator.engine import Engine
from qb_collections.emulator.store import Store
from tests.emulator.companies.books import (
    balance_of,
    entities,
    late,
    named,
    numbered,
    open_invoices,
    owed,
)

DAY_ZERO = date(2026, 10, 30)
START = datetime(2026, 10, 30, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo():
    engine = Engine(Store(None), ManualClock(START))
    return engine, companies.build(engine, "demo").realm_id


def test_the_demo_starts_on_friday_30_october_2026_at_four_in_chattanooga(engine):
    handle = companies.build(engine, "demo")

    assert handle.start_at == START
    assert handle.name == "Copperleaf Refrigeration & Air LLC"
    assert handle.kind == "demo"


def test_sixty_customers_and_six_sites_have_reachable_looking_made_up_contacts(demo):
    customers = entities(*demo, "Customer")

    assert len([one for one in customers if not one["Job"]]) == 60
    assert len([one for one in customers if one["Job"]]) == 6
    assert len({one["PrimaryPhone"]["FreeFormNumber"] for one in customers}) == 66
    assert all(one["PrimaryPhone"]["FreeFormNumber"].startswith("423-555-01") for one in customers)
    without = [one["DisplayName"] for one in customers if "PrimaryEmailAddr" not in one]
    assert without == ["Corner Stop Market", "Tri-River Ice & Oyster"]
    addresses = [one["PrimaryEmailAddr"]["Address"] for one in customers if "PrimaryEmailAddr" in one]
    assert all(address.endswith(".example") for address in addresses)


def test_four_hundred_invoices_run_from_10231_with_two_voided_between(demo):
    invoices = entities(*demo, "Invoice")

    assert [one["DocNumber"] for one in invoices] == [str(number) for number in range(10231, 10633)]
    voided = [one["DocNumber"] for one in invoices if one["TotalAmt"] == 0]
    assert len(voided) == 2
    assert all("Voided" in numbered(*demo, number)["PrivateNote"] for number in voided)


def test_day_0_shows_71_open_invoices_and_the_sums_the_documents_tell(demo):
    invoices = open_invoices(*demo)

    overdue = late(invoices, DAY_ZERO)
    assert len(invoices) == 71
    assert owed(invoices) == Decimal("124318.40")
    assert len(overdue) == 34
    assert owed(overdue) == Decimal("51206.15")


def test_22_customers_are_late_when_northgates_sites_count_as_one(demo):
    overdue = late(open_invoices(*demo), DAY_ZERO)

    names = {one["CustomerRef"]["name"] for one in overdue}
    sites = {one["DisplayName"] for one in entities(*demo, "Customer") if one["Job"]}
    assert sites < names
    assert len(names - sites) + 1 == 22


def test_the_aging_buckets_hold_what_hand_counting_gives(demo):
    buckets = Counter()
    for invoice in open_invoices(*demo):
        days = (DAY_ZERO - date.fromisoformat(invoice["DueDate"])).days
        buckets[next((top for top in (0, 30, 60, 90) if days <= top), 91)] += invoice["Balance"]

    assert buckets == {
        0: Decimal("73112.25"),
        30: Decimal("35176.90"),
        60: Decimal("12386.77"),
        90: Decimal("612.40"),
        91: Decimal("3030.08"),  # Gulf & Grain 1,394.28, Corner Stop 487.20, Harbor Light 1,148.60
    }


def test_the_aging_report_ties_out_with_documents_less_two_unapplied_credits(demo):
    engine, realm_id = demo

    report = engine.report(realm_id, "AgedReceivables", {"report_date": "2026-10-30"})

    credit = entities(engine, realm_id, "CreditMemo")[0]
    on_account = entities(engine, realm_id, "Payment", "balance > 0")[0]
    assert credit["RemainingCredit"] == Decimal("415.00")
    assert on_account["UnappliedAmt"] == Decimal("2000.00")
    total = report["Rows"]["Row"][-1]["Summary"]["ColData"][-1]["value"]
    assert total == "121903.40"  # 124,318.40 - 2,415.00
    assert balance_of(engine, realm_id, "Accounts Receivable (A/R)") == Decimal("121903.40")


def test_the_trial_balance_balances_and_the_books_agree_with_themselves(demo):
    engine, realm_id = demo

    rows = engine.trial_balance(realm_id)

    assert sum(row["debit"] for row in rows) == sum(row["credit"] for row in rows) > 0
    engine.check(realm_id)


def test_riverbend_owes_five_invoices_of_9640_dollars_together(demo):
    invoices = [one for one in open_invoices(*demo) if one["CustomerRef"]["name"] == "Riverbend Bait & Grill"]

    assert len(invoices) == 5
    assert owed(invoices) == Decimal("9640.00")


def test_invoice_10588_is_pinnacles_compressor(demo):
    invoice = numbered(*demo, "10588")

    assert invoice["CustomerRef"]["name"] == "Pinnacle Produce Storage"
    assert invoice["Balance"] == Decimal("3418.72")
    assert invoice["DueDate"] == "2026-10-17"


def test_old_mills_and_foundry_streets_credits_cover_what_they_owe(demo):
    engine, realm_id = demo

    assert named(engine, realm_id, "Old Mill Brewing")["Balance"] == Decimal("-12.90")  # 402.10 - 415.00
    assert named(engine, realm_id, "Foundry Street Grill")["Balance"] == Decimal(
        "-125.40"
    )  # 1,874.60 - 2,000


def test_cumberland_buys_18_percent(demo):
    invoices = entities(*demo, "Invoice")

    billed = sum(one["TotalAmt"] for one in invoices)
    theirs = sum(
        one["TotalAmt"] for one in invoices if one["CustomerRef"]["name"] == "Cumberland Cold Storage"
    )
    assert round(theirs / billed * 100) == 18
    assert Decimal(1_200_000) < billed < Decimal(1_260_000)


def test_three_open_invoices_were_never_sent_and_one_is_over_a_year_late(demo):
    invoices = open_invoices(*demo)

    assert len([one for one in invoices if one["EmailStatus"] != "EmailSent"]) == 3
    assert [one["DocNumber"] for one in late(invoices, date(2025, 10, 30))] == ["10299"]


def test_parts_are_taxed_at_9_25_percent_and_labor_is_not(demo):
    invoice = numbered(*demo, "10588")

    lines = {line["Description"]: line for line in invoice["Line"] if "Description" in line}
    parts = lines["Scroll compressor, 4 hp"]
    labor = lines["Walk-in cooler: compressor replaced a second time"]
    assert parts["Amount"] == Decimal("2085.42")  # 61 % of 3,418.72
    assert parts["SalesItemLineDetail"]["TaxCodeRef"]["value"] == "TAX"
    assert labor["SalesItemLineDetail"]["TaxCodeRef"]["value"] == "NON"
    assert invoice["TxnTaxDetail"]["TotalTax"] == Decimal("192.90")  # 2,085.42 x 0.0925 = 192.901...


def test_schools_pay_no_sales_tax_and_carry_purchase_orders(demo):
    invoices = [
        one for one in entities(*demo, "Invoice") if one["CustomerRef"]["name"] == "Hollis County Schools"
    ]

    assert all(one["TxnTaxDetail"]["TotalTax"] == 0 for one in invoices)
    orders = [
        field["StringValue"]
        for one in invoices
        for field in one.get("CustomField", [])
        if "StringValue" in field
    ]
    assert orders
    assert all(order.startswith("PO ") for order in orders)


def test_bluebird_always_pays_nine_to_twelve_days_late(demo):
    engine, realm_id = demo
    bluebird = named(engine, realm_id, "Bluebird Row Café")["Id"]
    invoices = {one["Id"]: one for one in entities(engine, realm_id, "Invoice", f"customer = '{bluebird}'")}

    lateness = [
        (
            date.fromisoformat(one["TxnDate"])
            - date.fromisoformat(invoices[line["LinkedTxn"][0]["TxnId"]]["DueDate"])
        ).days
        for one in entities(engine, realm_id, "Payment", f"customer = '{bluebird}'")
        for line in one["Line"]
    ]

    assert len(lateness) >= 5
    assert set(lateness) <= {9, 10, 11, 12}


def test_northgate_pays_for_all_its_sites_at_once_on_last_fridays(demo):
    engine, realm_id = demo
    parent = named(engine, realm_id, "Northgate Property Management")["Id"]

    payments = entities(engine, realm_id, "Payment", f"customer = '{parent}'")

    assert [len(one["Line"]) for one in payments] == [6] * 5
    assert all(date.fromisoformat(one["TxnDate"]).weekday() == 4 for one in payments)
    assert all(date.fromisoformat(one["TxnDate"]).day >= 25 for one in payments)


def test_history_is_stamped_with_its_own_time(demo):
    invoices = entities(*demo, "Invoice")

    made = [datetime.fromisoformat(one["MetaData"]["CreateTime"]) for one in invoices]
    assert all(earlier <= later for earlier, later in pairwise(made))
    assert made[0].date() == date(2025, 5, 2)
    assert max(datetime.fromisoformat(one["MetaData"]["LastUpdatedTime"]) for one in invoices) <= START


def test_the_same_seed_gives_the_same_books(demo):
    def bodies(engine, realm_id):
        with engine.store.reading() as conn:
            return conn.execute(
                "SELECT entity, id, body FROM object WHERE realm = ? AND entity NOT IN"
                " ('CompanyInfo', 'Preferences') ORDER BY key",
                (realm_id,),
            ).fetchall()

    again = Engine(Store(None), ManualClock(START))
    realm_id = companies.build(again, "demo").realm_id

    assert bodies(again, realm_id) == bodies(*demo)


def test_every_number_in_the_story_is_that_customers_open_invoice(demo):
    engine, realm_id = demo
    sites = {one["DisplayName"] for one in entities(engine, realm_id, "Customer") if one["Job"]}

    for part in story.STORY:
        customer = named(engine, realm_id, part.customer)
        assert f"{customer['GivenName']} {customer['FamilyName']}" == part.person
        numbers = {number for answer in part.answers for number in answer.invoices}
        for arrival in part.money:
            numbers |= set(arrival.invoices)
            open_sum = owed(numbered(engine, realm_id, number) for number in arrival.invoices)
            assert open_sum >= arrival.amount
        holders = {numbered(engine, realm_id, number)["CustomerRef"]["name"] for number in numbers}
        assert holders <= ({part.customer} if part.customer != "Northgate Property Management" else sites)


def test_thirty_nights_pass_without_a_fault_and_money_arrives():
    clock = ManualClock(START)
    engine = Engine(Store(None), clock)
    realm_id = companies.build(engine, "demo").realm_id

    for _ in range(30):
        clock.advance(timedelta(days=1))
        acts.run_due(engine, realm_id)

    engine.check(realm_id)
    queue = act_queue.listed(engine.store, realm_id)
    skipped = [one for one in queue if one.state == "skipped"]
    assert all(one.act.get("when") == "on_plan" for one in skipped)  # nobody made Riverbend's plan here
    assert len([one for one in queue if one.state == "done"]) > 50
    assert numbered(engine, realm_id, "10540")["Balance"] == Decimal("740.80")  # 2,240.80 - 1,000 - 500
    assert numbered(engine, realm_id, "10588")["Balance"] == Decimal("3418.72")
    new = [one for one in entities(engine, realm_id, "Invoice") if one["TxnDate"] > "2026-10-30"]
    assert {one["DocNumber"] for one in new} == {str(10633 + step) for step in range(len(new))}
    assert 20 <= len(new) <= 35


def test_every_arrival_of_the_story_comes_by_itself_on_its_day():
    clock = ManualClock(START)
    engine = Engine(Store(None), clock)
    realm_id = companies.build(engine, "demo").realm_id

    clock.advance(timedelta(days=60))
    acts.run_due(engine, realm_id)

    payments = entities(engine, realm_id, "Payment")
    for part in story.STORY:
        payer = named(engine, realm_id, part.customer)["Id"]
        for arrival in part.money:
            found = [
                one["TotalAmt"]
                for one in payments
                if one["CustomerRef"]["value"] == payer and one["TxnDate"] == arrival.on.isoformat()
            ]
            assert arrival.amount in found, part.customer


def test_riverbend_pays_the_first_installment_of_its_plan_on_the_friday_before_it_falls_due():
    """$9,640.00 moved on 6 November to six installments, the first $1,606.67 due Sunday 15 November."""
    clock = ManualClock(START)
    engine = Engine(Store(None), clock)
    realm_id = companies.build(engine, "demo").realm_id
    clock.set(datetime(2026, 11, 6, 15, tzinfo=UTC))
    acts.run_due(engine, realm_id)
    riverbend = {"value": named(engine, realm_id, "Riverbend Bait & Grill")["Id"]}
    account = engine.save(realm_id, "Account", {"Name": "Clearing", "AccountType": "Other Current Asset"})
    item = engine.save(
        realm_id,
        "Item",
        {"Name": "Plan", "Type": "Service", "IncomeAccountRef": {"value": account["Id"]}},
    )

    def line(amount):
        detail = {"ItemRef": {"value": item["Id"]}}
        return {"Amount": Decimal(amount), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}

    memo = engine.save(
        realm_id, "CreditMemo", {"CustomerRef": riverbend, "DocNumber": "PP1", "Line": [line("9640.00")]}
    )
    for number in ("10551", "10566", "10589", "10619", "10632"):
        acts.perform(engine, realm_id, {"act": "apply", "invoice": number, "credit_memo": {"id": memo["Id"]}})
    dues = ("2026-11-15", "2026-12-15", "2027-01-15", "2027-02-15", "2027-03-15", "2027-04-15")
    amounts = ("1606.67",) * 4 + ("1606.66",) * 2
    for due, amount in zip(dues, amounts, strict=True):
        engine.save(realm_id, "Invoice", {"CustomerRef": riverbend, "DueDate": due, "Line": [line(amount)]})

    clock.set(datetime(2026, 11, 29, 12, tzinfo=UTC))
    acts.run_due(engine, realm_id)

    left = [
        one for one in open_invoices(engine, realm_id) if one["CustomerRef"]["value"] == riverbend["value"]
    ]
    assert [one["DueDate"] for one in left] == list(dues[1:])
    assert owed(left) == Decimal("8033.33")  # 9,640.00 - 1,606.67
    paid = [one for one in entities(engine, realm_id, "Payment") if one["TotalAmt"] == Decimal("1606.67")]
    assert [one["TxnDate"] for one in paid] == ["2026-11-13"]


def test_the_company_earns_a_plausible_profit(demo):
    rows = demo[0].trial_balance(demo[1])

    kinds = Counter()
    for row in rows:
        kinds[row["type"]] += row["credit"] - row["debit"]
    profit = kinds["Income"] + kinds["Cost of Goods Sold"] + kinds["Expense"]
    assert kinds["Expense"] < 0
    assert Decimal("0.03") < profit / kinds["Income"] < Decimal("0.20")
    assert balance_of(*demo, "Checking") > 0
    assert balance_of(*demo, "Tennessee Department of Revenue Payable") < 0  # October's is not due yet


def test_lookout_bakery_pays_at_16_41_on_day_0():
    clock = ManualClock(START)
    engine = Engine(Store(None), clock)
    realm_id = companies.build(engine, "demo").realm_id

    clock.set(datetime(2026, 10, 30, 20, 40, 59, tzinfo=UTC))
    acts.run_due(engine, realm_id)
    before = numbered(engine, realm_id, "10563")["Balance"]
    clock.set(datetime(2026, 10, 30, 20, 41, tzinfo=UTC))
    acts.run_due(engine, realm_id)

    assert before == Decimal("1912.33")
    assert numbered(engine, realm_id, "10563")["Balance"] == 0


def test_an_unknown_kind_of_company_is_refused_with_the_kinds_there_are(engine):
    with pytest.raises(ValueError, match="'spaceship'; there are: demo, empty-us, ledger"):
        companies.build(engine, "spaceship")


def test_the_empty_us_company_has_a_chart_and_no_customers(engine):
    handle = companies.build(engine, "empty-us")

    assert entities(engine, handle.realm_id, "Customer") == []
    assert len(entities(engine, handle.realm_id, "Account")) >= 40
    assert {one["Name"] for one in entities(engine, handle.realm_id, "Term")} >= {"Net 30", "Due on receipt"}
    engine.check(handle.realm_id)
