PRAGMA defer_foreign_keys = ON;

CREATE TEMPORARY TABLE old_intent AS SELECT * FROM intent;

DROP TABLE intent;

CREATE TABLE intent (
    id INTEGER NOT NULL,
    company_id INTEGER NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    kind VARCHAR(40) NOT NULL CONSTRAINT ck_intent_kind_known CHECK (kind IN ('send_invoice', 'email', 'task', 'note', 'note_attachment', 'plan_memo', 'plan_apply', 'plan_installment', 'plan_reverse', 'clearing_account', 'clearing_item')),
    state VARCHAR(40) NOT NULL CONSTRAINT ck_intent_state_known CHECK (state IN ('planned', 'ready', 'sending', 'confirmed', 'rejected', 'cancelled', 'unknown', 'parked')),
    approval VARCHAR(40) NOT NULL CONSTRAINT ck_intent_approval_known CHECK (approval IN ('not_needed', 'needed', 'given', 'declined')),
    due_at VARCHAR(27) NOT NULL,
    "plan" JSON NOT NULL,
    run_id INTEGER,
    decision_id INTEGER,
    plan_id INTEGER,
    saga VARCHAR(60),
    round INTEGER NOT NULL CONSTRAINT ck_intent_round_not_negative CHECK (round >= 0),
    body JSON,
    body_hash VARCHAR(64),
    "before" JSON,
    "after" JSON,
    inverse JSON,
    reason TEXT,
    external_id VARCHAR(40),
    approved_by TEXT,
    approved_at VARCHAR(27),
    settled_at VARCHAR(27),
    CONSTRAINT pk_intent PRIMARY KEY (id),
    CONSTRAINT ck_intent_sent_with_a_body CHECK (state <> 'sending' OR body_hash IS NOT NULL),
    CONSTRAINT uq_intent_key UNIQUE (company_id, "key"),
    CONSTRAINT fk_intent_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_intent_run_id_run FOREIGN KEY(run_id) REFERENCES run (id),
    CONSTRAINT fk_intent_decision_id_decision FOREIGN KEY(decision_id) REFERENCES decision (id),
    CONSTRAINT fk_intent_plan_id_plan FOREIGN KEY(plan_id) REFERENCES "plan" (id)
);

INSERT INTO intent (id, company_id, "key", kind, state, approval, due_at, "plan", run_id, decision_id, plan_id, saga, round, body, body_hash, "before", "after", inverse, reason, external_id, approved_by, approved_at, settled_at)
SELECT id, company_id, "key", kind, state, approval, due_at, "plan", run_id, decision_id, plan_id, saga, round, body, body_hash, "before", "after", inverse, reason, external_id, approved_by, approved_at, settled_at FROM old_intent;

DROP TABLE old_intent;

CREATE INDEX ix_intent_due ON intent (company_id, state, due_at, id);

CREATE INDEX ix_intent_plan ON intent (company_id, plan_id);

CREATE INDEX ix_intent_run ON intent (company_id, run_id);

CREATE TABLE mail_account (
    company_id INTEGER NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    security VARCHAR(40) NOT NULL CONSTRAINT ck_mail_account_security_known CHECK (security IN ('starttls', 'tls', 'loopback')),
    login TEXT,
    password_sealed TEXT,
    from_name TEXT NOT NULL,
    from_address TEXT NOT NULL,
    reply_to TEXT,
    per_minute INTEGER NOT NULL CONSTRAINT ck_mail_account_per_minute_not_negative CHECK (per_minute >= 0),
    keep_days INTEGER NOT NULL CONSTRAINT ck_mail_account_keep_days_not_negative CHECK (keep_days >= 0),
    state VARCHAR(40) NOT NULL CONSTRAINT ck_mail_account_state_known CHECK (state IN ('on', 'off', 'paused')),
    because TEXT,
    tested_at VARCHAR(27),
    on_since_at VARCHAR(27),
    changed_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_mail_account PRIMARY KEY (company_id),
    CONSTRAINT fk_mail_account_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE mail_message (
    id INTEGER NOT NULL,
    company_id INTEGER NOT NULL,
    intent_id INTEGER NOT NULL,
    round INTEGER NOT NULL CONSTRAINT ck_mail_message_round_not_negative CHECK (round >= 0),
    run_id INTEGER,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_mail_message_currency_code CHECK (length(currency) = 3),
    cycle INTEGER CONSTRAINT ck_mail_message_cycle_not_negative CHECK (cycle >= 0),
    recipient TEXT NOT NULL,
    domain TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id VARCHAR(120) NOT NULL,
    thread_id VARCHAR(120) NOT NULL,
    bytes_sealed TEXT,
    bytes_hash VARCHAR(64) NOT NULL,
    size INTEGER NOT NULL CONSTRAINT ck_mail_message_size_not_negative CHECK (size >= 0),
    snapshot JSON,
    state VARCHAR(40) NOT NULL CONSTRAINT ck_mail_message_state_known CHECK (state IN ('ready', 'sending', 'accepted', 'refused', 'put_back', 'unknown')),
    code INTEGER,
    answer TEXT,
    made_at VARCHAR(27) NOT NULL,
    sent_at VARCHAR(27),
    answered_at VARCHAR(27),
    CONSTRAINT pk_mail_message PRIMARY KEY (id),
    CONSTRAINT uq_mail_message_round UNIQUE (company_id, intent_id, round),
    CONSTRAINT fk_mail_message_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_mail_message_intent_id_intent FOREIGN KEY(intent_id) REFERENCES intent (id),
    CONSTRAINT fk_mail_message_run_id_run FOREIGN KEY(run_id) REFERENCES run (id)
);

CREATE INDEX ix_mail_message_customer ON mail_message (company_id, customer_id, id);

CREATE INDEX ix_mail_message_made ON mail_message (company_id, made_at);

CREATE INDEX ix_mail_message_sent ON mail_message (company_id, sent_at);

CREATE TABLE stopped_address (
    company_id INTEGER NOT NULL,
    address VARCHAR(320) NOT NULL,
    how VARCHAR(40) NOT NULL CONSTRAINT ck_stopped_address_how_known CHECK (how IN ('unsubscribed', 'refused', 'person')),
    stopped_by TEXT NOT NULL,
    because TEXT,
    stopped_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_stopped_address PRIMARY KEY (company_id, address),
    CONSTRAINT fk_stopped_address_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
