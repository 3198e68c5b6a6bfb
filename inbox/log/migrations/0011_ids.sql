-- Ids come from the application: a sequence is one counter for all machines, and the one thing in this schema that
-- could not be shared out by brand. Organisations, brands and members get random numbers below 2^53, so that JavaScript
-- holds them exactly (inbox.people.numbers); attempts are counted within their subscription. What has an id keeps it.
ALTER TABLE vigie.organisations ALTER COLUMN org_id DROP IDENTITY;
ALTER TABLE vigie.brands ALTER COLUMN brand_id DROP IDENTITY;
ALTER TABLE vigie.members ALTER COLUMN member_id DROP IDENTITY;
ALTER TABLE vigie.forward_attempts ALTER COLUMN attempt_id DROP IDENTITY;

-- A filter is held against an item's columns, no longer against its row: where the table is distributed, a row of it has
-- the type of its shard, which no function can name. As cheap as before: it is still dissolved into the query.
DROP FUNCTION vigie.fits(vigie.items, vigie.item_filter);
CREATE FUNCTION vigie.fits(
  status text, priority smallint, channel_id text, network text, lang text, assignee bigint, missed boolean,
  ack_due_at timestamptz, response_due_at timestamptz, rank_due_at timestamptz, scored boolean, uncertain boolean,
  f vigie.item_filter) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT status <> 'unheard'
    AND (f.statuses IS NULL OR status = ANY (f.statuses))
    AND (f.priorities IS NULL OR priority = ANY (f.priorities))
    AND (f.channels IS NULL OR channel_id = ANY (f.channels))
    AND (f.networks IS NULL OR network = ANY (f.networks))
    AND (f.langs IS NULL OR lang = ANY (f.langs))
    AND (f.assignee IS NULL OR assignee = f.assignee)
    AND (f.nobody IS NULL OR (assignee IS NULL) = f.nobody)
    AND (f.breached IS NULL
      OR f.breached = (missed OR coalesce(ack_due_at < f.now, false) OR coalesce(response_due_at < f.now, false)))
    AND (f.due_before IS NULL OR rank_due_at < f.due_before)
    AND (f.unscored IS NULL OR scored <> f.unscored)
    AND (f.uncertain IS NULL OR uncertain = f.uncertain)
$$;
