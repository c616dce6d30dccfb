"""An e-mail as bytes: both parts say the same, headers hold what they should, and nothing slips into them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.messages import mime
from qb_collections.messages.html import html_of
from qb_collections.messages.look import Look
from qb_collections.messages.mail_address import NoAddress, address
from qb_collections.messages.mime import CannotWrite, Enclosed, Sender, Stop
from qb_collections.messages.reminders import compose
from tests.messages.facts import CASES

AT = datetime(2026, 11, 6, 10, 5, tzinfo=ZoneInfo("America/New_York"))
SENDER = Sender("Copperleaf Refrigeration & Air LLC", "office@copperleaf.example", "dana@copperleaf.example")
NAME = "<qbc.0123456789abcdef0123456789abcdef@copperleaf.example>"
STOP = Stop("dana@copperleaf.example", "https://books.example/u/1-2-abc")
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


SECOND = CASES["s2_first"][2]


def made(case="s2_first", **how):
    stage, variant, facts = CASES[case]
    message = how.pop("message", None) or compose(stage, variant, facts)
    given = {"sender": SENDER, "recipient": "june@marlowprint.example", "name": NAME, "at": AT, "stop": STOP}
    look = how.get("look", mime.PLAIN)
    return mime.build(message, html_of(message, facts, look), **given | how)


def parsed(content):
    return message_from_bytes(content, policy=default)


def test_text_comes_first_then_html_and_both_name_the_same_amounts_and_dates():
    mail = parsed(made())

    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in mail.iter_parts())
    shown = unescape(re.sub(r"<[^>]+>", " ", html))
    figures = set(re.findall(r"\$[\d,.]+\d|[A-Z][a-z]+ \d{1,2}, \d{4}", text))
    assert len(figures) > 3
    assert {one for one in figures if one not in shown} == set()


def test_the_headers_are_those_of_a_machine_that_a_person_may_answer():
    mail = parsed(made(thread="<qbc.first@copperleaf.example>"))

    assert (
        mail["From"] == '"Copperleaf Refrigeration & Air LLC" <office@copperleaf.example>'
        or mail["From"].addresses[0].addr_spec == SENDER.address
    )
    assert mail["Reply-To"] == "dana@copperleaf.example"
    assert mail["Date"] == "Fri, 06 Nov 2026 10:05:00 -0500"
    assert mail["Message-ID"] == NAME
    assert mail["In-Reply-To"] == mail["References"] == "<qbc.first@copperleaf.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF"
    assert mail["Content-Language"] == "en-US"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<https://books.example/u/1-2-abc>" in mail["List-Unsubscribe"]


def test_a_letter_of_claim_is_not_a_thing_to_unsubscribe_from():
    mail = parsed(made("s5"))

    assert mail["List-Unsubscribe"] is None


def test_the_same_message_is_the_same_bytes_and_no_line_is_long():
    once, again = (made(enclosed=[Enclosed("Invoice 1.pdf", b"%PDF-" + b"x" * 5000)]) for _ in range(2))

    assert once == again
    assert max(len(line) for line in once.split(b"\r\n")) <= 998
    assert b"\n" not in once.replace(b"\r\n", b"")
    assert once.isascii()


def test_the_logo_and_the_files_come_with_it_and_nothing_is_fetched():
    look = Look(PNG, "image/png", "#14624c")
    mail = parsed(made(look=look, enclosed=[Enclosed("Invoice 10/612.pdf", b"%PDF-1.7")]))

    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        *("multipart/mixed", "multipart/alternative", "text/plain"),
        *("multipart/related", "text/html", "image/png", "application/pdf"),
    ]
    [logo] = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    html = mail.get_body(("html",)).get_content()
    assert f"cid:{logo['Content-ID'].strip('<>')}" in html
    assert "http" not in re.sub(r'lang="[^"]*"', "", html.replace("https://books.example", ""))
    [file] = mail.iter_attachments()
    assert file.get_filename() == "Invoice 10 612.pdf"


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_name_and_no_subject_ever_adds_a_header_or_a_recipient(name, subject):
    """Line breaks, marks that turn the direction, anything at all."""
    message = replace(compose("S2", "", SECOND), subject=subject)

    mail = parsed(
        mime.build(
            message,
            "<p>x</p>",
            sender=replace(SENDER, name=name),
            recipient="a@b.example",
            name=NAME,
            at=AT,
            stop=STOP,
        )
    )

    assert [one.addr_spec for one in mail["To"].addresses] == ["a@b.example"]
    assert [one.addr_spec for one in mail["From"].addresses] == [SENDER.address]
    assert {key.lower() for key in mail} <= {
        *("date", "from", "reply-to", "to", "subject", "message-id", "auto-submitted", "content-language"),
        *("x-auto-response-suppress", "list-unsubscribe", "list-unsubscribe-post", "mime-version"),
        "content-type",
    }
    assert not set("\u202e\u202d\u2066\u200b\r\n") & set(str(mail["Subject"]) + str(mail["From"]))


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            "a@b.example,c@d.example",
            "a@b.example c@d.example",
            "nobody",
            "@b.example",
            "a@",
            "a@b",
            "a@@b.example",
        ),
        *("a\r\nBcc: x@y.example", '"x y"@b.example', "a@b..example", "a@-b.example", ".a@b.example"),
        *(
            "a@b.example>",
            "<a@b.example>",
            "x" * 65 + "@b.example",
            "a@" + "b" * 250 + ".example",
            "ü@b.example",
        ),
    ],
)
def test_what_is_not_exactly_one_address_is_refused_with_a_sentence(wrong):
    with pytest.raises(NoAddress) as refused:
        made(recipient=wrong)

    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_addresses_that_people_have_are_taken():
    assert address("o'neil+ap@Mail.Exämple.DE") == "o'neil+ap@mail.xn--exmple-cua.de"


@pytest.mark.parametrize(
    ("enclosed", "says"),
    [
        ([Enclosed(f"{n}.pdf", b"%PDF-") for n in range(11)], "11 files would be enclosed; 10 are the most"),
        ([Enclosed("1.pdf", b"x" * 5_000_001)], "mail servers refuse more than 5 MB"),
    ],
)
def test_what_is_too_much_is_refused_whole(enclosed, says):
    with pytest.raises(CannotWrite, match=says):
        made(enclosed=enclosed)


def test_a_text_of_more_than_a_hundred_kilobytes_is_refused():
    message = replace(compose("S2", "", SECOND), text="x\n" * 60_000)

    with pytest.raises(CannotWrite, match="100 kB"):
        made(message=message)


def test_a_draft_opens_in_a_mail_program_and_names_itself_nothing():
    mail = parsed(made(unsent=True, name=""))

    assert mail["X-Unsent"] == "1"
    assert mail["Message-ID"] is None
    assert mail["Auto-Submitted"] is None


@pytest.mark.parametrize("hidden", ["=?utf-8?q?a=0D=0ABcc:_eve@eve.example?=", "=?utf-8?b?PGFAYi5jPg==?="])
def test_an_encoded_word_in_a_name_or_subject_stays_what_was_typed_and_makes_no_header(hidden):
    stage, variant, facts = CASES["s1_one"]
    message = replace(compose(stage, variant, facts), subject=hidden)

    content = made(message=message, sender=Sender(hidden, "office@copperleaf.example"))

    mail = parsed(content)
    [sender] = mail["From"].addresses
    assert sender.addr_spec == "office@copperleaf.example"
    assert sender.display_name == mail["Subject"] == hidden.replace("=?", "= ?")
    assert mail["Bcc"] is None and b"\r\nBcc:" not in content


def test_an_address_that_reads_as_an_encoded_word_is_none():
    with pytest.raises(NoAddress):
        address("=?utf-8?q?ap?=@riverbend.example")
