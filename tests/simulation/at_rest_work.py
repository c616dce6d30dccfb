"""What must hold of the work at rest: nothing is stuck, nobody is forgotten, every night was run."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from qb_collections.core.company_gates import Mode
from qb_collections.core.silence import CONTACTS
from qb_collections.services import deciding
from tests.simulation import known


def inv_16_permission_is_not_lost(world: Any) -> None:
    """As the calm begins: a person has to connect again only where Intuit really ended the permission."""
    ended = any(
        "invalid_grant" in sent.known.get("struck", ()) or sent.path.endswith("/revoke")
        for sent in world.network.sent
    )
    if ended or world.script.restores or world.script.jumps or _nobody_could_hear_it(world):
        return
    for place, (company_id, _) in enumerate(world.companies):
        if company_id in world.absent or not world.is_connected(place):
            continue
        if world.company(place).state == "reconnect":
            world.wrong("INV-16", f"company {company_id} has to connect again although nobody ended that")


def _nobody_could_hear_it(world: Any) -> bool:
    """Whether each answer that brought a new token was struck for a day; then Intuit ends the old one.

    The service asks every five minutes; here the clock goes on to what is next, and a day has few tries.
    """
    asked = [one for one in world.network.sent if b"grant_type=refresh_token" in one.body]
    for refused in asked:
        if refused.status == 400 and b"invalid_grant" in refused.answer:
            before = [
                one
                for one in asked
                if one.body == refused.body and timedelta(0) < refused.at - one.at <= timedelta(hours=25)
            ]
            if before and all(one.known.get("struck") or one.fault for one in before):
                return True
    return False


def inv_17_nothing_is_stuck(world: Any) -> None:
    """After the calm nothing is under way, unknown or due and left."""
    now = world.service_clock.now()
    for company_id, state, mode, stopped in world.journal.execute(
        "SELECT id, state, mode, stopped_by FROM company"
    ):
        if company_id in world.absent:
            continue
        if state != "connected":
            world.wrong("INV-17", f"company {company_id} is {state} after a person connected it again")
            continue
        stuck = world.journal.execute(
            "SELECT id, kind, state, due_at, reason FROM intent"
            " WHERE company_id = ? AND state IN ('sending', 'unknown')",
            (company_id,),
        ).fetchall()
        if stuck and mode != "shadow":
            world.wrong("INV-17", f"company {company_id}: effect {stuck[0]} is stuck, of {len(stuck)}")
        waiting = world.journal.execute(
            "SELECT id, kind, state, due_at, approval FROM intent WHERE company_id = ? AND state IN"
            " ('planned', 'ready') AND approval IN ('not_needed', 'given') AND due_at < ?"
            " AND NOT EXISTS (SELECT 1 FROM intent_dependency d JOIN intent p ON p.id = d.depends_on_id"
            "                 WHERE d.intent_id = intent.id AND p.state <> 'confirmed')",
            (company_id, (now - timedelta(hours=2)).isoformat()),
        ).fetchall()
        if waiting and mode != "shadow" and stopped is None and not known.held(world, company_id):
            world.wrong(
                "INV-17", f"company {company_id}: effect {waiting[0]} is due and left, of {len(waiting)}"
            )
        pending = world.journal.execute(
            "SELECT count(*) FROM inbox WHERE company_id = ? AND state = 'pending'", (company_id,)
        ).fetchone()[0]
        if pending:
            world.wrong("INV-17", f"company {company_id}: {pending} pushed bodies were never worked off")
    left = world.journal.execute("SELECT count(*) FROM inbox WHERE company_id IS NULL AND state = 'pending'")
    if left.fetchone()[0]:
        world.wrong("INV-17", "pushed bodies were never cut apart")


def inv_17_every_night_was_run(world: Any) -> None:
    """The last night of the calm was run and decided for everybody whose look was due."""
    for place, (company_id, realm) in enumerate(world.companies):
        if company_id in world.absent or not world.is_connected(place):
            continue
        today = world.clock.now().astimezone(world.zones[realm]).date()
        [ran] = world.journal.execute(
            "SELECT max(run_on) FROM run WHERE company_id = ? AND kind = 'night'", (company_id,)
        ).fetchone()
        if ran is None or ran < (today - timedelta(days=1)).isoformat():
            world.wrong("INV-17", f"company {company_id}: its last night was run on {ran}, and it is {today}")
        [left] = world.journal.execute(
            "SELECT count(*) FROM look l WHERE company_id = ? AND next_look_on < ? AND EXISTS"
            " (SELECT 1 FROM mirror_invoice i WHERE i.company_id = l.company_id"
            "  AND i.customer_id = l.customer_id AND i.balance > 0)",
            (company_id, (today - timedelta(days=2)).isoformat()),
        ).fetchone()
        if left:
            world.wrong("INV-17", f"company {company_id}: {left} customers were due and nobody decided")


def inv_17_somebody_is_asked(world: Any) -> None:
    """What nobody can see, whether a message left, is on a person's list; so is what stops a plan."""
    for company_id, id_, kind in world.journal.execute(
        "SELECT company_id, id, kind FROM intent WHERE state = 'parked' AND kind IN ('email', 'send_invoice')"
        " AND NOT EXISTS (SELECT 1 FROM task t WHERE t.company_id = intent.company_id"
        "                 AND t.intent_id = intent.id AND t.kind = 'parked' AND t.state = 'open')"
    ):
        world.wrong("INV-17", f"company {company_id}: nobody is asked whether {kind} {id_} left")
    for company_id, id_, reason in world.journal.execute(
        "SELECT company_id, id, reason FROM intent WHERE state = 'parked' AND plan_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM task t WHERE t.company_id = intent.company_id"
        "                 AND t.intent_id = intent.id AND t.kind = 'plan' AND t.state = 'open')"
    ):
        world.wrong("INV-17", f"company {company_id}: nobody is told why {id_} of a plan waits: {reason}")


def inv_17_nobody_writes_to_who_is_gone(world: Any) -> None:
    """What a person is to send or say is for a customer that there is: merged away, the list forgets them."""
    for company_id, title in world.journal.execute(
        "SELECT company_id, title FROM task WHERE state = 'open' AND kind IN ('message', 'call', 'decide')"
        " AND NOT EXISTS (SELECT 1 FROM mirror_customer c WHERE c.company_id = task.company_id"
        "                 AND c.id = task.customer_id)"
    ):
        if company_id not in world.absent:
            world.wrong("INV-17", f"company {company_id}: {title!r} waits for a person, and they are gone")


def inv_17_the_night_keeps_its_hour(world: Any) -> None:
    """The next night is at the hour that the owner chose, in the company's own time."""
    if world.script.jumps:
        return
    for company_id, at, night_at, zone in world.journal.execute(
        "SELECT id, next_night_at, night_at, zone FROM company WHERE state = 'connected'"
    ):
        if at is None or company_id in world.absent:
            continue
        local = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
        wanted = datetime.combine(local.date(), time.fromisoformat(night_at), tzinfo=local.tzinfo)
        skipped = wanted.astimezone(UTC).astimezone(local.tzinfo).time() != wanted.time()
        if local.time() != wanted.time() and not skipped:
            world.wrong(
                "INV-17", f"company {company_id}: its next night is at {local:%H:%M}, not {night_at[:5]}"
            )


def inv_17_whoever_is_due_is_looked_at(world: Any) -> None:
    """Decided afresh, nobody's answer changes before the day on which we look at them again."""
    if world.script.seed % 2:
        return
    for place, (company_id, realm) in enumerate(world.companies):
        if company_id in world.absent or not world.is_connected(place):
            continue
        company = world.company(place)
        if company.mode is Mode.SHADOW or company.live_since_on is None:
            continue
        today = world.clock.now().astimezone(world.zones[realm]).date()
        looks = {
            (customer, currency): day
            for customer, currency, day in world.journal.execute(
                "SELECT customer_id, currency, next_look_on FROM look WHERE company_id = ?", (company_id,)
            )
        }
        for one in deciding.decide_company(world.context, company, today, everybody=True).decided:
            contact = one.decision.outcome in CONTACTS
            by_on = today + timedelta(days=1) if contact else one.decision.review_on
            look = looks.get(one.key)
            if by_on is not None and (look is None or date.fromisoformat(look) > by_on):
                told = f"customer {one.key[0]} is due on {by_on} and looked at on {look}"
                world.wrong("INV-17", f"company {company_id}: {told}: {one.decision.reason}")
