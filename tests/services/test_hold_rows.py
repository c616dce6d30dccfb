"""Reading lists of holds as spreadsheets write them; each row that cannot be says what is allowed."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qb_collections.core.case import HoldKind
from qb_collections.services import hold_rows
from qb_collections.services.hold_rows import Bad, Row, Unreadable, read

HEADER = "kind,customer,invoice,reason,until,amount,owner,answer_by,code"
PROMISE = Row(
    2,
    HoldKind.PROMISE,
    "Marlow, Print Works",
    None,
    "on the telephone",
    date(2026, 11, 6),
    Decimal("1240.00"),
)


@pytest.mark.parametrize(
    "text",
    [
        f'{HEADER}\npromise,"Marlow, Print Works",,on the telephone,2026-11-06,1240.00,,,\n',
        f'\ufeff{HEADER}\r\npromise,"Marlow, Print Works",,on the telephone,2026-11-06,1240.00,,,\r\n',
        f"{HEADER}\npromise,Marlow, Print Works".replace(",", ";").replace("Marlow; P", "Marlow, P")
        + ";;on the telephone;2026-11-06;1240.00;;;",
        f"{HEADER}\npromise".replace(",", "\t")
        + "\tMarlow, Print Works\t\ton the telephone\t2026-11-06\t1240.00\t\t\t\n\n",
        'Reason,KIND,Customer,Until,Amount\non  the\ttelephone,Promise,"Marlow, Print Works",'
        "2026-11-06,1240.00",
        'reason,kind,customer,until_on,amount,id,placed_by\non the telephone,promise,"Marlow, Print Works",'
        "2026-11-06,1240.00,7,Dana",
    ],
)
def test_a_table_is_read_however_the_spreadsheet_wrote_it(text):
    assert read(text.encode()) == [PROMISE]


def test_what_the_list_printed_can_be_read_again():
    printed = {
        "company": "Harbor Light Supply",
        "holds": [
            {
                "id": 7,
                "kind": "in-transit",
                "customer": "Elm Court",
                "customer_id": "5",
                "invoice": "1003",
                "reason": "in the mail",
                "placed_by": "Dana",
                "placed_on": "2026-11-02",
                "until_on": None,
                "amount": {"amount": "75.10", "currency": "USD"},
                "owner": None,
                "answer_by_on": None,
                "code": None,
            }
        ],
    }

    assert read(json.dumps(printed).encode()) == [
        Row(1, HoldKind.IN_TRANSIT, "Elm Court", "1003", "in the mail", None, Decimal("75.10"), "USD")
    ]


def test_lines_are_counted_as_an_editor_counts_them():
    text = f'{HEADER}\n\nexclusion,A,,"two\nlines",,,,,\n,,,,,,,,\nexclusion,B,,x,,,,,\n'

    assert [(row.line, row.reason) for row in read(text.encode())] == [(3, "two lines"), (6, "x")]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("promis,A,,x,,,,,", 'kind "promis" is not one of dispute, promise, in-transit'),
        ("promis,A,,x,,,,,", "The nearest is promise."),
        (",A,,x,,,,,", 'kind "" is not one of'),
        ("exclusion,,,x,,,,,", "it names neither an invoice nor a customer"),
        ("promise,A,,x,06.11.2026,,,,", 'until "06.11.2026" is not a day written year-month-day'),
        ("promise,A,,x,11/06/2026,,,,", "as in 2026-11-06"),
        ("promise,A,,x,20261106,,,,", 'until "20261106" is not a day'),
        ("promise,A,,x,2026-11-31,,,,", 'until "2026-11-31" is not a day'),
        ("dispute,,1003,x,,,,2026-W45-5,", 'answer_by "2026-W45-5" is not a day'),
        ("promise,A,,x,2026-11-06,-5,,,", 'amount "-5" is not an amount above zero'),
        ("promise,A,,x,2026-11-06,0,,,", "written as in 1240.00"),
        ('promise,A,,x,2026-11-06,"1.240,00",,,', 'amount "1.240,00" is not an amount'),
        ("promise,A,,x,2026-11-06,1e99,,,", 'amount "1e99" is not an amount'),
        ("promise,A,,x,2026-11-06,NaN,,,", 'amount "NaN" is not an amount'),
        (
            "dispute,,1003,x,,,,,qualty",
            'code "qualty" is not one of price, quantity, quality, not delivered, paperwork, already paid, ',
        ),
        ("dispute,,1003,x,,,,,not deliverd", "The nearest are not delivered, not ours"),
        ("dispute,,1003,x,,,,,qualty", "The nearest are quality, quantity."),
        ("exclusion,A,,a,b,c,d,e,f,g", "it has 10 values for 9 columns; a value with a comma in it needs"),
        (f"exclusion,A,,{'x' * 401},,,,,", "reason has 401 characters; up to 400 can be read"),
        ("exclusion,A,,x\x07y,,,,,", "reason holds a character that cannot be printed"),
    ],
)
def test_a_row_that_cannot_be_says_so_and_leaves_the_others(row, says):
    found = read(f"{HEADER}\n{row}\nexclusion,B,,x,,,,,\n".encode())

    assert isinstance(found[0], Bad)
    assert found[0].line == 2
    assert says in found[0].problem
    assert found[1] == Row(3, HoldKind.EXCLUSION, "B", None, "x")


def test_kinds_and_codes_are_read_with_blanks_dashes_and_capitals():
    [row] = read(f"{HEADER}\nPeople Only,A,,x,,,,,Not-Delivered\n".encode())

    assert isinstance(row, Row)
    assert (row.kind, row.code) == (HoldKind.PEOPLE_ONLY, "not_delivered")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty. Its first line names the columns: kind,customer,"),
        (HEADER.encode(), "no row below its header"),
        (b"kind,customer\nexclusion,A", "missing is reason."),
        (b"kind,reason\nexclusion,x", "missing is customer (or invoice)."),
        (b"kind,costumer,reason\nexclusion,A,x", "The nearest are customer, code, owner."),
        (b"kind,customer,reason,reason\nexclusion,A,x,y", 'The column "reason" is there twice.'),
        (b"kind,customer,reason\nexclusion,\xff\xfe,x", "not UTF-8 text"),
        (b"kind,customer,reason\nexclusion,\x00,x", "The file is not text."),
        (b'kind,customer,reason\nexclusion,"A,x', "Line 2 cannot be read as a row of a table"),
        (b'{"holds": [', "begins like JSON and cannot be read"),
        (b'{"holds": 7}', "not what `hold list --json` prints"),
        (b"[7]", "not what `hold list --json` prints"),
        (b"[" * 100_000, "begins like JSON and cannot be read"),
        (b"x" * (hold_rows.BYTES_MAX + 1), "The file has 1,000,001 bytes; up to 1,000,000 can be read."),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_with_what_would_help(content, says):
    with pytest.raises(Unreadable) as refused:
        read(content)

    assert says in str(refused.value)


@pytest.mark.parametrize(("count", "fits"), [(1000, True), (1001, False)])
def test_a_thousand_rows_are_read_and_one_more_is_not(count, fits):
    content = ("kind,customer,reason\n" + "exclusion,A,x\n" * count).encode()

    if fits:
        assert len(read(content)) == 1000
    else:
        with pytest.raises(Unreadable, match=r"The file has 1,001 rows; up to 1,000"):
            read(content)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"kind": "promise", "customer": ["A"], "reason": "x"}, "customer is not a text"),
        ({"kind": {"a": 1}, "customer": "A", "reason": "x"}, "kind is not a text"),
        ({"kind": "promise", "customer": "A", "reason": "x", "amount": {"amount": True}}, "amount is not"),
    ],
)
def test_json_of_another_shape_is_a_bad_row(row, says):
    [bad] = read(json.dumps([row]).encode())

    assert isinstance(bad, Bad)
    assert says in bad.problem


@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: f"{HEADER}\n{text}".encode()))
)
@settings(max_examples=150, deadline=None)
def test_whatever_the_file_holds_is_rows_bad_rows_or_one_refusal(content):
    try:
        found = read(content)
    except Unreadable as unreadable:
        assert str(unreadable).endswith((".", ",code"))
        return

    assert found
    assert all(isinstance(one, Row | Bad) for one in found)


@pytest.mark.parametrize(
    ("locale", "currency", "written"),
    [
        ("en_US", "USD", "4286.90"),
        ("en_US", "USD", "4,286.90"),
        ("en_US", "USD", "$4,286.90"),
        ("en_GB", "GBP", "£ 4,286.90"),
        ("de_DE", "EUR", "4.286,90 €"),
        ("de_DE", "EUR", "4286.90"),
    ],
)
def test_an_amount_is_read_as_people_of_the_companys_locale_write_it(locale, currency, written):
    text = f'{HEADER}\npromise,Marlow,,by phone,2026-11-06,"{written}",,,\n'

    [row] = read(text.encode(), hold_rows.writing_of(locale, currency))

    assert isinstance(row, Row), row
    assert row.amount == Decimal("4286.90")


@pytest.mark.parametrize("written", ["4.286,90", "€4,286.90", "4,28", "four", "-3.00", "$"])
def test_an_amount_that_an_american_would_not_write_is_refused(written):
    text = f'{HEADER}\npromise,Marlow,,by phone,2026-11-06,"{written}",,,\n'

    [row] = read(text.encode())

    assert row == Bad(2, f'amount "{written}" is not an amount above zero, written as in 1240.00')
