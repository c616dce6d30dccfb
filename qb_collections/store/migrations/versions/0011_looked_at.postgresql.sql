DROP INDEX ix_finding_invoice;

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
    confirmed_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_looked_at PRIMARY KEY (company_id, customer_id, kind, invoice_id),
    CONSTRAINT fk_looked_at_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
