"""A small threaded HTTP/1.1 server for one WSGI callable, on the loopback address.

Written here because the emulator needs three things together that the usual servers
do not offer: keep-alive without Nagle stalls, a Date header from another clock, and
the power to hang up without an answer (the callable raises ConnectionLost).
"""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from http.client import responses
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from qb_collections.emulator.faults import ConnectionLost

WsgiApp = Callable[[dict[str, Any], Callable[..., object]], Iterable[bytes]]

BODY_MAX_BYTES = 110 * 1024 * 1024  # QuickBooks takes uploads of up to 100 MB
CONNECTIONS_MAX = 256
IDLE_SECONDS = 120
CLOSING_SECONDS = 5.0


class _BadBody(Exception):
    """The request's body cannot be read; the message is the status line to answer with."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class _Handler(BaseHTTPRequestHandler):
    """One connection, on its own thread."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer on a kept connection waits about 40 ms
    wbufsize = -1
    timeout = IDLE_SECONDS
    server: HttpServer

    def handle_one_request(self) -> None:
        """Answer one request; any method is passed on to the callable."""
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or len(self.raw_requestline) > 65536:
                self.close_connection = True
                return
            if self.parse_request() and self.server.begin():
                try:
                    self._answer()
                    self.wfile.flush()
                finally:
                    self.server.finish()
            else:
                self.close_connection = True
                self.wfile.flush()
        except (TimeoutError, ConnectionError, ValueError):
            self.close_connection = True

    def handle_expect_100(self) -> bool:
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the emulator keeps its own record of requests."""

    def _answer(self) -> None:
        try:
            body = self._read_body()
        except _BadBody as problem:
            self.close_connection = True
            self._write(f"{problem.status} {responses[problem.status]}", [], [problem.sentence.encode()])
            return
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
            started.append((status, headers))

        try:
            chunks = self.server.app(self._environ(body), start_response)
            if not isinstance(chunks, list):
                self._write_as_it_comes(*started[-1], chunks)
                return
        except ConnectionLost:
            self.close_connection = True
            self._hang_up()
            return
        except Exception:  # the outermost loop: one broken request must not end the server
            traceback.print_exc(file=sys.stderr)
            self.close_connection = True
            self._write("500 Internal Server Error", [], [b"The emulator itself failed; see its output."])
            return
        self._write(*started[-1], chunks)

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _write(self, status: str, headers: list[tuple[str, str]], chunks: list[bytes]) -> None:
        body = b"".join(chunks)
        names = {name.lower() for name, _ in headers}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if "content-length" not in names:
            lines.append(f"Content-Length: {len(body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def _write_as_it_comes(
        self, status: str, headers: list[tuple[str, str]], chunks: Iterable[bytes]
    ) -> None:
        """Send the head at once and each piece of the body when it is there; the length is in the headers."""
        self._write(status, headers, [])
        for chunk in chunks:
            self.wfile.flush()
            self.wfile.write(chunk)

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        text = self.headers.get("Content-Length", "0")
        if not text.isdigit():
            raise _BadBody(400, f"Content-Length is not a number: {text[:40]}")
        length = int(text)
        if length > BODY_MAX_BYTES:
            raise _BadBody(413, f"A body of {length} bytes is over the limit of {BODY_MAX_BYTES}.")
        body = self.rfile.read(length) if length else b""
        if len(body) < length:
            raise ConnectionError("the caller hung up in the middle of its body")
        return body

    def _read_chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            text = self.rfile.readline(1024).split(b";")[0].strip()
            try:
                size = int(text, 16)
            except ValueError:
                raise _BadBody(400, "A chunk of the body has no readable size.") from None
            total += size
            if size < 0 or total > BODY_MAX_BYTES:
                raise _BadBody(413, f"The body is over the limit of {BODY_MAX_BYTES} bytes.")
            if size == 0:
                while self.rfile.readline(65537).strip():
                    pass
                return b"".join(parts)
            parts.append(self.rfile.read(size))
            self.rfile.readline(1024)

    def _environ(self, body: bytes) -> dict[str, Any]:
        raw_path, _, query = self.path.partition("?")
        if raw_path.startswith(("http://", "https://")):
            raw_path = "/" + raw_path.split("://", 1)[1].partition("/")[2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(raw_path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": self.server.server_address[0],
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                environ.setdefault(f"HTTP_{key}", value)
        return environ


class HttpServer(socketserver.ThreadingTCPServer):
    """Listens from construction on; `serve_forever` answers; `close` hangs up on everyone."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, app: WsgiApp) -> None:
        self.app = app
        self._connections: set[socket.socket] = set()
        self._lock = threading.Condition()
        self._answering = 0
        self._closing = False
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def close(self) -> None:
        """Stop listening, let answers under way go out (for a few seconds), end every connection."""
        self.server_close()
        with self._lock:
            self._closing = True
            self._lock.wait_for(lambda: self._answering == 0, timeout=CLOSING_SECONDS)
            open_now = list(self._connections)
        for connection in open_now:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def begin(self) -> bool:
        """Note that an answer is under way; False when the server is closing and takes no more."""
        with self._lock:
            if self._closing:
                return False
            self._answering += 1
            return True

    def finish(self) -> None:
        with self._lock:
            self._answering -= 1
            self._lock.notify_all()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Turn a caller away while the limit of open connections is reached."""
        with self._lock:
            return len(self._connections) < CONNECTIONS_MAX

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no error of ours."""
