"""Gates of the whole company: they hold what would leave, and never replace a customer's own reason.

They judge a finished run, and again each delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qb_collections.core.decision import Finding


class Mode(StrEnum):
    SHADOW = "shadow"  # all is decided, rendered and shown; nothing leaves
    APPROVE = "approve"  # each run waits for a person
    AUTOMATIC = "automatic"


class Link(StrEnum):
    CONNECTED = "connected"
    RECONNECT = "reconnect"  # QuickBooks no longer accepts our permission
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True)
class CompanyState:
    """What the company gates look at."""

    mode: Mode
    link: Link
    stopped_by: str | None = None  # who stopped this company
    all_stopped_by: str | None = None  # who stopped everything
    brake: str | None = None  # the sentence of a brake that a person has not released
    books_behind: str | None = None  # why the books look out of date, unless a person said that they are not
    untied: str | None = None  # why receivables cannot be explained
    unsettled: str | None = None  # what a person has to settle before anything leaves for the first time


def stop(state: CompanyState) -> Finding:
    if state.all_stopped_by is not None:
        return Finding(
            "stop",
            f"Everything is stopped by {state.all_stopped_by}. Nothing leaves until it is lifted.",
            True,
        )
    if state.stopped_by is not None:
        return Finding(
            "stop", f"This company is stopped by {state.stopped_by}. Nothing leaves until it is lifted.", True
        )
    return Finding("stop", "nothing is stopped")


def link(state: CompanyState) -> Finding:
    if state.link is Link.RECONNECT:
        because = (
            "QuickBooks no longer accepts our permission. Reconnect the company; nothing leaves until then."
        )
        return Finding("link", because, True)
    if state.link is Link.DISCONNECTED:
        return Finding("link", "The company is disconnected from QuickBooks.", True)
    return Finding("link", "QuickBooks is connected")


def mode(state: CompanyState) -> Finding:
    if state.mode is Mode.SHADOW:
        because = "Sending is off: we only show what we would do. A person turns it on after reading a run."
        return Finding("mode", because, True)
    return Finding("mode", f"the company is in {state.mode.value} mode")


def first_look(state: CompanyState) -> Finding:
    if state.unsettled is not None:
        return Finding("first look", state.unsettled, True)
    return Finding("first look", "what is asked before the first message is settled")


def brake(state: CompanyState) -> Finding:
    if state.brake is not None:
        return Finding("brake", state.brake, True)
    return Finding("brake", "the run is of a usual size")


def books(state: CompanyState) -> Finding:
    if state.books_behind is not None:
        return Finding("books", state.books_behind, True)
    return Finding("books", "the books look current")


def receivables(state: CompanyState) -> Finding:
    if state.untied is not None:
        return Finding("receivables", state.untied, True)
    return Finding("receivables", "QuickBooks' receivables are explained to the cent")


COMPANY_GATES = (stop, link, mode, first_look, receivables, books, brake)


def judge(state: CompanyState) -> Finding | None:
    """The first company gate that stops, else None."""
    return next((finding for gate in COMPANY_GATES if (finding := gate(state)).stops), None)
