"""Cases by chance: a customer in the middle of a life, with everything that can bend a decision.

Dates lie close together, so that most rules meet on the same day.  Equal seeds make equal cases.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from qb_collections.core.business_days import QuietSeason
from qb_collections.core.case import (
    Case,
    Contact,
    ContactKind,
    CustomerKind,
    Cycle,
    Habit,
    Hold,
    HoldKind,
    Plan,
    Receipt,
)
from qb_collections.core.decide import Rules

from .making import HOLIDAYS, STANDARD, customer, invoice, memo, payment, usd

TODAY = date(2026, 11, 2)  # a Monday; the days of a case lie around it
STANDARD_LADDER = STANDARD.ladder
BALANCES = ("0", "-5.00", "12.00", "24.99", "25.00", "300.00", "480.00", "500.00", "780.40", "12345.67")
BOUNCES = ("came back", "ap@marlow.example: no such user", "old@marlow.example does not exist")


def day(chance, before, after):
    return TODAY + timedelta(days=chance.randint(-before, after))


@cache
def rules_of(seed_text):
    """Rules by chance; the same text gives the same rules."""
    chance = random.Random(seed_text)
    if chance.random() < 0.25:
        return Rules(STANDARD, STANDARD.ladder, STANDARD.calendar(HOLIDAYS), "en_US")
    policy = STANDARD.model_copy(
        update={
            "ladder": tuple(changed_stage(chance, stage) for stage in ladder(chance)),
            "limits": STANDARD.limits.model_copy(
                update={
                    "contact_gap_days": chance.choice([3, 6, 9]),
                    "at_most_in_7_days": chance.choice([1, 2, 3]),
                    "at_most_in_14_days": chance.choice([2, 3]),
                    "at_most_in_21_days": chance.choice([2, 3, 5]),
                    "at_most_in_30_days": chance.choice([2, 5]),
                    "smallest_balance_in": chance.choice([{}, {"USD": Decimal(100)}]),
                    "oldest_debt_days": chance.choice([30, 90, 365]),
                }
            ),
            "private_persons": STANDARD.private_persons.model_copy(
                update={"contact_gap_days": chance.choice([3, 7]), "at_most_in_7_days": chance.choice([1, 2])}
            ),
            "promises": STANDARD.promises.model_copy(
                update={
                    "grace_business_days": chance.choice([0, 2, 4]),
                    "in_transit_business_days": chance.choice([1, 5]),
                    "upset_business_days": chance.choice([1, 5]),
                    "broken_one_step_firmer": chance.random() < 0.7,
                    "broken_before_person": chance.choice([1, 2, 3]),
                }
            ),
            "backlog": STANDARD.backlog.model_copy(
                update={"enter_at_most": chance.choice(["S1", "S2", "S9"])}
            ),
            "credits": STANDARD.credits.model_copy(
                update={
                    "unapplied_payments": chance.random() < 0.8,
                    "credit_memos": chance.random() < 0.8,
                    "tolerance": chance.choice([Decimal(0), Decimal(1), Decimal(100)]),
                }
            ),
            "thresholds": STANDARD.thresholds.model_copy(
                update={
                    "call": chance.choice([Decimal(0), Decimal(500)]),
                    "call_in": chance.choice([{}, {}, {"USD": Decimal(300)}]),
                    "call_from_balances": chance.random() < 0.3,
                }
            ),
            "approvals": STANDARD.approvals.model_copy(
                update={"important_from": chance.choice(["S1", "S4", "S9"])}
            ),
            "de_escalation": STANDARD.de_escalation.model_copy(
                update={
                    "after_reply_at_most": chance.choice(["S1", "S2", "S9"]),
                    "half_paid_percent": chance.choice([30, 50, 100]),
                    "half_paid_holds_days": chance.choice([0, 5, 7, 14]),
                }
            ),
        }
    )
    kept = policy.ladder
    if chance.random() < 0.3:  # a running cycle keeps a ladder from which the policy has taken a step out
        gone = chance.randrange(len(kept))
        policy = policy.model_copy(update={"ladder": (*kept[:gone], *kept[gone + 1 :])})
    calendar = policy.calendar(HOLIDAYS if chance.random() < 0.7 else frozenset())
    if chance.random() < 0.5:
        calendar = replace(calendar, quiet=chance.choice([(), (QuietSeason("Autumn", (11, 9), (11, 13)),)]))
    if chance.random() < 0.2:
        calendar = replace(calendar, weekend=frozenset({0, 6}))
    policy = policy.model_copy(
        update={
            "traits": policy.traits.model_copy(
                update={
                    "wait_for_usual_day": chance.random() < 0.5,
                    "wait_at_most_days": chance.choice([5, 20]),
                    "act_early_when_abnormal": chance.random() < 0.5,
                    "early_at_most_days": chance.choice([1, 5, 30]),
                }
            ),
            "private_persons": policy.private_persons.model_copy(update={"calls": chance.random() < 0.6}),
        }
    )
    important = frozenset({"7"}) if chance.random() < 0.2 else frozenset()
    usual = {"USD": Decimal(chance.choice([100, 600, 5000]))}
    return Rules(policy, kept, calendar, "en_US", important, usual)


def ladder(chance):
    """The Standard steps, some of them left out, never all."""
    kept = [stage for stage in STANDARD_LADDER if chance.random() < 0.85]
    return kept or [STANDARD_LADDER[1]]


def changed_stage(chance, stage):
    update = {}
    if chance.random() < 0.2:
        update["min_balance"] = Decimal(chance.choice([100, 500, 1000]))
    if chance.random() < 0.2 and stage.after_due_days >= 0:
        update["repeat_every_days"] = chance.choice([3, 7, 14])
        update["repeat_at_most"] = chance.choice([None, 1, 2])
    if chance.random() < 0.2:
        update["after_last_days"] = chance.choice([0, 3, 10])
        update["after_last_business"] = chance.random() < 0.5
    if chance.random() < 0.15:
        update["business"] = not stage.business
    if chance.random() < 0.1 and stage.channel == "email":
        update["channel"] = chance.choice(["statement", "letter"])
    if chance.random() < 0.3 and stage.needs_history:
        update["needs_history"] = False
    return stage.model_copy(update=update)


def case_of(chance, rules):
    """A case whose past lies before TODAY."""
    codes = [stage.code for stage in rules.ladder]
    open_ones = invoices(chance)
    ids = [one.id for one in open_ones] + ["99"]
    cycle, contacts = said(chance, codes, ids)
    backlog = not contacts and chance.random() < 0.3
    known = ("ap@marlow.example", "old@marlow.example")
    emails = chance.choice([(), known[:1], known[:1], known])
    return Case(
        customer(emails=emails, phone=chance.choice([None, "423-555-0118"])),
        "USD",
        open_ones,
        payments=(payment(chance.choice(["20.00", "450.00"])),) if chance.random() < 0.2 else (),
        credit_memos=(memo(chance.choice(["30.00", "780.40"])),) if chance.random() < 0.15 else (),
        holds=tuple(
            hold(chance, number, ids) for number in range(chance.choice([0, 0, 0, 0, 0, 1, 1, 2, 3]))
        ),
        contacts=contacts,
        cycle=cycle,
        plans=plans(chance),
        books_balance=usd("700.00") if chance.random() < 0.07 else chance.choice([None, usd("99999.00")]),
        important=chance.random() < 0.2,
        history_since=chance.choice([None, TODAY]),
        early_ids=chance.choice([None, frozenset(ids)]),
        start_on=day(chance, 10, 20) if backlog and chance.random() < 0.7 else None,
        is_backlog=backlog,
        next_cycle=3,
        looked_at_ids=frozenset(ids) if chance.random() < 0.3 else frozenset(),
        receipts=receipts(chance),
        replied_on=day(chance, 20, 0) if chance.random() < 0.3 else None,
        contacted_elsewhere=(day(chance, 20, 0),) if chance.random() < 0.1 else (),
        kind=chance.choice([CustomerKind.COMPANY, CustomerKind.COMPANY, *CustomerKind]),
        habit=habit(chance),
    )


def habit(chance):
    """Six or more invoices mostly; the usual day is never after the latest one."""
    if chance.random() < 0.4:
        return None
    usual = chance.choice([None, -3, 0, 1, 4, 11, 30])
    latest = chance.choice([None, (usual or 0) + chance.choice([0, 1, 9, 40])])
    return Habit(usual, latest, chance.choice([5, 6, 6, 40]))


def invoices(chance):
    made = []
    for number in range(chance.choice([0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 5])):
        due = chance.choice(
            [day(chance, 12, 8), *(day(chance, 60, 0) for _ in range(4)), day(chance, 400, 0)]
        )
        one = invoice(
            str(number),
            None if chance.random() < 0.03 else due,
            chance.choice(BALANCES if chance.random() < 0.15 else BALANCES[5:]),
            email="bill@marlow.example" if chance.random() < 0.2 else None,
            voided=chance.random() < 0.02,
        )
        if chance.random() < 0.03:
            one = replace(one, issued_on=day(chance, 0, 9))
        made.append(one)
    return tuple(sorted(made, key=lambda one: (one.due_on or date.max, one.id)))


def said(chance, codes, ids):
    """A cycle with what has been said in it, oldest first; and other words of the last weeks."""
    contacts = []
    stage = None
    if chance.random() < 0.65:
        upto = chance.randint(0, len(codes) - 1)
        if chance.random() < 0.9:
            for place in range(max(0, upto - 2), upto + 1):
                contacts.append(contact(chance, codes[place], len(contacts) + 1, ids))
            stage = codes[upto] if chance.random() < 0.97 else "X9"
    contacts.sort(key=lambda one: one.on)
    contacts = [replace(one, number=number) for number, one in enumerate(contacts, 1)]
    cycle = None
    if stage is not None or chance.random() < 0.3:
        missed = day(chance, 5, 0) if chance.random() < 0.3 else None
        cycle = Cycle(2, day(chance, 60, 0), stage, len(contacts), 1, missed)
    others = [
        Contact(
            day(chance, 40, 0),
            chance.choice(
                [ContactKind.ANSWER, ContactKind.NOTICE, ContactKind.FOREIGN, ContactKind.REMINDER]
            ),
            None,
            1,
            None,
            tuple(chance.sample(ids, chance.randint(0, len(ids)))),
        )
        for _ in range(chance.choice([0, 0, 0, 1, 2]))
    ]
    return cycle, tuple(sorted([*contacts, *others], key=lambda one: one.on))


def contact(chance, code, number, ids):
    on = day(chance, 45, 0)
    return Contact(
        on,
        ContactKind.CALL if code == "S3" else ContactKind.REMINDER,
        code,
        2,
        number,
        tuple(chance.sample(ids, chance.randint(0, len(ids)))),
        on + timedelta(days=chance.randint(5, 14)) if chance.random() < 0.2 else None,
        on + timedelta(days=chance.randint(3, 9)) if chance.random() < 0.3 else None,
    )


def hold(chance, number, ids):
    kind = chance.choice([*HoldKind, HoldKind.PROMISE, HoldKind.PROMISE, HoldKind.PROMISE])
    placed_on = day(chance, 30, 0)
    until_on = placed_on + timedelta(days=chance.randint(0, 30)) if chance.random() < 0.7 else None
    if kind is HoldKind.BOUNCED:
        return Hold(number, kind, None, chance.choice(BOUNCES), "Dana", placed_on)
    amount = usd(chance.choice(["100.00", "480.00"])) if chance.random() < 0.4 else None
    return Hold(
        number,
        kind,
        chance.choice([None, *ids]),
        "they said so",
        "Dana",
        placed_on,
        until_on,
        amount if kind is HoldKind.PROMISE else None,
        answer_by_on=day(chance, 9, 9) if chance.random() < 0.3 else None,
    )


def plans(chance):
    if chance.random() < 0.85:
        return ()
    state = chance.choice(["building", "active", "active", "broken", "cancelled", "paid"])
    originals, installments = chance.choice([("0", "1"), ("1", "0"), ("99", "0")])
    return (
        Plan(
            1, "PP17", frozenset({originals}), frozenset({installments}), "m1", state, TODAY, usd("5"), 2, 6
        ),
    )


def receipts(chance):
    found = []
    for _ in range(chance.choice([0, 0, 1, 2, 3])):
        amount = chance.choice(["50.00", "200.00", "800.00"])
        late = amount if chance.random() < 0.7 else "0"
        found.append(Receipt(day(chance, 25, 0), usd(amount), usd(late)))
    return tuple(sorted(found, key=lambda one: one.on))
