"""`make test` counts honestly, warns about time, and lets no test leave this machine."""

import socket
from pathlib import Path

import pytest

from tests import run


def test_errors_count_as_failures_and_skips_are_no_passes(tmp_path: Path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="2" errors="1" skipped="3"/></testsuites>')
    group = run.Group("units")

    run.count(report, group.counts)

    assert group.counts == {"passed": 3, "failed": 3, "skipped": 3}


def test_a_group_over_its_budget_is_named_and_still_holds():
    group = run.Group("plans", seconds=47.0)

    assert group.holds
    assert group.line().endswith("47.0 s of 40 s  over its budget by 7 s")


def test_a_group_within_its_budget_says_nothing_more():
    assert run.Group("plans", seconds=40.0).line().endswith("40.0 s of 40 s")


def test_an_unknown_group_is_refused(capsys: pytest.CaptureFixture[str]):
    assert run.main(["unit"]) == 2
    assert "'unit'" in capsys.readouterr().out


def test_a_test_cannot_reach_the_outside():
    with pytest.raises(AssertionError, match=r"192\.0\.2\.7"):  # an address kept for documents (RFC 5737)
        socket.create_connection(("192.0.2.7", 443), timeout=1)


def test_a_test_can_reach_this_machine():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as near,
    ):
        assert near.getpeername() == server.getsockname()
