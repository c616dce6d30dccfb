"""Authorising, refreshing and revoking: against the emulator, and against a server that lies."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from qb_collections.quickbooks import errors as e
from qb_collections.quickbooks import oauth
from tests.quickbooks.scripted import RESET, Answer, answer


def test_permission_is_asked_for_accounting_alone(world):
    intuit = world.app.auth(world.connection.credentials, world.endpoints)

    asked = parse_qs(urlsplit(oauth.authorization_url(intuit, "state-9")).query)

    assert asked["scope"] == ["com.intuit.quickbooks.accounting"]
    assert asked["state"] == ["state-9"]
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:5000/connect/callback"]


def test_the_exchange_answers_tokens_with_absolute_ends(world, clock):
    tokens = world.authorise()

    assert tokens.access_expires_at - clock.now() == timedelta(hours=1)
    assert tokens.refresh_expires_at - clock.now() == timedelta(seconds=8726400)
    assert tokens.hard_expires_at - clock.now() > timedelta(days=5 * 365 - 2)
    assert tokens.generation == 1


def test_no_token_shows_in_a_printed_value(world):
    tokens = world.store.tokens

    assert tokens.access not in repr(tokens)
    assert tokens.refresh not in repr(tokens)
    assert world.connection.credentials.client_secret not in repr(world.connection)


def test_a_code_is_good_once(world):
    intuit = world.app.auth(world.connection.credentials, world.endpoints)
    page = requests.get(
        f"{oauth.authorization_url(intuit, 's')}&emulator_decision=approve&realm={world.company.realm_id}",
        allow_redirects=False,
        timeout=5,
    )
    code = parse_qs(urlsplit(page.headers["Location"]).query)["code"][0]
    oauth.exchange(intuit, code, world.company.realm_id, world.clock)

    with pytest.raises(e.ReconnectNeeded):
        oauth.exchange(intuit, code, world.company.realm_id, world.clock)


def test_a_token_with_more_than_five_minutes_left_is_not_refreshed(world, clock):
    clock.advance(timedelta(minutes=54))

    world.gateway.preferences()

    assert world.store.saved == []


def test_a_token_with_less_than_five_minutes_left_is_refreshed_first(world, clock):
    clock.advance(timedelta(minutes=56))

    world.gateway.preferences()

    [saved] = world.store.saved
    assert saved.generation == 2
    assert saved.access_expires_at - clock.now() > timedelta(minutes=59)


def test_a_revoked_permission_needs_a_person(world, clock):
    intuit = world.app.auth(world.connection.credentials, world.endpoints)
    oauth.revoke(intuit, world.store.tokens.refresh, clock)

    with pytest.raises(e.ReconnectNeeded):
        world.gateway.preferences()

    assert world.store.reconnect


def test_an_idle_permission_is_renewed_on_request(world):
    world.gateway.refresh_tokens()

    assert [tokens.generation for tokens in world.store.saved] == [2]


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (Answer(400, b'{"error":"invalid_grant"}'), e.ReconnectNeeded),
        (Answer(400, b'{"error_description":"Token invalid","error":"invalid_grant"}'), e.ReconnectNeeded),
        (Answer(401, b'{"error":"invalid_client"}'), e.OperatorSetting),
        (Answer(400, b'{"error":"invalid_request"}'), e.Refused),
        (Answer(429, b""), e.Throttled),
        (Answer(500, b"<html>oops</html>"), e.ServerTrouble),
        (Answer(503, b""), e.ServerTrouble),
        (Answer(400, b"<html>proxy</html>"), e.Unreadable),
        (Answer(200, b"<html>Sign in</html>"), e.Unreadable),
        (Answer(200, b"[]"), e.Unreadable),
        (Answer(200, b""), e.Unreadable),
        (answer({"access_token": "a"}), e.Unreadable),
        (answer({"access_token": "a", "refresh_token": "r", "expires_in": "soon"}), e.Unreadable),
        (RESET, e.Unreachable),
    ],
)
def test_only_invalid_grant_is_final_for_the_company(scripted, told, kind):
    scripted.answers(told)

    with pytest.raises(e.QuickBooksError) as caught:
        scripted.access.refreshed(1)

    assert type(caught.value) is kind
    assert scripted.store.reconnect is (kind is e.ReconnectNeeded)
    assert scripted.store.saved == []
    assert "refresh-1" not in str(caught.value)


def test_a_token_that_another_process_rotated_meanwhile_is_used_and_nothing_is_final(scripted):
    def rotated_elsewhere(asked):
        scripted.store.tokens = scripted.tokens("access-2", "refresh-2", 2)
        return Answer(400, b'{"error":"invalid_grant"}')

    scripted.answers(rotated_elsewhere)

    tokens = scripted.access.refreshed(1)

    assert tokens.access == "access-2"
    assert not scripted.store.reconnect
    assert len(scripted.asked) == 1


def test_work_that_began_before_the_permission_ended_does_not_ask_again(scripted):
    """A night that read its company while the permission was good, and comes to its first request later."""
    scripted.store.mark_reconnect(1)
    scripted.answers(answer({}))

    with pytest.raises(e.ReconnectNeeded):
        scripted.access.refreshed(1)

    assert scripted.asked == []


def test_a_token_that_another_thread_renewed_is_taken_without_asking(scripted):
    scripted.store.tokens = scripted.tokens("access-2", "refresh-2", 2)
    scripted.answers(answer({}))

    assert scripted.access.refreshed(1).access == "access-2"
    assert scripted.asked == []


def test_an_answer_sets_nothing_but_tokens_on_the_client(scripted):
    """The library would take any key of the answer as an attribute, `verify` and `headers` among them."""
    scripted.answers(
        answer(
            {
                "access_token": "a",
                "refresh_token": "r",
                "expires_in": "3600",
                "verify": False,
                "headers": {"X": "1"},
                "token_endpoint": "http://evil.example",
                "id_token": "a.b.c",
            }
        )
    )
    intuit = scripted.app.auth(scripted.connection.credentials, scripted.connection.endpoints)

    tokens = oauth.refresh(intuit, scripted.store.tokens, scripted.clock)

    assert tokens.access == "a"
    assert intuit.verify is True
    assert intuit.headers["x-include-refresh-token-hard-expires-in"] == "true"
    assert intuit.token_endpoint == f"{scripted.server.url}/token"
    assert intuit.id_token is None


def test_the_hard_end_is_asked_for_and_kept_when_an_answer_leaves_it_out(scripted, clock):
    first = answer({"access_token": "a", "refresh_token": "r", "x_refresh_token_hard_expires_in": 1000})
    scripted.answers(first, answer({"access_token": "b", "refresh_token": "s"}))
    intuit = scripted.app.auth(scripted.connection.credentials, scripted.connection.endpoints)
    began = clock.now()

    once = oauth.refresh(intuit, scripted.store.tokens, clock)
    again = oauth.refresh(
        scripted.app.auth(scripted.connection.credentials, scripted.connection.endpoints), once, clock
    )

    assert scripted.asked[0].headers["x-include-refresh-token-hard-expires-in"] == "true"
    assert once.hard_expires_at == again.hard_expires_at == began + timedelta(seconds=1000)


def test_making_a_client_asks_nobody(scripted):
    scripted.answers(answer({}))

    scripted.app.auth(scripted.connection.credentials, scripted.connection.endpoints)

    assert scripted.asked == []


def test_a_company_that_is_not_connected_says_so(scripted):
    scripted.store.tokens = None

    with pytest.raises(e.ReconnectNeeded, match="not connected"):
        scripted.access.tokens()


def test_an_emulators_addresses_are_read_once(world):
    before = world.control("GET", "counters")

    for _ in range(3):
        world.app.endpoints("emulator", f"{world.emulator.base_url}/.well-known/openid_sandbox_configuration")

    assert world.control("GET", "counters") == before


def test_without_keys_of_ones_own_the_sentence_says_what_to_set(scripted):
    scripted.app._credentials = None

    with pytest.raises(e.OperatorSetting, match="QBC_INTUIT_CLIENT_ID"):
        _ = scripted.app.credentials
