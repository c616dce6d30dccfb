"""The invariants, one function each, read from the emulator's ground truth, the requests and the files.

What our tables believe counts only where the statement is about the journal itself.
"""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.simulation import ground_truth as truth
from tests.simulation import known
from tests.simulation.memory_transport import Sent, kind_of
from tests.simulation.telling import asks, invoice

FRESH = timedelta(seconds=60)
PER_MINUTE = 500
UNTOLD_SECONDS = 60  # a 429 that does not say how long
LISTED = re.compile(r"^Invoice (K\d{6}) of .*: \$([\d,]+\.\d\d)$", re.MULTILINE)  # a line of our own messages

# Answers that may hide what the books say: a read that met one of these proves nothing.
SPOILT = {
    "lagging_queries",
    "changing_pages",
    "odd_json",
    "corrupt_json",
    "wrong_charset",
    "cut_off",
    "html_200",
}


def on_arrival(world: Any, sent: Sent) -> None:
    """What must hold at every step, as a request arrives."""
    if sent.realm is None:
        inv_16_one_refresh_at_a_time(world, sent)
        return
    inv_11_no_tenant_sees_another(world, sent)
    if sent.number not in world.arrived and sent.fault != "late":  # that one left long ago
        inv_15_limits_are_kept(world, sent)
    world.arrived.add(sent.number)
    if sent.has_effect:
        inv_09_journal_before_the_request(world, sent)
    if kind_of(sent) == "send":
        id_ = sent.resource.split("/")[1]
        whose(world, sent)
        if sent.fault == "late":
            return  # when it left the network swallowed it; it was judged by what was known then
        inv_03_nothing_about_what_is_settled(world, sent, id_)
        inv_14_hours_are_kept(world, sent)
        inv_22_nothing_after_a_no(world, sent, id_)


def whose(world: Any, sent: Sent) -> None:
    """Of a copy that is asked for: the invoice's customer as it was handed over, before people do more."""
    found = truth.row(world, str(sent.realm), "Invoice", sent.resource.split("/")[1])
    sent.known.setdefault("customer", found["customer"] if found else None)


def on_answer(world: Any, sent: Sent) -> None:
    world.refreshing.discard(sent.number)
    struck = set(sent.known.get("struck", ()))
    sent.known["spoilt"] = bool(struck & SPOILT)
    legible = not sent.known["spoilt"]
    if sent.status == 400 and b"invalid_grant" in sent.answer and "tokens/bearer" in sent.path and legible:
        world.ended[sent.body] = sent.process
    # One that stood still past its lease tells nobody of it any more.
    told = threading.get_ident() not in world.stalled
    if sent.status == 429 and sent.realm is not None and told:
        world.not_before[sent.realm] = (
            (sent.process, sent.worker),
            threading.get_ident(),
            world.clock.now() + timedelta(seconds=UNTOLD_SECONDS - 1),
        )


def inv_03_nothing_about_what_is_settled(world: Any, sent: Sent, id_: str) -> None:
    """No copy of what the last look could see is paid, void or gone; that look is a minute old at most.

    Its age counts as the service lets go of the request: a machine that stands still between that and the
    wire cannot be noticed by what runs on it.  What the service itself waits for before counts.
    """
    left_at = sent.handed_at or sent.at
    told = invoice(world, sent.realm, id_)
    look = truth.read_before(world, sent, id_)
    if look is None or look.ended_at is None or left_at - look.ended_at > FRESH:
        if not _looked(world, sent.realm, id_, sent.number, left_at):
            world.wrong(
                "INV-03",
                f"request {sent.number} sends {told}, which nobody looked at in the last minute",
            )
        return
    settled = truth.settled_since(world, sent.realm, id_)
    if settled is not None and settled <= look.number:
        world.wrong(
            "INV-03",
            f"request {sent.number} sends {told}, settled before the last look (request {look.number})",
        )
    _owes(world, sent.realm, sent.known.get("customer"), look.number, f"request {sent.number} sends {id_}")
    customer, to = sent.known.get("customer"), sent.params.get("sendTo", "")
    _theirs(world, str(sent.realm), {id_}, customer, to, look.number, f"request {sent.number} sends {told}")


def inv_09_journal_before_the_request(world: Any, sent: Sent) -> None:
    """What reaches QuickBooks stands in the journal, committed, before it arrives."""
    if sent.number < world.put_back_at:
        return  # it arrives late: the journal that it stood in was thrown away since
    name = sent.params.get("requestid")
    found = (
        name and world.journal.execute("SELECT sends FROM attempt WHERE request_id = ?", (name,)).fetchone()
    )
    if not found:
        world.wrong(
            "INV-09",
            f"the service {asks(world, sent)} (request {sent.number}), and no journal has it (id {name})",
        )
        return
    before = world.bodies.setdefault((sent.realm, name), sent.body)
    if before != sent.body:
        world.wrong("INV-09", f"request {sent.number} repeats id {name} with another body")


def inv_11_no_tenant_sees_another(world: Any, sent: Sent) -> None:
    for _, realm in world.companies:
        if realm != sent.realm and world.words[realm] in sent.body:
            world.wrong("INV-11", f"request {sent.number} to {sent.realm} holds words of {realm}")
    token = sent.headers.get("Authorization", "").partition(" ")[2]
    bearer = world.emulator.front.tokens.bearer(token)
    if bearer.realm_id not in (None, sent.realm):
        world.wrong("INV-11", f"request {sent.number} to {sent.realm} carries the token of {bearer.realm_id}")


def inv_14_hours_are_kept(world: Any, sent: Sent) -> None:
    """Nothing leaves at night where the customer is, while the service's clock is right."""
    if world.service_clock.offset:
        return
    known.in_hours(world, sent.realm, sent.known.get("customer") or "0", f"request {sent.number}")


def inv_15_limits_are_kept(world: Any, sent: Sent) -> None:
    (process, worker), _, until = world.not_before.get(sent.realm, ((0, 0), 0, None))
    # Whoever stood still past its lease and was woken is a process of its own: what another one was answered
    # meanwhile it cannot know, and before its next transaction not even that the lease is gone.
    woken = worker != sent.worker and threading.get_ident() in world.stalled
    if until is not None and process == sent.process and not woken and world.clock.now() < until:
        world.wrong(
            "INV-15", f"request {sent.number} leaves {until - world.clock.now()} before a 429 allows it"
        )
    times = world.calls.setdefault(sent.realm, [])
    times.append(world.clock.now())
    while times[0] <= times[-1] - timedelta(seconds=60):
        times.pop(0)
    if len(times) > PER_MINUTE:
        world.wrong("INV-15", f"{len(times)} requests in a minute to {sent.realm}")


def inv_16_one_refresh_at_a_time(world: Any, sent: Sent) -> None:
    if (
        "tokens/bearer" not in sent.path
        or b"grant_type=refresh_token" not in sent.body
        or sent.fault == "late"
    ):
        return
    if world.ended.get(sent.body) == sent.process and "database" not in {
        one.where for one in world.script.faults
    }:
        world.wrong("INV-16", f"request {sent.number} refreshes with a token that Intuit has ended")
    if threading.get_ident() in world.stalled:
        return  # it woke up past its lease and does not know yet; what it brings back is not stored
    if world.refreshing - {sent.number}:
        others = [world.network.sent[one] for one in world.refreshing if one != sent.number]
        if any(one.body == sent.body for one in others):
            world.wrong(
                "INV-16", f"request {sent.number} refreshes with a token that another one is refreshing"
            )
    world.refreshing.add(sent.number)


def inv_22_nothing_after_a_no(world: Any, sent: Sent, id_: str) -> None:
    """A dispute, a promise, a hold, a stop: what people said before this request holds it back.

    Also what they said while the one before it was on its way: our own marks are asked before each message.
    """
    what = f"request {sent.number} sends {invoice(world, sent.realm or '', id_)}"
    to = sent.params.get("sendTo", "")
    last = truth.last_work(world, sent.realm, sent.number, sent.params.get("requestid"))
    known.a_no(world, sent.realm, id_, sent.known.get("customer"), to, last, what)


def on_mail(world: Any, mail: Any) -> None:
    """What must hold as a message of our own arrives at its mail server."""
    realm = next((one for one, word in world.words.items() if word.lower().decode() in mail.sender), None)
    if realm is None:
        world.wrong("INV-11", f"e-mail {mail.number} comes from {mail.sender}, which is nobody's")
        return
    if any(other != realm and word in mail.text.encode() for other, word in world.words.items()):
        world.wrong("INV-11", f"e-mail {mail.number} of {realm} holds words of another company")
    journal = world.journal.execute(
        # Of a worker that stood still past its lease the next one has said already: nobody knows.
        "SELECT plan FROM intent WHERE kind = 'email' AND state IN ('sending', 'unknown', 'parked')"
        " AND body LIKE ?",
        (f"%{mail.message_id}%",),
    ).fetchone()
    if journal is None:
        world.wrong("INV-09", f"e-mail {mail.number} ({mail.message_id}) is in no journal")
    elif json.loads(journal[0]).get("answer"):
        # A thank-you names what is paid and keeps no distance; a stop stops it all the same.
        _stopped_answer(world, realm, mail)
        return
    number = len(world.network.sent)
    now = world.clock.now()
    left_at = world.office.handed_at or now  # as with a copy: its age counts as the service lets go of it
    found_of = {doc: truth.invoice_numbered(world, realm, doc) for doc in sorted(mail.invoices)}
    for doc, found in found_of.items():
        named = {one[0] for one in found_of.values() if one and found and one[1] == found[1]}
        look = truth.look_at(world, realm, found[0], number, left_at) if found else None
        if found is None or look is None or look.ended_at is None or left_at - look.ended_at > FRESH:
            if found is not None and not _looked(world, realm, found[0], number, left_at):
                world.wrong(
                    "INV-03", f"e-mail {mail.number} names {doc}, which nobody looked at in the last minute"
                )
            continue
        settled = truth.settled_since(world, realm, found[0])
        if settled is not None and settled <= look.number:
            world.wrong(
                "INV-03",
                f"e-mail {mail.number} names {doc}, settled before the last look (request {look.number})",
            )
        what = f"e-mail {mail.number} names {doc}"
        _owes(world, realm, found[1], look.number, what)
        # Several invoices are one message, which goes to one address: to that of any of them.
        _theirs(world, realm, named, found[1], mail.recipient, look.number, what)
        _as_it_stands(world, realm, found[0], dict(LISTED.findall(mail.text)).get(doc), look.number, what)
        last = truth.last_work(world, realm, number)
        known.a_no(world, realm, found[0], found[1], mail.recipient, last, what)
    customer = truth.customer_of_mail(world, realm, mail)
    if customer is not None and not world.service_clock.offset:
        known.in_hours(world, realm, customer, f"e-mail {mail.number}")
    world.mails.append((now, number, realm, customer or mail.recipient))


def _looked(world: Any, realm: str | None, id_: str, number: int, at: datetime) -> bool:
    """Whether the service looked in the last minute, whatever it was shown."""
    look = truth.look_at(world, realm, id_, number, at, spoilt_too=True)
    return look is not None and look.ended_at is not None and at - look.ended_at <= FRESH


def _stopped_answer(world: Any, realm: str, mail: Any) -> None:
    read = next((one for one in reversed(world.network.sent) if one.realm == realm), None)
    if read is None:
        return
    for told in world.said.known:
        is_theirs = world.companies[told.place][1] == realm and told.from_request <= read.number
        of_all = told.hold_id is None and told.invoice_id is None
        if is_theirs and of_all and told.to_request is None and told.address in (None, mail.recipient):
            world.wrong("INV-22", f"e-mail {mail.number}, an answer, leaves in spite of {told.why}")


def _owes(world: Any, realm: str, customer: str | None, look: int, what: str) -> None:
    """Nobody is asked whose credits, as the last look could see them, cover all that they owe."""
    found = truth.row(world, realm, "Customer", customer) if customer else None
    if found is None or any(one.after_request > look for one in world.by_people[-20:]):
        return
    balance = Decimal(str(json.loads(found["body"]).get("Balance", 1)))
    if balance <= 0:
        world.wrong("INV-03", f"{what}, to customer {customer} who owes {balance} in all")


def _theirs(
    world: Any, realm: str, about: set[str], customer: str | None, to: str, look: int, what: str
) -> None:
    """A message goes to an address that QuickBooks had of them, or of what it is about, at the last look."""
    if any(one.after_request > look for one in world.by_people[-20:]):
        return
    theirs = set[str]().union(*(truth.addresses(world, realm, one, customer) for one in about))
    if theirs and to.casefold() not in theirs:
        world.wrong("INV-03", f"{what} to {to}, which is no address of theirs any more")


def _as_it_stands(world: Any, realm: str, id_: str, amount: str | None, look: int, what: str) -> None:
    """The amount that a message names is what the books said at the last look."""
    if amount is None or any(one.after_request > look for one in world.by_people[-20:]):
        return
    found = truth.row(world, realm, "Invoice", id_)
    if found is not None and Decimal(found["balance"]) / 10_000 != Decimal(amount.replace(",", "")):
        left = Decimal(found["balance"]) / 10_000
        world.wrong("INV-03", f"{what} with {amount}, of which {left:.2f} is left to pay")
