CREATE TABLE habit (
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL,
    usual_day INTEGER,
    latest_day INTEGER,
    invoices INTEGER NOT NULL CONSTRAINT ck_habit_invoices_not_negative CHECK (invoices >= 0),
    since_on DATE NOT NULL,
    known_of_last INTEGER NOT NULL CONSTRAINT ck_habit_known_of_last_not_negative CHECK (known_of_last >= 0),
    late_of_last INTEGER NOT NULL CONSTRAINT ck_habit_late_of_last_not_negative CHECK (late_of_last >= 0),
    first_invoice_id VARCHAR(40),
    CONSTRAINT pk_habit PRIMARY KEY (company_id, customer_id, currency),
    CONSTRAINT fk_habit_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE usual_total (
    company_id INTEGER NOT NULL,
    currency VARCHAR(3) NOT NULL,
    total BIGINT CONSTRAINT ck_usual_total_total_not_negative CHECK (total >= 0),
    worked_out_on DATE NOT NULL,
    CONSTRAINT pk_usual_total PRIMARY KEY (company_id, currency),
    CONSTRAINT fk_usual_total_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
