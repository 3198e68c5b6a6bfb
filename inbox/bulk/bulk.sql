-- name: add
-- A draft: nothing is done before somebody has seen what would be. Asked for again under the same id, there is one.
INSERT INTO vigie.bulk_jobs (brand_id, job_id, state, orders, made_by, made_at, follows, writes)
VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING job_id

-- name: add_items
-- What was chosen, at the positions that were seen; the most urgent is done first. One that is no longer there is left out.
INSERT INTO vigie.bulk_items (brand_id, job_id, item_id, place, seen, channel_id, state, before)
SELECT i.brand_id, $2, i.item_id, row_number() OVER (ORDER BY i.priority, i.suspected, i.rank_due_at, i.item_id), u.seen, i.channel_id, 'waiting',
  CASE WHEN $6 THEN u.before ELSE i.assignee END
FROM unnest($3::uuid[], $4::bigint[], $5::bigint[]) AS u (item_id, seen, before)
JOIN vigie.items i ON i.brand_id = $1 AND i.item_id = u.item_id AND i.status <> 'unheard'
ON CONFLICT DO NOTHING

-- name: one
-- One job.
SELECT * FROM vigie.bulk_jobs WHERE brand_id = $1 AND job_id = $2

-- name: of_brand
-- The latest that were begun.
SELECT * FROM vigie.bulk_jobs WHERE brand_id = $1 AND state <> 'draft' ORDER BY made_at DESC LIMIT $2

-- name: counts
-- How far a job is, by what became of its items.
SELECT state, code, receipt, reason, count(*) AS items FROM vigie.bulk_items WHERE brand_id = $1 AND job_id = $2
GROUP BY state, code, receipt, reason

-- name: states
-- A page of a job's items with what is known of each, to foretell or to show.
SELECT b.item_id, b.place, b.seen, b.state, b.code, b.before, b.receipt, b.reason, i.state AS item, i.subject_id
FROM vigie.bulk_items b JOIN vigie.items i ON i.brand_id = b.brand_id AND i.item_id = b.item_id
WHERE b.brand_id = $1 AND b.job_id = $2 AND b.place > $3 AND ($4::text[] IS NULL OR b.state = ANY ($4::text[]))
  AND ($6::text IS NULL OR b.code = $6) AND ($7::text IS NULL OR b.receipt = $7)
ORDER BY b.place LIMIT $5

-- name: cards
-- The first of a job, as the queue shows them.
SELECT i.card FROM vigie.bulk_items b JOIN vigie.items i ON i.brand_id = b.brand_id AND i.item_id = b.item_id
WHERE b.brand_id = $1 AND b.job_id = $2 ORDER BY b.place LIMIT $3

-- name: foretell
-- What would come of each, as far as a draft can say; of what was begun meanwhile the worker says it.
UPDATE vigie.bulk_items b SET state = u.state, code = u.code
FROM unnest($3::uuid[], $4::text[], $5::text[]) AS u (item_id, state, code)
WHERE b.brand_id = $1 AND b.job_id = $2 AND b.item_id = u.item_id
  AND EXISTS (SELECT FROM vigie.bulk_jobs j WHERE j.brand_id = $1 AND j.job_id = $2 AND j.state = 'draft')

-- name: order
-- Other orders, while it is a draft, by whoever made it: in their name it is carried out.
UPDATE vigie.bulk_jobs SET orders = $3, writes = $4
WHERE brand_id = $1 AND job_id = $2 AND state = 'draft' AND made_by = $5 RETURNING job_id

-- name: begin
-- From here on the worker has it. A draft is begun once, by whoever made it.
UPDATE vigie.bulk_jobs SET state = 'running', begun_at = $3
WHERE brand_id = $1 AND job_id = $2 AND state = 'draft' AND made_by = $4 RETURNING job_id

-- name: stop
-- Whoever does its next item finds the state changed.
UPDATE vigie.bulk_jobs SET state = 'stopped', ended_at = $3, why = $4
WHERE brand_id = $1 AND job_id = $2 AND state = 'running' RETURNING job_id

-- name: finish
-- Nothing of it waits any more.
UPDATE vigie.bulk_jobs SET state = 'done', ended_at = $3
WHERE brand_id = $1 AND job_id = $2 AND state = 'running' AND NOT EXISTS (
  SELECT FROM vigie.bulk_items WHERE brand_id = $1 AND job_id = $2 AND state = 'waiting')
RETURNING job_id

-- name: running
-- What the worker has to do, of all brands: an index that holds nothing else.
SELECT brand_id, job_id, begun_at FROM vigie.bulk_jobs WHERE state = 'running' ORDER BY brand_id, begun_at

-- name: next
-- The next items of a job, but not of channels that have no room: what waits for a network waits here, not before live answers.
SELECT b.item_id, b.seen, b.before, b.channel_id, i.state AS item, i.subject_id
FROM vigie.bulk_items b JOIN vigie.items i ON i.brand_id = b.brand_id AND i.item_id = b.item_id
WHERE b.brand_id = $1 AND b.job_id = $2 AND b.state = 'waiting' AND NOT b.channel_id = ANY ($3::text[])
ORDER BY b.place LIMIT $4

-- name: is_running
-- Asked before each item.
SELECT state = 'running' FROM vigie.bulk_jobs WHERE brand_id = $1 AND job_id = $2

-- name: mark
-- What became of one item; said once.
UPDATE vigie.bulk_items SET state = $4, code = $5
WHERE brand_id = $1 AND job_id = $2 AND item_id = $3 AND state = 'waiting'

-- name: reach
-- Of all jobs that would write to a person, one may: this one, for this item; or the one that follows the last; or any once
-- the last is long past.
INSERT INTO vigie.bulk_reached AS r (brand_id, subject_id, purpose, job_id, item_id, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (brand_id, subject_id, purpose) DO UPDATE SET job_id = $4, item_id = $5, at = $6
WHERE (r.job_id = $4 AND r.item_id = $5) OR r.job_id = $7 OR r.at < $8
RETURNING subject_id

-- name: leave
-- They were not written to after all.
DELETE FROM vigie.bulk_reached WHERE brand_id = $1 AND subject_id = ANY ($2::uuid[]) AND purpose = $3 AND job_id = $4 AND item_id = $5

-- name: reached
-- Who of these was written to lately, and by which job.
SELECT subject_id, job_id FROM vigie.bulk_reached
WHERE brand_id = $1 AND purpose = $2 AND at >= $3 AND subject_id = ANY ($4::uuid[])

-- name: instead
-- Where these people are written to by a job that leaves other items of theirs out.
SELECT i.subject_id, b.item_id, i.state AS item FROM vigie.bulk_items b
JOIN vigie.items i ON i.brand_id = b.brand_id AND i.item_id = b.item_id
WHERE b.brand_id = $1 AND b.job_id = $2 AND b.state IN ('waiting', 'done') AND i.subject_id = ANY ($3::uuid[])

-- name: full
-- Channels with so much on its way that more had better wait, or that their network told to wait.
SELECT channel_id FROM vigie.outbox WHERE brand_id = $1 AND state <> 'done' AND channel_id IS NOT NULL
GROUP BY channel_id HAVING count(*) >= $2
UNION SELECT channel_id FROM vigie.account_waits WHERE brand_id = $1 AND until > $3

-- name: unreceipted
-- Replies of a job of which it is not known yet what became of them.
SELECT b.job_id, b.item_id, i.state AS item FROM vigie.bulk_jobs j
JOIN vigie.bulk_items b ON b.brand_id = j.brand_id AND b.job_id = j.job_id
JOIN vigie.items i ON i.brand_id = b.brand_id AND i.item_id = b.item_id
WHERE j.brand_id = $1 AND j.writes AND j.state <> 'draft' AND j.begun_at > $2 AND b.state = 'done' AND b.receipt IS NULL
ORDER BY b.job_id, b.place LIMIT $3

-- name: open_receipts
-- Brands with such replies: jobs are few, and those of the last days fewer.
SELECT DISTINCT j.brand_id FROM vigie.bulk_jobs j WHERE j.writes AND j.state <> 'draft' AND j.begun_at > $1 AND EXISTS (
  SELECT FROM vigie.bulk_items b
  WHERE b.brand_id = j.brand_id AND b.job_id = j.job_id AND b.state = 'done' AND b.receipt IS NULL)

-- name: receipts
-- What became of them.
UPDATE vigie.bulk_items b SET receipt = u.receipt, reason = u.reason
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS u (job_id, item_id, receipt, reason)
WHERE b.brand_id = $1 AND b.job_id = u.job_id AND b.item_id = u.item_id

-- name: done_of
-- What a job did, each at the position where it stands now: to take it back, or to write to the same people again.
SELECT b.item_id, b.before, i.position FROM vigie.bulk_items b
JOIN vigie.items i ON i.brand_id = b.brand_id AND i.item_id = b.item_id
WHERE b.brand_id = $1 AND b.job_id = $2 AND b.state = 'done' AND ($3::boolean IS NOT TRUE OR b.receipt = 'sent')
ORDER BY b.place

-- name: of_wave
-- The items of a wave that wait, each at its position.
SELECT i.item_id, i.position FROM vigie.items i WHERE i.brand_id = $1 AND i.status IN ('open', 'acknowledged')
  AND i.item_id IN (SELECT m.item_id FROM vigie.wave_members m WHERE m.brand_id = $1 AND m.wave_id = $2)
ORDER BY i.priority, i.suspected, i.rank_due_at, i.item_id LIMIT $3

-- name: written_by
-- The items that a job wrote to and whose reply may not have left.
SELECT item_id FROM vigie.bulk_items WHERE brand_id = $1 AND job_id = $2 AND state = 'done' AND receipt IS NULL

-- name: written_to
-- Where jobs wrote to these people and the reply may not have left.
SELECT DISTINCT b.job_id, b.item_id FROM vigie.bulk_reached r
JOIN vigie.bulk_items b ON b.brand_id = r.brand_id AND b.job_id = r.job_id AND b.item_id = r.item_id
WHERE r.brand_id = $1 AND r.subject_id = ANY ($2::uuid[]) AND b.state = 'done' AND b.receipt IS NULL

-- name: hold_back
-- A reply that nobody has begun to send never is: of the deliverer and this, one changes the row first. One that has not
-- entered the outbox yet enters it as done.
INSERT INTO vigie.outbox AS o (brand_id, reply_id, item_id, state, due_at, position, what)
VALUES ($1, $2, $3, 'done', $4, 0, 'reply')
ON CONFLICT (brand_id, reply_id) DO UPDATE SET state = 'done' WHERE o.state = 'queued' RETURNING reply_id

-- name: drop_drafts
-- Drafts that nobody began, a day later.
DELETE FROM vigie.bulk_jobs WHERE brand_id = $1 AND state = 'draft' AND made_at < $2 RETURNING job_id

-- name: drop_items
-- Theirs.
DELETE FROM vigie.bulk_items WHERE brand_id = $1 AND job_id = ANY ($2::uuid[])
