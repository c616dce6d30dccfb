"""Thirty nights of the demo, lived through once for every test that looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qb_collections import config
from qb_collections.demo import run
from qb_collections.demo.world import World, opened


@dataclass(frozen=True)
class Played:
    world: World
    data: dict[str, Any]
    lines: list[str]

    def rows(self, entity: str, where: str = "") -> list[dict[str, Any]]:
        condition = f" WHERE {where}" if where else ""
        engine, realm = self.world.emulator.engine, self.world.handle.realm_id
        return engine.query(realm, f"SELECT * FROM {entity}{condition} MAXRESULTS 1000").get(entity, [])

    def invoice(self, number: str) -> dict[str, Any]:
        [row] = self.rows("Invoice", f"DocNumber = '{number}'")
        return row

    def paid(self, customer: str) -> dict[date, Decimal]:
        rows = [row for row in self.rows("Payment") if row["CustomerRef"]["name"] == customer]
        return {
            date.fromisoformat(row["TxnDate"]): row["TotalAmt"]
            for row in rows
            if row["TxnDate"] >= "2026-10-31" and row["TotalAmt"] > 0
        }

    def heard(self, customer: str) -> list[tuple[str, str]]:
        return [
            (one["on"], who["stage"])
            for one in self.data["record"]
            for who in one["heard"]
            if who["customer"] == customer
        ]


@pytest.fixture(scope="session")
def played(tmp_path_factory):
    settings = config.read({}, data_dir=tmp_path_factory.mktemp("demo"), log_level="warning", file=None)
    lines: list[str] = []
    with opened(settings, {"kind": "demo"}) as world:
        done = run.play(world, 30, lines.append, lambda *_: None, lambda: None)
        yield Played(world, done.data, lines)
