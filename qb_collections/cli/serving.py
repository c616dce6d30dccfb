"""serve: the pages, the scheduler and the webhooks, in one process."""

from __future__ import annotations

import signal

import click

from qb_collections import server
from qb_collections.cli.answers import OK, Answer, Cannot, say
from qb_collections.cli.opening import settings
from qb_collections.cli.verbs import Count, long_verb
from qb_collections.server import PortBusy


def add_to(main: click.Group) -> None:
    @long_verb(main, "serve", "serve", "serve --port 8080")
    @click.option("--host", help="The address to listen on; else QBC_HOST, else 127.0.0.1.")
    @click.option("--port", type=Count(0, 65535), help="Else QBC_PORT, else 5000; 0 picks a free one.")
    def serve(as_json: bool, host: str | None, port: int | None) -> int:
        """Serve until Ctrl-C or SIGTERM: the pages, each company's night at its hour, and webhooks.

        The first start needs no settings: it says where it keeps its data and its key, and prints the
        link for the first sign-in.
        """
        chosen = settings(host=host, port=port)
        try:
            listening = server.listen(chosen)
        except PortBusy as busy:
            raise Cannot(f"{busy}.") from None
        service = server.build(server.at_port(chosen, listening))
        told = service.context.settings
        link = server.first_run_link(service.context)
        lines = [
            f"qb_collections is at {told.base_url}",
            f"Your data is in {told.data_dir}, the key that seals it in {told.key_path}",
        ]
        if link is not None:
            lines.append(f"Sign in for the first time, once, at {link}")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: service.stop())
        service.start()
        data = {"url": told.base_url, "sign_in": link, "data_dir": told.data_dir, "key_file": told.key_path}
        Answer(data, lines).show(as_json)
        service.serve(listening)
        say("Stopped. What was under way is finished; the rest goes on at the next start.")
        return OK
