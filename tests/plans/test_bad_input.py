"""What bad input gets: one sentence, the same from the service, the command and the page; nothing is written.

It says what is wrong and what would work.
The page's form has neither days one by one nor a clearing account.
"""

import html
import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner

from qb_collections.cli import main, opening
from qb_collections.cli import plans as plan_commands
from qb_collections.core.case import HoldKind
from qb_collections.services import holds, leasing, plan_trial, plans, sync
from qb_collections.services.refusal import Refusal
from qb_collections.store import people
from qb_collections.store.engine import durable
from qb_collections.web import create_web_app
from tests.plans.books import START, PlanBooks

HOME = {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}}


# A command's module is read when it is first asked for: before anything is put in the place of what it takes.
assert plan_commands.open_context is opening.open_context


class Counter:
    """The grill's three invoices, and what else a plan may stumble over."""

    def __init__(self):
        self.books = books = PlanBooks(amounts=("600.00", "1.00", "249.99"))
        books.act("set_preferences", preferences={"CurrencyPrefs": HOME})
        self.ids = {
            name: one["Id"] for name, one in zip(("fine", "one", "auto"), books.invoices, strict=True)
        }
        for name in ("mixed", "paid", "merged"):
            who = books.customer(f"Customer {name}")
            self.ids[name] = books.invoice(who, "75.00", date(2026, 8, 3), date(2026, 9, 2))["Id"]
        lyon = books.customer("Glacier Lyon", CurrencyRef={"value": "EUR"})
        for name, rate in (("euros", "1.1"), ("other rate", "1.2")):
            euros = {"CurrencyRef": {"value": "EUR"}, "ExchangeRate": Decimal(rate)}
            self.ids[name] = books.invoice(lyon, "90.00", date(2026, 8, 3), date(2026, 9, 2), **euros)["Id"]
        with leasing.held(books.context, books.company) as lease:
            sync.sync(books.context, books.company, lease)
        for name in ("auto",):
            number = books.read_invoice(self.ids[name])["DocNumber"]
            held = holds.add(
                books.context, books.company, HoldKind.AUTOPAY, reason="by card", by="Dana", invoice=number
            )
            assert not isinstance(held, Refusal)
        books.act("pay", invoice={"id": self.ids["paid"]})
        books.act("merge", entity="Customer", **{"from": "Customer merged", "into": "Customer mixed"})
        self.client = signed_in(books)
        self.writes = 0
        books.engine.on_change(self._count)

    def _count(self, change):
        self.writes += 1

    def token(self, path):
        return token_of(self.client, path)


def signed_in(books):
    """The owner's browser."""
    client = create_web_app(books.context).test_client()
    with durable(books.context.engine) as conn:
        link = people.first_run_link(conn, START)
    client.get(f"/welcome/{link}")
    client.post("/welcome", data={"csrf_token": token_of(client, "/welcome"), "later": "1"})
    return client


def token_of(client, path):
    return client.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]


@dataclass
class Case:
    says: str
    helps: str  # what would work
    invoices: tuple[str, ...] = ("fine",)
    terms: dict = field(default_factory=dict)
    as_form: str = "installments"
    closed: bool = False
    on_page: bool = True


ASKED = {"payments": 3, "first_on": date(2026, 11, 16)}
CASES = {
    "three installments of nothing": Case(
        "Nothing is left to pay on these invoices", "Choose invoices that are open", ("paid",)
    ),
    "a hundred of a cent": Case(
        "between 1 and 60 payments; 100 were asked for", "between 1 and 60", ("one",), {"payments": 100}
    ),
    "payments of a cent": Case(
        "Payments of $0.01 would be 60000 for $600.00",
        "Choose at least $10.00",
        terms={"payments": None, "each": Decimal("0.01")},
    ),
    "a day in the past": Case(
        "which is not after the day of the plan", "Choose a later day", terms={"first_on": date(2026, 10, 1)}
    ),
    "days out of order": Case(
        "does not come after the one due on Monday, November 30",
        "Put the dates in order",
        terms={
            "payments": None,
            "first_on": None,
            "days": (date(2026, 11, 16), date(2026, 11, 30), date(2026, 11, 27)),
        },
        on_page=False,
    ),
    "a plan day in closed books": Case(
        "The books are closed through Friday, October 30", "Choose a later day", closed=True
    ),
    "an invoice paid a second ago": Case(
        "Nothing is left to pay on invoice", "Leave it out", ("fine", "paid")
    ),
    "two currencies": Case("belong to different customers", "Make one plan for each", ("fine", "euros")),
    "two rates": Case(
        "were booked at different exchange rates", "Make one plan for each rate", ("euros", "other rate")
    ),
    "a customer merged away": Case("perhaps two were merged", "Read the books", ("merged",)),
    "an invoice on autopay": Case("is collected by itself", "End that first", ("auto",)),
    "two customers": Case("belong to different customers", "one plan for each customer", ("fine", "mixed")),
}


@pytest.fixture(scope="module")
def counter(in_memory):
    made = Counter()
    yield made
    made.books.close()


def by_service(counter, case):
    books = counter.books
    terms = ASKED | case.terms
    asked = plans.Asked(
        invoice_ids=tuple(counter.ids[one] for one in case.invoices), form=case.as_form, **terms
    )
    with leasing.held(books.context, books.company) as lease:
        return plans.create(books.context, books.company, lease, asked, by="Sam", confirm=True)


def by_command(counter, case, monkeypatch):
    monkeypatch.setattr(opening, "open_context", lambda: counter.books.context)
    terms = ASKED | case.terms
    words = [f"id:{counter.ids[one]}" for one in case.invoices]
    for option, name in (("--payments", "payments"), ("--each", "each"), ("--first-on", "first_on")):
        if terms.get(name) is not None:
            words += [option, str(terms[name])]
    for day in terms.get("days", ()):
        words += ["--on", day.isoformat()]
    done = CliRunner().invoke(main, ["plan", "create", *words, "--as", case.as_form, "--yes", "--json"])
    return done.exit_code, json.loads(done.stdout)["error"]["message"]


def by_page(counter, case):
    terms = ASKED | case.terms
    company = counter.books.company_id
    customer = counter.books.read_invoice(counter.ids[case.invoices[0]])["CustomerRef"]["value"]
    path = f"/companies/{company}/plans/new/{customer}"
    typed = {name: str(value) for name, value in terms.items() if value is not None}
    typed |= {"invoice": [counter.ids[one] for one in case.invoices], "form": case.as_form, "agreed": "1"}
    token = counter.token(f"/companies/{company}/plans/new/{counter.books.grill}")
    return counter.client.post(path, data={"csrf_token": token} | typed)


@pytest.mark.parametrize("name", CASES)
def test_bad_input_gets_the_same_sentence_everywhere_and_nothing_is_written(counter, name, monkeypatch):
    case = CASES[name]
    books = counter.books
    if case.closed:
        books.act("close_books", through="2026-10-30")
    before = counter.writes

    answer = by_service(counter, case)
    code, told = by_command(counter, case, monkeypatch)
    shown = by_page(counter, case) if case.on_page else None

    assert isinstance(answer, Refusal), answer
    assert case.says in answer.message and case.helps in answer.message
    assert (code, told.startswith(answer.message)) == (1, True)
    if shown is not None and shown.status_code != 404:
        assert shown.status_code == 422
        assert answer.message in html.unescape(shown.text)
    assert counter.writes == before and books.plan() is None
    if case.closed:
        preferences = {"AccountingInfoPrefs": {"BookCloseDate": None}}
        books.act("set_preferences", preferences=preferences)


def test_an_income_account_as_clearing_account_gets_a_sentence_by_service_and_by_command(
    counter, monkeypatch
):
    monkeypatch.setattr(opening, "open_context", lambda: counter.books.context)
    books, before = counter.books, counter.writes

    with leasing.held(books.context, books.company) as lease:
        gateway = books.context.gateway(books.company, lease)
        answer = plan_trial.set_up(
            books.context, books.company, lease, gateway, by="Sam", account="Service Income"
        )
    done = CliRunner().invoke(main, ["plan", "setup", "--account", "Service Income", "--json"])

    assert 'The account "Service Income" is of the kind Income' in answer.message
    assert "Choose one of the kind Other Current Asset or Other Current Liability" in answer.message
    assert json.loads(done.stdout)["error"]["message"].startswith(answer.message)
    assert counter.writes == before
