"""customer important, kind, language: who is spoken to by people first, who owes, and in which words."""

from __future__ import annotations

import click

from qb_collections.cli import knowing
from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import actor, company_on_its_clock
from qb_collections.cli.verbs import noun, verb
from qb_collections.cli.words import company_option
from qb_collections.services import customer_kind, customer_language
from qb_collections.services import important as marking


def add_to(main: click.Group) -> None:
    @noun(main, "customer", "customer important 'Cumberland Cold Storage'")
    def customer() -> None:
        """Say what one customer is to you, and see how they pay."""

    knowing.add_to_customer(customer)

    @verb(
        customer,
        "important",
        "customer important 'Cumberland Cold Storage'",
        "customer important 'Cumberland Cold Storage' --lift",
    )
    @click.argument("customer_name", metavar="CUSTOMER")
    @click.option("--lift", is_flag=True, help="Treat like everybody else again.")
    @company_option
    def important(name: str | None, customer_name: str, lift: bool) -> Answer:
        """Mark a customer as important: from your policy's step on you approve what goes to them.

        The policy names the step under [approvals], important_from.
        """
        context, company = company_on_its_clock(name)
        said = accepted(marking.mark(context, company, customer_name, not lift, by=actor()))
        data = {"company": company.name, "customer": customer_name, "important": not lift, "message": said}
        return Answer(data, [said])

    @verb(
        customer,
        "kind",
        "customer kind 'Cumberland Cold Storage' company",
        "customer kind 'Ann Becker' private",
    )
    @click.argument("customer_name", metavar="CUSTOMER")
    @click.argument("choice", metavar="KIND", type=click.Choice(list(customer_kind.CHOICES)))
    @company_option
    def kind(name: str | None, customer_name: str, choice: str) -> Answer:
        """Say who a customer is: company, sole-trader, private or as-quickbooks.

        Whoever is not known to be a company is contacted less often: your policy says how often under
        [private_persons]. As-quickbooks goes by whether QuickBooks has a company name.
        """
        context, company = company_on_its_clock(name)
        said = accepted(customer_kind.say(context, company, customer_name, choice, by=actor()))
        return Answer(
            {"company": company.name, "customer": customer_name, "kind": choice, "message": said}, [said]
        )

    @verb(
        customer,
        "language",
        "customer language 'Druckerei Marlow' de",
        "customer language 'Druckerei Marlow' as-company",
    )
    @click.argument("customer_name", metavar="CUSTOMER")
    @click.argument("choice", metavar="LANGUAGE")
    @company_option
    def language(name: str | None, customer_name: str, choice: str) -> Answer:
        """Say in which language a customer is written to: de, en, or as-company.

        Dates and amounts go with it.  Texts that are not there in the language are sent in English.
        """
        context, company = company_on_its_clock(name)
        said = accepted(customer_language.say(context, company, customer_name, choice, by=actor()))
        data = {"company": company.name, "customer": customer_name, "language": choice, "message": said}
        return Answer(data, [said])
