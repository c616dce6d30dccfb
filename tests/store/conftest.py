"""A real database for every test: in memory, or a file where other processes and the disk matter."""

from datetime import UTC, datetime

import pytest

from qb_collections.clock import ManualClock
from qb_collections.store import companies, leases, schema
from qb_collections.store.engine import durable, open_engine
from qb_collections.store.vault import Key, Vault

NOW = datetime(2026, 10, 30, 7, 30, tzinfo=UTC)  # 02:30 in Nashville


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def engine():
    engine = open_engine("sqlite://")
    schema.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def file_url(tmp_path):
    url = f"sqlite:///{tmp_path / 'collections.db'}"
    engine = open_engine(url)
    schema.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture
def file_engine(file_url):
    engine = open_engine(file_url)
    yield engine
    engine.dispose()


@pytest.fixture
def vault():
    return Vault([Key("k1", b"1" * 32)])


@pytest.fixture
def clock():
    return ManualClock(NOW)


def add_company(engine, name="Harbor Light", **more):
    with durable(engine) as conn:
        return companies.create(
            conn,
            name=name,
            zone="America/Chicago",
            currency="USD",
            country="US",
            environment="emulator",
            base_url="http://127.0.0.1:9000",
            created_at=NOW,
            **more,
        )


@pytest.fixture
def company(engine):
    return add_company(engine)


@pytest.fixture
def lease(engine, company):
    lease = leases.acquire(engine, company.id, leases.this_process(), wait_seconds=0)
    yield lease
    leases.release(engine, lease)
