"""What must hold once everything is calm, read from the books, the mail that arrived and the files."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Any

from qb_collections.store import audit
from qb_collections.store.engine import reading
from tests.simulation import ground_truth as truth
from tests.simulation import known, promised
from tests.simulation.at_rest_copy import inv_18_the_mirror_equals_the_books, inv_19_what_was_taken_is_there
from tests.simulation.at_rest_money import (
    inv_04_05_plans_move_nothing,
    inv_06_plans_are_whole_or_nothing,
    inv_20_money_is_whole_units,
)
from tests.simulation.at_rest_work import (
    inv_17_every_night_was_run,
    inv_17_nobody_writes_to_who_is_gone,
    inv_17_nothing_is_stuck,
    inv_17_somebody_is_asked,
    inv_17_whoever_is_due_is_looked_at,
)
from tests.simulation.memory_transport import kind_of
from tests.simulation.telling import invoice, shortened, times

NEVER_LEFT = ("refused", "unresolved", "never_sent")  # the caller knows that nothing was sent


def inv_01_each_contact_is_noted_once(world: Any) -> None:
    """A marker never stands twice in a memo, and each e-mail that left has its one line.

    But for copies whose line was still to be written when older files came back: these know of neither, the
    invoice looks as if a person had sent it, and the owner was told that such a one is not found.
    """
    copies = Counter(
        (copy.realm, copy.invoice_id) for copy in truth.copies(world) if copy.number not in world.copies_lost
    )
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
            f"{invoice(world, realm, id_)} of {realm} was e-mailed {times(count, 'time')} "
            f"and has {times(len(refs), 'line')} about it in its memo",
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
            "SELECT i.id, i.state, i.body, i.plan, c.id, o.mode FROM intent i"
            " JOIN company o ON o.id = i.company_id LEFT JOIN contact c ON c.intent_id = i.id"
            " WHERE i.company_id = ? AND i.kind = 'email' AND i.body IS NOT NULL",
            (company_id,),
        )
        for intent_id, state, body, plan, contact_id, mode in rows:
            if state == "unknown" and mode == "shadow":
                continue  # while sending is off nothing is looked into; it is asked before anything leaves
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
            how = "more e-mails left than are" if more > 0 else "fewer e-mails left than are"
            world.wrong("INV-01", f"{invoice(world, realm, id_)} of {realm}: {abs(more)} {how} recorded")


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
    # What left after the copy that was put back, and is noted nowhere in the books, is told by nothing.
    names = Counter(mail.message_id for mail in world.office.arrived if mail.number not in world.mail_lost)
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
                told = (
                    f"{invoice(world, realm, id_)} of {realm} lost what a person wrote: {shortened(line)!r}"
                )
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
    """Each contact that is recorded of an effect has its entry, written with it."""
    for company_id, _ in world.companies:
        [contacts] = world.journal.execute(
            "SELECT count(*) FROM contact WHERE company_id = ? AND intent_id IS NOT NULL",
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
    merged = {
        (one.change.realm_id, one.at.astimezone(world.zones[one.change.realm_id]).date())
        for one in world.by_people
        if one.change.operation == "Merge"  # between two messages of one look nobody can know of it
    }
    for at, number, realm, customer, judged in sorted([*ours, *theirs]):
        day = at.astimezone(world.zones[realm]).date()
        judged = judged and (realm, day) not in merged
        before = heard.setdefault((realm, customer), [])
        why = [promised.too_close(before, day, one) for one in known.in_force(world, realm, int(number))]
        if judged and all(why):
            world.wrong("INV-13", f"customer {customer} of {realm} {why[-1]}")
        before.append(day)


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
    inv_17_nobody_writes_to_who_is_gone,
    inv_17_somebody_is_asked,
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
