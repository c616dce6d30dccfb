"""npm's node-quickbooks and intuit-oauth, unmodified, on all they offer of what the emulator serves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.node import tooling
from tests.clients.node.conftest import RUN

pytestmark = pytest.mark.xdist_group("node")  # one worker starts Node once

# A name, and what the driver changed on it, "" where the client offers no update.
CHANGED = {
    "Account": ("Description", "Changed"),
    "Attachable": ("Note", "Changed"),
    "Bill": ("PrivateNote", "Changed"),
    "BillPayment": ("PrivateNote", "Changed"),
    "Class": ("Name", "Renamed"),
    "CreditMemo": ("PrivateNote", "Changed"),
    "Customer": ("Notes", "Changed"),
    "Department": ("Name", "Renamed"),
    "Deposit": ("PrivateNote", "Changed"),
    "Employee": ("GivenName", "Jane"),
    "Estimate": ("PrivateNote", "Changed"),
    "Invoice": ("PrivateNote", "Changed"),
    "Item": ("Description", "Changed"),
    "JournalEntry": ("PrivateNote", "Changed"),
    "Payment": ("PrivateNote", "Changed"),
    "PaymentMethod": ("Name", "Renamed"),
    "Purchase": ("PrivateNote", "Changed"),
    "PurchaseOrder": ("PrivateNote", "Changed"),
    "RefundReceipt": ("PrivateNote", "Changed"),
    "SalesReceipt": ("PrivateNote", "Changed"),
    "Term": ("DueDays", "12"),
    "TimeActivity": ("Description", "Changed"),
    "Transfer": ("Amount", "11"),
    "Vendor": ("GivenName", "Jane"),
    "VendorCredit": ("PrivateNote", "Changed"),
}
DELETED = (
    "Attachable",
    "Bill",
    "BillPayment",
    "CreditMemo",
    "Deposit",
    "Estimate",
    "Invoice",
    "JournalEntry",
    "Payment",
    "Purchase",
    "PurchaseOrder",
    "RefundReceipt",
    "SalesReceipt",
    "TimeActivity",
    "Transfer",
    "VendorCredit",
)


@pytest.fixture
def value(steps):
    def of(step):
        assert "error" not in steps[step], steps[step]
        return steps[step]["value"]

    return of


# Every entity


@pytest.mark.parametrize("name", [*CHANGED, "TaxAgency"])
def test_what_is_created_is_read_found_and_counted(value, name):
    made = value(f"{name}.create")

    assert made["Id"]
    assert made["SyncToken"] == "0"
    assert value(f"{name}.get")["Id"] == made["Id"]
    assert [row["Id"] for row in value(f"{name}.find")[name]] == [made["Id"]]
    assert [row["Id"] for row in value(f"{name}.findByList")[name]] == [made["Id"]]
    assert value(f"{name}.count") == {"totalCount": 1}
    assert value(f"{name}.findAll") >= 1


@pytest.mark.parametrize("name", CHANGED)
def test_what_is_updated_is_changed_sparsely_and_whole(value, name):
    """The client adds `sparse: true` to what it is given, and leaves a whole entity as it is."""
    field, expected = CHANGED[name]

    sparse, whole = value(f"{name}.update"), value(f"{name}.updateWhole")

    assert str(sparse[field]).startswith(expected)
    assert str(whole[field]).startswith(expected)
    assert sparse["SyncToken"] == "1"
    assert sparse.get("TotalAmt") == whole.get("TotalAmt")


@pytest.mark.parametrize("name", DELETED)
def test_what_is_deleted_by_id_is_read_first_and_gone_after(steps, value, name):
    """The client posts the whole entity that it has read, not only id and token."""
    gone = value(f"{name}.delete")

    assert gone["status"] == "Deleted"
    assert steps[f"{name}.afterDelete"]["error"]["codes"] == ["610"]


# The company


def test_the_company_and_its_preferences_are_read_found_and_set(value):
    assert value("CompanyInfo.get")["Country"] == "US"
    assert (value("CompanyInfo.find"), value("Preferences.find")) == (1, 1)
    assert value("Preferences.get")["Id"] == "1"


def test_preferences_are_updated(value):
    assert value("Preferences.update")["EmailMessagesPrefs"]["InvoiceMessage"]["Subject"] == RUN


@pytest.mark.parametrize("name", ["TaxCode", "TaxRate", "TaxAgency", "CompanyCurrency"])
def test_what_is_only_listed_is_listed_and_read(value, name):
    assert value(f"{name}.read")["Id"] == value(f"{name}.list")[0]["Id"]


def test_one_tax_code_asked_for_are_four(value):
    rows = value("TaxCode.one")

    assert len(rows) == 4
    assert rows[0][0] == rows[0][1]


def test_a_tax_code_is_made_with_its_rate(value):
    made = value("TaxService.create")

    assert made["TaxRateDetails"][0]["TaxRateName"] == made["TaxCode"]
    assert made["TaxCodeId"]


def test_an_exchange_rate_is_read_found_and_set(value):
    assert value("ExchangeRate.get")["ExchangeRate"]["TargetCurrencyCode"] == "USD"
    assert value("ExchangeRate.find")["ExchangeRate"][0]["SourceCurrencyCode"] == "EUR"
    assert value("ExchangeRate.update")["ExchangeRate"]["Rate"] == 1.25
    assert value("ExchangeRate.after")["ExchangeRate"]["Rate"] == 1.25


@pytest.mark.parametrize(
    "name",
    [
        "AgedReceivables",
        "AgedReceivableDetail",
        "CustomerBalance",
        "ProfitAndLoss",
        "BalanceSheet",
        "TrialBalance",
        "AgedPayableDetail",
        "AgedPayables",
        "CashFlow",
        "ClassSales",
        "CustomerBalanceDetail",
        "CustomerIncome",
        "CustomerSales",
        "DepartmentSales",
        "InventoryValuationSummary",
        "ItemSales",
        "JournalReport",
        "ProfitAndLossDetail",
        "TransactionList",
        "TransactionListByCustomer",
        "TransactionListByVendor",
        "TransactionListWithSplits",
        "VendorBalance",
        "VendorBalanceDetail",
        "VendorExpenses",
    ],
)
def test_a_report_answers_under_its_name(value, name):
    assert value(f"report.{name}") == name


@pytest.mark.parametrize("name", ["GeneralLedger", "AccountList"])
def test_two_reports_have_another_name_in_the_client(value, name):
    assert value(f"report.{name}Detail") == name


def test_a_report_takes_options(value):
    assert value("report.options") == "Cash"


# Queries


def test_queries_are_ordered_paged_and_fetched_whole(value):
    assert value("query.desc") == [33, 22, 11]
    assert value("query.asc.page") == [22]
    assert value("query.fetchAll") == [11, 22, 33]
    assert value("query.text") == [11]
    assert value("query.greater") == [22, 33]


def test_an_apostrophe_a_percent_sign_and_small_letters_are_found(value):
    assert value("query.like") == 1
    assert value("query.checking") == "Checking"


def test_an_empty_page_is_an_empty_object(value):
    assert value("query.empty") == {}


# Operations


@pytest.mark.parametrize("name", ["Invoice", "Estimate", "SalesReceipt", "CreditMemo"])
def test_a_document_is_printed_and_sent(value, name):
    sent = value(f"{name}.send")

    assert value(f"{name}.pdf") == "%PDF-"
    assert sent["EmailStatus"] == "EmailSent"
    assert sent["BillEmail"] == {"Address": "boss@birds.example"}


def test_a_purchase_order_is_sent(value):
    assert value("PurchaseOrder.send")["EmailStatus"] == "EmailSent"


def test_voiding_takes_an_id_or_a_whole_entity(value):
    for step in ("Invoice.voidById", "Invoice.voidWhole"):
        voided = value(step)
        assert (voided["TotalAmt"], voided["Balance"]) == (0, 0)
        assert "Voided" in voided["PrivateNote"]


def test_voiding_a_payment_as_an_update_reopens_its_invoice(value):
    assert value("Payment.void")["TotalAmt"] == 0
    assert value("Payment.void.reopened") == 33


def test_deleting_takes_a_whole_entity(value):
    assert value("Invoice.deleteWhole")["status"] == "Deleted"


def test_a_batch_answers_each_item_by_its_number(value):
    items = {item["bId"]: item for item in value("batch")["BatchItemResponse"]}

    assert items["b1"]["Attachable"]["Tag"] == RUN
    assert items["b2"]["Invoice"]["TotalAmt"] == 60
    assert items["b3"]["Fault"]["Error"][0]["code"] == "5010"
    assert items["b4"]["QueryResponse"] == {"totalCount": 1}


def test_notes_are_found_by_their_tag(value):
    assert value("Attachable.tag") == 1


def test_changes_are_captured_since_a_date_whose_plus_arrives_as_a_space(value):
    assert value("cdc.date") == ["Invoice", "Payment"]
    assert value("cdc.text") == 1


def test_a_file_is_uploaded_without_metadata_and_linked_afterwards(value):
    plain, linked = value("upload"), value("upload.linked")

    assert (plain["FileName"], plain["ContentType"], plain["Size"]) == ("letter.txt", "text/plain", 9)
    assert linked["AttachableRef"][0]["EntityRef"]["type"] == "Invoice"


def test_a_request_id_makes_one_invoice_and_a_number_may_be_used_twice_when_allowed(value):
    assert value("requestid") is True
    assert value("docnumber") is True


def test_ids_and_tokens_may_be_numbers_and_empty_dates_and_zero_prices_are_unset(value):
    assert value("numbers") == 5


def test_a_receipt_needs_no_customer_no_item_and_no_discount_account(value):
    """Without an item a line is a remark, whose amount is ignored."""
    receipt = value("SalesReceipt.bare")

    assert receipt["CustomerMemo"] == {"value": "my message"}
    assert receipt["Line"][0]["Description"] == "Line"
    assert value("SalesReceipt.bare.pdf") == "%PDF-"


@pytest.mark.parametrize(
    ("step", "code"),
    [("fault.missing", "610"), ("fault.stale", "5010"), ("fault.unknown", "2010"), ("query.unknown", "4001")],
)
def test_a_fault_reaches_the_callback_with_its_code(steps, step, code):
    assert steps[step]["error"] == {"codes": [code], "status": 400}


def test_a_bad_token_is_a_401_in_the_gateways_spelling(steps):
    body = steps["fault.token"]["error"]["body"]

    assert body["fault"]["error"][0]["code"] == "3200"
    assert body["fault"]["type"] == "AUTHENTICATION"


# Connecting, with intuit-oauth


def test_the_consent_comes_back_with_code_state_and_company(value):
    sent_back = value("oauth.consent")

    assert sent_back.startswith("http://localhost:8000/callback?code=AB1")
    assert "state=state-1" in sent_back
    assert value("oauth.realm") in sent_back


def test_a_code_becomes_tokens_with_the_five_year_end_that_the_client_asks_for(value):
    pair = value("oauth.createToken")

    assert (pair["expires_in"], pair["x_refresh_token_expires_in"]) == (3600, 8726400)
    assert pair["x_refresh_token_hard_expires_in"] == 157680000
    assert pair["id_token"]


def test_the_id_token_is_believed_and_names_the_person(value):
    assert value("oauth.validateIdToken") is True
    assert value("oauth.getUserInfo")["email"] == "owner@example.com"
    assert value("oauth.books.getUserInfo") == value("oauth.getUserInfo")


def test_one_refresh_token_is_used_many_times_over(value):
    first = value("oauth.createToken")
    steps = [f"oauth.refreshUsingToken.{number}" for number in (1, 2, 3)]
    steps += ["oauth.refresh", "oauth.refreshAccessToken.1", "oauth.refreshAccessToken.2"]

    pairs = [value(step) for step in steps]

    assert {pair["refresh_token"] for pair in pairs} == {first["refresh_token"]}
    assert len({pair["access_token"] for pair in pairs}) == 6


def test_the_oauth_client_calls_the_interface_too(value):
    assert value("oauth.makeApiCall")["CompanyInfo"]["Country"] == "US"


def test_revoking_works_in_both_spellings_and_ends_the_grant(steps, value):
    assert value("oauth.revoke") == 200
    assert steps["oauth.afterRevoke"]["error"]["message"] == "invalid_grant"
    assert value("oauth.revokeAccess") is None


# The lock, and machines without Node


@pytest.mark.parametrize(("ci", "ends"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_node_these_tests_skip_and_say_so_or_fail_where_changes_land(monkeypatch, ci, ends):
    monkeypatch.setenv("CI", ci)

    with pytest.raises(ends, match=r"no network; `.*apt-get install -y nodejs npm`"):
        tooling.unavailable(tooling.NoNode("no network"))


def test_the_lock_names_no_registry_and_keeps_its_hashes():
    lock = json.loads(Path(__file__).with_name("package-lock.json").read_text())

    packages = {name: told for name, told in lock["packages"].items() if name}
    assert len(packages) > 50
    assert all(told["integrity"].startswith("sha512-") for told in packages.values())
    assert not any("resolved" in told for told in packages.values())
    assert packages["node_modules/node-quickbooks"]["version"] == "2.0.50"
    assert packages["node_modules/intuit-oauth"]["version"] == "4.2.5"
