CREATE TEMPORARY TABLE old_hold AS SELECT * FROM hold;

DROP TABLE hold;

CREATE TABLE hold (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    kind VARCHAR(40) NOT NULL CONSTRAINT ck_hold_kind_known CHECK (kind IN ('dispute', 'promise', 'in_transit', 'exclusion', 'hardship', 'insolvent', 'people_only', 'handed_over', 'autopay', 'bounced', 'open_reply', 'upset')),
    invoice_id VARCHAR(40),
    reason TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    placed_on DATE NOT NULL,
    until_on DATE,
    amount BIGINT CONSTRAINT ck_hold_amount_not_negative CHECK (amount >= 0),
    amount_currency VARCHAR(3) CONSTRAINT ck_hold_amount_currency_code CHECK (length(amount_currency) = 3),
    owner TEXT,
    answer_by_on DATE,
    code VARCHAR(40) CONSTRAINT ck_hold_code_known CHECK (code IN ('price', 'quantity', 'quality', 'not_delivered', 'paperwork', 'already_paid', 'credit_owed', 'not_ours', 'other')),
    lifted_at TIMESTAMP WITH TIME ZONE,
    lifted_by TEXT,
    lifted_because TEXT,
    CONSTRAINT pk_hold PRIMARY KEY (id),
    CONSTRAINT fk_hold_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_hold_customer ON hold (company_id, customer_id);

INSERT INTO hold (id, company_id, customer_id, kind, invoice_id, reason, placed_by, placed_on, until_on, amount, amount_currency, owner, answer_by_on, code, lifted_at, lifted_by, lifted_because)
SELECT id, company_id, customer_id, kind, invoice_id, reason, placed_by, placed_on, until_on, amount, amount_currency, owner, answer_by_on, NULL, lifted_at, lifted_by, lifted_because FROM old_hold;

DROP TABLE old_hold;

SELECT setval(pg_get_serial_sequence('hold', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM hold), false);

CREATE TEMPORARY TABLE old_mirror_customer AS SELECT * FROM mirror_customer;

DROP TABLE mirror_customer;

CREATE TABLE mirror_customer (
    company_id INTEGER NOT NULL,
    id VARCHAR(40) NOT NULL,
    name TEXT NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_mirror_customer_currency_code CHECK (length(currency) = 3),
    balance BIGINT NOT NULL,
    active BOOLEAN NOT NULL CONSTRAINT ck_mirror_customer_active_flag CHECK (active IN (true, false)),
    first_name TEXT,
    full_name TEXT,
    company_name TEXT,
    emails JSONB NOT NULL,
    phone TEXT,
    parent_id VARCHAR(40),
    bill_with_parent BOOLEAN NOT NULL CONSTRAINT ck_mirror_customer_bill_with_parent_flag CHECK (bill_with_parent IN (true, false)),
    city TEXT,
    region TEXT,
    country TEXT,
    postal_code TEXT,
    updated_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mirror_customer PRIMARY KEY (company_id, id),
    CONSTRAINT fk_mirror_customer_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_mirror_customer_parent ON mirror_customer (company_id, parent_id);

INSERT INTO mirror_customer (company_id, id, name, currency, balance, active, first_name, full_name, company_name, emails, phone, parent_id, bill_with_parent, city, region, country, postal_code, updated_at)
SELECT company_id, id, name, currency, balance, active, first_name, full_name, NULL, emails, phone, parent_id, bill_with_parent, city, region, country, postal_code, updated_at FROM old_mirror_customer;

DROP TABLE old_mirror_customer;

CREATE TEMPORARY TABLE old_look AS SELECT * FROM look;

DROP TABLE look;

CREATE TABLE look (
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL,
    next_look_on DATE,
    is_backlog BOOLEAN NOT NULL CONSTRAINT ck_look_is_backlog_flag CHECK (is_backlog IN (true, false)),
    start_on DATE,
    important BOOLEAN NOT NULL CONSTRAINT ck_look_important_flag CHECK (important IN (true, false)),
    kind VARCHAR(40) CONSTRAINT ck_look_kind_known CHECK (kind IN ('company', 'sole_trader', 'private', 'unknown')),
    buys_most BOOLEAN NOT NULL CONSTRAINT ck_look_buys_most_flag CHECK (buys_most IN (true, false)),
    CONSTRAINT pk_look PRIMARY KEY (company_id, customer_id, currency),
    CONSTRAINT fk_look_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_look_due ON look (company_id, next_look_on, customer_id, currency);

INSERT INTO look (company_id, customer_id, currency, next_look_on, is_backlog, start_on, important, kind, buys_most)
SELECT company_id, customer_id, currency, next_look_on, is_backlog, start_on, important, NULL, false FROM old_look;

DROP TABLE old_look;

CREATE TABLE draft_change (
    company_id INTEGER NOT NULL,
    decision_id INTEGER NOT NULL,
    facts_hash VARCHAR(64) NOT NULL,
    of_text TEXT,
    subject TEXT,
    text TEXT,
    edited_by TEXT,
    edited_at TIMESTAMP WITH TIME ZONE,
    skipped_by TEXT,
    skipped_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_draft_change PRIMARY KEY (company_id, decision_id),
    CONSTRAINT fk_draft_change_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_draft_change_decision_id_decision FOREIGN KEY(decision_id) REFERENCES decision (id)
);

UPDATE contact SET recipient = lower(recipient);

CREATE INDEX ix_contact_recipient ON contact (recipient, contacted_on);
