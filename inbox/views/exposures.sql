-- name: opened
-- One more of the day.
INSERT INTO vigie.exposures AS e (brand_id, member_id, day, opened) VALUES ($1, $2, $3, 1)
ON CONFLICT (brand_id, member_id, day) DO UPDATE SET opened = e.opened + 1

-- name: since
-- By member: of a short stretch and of a long one.
SELECT member_id, sum(opened) FILTER (WHERE day >= $3) AS lately, sum(opened) AS all_of_it
FROM vigie.exposures WHERE brand_id = $1 AND day >= $2 GROUP BY member_id ORDER BY 2 DESC NULLS LAST, 3 DESC, 1
