-- name: queue
-- A reply or a gesture enters the outbox. Read again after a rewind, it is already there, in whatever state it reached.
INSERT INTO vigie.outbox (brand_id, reply_id, item_id, state, due_at, position, what, channel_id)
SELECT $1, u.reply_id, u.item_id, 'queued', u.due_at, u.position, u.what, u.channel_id
FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[])
  AS u (reply_id, item_id, due_at, position, what, channel_id)
ON CONFLICT DO NOTHING

-- name: firsts
-- The first message of each item, which names its channel: one step down the stream's index each.
SELECT stream_id, (
  SELECT e.body FROM vigie.events e
  WHERE e.brand_id = $1 AND e.stream_id = asked.stream_id AND e.type = 'MessageReceived' ORDER BY e.position LIMIT 1) AS body
FROM unnest($2::text[]) AS asked (stream_id)

-- name: due
-- What is to be sent now, of all brands: a partial index that holds nothing but what waits. An account that its network
-- told to wait keeps all of its own.
SELECT o.brand_id, o.reply_id, o.item_id, o.what FROM vigie.outbox o
LEFT JOIN vigie.account_waits w ON w.brand_id = o.brand_id AND w.channel_id = o.channel_id AND w.until > $1
WHERE o.state = 'queued' AND o.due_at <= $1 AND w.brand_id IS NULL
  AND NOT EXISTS (SELECT FROM vigie.outbound_stops s WHERE s.brand_id = o.brand_id)  -- see inbox/stops.py
ORDER BY o.due_at LIMIT $2

-- name: lost
-- What somebody was sending and has not finished in time: that process is gone.
SELECT brand_id, reply_id, item_id, what, attempts FROM vigie.outbox
WHERE state = 'sending' AND due_at <= $1 ORDER BY due_at LIMIT $2

-- name: claim
-- Of all processes that try, one changes the row and may call the network. `due_at` is now when it must have finished.
UPDATE vigie.outbox o SET state = 'sending', attempts = attempts + 1, due_at = $4
WHERE brand_id = $1 AND reply_id = $2 AND state = 'queued' AND due_at <= $3 AND NOT EXISTS (
  SELECT FROM vigie.account_waits w WHERE w.brand_id = $1 AND w.channel_id = o.channel_id AND w.until > $3)
  AND NOT EXISTS (SELECT FROM vigie.outbound_stops s WHERE s.brand_id = $1)
RETURNING attempts

-- name: finish
-- Only the attempt that holds the row may end it.
UPDATE vigie.outbox SET state = $4, due_at = $5
WHERE brand_id = $1 AND reply_id = $2 AND state = 'sending' AND attempts = $3

-- name: postpone
-- A row that we cannot handle must not be looked at every second; it stays visible as queued.
UPDATE vigie.outbox SET due_at = $3 WHERE brand_id = $1 AND reply_id = $2 AND state = 'queued'

-- name: hold
-- The network's word on its account; of two, the later time counts.
INSERT INTO vigie.account_waits (brand_id, channel_id, until) VALUES ($1, $2, $3)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET until = greatest(vigie.account_waits.until, excluded.until)

-- name: waiting
-- For the metrics: what waits for an account whose network told it to, by network.
SELECT c.network, count(*) AS replies
FROM vigie.account_waits w
JOIN vigie.channels c ON c.brand_id = w.brand_id AND c.channel_id = w.channel_id
JOIN vigie.outbox o ON o.brand_id = w.brand_id AND o.channel_id = w.channel_id AND o.state = 'queued'
WHERE w.until > $1 GROUP BY c.network
