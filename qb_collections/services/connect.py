"""Connect a company to QuickBooks, connect it again, and disconnect it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from qb_collections.config import is_loopback
from qb_collections.core.company_gates import Link, Mode
from qb_collections.core.night_time import next_daily_run
from qb_collections.quickbooks import oauth
from qb_collections.quickbooks.errors import (
    Forbidden,
    OperatorSetting,
    QuickBooksError,
    ReconnectNeeded,
    Unreachable,
)
from qb_collections.quickbooks.intuit import Connection
from qb_collections.quickbooks.oauth import Tokens
from qb_collections.quickbooks.values import CompanyFacts, Preferences
from qb_collections.services import company_zone, presets
from qb_collections.services.company_time import on_emulator_time
from qb_collections.services.connect_target import (
    Target,
    approve,
    keep_emulator,
    pick,
    redirect_uri,
    take_emulator,
    target_of,
)
from qb_collections.services.context import Context
from qb_collections.services.disconnect import Disconnected as Disconnected
from qb_collections.services.disconnect import disconnect as disconnect
from qb_collections.services.disconnect import note
from qb_collections.services.gateways import gateway_for
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies, connections, first_look, oauth_states, policies
from qb_collections.store.companies import DEFAULT_NIGHT_AT, Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease, Leased

NOT_CONNECTED = 0  # the id of a company that does not exist yet


class Authorisation(NamedTuple):
    """Where to send the browser, and the state that must come back with it."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class Connected:
    company: Company
    is_new: bool  # False: a company that we knew, with all its records


class OneCompany:
    """A token store for the minute between the exchange and the company's first row."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens: oauth.StoredTokens = tokens

    def load(self, company_id: int) -> oauth.StoredTokens | None:
        return self.tokens

    def save(self, company_id: int, tokens: oauth.StoredTokens) -> None:
        self.tokens = tokens

    def mark_reconnect(self, company_id: int) -> None:
        """Nothing is stored yet, so there is nothing to mark."""

    def is_ended(self, company_id: int) -> bool:
        return False


def look_at_emulator(context: Context, emulator_url: str) -> Refusal | None:
    """Why a browser should not be led to that address: nothing answers, or no emulator does."""
    try:
        target_of(context, emulator_url)
    except Unreachable:
        return Refusal(_silent(emulator_url))
    except QuickBooksError as error:
        return Refusal(_sentence(error))
    return None


def begin(
    context: Context, session_key: str, company_id: int | None = None, *, emulator_url: str | None = None
) -> Authorisation | Refusal:
    """Begin an authorisation for this session, of any company or of the one to be connected again.

    The state is from `secrets`, good once, for ten minutes, in this session only.
    """
    if company_id is not None:
        with reading(context.engine) as conn:
            emulator_url = companies.get(conn, company_id).emulator_url
    try:
        target = target_of(context, emulator_url)
        endpoints = context.intuit.endpoints(target.environment, target.discovery_url)
    except QuickBooksError as error:
        lost = emulator_url is not None and isinstance(error, Unreachable)
        return Refusal(_silent(str(emulator_url)) if lost else _sentence(error))
    address = redirect_uri(context, target)
    with durable(context.engine) as conn:
        now = context.clock.now()
        state = oauth_states.begin(conn, session_key, company_id, now)
        if target.emulator_url is not None:
            keep_emulator(conn, state, target.emulator_url, now)
    intuit = context.intuit.auth(target.credentials, endpoints, address)
    return Authorisation(oauth.authorization_url(intuit, state), state)


def complete(
    context: Context,
    *,
    state: str,
    session_key: str,
    code: str | None = None,
    realm_id: str | None = None,
    error: str | None = None,
    actor: str = "user",
    practice_id: int | None = None,
) -> Connected | Refusal:
    """Finish an authorisation with what came back in the browser's address.

    practice_id: where a new company goes; without one, to the installation's first practice.

    The code is exchanged once and never again, whatever happens.  A company
    that we know keeps its records and goes on in shadow; a new one starts in
    shadow with the standard policy.
    """
    with durable(context.engine) as conn:
        now = context.clock.now()
        expected = oauth_states.use(conn, state, session_key, now)
        emulator_url = take_emulator(conn, state, now)
    if expected is None:
        return Refusal(
            "This authorisation was already used, is older than ten minutes, or was begun in another "
            "browser. Nothing was connected. Please begin again."
        )
    if error is not None:
        return Refusal(
            "QuickBooks was not connected: the permission was declined. Nothing was changed."
            if error == "access_denied"
            else "QuickBooks was not connected: Intuit refused the request. Nothing was changed."
        )
    if not code or not realm_id or not realm_id.isdigit() or len(realm_id) > 30:
        return Refusal("QuickBooks was not connected: Intuit's answer names no company. Please begin again.")
    try:
        return _exchanged(context, expected.company_id, emulator_url, code, realm_id, actor, practice_id)
    except QuickBooksError as refused:
        return Refusal(f"QuickBooks was not connected. {_sentence(refused)}")
    except Leased as leased:
        return Refusal(f"QuickBooks was not connected: {leased}. Please try again in a minute.")


def connect_emulator(
    context: Context, base_url: str, company_name: str | None = None, actor: str = "cli"
) -> Company | Refusal:
    """Walk the whole authorisation against an emulator, without a browser.

    company_name picks among several companies, by name or realm id.
    """
    emulator_url = base_url.rstrip("/")
    parts = urlsplit(emulator_url)
    if parts.scheme != "http" or not parts.hostname or not is_loopback(parts.hostname):
        return Refusal(
            f"{base_url} is not an emulator on this machine. Example: connect --emulator http://127.0.0.1:9100"
        )
    session_key = secrets.token_urlsafe(32)
    try:
        realm_id = pick(target_of(context, emulator_url), company_name)
        if isinstance(realm_id, Refusal):
            return realm_id
        began = begin(context, session_key, emulator_url=emulator_url)
        if isinstance(began, Refusal):
            return began
        answer = approve(context, began.url, realm_id)
    except Unreachable:
        return Refusal(_silent(emulator_url))
    except QuickBooksError as error:
        return Refusal(_sentence(error))
    done = complete(
        context,
        state=answer.get("state", ""),
        session_key=session_key,
        code=answer.get("code"),
        realm_id=answer.get("realmId"),
        error=answer.get("error"),
        actor=actor,
    )
    return done if isinstance(done, Refusal) else done.company


def _exchanged(
    context: Context,
    meant_id: int | None,
    emulator_url: str | None,
    code: str,
    realm_id: str,
    actor: str,
    practice_id: int | None,
) -> Connected | Refusal:
    with reading(context.engine) as conn:
        known_id = connections.company_by_realm(conn, context.vault, realm_id)
        known = None if known_id is None else companies.get(conn, known_id)
        meant = None if meant_id is None else companies.get(conn, meant_id)
    target = target_of(context, meant.emulator_url if meant else emulator_url)
    if target.emulator_url is not None:
        context = on_emulator_time(context, target.emulator_url)
    endpoints = context.intuit.endpoints(target.environment, target.discovery_url)
    intuit = context.intuit.auth(target.credentials, endpoints, redirect_uri(context, target))
    tokens = oauth.exchange(intuit, code, realm_id, context.clock)

    if meant is not None and (known is None or known.id != meant.id):
        _revoke_quietly(context, intuit, tokens)
        other = f"{known.name}" if known is not None else "a company that is not connected here"
        return Refusal(
            f"You chose {other} at Intuit, but this connects {meant.name} again. Nothing was changed. "
            f"Please begin again and choose {meant.name}."
        )

    connection = Connection(NOT_CONNECTED, realm_id, target.base_url, target.credentials, endpoints)
    one = OneCompany(tokens)
    try:
        gateway = gateway_for(context, connection, one, "USD")
        facts, preferences = gateway.company_info(), gateway.preferences()
    except QuickBooksError:
        _revoke_quietly(context, intuit, tokens)
        raise
    if known is not None:
        if is_another(known.preferences, facts):
            _revoke_quietly(context, intuit, tokens)
            return Refusal(
                f"{facts.name} has the id under which {known.name} is connected here, but its books were "
                "made at another time: it is another company. Nothing was changed. To try it out, start "
                "with an empty folder in QBC_DATA_DIR."
            )
        with held(context, known, PAGE_SECONDS) as lease:
            return _connected_again(
                context, lease, known, target, realm_id, facts, preferences, one.tokens, actor
            )
    return _connected(context, target, realm_id, facts, preferences, one.tokens, actor, practice_id)


def _connected(
    context: Context,
    target: Target,
    realm_id: str,
    facts: CompanyFacts,
    preferences: Preferences,
    tokens: oauth.StoredTokens,
    actor: str,
    practice_id: int | None,
) -> Connected:
    now = context.clock.now()
    zone = company_zone.zone(facts.zone, facts.country, facts.region)
    with durable(context.engine) as conn:
        company = companies.create(
            conn,
            name=facts.name,
            zone=zone,
            currency=preferences.home_currency,
            country=facts.country or "US",
            locale=company_zone.locale(facts.country),
            environment=target.environment,
            base_url=target.base_url,
            discovery_url=target.discovery_url,
            emulator_url=target.emulator_url,
            created_at=now,
            next_night_at=next_daily_run(now, DEFAULT_NIGHT_AT, ZoneInfo(zone)),
            preferences=stored_preferences(facts, preferences),
            multicurrency=preferences.multicurrency,
            **({"practice_id": practice_id} if practice_id is not None else {}),
            contact_phone=facts.phone,
            reply_to=facts.email,
        )
        connections.connect(
            conn,
            context.vault,
            company.id,
            realm_id=realm_id,
            tokens=tokens,
            credentials=target.sealed,
            at=now,
        )
        policies.add(
            conn,
            company.id,
            presets.text(presets.STANDARD),
            "system",
            "the standard policy, on connection",
            now,
        )
        first_look.begin(conn, company.id)
        note(conn, context, company.id, actor, "connect", "connected to QuickBooks; starts in shadow")
    return Connected(company, is_new=True)


def _connected_again(
    context: Context,
    lease: Lease,
    company: Company,
    target: Target,
    realm_id: str,
    facts: CompanyFacts,
    preferences: Preferences,
    tokens: oauth.StoredTokens,
    actor: str,
) -> Connected:
    """Its zone, night, policy and records stay; what QuickBooks says of the company is taken over."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        lease.check(conn)
        connections.connect(
            conn,
            context.vault,
            company.id,
            realm_id=realm_id,
            tokens=tokens,
            credentials=target.sealed,
            at=now,
        )
        company = companies.update(
            conn,
            company.id,
            name=facts.name,
            state=Link.CONNECTED,
            mode=Mode.SHADOW,
            environment=target.environment,
            base_url=target.base_url,
            discovery_url=target.discovery_url,
            emulator_url=target.emulator_url,
            # What people chose here, such as the code for plans, is not QuickBooks' to take away.
            preferences=company.preferences | stored_preferences(facts, preferences),
            multicurrency=preferences.multicurrency,
            next_night_at=next_daily_run(now, company.night_at, company.tz),
        )
        note(conn, context, company.id, actor, "connect", "connected again; goes on in shadow")
    return Connected(company, is_new=False)


def is_another(stored: Mapping[str, Any], facts: CompanyFacts) -> bool:
    """Whether these are surely not the books that we knew: two were not made in the same second."""
    known = stored.get("books_created_at")
    return bool(known and facts.created_at and datetime.fromisoformat(known) != facts.created_at)


def stored_preferences(facts: CompanyFacts, preferences: Preferences) -> dict[str, Any]:
    """Preferences and identity as the company's row keeps them: JSON, dates as ISO text."""
    values = asdict(preferences)
    closed = preferences.book_close_on
    return values | {
        "book_close_on": closed.isoformat() if closed else None,
        "region": facts.region,
        "legal_name": facts.legal_name,
        "address": "\n".join(facts.address) or None,
        "books_created_at": facts.created_at.isoformat() if facts.created_at else None,
    }


def _revoke_quietly(context: Context, intuit: oauth.Intuit, tokens: Tokens) -> None:
    """Give back a permission that is not going to be used; when that fails it only lapses unused."""
    try:
        oauth.revoke(intuit, tokens.refresh, context.clock)
    except QuickBooksError:
        return


def _silent(emulator_url: str) -> str:
    return f"Nothing answers at {emulator_url}. Start it with: qb-collections emulator serve"


def _sentence(error: QuickBooksError) -> str:
    if isinstance(error, OperatorSetting):
        return f"{error.message}."
    if isinstance(error, ReconnectNeeded):
        return "Intuit no longer accepts this authorisation. Please begin again."
    if isinstance(error, Forbidden):
        return (
            "Intuit does not let this app into that company. Sandbox keys open sandbox companies only, "
            "and production keys real ones: check QBC_INTUIT_ENVIRONMENT."
        )
    if isinstance(error, Unreachable):
        return f"{error}. Please try again in a few minutes."
    return f"{error}."
