"""People merge lists, run templates, print statements, book returns."""

import pytest

from qb_collections.emulator import acts
from qb_collections.emulator.errors import Fault
from tests.emulator.small_company import REALM, sale, small_company


def act(company, name, **given):
    return acts.perform(company.engine, REALM, {"act": name, **given})


def test_merged_customers_owe_together_and_only_the_merge_is_announced():
    company = small_company()
    invoice = company.invoice("100")
    company.invoice("40", customer="bill")
    heard = []
    company.engine.on_change(heard.append)

    act(
        company,
        "merge",
        entity="Customer",
        **{"from": "Amy's Bird Sanctuary", "into": "Bill's Windsurf Shop"},
    )

    assert company.owes("bill") == "140.00"
    moved = company.read("Invoice", invoice["Id"])
    assert moved["CustomerRef"] == {"value": company.ids["bill"], "name": "Bill's Windsurf Shop"}
    assert moved["SyncToken"] == invoice["SyncToken"]
    merged = [change for change in heard if change.operation == "Merge"]
    assert [(one.id, one.deleted_id) for one in merged] == [(company.ids["bill"], company.ids["amy"])]
    assert not [change for change in heard if change.entity == "Invoice"]
    assert company.http("GET", f"customer/{company.ids['amy']}")[1]["Fault"]["Error"][0]["code"] == "610"


def test_jobs_of_the_one_that_is_gone_stand_under_the_survivor_in_name_and_in_money():
    company = small_company()
    room = company.save("Customer", DisplayName="Room 2", ParentRef={"value": company.ids["job"]})
    company.invoice("40", customer="job")

    act(
        company,
        "merge",
        entity="Customer",
        **{"from": "Bill's Windsurf Shop", "into": "Amy's Bird Sanctuary"},
    )

    job = company.read("Customer", company.ids["job"])
    assert job["FullyQualifiedName"] == "Amy's Bird Sanctuary:Pier 4"
    assert job["ParentRef"] == {"value": company.ids["amy"], "name": "Amy's Bird Sanctuary"}
    below = company.read("Customer", room["Id"])
    assert (below["FullyQualifiedName"], below["Level"]) == ("Amy's Bird Sanctuary:Pier 4:Room 2", 2)
    assert str(company.read("Customer", company.ids["amy"])["BalanceWithJobs"]) == "40.00"


def test_a_parent_no_longer_counts_a_job_that_was_merged_away():
    company = small_company()
    company.invoice("40", customer="job")

    act(company, "merge", entity="Customer", **{"from": "Pier 4", "into": "Amy's Bird Sanctuary"})

    assert str(company.read("Customer", company.ids["bill"])["BalanceWithJobs"]) == "0.00"
    assert company.owes("amy") == "40.00"


def test_a_parent_is_not_merged_into_what_stands_under_it():
    company = small_company()
    room = company.save("Customer", DisplayName="Room 2", ParentRef={"value": company.ids["job"]})

    with pytest.raises(Fault, match="stands under it"):
        act(
            company,
            "merge",
            entity="Customer",
            **{"from": {"id": company.ids["bill"]}, "into": {"id": room["Id"]}},
        )


def test_what_cannot_be_merged_is_a_sentence():
    company = small_company()

    with pytest.raises(ValueError, match="Term entries cannot be merged"):
        act(company, "merge", entity="Term", **{"from": {"id": company.ids["net30"]}, "into": "Net 30"})
    with pytest.raises(ValueError, match="cannot be merged with itself"):
        act(
            company,
            "merge",
            entity="Customer",
            **{"from": {"id": company.ids["amy"]}, "into": {"id": company.ids["amy"]}},
        )


def test_a_template_runs_on_its_day_and_moves_to_the_next():
    company = small_company()
    info = {
        "Name": "Monthly care",
        "ScheduleInfo": {
            "IntervalType": "Monthly",
            "NumInterval": 1,
            "DayOfMonth": 31,
            "StartDate": "2026-10-31",
        },
    }
    inner = {"CustomerRef": {"value": company.ids["amy"]}, "Line": [sale(company.ids["work"], "90")]}
    made = company.http("POST", "recurringtransaction", {"Invoice": {**inner, "RecurringInfo": info}})[1]
    template = made["RecurringTransaction"]["Invoice"]["Id"]

    invoice = act(company, "recurring_run", template="Monthly care", on="2026-10-31")

    assert (invoice["TxnDate"], invoice["RecurDataRef"]) == ("2026-10-31", {"value": template})
    assert company.owes() == "90.00"
    shown = company.http("GET", f"recurringtransaction/{template}")[1]["RecurringTransaction"]["Invoice"]
    assert shown["RecurringInfo"]["ScheduleInfo"]["NextDate"] == "2026-11-30"  # November has thirty days


def test_the_three_statements_say_what_is_owed_and_show_the_memo():
    """100.00 in September, 50.00 in October of which 20.00 is paid: 130.00 due."""
    company = small_company()
    company.invoice("100", TxnDate="2026-09-10", PrivateNote="Copy e-mailed 20 September")
    later = company.invoice("50", TxnDate="2026-10-05")
    company.pay("20", ("Invoice", later["Id"], "20"), TxnDate="2026-10-20")
    asked = {"customer": "Amy's Bird Sanctuary", "start": "2026-10-01", "end": "2026-10-30"}

    texts = {
        kind: act(company, "statement", kind=kind, **asked)["text"]
        for kind in ("balance_forward", "open_item", "transaction")
    }

    assert "2026-10-01  Balance forward  100.00" in texts["balance_forward"]
    assert texts["balance_forward"].endswith("Amount due: 130.00 USD")
    assert "(Copy e-mailed 20 September)  100.00" in texts["open_item"]
    assert texts["open_item"].endswith("Amount due: 130.00 USD")
    assert texts["transaction"].endswith("Total: 30.00 USD")


def test_a_return_booked_by_journal_leaves_the_payment_and_shows_only_in_the_balance():
    company = small_company()
    invoice = company.invoice("100")
    payment = company.pay("100", ("Invoice", invoice["Id"], "100"))

    act(company, "return_by_journal", payment={"id": payment["Id"]})

    assert company.owes() == "100.00"
    assert str(company.read("Invoice", invoice["Id"])["Balance"]) == "0.00"


def test_a_memo_is_deleted_by_its_number():
    company = small_company()
    memo = company.memo("30")

    act(company, "delete", entity="CreditMemo", id=memo["DocNumber"])

    assert company.owes() == "0.00"
