DROP INDEX ix_contact_customer;
CREATE INDEX ix_contact_said ON contact (company_id, customer_id, currency, contacted_on, kind);
