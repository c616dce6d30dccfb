from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from qb_collections.emulator import act_queue, acts, companies
from qb_collections.emulator.errors import Fault
from tests.emulator.companies.books import balance_of, entities, named, numbered, open_invoices

START = datetime(2026, 10, 30, 20, tzinfo=UTC)


@pytest.fixture
def realm(engine):
    """The empty US company with one customer and two invoices of $300 and $200."""
    realm_id = companies.build(engine, "empty-us").realm_id
    ana = engine.save(
        realm_id,
        "Customer",
        {"DisplayName": "Ana's Diner", "PrimaryEmailAddr": {"Address": "ana@diner.example"}},
    )
    engine.save(realm_id, "Customer", {"DisplayName": "Bo"})
    for number, amount, due in (("501", "300.00", "2026-10-01"), ("502", "200.00", "2026-10-15")):
        acts.perform(
            engine,
            realm_id,
            {
                "act": "create_invoice",
                "customer": "Ana's Diner",
                "number": number,
                "amount": amount,
                "on": "2026-09-15",
                "due": due,
                "fields": {"BillEmail": ana["PrimaryEmailAddr"]},
            },
        )
    return realm_id


def _do(engine, realm_id, act, **given):
    return acts.perform(engine, realm_id, {"act": act, **given})


def _balance(engine, realm_id, number):
    return numbered(engine, realm_id, number)["Balance"]


def test_a_payment_settles_the_named_invoice_in_full(engine, realm):
    payment = _do(engine, realm, "pay", invoice="502")

    assert payment["TotalAmt"] == Decimal("200.00")
    assert payment["TxnDate"] == "2026-10-30"
    assert _balance(engine, realm, "501") == Decimal("300.00")
    assert _balance(engine, realm, "502") == 0


def test_a_customers_payment_goes_to_the_oldest_invoices_and_the_rest_stays_unapplied(engine, realm):
    _do(engine, realm, "pay", customer="Ana's Diner", amount="350.00")

    assert _balance(engine, realm, "501") == 0
    assert _balance(engine, realm, "502") == Decimal("150.00")

    payment = _do(engine, realm, "pay", customer="Ana's Diner", amount="160.00")

    assert payment["UnappliedAmt"] == Decimal("10.00")


def test_the_days_date_is_the_companys_and_not_the_servers(engine, clock, realm):
    clock.set(datetime(2026, 10, 31, 3, 59, tzinfo=UTC))  # 23:59 in New York

    before_midnight = _do(engine, realm, "part_pay", invoice="501", amount="1.00")
    clock.set(datetime(2026, 10, 31, 4, 0, tzinfo=UTC))
    after = _do(engine, realm, "part_pay", invoice="501", amount="1.00")

    assert (before_midnight["TxnDate"], after["TxnDate"]) == ("2026-10-30", "2026-10-31")


def test_a_part_payment_must_be_less_than_the_balance(engine, realm):
    _do(engine, realm, "part_pay", invoice="501", amount="299.99")

    assert _balance(engine, realm, "501") == Decimal("0.01")
    with pytest.raises(ValueError, match=r"0\.01 is not a part of the 0\.01 open on invoice 501"):
        _do(engine, realm, "part_pay", invoice="501", amount="0.01")


def test_money_on_account_is_applied_to_nothing_until_somebody_applies_it(engine, realm):
    payment = _do(engine, realm, "pay_on_account", customer="Ana's Diner", amount="120.00")
    assert payment["UnappliedAmt"] == Decimal("120.00")

    applied = _do(engine, realm, "apply", invoice="501", payment=payment["Id"])

    assert applied["UnappliedAmt"] == 0
    assert _balance(engine, realm, "501") == Decimal("180.00")


def test_a_credit_memo_is_applied_by_a_payment_of_zero(engine, realm):
    item = entities(engine, realm, "Item")[0]["Id"]
    line = {
        "Amount": Decimal("90.00"),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item}},
    }
    ana = named(engine, realm, "Ana's Diner")["Id"]
    engine.save(realm, "CreditMemo", {"CustomerRef": {"value": ana}, "DocNumber": "77", "Line": [line]})

    payment = _do(engine, realm, "apply", invoice="501", credit_memo="77")

    assert payment["TotalAmt"] == 0
    assert _balance(engine, realm, "501") == Decimal("210.00")
    assert entities(engine, realm, "CreditMemo")[0]["RemainingCredit"] == 0


def test_a_returned_payment_opens_its_invoice_again(engine, realm):
    payment = _do(engine, realm, "pay", invoice="501")

    _do(engine, realm, "return_payment", payment=payment["Id"])

    assert _balance(engine, realm, "501") == Decimal("300.00")


def test_a_deposited_payment_is_in_the_bank_and_cannot_be_returned(engine, realm):
    payment = _do(engine, realm, "pay", invoice="501")

    _do(engine, realm, "deposit", payments=[payment["Id"]])

    assert balance_of(engine, realm, "Checking") == Decimal("300.00")
    assert balance_of(engine, realm, "Undeposited Funds") == 0
    with pytest.raises(Fault) as refusal:
        _do(engine, realm, "return_payment", payment=payment["Id"])
    assert refusal.value.code == "6540"


def test_a_payment_applied_elsewhere_or_nowhere_opens_what_it_had_paid(engine, realm):
    payment = _do(engine, realm, "pay", invoice="502")

    _do(engine, realm, "apply_elsewhere", payment=payment["Id"], invoice="501")
    elsewhere = (_balance(engine, realm, "501"), _balance(engine, realm, "502"))
    _do(engine, realm, "unapply", payment=payment["Id"])

    assert elsewhere == (Decimal("100.00"), Decimal("200.00"))
    assert (_balance(engine, realm, "501"), _balance(engine, realm, "502")) == (
        Decimal("300.00"),
        Decimal("200.00"),
    )


def test_a_voided_invoice_is_worth_nothing_and_cannot_be_voided_or_paid_again(engine, realm):
    _do(engine, realm, "void", invoice="501")

    assert numbered(engine, realm, "501")["TotalAmt"] == 0
    with pytest.raises(ValueError, match="Invoice 501 is already voided"):
        _do(engine, realm, "void", invoice="501")
    with pytest.raises(ValueError, match="Invoice 501 was voided"):
        _do(engine, realm, "pay", invoice="501")


def test_people_re_date_edit_and_annotate_invoices(engine, realm):
    id_ = numbered(engine, realm, "501")["Id"]

    _do(engine, realm, "redate", invoice="501", due="2026-12-15")
    _do(engine, realm, "edit", entity="Invoice", id=id_, fields={"CustomerMemo": {"value": "Thank you"}})
    _do(engine, realm, "add_note", invoice="501", text="Ana called")
    _do(engine, realm, "add_note", invoice="501", text="Ana called again")

    invoice = numbered(engine, realm, "501")
    assert invoice["DueDate"] == "2026-12-15"
    assert invoice["CustomerMemo"]["value"] == "Thank you"
    assert invoice["PrivateNote"] == "Ana called\nAna called again"
    assert invoice["Balance"] == Decimal("300.00")


def test_a_late_fee_is_a_further_line_on_the_invoice(engine, realm):
    _do(engine, realm, "late_fee", invoice="501", amount="15.00")

    invoice = numbered(engine, realm, "501")
    assert invoice["Balance"] == Decimal("315.00")
    assert balance_of(engine, realm, "Late Fee Income") == Decimal("-15.00")


def test_quickbooks_own_reminder_shows_only_in_the_delivery_time(engine, realm):
    _do(engine, realm, "auto_reminder", invoice="501")

    invoice = numbered(engine, realm, "501")
    assert invoice["EmailStatus"] == "EmailSent"
    assert datetime.fromisoformat(invoice["DeliveryInfo"]["DeliveryTime"]) == START


def test_a_journal_entry_moves_receivables_without_an_invoice(engine, realm):
    _do(engine, realm, "journal_receivable", customer="Ana's Diner", amount="60.00", credit=True)

    assert named(engine, realm, "Ana's Diner")["Balance"] == Decimal("440.00")  # 500 - 60
    assert len(open_invoices(engine, realm)) == 2


def test_closed_books_refuse_changes_on_or_before_the_day(engine, realm):
    _do(engine, realm, "close_books", through="2026-09-15")

    with pytest.raises(Fault) as refusal:
        _do(engine, realm, "redate", invoice="501", due="2026-12-15")
    assert refusal.value.code == "6210"

    _do(engine, realm, "close_books", through=None)
    _do(engine, realm, "redate", invoice="501", due="2026-12-15")
    assert numbered(engine, realm, "501")["DueDate"] == "2026-12-15"


def test_settings_and_list_entries_are_changed(engine, realm):
    bo = named(engine, realm, "Bo")["Id"]

    _do(engine, realm, "set_preferences", preferences={"SalesFormsPrefs": {"AutoApplyCredit": True}})
    _do(engine, realm, "deactivate", entity="Customer", id=bo)

    assert engine.preferences(realm)["SalesFormsPrefs"]["AutoApplyCredit"] is True
    assert engine.read(realm, "Customer", bo)["Active"] is False


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        ({"act": "dance"}, "There is no act 'dance'; there are: add_note, apply,"),
        ({}, "There is no act None; there are:"),
        ({"act": "part_pay", "invoice": "501"}, "The act part_pay needs amount."),
        ({"act": "void", "invoice": "501", "why": "x"}, "The act void does not know why; it takes invoice."),
        ({"act": "void", "invoice": "999"}, "There is no invoice numbered 999."),
        ({"act": "pay"}, "Say who pays: a customer, an invoice, or both."),
        ({"act": "pay", "customer": "Nobody"}, "There is no customer named 'Nobody'."),
        ({"act": "pay", "customer": "Bo"}, "Bo owes nothing; pay_on_account records money beyond that."),
        ({"act": "pay", "invoice": "501", "amount": "-5"}, "amount must be a positive amount in whole cents"),
        ({"act": "pay", "invoice": "501", "amount": "five"}, "amount must be an amount such as 150.00"),
        ({"act": "pay", "invoice": "501", "on": "soon"}, "on must be a date such as 2026-11-30, got 'soon'."),
        ({"act": "redate", "invoice": "501", "due": "31.12."}, "due must be a date such as 2026-11-30"),
        ({"act": "deactivate", "entity": "Invoice", "id": "1"}, "deactivate takes a Customer, an Item"),
        ({"act": "apply", "invoice": "501"}, "Say what is applied: a credit_memo or a payment."),
        ({"act": "pay", "invoices": []}, "invoices must be a list with at least one entry, got []."),
        ({"act": "deposit", "payments": "7"}, "payments must be a list with at least one entry, got '7'."),
        ({"act": "create_invoice", "customer": "Bo"}, "An invoice takes an amount or lines, one of the two."),
        (
            {"act": "create_invoice", "customer": "Bo", "amount": "1.00", "fields": "x"},
            "fields must be an object of properties",
        ),
        ({"act": "edit", "entity": "Invoice", "id": "1", "fields": {}}, "fields must be an object"),
        (
            {"act": "edit", "entity": "Invoice", "id": "9999", "fields": {"DueDate": "2026-12-01"}},
            "There is no Invoice",
        ),
        ({"act": "schedule", "at": "2026-11-20T15:00:00Z"}, "The act schedule needs at"),
        (
            {"act": "schedule", "at": "2026-11-20T15:00:00", "then": {"act": "void", "invoice": "501"}},
            "2026-11-20T15:00:00 has no time zone",
        ),
        (
            {"act": "schedule", "at": "2026-11-20T15:00:00Z", "then": {"act": "dance"}},
            "There is no act 'dance'",
        ),
    ],
)
def test_an_act_that_makes_no_sense_gets_a_sentence_and_changes_nothing(engine, realm, act, sentence):
    before = engine.trial_balance(realm)

    with pytest.raises(ValueError) as refusal:
        acts.perform(engine, realm, act)

    assert str(refusal.value).startswith(sentence)
    assert engine.trial_balance(realm) == before
    assert act_queue.listed(engine.store, realm) == []


def test_a_scheduled_act_happens_once_and_at_its_own_instant(engine, clock, realm):
    _do(engine, realm, "schedule", at="2026-11-20T16:05:00Z", then={"act": "pay", "invoice": "501"})

    clock.set(datetime(2026, 11, 20, 16, 4, 59, tzinfo=UTC))
    early = acts.run_due(engine, realm)
    clock.set(datetime(2026, 11, 22, 9, tzinfo=UTC))
    done = (acts.run_due(engine, realm), acts.run_due(engine, realm))

    assert early == 0
    assert done == (1, 0)
    (payment,) = entities(engine, realm, "Payment")
    assert payment["TxnDate"] == "2026-11-20"
    assert datetime.fromisoformat(payment["MetaData"]["CreateTime"]) == datetime(
        2026, 11, 20, 16, 5, tzinfo=UTC
    )


def test_acts_happen_in_the_order_of_their_time_not_of_their_storing(engine, clock, realm):
    later, earlier = START + timedelta(days=2), START + timedelta(days=1)
    acts.schedule(engine, realm, later, {"act": "add_note", "invoice": "501", "text": "second"})
    acts.schedule(engine, realm, earlier, {"act": "add_note", "invoice": "501", "text": "first"})

    clock.advance(timedelta(days=3))
    acts.run_due(engine, realm)

    assert numbered(engine, realm, "501")["PrivateNote"] == "first\nsecond"


def test_an_act_that_no_longer_makes_sense_is_skipped_with_its_reason_and_holds_up_none(engine, clock, realm):
    for number in ("501", "502"):
        acts.schedule(engine, realm, START + timedelta(days=1), {"act": "pay", "invoice": number})
    _do(engine, realm, "pay", invoice="501")

    clock.advance(timedelta(days=2))
    acts.run_due(engine, realm)

    queue = act_queue.listed(engine.store, realm)
    assert [(one.state, one.reason) for one in queue] == [
        ("skipped", "Invoice 501 is already paid."),
        ("done", None),
    ]
    assert len(entities(engine, realm, "Payment")) == 2


def test_what_quickbooks_refuses_is_skipped_and_leaves_nothing_behind(engine, clock, realm):
    payment = {"act": "pay", "invoice": "501", "on": "2026-09-01"}
    acts.schedule(engine, realm, START + timedelta(days=1), payment)
    _do(engine, realm, "close_books", through="2026-09-30")

    clock.advance(timedelta(days=2))
    acts.run_due(engine, realm)

    (one,) = act_queue.listed(engine.store, realm)
    assert one.state == "skipped"
    assert "closed" in one.reason
    assert entities(engine, realm, "Payment") == []


def test_an_invoice_written_later_is_known_by_its_key(engine, clock, realm):
    create = {
        "act": "create_invoice",
        "customer": "Bo",
        "amount": "80.00",
        "due": "2026-12-01",
        "key": "bo-1",
    }
    acts.schedule(engine, realm, START + timedelta(days=1), create)
    acts.schedule(engine, realm, START + timedelta(days=2), {"act": "pay", "invoice": {"key": "bo-1"}})

    clock.advance(timedelta(days=1))
    acts.run_due(engine, realm)
    owed = named(engine, realm, "Bo")["Balance"]
    clock.advance(timedelta(days=1))
    acts.run_due(engine, realm)

    assert owed == Decimal("80.00")
    assert named(engine, realm, "Bo")["Balance"] == 0


def test_another_companys_acts_are_left_alone(engine, clock, realm):
    companies.build(engine, "empty-us", realm_id="4620000000000002")
    acts.schedule(engine, realm, START, {"act": "pay", "invoice": "501"})

    assert acts.run_due(engine, "4620000000000002") == 0
    assert _balance(engine, realm, "501") == Decimal("300.00")


class TestOnAPaymentPlan:
    """Invoice 501 was moved to two installments of $150, due 16 November and 16 December."""

    @pytest.fixture
    def moved(self, engine, realm):
        account = engine.save(
            realm, "Account", {"Name": "Payment plan clearing", "AccountType": "Other Current Asset"}
        )
        item = engine.save(
            realm,
            "Item",
            {"Name": "Plan", "Type": "Service", "IncomeAccountRef": {"value": account["Id"]}},
        )
        ana = {"value": named(engine, realm, "Ana's Diner")["Id"]}

        def line(amount):
            detail = {"ItemRef": {"value": item["Id"]}}
            return {
                "Amount": Decimal(amount),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": detail,
            }

        memo = engine.save(
            realm, "CreditMemo", {"CustomerRef": ana, "DocNumber": "PP1", "Line": [line("300.00")]}
        )
        acts.perform(engine, realm, {"act": "apply", "invoice": "501", "credit_memo": {"id": memo["Id"]}})
        for number, due in (("P-1", "2026-11-16"), ("P-2", "2026-12-16")):
            body = {"CustomerRef": ana, "DocNumber": number, "DueDate": due, "Line": [line("150.00")]}
            engine.save(realm, "Invoice", body)
        return realm

    def test_a_payment_for_the_moved_invoice_goes_to_the_customers_oldest_open_document(self, engine, moved):
        _do(engine, moved, "pay", invoice="501", amount="150.00")

        assert _balance(engine, moved, "502") == Decimal("50.00")  # due 15 October, before the installments
        assert _balance(engine, moved, "P-1") == Decimal("150.00")

    def test_an_installment_is_paid_within_three_days_of_its_due_date(self, engine, clock, moved):
        _do(engine, moved, "pay", invoice="502")

        with pytest.raises(ValueError, match="Nothing on the plan is due before 2026-11-16"):
            _do(engine, moved, "pay", invoice="501", when="on_plan", on="2026-11-12")
        _do(engine, moved, "pay", invoice="501", when="on_plan", on="2026-11-13")

        assert _balance(engine, moved, "P-1") == 0
        assert _balance(engine, moved, "P-2") == Decimal("150.00")

    def test_without_a_plan_nothing_is_paid(self, engine, realm):
        with pytest.raises(ValueError, match="Invoice 501 is not on a payment plan"):
            _do(engine, realm, "pay", invoice="501", when="on_plan")

        assert _balance(engine, realm, "501") == Decimal("300.00")


def test_with_nothing_due_looking_costs_next_to_nothing(engine, realm):
    for step in range(500):
        at = START + timedelta(days=1 + step)
        acts.schedule(engine, realm, at, {"act": "add_note", "invoice": "501", "text": "later"})
    statements = []
    with engine.store.reading() as conn:
        conn.set_trace_callback(statements.append)

    acts.run_due(engine, realm)

    assert len(statements) <= 2
    assert all(statement.startswith("SELECT") for statement in statements)
    with engine.store.reading() as conn:
        conn.set_trace_callback(None)
        plan = conn.execute("EXPLAIN QUERY PLAN " + statements[-1]).fetchall()
    assert "scheduled_act_due" in plan[0][3]
