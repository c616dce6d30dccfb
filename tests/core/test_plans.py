"""Payment plans: dates, refusals, documents, the way back, and the proof."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.business_days import Calendar
from qb_collections.core.money import Money
from qb_collections.core.plan_documents import (
    Original,
    PlanDraft,
    Reversal,
    Written,
    apply_body,
    closing_bodies,
    draft_amounts,
    installment_body,
    memo_body,
    reversal,
)
from qb_collections.core.plan_proof import Figures, compare
from qb_collections.core.plans import Candidate, Rhythm, Terrain, principal, refusal, schedule

from .making import THANKSGIVING, invoice, nov, octo, usd

CALENDAR = Calendar(frozenset({THANKSGIVING}))
DEC = [date(2026, 12, day) for day in range(1, 32)]


@pytest.mark.parametrize(
    ("first_on", "count", "rhythm", "expected"),
    [
        (nov(19), 3, Rhythm.WEEKLY, (nov(19), nov(27), DEC[2])),  # the 26th is a holiday
        (nov(16), 2, Rhythm.FORTNIGHTLY, (nov(16), nov(30))),
        # Monday 15 February and March; 15 May is a Saturday.
        (
            date(2027, 2, 15),
            4,
            Rhythm.MONTHLY,
            (date(2027, 2, 15), date(2027, 3, 15), date(2027, 4, 15), date(2027, 5, 17)),
        ),
        # The 31st is the 30th of April, and not of May; 31 January 2027 is a Sunday, 28 February too.
        (date(2027, 1, 31), 3, Rhythm.MONTHLY, (date(2027, 2, 1), date(2027, 3, 1), date(2027, 3, 31))),
        (date(2028, 1, 31), 2, Rhythm.MONTHLY, (date(2028, 1, 31), date(2028, 2, 29))),
        (nov(10), 3, Rhythm.MONTH_END, (nov(30), DEC[30], date(2027, 2, 1))),
        (DEC[14], 2, Rhythm.MONTHLY, (DEC[14], date(2027, 1, 15))),
    ],
)
def test_installments_fall_due_on_business_days(first_on, count, rhythm, expected):
    assert schedule(first_on, count, rhythm, CALENDAR) == expected


def test_two_installments_never_share_a_day():
    closed = Calendar(frozenset(nov(2) + timedelta(days=n) for n in range(14)))

    assert schedule(nov(2), 2, Rhythm.WEEKLY, closed) == (nov(16), nov(17))


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(1, 60), st.sampled_from(Rhythm))
def test_a_schedule_rises_and_keeps_its_length(first_on, count, rhythm):
    days = schedule(first_on, count, rhythm, CALENDAR)

    assert len(days) == count
    assert list(days) == sorted(set(days))
    assert all(CALENDAR.is_business_day(day) for day in days)


@pytest.mark.parametrize("count", [0, 61])
def test_a_plan_has_one_to_sixty_installments(count):
    with pytest.raises(ValueError, match="1 to 60"):
        schedule(nov(2), count, Rhythm.WEEKLY, CALENDAR)


GOOD = Terrain(
    octo(30), octo(1), auto_apply=False, report_basis="Accrual", accrual_confirmed=True, open_credits=usd("0")
)
TWO = (Candidate(invoice()), Candidate(invoice("2")))
DATES = (nov(16), DEC[15])


def test_two_invoices_of_one_customer_may_go_on_a_plan():
    assert refusal(TWO, DATES, GOOD) is None
    assert principal(TWO) == usd("1560.80")


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ((), "Choose at least one invoice for the plan."),
        ((TWO[0], TWO[0]), "An invoice was chosen twice. Choose each one once."),
        (
            (Candidate(invoice(customer_id="8")), TWO[1]),
            "Invoices 10611 and 10612 belong to different customers.",
        ),
        (
            (TWO[0], Candidate(invoice("2", balance="5", total=usd("5")), exchange_rate=Decimal("1.1"))),
            "different exchange rates",
        ),
        ((TWO[0], replace(TWO[1], ar_account_id="84")), "different receivables accounts"),
        ((TWO[0], replace(TWO[1], location_id="2")), "different locations"),
        (
            (Candidate(invoice(), plan_label="PP3"),),
            "Invoice 10611 is already on payment plan PP3. End that plan first.",
        ),
        ((Candidate(invoice(balance="0")),), "Nothing is left to pay on invoice 10611"),
        ((Candidate(invoice(voided=True)),), "Nothing is left to pay on invoice 10611"),
        ((Candidate(invoice(balance="0.01")),), "$0.01 is too small for 2 payments. Choose fewer."),
        (
            (Candidate(invoice(issued_on=nov(1))),),
            "Invoice 10611 is dated Sunday, November 1, after the day of the plan",
        ),
    ],
)
def test_invoices_that_cannot_share_a_plan_are_refused(chosen, says):
    assert says in refusal(chosen, DATES, GOOD)


def test_two_currencies_are_refused():
    euros = invoice("2")
    euros = replace(euros, balance=Money(euros.balance.amount, "EUR"))

    assert "different currencies" in refusal((TWO[0], Candidate(euros)), DATES, GOOD)


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        ((), "between 1 and 60 payments; 0 were asked for"),
        ((octo(30), DEC[15]), "would be due on Friday, October 30, which is not after the day of the plan"),
        ((nov(16), nov(16)), "does not come after"),
        (
            (nov(17), nov(16)),
            "The payment due on Monday, November 16 does not come after the one due on Tuesday, November 17",
        ),
        ((nov(16), date(2032, 1, 5)), "more than 5 years ahead"),
    ],
)
def test_dates_past_or_out_of_order_are_refused(dates, says):
    assert says in refusal(TWO, dates, GOOD)


def test_a_refused_date_is_written_as_the_company_writes_it():
    says = "due on Friday 30 October, which is not after the day of the plan (Friday 30 October)"

    assert says in refusal(TWO, (octo(30), nov(30)), replace(GOOD, locale="en_GB"))


@pytest.mark.parametrize(
    ("terrain", "says"),
    [
        (replace(GOOD, books_closed_on=octo(30)), "The books are closed through Friday, October 30"),
        (
            replace(GOOD, books_closed_on=octo(30), locale="en_GB"),
            "The books are closed through Friday 30 October",
        ),
        (replace(GOOD, report_basis="Cash"), "cash basis"),
        (replace(GOOD, accrual_confirmed=False), "refused until an owner or accountant has"),
        (
            replace(GOOD, open_credits=usd("0.01")),
            "$0.01 in open credits. Apply these in QuickBooks first",
        ),
    ],
)
def test_books_that_a_plan_would_disturb_are_refused(terrain, says):
    assert says in refusal(TWO, DATES, terrain)


def test_books_closed_the_day_before_and_unknown_settings_do_not_matter():
    assert refusal(TWO, DATES, replace(GOOD, books_closed_on=octo(29))) is None
    assert (
        refusal(TWO, DATES, replace(GOOD, books_closed_on=None, report_basis=None, open_credits=None)) is None
    )


DRAFT = PlanDraft(
    "PP17",
    "7",
    octo(30),
    (Original("1", "10611", usd("780.40")), Original("2", "10612", usd("219.61"))),
    (nov(16), DEC[15], date(2027, 1, 15)),
    draft_amounts(usd("1000.01"), (nov(16), DEC[15], date(2027, 1, 15))),
    "99",
)


def test_odd_cents_go_to_the_earliest_installments():
    assert [str(amount.amount) for amount in DRAFT.amounts] == ["333.34", "333.34", "333.33"]


def test_the_memo_has_one_line_for_each_installment():
    body = memo_body(DRAFT, "note (ref 7F3A9C)")

    assert body["TxnDate"] == "2026-10-30"
    assert body["CustomerRef"] == {"value": "7"}
    assert body["PrivateNote"] == "note (ref 7F3A9C)"
    assert body["CustomerMemo"]["value"] == (
        "Moves balances to payment plan PP17. Not a refund, discount or credit note for tax."
    )
    assert [line["Amount"] for line in body["Line"]] == [
        Decimal("333.34"),
        Decimal("333.34"),
        Decimal("333.33"),
    ]
    assert body["Line"][2]["Description"] == "PP17-3of3: payment plan for invoices 10611 and 10612"
    assert body["Line"][0]["SalesItemLineDetail"] == {
        "ItemRef": {"value": "99"},
        "Qty": 1,
        "UnitPrice": Decimal("333.34"),
        "TaxCodeRef": {"value": "NON"},
    }
    assert not {"DocNumber", "DueDate", "CurrencyRef", "GlobalTaxCalculation", "DepartmentRef"} & set(body)


def test_the_zero_payment_applies_the_whole_memo():
    body = apply_body(DRAFT, "501", "note")

    assert body["TotalAmt"] == 0
    assert [
        (line["Amount"], line["LinkedTxn"][0]["TxnType"], line["LinkedTxn"][0]["TxnId"])
        for line in body["Line"]
    ] == [
        (Decimal("780.40"), "Invoice", "1"),
        (Decimal("219.61"), "Invoice", "2"),
        (Decimal("1000.01"), "CreditMemo", "501"),
    ]
    assert body["TxnDate"] == "2026-10-30"


def test_an_installment_is_dated_the_plan_day_and_due_on_its_own():
    body = installment_body(DRAFT, 3, "note")

    assert (body["TxnDate"], body["DueDate"]) == ("2026-10-30", "2027-01-15")
    assert [line["Amount"] for line in body["Line"]] == [Decimal("333.33")]
    assert body["CustomerMemo"]["value"] == (
        "Payment 3 of 3 of payment plan PP17, for invoices 10611 and 10612. Not a tax invoice."
    )
    assert "SalesTermRef" not in body


def test_only_custom_numbering_asks_for_a_number():
    numbered = replace(DRAFT, auto_number=True)

    assert (
        installment_body(numbered, 1, "n")["DocNumber"]
        == memo_body(numbered, "n")["DocNumber"]
        == "AUTO_GENERATE"
    )
    assert "DocNumber" not in apply_body(numbered, "5", "n")


def test_currency_rate_location_and_tax_code_are_sent_where_they_are_used():
    abroad = replace(
        DRAFT,
        currency="EUR",
        exchange_rate=Decimal("1.08"),
        location_id="4",
        tax_code="12",
        without_tax=True,
        originals=DRAFT.originals[:1],
    )

    body = memo_body(abroad, "n")

    assert (body["CurrencyRef"], body["ExchangeRate"]) == ({"value": "EUR"}, Decimal("1.08"))
    assert body["DepartmentRef"] == {"value": "4"}
    assert body["GlobalTaxCalculation"] == "NotApplicable"
    assert body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "12"}
    assert body["Line"][0]["Description"].endswith("for invoice 10611")
    assert apply_body(replace(abroad, exchange_rate=None), "5", "n")["ExchangeRate"] == 1


MEMO, APPLY, FIRST, TENTH = (
    Written(part, part, "0") for part in ("memo", "apply", "installment-1", "installment-10")
)


def test_a_plan_is_taken_back_from_its_last_document_to_its_first():
    assert reversal([MEMO, APPLY, FIRST, TENTH], numbered=True) == (
        Reversal("Invoice", "void", TENTH),
        Reversal("Invoice", "void", FIRST),
        Reversal("Payment", "delete", APPLY),
        Reversal("CreditMemo", "delete", MEMO),
    )
    assert reversal([MEMO], numbered=False) == (Reversal("CreditMemo", "delete", MEMO),)
    assert reversal([FIRST], numbered=False) == (Reversal("Invoice", "delete", FIRST),)
    assert reversal([], numbered=False) == ()


BEFORE = Figures(
    {"A/R": Decimal("1000"), "Sales": Decimal("-900"), "Sales tax": Decimal("-100")},
    {"7": Decimal("1000")},
    frozenset({"Sales"}),
    frozenset({"Sales tax"}),
)


def test_a_plan_that_changed_nothing_says_yes():
    after = replace(BEFORE, trial_balance={**BEFORE.trial_balance, "Clearing": Decimal("0.00")})

    proof = compare(BEFORE, after)

    assert proof.unchanged
    assert proof.answer == "receivables, income and tax unchanged by the plan: yes"
    assert [(line.what, line.before, line.after) for line in proof.lines] == [
        ("receivables", 1000, 1000),
        ("income", -900, -900),
        ("tax", -100, -100),
        ("tax on the plan's documents", 0, 0),
    ]


@pytest.mark.parametrize(
    ("after", "what"),
    [
        (replace(BEFORE, trial_balance={**BEFORE.trial_balance, "Sales": Decimal("-899.99")}), "income"),
        (replace(BEFORE, trial_balance={**BEFORE.trial_balance, "Sales tax": Decimal("-101")}), "tax"),
        (
            replace(BEFORE, trial_balance={**BEFORE.trial_balance, "Clearing": Decimal("0.01")}),
            "account Clearing",
        ),
        (replace(BEFORE, receivables={"7": Decimal("999"), "8": Decimal("1")}), "customer 7"),
        (replace(BEFORE, receivables={"7": Decimal("999")}), "receivables"),
        (replace(BEFORE, plan_tax=Decimal("0.01")), "tax on the plan's documents"),
        (
            replace(
                BEFORE,
                trial_balance={**BEFORE.trial_balance, "New": Decimal("-1")},
                income_accounts=frozenset({"New"}),
            ),
            "income",
        ),
    ],
)
def test_any_difference_says_no_and_names_its_line(after, what):
    proof = compare(BEFORE, after)

    assert not proof.unchanged
    assert proof.answer.endswith("no")
    assert what in [line.what for line in proof.lines if not line.same]


def test_a_plan_over_closed_books_ends_with_a_memo_and_an_invoice_of_the_rest():
    memo, rest = closing_bodies(
        DRAFT, usd("666.67"), date(2026, 12, 20), date(2027, 1, 4), ("memo note", "rest note")
    )

    assert (memo["TxnDate"], rest["TxnDate"], rest["DueDate"]) == ("2026-12-20", "2026-12-20", "2027-01-04")
    assert (memo["PrivateNote"], rest["PrivateNote"]) == ("memo note", "rest note")
    assert memo["CustomerMemo"]["value"] == (
        "Ends payment plan PP17. Not a refund, discount or credit note for tax."
    )
    assert rest["CustomerMemo"]["value"] == (
        "Rest of invoices 10611 and 10612, from payment plan PP17. Not a tax invoice."
    )
    assert memo["Line"] == rest["Line"]
    assert [(one["Amount"], one["Description"]) for one in memo["Line"]] == [
        (Decimal("666.67"), "PP17-rest: payment plan for invoices 10611 and 10612")
    ]


def test_lines_carry_the_classes_of_the_originals_and_no_tax_code_where_there_is_none():
    classed = replace(DRAFT, classes=(("8", Decimal(1)), ("9", Decimal(3))), tax_code=None)

    lines = installment_body(classed, 1, "n")["Line"]

    details = [one["SalesItemLineDetail"] for one in lines]
    assert [one["Amount"] for one in lines] == [Decimal("83.34"), Decimal("250.00")]
    assert [one["ClassRef"]["value"] for one in details] == ["8", "9"]
    assert all("TaxCodeRef" not in one for one in details)
