CREATE TABLE owner_change (
    company_id INTEGER NOT NULL,
    former_id VARCHAR(40) NOT NULL,
    present_id VARCHAR(40) NOT NULL,
    CONSTRAINT pk_owner_change PRIMARY KEY (company_id, former_id),
    CONSTRAINT fk_owner_change_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
