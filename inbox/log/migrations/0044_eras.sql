-- After a restore a brand's positions are given again. From which position on a new era began, by restore: what names an
-- event to the outside (a webhook's id, where a reader of the log stands) carries it. No row: never restored.
CREATE TABLE vigie.eras (
  brand_id bigint NOT NULL,
  position bigint NOT NULL,  -- the last one that was restored: the era's first event comes after it
  era text NOT NULL,
  began_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, position)
);
