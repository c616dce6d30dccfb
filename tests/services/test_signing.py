"""Who signs a step, and what a final notice may announce: only what a named person confirmed in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.core.decide import decide
from qb_collections.core.decision import Announced
from qb_collections.messages.library import packaged
from qb_collections.services import presets, signing
from qb_collections.services.composing import draft
from qb_collections.services.refusal import Refusal
from qb_collections.services.template_library import Voice
from qb_collections.store import audit, companies, policies
from qb_collections.store.engine import durable, reading
from qb_collections.store.signing import Signer
from tests.core.making import after, nov, octo, reminder, rules
from tests.services.test_composing import COMPANY
from tests.world import put_started

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
SAID = tuple(
    reminder(f"S{n}", day, number=n) for n, day in enumerate((octo(28), nov(3), nov(10), nov(18)), 1)
)
FINAL_ON = date(2026, 11, 30)
NEUTRAL = "I will look at your account myself and decide what comes next."
PREPAY = "we will ask for payment in advance for any further work."


@pytest.fixture
def world(tmp_path):
    put_started(tmp_path)
    clock = ManualClock(NOW)
    context = app.build(config.read({}, data_dir=str(tmp_path)), clock)
    with durable(context.engine) as conn:
        company = companies.create(
            conn,
            name="Copperleaf",
            zone="America/New_York",
            currency="USD",
            country="US",
            environment="production",
            base_url="http://127.0.0.1:9",
            created_at=NOW,
        )
        policies.add(conn, company.id, presets.text(presets.STANDARD), "Dana", "", NOW)
    yield context, company, clock
    context.executor.shutdown()
    context.engine.dispose()


def final_notice(announced=None, signers=None, on=FINAL_ON):
    case = after(*SAID)
    decision = decide(case, replace(rules(), announced=announced), on)
    assert decision.stage == "S5"
    return draft(COMPANY, case, decision, on, voice=Voice(packaged(), "en_US", signers or {})).text


@pytest.mark.parametrize(
    ("confirmed_on", "said"),
    [
        (date(2026, 10, 30), NEUTRAL),  # 31 days before
        (date(2026, 10, 31), PREPAY),
        (date(2026, 11, 30), PREPAY),
        (date(2026, 12, 1), NEUTRAL),  # still to come
    ],
)
def test_a_final_notice_announces_what_was_confirmed_within_thirty_days(confirmed_on, said):
    text = final_notice(Announced("prepay", None, "Dana Whitlock", confirmed_on))

    assert f"If neither has happened by the end of that day, {said}" in text


def test_work_stops_the_day_after_the_last_day_to_pay():
    text = final_notice(Announced("pause_work", None, "Dana Whitlock", FINAL_ON))

    assert "pay the full amount by Monday, December 14, 2026" in text
    assert "we will stop new work and deliveries from December 15, 2026 until" in text


def test_only_a_final_notice_announces_anything():
    case = after(*SAID[:3])

    decision = decide(case, replace(rules(), announced=Announced("prepay", None, "Dana", nov(18))), nov(18))

    assert (decision.stage, decision.announced) == ("S4", None)


def test_the_owner_signs_the_steps_of_the_owner():
    """S5 of the Standard policy is the owner's."""
    signers = {"owner": Signer("Alma Reyes", "Owner", "(423) 555-0101"), "accounts": Signer("Ines Cole")}

    assert "Alma Reyes, Owner\nCopperleaf\n(423) 555-0101" in final_notice(signers=signers)
    assert "Dana Whitlock\nCopperleaf\n(423) 555-0142" in final_notice()


def test_the_accounts_desk_signs_its_own_steps_with_the_telephone_of_the_contact_person():
    case = after()
    decision = decide(case, rules(), octo(28))
    voice = Voice(packaged(), "en_US", {"accounts": Signer("Ines Cole", "Accounts")})

    text = draft(COMPANY, case, replace(decision, channel=None), octo(28), voice=voice).text

    assert (decision.stage, decision.sender) == ("S1", "accounts")
    assert "Ines Cole, Accounts\nCopperleaf\n(423) 555-0142" in text


def test_a_confirmation_keeps_who_and_when_and_is_audited(world):
    context, company, clock = world

    found = signing.confirm(context, company, "Ask for payment in advance", who=None, by="Dana Whitlock")

    assert (found.code, found.by, found.on, found.until_on, found.holds) == (
        "prepay",
        "Dana Whitlock",
        date(2026, 11, 16),
        date(2026, 12, 16),
        True,
    )
    clock.set(NOW + timedelta(days=31))
    assert signing.state(context, company) == replace(found, holds=False)
    with reading(context.engine) as conn:
        last = audit.entries(conn, company.id)[-1]
    assert (last.actor, last.action) == ("Dana Whitlock", "consequence confirmed")


@pytest.mark.parametrize(
    ("code", "who", "by", "sentence"),
    [
        ("send_the_boys", None, "Dana", '"send_the_boys" is not a consequence to choose. There are: prepay:'),
        ("person", None, "Dana", '"person" is not a consequence to choose.'),
        ("prepay", None, " ", "Say who means it: a person's name, in one line."),
        ("hand_over", None, "Dana", "Say to whom the account would go: an agency or a court."),
    ],
)
def test_what_cannot_be_confirmed_is_refused_and_nothing_stands(world, code, who, by, sentence):
    context, company, _ = world

    refused = signing.confirm(context, company, code, who=who, by=by)

    assert isinstance(refused, Refusal) and sentence in refused.message
    assert signing.state(context, company) is None


def test_a_confirmation_can_be_taken_back(world):
    context, company, _ = world
    signing.confirm(context, company, "hand_over", who="Keel Recovery", by="Dana Whitlock")

    signing.withdraw(context, company, by="Dana Whitlock")

    assert signing.state(context, company) is None


def test_a_signer_is_kept_until_it_is_taken_away(world):
    context, company, _ = world
    owner = Signer("Alma Reyes", "Owner", None)

    assert signing.set_signer(context, company, "owner", owner, by="Dana") == {"owner": owner}
    assert isinstance(signing.set_signer(context, company, "boss", owner, by="Dana"), Refusal)
    assert signing.set_signer(context, company, "owner", None, by="Dana") == {}
