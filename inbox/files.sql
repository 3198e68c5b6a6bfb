-- name: key
-- The author's key, held against destruction until what is sealed under it is committed. None: forgotten.
SELECT wrapped_key FROM vigie.subject_keys WHERE brand_id = $1 AND subject_id = $2 FOR KEY SHARE

-- name: key_for_reading
-- The same, for opening: nothing is held.
SELECT wrapped_key FROM vigie.subject_keys WHERE brand_id = $1 AND subject_id = $2

-- name: unsent
-- How many lie at this item and no reply has taken: few, by a partial index.
SELECT count(*) FROM vigie.reply_files WHERE brand_id = $1 AND item_id = $2 AND expires_at IS NOT NULL

-- name: put
-- One file, sealed.
INSERT INTO vigie.reply_files (
  brand_id, file_id, item_id, subject_id, uploaded_by, uploaded_at, content_type, bytes, name, content, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: hold
-- A reply is about to name them: they must outlast the way from the log to the outbox. Only what lies at this item.
UPDATE vigie.reply_files SET expires_at = greatest(expires_at, $4)
WHERE brand_id = $1 AND item_id = $2 AND file_id = ANY ($3::uuid[])
RETURNING file_id, subject_id, content_type, bytes, name

-- name: keep
-- A reply in the log names them: from here on they stay as long as its words.
UPDATE vigie.reply_files SET expires_at = NULL WHERE brand_id = $1 AND file_id = ANY ($2::uuid[])

-- name: one
-- With its content, for who opens it and for the deliverer.
SELECT file_id, subject_id, content_type, bytes, name, content FROM vigie.reply_files
WHERE brand_id = $1 AND item_id = $2 AND file_id = $3

-- name: drop
-- Taken out of the composer again, unless somebody has held it since we looked; what a reply has taken stays.
DELETE FROM vigie.reply_files WHERE brand_id = $1 AND item_id = $2 AND file_id = $3 AND expires_at = $4 RETURNING true

-- name: lies_until
-- How long it waits to be sent; NULL: a reply has taken it, or it is not there.
SELECT expires_at FROM vigie.reply_files WHERE brand_id = $1 AND item_id = $2 AND file_id = $3

-- name: expire
-- A poll: what nobody sent, of all brands; an index that holds nothing else.
DELETE FROM vigie.reply_files WHERE expires_at < $1

-- name: unsent_of
-- What this member has chosen here and not sent yet, oldest first: few, by the same partial index.
SELECT file_id, subject_id, content_type, bytes, name FROM vigie.reply_files
WHERE brand_id = $1 AND item_id = $2 AND uploaded_by = $3 AND expires_at > $4 ORDER BY uploaded_at, file_id
