"""Webhooks: the product's intake against a bare Flask route on the same server; and kill -9 loses nothing.

Both run on waitress with the same threads, each in a process of its own, in interleaved rounds.  The bare
route answers "ok" and does nothing; the product verifies, seals, waits for the disk and then answers 200.
Processor time is the whole server's, with the cutting apart that follows; it hangs less on what else runs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import multiprocessing
import os
import signal
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from qb_collections import app, config, logs, server
from qb_collections.store import inbox
from qb_collections.store.engine import reading
from qb_collections.store.tables.inbox import inbox as table
from tests.benchmarks._telling import machine, verdict

CONNECTIONS = 16
REQUESTS = 3_000  # a round
ROUNDS = 3
RATIO_LEAST = 0.5
P99_MOST = 50.0  # milliseconds
KILL_AFTER = 1_000  # acknowledged bodies
VERIFIER = "bench-verifier"
FRESH = multiprocessing.get_context("spawn")


def body(number: int) -> bytes:
    event = {
        "specversion": "1.0",
        "id": f"88cd52aa-33b6-4351-9aa4-{number:012}",
        "source": "intuit.abc",
        "type": "qbo.invoice.updated.v1",
        "time": "2026-11-02T15:29:31.179Z",
        "intuitentityid": str(number),
        "intuitaccountid": "310687",
        "data": {},
    }
    return json.dumps([event]).encode()


def request(number: int) -> bytes:
    content = body(number)
    signed = base64.b64encode(hmac.digest(VERIFIER.encode(), content, hashlib.sha256)).decode()
    head = (
        "POST /webhooks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"intuit-signature: {signed}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _bare(port: Any) -> None:
    from flask import Flask
    from waitress import create_server

    logging.getLogger("waitress").setLevel(logging.ERROR)
    flask = Flask("bare")

    @flask.post("/webhooks")
    def receive() -> str:
        return "ok\n"

    waiting = create_server(flask, host="127.0.0.1", port=0, threads=server.THREADS, ident=None)
    port.put(waiting.effective_port)
    waiting.run()


def _product(port: Any, folder: str) -> None:
    logs.configure("error")
    settings = settings_in(folder)
    listening = server.listen(settings)
    service = server.build(server.at_port(settings, listening), tick=False)
    service.start()
    port.put(listening.getsockname()[1])
    service.serve(listening)


def settings_in(folder: str) -> config.Settings:
    return config.read({}, data_dir=folder, port=0, webhook_verifier=VERIFIER, log_level="error")


@contextmanager
def running(target: Any, *args: Any) -> Iterator[tuple[Any, int]]:
    port = FRESH.Queue()
    process = FRESH.Process(target=target, args=(port, *args), daemon=True)
    process.start()
    try:
        yield process, port.get(timeout=60)
    finally:
        process.kill()
        process.join(timeout=10)


class Sender:
    """Sixteen connections that send as fast as they are answered."""

    def __init__(self, port: int, first: int, count: int) -> None:
        self.port = port
        self.left = iter(range(first, first + count))
        self.requests = {number: request(number) for number in range(first, first + count)}
        self.lock = threading.Lock()
        self.took: list[float] = []
        self.acknowledged: set[int] = set()
        self.refused: list[bytes] = []

    def run(self) -> float:
        threads = [threading.Thread(target=self._connection) for _ in range(CONNECTIONS)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - began

    def _connection(self) -> None:
        took, refused = [], []
        try:
            with socket.create_connection(("127.0.0.1", self.port)) as conn:
                conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while (number := self._next()) is not None:
                    began = time.perf_counter()
                    conn.sendall(self.requests[number])
                    answer = _answer(conn)
                    if not answer:
                        break
                    took.append(time.perf_counter() - began)
                    if answer.startswith(b"HTTP/1.1 200"):
                        self.acknowledged.add(number)
                    else:
                        refused.append(answer)
        except OSError:
            pass  # the server was killed: what it acknowledged counts
        with self.lock:
            self.took += took
            self.refused += refused

    def _next(self) -> int | None:
        with self.lock:
            return next(self.left, None)


def _answer(conn: socket.socket) -> bytes:
    """One whole answer, head and body; empty when the other side is gone."""
    found = b""
    while True:
        got = conn.recv(65536)
        if not got:
            return b""
        found += got
        head, end, content = found.partition(b"\r\n\r\n")
        if end:
            length = next(one for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:"))
            if len(content) >= int(length.partition(b":")[2]):
                return found


def processor_seconds(pid: int) -> float | None:
    """What the process has used until now; None where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def compare() -> list[bool]:
    rates: dict[str, list[float]] = {"bare": [], "product": []}
    used: dict[str, list[float]] = {"bare": [], "product": []}
    worst: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="qbc-bench-") as folder,
        running(_bare) as bare,
        running(_product, folder) as product,
    ):
        for _, port in (bare, product):
            Sender(port, 10_000_000, 200).run()  # warm
        for number in range(ROUNDS):
            for name, (process, port) in (("bare", bare), ("product", product)):
                sender = Sender(port, number * REQUESTS, REQUESTS)
                before = processor_seconds(process.pid)
                rates[name].append(REQUESTS / sender.run())
                after = processor_seconds(process.pid)
                if before is not None and after is not None:
                    used[name].append((after - before) / REQUESTS * 1_000_000)
                assert len(sender.acknowledged) == REQUESTS, f"not taken: {sender.refused[:1]}"
                if name == "product":
                    worst.append(statistics.quantiles(sender.took, n=100)[-1] * 1000)
    bare_rate, product_rate = statistics.median(rates["bare"]), statistics.median(rates["product"])
    print(f"  a bare Flask route: {bare_rate:,.0f} requests a second{_each(used['bare'])}")
    print(f"  the product's intake: {product_rate:,.0f} requests a second{_each(used['product'])}")
    return [
        verdict("ratio", product_rate / bare_rate, RATIO_LEAST, at_least=True),
        verdict(
            f"p99 at {CONNECTIONS} connections, ms",
            statistics.median(worst),
            P99_MOST,
            at_least=False,
            form=".0f",
        ),
    ]


def _each(microseconds: list[float]) -> str:
    return f", {statistics.median(microseconds):,.0f} µs of processor time each" if microseconds else ""


def disk() -> str:
    """How long this disk lets anybody wait: the bounds cannot be reached where it alone takes longer."""
    with tempfile.TemporaryFile(prefix="qbc-bench-") as file:
        took = []
        for _ in range(300):
            os.write(file.fileno(), bytes(12_288))
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    worst = statistics.quantiles(took, n=100)[-1]
    return f"median {statistics.median(took):.1f} ms, 99th percentile {worst:.0f} ms"


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"


def killed() -> bool:
    """Kill the process amid a storm; every body that was answered 200 is in the database."""
    with tempfile.TemporaryDirectory(prefix="qbc-bench-") as folder:
        with running(_product, folder) as (process, port):
            sender = Sender(port, 0, 50 * KILL_AFTER)
            storm = threading.Thread(target=sender.run)
            storm.start()
            while len(sender.acknowledged) < KILL_AFTER:
                time.sleep(0.005)
            os.kill(process.pid, signal.SIGKILL)
            storm.join(timeout=60)
        context = app.build(settings_in(folder))
        with reading(context.engine) as conn:
            sealed = conn.execute(select(table.c.body_sealed)).scalars().all()
        stored = {context.vault.open_bytes(one, inbox.PLACE) for one in sealed}
        context.engine.dispose()
        context.executor.shutdown()
    lost = sum(body(number) not in stored for number in sender.acknowledged)
    after = f"acknowledged bodies lost by a kill -9 after {len(sender.acknowledged):,} of them"
    return verdict(after, lost, 0, at_least=False, form=".0f")


def main() -> int:
    logs.configure("error")
    print(f"webhook intake, {REQUESTS:,} requests a round, {ROUNDS} interleaved rounds, medians; {machine()}")
    print(f"  one wait for this disk, nothing else: {disk()}; {load()}")
    holds = [*compare(), killed()]
    return int(not all(holds))


if __name__ == "__main__":
    sys.exit(main())
