-- The zone in which somebody wants to read when things happened; '' where the brand's serves.
ALTER TABLE vigie.members ADD COLUMN zone text NOT NULL DEFAULT '';
