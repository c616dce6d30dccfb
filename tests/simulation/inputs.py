"""Hostile input: bodies, signatures, encodings and sizes that nobody meant.

    python -m tests.simulation.inputs [--webhooks 200000] [--files 50000] [--policies 20000] [--forms 20000]

None may crash, hang or leave a row.  What is not signed by QuickBooks leaves nothing in the database; what is
signed is kept, and whatever it says, it is cut apart or kept aside and touches no table but the inbox.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from unittest import mock

from flask import Flask

from qb_collections.core import notifications
from qb_collections.emulator.companies import ledger_rows
from qb_collections.emulator.companies.ledger_rows import LedgerRefused
from qb_collections.emulator.webhooks_out import signature
from qb_collections.services import hold_rows, inbox, leasing, policies, presets
from qb_collections.store import inbox as stored
from qb_collections.store.engine import durable
from tests.simulation.hostile_world import HostileWorld, patched
from tests.simulation.script import SMALL, Script
from tests.simulation.templates import DATABASE, template
from webhooks import receiver

SECONDS_MAX = 2.0  # of one input; longer is a hang
EVENT = {
    "specversion": "1.0",
    "id": "88cd52aa-33b6-4351-9aa4-47572edbd068",
    "source": "intuit.abc",
    "type": "qbo.invoice.updated.v1",
    "time": "2026-03-03T15:29:31.179851517Z",
    "intuitentityid": "4",
    "intuitaccountid": "0",
    "data": {},
}
ODD = (
    "",
    "null",
    "NaN",
    "1e999",
    "-0",
    '"\\ud800"',
    "[[[[[[[[]]]]]]]]",
    "{}",
    "true",
    "9" * 400,
    '"\u202e"',
    "\x00",
)
LEDGER = Path(__file__).resolve().parent.parent / "data" / "made-up-ledger.csv"
COLUMNS = {
    "customer": "customerID",
    "number": "invoiceNumber",
    "issued": "InvoiceDate",
    "due": "DueDate",
    "amount": "InvoiceAmount",
    "settled": "SettledDate",
}


class Wrong(Exception):
    """An input did what none may do."""


def mutated(random: Random, body: bytes) -> bytes:
    """The body with something done to it: bytes, sizes, encodings, values."""
    choice = random.randrange(11)
    at = random.randrange(len(body) + 1)
    if choice == 0:
        return body[:at]
    if choice == 1:
        return body[:at] + random.randbytes(random.randint(1, 9)) + body[at:]
    if choice == 2:
        end = min(len(body), at + random.randint(1, 40))
        return body[:at] + body[end:]
    if choice == 3:
        return (
            body[:at] + bytes([body[at - 1] ^ 1 << random.randrange(8)]) + body[at + 1 :] if body else b"\x00"
        )
    if choice == 4:
        return body.decode("utf-8", "replace").encode(
            random.choice(("utf-16", "utf-32", "utf-7", "cp037")), "replace"
        )
    if choice == 5:
        return b"\xef\xbb\xbf" + body
    if choice == 6:
        return body * random.randint(2, 5)
    if choice == 7:
        return b"[" * random.choice((1, 50, 5_000)) + body
    if choice == 8:
        parts = body.split(b":")
        place = random.randrange(len(parts))
        parts[place] = random.choice(ODD).encode("utf-8", "surrogatepass") + parts[place][-1:]
        return b":".join(parts)
    if choice == 9:
        return body.replace(b'"', b"'")
    return random.randbytes(random.choice((0, 1, 100, 4_000)))


def webhooks(count: int, random: Random) -> Counter[str]:
    """Post mutated bodies with good, bad and odd signatures to the receiver, and cut apart what it took."""
    seen: Counter[str] = Counter()
    template(SMALL)
    with patched():
        world = HostileWorld(_script())
        try:
            context = world.context
            key = "the-verifier"

            def submit(bodies: Sequence[bytes]) -> None:
                with durable(context.engine) as conn:
                    stored.store(conn, bodies, vault=context.vault, at=context.clock.now())

            intake = Flask("webhooks", static_folder=None)
            intake.register_blueprint(receiver(submit, lambda: (key,), lambda *_: None))
            client = intake.test_client()
            before = _tables(world)
            good = json.dumps([EVENT | {"intuitaccountid": world.companies[0][1]}] * 2).encode()
            taken = 0
            for number in range(count):
                body = mutated(random, mutated(random, good) if random.random() < 0.3 else good)
                signed = random.random() < 0.5
                header = signature(body, key.encode()) if signed else _signature(random, body)
                began = time.monotonic()
                answer = client.post("/webhooks", data=body, headers={"intuit-signature": header})
                _in_time(began, f"a webhook of {len(body)} bytes")
                seen[str(answer.status_code)] += 1
                if answer.status_code >= 500:
                    raise Wrong(f"a webhook was answered {answer.status_code}: {body[:80]!r}")
                if (answer.status_code == 200) != signed:
                    raise Wrong(f"signed: {signed}, answered {answer.status_code}: {body[:80]!r}")
                taken += answer.status_code == 200
                notifications_of(body)
                if number % 2_000 == 1_999:
                    _work_off(world)
            _work_off(world)
            after = _tables(world)
            changed = {name for name in after if after[name] != before[name]}
            if changed - {"inbox"}:
                raise Wrong(f"webhooks wrote into {sorted(changed - {'inbox'})}")
            rows = world.journal.execute("SELECT count(*) FROM inbox WHERE split_from IS NULL").fetchone()[0]
            if rows < taken:
                raise Wrong(f"{taken} bodies were taken and {rows} are stored")
        finally:
            world.close()
    return seen


def _work_off(world: HostileWorld) -> None:
    """Cut apart what has come, and see what of it is news; QuickBooks is not asked."""
    context = world.context
    inbox.split_waiting(context)
    company = world.company(0)
    with (
        leasing.held(context, company) as lease,
        mock.patch.object(inbox.sync, "sync"),
        mock.patch.object(inbox.merges, "told"),
    ):
        while inbox.work_off(context, company, lease):
            pass


def notifications_of(body: bytes) -> None:
    """Reading one raises nothing but its own refusal."""
    try:
        for part in notifications.parts_of(body).values():
            notifications.events_of(part)
    except notifications.Unreadable:
        return


def files(count: int, random: Random) -> Counter[str]:
    """Ledgers and lists of holds, as files come from other programs."""
    seen: Counter[str] = Counter()
    whole = LEDGER.read_bytes()
    head, *rows = whole.splitlines(keepends=True)
    holds = b'customer,kind,reason,until\nAda,dispute,"price, they say",2026-04-01\nBirch,promise,,4/1/2026\n'
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "ledger.csv"
        for _ in range(count):
            file.write_bytes(mutated(random, head + b"".join(random.sample(rows, 6))))
            began = time.monotonic()
            try:
                ledger_rows.read(file, COLUMNS, "%m/%d/%Y")
                seen["ledger read"] += 1
            except (LedgerRefused, UnicodeDecodeError, ValueError) as refused:
                seen[f"ledger refused: {type(refused).__name__}"] += 1
            try:
                hold_rows.read(mutated(random, holds))
                seen["holds read"] += 1
            except hold_rows.Unreadable:
                seen["holds refused"] += 1
            _in_time(began, "a file")
    return seen


def policy_texts(count: int, random: Random) -> Counter[str]:
    """Policies as people and editors spoil them."""
    seen: Counter[str] = Counter()
    whole = presets.text(presets.STANDARD).encode()
    for _ in range(count):
        text = mutated(random, whole).decode("utf-8", "replace")
        began = time.monotonic()
        seen["a policy" if policies.check(text).policy is not None else "refused with a sentence"] += 1
        _in_time(began, "a policy")
    return seen


def forms(count: int, random: Random) -> Counter[str]:
    """Whatever is posted to any address by a stranger: no 5xx, and nothing is written."""
    from qb_collections.web import create_web_app

    seen: Counter[str] = Counter()
    template(SMALL)
    with patched():
        world = HostileWorld(_script())
        try:
            web = create_web_app(world.context)
            client = web.test_client()
            rules = [rule for rule in web.url_map.iter_rules() if rule.methods]
            before = _tables(world)
            for _ in range(count):
                rule = random.choice(rules)
                values = {name: random.choice((1, 99, 10**30)) for name in rule.arguments}
                try:
                    path = rule.build(values)[1]  # type: ignore[index]
                except Exception:  # an argument that is not a number
                    path = rule.rule.replace("<", "").replace(">", "")
                method = random.choice(sorted(rule.methods))
                began = time.monotonic()
                data = mutated(random, b"name=Alder&until=2026-04-01&csrf_token=none&reason=said")
                answer = client.open(
                    path,
                    method=method,
                    data=data,
                    content_type=random.choice(
                        (
                            "application/x-www-form-urlencoded",
                            "multipart/form-data; boundary=x",
                            "text/plain",
                            "",
                        )
                    ),
                )
                _in_time(began, f"{method} {path}")
                seen[str(answer.status_code // 100) + "xx"] += 1
                if answer.status_code >= 500:
                    raise Wrong(f"{method} {path} was answered {answer.status_code}")
            changed = {name for name, rows in _tables(world).items() if rows != before[name]}
            if changed - {"session", "sign_in_attempt", "setting", "audit", "audit_head"}:
                raise Wrong(f"forms of a stranger wrote into {sorted(changed)}")
        finally:
            world.close()
    return seen


def _script() -> Script:
    five = (True,) * 5
    return Script(0, SMALL, modes=("automatic",) * 5, policies=("standard",) * 5, long_live=five, mails=five)


def _signature(random: Random, body: bytes) -> str:
    odd = ("", "=", "a" * 5_000, "ümläut".encode().decode("latin-1"), "00")
    return random.choice((*odd, signature(body + b" ", b"the-verifier"), signature(body, b"another")))


def _tables(world: HostileWorld) -> dict[str, int]:
    conn: sqlite3.Connection = sqlite3.connect(world.folder / DATABASE)
    names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    counts = {name: conn.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    conn.close()
    return counts


def _in_time(began: float, what: str) -> None:
    seconds = time.monotonic() - began
    if seconds > SECONDS_MAX * 10:  # ten times: the machine may be busy
        raise Wrong(f"{what} took {seconds:.1f} s")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.inputs")
    parser.add_argument("--webhooks", type=int, default=200_000)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--policies", type=int, default=20_000)
    parser.add_argument("--forms", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    wrong = 0
    kinds: tuple[tuple[str, Callable[[int, Random], Counter[str]], int], ...] = (
        ("webhooks", webhooks, given.webhooks),
        ("files", files, given.files),
        ("policies", policy_texts, given.policies),
        ("forms", forms, given.forms),
    )
    for name, hostile, count in kinds:
        began = time.monotonic()
        try:
            seen = hostile(count, Random(given.seed))
        except Wrong as problem:
            wrong += 1
            print(f"{name}: {problem}")
            continue
        told = ", ".join(f"{what} {times}" for what, times in seen.most_common(8))
        print(f"{name}: {count} in {time.monotonic() - began:.0f} s; {told}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))


__all__ = ["Wrong", "files", "forms", "mutated", "policy_texts", "webhooks"]
