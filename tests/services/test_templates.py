"""A company's own texts: tried before they hold, kept as versions, filled for a customer; the logo."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from qb_collections.core.books import Customer, Invoice
from qb_collections.core.money import Money
from qb_collections.messages.library import packaged
from qb_collections.messages.look import Look
from qb_collections.services import (
    customer_language,
    logos,
    presets,
    template_check,
    template_preview,
    templates,
)
from qb_collections.services.deciding import decide_company
from qb_collections.services.refusal import Refusal
from qb_collections.services.template_library import Voices, library_for
from qb_collections.services.templates import Faulty
from qb_collections.store import audit, cases, companies, mirror, people, policies
from qb_collections.store.cursors import Cursor, set_cursor
from qb_collections.store.engine import durable, reading
from tests.messages.pictures_small import JPEG, PNG, png

NOW = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)
TODAY = date(2026, 10, 29)
SHIPPED = packaged().source("mail/s1_one")
OURS = SHIPPED.replace("One line back is enough", "A short line back is enough")


@pytest.fixture
def company(context):
    """One customer, two invoices late since 23 October: more than QuickBooks e-mails in its own words."""
    with durable(context.engine) as conn:
        people.ensure_first_practice(conn, NOW)
        made = companies.create(
            conn,
            name="Harbor Light Supply",
            zone="America/New_York",
            currency="USD",
            country="US",
            environment="sandbox",
            base_url="https://sandbox-quickbooks.api.intuit.com/v3",
            created_at=NOW,
            practice_id=people.first_practice(conn, NOW),
            contact_name="Dana Whitlock",
            contact_phone="(423) 555-0142",
            payment_instructions="By check.",
            live_since_on=date(2025, 1, 1),
        )
        policies.add(conn, made.id, presets.text(presets.STANDARD), "system", "as it ships", NOW)
        owed = Money(Decimal("600.00"), "USD")
        half = Money(Decimal("300.00"), "USD")
        known = Customer("7", "Druckerei Marlow", "USD", owed, emails=("ap@books.example",))
        bills = [
            Invoice(id, "0", "7", f"100{id}", date(2026, 9, 23), date(2026, 10, 23), half, half)
            for id in "78"
        ]
        mirror.put_customers(conn, made.id, [known])
        mirror.put_invoices(conn, made.id, bills)
        set_cursor(conn, made.id, Cursor(NOW, NOW, NOW))
        cases.touch(conn, made.id, ["7"], TODAY)
        return companies.get(conn, made.id)


@pytest.fixture
def put(context, company):
    def done(text, name="mail/s1_one", **others):
        return templates.put(context, company, name, text, author="Dana", note="shorter", **others)

    return done


def in_force(context, company, name="mail/s1_one", language="en"):
    with reading(context.engine) as conn:
        return library_for(conn, company).source(name, language)


SEVERAL = packaged().source("mail/s1_several")


def drafted(context, company):
    (decided,) = decide_company(context, company, TODAY, everybody=True).decided
    return decided.draft


def test_a_text_of_ones_own_is_what_the_next_message_says(context, company, put):
    before = drafted(context, company).text

    added = put(SEVERAL.replace("One line back is enough", "A short line back is enough"), "mail/s1_several")

    assert (added.number, added.author, added.note) == (1, "Dana", "shorter")
    assert "One line back is enough" in before
    assert drafted(context, company).text == before.replace(
        "One line back is enough", "A short line back is enough"
    )
    with reading(context.engine) as conn:
        (entry,) = [one for one in audit.entries(conn, company.id) if one.action == "template changed"]
    assert (entry.actor, entry.subject) == ("Dana", "mail/s1_several")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("{balance} open", "{balance open", 7, '"{" has no partner'),
        ("Hello {greeting}", "Hello {greating}", 6, "Did you mean {greeting}?"),
        ("so first a question", "so kindly tell us", 8, '"kindly" does not belong'),
        ("so first a question", "so go to the police", 8, '"police" reads as a threat'),
        ("so first a question", "PLEASE ANSWER", 8, '"PLEASE" is written in capitals'),
        ("so first a question", "pay {numbers}!", 8, "There is an exclamation mark"),
        ("so first a question", "or pay $99.00", 8, 'The amount "$99.00" is not among the facts'),
        ("blocks: items thanks pay signature", "blocks: items", 1, "thanks, pay, signature must stand under"),
        ("tone: soft", "tone: person", 1, 'the tone "person" is not that of this text'),
        ("words_max: 130", "words_max: 900", 1, "900 words are too many"),
        ("subject: Invoice", "subject: Unpaid invoice", 1, '"Unpaid" in the subject'),
        ("[[if unusual]]", "[[if unusual", 8, "has no partner"),
        ("---\n", "", 1, "a line with --- must stand"),
    ],
)
def test_a_text_that_does_not_pass_changes_nothing_and_says_where(
    context, company, put, old, new, line, says
):
    assert old in SHIPPED

    done = put(SHIPPED.replace(old, new, 1))

    assert isinstance(done, Faulty)
    assert says in done.problems[0].what or says in str(done.problems[0])
    assert abs(done.problems[0].line - line) <= 2
    assert in_force(context, company) == SHIPPED
    assert templates.history(context, company, "mail/s1_one") == []


def test_a_part_is_tried_in_every_text_that_uses_it(put):
    done = put("subject: (signature)\n---\nKind regards,\n\n{contact_name}\n", name="mail/blocks/signature")

    assert isinstance(done, Faulty)
    assert {one.template for one in done.problems} == {"mail/blocks/signature"}
    assert "The text no longer says which number to call. Add: (423) 555-0142" in {
        one.what for one in done.problems
    }


def test_a_note_line_must_keep_its_marker_and_its_manners(put):
    lines = packaged().source("notes/lines")

    unmarked = put(lines.replace("Spoke by phone.", "Spoke by phone!"), name="notes/lines")
    lost = put(
        "\n".join(line for line in lines.splitlines() if not line.startswith("s2:")), name="notes/lines"
    )

    assert [(one.line, one.what) for one in unmarked.problems] == [
        (7, "There is an exclamation mark. Take it out.")
    ]
    assert 'the line "s2" is missing' in lost.problems[0].what


@pytest.mark.parametrize(
    ("name", "text", "language", "says"),
    [
        ("mail/s1_two", SHIPPED, "en", "Did you mean mail/s1_one?"),
        ("../../etc/passwd", SHIPPED, "en", "There is no template"),
        ("mail/s1_one", SHIPPED, "Deutsch", "is not a language"),
        ("mail/s1_one", "x" * 20_001, "en", "at most 20,000"),
        ("mail/s1_one", SHIPPED, "en", "word for word the text in force"),
    ],
)
def test_what_cannot_be_a_text_is_refused_in_a_sentence(put, name, text, language, says):
    done = put(text, name=name, language=language)

    assert isinstance(done, Refusal)
    assert says in done.message


def test_versions_are_compared_and_go_back_and_are_never_rewritten(context, company, put):
    put(OURS)
    put(OURS.replace("the right desk", "the right person"))

    between = templates.compare(context, company, "mail/s1_one", 1, 2)
    back = templates.roll_back(context, company, "mail/s1_one", 1, author="Ray", note="as before")
    ships = templates.roll_back(context, company, "mail/s1_one", 0, author="Ray", note="as it ships")

    assert [line for line in between if line.startswith(("+ ", "- ", "-Our", "+Our"))] != []
    assert (back.number, back.text) == (3, OURS)
    assert (ships.number, ships.text) == (4, None)
    assert in_force(context, company) == SHIPPED
    history = templates.history(context, company, "mail/s1_one")
    assert [(one.number, one.author) for one in history] == [(1, "Dana"), (2, "Dana"), (3, "Ray"), (4, "Ray")]
    again = templates.roll_back(context, company, "mail/s1_one", 0, author="Ray", note="again")
    assert isinstance(again, Refusal)


def test_a_company_speaks_with_its_own_texts_only(context, company, put):
    put(OURS)
    with durable(context.engine) as conn:
        other = companies.create(
            conn,
            name="Bright Dental",
            zone="America/New_York",
            currency="USD",
            country="US",
            environment="sandbox",
            base_url="https://sandbox-quickbooks.api.intuit.com/v3",
            created_at=NOW,
            practice_id=company.practice_id,
        )

    assert in_force(context, company) == OURS
    assert in_force(context, other) == SHIPPED


def test_every_text_that_ships_passes_in_each_of_its_languages(context, company):
    assert templates.check(context, company) == ()
    assert {
        (one.name, one.language) for one in templates.every(context, company) if one.language == "de"
    } == {(name, language) for name, language in packaged().names() if language == "de"}


def test_a_preview_shows_a_real_customer_and_what_the_check_finds(context, company):
    text = SEVERAL.replace("One line back is enough", "Kindly answer")

    found = template_preview.preview(context, company, "mail/s1_several", text, "Druckerei Marlow")

    assert "Our books still show the two invoices below as open, $600.00 in all" in found.message.text
    assert "Kindly answer" in found.html
    assert [one.what for one in found.problems] == [
        '"Kindly" does not belong into a message to a customer. Say it plainly.'
    ]
    assert templates.history(context, company, "mail/s1_one") == []


def test_a_preview_of_a_text_that_does_not_parse_names_the_line(context, company):
    found = template_preview.preview(context, company, "mail/s1_one", SHIPPED + "{oops", "7")

    assert (found.message, found.html) == (None, None)
    assert str(found.problems[0]).startswith('mail/s1_one, line 11: "{" has no partner. Allowed: {name}')


def test_a_text_about_something_that_has_not_happened_is_shown_with_an_example(context, company):
    text = packaged().source("mail/promise_noted")

    found = template_preview.preview(context, company, "mail/promise_noted", text, "7")

    assert found.problems == ()
    assert "promise" in found.made_up
    assert "We have written down $840.00" in found.message.text


def test_a_customer_is_written_to_in_the_language_that_a_person_chose(context, company):
    said = customer_language.say(context, company, "Druckerei Marlow", "de", by="Dana")
    german = drafted(context, company)
    back = customer_language.say(context, company, "Druckerei Marlow", "as-company", by="Dana")

    assert said == "Druckerei Marlow is written to in German from the next message on."
    assert german.subject == "Ihre Rechnungen von Harbor Light Supply: sind sie angekommen?"
    assert "fällig am 23. Oktober 2026: 300,00\u00a0$" in german.text and "600,00\u00a0$" in german.text
    assert back == "Druckerei Marlow is written to in English from the next message on."
    assert drafted(context, company).subject.startswith("Your invoices from Harbor Light Supply")


def test_a_language_without_a_single_text_is_refused(context, company):
    done = customer_language.say(context, company, "Druckerei Marlow", "fr", by="Dana")

    assert done == Refusal("There is no text in 'fr'. There are de, en and as-company.")


def test_a_third_language_begins_with_one_text_of_the_companys_own(context, company, put):
    head = "subject: Factures {numbers}\nblocks: items thanks pay signature\ntone: soft\n---\n"
    put(f"{head}Bonjour {{greeting}},\n", "mail/s1_several", language="fr")
    customer_language.say(context, company, "7", "fr", by="Dana")

    draft = drafted(context, company)

    assert draft.subject == "Factures 1007 et 1008"
    assert draft.text.startswith("Bonjour Druckerei Marlow,\n\nInvoice 1007 of")
    with reading(context.engine) as conn:
        assert Voices(conn, company).of("7").locale == "fr"


@pytest.mark.parametrize(("data", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
def test_a_logo_is_taken_by_its_bytes_and_taken_away_again(context, company, data, kind):
    taken = logos.take(context, company, data, by="Dana")
    with reading(context.engine) as conn:
        kept = logos.look_for(conn, company)
    removed = [logos.remove(context, company, by="Dana") for _ in range(2)]

    assert kept == taken == Look(data, kind)
    assert removed == [True, False]
    with reading(context.engine) as conn:
        assert logos.look_for(conn, company) == Look()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x00" * 20_000_000, "This file has 20.0 MB; a logo has at most 1 MB."),
        (b"<svg onload=alert(1)>", "neither a PNG nor a JPEG"),
        (b"GIF89a" + b"\x00" * 40, "neither a PNG nor a JPEG"),
        (PNG[:30], "does not say how large"),
        (b"\xff\xd8\xff" + b"\xe0\x00\x02" * 9, "does not say how large"),
        (png(1, 4001), "1 by 4001 pixels"),
        (b"", "neither a PNG nor a JPEG"),
    ],
)
def test_a_file_that_is_no_logo_changes_nothing_and_says_why(context, company, data, says):
    logos.take(context, company, PNG, by="Dana")

    refused = logos.take(context, company, data, by="Dana")

    assert isinstance(refused, Refusal)
    assert says in refused.message and refused.message.endswith("Nothing was changed.")
    with reading(context.engine) as conn:
        assert logos.look_for(conn, company) == Look(PNG, "image/png")


def test_a_file_of_twenty_megabytes_is_not_even_read(context, company, tmp_path):
    file = tmp_path / "logo.png"
    with file.open("wb") as opened:
        opened.truncate(20_000_000)

    refused = logos.take_file(context, company, file, by="Dana")

    assert refused.message.startswith("This file has 20.0 MB; a logo has at most 1 MB.")


def test_every_template_that_ships_may_be_changed():
    assert set(template_check.names()) == {name for name, _ in packaged().names()}
