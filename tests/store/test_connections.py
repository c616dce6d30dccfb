"""Tokens and realms: sealed at rest, the newest wins, and a disconnect leaves none."""

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import text

from qb_collections.core.company_gates import Link
from qb_collections.store import companies, connections, oauth_states
from qb_collections.store.connections import SqlTokenStore, TokenRow
from qb_collections.store.engine import durable, reading
from qb_collections.store.vault import CannotOpen, Key, Vault
from tests.store.conftest import NOW, add_company

REALM = "9130357849012345"


def tokens(generation=1, access="CANARY_AT_1", refresh="CANARY_RT_1"):
    hour, hundred_days = NOW + timedelta(hours=1), NOW + timedelta(days=100)
    return TokenRow(access, refresh, hour, hundred_days, None, generation)


def connect(engine, vault, company, **more):
    with durable(engine) as conn:
        values = {"realm_id": REALM, "tokens": tokens(), "at": NOW} | more
        connections.connect(conn, vault, company.id, **values)


def test_tokens_come_back_as_they_were_stored(engine, vault, company, clock):
    connect(engine, vault, company)

    assert SqlTokenStore(engine, vault, clock).load(company.id) == tokens()


def test_a_company_that_was_never_connected_has_no_tokens(engine, vault, company, clock):
    assert SqlTokenStore(engine, vault, clock).load(company.id) is None


@pytest.mark.parametrize(("generation", "wins"), [(1, False), (2, False), (3, True)])
def test_only_a_newer_generation_replaces_what_is_stored(engine, vault, company, clock, generation, wins):
    connect(engine, vault, company, tokens=tokens(2))
    store = SqlTokenStore(engine, vault, clock)

    store.save(company.id, tokens(generation, refresh="CANARY_RT_2"))

    assert (store.load(company.id).refresh == "CANARY_RT_2") is wins


def test_a_reconnection_is_newer_than_every_token_before_it(engine, vault, company, clock):
    connect(engine, vault, company, tokens=tokens(7))
    connect(engine, vault, company, tokens=tokens(1, refresh="CANARY_RT_NEW"))
    store = SqlTokenStore(engine, vault, clock)

    store.save(company.id, tokens(8, refresh="CANARY_RT_OF_A_LATE_REFRESH"))

    assert (store.load(company.id).refresh, store.load(company.id).generation) == ("CANARY_RT_NEW", 8)


def test_neither_tokens_nor_realm_nor_secrets_stand_on_the_disk(file_engine, vault, tmp_path):
    company = add_company(file_engine)
    secrets = {"client_id": "CANARY_CI", "client_secret": "CANARY_CS", "verifier": "CANARY_V"}
    connect(file_engine, vault, company, credentials=secrets)
    file_engine.dispose()

    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert b"Harbor Light" in written  # the rest of the company is there
    assert b"CANARY" not in written
    assert REALM.encode() not in written


def test_a_company_is_found_by_its_realm_and_by_no_other(engine, vault, company):
    connect(engine, vault, company)

    with reading(engine) as conn:
        assert connections.company_by_realm(conn, vault, REALM) == company.id
        assert connections.company_by_realm(conn, vault, REALM[:-1]) is None
        assert connections.realm_of(conn, vault, company.id) == REALM


def test_a_row_put_in_another_companys_place_opens_nothing(engine, vault, company):
    other = add_company(engine, "Second Street")
    connect(engine, vault, company)
    connect(engine, vault, other, realm_id="1")
    with durable(engine) as conn:
        conn.execute(
            text("UPDATE connection SET refresh_sealed = (SELECT refresh_sealed FROM connection LIMIT 1)")
        )

    with pytest.raises(CannotOpen), reading(engine) as conn:
        connections.tokens_of(conn, vault, other.id)


def test_a_disconnect_destroys_the_tokens_and_keeps_the_realm(engine, vault, company, clock):
    connect(engine, vault, company, credentials={"client_id": "a"})
    with durable(engine) as conn:
        connections.destroy(conn, company.id, NOW)
    store = SqlTokenStore(engine, vault, clock)
    store.save(company.id, tokens(9))  # a refresh that was under way

    with reading(engine) as conn:
        assert connections.realm_of(conn, vault, company.id) == REALM
        assert connections.credentials_of(conn, vault, company.id) is None
    assert store.load(company.id) is None


def test_an_ended_permission_marks_that_company_only(engine, vault, company, clock):
    other = add_company(engine, "Second Street")

    store = SqlTokenStore(engine, vault, clock)
    store.mark_reconnect(company.id)

    assert [store.is_ended(one.id) for one in (company, other)] == [True, False]
    with reading(engine) as conn:
        assert companies.get(conn, company.id).state is Link.RECONNECT
        assert companies.get(conn, other.id).state is Link.CONNECTED


def test_after_resealing_the_old_key_is_not_needed_any_more(engine, company, clock):
    old, new = Key("k1", b"1" * 32), Key("k2", b"2" * 32)
    connect(engine, Vault([old]), company, credentials={"client_id": "a"})

    with durable(engine) as conn:
        both = Vault([new, old])
        assert connections.company_by_realm(conn, both, REALM) == company.id
        assert connections.reseal(conn, both) == 1
        assert connections.reseal(conn, both) == 0

    only_new = Vault([new])
    assert SqlTokenStore(engine, only_new, clock).load(company.id) == tokens()
    with reading(engine) as conn:
        assert connections.company_by_realm(conn, only_new, REALM) == company.id
        assert connections.credentials_of(conn, only_new, company.id) == {"client_id": "a"}
        assert connections.realm_of(conn, only_new, company.id) == REALM


def test_tokens_unused_for_a_week_are_due_for_a_refresh(engine, vault, company):
    connect(engine, vault, company)

    with reading(engine) as conn:
        assert connections.refresh_due(conn, NOW) == []
        assert connections.refresh_due(conn, NOW + timedelta(seconds=1)) == [company.id]


@pytest.mark.parametrize(
    ("session", "minutes", "good"),
    [("mine", 0, True), ("mine", 10, True), ("mine", 11, False), ("yours", 0, False)],
)
def test_a_state_is_good_for_its_session_and_ten_minutes(engine, company, session, minutes, good):
    with durable(engine) as conn:
        state = oauth_states.begin(conn, "mine", company.id, NOW)

        used = oauth_states.use(conn, state, session, NOW + timedelta(minutes=minutes))

    assert (used is not None) is good


def test_a_state_is_good_once_and_says_which_company_was_meant(engine, company):
    with durable(engine) as conn:
        state = oauth_states.begin(conn, "mine", company.id, NOW)

        first = oauth_states.use(conn, state, "mine", NOW)
        second = oauth_states.use(conn, state, "mine", NOW)

    assert first.company_id == company.id
    assert second is None


def test_a_foreign_session_cannot_use_up_a_state(engine):
    with durable(engine) as conn:
        state = oauth_states.begin(conn, "mine", None, NOW)
        oauth_states.use(conn, state, "yours", NOW)

        assert oauth_states.use(conn, state, "mine", NOW) is not None


def test_a_state_stands_nowhere_in_the_clear(file_engine, tmp_path):
    with durable(file_engine) as conn:
        state = oauth_states.begin(conn, "a session", None, NOW)
    file_engine.dispose()

    rows = sqlite3.connect(tmp_path / "collections.db").execute("SELECT * FROM oauth_state").fetchall()

    assert len(rows) == 1
    assert state not in str(rows)
    assert "a session" not in str(rows)
