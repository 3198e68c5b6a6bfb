-- name: add
-- A browser that allowed it; the same one again is the same device, of whoever is signed in there now.
INSERT INTO vigie.push_devices (device_id, member_id, endpoint_hash, sealed, name, session_hash, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (endpoint_hash) DO UPDATE SET device_id = $1, member_id = $2, sealed = $4, session_hash = $6, made_at = $7

-- name: prune
-- A member keeps the latest few: a browser that was reset leaves its old one behind.
DELETE FROM vigie.push_devices WHERE member_id = $1 AND device_id NOT IN (
  SELECT device_id FROM vigie.push_devices WHERE member_id = $1 ORDER BY made_at DESC LIMIT $2)

-- name: of_member
-- For their page.
SELECT device_id, name, made_at, last_sent_at FROM vigie.push_devices WHERE member_id = $1 ORDER BY made_at

-- name: rename
-- The member's own only.
UPDATE vigie.push_devices SET name = $3 WHERE member_id = $1 AND device_id = $2

-- name: remove
-- The member's own only.
DELETE FROM vigie.push_devices WHERE member_id = $1 AND device_id = $2

-- name: try_out
-- A test message is wanted: the worker sends it, the way of all others.
UPDATE vigie.push_devices SET test_at = $3 WHERE member_id = $1 AND device_id = $2

-- name: to_try
-- Those, each to be taken by one process.
UPDATE vigie.push_devices SET test_at = NULL WHERE test_at IS NOT NULL RETURNING device_id, endpoint_hash, member_id, sealed

-- name: sealed
-- Where to send to, for one member.
SELECT device_id, endpoint_hash, sealed FROM vigie.push_devices WHERE member_id = $1

-- name: sent
-- It was taken.
UPDATE vigie.push_devices SET last_sent_at = $2 WHERE device_id = $1

-- name: gone
-- The push service knows it no more.
DELETE FROM vigie.push_devices WHERE device_id = $1 AND endpoint_hash = $2

-- name: wishes
-- What a member chose; no row where they chose nothing.
SELECT priorities, quiet_from, quiet_until, through, shows FROM vigie.push_wishes WHERE member_id = $1

-- name: choose
-- What a member chooses.
INSERT INTO vigie.push_wishes (member_id, priorities, quiet_from, quiet_until, through, shows)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (member_id) DO UPDATE SET priorities = $2, quiet_from = $3, quiet_until = $4, through = $5, shows = $6

-- name: people
-- Who of a brand has a device: observers too, whom nobody asks to act.
SELECT m.member_id, m.locale, m.zone, ms.role, w.priorities, w.quiet_from, w.quiet_until, w.through, w.shows
FROM vigie.memberships ms JOIN vigie.members m USING (member_id) LEFT JOIN vigie.push_wishes w USING (member_id)
WHERE ms.brand_id = $1 AND m.deactivated_at IS NULL
  AND m.member_id IN (SELECT d.member_id FROM vigie.push_devices d)

-- name: locale
-- The language of a test message.
SELECT locale FROM vigie.members WHERE member_id = $1 AND deactivated_at IS NULL
