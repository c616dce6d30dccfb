"""A payment plan by command: confirmed once, proposed, written, shown, and the books agree."""

from __future__ import annotations

TERMS = ("1003", "--payments", "4", "--every", "month", "--first-on", "2026-12-01", "--as", "installments")
# $980.00 in four: 245.00 each, on the first of the month; New Year is a Friday, so that one is due on Monday.
PAYMENTS = [
    ("2026-12-01", "245.00"),
    ("2027-01-04", "245.00"),
    ("2027-02-01", "245.00"),
    ("2027-03-01", "245.00"),
]


def test_a_plan_needs_somebody_who_confirmed_accrual(live):
    refused = live.told("plan", "create", *TERMS, "--yes", code=1)
    half = live.told("plan", "confirm", "--income-on-accrual", code=1)

    assert refused["error"]["message"].endswith(
        "qb-collections plan confirm --income-on-accrual --sales-tax-on-accrual"
    )
    assert "need both" in half["error"]["message"]
    assert live.told("plan", "list")["plans"] == []


def test_a_proposal_tells_every_cent_and_writes_nothing(live):
    live.told("plan", "confirm", "--income-on-accrual", "--sales-tax-on-accrual")
    counted, invoice = live.server.front.log.counters(), live.invoice("Cedar & Sons")

    proposed = live.told("plan", "propose", *TERMS)

    assert proposed["customer"] == "Cedar & Sons"
    assert proposed["total"]["amount"] == "980.00"
    assert [(one["due_on"], one["amount"]) for one in proposed["installments"]] == PAYMENTS
    asked = {kind for kind, count in live.server.front.log.counters().items() if count > counted.get(kind, 0)}
    assert asked <= {"query", "read", "batch", "oauth"}
    assert live.invoice("Cedar & Sons") == invoice


def test_a_plan_is_written_whole_shown_with_its_proof_and_agrees_with_the_books(live):
    live.told("plan", "confirm", "--income-on-accrual", "--sales-tax-on-accrual")

    unconfirmed = live.told("plan", "create", *TERMS, code=1)
    created = live.told("plan", "create", *TERMS, "--yes")
    (line,) = live.told("plan", "list")["plans"]
    shown = live.told("plan", "show", line["plan"])
    checked = live.told("verify")

    assert "Nothing was written" in unconfirmed["error"]["message"]
    assert created["plan"]["state"] == "active"
    assert shown["plan"]["proof"]["holds"] is True
    assert checked["agrees"] is True
    assert checked["plans"] == 1


def test_an_invoice_on_a_plan_is_left_alone(live):
    live.told("plan", "confirm", "--income-on-accrual", "--sales-tax-on-accrual")
    live.told("plan", "create", *TERMS, "--yes")

    live.told("night", "--until-delivered")

    assert len(live.sends()) == 5
    assert f"/v3/company/{live.realm_id}/invoice/3/send" not in live.sends()


def test_a_plan_reads_well_for_a_person(live):
    live.told("plan", "confirm", "--income-on-accrual", "--sales-tax-on-accrual")
    created = live.run("plan", "create", *TERMS, "--yes")
    listed = live.run("plan", "list")

    assert "is written, and its proof holds." in created.stdout
    assert "  2. 4 January 2027: $245.00" in created.stdout
    assert "  credit memo: written, QuickBooks id " in created.stdout
    lines = [" ".join(line.split()) for line in created.stdout.splitlines()]
    assert "owed by Cedar & Sons $980.00 $980.00" in lines
    # Six invoices of 310.00, 120.50, 980.00, 455.25, 75.10 and 640.00, without tax.
    assert "income $2,580.85 $2,580.85" in lines
    assert "sales tax $0.00 $0.00" in lines
    assert "Cedar & Sons: $980.00 in 4 payments, the last on 1 March 2027; active" in listed.stdout
