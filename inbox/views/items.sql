-- name: policy_at
-- The newest policy up to a position (NULL: up to now): one step down the stream's index.
SELECT v, body FROM vigie.events
WHERE brand_id = $1 AND stream_id = 'policy' AND type = 'PolicyChanged' AND ($2::bigint IS NULL OR position <= $2)
ORDER BY position DESC LIMIT 1

-- name: states
-- The items that a batch of events concerns, in one go.
SELECT item_id, subject_id, state FROM vigie.items WHERE brand_id = $1 AND item_id = ANY($2::uuid[])

-- name: ticking
-- A page of the items with something for the clock worker to say: a new policy moves when.
SELECT item_id, subject_id, state FROM vigie.items
WHERE brand_id = $1 AND next_alarm_at IS NOT NULL AND item_id > $2 ORDER BY item_id LIMIT $3

-- name: write_items
-- All items of a batch. An item's row is a function of its state and the policy, so the last write is the truth.
INSERT INTO vigie.items (
  brand_id, item_id, position, subject_id, channel_id, network, status, priority, rank_due_at, lang, assignee,
  ack_due_at, response_due_at, warn_at, next_alarm_at, missed, scored, to_score, uncertain, words, card, state, heard_at,
  suspected, wave)
SELECT $1, item_id, position, subject_id, channel_id, network, status, priority, rank_due_at, lang, assignee,
  ack_due_at, response_due_at, warn_at, next_alarm_at, missed, scored, to_score, uncertain,
  array_to_tsvector(string_to_array(words, ' ')), card, state, heard_at, suspected, wave
FROM unnest(
  $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::timestamptz[],
  $10::text[], $11::bigint[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[],
  $16::boolean[], $17::boolean[], $18::boolean[], $19::boolean[], $20::text[], $21::bytea[], $22::bytea[],
  $23::timestamptz[], $24::boolean[], $25::uuid[])
  AS new (
    item_id, position, subject_id, channel_id, network, status, priority, rank_due_at, lang, assignee, ack_due_at,
    response_due_at, warn_at, next_alarm_at, missed, scored, to_score, uncertain, words, card, state, heard_at,
    suspected, wave)
ON CONFLICT (brand_id, item_id) DO UPDATE SET
  position = excluded.position, subject_id = excluded.subject_id, channel_id = excluded.channel_id,
  network = excluded.network, status = excluded.status, priority = excluded.priority,
  rank_due_at = excluded.rank_due_at, lang = excluded.lang, assignee = excluded.assignee,
  ack_due_at = excluded.ack_due_at, response_due_at = excluded.response_due_at, warn_at = excluded.warn_at,
  next_alarm_at = excluded.next_alarm_at, missed = excluded.missed, scored = excluded.scored,
  to_score = excluded.to_score, uncertain = excluded.uncertain, words = excluded.words, card = excluded.card,
  state = excluded.state, heard_at = excluded.heard_at, suspected = excluded.suspected,
  wave = excluded.wave

-- name: write_turns
-- Only turns that changed.
INSERT INTO vigie.turns (
  brand_id, item_id, turn, channel_id, network, priority, started_at, ack_due_at, response_due_at, acknowledged_at,
  acknowledged_by, responded_at, responded_by, ended_at, ended_as, promise_until, promise_kept_at, promise_broken,
  reopened_at)
SELECT $1, * FROM unnest(
  $2::uuid[], $3::int[], $4::text[], $5::text[], $6::smallint[], $7::timestamptz[], $8::timestamptz[],
  $9::timestamptz[], $10::timestamptz[], $11::bigint[], $12::timestamptz[], $13::bigint[], $14::timestamptz[],
  $15::text[], $16::timestamptz[], $17::timestamptz[], $18::boolean[], $19::timestamptz[])
ON CONFLICT (brand_id, item_id, turn) DO UPDATE SET
  channel_id = excluded.channel_id, network = excluded.network, priority = excluded.priority,
  started_at = excluded.started_at, ack_due_at = excluded.ack_due_at, response_due_at = excluded.response_due_at,
  acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by,
  responded_at = excluded.responded_at, responded_by = excluded.responded_by, ended_at = excluded.ended_at,
  ended_as = excluded.ended_as, promise_until = excluded.promise_until, promise_kept_at = excluded.promise_kept_at,
  promise_broken = excluded.promise_broken, reopened_at = excluded.reopened_at

-- name: write_messages
-- Only messages that changed: a new judgement, a withdrawal, a thread that was forgotten.
INSERT INTO vigie.messages (
  brand_id, item_id, external_id, channel_id, network, thread, sent_at, received_at, sentiment, withdrawn, level,
  urgency, lang, assessed)
SELECT $1, * FROM unnest(
  $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::timestamptz[], $8::timestamptz[], $9::text[],
  $10::boolean[], $11::smallint[], $12::float[], $13::text[], $14::boolean[])
ON CONFLICT (brand_id, item_id, external_id) DO UPDATE SET
  thread = excluded.thread, sentiment = excluded.sentiment, withdrawn = excluded.withdrawn, level = excluded.level,
  urgency = excluded.urgency, lang = excluded.lang, assessed = excluded.assessed

-- name: write_corrections
-- What people said of the classifier's readings: facts, never changed.
INSERT INTO vigie.corrections (
  brand_id, position, item_id, at, what, given_back, rules, priority, level, said, had)
SELECT $1, position, item_id, at, what, given_back, rules, priority, level, string_to_array(said, ','),
  string_to_array(had, ',')
FROM unnest(
  $2::bigint[], $3::uuid[], $4::timestamptz[], $5::text[], $6::boolean[], $7::smallint[], $8::smallint[],
  $9::smallint[], $10::text[], $11::text[])
  AS new (position, item_id, at, what, given_back, rules, priority, level, said, had)
ON CONFLICT DO NOTHING

-- name: set_checkpoint
-- Where the views are true.
INSERT INTO vigie.checkpoints (brand_id, follower, position) VALUES ($1, 'project', $2)
ON CONFLICT (brand_id, follower) DO UPDATE SET position = $2
