-- Messages to people's own devices (Web Push). A device and what its member wishes are the member's, not a brand's, and lie
-- beside the sessions; of which items they were told, and when they rest, belongs to the brand.
CREATE TABLE vigie.push_devices (
  device_id uuid PRIMARY KEY,
  member_id bigint NOT NULL,
  endpoint_hash bytea NOT NULL UNIQUE,      -- one browser, one row
  sealed bytea NOT NULL,                    -- its address at the push service, and the keys it opens messages with
  name text NOT NULL,
  session_hash bytea NOT NULL,              -- it goes when this session is signed out
  made_at timestamptz NOT NULL,
  last_sent_at timestamptz,
  test_at timestamptz                       -- a test message is wanted
);
CREATE INDEX push_devices_member ON vigie.push_devices (member_id);
CREATE INDEX push_devices_test ON vigie.push_devices (test_at) WHERE test_at IS NOT NULL;

CREATE TABLE vigie.push_wishes (
  member_id bigint PRIMARY KEY,
  priorities smallint[] NOT NULL,
  quiet_from time,
  quiet_until time,
  through boolean NOT NULL,                 -- what is critical is told in quiet hours, too
  shows text NOT NULL CHECK (shows IN ('counts', 'channels', 'words')),
  CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
);

CREATE TABLE vigie.push_due (
  brand_id bigint PRIMARY KEY,
  due_at timestamptz NOT NULL
);

CREATE TABLE vigie.push_turns (
  brand_id bigint NOT NULL,
  member_id bigint NOT NULL,
  rests_until timestamptz NOT NULL,
  PRIMARY KEY (brand_id, member_id)
);

CREATE TABLE vigie.push_told (
  brand_id bigint NOT NULL,
  member_id bigint NOT NULL,
  item_id uuid NOT NULL,
  priority smallint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, member_id, item_id)
);

-- From here on: nobody is told today of what happened last year.
INSERT INTO vigie.checkpoints (brand_id, follower, position)
SELECT brand_id, 'push', last_position FROM vigie.heads ON CONFLICT DO NOTHING;
