"""HTML says what the text says, is read by everybody, loads nothing, and runs nothing that people typed."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.money import Money, total
from qb_collections.messages import wording
from qb_collections.messages.facts import Credit, Item
from qb_collections.messages.html import DARK, LIGHT, html_of
from qb_collections.messages.library import Library, packaged
from qb_collections.messages.look import Look
from qb_collections.messages.reminders import compose
from tests.messages.facts import BASE, CASES, COMPANY, CUSTOMER, FIRM, GERMAN_CASES, usd
from tests.messages.pages import Page
from tests.messages.pictures_small import PNG

MAILED = {
    name: case for name, case in (CASES | GERMAN_CASES).items() if compose(*case).template.startswith("mail/")
}
SCRIPT = '"><svg onload=alert(1)>'


def page_of(stage, variant, facts, look=None):
    message = compose(stage, variant, facts)
    return message, Page(html_of(message, facts, look or Look()))


def figures(text):
    """Every amount, day and number: what a reader could hold against the books."""
    return set(re.findall(r"\d[\d.,:]*\d|\d", plain(text)))


def plain(text):
    """With one kind of space: those that do not break are put in by one part and taken out by another."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("name", MAILED)
def test_text_and_html_say_the_same_words_and_figures(name):
    message, page = page_of(*MAILED[name])
    shown = page.words.replace(message.subject, "", 1)  # the text's subject stands in its head line
    table = {"Invoice", "Date", "Due", "Original", "Still", "open", "Open", "invoices"}
    table |= {"Rechnung", "Datum", "Fällig", "Ursprünglich", "Noch", "offen", "Offene", "Rechnungen"}
    lines = {"of", "due", "still", "vom", "fällig", "am", "noch", "von"}

    words = [set(re.findall(r"[^\W\d_]+", text)) for text in (message.text, shown)]

    assert figures(shown) == figures(message.text)
    assert words[0] - lines <= words[1]
    assert words[1] - table <= words[0]
    assert page.title == message.subject


@st.composite
def accounts(draw):
    """Facts as they come: any number of invoices and credits, in any currency, language and part paid."""
    currency = draw(st.sampled_from(["USD", "EUR", "JPY", "KWD", "GBP"]))
    cents = Decimal(1) if currency == "JPY" else Decimal("0.01")
    days = st.dates(date(2024, 1, 1), date(2026, 11, 9))
    amounts = st.integers(1, 10**9).map(lambda units: Money(units * cents, currency))
    items = tuple(
        Item(number, issued, issued + timedelta(days=30), balance + paid, balance)
        for number, issued, balance, paid in draw(
            st.lists(
                st.tuples(
                    st.text("0123456789ABC-/", min_size=1, max_size=12).filter(lambda one: one.strip("-/")),
                    days,
                    amounts,
                    st.one_of(st.just(Money.zero(currency)), amounts),
                ),
                min_size=1,
                max_size=8,
            )
        )
    )
    credits = tuple(
        Credit(f"Credit memo {number}", amount)
        for number, amount in draw(st.lists(st.tuples(st.integers(1, 9999), amounts), max_size=2))
    )
    owed = total((item.balance for item in items), currency) - total((c.amount for c in credits), currency)
    locale = draw(st.sampled_from(["en_US", "en_GB", "de_DE", "de_CH", "fr_FR", "en_IN"]))
    return replace(
        FIRM, items=items, also_open=(), credits=credits, total=owed, locale=locale, terms=None, plan=None
    )


@given(accounts())
def test_every_figure_of_the_books_stands_in_text_and_html_alike(facts):
    """Counted, not only present: an invoice listed twice or left out of the table would show."""
    message = compose("S4", "", facts)
    locale = message.locale

    page = Page(html_of(message, facts))

    for text in (plain(message.text), plain(page.words)):
        for item in facts.items:
            assert plain(wording.amount(item.balance, locale)) in text
            assert wording.long_date(item.issued_on, locale) in text
            assert wording.long_date(item.due_on, locale) in text
        assert plain(wording.amount(facts.total, locale)) in text
    assert figures(page.words) == figures(f"{message.subject}\n{message.text}")
    rows = [line.split("\t")[0].strip() for line in page.words.splitlines() if "\t" in line]
    listed = Counter(" ".join(item.number.split()) for item in facts.items)
    assert all(Counter(rows)[number] >= count for number, count in listed.items())


@pytest.mark.parametrize("name", MAILED)
def test_a_screen_reader_finds_its_way(name):
    message, page = page_of(*MAILED[name], Look(PNG, "image/png"))
    language = "de-DE" if name.endswith(".de") else "en-GB" if name == "s2_british" else "en-US"

    (root,) = page.all("html")
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3")]

    assert root == {"lang": language, "dir": "ltr"}
    assert page.title.strip()
    assert levels[0] == 1 and levels.count(1) == 1 and set(levels) <= {1, 2}
    assert len(page.all("main")) == 1
    assert {one["scope"] for one in page.all("th")} <= {"row", "col"}
    assert len(page.all("caption")) == len(page.all("table")) == len(page.all("thead"))
    assert [one["alt"] for one in page.all("img")] == [MAILED[name][2].company.name]
    assert message.locale.replace("_", "-") == language


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
@pytest.mark.parametrize("ink", ["ink", "soft", "link"])
def test_words_stand_out_from_the_paper(scheme, ink):
    lighter, darker = sorted((luminance(scheme[ink]), luminance(scheme["paper"])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


@pytest.mark.parametrize("look", [Look(), Look(PNG, "image/png", "#14624c")])
def test_nothing_is_loaded_and_nobody_is_counted(look):
    facts = replace(BASE, pay_link="https://pay.example/i/7?x=1&y=2")
    message = compose("S1", "", facts)

    html = html_of(message, facts, look)
    page = Page(html)

    addresses = [value for _, attributes in page.tags for key, value in attributes.items() if key in ("src",)]
    assert addresses == ([f"cid:{look.logo_cid}"] if look.logo else [])
    assert [one["href"] for one in page.all("a")] == ["https://pay.example/i/7?x=1&y=2"]
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "form", "svg"}
    assert "url(" not in html and "@import" not in html


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://pay.example", 'https://x"><b>', "https://a b"]
)
def test_a_pay_link_that_is_no_safe_address_is_only_text(link):
    facts = replace(BASE, pay_link=link)

    page = Page(html_of(compose("S1", "", facts), facts))

    assert page.all("a") == []
    assert link in page.words


@pytest.mark.parametrize(
    "typed",
    [
        SCRIPT,
        "A\r\nBcc: all@example.com",
        "\u202egnp.exe\u200f",
        "x" * 4000,
        "Ann, Ltd, (North)",
        "{oops",
        "]]",
    ],
)
@pytest.mark.parametrize("place", ["name", "first_name", "full_name"])
def test_whatever_a_customer_is_called_stays_a_name(typed, place):
    facts = replace(FIRM, customer=replace(CUSTOMER, **{place: typed}))

    _, page = page_of("S4", "", facts)

    tame = {tag for tag, _ in Page(html_of(compose("S4", "", FIRM), FIRM)).tags}
    assert {tag for tag, _ in page.tags} == tame
    assert not any("onload" in attributes for _, attributes in page.tags)
    assert not any(character in page.words for character in "\u202e\u200f\r")
    assert max(map(len, page.words.splitlines())) < 900


def test_a_telephone_number_stays_on_one_line_and_out_of_addresses():
    company = replace(COMPANY, contact_phone="4235550142")
    facts = replace(BASE, company=company, pay_link="https://pay.example/4235550142")

    html = html_of(compose("S1", "", facts), facts)

    assert '<span style="white-space:nowrap">4235550142</span>, weekdays 8 to 5' in html
    assert Page(html).all("a")[0]["href"] == "https://pay.example/4235550142"


def test_a_hostile_invoice_number_terms_and_settings_stay_words():
    items = (replace(FIRM.items[0], number=SCRIPT), *FIRM.items[1:])
    company = replace(COMPANY, payment_instructions=f"By card {SCRIPT}\n<b>now</b>", name=SCRIPT)
    facts = replace(
        FIRM, items=items, terms=SCRIPT, company=company, credits=(Credit(SCRIPT, usd("150.00")),)
    )

    _, page = page_of("S4", "", facts)

    assert page.words.count(SCRIPT) >= 6
    assert not {tag for tag, _ in page.tags} & {"svg", "b"}


def test_what_a_person_wrote_instead_is_what_the_html_says():
    message = compose("S4", "", FIRM)
    edited = replace(
        message, text=message.text.replace("We like working with you", "You & I <know> each other")
    )

    page = Page(html_of(edited, FIRM))

    assert "You & I <know> each other" in page.words
    assert "We like working with you" not in page.words
    assert len(page.all("table")) == 2


def test_an_edited_list_of_invoices_is_shown_as_it_was_written():
    """A table made of facts would say other things than the text; so the lines stay lines."""
    message = compose("S4", "", FIRM)
    edited = replace(message, text=message.text.replace("Invoice 10612", "The invoice 10612, our second,"))

    page = Page(html_of(edited, FIRM))

    assert page.all("table") == []
    assert "The invoice 10612, our second, of September 23, 2026" in page.words


def test_a_companys_own_list_with_other_words_stays_lines():
    own = packaged().source("mail/blocks/items").replace("Invoice {number}", "Job {number}")
    library = Library(*packaged().folders, own={("mail/blocks/items", "en"): own})
    message = compose("S4", "", FIRM, library=library)

    page = Page(html_of(message, FIRM, library=library))

    assert (
        "Job 10588 of September 11, 2026, due October 11, 2026: $840.00 still open of $1,240.00" in page.words
    )
    assert "10588\t" not in page.words


def test_a_letter_written_from_right_to_left_says_so(tmp_path):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/thank_you.he.txt").write_text("subject: תודה\n---\nשלום {greeting}\n", encoding="utf-8")
    library = Library(tmp_path, *packaged().folders)
    facts = replace(CASES["thank_you"][2], locale="he_IL")
    message = compose("", "thank_you", facts, library=library)

    (root,) = Page(html_of(message, facts, library=library)).all("html")

    assert root == {"lang": "he-IL", "dir": "rtl"}
