"""Run the service: one process with the pages, the runner and the scheduler, on waitress.

One process and threads, no fork: the scheduler and the limiters live in it once.
"""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from qb_collections import app
from qb_collections.clock import Clock, RealClock
from qb_collections.config import Settings
from qb_collections.jobs.runner import Runner
from qb_collections.jobs.scheduler import Scheduler
from qb_collections.jobs.work import Worker
from qb_collections.services.context import Context
from qb_collections.store import people
from qb_collections.store.engine import durable
from qb_collections.store.inbox import InboxWriter
from qb_collections.web import create_web_app, unsubscribing
from webhooks import Channel, Desk, Verifiers, receiver

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 16  # for pages, and for what the desk cannot decide at once
PORTS_TRIED = 50
DRAIN_SECONDS = 25.0  # how long a stop waits for pages and work under way
LOOP_SECONDS = 0.2  # how soon a stop is noticed


class PortBusy(Exception):
    """Somebody listens there already.  Its text says where, and what to do."""


class Intake:
    """Webhooks go past the pages' sessions, sign-in and headers: they prove themselves by their signature."""

    def __init__(self, webhooks: WSGIApplication, pages: WSGIApplication) -> None:
        self._webhooks = webhooks
        self._pages = pages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wanted = self._webhooks if environ.get("PATH_INFO") == "/webhooks" else self._pages
        return wanted(environ, start_response)


class Service:
    """The parts of the running service: `start` the work, `serve` the pages until `stop` is called."""

    def __init__(self, context: Context, runner: Runner, *, tick: bool = True) -> None:
        self.context = context
        self.runner = runner
        self.scheduler = Scheduler(context, runner.enqueue)
        self.inbox = InboxWriter(context.engine, context.vault, context.clock)
        own = context.settings.webhook_verifier
        self._verifiers = Verifiers(context.engine, context.vault, own.get_secret_value() if own else None)
        self.web = create_web_app(context, heartbeat=self.scheduler.tick_age, receivers=[unsubscribing.bp])
        intake = Flask("webhooks", static_folder=None)
        intake.register_blueprint(receiver(self.inbox.submit, self._verifiers, context.wake))
        self.web.wsgi_app = Intake(intake.wsgi_app, self.web.wsgi_app)  # type: ignore[method-assign]
        self._tick = tick
        self._stopping = threading.Event()
        self._work_ended = threading.Event()

    def start(self) -> None:
        """Begin the work; what was left behind is found by the first tick."""
        self.runner.start(Worker(self.context, self.runner.stopping))
        if self._tick:
            self.scheduler.start()

    def serve(self, listening: socket.socket) -> None:
        """Answer on this socket until `stop`; pages and work under way then come to their end."""
        dispatcher = Desk(self.inbox.post, self._verifiers.at_hand, self.context.wake)
        dispatcher.set_thread_count(THREADS)
        sockets: dict[int, Any] = {}
        server = create_server(
            self.web,
            map=sockets,
            _dispatcher=dispatcher,
            sockets=[listening],
            ident=None,
            clear_untrusted_proxy_headers=False,  # web.proxy decides whose forwarded headers count
            max_request_body_size=2 * 1_048_576,  # what is over 1 MiB is refused in our own words
        )
        server.channel_class = Channel
        clock = RealClock()
        give_up_at: float | None = None
        while True:
            wasyncore.loop(timeout=LOOP_SECONDS, map=sockets, use_poll=True, count=1)
            dispatcher.turn()
            if not self._stopping.is_set():
                continue
            give_up_at = give_up_at or clock.monotonic() + DRAIN_SECONDS
            if (self._work_ended.is_set() and _is_idle(server, dispatcher)) or clock.monotonic() > give_up_at:
                break
        dispatcher.shutdown()
        wasyncore.close_all(map=sockets)

    def stop(self) -> None:
        """No new ticks, no new work; what is under way goes to the end of its unit.  Returns at once."""
        if not self._stopping.is_set():
            self._stopping.set()
            threading.Thread(target=self._end_work, name="stop", daemon=True).start()

    def _end_work(self) -> None:
        self.scheduler.stop()
        self.runner.stop(DRAIN_SECONDS - 1)
        self.inbox.close()
        self._work_ended.set()


def build(
    settings: Settings,
    clock: Clock | None = None,
    *,
    shared_clock: Clock | None = None,
    tick: bool = True,
) -> Service:
    """Put the service together: its context wakes its own runner."""
    runner = Runner()
    context = app.build(settings, clock, shared_clock=shared_clock, wake=runner.enqueue)
    with durable(context.engine) as conn:
        people.ensure_first_practice(conn, context.clock.now())
    return Service(context, runner, tick=tick)


def listen(settings: Settings, *, next_free: bool = False) -> socket.socket:
    """Take the port, or the next free one.  Raises PortBusy."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    tried = range(settings.port, settings.port + (PORTS_TRIED if next_free and settings.port else 1))
    for port in tried:
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((settings.host, port))
        except OSError:
            taken.close()
            continue
        taken.listen(128)
        return taken
    raise PortBusy(
        f"Port {settings.port} on {settings.host} is taken. "
        f"Set another one, for example QBC_PORT={settings.port + 1}"
    )


def at_port(settings: Settings, listening: socket.socket) -> Settings:
    """The settings with the port that was really taken, so that links lead there."""
    return settings.model_copy(update={"port": listening.getsockname()[1]})


def first_run_link(context: Context) -> str | None:
    """A fresh link for the first owner, good once; None once the owner has a password."""
    with durable(context.engine) as conn:
        owner = people.ensure_first_practice(conn, context.clock.now())
        if owner.has_password:
            return None
        token = people.first_run_link(conn, context.clock.now())
    return f"{context.settings.base_url}/welcome/{token}"


def _is_idle(server: Any, dispatcher: Desk) -> bool:
    """No request is being answered, and nothing of an answer waits to be sent."""
    unsent = any(channel.total_outbufs_len for channel in server.active_channels.values())
    return not unsent and dispatcher.is_idle()
