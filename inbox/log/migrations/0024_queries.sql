-- What a queue can be narrowed to besides: when the author was last heard, several assignees, and what must not be.
-- Names, categories, waves and attachments stand as marks among `words`, of new and changed items at once, of all others
-- after `vigie rebuild`. The old function and its type stay: processes of the last release go on asking them.
ALTER TABLE vigie.items ADD COLUMN heard_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE vigie.rebuilding_items ADD COLUMN heard_at timestamptz NOT NULL DEFAULT '-infinity';
UPDATE vigie.items i SET heard_at = m.heard_at
FROM (SELECT brand_id, item_id, max(received_at) AS heard_at FROM vigie.messages GROUP BY brand_id, item_id) m
WHERE i.brand_id = m.brand_id AND i.item_id = m.item_id;
CREATE INDEX items_heard ON vigie.items (brand_id, heard_at);

-- NULL does not narrow. `nobody`: true, what is nobody's belongs to it; false, somebody must have it.
CREATE TYPE vigie.item_query AS (
  statuses text[], priorities smallint[], channels text[], networks text[], langs text[],
  assignees bigint[], nobody boolean, breached boolean, due_before timestamptz, unscored boolean, uncertain boolean,
  heard_after timestamptz, heard_before timestamptz, not_channels text[], not_langs text[], not_assignees bigint[],
  now timestamptz
);
CREATE FUNCTION vigie.matches(
  status text, priority smallint, channel_id text, network text, lang text, assignee bigint, missed boolean,
  ack_due_at timestamptz, response_due_at timestamptz, rank_due_at timestamptz, scored boolean, uncertain boolean,
  heard_at timestamptz, f vigie.item_query) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT status <> 'unheard'
    AND (f.statuses IS NULL OR status = ANY (f.statuses))
    AND (f.priorities IS NULL OR priority = ANY (f.priorities))
    AND (f.channels IS NULL OR channel_id = ANY (f.channels))
    AND (f.networks IS NULL OR network = ANY (f.networks))
    AND (f.langs IS NULL OR lang = ANY (f.langs))
    AND ((f.assignees IS NULL AND f.nobody IS NOT TRUE) OR assignee = ANY (f.assignees)
      OR (f.nobody IS TRUE AND assignee IS NULL))
    AND (f.nobody IS DISTINCT FROM false OR assignee IS NOT NULL)
    AND (f.breached IS NULL
      OR f.breached = (missed OR coalesce(ack_due_at < f.now, false) OR coalesce(response_due_at < f.now, false)))
    AND (f.due_before IS NULL OR rank_due_at < f.due_before)
    AND (f.unscored IS NULL OR scored <> f.unscored)
    AND (f.uncertain IS NULL OR uncertain = f.uncertain)
    AND (f.heard_after IS NULL OR heard_at >= f.heard_after)
    AND (f.heard_before IS NULL OR heard_at < f.heard_before)
    AND (f.not_channels IS NULL OR channel_id <> ALL (f.not_channels))
    AND (f.not_langs IS NULL OR lang IS NULL OR lang <> ALL (f.not_langs))
    AND (f.not_assignees IS NULL OR assignee IS NULL OR assignee <> ALL (f.not_assignees))
$$;
