"""Pages that say something and ask nothing: what we read and write, and the ones Intuit links to."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qb_collections.web.access import context

bp = Blueprint("pages", __name__)


@bp.get("/disconnect")
def disconnected() -> str:
    """Where QuickBooks sends people who disconnected there.

    Anybody can call this address with any company's number, so it changes
    nothing: whether our permission ended is asked of Intuit itself, at the next
    refresh of the tokens.
    """
    return render_template("web/disconnected.html")


@bp.get("/what-we-touch")
def what_we_touch() -> str:
    return render_template("web/what_we_touch.html")


@bp.get("/six-steps")
def six_steps() -> str:
    return render_template("web/six_steps.html", redirect_uri=context().settings.redirect_uri)


@bp.get("/launch")
def launch() -> ResponseReturnValue:
    """Where QuickBooks sends people who open the app from there."""
    return redirect(url_for("companies.home"), 303)


@bp.get("/reconnect")
def reconnect() -> ResponseReturnValue:
    """Where QuickBooks sends people whose permission has run out: the list says which company."""
    return redirect(url_for("companies.list_all"), 303)
