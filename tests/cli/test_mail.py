"""The mail account by command: set, tested, turned on; its password is never shown, nor taken from words."""

from __future__ import annotations

import json

import pytest

from qb_collections import app
from qb_collections.messages.smtp import SmtpMailer
from tests.mail_server import USERS, LyingServer, server_side, trusting


@pytest.fixture
def sink(monkeypatch):
    sink = LyingServer(tls=server_side(), users=USERS)
    sink.start()
    monkeypatch.setattr(app, "SmtpMailer", lambda: SmtpMailer(trusting()))
    yield sink
    sink.stop()


def _set(connected, sink, tmp_path, *more, password="s3cret"):
    secret = tmp_path / "secret.txt"
    secret.write_text(f"{password}\n")
    return connected.run(
        *("mail", "set", "--host", sink.host, "--port", str(sink.port), "--user", "desk@acme.example"),
        *("--from", "desk@acme.example", "--password-file", str(secret), *more),
    )


def test_an_account_is_set_tested_and_turned_on_and_its_password_shown_nowhere(connected, sink, tmp_path):
    done = [
        _set(connected, sink, tmp_path),
        connected.run("mail", "on"),
        connected.run("mail", "doctor", "--to", "dana@acme.example"),
        connected.run("mail", "on"),
        connected.run("mail", "show", "--json"),
        connected.run("mail", "doctor"),
        connected.run("mail", "off"),
    ]

    codes = [one.exit_code for one in done]
    assert codes == [0, 1, 0, 0, 0, 0, 0]
    assert "Send yourself a test first" in done[1].output
    [test] = sink.received
    assert test.recipient == "dana@acme.example"
    assert json.loads(done[4].stdout)["account"]["state"] == "on"
    assert "SPF, DKIM and DMARC of acme.example were not looked at" in done[5].output
    assert not any("s3cret" in one.output for one in done)


def test_a_test_that_is_refused_keeps_the_account_off_and_says_why(connected, sink, tmp_path):
    _set(connected, sink, tmp_path, password="wrong-one")

    tried = connected.run("mail", "doctor", "--to", "dana@acme.example")

    assert tried.exit_code == 1
    assert "did not accept the user name and password. It said: 535" in tried.output
    assert "wrong-one" not in tried.output
    assert connected.run("mail", "on").exit_code == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--host", "smtp.example.com", "--security", "loopback"), "would travel in the open"),
        (("--from", "a@b.example, c@d.example"), "is not one address"),
        (("--from", "nobody"), "is not an e-mail address"),
        (("--host", "smtp.example.com/x"), "like smtp.example.com"),
        (("--reply-to", "x@y"), "is not an e-mail address"),
    ],
)
def test_what_cannot_be_an_account_is_refused_with_a_sentence(connected, sink, tmp_path, words, says):
    refused = _set(connected, sink, tmp_path, *words)

    assert refused.exit_code == 1
    assert says in refused.output


def test_without_a_password_and_a_keyboard_it_says_how_to_give_one(connected, sink):
    words = ("mail", "set", "--host", sink.host, "--user", "a@b.example", "--from", "a@b.example")

    refused = connected.run(*words)
    taken = connected.run(*words, QBC_MAIL_PASSWORD="from-the-environment")

    assert (refused.exit_code, taken.exit_code) == (2, 0)
    assert "it is never taken from the command's own words" in refused.output
    assert "from-the-environment" not in taken.output


def test_an_address_is_stopped_and_allowed_again(connected):
    done = [
        connected.run("mail", "stop", "AP@Elm.example", "--because", "asked by phone"),
        connected.run("mail", "stopped"),
        connected.run("mail", "allow", "ap@elm.example"),
        connected.run("mail", "allow", "ap@elm.example"),
        connected.run("mail", "stop", "nobody"),
    ]

    assert [one.exit_code for one in done] == [0, 0, 0, 1, 1]
    assert "ap@elm.example: one of you said so on 2026-11-" in done[1].output


def test_nothing_was_sent_yet(connected, tmp_path):
    listed = connected.run("mail", "list")
    missing = connected.run("mail", "read", "7")

    assert "has sent no e-mail of its own yet" in listed.output
    assert missing.exit_code == 1
    assert "has no message 7" in missing.output
