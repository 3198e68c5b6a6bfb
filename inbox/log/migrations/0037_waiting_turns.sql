-- How many waited at a time, and how long those wait who wait now: without these two a page of figures reads all turns
-- there ever were.
CREATE INDEX turns_ended ON vigie.turns (brand_id, ended_at) INCLUDE (started_at) WHERE ended_at IS NOT NULL;
CREATE INDEX turns_waiting ON vigie.turns (brand_id, started_at) WHERE ended_at IS NULL;
