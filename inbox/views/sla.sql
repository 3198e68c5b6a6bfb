-- name: zone
-- Days are the brand's days.
SELECT zone FROM vigie.brands WHERE brand_id = $1

-- name: clocks
-- Both clocks of the turns that started in the period: in all, by channel, by priority, by the hour of the brand's day
-- in which they started, and by language, the item's as it is known now (looked up one by one: a join would read all the
-- brand's items). p50 and p90 are over those that were stopped; the shares, over all that are due, keep the unanswered in
-- sight.
WITH turns AS (
  SELECT t.channel_id, t.priority, extract(hour FROM started_at AT TIME ZONE $8)::int AS hour,
    coalesce((SELECT i.lang FROM vigie.items i WHERE i.brand_id = $1 AND i.item_id = t.item_id), '') AS lang,
    extract(epoch FROM acknowledged_at - started_at) AS ack_s,
    extract(epoch FROM responded_at - started_at) AS response_s,
    vigie.outcome(t.ack_due_at, acknowledged_at, ended_at, ended_as, $7) AS ack,
    vigie.outcome(t.response_due_at, responded_at, ended_at, ended_as, $7) AS response
  FROM vigie.turns t
  WHERE t.brand_id = $1 AND started_at >= $2 AND started_at < $3 AND ($4::text IS NULL OR t.channel_id = $4)
    AND ($5::int IS NULL OR t.priority = $5) AND ($6::bigint IS NULL OR acknowledged_by = $6 OR responded_by = $6))
SELECT CASE 0 WHEN grouping(channel_id) THEN 'channel' WHEN grouping(priority) THEN 'priority'
    WHEN grouping(hour) THEN 'hour' WHEN grouping(lang) THEN 'lang' ELSE 'all' END AS by,
  channel_id AS channel, priority, hour, lang, count(*) AS turns,
  count(*) FILTER (WHERE ack = 'met') AS ack_met, count(*) FILTER (WHERE ack = 'missed') AS ack_missed,
  count(*) FILTER (WHERE ack = 'running') AS ack_running, count(*) FILTER (WHERE ack = 'void') AS ack_void,
  percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY ack_s) FILTER (WHERE ack <> 'void') AS ack_seconds,
  count(*) FILTER (WHERE response = 'met') AS response_met,
  count(*) FILTER (WHERE response = 'missed') AS response_missed,
  count(*) FILTER (WHERE response = 'running') AS response_running,
  count(*) FILTER (WHERE response = 'void') AS response_void,
  percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY response_s) FILTER (WHERE response <> 'void')
    AS response_seconds
FROM turns GROUP BY GROUPING SETS ((), (channel_id), (priority), (hour), (lang))

-- name: members
-- Who stopped which clock, and how fast. A turn counts for the member who acknowledged it and for the one who answered.
WITH turns AS (
  SELECT * FROM vigie.turns
  WHERE brand_id = $1 AND started_at >= $2 AND started_at < $3 AND ($4::text IS NULL OR channel_id = $4)
    AND ($5::int IS NULL OR priority = $5)),
stops AS (
  SELECT acknowledged_by AS member, 'ack' AS clock, item_id, turn,
    extract(epoch FROM acknowledged_at - started_at) AS seconds,
    vigie.outcome(ack_due_at, acknowledged_at, ended_at, ended_as, $7) AS outcome
  FROM turns WHERE acknowledged_by IS NOT NULL
  UNION ALL
  SELECT responded_by, 'response', item_id, turn, extract(epoch FROM responded_at - started_at),
    vigie.outcome(response_due_at, responded_at, ended_at, ended_as, $7)
  FROM turns WHERE responded_by IS NOT NULL)
SELECT member, clock, count(DISTINCT (item_id, turn)) AS turns, count(*) FILTER (WHERE outcome = 'met') AS met,
  count(*) FILTER (WHERE outcome = 'missed') AS missed, count(*) FILTER (WHERE outcome = 'void') AS void,
  percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE outcome <> 'void') AS seconds
FROM stops WHERE $6::bigint IS NULL OR member = $6 GROUP BY GROUPING SETS ((member, clock), (member))

-- name: promises
-- What we promised in these turns, and whether we came back in time.
SELECT count(*) FILTER (WHERE promise_kept_at IS NOT NULL) AS kept, count(*) FILTER (WHERE promise_broken) AS broken,
  count(*) FILTER (WHERE promise_until IS NOT NULL AND promise_kept_at IS NULL AND NOT promise_broken
    AND coalesce(ended_as NOT IN ('withdrawn', 'closed'), true)) AS running
FROM vigie.turns
WHERE brand_id = $1 AND started_at >= $2 AND started_at < $3 AND ($4::text IS NULL OR channel_id = $4)
  AND ($5::int IS NULL OR priority = $5) AND ($6::bigint IS NULL OR acknowledged_by = $6 OR responded_by = $6)

-- name: volume
-- How many messages came in each bucket, and in which mood.
SELECT date_trunc($5, received_at, $6) AS starts_at, count(*) AS messages,
  count(*) FILTER (WHERE sentiment = 'negative') AS negative, count(*) FILTER (WHERE sentiment = 'neutral') AS neutral,
  count(*) FILTER (WHERE sentiment = 'positive') AS positive, count(*) FILTER (WHERE sentiment IS NULL) AS unscored
FROM vigie.messages
WHERE brand_id = $1 AND received_at >= $2 AND received_at < $3 AND ($4::text IS NULL OR channel_id = $4)
GROUP BY 1

-- name: pace
-- How fast turns were acknowledged and answered, by the bucket they started in. All turns count, as in the whole; those
-- that their author withdrew have no pace.
SELECT date_trunc($7, started_at, $8) AS starts_at, count(*) AS turns,
  percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM acknowledged_at - started_at))
    FILTER (WHERE ended_as IS DISTINCT FROM 'withdrawn') AS ack_seconds,
  percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM responded_at - started_at))
    FILTER (WHERE ended_as IS DISTINCT FROM 'withdrawn') AS response_seconds
FROM vigie.turns
WHERE brand_id = $1 AND started_at >= $2 AND started_at < $3 AND ($4::text IS NULL OR channel_id = $4)
  AND ($5::int IS NULL OR priority = $5) AND ($6::bigint IS NULL OR acknowledged_by = $6 OR responded_by = $6)
GROUP BY 1

-- name: now
-- Who waits at this moment, whenever their turn started: nobody drops out of the figures by waiting long.
SELECT count(*) AS open, count(*) FILTER (WHERE ack_due_at IS NOT NULL) AS unacknowledged,
  count(*) FILTER (WHERE least(ack_due_at, response_due_at) < $5) AS overdue
FROM vigie.items
WHERE brand_id = $1 AND status IN ('open', 'acknowledged') AND ($2::text IS NULL OR channel_id = $2)
  AND ($3::int IS NULL OR priority = $3) AND ($4::bigint IS NULL OR assignee = $4)

-- name: overdue
-- Who has waited too long, the longest overdue first.
SELECT card FROM vigie.items
WHERE brand_id = $1 AND status IN ('open', 'acknowledged') AND least(ack_due_at, response_due_at) < $5
  AND ($2::text IS NULL OR channel_id = $2) AND ($3::int IS NULL OR priority = $3)
  AND ($4::bigint IS NULL OR assignee = $4)
ORDER BY least(ack_due_at, response_due_at), item_id LIMIT $6

-- name: turns
-- One row a turn: the export, and the items behind any figure. Came back: the author spoke again within a week;
-- reopened: a colleague opened it again.
SELECT * FROM (
  SELECT t.item_id, turn, t.channel_id, t.network, t.priority, started_at, t.ack_due_at, t.response_due_at,
    acknowledged_at, acknowledged_by, responded_at, responded_by, ended_at, ended_as, promise_until, promise_kept_at,
    promise_broken, vigie.outcome(t.ack_due_at, acknowledged_at, ended_at, ended_as, $7) AS ack,
    vigie.outcome(t.response_due_at, responded_at, ended_at, ended_as, $7) AS response,
    (SELECT i.lang FROM vigie.items i WHERE i.brand_id = $1 AND i.item_id = t.item_id) AS lang,
    EXISTS (
      SELECT FROM vigie.turns n WHERE n.brand_id = $1 AND n.item_id = t.item_id AND n.turn > t.turn
        AND t.ended_as IN ('responded', 'closed') AND n.ended_as IS DISTINCT FROM 'withdrawn'
        AND n.started_at < t.ended_at + interval '7 days') AS came_back, reopened_at
  FROM vigie.turns t
  WHERE t.brand_id = $1 AND started_at >= $2 AND started_at < $3 AND ($4::text IS NULL OR t.channel_id = $4)
    AND ($5::int IS NULL OR t.priority = $5) AND ($6::bigint IS NULL OR acknowledged_by = $6 OR responded_by = $6)) t
WHERE ($8::text IS NULL OR t.ack = $8) AND ($9::text IS NULL OR t.response = $9)
ORDER BY started_at, item_id, turn LIMIT $10
