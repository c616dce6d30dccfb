"""Where waitress hands over its requests: pages to its threads, webhooks that prove themselves to the inbox.

Threads that wait for the disk body by body cost several changes of thread for each, and pages wait when all
of them do so.  So waitress's own loop checks the signature, and answers once the writer has stored a whole
group; it waits for nothing in between.  What cannot be decided at once (no verifiers at hand, a signature
that does not fit, too large) goes to the threads like a page, and the receiver decides.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from waitress.channel import HTTPChannel
from waitress.task import Task, ThreadedTaskDispatcher, WSGITask

from qb_collections.clock import RealClock
from qb_collections.store.inbox import SUBMIT_SECONDS, InboxBusy
from webhooks.receiver import ALL_COMPANIES, BODY_BYTES_MAX, NOT_STORED, PATH, STORED, Answer
from webhooks.signature import HEADER, is_signed

Done = Callable[[Exception | None], None]

_SIGNATURE = HEADER.upper().replace("-", "_")  # as waitress names headers
_log = structlog.get_logger("webhooks")


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose requests may have an answer before the application is asked."""

    @staticmethod
    def task_class(channel: HTTPChannel, request: Any) -> Task:
        answer: Answer | None = getattr(request, "qbc_answer", None)
        return WSGITask(channel, request) if answer is None else _Known(channel, request, answer)


class _Known(Task):  # type: ignore[misc]
    """Sends an answer that is known."""

    complete = True  # waitress: status and headers are there, the body may be written

    def __init__(self, channel: HTTPChannel, request: Any, answer: Answer) -> None:
        super().__init__(channel, request)
        self.status = answer.status
        self.response_headers = [("Content-Type", "text/plain; charset=utf-8")]
        self.content_length = len(answer.words)
        self._words = answer.words

    def execute(self) -> None:
        self.write(self._words)


@dataclass(slots=True, eq=False)
class _Group:
    """Connections whose bodies go to the writer together, and what became of them."""

    channels: Sequence[HTTPChannel]
    give_up_at: float
    failure: Exception | None = None


class Desk(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Give it to waitress as its dispatcher, and Channel as its channel class; after each turn of waitress's
    loop call `turn`, in the same thread.

    post: InboxWriter.post.  verifiers: those known without asking the database, none when that is long ago.
    """

    def __init__(
        self,
        post: Callable[[Sequence[bytes], Done], None],
        verifiers: Callable[[], Sequence[str]],
        wake: Callable[[str, int], None],
        timeout_seconds: float = SUBMIT_SECONDS,
    ) -> None:
        super().__init__()
        self._post = post
        self._verifiers = verifiers
        self._wake = wake
        self._timeout_seconds = timeout_seconds
        self._clock = RealClock()  # QuickBooks does not wait by an emulator's clock
        self._coming: deque[tuple[HTTPChannel, bytes]] = deque()  # since the last turn
        self._waiting: deque[_Group] = deque()  # for the disk, in the order they were handed over
        self._done: deque[_Group] = deque()  # filled by the writer's thread

    def add_task(self, channel: HTTPChannel) -> None:
        """Waitress's loop calls it, and its threads for a request that came on the heels of another."""
        body = _proven(channel.requests[0], self._verifiers)
        if body is None:
            super().add_task(channel)
        else:
            self._coming.append((channel, body))

    def turn(self) -> None:
        """Hand over what came, answer what the disk has or does not take."""
        if self._coming:
            self._hand_over([self._coming.popleft() for _ in range(len(self._coming))])
        while self._done:
            self._answer(self._done.popleft())
        while self._waiting and self._waiting[0].give_up_at <= self._clock.monotonic():
            self._waiting[0].failure = InboxBusy("the database did not store the bodies in time")
            self._answer(self._waiting[0])

    def is_idle(self) -> bool:
        """No page is being made, and no webhook waits for its answer."""
        return not (self.queue or self.active_count or self._coming or self._waiting)

    def _hand_over(self, came: Sequence[tuple[HTTPChannel, bytes]]) -> None:
        group = _Group([channel for channel, _ in came], self._clock.monotonic() + self._timeout_seconds)
        self._waiting.append(group)
        try:
            self._post([body for _, body in came], partial(self._told, group))
        except InboxBusy as busy:
            group.failure = busy
            self._answer(group)

    def _told(self, group: _Group, failure: Exception | None) -> None:
        """In the writer's thread: it only leaves the news and wakes the loop."""
        group.failure = failure
        self._done.append(group)
        with suppress(OSError):  # the loop has ended
            group.channels[0].server.pull_trigger()

    def _answer(self, group: _Group) -> None:
        if group not in self._waiting:
            return  # answered before: the disk was too late
        self._waiting.remove(group)
        if group.failure is None:
            self._wake("inbox", ALL_COMPANIES)
        else:
            _log.error(
                "webhooks could not be stored", bodies=len(group.channels), kind=type(group.failure).__name__
            )
        for channel in group.channels:
            channel.requests[0].qbc_answer = STORED if group.failure is None else NOT_STORED
            channel.service()


def _proven(request: Any, verifiers: Callable[[], Sequence[str]]) -> bytes | None:
    """The body of a webhook whose signature fits; None: that is not sure, or it is something else."""
    if request.path != PATH or request.command != "POST" or request.error is not None:
        return None
    known = verifiers()
    if not known:
        return None
    body: bytes = request.get_body_stream().read(BODY_BYTES_MAX + 1)
    fits = len(body) <= BODY_BYTES_MAX and is_signed(body, request.headers.get(_SIGNATURE), known)
    if not fits:
        request.get_body_stream().seek(0)  # the receiver reads it again
        return None
    return body
