CREATE TEMPORARY TABLE old_finding AS SELECT * FROM finding;

DROP TABLE finding;

CREATE TABLE finding (
    company_id INTEGER NOT NULL,
    decision_id INTEGER NOT NULL,
    invoice_id VARCHAR(40) NOT NULL,
    gate TEXT NOT NULL,
    because TEXT NOT NULL,
    stops BOOLEAN NOT NULL CONSTRAINT ck_finding_stops_flag CHECK (stops IN (true, false)),
    review_on DATE,
    CONSTRAINT pk_finding PRIMARY KEY (company_id, decision_id, invoice_id),
    CONSTRAINT fk_finding_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_finding_decision_id_decision FOREIGN KEY(decision_id) REFERENCES decision (id),
    CONSTRAINT ck_finding_review_on_day CHECK (coalesce(date(review_on, '+0 days') = review_on, review_on IS NULL))
)
 WITHOUT ROWID;

INSERT INTO finding (company_id, decision_id, invoice_id, gate, because, stops, review_on)
SELECT company_id, decision_id, invoice_id, gate, because, stops, review_on FROM old_finding;

DROP TABLE old_finding;

CREATE TABLE signer (
    company_id INTEGER NOT NULL,
    sender VARCHAR(40) NOT NULL CONSTRAINT ck_signer_sender_known CHECK (sender IN ('accounts', 'contact', 'owner')),
    name TEXT NOT NULL,
    role TEXT,
    phone TEXT,
    CONSTRAINT pk_signer PRIMARY KEY (company_id, sender),
    CONSTRAINT fk_signer_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE consequence (
    company_id INTEGER NOT NULL,
    code VARCHAR(40) NOT NULL,
    who TEXT,
    confirmed_by TEXT NOT NULL,
    confirmed_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_consequence PRIMARY KEY (company_id),
    CONSTRAINT fk_consequence_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE looked_at (
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    invoice_id VARCHAR(40) NOT NULL,
    until_on DATE NOT NULL,
    seen_by TEXT NOT NULL,
    seen_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_looked_at PRIMARY KEY (company_id, customer_id, kind, invoice_id),
    CONSTRAINT fk_looked_at_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT ck_looked_at_until_on_day CHECK (coalesce(date(until_on, '+0 days') = until_on, until_on IS NULL))
);
