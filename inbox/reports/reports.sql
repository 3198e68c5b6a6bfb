-- name: of_brand
-- The page of reports, by name.
SELECT * FROM vigie.reports WHERE brand_id = $1 ORDER BY lower(name), report_id

-- name: get
-- One of them.
SELECT * FROM vigie.reports WHERE brand_id = $1 AND report_id = $2

-- name: save
-- A new one, or all of one that is there: the form shows all of it.
INSERT INTO vigie.reports (
  brand_id, report_id, name, channel_id, priority, lang, monthly, sender, recipients, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (brand_id, report_id) DO UPDATE SET
  name = excluded.name, channel_id = excluded.channel_id, priority = excluded.priority, lang = excluded.lang,
  monthly = excluded.monthly, sender = excluded.sender, recipients = excluded.recipients

-- name: remove
-- What was made of it stays readable by its address until this.
DELETE FROM vigie.reports WHERE brand_id = $1 AND report_id = $2

-- name: remove_issues
-- With it goes what was made of it.
DELETE FROM vigie.report_issues WHERE brand_id = $1 AND report_id = $2

-- name: remove_mails
-- And to whom that went.
DELETE FROM vigie.report_mails m USING vigie.report_issues i
WHERE m.brand_id = $1 AND i.brand_id = m.brand_id AND i.issue_id = m.issue_id AND i.report_id = $2

-- name: want
-- Ordered by a press, or (wanted_by NULL) by the first of the month: of that there is one a month.
INSERT INTO vigie.report_issues (brand_id, issue_id, report_id, first_day, last_day, wanted_by, wanted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING issue_id

-- name: issues
-- What was made of the brand's reports, newest first, without the facts.
SELECT issue_id, report_id, first_day, last_day, wanted_by, wanted_at, position, true_at, digest, made_at, why,
  check_wanted, checked_at, same, NULL::bytea AS facts
FROM vigie.report_issues WHERE brand_id = $1 ORDER BY wanted_at DESC, issue_id LIMIT $2

-- name: issue
-- One of them, whole.
SELECT issue_id, report_id, first_day, last_day, wanted_by, wanted_at, position, true_at, digest, made_at, why,
  check_wanted, checked_at, same, facts
FROM vigie.report_issues WHERE brand_id = $1 AND issue_id = $2

-- name: made
-- Its facts are fixed from here on.
UPDATE vigie.report_issues SET position = $3, true_at = $4, facts = $5, digest = $6, made_at = $7
WHERE brand_id = $1 AND issue_id = $2 AND made_at IS NULL RETURNING report_id, wanted_by

-- name: not_made
-- Why, for the page; what was to be made again is not tried again by itself.
UPDATE vigie.report_issues SET why = CASE WHEN made_at IS NULL THEN $3 END, check_wanted = false
WHERE brand_id = $1 AND issue_id = $2

-- name: want_check
-- Somebody wants it made again from the log.
UPDATE vigie.report_issues SET check_wanted = true WHERE brand_id = $1 AND issue_id = $2 AND made_at IS NOT NULL

-- name: checked
-- It was made again: the same, or not.
UPDATE vigie.report_issues SET check_wanted = false, checked_at = $3, same = $4 WHERE brand_id = $1 AND issue_id = $2

-- name: mails
-- To whom it went, or is to go.
SELECT recipient, state, reason, at FROM vigie.report_mails WHERE brand_id = $1 AND issue_id = $2 ORDER BY recipient

-- name: post
-- To each of the report's recipients: again where nothing was sent for sure; who got it, or may have, is left alone.
INSERT INTO vigie.report_mails AS m (brand_id, issue_id, recipient, state, at)
SELECT $1, $2, recipient, 'wanted', $4 FROM unnest($3::text[]) AS recipient
ON CONFLICT (brand_id, issue_id, recipient) DO UPDATE SET state = 'wanted', reason = NULL, at = excluded.at
WHERE m.state = 'failed'

-- name: logo
-- For the reports of a brand.
SELECT png FROM vigie.logos WHERE brand_id = $1

-- name: set_logo
-- In the place of the one before.
INSERT INTO vigie.logos (brand_id, png, changed_by, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (brand_id) DO UPDATE SET png = $2, changed_by = $3, changed_at = $4

-- name: remove_logo
-- Reports show the brand's name instead.
DELETE FROM vigie.logos WHERE brand_id = $1
