-- name: ask
-- One active run a brand: the partial unique index refuses a second one.
INSERT INTO vigie.reclassifications (brand_id, run_id, model, since, asked_at, asked_by, state, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, 'asked', $5) ON CONFLICT DO NOTHING RETURNING run_id

-- name: of_brand
-- The latest runs of a brand, for its page.
SELECT * FROM vigie.reclassifications WHERE brand_id = $1 ORDER BY asked_at DESC LIMIT $2

-- name: one
-- One run.
SELECT * FROM vigie.reclassifications WHERE brand_id = $1 AND run_id = $2

-- name: active
-- What the worker has to do, of all brands: an index that holds nothing else.
SELECT * FROM vigie.reclassifications WHERE state IN ('asked', 'trying', 'applying') ORDER BY brand_id

-- name: begin
-- The model was loaded and the stretch of the log is known.
UPDATE vigie.reclassifications SET state = 'trying', model_id = $3, sha256 = $4, first_position = $5, position = $5,
  head = $6, report = $7, changed_at = $8
WHERE brand_id = $1 AND run_id = $2 AND state = 'asked'

-- name: advance
-- Goes on from exactly where it stood: of two workers that try, one changes nothing and knows it.
UPDATE vigie.reclassifications SET position = $5, report = $6, changed_at = $7
WHERE brand_id = $1 AND run_id = $2 AND state = $3 AND position = $4

-- name: finish
-- The end of the stretch is reached.
UPDATE vigie.reclassifications SET state = $4, position = head, changed_at = $5
WHERE brand_id = $1 AND run_id = $2 AND state = $3

-- name: fail
-- It cannot go on; the reason is for the screen.
UPDATE vigie.reclassifications SET state = 'failed', reason = $3, changed_at = $4
WHERE brand_id = $1 AND run_id = $2 AND state IN ('asked', 'trying', 'applying')

-- name: stop
-- Somebody has seen enough. A batch that is under way may still be done: whoever does it finds the state changed.
UPDATE vigie.reclassifications SET state = 'stopped', changed_at = $3
WHERE brand_id = $1 AND run_id = $2 AND state IN ('asked', 'trying', 'applying') RETURNING run_id

-- name: apply
-- What was tried is put in force: the same walk again, this time appending. Only what was tried to the end.
UPDATE vigie.reclassifications SET state = 'applying', position = first_position, changed_at = $3
WHERE brand_id = $1 AND run_id = $2 AND state = 'tried' RETURNING model, sha256

-- name: in_force
-- The newest switch: one step down the stream's index.
SELECT v, body FROM vigie.events
WHERE brand_id = $1 AND stream_id = 'classifier' AND type = 'ModelSwitched' ORDER BY position DESC LIMIT 1

-- name: received
-- A page of the messages that were received, by position: what is walked over.
SELECT position, stream_id, body FROM vigie.events
WHERE brand_id = $1 AND position > $2 AND position <= $3 AND type = 'MessageReceived' ORDER BY position LIMIT $4

-- name: received_after
-- The first message at or after a position, to find by halving where a time lies in the log.
SELECT position, body FROM vigie.events
WHERE brand_id = $1 AND position >= $2 AND type = 'MessageReceived' ORDER BY position LIMIT 1
