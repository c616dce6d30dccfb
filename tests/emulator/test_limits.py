"""What is too long, too large, too deep or no day of business is a fault, and never a crash."""

import pytest

from tests.emulator.small_company import sale, small_company


@pytest.fixture
def company():
    return small_company()


def code(answer):
    status, found = answer
    assert status == 400
    return found["Fault"]["Error"][0]["code"]


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("BillAddr.Line1", 500),
        ("BillAddr.City", 255),
        ("BillAddr.PostalCode", 30),
        ("BillAddr.Country", 255),
        ("WebAddr.URI", 1000),
        ("PrimaryPhone.FreeFormNumber", 30),
        ("Notes", 2000),
        ("GivenName", 100),
        ("Title", 16),
        ("PrintOnCheckName", 110),
    ],
)
def test_a_customer_s_texts_have_their_lengths(company, field, most):
    def body(name, length):
        head, _, part = field.partition(".")
        text = "x" * length
        return {"DisplayName": name, head: {part: text} if part else text}

    assert company.http("POST", "customer", body("Long enough", most))[0] == 200
    assert code(company.http("POST", "customer", body("Too long", most + 1))) == "2050"


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"Line": [{"Qty": "1e30", "UnitPrice": "1"}]}, "2080"),
        ({"Line": [{"Qty": 10**12, "UnitPrice": 10**12}]}, "2080"),
        ({"Line": [{"Amount": 10**13}]}, "2080"),
        ({"Line": [{"Amount": "1", "ServiceDate": 5}]}, "2090"),
        ({"TxnDate": "9999-12-31"}, "2090"),
        ({"TxnDate": "0001-01-01"}, "2090"),
        ({"Deposit": -5}, "2240"),
        ({"BillAddr": {"Line1": "x" * 501}}, "2050"),
        ({"CustomField": [{"DefinitionId": "1", "StringValue": "x" * 32}]}, "2050"),
    ],
)
def test_an_invoice_past_its_limits_is_refused_and_nothing_is_stored(company, more, refused):
    [line] = more.get("Line", [{"Amount": "1"}])
    detail = {name: value for name, value in line.items() if name != "Amount"}
    built = sale(company.ids["work"], line.get("Amount"), **detail)
    body = {"CustomerRef": {"value": company.ids["amy"]}} | more | {"Line": [built]}

    assert code(company.http("POST", "invoice", body)) == refused
    assert company.http("GET", "query", query="select count(*) from Invoice")[1]["QueryResponse"] == {
        "totalCount": 0
    }


@pytest.mark.parametrize(
    "condition",
    [
        "startposition 99999999999999999999",
        "where Balance < '1e400'",
        "where Id = '99999999999999999999999999'",
    ],
)
def test_a_number_past_all_records_is_an_invalid_query(company, condition):
    assert code(company.http("GET", "query", query=f"select * from Invoice {condition}")) == "4001"


def test_a_body_nested_without_end_is_unreadable(company):
    assert code(company.http("POST", "invoice", b"[" * 100_000)) == "2010"


@pytest.mark.parametrize(
    "params", [{"num_periods": "99999999"}, {"aging_period": "99999999999"}, {"past_due": "soon"}]
)
def test_a_report_without_end_is_refused(company, params):
    assert code(company.http("GET", "reports/AgedReceivableDetail", **params)) == "2080"


@pytest.mark.parametrize("item", [{"CDCQuery": "x"}, {"ReportQuery": 5}])
def test_a_batch_item_of_the_wrong_shape_has_its_own_fault(company, item):
    _, found = company.http("POST", "batch", {"BatchItemRequest": [{"bId": "1", **item}]})

    assert found["BatchItemResponse"][0]["Fault"]["Error"][0]["code"] == "2010"
