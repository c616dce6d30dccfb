"""Stories, day by day, with the real client libraries: what the customer hears, what the books show, why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.services import attempts, explain, holds, leasing, modes, night, report, runs, tasks
from qb_collections.store import cases, companies
from qb_collections.store.engine import durable, reading
from tests.journeys.story import Story


@pytest.fixture
def world():
    world = Story()
    yield world
    world.close()


def test_one_invoice_is_asked_about_on_the_third_business_day_and_never_after_it_is_paid(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    # Due on Monday 2 March; three business days on is Thursday 5 March.
    invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 3, 2))
    world.connect()
    world.settled_in()

    before = [world.day() for _ in range(2)]  # 3 and 4 March
    quiet = world.sends()
    on_its_day = world.day()  # 5 March
    world.act("pay", invoice=invoice["DocNumber"])
    after = [world.day() for _ in range(2)]
    world.clock.advance(timedelta(days=5))
    after += [world.day() for _ in range(2)]  # 13 and 14 March: six days and more after what went out

    assert quiet == {}
    assert [day["run"]["date"] for day in before] == ["2026-03-03", "2026-03-04"]
    assert on_its_day["run"]["date"] == "2026-03-05"
    assert world.sends() == {invoice["Id"]: 1}
    assert world.notes() == {invoice["Id"]: 1}
    memo = world.read_invoice(invoice["Id"])["PrivateNote"]
    assert memo.startswith(
        "Mar 5, 2026: Copy of this invoice e-mailed. Anything to put right? 423-555-0143 (ref "
    )
    assert [day["run"]["counts"]["contacts"] for day in after] == [0] * 4
    assert after[-1]["run"]["date"] == "2026-03-14"


def test_a_copy_whose_look_grew_old_while_it_was_written_down_is_looked_at_again_first(world, monkeypatch):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    begin, begun = attempts.begin, []

    def slow_once(*given):
        found = begin(*given)
        begun.append(world.sends())
        if len(begun) == 1:
            world.clock.advance(timedelta(seconds=46))  # the look may be 45 seconds old
            world.act("pay", invoice=invoice["DocNumber"])
        return found

    monkeypatch.setattr(attempts, "begin", slow_once)
    world.day()

    assert begun == [{}]  # a second attempt would have followed a look at what is paid
    assert world.sends() == {}
    assert world.read_invoice(invoice["Id"])["Balance"] == 0


def test_what_is_paid_after_the_night_decided_is_not_written_about(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    world.to_next_night()
    decided = world.night()  # 2:30: the contact waits for 9:00
    world.act("pay", invoice=invoice["DocNumber"])

    world.until_delivered()

    [waiting] = decided["intents"]
    assert (waiting["state"], waiting["due_at"]) == ("planned", "2026-03-03T14:00:00+00:00")
    assert world.sends() == {} and world.notes() == {}
    [after] = report.run_report(world.context, world.company, decided["run"]["id"])["intents"]
    assert after["state"] == "cancelled"
    assert after["reason"] == "Nothing of this customer is open in QuickBooks any more."


def test_a_dispute_silences_one_invoice_and_lets_the_others_go_ahead(world):
    produce = world.customer("Pinnacle Produce", "ap@pinnacle.example")
    cooler = world.invoice(produce, "900.00", date(2026, 1, 20), date(2026, 2, 19))
    other = world.invoice(produce, "300.00", date(2026, 1, 21), date(2026, 2, 20))
    world.connect()
    world.settled_in()
    held = holds.add(
        world.context,
        world.company,
        HoldKind.DISPUTE,
        reason="cooler failed again",
        by="Dana",
        invoice=cooler["DocNumber"],
    )

    made = world.day()

    assert held.id
    [contact] = [row for row in made["customers"] if row["outcome"] == "remind"]
    assert contact["invoices"] == [other["DocNumber"]]
    [reason] = [row["finding"] for row in made["invoices"] if row["invoice"] == cooler["DocNumber"]]
    assert "cooler failed again" in reason


def test_in_shadow_everything_is_shown_and_nothing_leaves(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect(Mode.SHADOW)

    made = world.day()

    assert made["run"]["state"] == "held"
    assert made["run"]["heading"].startswith("Sending is off")
    assert made["run"]["counts"]["contacts"] == 1
    assert world.sends() == {} and world.notes() == {}


def test_a_stop_holds_before_the_next_message_and_lifting_lets_it_go(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    modes.stop(world.context, None, by="Dana")

    made = world.night()
    stopped = world.sends()
    modes.lift(world.context, None, by="Dana")
    world.until_delivered()

    assert "stopped by Dana" in made["run"]["heading"]
    assert stopped == {}
    assert world.sends() == {invoice["Id"]: 1}


def test_running_the_same_night_twice_changes_nothing(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect()
    world.settled_in()

    first = world.night()
    second = world.night()

    assert world.sends() == {invoice["Id"]: 1}
    assert world.notes() == {invoice["Id"]: 1}
    assert second["run"]["id"] == first["run"]["id"]
    assert second["intents"] == first["intents"]


def test_a_message_with_several_invoices_waits_as_a_task_and_counts_once_reported_sent(world):
    grill = world.customer("Riverbend Grill", "ap@riverbend.example")
    first = world.invoice(grill, "400.00", date(2026, 1, 26), date(2026, 2, 25))
    second = world.invoice(grill, "250.50", date(2026, 1, 27), date(2026, 2, 26))
    world.connect()
    world.settled_in()
    world.night()
    unsent = world.notes()

    said = world.report_task("message", "sent")

    assert unsent == {}
    assert said.startswith("Noted as sent")
    assert world.notes() == {first["Id"]: 1, second["Id"]: 1}
    assert world.sends() == {}


def test_who_wants_no_lines_in_quickbooks_is_promised_none(world):
    grill = world.customer("Riverbend Grill", "ap@riverbend.example")
    for day in (26, 27):
        world.invoice(grill, "400.00", date(2026, 1, day), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    with durable(world.context.engine) as conn:
        companies.update(conn, world.company_id, note_place="neither")
    world.night()

    said = world.report_task("message", "sent")

    assert said.startswith("Noted as sent. QuickBooks gets no line of it, as you chose in the settings.")
    assert world.notes() == {}


def test_a_call_nobody_answered_advances_nothing_and_opens_the_e_mail(world):
    grill = world.customer("Riverbend Grill", "ap@riverbend.example")
    invoice = world.invoice(grill, "900.00", date(2026, 1, 5), date(2026, 2, 4))
    world.connect()
    world.settled_in()
    stages = []
    for _ in range(12):
        made, before = world.day(), len(stages)
        for row in made["customers"]:
            if row["outcome"] in ("remind", "call"):
                stages.append((made["run"]["date"], row["outcome"], row["stage"]))
        if stages and stages[-1][1] == "call":
            world.report_task("call", "no-answer")
            break
        for _ in _open(world, "message"):
            world.report_task("message", "sent")
        if len(stages) > before:
            world.clock.advance(timedelta(days=4))  # of the six between two messages
    unheard = world.notes()
    after = [row for _ in range(4) for row in world.day()["customers"] if row["outcome"] == "remind"]

    assert [stage for _, _, stage in stages] == ["S1", "S2", "S3"]
    assert unheard == {invoice["Id"]: 2}
    assert (after[0]["stage"], after[0]["channel"]) == ("S3", "email")
    assert world.notes() == {invoice["Id"]: 2}  # the copy and the list; the call nobody answered left none
    world.report_task("message", "sent")
    assert "E-mail sent about your account." in world.read_invoice(invoice["Id"])["PrivateNote"]


def test_explain_says_in_sentences_what_the_night_then_does(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    # Due on Friday 27 February; three business days on is Wednesday 4 March.
    invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 27))
    world.connect()
    world.settled_in()

    answer = explain.explain(world.context, world.company, invoice["DocNumber"])
    missing = explain.explain(world.context, world.company, "99999")
    days = [world.day() for _ in range(2)]

    assert "The first message goes out on Wednesday, March 4" in answer.reason
    assert '"99999"' in missing.message
    assert [day["run"]["counts"]["contacts"] for day in days] == [0, 1]


def test_a_promise_holds_through_its_grace_and_then_speaks_again(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    # Promised for Friday 6 March; two business days of grace end on Tuesday 10 March.
    holds.add(
        world.context,
        world.company,
        HoldKind.PROMISE,
        reason="on the phone",
        by="Dana",
        customer="Lookout Bakery",
        until_on=date(2026, 3, 6),
    )

    days = [world.day() for _ in range(9)]  # 3 to 11 March

    contacted = [day["run"]["date"] for day in days if day["run"]["counts"]["contacts"]]
    assert contacted == ["2026-03-11"]


def test_a_reminder_that_quickbooks_sent_by_itself_keeps_us_quiet_for_the_gap(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    # Due on Wednesday 25 February: three business days on is Monday 2 March.
    invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    world.act("auto_reminder", invoice=invoice["DocNumber"])  # Monday 2 March

    days = [world.day() for _ in range(7)]  # 3 to 9 March

    # Six days between contacts: 2 March plus 6 is Sunday 8 March, so Monday 9 March.
    contacted = [day["run"]["date"] for day in days if day["run"]["counts"]["contacts"]]
    assert contacted[0] == "2026-03-09"


def test_the_night_does_what_the_preview_showed_and_keeps_its_approval(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    press = world.customer("Marlow Print", "ap@marlow.example")
    invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    paid = world.invoice(press, "99.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect(Mode.APPROVE)
    world.settled_in()
    with leasing.held(world.context, world.company) as lease:
        shown = night.preview(world.context, world.company, lease)
    preview = report.run_report(world.context, world.company, shown)
    runs.approve(world.context, world.company, shown, by="Dana", customer="Lookout Bakery")
    world.act("pay", invoice=paid["DocNumber"])

    made = world.day()

    assert preview["run"]["date"] == made["run"]["date"] == "2026-03-03"
    assert world.sends() == {invoice["Id"]: 1}
    [difference] = made["differences"]
    assert difference["customer"] == "Marlow Print"
    assert "first message goes out" in difference["before"]
    assert difference["after"] == "Nothing of this customer is open any more."


def test_an_approval_is_for_the_address_that_was_shown(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect(Mode.APPROVE)
    world.settled_in()
    with leasing.held(world.context, world.company) as lease:
        shown = night.preview(world.context, world.company, lease)
    runs.approve(world.context, world.company, shown, by="Dana", customer="Lookout Bakery")
    world.act(
        "edit", entity="Customer", id=bakery, fields={"PrimaryEmailAddr": {"Address": "x@else.example"}}
    )

    made = world.day()

    assert made["run"]["state"] == "waiting"
    assert world.sends() == {}
    [difference] = made["differences"]
    assert difference["after"] == (
        "For the same reason, to another address: x@else.example; the list said ap@lookout.example."
    )


def test_turning_sending_on_after_a_night_in_shadow_lets_the_same_days_night_send(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect(Mode.SHADOW)
    world.settled_in()
    shown = world.night()
    modes.set_mode(world.context, world.company, Mode.AUTOMATIC, by="Dana", confirmed=True)

    made = world.night()

    assert made["run"]["id"] == shown["run"]["id"]
    assert made["run"]["counts"] == shown["run"]["counts"]
    assert world.sends() == {invoice["Id"]: 1}


def test_a_night_run_again_keeps_the_figures_of_its_day(world):
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect()
    world.settled_in()

    first = world.night()
    second = world.night()

    assert first["run"]["counts"]["contacts"] == 1
    assert second["run"]["counts"]["contacts"] == 1


def test_what_a_night_in_shadow_decided_is_decided_again_once_sending_is_on(world):
    """Old debts start on their own days; a message agreed to leaves as it was shown."""
    for name in ("Apex Fitness", "Marlow Print", "Pinnacle Produce"):
        customer = world.customer(name, "ap@books.example")
        world.invoice(customer, "900.00", date(2025, 12, 1), date(2025, 12, 31))
    world.connect(Mode.SHADOW)
    shown = world.night()
    modes.set_mode(world.context, world.company, Mode.APPROVE, by="Dana", confirmed=True)
    early = runs.approve(world.context, world.company, by="Dana")

    made = world.night()
    runs.approve(world.context, world.company, made["run"]["id"], by="Dana")
    world.until_delivered(hours=4)

    assert early.startswith("Nothing in this run was waiting for you.")
    assert {one["state"] for one in shown["intents"]} == {"planned"}
    [opened] = _open(world, "message")
    assert opened.payload["backlog"] is True
    assert opened.title.startswith("Send this message to Apex Fitness")


def test_explain_names_the_same_starting_day_as_the_preview(world):
    for number in range(4):
        customer = world.customer(f"Customer {number}", "ap@books.example")
        world.invoice(customer, "900.00", date(2025, 12, 1), date(2025, 12, 31))
    world.connect(Mode.SHADOW)
    world.to_next_night()
    with leasing.held(world.context, world.company) as lease:
        shown = night.preview(world.context, world.company, lease)
    findings = report.run_report(world.context, world.company, shown)["invoices"]

    answers = {
        one["invoice"]: explain.explain(world.context, world.company, one["invoice"]).reason
        for one in findings
        if one["gate"] != "first night"
    }

    assert len(answers) >= 3
    assert answers == {one["invoice"]: one["finding"] for one in findings if one["invoice"] in answers}


def test_a_preview_is_about_everybody_who_owes_also_after_a_quiet_night(world):
    for number in range(3):
        customer = world.customer(f"Customer {number}", f"ap{number}@books.example")
        world.invoice(customer, "640.00", date(2026, 2, 20), date(2026, 3, 22))
    world.connect()
    world.settled_in()
    world.day()
    world.day()

    with leasing.held(world.context, world.company) as lease:
        shown = night.preview(world.context, world.company, lease)

    assert report.run_report(world.context, world.company, shown)["run"]["counts"]["customers"] == 3


def test_the_first_days_number_holds_also_when_the_night_is_run_again(world):
    """Twenty customers owe, so two hear from us on the first day, however often the night is run."""
    for number in range(20):
        customer = world.customer(f"Customer {number:02}", f"ap{number}@books.example")
        late = number < 8
        due = date(2026, 2, 25) if late else date(2026, 3, 25)
        world.invoice(customer, f"{100 + number}.00", date(2026, 2, 2), due)
    world.connect()
    first = world.night()
    held = [one for one in first["customers"] if one["gate"] == "first night"]
    for one in held[:3]:
        [number] = [row["invoice"] for row in first["invoices"] if row["customer"] == one["customer"]]
        world.act("part_pay", invoice=number, amount="5.00")
        world.night()

    assert first["run"]["counts"]["contacts"] == 2
    assert sum(world.sends().values()) == 2
    assert "no more than 2 customers on the first day" in held[0]["reason"]


def test_what_may_leave_at_once_is_due_also_for_a_clock_that_runs_a_little_behind(world):
    """The command that approves reads the time a moment after the night did, perhaps from a slower answer."""
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect(Mode.APPROVE)
    world.settled_in()

    [planned] = world.night()["intents"]

    assert planned["due_at"] == "2026-03-02T13:59:00+00:00"  # a minute before 14:00, the time of the night


def _open(world, kind):
    return [task for task in tasks.list_open(world.context, world.company) if task.kind == kind]


def test_what_is_marked_while_the_night_decides_is_looked_at_the_next_night(world, monkeypatch):
    """A dispute in those seconds is in no decision; the day its answer is due must be in the next look."""
    bakery = world.customer("Lookout Bakery")
    first = world.invoice(bakery, "640.00", date(2026, 1, 2), date(2026, 2, 2))
    world.invoice(bakery, "90.00", date(2026, 1, 2), date(2026, 2, 2))
    world.connect()
    world.settled_in()
    decides = night.decide_company

    def marked_meanwhile(context, company, on):
        found = decides(context, company, on)
        holds.add(context, company, HoldKind.DISPUTE, invoice=first["DocNumber"], reason="short", by="Dana")
        return found

    world.to_next_night()
    with monkeypatch.context() as patched:
        patched.setattr(night, "decide_company", marked_meanwhile)
        world.night()

    with reading(world.context.engine) as conn:
        look = cases.look_of(conn, world.company_id, bakery, "USD")
    assert look.next_look_on == date(2026, 3, 4)
