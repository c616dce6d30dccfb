CREATE TABLE policy_named (
    company_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    name VARCHAR(60) NOT NULL,
    CONSTRAINT pk_policy_named PRIMARY KEY (company_id, version),
    CONSTRAINT fk_policy_named_version FOREIGN KEY(company_id, version) REFERENCES policy_version (company_id, version),
    CONSTRAINT fk_policy_named_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_policy_named_name ON policy_named (company_id, name, version);

CREATE TABLE policy_assignment (
    company_id INTEGER NOT NULL,
    scope VARCHAR(40) NOT NULL CONSTRAINT ck_policy_assignment_scope_known CHECK (scope IN ('customer', 'group')),
    target VARCHAR(60) NOT NULL,
    name VARCHAR(60) NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    assigned_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_policy_assignment PRIMARY KEY (company_id, scope, target),
    CONSTRAINT fk_policy_assignment_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE customer_group (
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    name VARCHAR(60) NOT NULL,
    author TEXT NOT NULL,
    added_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_customer_group PRIMARY KEY (company_id, customer_id),
    CONSTRAINT fk_customer_group_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_customer_group_name ON customer_group (company_id, name);
