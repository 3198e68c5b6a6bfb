-- Followers in many processes: a seat a process, and one statement for a turn with a brand.

-- Who follows now. A seat is claimed anew each second and runs out by itself; brands are dealt among the seats by a rule
-- that every process computes alike, so that no row of a brand is written to say whose it is. A table of the whole
-- installation: it holds a row a process.
CREATE TABLE vigie.crew (
  holder text PRIMARY KEY,
  label text NOT NULL,                      -- host and process, for people
  followers text[] NOT NULL,                -- during a deploy not all processes run the same
  seen_at timestamptz NOT NULL
);

-- Claims the caller's seat and gives all seats, those that ran out within the last minute as not alive. `joined`: the
-- caller's own had run out, or is new. Whether it is on disk does not matter: it is old in a second.
CREATE FUNCTION vigie.sit(p_holder text, p_label text, p_followers text[], p_lease_s float8)
RETURNS TABLE (holder text, followers text[], alive boolean, joined boolean) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE fresh boolean; lease interval := make_interval(secs => p_lease_s);
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  SELECT NOT EXISTS (
    SELECT FROM vigie.crew c WHERE c.holder = p_holder AND c.seen_at > clock_timestamp() - lease) INTO fresh;
  INSERT INTO vigie.crew AS c (holder, label, followers, seen_at)
    VALUES (p_holder, p_label, p_followers, clock_timestamp())
    ON CONFLICT (holder) DO UPDATE SET label = p_label, followers = p_followers, seen_at = clock_timestamp();
  IF fresh THEN
    DELETE FROM vigie.crew c WHERE c.holder IN (
      SELECT o.holder FROM vigie.crew o WHERE o.seen_at < clock_timestamp() - interval '1 minute' - lease
      FOR UPDATE SKIP LOCKED);
    PERFORM pg_notify('vigie', p_holder || ' crew 0');  -- a hint: whoever misses it looks within the second
  END IF;
  RETURN QUERY
    SELECT c.holder, c.followers, c.seen_at > clock_timestamp() - lease, c.holder = p_holder AND fresh
    FROM vigie.crew c;
END $$;

-- Gives the seat back: the others deal its brands among themselves at once.
CREATE FUNCTION vigie.stand_up(p_holder text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  DELETE FROM vigie.crew WHERE holder = p_holder;
  PERFORM pg_notify('vigie', p_holder || ' crew 0');
END $$;

-- One turn of a follower with a brand, in one round trip: where it stands, what comes next of the types it wants (NULL:
-- all) with the keys that open it, and with `p_move` the checkpoint moved past that, so that the caller's transaction
-- holds effect and checkpoint together. The last row says where the stretch began and ends and where the log does; no
-- row at all: another process holds the checkpoint at this moment.
-- `p_after`: nothing up to there is wanted after `p_stand`, the caller has looked; where the checkpoint is elsewhere
-- somebody moved it, and the caller knows nothing. `p_skip`: how far one call looks. Where nothing is wanted the
-- checkpoint is moved only with `p_settle`: a commit for nothing costs a flush of the disk.
CREATE FUNCTION vigie.follow(
  b bigint, p_follower text, p_wants text[], p_stand bigint, p_after bigint, p_limit integer, p_skip integer,
  p_move boolean, p_settle boolean)
RETURNS TABLE (
  was bigint, upto bigint, head bigint, "position" bigint, stream_id text, type text, v smallint, dedupe uuid,
  subject_id uuid, recorded_at timestamptz, body bytea, sealed bytea, wrapped_key bytea)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE stand bigint; last bigint; since bigint; until bigint; n bigint;
BEGIN
  IF p_move THEN
    SELECT c.position INTO stand FROM vigie.checkpoints c WHERE c.brand_id = b AND c.follower = p_follower
      FOR NO KEY UPDATE SKIP LOCKED;
  ELSE
    SELECT c.position INTO stand FROM vigie.checkpoints c WHERE c.brand_id = b AND c.follower = p_follower;
  END IF;
  IF stand IS NULL THEN
    INSERT INTO vigie.checkpoints (brand_id, follower) VALUES (b, p_follower) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN; END IF;
    stand := 0;
  END IF;
  SELECT h.last_position INTO last FROM vigie.heads h WHERE h.brand_id = b;
  last := coalesce(last, 0);
  since := CASE WHEN stand = p_stand THEN greatest(stand, p_after) ELSE stand END;
  until := least(last, since + CASE WHEN p_wants IS NULL THEN p_limit ELSE p_skip END);
  RETURN QUERY
    SELECT NULL::bigint, NULL::bigint, NULL::bigint, e.position, e.stream_id, e.type, e.v, e.dedupe, e.subject_id,
      e.recorded_at, e.body, e.sealed, k.wrapped_key
    FROM vigie.events e
    LEFT JOIN vigie.subject_keys k ON k.brand_id = b AND k.subject_id = e.subject_id AND e.sealed IS NOT NULL
    WHERE e.brand_id = b AND e.position > since AND e.position <= until
      AND (p_wants IS NULL OR e.type = ANY (p_wants))
    ORDER BY e.position LIMIT p_limit;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n = p_limit AND p_wants IS NOT NULL THEN  -- there may be more of them: the stretch ends with the last one given
    SELECT max(q.position) INTO until FROM (
      SELECT e.position FROM vigie.events e
      WHERE e.brand_id = b AND e.position > since AND e.position <= until AND e.type = ANY (p_wants)
      ORDER BY e.position LIMIT p_limit) q;
  END IF;
  IF p_move AND until > stand AND (n > 0 OR p_settle) THEN
    UPDATE vigie.checkpoints c SET position = until WHERE c.brand_id = b AND c.follower = p_follower;
  END IF;
  RETURN QUERY SELECT stand, until, last, NULL::bigint, NULL::text, NULL::text, NULL::smallint, NULL::uuid, NULL::uuid,
    NULL::timestamptz, NULL::bytea, NULL::bytea, NULL::bytea;
END $$;
