CREATE TABLE call_attempt (
    id INTEGER NOT NULL,
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_call_attempt_currency_code CHECK (length(currency) = 3),
    task_id INTEGER,
    called_on DATE NOT NULL,
    at VARCHAR(27) NOT NULL,
    outcome TEXT NOT NULL,
    spoken BOOLEAN NOT NULL CONSTRAINT ck_call_attempt_spoken_flag CHECK (spoken IN (true, false)),
    voicemail BOOLEAN NOT NULL CONSTRAINT ck_call_attempt_voicemail_flag CHECK (voicemail IN (true, false)),
    said TEXT,
    follows TEXT NOT NULL,
    called_by TEXT NOT NULL,
    CONSTRAINT pk_call_attempt PRIMARY KEY (id),
    CONSTRAINT fk_call_attempt_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_call_attempt_task_id_task FOREIGN KEY(task_id) REFERENCES task (id),
    CONSTRAINT ck_call_attempt_called_on_day CHECK (coalesce(date(called_on, '+0 days') = called_on, called_on IS NULL))
);

CREATE INDEX ix_call_attempt_customer ON call_attempt (company_id, customer_id, called_on);

CREATE TABLE reply (
    id INTEGER NOT NULL,
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_reply_currency_code CHECK (length(currency) = 3),
    kind VARCHAR(40) NOT NULL CONSTRAINT ck_reply_kind_known CHECK (kind IN ('paid', 'question', 'dispute', 'wrong_person', 'stop', 'promise', 'other')),
    invoice_id VARCHAR(40),
    said TEXT NOT NULL,
    promised_on DATE,
    amount BIGINT CONSTRAINT ck_reply_amount_not_negative CHECK (amount >= 0),
    hold_ids JSON NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_on DATE NOT NULL,
    at VARCHAR(27) NOT NULL,
    done_by TEXT,
    done_because TEXT,
    done_at VARCHAR(27),
    CONSTRAINT pk_reply PRIMARY KEY (id),
    CONSTRAINT fk_reply_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT ck_reply_promised_on_day CHECK (coalesce(date(promised_on, '+0 days') = promised_on, promised_on IS NULL)),
    CONSTRAINT ck_reply_recorded_on_day CHECK (coalesce(date(recorded_on, '+0 days') = recorded_on, recorded_on IS NULL))
);

CREATE INDEX ix_reply_customer ON reply (company_id, customer_id, id);

CREATE TABLE answer (
    id INTEGER NOT NULL,
    company_id INTEGER NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    kind VARCHAR(40) NOT NULL CONSTRAINT ck_answer_kind_known CHECK (kind IN ('thank_you', 'promise_noted', 'dispute_received', 'dispute_answered', 'plan_offer', 'installment_before', 'installment_missed')),
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_answer_currency_code CHECK (length(currency) = 3),
    about JSON NOT NULL,
    reason TEXT NOT NULL,
    state VARCHAR(40) NOT NULL CONSTRAINT ck_answer_state_known CHECK (state IN ('wanted', 'given', 'dropped')),
    because TEXT,
    wanted_by TEXT NOT NULL,
    wanted_on DATE NOT NULL,
    wanted_at VARCHAR(27) NOT NULL,
    settled_at VARCHAR(27),
    CONSTRAINT pk_answer PRIMARY KEY (id),
    CONSTRAINT uq_answer_key UNIQUE (company_id, "key"),
    CONSTRAINT fk_answer_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT ck_answer_wanted_on_day CHECK (coalesce(date(wanted_on, '+0 days') = wanted_on, wanted_on IS NULL))
);

CREATE INDEX ix_answer_customer ON answer (company_id, customer_id, id);

CREATE INDEX ix_answer_state ON answer (company_id, state, id);
