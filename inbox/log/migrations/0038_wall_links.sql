-- Links to the wallboard of a brand, for a screen on which nobody is signed in. Their tokens are shown once.
CREATE TABLE vigie.wall_links (
  brand_id bigint NOT NULL,
  link_id text NOT NULL,
  token_hash bytea NOT NULL,                -- SHA-256 of the token
  name text NOT NULL,
  lang text NOT NULL CHECK (lang IN ('fr', 'en')),
  made_by bigint NOT NULL,
  made_at timestamptz NOT NULL,
  seen_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (brand_id, link_id)
);
CREATE UNIQUE INDEX wall_links_token ON vigie.wall_links (brand_id, token_hash);
