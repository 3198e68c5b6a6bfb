-- Appending in one round trip, close to what the disk gives.
--
-- What an append needs to know of authors' keys it may remember between two appends: `key_epoch` counts the keys of the
-- brand that were destroyed, under the lock of its head, and an append says at which count it learnt its keys. Where
-- the two differ it is refused and asks anew, so no remembered key outlives its author's wish to be forgotten.
ALTER TABLE vigie.heads ADD COLUMN key_epoch bigint NOT NULL DEFAULT 0;

-- The planner is told nothing of brands: it then takes each for a 200th of the table. With statistics it takes a brand
-- that they do not know for empty, and any way through it for as good as any other, a walk through all of it included.
ALTER TABLE vigie.events ALTER COLUMN brand_id SET STATISTICS 0;

-- Which of these keys the log has. Only the unique index can answer from itself alone; with the other ways closed no
-- statistics can make the planner read the brand for it.
CREATE FUNCTION vigie.known(b bigint, p_dedupe uuid[]) RETURNS uuid[] LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_indexscan = off AS $$
BEGIN
  RETURN ARRAY(SELECT e.dedupe FROM vigie.events e WHERE e.brand_id = b AND e.dedupe = ANY (p_dedupe));
END $$;

-- The last position of a stream, 0 where it has none. From the stream's index alone, for the same reason.
CREATE FUNCTION vigie.stream_end(b bigint, p_stream text) RETURNS bigint LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_indexscan = off AS $$
BEGIN
  RETURN coalesce(
    (SELECT e.position FROM vigie.events e WHERE e.brand_id = b AND e.stream_id = p_stream
     ORDER BY e.position DESC LIMIT 1), 0);
END $$;

DROP FUNCTION vigie.append(bigint, text[], text[], smallint[], uuid[], uuid[], bytea[], bytea[], text, bigint);

-- Keys of new authors, then under the lock of the head: what the caller expects, what is new, the new head.
-- Answers the head as it was, and which of the events (counted from 1) the log had already: the others stand behind the
-- old head, in the order given. No key may stand twice in `p_dedupe`.
-- VG404: no such brand. VG409: the stream has moved on. VG410: what the caller remembers of keys is no longer true.
CREATE FUNCTION vigie.append(
  b bigint, p_stream text[], p_type text[], p_v smallint[], p_dedupe uuid[], p_subject uuid[], p_body bytea[],
  p_sealed bytea[], expect_stream text DEFAULT NULL, expect_pos bigint DEFAULT NULL,
  p_epoch bigint DEFAULT NULL, p_new_subject uuid[] DEFAULT '{}', p_new_key bytea[] DEFAULT '{}',
  OUT head bigint, OUT known integer[]) LANGUAGE plpgsql VOLATILE AS $$
DECLARE epoch bigint; n bigint; found_keys uuid[];
BEGIN
  known := '{}';
  -- Before the head is locked, as whoever forgets an author does: in the same order nobody waits in a circle.
  IF cardinality(p_new_subject) > 0 THEN
    INSERT INTO vigie.subject_keys (brand_id, subject_id, wrapped_key)
      SELECT b, s, k FROM unnest(p_new_subject, p_new_key) AS fresh (s, k) ORDER BY s
      ON CONFLICT (brand_id, subject_id) DO NOTHING;
    -- Looked up rather than told by ROW_COUNT, which on Citus counts what was offered, not what was taken.
    IF (SELECT count(*) FROM vigie.subject_keys
        WHERE brand_id = b AND subject_id = ANY (p_new_subject) AND wrapped_key = ANY (p_new_key)
    ) < cardinality(p_new_subject) THEN
      RAISE EXCEPTION 'another process made a key of a new author' USING ERRCODE = 'VG410';
    END IF;
  END IF;
  SELECT h.last_position, h.key_epoch INTO head, epoch FROM vigie.heads h WHERE h.brand_id = b FOR UPDATE;
  IF head IS NULL THEN RAISE EXCEPTION 'unknown brand %', b USING ERRCODE = 'VG404'; END IF;
  IF p_epoch <> epoch THEN RAISE EXCEPTION 'a key was destroyed' USING ERRCODE = 'VG410'; END IF;
  IF expect_stream IS NOT NULL AND vigie.stream_end(b, expect_stream) <> expect_pos THEN
    RAISE EXCEPTION 'stream % is not at %', expect_stream, expect_pos USING ERRCODE = 'VG409';
  END IF;
  IF cardinality(p_dedupe) <= 8 THEN  -- row by row: the fast path of a single shard, when distributed
    n := 0;
    FOR i IN 1..cardinality(p_dedupe) LOOP
      INSERT INTO vigie.events (brand_id, position, stream_id, type, v, dedupe, subject_id, body, sealed)
        VALUES (b, head + n + 1, p_stream[i], p_type[i], p_v[i], p_dedupe[i], p_subject[i], p_body[i], p_sealed[i])
        ON CONFLICT (brand_id, dedupe) DO NOTHING;
      IF FOUND THEN n := n + 1; ELSE known := known || i; END IF;
    END LOOP;
  ELSE
    -- Nobody else appends to the brand meanwhile: what is not found now is new, and needs no second look. To insert
    -- first and look only when the unique index objects would save a tenth of this function, but in a caller's
    -- transaction Citus reports that objection as an internal error.
    found_keys := vigie.known(b, p_dedupe);
    IF cardinality(found_keys) = 0 THEN
      INSERT INTO vigie.events (brand_id, position, stream_id, type, v, dedupe, subject_id, body, sealed)
        SELECT b, head + o, s, t, vv, d, su, bo, se
        FROM unnest(p_stream, p_type, p_v, p_dedupe, p_subject, p_body, p_sealed)
          WITH ORDINALITY AS given (s, t, vv, d, su, bo, se, o);
    ELSE
      known := ARRAY(
        SELECT o::integer FROM unnest(p_dedupe) WITH ORDINALITY AS given (d, o) WHERE d = ANY (found_keys));
      INSERT INTO vigie.events (brand_id, position, stream_id, type, v, dedupe, subject_id, body, sealed)
        SELECT b, head + row_number() OVER (ORDER BY o), s, t, vv, d, su, bo, se
        FROM unnest(p_stream, p_type, p_v, p_dedupe, p_subject, p_body, p_sealed)
          WITH ORDINALITY AS given (s, t, vv, d, su, bo, se, o)
        WHERE d <> ALL (found_keys);
    END IF;
    GET DIAGNOSTICS n = ROW_COUNT;
  END IF;
  IF n > 0 THEN UPDATE vigie.heads SET last_position = head + n WHERE brand_id = b; END IF;
END $$;

-- Raw deliveries and what they say, in one commit. `p_day` and `p_day_key`: the keys that the deliveries are sealed
-- under; VG410 where one of them is gone. The same delivery again is already there. All else as `vigie.append`.
CREATE FUNCTION vigie.take(
  b bigint, p_stream text[], p_type text[], p_v smallint[], p_dedupe uuid[], p_subject uuid[], p_body bytea[],
  p_sealed bytea[], expect_stream text, expect_pos bigint, p_epoch bigint, p_new_subject uuid[], p_new_key bytea[],
  p_day date[], p_day_key bytea[], d_id uuid[], d_channel text[], d_received_at timestamptz[], d_day date[],
  d_body bytea[], d_content_type text[], d_outcome text[], d_reason text[], d_messages integer[], d_headers bytea[],
  OUT head bigint, OUT known integer[]) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF (SELECT count(*) FROM vigie.delivery_keys
      WHERE brand_id = b AND day = ANY (p_day) AND wrapped_key = ANY (p_day_key)) < cardinality(p_day) THEN
    RAISE EXCEPTION 'a key of deliveries has expired' USING ERRCODE = 'VG410';
  END IF;
  INSERT INTO vigie.deliveries
    (brand_id, delivery_id, channel_id, received_at, day, body, content_type, outcome, reason, messages, headers)
    SELECT b, given.* FROM unnest(
      d_id, d_channel, d_received_at, d_day, d_body, d_content_type, d_outcome, d_reason, d_messages, d_headers
    ) AS given
    ON CONFLICT (brand_id, delivery_id) DO NOTHING;
  IF cardinality(p_dedupe) = 0 THEN
    head := 0;
    known := '{}';
    RETURN;
  END IF;
  SELECT a.head, a.known INTO head, known FROM vigie.append(
    b, p_stream, p_type, p_v, p_dedupe, p_subject, p_body, p_sealed, expect_stream, expect_pos, p_epoch,
    p_new_subject, p_new_key) AS a;
END $$;
