"""Calls that are carried out otherwise than they were sent: half a batch, a page that others have moved."""

from __future__ import annotations

from dataclasses import replace

from qb_collections.emulator.calls import Call
from qb_collections.emulator.faults import START_POSITION, start_position
from qb_collections.emulator.wire import decode, encode


def half_of_batch(call: Call) -> Call:
    """Return the batch with the first half of its items, one at least.

    Its request id stays: a repetition gets the answer to that half, and the other items stay unanswered.
    """
    try:
        sent = decode(call.body)
    except ValueError:
        return call
    items = sent.get("BatchItemRequest") if isinstance(sent, dict) else None
    if not isinstance(items, list):
        return call
    return replace(call, body=encode({**sent, "BatchItemRequest": items[: max(1, len(items) // 2)]}))


def shifted_page(call: Call, by: int) -> Call:
    """Return the query with its page moved, as if rows of earlier pages had gone (above zero) or come.

    A row that stood at the beginning of this page is then missed, or one of the page before comes again.
    """
    moved = max(1, (start_position(call) or 1) + by)

    def onward(text: str) -> str:
        return START_POSITION.sub(rf"\g<1>{moved}", text, count=1)

    if call.params.get("query"):
        return replace(call, params={**call.params, "query": onward(call.params["query"])})
    return replace(call, body=onward(call.body.decode("utf-8", "replace")).encode())


def page_as_asked(body: bytes, call: Call) -> bytes:
    """Return the answer with the start position that was asked for."""
    answer = decode(body)
    if "startPosition" in answer.get("QueryResponse", {}):
        answer["QueryResponse"]["startPosition"] = start_position(call)
    return encode(answer)
