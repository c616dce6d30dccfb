"""Whose time a company lives on, what its lease carries, and which zone it is in."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from qb_collections import logs
from qb_collections.clock import RealClock
from qb_collections.quickbooks import errors as e
from qb_collections.services import company_zone
from qb_collections.services.company_time import on_company_time
from qb_collections.services.leasing import held
from qb_collections.store.leases import acquire


def test_a_real_company_lives_on_the_services_own_clock(context, company):
    real = replace(company, emulator_url=None)

    assert on_company_time(context, real) is context


def test_an_emulators_company_lives_on_the_emulators_time(context, company, clock):
    clock.set(datetime(2027, 3, 1, 12, 0, tzinfo=UTC))
    own = replace(context, clock=RealClock(), shared_clock=None)

    living = on_company_time(own, company)

    assert abs(living.clock.now() - datetime(2027, 3, 1, 12, 0, tzinfo=UTC)) < timedelta(seconds=5)


def test_both_sides_may_be_handed_one_clock(context, company, clock):
    assert on_company_time(context, company).clock is clock


def test_tokens_and_gateway_move_to_the_companys_clock_too(context, company, clock):
    """The token is good for an hour of the emulator's time, from which the service's own is far."""
    clock.set(datetime(2026, 12, 24, 12, 0, tzinfo=UTC))
    living = on_company_time(replace(context, clock=RealClock(), shared_clock=None), company)

    with held(living, company) as lease:
        living.gateway(company, lease).preferences()

    assert living.tokens.load(company.id).generation == 2
    ends_at = living.tokens.load(company.id).access_expires_at
    assert abs(ends_at - datetime(2026, 12, 24, 13, 0, tzinfo=UTC)) < timedelta(seconds=5)


def test_an_emulator_that_is_gone_is_a_typed_error(context, emulator, company):
    emulator.stop()

    with pytest.raises(e.Unreachable):
        on_company_time(replace(context, shared_clock=None), company)


def test_the_calls_of_the_last_minute_travel_with_the_lease(context, company):
    with held(context, company) as lease:
        context.gateway(company, lease).preferences()

    lease = acquire(context.engine, company.id, "another:1:1", wait_seconds=0)
    assert sum(lease.limiter_state["calls"].values()) == 1
    assert lease.limiter_state["reads"] == {"2026-10": 1}


@pytest.mark.parametrize(("emulator_url", "seconds"), [(None, 60), ("http://127.0.0.1:1", 0)])
def test_after_a_holder_that_vanished_the_minute_counts_as_full(
    context, company, clock, emulator_url, seconds
):
    one = replace(company, emulator_url=emulator_url)
    acquire(context.engine, company.id, context.holder, wait_seconds=0)
    from qb_collections.store import leases

    leases._live.clear()  # as after kill -9: the row names a holder, and no thread has it
    began = clock.now()

    with held(context, one), context.limiters.of(one.id, clock).call():
        pass

    assert (clock.now() - began).total_seconds() == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize(
    ("told", "country", "region", "expected"),
    [
        ("America/Denver", "US", "TN", "America/Denver"),
        ("Mountain Standard Time", "US", "CO", "America/Denver"),
        (None, "US", "TN", "America/Chicago"),
        (None, "US", "az", "America/Phoenix"),
        (None, "US", "ZZ", "America/New_York"),
        (None, "CA", "BC", "America/Vancouver"),
        (None, "AU", "QLD", "Australia/Brisbane"),
        (None, "GB", None, "Europe/London"),
        (None, None, None, "America/New_York"),
        ("../etc/passwd", "NZ", None, "Pacific/Auckland"),
    ],
)
def test_the_zone_is_what_quickbooks_says_else_the_states_else_the_countrys(told, country, region, expected):
    assert company_zone.zone(told, country, region) == expected


@pytest.mark.parametrize(
    "name",
    sorted(
        {*company_zone.COUNTRIES.values()}
        | {zone for regions in company_zone.REGIONS.values() for zone in regions.values()}
    ),
)
def test_every_zone_in_the_tables_exists(name):
    assert company_zone.is_zone(name)


@pytest.mark.parametrize(
    ("country", "expected"),
    [("US", "en_US"), ("GB", "en_GB"), ("CA", "en_CA"), ("XX", "en_US"), (None, "en_US")],
)
def test_dates_and_money_are_written_as_the_country_writes_them(country, expected):
    assert company_zone.locale(country) == expected


def test_every_line_written_under_a_lease_names_the_company_by_its_alias(context, company):
    stream = io.StringIO()
    logs.configure("debug", stream)
    try:
        with held(context, company) as lease:
            context.gateway(company, lease).preferences()
    finally:
        logs.configure("info")

    [line] = [json.loads(line) for line in stream.getvalue().splitlines() if "quickbooks call" in line]
    assert line["company"] == company.alias
    assert company.name not in stream.getvalue()
