"""A dumb server that answers what it was told to, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

JSON = "application/json;charset=utf-8"
RESET = object()  # in place of an answer: the connection is cut after the request was read


@dataclass
class Asked:
    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON
    cut_at: int | None = None  # send only so many bytes of what Content-Length promises


def answer(body, status=200, **more):
    """A body as JSON unless it is bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, raw, **more)


class Scripted:
    """Answers in the order of `answers`; the last one is repeated.  `route` picks by path first."""

    def __init__(self):
        self.answers = []
        self.routes = {}
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                parts = urlsplit(self.path)
                asked = Asked(
                    self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers.items()), body
                )
                told = scripted.next(asked)
                if told is RESET:
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(told.status)
                self.send_header("Content-Type", told.content_type)
                self.send_header("intuit_tid", f"1-tid-{len(scripted.asked)}")
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told.body)))
                self.end_headers()
                self.wfile.write(told.body[: told.cut_at])
                self.wfile.flush()
                if told.cut_at is not None:
                    self.close_connection = True

            do_GET = do_POST = handle_any

            def log_message(self, *args):
                pass

            def finish(self):
                with contextlib.suppress(OSError):
                    super().finish()

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def next(self, asked):
        with self._lock:
            self.asked.append(asked)
            for path, told in self.routes.items():
                if asked.path.endswith(path):
                    return told(asked) if callable(told) else told
            told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return told(asked) if callable(told) else told

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
