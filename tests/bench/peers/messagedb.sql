-- name: write
-- The one way in that message-db has; it takes the lock of the stream's category.
SELECT write_message($1::text, $2::text, 'MessageReceived', $3::text::jsonb)
