"""plan offer: ways to spread what is late, in writing."""

from __future__ import annotations

import click

from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import actor, company_on_its_clock
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import company_option
from qb_collections.services import offering


def add_to(plan: click.Group) -> None:
    @verb(plan, "offer", "plan offer 'Marlow Print Works'")
    @click.argument("customer_name", metavar="CUSTOMER")
    @company_option
    def offer(name: str | None, customer_name: str) -> Answer:
        """Offer CUSTOMER two or three ways to spread what is late, within your policy.

        The message leaves as your other messages do; nothing is agreed before they answer.
        """
        context, company = company_on_its_clock(name)
        done = accepted(offering.offer(context, company, customer_name, by=actor()))
        data = {
            "company": company.name,
            "customer": done.customer,
            "shapes": list(done.shapes),
            "message": done.message,
        }
        return Answer(data, [done.message, *(f"  {one}" for one in done.shapes)])
