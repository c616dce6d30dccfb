"""Messages a minute through the whole way out: written, checked, kept sealed, handed over by SMTP over TLS.

Each message encloses a PDF of 60 kB.  The mail server is in this process and keeps what it is given.  What
QuickBooks is asked for the PDFs is not in it: its own limit is some 400 calls a minute.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from qb_collections import app, config, logs
from qb_collections.core.intents import IntentKind, PlannedIntent
from qb_collections.messages.mime import Enclosed
from qb_collections.messages.reminders import compose
from qb_collections.messages.smtp import SmtpMailer
from qb_collections.services import leasing, mail_settings, mailing
from qb_collections.services.mail_settings import WantedAccount
from qb_collections.store import companies, intents, mail_accounts
from qb_collections.store.engine import durable, reading
from tests.benchmarks._telling import machine, verdict
from tests.mail_server import USERS, LyingServer, server_side, trusting
from tests.messages.facts import CASES

MESSAGES = 600
A_MINUTE_LEAST = 200
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 240


def main() -> int:
    logs.configure("warning")
    sink = LyingServer(tls=server_side(), users=USERS)
    sink.start()
    with tempfile.TemporaryDirectory(prefix="qbc-bench-") as folder:
        took = _all_of_them(Path(folder), sink)
    sink.stop()
    each = len({one.parsed["Message-ID"] for one in sink.received})
    print(f"{MESSAGES} messages with a PDF of {len(PDF) // 1000} kB each; {machine()}")
    print(f"  {took:.1f} s; the server took {len(sink.received)}, {each} of them different")
    holds = verdict("messages a minute", MESSAGES / took * 60, A_MINUTE_LEAST, at_least=True, form=".0f")
    return int(not (holds and len(sink.received) == each == MESSAGES))


def _all_of_them(folder: Path, sink: LyingServer) -> float:
    context = app.build(config.read({}, data_dir=folder, log_level="warning"), mailer=SmtpMailer(trusting()))
    now = context.clock.now()
    with durable(context.engine) as conn:
        company = companies.create(
            conn,
            name="Copperleaf",
            zone="America/New_York",
            currency="USD",
            country="US",
            environment="emulator",
            base_url="http://127.0.0.1:9",
            created_at=now,
        )
    wanted = WantedAccount(
        *(sink.host, "desk@acme.example"),
        port=sink.port,
        login="desk@acme.example",
        password="s3cret",
        per_minute=mail_settings.PER_MINUTE_MAX,
    )
    mail_settings.put(context, company, wanted, by="bench")
    stage, variant, facts = CASES["s2_first"]
    facts = replace(facts, as_of=datetime.now(UTC))
    plans = [
        PlannedIntent(
            f"contact:{n}:USD:1:1",
            IntentKind.EMAIL,
            now,
            {"reminder": f"contact:{n}:USD:1:1", "customer_id": str(n), "customer": "C", "currency": "USD"},
        )
        for n in range(MESSAGES)
    ]
    with durable(context.engine) as conn:
        intents.plan(conn, company.id, None, plans)
    with reading(context.engine) as conn:
        account = mail_accounts.find(conn, company.id)
        waiting = intents.list(conn, company.id, kinds=[IntentKind.EMAIL], limit=MESSAGES)
    with leasing.held(context, company) as lease:
        began = time.perf_counter()
        for intent in waiting:
            post = mailing.Post(
                compose(stage, variant, facts),
                facts,
                f"ap@customer{intent.id}.example",
                context.clock.now(),
                (Enclosed("Invoice 10612.pdf", PDF),),
                1,
                "USD",
            )
            said = mailing.post_it(context, company, lease, account, intent, post, lambda conn, at: None)
            assert said is None, said
        took = time.perf_counter() - began
    context.engine.dispose()
    context.executor.shutdown()
    return took


if __name__ == "__main__":
    sys.exit(main())
