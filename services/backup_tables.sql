-- name: tables
-- Every table of ours with its columns in order, those first that others refer to.
SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relnamespace = 'vigie'::regnamespace AND c.relkind = 'r'
GROUP BY c.oid, c.relname
ORDER BY EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'), c.relname

-- name: migration
-- Of the schema that is there.
SELECT version_num FROM public.migrations

-- name: last_seals
-- How far each brand's log is sealed: a backup bears witness of it.
SELECT DISTINCT ON (s.brand_id) s.brand_id, s.upto, s.digest FROM vigie.seals s ORDER BY s.brand_id, s.since DESC

-- name: occupied
-- Whether anything is in here that a restored copy would be mixed with.
SELECT EXISTS (SELECT FROM vigie.organisations) OR EXISTS (SELECT FROM vigie.heads) OR EXISTS (SELECT FROM vigie.members)

-- name: followed
-- Whether a process works on this database right now.
SELECT EXISTS (SELECT FROM vigie.crew WHERE seen_at > clock_timestamp() - interval '10 seconds')

-- name: a_subject_key
-- One key, to see whether the master key at hand opens what is restored.
SELECT brand_id, subject_id, wrapped_key FROM vigie.subject_keys LIMIT 1

-- name: stop_everywhere
-- A restored copy sends nothing until its operator says go.
INSERT INTO vigie.outbound_stops (brand_id, since, reason) SELECT brand_id, $1, 'restored' FROM vigie.brands
ON CONFLICT (brand_id) DO NOTHING

-- name: brands
-- Whose positions are given again: all that were restored.
SELECT brand_id FROM vigie.heads ORDER BY brand_id

-- name: under_way
-- Replies and gestures that the copy believes unsent, of all brands: in the outbox, or decided and not yet in it.
-- Whether they left after the backup was made nobody can know.
SELECT brand_id, reply_id, item_id, what FROM vigie.outbox WHERE state <> 'done'

-- name: not_in_outbox
-- The rest of them: what the deliverer's checkpoint has not reached.
SELECT e.brand_id, e.type, e.v, e.body FROM vigie.events e
LEFT JOIN vigie.checkpoints c ON c.brand_id = e.brand_id AND c.follower = 'deliver'
WHERE e.type IN ('ReplyQueued', 'GestureQueued') AND e.position > coalesce(c.position, 0)

-- name: end_outbox
-- None of them leaves by itself any more.
UPDATE vigie.outbox SET state = 'done' WHERE brand_id = ANY ($1::bigint[]) AND state <> 'done'

-- name: drop_schema
-- An empty schema of a newer version, to be made anew as the backup knew it. Only ever after `occupied` said no.
DROP SCHEMA vigie CASCADE

-- name: drop_version
-- With it.
DROP TABLE public.migrations
