"""Rotate the key that seals tokens and realm ids."""

from __future__ import annotations

from dataclasses import dataclass

from qb_collections.services.context import Context
from qb_collections.store import audit, connections, inbox, mail_accounts, mail_messages
from qb_collections.store.engine import durable
from qb_collections.store.key_file import KeyFile


@dataclass(frozen=True, slots=True)
class Rotated:
    key_id: str
    sealed: int  # rows: connections, mail passwords, stored webhooks and e-mails
    finished_earlier: bool  # a rotation that was not finished is finished now, and no further key was made


def rotate(context: Context, *, by: str) -> Rotated:
    """Make a new key the first one, and seal every connection with it.

    The older keys stay in the file.

    Cut off between the two, the next call finishes the sealing and makes no
    second key.  A service that runs meanwhile knows the older keys only: it has
    to be started again.  Raises BadKeyFile, CannotOpen.
    """
    file = KeyFile(context.settings.key_path)
    left_over = _reseal(context, file)
    if left_over:
        return Rotated(file.load().primary, left_over, finished_earlier=True)
    key_id = file.rotate()
    sealed = _reseal(context, file)
    with durable(context.engine) as conn:
        detail = {"key": key_id, "rows": sealed}
        audit.append(conn, None, by, "key rotated", "key file", detail, context.clock.now())
    return Rotated(key_id, sealed, finished_earlier=False)


def _reseal(context: Context, file: KeyFile) -> int:
    """Connections, mail passwords, what webhooks brought and what was e-mailed; how many rows changed."""
    vault = file.load()
    with durable(context.engine) as conn:
        changed = connections.reseal(conn, vault) + mail_accounts.reseal(conn, vault)
    for reseal in (inbox.reseal, mail_messages.reseal):
        some = 1
        while some:
            with durable(context.engine) as conn:
                some = reseal(conn, vault)
            changed += some
    return changed
