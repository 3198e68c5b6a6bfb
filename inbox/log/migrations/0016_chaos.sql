-- An event that was set aside can be handled again when somebody asks for it: the workers look for what was asked.
ALTER TABLE vigie.set_aside ADD COLUMN asked_at timestamptz;
CREATE INDEX set_aside_asked ON vigie.set_aside (brand_id, asked_at) WHERE asked_at IS NOT NULL;
