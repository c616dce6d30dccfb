"""policy assign, unassign, group, who, move: who is treated by which policy, and on which steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import actor, company_named, company_on_its_clock, open_context
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import company_option, many, name_argument
from qb_collections.services import policy_assignments, policy_groups, policy_moves
from qb_collections.services.policy_assignments import Assigned
from qb_collections.services.policy_groups import Group
from qb_collections.services.policy_moves import Move, Standing

SHOWN = 50  # lines of a list; --json has them all


def _whom(function: Callable[..., Any]) -> Callable[..., Any]:
    customer = click.option("--customer", metavar="NAME", help="One customer.")
    group = click.option("--group", metavar="NAME", help="One of your groups of customers.")
    return customer(group(function))


def add_to(policy: click.Group) -> None:
    @verb(
        policy,
        "assign",
        "policy assign Gentle --customer 'Marlow Print Works'",
        "policy assign 'Statement only' --group Schools --note 'they pay from statements'",
    )
    @click.argument("kept_as", metavar="POLICY")
    @_whom
    @click.option("--note", default="", help="Why, in a few words.")
    @company_option
    def assign(name: str | None, kept_as: str, customer: str | None, group: str | None, note: str) -> Answer:
        """Treat a customer, or a group of them, by a policy of their own.

        POLICY is one that ships, or one that you keep with: policy set FILE --as NAME.  A customer's own
        goes before its group's, and that before the company's.
        """
        context, company = company_on_its_clock(name)
        done = accepted(
            policy_assignments.assign(
                context, company, kept_as, customer=customer, group=group, author=actor(), note=note
            )
        )
        assert done.policy is not None
        said = f"{_of(done)} by {done.policy.name} (version {done.policy.version}) from the next night on."
        kept = "Whoever is in the middle of the steps keeps them; limits, hours and approvals hold at once."
        data = {"company": company.name, **_as_data(done), "policy": done.policy.name}
        return Answer({**data, "version": done.policy.version}, [said, kept])

    @verb(policy, "unassign", "policy unassign --customer 'Marlow Print Works'")
    @_whom
    @company_option
    def unassign(name: str | None, customer: str | None, group: str | None) -> Answer:
        """Take a customer's or a group's own policy away; the next less specific one holds."""
        context, company = company_on_its_clock(name)
        done = accepted(
            policy_assignments.unassign(context, company, customer=customer, group=group, author=actor())
        )
        said = f"{done.whom} has no policy of its own any more."
        return Answer({"company": company.name, **_as_data(done)}, [said])

    @verb(
        policy,
        "group",
        "policy group Schools --add 'Alder Grove School' --add 'Elm Street School'",
        "policy group Schools --remove 'Elm Street School'",
    )
    @click.argument("group")
    @click.option(
        "--add", "added", multiple=True, metavar="CUSTOMER", help="Put on the list; may be repeated."
    )
    @click.option("--remove", "removed", multiple=True, metavar="CUSTOMER", help="Take off the list.")
    @company_option
    def group_(name: str | None, group: str, added: tuple[str, ...], removed: tuple[str, ...]) -> Answer:
        """Keep a list of customers that are treated alike.  A customer is on one list at most."""
        if bool(added) == bool(removed):
            raise click.UsageError("Say what to do: --add CUSTOMER or --remove CUSTOMER.")
        context, company = company_on_its_clock(name)
        change = policy_groups.add if added else policy_groups.remove
        found = accepted(change(context, company, group, added or removed, author=actor()))
        return Answer({"company": company.name, "group": found}, [_group_line(found)])

    @verb(policy, "who", "policy who")
    @name_argument
    def who(name: str | None) -> Answer:
        """Which policies there are, and who is treated by which."""
        context = open_context()
        company = company_named(context, name)
        found = policy_assignments.overview(context, company)
        kept = [{"name": one.name, "version": one.version} for one in found.named]
        data = {
            "company": company.name,
            "version": found.own.version,
            "kept": kept,
            "groups": found.groups,
            "customers": found.customers,
        }
        lines = [f"{company.name}: version {found.own.version}, for everybody not named below."]
        lines += [_group_line(one) for one in found.groups]
        lines += [f"{one.customer}: {one.policy}" for one in found.customers]
        spare = [
            one.name
            for one in found.named
            if one.name not in {*(g.policy for g in found.groups), *(c.policy for c in found.customers)}
        ]
        lines += [f"Kept, and nobody's: {', '.join(str(one) for one in spare)}."] if spare else []
        return Answer(data, lines)

    @verb(
        policy,
        "move",
        "policy move --preview",
        "policy move --customer 'Marlow Print Works' --note 'she asked for more time'",
    )
    @click.option("--preview", "only_look", is_flag=True, help="Show what would change, and change nothing.")
    @click.option("--customer", metavar="NAME", help="Only this one; left out: everybody.")
    @click.option("--note", help="Why, in a few words; needed to move.")
    @company_option
    def move(name: str | None, only_look: bool, customer: str | None, note: str | None) -> Answer:
        """Move customers in the middle of older steps to the steps in force.  Look first: --preview."""
        if not only_look and note is None:
            raise click.UsageError("Look first with --preview, or say why with --note.")
        context, company = company_on_its_clock(name)
        found = accepted(
            policy_moves.preview(context, company, customer)
            if note is None or only_look
            else policy_moves.move(context, company, customer, author=actor(), note=note)
        )
        changed = [one for one in found if one.changes]
        data = {
            "company": company.name,
            "moved": not only_look,
            "customers": [{**_move_data(one), "changes": one.changes} for one in found],
        }
        lines = [line for one in changed[:SHOWN] for line in _move_lines(one)]
        more = len(changed) - SHOWN
        lines += [f"... and {many(more, 'more customer', 'more customers')}."] if more > 0 else []
        count = many(len(found), "customer")
        same = len(found) - len(changed)
        told = f"{count} {'would move' if only_look else 'moved'} to the steps in force"
        lines.append(
            f"{told}; {_same(same, len(found), only_look)}"
            if found
            else "Everybody is on the steps in force."
        )
        return Answer(data, lines)


def _same(same: int, every: int, only_look: bool) -> str:
    """For how many of those who move nothing changes; a look says that nobody was moved."""
    if same == every:
        said = "nothing changes for any of them."
    elif same == 0:
        said = "what happens next changes for each of them."
    else:
        said = f"for {same} of them nothing changes."
    return f"{said} Nobody was moved yet: say why with --note." if only_look else said


def _of(done: Assigned) -> str:
    if done.scope == "customer":
        return f"{done.whom} is treated"
    return f"{done.whom} ({many(done.customers, 'customer')}) are treated"


def _as_data(done: Assigned) -> dict[str, Any]:
    return {"scope": done.scope, "whom": done.whom, "customers": done.customers}


def _group_line(one: Group) -> str:
    by = one.policy or "the company's own policy"
    names = ", ".join(one.customers[:SHOWN]) or "nobody"
    return f"Group {one.name} ({many(len(one.customers), 'customer')}), by {by}: {names}."


def _move_data(one: Move) -> dict[str, Any]:
    return {
        "customer": one.customer,
        "customer_id": one.customer_id,
        "currency": one.currency,
        "before": one.before,
        "after": one.after,
    }


def _move_lines(one: Move) -> list[str]:
    return [
        f"{one.customer} ({one.currency}): {_at(one.before)} becomes {_at(one.after)}.",
        f"    now:  {one.before.reason}",
        f"    then: {one.after.reason}",
    ]


def _at(one: Standing) -> str:
    return f"{one.stage_name or one.stage or 'nothing said yet'} (version {one.version})"
