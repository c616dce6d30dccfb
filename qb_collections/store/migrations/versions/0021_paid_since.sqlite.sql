DROP INDEX ix_mirror_payment_customer;
CREATE INDEX ix_mirror_payment_received ON mirror_payment (company_id, customer_id, received_on);
