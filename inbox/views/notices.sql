-- name: tell
-- Once for each member, event and kind, however often the event passes.
INSERT INTO vigie.notices (brand_id, member_id, position, kind, item_id, by_member, at)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::uuid[], $6::bigint[], $7::timestamptz[])
ON CONFLICT DO NOTHING

-- name: propose
-- One of an item waits at a time.
INSERT INTO vigie.proposals (brand_id, item_id, proposal_id, by_member, asked, at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (brand_id, item_id) DO UPDATE SET
  proposal_id = excluded.proposal_id, by_member = excluded.by_member, asked = excluded.asked, step = 0,
  at = excluded.at, expires_at = excluded.expires_at

-- name: escalate
-- The next one is asked.
UPDATE vigie.proposals SET step = greatest(step, $4) WHERE brand_id = $1 AND item_id = $2 AND proposal_id = $3

-- name: decided
-- It waits no more; who wrote it is told.
DELETE FROM vigie.proposals WHERE brand_id = $1 AND item_id = $2 RETURNING by_member

-- name: people
-- Who works for the brand, and as what.
SELECT m.member_id, m.name, ms.role FROM vigie.memberships ms JOIN vigie.members m USING (member_id)
WHERE ms.brand_id = $1 AND m.deactivated_at IS NULL ORDER BY m.member_id

-- name: waiting
-- Proposals for a screen: those whose time is over soonest first.
SELECT p.item_id, p.proposal_id, p.by_member, p.asked, p.step, p.at, p.expires_at, i.card
FROM vigie.proposals p LEFT JOIN vigie.items i ON i.brand_id = p.brand_id AND i.item_id = p.item_id
WHERE p.brand_id = $1 ORDER BY p.expires_at, p.item_id LIMIT $2

-- name: counts
-- What stands beside the links of these members: notices not read, and proposals that they may decide on ($3: any, as a
-- lead).
SELECT m.id AS member,
  (SELECT count(*) FROM vigie.notices n WHERE n.brand_id = $1 AND n.member_id = m.id AND n.read_at IS NULL) AS unread,
  (SELECT count(*) FROM vigie.proposals p
   WHERE p.brand_id = $1 AND p.by_member <> m.id AND (m.leads OR m.id = ANY (p.asked[1:p.step + 1]))) AS to_approve
FROM unnest($2::bigint[], $3::boolean[]) AS m (id, leads)

-- name: of_member
-- The newest first.
SELECT n.position, n.kind, n.item_id, n.by_member, n.at, n.read_at, i.card
FROM vigie.notices n LEFT JOIN vigie.items i ON i.brand_id = n.brand_id AND i.item_id = n.item_id
WHERE n.brand_id = $1 AND n.member_id = $2 AND n.position < $3 ORDER BY n.position DESC LIMIT $4

-- name: mark_read
-- All of them up to what the member saw.
UPDATE vigie.notices SET read_at = $4 WHERE brand_id = $1 AND member_id = $2 AND position <= $3 AND read_at IS NULL

-- name: seen
-- Whoever opens the item has read what there is of it.
UPDATE vigie.notices SET read_at = $4 WHERE brand_id = $1 AND member_id = $2 AND item_id = $3 AND read_at IS NULL
