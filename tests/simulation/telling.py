"""What happened, in words that need no knowledge of the simulator: who did what, and what became of it."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.simulation.memory_transport import Sent, kind_of
from tests.simulation.post_office import Mail

# The promises that the invariants hold, as an owner would say them.
PROMISES = {
    "INV-01": "each contact is noted once in QuickBooks, and recorded",
    "INV-02": "nobody gets the same message twice",
    "INV-03": "nothing leaves about what is settled",
    "INV-05": "a payment plan moves no amount in the books",
    "INV-06": "a payment plan is there whole or not at all",
    "INV-07": "a payment plan adds up to the cent",
    "INV-08": "what people wrote into a memo stays",
    "INV-09": "whatever leaves stands in the journal first",
    "INV-10": "no token lies in clear on the disk",
    "INV-11": "no company sees anything of another",
    "INV-12": "the audit trail is whole",
    "INV-13": "messages keep their order and their distance",
    "INV-14": "messages keep hours, holidays and the quiet season",
    "INV-15": "QuickBooks' limits are kept",
    "INV-16": "a permission is renewed by one at a time, and not lost",
    "INV-17": "nothing gets stuck and nothing fails",
    "INV-18": "our copy says what the books say",
    "INV-19": "a push that was acknowledged is kept",
    "INV-20": "money is whole units",
    "INV-21": "the same night twice changes nothing",
    "INV-22": "nothing leaves after a no",
}

# What the network or QuickBooks did to a request, by the fault's name.
BEFELL = {
    "refused": "the connection was refused, nothing reached QuickBooks",
    "unresolved": "QuickBooks' name was not found, nothing reached it",
    "never_sent": "the connection was not made in time, nothing reached QuickBooks",
    "timed_out": "no answer came in time, and it never reached QuickBooks",
    "reset_before": "the connection broke before QuickBooks got it",
    "lost": "the answer was lost on its way back",
    "late": "no answer came in time; it will reach QuickBooks later",
    "refuse_before": "QuickBooks hung up before doing anything",
    "html_200": "a web page came in place of an answer, with status 200",
    "html_503": "a web page came in place of an answer: unavailable",
    "xml_429": "QuickBooks says: too many requests",
    "json_429": "QuickBooks says: too many requests",
    "lower_401": "QuickBooks does not take the token",
    "403_3100": "QuickBooks says: no permission for this application",
    "fault_in_200": "an error came with status 200",
    "fault_400": "QuickBooks calls the request invalid",
    "login_302": "QuickBooks sends to its sign-in page",
    "invalid_grant": "Intuit says that the permission has ended",
    "invalid_client": "Intuit does not know the application",
    "lose_answer": "QuickBooks did its work and hung up without an answer",
    "cut_off": "the answer was cut off in the middle",
    "empty_body": "the answer was empty",
    "corrupt_json": "the answer was garbled",
    "bom": "the answer began with a byte order mark",
    "wrong_charset": "the answer named a wrong character set",
    "odd_json": "the answer had odd values in it",
    "new_fields": "the answer had fields nobody knows",
    "forget_requestid": "QuickBooks had forgotten the request's id",
    "lagging_queries": "QuickBooks showed how the books were half a minute ago",
    "half_batch": "QuickBooks did half of it and hung up",
    "skewed_date": "QuickBooks' clock in the answer is wrong",
}
DONE = {
    "Create": "made",
    "Update": "changed",
    "Delete": "deleted",
    "Void": "voided",
    "Emailed": "e-mailed",
    "Merge": "merged",
}


def befell(fault: str) -> str:
    """A fault in words; QuickBooks' statuses speak for themselves."""
    if fault in BEFELL:
        return BEFELL[fault]
    status = fault.removeprefix("http_").removesuffix("_after")
    did = "did its work and answered" if fault.endswith("_after") else "did nothing and answered"
    return f"QuickBooks {did} {status}"


def request(world: Any, sent: Sent) -> str | None:
    """One request and what became of it; None where it only read, got its answer, and was no last look."""
    faults = ([sent.fault] if sent.fault else []) + list(sent.known.get("struck", ()))
    if not sent.has_effect and not faults and sent.status == 200 and sent.resource != "batch":
        return None
    parts = [f"the service {asks(world, sent)} (request {sent.number})"]
    if sent.changes:
        parts.append(f"QuickBooks {_did(world, sent)}")
    elif sent.has_effect and not faults and sent.status == 200:
        parts.append("it changed nothing")
    parts += [befell(one) for one in faults]
    if not faults and sent.status != 200:
        parts.append(f"the answer is {sent.status}" if sent.status else "no answer came")
    if sent.changes and sent.status is None:
        parts.append("the service does not know that it was done")
    return ". ".join(one[0].upper() + one[1:] for one in parts)


def mail(one: Mail) -> str:
    numbers = ", ".join(sorted(one.invoices)) or "no invoice"
    return f'The mail server takes e-mail {one.number} to {one.recipient}: "{one.subject}", about {numbers}'


def invoice(world: Any, realm: str | None, id_: str) -> str:
    """An invoice by the number that people know it by."""
    with world.emulator.store.reading() as conn:
        found = conn.execute(
            "SELECT doc_number FROM object WHERE realm = ? AND entity = 'Invoice' AND id = ?",
            (realm, int(id_)),
        ).fetchone()
        if found and not found[0]:  # deleted: as it was before
            found = conn.execute(
                "SELECT max(body ->> '$.DocNumber') FROM version"
                " WHERE realm = ? AND entity = 'Invoice' AND id = ?",
                (realm, int(id_)),
            ).fetchone()
    return f"invoice {found[0]}" if found and found[0] else f"invoice with id {id_}"


def in_the_books(world: Any, realm: str, act: dict[str, Any]) -> str:
    """What a bookkeeper or a customer did."""
    at = f"in QuickBooks, somebody at {company(world, realm)}"
    about = act.get("invoice") or act.get("customer") or act.get("payment") or ""
    match act["act"]:
        case "pay":
            did = f"records that invoice {about} is paid in full"
        case "part_pay":
            did = f"records a payment of {act['amount']} for invoice {about}"
        case "void":
            did = f"voids invoice {about}"
        case "redate":
            did = f"moves the due date of invoice {about} to {act['due']}"
        case "add_note":
            did = f"adds to the memo of invoice {about}: {shortened(act['text'])!r}"
        case "edit":
            what = invoice(world, realm, act["id"]) if act["entity"] == "Invoice" else f"customer {act['id']}"
            did = f"edits {what}: {_fields(act['fields'])}"
        case "merge":
            did = f"merges {act['from']} into {act['into']}"
        case "return_payment":
            did = f"takes back payment {about}: it bounced"
        case "unapply":
            did = f"takes payment {about} off its invoices"
        case "pay_on_account":
            did = f"records {act['amount']} from {about}, applied to nothing yet"
        case "delete":
            did = f"deletes {invoice(world, realm, act['id'])}"
        case "create_invoice":
            did = f"makes a new invoice of {act['amount']} for {about}, due {act['due']}"
        case "close_books":
            did = f"closes the books through {act['through']}" if act["through"] else "opens the books again"
        case "deactivate":
            did = f"makes customer {act['id']} inactive"
        case "auto_reminder":
            did = f"sends invoice {about} from QuickBooks by hand"
        case other:
            did = other
    return f"{at} {did}"


def company(world: Any, realm: str | None) -> str:
    number = next((ours for ours, theirs in world.companies if theirs == realm), None)
    return f"company {number}" if number is not None else "no company"


def plain(world: Any, text: str) -> str:
    """Without the words by which the simulator tells companies' data apart."""
    for number, realm in world.companies:
        word = world.words[realm].decode()
        text = text.replace(f"Company {word}", f"Company {number}").replace(f"{word} Customer", "Customer")
        text = text.replace(f"{word.lower()}.example", f"company-{number}.example")
        text = text.replace(word, f"company {number}").replace(realm, f"company {number}")
    return re.sub(r"process \d+ on \S+", "another process", text)  # the number is the machine's


def _fields(fields: dict[str, Any]) -> str:
    told = []
    for name, value in fields.items():
        if name == "PrivateNote":
            told.append(f"the memo is now {value!r}")
        elif name == "PrimaryEmailAddr":
            told.append(f"the e-mail address is now {value['Address']}")
        elif name == "Line":
            told.append(f"the amount of its line is now {value[0]['Amount']}")
        else:
            told.append(f"{name} is now {value}")
    return ", ".join(told)


def asks(world: Any, sent: Sent) -> str:
    kind, ours = kind_of(sent), company(world, sent.realm)
    if kind == "token":
        return "asks Intuit for new tokens"
    if kind == "oauth":
        return f"asks Intuit ({sent.path.rpartition('/')[2]})"
    if kind == "send":
        to = sent.params.get("sendTo")
        told = invoice(world, sent.realm, sent.resource.split("/")[1])
        return f"asks QuickBooks to e-mail {told} of {ours}{f' to {to}' if to else ''}"
    if kind == "read":
        return f"reads the books of {ours}{_what_is_read(sent)}"
    if kind == "batch":
        return f"writes to the books of {ours}, {times(sent.body.count(b'bId'), 'change')} in one batch"
    entity = sent.resource.split("/")[0]
    operation = sent.params.get("operation") or ("void" if sent.params.get("include") else "write")
    return f"asks QuickBooks to {operation} {_entity(entity)} in the books of {ours}{_about(sent)}"


def _what_is_read(sent: Sent) -> str:
    if sent.resource == "cdc":
        return ": what has changed"
    if sent.resource == "batch":
        return ": how some customers and invoices stand now"
    return ""


def _entity(name: str) -> str:
    names = {"creditmemo": "a credit memo", "invoice": "an invoice", "payment": "a payment"}
    return names.get(name, "a note beside an invoice" if name == "attachable" else name)


def _about(sent: Sent) -> str:
    try:
        body = json.loads(sent.body)
    except ValueError:
        return ""
    number = body.get("DocNumber") if isinstance(body, dict) else None
    return f", number {number}" if number else ""


def _did(world: Any, sent: Sent) -> str:
    told: dict[str, list[str]] = {}
    for change in sent.changes:
        what = (
            invoice(world, change.realm_id, change.id)
            if change.entity == "Invoice"
            else _entity(change.entity.lower())
        )
        told.setdefault(DONE.get(change.operation, change.operation.lower()), []).append(what)
    return "; ".join(f"{did} {_some(things)}" for did, things in told.items())


def shortened(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def times(count: int, what: str) -> str:
    """1 change, 2 changes"""
    return f"{count} {what}{'s' * (count != 1)}"


def amount(units: int | None) -> str:
    """1/10000 as people write it."""
    return f"{(units or 0) / 10_000:,.2f}"


def _some(things: list[str], most: int = 5) -> str:
    more = f" and {len(things) - most} more" if len(things) > most else ""
    return ", ".join(things[:most]) + more


def beginning(world: Any, place: int) -> str:
    """How one company is set up as it begins."""
    script, (number, realm) = world.script, world.companies[place]
    if number in world.absent:
        return f"company {number} is left out"
    ways = {"automatic": "messages leave by themselves", "approve": "each night's messages wait for a yes"}
    way = ways.get(script.modes[place], "nothing is sent yet")
    letters = "with a mail account of its own" if script.mails[place] else "through QuickBooks' own e-mail"
    return (
        f"company {number} lives in {world.zones[realm]}, with the policy {script.policies[place]!r}; "
        f"{way}, {letters}"
    )


def trouble_to_come(script: Any) -> str:
    """Which trouble the seed drew, and how often it strikes."""
    work = {
        "threads": "two workers in one process",
        "processes": "two processes on the same files",
    }.get(script.together, "one worker")
    told = []
    for one in script.faults:
        only = f" where it {_matches(one.operation)}" if one.operation else ""
        often = f"{one.rate:.0%}" if one.nth is None else f"the {one.nth}. time"
        told.append(f"{one.kind}{only} ({often})")
    return f"the service runs as {work}. Trouble to come: {', '.join(told) or 'none'}"


def _matches(operation: str) -> str:
    return {"send": "e-mails", "batch": "sends batches", "create": "makes something"}.get(
        operation, operation
    )


def work(name: str, company_id: int) -> str:
    """A job of the service, in words."""
    words = {
        "sync": "reading what changed",
        "night": "the night",
        "night by hand": "the run by hand",
        "deliver": "sending what is due",
        "inbox": "working off what was pushed",
        "refresh": "renewing the permission",
        "weekly": "the weekly count",
        "history": "reading payment history",
        "figures": "the reports' figures",
    }
    return f"{words.get(name, name)} of company {company_id}" if company_id else words.get(name, name)
