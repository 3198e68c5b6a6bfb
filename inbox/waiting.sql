-- name: of_brand
-- How many replies and gestures wait in each channel, and until when its network told the account to wait (NULL: it did
-- not). What is on its way or failed for good is not among them.
SELECT coalesce(o.channel_id, w.channel_id) AS channel_id, coalesce(o.waiting, 0) AS waiting, w.until
FROM (
  SELECT channel_id, count(*) AS waiting FROM vigie.outbox
  WHERE brand_id = $1 AND state = 'queued' AND channel_id IS NOT NULL GROUP BY channel_id) o
FULL JOIN (SELECT channel_id, until FROM vigie.account_waits WHERE brand_id = $1 AND until > $2) w
  ON w.channel_id = o.channel_id
