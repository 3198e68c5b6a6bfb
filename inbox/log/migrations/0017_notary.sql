-- What the notary has sealed, stretch by stretch, and which brands say nothing to the outside for now.

-- Each row vouches for the events from `since` to `upto` and, through its digest, for all rows before it: an event that
-- was changed, taken away or moved shows, with its position. The digest is keyed with a secret that is not in here, so
-- nobody who can write to the database alone can make a fitting one. Forgetting an author changes no event.
CREATE TABLE vigie.seals (
  brand_id bigint NOT NULL,
  since bigint NOT NULL,                    -- the position after the row before; of two notaries one gets the place
  upto bigint NOT NULL,
  marks bytea NOT NULL,                     -- 8 bytes an event, in order: which one it was, where the digest differs
  digest bytea NOT NULL,                    -- of the row before, the borders, and every event whole
  sealed_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, since),
  CHECK (upto >= since AND octet_length(marks) = 8 * (upto - since + 1))
);
ALTER TABLE vigie.seals ALTER COLUMN marks SET STORAGE EXTERNAL;  -- digests cannot be squeezed

-- A brand that is listed sends nothing: no reply, no webhook. A restored copy begins so, until its operator says go.
CREATE TABLE vigie.outbound_stops (
  brand_id bigint PRIMARY KEY,
  since timestamptz NOT NULL,
  reason text NOT NULL CHECK (reason IN ('restored', 'by_hand'))
);
