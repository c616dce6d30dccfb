CREATE TABLE invitation (
    user_id INTEGER NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    invited_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_invitation PRIMARY KEY (user_id),
    CONSTRAINT fk_invitation_user_id_user FOREIGN KEY(user_id) REFERENCES "user" (id),
    CONSTRAINT uq_invitation_token_hash UNIQUE (token_hash)
);
