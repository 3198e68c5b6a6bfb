-- Whose wave an item is in: in the queue the first of a wave stands for all. Filled in for those who wait; rows of the past
-- get it when something happens to them or the brand's views are made anew.
ALTER TABLE vigie.items ADD COLUMN wave uuid;
ALTER TABLE vigie.rebuilding_items ADD COLUMN wave uuid;
UPDATE vigie.items i SET wave = marked.wave FROM (
  SELECT w.brand_id, w.item_id, substr(mark.lexeme, strpos(mark.lexeme, '~') + 1)::uuid AS wave
  FROM vigie.items w CROSS JOIN LATERAL unnest(w.words) AS mark
  WHERE w.status IN ('open', 'acknowledged') AND starts_with(mark.lexeme, w.brand_id || '~')) marked
WHERE i.brand_id = marked.brand_id AND i.item_id = marked.item_id;
-- All that is asked of it: who waits in which wave is counted from the index alone.
CREATE INDEX items_waves ON vigie.items (
  brand_id, wave, status, priority, channel_id, network, lang, suspected, rank_due_at, item_id)
  WHERE status IN ('open', 'acknowledged') AND wave IS NOT NULL;
-- How somebody's lists show rows; kept with the member, so that it is the same on every machine they sit at.
ALTER TABLE vigie.members ADD COLUMN folds_waves boolean NOT NULL DEFAULT true;
ALTER TABLE vigie.members ADD COLUMN compact boolean NOT NULL DEFAULT false;
