-- Who changed which setting, newest first, however long the log is: a small index beside a large table.
CREATE INDEX events_settings ON vigie.events (brand_id, position)
  WHERE type IN ('SettingChanged', 'CorrectionsExported', 'PersonExported');
