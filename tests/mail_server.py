"""A mail server that lies: the sink of the product with one step of its dialogue answered otherwise.

What it took is in `received`, whatever it said about it: that is what tests count.
"""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qb_collections.demo.mail_sink import Dialogue, HangUp, MailSink

USERS = {"desk@acme.example": "s3cret"}


@cache
def _certificate() -> tuple[Path, Path]:
    """A certificate for this machine's own address, signed by itself, good for a day on both sides."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    folder = Path(tempfile.mkdtemp(prefix="qbc-mail-"))
    chain, secret = folder / "cert.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return chain, secret


@cache
def server_side() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate())
    return context


@cache
def trusting() -> ssl.SSLContext:
    """What a sender believes that knows the server's certificate."""
    return ssl.create_default_context(cafile=str(_certificate()[0]))


class LyingServer(MailSink):
    """One fault at a time; faults_left says how often it comes before the server behaves."""

    def __init__(
        self, fault: str = "", times: int = 10**9, refused: frozenset[str] = frozenset(), **how: object
    ):
        super().__init__(**how)  # type: ignore[arg-type]
        self.fault, self.faults_left, self.refused = fault, times, refused
        self.go_on = threading.Event()

    def _now(self, *faults: str) -> bool:
        if self.fault not in faults or self.faults_left <= 0:
            return False
        self.faults_left -= 1
        return True

    def stop(self) -> None:
        self.go_on.set()
        super().stop()

    def greet(self, talk: Dialogue) -> None:
        if self._now("closes_at_once"):
            raise HangUp
        if self._now("huge_banner"):
            for _ in range(5_000):
                talk.reply("220-" + "x" * 500)
        if self._now("endless_line"):
            talk.sock.sendall(b"220 " + b"x" * 1_000_000)
        if self._now("silent"):
            self.go_on.wait(10)
        if self._now("not_smtp"):
            talk.reply("HTTP/1.1 400 Bad Request")
            raise HangUp
        super().greet(talk)

    def starttls(self, talk: Dialogue, rest: str) -> None:
        if self._now("injects"):
            talk.sock.sendall(b"220 go ahead\r\n250 injected\r\n")
            self.secure(talk)
            return
        super().starttls(talk, rest)

    def mail(self, talk: Dialogue, rest: str) -> None:
        if self._now("sender_refused"):
            talk.reply("550 5.7.60 SMTP; client does not have permissions to send as this sender")
            return
        super().mail(talk, rest)

    def rcpt(self, talk: Dialogue, rest: str) -> None:
        address = rest.partition("<")[2].partition(">")[0]
        if self._now("greylist"):
            talk.reply("450 4.2.0 greylisted, come again")
        elif address in self.refused or self._now("refuses"):
            talk.reply("550 5.1.1 no such user here")
        else:
            super().rcpt(talk, rest)

    def data(self, talk: Dialogue, rest: str) -> None:
        if self._now("closes_in_data"):
            talk.reply("354 go ahead")
            talk.sock.recv(10)
            raise HangUp
        super().data(talk, rest)

    def take(self, talk: Dialogue, content: bytes) -> None:
        if self._now("keeps_and_closes"):
            self.keep(talk, content)
            raise HangUp
        if self._now("keeps_and_hangs"):
            self.keep(talk, content)
            self.go_on.wait(10)
            raise HangUp
        if self._now("closes_after_dot"):
            raise HangUp
        if self._now("mumbles"):
            self.keep(talk, content)
            talk.reply("ok, thanks")
            return
        if self._now("policy"):
            talk.reply("550 5.7.26 this mail is unauthenticated")
            return
        if self._now("too_big"):
            talk.reply("552 5.3.4 message too big")
            return
        super().take(talk, content)
        if self._now("resets_after_250"):
            talk.sock.close()
            raise HangUp
