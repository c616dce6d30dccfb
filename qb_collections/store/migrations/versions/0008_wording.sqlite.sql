CREATE TABLE template_version (
    company_id INTEGER NOT NULL,
    name VARCHAR(60) NOT NULL,
    language VARCHAR(8) NOT NULL,
    number INTEGER NOT NULL CONSTRAINT ck_template_version_number_from_one CHECK (number >= 1),
    text TEXT,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_template_version PRIMARY KEY (company_id, name, language, number),
    CONSTRAINT fk_template_version_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE company_look (
    company_id INTEGER NOT NULL,
    logo BLOB NOT NULL,
    logo_type VARCHAR(40) NOT NULL CONSTRAINT ck_company_look_logo_type_known CHECK (logo_type IN ('image/png', 'image/jpeg')),
    author TEXT NOT NULL,
    changed_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_company_look PRIMARY KEY (company_id),
    CONSTRAINT fk_company_look_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE customer_language (
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    language VARCHAR(8) NOT NULL,
    author TEXT NOT NULL,
    chosen_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_customer_language PRIMARY KEY (company_id, customer_id),
    CONSTRAINT fk_customer_language_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);
