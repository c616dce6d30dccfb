"""From a company's mail account to the server that its messages are handed to."""

from __future__ import annotations

from qb_collections.messages.mail_address import domain_of
from qb_collections.messages.outgoing import Security, Server
from qb_collections.services.context import Context
from qb_collections.store import mail_accounts
from qb_collections.store.engine import reading
from qb_collections.store.mail_accounts import MailAccount


def server_of(context: Context, account: MailAccount) -> Server:
    """With the password, opened for this moment.  Raises CannotOpen when the key file is another one."""
    with reading(context.engine) as conn:
        password = mail_accounts.password(conn, account, context.vault)
    return Server(
        account.host,
        account.port,
        Security(account.security),
        account.login,
        password,
        domain_of(account.from_address),
    )
