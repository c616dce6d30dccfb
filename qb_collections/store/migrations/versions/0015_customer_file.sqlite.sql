CREATE TABLE contact_person (
    id INTEGER NOT NULL,
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    email VARCHAR(254),
    phone TEXT,
    written_to VARCHAR(40) NOT NULL CONSTRAINT ck_contact_person_written_to_known CHECK (written_to IN ('every', 'firm', 'none')),
    added_by TEXT NOT NULL,
    added_at VARCHAR(27) NOT NULL,
    removed_at VARCHAR(27),
    CONSTRAINT pk_contact_person PRIMARY KEY (id),
    CONSTRAINT fk_contact_person_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
CREATE INDEX ix_contact_person_customer ON contact_person (company_id, customer_id);
CREATE TABLE internal_note (
    id INTEGER NOT NULL,
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    text TEXT NOT NULL,
    written_by TEXT NOT NULL,
    written_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_internal_note PRIMARY KEY (id),
    CONSTRAINT fk_internal_note_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
CREATE INDEX ix_internal_note_customer ON internal_note (company_id, customer_id, id);
CREATE TABLE document_on_file (
    company_id INTEGER NOT NULL,
    id VARCHAR(40) NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    invoice_id VARCHAR(40),
    name TEXT NOT NULL,
    kind VARCHAR(40) CONSTRAINT ck_document_on_file_kind_known CHECK (kind IN ('contract', 'order', 'delivery', 'engagement', 'other')),
    said_by TEXT,
    attached_at VARCHAR(27),
    CONSTRAINT pk_document_on_file PRIMARY KEY (company_id, id),
    CONSTRAINT fk_document_on_file_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
CREATE INDEX ix_document_on_file_customer ON document_on_file (company_id, customer_id);
CREATE TABLE documents_read (
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    read_at VARCHAR(27) NOT NULL,
    whole BOOLEAN NOT NULL CONSTRAINT ck_documents_read_whole_flag CHECK (whole IN (true, false)),
    CONSTRAINT pk_documents_read PRIMARY KEY (company_id, customer_id),
    CONSTRAINT fk_documents_read_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
CREATE TABLE invoice_read (
    company_id INTEGER NOT NULL,
    invoice_id VARCHAR(40) NOT NULL,
    sync_token TEXT NOT NULL,
    lines JSON NOT NULL,
    memo TEXT NOT NULL,
    message TEXT NOT NULL,
    tax BIGINT NOT NULL CONSTRAINT ck_invoice_read_tax_not_negative CHECK (tax >= 0),
    read_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_invoice_read PRIMARY KEY (company_id, invoice_id),
    CONSTRAINT fk_invoice_read_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
