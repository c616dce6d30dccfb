"""Whether the service is alive, for a monitor.  Says nothing about any company."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from qb_collections.store import schema
from qb_collections.web.access import context

bp = Blueprint("health", __name__)

TICK_SECONDS_MAX = 180  # the scheduler ticks each minute


@bp.get("/healthz")
def show() -> ResponseReturnValue:
    """200 while the database answers and the scheduler ticks, else 503."""
    database = schema.state(context().engine)
    age = current_app.extensions["qbc_heartbeat"]()
    good = database is schema.State.CURRENT and (age is None or age <= TICK_SECONDS_MAX)
    body = {
        "status": "ok" if good else "failing",
        "database": database.value,
        "scheduler_tick_age_seconds": None if age is None else int(age),
    }
    return jsonify(body), 200 if good else 503
