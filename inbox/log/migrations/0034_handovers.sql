-- Who carries out hand-overs begins with today: nothing that was said before concerns it.
INSERT INTO vigie.checkpoints (brand_id, follower, position)
SELECT brand_id, 'handover', last_position FROM vigie.heads ON CONFLICT DO NOTHING;
