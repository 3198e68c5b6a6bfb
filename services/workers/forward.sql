-- name: ready
-- Subscriptions with something to do now: the log has gone on, or a retry is due. A few rows a brand.
SELECT s.brand_id, s.subscription_id FROM vigie.subscriptions s JOIN vigie.heads h ON h.brand_id = s.brand_id
LEFT JOIN LATERAL (
  SELECT f.brand_id FROM vigie.forwards f WHERE f.brand_id = s.brand_id AND f.subscription_id = s.subscription_id
    AND f.state = 'waiting' AND f.due_at <= $1 LIMIT 1) due ON due.brand_id = s.brand_id
WHERE s.paused_at IS NULL AND (s.rest_until IS NULL OR s.rest_until <= $1)
  AND NOT EXISTS (SELECT FROM vigie.outbound_stops o WHERE o.brand_id = s.brand_id)
  AND (s.position < h.last_position OR due.brand_id IS NOT NULL)

-- name: stand
-- Where a subscription stands, and stands still until our transaction ends; nothing for one that is paused or rests.
SELECT position, types FROM vigie.subscriptions
WHERE brand_id = $1 AND subscription_id = $2 AND paused_at IS NULL AND (rest_until IS NULL OR rest_until <= $3)
FOR NO KEY UPDATE

-- name: fill
-- The next stretch of the log: what is wanted of it enters the outbox. The answer: where the stretch ends.
WITH page AS MATERIALIZED (
  SELECT position, stream_id, type, recorded_at FROM vigie.events
  WHERE brand_id = $1 AND position > $3 ORDER BY position LIMIT $6),
put AS (
  INSERT INTO vigie.forwards (brand_id, subscription_id, position, stream_id, recorded_at, due_at)
  SELECT $1, $2, position, stream_id, recorded_at, $5 FROM page WHERE $4::text[] = '{}' OR type = ANY ($4::text[])
  ON CONFLICT (brand_id, subscription_id, position) DO NOTHING)
SELECT max(position) FROM page

-- name: advance
-- The checkpoint, in the transaction of what it stands for.
UPDATE vigie.subscriptions SET position = $3 WHERE brand_id = $1 AND subscription_id = $2

-- name: due
-- What may be sent now, in the log's order: nothing while the subscription rests, and of one stream never an event
-- while an earlier one waits. What is under way in this process ($4) is left out.
SELECT f.position, s.failures FROM vigie.forwards f JOIN vigie.subscriptions s USING (brand_id, subscription_id)
WHERE f.brand_id = $1 AND f.subscription_id = $2 AND f.state = 'waiting' AND f.due_at <= $3
  AND f.position <> ALL ($4::bigint[])
  AND NOT EXISTS (SELECT FROM vigie.outbound_stops o WHERE o.brand_id = $1)
  AND s.paused_at IS NULL AND (s.rest_until IS NULL OR s.rest_until <= $3)
  AND NOT EXISTS (
    SELECT 1 FROM vigie.forwards e WHERE e.brand_id = $1 AND e.subscription_id = $2 AND e.state = 'waiting'
      AND e.stream_id = f.stream_id AND e.position < f.position)
ORDER BY f.position LIMIT $5

-- name: subscription
-- As it is now: its address, its secrets, and whether people's words may go there. It cannot be removed meanwhile.
SELECT * FROM vigie.subscriptions WHERE brand_id = $1 AND subscription_id = $2 AND paused_at IS NULL FOR KEY SHARE

-- name: claim
-- Of all processes that try, one changes the row and sends. `due_at` is now when the attempt is taken for lost.
UPDATE vigie.forwards SET attempts = attempts + 1, first_at = coalesce(first_at, $4), due_at = $5
WHERE brand_id = $1 AND subscription_id = $2 AND position = $3 AND state = 'waiting' AND due_at <= $4
  AND NOT EXISTS (SELECT FROM vigie.outbound_stops o WHERE o.brand_id = $1)
RETURNING attempts, first_at

-- name: begun
-- An attempt is visible from its start; until it ends it is one that nobody knows the end of. Attempts are counted within
-- their subscription; nothing comes back where another attempt took the number just now.
INSERT INTO vigie.forward_attempts (brand_id, subscription_id, attempt_id, position, type, number, at, error)
SELECT e.brand_id, $2, coalesce((
    SELECT max(a.attempt_id) FROM vigie.forward_attempts a WHERE a.brand_id = $1 AND a.subscription_id = $2), 0) + 1,
  e.position, e.type, $4, $5, 'interrupted'
FROM vigie.events e WHERE e.brand_id = $1 AND e.position = $3
ON CONFLICT (brand_id, subscription_id, attempt_id) DO NOTHING RETURNING attempt_id

-- name: ended
-- What came of it.
UPDATE vigie.forward_attempts SET duration_ms = $4, status = $5, error = $6
WHERE brand_id = $1 AND subscription_id = $2 AND attempt_id = $3

-- name: prune
-- Only the latest are kept.
DELETE FROM vigie.forward_attempts WHERE brand_id = $1 AND subscription_id = $2 AND attempt_id <= (
  SELECT attempt_id FROM vigie.forward_attempts WHERE brand_id = $1 AND subscription_id = $2
  ORDER BY attempt_id DESC OFFSET $3 LIMIT 1)

-- name: failing
-- Failures in a row are counted, and since when; how long to rest after so many is the caller's to say.
UPDATE vigie.subscriptions SET failures = failures + 1, failing_since = coalesce(failing_since, $3)
WHERE brand_id = $1 AND subscription_id = $2 RETURNING failures, failing_since

-- name: rest
-- Nothing is sent before; a rest that is longer already stays.
UPDATE vigie.subscriptions SET rest_until = greatest(rest_until, $3) WHERE brand_id = $1 AND subscription_id = $2

-- name: well
-- A success ends every rest; written only where there was one.
UPDATE vigie.subscriptions SET failures = 0, failing_since = NULL, rest_until = NULL
WHERE brand_id = $1 AND subscription_id = $2 AND failures > 0

-- name: done
-- Taken: it leaves the outbox. Only the attempt that holds it may say so.
DELETE FROM vigie.forwards WHERE brand_id = $1 AND subscription_id = $2 AND position = $3 AND attempts = $4

-- name: later
-- Not taken: when to try again, or that nobody does any more.
UPDATE vigie.forwards SET due_at = $5, state = $6
WHERE brand_id = $1 AND subscription_id = $2 AND position = $3 AND attempts = $4

-- name: measure
-- Over all brands, for the metrics: what waits (read of the log or not yet), since when, and how many are paused.
SELECT coalesce(sum(f.waiting + h.last_position - s.position) FILTER (WHERE s.paused_at IS NULL), 0)::bigint AS waiting,
  min(f.oldest) FILTER (WHERE s.paused_at IS NULL) AS oldest, count(*) FILTER (WHERE s.paused_at IS NOT NULL) AS paused
FROM vigie.subscriptions s JOIN vigie.heads h ON h.brand_id = s.brand_id
CROSS JOIN LATERAL (
  SELECT count(*) AS waiting, min(recorded_at) AS oldest FROM vigie.forwards f
  WHERE f.brand_id = s.brand_id AND f.subscription_id = s.subscription_id AND f.state = 'waiting') f
