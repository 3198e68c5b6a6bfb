-- Views: what can be thrown away and rebuilt from the log. Written by the projector only.
CREATE TABLE vigie.items (
  brand_id bigint NOT NULL,
  item_id uuid NOT NULL,
  position bigint NOT NULL,                 -- of the last event that changed it
  subject_id uuid,
  channel_id text NOT NULL,
  network text NOT NULL,
  -- 'unheard': an edit, a deletion or an echo came before any message; folded on, shown nowhere
  status text NOT NULL CHECK (status IN ('open', 'acknowledged', 'answered', 'resolved', 'withdrawn', 'unheard')),
  priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
  rank_due_at timestamptz NOT NULL,         -- what is due first; 'infinity' when nothing is
  lang text,
  assignee bigint,
  ack_due_at timestamptz,                   -- of a clock that runs, else NULL
  response_due_at timestamptz,
  warn_at timestamptz,                      -- when the first running clock turns amber
  next_alarm_at timestamptz,                -- when the clock worker has something to say
  missed boolean NOT NULL,                  -- a clock of the latest turn is known to be missed
  scored boolean NOT NULL,
  to_score boolean NOT NULL,                -- it holds words that nobody judged
  uncertain boolean NOT NULL,               -- a reply of ours may or may not have been posted
  words tsvector NOT NULL,                  -- folded words, each behind its brand: 'brand:word'
  card bytea NOT NULL,                      -- the row of the queue (inbox.views.row.Row), as JSON
  state bytea NOT NULL,                     -- the folded item (inbox.state.Item), as JSON; bytea since jsonb refuses NUL
  PRIMARY KEY (brand_id, item_id)
);
CREATE INDEX items_rank ON vigie.items (brand_id, priority, rank_due_at, item_id) WHERE status IN ('open', 'acknowledged');
CREATE INDEX items_all_rank ON vigie.items (brand_id, priority, rank_due_at, item_id);
CREATE INDEX items_position ON vigie.items (brand_id, position);
CREATE INDEX items_status ON vigie.items (brand_id, status, position);
CREATE INDEX items_alarm ON vigie.items (brand_id, next_alarm_at) WHERE next_alarm_at IS NOT NULL;
CREATE INDEX items_to_score ON vigie.items (brand_id, priority, item_id) WHERE to_score;
CREATE INDEX items_uncertain ON vigie.items (brand_id, priority, rank_due_at, item_id) WHERE uncertain;
CREATE INDEX items_words ON vigie.items USING gin (words);

-- What a queue is narrowed to; NULL does not narrow.
CREATE TYPE vigie.item_filter AS (
  statuses text[], priorities smallint[], channels text[], networks text[], langs text[],
  assignee bigint, nobody boolean, breached boolean, due_before timestamptz, unscored boolean, uncertain boolean,
  now timestamptz
);
CREATE FUNCTION vigie.fits(i vigie.items, f vigie.item_filter) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT i.status <> 'unheard'
    AND (f.statuses IS NULL OR i.status = ANY (f.statuses))
    AND (f.priorities IS NULL OR i.priority = ANY (f.priorities))
    AND (f.channels IS NULL OR i.channel_id = ANY (f.channels))
    AND (f.networks IS NULL OR i.network = ANY (f.networks))
    AND (f.langs IS NULL OR i.lang = ANY (f.langs))
    AND (f.assignee IS NULL OR i.assignee = f.assignee)
    AND (f.nobody IS NULL OR (i.assignee IS NULL) = f.nobody)
    AND (f.breached IS NULL
      OR f.breached = (i.missed OR coalesce(i.ack_due_at < f.now, false) OR coalesce(i.response_due_at < f.now, false)))
    AND (f.due_before IS NULL OR i.rank_due_at < f.due_before)
    AND (f.unscored IS NULL OR i.scored <> f.unscored)
    AND (f.uncertain IS NULL OR i.uncertain = f.uncertain)
$$;

CREATE TABLE vigie.turns (                  -- one row a turn: what the SLA figures are made of
  brand_id bigint NOT NULL,
  item_id uuid NOT NULL,
  turn integer NOT NULL,
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
  promise_until timestamptz,
  promise_kept_at timestamptz,
  promise_broken boolean NOT NULL,
  PRIMARY KEY (brand_id, item_id, turn)
);
CREATE INDEX turns_started ON vigie.turns (brand_id, started_at);

-- What the figures say of one clock of one turn: the rule of inbox.sla.outcome, which a test holds this to.
CREATE FUNCTION vigie.outcome(
  due timestamptz, stopped timestamptz, ended timestamptz, ended_as text, now timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN ended_as = 'withdrawn' THEN 'void'
    WHEN stopped IS NOT NULL THEN CASE WHEN stopped <= due THEN 'met' ELSE 'missed' END
    WHEN ended IS NOT NULL THEN CASE WHEN ended > due THEN 'missed' ELSE 'void' END
    WHEN now > due THEN 'missed'
    ELSE 'running'
  END
$$;

CREATE TABLE vigie.messages (               -- one row a message received: volume and mood over time, threads' spread
  brand_id bigint NOT NULL,
  item_id uuid NOT NULL,
  external_id text NOT NULL,
  channel_id text NOT NULL,
  network text NOT NULL,
  thread uuid NOT NULL,                     -- keyed digest of channel and thread; the item's id once that is forgotten
  sent_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  sentiment text,
  withdrawn boolean NOT NULL,
  PRIMARY KEY (brand_id, item_id, external_id)
);
CREATE INDEX messages_received ON vigie.messages (brand_id, received_at);
CREATE INDEX messages_thread ON vigie.messages (brand_id, thread, received_at) INCLUDE (item_id);

-- Two rare events that the classifier's worker looks for: words that were edited, authors who were forgotten.
CREATE INDEX events_edited ON vigie.events (brand_id, stream_id) WHERE type = 'MessageEdited';
CREATE INDEX events_forgotten ON vigie.events (brand_id, position) WHERE type = 'AuthorForgotten';

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
CREATE INDEX outbox_due ON vigie.outbox (due_at) WHERE state <> 'done';  -- small: what is on its way
