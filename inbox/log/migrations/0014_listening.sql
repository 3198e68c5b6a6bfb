-- Listening to networks, what of a channel runs out, and how much each of its hours brings.
CREATE TABLE vigie.listening (
  brand_id bigint NOT NULL,
  channel_id text NOT NULL,
  cursor text,                              -- where to go on after a break, in the network's words
  due_at timestamptz NOT NULL,              -- of the next attempt, as long as nothing is open
  open_since timestamptz,                   -- NULL: nothing is open, as far as anybody said
  heard_at timestamptz,                     -- the last sign of life, written now and then
  failures integer NOT NULL DEFAULT 0,      -- in a row
  last_failure text,                        -- a word of our vocabulary; NULL since a connection that held
  gaps integer NOT NULL DEFAULT 0,          -- times that the network no longer had all since the cursor
  last_gap_at timestamptz,
  PRIMARY KEY (brand_id, channel_id)
);

-- When somebody last heard that there is something to be looked for: a look that began before is not the last.
ALTER TABLE vigie.sweeps ADD COLUMN nudged_at timestamptz;

CREATE TABLE vigie.terms (                  -- what of a channel runs out: access, subscriptions
  brand_id bigint NOT NULL,
  channel_id text NOT NULL,
  what text NOT NULL CHECK (what IN ('access', 'subscription')),
  ref text NOT NULL,                        -- which, where a channel has several; '' where not
  ends_at timestamptz,                      -- NULL: it does not end, or the network does not say when
  asked_at timestamptz,                     -- it was asked for then, and the network has not confirmed it yet
  renews boolean NOT NULL,                  -- by ourselves; else somebody must
  PRIMARY KEY (brand_id, channel_id, what, ref)
);

CREATE TABLE vigie.tending (                -- when somebody looks after them next
  brand_id bigint NOT NULL,
  channel_id text NOT NULL,
  due_at timestamptz NOT NULL,
  tended_at timestamptz,
  failures integer NOT NULL DEFAULT 0,
  last_failure text,
  PRIMARY KEY (brand_id, channel_id)
);
CREATE INDEX tending_due ON vigie.tending (due_at);

CREATE TABLE vigie.channel_hours (          -- what deliveries and looks brought, an hour; hours of nothing have no row
  brand_id bigint NOT NULL,
  channel_id text NOT NULL,
  hour timestamptz NOT NULL,
  messages integer NOT NULL,
  PRIMARY KEY (brand_id, channel_id, hour)
);
