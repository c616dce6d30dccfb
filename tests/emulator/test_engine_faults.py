"""What the engine refuses, with QuickBooks' own codes."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qb_collections.emulator.errors import Fault
from qb_collections.emulator.switches import Switches
from tests.emulator.small_company import REALM, sale, small_company


@pytest.fixture
def company():
    return small_company()


def refused(call, *args, **named):
    with pytest.raises(Fault) as caught:
        call(*args, **named)
    return caught.value.code


def test_a_stale_token_is_5010(company):
    invoice = company.invoice("10")
    company.save("Invoice", Id=invoice["Id"], SyncToken="0", sparse=True, PrivateNote="first")

    assert (
        refused(company.save, "Invoice", Id=invoice["Id"], SyncToken="0", sparse=True, PrivateNote="late")
        == "5010"
    )


def test_what_is_not_there_is_610_and_what_was_deleted_too(company):
    invoice = company.invoice("10")
    company.engine.delete(REALM, "Invoice", {"Id": invoice["Id"], "SyncToken": "0"})

    assert refused(company.read, "Invoice", "999") == "610"
    assert refused(company.read, "Invoice", invoice["Id"]) == "610"
    assert refused(company.save, "Invoice", Id=invoice["Id"], SyncToken="0", sparse=True) == "610"


def test_missing_parts_are_2020(company):
    customer = {"value": company.ids["amy"]}

    assert refused(company.save, "Invoice", CustomerRef=customer) == "2020"
    assert refused(company.save, "Invoice", Line=[sale(company.ids["work"], "1")]) == "2020"
    assert refused(company.save, "Payment", CustomerRef=customer) == "2020"
    assert refused(company.save, "Invoice", Id="1", sparse=True) == "610"


def test_a_token_left_out_is_2020(company):
    invoice = company.invoice("10")

    assert refused(company.save, "Invoice", Id=invoice["Id"], sparse=True, PrivateNote="x") == "2020"


def test_a_reference_to_nothing_is_2500(company):
    assert refused(company.invoice, "10", CustomerRef={"value": "999"}) == "2500"
    assert refused(company.invoice, "10", Line=[sale("999", "10")]) == "2500"


def test_a_note_of_4000_characters_fits_and_one_more_does_not(company):
    company.invoice("10", PrivateNote="n" * 4000)

    assert refused(company.invoice, "10", PrivateNote="n" * 4001) == "2050"


def test_quantity_times_price_must_be_the_amount(company):
    assert (
        refused(company.invoice, "10", Line=[sale(company.ids["work"], "100", Qty=3, UnitPrice=33)]) == "6070"
    )


def test_zero_quantity_and_price_beside_an_amount_mean_not_set(company):
    invoice = company.invoice("10", Line=[sale(company.ids["work"], "100", Qty=0, UnitPrice=0)])

    assert str(invoice["TotalAmt"]) == "100.00"


def test_closed_books_refuse_the_closing_day_and_take_the_day_after(company):
    company.engine.set_preferences(REALM, {"AccountingInfoPrefs": {"BookCloseDate": "2026-09-30"}})

    assert refused(company.invoice, "10", TxnDate="2026-09-30") == "6210"
    assert company.invoice("10", TxnDate="2026-10-01")["TxnDate"] == "2026-10-01"


@pytest.mark.parametrize(("allowed", "expected"), [(False, "6210"), (True, None)])
def test_a_note_on_an_invoice_of_a_closed_period_follows_the_switch(allowed, expected):
    company = small_company(switches=Switches(closed_period_allows_note=allowed))
    invoice = company.invoice("10", TxnDate="2026-09-30")
    company.engine.set_preferences(REALM, {"AccountingInfoPrefs": {"BookCloseDate": "2026-09-30"}})
    note = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "called"}

    code = None if expected is None else refused(company.engine.save, REALM, "Invoice", note)
    if expected is None:
        assert company.engine.save(REALM, "Invoice", note)["PrivateNote"] == "called"

    assert code == expected


def test_moving_a_date_out_of_a_closed_period_is_refused_too(company):
    invoice = company.invoice("10", TxnDate="2026-09-30")
    company.engine.set_preferences(REALM, {"AccountingInfoPrefs": {"BookCloseDate": "2026-09-30"}})

    moved = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "TxnDate": "2026-10-05"}
    assert refused(company.engine.save, REALM, "Invoice", moved) == "6210"
    assert refused(company.engine.void, REALM, "Invoice", {"Id": invoice["Id"], "SyncToken": "0"}) == "6210"


def test_the_closing_date_is_read_only_over_the_interface(company):
    company.engine.set_preferences(REALM, {"AccountingInfoPrefs": {"BookCloseDate": "2026-09-30"}})
    body = {
        "Id": "1",
        "SyncToken": "1",
        "sparse": True,
        "AccountingInfoPrefs": {"BookCloseDate": "2020-01-01"},
    }

    company.http("POST", "preferences", body)

    assert company.engine.preferences(REALM)["AccountingInfoPrefs"]["BookCloseDate"] == "2026-09-30"


def test_a_lapsed_subscription_reads_and_does_not_write(company):
    invoice = company.invoice("10")
    company.engine.set_lapsed(REALM, True)

    assert company.read("Invoice", invoice["Id"])["Id"] == invoice["Id"]
    assert refused(company.invoice, "10") == "6190"


def test_a_deposited_payment_is_locked_until_the_deposit_is_gone(company):
    payment = company.pay("25")
    line = {"Amount": 25, "LinkedTxn": [{"TxnType": "Payment", "TxnId": payment["Id"], "TxnLineId": "0"}]}
    deposit = company.save("Deposit", DepositToAccountRef={"value": company.ids["bank"]}, Line=[line])
    named = {"Id": payment["Id"], "SyncToken": "0"}

    codes = [
        refused(company.engine.void, REALM, "Payment", named),
        refused(company.engine.delete, REALM, "Payment", named),
        refused(company.save, "Payment", **named, sparse=True, TotalAmt=30),
    ]
    company.engine.delete(REALM, "Deposit", {"Id": deposit["Id"], "SyncToken": "0"})

    assert codes == ["6540", "6540", "6540"]
    assert company.engine.delete(REALM, "Payment", named)["status"] == "Deleted"


def test_a_receivable_line_of_a_journal_needs_a_customer(company):
    lines = [
        {
            "Amount": 5,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": kind, "AccountRef": {"value": company.ids[account]}},
        }
        for kind, account in (("Debit", "receivable"), ("Credit", "services"))
    ]

    assert refused(company.save, "JournalEntry", Line=lines) == "6000"


def test_a_name_list_cannot_be_deleted(company):
    assert (
        refused(company.engine.delete, REALM, "Customer", {"Id": company.ids["amy"], "SyncToken": "0"})
        == "500"
    )


def test_an_invoice_with_a_payment_cannot_be_deleted(company):
    invoice = company.invoice("10")
    company.pay("10", ("Invoice", invoice["Id"], "10"))
    token = company.read("Invoice", invoice["Id"])["SyncToken"]

    assert (
        refused(company.engine.delete, REALM, "Invoice", {"Id": invoice["Id"], "SyncToken": token}) == "6000"
    )


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe"])
def test_a_body_that_is_no_object_is_a_fault_not_a_crash(company, body):
    status, found = company.http("POST", "invoice", body)

    assert status == 400
    assert found["Fault"]["Error"][0]["code"] in ("2010", "500")


def test_a_request_that_fails_halfway_leaves_nothing(company):
    before = company.balances()
    body = {"CustomerRef": {"value": company.ids["amy"]}, "TotalAmt": 10}
    lines = [{"Amount": 10, "LinkedTxn": [{"TxnType": "Invoice", "TxnId": "99"}]}]

    assert refused(company.engine.save, REALM, "Payment", body | {"Line": lines}) == "610"
    assert company.balances() == before


GARBAGE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "1", "x", "2026-10-30", "SalesItemLineDetail"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["value", "Id", "name"]), inner, max_size=2)
    ),
    max_leaves=4,
)
PLACES = {
    "Invoice": [
        *(
            ["Line"],
            ["Line", 0],
            ["Line", 0, "Amount"],
            ["Line", 0, "SalesItemLineDetail"],
            ["Line", 0, "DetailType"],
        ),
        *(["Line", 0, "SalesItemLineDetail", "ItemRef"], ["Line", 0, "SalesItemLineDetail", "TaxCodeRef"]),
        *(
            ["Line", 0, "SalesItemLineDetail", "Qty"],
            ["Line", 0, "LinkedTxn"],
            ["CustomerRef"],
            ["BillEmail"],
        ),
        *(
            ["CustomerMemo"],
            ["TxnTaxDetail"],
            ["TxnTaxDetail", "TxnTaxCodeRef"],
            ["TxnTaxDetail", "TotalTax"],
        ),
        *(
            ["TxnDate"],
            ["SalesTermRef"],
            ["ClassRef"],
            ["LinkedTxn"],
            ["CustomField"],
            ["DocNumber"],
            ["Deposit"],
        ),
        *(["Id"], ["SyncToken"], ["sparse"], ["CustomerRef", "value"]),
    ],
    "Payment": [
        *(
            ["Line"],
            ["Line", 0],
            ["Line", 0, "Amount"],
            ["Line", 0, "LinkedTxn"],
            ["Line", 0, "LinkedTxn", 0],
        ),
        *(["Line", 0, "LinkedTxn", 0, "TxnId"], ["Line", 0, "LinkedTxn", 0, "TxnType"], ["TotalAmt"]),
        *(["DepositToAccountRef"], ["PaymentMethodRef"], ["CurrencyRef"], ["PrivateNote"]),
    ],
    "JournalEntry": [
        *(
            ["Line", 0, "JournalEntryLineDetail"],
            ["Line", 0, "JournalEntryLineDetail", "Entity"],
            ["Line", 0, "Amount"],
        ),
        *(
            ["Line", 0, "JournalEntryLineDetail", "AccountRef"],
            ["Line", 0, "JournalEntryLineDetail", "PostingType"],
        ),
        ["Line", 0, "JournalEntryLineDetail", "Entity", "Type"],
    ],
    "Customer": [
        ["DisplayName"],
        ["PrimaryEmailAddr"],
        ["ParentRef"],
        ["PrimaryPhone"],
        ["Active"],
        ["Balance"],
    ],
}


def sound(company, entity):
    """A body that is accepted as it stands."""
    ids = company.ids
    amy = {"value": ids["amy"]}
    link = {"TxnId": "1", "TxnType": "Invoice"}
    posted = {
        "PostingType": "Debit",
        "AccountRef": {"value": ids["bank"]},
        "Entity": {"Type": "Customer", "EntityRef": amy},
    }
    debit = {"Amount": 1, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": posted}
    return {
        "Invoice": {"CustomerRef": amy, "Line": [sale(ids["work"], "1")], "TxnTaxDetail": {}},
        "Payment": {"CustomerRef": amy, "TotalAmt": 1, "Line": [{"Amount": 1, "LinkedTxn": [link]}]},
        "JournalEntry": {
            "Line": [debit, debit | {"JournalEntryLineDetail": posted | {"PostingType": "Credit"}}],
        },
        "Customer": {"DisplayName": "Cool Cars"},
    }[entity]


def put_in(body, place, value):
    for step in place[:-1]:
        body = body[step]
    body[place[-1]] = value


@settings(max_examples=60)
@given(st.data())
def test_nonsense_anywhere_in_a_body_is_a_fault_never_a_crash(data):
    company = small_company()
    company.invoice("1")
    entity = data.draw(st.sampled_from(sorted(PLACES)))
    body = deepcopy(sound(company, entity))
    put_in(body, data.draw(st.sampled_from(PLACES[entity])), data.draw(GARBAGE))

    status, found = company.http("POST", entity.lower(), body)

    assert status in (200, 400)
    assert (status == 400) == ("Fault" in found)
    company.engine.check(REALM)


@pytest.mark.parametrize(
    ("amount", "code"), [("9999999999999.99", None), ("10000000000000", "2080"), ("ten", "2080")]
)
def test_an_amount_has_at_most_thirteen_digits_before_the_point(company, amount, code):
    if code is None:
        assert str(company.invoice(amount)["TotalAmt"]) == amount
    else:
        assert refused(company.invoice, amount) == code
