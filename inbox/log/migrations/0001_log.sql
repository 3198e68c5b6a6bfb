-- The log, its keys, its followers. Every key holds brand_id first, so that the schema can be distributed by it.
CREATE SCHEMA IF NOT EXISTS vigie;

CREATE TABLE vigie.heads (
  brand_id bigint PRIMARY KEY,
  last_position bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20);  -- room for HOT updates: this row changes with each append

CREATE TABLE vigie.events (
  brand_id bigint NOT NULL,
  position bigint NOT NULL,                 -- gapless per brand: taken under the lock of the head row
  stream_id text NOT NULL,
  type text NOT NULL,
  v smallint NOT NULL,
  dedupe uuid NOT NULL,
  subject_id uuid,                          -- whose key seals `sealed`
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  body bytea NOT NULL,                      -- open JSON: times, ids, figures
  sealed bytea,                             -- AES-256-GCM: name, handle, words
  PRIMARY KEY (brand_id, position),
  UNIQUE (brand_id, dedupe)
);
CREATE INDEX events_stream ON vigie.events (brand_id, stream_id, position);
CREATE INDEX events_subject ON vigie.events (brand_id, subject_id) WHERE subject_id IS NOT NULL;
ALTER TABLE vigie.events ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE vigie.events ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE FUNCTION vigie.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are immutable' USING ERRCODE = 'VG403';
END $$;
CREATE TRIGGER events_are_immutable BEFORE UPDATE OR DELETE ON vigie.events
  FOR EACH ROW EXECUTE FUNCTION vigie.refuse_change();
CREATE TRIGGER events_are_not_truncated BEFORE TRUNCATE ON vigie.events
  FOR EACH STATEMENT EXECUTE FUNCTION vigie.refuse_change();

CREATE TABLE vigie.subject_keys (
  brand_id bigint NOT NULL,
  subject_id uuid NOT NULL,
  wrapped_key bytea NOT NULL,
  PRIMARY KEY (brand_id, subject_id)
);

CREATE TABLE vigie.deliveries (
  brand_id bigint NOT NULL,
  delivery_id uuid NOT NULL,                -- digest of channel and body: a re-delivery is stored once
  channel_id text NOT NULL,
  received_at timestamptz NOT NULL,
  day date NOT NULL,                        -- names the key
  body bytea NOT NULL,                      -- sealed
  content_type text NOT NULL DEFAULT '',
  outcome text NOT NULL CHECK (outcome IN ('parsed', 'quarantined')),
  reason text,
  messages integer NOT NULL DEFAULT 0,
  PRIMARY KEY (brand_id, delivery_id)
);
CREATE INDEX deliveries_channel ON vigie.deliveries (brand_id, channel_id, received_at DESC);
CREATE INDEX deliveries_quarantined ON vigie.deliveries (brand_id, received_at DESC) WHERE outcome = 'quarantined';

CREATE TABLE vigie.delivery_keys (
  brand_id bigint NOT NULL,
  day date NOT NULL,
  wrapped_key bytea NOT NULL,
  PRIMARY KEY (brand_id, day)
);

CREATE TABLE vigie.checkpoints (
  brand_id bigint NOT NULL,
  follower text NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (brand_id, follower)
);

CREATE TABLE vigie.leases (
  brand_id bigint NOT NULL,
  follower text NOT NULL,
  holder text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, follower)
);

CREATE TABLE vigie.set_aside (              -- events a follower failed on, again and again: visible, retried on demand
  brand_id bigint NOT NULL,
  follower text NOT NULL,
  position bigint NOT NULL,
  reason text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, follower, position)
);

-- One round trip: lock the head, check what the caller expects, insert what is new, move the head.
-- A missing `ord` in the answer is a duplicate. Small batches go row by row (single-shard fast path when distributed);
-- large ones set-based, the duplicate probe a scalar sub-select so that no plan can read the whole brand for it.
CREATE FUNCTION vigie.append(
  b bigint, p_stream text[], p_type text[], p_v smallint[], p_dedupe uuid[], p_subject uuid[], p_body bytea[],
  p_sealed bytea[], expect_stream text DEFAULT NULL, expect_pos bigint DEFAULT NULL)
RETURNS TABLE (ord bigint, pos bigint) LANGUAGE plpgsql VOLATILE AS $$
DECLARE h bigint; h0 bigint; cur bigint; n bigint;
BEGIN
  SELECT last_position INTO h FROM vigie.heads WHERE brand_id = b FOR UPDATE;
  IF h IS NULL THEN RAISE EXCEPTION 'unknown brand %', b USING ERRCODE = 'VG404'; END IF;
  IF expect_stream IS NOT NULL THEN
    SELECT coalesce(max(position), 0) INTO cur FROM vigie.events WHERE brand_id = b AND stream_id = expect_stream;
    IF cur <> expect_pos THEN
      RAISE EXCEPTION 'stream % is at %, expected %', expect_stream, cur, expect_pos USING ERRCODE = 'VG409';
    END IF;
  END IF;
  h0 := h;
  IF cardinality(p_dedupe) <= 8 THEN
    FOR i IN 1..cardinality(p_dedupe) LOOP
      INSERT INTO vigie.events (brand_id, position, stream_id, type, v, dedupe, subject_id, body, sealed)
        VALUES (b, h + 1, p_stream[i], p_type[i], p_v[i], p_dedupe[i], p_subject[i], p_body[i], p_sealed[i])
        ON CONFLICT (brand_id, dedupe) DO NOTHING;
      IF FOUND THEN h := h + 1; ord := i; pos := h; RETURN NEXT; END IF;
    END LOOP;
    n := h - h0;
  ELSE
    RETURN QUERY
    WITH u AS MATERIALIZED (
      SELECT * FROM (
        SELECT t.*, row_number() OVER (PARTITION BY t.dd ORDER BY t.o) AS r
        FROM unnest(p_stream, p_type, p_v, p_dedupe, p_subject, p_body, p_sealed)
          WITH ORDINALITY AS t(s, k, vv, dd, su, d, se, o)) q
      WHERE q.r = 1),
    i AS MATERIALIZED (
      SELECT u.*, h + row_number() OVER (ORDER BY u.o) AS np FROM u
      WHERE (SELECT 1 FROM vigie.events e WHERE e.brand_id = b AND e.dedupe = u.dd LIMIT 1) IS NULL),
    ins AS (
      INSERT INTO vigie.events (brand_id, position, stream_id, type, v, dedupe, subject_id, body, sealed)
      SELECT b, i.np, i.s, i.k, i.vv, i.dd, i.su, i.d, i.se FROM i)
    SELECT i.o, i.np FROM i;
    GET DIAGNOSTICS n = ROW_COUNT;
  END IF;
  IF n > 0 THEN UPDATE vigie.heads SET last_position = h0 + n WHERE brand_id = b; END IF;
END $$;
