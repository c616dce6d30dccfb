"""Verify finds what people changed in QuickBooks, puts right what is ours, and rewrites nothing of theirs."""

from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.company_gates import Mode
from qb_collections.services import leasing, modes, sync, tasks, verify
from qb_collections.store import mirror
from qb_collections.store.engine import durable, reading
from qb_collections.store.tables import plans as plans_table
from tests.plans.books import PlanBooks


def run(books, **more):
    with leasing.held(books.context, books.company) as lease:
        return verify.verify(books.context, books.company, lease, **more)


def sentences(report):
    return [one.sentence for one in report.differences]


def writes(books):
    """How many versions QuickBooks keeps of the customer's documents."""
    kinds = ("Invoice", "CreditMemo", "Payment")
    return sum(
        len(books.engine.versions(books.realm, kind, one["Id"])) for kind in kinds for one in books.rows(kind)
    )


def requests(books):
    """How often QuickBooks was asked anything."""
    return books.emulator.front.log.counters()


def test_a_plan_that_nobody_touched_is_as_it_was_written(planned):
    before = writes(planned)

    report = run(planned)

    assert report.agrees and report.differences == []
    assert (report.notes, report.plans, report.open_invoices) == (3, 1, 3)
    assert report.tie_out == "QuickBooks' receivables of $1,000.00 are its documents to the cent."
    assert report.lines[-1] == "QuickBooks says what we believe it says."
    assert writes(planned) == before


def test_a_note_that_a_person_removed_is_reported_and_not_written_again(planned):
    first = planned.invoices[0]
    planned.act("edit", entity="Invoice", id=first["Id"], fields={"PrivateNote": "Paid at the counter?"})

    report = run(planned)

    assert len(report.differences) == 1
    assert "was removed in QuickBooks; it is not written again" in sentences(report)[0]
    assert planned.notes_on_originals() == [0, 1, 1]
    [task] = tasks.list_open(planned.context, planned.company)
    assert (task.kind, task.customer_id) == ("verify", planned.grill)
    run(planned)
    assert len(tasks.list_open(planned.context, planned.company)) == 1


def test_a_note_that_stands_twice_is_reported(planned):
    first = planned.read_invoice(planned.invoices[0]["Id"])
    doubled = f"{first['PrivateNote']}\n{first['PrivateNote']}"
    planned.act("edit", entity="Invoice", id=first["Id"], fields={"PrivateNote": doubled})

    report = run(planned)

    assert len(report.differences) == 1 and "stands there 2 times" in sentences(report)[0]


def test_an_installment_with_another_due_date_is_found(planned):
    second = planned.installments()[1]
    planned.act("redate", invoice={"id": second["Id"]}, due="2027-02-01")

    report = run(planned)

    assert (
        "Payment plan PP1: the due date of installment 2 was changed "
        "from December 16, 2026 to February 1, 2027." in (sentences(report))
    )
    assert not report.agrees


def test_an_installment_with_another_amount_is_found_and_clearing_is_not_zero(planned):
    first = planned.installments()[0]
    line = first["Line"][0] | {"Amount": Decimal("300.00")}
    line["SalesItemLineDetail"] = line["SalesItemLineDetail"] | {"UnitPrice": Decimal("300.00")}
    planned.act("edit", entity="Invoice", id=first["Id"], fields={"Line": [line]})

    report = run(planned)

    assert "Payment plan PP1: installment 1 was changed from $333.34 to $300.00." in sentences(report)
    assert (
        "Payment plan PP1: its documents no longer add up; $33.34 is left on the clearing account."
        in sentences(report)
    )


def test_a_late_fee_on_an_installment_is_named_and_not_counted_as_ours(planned):
    planned.clock.set(planned.clock.now().replace(year=2026, month=11, day=20))
    planned.act("late_fee", invoice={"id": planned.installments()[0]["Id"]}, amount="15.00")

    report = run(planned)

    [said] = [one.sentence for one in report.differences if one.kind == "plan"]
    assert said == (
        "Payment plan PP1: installment 1 has $15.00 on a line that is not ours, such as a late fee."
    )


def test_an_installment_that_was_paid_is_as_it_should_be(planned):
    planned.act("pay", invoice={"id": planned.installments()[0]["Id"]})

    report = run(planned)

    assert report.agrees
    assert [one.kind for one in report.differences] == ["mirror"]  # the payment itself, not yet synced


def test_an_installment_whose_note_was_taken_away_is_still_counted(planned):
    first = planned.installments()[0]
    planned.act("edit", entity="Invoice", id=first["Id"], fields={"PrivateNote": "see Doreen"})

    report = run(planned)

    assert sentences(report) == [
        "Payment plan PP1: the note of installment 1, by which we find it again, was taken away."
    ]


def test_a_deleted_installment_is_found(planned):
    last = planned.installments()[2]
    planned.engine.delete(planned.realm, "Invoice", {"Id": last["Id"], "SyncToken": last["SyncToken"]})

    said = sentences(run(planned))

    assert "Payment plan PP1: installment 3 is gone from QuickBooks." in said
    assert any("$333.33 is left on the clearing account" in one for one in said)


def test_an_original_that_was_paid_instead_is_found(planned):
    """Somebody takes our application away and the customer pays the original."""
    planned.act("unapply", payment=planned.rows("Payment")[0]["Id"])
    planned.act("pay", invoice={"id": planned.invoices[0]["Id"]})

    report = run(planned)

    said = sentences(report)
    number = planned.invoices[0]["DocNumber"]
    assert (
        f"Payment plan PP1: invoice {number} is no longer settled by the plan; something else was paid on it."
        in said
    )
    assert any("no longer applies the credit memo to the original invoices" in one for one in said)
    other = planned.invoices[1]["DocNumber"]
    assert any(f"invoice {other} shows $150.01 open, although its balance was moved" in one for one in said)


def test_a_voided_installment_is_found(planned):
    planned.act("void", invoice={"id": planned.installments()[2]["Id"]})

    report = run(planned)

    assert any("installment 3 was changed from $333.33 to $0.00" in one for one in sentences(report))


def kept_here(books):
    books.create(form="overlay")


@pytest.fixture
def kept():
    books = PlanBooks(until=kept_here)
    yield books
    books.close()


def test_a_plan_that_is_kept_here_is_looked_at_with_its_invoices(kept):
    report = run(kept)

    assert report.agrees and report.differences == []
    assert (report.notes, report.plans) == (3, 1)


def test_an_invoice_of_a_plan_kept_here_must_be_what_it_was_when_it_was_agreed(kept):
    first, second, third = kept.invoices
    line = {**first["Line"][0], "Amount": Decimal("700.00")}
    line["SalesItemLineDetail"] = line["SalesItemLineDetail"] | {"UnitPrice": Decimal("700.00")}
    kept.act("edit", entity="Invoice", id=first["Id"], fields={"Line": [line]})
    kept.act("redate", invoice={"id": second["Id"]}, due="2026-12-01")
    kept.act("void", invoice={"id": third["Id"]})

    said = [one.sentence for one in run(kept).differences if one.kind == "plan"]

    assert said == [
        "Payment plan PP1: invoice 1001 shows $700.00 open, more than the $600.00 that the plan took in; "
        "a payment was returned, or the invoice was changed.",
        "Payment plan PP1: invoice 1001 was changed from $600.00 to $700.00 since the plan was agreed on. "
        "Agree anew: plan renegotiate PP1",
        "Payment plan PP1: invoice 1003 was voided in QuickBooks; $249.99 of the plan was on it.",
        "Payment plan PP1: the due date of invoice 1002 was changed from September 3, 2026 "
        "to December 1, 2026; the plan leaves it alone.",
    ]


def test_part_payments_are_what_a_plan_kept_here_is_for(kept):
    kept.act("part_pay", invoice=kept.invoices[0]["DocNumber"], amount="400.00")

    assert [one for one in run(kept).differences if one.kind == "plan"] == []


@pytest.mark.parametrize("form", ["overlay", "installments"])
def test_our_record_of_what_was_agreed_is_put_right(books, form):
    books.create(form=form)
    before = books.plan().installments
    with durable(books.context.engine) as conn:
        mine = plans_table.installment.c.number == 2
        wrong = {"due_on": date(2027, 3, 1), "amount": Decimal("1.00")}
        conn.execute(plans_table.installment.update().where(mine).values(wrong))

    found = [one for one in run(books).differences if one.kind == "plan"]

    assert [(one.sentence, one.repaired) for one in found] == [
        ("Payment plan PP1: our record of its payments was not what was agreed.", True)
    ]
    assert books.plan().installments == before
    assert run(books).differences == []


def test_the_mirror_is_put_right(planned):
    first = planned.installments()[0]["Id"]
    with durable(planned.context.engine) as conn:
        mirror.delete_invoices(conn, planned.company_id, [first])

    report = run(planned)

    assert [(one.kind, one.repaired) for one in report.differences] == [("mirror", True)]
    assert report.agrees
    with reading(planned.context.engine) as conn:
        assert mirror.invoice(conn, planned.company_id, first) is not None
    assert run(planned).differences == []


def test_receivables_without_a_document_are_named_to_the_cent(planned):
    planned.act("journal_receivable", customer="Riverbend Bait & Grill", amount="41.50")

    report = run(planned)

    assert report.tie_out is not None
    assert report.tie_out.startswith(
        "QuickBooks' receivables are $1,041.50, its invoices and credits $1,000.00. "
        "The difference of $41.50 is journal entry "
    )
    assert report.agrees


def test_an_open_credit_is_no_difference(planned):
    planned.act("pay_on_account", customer="Riverbend Bait & Grill", amount="20.00")

    report = run(planned)

    assert report.tie_out == (
        "QuickBooks' receivables of $980.00 are its documents to the cent. They are $1,000.00 on open "
        "invoices, less $20.00 of payments and credits not applied."
    )


def test_an_installment_that_is_there_twice_is_found(planned):
    """A second invoice with the marker of an installment, as a careless copy in QuickBooks would make it."""
    first = planned.installments()[0]
    copy = {name: first[name] for name in ("CustomerRef", "Line", "PrivateNote", "TxnDate", "DueDate")}
    planned.engine.save(planned.realm, "Invoice", copy)

    report = run(planned)

    assert any("installment 1 is there 2 times" in one for one in sentences(report))


def test_a_night_that_wrote_nothing_asks_quickbooks_nothing():
    books = PlanBooks()
    modes.set_mode(books.context, books.company, Mode.SHADOW, by="test", confirmed=True)
    made = books.night()
    before = requests(books)
    with leasing.held(books.context, books.company) as lease:
        report = verify.verify_recent(books.context, books.company, lease, made["run"]["id"])

    assert (report.calls, report.notes, report.plans) == (0, 0, 0)
    assert requests(books) == before
    books.close()


def test_a_night_s_own_notes_are_read_back():
    books = PlanBooks(amounts=())
    bakery = books.customer("Lookout Bakery", "ap@lookout.example")
    # Due on Tuesday 27 October: the first message is three business days later, on the 30th.
    invoice = books.invoice(bakery, "640.00", date(2026, 9, 27), date(2026, 10, 27))
    books.settled_in()
    with leasing.held(books.context, books.company) as lease:
        sync.sync(books.context, books.company, lease)
    made = books.night()
    books.until_delivered()

    with leasing.held(books.context, books.company) as lease:
        report = verify.verify_recent(books.context, books.company, lease, made["run"]["id"])

    assert books.notes() == {invoice["Id"]: 1}
    assert (report.notes, report.sends, report.differences) == (1, 1, [])
    books.close()


def test_a_plan_that_somebody_copied_is_found_although_it_adds_up_to_nothing(planned):
    """A memo and an invoice on our item, of 55.00 each, without a mark of ours."""
    kinds = {"CreditMemo": planned.rows("CreditMemo")[0], "Invoice": planned.installments()[0]}
    for kind, row in kinds.items():
        line = {**row["Line"][0], "Amount": Decimal("55.00"), "Description": "once more"}
        line.pop("Id", None)
        line["SalesItemLineDetail"] = line["SalesItemLineDetail"] | {"UnitPrice": Decimal("55.00"), "Qty": 1}
        body = {name: row[name] for name in ("CustomerRef", "TxnDate")} | {"Line": [line]}
        planned.engine.save(planned.realm, kind, body | {"DocNumber": f"COPY-{kind[0]}"})

    report = run(planned)

    found = [one.sentence for one in report.differences if one.kind == "clearing"]
    assert found == [
        "Credit memo COPY-C books $55.00 on the clearing account of plans, but belongs to none of ours.",
        "Invoice COPY-I books $55.00 on the clearing account of plans, but belongs to none of ours.",
    ]
