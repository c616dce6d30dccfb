CREATE TABLE audit_head (
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (chain)
);

CREATE TABLE login_attempt (
    id SERIAL NOT NULL,
    account VARCHAR(254) NOT NULL,
    address VARCHAR(64) NOT NULL,
    succeeded BOOLEAN NOT NULL CONSTRAINT ck_login_attempt_succeeded_flag CHECK (succeeded IN (true, false)),
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_login_attempt PRIMARY KEY (id)
);

CREATE INDEX ix_login_attempt_account_at ON login_attempt (account, address, at);

CREATE TABLE practice (
    id SERIAL NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_practice PRIMARY KEY (id)
);

CREATE TABLE setting (
    name VARCHAR(60) NOT NULL,
    value JSONB NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_setting PRIMARY KEY (name)
);

CREATE TABLE "user" (
    id SERIAL NOT NULL,
    email VARCHAR(254) NOT NULL,
    name TEXT NOT NULL,
    password_hash VARCHAR(200),
    session_epoch INTEGER NOT NULL CONSTRAINT ck_user_session_epoch_not_negative CHECK (session_epoch >= 0),
    active BOOLEAN NOT NULL CONSTRAINT ck_user_active_flag CHECK (active IN (true, false)),
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_user PRIMARY KEY (id),
    CONSTRAINT uq_user_email UNIQUE (email)
);

CREATE TABLE company (
    id SERIAL NOT NULL,
    key VARCHAR(32) NOT NULL,
    alias VARCHAR(32) NOT NULL,
    practice_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_company_currency_code CHECK (length(currency) = 3),
    locale VARCHAR(20) NOT NULL,
    country VARCHAR(2) NOT NULL,
    mode VARCHAR(40) NOT NULL CONSTRAINT ck_company_mode_known CHECK (mode IN ('shadow', 'approve', 'automatic')),
    state VARCHAR(40) NOT NULL CONSTRAINT ck_company_state_known CHECK (state IN ('connected', 'reconnect', 'disconnected')),
    stopped_by TEXT,
    stopped_at TIMESTAMP WITH TIME ZONE,
    environment VARCHAR(40) NOT NULL CONSTRAINT ck_company_environment_known CHECK (environment IN ('sandbox', 'production', 'emulator')),
    base_url TEXT NOT NULL,
    discovery_url TEXT,
    emulator_url TEXT,
    night_at TIME WITHOUT TIME ZONE NOT NULL,
    next_night_at TIMESTAMP WITH TIME ZONE,
    preferences JSONB NOT NULL,
    contact_name TEXT,
    contact_phone TEXT,
    contact_role TEXT,
    payment_instructions TEXT,
    reply_to TEXT,
    note_place VARCHAR(40) NOT NULL CONSTRAINT ck_company_note_place_known CHECK (note_place IN ('memo', 'attachment', 'neither')),
    notes_stopped TEXT,
    clearing_account_id TEXT,
    clearing_item_id TEXT,
    plan_basis_confirmed_by TEXT,
    history_since DATE,
    live_since_on DATE,
    multicurrency BOOLEAN NOT NULL CONSTRAINT ck_company_multicurrency_flag CHECK (multicurrency IN (true, false)),
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_company PRIMARY KEY (id),
    CONSTRAINT uq_company_key UNIQUE (key),
    CONSTRAINT uq_company_alias UNIQUE (alias),
    CONSTRAINT fk_company_practice_id_practice FOREIGN KEY(practice_id) REFERENCES practice (id)
);

CREATE INDEX ix_company_next_night_at ON company (next_night_at);

CREATE INDEX ix_company_practice_id ON company (practice_id);

CREATE TABLE attempt (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    request_id VARCHAR(50) NOT NULL,
    round INTEGER NOT NULL CONSTRAINT ck_attempt_round_not_negative CHECK (round >= 0),
    fence INTEGER NOT NULL CONSTRAINT ck_attempt_fence_not_negative CHECK (fence >= 0),
    sends INTEGER NOT NULL CONSTRAINT ck_attempt_sends_not_negative CHECK (sends >= 0),
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    status INTEGER,
    intuit_tid TEXT,
    error TEXT,
    CONSTRAINT pk_attempt PRIMARY KEY (id),
    CONSTRAINT uq_attempt_request UNIQUE (company_id, request_id),
    CONSTRAINT fk_attempt_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE audit (
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    company_id INTEGER,
    at VARCHAR(27) NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (chain, seq),
    CONSTRAINT fk_audit_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE connection (
    company_id INTEGER NOT NULL,
    realm_sealed TEXT NOT NULL,
    realm_hash VARCHAR(64) NOT NULL,
    access_sealed TEXT,
    refresh_sealed TEXT,
    credentials_sealed TEXT,
    access_expires_at TIMESTAMP WITH TIME ZONE,
    refresh_expires_at TIMESTAMP WITH TIME ZONE,
    hard_expires_at TIMESTAMP WITH TIME ZONE,
    generation INTEGER NOT NULL CONSTRAINT ck_connection_generation_not_negative CHECK (generation >= 0),
    connected_at TIMESTAMP WITH TIME ZONE NOT NULL,
    refreshed_at TIMESTAMP WITH TIME ZONE,
    destroyed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_connection PRIMARY KEY (company_id),
    CONSTRAINT fk_connection_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT uq_connection_realm_hash UNIQUE (realm_hash)
);

CREATE TABLE cycle (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_cycle_currency_code CHECK (length(currency) = 3),
    number INTEGER NOT NULL CONSTRAINT ck_cycle_number_not_negative CHECK (number >= 0),
    started_on DATE NOT NULL,
    ended_on DATE,
    stage VARCHAR(10),
    contacts INTEGER NOT NULL CONSTRAINT ck_cycle_contacts_not_negative CHECK (contacts >= 0),
    policy_version INTEGER NOT NULL,
    missed_call_on DATE,
    CONSTRAINT pk_cycle PRIMARY KEY (id),
    CONSTRAINT uq_cycle_number UNIQUE (company_id, customer_id, currency, number),
    CONSTRAINT fk_cycle_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE UNIQUE INDEX uq_cycle_running ON cycle (company_id, customer_id, currency) WHERE ended_on IS NULL;

CREATE TABLE hold (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    kind VARCHAR(40) NOT NULL CONSTRAINT ck_hold_kind_known CHECK (kind IN ('dispute', 'promise', 'in_transit', 'exclusion', 'hardship', 'insolvent', 'people_only', 'handed_over', 'open_reply', 'upset')),
    invoice_id VARCHAR(40),
    reason TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    placed_on DATE NOT NULL,
    until_on DATE,
    amount BIGINT CONSTRAINT ck_hold_amount_not_negative CHECK (amount >= 0),
    amount_currency VARCHAR(3) CONSTRAINT ck_hold_amount_currency_code CHECK (length(amount_currency) = 3),
    owner TEXT,
    answer_by_on DATE,
    lifted_at TIMESTAMP WITH TIME ZONE,
    lifted_by TEXT,
    lifted_because TEXT,
    CONSTRAINT pk_hold PRIMARY KEY (id),
    CONSTRAINT fk_hold_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_hold_customer ON hold (company_id, customer_id);

CREATE TABLE inbox (
    id SERIAL NOT NULL,
    company_id INTEGER,
    split_from INTEGER,
    body_sealed TEXT NOT NULL,
    state VARCHAR(40) NOT NULL CONSTRAINT ck_inbox_state_known CHECK (state IN ('pending', 'done', 'quarantined')),
    reason TEXT,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_inbox PRIMARY KEY (id),
    CONSTRAINT fk_inbox_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_inbox_split_from_inbox FOREIGN KEY(split_from) REFERENCES inbox (id)
);

CREATE INDEX ix_inbox_state_company_id ON inbox (state, company_id, id);

CREATE TABLE lease (
    company_id INTEGER NOT NULL,
    holder TEXT,
    token VARCHAR(32),
    fence INTEGER NOT NULL CONSTRAINT ck_lease_fence_not_negative CHECK (fence >= 0),
    expires_at TIMESTAMP WITH TIME ZONE,
    limiter JSONB,
    CONSTRAINT pk_lease PRIMARY KEY (company_id),
    CONSTRAINT fk_lease_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE look (
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL,
    next_look_on DATE,
    is_backlog BOOLEAN NOT NULL CONSTRAINT ck_look_is_backlog_flag CHECK (is_backlog IN (true, false)),
    start_on DATE,
    important BOOLEAN NOT NULL CONSTRAINT ck_look_important_flag CHECK (important IN (true, false)),
    CONSTRAINT pk_look PRIMARY KEY (company_id, customer_id, currency),
    CONSTRAINT fk_look_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_look_due ON look (company_id, next_look_on, customer_id, currency);

CREATE TABLE membership (
    id SERIAL NOT NULL,
    user_id INTEGER NOT NULL,
    practice_id INTEGER NOT NULL,
    company_id INTEGER,
    role VARCHAR(40) NOT NULL CONSTRAINT ck_membership_role_known CHECK (role IN ('owner', 'manager', 'collector', 'viewer')),
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_membership PRIMARY KEY (id),
    CONSTRAINT fk_membership_user_id_user FOREIGN KEY(user_id) REFERENCES "user" (id),
    CONSTRAINT fk_membership_practice_id_practice FOREIGN KEY(practice_id) REFERENCES practice (id),
    CONSTRAINT fk_membership_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE UNIQUE INDEX uq_membership_company ON membership (user_id, company_id);

CREATE UNIQUE INDEX uq_membership_practice ON membership (user_id, practice_id) WHERE company_id IS NULL;

CREATE TABLE mirror_credit_memo (
    company_id INTEGER NOT NULL,
    id VARCHAR(40) NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    number TEXT,
    issued_on DATE NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_mirror_credit_memo_currency_code CHECK (length(currency) = 3),
    total BIGINT NOT NULL CONSTRAINT ck_mirror_credit_memo_total_not_negative CHECK (total >= 0),
    remaining BIGINT NOT NULL CONSTRAINT ck_mirror_credit_memo_remaining_not_negative CHECK (remaining >= 0),
    updated_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mirror_credit_memo PRIMARY KEY (company_id, id),
    CONSTRAINT fk_mirror_credit_memo_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_mirror_credit_memo_customer ON mirror_credit_memo (company_id, customer_id);

CREATE TABLE mirror_customer (
    company_id INTEGER NOT NULL,
    id VARCHAR(40) NOT NULL,
    name TEXT NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_mirror_customer_currency_code CHECK (length(currency) = 3),
    balance BIGINT NOT NULL,
    active BOOLEAN NOT NULL CONSTRAINT ck_mirror_customer_active_flag CHECK (active IN (true, false)),
    first_name TEXT,
    full_name TEXT,
    emails JSONB NOT NULL,
    phone TEXT,
    parent_id VARCHAR(40),
    bill_with_parent BOOLEAN NOT NULL CONSTRAINT ck_mirror_customer_bill_with_parent_flag CHECK (bill_with_parent IN (true, false)),
    city TEXT,
    region TEXT,
    country TEXT,
    postal_code TEXT,
    updated_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mirror_customer PRIMARY KEY (company_id, id),
    CONSTRAINT fk_mirror_customer_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_mirror_customer_parent ON mirror_customer (company_id, parent_id);

CREATE TABLE mirror_invoice (
    company_id INTEGER NOT NULL,
    id VARCHAR(40) NOT NULL,
    sync_token TEXT NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    number TEXT,
    issued_on DATE NOT NULL,
    due_on DATE,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_mirror_invoice_currency_code CHECK (length(currency) = 3),
    total BIGINT NOT NULL CONSTRAINT ck_mirror_invoice_total_not_negative CHECK (total >= 0),
    balance BIGINT NOT NULL CONSTRAINT ck_mirror_invoice_balance_not_negative CHECK (balance >= 0),
    email TEXT,
    email_status TEXT,
    sent_at TIMESTAMP WITH TIME ZONE,
    terms TEXT,
    voided BOOLEAN NOT NULL CONSTRAINT ck_mirror_invoice_voided_flag CHECK (voided IN (true, false)),
    updated_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mirror_invoice PRIMARY KEY (company_id, id),
    CONSTRAINT fk_mirror_invoice_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_mirror_invoice_customer ON mirror_invoice (company_id, customer_id);

CREATE INDEX ix_mirror_invoice_number ON mirror_invoice (company_id, number);

CREATE INDEX ix_mirror_invoice_open ON mirror_invoice (company_id, customer_id) WHERE balance > 0;

CREATE TABLE mirror_link (
    company_id INTEGER NOT NULL,
    payment_id VARCHAR(40) NOT NULL,
    position INTEGER NOT NULL,
    document_kind TEXT NOT NULL,
    document_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_mirror_link_currency_code CHECK (length(currency) = 3),
    amount BIGINT NOT NULL,
    CONSTRAINT pk_mirror_link PRIMARY KEY (company_id, payment_id, position),
    CONSTRAINT fk_mirror_link_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_mirror_link_document ON mirror_link (company_id, document_kind, document_id);

CREATE TABLE mirror_payment (
    company_id INTEGER NOT NULL,
    id VARCHAR(40) NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    received_on DATE NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_mirror_payment_currency_code CHECK (length(currency) = 3),
    total BIGINT NOT NULL CONSTRAINT ck_mirror_payment_total_not_negative CHECK (total >= 0),
    unapplied BIGINT NOT NULL CONSTRAINT ck_mirror_payment_unapplied_not_negative CHECK (unapplied >= 0),
    created_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mirror_payment PRIMARY KEY (company_id, id),
    CONSTRAINT fk_mirror_payment_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_mirror_payment_customer ON mirror_payment (company_id, customer_id);

CREATE TABLE oauth_state (
    state_hash VARCHAR(64) NOT NULL,
    session_hash VARCHAR(64) NOT NULL,
    company_id INTEGER,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_oauth_state PRIMARY KEY (state_hash),
    CONSTRAINT fk_oauth_state_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE plan (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    number INTEGER NOT NULL CONSTRAINT ck_plan_number_not_negative CHECK (number >= 0),
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_plan_currency_code CHECK (length(currency) = 3),
    form VARCHAR(40) NOT NULL CONSTRAINT ck_plan_form_known CHECK (form IN ('overlay', 'installment_invoices')),
    state VARCHAR(40) NOT NULL CONSTRAINT ck_plan_state_known CHECK (state IN ('building', 'active', 'broken', 'cancelled', 'paid')),
    principal BIGINT NOT NULL CONSTRAINT ck_plan_principal_not_negative CHECK (principal >= 0),
    agreed_on DATE NOT NULL,
    memo_id VARCHAR(40),
    allocation_id VARCHAR(40),
    details JSONB NOT NULL,
    reason TEXT,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_plan PRIMARY KEY (id),
    CONSTRAINT uq_plan_number UNIQUE (company_id, number),
    CONSTRAINT fk_plan_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_plan_customer ON plan (company_id, customer_id);

CREATE TABLE policy_version (
    company_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_policy_version PRIMARY KEY (company_id, version),
    CONSTRAINT fk_policy_version_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE run (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL CONSTRAINT ck_run_kind_known CHECK (kind IN ('preview', 'night')),
    run_on DATE NOT NULL,
    state VARCHAR(40) NOT NULL CONSTRAINT ck_run_state_known CHECK (state IN ('deciding', 'held', 'waiting', 'released', 'ended')),
    heading TEXT,
    counts JSONB NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_run PRIMARY KEY (id),
    CONSTRAINT fk_run_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE INDEX ix_run_company ON run (company_id, kind, id);

CREATE TABLE sync_cursor (
    company_id INTEGER NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    synced_at TIMESTAMP WITH TIME ZONE NOT NULL,
    first_synced_at TIMESTAMP WITH TIME ZONE,
    tied_out_on DATE,
    progress JSONB,
    CONSTRAINT pk_sync_cursor PRIMARY KEY (company_id),
    CONSTRAINT fk_sync_cursor_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE decision (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_decision_currency_code CHECK (length(currency) = 3),
    outcome VARCHAR(40) NOT NULL CONSTRAINT ck_decision_outcome_known CHECK (outcome IN ('remind', 'call', 'decide', 'task', 'silence')),
    gate TEXT NOT NULL,
    reason TEXT NOT NULL,
    review_on DATE,
    stage VARCHAR(10),
    channel VARCHAR(40) CONSTRAINT ck_decision_channel_known CHECK (channel IN ('quickbooks', 'email', 'call', 'letter', 'person')),
    approval BOOLEAN NOT NULL CONSTRAINT ck_decision_approval_flag CHECK (approval IN (true, false)),
    cycle INTEGER CONSTRAINT ck_decision_cycle_not_negative CHECK (cycle >= 0),
    number INTEGER CONSTRAINT ck_decision_number_not_negative CHECK (number >= 0),
    amount BIGINT CONSTRAINT ck_decision_amount_not_negative CHECK (amount >= 0),
    credits BIGINT CONSTRAINT ck_decision_credits_not_negative CHECK (credits >= 0),
    details JSONB NOT NULL,
    trace JSONB NOT NULL,
    text TEXT,
    edited_by TEXT,
    approved_by TEXT,
    approved_at TIMESTAMP WITH TIME ZONE,
    facts_hash VARCHAR(64),
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_decision PRIMARY KEY (id),
    CONSTRAINT uq_decision_customer UNIQUE (company_id, run_id, customer_id, currency),
    CONSTRAINT fk_decision_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_decision_run_id_run FOREIGN KEY(run_id) REFERENCES run (id)
);

CREATE INDEX ix_decision_customer ON decision (company_id, customer_id, currency, id);

CREATE TABLE installment (
    company_id INTEGER NOT NULL,
    plan_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    due_on DATE NOT NULL,
    amount BIGINT NOT NULL CONSTRAINT ck_installment_amount_not_negative CHECK (amount >= 0),
    state VARCHAR(40) NOT NULL CONSTRAINT ck_installment_state_known CHECK (state IN ('planned', 'open', 'paid', 'void')),
    invoice_id VARCHAR(40),
    CONSTRAINT pk_installment PRIMARY KEY (company_id, plan_id, number),
    CONSTRAINT fk_installment_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_installment_plan_id_plan FOREIGN KEY(plan_id) REFERENCES plan (id)
);

CREATE TABLE plan_original (
    company_id INTEGER NOT NULL,
    plan_id INTEGER NOT NULL,
    invoice_id VARCHAR(40) NOT NULL,
    amount BIGINT NOT NULL CONSTRAINT ck_plan_original_amount_not_negative CHECK (amount >= 0),
    CONSTRAINT pk_plan_original PRIMARY KEY (company_id, plan_id, invoice_id),
    CONSTRAINT fk_plan_original_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_plan_original_plan_id_plan FOREIGN KEY(plan_id) REFERENCES plan (id)
);

CREATE TABLE policy (
    company_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_policy PRIMARY KEY (company_id),
    CONSTRAINT fk_policy_version FOREIGN KEY(company_id, version) REFERENCES policy_version (company_id, version),
    CONSTRAINT fk_policy_company_id_company FOREIGN KEY(company_id) REFERENCES company (id)
);

CREATE TABLE proof (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    plan_id INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL CONSTRAINT ck_proof_kind_known CHECK (kind IN ('before', 'after')),
    figures JSONB NOT NULL,
    holds BOOLEAN NOT NULL CONSTRAINT ck_proof_holds_flag CHECK (holds IN (true, false)),
    sentence TEXT,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_proof PRIMARY KEY (id),
    CONSTRAINT fk_proof_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_proof_plan_id_plan FOREIGN KEY(plan_id) REFERENCES plan (id)
);

CREATE INDEX ix_proof_plan ON proof (company_id, plan_id);

CREATE TABLE run_difference (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_run_difference_currency_code CHECK (length(currency) = 3),
    was TEXT,
    now TEXT,
    CONSTRAINT pk_run_difference PRIMARY KEY (id),
    CONSTRAINT uq_run_difference_customer UNIQUE (company_id, run_id, customer_id, currency),
    CONSTRAINT fk_run_difference_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_run_difference_run_id_run FOREIGN KEY(run_id) REFERENCES run (id)
);

CREATE TABLE finding (
    company_id INTEGER NOT NULL,
    decision_id INTEGER NOT NULL,
    invoice_id VARCHAR(40) NOT NULL,
    gate TEXT NOT NULL,
    because TEXT NOT NULL,
    stops BOOLEAN NOT NULL CONSTRAINT ck_finding_stops_flag CHECK (stops IN (true, false)),
    review_on DATE,
    CONSTRAINT pk_finding PRIMARY KEY (company_id, decision_id, invoice_id),
    CONSTRAINT fk_finding_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_finding_decision_id_decision FOREIGN KEY(decision_id) REFERENCES decision (id)
);

CREATE INDEX ix_finding_invoice ON finding (company_id, invoice_id, decision_id);

CREATE TABLE intent (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    key VARCHAR(200) NOT NULL,
    kind VARCHAR(40) NOT NULL CONSTRAINT ck_intent_kind_known CHECK (kind IN ('send_invoice', 'task', 'note', 'note_attachment', 'plan_memo', 'plan_apply', 'plan_installment', 'plan_reverse', 'clearing_account', 'clearing_item')),
    state VARCHAR(40) NOT NULL CONSTRAINT ck_intent_state_known CHECK (state IN ('planned', 'ready', 'sending', 'confirmed', 'rejected', 'cancelled', 'unknown', 'parked')),
    approval VARCHAR(40) NOT NULL CONSTRAINT ck_intent_approval_known CHECK (approval IN ('not_needed', 'needed', 'given', 'declined')),
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    plan JSONB NOT NULL,
    run_id INTEGER,
    decision_id INTEGER,
    plan_id INTEGER,
    saga VARCHAR(60),
    round INTEGER NOT NULL CONSTRAINT ck_intent_round_not_negative CHECK (round >= 0),
    body JSONB,
    body_hash VARCHAR(64),
    before JSONB,
    after JSONB,
    inverse JSONB,
    reason TEXT,
    external_id VARCHAR(40),
    approved_by TEXT,
    approved_at TIMESTAMP WITH TIME ZONE,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_intent PRIMARY KEY (id),
    CONSTRAINT ck_intent_sent_with_a_body CHECK (state <> 'sending' OR body_hash IS NOT NULL),
    CONSTRAINT uq_intent_key UNIQUE (company_id, key),
    CONSTRAINT fk_intent_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_intent_run_id_run FOREIGN KEY(run_id) REFERENCES run (id),
    CONSTRAINT fk_intent_decision_id_decision FOREIGN KEY(decision_id) REFERENCES decision (id),
    CONSTRAINT fk_intent_plan_id_plan FOREIGN KEY(plan_id) REFERENCES plan (id)
);

CREATE INDEX ix_intent_due ON intent (company_id, state, due_at, id);

CREATE INDEX ix_intent_plan ON intent (company_id, plan_id);

CREATE INDEX ix_intent_run ON intent (company_id, run_id);

CREATE TABLE attempt_member (
    company_id INTEGER NOT NULL,
    attempt_id INTEGER NOT NULL,
    position INTEGER NOT NULL CONSTRAINT ck_attempt_member_position_in_batch CHECK (position BETWEEN 0 AND 29),
    intent_id INTEGER NOT NULL,
    CONSTRAINT pk_attempt_member PRIMARY KEY (company_id, attempt_id, position),
    CONSTRAINT uq_attempt_member_intent UNIQUE (attempt_id, intent_id),
    CONSTRAINT fk_attempt_member_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_attempt_member_attempt_id_attempt FOREIGN KEY(attempt_id) REFERENCES attempt (id),
    CONSTRAINT fk_attempt_member_intent_id_intent FOREIGN KEY(intent_id) REFERENCES intent (id)
);

CREATE INDEX ix_attempt_member_intent ON attempt_member (company_id, intent_id);

CREATE TABLE contact (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    customer_id VARCHAR(40) NOT NULL,
    currency VARCHAR(3) NOT NULL CONSTRAINT ck_contact_currency_code CHECK (length(currency) = 3),
    contacted_on DATE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    kind VARCHAR(40) NOT NULL CONSTRAINT ck_contact_kind_known CHECK (kind IN ('reminder', 'call', 'answer', 'notice', 'foreign')),
    channel VARCHAR(40) CONSTRAINT ck_contact_channel_known CHECK (channel IN ('quickbooks', 'email', 'call', 'letter', 'person')),
    stage VARCHAR(10),
    cycle INTEGER CONSTRAINT ck_contact_cycle_not_negative CHECK (cycle >= 0),
    number INTEGER CONSTRAINT ck_contact_number_not_negative CHECK (number >= 0),
    invoice_ids JSONB NOT NULL,
    act_by_on DATE,
    reply_by_on DATE,
    backlog BOOLEAN NOT NULL CONSTRAINT ck_contact_backlog_flag CHECK (backlog IN (true, false)),
    intent_id INTEGER,
    text TEXT,
    recipient TEXT,
    CONSTRAINT pk_contact PRIMARY KEY (id),
    CONSTRAINT uq_contact_intent UNIQUE (company_id, intent_id),
    CONSTRAINT uq_contact_number UNIQUE (company_id, customer_id, currency, cycle, number),
    CONSTRAINT fk_contact_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_contact_intent_id_intent FOREIGN KEY(intent_id) REFERENCES intent (id)
);

CREATE INDEX ix_contact_customer ON contact (company_id, customer_id, currency, contacted_on);

CREATE INDEX ix_contact_day ON contact (company_id, contacted_on);

CREATE TABLE intent_dependency (
    company_id INTEGER NOT NULL,
    intent_id INTEGER NOT NULL,
    depends_on_id INTEGER NOT NULL,
    CONSTRAINT pk_intent_dependency PRIMARY KEY (company_id, intent_id, depends_on_id),
    CONSTRAINT ck_intent_dependency_not_itself CHECK (intent_id <> depends_on_id),
    CONSTRAINT fk_intent_dependency_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_intent_dependency_intent_id_intent FOREIGN KEY(intent_id) REFERENCES intent (id),
    CONSTRAINT fk_intent_dependency_depends_on_id_intent FOREIGN KEY(depends_on_id) REFERENCES intent (id)
);

CREATE INDEX ix_intent_dependency_on ON intent_dependency (company_id, depends_on_id);

CREATE TABLE task (
    id SERIAL NOT NULL,
    company_id INTEGER NOT NULL,
    key VARCHAR(200) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    customer_id VARCHAR(40),
    currency VARCHAR(3) CONSTRAINT ck_task_currency_code CHECK (length(currency) = 3),
    title TEXT NOT NULL,
    text TEXT,
    payload JSONB NOT NULL,
    intent_id INTEGER,
    due_on DATE,
    state VARCHAR(40) NOT NULL CONSTRAINT ck_task_state_known CHECK (state IN ('open', 'done', 'closed')),
    outcome TEXT,
    done_by TEXT,
    done_at TIMESTAMP WITH TIME ZONE,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_task PRIMARY KEY (id),
    CONSTRAINT uq_task_key UNIQUE (company_id, key),
    CONSTRAINT fk_task_company_id_company FOREIGN KEY(company_id) REFERENCES company (id),
    CONSTRAINT fk_task_intent_id_intent FOREIGN KEY(intent_id) REFERENCES intent (id)
);

CREATE INDEX ix_task_state ON task (company_id, state, due_on);
