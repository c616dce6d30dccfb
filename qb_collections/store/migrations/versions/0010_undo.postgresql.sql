ALTER TABLE intent DROP CONSTRAINT ck_intent_kind_known;

ALTER TABLE intent ADD CONSTRAINT ck_intent_kind_known CHECK (kind IN ('send_invoice', 'email', 'task', 'note', 'note_attachment', 'plan_memo', 'plan_apply', 'plan_installment', 'plan_reverse', 'clearing_account', 'clearing_item', 'undo'));
