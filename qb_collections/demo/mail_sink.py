"""A mail server that keeps what it is given and passes nothing on: for the demo and for tests.

It listens on this machine only and speaks as much of RFC 5321 as a sender needs.  Every step of a
dialogue is a method, so that a test can answer otherwise.
"""

from __future__ import annotations

import base64
import binascii
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial

LOOPBACK = "127.0.0.1"
LINE_MAX = 2_000
CONTENT_MAX = 20_000_000
IDLE_SECONDS = 30.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Received:
    """One message that was taken, as it came."""

    sender: str
    recipient: str
    content: bytes
    secure: bool
    login: str | None = None

    @property
    def parsed(self) -> EmailMessage:
        found = message_from_bytes(self.content, policy=default)
        assert isinstance(found, EmailMessage)
        return found


class HangUp(Exception):
    """The server ends the connection here, without a word."""


@dataclass
class Dialogue:
    """One connection."""

    sock: socket.socket
    buffer: bytes = b""
    secure: bool = False
    login: str | None = None
    sender: str | None = None
    recipient: str | None = None
    said: list[str] = field(default_factory=list)  # the commands, as they came

    def reply(self, text: str) -> None:
        self.sock.sendall(f"{text}\r\n".encode())

    def line(self) -> str:
        """The next line.  Raises HangUp when there is none."""
        while b"\n" not in self.buffer:
            if len(self.buffer) > LINE_MAX:
                raise HangUp
            self._receive()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def content(self) -> bytes:
        """Everything up to the dot, with doubled dots made single again."""
        end = b"\r\n.\r\n"
        while not (b"\r\n" + self.buffer).startswith(end) and end not in self.buffer:
            if len(self.buffer) > CONTENT_MAX:
                raise HangUp
            self._receive()
        if (b"\r\n" + self.buffer).startswith(end):
            self.buffer = self.buffer[3:]
            return b""
        content, _, self.buffer = self.buffer.partition(end)
        content = (b"\r\n" + content).replace(b"\r\n..", b"\r\n.")[2:]
        return content + b"\r\n"

    def _receive(self) -> None:
        data = self.sock.recv(65_536)
        if not data:
            raise HangUp
        self.buffer += data


class MailSink:
    """Takes mail on a port of its own from `start` to `stop`.  received holds what it took, in order."""

    def __init__(
        self,
        tls: ssl.SSLContext | None = None,
        users: dict[str, str] | None = None,
        *,
        tls_at_once: bool = False,
    ) -> None:
        """tls: offered by STARTTLS, or with tls_at_once from the first byte.  users: who may log in."""
        self.tls, self.users, self.tls_at_once = tls, users, tls_at_once
        self.received: list[Received] = []
        self.dialogues: list[Dialogue] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()

    @property
    def host(self) -> str:
        return LOOPBACK

    def start(self) -> None:
        self._thread(self._listen)

    def stop(self) -> None:
        self._stopping.set()
        for sock in (self._listener, *(dialogue.sock for dialogue in self.dialogues)):
            with suppress(OSError):  # who waits on it in a thread is woken only so
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    # The steps

    def greet(self, talk: Dialogue) -> None:
        talk.reply("220 sink ready")

    def ehlo(self, talk: Dialogue, rest: str) -> None:
        offers = ["sink", "8BITMIME", f"SIZE {CONTENT_MAX}"]
        if self.tls is not None and not talk.secure:
            offers.append("STARTTLS")
        if self.users is not None and (talk.secure or self.tls is None):
            offers.append("AUTH PLAIN")
        for place, offer in enumerate(offers, 1):
            talk.reply(f"250{' ' if place == len(offers) else '-'}{offer}")

    def starttls(self, talk: Dialogue, rest: str) -> None:
        if self.tls is None:
            talk.reply("502 5.5.1 no")
            return
        talk.reply("220 2.0.0 go ahead")
        self.secure(talk)

    def secure(self, talk: Dialogue) -> None:
        assert self.tls is not None
        talk.sock = self.tls.wrap_socket(talk.sock, server_side=True)
        talk.secure = True

    def auth(self, talk: Dialogue, rest: str) -> None:
        kind, _, secret = rest.partition(" ")
        try:
            _, login, password = base64.b64decode(secret or "", validate=True).decode().split("\0")
        except (binascii.Error, ValueError):
            talk.reply("501 5.5.2 that is not PLAIN")
            return
        if kind.upper() == "PLAIN" and (self.users or {}).get(login) == password:
            talk.login = login
            talk.reply("235 2.7.0 welcome")
        else:
            talk.reply("535 5.7.8 user name and password not accepted")

    def mail(self, talk: Dialogue, rest: str) -> None:
        if self.users is not None and talk.login is None:
            talk.reply("530 5.7.0 log in first")
            return
        talk.sender = _address(rest)
        talk.reply("250 2.1.0 ok")

    def rcpt(self, talk: Dialogue, rest: str) -> None:
        talk.recipient = _address(rest)
        talk.reply("250 2.1.5 ok")

    def data(self, talk: Dialogue, rest: str) -> None:
        if talk.sender is None or talk.recipient is None:
            talk.reply("503 5.5.1 to whom")
            return
        talk.reply("354 go ahead")
        content = talk.content()
        self.take(talk, content)

    def take(self, talk: Dialogue, content: bytes) -> None:
        """The message is here whole: keep it, and say so."""
        self.keep(talk, content)
        talk.reply(f"250 2.0.0 kept as {len(self.received)}")

    def keep(self, talk: Dialogue, content: bytes) -> None:
        assert talk.sender is not None and talk.recipient is not None
        self.received.append(Received(talk.sender, talk.recipient, content, talk.secure, talk.login))
        talk.sender = talk.recipient = None

    def rset(self, talk: Dialogue, rest: str) -> None:
        talk.sender = talk.recipient = None
        talk.reply("250 2.0.0 ok")

    def noop(self, talk: Dialogue, rest: str) -> None:
        talk.reply("250 2.0.0 ok")

    def quit(self, talk: Dialogue, rest: str) -> None:
        talk.reply("221 2.0.0 bye")
        raise HangUp

    # The machinery

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:  # closed: it ends
                return
            sock.settimeout(IDLE_SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            talk = Dialogue(sock)
            self.dialogues.append(talk)
            self._thread(partial(self._talk, talk))

    def _talk(self, talk: Dialogue) -> None:
        try:
            if self.tls_at_once:
                self.secure(talk)
            self.greet(talk)
            while not self._stopping.is_set():
                self._answer(talk, talk.line())
        except (HangUp, OSError):
            pass
        finally:
            talk.sock.close()

    def _answer(self, talk: Dialogue, line: str) -> None:
        talk.said.append(line)
        command, _, rest = line.partition(" ")
        steps = {
            "EHLO": self.ehlo,
            "STARTTLS": self.starttls,
            "AUTH": self.auth,
            "MAIL": self.mail,
            "RCPT": self.rcpt,
            "DATA": self.data,
            "RSET": self.rset,
            "NOOP": self.noop,
            "QUIT": self.quit,
        }
        step = steps.get(command.upper())
        if step is None:
            talk.reply("500 5.5.1 not understood")
        else:
            step(talk, rest)

    def _thread(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="mail-sink", daemon=True)
        self._threads.append(thread)
        thread.start()


def _address(rest: str) -> str:
    """FROM:<a@b> SIZE=3 gives a@b."""
    return rest.partition("<")[2].partition(">")[0]
