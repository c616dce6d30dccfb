"""The line on every page that says whether anything leaves, with the way to stop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, has_request_context
from flask_login import current_user

from qb_collections.core.company_gates import Link, Mode
from qb_collections.store import companies
from qb_collections.store.companies import Company, StopState
from qb_collections.store.engine import reading
from qb_collections.web import stop
from qb_collections.web.access import context, may, user

IN_FORCE = {
    Mode.SHADOW: ("off", "Sending is off", "Every night is decided and shown. Nothing leaves."),
    Mode.APPROVE: (
        "waits",
        "Sending waits for you",
        "Each night's messages leave once you have approved them.",
    ),
    Mode.AUTOMATIC: (
        "on",
        "Sending is on",
        "Messages leave by themselves, except the steps you asked to approve.",
    ),
}


@dataclass(frozen=True, slots=True)
class Sending:
    """What the line says; kind is its colour: off, waits, on or stopped."""

    kind: str
    title: str
    sentence: str
    company_stopped: bool
    all_stopped: StopState | None


def install(app: Flask) -> None:
    app.context_processor(_shared)


def sending_of(company: Company | None, everything: StopState | None) -> Sending:
    """Of one company, or without one of all."""
    stopped = company is not None and company.stopped_by is not None
    if everything is not None:
        said = f"Stopped by {everything.by}. Nothing leaves for any company until this is lifted."
        return Sending("stopped", "Everything is stopped", said, stopped, everything)
    if company is None:
        return Sending(
            "off", "Each company has its own switch", "Here you can stop all of them.", False, None
        )
    if stopped:
        said = (
            f"Stopped by {company.stopped_by}. Nothing leaves until this is lifted. Nights are still decided."
        )
        return Sending("stopped", "Sending is stopped", said, True, None)
    if company.state is not Link.CONNECTED:
        return Sending("off", "Sending is off", "The company is not connected to QuickBooks.", False, None)
    return Sending(*IN_FORCE[company.mode], False, None)


def _shared() -> dict[str, Any]:
    """What base.html needs on every page."""
    if not has_request_context() or g.get("failed") or not current_user.is_authenticated:
        return {"signed_in": None, "company": None, "sending": None, "needs_you": 0, "may": may}
    company: Company | None = g.get("company")
    with reading(context().engine) as conn:
        everything, waiting, acts = companies.on_every_page(conn, company.id if company else None, user().id)
    return {
        "signed_in": user(),
        "company": company,
        "sending": sending_of(company, everything),
        "needs_you": waiting,
        "may_stop_all": acts,
        "may_lift_all": everything is not None and stop.may_lift_all(),
        "emulator_silent": g.get("emulator_silent", False),
        "may": may,
    }
