-- name: schema
-- Typed columns in the order of the log, and what is made of them.
CREATE SCHEMA plain;
CREATE TABLE plain.events (
  position bigint PRIMARY KEY, item_id uuid NOT NULL, type text NOT NULL, external_id text, at timestamptz,
  heard_at timestamptz, by bigint, level smallint, urgency float8, sentiment text, lang text, reply_id uuid,
  purpose text, followers bigint, assignee bigint, clock text, text text);
CREATE TABLE plain.items (
  item_id uuid PRIMARY KEY, position bigint, status text, priority smallint, ack_due_at timestamptz,
  response_due_at timestamptz, warn_at timestamptz, assignee bigint, lang text, scored boolean, messages integer,
  missed boolean, text text);
CREATE TABLE plain.turns (
  item_id uuid, turn integer, priority smallint, started_at timestamptz, ack_due_at timestamptz,
  response_due_at timestamptz, acknowledged_at timestamptz, acknowledged_by bigint, responded_at timestamptz,
  responded_by bigint, ended_at timestamptz, PRIMARY KEY (item_id, turn));
CREATE TABLE plain.messages (
  item_id uuid, external_id text, sent_at timestamptz, received_at timestamptz, sentiment text, level smallint,
  urgency float8, lang text, PRIMARY KEY (item_id, external_id));

-- name: empty
-- Before each round.
TRUNCATE plain.items, plain.turns, plain.messages

-- name: items
-- One pass over the events, grouped by item.
INSERT INTO plain.items
SELECT item_id, position,
  CASE WHEN answered_at IS NOT NULL THEN 'answered' WHEN resolved_at IS NOT NULL THEN 'resolved'
       WHEN acknowledged_at IS NOT NULL THEN 'acknowledged' ELSE 'open' END,
  greatest(least(p, CASE WHEN judged < messages THEN 2 ELSE p END) - breaches, least(p, 2)),
  started_at + (ARRAY['15 minutes', '30 minutes', '2 hours', '4 hours']::interval[])[p],
  started_at + (ARRAY['40 minutes', '2 hours', '8 hours', '24 hours']::interval[])[p],
  started_at + 0.75 * (ARRAY['15 minutes', '30 minutes', '2 hours', '4 hours']::interval[])[p],
  coalesce(assignee, acknowledged_by), lang, judged >= messages, messages, breaches > 0, words
FROM (
  SELECT item_id, max(position) AS position, min(at) FILTER (WHERE type = 'MessageReceived') AS started_at,
    min(at) FILTER (WHERE type = 'ReplySent') AS answered_at, min(at) FILTER (WHERE type = 'ItemResolved') AS resolved_at,
    min(at) FILTER (WHERE type = 'ItemAcknowledged') AS acknowledged_at,
    min(by) FILTER (WHERE type = 'ItemAcknowledged') AS acknowledged_by,
    (array_agg(assignee ORDER BY position DESC) FILTER (WHERE type = 'ItemAssigned'))[1] AS assignee,
    count(*) FILTER (WHERE type = 'MessageReceived') AS messages,
    count(*) FILTER (WHERE type = 'MessageClassified') AS judged,
    count(*) FILTER (WHERE type = 'SlaBreached') AS breaches,
    (array_agg(lang ORDER BY urgency DESC) FILTER (WHERE type = 'MessageClassified'))[1] AS lang,
    string_agg(text, ' ' ORDER BY position) FILTER (WHERE text IS NOT NULL) AS words,
    CASE WHEN max(level) >= 3 THEN 1 WHEN max(urgency) >= 0.5 THEN 2 WHEN max(urgency) >= 0.25 THEN 3 ELSE 4 END
      - CASE WHEN max(followers) >= 10000 AND max(urgency) < 0.5 THEN 1 ELSE 0 END AS p
  FROM plain.events GROUP BY item_id) folded

-- name: turns
-- The first turn of each item; a second one needs an order that aggregates do not know.
INSERT INTO plain.turns
SELECT e.item_id, 1, i.priority, min(e.at) FILTER (WHERE e.type = 'MessageReceived'), i.ack_due_at, i.response_due_at,
  min(e.at) FILTER (WHERE e.type IN ('ItemAcknowledged', 'ReplySent')),
  min(e.by) FILTER (WHERE e.type IN ('ItemAcknowledged', 'ReplyQueued')),
  min(e.at) FILTER (WHERE e.type = 'ReplySent'), min(e.by) FILTER (WHERE e.type = 'ReplyQueued'),
  min(e.at) FILTER (WHERE e.type IN ('ReplySent', 'ItemResolved'))
FROM plain.events e JOIN plain.items i USING (item_id)
GROUP BY e.item_id, i.priority, i.ack_due_at, i.response_due_at

-- name: messages
-- Each message with its last reading.
INSERT INTO plain.messages
SELECT r.item_id, r.external_id, r.at, r.heard_at, c.sentiment, c.level, c.urgency, c.lang
FROM plain.events r LEFT JOIN (
  SELECT DISTINCT ON (item_id, external_id) item_id, external_id, sentiment, level, urgency, lang
  FROM plain.events WHERE type = 'MessageClassified' ORDER BY item_id, external_id, position DESC) c
  USING (item_id, external_id)
WHERE r.type = 'MessageReceived'
