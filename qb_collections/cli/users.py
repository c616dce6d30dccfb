"""user link: a way in for whoever lost the password."""

from __future__ import annotations

import click

from qb_collections.cli.answers import Answer
from qb_collections.cli.opening import actor, open_context
from qb_collections.cli.verbs import noun, verb
from qb_collections.store import audit, people
from qb_collections.store.engine import durable


def add_to(main: click.Group) -> None:
    @noun(main, "user", "user link")
    def user() -> None:
        """Help a person to sign in."""

    @verb(user, "link", "user link")
    def link() -> Answer:
        """Print a fresh link that signs the owner in once; an earlier link ends.

        Whoever can run this command can read the database too, so it needs no password.
        """
        context = open_context()
        now = context.clock.now()
        with durable(context.engine) as conn:
            token = people.first_run_link(conn, now)
            audit.append(conn, None, actor(), "sign-in link made", "owner", {}, now)
        address = f"{context.settings.base_url}/welcome/{token}"
        return Answer({"url": address}, [f"Good once, while the service runs: {address}"])
