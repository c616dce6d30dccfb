"""Classes, locations, what a plan costs, and a hundred plans without being slowed down."""

from datetime import date
from decimal import Decimal

import pytest

from qb_collections.services import leasing, plans, sync
from qb_collections.services.refusal import Refusal
from tests.plans.books import PlanBooks


def resync(books):
    with leasing.held(books.context, books.company) as lease:
        sync.sync(books.context, books.company, lease)


def statuses_of(books):
    """The status of every request that QuickBooks was asked."""
    found, last = [], 0
    while rows := books.emulator.front.log.after(last):
        found += [row["status"] for row in rows]
        last = rows[-1]["seq"]
    return found


def by_class(books):
    """Income by class and account in the ledger."""
    with books.engine.reading(books.realm) as work:
        rows = work.conn.execute(
            "SELECT account, class, department, SUM(amount) FROM posting WHERE realm = ?"
            " GROUP BY account, class, department HAVING SUM(amount) <> 0",
            (books.realm,),
        ).fetchall()
    return {tuple(row[:3]): row[3] for row in rows}


def two_classes(books):
    """One invoice of 300.00 for boats and 100.00 for bait, one of 200.00 without a class, at the dock."""
    boats, bait = (
        books.engine.save(books.realm, "Class", {"Name": name})["Id"] for name in ("Boats", "Bait")
    )
    dock = books.engine.save(books.realm, "Department", {"Name": "Dock"})["Id"]
    item = books.engine.query(books.realm, "SELECT * FROM Item WHERE Type = 'Service' MAXRESULTS 1")
    lines = [
        {
            "Amount": Decimal(amount),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": item["Item"][0]["Id"]},
                "TaxCodeRef": {"value": "NON"},
                "ClassRef": {"value": class_id},
            },
        }
        for amount, class_id in (("300.00", boats), ("100.00", bait))
    ]
    on = (date(2026, 8, 3), date(2026, 9, 2))
    place = {"DepartmentRef": {"value": dock}}
    books.invoices = [
        books.invoice(books.grill, "1.00", *on, Line=lines, **place),
        books.invoice(books.grill, "200.00", *on, **place),
    ]
    resync(books)
    books.debt += 600
    return boats, bait, dock


def test_lines_stand_on_the_classes_and_the_location_of_the_originals(books):
    """600.00 in two: of each 300.00 a half is for boats, a sixth for bait, a third is not specified."""
    boats, bait, dock = two_classes(books)
    before, places = books.trial_balance(), by_class(books)

    plan = books.create(payments=2)

    assert plan.state == "active"
    assert books.trial_balance() == before and by_class(books) == places
    rows = [row for row in books.rows("Invoice") if "PP1-" in str(row["Line"])]
    assert {row["DepartmentRef"]["value"] for row in rows} == {dock}
    for row in rows:
        found = {
            (line["SalesItemLineDetail"].get("ClassRef") or {}).get("value"): str(line["Amount"])
            for line in row["Line"]
            if line["DetailType"] == "SalesItemLineDetail"
        }
        assert found == {boats: "150.00", bait: "50.00", None: "100.00"}


def test_the_proof_reads_income_by_class_and_location_where_the_originals_have_them(books):
    two_classes(books)
    books.create(payments=2)

    shown = plans.show(books.context, books.company, "PP1")["proof"]

    assert shown["holds"] is True
    lines = {one["what"]: (one["before"], one["after"]) for one in shown["accrual"]}
    assert lines["class Boats, Net Income"] == ("300.00", "300.00")
    assert lines["class Bait, Net Income"] == ("100.00", "100.00")
    assert lines["location Dock, Net Income"] == ("600.00", "600.00")


def test_ending_such_a_plan_part_paid_leaves_nothing_on_any_class(books):
    two_classes(books)
    books.create(payments=2)
    places = by_class(books)
    first = next(row for row in books.rows("Invoice") if "PP1-1of2" in str(row["Line"]))
    books.act("part_pay", invoice=first["DocNumber"], amount="77.77")

    ended = books.end("cancel")

    assert ended.state == "cancelled"
    after = by_class(books)
    ours = {key for key in places.keys() | after.keys() if places.get(key, 0) != after.get(key, 0)}
    assert ours <= {key for key in ours if key[1] is None}  # only what the payment itself moved
    assert books.trial_balance().get("Payment plan clearing", 0) == 0


def test_a_plan_over_five_invoices_in_twelve_payments_costs_at_most_fourteen_calls():
    books = PlanBooks(amounts=("1284.36", "2106.90", "1947.12", "2215.75", "2085.87"))
    bait = books.invoice(books.grill, "10.00", date(2026, 8, 3), date(2026, 9, 2))
    resync(books)
    numbers = tuple(one["DocNumber"] for one in books.invoices)
    books.create(payments=2, invoice_numbers=(bait["DocNumber"],))  # account and item are there
    before = sum(books.emulator.front.log.counters().values())

    plan = books.create(payments=12, invoice_numbers=numbers)

    assert plan.state == "active" and len(plan.installments) == 12
    assert plans.show(books.context, books.company, plan.label)["proof"]["holds"] is True
    assert sum(books.emulator.front.log.counters().values()) - before <= 14
    books.close()


@pytest.mark.timeout(0)  # a hundred take longer than a test may on a busy machine
@pytest.mark.parametrize("count", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_plans_one_after_another_are_never_slowed_down_by_quickbooks(count):
    """Five invoices in twelve payments each, under QuickBooks' own throttle; time is simulated."""
    books = PlanBooks(amounts=("10.00",))
    groups = []
    for place in range(count):
        who = books.customer(f"Customer {place}")
        made = [
            books.invoice(who, f"{100 + place}.{cents}0", date(2026, 8, 3), date(2026, 9, 2))
            for cents in range(5)
        ]
        groups.append(tuple(one["DocNumber"] for one in made))
    resync(books)

    made = [books.create(payments=12, invoice_numbers=numbers) for numbers in groups]

    assert {plan.state for plan in made} == {"active"}
    statuses = statuses_of(books)
    assert 429 not in statuses and len(statuses) >= 13 * count
    assert books.trial_balance().get("Payment plan clearing", 0) == 0
    books.close()


def test_a_customer_who_was_merged_away_is_told_before_anything_is_written(books):
    other = books.customer("Riverbend Holdings")
    books.act("merge", entity="Customer", **{"from": "Riverbend Bait & Grill", "into": "Riverbend Holdings"})

    answer = books.create()

    assert other and isinstance(answer, Refusal) and "merged" in answer.message
    assert "qb-collections sync" in (answer.at_command or "")
    assert books.plan() is None and books.rows("CreditMemo") == []
