"""What goods cost that are sold first in, first out: one item, move by move."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from qb_collections.emulator.wire import CENT, ZERO

# Bought goods come in at their price, sold or returned ones go out, sold ones may come back.
Kind = Literal["in", "out", "back"]


@dataclass(slots=True)
class _Layer:
    """Goods that came in together and are not all gone."""

    qty: Decimal
    value: Decimal

    def take(self, most: Decimal, unit: Decimal) -> "_Layer":
        """Take up to so many: their share of the value in whole units, the last ones take the rest."""
        qty = min(most, self.qty)
        share = _cut(self.value * qty / self.qty, unit)
        value = self.value if qty == self.qty else share
        self.qty -= qty
        self.value -= value
        return _Layer(qty, value)


@dataclass(slots=True)
class _Short:
    """Goods that went out before they came: by which move, and how many are still to come."""

    at: int
    qty: Decimal


class Shelf:
    """One item's goods.  `costs` says for each move what it takes off their value; below zero it adds."""

    def __init__(self, estimate: Decimal, unit: Decimal = CENT, *, latest_returns: bool = True) -> None:
        self.costs: list[Decimal] = []
        self._estimate = estimate  # what one costs that is sold before it was bought, until it comes
        self._unit = unit  # of money: the smallest there is
        self._latest_returns = latest_returns  # else the first to go are the first to come back
        self._layers: list[_Layer] = []
        self._gone: list[_Layer] = []  # the latest last
        self._short: list[_Short] = []

    def move(self, kind: Kind, qty: Decimal, value: Decimal) -> None:
        """Move so many (a positive number); value counts for what comes in."""
        at = len(self.costs)
        self.costs.append(ZERO)
        if not qty:
            return
        if kind == "in":
            self._in(at, _Layer(qty, value))
        elif kind == "out":
            self._out(at, qty)
        else:
            self._back(at, qty)

    def value(self) -> Decimal:
        """Return what the goods are worth that are here, less the estimate for those that are awaited."""
        return -sum(self.costs, ZERO)

    def _in(self, at: int, layer: _Layer) -> None:
        self.costs[at] -= layer.value
        while layer.qty and self._short:
            waiting = self._short[0]
            part = layer.take(waiting.qty, self._unit)
            self.costs[waiting.at] += part.value - self._awaited(waiting, part.qty)
            self._gone.append(part)
        if layer.qty:
            self._layers.append(layer)

    def _out(self, at: int, qty: Decimal) -> None:
        while qty and self._layers:
            part = self._layers[0].take(qty, self._unit)
            self._layers = self._layers if self._layers[0].qty else self._layers[1:]
            self._gone.append(part)
            self.costs[at] += part.value
            qty -= part.qty
        if qty:
            self._short.append(_Short(at, qty))
            self.costs[at] += self._guess(qty)

    def _back(self, at: int, qty: Decimal) -> None:
        """What was awaited is awaited no longer; then the latest to go (or the first) return."""
        while qty and self._short:
            part_qty = min(qty, self._short[-1].qty)
            self.costs[at] -= self._awaited(self._short[-1], part_qty)
            qty -= part_qty
        while qty and self._gone:
            layer = self._gone[-1 if self._latest_returns else 0]
            part = layer.take(qty, self._unit)
            self._gone = [kept for kept in self._gone if kept.qty]
            self._layers.insert(0, part)
            self.costs[at] -= part.value
            qty -= part.qty
        if qty:  # never sold here: worth what the record says
            found = _Layer(qty, self._guess(qty))
            self._layers.append(found)
            self.costs[at] -= found.value

    def _awaited(self, waiting: _Short, qty: Decimal) -> Decimal:
        """Await so many less and return their estimate; over several parts the estimates add up."""
        before = self._guess(waiting.qty)
        waiting.qty -= qty
        after = self._guess(waiting.qty)
        if not waiting.qty:
            self._short.remove(waiting)
        return before - after

    def _guess(self, qty: Decimal) -> Decimal:
        return _cut(self._estimate * qty, self._unit)


def _cut(amount: Decimal, unit: Decimal) -> Decimal:
    """Return whole units of money, half away from zero."""
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
