-- Views that are being made anew, beside the running ones, until they take their place in one transaction.
-- Nothing in them is kept: unlogged, and emptied when a rebuild ends, fails or is found dead. Each has the columns of
-- its running table in the same order; a test holds them to that, since the switch compares whole rows.
CREATE TABLE vigie.rebuilds (
  brand_id bigint PRIMARY KEY,
  run_id uuid,                              -- who is at it; NULL when nobody is
  begun_at timestamptz,
  heard_at timestamptz,                     -- of its process; long ago: it died, and the next may take over
  done bigint NOT NULL DEFAULT 0,           -- events folded so far,
  head bigint NOT NULL DEFAULT 0,           -- and those there were when it began
  switches bigint NOT NULL DEFAULT 0,       -- how often views took the place of others: whoever watches starts anew
  UNIQUE (brand_id, run_id)                 -- makes run_id a key: who writes for a run keeps others from taking over
);

CREATE UNLOGGED TABLE vigie.rebuilding_items (
  LIKE vigie.items INCLUDING DEFAULTS, PRIMARY KEY (brand_id, item_id));
-- Written once, read once: neither squeezed nor moved out of the row.
ALTER TABLE vigie.rebuilding_items SET (toast_tuple_target = 8160);
CREATE INDEX rebuilding_items_alarm ON vigie.rebuilding_items (brand_id) WHERE next_alarm_at IS NOT NULL;
CREATE UNLOGGED TABLE vigie.rebuilding_turns (
  LIKE vigie.turns INCLUDING DEFAULTS, PRIMARY KEY (brand_id, item_id, turn));
CREATE UNLOGGED TABLE vigie.rebuilding_messages (
  LIKE vigie.messages INCLUDING DEFAULTS, PRIMARY KEY (brand_id, item_id, external_id));
CREATE UNLOGGED TABLE vigie.rebuilding_corrections (
  LIKE vigie.corrections INCLUDING DEFAULTS, PRIMARY KEY (brand_id, position));
CREATE INDEX rebuilding_corrections_item ON vigie.rebuilding_corrections (brand_id, item_id);
CREATE UNLOGGED TABLE vigie.rebuilding_wave_members (
  LIKE vigie.wave_members INCLUDING DEFAULTS, PRIMARY KEY (brand_id, item_id, external_id));
CREATE UNLOGGED TABLE vigie.rebuilding_waves (
  LIKE vigie.waves INCLUDING DEFAULTS, PRIMARY KEY (brand_id, wave_id));
