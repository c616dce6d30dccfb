"""Which nights a person agreed to as a whole."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Integer, cast, func, select

from qb_collections.core.intents import Approval, IntentKind
from qb_collections.store.tables.intents import intent


def approved_runs(
    conn: Connection, company_id: int, run_ids: Collection[int], kinds: Collection[IntentKind]
) -> set[int]:
    """Which of these runs had effects of these kinds, each of them with a person's yes."""
    yes = func.sum(cast(intent.c.approval == Approval.GIVEN, Integer))
    query = (
        select(intent.c.run_id)
        .where(
            intent.c.company_id == company_id,
            intent.c.run_id.in_(run_ids),
            intent.c.kind.in_(kinds),
        )
        .group_by(intent.c.run_id)
        .having(yes == func.count())
    )
    return {run_id for run_id in conn.execute(query).scalars() if run_id is not None}
