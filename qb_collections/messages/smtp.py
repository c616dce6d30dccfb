"""Handing messages to a mail server: at most once, over TLS, with an end to every wait.

The dot that ends a message is sent by itself.  What breaks before it had no effect (RFC 5321, 4.1.1.4);
what breaks after it may have had one, and is told apart as UNKNOWN.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass
from functools import cache, cached_property
from ipaddress import ip_address

from qb_collections.clock import Clock, RealClock
from qb_collections.messages.outgoing import Envelope, Outcome, Result, Security, Server, Stage, judge

# A unit of work keeps the company's lease for 60 seconds: the whole dialogue ends before.
CONNECT_SECONDS = 15.0  # connection, TLS and login
SEND_SECONDS = 30.0  # one message and its answer
LINE_MAX = 2_000  # bytes of one line of an answer (RFC 5321 allows 512)
LINES_MAX = 100
KEPT_SECONDS = 20.0  # an idle connection; servers end theirs later
KEPT_MESSAGES = 100
AGAIN_SECONDS = 5.0  # within which a kept connection that is gone is opened anew for the same message
CHUNK = 65_536


class _Ended(Exception):
    """The dialogue is over, before a message was handed over whole."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.result)
        self.outcome = outcome


class _Dialogue(smtplib.SMTP):
    """The library's dialogue, with a deadline over each wait and a bound on what an answer may hold."""

    def __init__(self, server: Server, trust: ssl.SSLContext, clock: Clock) -> None:
        super().__init__(local_hostname=server.ehlo, timeout=CONNECT_SECONDS)
        self._host = server.host  # the library checks the certificate against it
        self._server, self._trust, self._clock = server, trust, clock
        self._buffer = b""
        self._until = clock.monotonic() + CONNECT_SECONDS

    def allow(self, seconds: float) -> None:
        self._until = self._clock.monotonic() + seconds

    def greet(self) -> None:
        """Connect, make it secure, log in.  Raises _Ended."""
        server = self._server
        code, text = self.connect(server.host, server.port)
        if code != 220:
            raise _Ended(judge(code, text.decode("utf-8", "replace"), Stage.GREETING))
        self._say_hello()
        if server.security is Security.STARTTLS:
            self._secure()
        if server.login is not None:
            self._log_in(server.login, server.password or "")

    def _say_hello(self) -> None:
        code, text = self.ehlo()
        if not 200 <= code <= 299:
            raise _Ended(judge(code, text.decode("utf-8", "replace"), Stage.GREETING))

    def _secure(self) -> None:
        if not self.has_extn("starttls"):
            raise _Ended(Outcome(Result.INSECURE, None, "it does not offer STARTTLS"))
        code, text = self.docmd("STARTTLS")
        if code != 220:
            raise _Ended(Outcome(Result.INSECURE, code, text.decode("utf-8", "replace")[:200]))
        if self._buffer:  # words slipped in before the encryption began
            raise _Ended(
                Outcome(Result.INSECURE, None, "it went on speaking before the connection was secure")
            )
        self.sock = self._wrapped(self.sock)
        # What was said in the open is forgotten (RFC 3207, 4.2).
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False
        self._say_hello()

    def _log_in(self, login: str, password: str) -> None:
        try:
            self.login(login, password)
        except smtplib.SMTPNotSupportedError:
            raise _Ended(Outcome(Result.LOGIN, None, "it offers no way to log in")) from None
        except smtplib.SMTPAuthenticationError as error:
            raise _Ended(judge(error.smtp_code, _text(error.smtp_error), Stage.LOGIN)) from None
        except smtplib.SMTPServerDisconnected:
            raise
        except (smtplib.SMTPHeloError, UnicodeEncodeError):
            raise _Ended(Outcome(Result.LOGIN, None, "the user name or password cannot be sent")) from None
        except smtplib.SMTPException:  # the library's own word for ways that are all unknown to it
            said = "it offers only ways to log in without a password, such as OAuth"
            raise _Ended(Outcome(Result.LOGIN, None, said)) from None
        except ValueError:  # a challenge that is no Base64
            raise _Ended(Outcome(Result.NOT_REACHED, None, "it spoke nonsense during the login")) from None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), timeout)
        # The dot goes out by itself: without this it waits for the other side's next breath.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._server.security is Security.TLS:
            return self._wrapped(sock)
        if self._server.security is Security.LOOPBACK and not _is_here(sock):
            sock.close()
            raise _Ended(Outcome(Result.INSECURE, None, "only a server on this machine may do without TLS"))
        return sock

    def _wrapped(self, sock: socket.socket | None) -> ssl.SSLSocket:
        """Raises _Ended where the other side does not speak TLS, or cannot prove who it is."""
        assert sock is not None
        sock.settimeout(self._left())
        try:
            return self._trust.wrap_socket(sock, server_hostname=self._server.host)
        except ssl.SSLCertVerificationError as error:
            sock.close()
            raise _Ended(Outcome(Result.INSECURE, None, f"its certificate: {error.verify_message}")) from None
        except ssl.SSLEOFError:
            sock.close()
            raise ConnectionError("the connection was closed") from None
        except ssl.SSLError as error:
            sock.close()
            raise _Ended(Outcome(Result.INSECURE, None, f"it does not speak TLS: {error.reason}")) from None

    def getreply(self) -> tuple[int, bytes]:
        """One answer of at most a hundred lines.  Raises SMTPServerDisconnected."""
        lines: list[bytes] = []
        while True:
            line = self._line()
            if len(line) < 3 or not line[:3].isdigit() or len(lines) >= LINES_MAX:
                self.close()
                raise smtplib.SMTPServerDisconnected("it answered something else than a mail server does")
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > LINE_MAX:
                self.close()
                raise smtplib.SMTPServerDisconnected("a line of its answer does not end")
            self._receive()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def _receive(self) -> None:
        try:
            if self.sock is None:
                raise ConnectionError("the connection was closed")
            self.sock.settimeout(self._left())
            data = self.sock.recv(CHUNK)
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(_said(error)) from error
        if not data:
            self.close()
            raise smtplib.SMTPServerDisconnected("the connection was closed")
        self._buffer += data

    def _left(self) -> float:
        left = self._until - self._clock.monotonic()
        if left <= 0:
            raise TimeoutError("it took too long")
        return left

    def hand_over(self, envelope: Envelope) -> Outcome:
        """One message.  Raises _Ended, SMTPServerDisconnected or OSError only where nothing was sent."""
        self.allow(SEND_SECONDS)
        room = self.esmtp_features.get("size", "")
        if room.isascii() and room.isdigit() and 0 < int(room) < len(envelope.content):
            size = f"{len(envelope.content) / 1_000_000:,.1f} MB"
            return Outcome(
                Result.REFUSED, None, f"it takes at most {int(room) / 1_000_000:,.1f} MB, not {size}"
            )
        self._tell(f"MAIL FROM:<{envelope.sender}>", Stage.SENDER, (250,))
        self._tell(f"RCPT TO:<{envelope.recipient}>", Stage.RECIPIENT, (250, 251))
        self._tell("DATA", Stage.DATA, (354,))
        content = _stuffed(envelope.content)
        for start in range(0, len(content), CHUNK):
            self._push(content[start : start + CHUNK])
        return self._end()

    def _end(self) -> Outcome:
        """The dot, and its answer.  From the dot's first byte on nothing is certain without one."""
        try:
            self._push(b".\r\n")
            code, text = self.getreply()
        except (smtplib.SMTPException, OSError) as error:
            return Outcome(Result.UNKNOWN, None, _said(error))
        if 200 <= code <= 299:
            return Outcome(Result.ACCEPTED, code, _text(text))
        return judge(code, _text(text), Stage.END)

    def _push(self, data: bytes) -> None:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection was closed")
        self.sock.settimeout(self._left())
        self.sock.sendall(data)

    def _tell(self, command: str, stage: Stage, wanted: tuple[int, ...]) -> None:
        code, text = self.docmd(command)
        if code not in wanted:
            raise _Ended(judge(code, _text(text), stage))


@dataclass(slots=True)
class _Kept:
    dialogue: _Dialogue
    used_at: float
    messages: int = 0


@cache
def _believed_here() -> ssl.SSLContext:
    """Read when the first message leaves: it takes longer than most commands, which send none."""
    return ssl.create_default_context()


class SmtpMailer:
    """The mailer of a running service.  Keeps one connection for each server while messages follow."""

    def __init__(self, trust: ssl.SSLContext | None = None, clock: Clock | None = None) -> None:
        """trust: which certificates are believed; None: those that this machine believes."""
        self._given_trust = trust
        self._clock = clock or RealClock()  # waits are in real seconds, whatever the books' time is
        self._kept: dict[Server, _Kept] = {}
        self._lock = threading.Lock()

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        # Read when the first message leaves: most commands send none.
        return self._given_trust or ssl.create_default_context()

    def send(self, server: Server, envelope: Envelope) -> Outcome:
        kept = self._take(server)
        if kept is not None:
            began = self._clock.monotonic()
            try:
                return self._done(server, kept, kept.dialogue.hand_over(envelope))
            except _Ended as ended:
                outcome = ended.outcome
            except (smtplib.SMTPException, OSError) as error:
                outcome = Outcome(Result.NOT_REACHED, None, _said(error))
            kept.dialogue.close()
            # A server may end a dialogue between two messages at any time: that was nobody's refusal.
            gone = outcome.code == 421 or outcome.result is Result.NOT_REACHED
            if not gone or self._clock.monotonic() - began > AGAIN_SECONDS:
                return outcome
        return self._fresh(server, envelope)

    def look(self, server: Server) -> Outcome:
        return self._fresh(server, None)

    def hang_up(self) -> None:
        with self._lock:
            kept, self._kept = [*self._kept.values()], {}
        for one in kept:
            _leave(one.dialogue)

    def _fresh(self, server: Server, envelope: Envelope | None) -> Outcome:
        dialogue = None
        try:
            dialogue = _Dialogue(server, self._trust or _believed_here(), self._clock)
            dialogue.greet()
            if envelope is None:
                _leave(dialogue)
                return Outcome(Result.ACCEPTED)
            return self._done(server, _Kept(dialogue, 0.0), dialogue.hand_over(envelope))
        except _Ended as ended:
            outcome = ended.outcome
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            outcome = Outcome(Result.NOT_REACHED, None, _said(error))
        if dialogue is not None:
            dialogue.close()
        return outcome

    def _take(self, server: Server) -> _Kept | None:
        with self._lock:
            kept = self._kept.pop(server, None)
        if kept is None:
            return None
        idle = self._clock.monotonic() - kept.used_at
        if idle <= KEPT_SECONDS and kept.messages < KEPT_MESSAGES:
            return kept
        _leave(kept.dialogue)
        return None

    def _done(self, server: Server, kept: _Kept, outcome: Outcome) -> Outcome:
        """Keep the connection after a message that went well; after anything else begin anew."""
        if not outcome.accepted:
            kept.dialogue.close()
            return outcome
        kept.messages += 1
        kept.used_at = self._clock.monotonic()
        with self._lock:
            other, self._kept[server] = self._kept.get(server), kept
        if other is not None:
            other.dialogue.close()
        return outcome


def _leave(dialogue: _Dialogue) -> None:
    """Say goodbye, and do not wait for an answer that changes nothing."""
    try:
        dialogue.allow(1.0)
        dialogue.putcmd("QUIT")
    except (smtplib.SMTPException, OSError):
        pass
    finally:
        dialogue.close()


def _stuffed(content: bytes) -> bytes:
    """As the wire wants it: a dot at the start of a line doubled, the last line ended (RFC 5321, 4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _is_here(sock: socket.socket) -> bool:
    return ip_address(str(sock.getpeername()[0]).partition("%")[0]).is_loopback


def _said(error: BaseException) -> str:
    """What went wrong, without the class's name; a resolver's or a socket's own words are fit to read."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text or "the connection broke off"


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
