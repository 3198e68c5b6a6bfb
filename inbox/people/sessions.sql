-- name: open
-- A new browser session.
INSERT INTO vigie.sessions (token_hash, member_id, csrf, created_at, last_seen_at, expires_at, user_agent)
VALUES ($1, $2, $3, $4, $4, $5, $6)

-- name: signed_in
-- Who asks, and what they are in each of their brands: one round trip a request, nothing cached.
SELECT s.csrf, s.last_seen_at, m.member_id, m.name, m.email, m.locale, m.theme, m.zone, m.folds_waves, m.compact,
  array(SELECT ms.brand_id FROM vigie.memberships ms WHERE ms.member_id = m.member_id ORDER BY ms.brand_id) AS brands,
  array(SELECT ms.role FROM vigie.memberships ms WHERE ms.member_id = m.member_id ORDER BY ms.brand_id) AS roles
FROM vigie.sessions s JOIN vigie.members m USING (member_id)
WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND m.deactivated_at IS NULL

-- name: touch
-- Seen again; written at most once a minute.
UPDATE vigie.sessions SET last_seen_at = $2 WHERE token_hash = $1 AND last_seen_at < $2

-- name: close
-- Signed out, and told nothing any more on that device.
WITH device AS (DELETE FROM vigie.push_devices WHERE session_hash = $1)
DELETE FROM vigie.sessions WHERE token_hash = $1

-- name: close_one
-- One of the sessions on the account page, named by its digest; only the member's own.
WITH device AS (DELETE FROM vigie.push_devices WHERE member_id = $1 AND session_hash = $2)
DELETE FROM vigie.sessions WHERE member_id = $1 AND token_hash = $2

-- name: close_all
-- Signed out everywhere, but for the session that asked.
WITH device AS (DELETE FROM vigie.push_devices WHERE member_id = $1 AND session_hash IS DISTINCT FROM $2)
DELETE FROM vigie.sessions WHERE member_id = $1 AND token_hash IS DISTINCT FROM $2

-- name: of_member
-- For the account page.
SELECT token_hash, created_at, last_seen_at, user_agent FROM vigie.sessions
WHERE member_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC

-- name: purge
-- What has run out.
DELETE FROM vigie.sessions WHERE expires_at <= $1 OR last_seen_at <= $2

-- name: standing
-- Which of these sessions may still see this brand, and as what: the live stream asks for all its viewers at once.
SELECT s.token_hash, ms.role FROM vigie.sessions s
JOIN vigie.members m USING (member_id) JOIN vigie.memberships ms USING (member_id)
WHERE s.token_hash = ANY($2::bytea[]) AND ms.brand_id = $1 AND m.deactivated_at IS NULL AND s.expires_at > $3
