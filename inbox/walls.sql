-- name: are_up
-- The tables have their policies, and this is one machine.
SELECT EXISTS (SELECT FROM pg_policy WHERE polname = 'of_the_viewers_brands' AND polrelid = 'vigie.events'::regclass)
  AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')

-- name: narrow
-- On behalf of a viewer: the rows of these brands and no others.
SELECT set_config('vigie.brands', $1, false), set_config('role', 'vigie_viewer', false)

-- name: open
-- On nobody's behalf.
SELECT set_config('role', 'none', false), set_config('vigie.brands', '', false)
