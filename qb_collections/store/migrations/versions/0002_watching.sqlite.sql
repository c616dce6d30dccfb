CREATE TABLE history (
    company_id INTEGER NOT NULL,
    since_on DATE NOT NULL,
    reached JSON NOT NULL,
    done INTEGER NOT NULL CONSTRAINT ck_history_done_not_negative CHECK (done >= 0),
    started_at VARCHAR(27) NOT NULL,
    stopped_at VARCHAR(27),
    finished_at VARCHAR(27),
    CONSTRAINT pk_history PRIMARY KEY (company_id),
    CONSTRAINT fk_history_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT ck_history_since_on_day CHECK (coalesce(date(since_on, '+0 days') = since_on, since_on IS NULL))
);

CREATE TABLE restored (
    company_id INTEGER NOT NULL,
    found_at VARCHAR(27) NOT NULL,
    because TEXT NOT NULL,
    found JSON NOT NULL,
    released_by TEXT,
    released_at VARCHAR(27),
    CONSTRAINT pk_restored PRIMARY KEY (company_id),
    CONSTRAINT fk_restored_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE tie_out (
    id INTEGER NOT NULL,
    company_id INTEGER NOT NULL,
    tied_on DATE NOT NULL,
    at VARCHAR(27) NOT NULL,
    state VARCHAR(40) NOT NULL CONSTRAINT ck_tie_out_state_known CHECK (state IN ('equal', 'explained', 'unexplained')),
    sentence TEXT NOT NULL,
    currencies JSON NOT NULL,
    CONSTRAINT pk_tie_out PRIMARY KEY (id),
    CONSTRAINT fk_tie_out_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT ck_tie_out_tied_on_day CHECK (coalesce(date(tied_on, '+0 days') = tied_on, tied_on IS NULL))
);

CREATE INDEX ix_tie_out_company ON tie_out (company_id, id);

CREATE TABLE books_word (
    company_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    said_by TEXT NOT NULL,
    said_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_books_word PRIMARY KEY (company_id, run_id),
    CONSTRAINT fk_books_word_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_books_word_run_id_run FOREIGN KEY(run_id) REFERENCES run (id)
);
