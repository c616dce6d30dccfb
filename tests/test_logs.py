"""Log lines: one JSON object each, with nothing in them that is secret."""

import io
import json
import logging

import pytest
import structlog

from qb_collections import logs
from qb_collections.quickbooks.errors import Stale


@pytest.fixture
def lines():
    """Configure at the level asked for and answer a function that reads the lines written."""
    stream = io.StringIO()

    def at(level="debug"):
        logs.configure(level, stream)
        return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]

    yield at
    logs.configure("info")


def test_a_line_says_when_what_and_for_which_company(lines):
    written = lines()

    with logs.about("c-1a2b3c"):
        structlog.get_logger("sync").info("synced", calls=1)

    [line] = written()
    assert line["event"] == "synced"
    assert line["company"] == "c-1a2b3c"
    assert line["level"] == "info"
    assert line["calls"] == 1
    assert line["ts"].endswith("Z")


def test_secrets_are_dropped_by_name_and_cut_out_by_shape(lines):
    written = lines()

    structlog.get_logger().warning(
        "call", refresh_token="RT1", Authorization="Bearer abc", note="sent Bearer abc.def", long="x" * 80
    )

    [line] = written()
    assert line.keys() == {"event", "level", "ts", "note", "long"}
    assert line["note"] == "sent …"
    assert line["long"] == "…"


def test_an_exception_is_its_type_and_place_and_never_its_text(lines):
    written = lines()

    try:
        raise Stale(code="5010", detail="Amy's invoice 1037", intuit_tid="1-abc")
    except Stale:
        structlog.get_logger().error("note failed", exc_info=True)

    [line] = written()
    assert (line["error"], line["code"], line["intuit_tid"]) == ("Stale", "5010", "1-abc")
    assert "1037" not in json.dumps(line)
    assert line["where"][-1].startswith("test_logs.py:")


@pytest.mark.parametrize("name", ["requests_oauthlib", "oauthlib", "urllib3.connectionpool"])
def test_loud_libraries_are_silent_below_a_warning_also_at_debug(lines, name):
    written = lines("debug")

    logging.getLogger(name).debug("Adding token RT1-canary")
    logging.getLogger(name).info("sendTo=amy@birds.example")
    logging.getLogger(name).warning("pool is full")

    assert [line["event"] for line in written()] == ["pool is full"]


def test_the_level_holds(lines):
    written = lines("warning")

    structlog.get_logger().info("quiet")
    logging.getLogger("anything").info("quiet")

    assert written() == []
