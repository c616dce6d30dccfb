"""Files, pay links, tax codes made in one call: operations beside the ordinary ones."""

import json

from tests.emulator.small_company import REALM, small_company

# Line feeds alone, base64, no closing part behind: as python-quickbooks 0.9.12 sends it.
LF_ONLY = """
--{boundary}
Content-Disposition: form-data; name="file_metadata_01"
Content-Type: application/json

{metadata}

--{boundary}
Content-Disposition: form-data; name="file_content_01"
Content-Type: text/plain
Content-Transfer-Encoding: base64

c2lnbmVkIG9uIDMgTWF5

--{boundary}--
"""
BOUNDARY = "-------------PythonMultipartPost"


def upload(company, metadata, **params):
    from qb_collections.emulator.rest import Request, answer

    body = LF_ONLY.format(boundary=BOUNDARY, metadata=json.dumps(metadata)).encode()
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "host": "127.0.0.1:9100"}
    found = answer(company.engine, REALM, Request("POST", "upload", params, headers, body))
    return found.status, json.loads(found.body)["AttachableResponse"][0]


def test_a_file_sent_with_line_feeds_alone_can_be_downloaded_again():
    company = small_company()
    invoice = company.invoice("10")
    ref = {"EntityRef": {"type": "Invoice", "value": invoice["Id"]}}

    status, found = upload(
        company, {"FileName": "note.txt", "ContentType": "text/plain", "AttachableRef": [ref]}
    )

    attachable = found["Attachable"]
    assert (status, attachable["FileName"], attachable["Size"]) == (200, "note.txt", 15)
    address = company.raw("GET", f"download/{attachable['Id']}")
    assert address.body.decode().endswith(f"/v3/company/{REALM}/download/{attachable['Id']}/content")
    assert company.raw("GET", f"download/{attachable['Id']}/content").body == b"signed on 3 May"


def test_a_file_for_something_that_does_not_exist_is_a_fault_under_status_200():
    """Recorded: the entity Estimate 75 ... does not exist, code 6000."""
    company = small_company()
    ref = {"EntityRef": {"type": "Estimate", "value": "75"}}

    status, found = upload(company, {"FileName": "note.txt", "AttachableRef": [ref]})

    error = found["Fault"]["Error"][0]
    assert (status, error["code"]) == (200, "6000")
    assert error["Detail"] == (
        "Business Validation Error: The entity Estimate 75 that you are trying to link does not exist."
        " Estimate 75"
    )
    assert company.http("GET", "query", query="select * from Attachable")[1]["QueryResponse"] == {}


def test_a_repeated_upload_with_its_request_id_stores_one_file():
    company = small_company()

    first, again = (upload(company, {"FileName": "note.txt"}, requestid="r1") for _ in range(2))

    assert first == again
    listed = company.http("GET", "query", query="select count(*) from Attachable")[1]
    assert listed["QueryResponse"] == {"totalCount": 1}


def test_the_pay_link_is_shown_only_to_those_who_ask_and_only_where_it_can_be_paid():
    company = small_company(ETransactionPaymentEnabled=True)
    online = company.invoice("10", AllowOnlineACHPayment=True)
    offline = company.invoice("20")

    asked = {
        name: company.http("GET", f"invoice/{one['Id']}", include="invoiceLink")[1]["Invoice"]
        for name, one in (("online", online), ("offline", offline))
    }
    plain = company.http("GET", f"invoice/{online['Id']}")[1]["Invoice"]
    listed = company.http("GET", "query", query="select * from Invoice", include="invoiceLink")[1]

    assert asked["online"]["InvoiceLink"].startswith("https://connect.intuit.com/t/scs-v1-")
    assert "InvoiceLink" not in asked["offline"]
    assert "InvoiceLink" not in plain
    assert ["InvoiceLink" in row for row in listed["QueryResponse"]["Invoice"]] == [True, False]


def test_a_tax_code_with_its_rate_is_made_in_one_call():
    company = small_company()
    detail = {"TaxRateName": "City", "RateValue": 10, "TaxAgencyId": company.ids["agency"], "TaxRateId": None}

    status, made = company.http(
        "POST", "taxservice/taxcode", {"Id": 0, "TaxCode": "City tax", "TaxRateDetails": [detail]}
    )

    assert (status, made["TaxCode"]) == (200, "City tax")
    assert made["TaxRateDetails"][0]["TaxAgencyId"] == company.ids["agency"]
    code = company.read("TaxCode", made["TaxCodeId"])
    assert code["SalesTaxRateList"]["TaxRateDetail"][0]["TaxRateRef"]["name"] == "City"


def test_tax_codes_are_listed_with_the_three_that_stand_on_us_lines_beyond_maxresults():
    """python-quickbooks' integration test: "TaxCode query returns 3 extra items"."""
    company = small_company()

    rows = company.http("GET", "query", query="SELECT * FROM TaxCode MAXRESULTS 1")[1]["QueryResponse"][
        "TaxCode"
    ]

    assert len(rows) == 4
    assert rows[0]["Id"] == rows[0]["Name"] == "TAX"
    assert rows[3]["Id"] == company.ids["tax"]
    assert company.http("GET", "taxcode/NON")[1]["TaxCode"]["Taxable"] is False
    named = company.http("GET", "query", query="select * from taxcode where name = 'California'")[1]
    assert [row["Id"] for row in named["QueryResponse"]["TaxCode"]] == [company.ids["tax"]]
