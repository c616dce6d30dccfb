CREATE INDEX ix_mirror_invoice_due ON mirror_invoice (company_id, currency, due_on, balance) WHERE balance > 0;
CREATE INDEX ix_mirror_customer_billed ON mirror_customer (company_id, parent_id, id, currency) WHERE bill_with_parent;
CREATE INDEX ix_mirror_payment_unapplied ON mirror_payment (company_id, currency, unapplied) WHERE unapplied > 0;
CREATE INDEX ix_mirror_credit_memo_open ON mirror_credit_memo (company_id, currency, remaining) WHERE remaining > 0;
CREATE INDEX ix_decision_outcome ON decision (company_id, run_id, outcome, gate);
CREATE INDEX ix_intent_waiting ON intent (company_id, run_id) WHERE approval = 'needed' AND state IN ('planned', 'ready');
CREATE INDEX ix_hold_standing ON hold (company_id, kind, customer_id) WHERE lifted_at IS NULL;
