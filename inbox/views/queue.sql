-- name: checkpoint
-- The position that the rows of this snapshot are true at.
SELECT coalesce((SELECT position FROM vigie.checkpoints WHERE brand_id = $1 AND follower = 'project'), 0)

-- name: plan_each
-- Words differ too much in how often they occur for one plan to fit all.
SET LOCAL plan_cache_mode = force_custom_plan

-- name: waiting
-- The queue itself: down the index of those who wait, from where the last page ended. They are few, however long the brand's
-- past, so words are looked at on the way: IS TRUE keeps their own index out of it, where the beginning of a word that is
-- common costs as much as the whole past holds of it.
SELECT i.card FROM vigie.items i
WHERE i.brand_id = $1 AND i.status IN ('open', 'acknowledged') AND (i.priority, i.suspected, i.rank_due_at, i.item_id) > ($2, $3, $4, $5)
  AND i.priority <= $6 AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $7)
  AND ($9::text IS NULL OR (i.words @@ $9::text::tsquery) IS TRUE)
ORDER BY i.priority, i.suspected, i.rank_due_at, i.item_id LIMIT $8

-- name: ranked
-- Any items in the order of the queue.
SELECT i.card FROM vigie.items i
WHERE i.brand_id = $1 AND (i.priority, i.suspected, i.rank_due_at, i.item_id) > ($2, $3, $4, $5)
  AND i.priority <= $6 AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $7)
  AND ($9::text IS NULL OR (i.words @@ $9::text::tsquery) IS TRUE)
ORDER BY i.priority, i.suspected, i.rank_due_at, i.item_id LIMIT $8

-- name: uncertain
-- Few, wherever they rank: an index of their own.
SELECT i.card FROM vigie.items i
WHERE i.brand_id = $1 AND i.uncertain AND (i.priority, i.suspected, i.rank_due_at, i.item_id) > ($2, $3, $4, $5)
  AND i.priority <= $6 AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $7)
  AND ($9::text IS NULL OR (i.words @@ $9::text::tsquery) IS TRUE)
ORDER BY i.priority, i.suspected, i.rank_due_at, i.item_id LIMIT $8

-- name: found
-- Items that hold all words and marks, or were heard lately; by rank, whether they wait or not. Planned each time: the index
-- of words, that of the last words of authors, or the way down, whichever is short. The last terms are looked for in the
-- items themselves, past the index (`inbox.views.rarity` says which).
SELECT i.card FROM vigie.items i
WHERE i.brand_id = $1 AND (i.priority, i.suspected, i.rank_due_at, i.item_id) > ($2, $3, $4, $5)
  AND i.priority <= $6 AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $7)
  AND ($9::text IS NULL OR i.words @@ $9::text::tsquery) AND i.heard_at >= $10
  AND ($11::text IS NULL OR (i.words @@ $11::text::tsquery) IS TRUE)
ORDER BY i.priority, i.suspected, i.rank_due_at, i.item_id LIMIT $8

-- name: done
-- What nobody waits for has no due time: the latest first, a walk down the index for each status.
SELECT i.card FROM unnest($2::text[]) AS wanted(status) CROSS JOIN LATERAL (
  SELECT i.card, i.position FROM vigie.items i
  WHERE i.brand_id = $1 AND i.status = wanted.status AND i.position < $3 AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $4)
  ORDER BY i.position DESC LIMIT $5) i
ORDER BY i.position DESC LIMIT $5

-- name: count_waiting
-- How many fit among those who wait: one walk down their index.
SELECT count(*) FROM vigie.items i
WHERE i.brand_id = $1 AND i.status IN ('open', 'acknowledged')
  AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $2)
  AND ($3::text IS NULL OR (i.words @@ $3::text::tsquery) IS TRUE)

-- name: count
-- How many fit of all there ever were. Planned each time, and looked up in two steps, as `found`.
SELECT count(*) FROM vigie.items i
WHERE i.brand_id = $1 AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $2)
  AND ($3::text IS NULL OR i.words @@ $3::text::tsquery) AND i.heard_at >= $4
  AND ($5::text IS NULL OR (i.words @@ $5::text::tsquery) IS TRUE)

-- name: names
-- Which items fit, by their ids, from one of them on: for work on all of them, in an order that nothing changes.
SELECT i.item_id, i.position FROM vigie.items i
WHERE i.brand_id = $1 AND i.item_id > $5 AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $2)
  AND ($3::text IS NULL OR i.words @@ $3::text::tsquery) AND i.heard_at >= $4
  AND ($7::text IS NULL OR (i.words @@ $7::text::tsquery) IS TRUE)
ORDER BY i.item_id LIMIT $6

-- name: names_waiting
-- The same among those who wait.
SELECT i.item_id, i.position FROM vigie.items i
WHERE i.brand_id = $1 AND i.status IN ('open', 'acknowledged') AND i.item_id > $4
  AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $2)
  AND ($3::text IS NULL OR (i.words @@ $3::text::tsquery) IS TRUE)
ORDER BY i.item_id LIMIT $5

-- name: fitting
-- Which of these items fit: a list that is shown asks it of what changed.
SELECT i.item_id FROM vigie.items i
WHERE i.brand_id = $1 AND i.item_id = ANY ($4::uuid[]) AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $2)
  AND ($3::text IS NULL OR (i.words @@ $3::text::tsquery) IS TRUE)

-- name: changed
-- What a live view has not seen yet. With ties, since forgetting an author changes several items at one position.
SELECT card FROM vigie.items WHERE brand_id = $1 AND position > $2 AND status <> 'unheard'
ORDER BY position FETCH FIRST $3 ROWS WITH TIES

-- name: one
-- One item's row and state.
SELECT card, state FROM vigie.items WHERE brand_id = $1 AND item_id = $2 AND status <> 'unheard'

-- name: waiting_counts
-- How many each view of waiting items holds, in one walk over those who wait.
SELECT count(*) AS waiting, count(*) FILTER (WHERE priority <= 2) AS urgent,
  count(*) FILTER (WHERE status = 'open') AS unacknowledged, count(*) FILTER (WHERE assignee = $2) AS mine,
  count(*) FILTER (WHERE rank_due_at < $3) AS breaching
FROM vigie.items WHERE brand_id = $1 AND status IN ('open', 'acknowledged')

-- name: mine_counts
-- How many waiting items each member has: one walk serves all who watch.
SELECT assignee, count(*) AS items FROM vigie.items
WHERE brand_id = $1 AND status IN ('open', 'acknowledged') AND assignee IS NOT NULL GROUP BY assignee

-- name: other_counts
-- Counted up to a limit: of a million resolved items nobody needs the number each second.
SELECT
  (SELECT count(*) FROM (
    SELECT FROM vigie.items WHERE brand_id = $1 AND status = 'answered' LIMIT $2) a) AS answered,
  (SELECT count(*) FROM (
    SELECT FROM vigie.items WHERE brand_id = $1 AND status = 'resolved' LIMIT $2) r) AS resolved,
  (SELECT count(*) FROM (
    SELECT FROM vigie.items WHERE brand_id = $1 AND uncertain LIMIT $2) u) AS uncertain,
  (SELECT count(*) FROM (
    SELECT FROM vigie.items WHERE brand_id = $1 AND status <> 'unheard' LIMIT $2) e) AS all_items

-- name: open_figures
-- For the metrics: who waits, who is about to wait too long, who already has.
SELECT priority, count(*) AS waiting, count(*) FILTER (WHERE ack_due_at IS NOT NULL) AS unacknowledged,
  count(*) FILTER (WHERE warn_at <= $2 AND NOT coalesce(least(ack_due_at, response_due_at) < $2, false)) AS at_risk,
  count(*) FILTER (WHERE least(ack_due_at, response_due_at) < $2) AS overdue,
  count(*) FILTER (WHERE NOT scored) AS unscored
FROM vigie.items WHERE brand_id = $1 AND status IN ('open', 'acknowledged') GROUP BY priority
