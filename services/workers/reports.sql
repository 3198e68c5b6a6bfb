-- name: monthly
-- A poll: brands with a report that is made on the first of the month; an index that holds nothing else.
SELECT r.brand_id, r.report_id, b.zone FROM vigie.reports r JOIN vigie.brands b USING (brand_id) WHERE r.monthly

-- name: had
-- Whether the first of the month ordered this one already.
SELECT true FROM vigie.report_issues
WHERE brand_id = $1 AND report_id = $2 AND first_day = $3 AND wanted_by IS NULL

-- name: wanted
-- A poll: what is to be made, or made again; an index that holds nothing else.
SELECT brand_id, issue_id, check_wanted FROM vigie.report_issues
WHERE (made_at IS NULL AND why IS NULL) OR check_wanted ORDER BY wanted_at LIMIT 20

-- name: open_mails
-- A poll: what is to be sent, of brands whose replies are not stopped; an index that holds nothing else.
SELECT m.brand_id, m.issue_id, m.recipient FROM vigie.report_mails m
WHERE m.state = 'wanted' AND NOT EXISTS (SELECT FROM vigie.outbound_stops s WHERE s.brand_id = m.brand_id)
ORDER BY m.at LIMIT 20

-- name: lost
-- A poll: what was being sent by a process that died. Nobody knows whether it went, so it is not sent again.
SELECT brand_id, issue_id, recipient FROM vigie.report_mails WHERE state = 'sending' AND at < $1 LIMIT 20

-- name: take_mail
-- Of two processes one sends it.
UPDATE vigie.report_mails SET state = 'sending', at = $4
WHERE brand_id = $1 AND issue_id = $2 AND recipient = $3 AND state = 'wanted' RETURNING true

-- name: told
-- What became of it.
UPDATE vigie.report_mails SET state = $4, reason = $5, at = $6
WHERE brand_id = $1 AND issue_id = $2 AND recipient = $3 AND state = 'sending' RETURNING true
