PRAGMA defer_foreign_keys = ON;

CREATE TEMPORARY TABLE old_intent AS SELECT * FROM intent;

DROP TABLE intent;

CREATE TABLE intent (
    id INTEGER NOT NULL,
    company_id INTEGER NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    kind VARCHAR(40) NOT NULL CONSTRAINT ck_intent_kind_known CHECK (kind IN ('send_invoice', 'email', 'task', 'note', 'note_attachment', 'plan_memo', 'plan_apply', 'plan_installment', 'plan_reverse', 'clearing_account', 'clearing_item', 'undo')),
    state VARCHAR(40) NOT NULL CONSTRAINT ck_intent_state_known CHECK (state IN ('planned', 'ready', 'sending', 'confirmed', 'rejected', 'cancelled', 'unknown', 'parked')),
    approval VARCHAR(40) NOT NULL CONSTRAINT ck_intent_approval_known CHECK (approval IN ('not_needed', 'needed', 'given', 'declined')),
    due_at VARCHAR(27) NOT NULL,
    "plan" JSON NOT NULL,
    run_id INTEGER,
    decision_id INTEGER,
    plan_id INTEGER,
    saga VARCHAR(60),
    round INTEGER NOT NULL CONSTRAINT ck_intent_round_not_negative CHECK (round >= 0),
    body JSON,
    body_hash VARCHAR(64),
    "before" JSON,
    "after" JSON,
    inverse JSON,
    reason TEXT,
    external_id VARCHAR(40),
    approved_by TEXT,
    approved_at VARCHAR(27),
    settled_at VARCHAR(27),
    CONSTRAINT pk_intent PRIMARY KEY (id),
    CONSTRAINT ck_intent_sent_with_a_body CHECK (state <> 'sending' OR body_hash IS NOT NULL),
    CONSTRAINT uq_intent_key UNIQUE (company_id, "key"),
    CONSTRAINT fk_intent_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_intent_run_id_run FOREIGN KEY(run_id) REFERENCES run (id),
    CONSTRAINT fk_intent_decision_id_decision FOREIGN KEY(decision_id) REFERENCES decision (id),
    CONSTRAINT fk_intent_plan_id_plan FOREIGN KEY(plan_id) REFERENCES "plan" (id)
);

INSERT INTO intent (id, company_id, "key", kind, state, approval, due_at, "plan", run_id, decision_id, plan_id, saga, round, body, body_hash, "before", "after", inverse, reason, external_id, approved_by, approved_at, settled_at)
SELECT id, company_id, "key", kind, state, approval, due_at, "plan", run_id, decision_id, plan_id, saga, round, body, body_hash, "before", "after", inverse, reason, external_id, approved_by, approved_at, settled_at FROM old_intent;

DROP TABLE old_intent;

CREATE INDEX ix_intent_due ON intent (company_id, state, due_at, id);

CREATE INDEX ix_intent_plan ON intent (company_id, plan_id);

CREATE INDEX ix_intent_run ON intent (company_id, run_id);
