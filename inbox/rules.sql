-- name: colleagues
-- Who acts for the brand and was here lately ($2: since then; everybody where it is NULL), what they speak and belong to,
-- how many items wait for them (one walk over those who wait, however many colleagues there are), and where a rule gave
-- them one last.
SELECT ms.member_id, ms.langs, ms.teams, coalesce(g.position, 0) AS last, coalesce(l.load, 0) AS load
FROM vigie.memberships ms JOIN vigie.members m USING (member_id)
LEFT JOIN vigie.presences p ON p.brand_id = $1 AND p.member_id = ms.member_id
LEFT JOIN vigie.given_by_rule g ON g.brand_id = $1 AND g.member_id = ms.member_id
LEFT JOIN (
  SELECT i.assignee, count(*) AS load FROM vigie.items i
  WHERE i.brand_id = $1 AND i.status IN ('open', 'acknowledged') AND i.assignee IS NOT NULL GROUP BY i.assignee
) l ON l.assignee = ms.member_id
WHERE ms.brand_id = $1 AND m.deactivated_at IS NULL AND ms.role <> 'observer'
  AND ($2::timestamptz IS NULL OR p.seen_at >= $2) ORDER BY ms.member_id

-- name: given
-- Whose turn it was.
INSERT INTO vigie.given_by_rule (brand_id, member_id, position) VALUES ($1, $2, $3)
ON CONFLICT (brand_id, member_id) DO UPDATE SET position = greatest(given_by_rule.position, excluded.position)

-- name: here
-- Whoever has a page open was here now.
INSERT INTO vigie.presences (brand_id, member_id, seen_at) SELECT $1, member, $3 FROM unnest($2::bigint[]) AS member
ON CONFLICT (brand_id, member_id) DO UPDATE SET seen_at = greatest(presences.seen_at, excluded.seen_at)

-- name: latest
-- What changed last, for a rehearsal.
SELECT state FROM vigie.items WHERE brand_id = $1 AND status <> 'unheard' ORDER BY position DESC LIMIT $2
