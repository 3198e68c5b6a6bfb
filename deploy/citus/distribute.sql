-- Distributes Vigie's schema over the machines of a Citus cluster, by brand. Run it on the coordinator as the owner of
-- the schema, once the migrations have run, and again after each upgrade that brought a migration: what is distributed
-- already is left alone.
--
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f distribute.sql
--
-- Before it: CREATE EXTENSION citus on every node, citus_set_coordinator_host, citus_add_node for each worker, and on
-- every node shared_preload_libraries = 'citus', wal_level = 'logical' and citus.enable_unsafe_triggers = on.
BEGIN;
SELECT vigie.lower_walls();  -- row-level security goes by a setting, which does not reach the machines with the shards
SET LOCAL citus.enable_unsafe_triggers = on;  -- the triggers that keep events immutable run on the shards, row by row
SET LOCAL citus.multi_shard_modify_mode = 'sequential';
SET LOCAL client_min_messages = warning;

-- What belongs to the installation, small and read with everything: a copy on each machine.
-- `sessions`, `sign_in_links` and `login_attempts` stay with the coordinator alone: written at each sign-in and seen by
-- nothing that runs elsewhere, a copy of them on each machine would only cost.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['organisations', 'brands', 'members', 'memberships'] LOOP
    IF NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = format('vigie.%I', t)::regclass) THEN
      PERFORM create_reference_table(format('vigie.%I', t));
    END IF;
  END LOOP;
END $$;

-- What belongs to a brand: every table whose primary key starts with brand_id. All of one brand lies on one machine,
-- in shards that move together. Those that others refer to come first. Unlogged tables become logged ones: a shard that
-- holds them could not be moved while it is written to.
DO $$
DECLARE t regclass; h constant regclass := 'vigie.heads';
BEGIN
  FOR t IN
    SELECT c.oid FROM pg_class c
    JOIN pg_index x ON x.indrelid = c.oid AND x.indisprimary
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0] AND a.attname = 'brand_id'
    WHERE c.relnamespace = 'vigie'::regnamespace AND c.relkind = 'r'
      AND c.oid NOT IN (SELECT logicalrelid FROM pg_dist_partition) AND relation_is_a_known_shard(c.oid) IS NOT TRUE
    ORDER BY c.oid <> h, EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'), c.relname
  LOOP
    IF (SELECT relpersistence = 'u' FROM pg_class WHERE oid = t) THEN EXECUTE format('ALTER TABLE %s SET LOGGED', t); END IF;
    IF t = h THEN
      PERFORM create_distributed_table(h, 'brand_id', colocate_with => 'none');
    ELSE
      PERFORM create_distributed_table(t, 'brand_id', colocate_with => 'vigie.heads');
    END IF;
  END LOOP;
END $$;

-- Functions that take the brand first run where the brand lies: one round trip, as on a single machine.
DO $$
DECLARE f record;
BEGIN
  FOR f IN
    SELECT p.oid::regprocedure AS signature, p.proargnames[1] AS brand FROM pg_proc p
    WHERE p.pronamespace = 'vigie'::regnamespace AND p.provolatile = 'v' AND p.prorettype <> 'trigger'::regtype
      AND p.proargnames[1] IN ('b', 'brand')
  LOOP
    PERFORM create_distributed_function(f.signature, f.brand, colocate_with => 'vigie.heads');
  END LOOP;
END $$;

-- The others (types and pure functions that queries use) are known on every machine.
DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN
    SELECT p.oid FROM pg_proc p
    WHERE p.pronamespace = 'vigie'::regnamespace AND p.provolatile <> 'v'
  LOOP
    PERFORM create_distributed_function(f);
  END LOOP;
END $$;
COMMIT;
