"""The first list: everybody who is late, with what we would do.

A person reads it once, and marks what the books don't know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.first_look import FirstLook, Review
from qb_collections.core.money import Money, total
from qb_collections.core.wording import day_text, short
from qb_collections.services import holds, important, marks, placing
from qb_collections.services.context import Context
from qb_collections.services.overview import head_of
from qb_collections.services.placing import Wanted
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, first_look, mirror, overview
from qb_collections.store import holds as stored_holds
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.overview import Owing, Reason

Key = tuple[str, str]  # customer, currency
ROWS = 25  # on one page
PROMISE_BUSINESS_DAYS = 5  # a promise without a day is for a week from now
REASON = "said when the first list was read"
NAME_MAX = 80

# What can be said about a row with one click, in the order of the buttons.
MARKS: Mapping[str, str] = {
    "promised": "Promised",
    "disputes": "Disputes it",
    "on_its_way": "On its way",
    "mine": "Leave to me",
    "important": "Important",
}
_KINDS = {
    "promised": HoldKind.PROMISE,
    "disputes": HoldKind.DISPUTE,
    "on_its_way": HoldKind.IN_TRANSIT,
    "mine": HoldKind.EXCLUSION,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One customer who is late, with everyone billed with it."""

    customer_id: str
    currency: str
    name: str
    late: Money
    owed: Money
    invoices: int
    oldest_late_on: date
    has_email: bool
    reason: Reason | None  # as the latest preview or night decided
    said: tuple[str, ...]  # the marks that stand, in words
    important: bool
    seen_by: str | None
    seen_at: datetime | None

    @property
    def key(self) -> Key:
        return self.customer_id, self.currency


@dataclass(frozen=True, slots=True)
class FirstList:
    """One page of the list, who owes most of what is late first."""

    look: FirstLook | None
    rows: tuple[Row, ...]
    page: int
    pages: int
    late: int  # customers who are late
    seen: int  # of these, whose row a person has looked at


def first_list(context: Context, company: Company, page: int = 1) -> FirstList:
    """A page that does not exist is the nearest one that does."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        look = first_look.of(conn, company.id)
        families = _late(conn, company, today)
        seen = first_look.seen(conn, company.id)
        pages = max(1, -(-len(families) // ROWS))
        page = min(max(page, 1), pages)
        shown = families[(page - 1) * ROWS : page * ROWS]
        ids = {one.customer_id for _, family in shown for one in family} | {key[0] for key, _ in shown}
        names = mirror.customers(conn, company.id, ids)
        reasons = overview.reasons(conn, company.id, ids)
        marked = _marked(stored_holds.active_of(conn, company.id, ids), today)
        favoured = first_look.important(conn, company.id)
    rows = []
    for key, family in shown:
        head = names.get(key[0])
        late_on = [one.oldest_late_on for one in family if one.oldest_late_on is not None]
        by, at = seen.get(key, (None, None))
        rows.append(
            Row(
                key[0],
                key[1],
                head.name if head else f"(customer {key[0]})",
                total((one.late for one in family), key[1]),
                total((one.owed for one in family), key[1]),
                sum(one.invoices for one in family),
                min(late_on),
                bool(head and head.emails),
                reasons.get(key),
                tuple(_said(one, company, today) for one in _of(marked, key, family)),
                key in favoured,
                by,
                at,
            )
        )
    done = sum(key in seen for key, _ in families)
    return FirstList(look, tuple(rows), page, pages, len(families), done)


def mark(
    context: Context, company: Company, customer_id: str, what: str, *, by: str, on: date | None = None
) -> str | Refusal:
    """Say about a customer what the books don't know; the row counts as seen.

    on: the promised day, a week from now if nobody names one.  A dispute is about every late invoice.
    """
    if what not in MARKS:
        return Refusal("That is no mark of this list. Nothing was changed.")
    key = _key_of(context, company, customer_id)
    if isinstance(key, Refusal):
        return key
    if what == "important":
        done: str | Refusal = important.mark(context, company, key[0], True, by=by)
    else:
        done = _hold(context, company, key, _KINDS[what], on, by, context.clock.now())
    if isinstance(done, Refusal):
        return done
    see(context, company, [key], by=by)
    return done if what != "promised" or on is not None else f"{done} Another day? Change it on their page."


def see(context: Context, company: Company, keys: Collection[Key], *, by: str) -> str:
    """These rows were looked at.  With the last one of the list everybody may be contacted, each in turn."""
    now = context.clock.now()
    today = company.today(now)
    with durable(context.engine) as conn:
        late = {key for key, _ in _late(conn, company, today)}
        known = set(keys) & late
        first_look.see(conn, company.id, sorted(known), by=by, at=now)
        left = late - first_look.seen(conn, company.id).keys()
        look = first_look.of(conn, company.id)
        audit.append(conn, company.id, by, "first list seen", company.name, {"rows": len(known)}, now)
        if not left and look is not None and look.review is Review.OPEN:
            first_look.review(conn, company.id, Review.ALL, by=by, at=now)
            return "That was the last row. Everybody on the list may be contacted, each in turn."
    return f"Noted. {len(left)} left to look at."


def go_on_with_all(context: Context, company: Company, *, by: str) -> str | Refusal:
    """Nobody waits for their row to be seen, and a trial is over: the gentle start begins."""
    return _review(context, company, Review.ALL, by) or (
        "From here on everybody may be contacted, each in turn: the first night starts small, "
        "and old debts are spread over ten business days."
    )


def try_one(context: Context, company: Company, customer_id: str, *, by: str) -> str | Refusal:
    """Only this customer is contacted; everybody else waits until a person says to go on."""
    key = _key_of(context, company, customer_id)
    if isinstance(key, Refusal):
        return key
    with reading(context.engine) as conn:
        name = short(mirror.customers(conn, company.id, [key[0]])[key[0]].name, NAME_MAX)
    refusal = _review(context, company, Review.ONE, by, key, name)
    return refusal or (
        f"We try it with {name} first. Everybody else waits; preview tonight to read what {name} would get."
    )


def _review(
    context: Context, company: Company, said: Review, by: str, key: Key | None = None, name: str | None = None
) -> Refusal | None:
    now = context.clock.now()
    with durable(context.engine) as conn:
        if first_look.of(conn, company.id) is None:
            return Refusal(f"{company.name} was sending before there was a first list. Nothing was changed.")
        first_look.review(conn, company.id, said, by=by, at=now, key=key, name=name)
        if key is not None:
            first_look.see(conn, company.id, [key], by=by, at=now)
        # What was decided for everybody, or for one, is decided again.
        cases.touch_all(conn, company.id, company.today(now))
        detail = {"said": said.value, "customer": key[0] if key else None}
        audit.append(conn, company.id, by, "first list settled", company.name, detail, now)
    return None


def _hold(
    context: Context, company: Company, key: Key, kind: HoldKind, on: date | None, by: str, now: datetime
) -> str | Refusal:
    today = company.today(now)
    with durable(context.engine) as conn:
        until_on = None
        if kind is HoldKind.PROMISE:
            calendar = Rulebook(conn, company, today).calendar
            until_on = on or calendar.add_business_days(today, PROMISE_BUSINESS_DAYS)
        refusal = placing.too_far(company, today, until_on)
        if refusal is not None:
            return refusal
        places: Sequence[tuple[str, str | None]] = [(key[0], None)]
        if kind is HoldKind.DISPUTE:
            places = _late_invoices(conn, company, key, today)
            if not places:
                return Refusal("Nothing of theirs is late any more, so there is nothing to dispute.")
        wanted = [Wanted(kind, customer, invoice, REASON, until_on) for customer, invoice in places]
        wanted = [placing.filled(conn, company, one, by, today) for one in wanted]
        new = [one for one in wanted if placing.standing(conn, company, one, today) is None]
        placed = placing.put_all(conn, company, [(one, "the first list") for one in new], by=by, at=now)
    if not placed:
        return "That stands already; nothing was changed."
    if kind is not HoldKind.DISPUTE:
        return holds.sentence(context, company, placed[0])
    many = "1 late invoice is" if len(placed) == 1 else f"{len(placed)} late invoices are"
    return (
        f"{many} marked as disputed. Nothing goes out about it; {placed[0].owner} is to answer by "
        f"{_day(company, placed[0].answer_by_on, today)}. Lift the mark where nothing is questioned."
    )


def _late(conn: Connection, company: Company, today: date) -> list[tuple[Key, list[Owing]]]:
    """Who pays the bills of what is late, the most first."""
    parents = overview.parents(conn, company.id)
    families: dict[Key, list[Owing]] = {}
    for one in overview.owing(conn, company.id, today):
        families.setdefault((head_of(one.customer_id, parents), one.currency), []).append(one)
    late = [(key, family) for key, family in families.items() if any(one.late for one in family)]
    late.sort(key=lambda pair: (-sum(one.late.amount for one in pair[1]), pair[0]))
    return late


def _late_invoices(conn: Connection, company: Company, key: Key, today: date) -> list[tuple[str, str | None]]:
    members = [one.customer_id for one in dict(_late(conn, company, today)).get(key, ())]
    found = mirror.open_invoices(conn, company.id, members)
    return [
        (one.customer_id, one.id)
        for one in found
        if one.due_on is not None and one.due_on < today and one.balance.currency == key[1]
    ]


def _key_of(context: Context, company: Company, customer_id: str) -> Key | Refusal:
    with reading(context.engine) as conn:
        key = cases.key_of(conn, company.id, customer_id)
    return key or Refusal("There is no such customer in this company.")


def _marked(active: Iterable[tuple[str, Hold]], today: date) -> dict[str, list[Hold]]:
    found: dict[str, list[Hold]] = {}
    for customer_id, hold in active:
        if hold.until_on is None or hold.until_on >= today:
            found.setdefault(customer_id, []).append(hold)
    return found


def _of(marked: Mapping[str, list[Hold]], key: Key, family: Sequence[Owing]) -> list[Hold]:
    ids = dict.fromkeys([key[0], *(one.customer_id for one in family)])
    return [hold for customer_id in ids for hold in marked.get(customer_id, ())]


def _said(hold: Hold, company: Company, today: date) -> str:
    if hold.kind is HoldKind.PROMISE:
        return f"Promised by {_day(company, hold.until_on, today)}"
    return marks.WORDS[hold.kind.value]


def _day(company: Company, on: date | None, today: date) -> str:
    return day_text(on, today.year, company.locale) if on is not None else "a day"
