-- name: zone
-- Days are the brand's days.
SELECT zone FROM vigie.brands WHERE brand_id = $1

-- name: steps
-- How many clocks stopped within which time: step 0 lies below the first bound of $7, in seconds. Those whose author
-- withdrew have no time.
SELECT clock, width_bucket(seconds, $7::float[]) AS step, count(*) AS turns FROM (
  SELECT 'ack' AS clock, extract(epoch FROM acknowledged_at - started_at)::float AS seconds FROM vigie.turns
  WHERE brand_id = $1 AND started_at >= $2 AND started_at < $3 AND ($4::text IS NULL OR channel_id = $4)
    AND ($5::int IS NULL OR priority = $5) AND ($6::bigint IS NULL OR acknowledged_by = $6 OR responded_by = $6)
    AND acknowledged_at IS NOT NULL AND ended_as IS DISTINCT FROM 'withdrawn'
  UNION ALL
  SELECT 'response', extract(epoch FROM responded_at - started_at)::float FROM vigie.turns
  WHERE brand_id = $1 AND started_at >= $2 AND started_at < $3 AND ($4::text IS NULL OR channel_id = $4)
    AND ($5::int IS NULL OR priority = $5) AND ($6::bigint IS NULL OR acknowledged_by = $6 OR responded_by = $6)
    AND responded_at IS NOT NULL AND ended_as IS DISTINCT FROM 'withdrawn') stops
GROUP BY 1, 2

-- name: percentiles
-- Within which time so many of a hundred clocks stopped ($7, each 0 to 1).
SELECT
  percentile_cont($7::float[]) WITHIN GROUP (ORDER BY extract(epoch FROM acknowledged_at - started_at)) AS ack,
  percentile_cont($7::float[]) WITHIN GROUP (ORDER BY extract(epoch FROM responded_at - started_at)) AS response
FROM vigie.turns
WHERE brand_id = $1 AND started_at >= $2 AND started_at < $3 AND ($4::text IS NULL OR channel_id = $4)
  AND ($5::int IS NULL OR priority = $5) AND ($6::bigint IS NULL OR acknowledged_by = $6 OR responded_by = $6)
  AND ended_as IS DISTINCT FROM 'withdrawn'

-- name: came_back
-- Of the turns that were answered or closed, those after which the author spoke again within a week; and of these and
-- those that stand open again, the ones that a colleague opened.
SELECT count(*) FILTER (WHERE ended_as IS NOT NULL) AS ended, count(*) FILTER (WHERE ended_as IS NOT NULL AND EXISTS (
    SELECT FROM vigie.turns n WHERE n.brand_id = $1 AND n.item_id = t.item_id AND n.turn > t.turn
      AND n.ended_as IS DISTINCT FROM 'withdrawn' AND n.started_at < t.ended_at + interval '7 days')) AS came_back,
  count(*) AS once_ended, count(reopened_at) AS reopened
FROM vigie.turns t
WHERE brand_id = $1 AND started_at >= $2 AND started_at < $3 AND ($4::text IS NULL OR channel_id = $4)
  AND ($5::int IS NULL OR priority = $5) AND ($6::bigint IS NULL OR acknowledged_by = $6 OR responded_by = $6)
  AND (ended_as IN ('responded', 'closed') OR ended_as IS NULL AND reopened_at IS NOT NULL)

-- name: waiting_before
-- How many waited when the period began. Two halves, each with an index of its own.
SELECT (
  SELECT count(*) FROM vigie.turns WHERE brand_id = $1 AND started_at < $2 AND ended_at IS NULL
    AND ($3::text IS NULL OR channel_id = $3) AND ($4::int IS NULL OR priority = $4)) + (
  SELECT count(*) FROM vigie.turns WHERE brand_id = $1 AND started_at < $2 AND ended_at >= $2
    AND ($3::text IS NULL OR channel_id = $3) AND ($4::int IS NULL OR priority = $4))

-- name: moved
-- How many began and how many ceased to wait in each hour or day.
SELECT date_trunc($6, at, $7) AS starts_at, sum(came)::int AS came, sum(went)::int AS went FROM (
  SELECT started_at AS at, 1 AS came, 0 AS went FROM vigie.turns
  WHERE brand_id = $1 AND started_at >= $2 AND started_at < $3 AND ($4::text IS NULL OR channel_id = $4)
    AND ($5::int IS NULL OR priority = $5)
  UNION ALL
  SELECT ended_at, 0, 1 FROM vigie.turns
  WHERE brand_id = $1 AND ended_at >= $2 AND ended_at < $3 AND ($4::text IS NULL OR channel_id = $4)
    AND ($5::int IS NULL OR priority = $5)) moves
GROUP BY 1

-- name: ages
-- How long those wait who wait now: step 0 lies below the first bound of $5, in seconds; and the longest of all.
SELECT width_bucket(extract(epoch FROM $4::timestamptz - started_at)::float, $5::float[]) AS step, count(*) AS turns,
  min(started_at) AS oldest
FROM vigie.turns
WHERE brand_id = $1 AND ended_at IS NULL AND ($2::text IS NULL OR channel_id = $2) AND ($3::int IS NULL OR priority = $3)
GROUP BY 1

-- name: waiting_since
-- Who has waited since a time between these two, the longest wait first.
SELECT item_id FROM vigie.turns
WHERE brand_id = $1 AND ended_at IS NULL AND started_at > $2 AND started_at <= $3
  AND ($4::text IS NULL OR channel_id = $4) AND ($5::int IS NULL OR priority = $5)
ORDER BY started_at, item_id LIMIT $6
