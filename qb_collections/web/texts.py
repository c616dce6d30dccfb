"""The texts of messages: read one, try it on a real customer, put it in force, go back; and the logo."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.messages.look import LOGO_MAX
from qb_collections.messages.template import TEMPLATE_MAX
from qb_collections.services import logos, template_preview, templates
from qb_collections.services.refusal import Refusal
from qb_collections.services.template_preview import Preview
from qb_collections.services.templates import Faulty
from qb_collections.store import overview
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.web.access import company_for_user, context_of, user

bp = Blueprint("texts", __name__, url_prefix="/companies/<int:company_id>/texts")

CUSTOMERS_OFFERED = 100

# The owner's words for each text, in the order in which a customer may meet them.
TITLES = {
    "mail/s0": "Copy before the due date",
    "mail/s1_one": "First message, one invoice",
    "mail/s1_several": "First message, several invoices",
    "mail/s2": "Second message",
    "mail/s3_missed_call": "After a call that reached nobody",
    "mail/s4": "Firm message",
    "mail/s5": "Final notice, e-mail",
    "letters/final_notice": "Final notice, letter",
    "mail/s6": "After your decision",
    "mail/monthly": "Monthly statement",
    "mail/backlog": "First message about older invoices",
    "mail/thank_you": "Thank you",
    "mail/promise_noted": "Promise noted",
    "mail/part_noted": "Part payment noted",
    "mail/promise_missed": "Promise missed",
    "mail/dispute_received": "Question received",
    "mail/dispute_answered": "Question answered",
    "mail/plan_offer": "Offer to pay in parts",
    "mail/installment_before": "Payment of a plan, before",
    "mail/installment_missed": "Payment of a plan, missed",
    "mail/words": "Small words in all texts",
    "notes/lines": "Note lines in QuickBooks",
    "calls/sheet": "Call sheet",
    "calls/decision": "Card for your decision",
}
GROUPS = (
    ("mail/blocks/", "Blocks under messages"),
    ("mail/", "E-mails"),
    ("letters/", "Letters"),
    ("notes/", "Notes"),
    ("calls/", "For your own people"),
)


@bp.get("/")
def list_all(company_id: int) -> str:
    """Every text with what holds of it, and the logo."""
    company = company_for_user(company_id)
    here = context_of(company)
    with reading(here.engine) as conn:
        look = logos.look_for(conn, company)
    grouped: dict[str, list[templates.Listed]] = {heading: [] for _, heading in GROUPS}
    for one in templates.every(here, company):
        grouped[next(heading for start, heading in GROUPS if one.name.startswith(start))].append(one)
    order = list(TITLES)
    for found in grouped.values():
        found.sort(
            key=lambda one: (order.index(one.name) if one.name in TITLES else 99, one.name, one.language)
        )
    return render_template(
        "web/texts.html", grouped=grouped, title=title, look=look, logo_max=LOGO_MAX // 1_000_000
    )


@bp.get("/text/<path:name>")
def show(company_id: int, name: str) -> str:
    """The text in force, and beside it the message as a real customer would read it now."""
    company = company_for_user(company_id)
    return _editor(company, name, _language(), None, "")


@bp.post("/text/<path:name>")
def save(company_id: int, name: str) -> ResponseReturnValue:
    """Try the text, or put it in force as the next version."""
    company = company_for_user(company_id, role="manager")
    text = request.form.get("text", "").replace("\r\n", "\n")
    note, language = request.form.get("note", ""), _language()
    if "look" in request.form:
        return _editor(company, name, language, text, note)
    done = templates.put(
        context_of(company), company, name, text, author=user().name, note=note, language=language
    )
    if isinstance(done, Faulty):
        return _editor(company, name, language, text, note), 422
    if isinstance(done, Refusal):
        return _editor(company, name, language, text, note, said=done.message), 422
    flash(f"Version {done.number} is in force from the next message on.")
    return redirect(url_for(".show", company_id=company.id, name=name, language=language), 303)


@bp.post("/back/<path:name>")
def roll_back(company_id: int, name: str) -> ResponseReturnValue:
    """Put an earlier version in force again; 0 is the text that ships."""
    company = company_for_user(company_id, role="manager")
    number = request.form.get("number", "")
    language = _language()
    back = redirect(url_for(".show", company_id=company.id, name=name, language=language), 303)
    if not number.isdecimal():
        flash("Please choose a version. Nothing was changed.", "refused")
        return back
    done = templates.roll_back(
        context_of(company),
        company,
        name,
        int(number[:6]),
        author=user().name,
        note=request.form.get("note", ""),
        language=language,
    )
    if isinstance(done, Faulty):
        flash(f"That text cannot be used any more: {done.problems[0]} Nothing was changed.", "refused")
    elif isinstance(done, Refusal):
        flash(done.message, "refused")
    else:
        said = "the text that ships" if number == "0" else f"version {number}"
        flash(f"Version {done.number} is in force: {said}.")
    return back


@bp.post("/logo")
def logo(company_id: int) -> ResponseReturnValue:
    """Take a picture as the logo, or take the logo away."""
    company = company_for_user(company_id, role="manager")
    here = context_of(company)
    back = redirect(url_for(".list_all", company_id=company.id), 303)
    if "remove" in request.form:
        gone = logos.remove(here, company, by=user().name)
        flash("The logo is taken away." if gone else "There was no logo.")
        return back
    file = request.files.get("logo")
    if file is None or not file.filename:
        flash("Please choose a picture. Nothing was changed.", "refused")
        return back
    done = logos.take(here, company, file.stream.read(LOGO_MAX + 1), by=user().name)
    if isinstance(done, Refusal):
        flash(done.message, "refused")
    else:
        flash("Your logo stands in messages and on letters from the next one on.")
    return back


def title(name: str) -> str:
    """The owner's words for a text; its file's name where nobody has given it any."""
    if name in TITLES:
        return TITLES[name]
    words = name.rpartition("/")[2].replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}"


def _editor(
    company: Company, name: str, language: str, text: str | None, note: str, *, said: str | None = None
) -> str:
    here = context_of(company)
    found = templates.opened(here, company, name, language=language, text=text)
    if isinstance(found, Refusal):  # nothing ships in that language: the English text is where one begins
        found = templates.opened(here, company, name, text=text)
        if isinstance(found, Refusal):
            abort(404)
    text = found.text
    in_force = None if isinstance(found.in_force, Refusal) else found.in_force
    tried = found.problems
    if isinstance(tried, Refusal):
        said, tried = said or tried.message, ()
    with reading(here.engine) as conn:
        owing = overview.owing(conn, company.id, company.today(here.clock.now()))[:CUSTOMERS_OFFERED]
    customer = request.values.get("customer", owing[0].customer_id if owing else "")
    filled = _filled(company, name, text, customer, language)
    return render_template(
        "web/text.html",
        name=name,
        title=title(name),
        language=language,
        text=text,
        note=note,
        said=said,
        in_force=in_force,
        is_changed=in_force is None or text != in_force.text,
        problems=tried,
        versions=found.versions[::-1],
        owing=owing,
        customer=customer,
        filled=filled if isinstance(filled, Preview) else None,
        no_preview=filled.message if isinstance(filled, Refusal) else None,
        text_max=TEMPLATE_MAX,
        note_max=templates.NOTE_MAX,
    )


def _filled(company: Company, name: str, text: str, customer: str, language: str) -> Preview | Refusal:
    if not customer:
        return Refusal("Nobody owes you anything, so there is nobody to try it on.")
    return template_preview.preview(context_of(company), company, name, text, customer, language=language)


def _language() -> str:
    return request.values.get("language", "en")[:8] or "en"
