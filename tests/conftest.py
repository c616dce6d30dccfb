"""What every test starts from: no settings of the person at the keyboard, no way out of this machine."""

import gc
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import settings

from qb_collections.store import json_text
from tests import compiled
from tests.nursery import Nursery

# The same examples on every machine and in every run of `make test`; `make soak` looks for new ones.
settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=30, print_blob=True)
settings.register_profile("soak", deadline=None, max_examples=2000, print_blob=True)
# Thousands of mutants meet every test: few examples, and the same ones.
settings.register_profile("mutation", deadline=None, derandomize=True, max_examples=20, database=None)
settings.load_profile("repeatable")

for name in [name for name in os.environ if name.startswith("QBC_")]:
    del os.environ[name]


def _looked_into(value, write=json_text.dumps):
    """What is stored unlooked, because its maker vouches for it, is looked into in every test."""
    assert type(value) is not json_text.Plain or json_text.is_plain(value.document), value
    return write(value)


json_text.dumps = _looked_into


ROOT = Path(__file__).parent.parent
IN_MEMORY = "/dev/shm"


def pytest_xdist_make_scheduler(config, log):
    """Deal tests out singly, and the files of an xdist_group together, to one worker.

    pytest-xdist 3.8 writes the group behind the test's id, which pytest 9.2 no longer lets it do: without
    this each worker makes the costly beginning for itself.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling  # the workers do without

    class ByBeginning(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0]
            return _beginning(file) or nodeid

    return ByBeginning(config, log)


@cache
def _beginning(file):
    """The name of the costly beginning that the file's tests share; None: each has its own."""
    named = re.search(r'pytest\.mark\.xdist_group\("([^"]+)"\)', (ROOT / file).read_text())
    return named and named[1]


def pytest_collection_finish():
    """What is imported by now stays: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class LeavesThisMachine(AssertionError):
    """A test tried to reach something that is not on this machine."""


_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


def _refuse_the_outside(address: object) -> None:
    if isinstance(address, tuple) and not _is_here(str(address[0])):
        raise LeavesThisMachine(f"a test tried to connect to {address[0]}")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:  # a name
        return host == "localhost"


def _connect_here(self: socket.socket, address: object) -> None:
    _refuse_the_outside(address)
    return _connect(self, address)


def _connect_ex_here(self: socket.socket, address: object) -> int:
    _refuse_the_outside(address)
    return _connect_ex(self, address)


@pytest.fixture(autouse=True, scope="session")
def nothing_leaves_this_machine():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _connect_here)
        patch.setattr(socket.socket, "connect_ex", _connect_ex_here)
        yield


@pytest.fixture(autouse=True, scope="session")
def statements_are_compiled_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qb_collections.store.engine.create_engine", compiled.create)
        yield


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium.  Without one the test skips and says so; where changes land it fails."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("no Chromium: `apt-get install -y chromium` did not work on this machine")
    if path is None:
        pytest.skip("no Chromium here: `sudo apt-get install -y chromium` lets this test run")
    return path


@pytest.fixture(scope="session")
def in_memory() -> Iterator[None]:
    """Temporary files lie in memory, where the machine has a place for that, and are gone at the end."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        if os.access(IN_MEMORY, os.W_OK):
            folder = tempfile.TemporaryDirectory(dir=IN_MEMORY, prefix="qbc-", ignore_cleanup_errors=True)
            patch.setattr(tempfile, "tempdir", stack.enter_context(folder))
        yield


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where processes of the program come from whose cold start is not what a test asks about."""
    made = Nursery()
    yield made
    made.close()
