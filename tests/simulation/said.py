"""What people told the service to do and not to do, and until when: a journal of the simulator's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from qb_collections.core.case import HoldKind


@dataclass(slots=True)
class Known:
    """What the service was told not to do, from one request on until another."""

    place: int
    why: str
    from_request: int
    at: datetime
    invoice_id: str | None = None  # None: nothing of this company at all
    customer_id: str | None = None  # all of this customer's
    address: str | None = None  # nothing to this address
    hold_id: int | None = None
    until_on: date | None = None  # through that day
    to_request: int | None = None
    over_once_paid: tuple[str, ...] = ()  # invoices: once all of them were paid it is over


class Said:
    """sent: how many requests have left so far.  Places are those of the companies in their list."""

    def __init__(self, sent: Callable[[], int], now: Callable[[], datetime]) -> None:
        self.known: list[Known] = []
        self.asks: dict[int, bool] = {}  # by place: whether each run waits for a person
        self.agreed: dict[int, datetime] = {}  # when one last said yes
        self.policies: dict[int, list[tuple[int, str]]] = {}  # by place: from which request on, which
        # Whom a person spoke with or wrote to: when, and between which requests.
        self.spoken: list[tuple[datetime, float, str, str]] = []
        self._spoken_kept = 0  # how many of these as the files were copied
        self.before: int | None = None  # while a message is handed over: how much was said until then
        self._sent = sent
        self._now = now
        self._merged: dict[tuple[str, str], str] = {}
        self._merged_at: dict[tuple[str, str], datetime] = {}  # by either of the two

    @property
    def as_it_left(self) -> list[Known]:
        """Without what is said while the message in question is already on its way."""
        return self.known[: self.before] if self.before is not None else self.known

    def message_leaves(self) -> None:
        self.before = len(self.known)

    def message_left(self) -> None:
        self.before = None

    def hold_placed(self, place: int, hold: Any, about: str, customer_id: str | None = None) -> None:
        """A hold is about an invoice, or about all of a customer's."""
        until_on = hold.until_on
        if hold.kind is HoldKind.IN_TRANSIT and until_on is None:
            until_on = hold.placed_on + timedelta(days=6)  # five business days are at least seven days
        self.known.append(
            Known(
                place,
                f"{hold.kind.value} on {about}",
                self._sent(),
                self._now(),
                invoice_id=hold.invoice_id,
                customer_id=customer_id if hold.invoice_id is None else None,
                hold_id=hold.id,
                until_on=until_on,
            )
        )

    def hold_lifted(self, place: int, hold_id: int) -> None:
        self._over(lambda one: one.place == place and one.hold_id == hold_id)

    def stopped(self, place: int) -> None:
        self.known.append(Known(place, "a stop", self._sent(), self._now()))

    def stop_lifted(self, place: int) -> None:
        self._over(lambda one: one.place == place and one.why == "a stop")

    def merged(self, realm: str, gone: str, into: str) -> None:
        self._merged[realm, gone] = into
        self._merged_at[realm, gone] = self._merged_at[realm, into] = self._now()

    def is_being_merged(self, realm: str, customer_id: str) -> bool:
        """At this very moment: what is on its way was decided for the other's place and hours."""
        return self._merged_at.get((realm, customer_id)) == self._now()

    def now_called(self, realm: str, customer_id: str | None) -> str | None:
        """The customer that one is now, after merges."""
        while (realm, customer_id or "") in self._merged:
            customer_id = self._merged[realm, customer_id or ""]
        return customer_id

    def plan_agreed(self, place: int, plan: Any) -> None:
        """Nothing goes out about what a plan is about before its first payment is due, or all of it was paid.

        What is open after that, since a payment was returned, is owed and on no plan.
        """
        first_on = min(part.due_on for part in plan.installments)
        parts = tuple(part.invoice_id for part in plan.installments if part.invoice_id is not None)
        self.known += [
            Known(
                place,
                f"plan {plan.label}",
                self._sent(),
                self._now(),
                one.invoice_id,
                until_on=first_on - timedelta(days=1),
                over_once_paid=parts or tuple(one.invoice_id for one in plan.originals),
            )
            for one in plan.originals
        ]

    def plan_ends(self, place: int, label: str) -> None:
        self._over(lambda one: one.place == place and one.why == f"plan {label}")

    def mode_set(self, place: int, mode: str) -> None:
        """Who changes to being asked lets go what was decided before it."""
        self.asks[place] = mode == "approve"
        if self._sent():
            self.agreed_to(place)

    def agreed_to(self, place: int) -> None:
        self.agreed[place] = self._now()

    def policy_used(self, place: int, name: str) -> None:
        self.policies.setdefault(place, []).append((self._sent(), name))

    def disconnected(self, place: int) -> None:
        self.known.append(Known(place, "the end of the connection", self._sent(), self._now()))

    def connected(self, place: int) -> None:
        self._over(lambda one: one.place == place and one.why == "the end of the connection")

    def connected_again(self, place: int) -> None:
        """What is connected again goes on without sending, until a person turns that on.

        Whoever ended the connection while it was made again has one all the same.
        """
        self.connected(place)
        self.known.append(Known(place, "a stop", self._sent(), self._now()))

    def asked_to_stop(self, place: int, customer_id: str, addresses: frozenset[str]) -> None:
        """A customer wants no more e-mail: nothing goes to the addresses that they had."""
        self.known += [
            Known(
                place,
                f"their wish for no more e-mail to {one}",
                self._sent(),
                self._now(),
                customer_id=customer_id,
                address=one,
            )
            for one in sorted(addresses)
        ]

    def task_reported(self, place: int, task: Any, outcome: str) -> None:
        """An answer may end what was known of the customer; which one it ends is the service's to say."""
        if task.kind not in ("message", "call", "parked"):
            self._over(lambda one: one.place == place and one.hold_id is not None)

    def spoken_with(self, realm: str, customer_id: str) -> None:
        """A person's own call or message: from now on the customer has heard from us."""
        half = 0.5 if self.before is not None else -0.5
        self.spoken.append((self._now(), self._sent() + half, realm, customer_id))

    def files_are_copied(self) -> None:
        self._spoken_kept = len(self.spoken)

    def forgotten_since(self, request: int) -> None:
        """The files of that moment were put back: what was said later is not in them."""
        self._over(lambda one: one.from_request >= request)
        self.spoken = self.spoken[: self._spoken_kept]  # several may stand between the same two requests

    def _over(self, which: Callable[[Known], bool]) -> None:
        for one in self.known:
            if one.to_request is None and which(one):
                one.to_request = self._sent()
