"""The customer's page: an answer is kept, holds what it must at once, and is dealt with by a person."""

import html

import pytest

from qb_collections.store import cases, replies
from qb_collections.store.engine import reading
from tests.web.conftest import HOSTILE
from tests.web.test_drafts import TODAY
from tests.web.test_texts import owing  # noqa: F401


def path(house, rest=""):
    return f"/companies/{house.ours.id}/customers/17{rest}"


def holds(house):
    with reading(house.context.engine) as conn:
        [case] = cases.load(conn, house.ours.id, [("17", "USD")], TODAY)
    return [hold.kind.value for hold in case.holds]


def test_an_answer_is_kept_and_nothing_goes_out_until_somebody_has_dealt_with_it(owing):  # noqa: F811
    collector = owing.browser("collector@ours.example")

    collector.post(path(owing, "/replies"), reply_kind="question", said=f"Which job was this? {HOSTILE}")
    held, page = holds(owing), collector.get(path(owing)).text
    with reading(owing.context.engine) as conn:
        [kept] = replies.list(conn, owing.ours.id)
    collector.post(f"/companies/{owing.ours.id}/replies/{kept.id}/done")

    assert held == ["open_reply"]
    assert "nobody has dealt with it yet" in page
    assert HOSTILE not in page
    assert holds(owing) == []
    after = collector.get(path(owing)).text
    assert "Which job was this?" in after
    assert "Dealt with by Our collector" in after


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"reply_kind": "promise", "said": "soon"}, "A promise needs the day"),
        ({"reply_kind": "promise", "said": "soon", "reply_on": "soon"}, "is not a day"),
        ({"reply_kind": "promise", "said": "x", "reply_on": "2026-11-06", "reply_amount": "NaN"}, "promised"),
        ({"reply_kind": "dispute", "said": "wrong"}, "about one invoice"),
        ({"reply_kind": "question", "said": " "}, "Say what they said"),
        ({"reply_kind": "gossip", "said": "x"}, "is not a kind of reply"),
        ({"reply_kind": "question", "said": "x" * 4001}, "up to 4,000 fit"),
    ],
)
def test_an_answer_that_says_too_little_is_asked_for_again(owing, form, says):  # noqa: F811
    collector = owing.browser("collector@ours.example")

    collector.post(path(owing, "/replies"), **form)

    assert says in html.unescape(collector.get(path(owing)).text)
    assert holds(owing) == []
