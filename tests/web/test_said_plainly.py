"""What a page says when something is missing, stopped, late, or there already."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest

import qb_collections
from qb_collections.core.company_gates import Mode
from qb_collections.store import companies, runs, tasks
from qb_collections.store.engine import durable
from qb_collections.web import wording

PAY = "Bank transfer, as printed on the invoice"


def first_page(house, browser):
    return browser.get(f"/companies/{house.ours.id}/").text


def test_saving_without_a_way_to_pay_says_what_is_missing_and_what_waits(house):
    browser = house.browser("manager@ours.example")

    told = {"contact_name": "Dana Ruiz", "contact_phone": "(423) 555-0100", "payment_instructions": ""}
    browser.post(f"/companies/{house.ours.id}/about-you/", **told)
    first = first_page(house, browser)
    browser.post(f"/companies/{house.ours.id}/about-you/", **told | {"payment_instructions": PAY})
    whole = first_page(house, browser)

    assert "Saved. Still missing: how they can pay you." in first
    assert "Still missing" not in whole
    assert "Saved. It stands under every message" in whole


def test_the_sending_card_says_stopped_while_everything_is_stopped(house):
    with durable(house.context.engine) as conn:
        companies.update(conn, house.ours.id, mode=Mode.AUTOMATIC)
        companies.set_global_stop(conn, "Dana", house.clock.now())

    page = first_page(house, house.browser("owner@ours.example"))

    assert '<span class="badge stop">Stopped</span>' in page
    assert "Once it is lifted: messages leave by themselves." in page
    assert "Sending is on</span>" not in page


def test_a_second_run_on_the_same_day_is_said_to_bring_the_first_up_to_date(house):
    browser = house.browser("manager@ours.example")
    with durable(house.context.engine) as conn:
        runs.open_run(conn, house.ours.id, "night", date(2026, 11, 2), house.clock.now())

    browser.post(f"/companies/{house.ours.id}/night")

    assert "run is there already. It is being brought up to date" in first_page(house, browser)


def test_a_task_past_its_day_shows_it_and_the_first_page_names_what_is_there(house):
    with durable(house.context.engine) as conn:
        for number, (kind, due_on) in enumerate(
            [("call", date(2026, 10, 30)), ("call", date(2026, 11, 2)), ("decide", None)]
        ):
            tasks.open_task(
                conn,
                house.ours.id,
                key=f"t{number}",
                kind=kind,
                title=f"Task {number}",
                due_on=due_on,
                at=house.clock.now(),
            )
    browser = house.browser("collector@ours.example")

    listed = browser.get(f"/companies/{house.ours.id}/tasks/").text

    assert listed.count("past its day") == 1
    assert "past its day, Oct 30, 2026" in listed
    first = first_page(house, browser)
    assert "3 things<span" in first
    assert ", 1 past its day" in first
    assert "2 calls to make and 1 decision." in first


@pytest.mark.parametrize(
    ("share", "shown"),
    [("2", "<1%"), ("129", "13%"), ("994", "99%")],
)
def test_the_share_over_a_bar_is_rounded(house, share, shown):
    bar = "{% from 'web/_macros.html' import aging_bars %}{{ aging_bars(owed) }}"
    bucket = {"label": "x", "owed": None, "invoices": 1, "share": int(share)}

    with house.web.test_request_context():
        drawn = house.web.jinja_env.from_string(bar).render(owed={"buckets": [bucket]})

    assert f">{shown.replace('<', '&lt;')}</text>" in drawn


def test_a_run_stands_where_its_owner_would_say():
    assert [wording.run_state(one) for one in ("held", "waiting", "released", "ended")] == [
        "Held back",
        "Waits for you",
        "Decided",
        "Finished",
    ]


# What these say is read by whoever types commands, or by who installs the service.
FOR_THE_OPERATOR = {"backup", "connect", "connect_target", "doctor", "doctor_watch", "finding", "hold_rows"}
COMMAND = re.compile(r"qb-collections [a-z]|(?<![\w-])--[a-z]{2}")


def is_said_at_the_command_line(node):
    """The second half of a refusal, or a value whose name says that it is for the command line."""
    if isinstance(node, ast.Assign):
        names = {getattr(one, "id", "") for one in node.targets}
        return any("COMMAND" in name or name in ("NEEDED", "CONFIRM") for name in names)
    return False


def sentences_of(module):
    tree = ast.parse(module.read_text())
    skipped = set()
    for node in ast.walk(tree):
        parts = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal":
            parts = node.args[1:]
        elif is_said_at_the_command_line(node) or isinstance(node, ast.Expr):  # an Expr: a docstring
            parts = [node.value] if not isinstance(getattr(node, "value", None), ast.Call) else []
        skipped |= {id(one) for part in parts for one in ast.walk(part)}
    texts = [one for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return [one.value for one in texts if id(one) not in skipped]


def test_what_a_service_says_names_no_command():
    """A page shows it to an owner; what to type goes into the refusal's second half."""
    services = Path(qb_collections.__file__).parent / "services"
    modules = [one for one in services.glob("*.py") if one.stem not in FOR_THE_OPERATOR]

    found = [(one.stem, text) for one in modules for text in sentences_of(one) if COMMAND.search(text)]

    assert len(modules) > 150
    assert found == []
