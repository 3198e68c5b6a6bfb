-- The second wall: while the database is asked on behalf of a viewer it shows and takes rows of their brands only,
-- whatever a statement forgot to say. The application's own checks are the first wall; `inbox/walls.py` says when this one
-- stands. It stands for a role that nobody signs in as: those who own the tables (workers, ingest, an operator's shell)
-- work on all brands and are not held up by it.
DO $$
BEGIN
  CREATE ROLE vigie_viewer NOLOGIN;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;  -- roles belong to the server, not to one database
  WHEN insufficient_privilege THEN
    RAISE WARNING 'no second wall between brands: this account may not create roles; see docs/privacy.md';
END $$;

-- The brands of the setting, as a list; none where it is not set.
CREATE FUNCTION vigie.viewed() RETURNS bigint[] LANGUAGE sql STABLE AS $$
  SELECT string_to_array(nullif(current_setting('vigie.brands', true), ''), ',')::bigint[]
$$;

-- Puts the wall around each table whose key begins with the brand and that has none: after each migration, so that no
-- new table is forgotten. On Citus it does nothing: a setting of a session does not reach the machines with the shards.
CREATE FUNCTION vigie.raise_walls() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t regclass;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vigie_viewer')
    OR EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN RETURN; END IF;
  EXECUTE format('GRANT vigie_viewer TO %I', current_user);
  GRANT USAGE ON SCHEMA vigie TO vigie_viewer;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA vigie TO vigie_viewer;
  FOR t IN
    SELECT c.oid FROM pg_class c
    JOIN pg_index x ON x.indrelid = c.oid AND x.indisprimary
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0] AND a.attname = 'brand_id'
    WHERE c.relnamespace = 'vigie'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity
  LOOP
    EXECUTE format('CREATE POLICY of_the_viewers_brands ON %s USING (brand_id = ANY ((SELECT vigie.viewed())::bigint[]))', t);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
  END LOOP;
EXCEPTION
  WHEN insufficient_privilege THEN RAISE WARNING 'no second wall between brands: %', SQLERRM;
END $$;

-- Behind a wall only functions that can tell nothing may be looked up in an index before the wall has been asked. What
-- matches words says yes or no and no more, but PostgreSQL does not take it for granted: without this, a search reads
-- the brand's items one by one. Only a superuser may say so; elsewhere searches of a viewer are slower.
DO $$
BEGIN
  ALTER FUNCTION pg_catalog.ts_match_vq(tsvector, tsquery) LEAKPROOF;
EXCEPTION
  WHEN insufficient_privilege THEN RAISE NOTICE 'searches of words will read item by item: ts_match_vq is not leakproof';
END $$;

-- Takes all of it away, before the tables are distributed over several machines.
CREATE FUNCTION vigie.lower_walls() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t regclass;
BEGIN
  FOR t IN SELECT polrelid FROM pg_policy WHERE polname = 'of_the_viewers_brands' LOOP
    EXECUTE format('DROP POLICY of_the_viewers_brands ON %s', t);
    EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t);
  END LOOP;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'vigie_viewer') THEN
    REVOKE ALL ON ALL TABLES IN SCHEMA vigie FROM vigie_viewer;
    REVOKE ALL ON SCHEMA vigie FROM vigie_viewer;
  END IF;
END $$;
