"""Turn a contact into a silence with its reason, for the customer and each invoice it would have named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from qb_collections.core.decision import Decision, Finding, Outcome

CONTACTS = (Outcome.REMIND, Outcome.CALL)


def silenced(decision: Decision, gate: str, because: str, review_on: date | None) -> Decision:
    """The same decision without its contact: gate and because take the contact's place."""
    findings = tuple(
        Finding(gate, because, True, review_on, finding.invoice_id)
        if finding.invoice_id in decision.invoice_ids
        else finding
        for finding in decision.findings
    )
    return replace(
        decision,
        outcome=Outcome.SILENCE,
        reason=because,
        gate=gate,
        findings=findings,
        trace=(*decision.trace, Finding(gate, because, True, review_on)),
        review_on=review_on,
        stage=None,
        template=None,
        channel=None,
        approval=False,
        number=None,
        invoice_ids=(),
        also_open_ids=(),
        amount=None,
        credits=None,
        reply_by_on=None,
        act_by_on=None,
        backlog=False,
        task_kind=None,
    )
