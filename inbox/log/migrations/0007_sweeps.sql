-- Asking the networks: where each look begins, what deliveries only hinted at, and the headers that say what a body is.
CREATE TABLE vigie.sweeps (
  brand_id bigint NOT NULL,
  channel_id text NOT NULL,
  cursor text,                              -- where the next look begins, in the network's words; NULL: never looked
  due_at timestamptz NOT NULL,
  swept_at timestamptz,                     -- the last look that brought something, be it nothing new
  failures integer NOT NULL DEFAULT 0,      -- in a row
  last_failure text,                        -- a word of our vocabulary; NULL since the last look that succeeded
  found bigint NOT NULL DEFAULT 0,          -- messages that a webhook had failed to bring
  gaps integer NOT NULL DEFAULT 0,          -- times that the network no longer had all that came since the cursor
  last_gap_at timestamptz,
  PRIMARY KEY (brand_id, channel_id)
);
CREATE INDEX sweeps_due ON vigie.sweeps (due_at);

CREATE TABLE vigie.hints (                  -- what a delivery named and did not hold, until it has been fetched
  brand_id bigint NOT NULL,
  channel_id text NOT NULL,
  what text NOT NULL,
  ref text NOT NULL,
  thread_id text,
  hinted bigint NOT NULL DEFAULT 1,         -- how often: one that is hinted at again while it is fetched is fetched again
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, channel_id, what, ref)
);
CREATE INDEX hints_due ON vigie.hints (due_at);

ALTER TABLE vigie.deliveries ADD COLUMN headers bytea;  -- sealed as the body is; NULL where the bytes say all
