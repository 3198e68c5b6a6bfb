-- name: at_work
-- Of these sessions, those that do not wait for us to speak; the asking one is always among them, unless something stands
-- between that gives sessions other numbers.
SELECT pid FROM pg_stat_activity
WHERE pid = ANY($1::int[]) AND (pid = pg_backend_pid() OR wait_event IS DISTINCT FROM 'ClientRead')
