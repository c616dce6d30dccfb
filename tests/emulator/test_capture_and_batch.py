"""Change data capture and batches: their limits, and what one item's failure does to the others."""

import pytest

from qb_collections.emulator.errors import Fault
from tests.emulator.small_company import REALM, small_company


@pytest.fixture
def company():
    return small_company(debug=False)


def test_every_asked_entity_has_its_slot_in_order(company):
    company.clock.advance(hours=1)
    invoice = company.invoice("10")

    status, found = company.http(
        "GET", "cdc", entities="Payment,Invoice,Customer", changedSince="2026-10-30T09:30:00-07:00"
    )

    slots = found["CDCResponse"][0]["QueryResponse"]
    assert status == 200
    assert slots[0] == {}
    assert [row["Id"] for row in slots[1]["Invoice"]] == [invoice["Id"]]
    assert [row["DisplayName"] for row in slots[2]["Customer"]] == ["Amy's Bird Sanctuary"]


def test_a_deletion_is_a_stub_behind_the_living(company):
    gone, stays = company.invoice("10"), company.invoice("20")
    company.clock.advance(hours=1)
    company.engine.delete(REALM, "Invoice", {"Id": gone["Id"], "SyncToken": "0"})
    company.clock.advance(hours=1)
    company.save("Invoice", Id=stays["Id"], SyncToken="0", sparse=True, PrivateNote="x")

    rows = company.engine.changes(REALM, ["Invoice"], "2026-10-30T09:30:00-07:00")
    rows = rows["CDCResponse"][0]["QueryResponse"][0]["Invoice"]

    assert [row["Id"] for row in rows] == [stays["Id"], gone["Id"]]
    assert rows[1] == {
        "domain": "QBO",
        "status": "Deleted",
        "Id": gone["Id"],
        "MetaData": {"LastUpdatedTime": "2026-10-30T10:00:00-07:00"},
    }


def test_a_change_in_the_very_second_is_captured(company):
    company.invoice("10")

    for since in ("2026-10-30T09:00:00-07:00", "2026-10-30T09:00:00.300-07:00"):
        slot = company.engine.changes(REALM, ["Invoice"], since)["CDCResponse"][0]["QueryResponse"][0]
        assert slot["maxResults"] == 1


def test_a_plus_sign_that_became_a_space_is_understood(company):
    company.invoice("10")

    found = company.engine.changes(REALM, ["Invoice"], "2026-10-30T15:00:00 00:00")

    assert found["CDCResponse"][0]["QueryResponse"][0]["maxResults"] == 1


def test_thirty_days_back_is_the_end(company):
    company.engine.changes(REALM, ["Invoice"], "2026-09-30T09:00:01-07:00")

    with pytest.raises(Fault):
        company.engine.changes(REALM, ["Invoice"], "2026-09-30T08:59:00-07:00")


def test_an_answer_holds_a_thousand_objects_over_all_entities(company):
    for _ in range(600):
        invoice = company.invoice("1")
        company.pay("1", ("Invoice", invoice["Id"], "1"))

    slots = company.engine.changes(REALM, ["Payment", "Invoice"], "2026-10-30T00:00:00-07:00")
    slots = slots["CDCResponse"][0]["QueryResponse"]

    assert [slot["maxResults"] for slot in slots] == [600, 400]


def test_tax_codes_are_not_captured(company):
    with pytest.raises(Fault) as caught:
        company.engine.changes(REALM, ["TaxCode"], "2026-10-30T00:00:00-07:00")

    assert caught.value.code == "4001"


def test_thirty_items_are_a_batch_and_one_more_is_not(company):
    item = {"operation": "create", "Payment": {"TotalAmt": 1, "CustomerRef": {"value": company.ids["amy"]}}}

    found = company.engine.batch(REALM, {"BatchItemRequest": [item | {"bId": str(n)} for n in range(30)]})

    assert [each["bId"] for each in found["BatchItemResponse"]] == [str(n) for n in range(30)]
    with pytest.raises(Fault):
        company.engine.batch(REALM, {"BatchItemRequest": [item] * 31})


def test_what_reads_in_a_batch_does_not_see_what_the_batch_writes(company):
    write = {"bId": "1", "operation": "create", "Payment": {"TotalAmt": 1}}
    write["Payment"]["CustomerRef"] = {"value": company.ids["amy"]}
    reads = [
        {"bId": "2", "Query": "select count(*) from Payment"},
        {"bId": "3", "CDCQuery": {"Entities": "Payment", "ChangedSince": "2026-10-30T00:00:00-07:00"}},
    ]

    found = company.engine.batch(REALM, {"BatchItemRequest": [write, *reads]})["BatchItemResponse"]

    assert found[0]["Payment"]["Id"] == "1"
    assert found[1] == {"QueryResponse": {"totalCount": 0}, "bId": "2"}
    assert found[2] == {"CDCResponse": [{"QueryResponse": [{}]}], "bId": "3"}


def test_a_batch_answers_a_thousand_objects_over_all_its_items(company):
    with company.engine.loading(REALM) as loader:
        for _ in range(600):
            customer = {"CustomerRef": {"value": company.ids["amy"]}}
            loader.save("Payment", customer | {"TotalAmt": 1}, at=company.clock.now())
    items = [{"bId": str(n), "Query": "select * from Payment maxresults 600"} for n in range(3)]

    found = company.engine.batch(REALM, {"BatchItemRequest": items})["BatchItemResponse"]

    assert [each["QueryResponse"].get("maxResults") for each in found] == [600, 400, None]


def test_an_item_that_fails_halfway_undoes_only_itself(company):
    invoice = company.invoice("100")
    customer = {"CustomerRef": {"value": company.ids["amy"]}}
    part = {"Amount": 80, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    pay = {"operation": "create", "Payment": customer | {"TotalAmt": 80, "Line": [part]}}

    found = company.engine.batch(REALM, {"BatchItemRequest": [pay | {"bId": "1"}, pay | {"bId": "2"}]})

    first, second = found["BatchItemResponse"]
    assert "Payment" in first
    assert second["Fault"]["Error"][0]["code"] == "6000"
    assert str(company.read("Invoice", invoice["Id"])["Balance"]) == "20.00"
    company.engine.check(REALM)


def test_a_batch_voids_by_options_data(company):
    payment = company.pay("25")
    body = {"Id": payment["Id"], "SyncToken": "0", "sparse": True}
    item = {"bId": "1", "operation": "update", "optionsData": "void", "Payment": body}

    company.engine.batch(REALM, {"BatchItemRequest": [item]})

    assert company.read("Payment", payment["Id"])["PrivateNote"] == "Voided"


def test_a_resent_batch_runs_once(company):
    item = {
        "bId": "1",
        "operation": "create",
        "Payment": {"TotalAmt": 1, "CustomerRef": {"value": company.ids["amy"]}},
    }

    answers = [company.raw("POST", "batch", {"BatchItemRequest": [item]}, requestid="r1") for _ in range(2)]

    assert answers[0] == answers[1]
    assert company.engine.query(REALM, "select count(*) from Payment") == {"totalCount": 1}
