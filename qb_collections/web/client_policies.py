"""Give one policy to many clients: choose, see what would change for each, put it in force."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from qb_collections.services import client_policies, presets
from qb_collections.services.client_policies import AT_ONCE
from qb_collections.services.policies import NOTE_MAX, TEXT_MAX
from qb_collections.services.refusal import Refusal
from qb_collections.store import clients
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.people import Role
from qb_collections.web.access import context, context_of, user

bp = Blueprint("client_policies", __name__, url_prefix="/companies/policies")


@bp.get("/")
def choose() -> str:
    """Which policy, and for whom."""
    return _choose()


@bp.post("/compare")
def compare() -> ResponseReturnValue:
    """What would change tonight, client by client, ten at a time; nothing is changed."""
    text, chosen = _text(), _chosen()
    if isinstance(text, Refusal):
        return _choose(text.message), 422
    if not chosen:
        return _choose("Choose at least one company. Nothing was changed."), 422
    first = _first(len(chosen))
    shown = chosen[first : first + AT_ONCE]
    return render_template(
        "web/client_policies_compared.html",
        compared=client_policies.compare(context_of, shown, text),
        text=text,
        preset=request.form.get("preset", ""),
        chosen=chosen,
        first=first,
        at_once=AT_ONCE,
        note=request.form.get("note", "")[:NOTE_MAX],
        note_max=NOTE_MAX,
    )


@bp.post("/put")
def put() -> ResponseReturnValue:
    """In force for those that are ticked, each with its own note."""
    text, chosen = _text(), _chosen()
    if isinstance(text, Refusal):
        return _choose(text.message), 422
    if not chosen:
        return _choose("No company was ticked. Nothing was changed."), 422
    wanted = [(one, request.form.get(f"note-{one.id}", "")) for one in chosen]
    done = client_policies.put(context_of, wanted, text, author=user().name)
    later = [one for one in _mine() if str(one.id) in set(request.form.getlist("later"))]
    changed = sum(one.version is not None for one in done)
    if changed < len(done):
        flash(f"{len(done) - changed} of {len(done)} companies were left as they are.", "refused")
    return render_template(
        "web/client_policies_done.html",
        done=done,
        later=later,
        text=text,
        preset=request.form.get("preset", ""),
    )


def _choose(problem: str | None = None) -> str:
    return render_template(
        "web/client_policies.html",
        presets=presets.every(),
        companies=_mine(),
        ticked={one.id for one in _chosen()} if request.method == "POST" else set(),
        text=request.form.get("text", "")[:TEXT_MAX],
        preset=request.form.get("preset", ""),
        note=request.form.get("note", "")[:NOTE_MAX],
        problem=problem,
    )


def _text() -> str | Refusal:
    return client_policies.text_of(request.form.get("preset", ""), request.form.get("text", ""))


def _mine() -> list[Company]:
    """Companies whose policy this person may change."""
    with reading(context().engine) as conn:
        return [one.company for one in clients.of_user(conn, user().id) if one.role.covers(Role.MANAGER)]


def _chosen() -> list[Company]:
    """Of another person's company nothing is said: it is not there."""
    ticked = set(request.form.getlist("company"))
    return [one for one in _mine() if str(one.id) in ticked]


def _first(count: int) -> int:
    text = request.form.get("first", "")
    wanted = int(text[:6]) if text.isascii() and text.isdigit() else 0
    return wanted if wanted < count else 0
