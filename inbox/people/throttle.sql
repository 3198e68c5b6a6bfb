-- name: hold
-- One at a time a key: a thousand tries at once count as a thousand, not as one.
SELECT pg_advisory_xact_lock(hashtextextended(encode(k, 'hex'), 0)) FROM unnest($1::bytea[]) AS k ORDER BY k

-- name: recent
-- Tries of each key in the window.
SELECT key, count(*) AS tries, max(at) AS last_at FROM vigie.login_attempts
WHERE key = ANY($1::bytea[]) AND at > $2 GROUP BY key

-- name: note
-- Noted before the password is looked at.
INSERT INTO vigie.login_attempts (key, at) SELECT k, $2 FROM unnest($1::bytea[]) AS k

-- name: clear
-- It was the right person.
DELETE FROM vigie.login_attempts WHERE key = $1

-- name: take_back
-- A success does not count against its address.
DELETE FROM vigie.login_attempts WHERE key = $1 AND at = $2

-- name: purge
-- What lies before the window.
DELETE FROM vigie.login_attempts WHERE at <= $1
