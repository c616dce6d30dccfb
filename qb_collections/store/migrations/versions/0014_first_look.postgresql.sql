CREATE TABLE first_look (
    company_id INTEGER NOT NULL,
    review VARCHAR(40) NOT NULL CONSTRAINT ck_first_look_review_known CHECK (review IN ('open', 'one', 'all')),
    customer_id VARCHAR(40),
    currency VARCHAR(3) CONSTRAINT ck_first_look_currency_code CHECK (length(currency) = 3),
    customer TEXT,
    said_by TEXT,
    said_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_first_look PRIMARY KEY (company_id),
    CONSTRAINT fk_first_look_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE first_answer (
    company_id INTEGER NOT NULL,
    question VARCHAR(40) NOT NULL CONSTRAINT ck_first_answer_question_known CHECK (question IN ('reminders', 'late_fees', 'books', 'contact', 'notes')),
    answer VARCHAR(40) NOT NULL CONSTRAINT ck_first_answer_answer_known CHECK (answer IN ('off', 'on', 'yes', 'not_yet', 'copies_only', 'memo', 'attachment', 'neither', 'vouched')),
    said_by TEXT NOT NULL,
    said_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_first_answer PRIMARY KEY (company_id, question),
    CONSTRAINT fk_first_answer_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE first_seen (
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL,
    seen_by TEXT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_first_seen PRIMARY KEY (company_id, customer_id, currency),
    CONSTRAINT fk_first_seen_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

INSERT INTO first_look (company_id, review)
SELECT id, 'open' FROM company WHERE live_since_on IS NULL AND mode = 'shadow';
