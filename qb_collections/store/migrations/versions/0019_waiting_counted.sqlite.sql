DROP INDEX ix_task_state;
CREATE INDEX ix_task_waiting ON task (company_id, state, due_on, customer_id, kind);
CREATE INDEX ix_mirror_customer_silent ON mirror_customer (company_id, id, currency) WHERE CAST(emails AS VARCHAR) = '[]';
