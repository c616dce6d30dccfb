"""Work that a page waits for: one piece at a time, in this process, its answer kept for a while.

A page that would take more than a second hands its work in, shows that it is under way, and asks again.
Nothing is stored: what was worked out can be worked out again.  Only work that reads belongs here.
"""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from qb_collections.services.refusal import Refusal

KEPT_MAX = 24  # pieces, done or waiting; the oldest goes first
WAITING_MAX = 6
PATIENCE_SECONDS = 0.8  # that a page waits before it says that it is under way

_log = structlog.get_logger("desk")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work for a page of one company."""

    token: str
    company_id: int
    kind: str
    asked: Any  # what was asked for, so that the page can show it while it waits
    began_at: datetime
    future: Future[Any] = field(repr=False)

    @property
    def is_done(self) -> bool:
        return self.future.done()

    @property
    def answer(self) -> Any:
        """What came of it; a Refusal where it could not be worked out.  Only once it is done."""
        if self.future.cancelled() or self.future.exception() is not None:
            return Refusal("This could not be worked out. Nothing was changed; please try again.")
        return self.future.result()


class Desk:
    """Pieces are done one after another by one thread, which ends with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pieces: dict[str, Piece] = {}
        self._waiting: queue.Queue[tuple[Future[Any], Callable[[], Any]]] = queue.Queue(WAITING_MAX)
        self._thread: threading.Thread | None = None

    def begin(
        self, company_id: int, kind: str, asked: Any, work: Callable[[], Any], *, at: datetime
    ) -> Piece | Refusal:
        """Hand work in, and wait a moment for it: what is quick is done when this returns."""
        future: Future[Any] = Future()
        piece = Piece(secrets.token_urlsafe(16), company_id, kind, asked, at, future)
        with self._lock:
            try:
                self._waiting.put_nowait((future, work))
            except queue.Full:
                return Refusal("Others are being worked out at the moment. Please ask again in a minute.")
            self._pieces[piece.token] = piece
            while len(self._pieces) > KEPT_MAX:
                gone = self._pieces.pop(next(iter(self._pieces)))
                gone.future.cancel()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="desk", daemon=True)
                self._thread.start()
        piece_done = threading.Event()
        future.add_done_callback(lambda _: piece_done.set())
        piece_done.wait(PATIENCE_SECONDS)
        return piece

    def find(self, company_id: int, kind: str, token: str) -> Piece | None:
        """None: nobody asked for it, it was too long ago, or it is another company's."""
        with self._lock:
            piece = self._pieces.get(token)
        return piece if piece and (piece.company_id, piece.kind) == (company_id, kind) else None

    def _work(self) -> None:
        while True:
            future, work = self._waiting.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except Exception as error:  # the outermost loop of this thread: the page says that it failed
                _log.error("work for a page failed", kind=type(error).__name__)
                future.set_exception(error)


desk = Desk()
