-- name: sit
-- Our seat for another while, and who else sits: see vigie.sit in the migrations.
SELECT holder, followers, alive, joined FROM vigie.sit($1, $2, $3, $4)

-- name: stand_up
-- Leaving in order.
SELECT vigie.stand_up($1)

-- name: heads
-- How far each brand's log has come: one narrow table, as two arrays, since ten thousand rows cost a client more than
-- they cost the server. Spans brands, once a second and process.
SELECT coalesce(array_agg(brand_id), '{}') AS brands, coalesce(array_agg(last_position), '{}') AS positions
FROM vigie.heads

-- name: behind
-- Which of these followers are behind on these brands, and how old the first event is that they have not handled. Only
-- brands whose log has moved since the last look are asked for.
SELECT h.brand_id, f.follower, h.last_position AS head, coalesce(c.position, 0) AS position,
  coalesce((SELECT extract(epoch FROM clock_timestamp() - e.recorded_at) FROM vigie.events e
    WHERE e.brand_id = h.brand_id AND e.position = coalesce(c.position, 0) + 1), 0)::float8 AS age_s
FROM vigie.heads h CROSS JOIN unnest($2::text[]) AS f (follower)
LEFT JOIN vigie.checkpoints c ON c.brand_id = h.brand_id AND c.follower = f.follower
WHERE h.brand_id = ANY ($1::bigint[]) AND h.last_position > coalesce(c.position, 0)
