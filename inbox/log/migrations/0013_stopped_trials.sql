-- A run may be stopped by whoever asked for it: what was done stays, the rest is left alone.
ALTER TABLE vigie.reclassifications DROP CONSTRAINT reclassifications_state_check;
ALTER TABLE vigie.reclassifications ADD CONSTRAINT reclassifications_state_check
  CHECK (state IN ('asked', 'trying', 'tried', 'applying', 'applied', 'failed', 'stopped'));
