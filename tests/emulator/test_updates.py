"""Full and sparse updates, numbering, terms, and changes that change nothing."""

import pytest

from qb_collections.emulator.errors import Fault
from qb_collections.emulator.switches import Switches
from tests.emulator.small_company import REALM, sale, small_company


@pytest.fixture
def company():
    return small_company()


def test_a_sparse_update_leaves_what_it_does_not_name(company):
    invoice = company.invoice("100", PrivateNote="keep", CustomerMemo={"value": "Thanks"})

    after = company.save("Invoice", Id=invoice["Id"], SyncToken="0", sparse=True, DueDate="2026-12-24")

    changed = {name for name in invoice if after[name] != invoice[name]}
    assert changed == {"DueDate", "SyncToken"}
    assert after["SyncToken"] == "1"


def test_a_full_update_empties_what_it_does_not_name(company):
    invoice = company.invoice("100", PrivateNote="gone", CustomerMemo={"value": "Thanks"}, TrackingNum="Z1")
    body = {
        name: invoice[name] for name in ("Id", "SyncToken", "Line", "CustomerRef", "DocNumber", "TxnDate")
    }

    after = company.save("Invoice", **body)

    assert {"PrivateNote", "CustomerMemo", "TrackingNum", "BillEmail"}.isdisjoint(after)
    assert (after["DocNumber"], str(after["TotalAmt"])) == ("1001", "100.00")


def test_a_record_read_and_sent_back_whole_is_accepted(company):
    invoice = company.invoice("100", PrivateNote="x", SalesTermRef={"value": company.ids["net30"]})
    company.pay("40", ("Invoice", invoice["Id"], "40"))
    _, found = company.http("GET", f"invoice/{invoice['Id']}")

    status, after = company.http("POST", "invoice", found["Invoice"])

    assert status == 200
    moving = {"SyncToken", "MetaData"}
    assert {k: v for k, v in after["Invoice"].items() if k not in moving} == {
        k: v for k, v in found["Invoice"].items() if k not in moving
    }


def test_a_payment_read_and_sent_back_whole_is_accepted_with_its_extensions(company):
    """Its lines carry LineEx, in which `value` is an object."""
    invoice = company.invoice("100")
    payment = company.pay("40", ("Invoice", invoice["Id"], "40"))
    _, found = company.http("GET", f"payment/{payment['Id']}")

    status, after = company.http("POST", "payment", found["Payment"] | {"PrivateNote": "Cheque 12"})

    assert (status, after["Payment"]["PrivateNote"]) == (200, "Cheque 12")
    assert after["Payment"]["Line"] == found["Payment"]["Line"]


def test_a_sparse_update_that_changes_nothing_is_silent(company):
    invoice = company.invoice("100", PrivateNote="same")
    heard = []
    company.engine.on_change(heard.append)
    company.clock.advance(minutes=5)

    after = company.save("Invoice", Id=invoice["Id"], SyncToken="0", sparse=True, PrivateNote="same")

    assert after == invoice
    assert heard == []


def test_by_switch_a_change_of_nothing_still_moves_the_token():
    company = small_company(switches=Switches(noop_update_is_silent=False))
    invoice = company.invoice("100", PrivateNote="same")

    after = company.save("Invoice", Id=invoice["Id"], SyncToken="0", sparse=True, PrivateNote="same")

    assert after["SyncToken"] == "1"


def test_empty_text_and_null_set_to_nothing(company):
    invoice = company.invoice("100", PrivateNote="x", TrackingNum="y")

    after = company.save(
        "Invoice", Id=invoice["Id"], SyncToken="0", sparse=True, PrivateNote="", TrackingNum=None
    )

    assert {"PrivateNote", "TrackingNum"}.isdisjoint(after)


def test_a_line_keeps_its_id_only_when_the_update_names_it(company):
    invoice = company.invoice("100")
    kept = sale(company.ids["work"], "80") | {"Id": "1"}

    after = company.save(
        "Invoice", Id=invoice["Id"], SyncToken="0", sparse=True, Line=[kept, sale(company.ids["work"], "20")]
    )
    again = company.save(
        "Invoice", Id=invoice["Id"], SyncToken="1", sparse=True, Line=[sale(company.ids["work"], "9")]
    )

    assert [line.get("Id") for line in after["Line"]] == ["1", "2", None]
    assert [line.get("Id") for line in again["Line"]] == ["3", None]


def test_numbers_follow_each_other_when_quickbooks_gives_them(company):
    numbers = [
        company.invoice("1")["DocNumber"],
        company.memo("1")["DocNumber"],
        company.invoice("1")["DocNumber"],
    ]

    assert numbers == ["1001", "1002", "1003"]


def test_without_custom_numbers_a_sent_number_is_stored_even_twice(company):
    numbers = [company.invoice("1", DocNumber="77")["DocNumber"] for _ in range(2)]

    assert numbers == ["77", "77"]
    assert company.invoice("1")["DocNumber"] == "78"


def test_with_custom_numbers_an_omitted_number_stays_empty():
    company = small_company(CustomTxnNumbers=True)

    assert "DocNumber" not in company.invoice("1")


def test_with_custom_numbers_auto_generate_follows_the_last_one_saved():
    company = small_company(CustomTxnNumbers=True)
    company.invoice("1", DocNumber="INV-0099")

    assert company.invoice("1", DocNumber="AUTO_GENERATE")["DocNumber"] == "INV-0100"


def test_with_custom_numbers_a_taken_number_is_6140_unless_allowed():
    company = small_company(CustomTxnNumbers=True)
    taken = company.invoice("1", DocNumber="A-1")
    company.engine.void(REALM, "Invoice", {"Id": taken["Id"], "SyncToken": "0"})
    body = {
        "CustomerRef": {"value": company.ids["amy"]},
        "Line": [sale(company.ids["work"], "1")],
        "DocNumber": "A-1",
    }

    with pytest.raises(Fault) as caught:
        company.engine.save(REALM, "Invoice", body)
    allowed = company.engine.save(REALM, "Invoice", body, params={"include": "allowduplicatedocnum"})

    assert caught.value.code == "6140"
    assert "has already been used" in caught.value.detail
    assert allowed["DocNumber"] == "A-1"


def test_the_due_date_comes_from_the_term(company):
    invoice = company.invoice("1", TxnDate="2026-10-01", SalesTermRef={"value": company.ids["net30"]})

    assert invoice["DueDate"] == "2026-10-31"
    assert invoice["SalesTermRef"] == {"value": company.ids["net30"], "name": "Net 30"}


def test_the_customers_term_is_filled_in_and_a_sent_due_date_holds(company):
    company.save(
        "Customer",
        Id=company.ids["amy"],
        SyncToken="0",
        sparse=True,
        SalesTermRef={"value": company.ids["net30"]},
    )

    assert company.invoice("1", TxnDate="2026-10-01")["DueDate"] == "2026-10-31"
    assert company.invoice("1", TxnDate="2026-10-01", DueDate="2026-11-15")["DueDate"] == "2026-11-15"


@pytest.mark.parametrize(
    ("txn_on", "due_on"),
    [
        ("2026-10-05", "2026-10-20"),
        ("2026-10-10", "2026-10-20"),  # exactly ten days before
        ("2026-10-11", "2026-11-20"),  # nine days before: the next month's
        ("2026-12-20", "2027-01-20"),
    ],
)
def test_a_date_driven_term_means_a_day_of_the_month(company, txn_on, due_on):
    term = company.save("Term", Name="20th", DayOfMonthDue=20, DueNextMonthDays=10)

    assert company.invoice("1", TxnDate=txn_on, SalesTermRef={"value": term["Id"]})["DueDate"] == due_on


def test_a_renamed_customer_has_the_new_name_on_old_invoices(company):
    invoice = company.invoice("1")

    company.save("Customer", Id=company.ids["amy"], SyncToken="0", sparse=True, DisplayName="Amy's Aviary")

    assert company.read("Invoice", invoice["Id"])["CustomerRef"]["name"] == "Amy's Aviary"


def test_every_version_is_kept_with_its_instant(company):
    invoice = company.invoice("1")
    company.clock.advance(days=1)
    company.save("Invoice", Id=invoice["Id"], SyncToken="0", sparse=True, PrivateNote="called")

    found = company.engine.versions(REALM, "Invoice", invoice["Id"])

    assert [(each["operation"], each["at"]) for each in found] == [
        ("Create", "2026-10-30T16:00:00.300000+00:00"),
        ("Update", "2026-10-31T16:00:00.300000+00:00"),
    ]
    assert found[1]["body"]["PrivateNote"] == "called"


def test_changes_are_told_after_the_commit(company):
    heard = []
    company.engine.on_change(lambda change: heard.append((change.entity, change.operation)))

    invoice = company.invoice("10")
    company.pay("10", ("Invoice", invoice["Id"], "10"))

    assert heard == [
        ("Invoice", "Create"),
        ("Customer", "Update"),
        ("Payment", "Create"),
        ("Invoice", "Update"),
        ("Customer", "Update"),
    ]


def test_a_note_attachment_hangs_on_its_invoice(company):
    invoice = company.invoice("10")
    ref = {"EntityRef": {"type": "Invoice", "value": invoice["Id"]}, "IncludeOnSend": False}

    made = company.save("Attachable", Note="Called on 30 October", AttachableRef=[ref])
    found = company.engine.query(
        REALM, f"select * from Attachable where AttachableRef.EntityRef.value = '{invoice['Id']}'"
    )

    assert int(made["Id"]) > 5 * 10**18
    assert [row["Note"] for row in found["Attachable"]] == ["Called on 30 October"]


def test_a_number_that_stands_twice_does_not_hinder_a_note():
    company = small_company(CustomTxnNumbers=True)
    company.invoice("10", DocNumber="A1")
    line = sale(company.ids["work"], "10")
    body = {"CustomerRef": {"value": company.ids["amy"]}, "Line": [line], "DocNumber": "A1"}
    second = company.engine.save(REALM, "Invoice", body, params={"include": "allowduplicatedocnum"})

    noted = company.save("Invoice", Id=second["Id"], SyncToken="0", sparse=True, PrivateNote="Called")

    assert (noted["DocNumber"], noted["PrivateNote"]) == ("A1", "Called")


def test_a_name_is_the_same_with_blanks_around_it():
    company = small_company()

    with pytest.raises(Fault) as refused:
        company.save("Vendor", DisplayName="  Amy's Bird Sanctuary ")

    assert refused.value.code == "6240"
