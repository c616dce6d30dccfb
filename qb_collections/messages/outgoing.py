"""What handing one message to a mail server takes, and what can come of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from qb_collections.messages.clean import clean_line

ANSWER_MAX = 240
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
# Servers that give no enhanced status say in words that they do not want the sender.
_ABOUT_US = re.compile(
    r"relay|spam|black ?list|block ?list|blocked|reputation|policy|authenticat"
    r"|not (permitted|allowed) to send",
    re.IGNORECASE,
)
_OURS = frozenset({"5.1.7", "5.1.8"})  # the sender's address, not the recipient's (RFC 3463, 3.2)
_LOGIN_CODES = frozenset({530, 534, 535, 538})  # RFC 4954, 6


class Security(StrEnum):
    STARTTLS = "starttls"  # asked for on an open connection, and never done without
    TLS = "tls"  # from the first byte on
    LOOPBACK = "loopback"  # none: a sink on this machine


@dataclass(frozen=True, slots=True)
class Server:
    """Whom we hand messages to, and as whom."""

    host: str
    port: int
    security: Security
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    ehlo: str = "localhost"  # the name we give: the domain we write from


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message to one address."""

    sender: str
    recipient: str
    content: bytes  # lines end in CR LF


class Result(StrEnum):
    ACCEPTED = "accepted"
    NO_RECIPIENT = "no_recipient"  # this address is refused for good
    REFUSED = "refused"  # this message is refused for good
    LATER = "later"  # refused for now
    NOT_REACHED = "not_reached"  # surely without effect
    POLICY = "policy"  # the server does not want our mail: nothing more goes out before a person looks
    LOGIN = "login"  # name or password
    INSECURE = "insecure"  # no TLS, or a certificate that proves nothing
    UNKNOWN = "unknown"  # the message was handed over whole, and no answer came


# After these the next message would fare no better.
PAUSES = frozenset({Result.POLICY, Result.LOGIN, Result.INSECURE})


@dataclass(frozen=True, slots=True)
class Outcome:
    result: Result
    code: int | None = None  # the server's, of three digits
    answer: str = ""  # its words on one line; ours, where it said nothing

    @property
    def accepted(self) -> bool:
        return self.result is Result.ACCEPTED

    def sentence(self, host: str) -> str:
        """What happened, for the owner."""
        said = (
            f" It said: {self.code} {self.answer}" if self.code else f" ({self.answer})" * bool(self.answer)
        )
        return f"{_SENTENCES[self.result].format(host=host)}{said}"


_SENTENCES = {
    Result.ACCEPTED: "{host} took the message.",
    Result.NO_RECIPIENT: "{host} refused this address.",
    Result.REFUSED: "{host} refused this message.",
    Result.LATER: "{host} does not take the message now; we try again.",
    Result.NOT_REACHED: "{host} could not be reached; nothing was sent.",
    Result.POLICY: "{host} does not want mail from this sender.",
    Result.LOGIN: "{host} did not accept the user name and password.",
    Result.INSECURE: "The connection to {host} could not be made secure, so nothing was sent over it.",
    Result.UNKNOWN: "{host} was given the whole message and did not answer; it may have been sent.",
}


class Mailer(Protocol):
    """Hands messages to a mail server, one after the other.  A test puts anything in its place."""

    def send(self, server: Server, envelope: Envelope) -> Outcome:
        """Exactly one try.  Never raises for what a network or a server does."""
        ...

    def look(self, server: Server) -> Outcome:
        """Connect, make it secure, log in, and go away: ACCEPTED, or why not."""
        ...

    def hang_up(self) -> None:
        """End connections that are kept for the next message."""
        ...


class Stage(StrEnum):
    """How far the dialogue was."""

    GREETING = "greeting"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    END = "end"  # after the whole message


def judge(code: int, text: str, stage: Stage) -> Outcome:
    """What a refusal means.  A 5.7.x is about us and not about the address (RFC 3463, 3.8)."""
    answer = clean_line(text, ANSWER_MAX) or ""
    status = found[1] if (found := _STATUS.match(text)) else ""
    if not 400 <= code <= 599:
        result = Result.UNKNOWN if stage is Stage.END else Result.NOT_REACHED
    elif code < 500:
        result = Result.LATER
    elif stage is Stage.LOGIN or code in _LOGIN_CODES:
        result = Result.LOGIN
    elif stage in (Stage.GREETING, Stage.SENDER) or _is_about_us(status, answer):
        result = Result.POLICY
    elif stage is Stage.RECIPIENT or status.startswith("5.1."):
        result = Result.NO_RECIPIENT
    else:
        result = Result.REFUSED
    return Outcome(result, code, answer)


def _is_about_us(status: str, answer: str) -> bool:
    """By the enhanced status; by the words only where there is none."""
    if status:
        return status.startswith("5.7.") or status in _OURS
    return _ABOUT_US.search(answer) is not None
