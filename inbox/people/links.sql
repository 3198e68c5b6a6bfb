-- name: create
-- A one-time way in.
INSERT INTO vigie.sign_in_links (token_hash, member_id, created_at, expires_at) VALUES ($1, $2, $3, $4)

-- name: stands
-- For the page with the button: opening it uses nothing up, since mail scanners open every link.
SELECT l.member_id FROM vigie.sign_in_links l JOIN vigie.members m USING (member_id)
WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2 AND m.deactivated_at IS NULL

-- name: use
-- Of two that press at once, one gets the row.
UPDATE vigie.sign_in_links l SET used_at = $2 FROM vigie.members m
WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2
  AND m.member_id = l.member_id AND m.deactivated_at IS NULL
RETURNING l.member_id

-- name: cancel_all
-- A changed password, or a deactivated member, leaves no old way in.
DELETE FROM vigie.sign_in_links WHERE member_id = $1 AND used_at IS NULL

-- name: purge
-- What has run out.
DELETE FROM vigie.sign_in_links WHERE expires_at <= $1
