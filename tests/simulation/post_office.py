"""The companies' mail servers: take what is handed over, keep it, and answer as servers and networks do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from random import Random
from typing import Any

from qb_collections.messages.outgoing import Envelope, Outcome, Result, Server
from tests.simulation.points import Points

# What a try comes to, and whether the message arrived all the same.
SMTP_FAULTS: dict[str, tuple[Outcome, bool]] = {
    "smtp_refused": (Outcome(Result.NOT_REACHED, None, "connection refused"), False),
    "smtp_greylist": (Outcome(Result.LATER, 451, "4.7.1 try again later"), False),
    "smtp_no_recipient": (Outcome(Result.NO_RECIPIENT, 550, "5.1.1 no such user"), False),
    "smtp_refused_text": (Outcome(Result.REFUSED, 554, "5.6.0 not like this"), False),
    "smtp_policy": (Outcome(Result.POLICY, 550, "5.7.1 not welcome"), False),
    "smtp_login": (Outcome(Result.LOGIN, 535, "5.7.8 wrong password"), False),
    "smtp_insecure": (Outcome(Result.INSECURE, None, "no TLS"), False),
    "smtp_taken_unanswered": (Outcome(Result.UNKNOWN, None, "the connection ended"), True),
    "smtp_lost_in_data": (Outcome(Result.UNKNOWN, None, "timed out"), False),
}
TAKEN = Outcome(Result.ACCEPTED, 250, "2.0.0 taken")
NUMBER = re.compile(r"\bK\d{6}\b")  # the numbers that our invoices have


@dataclass(frozen=True, slots=True)
class Mail:
    """One message that arrived."""

    number: int
    at: datetime
    before_request: int
    sender: str
    recipient: str
    message_id: str
    subject: str
    text: str

    @property
    def invoices(self) -> set[str]:
        return set(NUMBER.findall(self.subject + "\n" + self.text))


@dataclass
class PostOffice:
    """Every mail server there is; it outlives a crash of the service."""

    clock: Any
    faults: list[tuple[str, float, Random]] = field(default_factory=list)
    arrived: list[Mail] = field(default_factory=list)
    fired: dict[tuple[str, str], int] = field(default_factory=dict)
    watchers: list[Callable[[Mail], None]] = field(default_factory=list)
    before: list[Callable[[], None]] = field(default_factory=list)  # as a message is handed over
    after: list[Callable[[], None]] = field(default_factory=list)  # once it was taken, or was not
    tries: int = 0
    handed_at: datetime | None = None  # when the service let go of the message that is on its way

    def take(self, envelope: Envelope, requests: int) -> Outcome:
        self.tries += 1
        for watcher in self.before:
            watcher()
        outcome, arrives = TAKEN, True
        for fault, rate, random in self.faults:
            if random.random() < rate:
                self.fired[fault, "e-mail"] = self.fired.get((fault, "e-mail"), 0) + 1
                outcome, arrives = SMTP_FAULTS[fault]
                break
        if arrives:
            self._arrive(envelope, requests)
        for watcher in self.after:
            watcher()
        return outcome

    def _arrive(self, envelope: Envelope, requests: int) -> None:
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        body = parsed.get_body(("plain",))
        mail = Mail(
            len(self.arrived),
            self.clock.now(),
            requests,
            envelope.sender,
            envelope.recipient,
            str(parsed["Message-ID"]),
            str(parsed["Subject"]),
            body.get_content() if body is not None else "",
        )
        self.arrived.append(mail)
        for watcher in self.watchers:
            watcher(mail)


class MemoryMailer:
    """The mailer of one process; what it keeps dies with it."""

    def __init__(self, office: PostOffice, points: Points, requests: Callable[[], int]) -> None:
        self._office = office
        self._points = points
        self._requests = requests

    def send(self, server: Server, envelope: Envelope) -> Outcome:
        handed_at = self._office.clock.now()
        self._points.reach()
        self._office.handed_at = handed_at
        outcome = self._office.take(envelope, self._requests())
        self._points.reach()
        return outcome

    def look(self, server: Server) -> Outcome:
        return TAKEN

    def hang_up(self) -> None:
        """Nothing is kept."""
