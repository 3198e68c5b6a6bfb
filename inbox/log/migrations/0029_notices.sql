-- What a colleague should know of, and proposals that wait for somebody to look at them. Ids and times only: words stay in
-- the log, sealed. Both are made from the log by the follower `tell`.
CREATE TABLE vigie.notices (
  brand_id bigint NOT NULL,
  member_id bigint NOT NULL,
  position bigint NOT NULL,
  kind text NOT NULL,
  item_id uuid,
  by_member bigint,
  at timestamptz NOT NULL,
  read_at timestamptz,
  PRIMARY KEY (brand_id, member_id, position, kind)
);
CREATE INDEX notices_unread ON vigie.notices (brand_id, member_id, position DESC) WHERE read_at IS NULL;

CREATE TABLE vigie.proposals (
  brand_id bigint NOT NULL,
  item_id uuid NOT NULL,
  proposal_id uuid NOT NULL,
  by_member bigint NOT NULL,
  asked bigint[] NOT NULL,
  step integer NOT NULL DEFAULT 0,
  at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, item_id)
);

-- From here on: nobody is told today of what happened last year.
INSERT INTO vigie.checkpoints (brand_id, follower, position)
SELECT brand_id, 'tell', last_position FROM vigie.heads ON CONFLICT DO NOTHING;
