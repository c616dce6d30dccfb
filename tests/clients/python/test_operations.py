"""What python-quickbooks does beside saving and reading, and what it sends unasked."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.objects import (
    Attachable,
    AttachableRef,
    Bill,
    CompanyInfo,
    Customer,
    Invoice,
    Item,
    Payment,
    Preferences,
    TaxService,
)
from quickbooks.objects.taxservice import TaxRateDetails
from quickbooks.objects.transfer import Transfer

from qb_collections.emulator.webhooks_out import signature
from tests.clients.python import stock

# Documents and money


def test_an_invoice_comes_back_with_its_line_terms_and_number(qb):
    saved = stock.new_invoice(qb).save(qb=qb)

    read = Invoice.get(saved.Id, qb=qb)

    assert (read.Line[0].Description, read.Line[0].Amount, read.Balance) == ("Work", 100, 100)
    assert read.Line[1].DetailType == "SubTotalLineDetail"
    assert read.CustomerRef.name.startswith("Client ")
    assert read.DocNumber


def test_an_amount_without_quantity_and_price_is_kept(qb):
    """The stock line says Qty 0 and UnitPrice 0 beside its Amount: both mean unset."""
    line = stock.sales_line(qb, 31.5)
    line.SalesItemLineDetail.Qty, line.SalesItemLineDetail.UnitPrice = 0, 0
    invoice = stock.new_invoice(qb)
    invoice.Line = [line]

    saved = invoice.save(qb=qb)

    assert float(saved.TotalAmt) == 31.5
    assert float(Invoice.get(saved.Id, qb=qb).Line[0].Amount) == 31.5


def test_a_payment_pays_its_invoice_and_voiding_it_reopens_the_invoice(qb):
    invoice = stock.new_invoice(qb).save(qb=qb)
    payment = stock.new_payment(qb, 60, pays=invoice).save(qb=qb)
    paid = Invoice.get(invoice.Id, qb=qb)

    payment.void(qb=qb)

    assert float(paid.Balance) == 40
    assert [(link.TxnId, link.TxnType) for link in paid.LinkedTxn] == [(payment.Id, "Payment")]
    assert float(Invoice.get(invoice.Id, qb=qb).Balance) == 100


def test_only_what_a_sparse_save_names_is_changed(qb):
    saved = stock.new_customer(qb).save(qb=qb)
    patch = {"Id": saved.Id, "SyncToken": saved.SyncToken, "sparse": True, "Notes": "rings twice"}

    qb.update_object("Customer", json.dumps(patch))

    after = Customer.get(saved.Id, qb=qb)
    assert (after.Notes, after.GivenName, after.DisplayName) == ("rings twice", "James", saved.DisplayName)


def test_decimals_travel_both_ways_as_text(emulator, auth_client, qb):
    keys = emulator.ready_line()
    exact = QuickBooks(
        auth_client=auth_client,
        refresh_token=keys["refresh_token"],
        company_id=keys["realm_id"],
        minorversion=75,
        use_decimal=True,
    )
    exact.sandbox = True

    saved = stock.new_invoice(exact, Decimal("12.34")).save(qb=exact)

    assert Invoice.get(saved.Id, qb=exact).TotalAmt == Decimal("12.34")


def test_the_same_request_id_makes_one_invoice(qb):
    request_id = str(uuid4())
    invoice = stock.new_invoice(qb)
    again = stock.new_invoice(qb)
    again.CustomerRef = invoice.CustomerRef

    first = invoice.save(qb=qb, request_id=request_id)
    second = again.save(qb=qb, request_id=request_id)

    assert second.Id == first.Id
    assert Invoice.count(f"CustomerRef = '{invoice.CustomerRef.value}'", qb=qb) == 1


@pytest.mark.parametrize("make", stock.offered(stock.new_invoice, stock.new_estimate))
def test_a_document_is_sent(qb, make):
    saved = make(qb).save(qb=qb)

    sent = saved.send(qb=qb, send_to="boss+bills@birds.example")

    [body] = [value for name, value in sent.items() if name != "time"]
    assert body["EmailStatus"] == "EmailSent"
    assert body["BillEmail"]["Address"] == "boss+bills@birds.example"


@pytest.mark.parametrize(
    "make", stock.offered(stock.new_invoice, stock.new_estimate, stock.new_sales_receipt)
)
def test_a_document_is_printed(qb, make):
    saved = make(qb).save(qb=qb)

    assert saved.download_pdf(qb=qb).startswith(b"%PDF-")


# Batches, capture, reports


def test_batches_create_change_and_delete_and_tell_which_item_failed(qb):
    made = batch_create([stock.new_invoice(qb, amount) for amount in range(1, 33)], qb=qb)
    some = made.successes[:2]
    for invoice in some:
        invoice.PrivateNote = "From a batch"

    changed = batch_update(some, qb=qb)
    deleted = batch_delete([changed.successes[0], made.successes[1], made.successes[2]], qb=qb)

    # 32 are sent as a batch of 30 and one of 2; the second deletion names a stale SyncToken.
    assert (len(made.successes), made.faults) == (32, [])
    assert [invoice.PrivateNote for invoice in changed.successes] == ["From a batch"] * 2
    assert len(deleted.successes) == 2
    assert [error.code for fault in deleted.faults for error in fault.Error] == ["5010"]
    assert deleted.faults[0].original_object.Id == made.successes[1].Id


def test_changes_are_captured_with_what_was_deleted(qb):
    invoice = stock.new_invoice(qb).save(qb=qb)
    gone = stock.new_invoice(qb).save(qb=qb)
    gone.delete(qb=qb)
    since = datetime.fromisoformat(Invoice.get(invoice.Id, qb=qb).MetaData.LastUpdatedTime) - timedelta(
        minutes=1
    )

    captured = change_data_capture([Invoice, Payment], since.isoformat(), qb=qb)

    statuses = {row.Id: getattr(row, "status", None) for row in captured.Invoice}
    assert statuses[invoice.Id] is None
    assert statuses[gone.Id] == "Deleted"


def test_a_capture_whose_plus_arrived_as_a_space_is_understood(qb):
    invoice = stock.new_invoice(qb).save(qb=qb)
    changed_at = datetime.fromisoformat(Invoice.get(invoice.Id, qb=qb).MetaData.LastUpdatedTime)
    since = (changed_at - timedelta(minutes=1) + timedelta(hours=9)).replace(tzinfo=None)

    # Nine hours east of a zone two hours behind UTC in winter is +01:00 or +02:00 in summer.
    offset = changed_at.utcoffset() + timedelta(hours=9)
    spaced = f"{since:%Y-%m-%dT%H:%M:%S} {int(offset.total_seconds() // 3600):02d}:00"
    answered = qb.change_data_capture("Invoice", spaced)

    [slot] = answered["CDCResponse"][0]["QueryResponse"]
    assert invoice.Id in [row["Id"] for row in slot["Invoice"]]


@pytest.mark.parametrize(
    "name",
    [
        "AgedReceivables",
        "AgedReceivableDetail",
        "CustomerBalance",
        "ProfitAndLoss",
        "BalanceSheet",
        "TrialBalance",
        *("AccountList", "CashFlow", "CustomerIncome", "CustomerSales", "GeneralLedger"),
        *("ItemSales", "JournalReport", "ProfitAndLossDetail", "TransactionList"),
    ],
)
def test_a_report_has_a_header_columns_and_rows(qb, name):
    report = qb.get_report(name)

    assert report["Header"]["ReportName"] == name
    assert report["Columns"]["Column"]
    assert report["Rows"]["Row"]


def test_a_report_takes_its_parameters(qb):
    cash = qb.get_report("ProfitAndLoss", {"accounting_method": "Cash", "summarize_column_by": "Customers"})

    assert cash["Header"]["ReportBasis"] == "Cash"
    assert cash["Columns"]["Column"][-1]["ColTitle"].upper() == "TOTAL"


# Attachments


def test_a_note_hangs_on_an_invoice(qb):
    invoice = stock.new_invoice(qb).save(qb=qb)

    note = stock.new_note(qb, on=invoice).save(qb=qb)

    read = Attachable.get(note.Id, qb=qb)
    assert read.Note == "Called them"
    assert (read.AttachableRef[0].EntityRef.type, read.AttachableRef[0].EntityRef.value) == (
        "Invoice",
        invoice.Id,
    )


@pytest.mark.parametrize("content", [b"Dear Sir\n", b""])
def test_a_file_is_uploaded_beside_its_metadata(qb, tmp_path, content):
    """The library's multipart body has bare line feeds, base64 and no blank line at its end."""
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    vendor = stock.vendor(qb)
    file = Attachable()
    place = AttachableRef()
    place.EntityRef = vendor.to_ref()
    file.AttachableRef.append(place)
    file.FileName, file._FilePath, file.ContentType = path.name, str(path), "text/plain"

    saved = file.save(qb=qb)

    read = Attachable.get(saved.Id, qb=qb)
    assert (read.FileName, read.ContentType, read.Size) == ("letter.txt", "text/plain", len(content))
    assert read.AttachableRef[0].EntityRef.value == vendor.Id
    assert read.TempDownloadUri
    assert qb.session.get(read.TempDownloadUri).content == content


# The company


def test_preferences_are_read_and_saved_whole(qb):
    preferences = Preferences.get(qb=qb)
    wanted = f"Estimate {uuid4().hex[:6]}"
    preferences.EmailMessagesPrefs.EstimateMessage.Subject = wanted

    preferences.save(qb=qb)

    after = Preferences.get(qb=qb)
    assert after.Id == "1"
    assert after.EmailMessagesPrefs.EstimateMessage.Subject == wanted
    assert after.AccountingInfoPrefs.TaxYearMonth == "January"
    assert after.ProductAndServicesPrefs.ForPurchase is True
    assert after.VendorAndPurchasesPrefs.BillableExpenseTracking is True
    assert after.TimeTrackingPrefs.WorkWeekStartDate == "Monday"
    assert after.OtherPrefs.NameValue[0].Name == "SalesFormsPrefs.DefaultCustomerMessage"


def test_the_company_introduces_itself(emulator, qb):
    by_realm = CompanyInfo.get(emulator.ready_line()["realm_id"], qb=qb)
    [by_query] = CompanyInfo.all(qb=qb)

    assert (by_realm.Id, by_realm.Country) == ("1", "US")
    assert by_query.CompanyName == by_realm.CompanyName


def test_the_signature_helper_accepts_what_the_emulator_signs(emulator, qb):
    body = '[{"specversion":"1.0"}]'
    signed = signature(body.encode(), emulator.ready_line()["webhook_verifier_token"].encode())

    assert qb.validate_webhook_signature(body, signed)
    assert not qb.validate_webhook_signature(body + " ", signed)


# Objects with ways of their own


def test_a_card_payment_has_another_name_in_its_answers_and_is_a_transfer_too(qb):
    saved = stock.new_card_payment(qb).save(qb=qb)
    saved.Amount += 1

    saved.save(qb=qb)

    answered = qb.get_single_object("CreditCardPayment", saved.Id)
    assert set(answered) == {"CreditCardPaymentTxn", "time"}
    assert float(Transfer.get(saved.Id, qb=qb).Amount) == 101


def test_the_tax_service_makes_a_code_with_its_rate(qb):
    service = TaxService()
    service.TaxCode = stock.fresh("Code")
    rate = TaxRateDetails()
    rate.TaxRateName, rate.RateValue, rate.TaxAgencyId, rate.TaxApplicableOn = service.TaxCode, 10, 1, "Sales"
    service.TaxRateDetails.append(rate)

    made = service.save(qb=qb)

    [detail] = made.TaxRateDetails
    assert made.TaxCode == service.TaxCode
    assert (detail.TaxRateName, detail.RateValue, detail.TaxAgencyId) == (service.TaxCode, 10, "1")


def test_an_inventory_item_keeps_its_accounts_and_quantity(qb):
    item = Item()
    item.Name, item.Type = stock.fresh("Widget"), "Inventory"
    item.TrackQtyOnHand, item.QtyOnHand, item.InvStartDate = True, 10, "2015-01-01"
    item.IncomeAccountRef = stock.account(qb, AccountSubType="SalesOfProductIncome").to_ref()
    item.ExpenseAccountRef = stock.account(qb, AccountSubType="SuppliesMaterialsCogs").to_ref()
    item.AssetAccountRef = stock.account(qb, AccountSubType="Inventory").to_ref()

    read = Item.get(item.save(qb=qb).Id, qb=qb)

    assert (read.Type, read.TrackQtyOnHand, read.QtyOnHand) == ("Inventory", True, 10)
    assert read.AssetAccountRef.value == item.AssetAccountRef.value


def test_a_bill_has_the_lines_it_was_sent_with_and_no_subtotal(qb):
    saved = stock.new_bill(qb).save(qb=qb)

    read = Bill.get(saved.Id, qb=qb)

    assert [float(line.Amount) for line in read.Line] == [200]
    assert float(read.Balance) == 200
