"""A message is handed over at most once, over TLS, whatever the server on the other side does."""

import pytest

from qb_collections.messages import smtp
from qb_collections.messages.outgoing import Envelope, Result, Security, Server
from qb_collections.messages.smtp import SmtpMailer
from tests.mail_server import USERS, LyingServer, server_side, trusting

CONTENT = b"Subject: hello\r\n\r\nfirst\r\n.\r\n.hidden\r\nlast\r\n"
ENVELOPE = Envelope("desk@acme.example", "ap@lookout.example", CONTENT)


@pytest.fixture
def serve():
    running = []

    def start(fault="", *, tls=True, users=None, times=10**9, refused=frozenset(), at_once=False):
        sink = LyingServer(
            fault,
            times,
            refused,
            tls=server_side() if tls else None,
            users=users,
            tls_at_once=at_once,
        )
        sink.start()
        running.append(sink)
        return sink

    yield start
    for sink in running:
        sink.stop()


def _server(sink, security=Security.STARTTLS, login=None, password=None):
    return Server(sink.host, sink.port, security, login, password, "acme.example")


def _send(sink, *, mailer=None, **how):
    return (mailer or SmtpMailer(trusting())).send(_server(sink, **how), ENVELOPE)


@pytest.mark.parametrize(("security", "at_once"), [(Security.STARTTLS, False), (Security.TLS, True)])
def test_a_message_arrives_once_and_letter_by_letter_over_tls(serve, security, at_once):
    sink = serve(users=USERS, at_once=at_once)

    outcome = _send(sink, security=security, login="desk@acme.example", password="s3cret")

    assert (outcome.result, outcome.code) == (Result.ACCEPTED, 250)
    [taken] = sink.received
    assert taken.content == CONTENT
    assert (taken.sender, taken.recipient, taken.secure) == ("desk@acme.example", "ap@lookout.example", True)


def test_messages_that_follow_share_one_connection(serve):
    sink, mailer = serve(), SmtpMailer(trusting())

    results = [_send(sink, mailer=mailer).result for _ in range(3)]
    mailer.hang_up()

    assert results == [Result.ACCEPTED] * 3
    assert len(sink.received) == 3
    assert len(sink.dialogues) == 1


def test_a_server_that_says_yes_and_drops_the_line_got_it_and_the_next_message_takes_a_new_one(serve):
    sink, mailer = serve("resets_after_250", times=1), SmtpMailer(trusting())

    results = [_send(sink, mailer=mailer).result for _ in range(2)]

    assert results == [Result.ACCEPTED] * 2
    assert len(sink.received) == 2


# What surely had no effect may be tried again; each is told in our words.
@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ("closes_at_once", Result.NOT_REACHED),
        ("huge_banner", Result.NOT_REACHED),
        ("endless_line", Result.NOT_REACHED),
        ("not_smtp", Result.NOT_REACHED),
        ("greylist", Result.LATER),
        ("refuses", Result.NO_RECIPIENT),
        ("sender_refused", Result.POLICY),
        ("policy", Result.POLICY),
        ("too_big", Result.REFUSED),
        ("injects", Result.INSECURE),
    ],
)
def test_what_is_refused_or_breaks_before_the_end_of_the_message_was_not_sent(serve, fault, result):
    sink = serve(fault)

    outcome = _send(sink)

    assert outcome.result is result
    assert sink.received == []
    assert sink.host in outcome.sentence(sink.host)


def test_a_line_that_breaks_in_the_middle_of_a_message_sent_nothing(serve):
    sink = serve("closes_in_data")
    large = Envelope("desk@acme.example", "ap@lookout.example", b"x" * 78 * 100_000)

    outcome = SmtpMailer(trusting()).send(_server(sink), large)

    assert outcome.result is Result.NOT_REACHED


@pytest.mark.parametrize("fault", ["keeps_and_closes", "closes_after_dot", "mumbles"])
def test_a_message_handed_over_whole_whose_answer_is_missing_is_unknown(serve, fault):
    sink = serve(fault)

    outcome = _send(sink)

    assert outcome.result is Result.UNKNOWN
    assert len(sink.received) <= 1


def test_a_server_that_hangs_after_the_message_is_waited_for_and_then_unknown(serve, monkeypatch):
    monkeypatch.setattr(smtp, "SEND_SECONDS", 0.3)
    sink = serve("keeps_and_hangs")

    outcome = _send(sink)

    assert (outcome.result, outcome.answer) == (Result.UNKNOWN, "it took too long")
    assert len(sink.received) == 1


def test_a_server_that_never_greets_is_left_after_a_while(serve, monkeypatch):
    monkeypatch.setattr(smtp, "CONNECT_SECONDS", 0.3)
    sink = serve("silent")

    outcome = _send(sink)

    assert outcome.result is Result.NOT_REACHED


def test_where_starttls_is_missing_nothing_is_said_in_the_open(serve):
    sink = serve(tls=False, users=USERS)

    outcome = _send(sink, login="desk@acme.example", password="s3cret")

    assert outcome.result is Result.INSECURE
    assert [line.split()[0] for talk in sink.dialogues for line in talk.said] == ["ehlo"]


def test_a_certificate_that_proves_nothing_is_not_believed(serve):
    sink = serve()

    outcome = _send(sink, mailer=SmtpMailer())

    assert outcome.result is Result.INSECURE
    assert "certificate" in outcome.answer
    assert sink.received == []


def test_a_port_that_does_not_speak_tls_is_no_secure_port(serve):
    sink = serve(tls=False)

    outcome = _send(sink, security=Security.TLS)

    assert outcome.result is Result.INSECURE


def test_a_wrong_password_is_told_as_such_and_never_repeated_to_anybody(serve):
    sink = serve(users=USERS)
    server = _server(sink, login="desk@acme.example", password="wrong-pass")

    outcome = SmtpMailer(trusting()).send(server, ENVELOPE)

    assert outcome.result is Result.LOGIN
    assert "wrong-pass" not in f"{outcome} {outcome.sentence(sink.host)} {server!r}"


def test_nobody_listens(serve):
    sink = serve()
    sink.stop()

    outcome = _send(sink)

    assert outcome.result is Result.NOT_REACHED
    assert outcome.answer


def test_without_tls_only_a_server_on_this_machine_is_spoken_to(serve, monkeypatch):
    sink = serve(tls=False)

    assert _send(sink, security=Security.LOOPBACK).result is Result.ACCEPTED

    monkeypatch.setattr(smtp, "_is_here", lambda sock: False)
    assert _send(sink, security=Security.LOOPBACK).result is Result.INSECURE
    assert len(sink.received) == 1


def test_a_server_with_little_room_gets_nothing_too_large(serve, monkeypatch):
    monkeypatch.setattr("qb_collections.demo.mail_sink.CONTENT_MAX", 10)
    sink = serve()

    outcome = _send(sink)

    assert outcome.result is Result.REFUSED
    assert sink.received == []


@pytest.mark.parametrize(
    ("offers", "result", "said"),
    [
        ("AUTH XOAUTH2", Result.LOGIN, "without a password"),
        ("AUTH CRAM-MD5", Result.NOT_REACHED, "nonsense"),
        ("AUTH PLAIN", Result.NOT_REACHED, "nonsense"),
    ],
)
def test_a_login_that_cannot_be_spoken_has_a_sentence_and_sends_nothing(serve, offers, result, said):
    sink = serve(users=USERS)

    def ehlo(talk, rest):
        talk.reply("250-sink")
        talk.reply(f"250 {offers if talk.secure else 'STARTTLS'}")

    sink.ehlo = ehlo
    sink.auth = lambda talk, rest: talk.reply("334 x")  # no Base64

    outcome = _send(sink, login="desk@acme.example", password="s3cret")

    assert outcome.result is result and said in outcome.answer
    assert sink.received == []


def test_a_refusal_of_the_senders_address_is_not_one_of_the_recipient(serve):
    sink = serve()
    sink.rcpt = lambda talk, rest: talk.reply("550 5.1.8 your domain is not known here")

    assert _send(sink).result is Result.POLICY


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("550 relay not permitted", Result.POLICY),
        ("554 rejected as spam", Result.POLICY),
        ("550 your address is on a block list", Result.POLICY),
        ("550 no such user here", Result.NO_RECIPIENT),
        ("550 5.1.1 mailbox unknown", Result.NO_RECIPIENT),
    ],
)
def test_a_server_that_does_not_want_us_says_nothing_of_the_address(serve, said, result):
    sink = serve()
    sink.rcpt = lambda talk, rest: talk.reply(said)

    assert _send(sink).result is result


def test_a_size_that_is_no_number_keeps_no_message_back(serve):
    sink = serve()

    def ehlo(talk, rest):
        talk.sock.sendall(b"250-sink\r\n250-SIZE \xb2\r\n")
        talk.reply(f"250 {'8BITMIME' if talk.secure else 'STARTTLS'}")

    sink.ehlo = ehlo

    assert _send(sink).accepted
