-- What a member speaks and belongs to in one brand, who was here lately, and to whom a rule gave an item last.
ALTER TABLE vigie.memberships ADD COLUMN langs text[] NOT NULL DEFAULT '{}', ADD COLUMN teams text[] NOT NULL DEFAULT '{}';

CREATE TABLE vigie.presences (
  brand_id bigint NOT NULL,
  member_id bigint NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, member_id)
);

CREATE TABLE vigie.given_by_rule (
  brand_id bigint NOT NULL,
  member_id bigint NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (brand_id, member_id)
);

-- From here on: no rule gives away today what came last year.
INSERT INTO vigie.checkpoints (brand_id, follower, position)
SELECT brand_id, 'assign', last_position FROM vigie.heads ON CONFLICT DO NOTHING;
