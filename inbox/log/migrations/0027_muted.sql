-- Authors whose words nobody is to be alarmed by: the follower's own note of who they are, for items that begin later.
CREATE TABLE vigie.muted_authors (
  brand_id bigint NOT NULL,
  subject_id uuid NOT NULL,
  item_id uuid NOT NULL,                    -- where it was decided
  position bigint NOT NULL,                 -- of that decision
  by bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, subject_id)
);
