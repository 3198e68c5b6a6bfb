-- Replies out: which account a reply leaves by, and accounts that their network has told to wait.

-- NULL in rows that were queued before this; the deliverer fills it in as it looks at them.
ALTER TABLE vigie.outbox ADD COLUMN channel_id text;

CREATE TABLE vigie.account_waits (           -- the network's word: nothing of this account is tried before `until`
  brand_id bigint NOT NULL,
  channel_id text NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (brand_id, channel_id)
);

-- What the row carries: a reply, or a gesture (hide, like), whose id then stands in `reply_id`.
ALTER TABLE vigie.outbox ADD COLUMN what text NOT NULL DEFAULT 'reply' CHECK (what IN ('reply', 'gesture'));

CREATE INDEX outbox_waiting ON vigie.outbox (brand_id, channel_id) WHERE state = 'queued';
