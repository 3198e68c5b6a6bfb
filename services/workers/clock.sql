-- name: brands
-- When each brand's clock has something to say next. Looks at all brands, in one step down each one's index.
SELECT brand_id, next_alarm_at FROM (
  SELECT h.brand_id, (SELECT min(next_alarm_at) FROM vigie.items i WHERE i.brand_id = h.brand_id) AS next_alarm_at
  FROM vigie.heads h) n
WHERE next_alarm_at IS NOT NULL ORDER BY next_alarm_at

-- name: due
-- A page of the items about which something is to be said, the longest overdue first.
SELECT item_id, next_alarm_at FROM vigie.items
WHERE brand_id = $1 AND next_alarm_at <= $2 AND (next_alarm_at, item_id) > ($3, $4)
ORDER BY next_alarm_at, item_id LIMIT $5

-- name: all_brands
-- Whose open items are measured.
SELECT brand_id FROM vigie.heads
