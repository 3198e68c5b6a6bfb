-- Webhooks out: where a brand wants its events sent, what is still to be sent there, and what came of each attempt.
CREATE TABLE vigie.subscriptions (
  brand_id bigint NOT NULL,
  subscription_id text NOT NULL,
  address text NOT NULL,
  description text NOT NULL,
  types text[] NOT NULL,                    -- of the events wanted; empty: all
  personal boolean NOT NULL,                -- with names and words; else those fields are sent empty
  secrets bytea NOT NULL,                   -- sealed: what signs, and after a rotation the one before it
  created_by bigint NOT NULL,
  created_at timestamptz NOT NULL,
  position bigint NOT NULL,                 -- its checkpoint: what is wanted up to here has entered `forwards`
  failures integer NOT NULL DEFAULT 0,      -- in a row, over all events
  failing_since timestamptz,                -- the first of them
  rest_until timestamptz,                   -- nothing is sent before
  paused_at timestamptz,
  pause_reason text CHECK (pause_reason IN ('by_hand', 'gone', 'failing')),
  PRIMARY KEY (brand_id, subscription_id),
  CHECK ((paused_at IS NULL) = (pause_reason IS NULL)),
  CHECK ((failures = 0) = (failing_since IS NULL))
);

CREATE TABLE vigie.forwards (               -- an event that is to be sent: its place in the log, never its words
  brand_id bigint NOT NULL,
  subscription_id text NOT NULL,
  position bigint NOT NULL,
  stream_id text NOT NULL,                  -- of one item (or channel) a later event waits for the earlier
  recorded_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'given_up')),
  attempts integer NOT NULL DEFAULT 0,
  first_at timestamptz,                     -- of its first attempt
  due_at timestamptz NOT NULL,              -- while an attempt is under way: when it is taken for lost
  PRIMARY KEY (brand_id, subscription_id, position),
  FOREIGN KEY (brand_id, subscription_id) REFERENCES vigie.subscriptions ON DELETE CASCADE
);
CREATE INDEX forwards_waiting ON vigie.forwards (brand_id, subscription_id, stream_id, position)
  WHERE state = 'waiting';
CREATE INDEX forwards_due ON vigie.forwards (brand_id, subscription_id, due_at) WHERE state = 'waiting';

CREATE TABLE vigie.forward_attempts (       -- the latest of each subscription, for people
  brand_id bigint NOT NULL,
  subscription_id text NOT NULL,
  attempt_id bigint GENERATED ALWAYS AS IDENTITY,
  position bigint NOT NULL,
  type text NOT NULL,                       -- of the event
  number integer NOT NULL,                  -- 1 for the first attempt at it
  at timestamptz NOT NULL,
  duration_ms integer,                      -- NULL: under way, or lost with its process
  status smallint,                          -- of the answer; NULL: there was none
  error text,                               -- a word of our vocabulary; NULL once it was taken
  PRIMARY KEY (brand_id, subscription_id, attempt_id),
  FOREIGN KEY (brand_id, subscription_id) REFERENCES vigie.subscriptions ON DELETE CASCADE
);
