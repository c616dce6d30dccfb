"""The warning that a permission ends for good on a day, with the button for who may renew it."""

from __future__ import annotations

from dataclasses import dataclass

from qb_collections.services import keep_alive
from qb_collections.services.context import Context
from qb_collections.store import people
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.people import Role
from qb_collections.web import headers
from qb_collections.web.access import user


@dataclass(frozen=True, slots=True)
class Warning:
    """step: the milestone reached, 30, 14, 7 or 1 days before.  may: whether the reader can reconnect."""

    days_left: int
    step: int
    sentence: str
    may: bool


def warning(here: Context, company: Company) -> Warning | None:
    """None: nothing to say yet.  here is the context on the company's time."""
    by = keep_alive.reconnect_by(here, company)
    if by is None:
        return None
    if company.emulator_url is not None:
        headers.allow_form_to(company.emulator_url)  # the button leads there
    with reading(here.engine) as conn:
        held = people.role_for(conn, user().id, company.id)
    return Warning(by.days_left, by.step, by.sentence, held is not None and held.covers(Role.OWNER))
