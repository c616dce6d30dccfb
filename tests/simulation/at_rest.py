"""What must hold once everything is calm, read from the books, the mail that arrived and the files."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from qb_collections.core.company_gates import Mode
from qb_collections.core.silence import CONTACTS
from qb_collections.services import deciding, leasing, sync
from qb_collections.store import audit
from qb_collections.store.engine import reading
from tests.simulation import ground_truth as truth
from tests.simulation import known, promised
from tests.simulation.at_rest_money import (
    inv_04_05_plans_move_nothing,
    inv_06_plans_are_whole_or_nothing,
    inv_20_money_is_whole_units,
)
from tests.simulation.memory_transport import kind_of
from tests.simulation.telling import invoice

NEVER_LEFT = ("refused", "unresolved", "never_sent")  # the caller knows that nothing was sent


def inv_01_each_contact_is_noted_once(world: Any) -> None:
    """A marker never stands twice in a memo, and each e-mail that left has its one line."""
    copies = Counter((copy.realm, copy.invoice_id) for copy in truth.copies(world))
    for (realm, id_), memos in known.memos(world).items():
        for memo in memos:
            twice = [ref for ref, count in Counter(truth.MARKER.findall(memo)).items() if count > 1]
            if twice:
                world.wrong(
                    "INV-01",
                    f"{invoice(world, realm, id_)} of {realm} has the line with ref {twice[0]} twice",
                )
                break
    for (realm, id_), count in copies.items():
        now = truth.row(world, realm, "Invoice", id_)
        refs = {ref for memo in truth.memos(world, realm, id_) for ref in truth.MARKER.findall(memo)}
        if now is None or len(refs) >= count:
            continue
        if len(refs) + known.attached(world, realm, id_) >= count or known.not_to_be_noted(world, realm, id_):
            continue
        world.wrong(
            "INV-01",
            f"{invoice(world, realm, id_)} of {realm} was e-mailed {count} times and has {len(refs)} notes",
        )


def inv_01_records_say_what_left(world: Any) -> None:
    """Whatever left is recorded as a contact, no contact is recorded that did not leave, and so are notes."""
    if world.script.restores:
        return  # an older database knows less; what follows from that is INV-13's
    arrived = {mail.message_id for mail in world.office.arrived}
    copies = Counter((copy.realm, copy.invoice_id) for copy in truth.copies(world))
    named: Counter[tuple[str, str]] = Counter()
    for company_id, realm in world.companies:
        rows = world.journal.execute(
            "SELECT i.id, i.state, i.body, i.plan, c.id FROM intent i"
            " LEFT JOIN contact c ON c.intent_id = i.id"
            " WHERE i.company_id = ? AND i.kind = 'email' AND i.body IS NOT NULL",
            (company_id,),
        )
        for intent_id, state, body, plan, contact_id in rows:
            name = json.loads(body).get("message_id")
            if json.loads(plan).get("answer"):
                continue
            if name in arrived and contact_id is None:
                world.wrong(
                    "INV-01", f"message {name} of effect {intent_id} ({state}) left and is no contact"
                )
            if name not in arrived and contact_id is not None:
                world.wrong("INV-01", f"effect {intent_id} counts as a contact, and {name} never left")
        for ids, channel in world.journal.execute(
            "SELECT invoice_ids, channel FROM contact WHERE company_id = ? AND kind = 'reminder'",
            (company_id,),
        ):
            for id_ in json.loads(ids):
                named[realm, id_] += 1
                if channel == "quickbooks":
                    copies[realm, id_] -= 1
    for (realm, id_), more in copies.items():
        if more:
            how = f"{more} more copies left than" if more > 0 else f"{-more} fewer copies left than"
            world.wrong("INV-01", f"{invoice(world, realm, id_)} of {realm}: {how} are recorded")


def inv_02_no_copy_leaves_twice(world: Any) -> None:
    """Nobody gets one contact twice: a request id has one e-mail, and a message arrives once."""
    ids = Counter((copy.realm, copy.request_id) for copy in truth.copies(world))
    for (realm, name), count in ids.items():
        if count > 1:
            world.wrong("INV-02", f"request id {name} sent {count} e-mails in {realm}")
    begun: set[tuple[str | None, str | None]] = set()
    for sent in world.network.sent:
        if kind_of(sent) != "send":
            continue
        key = sent.realm, sent.params.get("requestid")
        if key in begun:
            world.wrong(
                "INV-02", f"request {sent.number} asks again for a copy that may have left, id {key[1]}"
            )
        if sent.changes or (sent.status is None and sent.fault not in NEVER_LEFT):
            begun.add(key)
    names = Counter(mail.message_id for mail in world.office.arrived)
    for name, count in names.items():
        if count > 1:
            world.wrong("INV-02", f"the message {name} arrived {count} times")


def inv_08_what_people_wrote_stays(world: Any) -> None:
    """The last words that people wrote into a memo are all still there."""
    for (realm, id_), text in world.written_notes().items():
        now = truth.row(world, realm, "Invoice", id_)
        if now is None:
            continue
        memo = str(json.loads(now["body"]).get("PrivateNote") or "")
        place = 0
        for line in text.splitlines():
            if truth.MARKER.search(line):
                continue  # ours, copied along
            at = memo.find(line, place)
            if at < 0:
                last = max(
                    (one.number for one in world.network.sent for c in one.changes if c.id == id_), default=0
                )
                told = f"{invoice(world, realm, id_)} of {realm} lost what a person wrote: {line!r}"
                world.wrong("INV-08", f"{told}; the service changed it last with request {last}")
                break
            place = at + len(line)


def inv_10_no_secret_on_disk(world: Any) -> None:
    if world.script.seed % 4:
        return
    for file in (one for one in world.folder.rglob("*") if one.is_file()):
        content = file.read_bytes()
        for secret in truth.secrets_of(world):
            if secret in content:
                world.wrong("INV-10", f"{file.name} holds {secret[:6]!r}… in clear")


def inv_12_the_audit_holds(world: Any) -> None:
    with reading(world.context.engine) as conn:
        for company_id in (None, *(id_ for id_, _ in world.companies)):
            report = audit.verify_chain(conn, company_id)
            if report.broken_at is not None:
                world.wrong("INV-12", f"the audit of company {company_id} does not hold: {report}")


def inv_12_every_contact_is_in_the_audit(world: Any) -> None:
    """Each contact that is recorded has its entry, written with it."""
    for company_id, _ in world.companies:
        [contacts] = world.journal.execute(
            "SELECT count(*) FROM contact WHERE company_id = ? AND kind IN ('reminder', 'call', 'answer')",
            (company_id,),
        ).fetchone()
        [told] = world.journal.execute(
            "SELECT count(*) FROM audit WHERE company_id = ?"
            " AND action IN ('contact delivered', 'answer given')",
            (company_id,),
        ).fetchone()
        if told < contacts:
            world.wrong("INV-12", f"company {company_id}: {contacts} contacts, and {told} in the audit")


def inv_13_steps_in_order(world: Any) -> None:
    """Within a cycle the stage never falls."""
    for company_id, _ in world.companies:
        rows = world.journal.execute(
            "SELECT customer_id, currency, cycle, number, stage, kind FROM contact WHERE company_id = ?"
            " AND kind IN ('reminder', 'call') ORDER BY customer_id, currency, cycle, number",
            (company_id,),
        ).fetchall()
        spoken_with = {  # once a customer has answered, the next message is a milder one
            customer
            for (customer,) in world.journal.execute(
                "SELECT customer_id FROM hold WHERE company_id = ? UNION"
                " SELECT customer_id FROM contact WHERE company_id = ? AND kind = 'call'",
                (company_id, company_id),
            )
        }
        for before, after in pairwise(rows):
            if after[0] in spoken_with:
                continue
            if before[:3] == after[:3] and (before[4] or "") > (after[4] or ""):
                world.wrong("INV-13", f"customer {after[0]}: {after[4]} after {before[4]} in one cycle")


def inv_13_distance_is_kept(world: Any) -> None:
    """Contacts keep the distance and the caps of the policy in force, in the company's own days.

    What a person said or sent counts too, and so does what QuickBooks sent without us about something late.
    """
    if world.script.jumps:
        return
    left = [(copy.at, copy.number, copy.realm, copy.customer_id) for copy in truth.copies(world)]
    ours = [(*one, True) for one in (*left, *world.mails)]
    theirs = [(*one, False) for one in (*world.said.spoken, *known.sent_without_us(world))]
    heard: dict[tuple[str, str], list[date]] = {}
    for at, number, realm, customer, judged in sorted([*ours, *theirs]):
        day = at.astimezone(world.zones[realm]).date()
        before = heard.setdefault((realm, customer), [])
        why = [promised.too_close(before, day, one) for one in known.in_force(world, realm, int(number))]
        if judged and all(why):
            world.wrong("INV-13", f"customer {customer} of {realm} {why[-1]}")
        before.append(day)


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
    """What nobody can see, whether a message left, is on a person's list."""
    for company_id, id_, kind in world.journal.execute(
        "SELECT company_id, id, kind FROM intent WHERE state = 'parked' AND kind IN ('email', 'send_invoice')"
        " AND NOT EXISTS (SELECT 1 FROM task t WHERE t.company_id = intent.company_id"
        "                 AND t.intent_id = intent.id AND t.kind = 'parked' AND t.state = 'open')"
    ):
        world.wrong("INV-17", f"company {company_id}: nobody is asked whether {kind} {id_} left")


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
            world.wrong("INV-17", f"company {company_id}: its next night is at {local:%H:%M}, not {night_at}")


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


def inv_16_permission_is_not_lost(world: Any) -> None:
    """As the calm begins: a person has to connect again only where Intuit really ended the permission."""
    ended = any(
        "invalid_grant" in sent.known.get("struck", ()) or sent.path.endswith("/revoke")
        for sent in world.network.sent
    )
    if ended or world.script.restores or world.script.jumps:
        return
    for place, (company_id, _) in enumerate(world.companies):
        if company_id in world.absent or not world.is_connected(place):
            continue
        if world.company(place).state == "reconnect":
            world.wrong("INV-16", f"company {company_id} has to connect again although nobody ended that")


def inv_18_what_was_pushed_is_known(world: Any) -> None:
    """Once a push is worked off our copy says what QuickBooks says of the invoice it was about."""
    pushed = [one.change for one in world.by_people[-3 * len(world.companies) :]]
    for company_id, realm in world.companies:
        for change in pushed:
            if change.realm_id != realm or change.entity != "Invoice" or company_id in world.absent:
                continue
            found = truth.row(world, realm, "Invoice", change.id)
            [ours] = world.journal.execute(
                "SELECT max(balance) FROM mirror_invoice WHERE company_id = ? AND id = ?",
                (company_id, change.id),
            ).fetchone()
            if found is not None and (ours or 0) != found["balance"]:
                world.wrong(
                    "INV-18",
                    f"company {company_id}: invoice {change.id} was pushed: {ours}, not {found['balance']}",
                )


def inv_18_the_mirror_equals_the_books(world: Any) -> None:
    """After one more look our copy says what the books say, whatever was lost or came twice."""
    for place, (company_id, realm) in enumerate(world.companies):
        if not world.is_connected(place):
            continue
        company = world.company(place)
        if company.state != "connected":
            continue
        with leasing.held(world.context, company) as lease:
            sync.sync(world.context, company, lease)
        ours = {
            id_: (balance, due_on, customer)
            for id_, balance, due_on, customer in world.journal.execute(
                "SELECT id, balance, due_on, customer_id FROM mirror_invoice"
                " WHERE company_id = ? AND balance > 0",
                (company_id,),
            )
        }
        with world.emulator.store.reading() as conn:
            theirs = {
                str(id_): (balance, due_on, customer)
                for id_, balance, due_on, customer in conn.execute(
                    "SELECT id, balance, due_on, customer FROM object WHERE realm = ? AND entity = 'Invoice'"
                    " AND deleted = 0 AND balance > 0",
                    (realm,),
                )
            }
        if ours != theirs:
            odd = sorted(set(ours.items()) ^ set(theirs.items()))[:4]
            world.wrong("INV-18", f"company {company_id}: mirror and books differ: {odd}")


def inv_19_what_was_taken_is_there(world: Any) -> None:
    """Every body that was answered with 200 is in the files."""
    stored = world.journal.execute("SELECT count(*) FROM inbox WHERE split_from IS NULL").fetchone()[0]
    if stored < len(world.acked):
        world.wrong("INV-19", f"{len(world.acked)} bodies were acknowledged and {stored} are stored")


def inv_21_the_same_night_twice_changes_nothing(world: Any) -> None:
    """Running tonight's run again writes nothing, in the books or in the journal."""
    if world.script.seed % 4 != 1:
        return
    for worker in (world.process.workers[0],):
        for company_id, _ in world.companies:
            worker("night by hand", company_id)
        before = known.writes(world)
        for company_id, _ in world.companies:
            worker("night by hand", company_id)
        after = known.writes(world)
    if before != after:
        world.wrong(
            "INV-21",
            f"the same night again: {before} became {after} (requests with effect, effects, contacts)",
        )


AT_REST = (
    inv_01_each_contact_is_noted_once,
    inv_01_records_say_what_left,
    inv_02_no_copy_leaves_twice,
    inv_04_05_plans_move_nothing,
    inv_06_plans_are_whole_or_nothing,
    inv_08_what_people_wrote_stays,
    inv_10_no_secret_on_disk,
    inv_12_the_audit_holds,
    inv_12_every_contact_is_in_the_audit,
    inv_13_steps_in_order,
    inv_13_distance_is_kept,
    inv_17_nothing_is_stuck,
    inv_17_every_night_was_run,
    inv_17_somebody_is_asked,
    inv_17_the_night_keeps_its_hour,
    inv_18_the_mirror_equals_the_books,
    inv_17_whoever_is_due_is_looked_at,
    inv_19_what_was_taken_is_there,
    inv_20_money_is_whole_units,
    inv_21_the_same_night_twice_changes_nothing,
)


# Helpers


def hold(world: Any) -> None:
    """All that must hold once nothing is under way."""
    for invariant in AT_REST:
        invariant(world)
