"""The policy: its steps on a line of days, its text with problems beside their lines, its versions."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core import policy as core
from qb_collections.core import policy_diff
from qb_collections.services import ladder_view, policies, policy_moves, presets
from qb_collections.services.policies import Checked
from qb_collections.services.refusal import Refusal
from qb_collections.store.companies import Company
from qb_collections.web import policy_trials
from qb_collections.web.access import company_for_user, context_of, user

MOVES_SHOWN = 50

bp = Blueprint("policies", __name__, url_prefix="/companies/<int:company_id>/policy")


@bp.get("/")
def show(company_id: int) -> str:
    """What is in force, and who still goes by earlier steps."""
    company = company_for_user(company_id)
    here = context_of(company)
    own = [one for one in policies.versions(here, company) if one.name is None]
    stored = own[-1]
    policy = core.load(stored.text)
    count, moves = policy_moves.first(here, company, MOVES_SHOWN)
    return render_template(
        "web/policy.html",
        stored=stored,
        policy=policy,
        ladder=ladder_view.ladder(policy, company.currency),
        versions=own[::-1],
        presets=presets.every(),
        moves=moves,
        count=count,
    )


@bp.get("/text")
def edit(company_id: int) -> str:
    """The text in force, or a policy that ships, ready to be changed."""
    company = company_for_user(company_id)
    stored = policies.current(context_of(company), company)
    preset = presets.find(request.args.get("preset", "")) if "preset" in request.args else None
    if isinstance(preset, Refusal):
        flash(preset.message, "refused")
        preset = None
    text = preset.text if preset else stored.text
    note = f"the policy that ships as {preset.title}" if preset else ""
    return _editor(company, text, note)


@bp.post("/text")
def save(company_id: int) -> ResponseReturnValue:
    """Check the text, show what it would change, or put it in force as the next version."""
    company = company_for_user(company_id, role="manager")
    here = context_of(company)
    text = request.form.get("text", "").replace("\r\n", "\n")
    note = request.form.get("note", "")
    if "look" in request.form:
        return _editor(company, text, note)
    if "trial" in request.form:
        began = policy_trials.begin_trial(company, text, note)
        return (
            (_editor(company, text, note, said=began.message), 422) if isinstance(began, Refusal) else began
        )
    done = policies.put(here, company, text, author=user().name, note=note)
    if isinstance(done, Checked):
        return _editor(company, text, note), 422
    if isinstance(done, Refusal):
        return _editor(company, text, note, said=done.message), 422
    flash(
        f"Version {done.version} is in force from the next night on. Customers in the middle of the steps "
        "keep the steps they began with; limits, hours, holidays and approvals hold at once."
    )
    return redirect(url_for(".show", company_id=company.id), 303)


@bp.get("/versions/<int:number>")
def version(company_id: int, number: int) -> ResponseReturnValue:
    """One version: its text, and what it changed."""
    company = company_for_user(company_id)
    here = context_of(company)
    found = policies.version(here, company, number)
    if isinstance(found, Refusal):
        flash(found.message, "refused")
        return redirect(url_for(".show", company_id=company.id), 303)
    compared = policies.compare(here, company, number - 1, number) if number > 1 else None
    return render_template(
        "web/policy_version.html",
        found=found,
        compared=None if isinstance(compared, Refusal) else compared,
        current=policies.current(here, company).version,
    )


@bp.post("/versions/<int:number>")
def roll_back(company_id: int, number: int) -> ResponseReturnValue:
    """Put the text of an earlier version in force again, as the next version."""
    company = company_for_user(company_id, role="manager")
    note = request.form.get("note", "")
    done = policies.roll_back(context_of(company), company, number, author=user().name, note=note)
    if isinstance(done, Refusal):
        flash(done.message, "refused")
    elif isinstance(done, Checked):
        flash(
            f"Version {number} cannot be used any more: {done.problems[0]}. Nothing was changed.", "refused"
        )
    else:
        flash(f"Version {done.version} is in force: the text of version {number}.")
    return redirect(url_for(".show", company_id=company.id), 303)


@bp.post("/move")
def move(company_id: int) -> ResponseReturnValue:
    """Let the customers who go by earlier steps go by the present ones."""
    company = company_for_user(company_id, role="manager")
    done = policy_moves.move(
        context_of(company), company, author=user().name, note=request.form.get("note", "")
    )
    if isinstance(done, Refusal):
        flash(done.message, "refused")
    else:
        people = "1 customer goes" if len(done) == 1 else f"{len(done)} customers go"
        flash(f"{people} by the steps now in force. No step is sent twice.")
    return redirect(url_for(".show", company_id=company.id), 303)


def _editor(company: Company, text: str, note: str, *, said: str | None = None) -> str:
    """The text with a number at each line, what is wrong beside its line, and what would change."""
    stored = policies.current(context_of(company), company)
    checked = policies.check(text)
    wrong: dict[int, list[str]] = {}
    for problem in checked.problems:
        words = f"{problem.path}: {problem.message}" if problem.path else problem.message
        wrong.setdefault(problem.line or 1, []).append(words)
    changes = policy_diff.changes(core.load(stored.text), checked.policy) if checked.policy else ()
    drawn = None
    if checked.policy is not None and text != stored.text:
        drawn = ladder_view.ladder(checked.policy, company.currency)
    return render_template(
        "web/policy_text.html",
        text=text,
        note=note,
        said=said,
        wrong=sorted(wrong.items()),
        lines=text.split("\n"),
        changes=changes,
        is_good=checked.policy is not None,
        unchanged=text == stored.text,
        ladder=drawn,
        note_max=policies.NOTE_MAX,
        text_max=policies.TEXT_MAX,
    )
