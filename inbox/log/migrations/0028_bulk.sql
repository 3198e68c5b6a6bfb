-- What is done to many items at once: the order, each item it is for, and who was written to by one.
CREATE TABLE vigie.bulk_jobs (
  brand_id bigint NOT NULL,
  job_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('draft', 'running', 'stopped', 'done')),
  orders bytea NOT NULL,                    -- inbox.bulk.orders.Orders, as JSON: words of the brand, no person's
  made_by bigint NOT NULL,
  made_at timestamptz NOT NULL,
  begun_at timestamptz,
  ended_at timestamptz,
  why text,                                 -- it was stopped
  writes boolean NOT NULL,                  -- people are written to
  follows uuid,                             -- the job whose people it writes to again, or that it takes back
  PRIMARY KEY (brand_id, job_id),
  CHECK ((state = 'draft') = (begun_at IS NULL))
);
CREATE INDEX bulk_jobs_made ON vigie.bulk_jobs (brand_id, made_at);
CREATE INDEX bulk_jobs_running ON vigie.bulk_jobs (brand_id, job_id) WHERE state = 'running';
CREATE INDEX bulk_jobs_writing ON vigie.bulk_jobs (begun_at) WHERE writes;

CREATE TABLE vigie.bulk_items (
  brand_id bigint NOT NULL,
  job_id uuid NOT NULL,
  item_id uuid NOT NULL,
  place integer NOT NULL,                   -- in the order in which they are done
  seen bigint NOT NULL,                     -- the item's position when the person saw it
  channel_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'excluded', 'done', 'nothing', 'refused')),
  code text,                                -- why it is excluded or was refused
  before bigint,                            -- whose it was, for taking an assignment back
  receipt text CHECK (receipt IN ('sent', 'failed', 'uncertain', 'not_sent')),  -- of the reply; NULL: on its way
  reason text,                              -- why it failed
  PRIMARY KEY (brand_id, job_id, item_id)
);
CREATE INDEX bulk_items_place ON vigie.bulk_items (brand_id, job_id, state, place);

CREATE TABLE vigie.bulk_reached (           -- nobody is written to twice: one claim a person and purpose
  brand_id bigint NOT NULL,
  subject_id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('holding', 'response')),
  job_id uuid NOT NULL,
  item_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, subject_id, purpose)
);
