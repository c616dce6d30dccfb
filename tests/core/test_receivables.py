"""Every cent between QuickBooks' receivables and our documents is named, or stays unexplained."""

from decimal import Decimal

from qb_collections.core.receivables import Open, TieState, tie

D = Decimal


def test_equal_figures_of_every_customer_tie():
    found = tie("USD", {"1": D("10.00"), "2": D("5.50")}, {"1": D("10.00"), "2": D("5.50")})

    assert (found.state, found.reported, found.ours) == (TieState.EQUAL, D("15.50"), D("15.50"))


def test_a_journal_entry_and_a_deposit_explain_their_own_amounts():
    detail = [
        Open("Invoice", "7", "1", "1007", D("10.00")),
        Open("Journal Entry", "8", "1", "JE-118", D("6.00")),
        Open("Deposit", "9", "1", "", D("-2.50")),
    ]

    found = tie("USD", {"1": D("13.50")}, {"1": D("10.00")}, detail, detail[:1])

    assert found.state is TieState.EXPLAINED
    assert [(one.kind, one.amount, one.numbers) for one in found.parts] == [
        ("Deposit", D("-2.50"), ("9",)),
        ("Journal Entry", D("6.00"), ("JE-118",)),
    ]


def test_one_cent_that_nothing_explains_is_unexplained():
    detail = [Open("Journal Entry", "8", "1", "JE-118", D("6.00"))]

    found = tie("USD", {"1": D("16.01")}, {"1": D("10.00")}, detail)

    assert (found.state, found.unexplained) == (TieState.UNEXPLAINED, D("0.01"))


def test_two_mistakes_of_opposite_sign_do_not_hide_each_other():
    """The totals agree to the cent; the customers do not."""
    found = tie("USD", {"1": D("12.00"), "2": D("8.00")}, {"1": D("10.00"), "2": D("10.00")})

    assert found.reported == found.ours
    assert (found.state, found.unexplained) == (TieState.UNEXPLAINED, D("4.00"))


def test_an_invoice_that_we_do_not_have_is_never_an_explanation():
    detail = [Open("Invoice", "7", "1", "1007", D("10.00"))]

    found = tie("USD", {"1": D("10.00")}, {}, detail)

    assert (found.state, found.unexplained) == (TieState.UNEXPLAINED, D("10.00"))
