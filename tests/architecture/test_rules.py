"""Every rule finds what it forbids, lets pass what is meant, and is kept by the whole checkout."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.architecture.rules import RULES, Rule

ROOT = Path(__file__).resolve().parents[2]
BY_NAME = {rule.name: rule for rule in RULES}


def tracked() -> dict[str, str]:
    """Every text file of the checkout that git knows or would take in, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    texts = {}
    for name in sorted(filter(None, listed)):
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            texts[name] = content.decode("utf-8")
    return texts


TRACKED = tracked()


@pytest.mark.xdist_group("rules")  # one worker reads every file once
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_checkout_keeps_the_rule(rule: Rule):
    breaches = [breach for path, text in TRACKED.items() for breach in rule.check(path, text)]

    assert not breaches, "\n".join(["", *breaches])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_rule_finds_what_breaks_it(rule: Rule):
    assert rule.check(rule.broken_path, rule.broken_text)


@pytest.mark.parametrize(
    ("name", "path", "text", "line"),
    [
        ("the core touches nothing outside itself", "qb_collections/core/a.py", "x = 1\nimport secrets\n", 2),
        (
            "the core touches nothing outside itself",
            "qb_collections/core/a.py",
            "z = ZoneInfo('Asia/Tokyo')",
            1,
        ),
        ("the core computes without floats", "qb_collections/core/a.py", "def f(x: float): ...", 1),
        ("the core computes without floats", "qb_collections/core/a.py", "rate = Decimal(0.5)", 1),
        ("only the clock reads the time", "webhooks/a.py", "import datetime as d\nd.datetime.utcnow()\n", 2),
        ("only the clock reads the time", "qb_collections/store/runs.py", "started = time.monotonic()", 1),
        ("SQL is written in the store", "webhooks/a.py", "import sqlite3", 1),
        ("SQL is written in the store", "qb_collections/services/a.py", "import sqlalchemy as sa", 1),
        ("SQL is never put together from strings", "qb_collections/store/a.py", "text('select ' + name)", 1),
        ("SQL is never put together from strings", "qb_collections/store/a.py", "text('{}'.format(name))", 1),
        ("nothing runs or trusts what it reads", "webhooks/a.py", "\n\nget(url, verify=False)", 3),
        ("nothing runs or trusts what it reads", "webhooks/a.py", "from marshal import loads", 1),
        ("nothing runs or trusts what it reads", "webhooks/a.py", "yaml.load(text)", 1),
        ("Intuit's libraries are wrapped once", "qb_collections/emulator/a.py", "import quickbooks", 1),
        ("only the outermost loops catch everything", "webhooks/a.py", "try:\n    f()\nexcept:\n    pass", 3),
        (
            "only the outermost loops catch everything",
            "webhooks/a.py",
            "try:\n    f()\nexcept (KeyError, BaseException):\n    pass",
            3,
        ),
        ("pages carry no inline script or style", "templates/web/a.html", "<style>p {}</style>", 1),
        ("pages carry no inline script or style", "templates/web/a.html", "<a\n onclick='x'>", 1),
        ("no template sends a value unescaped", "templates/web/a.html", "\n{% autoescape false %}", 2),
        ("templates spell QuickBooks as Intuit does", "templates/notes/a.txt", "sent by quickbooks", 1),
    ],
)
def test_the_rule_names_the_line(name: str, path: str, text: str, line: int):
    breaches = BY_NAME[name].check(path, text)

    assert len(breaches) == 1
    assert breaches[0].startswith(f"{path}:{line}: ")


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        (
            "the core touches nothing outside itself",
            "qb_collections/core/a.py",
            "from zoneinfo import ZoneInfo",
        ),
        ("the core touches nothing outside itself", "qb_collections/core/a.py", "from .books import Case"),
        ("the core computes without floats", "qb_collections/core/a.py", "half = Decimal('0.5')"),
        (
            "the core computes without floats",
            "qb_collections/core/a.py",
            "get_close_matches(a, b, cutoff=0.5)",
        ),
        ("only the clock reads the time", "qb_collections/clock.py", "datetime.now(UTC)"),
        ("only the clock reads the time", "qb_collections/services/a.py", "now = context.clock.now()"),
        ("SQL is written in the store", "qb_collections/services/a.py", "from sqlalchemy import Engine"),
        ("SQL is written in the store", "qb_collections/store/a.py", "conn.execute(select(invoice.c.id))"),
        (
            "SQL is never put together from strings",
            "qb_collections/store/a.py",
            "conn.execute(text('select 1'))",
        ),
        ("SQL is never put together from strings", "qb_collections/store/a.py", "execute(f'PRAGMA x = {y}')"),
        ("nothing runs or trusts what it reads", "webhooks/a.py", "get(url, verify=bundle)"),
        (
            "Intuit's libraries are wrapped once",
            "qb_collections/services/a.py",
            "from qb_collections import quickbooks",
        ),
        (
            "only the outermost loops catch everything",
            "webhooks/a.py",
            "try:\n    f()\nexcept BaseException:\n    undo()\n    raise",
        ),
        ("a module has at most 400 lines", "webhooks/a.py", "x = 1\n" * 400),
        (
            "pages carry no inline script or style",
            "templates/web/a.html",
            '<script src="/static/a.js"></script>',
        ),
        (
            "pages carry no inline script or style",
            "templates/web/a.html",
            '<button data-style="x">On=off</button>',
        ),
        (
            "templates spell QuickBooks as Intuit does",
            "templates/web/a.html",
            "<a href='/quickbooks'>QuickBooks</a>",
        ),
        (
            "templates spell QuickBooks as Intuit does",
            "templates/web/a.html",
            "{{ url_for('quickbooks.show') }}",
        ),
        (
            "tracked files name no machine and no registry",
            "docs/a.md",
            "It lives in /var/lib/qb-collections.",
        ),
        (
            "tracked files name no machine and no registry",
            "docs/a.md",
            "See https://developer.intuit.com/app/work/a",
        ),
    ],
)
def test_the_rule_lets_pass_what_is_meant(name: str, path: str, text: str):
    assert BY_NAME[name].check(path, text) == []


def test_the_rules_read_the_real_checkout():
    assert {"pyproject.toml", "Makefile", "qb_collections/core/money.py"} <= TRACKED.keys()
    assert not any(path.startswith((".venv", os.sep)) for path in TRACKED)
