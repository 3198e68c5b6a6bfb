-- Within P1 what its own words bear out comes before what is suspected: part of the rank. False of rows from before it,
-- until something happens to them or the brand's views are made anew. The indexes without it serve the version before;
-- they go one version later.
ALTER TABLE vigie.items ADD COLUMN suspected boolean NOT NULL DEFAULT false;
ALTER TABLE vigie.rebuilding_items ADD COLUMN suspected boolean NOT NULL DEFAULT false;
CREATE INDEX items_order ON vigie.items (brand_id, priority, suspected, rank_due_at, item_id) WHERE status IN ('open', 'acknowledged');
CREATE INDEX items_all_order ON vigie.items (brand_id, priority, suspected, rank_due_at, item_id);
CREATE INDEX items_uncertain_order ON vigie.items (brand_id, priority, suspected, rank_due_at, item_id) WHERE uncertain;
