"""Processes of the program, forked from one that has imported it, which takes longer than what most do.

Each is a process of its own, which is signalled, killed and awaited like one that was started cold.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent
WAIT_SECONDS = 60
REQUEST_MAX = 65_536
# What a command imports once it is known which one it is.
LATER = ("qb_collections.server", "qb_collections.emulator.serve", "qb_collections.demo.run")


class Nursery:
    """One process with the program in memory, from `start` to `close`; one order at a time."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._mother = subprocess.Popen(
                [sys.executable, "-c", f"from tests.nursery import bear; bear({theirs.fileno()})"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"]},
                pass_fds=[theirs.fileno()],
            )
        self._orders = ours

    def start(self, *words: str, **environ: str) -> Born:
        """The program with these words and no other environment than PATH and these."""
        pipes = [os.pipe() for _ in ("stdout", "stderr")]
        order = json.dumps({"words": words, "environ": environ}).encode()
        socket.send_fds(self._orders, [order], [write for _, write in pipes])
        for _, write in pipes:
            os.close(write)
        stdout, stderr = (os.fdopen(read, encoding="utf-8") for read, _ in pipes)
        return Born(self, self._told(), stdout, stderr)

    def wait(self, pid: int) -> int:
        """Its exit code, negative for a signal, once it has ended."""
        self._orders.sendall(json.dumps({"wait": pid}).encode())
        return os.waitstatus_to_exitcode(self._told())

    def _told(self) -> int:
        told = self._orders.recv(100)
        assert told, "the process that has the program in memory is gone"
        return int(told)

    def close(self) -> None:
        self._orders.close()
        self._mother.wait(WAIT_SECONDS)


class Born:
    """As much of subprocess.Popen as tests use."""

    def __init__(self, nursery: Nursery, pid: int, stdout: IO[str], stderr: IO[str]) -> None:
        self.pid, self.stdout, self.stderr = pid, stdout, stderr
        self.returncode: int | None = None
        self._nursery = nursery

    def send_signal(self, number: int) -> None:
        if self.returncode is None:  # until it was awaited, nobody else has its number
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float = WAIT_SECONDS) -> tuple[str, str]:
        """What is left of its output, once it has ended; it is killed where it does not end in time."""
        if self.returncode is not None:
            return "", ""
        late = threading.Timer(timeout, self.kill)
        late.start()
        errors: list[str] = []
        reader = threading.Thread(target=lambda: errors.append(self.stderr.read()))
        reader.start()
        output = self.stdout.read()
        reader.join()
        self.returncode = self._nursery.wait(self.pid)
        late.cancel()
        return output, errors[0]


def bear(orders_fd: int) -> None:
    """Fork a child for each order; the child goes on as the program would, to the interpreter's end."""
    from qb_collections.cli import main

    for name in LATER:
        import_module(name)

    orders = socket.socket(fileno=orders_fd)
    while True:
        order, pipes, _, _ = socket.recv_fds(orders, REQUEST_MAX, 2)
        if not order:
            return
        told = json.loads(order)
        if "wait" in told:
            answer = os.waitpid(told["wait"], 0)[1]
        else:
            answer = os.fork()
            if not answer:
                break
            for pipe in pipes:
                os.close(pipe)
        orders.sendall(str(answer).encode())

    orders.close()
    for pipe, number in zip(pipes, (1, 2), strict=True):
        os.dup2(pipe, number)
        os.close(pipe)
    os.environ.update(told["environ"])
    sys.argv = ["qb-collections", *told["words"]]
    main()
