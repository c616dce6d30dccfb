"""Running emulators for the front's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator.front.driver import Driver, run_server


@pytest.fixture
def emulator() -> Iterator[Driver]:
    """An emulator with one empty company, on a manual clock, with control."""
    yield from run_server()


@pytest.fixture
def throttled() -> Iterator[Driver]:
    yield from run_server(throttle=True)
