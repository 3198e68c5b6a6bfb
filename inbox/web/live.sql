-- name: mine
-- How many waiting items each member has: the one count that differs from viewer to viewer, in one query for all.
SELECT assignee, count(*) AS items FROM vigie.items
WHERE brand_id = $1 AND status IN ('open', 'acknowledged') AND assignee IS NOT NULL GROUP BY assignee
