"""The small world with a mail server of its own: what left is counted there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache

from qb_collections.messages.smtp import SmtpMailer
from qb_collections.services import mail_settings, tasks
from qb_collections.services.mail_settings import WantedAccount
from qb_collections.store import intents
from qb_collections.store.engine import reading
from tests.mail_server import USERS, LyingServer, server_side, trusting
from tests.world import Saved, World

LATE = date(2026, 2, 17)  # nine business days before the world begins


class MailWorld(World):
    """Customers with two late invoices each, so that a list in our own words is due."""

    def __init__(
        self,
        fault: str = "",
        times: int = 10**9,
        refused: frozenset[str] = frozenset(),
        saved: Saved | None = None,
    ) -> None:
        self.sink = LyingServer(fault, times, refused, tls=server_side(), users=USERS)
        self.sink.start()
        super().__init__(saved=saved)

    def open(self):
        context = super().open()
        return replace(context, mailer=SmtpMailer(trusting()))

    def late(self, name: str, email: str | None, *amounts: str) -> str:
        customer = self.customer(name, email)
        for amount in amounts or ("400.00", "90.10"):
            self.invoice(customer, amount, date(2026, 1, 19), LATE)
        return customer

    def set_up_mail(self, *, on: bool = True, **changes) -> None:
        wanted = WantedAccount(
            self.sink.host,
            "desk@acme.example",
            port=self.sink.port,
            login="desk@acme.example",
            password="s3cret",
        )
        made = mail_settings.put(self.context, self.company, replace(wanted, **changes), by="test")
        assert not isinstance(made, mail_settings.Refusal), made
        if on:
            mail_settings.tested(self.context, self.company)
            assert isinstance(mail_settings.turn_on(self.context, self.company, by="test"), str)

    def begin(self, **mail) -> None:
        self.connect()
        self.settled_in()
        self.set_up_mail(**mail)

    def got(self) -> Counter[str]:
        """How many messages the server has taken, by address."""
        return Counter(one.recipient for one in self.sink.received)

    def open_tasks(self) -> dict[str, str]:
        return {one.kind: one.text or "" for one in tasks.list_open(self.context, self.company)}

    def contacts(self) -> list[str]:
        """Customers of the e-mails that count as delivered contacts."""
        with reading(self.context.engine) as conn:
            done = intents.list(conn, self.company_id, kinds=["email"], states=["confirmed"])
        return sorted(one.plan["customer"] for one in done)

    def close(self) -> None:
        super().close()
        self.sink.stop()


@cache
def riverbend() -> Saved:
    """Riverbend Grill owes two late invoices; contacting began long ago; no mail account yet."""
    world = MailWorld()
    world.late("Riverbend Grill", "ap@riverbend.example")
    world.connect()
    world.settled_in()
    return world.saved()
