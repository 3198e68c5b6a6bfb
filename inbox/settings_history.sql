-- name: before
-- What was changed in the brand's settings, newest first: lines of the audit down a partial index (`events_settings`),
-- and what carries a whole new state from the few streams that hold such events.
SELECT * FROM (
  (SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed, NULL::bytea AS wrapped_key
   FROM vigie.events
   WHERE brand_id = $1 AND position < $2 AND type IN ('SettingChanged', 'CorrectionsExported', 'PersonExported')
   ORDER BY position DESC LIMIT $3)
  UNION ALL
  (SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed, NULL::bytea AS wrapped_key
   FROM vigie.events
   WHERE brand_id = $1 AND stream_id = ANY (ARRAY['policy', 'classifier', 'retention', 'assignment', 'wordings']) AND position < $2
     AND type IN ('PolicyChanged', 'ModelSwitched', 'RetentionChanged', 'AssignmentRulesChanged',
       'WordingSaved', 'WordingRemoved')
   ORDER BY position DESC LIMIT $3)
) found ORDER BY position DESC LIMIT $3
