-- name: keep
-- What is to be fetched. Counted up where it is known, so that whoever fetches it now does not take it for done.
INSERT INTO vigie.hints AS h (brand_id, channel_id, what, ref, thread_id, due_at)
SELECT $1, $2, w, r, t, $6 FROM unnest($3::text[], $4::text[], $5::text[]) AS u(w, r, t)
ON CONFLICT (brand_id, channel_id, what, ref) DO UPDATE SET
  hinted = h.hinted + 1, attempts = 0, due_at = least(h.due_at, excluded.due_at),
  thread_id = coalesce(excluded.thread_id, h.thread_id)
