"""Work that a page waits for: done once, kept for its company, refused when too much waits."""

import threading
from datetime import UTC, datetime

import pytest

from qb_collections.services import desk as desks
from qb_collections.services.desk import Desk
from qb_collections.services.refusal import Refusal

AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def desk():
    return Desk()


def test_quick_work_is_done_when_it_was_asked_for(desk):
    piece = desk.begin(1, "trial", "what", lambda: 6 * 7, at=AT)

    assert piece.is_done
    assert piece.answer == 42
    assert desk.find(1, "trial", piece.token) is piece


def test_another_company_and_another_kind_do_not_find_it(desk):
    piece = desk.begin(1, "trial", None, lambda: 1, at=AT)

    assert desk.find(2, "trial", piece.token) is None
    assert desk.find(1, "backtest", piece.token) is None
    assert desk.find(1, "trial", "made up") is None


def test_what_fails_says_so_and_the_next_is_worked_out_all_the_same(desk):
    failed = desk.begin(1, "trial", None, lambda: 1 // 0, at=AT)
    after = desk.begin(1, "trial", None, lambda: 2, at=AT)

    assert isinstance(failed.answer, Refusal)
    assert "please try again" in failed.answer.message
    assert after.answer == 2


def test_more_than_may_wait_is_refused(desk, monkeypatch):
    monkeypatch.setattr(desks, "PATIENCE_SECONDS", 0.01)
    go_on, begun = threading.Event(), threading.Event()
    first = desk.begin(1, "trial", None, lambda: begun.set() or go_on.wait(5), at=AT)
    begun.wait(5)

    asked = [desk.begin(1, "trial", None, lambda: 0, at=AT) for _ in range(desks.WAITING_MAX + 1)]
    go_on.set()

    assert not any(isinstance(one, Refusal) for one in asked[:-1])
    assert isinstance(asked[-1], Refusal)
    assert first.future.result(5) is True


def test_the_oldest_is_forgotten_first(desk, monkeypatch):
    monkeypatch.setattr(desks, "KEPT_MAX", 2)

    tokens = [desk.begin(1, "trial", None, lambda: 0, at=AT).token for _ in range(3)]

    assert desk.find(1, "trial", tokens[0]) is None
    assert desk.find(1, "trial", tokens[1]) is not None
