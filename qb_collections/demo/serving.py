"""The web app on the demonstration's company, until it is stopped; time passes by itself from here on."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from qb_collections import server
from qb_collections.config import Settings
from qb_collections.demo.world import World
from qb_collections.jobs.runner import Runner
from qb_collections.server import PortBusy as PortBusy
from qb_collections.server import Service
from qb_collections.store import people
from qb_collections.store.engine import durable


def listen(settings: Settings) -> socket.socket:
    """Take the port of the settings, or the next free one.  Raises PortBusy."""
    return server.listen(settings, next_free=True)


def serve(world: World, listening: socket.socket, say: Callable[[str], None]) -> None:
    """Print where it is and a link that signs in once; return after Ctrl-C or SIGTERM."""
    world.read_past()
    runner = Runner()
    settings = server.at_port(world.context.settings, listening)
    context = replace(world.context, settings=settings, wake=runner.enqueue)
    context = context.on_clock(context, world.clock)
    with durable(context.engine) as conn:
        people.ensure_first_practice(conn, context.clock.now())
    service = Service(context, runner)
    # A page and its pictures asked for at once are no trouble, and no line for the person at the terminal.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    link = server.first_run_link(context)
    world.clock.run()
    local = world.clock.now().astimezone(world.zone)
    say("")
    say(f"The web app runs at {settings.base_url}")
    if link is not None:
        say(f"This link signs you in, once: {link}")
        say("There you may choose a password, or “Look around first”.")
    when = f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"
    say(f"There it is {when}, and time runs on for QuickBooks and for us alike.")
    say("Ctrl-C ends it.")
    with _Stoppable(service):
        service.start()
        service.serve(listening)
    say("Stopped.")


class _Stoppable:
    """While it lasts, Ctrl-C and SIGTERM stop the service instead of the program."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, lambda *_: self._service.stop())

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
