"""The proof that a plan changed due dates and nothing else, counted in QuickBooks before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

_ZERO = Decimal(0)
NET = ", Net Income"  # the row of a class or location that is shown also where nothing differs


@dataclass(frozen=True, slots=True)
class Figures:
    """One reading of the books, for one basis and currency.

    Amounts are debits less credits; rows that a report leaves out are zero.
    """

    trial_balance: Mapping[str, Decimal]  # by account
    receivables: Mapping[str, Decimal]  # by customer, from documents
    income_accounts: frozenset[str] = frozenset()
    tax_accounts: frozenset[str] = frozenset()
    plan_tax: Decimal = field(default=_ZERO)  # TotalTax of the plan's own documents
    # Rows of the profit and loss by class and location, where the originals have them: "class Boats, Sales"
    income_by: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProofLine:
    what: str
    before: Decimal
    after: Decimal

    @property
    def same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class Proof:
    lines: tuple[ProofLine, ...]

    @property
    def unchanged(self) -> bool:
        return all(line.same for line in self.lines)

    @property
    def answer(self) -> str:
        return f"receivables, income and tax unchanged by the plan: {'yes' if self.unchanged else 'no'}"


def compare(before: Figures, after: Figures) -> Proof:
    """The three sums that people ask about, then every account and customer that differs.

    An account counts as income or tax when either reading says so, so that none can slip out of a sum.
    """
    income = before.income_accounts | after.income_accounts
    tax = before.tax_accounts | after.tax_accounts
    lines = [
        ProofLine(
            "receivables", sum(before.receivables.values(), _ZERO), sum(after.receivables.values(), _ZERO)
        ),
        ProofLine("income", _sum(before.trial_balance, income), _sum(after.trial_balance, income)),
        ProofLine("tax", _sum(before.trial_balance, tax), _sum(after.trial_balance, tax)),
        ProofLine("tax on the plan's documents", _ZERO, after.plan_tax),
    ]
    by = [
        ProofLine(name, before.income_by.get(name, _ZERO), after.income_by.get(name, _ZERO))
        for name in sorted(before.income_by.keys() | after.income_by.keys())
    ]
    lines += [line for line in by if not line.same or line.what.endswith(NET)]
    lines += _differing("account", before.trial_balance, after.trial_balance)
    lines += _differing("customer", before.receivables, after.receivables)
    return Proof(tuple(lines))


def only_exchange(proof: Proof, gains: Sequence[Decimal]) -> bool:
    """Whether all that moved is one of these gains, between one account and the receivables."""
    moved = [line.after - line.before for line in proof.lines if line.what.startswith("account ")]
    of_income = ("income", "class ", "location ")
    besides = [line.what for line in proof.lines if not line.same and not line.what.startswith("account ")]
    if len(moved) != 2 or sum(moved, _ZERO) or not all(what.startswith(of_income) for what in besides):
        return False
    return any(gain and {gain, -gain} == set(moved) for gain in gains)


def _sum(rows: Mapping[str, Decimal], accounts: frozenset[str]) -> Decimal:
    return sum((rows.get(account, _ZERO) for account in accounts), _ZERO)


def _differing(what: str, before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> list[ProofLine]:
    names = sorted(before.keys() | after.keys())
    lines = [ProofLine(f"{what} {name}", before.get(name, _ZERO), after.get(name, _ZERO)) for name in names]
    return [line for line in lines if not line.same]
