-- About how many items hold the words of a `tsquery`, by the planner's statistics, in a millisecond and however many there
-- are. Words carry their brand, so that a number is one brand's. It runs as its owner: behind the wall between brands the
-- planner would also reckon with the brand's share of the table, twice. NULL on several machines, where no statistics lie.
CREATE FUNCTION vigie.holders(asked text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE plan json;
BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN RETURN NULL; END IF;
  EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM vigie.items WHERE words @@ %L::tsquery', asked) INTO plan;
  RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint;
END $$;
