ALTER TABLE intent DROP CONSTRAINT ck_intent_kind_known;

ALTER TABLE intent ADD CONSTRAINT ck_intent_kind_known CHECK (kind IN ('send_invoice', 'email', 'task', 'note', 'note_attachment', 'plan_memo', 'plan_apply', 'plan_installment', 'plan_reverse', 'clearing_account', 'clearing_item'));

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
    tested_at TIMESTAMP WITH TIME ZONE,
    on_since_at TIMESTAMP WITH TIME ZONE,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_mail_account PRIMARY KEY (company_id),
    CONSTRAINT fk_mail_account_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE mail_message (
    id SERIAL NOT NULL,
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
    snapshot JSONB,
    state VARCHAR(40) NOT NULL CONSTRAINT ck_mail_message_state_known CHECK (state IN ('ready', 'sending', 'accepted', 'refused', 'put_back', 'unknown')),
    code INTEGER,
    answer TEXT,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
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
    stopped_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_stopped_address PRIMARY KEY (company_id, address),
    CONSTRAINT fk_stopped_address_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
