"""connect and disconnect: open a company's books to us, and close them again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import click
import requests

from qb_collections.cli.answers import Answer, Refused, accepted
from qb_collections.cli.opening import actor, company_named, open_context
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import name_argument
from qb_collections.services import connect
from qb_collections.services.context import Context
from qb_collections.store.companies import Company

TIMEOUT_SECONDS = (1.0, 3.0)

SIX_STEPS = """Connecting real books needs your own two keys from Intuit; they are free. The six steps:
  1. Make a developer account at https://developer.intuit.com
  2. Create an app there: QuickBooks Online and Payments, with the scope Accounting
  3. Copy its Client ID and Client Secret (Keys and credentials, Development)
  4. Under Redirect URIs add this address, letter by letter: {redirect_uri}
  5. Set QBC_INTUIT_CLIENT_ID and QBC_INTUIT_CLIENT_SECRET, and start: qb-collections serve
  6. Say `qb-collections connect` again, and allow it in the browser
docs/connect-your-books.md has each in full. To look around without keys: qb-collections emulator serve"""


def add_to(main: click.Group) -> None:
    @verb(
        main,
        "connect",
        "connect --emulator http://127.0.0.1:9100",
        "connect --emulator http://127.0.0.1:9100 --company 'Copperleaf Refrigeration & Air LLC'",
        "connect --open",
    )
    @click.option(
        "--emulator", metavar="BASE_URL", help="Connect a company of this emulator, without a browser."
    )
    @click.option("--company", "wanted", metavar="NAME", help="Which of the emulator's companies.")
    @click.option("--open", "open_browser", is_flag=True, help="Open the page in the browser.")
    def connect_(emulator: str | None, wanted: str | None, open_browser: bool) -> Answer:
        """Connect a company's books.  It starts in shadow: all is decided and shown, and nothing leaves.

        Without --emulator this names the page on which the authorisation at Intuit begins.
        """
        if emulator is not None:
            _refuse_wrong_address(emulator)
        context = open_context()
        if emulator is None:
            if wanted is not None:
                raise click.UsageError(
                    "--company picks among an emulator's companies; at Intuit you choose there."
                )
            return _in_the_browser(context, open_browser)
        company = accepted(connect.connect_emulator(context, emulator, wanted, actor=actor()))
        return Answer(
            _row(company),
            [
                f"{company.name} is connected, in {company.mode.value}: nothing leaves until you say so.",
                "Next: qb-collections sync, then qb-collections preview",
            ],
        )

    @verb(main, "disconnect", "disconnect", 'disconnect "Bright Dental"')
    @name_argument
    def disconnect(name: str | None) -> Answer:
        """End our access at Intuit, destroy the keys and stop the company.  Its records stay."""
        context = open_context()
        company = company_named(context, name)
        done = accepted(connect.disconnect(context, company, actor()))
        data = {**_row(done.company), "revoked": done.revoked, "message": done.message}
        return Answer(data, [done.message])


def _refuse_wrong_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        good = parts.port != 0 and parts.path in ("", "/") and not parts.query
    except ValueError:
        good = False
    if not good:
        raise click.UsageError(
            f"{address[:100]!r} is not an emulator's address. Example: connect --emulator http://127.0.0.1:9100"
        )


def _in_the_browser(context: Context, open_browser: bool) -> Answer:
    settings = context.settings
    if settings.intuit_client_id is None:
        raise Refused(SIX_STEPS.format(redirect_uri=settings.redirect_uri))
    address = f"{settings.base_url}/connect"
    if not _answers(context):
        raise Refused(
            f"The authorisation begins at {address}, and nothing answers there now. "
            "Start the service first, in another window: qb-collections serve"
        )
    if open_browser:
        click.launch(address)
    data = {"url": address, "redirect_uri": settings.redirect_uri, "environment": settings.intuit_environment}
    return Answer(data, [f"Open this page, sign in, and press the button: {address}"])


def _answers(context: Context) -> bool:
    """Whether `serve` runs, at the address that this machine reaches it by."""
    settings = context.settings
    try:
        page = context.intuit.http.get(
            f"http://{settings.host}:{settings.port}/healthz", timeout=TIMEOUT_SECONDS
        )
    except requests.RequestException:
        return False
    return page.status_code == 200


def _row(company: Company) -> dict[str, Any]:
    names = ("id", "name", "alias", "mode", "state", "environment", "zone", "currency", "country")
    return {name: getattr(company, name) for name in names}
