"""Where a run's list leads to and what may be done on it, put together once for fifty customers."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_wtf.csrf import generate_csrf

from qb_collections.web.access import may


@dataclass(frozen=True, slots=True)
class Links:
    """What an id is put behind; an invoice's address ends in a slash.  token: of every form of the page."""

    run: str
    customer: str
    invoice: str
    message: str
    token: str
    collects: bool
    manages: bool


def links(company_id: int, run_id: int) -> Links:
    return Links(
        run=url_for("runs.show", company_id=company_id, run_id=run_id),
        customer=url_for("customers.show", company_id=company_id, customer_id="-").removesuffix("-"),
        invoice=url_for("invoices.show", company_id=company_id, invoice_id="-").removesuffix("-/"),
        message=url_for("mail.read", company_id=company_id, message_id=0).removesuffix("0"),
        token=generate_csrf(),
        collects=may("collector"),
        manages=may("manager"),
    )
