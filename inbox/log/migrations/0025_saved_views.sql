-- Saved views: a view and a search under a name, of one member or of the whole team of a brand; and what a member set for
-- themselves. Settings of people, not of the log: nothing that happened hangs on them. What a team shares leaves an audit
-- line (`SettingChanged`) as other settings do.
CREATE TABLE vigie.saved_views (
  brand_id bigint NOT NULL,
  view_id uuid NOT NULL,
  owner bigint NOT NULL,                    -- who made it; of a shared one, leads may change it, too
  shared boolean NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  icon text NOT NULL,
  view text NOT NULL,                       -- the built-in view that it looks into
  q text NOT NULL,                          -- the search, in its canonical text
  place integer NOT NULL,                   -- smaller stands higher
  deleted_at timestamptz,                   -- kept a while, so that deleting can be undone
  created_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, view_id)
);
CREATE INDEX saved_views_place ON vigie.saved_views (brand_id, place) WHERE deleted_at IS NULL;

CREATE TABLE vigie.member_keys (            -- keys that a member gave to acts other than the usual ones
  brand_id bigint NOT NULL,
  member_id bigint NOT NULL,
  keys jsonb NOT NULL,                      -- act → key
  PRIMARY KEY (brand_id, member_id)
);
