-- name: holders
-- About how many items hold the words of each, by the planner's statistics.
SELECT vigie.holders($1) AS whole, vigie.holders($2) AS loose
