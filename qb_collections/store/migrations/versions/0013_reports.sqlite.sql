DROP INDEX ix_mirror_invoice_open;
CREATE INDEX ix_mirror_invoice_aging ON mirror_invoice (company_id, customer_id, currency, due_on, balance) WHERE balance > 0;
CREATE TABLE report_figures (
    company_id INTEGER NOT NULL,
    worked_out_on DATE NOT NULL,
    made_at VARCHAR(27) NOT NULL,
    read_at VARCHAR(27) NOT NULL,
    history_since DATE,
    figures JSON NOT NULL,
    CONSTRAINT pk_report_figures PRIMARY KEY (company_id),
    CONSTRAINT fk_report_figures_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT ck_report_figures_worked_out_on_day CHECK (coalesce(date(worked_out_on, '+0 days') = worked_out_on, worked_out_on IS NULL)),
    CONSTRAINT ck_report_figures_history_since_day CHECK (coalesce(date(history_since, '+0 days') = history_since, history_since IS NULL))
);
CREATE TABLE certificate (
    company_id INTEGER NOT NULL,
    practice_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    hash VARCHAR(64) NOT NULL,
    made_by TEXT NOT NULL,
    made_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_certificate PRIMARY KEY (company_id),
    CONSTRAINT fk_certificate_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_certificate_practice_id_practice FOREIGN KEY(practice_id) REFERENCES practice (id)
);
