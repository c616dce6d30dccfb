"""The owner of the made-up company: every call and reply as the company's story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from qb_collections.core.case import HoldKind
from qb_collections.core.money import Money
from qb_collections.demo.diary import PlanMade
from qb_collections.demo.owner import Owner, Surprise, accepted, next_weekday
from qb_collections.demo.words import day, day_and_year, money
from qb_collections.demo.world import World
from qb_collections.emulator.companies.demo import story
from qb_collections.emulator.companies.demo.story import Answer, Part
from qb_collections.services import holds, plans
from qb_collections.services.refusal import Refusal
from qb_collections.services.tasks import Report
from qb_collections.store.companies import Company
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow
from qb_collections.store.tasks import Task

ANSWER_BY_DAYS = 10
CALL_BACK_DAYS = 14
FRIDAY = 4  # as date.weekday counts
MONEY_COMES_AT = time(11, 30)

# What the owner makes of days named in words: weeks from this week's Friday, by customer and answer.
NAMED_FRIDAYS = {
    ("Apex Fitness Group", 1): 1,  # "by next Friday"
    ("Apex Fitness Group", 2): 0,  # "till the end of the week"
    ("Ridgecut Swim Club", 1): 1,  # "Board meets Monday … the Friday after"
}
PAYMENT_RUNS = {"Northgate Property Management": date(2026, 11, 27)}  # "the last Friday, as always"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a message, on its way."""

    on: date
    part: Part
    answer: Answer


class StoryOwner(Owner):
    role = "Office manager"
    phone = story.OFFICE_PHONE
    payment_instructions = story.PAYMENT_INSTRUCTIONS
    introduces = (
        f"From here on a script plays {story.OFFICE_MANAGER} and the customers. QuickBooks e-mails first "
        "messages about a single invoice itself; every other message leaves by the company's own e-mail, and "
        "the calls are hers. Customers without a part in the story do not answer the telephone."
    )

    def __init__(self, world: World) -> None:
        super().__init__(world, story.OFFICE_MANAGER)
        self._given: dict[str, int] = {}  # how many answers each customer has given
        self._replies: list[Reply] = []
        self._steps = list(story.OWNER_STEPS)
        self._po_holds: dict[str, int] = {}

    # What comes of its own accord

    def morning(self) -> None:
        today = self.world.today
        for step in [one for one in self._steps if one.on <= today]:
            self._steps.remove(step)
            text = f"{step.customer}: {self.name} {step.does[0].lower()}{step.does[1:]}"
            if step.act is not None:
                self.world.act(dict(step.act))
            elif step.does.startswith("Marks a stop"):
                self._hold(HoldKind.INSOLVENT, step.customer, "a notice from the bankruptcy court came")
                self.said("stop", step.customer, None)
            self.note(text, step.customer)
        super().morning()

    def afternoon(self) -> None:
        today = self.world.today
        for reply in [one for one in self._replies if one.on <= today]:
            self._replies.remove(reply)
            self._answered(reply.part, reply.answer)

    # Messages and calls

    def message_sent(self, customer: str) -> None:
        found = self._next(customer, "message")
        if found is not None and found[1].outcome != "no answer":
            part, answer = found
            on = next_weekday(self.world.today + timedelta(days=answer.after_days))
            self._replies.append(Reply(on, part, answer))

    def call(self, company: Company, lease: Lease, task: Task, customer: str) -> bool:
        found = self._next(customer, "call")
        if found is None or found[1].outcome == "no answer":
            return super().call(company, lease, task, customer)
        part, answer = found
        self._report(company, lease, task, self._spoken(part, answer))
        return True

    def _next(self, customer: str, channel: str) -> tuple[Part, Answer] | None:
        """The customer's next answer, if one fits this kind of contact; given answers are not repeated."""
        part = story.part_of(customer)
        given = self._given.get(customer, 0)
        if part is None or given >= len(part.answers):
            return None
        answer = part.answers[given]
        if answer.channel not in (channel, "any"):
            return None
        self._given[customer] = given + 1
        return part, answer

    def _spoken(self, part: Part, answer: Answer) -> Report:
        """The report of a call in which somebody answered; holds follow from it in the service."""
        opening = f"{self.name} calls {part.customer}. {part.person}: “{answer.says}”"
        today, by, reason = self.world.today, self.name, answer.owner_notes
        if answer.outcome == "promise":
            on = self._promised_on(part, answer)
            amount = self._promised(part, answer, on, opening)
            return Report("promise", by, on=on, amount=amount, reason=_quoted(part, answer))
        if answer.outcome == "in transit":
            self._in_transit(part, answer, opening)
            return Report("in-transit", by)
        if answer.outcome == "dispute":
            self._disputed(part, answer, opening)
            number, by_on, short = answer.invoices[0], self._answer_by_on(part), _in_short(answer)
            return Report("dispute", by, invoice=number, reason=short, owner=self.name, answer_by_on=by_on)
        if answer.outcome == "represented or insolvent":
            self.said("stop", part.customer, None)
            self.note(f"{opening} Marked as a stop.", part.customer)
            return Report("represented", by, reason=reason)
        if answer.outcome == "call back":
            on = next_weekday(today + timedelta(days=CALL_BACK_DAYS))
            self.note(f"{opening} To be called again on {day(on)}.", part.customer)
            return Report("call-back", by, on=on)
        raise Surprise(f"{part.customer} answers a call with {answer.outcome!r}")

    def _answered(self, part: Part, answer: Answer) -> None:
        """A reply to a message."""
        customer = part.customer
        opening = f"{part.person} of {customer} answers: “{answer.says}”"
        if answer.outcome == "promise":
            on = self._promised_on(part, answer)
            amount = self._promised(part, answer, on, opening)
            self._hold(HoldKind.PROMISE, customer, _quoted(part, answer), until_on=on, amount=amount)
        elif answer.outcome == "dispute":
            number = answer.invoices[0]
            accepted(
                holds.add(
                    self.world.context,
                    self.world.company,
                    HoldKind.DISPUTE,
                    reason=_in_short(answer),
                    by=self.name,
                    invoice=number,
                    owner=self.name,
                    answer_by_on=self._answer_by_on(part),
                )
            )
            self._disputed(part, answer, opening)
        elif answer.outcome == "in transit":
            self._hold(HoldKind.IN_TRANSIT, customer, answer.owner_notes)
            self._in_transit(part, answer, opening)
        elif answer.outcome == "plan":
            self._plan(part, answer, opening)
        elif answer.outcome == "copy or PO to send":
            self._purchase_order(part, answer, opening)
        elif answer.outcome == "call back":
            self._noted(part, opening)
        else:
            raise Surprise(f"{customer} answers a message with {answer.outcome!r}")

    # What follows

    def _promised_on(self, part: Part, answer: Answer) -> date:
        if answer.promised_on is not None:
            return answer.promised_on
        today = self.world.today
        weeks = NAMED_FRIDAYS.get((part.customer, answer.nth))
        if weeks is not None:
            return today + timedelta(days=FRIDAY - today.weekday() + 7 * weeks)
        assert answer.promised_after_days is not None
        return next_weekday(today + timedelta(days=answer.promised_after_days))

    def _promised(self, part: Part, answer: Answer, on: date, opening: str) -> Money:
        _, amount = self.said("promise", part.customer, on)
        self.note(f"{opening} {self.name} notes it: {money(amount)} promised for {day(on)}.", part.customer)
        return Money(amount, self.world.company.currency)

    def _disputed(self, part: Part, answer: Answer, opening: str) -> None:
        self.said("dispute", part.customer, None, answer.invoices)
        number = answer.invoices[0]
        self.note(
            f"{opening} {self.name} marks invoice {number} as disputed; the others keep their dates.",
            part.customer,
        )

    def _in_transit(self, part: Part, answer: Answer, opening: str) -> None:
        """The check arrives some days after it was announced."""
        assert answer.pays_after_days is not None
        on = next_weekday(self.world.today + timedelta(days=answer.pays_after_days))
        numbers, _ = self.said("in transit", part.customer, on)
        self._pays(part, numbers, on)
        self.note(f"{opening} {self.name} marks the payment as on its way.", part.customer)

    def _purchase_order(self, part: Part, answer: Answer, opening: str) -> None:
        """The number goes on the invoice; the school pays in its next board run, on a day agreed on."""
        [row] = [one for one in self.books.open_of(part.customer) if one["DocNumber"] in _numbers(part)]
        memo = {"CustomerMemo": {"value": f"PO {answer.po}"}}
        self.world.act({"act": "edit", "entity": "Invoice", "id": row["Id"], "fields": memo})
        assert answer.pays_after_days is not None
        on = next_weekday(self.world.today + timedelta(days=answer.pays_after_days))
        self._hold(HoldKind.PROMISE, part.customer, "in their next board run", until_on=on)
        self.said("promise", part.customer, on)
        self._pays(part, (row["DocNumber"],), on)
        self.note(
            f"{opening} {self.name} writes PO {answer.po} on invoice {row['DocNumber']}, sends it again "
            f"and notes their board run of {day(on)}.",
            part.customer,
        )

    def _answer_by_on(self, part: Part) -> date:
        """The day on which the owner means to answer a dispute: that of the script's next step with them."""
        today = self.world.today
        later = [step.on for step in story.OWNER_STEPS if step.customer == part.customer and step.on > today]
        return min(later, default=next_weekday(today + timedelta(days=ANSWER_BY_DAYS)))

    def _noted(self, part: Part, opening: str) -> None:
        on = PAYMENT_RUNS.get(part.customer)
        if on is None:
            self.note(f"{opening} {self.name} thanks them; the steps go on.", part.customer)
            return
        self._hold(HoldKind.PROMISE, part.customer, "in their payment run", until_on=on)
        _, amount = self.said("promise", part.customer, on)
        self.note(f"{opening} {self.name} notes {money(amount)} for {day(on)}.", part.customer)

    def _plan(self, part: Part, answer: Answer, opening: str) -> None:
        assert answer.installments is not None and answer.first_installment_on is not None
        numbers = [row["DocNumber"] for row in self.books.open_of(part.customer)]
        before = self.books.figures()
        with self.world.working() as (company, lease):
            made = plans.create(
                self.world.context,
                company,
                lease,
                plans.Asked(
                    tuple(numbers),
                    form="installments",
                    payments=answer.installments,
                    first_on=answer.first_installment_on,
                    accepted="phone",
                    accepted_by=part.customer,
                ),
                by=self.name,
                confirm=True,
            )
        if isinstance(made, Refusal) or made.state != "active":
            raise Surprise(f"the plan: {made if isinstance(made, Refusal) else made.reason}")
        self.diary.plans.append(self._plan_made(part, made, tuple(numbers), before))
        first, last = made.installments[0], made.installments[-1]
        self.note(
            f"{opening} {self.name} agrees and writes plan {made.label} into QuickBooks: "
            f"{money(made.principal.amount)} from {len(numbers)} invoices in {len(made.installments)} "
            f"payments, the first of {money(first.amount.amount)} on {day(first.due_on)}, the last on "
            f"{day_and_year(last.due_on)}.",
            part.customer,
        )

    def _plan_made(
        self, part: Part, made: PlanRow, numbers: tuple[str, ...], before: dict[str, object]
    ) -> PlanMade:
        return PlanMade(
            label=made.label,
            plan_id=made.id,
            customer=part.customer,
            numbers=numbers,
            total=made.principal.amount,
            payments=len(made.installments),
            on=made.agreed_on,
            last_on=made.installments[-1].due_on,
            before=before,
            after=self.books.figures(),
        )

    def _pays(self, part: Part, numbers: tuple[str, ...], on: date) -> None:
        at = datetime.combine(on, MONEY_COMES_AT, self.world.zone)
        act = {"act": "pay", "customer": part.customer, "invoices": list(numbers), "deposit_to": "Checking"}
        self.world.schedule(at, act)

    def _hold(
        self,
        kind: HoldKind,
        customer: str,
        reason: str,
        until_on: date | None = None,
        amount: Money | None = None,
    ) -> None:
        found = holds.add(
            self.world.context,
            self.world.company,
            kind,
            reason=reason,
            by=self.name,
            customer=customer,
            until_on=until_on,
            amount=amount,
        )
        accepted(found)


def _in_short(answer: Answer) -> str:
    """What the owner notes, in its first sentence: it stands in the middle of another one."""
    return answer.owner_notes.split(". ")[0].rstrip(".")


def _quoted(part: Part, answer: Answer) -> str:
    """The first sentence of what they said, as the person's own words."""
    return f"{part.person}: “{answer.says.split('. ')[0].rstrip('.')}.”"


def _numbers(part: Part) -> set[str]:
    return {number for arrival in part.money for number in arrival.invoices}
