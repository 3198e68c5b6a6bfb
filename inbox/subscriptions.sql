-- name: add
-- A new subscription begins at the head of the log; its secrets are sealed before they come here.
INSERT INTO vigie.subscriptions
  (brand_id, subscription_id, address, description, types, personal, secrets, created_by, created_at, position)
SELECT h.brand_id, $2, $3, $4, $5, $6, $7, $8, $9, h.last_position FROM vigie.heads h
WHERE h.brand_id = $1 AND (SELECT count(*) FROM vigie.subscriptions s WHERE s.brand_id = $1) < $10
RETURNING position

-- name: of_brand
-- For the settings page; `waiting` counts what has entered the outbox and what is still to be read of the log.
SELECT s.*, f.waiting + h.last_position - s.position AS waiting, f.given_up
FROM vigie.subscriptions s JOIN vigie.heads h ON h.brand_id = s.brand_id
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE f.state = 'waiting') AS waiting, count(*) FILTER (WHERE f.state = 'given_up') AS given_up
  FROM vigie.forwards f WHERE f.brand_id = s.brand_id AND f.subscription_id = s.subscription_id) f
WHERE s.brand_id = $1 AND ($2::text IS NULL OR s.subscription_id = $2) ORDER BY s.created_at, s.subscription_id

-- name: for_change
-- One of them, held until the change is made.
SELECT * FROM vigie.subscriptions WHERE brand_id = $1 AND subscription_id = $2 FOR NO KEY UPDATE

-- name: change
-- What people may change. A new address begins with a clean slate.
UPDATE vigie.subscriptions SET address = $3, description = $4, types = $5, personal = $6, secrets = $7,
  failures = CASE WHEN address = $3 THEN failures ELSE 0 END,
  failing_since = CASE WHEN address = $3 THEN failing_since END,
  rest_until = CASE WHEN address = $3 THEN rest_until END
WHERE brand_id = $1 AND subscription_id = $2

-- name: pause
-- Nothing more is sent, and nothing more read of the log, until somebody resumes.
UPDATE vigie.subscriptions SET paused_at = $3, pause_reason = $4
WHERE brand_id = $1 AND subscription_id = $2 AND paused_at IS NULL RETURNING 1

-- name: resume
-- Goes on from where it stopped, with all its patience again.
UPDATE vigie.subscriptions SET paused_at = NULL, pause_reason = NULL, failures = 0, failing_since = NULL,
  rest_until = NULL
WHERE brand_id = $1 AND subscription_id = $2 AND paused_at IS NOT NULL RETURNING 1

-- name: hurry
-- What waits is due at once, as if it had never been tried.
UPDATE vigie.forwards SET attempts = 0, first_at = NULL, due_at = $3
WHERE brand_id = $1 AND subscription_id = $2 AND state = 'waiting'

-- name: remove
-- With all that it was still to be sent, and what it was.
DELETE FROM vigie.subscriptions WHERE brand_id = $1 AND subscription_id = $2

-- name: again
-- One event once more, whatever became of it.
INSERT INTO vigie.forwards (brand_id, subscription_id, position, stream_id, recorded_at, due_at)
SELECT e.brand_id, $2, e.position, e.stream_id, e.recorded_at, $4 FROM vigie.events e
WHERE e.brand_id = $1 AND e.position = $3
ON CONFLICT (brand_id, subscription_id, position) DO UPDATE
SET state = 'waiting', attempts = 0, first_at = NULL, due_at = $4

-- name: rewind
-- Everything from a position on once more: the log is read again from there.
UPDATE vigie.subscriptions SET position = $3 WHERE brand_id = $1 AND subscription_id = $2

-- name: forget_after
-- What had been read of the log after it comes again, in order.
DELETE FROM vigie.forwards WHERE brand_id = $1 AND subscription_id = $2 AND position > $3

-- name: attempts
-- The latest, newest first.
SELECT attempt_id, position, type, number, at, duration_ms, status, error FROM vigie.forward_attempts
WHERE brand_id = $1 AND subscription_id = $2 ORDER BY attempt_id DESC LIMIT $3

-- name: given_up
-- What was tried for days in vain and can be sent again by hand.
SELECT f.position, e.type, f.attempts FROM vigie.forwards f
JOIN vigie.events e ON e.brand_id = f.brand_id AND e.position = f.position
WHERE f.brand_id = $1 AND f.subscription_id = $2 AND f.state = 'given_up' ORDER BY f.position LIMIT $3
