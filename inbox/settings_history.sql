-- name: before
-- What was changed in the brand's settings, newest first: down a partial index (`events_settings`).
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed,
  NULL::bytea AS wrapped_key FROM vigie.events
WHERE brand_id = $1 AND position < $2 AND type IN (
  'PolicyChanged', 'SettingChanged', 'ModelSwitched', 'RetentionChanged', 'CorrectionsExported', 'PersonExported')
ORDER BY position DESC LIMIT $3
