-- name: cells
-- Who waits in a wave, by all that a list that folds can be narrowed to: how many, and the first of them.
SELECT DISTINCT ON (i.wave, i.status, i.priority, i.channel_id, i.network, i.lang)
  i.wave, i.status, i.priority, i.channel_id, i.network, i.lang, i.suspected, i.rank_due_at, i.item_id,
  count(*) OVER (PARTITION BY i.wave, i.status, i.priority, i.channel_id, i.network, i.lang) AS items
FROM vigie.items i WHERE i.brand_id = $1 AND i.status IN ('open', 'acknowledged') AND i.wave IS NOT NULL
ORDER BY i.wave, i.status, i.priority, i.channel_id, i.network, i.lang, i.suspected, i.rank_due_at, i.item_id

-- name: waves_of
-- Which of these waves some items are in.
SELECT DISTINCT i.wave FROM vigie.items i
WHERE i.brand_id = $1 AND i.item_id = ANY ($2::uuid[]) AND i.wave = ANY ($3::uuid[])

-- name: rows
-- A page of those who wait, of the waves named only who stands for each: down the index of the queue, past the others.
SELECT i.card FROM vigie.items i
WHERE i.brand_id = $1 AND i.status IN ('open', 'acknowledged') AND (i.priority, i.suspected, i.rank_due_at, i.item_id) > ($2, $3, $4, $5)
  AND i.priority <= $6 AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $7)
  AND (i.wave IS NULL OR i.wave <> ALL ($9::uuid[]) OR i.item_id = ANY ($10::uuid[]))
ORDER BY i.priority, i.suspected, i.rank_due_at, i.item_id LIMIT $8

-- name: standing
-- Who stands on a list for these waves: the first of each that is folded, else every member.
SELECT i.card FROM vigie.items i
WHERE i.brand_id = $1 AND i.status IN ('open', 'acknowledged') AND i.wave = ANY ($3::uuid[])
  AND vigie.matches(i.status, i.priority, i.channel_id, i.network, i.lang, i.assignee,
    i.missed, i.ack_due_at, i.response_due_at, i.rank_due_at, i.scored, i.uncertain, i.heard_at, $2)
  AND (i.wave <> ALL ($4::uuid[]) OR i.item_id = ANY ($5::uuid[]))
