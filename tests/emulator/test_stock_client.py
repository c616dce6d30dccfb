"""The stock python-quickbooks objects, with all that they send unasked, are understood."""

from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from quickbooks import QuickBooks
from quickbooks.batch import batch_create
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import ObjectNotFoundException, QuickbooksException
from quickbooks.objects import (
    Attachable,
    AttachableRef,
    CreditMemo,
    Customer,
    EmailAddress,
    Invoice,
    Item,
    LinkedTxn,
    Payment,
    PaymentLine,
    Preferences,
    Ref,
    SalesItemLine,
    SalesItemLineDetail,
    Term,
)
from requests import Response

from qb_collections.emulator.rest import Request, answer
from tests.emulator.small_company import REALM, small_company


class StockClient(QuickBooks):
    """python-quickbooks as it is; only the last step, the socket, is replaced by a call."""

    def __new__(cls, company):
        self = super().__new__(cls, company_id=REALM, minorversion=75)
        self.session = object()
        self.company = company
        return self

    def __init__(self, company):
        pass

    def process_request(self, request_type, url, headers="", params="", data=""):
        path = urlsplit(url).path.partition(f"/company/{REALM}/")[2]
        body = data.encode() if isinstance(data, str) else data or b""
        query = {name: str(value) for name, value in dict(params or {}).items() if value is not None}
        query |= dict(parse_qsl(urlsplit(url).query))
        named = {name.lower(): value for name, value in dict(headers or {}).items()}
        found = answer(self.company.engine, REALM, Request(request_type, path, query, named, body))
        response = Response()
        response.status_code = found.status
        response._content = found.body
        response.headers["content-type"] = found.content_type
        return response


@pytest.fixture
def company():
    return small_company()


@pytest.fixture
def qb(company):
    return StockClient(company)


def ref(value):
    found = Ref()
    found.value, found.type, found.name = value, "", ""
    return found


def new_invoice(company, amount):
    line = SalesItemLine()
    line.Amount = amount
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = ref(company.ids["work"])
    invoice = Invoice()
    invoice.CustomerRef = ref(company.ids["amy"])
    invoice.Line.append(line)
    return invoice


def test_a_stock_invoice_is_created_read_sent_voided(company, qb):
    invoice = new_invoice(company, 100).save(qb=qb)

    read = Invoice.get(int(invoice.Id), qb=qb)
    sent = read.send(qb=qb, send_to="boss@birds.example")
    read = Invoice.get(invoice.Id, qb=qb)
    read.void(qb=qb)

    assert (read.DueDate, read.Balance, read.DocNumber) == ("2026-10-30", 100, "1001")
    assert sent["Invoice"]["EmailStatus"] == "EmailSent"
    assert Invoice.get(invoice.Id, qb=qb).TotalAmt == 0


def test_a_stock_invoice_read_and_saved_again_keeps_its_money(company, qb):
    invoice = Invoice.get(new_invoice(company, 100).save(qb=qb).Id, qb=qb)
    invoice.PrivateNote = "called"

    invoice.save(qb=qb)

    after = company.read("Invoice", invoice.Id)
    assert (after["PrivateNote"], str(after["TotalAmt"]), after["SyncToken"]) == ("called", "100.00", "1")


def test_a_stock_payment_applies_and_is_voided(company, qb):
    invoice = new_invoice(company, 100).save(qb=qb)
    line = PaymentLine()
    line.Amount = 60
    link = LinkedTxn()
    link.TxnId, link.TxnType = invoice.Id, "Invoice"
    line.LinkedTxn.append(link)
    payment = Payment()
    payment.TotalAmt, payment.CustomerRef = 60, ref(company.ids["amy"])
    payment.Line.append(line)

    made = payment.save(qb=qb)
    paid = company.owes()
    made.void(qb=qb)

    assert (paid, company.owes()) == ("40.00", "100.00")


def test_stock_names_terms_items_and_memos_are_created(company, qb):
    customer = Customer()
    customer.DisplayName = "Cool Cars"
    customer.PrimaryEmailAddr = EmailAddress()
    item = Item()
    item.Name, item.Type, item.IncomeAccountRef = "Paint", "Service", ref(company.ids["services"])
    term = Term()
    term.Name, term.DueDays = "Net 10", 10
    memo = CreditMemo()
    memo.CustomerRef = ref(company.ids["amy"])
    memo.Line.append(new_invoice(company, 20).Line[0])

    for stock in (customer, item, term, memo):
        stock.save(qb=qb)

    assert company.owes() == "-20.00"
    assert [row.DisplayName for row in Customer.where("DisplayName LIKE 'Cool%'", qb=qb)] == ["Cool Cars"]


def test_decimals_sent_as_text_are_numbers(company, qb):
    invoice = new_invoice(company, Decimal("12.34")).save(qb=qb)

    assert str(company.read("Invoice", invoice.Id)["TotalAmt"]) == "12.34"


def test_a_stock_note_hangs_on_the_invoice(company, qb):
    invoice = new_invoice(company, 100).save(qb=qb)
    note = Attachable()
    note.Note = "Called"
    place = AttachableRef()
    place.EntityRef = ref(invoice.Id)
    place.EntityRef.type = "Invoice"
    note.AttachableRef.append(place)

    note.save(qb=qb)

    assert company.engine.query(REALM, "select * from Attachable")["Attachable"][0]["Note"] == "Called"


def test_stock_queries_counts_capture_batches_and_preferences_work(company, qb):
    made = batch_create([new_invoice(company, amount) for amount in (10, 20)], qb=qb)

    captured = change_data_capture([Invoice, Payment], "2026-10-30T00:00:00-07:00", qb=qb)

    assert (len(made.successes), made.faults) == (2, [])
    assert [invoice.TotalAmt for invoice in Invoice.all(qb=qb)] == [10, 20]
    assert Invoice.count("Balance > '15'", qb=qb) == 1
    assert len(captured.Invoice) == 2
    assert Preferences.get(qb=qb).ReportPrefs.ReportBasis == "Accrual"


def test_stock_deletion_and_the_pdf(company, qb):
    invoice = Invoice.get(new_invoice(company, 10).save(qb=qb).Id, qb=qb)

    text = invoice.download_pdf(qb=qb)
    invoice.delete(qb=qb)

    assert text.startswith(b"%PDF-1.4")
    with pytest.raises(ObjectNotFoundException):
        Invoice.get(invoice.Id, qb=qb)


def test_a_stale_stock_save_carries_quickbooks_code(company, qb):
    invoice = Invoice.get(new_invoice(company, 10).save(qb=qb).Id, qb=qb)
    invoice.save(qb=qb)

    with pytest.raises(QuickbooksException) as caught:
        invoice.save(qb=qb)

    assert caught.value.error_code == 5010
