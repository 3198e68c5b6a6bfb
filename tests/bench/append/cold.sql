-- name: no_autovacuum
-- The new brand stays unknown for as long as it is measured.
ALTER TABLE vigie.events SET (autovacuum_enabled = false);
ALTER TABLE vigie.heads SET (autovacuum_enabled = false);
ALTER TABLE vigie.subject_keys SET (autovacuum_enabled = false)

-- name: analyze
-- What the planner knows from now on.
ANALYZE vigie.events, vigie.heads, vigie.subject_keys
