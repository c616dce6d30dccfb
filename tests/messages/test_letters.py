"""Letters say what their text says, on the right paper, readable by everybody, and run nothing."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from qb_collections.messages.letters import Letter, batch_pdf, letter_pdf
from qb_collections.messages.look import Look
from qb_collections.messages.reminders import compose
from qb_collections.messages.statements import statement_of, statement_pdf
from qb_collections.messages.typesetting import LetterRefused
from tests.messages.facts import CASES, COMPANY, CUSTOMER, FIRM, GERMAN_CASES, MEMO, ONE, TWO, YOUNG, usd
from tests.messages.pictures_small import JPEG, PNG, png

NOTICE = CASES["s5_letter"]
INCH = 72


def read(pdf):
    return PdfReader(BytesIO(pdf))


def words_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def letter(facts, case=NOTICE, **others):
    return letter_pdf(compose(case[0], case[1], facts), facts, **others)


@pytest.mark.parametrize("case", [NOTICE, GERMAN_CASES["s5_letter.de"]])
def test_a_letter_says_every_figure_and_word_of_its_text(case):
    message = compose(*case)

    shown = words_of(letter_pdf(message, case[2])).replace("\u00a0", " ")

    for figure in re.findall(r"\d[\d.,:]*\d", message.text):
        assert figure in shown
    for line in message.body.split("\n\n")[-1].split(". "):
        assert line.replace("\u00a0", " ").strip(". ") in shown


def test_the_same_letter_is_the_same_bytes():
    assert letter(NOTICE[2]) == letter(NOTICE[2])


def test_a_letter_can_be_read_aloud():
    """Tagged for PDF/UA-1, with language, title and every font inside."""
    reader = read(letter(NOTICE[2], look=Look(PNG, "image/png")))
    root = reader.trailer["/Root"]
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    ]

    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "en-US"
    assert reader.metadata.title == "Final notice: $1,470.40, please settle by November 24, 2026"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert fonts and all({"/FontFile3", "/FontFile2"} & set(font) for font in fonts)


@pytest.mark.parametrize(
    ("country", "size"),
    [
        ("US", (8.5 * INCH, 11 * INCH)),
        ("CA", (8.5 * INCH, 11 * INCH)),
        ("DE", (595.3, 841.9)),
        (None, (612, 792)),
    ],
)
def test_the_paper_is_that_of_where_it_is_printed(country, size):
    (page, *_) = read(letter(NOTICE[2], country=country)).pages

    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(size, abs=0.1)


@pytest.mark.parametrize(
    ("country", "lowest", "highest"),
    [
        ("US", 50.8, 80.5),
        ("DE", 62.0, 90.0),
    ],  # millimetres from the top: what a window shows (see letter.typ)
)
def test_the_address_stands_where_a_window_shows_it(country, lowest, highest):
    address = "Suite 400\n9 Press Street\nChattanooga, TN 37405"
    facts = replace(NOTICE[2], customer=replace(CUSTOMER, address=address))
    page = read(letter(facts, country=country)).pages[0]
    places = {}

    def note(text, matrix, position, font, size):
        for line in ("Marlow Print Works", "37405"):
            if line in text and line not in places:
                place = position[5] * matrix[3] + matrix[5]
                places[line] = (float(page.mediabox.height) - place) / INCH * 25.4

    page.extract_text(visitor_text=note)

    assert lowest < places["Marlow Print Works"] < places["37405"] < highest


@pytest.mark.parametrize(
    "typed",
    ['#read("/etc/passwd")', "$x^2$ *bold* _it_ @ref <label>", '"><svg onload=alert(1)>', "\\u{41} // no"],
)
def test_what_people_typed_is_printed_and_never_run(typed):
    company = replace(COMPANY, payment_instructions=typed)
    items = (replace(FIRM.items[0], number=typed), *FIRM.items[1:])
    facts = replace(NOTICE[2], company=company, customer=replace(CUSTOMER, name=typed), items=items)

    shown = words_of(letter(facts))

    assert shown.replace(" ", "").count(typed.replace(" ", "")) >= 3


def test_endless_names_and_addresses_still_make_a_letter():
    endless = "x" * 4000
    customer = replace(CUSTOMER, name=endless, full_name=endless, address="\n".join([endless] * 30))

    assert len(read(letter(replace(NOTICE[2], customer=customer))).pages) == 1


def test_without_any_address_the_name_alone_stands_in_the_window():
    facts = replace(
        NOTICE[2], company=replace(COMPANY, address=None), customer=replace(CUSTOMER, address=None)
    )

    assert "Marlow Print Works June Marlow November 10, 2026" in words_of(letter(facts))


def test_many_letters_are_one_file_and_each_counts_its_own_pages():
    many = tuple(replace(ONE, number=str(10400 + number)) for number in range(60))
    long = replace(NOTICE[2], items=many, credits=(), also_open=(), total=usd("46824.00"))
    short = NOTICE[2]

    pdf = batch_pdf([Letter(compose(*NOTICE[:2], facts), facts) for facts in (short, long, short)])

    pages = [" ".join(page.extract_text().split()) for page in read(pdf).pages]
    feet = [found[0] if (found := re.search(r"Page \d of \d", page)) else "" for page in pages]
    assert feet == ["", "Page 1 of 3", "Page 2 of 3", "Page 3 of 3", ""]
    assert [page.count("Kind regards,") for page in pages] == [1, 0, 0, 1, 1]


@pytest.mark.parametrize(("count", "says"), [(0, "There is no letter"), (501, "501 letters are too many")])
def test_no_letter_and_too_many_are_refused_in_a_sentence(count, says):
    one = Letter(compose(*NOTICE), NOTICE[2])

    with pytest.raises(LetterRefused, match=says):
        batch_pdf([one] * count)


@pytest.mark.parametrize("logo", [PNG, png(400, 20), png(20, 400)])
def test_a_logo_stands_at_the_top(logo):
    page = read(letter(NOTICE[2], look=Look(logo, "image/png"))).pages[0]

    assert len(page["/Resources"]["/XObject"]) >= 1


def test_a_logo_that_no_program_can_draw_is_refused_in_a_sentence():
    """The head of a picture says that it is one; only drawing it shows that nothing follows."""
    with pytest.raises(LetterRefused, match="could not be set"):
        letter(NOTICE[2], look=Look(JPEG, "image/jpeg"))


def test_a_name_that_no_font_can_write_is_refused_rather_than_printed_as_boxes():
    """Cuneiform: found on hardly any computer.  Greek, Cyrillic and Hebrew come along."""
    written = letter(replace(NOTICE[2], customer=replace(CUSTOMER, name="Ελλάς Иван שלום Łódź €")))

    with pytest.raises(LetterRefused, match=r"no font that can write “𒀀”\. Install one"):
        letter(replace(NOTICE[2], customer=replace(CUSTOMER, name="𒀀 GmbH")))

    assert "Иван" in words_of(written)


def test_a_statement_lists_everything_open_and_adds_up():
    """840.00 + 780.40 + 385.00 - 150.00 = 1,855.40; one invoice is not due before 8 December."""
    young = replace(YOUNG, due_on=date(2026, 12, 8))
    facts = replace(FIRM, items=(ONE, TWO), also_open=(young,), credits=(MEMO,), total=usd("1470.40"))

    made = statement_of(facts)
    shown = words_of(statement_pdf(facts))

    assert [item.number for item in made.facts.items] == ["10588", "10612", "10655"]
    for said in (
        "Statement of your account with Copperleaf Refrigeration & Air LLC, November 10, 2026",
        "every invoice that is open on your account with us, and every credit we hold for you",
        "Not yet due: $385.00",
        "Due for 1 to 30 days: $1,620.40",
        "Credit memo 1187 -$150.00",
        "Total $1,855.40",
        "as of November 10, 2026, 9:02 AM",
    ):
        assert said in shown
