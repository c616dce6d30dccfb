"""The warning that a permission ends for good on a day, with the button for who may renew it."""

from __future__ import annotations

from dataclasses import dataclass

from qb_collections.services.keep_alive import ReconnectBy
from qb_collections.store.companies import Company
from qb_collections.web import headers
from qb_collections.web.access import may


@dataclass(frozen=True, slots=True)
class Warning:
    """step: the milestone reached, 30, 14, 7 or 1 days before.  may: whether the reader can reconnect."""

    days_left: int
    step: int
    sentence: str
    may: bool


def warning(by: ReconnectBy | None, company: Company) -> Warning | None:
    """None: nothing to say yet."""
    if by is None:
        return None
    if company.emulator_url is not None:
        headers.allow_form_to(company.emulator_url)  # the button leads there
    return Warning(by.days_left, by.step, by.sentence, may("owner"))
