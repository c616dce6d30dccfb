"""The bodies that QuickBooks was recorded (or is documented) to answer, reproduced."""

import json
from decimal import Decimal

import pytest

from tests.emulator.small_company import REALM, sale, small_company


@pytest.fixture
def company():
    return small_company()


TIME = "2026-10-30T09:00:00.300-07:00"


def test_a_minimal_invoice_gets_everything_that_the_recording_shows(company):
    body = {"Line": [sale(company.ids["work"], 100.0)], "CustomerRef": {"value": company.ids["amy"]}}
    status, found = company.http("POST", "invoice", body)

    assert status == 200
    assert found == {
        "Invoice": {
            "AllowIPNPayment": False,
            "AllowOnlinePayment": False,
            "AllowOnlineCreditCardPayment": False,
            "AllowOnlineACHPayment": False,
            "domain": "QBO",
            "sparse": False,
            "Id": "1",
            "SyncToken": "0",
            "MetaData": {
                "CreateTime": "2026-10-30T09:00:00-07:00",
                "LastUpdatedTime": "2026-10-30T09:00:00-07:00",
            },
            "CustomField": [],
            "DocNumber": "1001",
            "TxnDate": "2026-10-30",
            "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
            "LinkedTxn": [],
            "Line": [
                {
                    "Id": "1",
                    "LineNum": 1,
                    "Amount": 100.0,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {
                        "ItemRef": {"value": company.ids["work"], "name": "Labour"},
                        "ItemAccountRef": {"value": company.ids["services"], "name": "Services"},
                        "TaxCodeRef": {"value": "NON"},
                    },
                },
                {"Amount": 100.0, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
            ],
            "TxnTaxDetail": {"TotalTax": 0},
            "CustomerRef": {"value": company.ids["amy"], "name": "Amy's Bird Sanctuary"},
            "BillEmail": {"Address": "amy@birds.example"},
            "DueDate": "2026-10-30",
            "TotalAmt": 100.0,
            "ApplyTaxAfterDiscount": False,
            "PrintStatus": "NeedToPrint",
            "EmailStatus": "NotSet",
            "Balance": 100.0,
        },
        "time": TIME,
    }


def test_the_company_s_term_gives_the_day_and_defined_fields_come_back_empty():
    """Recorded: an invoice of 29 September without a term is due on 29 October and names no term."""
    company = small_company()
    term = company.save("Term", Name="Net 30 days", DueDays=30)["Id"]
    names = [
        {"Name": "SalesFormsPrefs.UseSalesCustom1", "Type": "BooleanType", "BooleanValue": True},
        {"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType", "StringValue": "Crew #"},
        {"Name": "SalesFormsPrefs.SalesCustomName2", "Type": "StringType", "StringValue": "Not used"},
    ]
    fields = [{"CustomField": [one]} for one in names]
    prefs = {"DefaultTerms": {"value": term}, "CustomField": fields}
    company.engine.set_preferences(REALM, {"SalesFormsPrefs": prefs})

    empty = company.invoice("100", TxnDate="2026-09-29")
    filled = company.invoice("100", CustomField=[{"DefinitionId": "1", "StringValue": "B"}])

    assert empty["DueDate"] == "2026-10-29"
    assert "SalesTermRef" not in empty
    assert empty["CustomField"] == [{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}]
    assert filled["CustomField"][0]["StringValue"] == "B"


def test_amounts_are_numbers_that_keep_two_decimals(company):
    invoice = company.invoice("100")

    text = company.raw("GET", f"invoice/{invoice['Id']}").body

    assert b'"TotalAmt":100.00' in text
    assert b'"Balance":100.00' in text


def test_delete_answers_a_stub(company):
    invoice = company.invoice("100")

    found = company.http("POST", "invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")

    stub = {"domain": "QBO", "status": "Deleted", "Id": invoice["Id"]}
    assert found == (200, {"Invoice": stub, "time": TIME})


def test_void_keeps_number_and_dates_and_is_worth_nothing(company):
    invoice = company.invoice("100", Line=[sale(company.ids["work"], "100.00", Qty=4, UnitPrice=25)])

    _, found = company.http("POST", "invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")

    voided = found["Invoice"]
    assert voided["SyncToken"] == "1"
    assert voided["PrivateNote"] == "Voided"
    assert [line["Amount"] for line in voided["Line"]] == [0, 0]
    assert "Qty" not in voided["Line"][0]["SalesItemLineDetail"]
    assert (voided["TotalAmt"], voided["Balance"], voided["TxnTaxDetail"]) == (0, 0, {"TotalTax": 0})
    assert (voided["DocNumber"], voided["TxnDate"], voided["DueDate"]) == ("1001", "2026-10-30", "2026-10-30")


def test_count_answers_total_count_only(company):
    company.invoice("1")
    company.invoice("2")

    found = company.http("GET", "query", query="select count(*) from Invoice")

    assert found == (200, {"QueryResponse": {"totalCount": 2}, "time": TIME})


def test_an_unknown_property_is_named(company):
    status, found = company.http("POST", "invoice", {"BadJson": 1})

    error = found["Fault"]["Error"][0]
    assert status == 400
    assert found["Fault"]["type"] == "ValidationFault"
    assert found["time"] == TIME
    assert sorted(error) == ["Detail", "Message", "code"]
    assert error["code"] == "2010"
    assert error["Message"] == "Request has invalid or unsupported property"
    assert error["Detail"].startswith(
        'Property Name:Unrecognized field "BadJson" (class com.intuit.schema.finance.v3.Invoice)'
    )


def test_the_known_properties_are_named_and_cut_off(company):
    _, found = company.http("POST", "invoice", {"BadJson": 1})

    detail = found["Fault"]["Error"][0]["Detail"]
    assert ' known properties: "' in detail
    assert '"DocNumber", ' in detail
    assert detail.endswith(" [truncated]])\n specified is unsupported or invalid")


def test_an_id_that_is_no_number_is_refused_without_a_time(company):
    error = {
        "Message": "Invalid ID",
        "Detail": "Id should be a valid number. Supplied value:1.5",
        "code": "2030",
        "element": "Id",
    }

    assert company.http("GET", "customer/1.5") == (
        400,
        {"Fault": {"Error": [error], "type": "ValidationFault"}},
    )


def test_a_bad_address_is_an_unsupported_operation(company):
    status, found = company.http("GET", "customer/1/5")

    error = found["Fault"]["Error"][0]
    assert (status, error["code"], error["Message"]) == (400, "500", "Unsupported Operation")
    assert error["Detail"].startswith(
        f"Operation Could not find resource for relative : /v3/company/{REALM}/customer/1/5 of full path: https://"
    )


@pytest.mark.parametrize("entity", ["customer", "vendor", "employee"])
def test_a_name_is_unique_over_customers_vendors_and_employees(company, entity):
    status, found = company.http("POST", entity, {"DisplayName": "amy's bird sanctuary"})

    error = {
        "Message": "Duplicate Name Exists Error",
        "Detail": "The name supplied already exists. : null",
        "code": "6240",
    }
    assert status == 400
    assert found == {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": TIME}


def test_a_batch_answers_each_item_on_its_own(company):
    invoice = company.invoice("10")
    items = [
        {"bId": "bid1", "operation": "create", "Vendor": {"DisplayName": "Boraski Family Store"}},
        {"bId": "bid2", "operation": "delete", "Invoice": {"Id": "9999", "SyncToken": "0"}},
        {
            "bId": "bid3",
            "operation": "update",
            "Invoice": {"Id": invoice["Id"], "SyncToken": "7", "sparse": True},
        },
        {"bId": "bid4", "Query": "select * from Invoice"},
    ]

    status, found = company.http("POST", "batch", {"BatchItemRequest": items})

    answers = {item.pop("bId"): item for item in found["BatchItemResponse"]}
    assert status == 200
    assert answers["bid1"]["Vendor"]["DisplayName"] == "Boraski Family Store"
    assert answers["bid2"]["Fault"]["Error"][0]["code"] == "610"
    assert answers["bid2"]["Fault"]["Error"][0]["Detail"].startswith(
        "Object Not Found : Something you're trying"
    )
    assert answers["bid3"]["Fault"]["Error"][0]["code"] == "5010"
    assert answers["bid3"]["Fault"]["Error"][0]["Message"] == "Stale Object Error"
    assert answers["bid4"]["QueryResponse"]["maxResults"] == 1


def test_a_batch_item_that_names_no_operation_creates(company):
    items = [{"Attachable": {"Note": f"Test {number}", "Tag": "Testing"}} for number in range(25)]

    _, found = company.http("POST", "batch", {"BatchItemRequest": items})

    assert [one["Attachable"]["Tag"] for one in found["BatchItemResponse"]] == ["Testing"] * 25


def test_a_payment_without_lines_is_unapplied(company):
    _, found = company.http(
        "POST", "payment", {"TotalAmt": 25.0, "CustomerRef": {"value": company.ids["amy"]}}
    )

    payment = found["Payment"]
    assert (payment["TotalAmt"], payment["UnappliedAmt"], payment["Line"]) == (25.0, 25.0, [])
    assert payment["ProcessPayment"] is False
    assert payment["DepositToAccountRef"] == {"value": company.ids["undeposited"]}
    assert payment["CustomerRef"] == {"name": "Amy's Bird Sanctuary", "value": company.ids["amy"]}


def test_an_applied_payment_shows_what_was_open_before_it(company):
    invoice = company.invoice("71.00")

    payment = company.pay("65", ("Invoice", invoice["Id"], "55"))

    line = company.read("Payment", payment["Id"])["Line"][0]
    named = {each["value"]["Name"]: each["value"]["Value"] for each in line["LineEx"]["any"]}
    assert line["LinkedTxn"] == [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
    assert named == {"txnId": invoice["Id"], "txnOpenBalance": "71.00", "txnReferenceNumber": "1001"}
    assert payment["UnappliedAmt"] == Decimal("10.00")


def test_send_records_address_and_time(company):
    invoice = company.invoice("71.00")
    company.clock.advance(minutes=5)

    _, found = company.http("POST", f"invoice/{invoice['Id']}/send", b"", sendTo="boss@birds.example")

    sent = found["Invoice"]
    assert sent["EmailStatus"] == "EmailSent"
    assert sent["BillEmail"] == {"Address": "boss@birds.example"}
    assert sent["DeliveryInfo"] == {"DeliveryType": "Email", "DeliveryTime": "2026-10-30T09:05:00-07:00"}
    assert sent["MetaData"]["LastUpdatedTime"] == "2026-10-30T09:05:00-07:00"


def test_an_empty_page_is_an_empty_object(company):
    _, found = company.http("GET", "query", query="select * from Invoice")

    assert found["QueryResponse"] == {}


def test_the_pdf_is_a_pdf_whose_references_hold(company):
    invoice = company.invoice("100.00", customer="amy")

    found = company.raw("GET", f"invoice/{invoice['Id']}/pdf")

    start = int(found.body.rsplit(b"startxref\n", 1)[1].split()[0])
    assert found.content_type == "application/pdf"
    assert found.body.startswith(b"%PDF-1.4")
    assert found.body[start : start + 4] == b"xref"
    assert b"INVOICE 1001" in found.body


def documents(company):
    """One of each kind that can be printed, with what its page says: title, party, a line, total."""
    ids = company.ids
    vendor = company.save("Vendor", DisplayName="Pump Works")["Id"]
    invoice = company.invoice("100")
    amy = {"CustomerRef": {"value": ids["amy"]}, "Line": [sale(ids["work"], "30")]}
    ordered = {"ItemRef": {"value": ids["part"]}, "Qty": 2, "UnitPrice": 15}
    order = {"Amount": 30, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": ordered}
    yield company.save("Estimate", **amy), "estimate", "ESTIMATE 1001", "Labour   30.00"
    yield company.save("SalesReceipt", **amy), "salesreceipt", "SALES RECEIPT 1002", "Labour   30.00"
    yield company.memo("30"), "creditmemo", "CREDIT MEMO 1003", "Labour   30.00"
    refund = company.save("RefundReceipt", **amy, DepositToAccountRef={"value": ids["bank"]})
    yield refund, "refundreceipt", "REFUND RECEIPT 1004", "Labour   30.00"
    paid = company.pay("30", ("Invoice", invoice["Id"], "30"), PaymentRefNum="CHQ 7")
    yield paid, "payment", "PAYMENT RECEIPT CHQ 7", "Invoice 1001   30.00"
    bought = company.save("PurchaseOrder", VendorRef={"value": vendor}, Line=[order])
    yield bought, "purchaseorder", "PURCHASE ORDER 1001", "Parts   30.00"


def test_each_form_that_can_be_sent_has_its_own_pdf_and_can_be_sent(company):
    for body, path, title, line in documents(company):
        found = company.raw("GET", f"{path}/{body['Id']}/pdf")
        status, sent = company.http("POST", f"{path}/{body['Id']}/send", sendTo="who@where.example")

        shown = [text.decode() for text in found.body.split(b"\n") if text.endswith(b") Tj T*")]
        assert (found.status, found.content_type) == (200, "application/pdf")
        assert [f"({title}) Tj T*", f"({line}) Tj T*", "(Total: 30.00 USD) Tj T*"] == [
            text for text in shown if any(part in text for part in (title, line, "Total"))
        ]
        assert status == 200
        # A payment has nowhere to say that its receipt was sent (Intuit's reference).
        assert ("DeliveryInfo" in next(iter(sent.values()))) == (path != "payment")


def test_a_resent_request_id_gets_the_first_answer_byte_for_byte(company):
    body = {"TotalAmt": 25, "CustomerRef": {"value": company.ids["amy"]}}
    first = company.raw("POST", "payment", body, requestid="abc")
    company.clock.advance(hours=2)

    second = company.raw("POST", "payment", body, requestid="abc")

    assert second == first
    assert company.engine.query(REALM, "select count(*) from Payment") == {"totalCount": 1}


def test_a_refused_request_leaves_its_request_id_free(company):
    body = {"TotalAmt": -1, "CustomerRef": {"value": company.ids["amy"]}}
    refused = company.raw("POST", "payment", body, requestid="abc")

    again = company.raw("POST", "payment", body | {"TotalAmt": 1}, requestid="abc")

    assert (refused.status, again.status) == (400, 200)


def test_accounts_show_their_balance_with_the_sign_of_their_kind(company):
    company.invoice("100")

    income = company.http("GET", f"account/{company.ids['services']}")[1]["Account"]
    receivable = company.http(
        "GET", "query", query="select * from Account where AccountType = 'Accounts Receivable'"
    )

    assert income["CurrentBalance"] == 100.0
    assert receivable[1]["QueryResponse"]["Account"][0]["CurrentBalance"] == 100.0


def test_a_record_made_inactive_is_renamed_and_hidden(company):
    body = {"Id": company.ids["clearing"], "SyncToken": "0", "sparse": True, "Active": False}
    company.http("POST", "account", body)

    shown = json.loads(company.raw("GET", f"account/{company.ids['clearing']}").body)["Account"]
    listed = company.engine.query(REALM, "select * from Account where Name like 'Payment plan%'")
    asked = company.engine.query(REALM, "select Name from Account where Active = false")

    assert shown["Name"] == "Payment plan clearing (deleted)"
    assert listed == {}
    assert [row["Name"] for row in asked["Account"]] == ["Payment plan clearing (deleted)"]


def test_an_address_has_an_id_that_the_customer_s_forms_share(company):
    """Recorded: the addresses of customer and invoice have one Id."""
    home = {"Line1": "4581 Finch St.", "City": "Bayshore"}
    who = company.save("Customer", DisplayName="Jane", BillAddr=home, ShipAddr=home)

    line = [sale(company.ids["work"], "1")]
    copied = company.save("Invoice", CustomerRef={"value": who["Id"]}, Line=line)
    other = company.save("Invoice", CustomerRef={"value": who["Id"]}, Line=line, BillAddr={"Line1": "9 Elm"})
    moved = company.save("Customer", Id=who["Id"], SyncToken="0", sparse=True, BillAddr={"Line1": "7 Oak"})

    assert (who["BillAddr"], who["ShipAddr"]) == (home | {"Id": "2"}, home | {"Id": "3"})
    assert (copied["BillAddr"], copied["ShipAddr"]["Id"]) == (home | {"Id": "2"}, "3")
    assert (other["BillAddr"]["Id"], moved["BillAddr"]["Id"]) == ("4", "2")
