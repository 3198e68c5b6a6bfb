-- name: shape
-- What a test may have left behind besides rows: tables, triggers, functions, policies of its own or changed ones,
-- what the planner knows, and how far it says it is migrated. Two databases of the same migrations that only rows
-- went through give the same.
SELECT md5(concat(
  (SELECT string_agg(concat_ws(' ', c.oid, c.relname, c.relnatts, c.reloptions, c.relacl, c.relhastriggers,
                               c.relrowsecurity, CASE WHEN c.relkind = 'r' THEN c.reltuples END), ',' ORDER BY c.oid)
   FROM pg_class c WHERE c.oid >= 16384 AND c.relkind <> 't'),
  (SELECT string_agg(concat_ws(' ', oid, tgname, tgenabled), ',' ORDER BY oid) FROM pg_trigger),
  (SELECT string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid) FROM pg_proc WHERE oid >= 16384),
  (SELECT string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid) FROM pg_policy),
  (SELECT count(*) FROM pg_statistic WHERE starelid >= 16384),
  (SELECT string_agg(concat_ws(' ', s.setrole, s.setconfig), ',') FROM pg_db_role_setting s
   JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()),
  (SELECT version_num FROM public.migrations)))

-- name: end_others
-- A connection that a test left open, or that is just being closed: gone when this returns.
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()

-- name: empty
-- Rows are deleted where they are few, which costs a fiftieth of a table's and its indexes' new files; and up to ten
-- pages the planner takes a table for as large as a new one. Triggers stay silent: events refuse to be deleted.
DO $$
DECLARE t record;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN
    SELECT c.oid::regclass AS name, pg_relation_size(c.oid) <= 10 * 8192 AND pg_total_relation_size(c.oid) <= 1000000 AS few
    FROM pg_class c WHERE c.relnamespace = 'vigie'::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
  LOOP
    IF t.few THEN EXECUTE format('DELETE FROM %s', t.name);
    ELSE EXECUTE format('TRUNCATE %s CASCADE', t.name);
    END IF;
  END LOOP;
END $$
