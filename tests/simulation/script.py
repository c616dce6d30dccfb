"""What a seed draws: companies, faults, people's acts, kills.  A value, so that parts can be left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any

from tests.simulation.memory_transport import NETWORK_FAULTS
from tests.simulation.post_office import SMTP_FAULTS

SMALL = 1000  # the template of one company of five invoices
FRESH = 1001  # the same before it is connected
OWING = 1002  # the same, each customer with several late invoices: they hear of them by e-mail
TEMPLATES = 16
LONG = 30  # nights of one seed in ten
POLICIES = ("standard", "brisk", "gentle", "small-balances", "plan", "people-only", "statement-only")

# The emulator's faults with what their rules need beside a rate.  Those that wait in real time are left
# out: `timed_out` and `late` of the network say the same on the simulated clock.
QUICKBOOKS_FAULTS: dict[str, dict[str, Any]] = {
    "refuse_before": {},
    "html_200": {},
    "html_503": {},
    "http_500": {},
    "http_502": {},
    "http_503": {"retry_after": 30},
    "http_504": {},
    "xml_429": {"retry_after": 60},
    "json_429": {},
    "lower_401": {},
    "403_3100": {},
    "fault_in_200": {},
    "fault_400": {},
    "login_302": {},
    "invalid_grant": {},
    "invalid_client": {},
    "lose_answer": {},
    "http_500_after": {},
    "http_502_after": {},
    "http_503_after": {},
    "http_504_after": {},
    "cut_off": {},
    "empty_body": {},
    "corrupt_json": {},
    "bom": {},
    "wrong_charset": {},
    "odd_json": {},
    "new_fields": {},
    "forget_requestid": {},
    "lagging_queries": {"seconds": 30.0},
    "half_batch": {},
    "skewed_date": {"seconds": 90.0},
}
# With these QuickBooks says of what a late request is about to do that it knows nothing, or will not do it.
DENIALS = frozenset({"forget_requestid", "fault_400", "fault_in_200", "403_3100"})
DATABASE_FAULTS = ("database_busy", "disk_full")
WEBHOOK_FAULTS = ("webhook_lost", "webhook_duplicate", "webhook_late", "webhook_shuffled")

BOOKS_ACTS = {  # with how often each is drawn beside the others
    "pay": 8,
    "part_pay": 4,
    "void": 3,
    "edit_amount": 2,
    "redate": 2,
    "add_note": 4,
    "rewrite_note": 1,
    "change_email": 2,
    "merge": 1,
    "return_payment": 2,
    "credit_memo": 2,
    "pay_on_account": 2,
    "unapply": 1,
    "delete_invoice": 1,
    "new_invoice": 3,
    "close_books": 1,
    "open_books": 1,
    "deactivate": 1,
    "send_by_hand": 1,
    "remove_our_line": 1,
}
APP_ACTS = {
    "hold": 5,
    "promise": 3,
    "dispute": 3,
    "lift_hold": 3,
    "approve": 4,
    "do_task": 8,
    "stop": 2,
    "lift_stop": 2,
    "preview": 1,
    "sync": 1,
    "set_mode": 2,
    "use_policy": 1,
    "plan_create": 2,
    "disconnect": 1,
    "reconnect": 1,
    "night_by_hand": 1,
    "plan_end": 2,
    "undo": 3,
    "reply": 3,
    "connect_first": 0,
    "tend": 0,  # drawn by itself: in long lives somebody looks after the connections
}

# Faults that find little to strike are drawn more often than the others, and strike more often.
SELDOM = {
    **dict.fromkeys(SMTP_FAULTS, 4),
    "forget_requestid": 4,
    "late": 3,
    "webhook_late": 2,
    "webhook_duplicate": 2,
    **dict.fromkeys(DATABASE_FAULTS, 2),
}
AT_LEAST = {
    **dict.fromkeys(SMTP_FAULTS, 0.4),
    "forget_requestid": 1.0,
    "late": 0.3,
    "half_batch": 0.2,
    "lagging_queries": 0.2,
    "webhook_late": 0.2,
    "webhook_duplicate": 0.2,
}
# These end a permission or a stretch of work: as often as they are drawn is often enough.
AT_MOST = {"invalid_grant": 0.1, "lower_401": 0.2}
# Half of the seeds have something that they do more than anything else: what seldom meets has to meet.
THEMES: dict[str, dict[str, int]] = {
    "plans": {"plan_create": 24, "plan_end": 6, "undo": 8, "pay": 4, "part_pay": 4, "preview": 1},
    "credits": {"credit_memo": 8, "pay_on_account": 12, "unapply": 2, "return_payment": 3, "pay": 4},
    "marks": {"hold": 8, "dispute": 6, "promise": 6, "reply": 6, "lift_hold": 2, "stop": 2, "lift_stop": 2},
    "memos": {"add_note": 8, "rewrite_note": 3, "remove_our_line": 2, "close_books": 1, "undo": 4},
    "tasks": {"do_task": 20, "reply": 4, "approve": 4, "undo": 2},
    "connection": {"sync": 8, "disconnect": 2, "reconnect": 4, "set_mode": 3, "pay": 4, "night_by_hand": 4},
}
THEMED = 0.5
DURING = {"credits": 0.75, "marks": 0.75, "memos": 0.6}  # how often it happens while something is on its way
ANYWHERE = ("lagging_queries", "half_batch", "invalid_grant", "invalid_client", "forget_requestid")
FIRST_NIGHT = 0.06  # of the seeds begin before their one company is connected
HEARS = 0.12  # begin with books in which everybody hears from us by e-mail at once
PAGES_CHANGE = ("new_invoice", "delete_invoice", "redate", "pay", "edit_amount")  # while books are first read
TENDED = 0.35  # of the days of a long life: somebody connects again and lets things go on


@dataclass(frozen=True, slots=True)
class Fault:
    """where: network, quickbooks, database, webhooks or mail."""

    where: str
    kind: str
    rate: float
    seed: int
    operation: str | None = None  # strikes these calls only; of the network's faults: "writes"
    nth: int | None = None  # strikes exactly once: the n-th time it could

    def __str__(self) -> str:
        only = f" of {self.operation}" if self.operation else ""
        return f"{self.kind}{only} {self.rate:.0%}"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person does: in the books or in the service, at a minute or during a request."""

    day: int
    minute: int  # after the day's beginning; at_send comes first where it is set
    company: int
    kind: str
    seed: int
    at_send: int | None = None  # the day's n-th request to QuickBooks
    at_contact: int | None = None  # while the day's n-th message is on its way

    def __str__(self) -> str:
        when = f"request {self.at_send}" if self.at_send is not None else f"minute {self.minute}"
        when = f"message {self.at_contact}" if self.at_contact is not None else when
        return f"day {self.day}, {when}: {self.kind} (company {self.company})"


@dataclass(frozen=True, slots=True)
class Kill:
    """The process ends at the n-th point of a day, and perhaps again at the m-th of its recovery."""

    day: int
    point: int
    again: int | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """The service's own clock goes wrong by so many seconds from a day on."""

    day: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Script:
    seed: int
    template: int
    nights: int = 1
    together: str = "alone"  # alone, threads, processes
    switch_rate: float = 0.0
    stall_rate: float = 0.02  # of the changes: who gives way comes back after its lease has run out
    modes: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    long_live: tuple[bool, ...] = ()  # contacting began long ago
    mails: tuple[bool, ...] = ()  # has a mail account that is turned on
    without: frozenset[int] = frozenset()  # companies that are left out
    faults: tuple[Fault, ...] = ()
    acts: tuple[Act, ...] = ()
    kills: tuple[Kill, ...] = ()
    jumps: tuple[Jump, ...] = ()
    restores: tuple[int, ...] = ()  # days on which the files of the day before are put back


def draw(seed: int, nights: int | None = None, templates: Sequence[int] = range(TEMPLATES)) -> Script:
    """nights: 1 or more; where it is not said the seed draws one or LONG."""
    random = Random(seed)
    is_long = random.random() < 0.1
    nights = nights or (LONG if is_long else 1)
    together = random.choice(("alone", "alone", "threads", "processes"))
    first = random.random() < FIRST_NIGHT
    theme = random.choice([*THEMES]) if random.random() < THEMED else ""
    modes = tuple(random.choice(("automatic",) * 5 + ("approve",) * 2 + ("shadow",)) for _ in range(5))
    connects = [Act(0, random.randrange(300), 0, "connect_first", 0)]
    drawn = Script(
        seed=seed,
        template=FRESH if first else OWING if random.random() < HEARS else random.choice(templates),
        nights=nights,
        together=together,
        switch_rate=random.choice((0.05, 0.2, 0.5)),
        stall_rate=random.choice((0.02, 0.02, 0.2)),
        modes=modes,
        policies=tuple(random.choice(POLICIES[:2] * 3 + POLICIES) for _ in range(5)),
        long_live=tuple(random.random() < 0.7 for _ in range(5)),
        mails=tuple(random.random() < 0.6 for _ in range(5)),
        faults=_faults(random),
        acts=tuple(_acts(random, nights, modes, theme) + (connects + _while_read(random)) * first),
        kills=tuple(_kills(random, nights)),
        jumps=_jumps(random, nights),
        restores=(random.randrange(1, nights),) if nights > 1 and random.random() < 0.7 else (),
    )
    if any(one.where == "mail" for one in drawn.faults):
        drawn = replace(drawn, mails=(True,) * 5)
    return drawn


def as_json(script: Script) -> str:
    """One script as text that can be kept; `from_json` reads it."""
    return json.dumps(asdict(script) | {"without": sorted(script.without)}, indent=1)


def from_json(text: str) -> Script:
    told = json.loads(text)
    parts = {"faults": Fault, "acts": Act, "kills": Kill, "jumps": Jump}
    for name, kind in parts.items():
        told[name] = tuple(kind(**one) for one in told[name])
    for name in ("modes", "policies", "long_live", "mails", "restores"):
        told[name] = tuple(told[name])
    return Script(**told | {"without": frozenset(told["without"])})


def _faults(random: Random) -> tuple[Fault, ...]:
    if random.random() < 0.15:
        return ()
    found = []
    kinds = (
        [("network", one) for one in NETWORK_FAULTS]
        + [("quickbooks", one) for one in QUICKBOOKS_FAULTS]
        + [("database", one) for one in DATABASE_FAULTS]
        + [("webhooks", one) for one in WEBHOOK_FAULTS]
        + [("mail", one) for one in SMTP_FAULTS]
    )
    often = [SELDOM.get(kind, 1) for _, kind in kinds]
    for where, kind in _some(random, kinds, often, random.randint(1, 10)):
        rate = random.choice((0.03, 0.1, 0.2, 0.3))
        if where == "database":
            rate = min(rate, 0.05)
        rate = min(max(rate, AT_LEAST.get(kind, 0.0)), AT_MOST.get(kind, 1.0))
        only = None
        if where == "quickbooks" and kind not in ANYWHERE:
            only = random.choice((None, None, None, "send", "batch", "create"))
        elif where == "network":
            only = random.choice((None, "writes"))
        found.append(
            Fault(where, kind, rate if only is None else max(rate, 0.4), random.getrandbits(31), only)
        )
    return tuple(found)


def _some(
    random: Random, kinds: list[tuple[str, str]], often: list[int], count: int
) -> list[tuple[str, str]]:
    """So many different ones, each as often as its weight says beside the others."""
    drawn = {kind: random.random() ** (1 / weight) for kind, weight in zip(kinds, often, strict=True)}
    return sorted(kinds, key=lambda kind: drawn[kind])[-count:]


def _acts(random: Random, nights: int, modes: tuple[str, ...], theme: str) -> list[Act]:
    weights = THEMES.get(theme, BOOKS_ACTS | APP_ACTS)
    during = DURING.get(theme, 0.45)
    kinds, often = [*weights], [*weights.values()]
    acts = []
    for day in range(nights):
        for _ in range(random.randint(0, 14 if nights == 1 else 4)):
            choice = random.random()
            at_contact = random.randint(1, 3) if choice < during * 0.45 else None
            at_send = random.randint(1, 30) if during * 0.45 <= choice < during else None
            acts.append(
                Act(
                    day,
                    random.randrange(1440),
                    random.randrange(5),
                    random.choices(kinds, often)[0],
                    random.getrandbits(31),
                    at_send,
                    at_contact,
                )
            )
        for place, mode in enumerate(modes):
            if mode == "approve" and random.random() < 0.7:
                acts.append(Act(day, random.randrange(420, 900), place, "approve", 0))
        if nights > 1 and random.random() < TENDED:
            acts.append(Act(day, random.randrange(1440), random.randrange(5), "tend", 0))
    return acts


def _while_read(random: Random) -> list[Act]:
    """What people do in the books while the first sync goes from one page to the next."""
    return [
        Act(0, 0, 0, random.choice(PAGES_CHANGE), random.getrandbits(31), random.randint(2, 14))
        for _ in range(random.randint(1, 4))
    ]


def _kills(random: Random, nights: int) -> list[Kill]:
    kills = []
    for day in range(nights):
        if random.random() < (0.5 if nights == 1 else 0.1):
            again = random.randint(1, 60) if random.random() < 0.4 else None
            kills.append(Kill(day, random.randint(1, 220), again))
    return kills


def _jumps(random: Random, nights: int) -> tuple[Jump, ...]:
    if random.random() > 0.1:
        return ()
    return (Jump(random.randrange(nights), random.choice((-3600, -120, -1, 1, 90, 1800))),)


__all__ = ["Act", "Fault", "Jump", "Kill", "Script", "as_json", "draw", "from_json"]
