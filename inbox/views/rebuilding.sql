-- name: take
-- One rebuild of a brand at a time: whoever holds the row. One that was not heard of for $3 seconds died.
INSERT INTO vigie.rebuilds (brand_id, run_id, begun_at, heard_at, done, head)
VALUES ($1, $2, clock_timestamp(), clock_timestamp(), 0, $4)
ON CONFLICT (brand_id) DO UPDATE SET
  run_id = $2, begun_at = excluded.begun_at, heard_at = excluded.heard_at, done = 0, head = $4
WHERE vigie.rebuilds.run_id IS NULL OR excluded.heard_at - vigie.rebuilds.heard_at > make_interval(secs => $3)
RETURNING run_id

-- name: under_way
-- For the words of a refusal.
SELECT begun_at, done, head FROM vigie.rebuilds WHERE brand_id = $1

-- name: heard
-- It lives, and is so far.
UPDATE vigie.rebuilds SET heard_at = statement_timestamp(), done = $3 WHERE brand_id = $1 AND run_id = $2

-- name: patient
-- Folding takes longer between two statements than a process's usual patience with transactions that say nothing.
SET LOCAL idle_in_transaction_session_timeout = '60s'

-- name: whole_brands
-- What stands in the new tables changes with each rebuild, so that the planner knows nothing of it, and takes a brand's rows for
-- one: it looked through all of them for each of the old ones. A switch joins all rows of a brand with all of it, which is a hash's.
SET LOCAL enable_nestloop = off

-- name: still_ours
-- Before anything is written: nobody can take over until our transaction ends, nor have we been taken over.
SELECT run_id FROM vigie.rebuilds WHERE brand_id = $1 AND run_id = $2 FOR KEY SHARE

-- name: let_go
-- The rebuild ended, well or not.
UPDATE vigie.rebuilds SET run_id = NULL WHERE brand_id = $1 AND run_id = $2

-- name: switched
-- Whoever watches the brand sees by it that rows may have changed of which no event speaks.
UPDATE vigie.rebuilds SET switches = switches + 1 WHERE brand_id = $1 AND run_id = $2

-- name: switches
-- How often views of the brand took the place of others.
SELECT switches FROM vigie.rebuilds WHERE brand_id = $1

-- name: dead
-- Rebuilds whose process died: what they left behind must go, words of people among it.
SELECT brand_id, run_id FROM vigie.rebuilds
WHERE run_id IS NOT NULL AND heard_at < clock_timestamp() - make_interval(secs => $1)

-- name: forgettings
-- They stand in streams of their authors, and concern items.
SELECT position, v, body FROM vigie.events
WHERE brand_id = $1 AND type = 'AuthorForgotten' AND position <= $2 ORDER BY position

-- name: happened
-- Which streams a stretch of the log touched, and with what.
SELECT DISTINCT stream_id, type FROM vigie.events WHERE brand_id = $1 AND position > $2 AND position <= $3

-- name: ticking
-- The new rows that depend on the policy in force: a clock of theirs has something to say yet.
SELECT item_id FROM vigie.rebuilding_items WHERE brand_id = $1 AND next_alarm_at IS NOT NULL

-- name: hold_views
-- Where the projector stands, and stands still until our transaction ends.
INSERT INTO vigie.checkpoints (brand_id, follower, position) VALUES ($1, 'project', 0)
ON CONFLICT (brand_id, follower) DO UPDATE SET position = vigie.checkpoints.position RETURNING position

-- name: waves_stand
-- Where the waves' own follower stands: their rows are rebuilt so far, and no further.
SELECT position FROM vigie.checkpoints WHERE brand_id = $1 AND follower = 'waves'

-- name: hold_waves
-- As above, and it stands still until our transaction ends.
SELECT position FROM vigie.checkpoints WHERE brand_id = $1 AND follower = 'waves' FOR NO KEY UPDATE

-- name: sum_up
-- What the members of all waves come to: the same words as `sum_up` of the running ones.
INSERT INTO vigie.rebuilding_waves (
  brand_id, wave_id, first_at, last_at, messages, authors, items, level, urgency, channels, langs)
SELECT brand_id, wave_id, min(heard_at), max(heard_at), count(*), count(DISTINCT author), count(DISTINCT item_id),
  coalesce(max(level), 0), coalesce((array_agg(urgency ORDER BY level DESC NULLS LAST, urgency DESC NULLS LAST))[1], 0),
  array_agg(DISTINCT channel_id), coalesce(array_agg(DISTINCT lang) FILTER (WHERE lang IS NOT NULL), '{}')
FROM vigie.rebuilding_wave_members WHERE brand_id = $1 GROUP BY brand_id, wave_id

-- name: move_on
-- The projector goes on from where the new views are true.
UPDATE vigie.checkpoints SET position = $2 WHERE brand_id = $1 AND follower = 'project'

-- name: clear_items
-- What an ended or dead rebuild left.
DELETE FROM vigie.rebuilding_items WHERE brand_id = $1

-- name: again_items
-- Rows of items that something happened to since: they are folded anew.
DELETE FROM vigie.rebuilding_items WHERE brand_id = $1 AND item_id = ANY ($2::uuid[])

-- name: old_items
-- Rows that have no equal among the new ones. What did not change stays where it is.
DELETE FROM vigie.items o WHERE o.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.rebuilding_items n
  WHERE n.brand_id = $1 AND n.item_id = o.item_id AND ROW(n.*) IS NOT DISTINCT FROM ROW(o.*))

-- name: new_items
-- And those that are not there.
INSERT INTO vigie.items SELECT n.* FROM vigie.rebuilding_items n WHERE n.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.items o WHERE o.brand_id = $1 AND n.item_id = o.item_id)

-- name: clear_turns
-- What an ended or dead rebuild left.
DELETE FROM vigie.rebuilding_turns WHERE brand_id = $1

-- name: again_turns
-- Rows of items that something happened to since: they are folded anew.
DELETE FROM vigie.rebuilding_turns WHERE brand_id = $1 AND item_id = ANY ($2::uuid[])

-- name: old_turns
-- Rows that have no equal among the new ones. What did not change stays where it is.
DELETE FROM vigie.turns o WHERE o.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.rebuilding_turns n
  WHERE n.brand_id = $1 AND n.item_id = o.item_id AND n.turn = o.turn AND ROW(n.*) IS NOT DISTINCT FROM ROW(o.*))

-- name: new_turns
-- And those that are not there.
INSERT INTO vigie.turns SELECT n.* FROM vigie.rebuilding_turns n WHERE n.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.turns o WHERE o.brand_id = $1 AND n.item_id = o.item_id AND n.turn = o.turn)

-- name: clear_messages
-- What an ended or dead rebuild left.
DELETE FROM vigie.rebuilding_messages WHERE brand_id = $1

-- name: again_messages
-- Rows of items that something happened to since: they are folded anew.
DELETE FROM vigie.rebuilding_messages WHERE brand_id = $1 AND item_id = ANY ($2::uuid[])

-- name: old_messages
-- Rows that have no equal among the new ones. What did not change stays where it is.
DELETE FROM vigie.messages o WHERE o.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.rebuilding_messages n
  WHERE n.brand_id = $1 AND n.item_id = o.item_id AND n.external_id = o.external_id AND ROW(n.*) IS NOT DISTINCT FROM ROW(o.*))

-- name: new_messages
-- And those that are not there.
INSERT INTO vigie.messages SELECT n.* FROM vigie.rebuilding_messages n WHERE n.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.messages o WHERE o.brand_id = $1 AND n.item_id = o.item_id AND n.external_id = o.external_id)

-- name: clear_corrections
-- What an ended or dead rebuild left.
DELETE FROM vigie.rebuilding_corrections WHERE brand_id = $1

-- name: again_corrections
-- Rows of items that something happened to since: they are folded anew.
DELETE FROM vigie.rebuilding_corrections WHERE brand_id = $1 AND item_id = ANY ($2::uuid[])

-- name: old_corrections
-- Rows that have no equal among the new ones. What did not change stays where it is.
DELETE FROM vigie.corrections o WHERE o.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.rebuilding_corrections n
  WHERE n.brand_id = $1 AND n.position = o.position AND ROW(n.*) IS NOT DISTINCT FROM ROW(o.*))

-- name: new_corrections
-- And those that are not there.
INSERT INTO vigie.corrections SELECT n.* FROM vigie.rebuilding_corrections n WHERE n.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.corrections o WHERE o.brand_id = $1 AND n.position = o.position)

-- name: clear_wave_members
-- What an ended or dead rebuild left.
DELETE FROM vigie.rebuilding_wave_members WHERE brand_id = $1

-- name: again_wave_members
-- Rows of items that something happened to since: they are folded anew.
DELETE FROM vigie.rebuilding_wave_members WHERE brand_id = $1 AND item_id = ANY ($2::uuid[])

-- name: old_wave_members
-- Rows that have no equal among the new ones. What did not change stays where it is.
DELETE FROM vigie.wave_members o WHERE o.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.rebuilding_wave_members n
  WHERE n.brand_id = $1 AND n.item_id = o.item_id AND n.external_id = o.external_id AND ROW(n.*) IS NOT DISTINCT FROM ROW(o.*))

-- name: new_wave_members
-- And those that are not there.
INSERT INTO vigie.wave_members SELECT n.* FROM vigie.rebuilding_wave_members n WHERE n.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.wave_members o WHERE o.brand_id = $1 AND n.item_id = o.item_id AND n.external_id = o.external_id)

-- name: clear_waves
-- What an ended or dead rebuild left.
DELETE FROM vigie.rebuilding_waves WHERE brand_id = $1

-- name: old_waves
-- Rows that have no equal among the new ones. What did not change stays where it is.
DELETE FROM vigie.waves o WHERE o.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.rebuilding_waves n
  WHERE n.brand_id = $1 AND n.wave_id = o.wave_id AND ROW(n.*) IS NOT DISTINCT FROM ROW(o.*))

-- name: new_waves
-- And those that are not there.
INSERT INTO vigie.waves SELECT n.* FROM vigie.rebuilding_waves n WHERE n.brand_id = $1 AND NOT EXISTS (
  SELECT FROM vigie.waves o WHERE o.brand_id = $1 AND n.wave_id = o.wave_id)
