-- name: queue
-- A reply enters the outbox. Read again after a rewind, it is already there, in whatever state it reached.
INSERT INTO vigie.outbox (brand_id, reply_id, item_id, state, due_at, position)
SELECT $1, u.reply_id, u.item_id, 'queued', u.due_at, u.position
FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::bigint[]) AS u (reply_id, item_id, due_at, position)
ON CONFLICT DO NOTHING

-- name: due
-- What is to be sent now, of all brands: a partial index that holds nothing but what waits.
SELECT brand_id, reply_id, item_id FROM vigie.outbox
WHERE state = 'queued' AND due_at <= $1 ORDER BY due_at LIMIT $2

-- name: lost
-- What somebody was sending and has not finished in time: that process is gone.
SELECT brand_id, reply_id, item_id, attempts FROM vigie.outbox
WHERE state = 'sending' AND due_at <= $1 ORDER BY due_at LIMIT $2

-- name: claim
-- Of all processes that try, one changes the row and may call the network. `due_at` is now when it must have finished.
UPDATE vigie.outbox SET state = 'sending', attempts = attempts + 1, due_at = $4
WHERE brand_id = $1 AND reply_id = $2 AND state = 'queued' AND due_at <= $3 RETURNING attempts

-- name: finish
-- Only the attempt that holds the row may end it.
UPDATE vigie.outbox SET state = $4, due_at = $5
WHERE brand_id = $1 AND reply_id = $2 AND state = 'sending' AND attempts = $3

-- name: postpone
-- A row that we cannot handle must not be looked at every second; it stays visible as queued.
UPDATE vigie.outbox SET due_at = $3 WHERE brand_id = $1 AND reply_id = $2 AND state = 'queued'
