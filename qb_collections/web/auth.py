"""Signing in and out, and the first-run link that leads to a password of one's own."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from qb_collections.store import audit, people, team
from qb_collections.store.engine import durable, reading
from qb_collections.store.people import PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN, User
from qb_collections.web.access import begin_session, context, end_session, safe_next, user
from qb_collections.web.wording import minutes

bp = Blueprint("auth", __name__)

WRONG = "That address and password don't belong together. Please try again."
USED_UP = (
    "This link was used already, or a newer one was printed. The service prints a new one when it starts."
)
EMAIL_MAX = 254
NAME_MAX = 120


@bp.get("/sign-in")
def sign_in() -> str:
    return render_template("web/sign_in.html", next=request.args.get("next", ""))


@bp.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Sign in; five failures for an account from one address lock it there for a quarter of an hour."""
    email = request.form.get("email", "").strip()[:EMAIL_MAX]
    password = request.form.get("password", "")[:PASSWORD_CHARACTERS_MAX]
    now = context().clock.now()
    address = request.remote_addr or "unknown"
    with durable(context().engine) as conn:
        locked = people.locked_until(conn, email, address, now)
        found = None if locked else people.sign_in(conn, email, password)
        if locked is None:
            people.note_attempt(conn, email, address, found is not None, now)
            what = "signed in" if found else "sign-in refused"
            audit.append(conn, None, found.name if found else "nobody", what, "session", None, now)
    if locked is not None:
        wait = minutes(locked - now)
        return _again(f"Too many attempts for this address. Please try again in {wait}."), 429
    if found is None:
        return _again(WRONG), 422
    begin_session(found)
    return redirect(safe_next(request.form.get("next")), 303)


@bp.get("/welcome/<token>")
def follow(token: str) -> ResponseReturnValue:
    """Take the token out of the address at once.  It is used up by pressing a button, not by looking."""
    session["welcome"] = token[:200]
    return redirect(url_for("auth.welcome"), 303)


@bp.get("/welcome")
def welcome() -> ResponseReturnValue:
    if "welcome" not in session:
        return redirect(url_for("auth.sign_in"), 303)
    with reading(context().engine) as conn:  # who was invited need not say again who they are
        guest = team.invited(conn, session["welcome"], context().clock.now())
    known = {"name": guest.name, "email": guest.email} if guest else {}
    return render_template("web/welcome.html", shortest=PASSWORD_CHARACTERS_MIN, form=known)


@bp.post("/welcome")
def choose() -> ResponseReturnValue:
    """Use the link up and sign in, with a password of one's own or, for now, without one."""
    token = session.get("welcome")
    if token is None:
        return redirect(url_for("auth.sign_in"), 303)
    later = "later" in request.form
    problem = None if later else _problem() or _taken(token)
    if problem is not None:
        page = render_template(
            "web/welcome.html", shortest=PASSWORD_CHARACTERS_MIN, form=request.form, problem=problem
        )
        return page, 422
    found = _use(token, later)
    if found is None:
        session.pop("welcome")
        flash(USED_UP, "refused")
        return redirect(url_for("auth.sign_in"), 303)
    begin_session(found)
    if not later:
        flash("Your password is set. From now on you sign in with it and your e-mail address.")
    return redirect(url_for("companies.home"), 303)


@bp.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End every session of this person, on every device: a signed cookie alone cannot be taken back."""
    with durable(context().engine) as conn:
        people.end_sessions(conn, user().id)
        audit.append(conn, None, user().name, "signed out", "session", None, context().clock.now())
    end_session()
    flash("You are signed out, here and everywhere else. The nightly work goes on without you.")
    response = redirect(url_for("auth.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _use(token: str, later: bool) -> User | None:
    now = context().clock.now()
    with durable(context().engine) as conn:
        found = people.use_first_run_link(conn, token) or team.use(conn, token, now)
        if found is None:
            return None
        if not later:
            name = request.form["name"].strip()[:NAME_MAX] or found.name
            people.set_email(conn, found.id, request.form["email"].strip(), name)
            people.set_password(conn, found.id, request.form["password"])
        audit.append(conn, None, found.name, "signed in", "first-run link", None, now)
        return people.get(conn, found.id)


def _problem() -> str | None:
    """Why the form can't be taken, as a sentence."""
    email = request.form.get("email", "").strip()
    password = request.form.get("password", "")
    local, at, domain = email.partition("@")
    if not (local and at and domain) or len(email) > EMAIL_MAX or " " in email:
        return "Please enter your e-mail address, for example dana@example.com. You will sign in with it."
    if len(password) < PASSWORD_CHARACTERS_MIN:
        return (
            f"Please choose at least {PASSWORD_CHARACTERS_MIN} characters. A short sentence is easy to keep."
        )
    if len(password) > PASSWORD_CHARACTERS_MAX:
        return f"That is more than {PASSWORD_CHARACTERS_MAX} characters."
    if password.casefold() == email.casefold() or len(set(password)) < 5:
        return "Please choose something that is harder to guess."
    return None


def _taken(token: str) -> str | None:
    """Another person's address is not for the taking."""
    with reading(context().engine) as conn:
        holder = team.by_email(conn, request.form.get("email", ""))
        whose = people.of_first_run_link(conn, token) or team.invited(conn, token, context().clock.now())
    if holder is None or whose is None or holder.id == whose.id:
        return None
    return "That address belongs to somebody else here. Please enter your own."


def _again(problem: str) -> str:
    return render_template("web/sign_in.html", next=request.form.get("next", ""), problem=problem)
