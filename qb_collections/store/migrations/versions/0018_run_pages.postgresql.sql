DROP INDEX ix_decision_outcome;
CREATE INDEX ix_decision_counted ON decision (company_id, run_id, outcome, gate, channel, approval, approved_by, customer_id, currency, amount);
