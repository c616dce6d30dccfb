"""The query language: what it finds, in which order, and what it refuses."""

import pytest

from qb_collections.emulator.errors import Fault
from tests.emulator.small_company import REALM, small_company


@pytest.fixture(scope="module")
def company():
    company = small_company()
    for amount, day in (
        ("100", "2026-09-01"),
        ("200", "2026-09-15"),
        ("300", "2026-10-01"),
        ("400", "2026-10-15"),
    ):
        company.invoice(amount, TxnDate=day)
        company.clock.advance(hours=1)
    company.invoice("500", customer="bill", DocNumber="B_1")
    company.pay("100", ("Invoice", "1", "100"))
    company.save("Customer", DisplayName="Zed 100%", Active=True)
    return company


def totals(company, statement):
    return [int(row["TotalAmt"]) for row in company.engine.query(REALM, statement).get("Invoice", [])]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Balance > '0'", [200, 300, 400, 500]),
        ("Balance = '0'", [100]),
        ("TotalAmt >= '300.00'", [300, 400, 500]),
        ("TotalAmt < 300", [100, 200]),
        ("TotalAmt <= '300' and TotalAmt > '100'", [200, 300]),
        ("TxnDate >= '2026-09-15' AND TxnDate < '2026-10-15'", [200, 300]),
        ("CustomerRef = '2'", [500]),
        ("CustomerRef in ('1', '2') and TotalAmt > '400'", [500]),
        ("Id IN ('1', '3')", [100, 300]),
        ("Id > '2' and Id <= '4'", [300, 400]),
        ("DocNumber = '1002'", [200]),
        ("DocNumber LIKE '100%'", [100, 200, 300, 400]),
        ("DocNumber LIKE 'B_1'", [500]),
        ("DocNumber LIKE '10_2'", []),  # an underscore is no wildcard
        ("MetaData.LastUpdatedTime >= '2026-10-30T12:00:00-07:00'", [100, 400, 500]),
        ("Metadata.CreateTime < '2026-10-30T17:00:00Z'", [100]),
        ("DueDate > '2026-10-15'", [500]),
    ],
)
def test_conditions(company, where, expected):
    assert totals(company, f"select * from Invoice where {where}") == expected


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("ORDERBY TotalAmt DESC", [500, 400, 300, 200, 100]),
        ("order by TxnDate desc, Id", [500, 400, 300, 200, 100]),
        ("STARTPOSITION 2 MAXRESULTS 2", [200, 300]),
        ("MAXRESULTS 2 STARTPOSITION 4", [400, 500]),
        ("orderby Balance asc maxresults 1", [100]),
        ("startposition 6", []),
    ],
)
def test_order_and_pages(company, tail, expected):
    assert totals(company, f"Select * From Invoice {tail}") == expected


def test_the_answer_says_where_it_starts_and_how_many_it_has(company):
    found = company.engine.query(REALM, "select * from Invoice startposition 4 maxresults 50")

    assert (found["startPosition"], found["maxResults"]) == (4, 2)


def test_names_are_found_in_any_casing_and_with_escapes(company):
    for text in (r"AMY\'S bird sanctuary", "Amy''s Bird Sanctuary"):
        found = company.engine.query(REALM, f"select * from customer where DisplayName = '{text}'")
        assert [row["Id"] for row in found["Customer"]] == ["1"]


def test_a_percent_sign_is_a_wildcard_only_for_like(company):
    exact = company.engine.query(REALM, "select DisplayName from Customer where DisplayName = 'Zed 100%'")
    like = company.engine.query(REALM, "select DisplayName from Customer where DisplayName like '%ed%'")

    assert exact == like
    assert exact["Customer"][0]["DisplayName"] == "Zed 100%"


def test_a_projection_gives_the_named_properties_and_the_id(company):
    found = company.engine.query(
        REALM, "select DocNumber, MetaData.LastUpdatedTime from Invoice where Id = '2'"
    )

    assert found["Invoice"] == [
        {
            "domain": "QBO",
            "sparse": True,
            "Id": "2",
            "DocNumber": "1002",
            "MetaData": {"LastUpdatedTime": "2026-10-30T10:00:00-07:00"},
        }
    ]


def test_booleans_stand_bare(company):
    found = company.engine.query(REALM, "select count(*) from Customer where Job = true")

    assert found == {"totalCount": 1}


def test_a_query_comes_by_get_and_by_post(company):
    statement = "select count(*) from Invoice where Balance > '0'"

    got, posted = (
        company.http("GET", "query", query=statement),
        company.http("POST", "query", statement.encode()),
    )

    assert got == posted
    assert got[1]["QueryResponse"] == {"totalCount": 4}


def test_preferences_and_company_can_be_queried(company):
    found = company.engine.query(REALM, "select * from CompanyInfo")

    assert found["CompanyInfo"][0]["CompanyName"] == "Alder & Sons"
    assert "SalesFormsPrefs" in company.engine.query(REALM, "select * from Preferences")["Preferences"][0]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("select * from Invoice where", "4000"),
        ("select * from Invoice where Balance > '0' or Balance < '5'", "4000"),
        ("select * from Invoice where (Balance > '0')", "4000"),
        ("select * from Invoice where Balance <> '0'", "4000"),
        ("select * from Invoice where Balance > 0 maxresults", "4000"),
        ("selekt * from Invoice", "4000"),
        ("select * from Invoice where DocNumber = 'open", "4000"),
        ("select * from Invoice; drop table object", "4000"),
        ("select * from Nothing", "4001"),
        ("select * from Invoice where PrivateNote = 'x'", "4001"),
        ("select * from Payment where DocNumber = '1'", "4001"),
        ("select Colour from Invoice", "4001"),
        ("select * from Invoice where TxnDate > 'soon'", "4001"),
        ("select * from Invoice where Balance > 'much'", "4001"),
        ("select * from Invoice startposition 0", "4001"),
    ],
)
def test_what_does_not_parse_is_4000_and_what_makes_no_sense_4001(company, statement, code):
    with pytest.raises(Fault) as caught:
        company.engine.query(REALM, statement)

    assert caught.value.code == code


def test_a_start_of_zero_is_told_in_quickbooks_words(company):
    _, found = company.http("GET", "query", query="select * from Invoice startposition 0")

    error = found["Fault"]["Error"][0]
    assert error["Detail"] == "QueryValidationError: value 0 is too small. Min allowed value is 1"


def test_a_page_holds_a_thousand_rows_and_a_hundred_by_default():
    company = small_company(debug=False)
    for _ in range(101):
        company.invoice("1")

    assert company.engine.query(REALM, "select * from Invoice")["maxResults"] == 100
    assert company.engine.query(REALM, "select * from Invoice maxresults 5000")["maxResults"] == 101
