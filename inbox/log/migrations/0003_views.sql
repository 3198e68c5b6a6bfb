-- Views: what can be thrown away and rebuilt from the log. Written by the projector only.
CREATE TABLE vigie.items (
  brand_id bigint NOT NULL,
  item_id uuid NOT NULL,
  position bigint NOT NULL,                 -- of the last event that changed it
  subject_id uuid,
  channel_id text NOT NULL,
  network text NOT NULL,
  kind text NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'acknowledged', 'answered', 'resolved', 'withdrawn')),
  priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
  rank_due_at timestamptz NOT NULL,         -- what is due first; 'infinity' when nobody waits
  urgency real,
  sentiment text,
  lang text,
  assignee bigint,
  author_name text,                         -- folded, for search
  received_at timestamptz NOT NULL,         -- of the latest message
  ack_due_at timestamptz,                   -- of the open turn
  response_due_at timestamptz,
  acknowledged_at timestamptz,
  responded_at timestamptz,
  warn_at timestamptz,                      -- when the first running clock turns amber
  next_alarm_at timestamptz,                -- when the clock worker has something to say
  words tsvector NOT NULL DEFAULT '',
  state jsonb NOT NULL,                     -- the folded item (inbox.state.Item)
  PRIMARY KEY (brand_id, item_id)
);
CREATE INDEX items_rank ON vigie.items (brand_id, priority, rank_due_at, item_id) WHERE status IN ('open', 'acknowledged');
CREATE INDEX items_all_rank ON vigie.items (brand_id, priority, rank_due_at, item_id);
CREATE INDEX items_position ON vigie.items (brand_id, position);
CREATE INDEX items_alarm ON vigie.items (brand_id, next_alarm_at) WHERE next_alarm_at IS NOT NULL;
CREATE INDEX items_subject ON vigie.items (brand_id, subject_id);
CREATE INDEX items_words ON vigie.items USING gin (words);

CREATE TABLE vigie.turns (                  -- one row a turn: what the SLA figures are made of
  brand_id bigint NOT NULL,
  item_id uuid NOT NULL,
  turn smallint NOT NULL,
  channel_id text NOT NULL,
  network text NOT NULL,
  priority smallint NOT NULL,
  started_at timestamptz NOT NULL,
  ack_due_at timestamptz NOT NULL,
  response_due_at timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by bigint,
  responded_at timestamptz,
  responded_by bigint,
  ended_at timestamptz,
  ended_as text CHECK (ended_as IN ('responded', 'withdrawn', 'closed')),
  PRIMARY KEY (brand_id, item_id, turn)
);
CREATE INDEX turns_started ON vigie.turns (brand_id, started_at);

CREATE TABLE vigie.messages (               -- one row a message received: volume and mood over time, threads' spread
  brand_id bigint NOT NULL,
  item_id uuid NOT NULL,
  external_id text NOT NULL,
  channel_id text NOT NULL,
  network text NOT NULL,
  thread uuid NOT NULL,                     -- keyed digest of channel and thread
  sent_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  sentiment text,
  withdrawn boolean NOT NULL DEFAULT false,
  PRIMARY KEY (brand_id, item_id, external_id)
);
CREATE INDEX messages_received ON vigie.messages (brand_id, received_at);
CREATE INDEX messages_thread ON vigie.messages (brand_id, thread, received_at);

CREATE TABLE vigie.held (                   -- edits, deletions and echoes whose message is not known yet
  brand_id bigint NOT NULL,
  channel_id text NOT NULL,
  refers_to text NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (brand_id, channel_id, refers_to, position)
);

CREATE TABLE vigie.outbox (                 -- replies on their way; the deliverer's own state
  brand_id bigint NOT NULL,
  reply_id uuid NOT NULL,
  item_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'sending', 'done')),
  attempts smallint NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (brand_id, reply_id)
);
CREATE INDEX outbox_due ON vigie.outbox (brand_id, due_at) WHERE state = 'queued';
