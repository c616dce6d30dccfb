DROP INDEX ix_mirror_invoice_open;
CREATE INDEX ix_mirror_invoice_aging ON mirror_invoice (company_id, customer_id, currency, due_on, balance) WHERE balance > 0;
CREATE TABLE report_figures (
    company_id INTEGER NOT NULL,
    worked_out_on DATE NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    history_since DATE,
    figures JSONB NOT NULL,
    CONSTRAINT pk_report_figures PRIMARY KEY (company_id),
    CONSTRAINT fk_report_figures_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
CREATE TABLE certificate (
    company_id INTEGER NOT NULL,
    practice_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    hash VARCHAR(64) NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_certificate PRIMARY KEY (company_id),
    CONSTRAINT fk_certificate_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_certificate_practice_id_practice FOREIGN KEY(practice_id) REFERENCES practice (id)
);
