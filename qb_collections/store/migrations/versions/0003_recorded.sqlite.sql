CREATE TABLE recorded (
    company_id INTEGER NOT NULL,
    kind VARCHAR(20) NOT NULL,
    id VARCHAR(40) NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_recorded PRIMARY KEY (company_id, kind, id),
    CONSTRAINT fk_recorded_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
