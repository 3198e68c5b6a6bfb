-- Reports that a brand keeps, what was made of them, and to whom it went by mail. No words of authors: figures, names of
-- channels and members, and the addresses that leads gave.
CREATE TABLE vigie.reports (
  brand_id bigint NOT NULL,
  report_id uuid NOT NULL,
  name text NOT NULL,
  channel_id text,                          -- narrowed to it; NULL: all
  priority smallint,
  lang text NOT NULL CHECK (lang IN ('fr', 'en')),
  monthly boolean NOT NULL,                 -- made and sent on the first of each month, the brand's
  sender text,                              -- the channel whose mail server sends it
  recipients text[] NOT NULL,
  made_by bigint NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, report_id)
);
CREATE INDEX reports_monthly ON vigie.reports (brand_id) WHERE monthly;

CREATE TABLE vigie.report_issues (
  brand_id bigint NOT NULL,
  issue_id uuid NOT NULL,
  report_id uuid NOT NULL,
  first_day date NOT NULL,
  last_day date NOT NULL,
  wanted_by bigint,                         -- NULL: the first of the month
  wanted_at timestamptz NOT NULL,
  position bigint,                          -- of the log, at which it is true
  true_at timestamptz,
  facts bytea,                              -- inbox.reports.facts.Facts, as JSON
  digest text,
  made_at timestamptz,
  why text,                                 -- it could not be made
  check_wanted boolean NOT NULL DEFAULT false,
  checked_at timestamptz,
  same boolean,                             -- made again from the log: the same figures
  PRIMARY KEY (brand_id, issue_id)
);
CREATE INDEX report_issues_of ON vigie.report_issues (brand_id, report_id, wanted_at);
CREATE UNIQUE INDEX report_issues_monthly ON vigie.report_issues (brand_id, report_id, first_day)
  WHERE wanted_by IS NULL;                  -- whatever happens, once a month
CREATE INDEX report_issues_wanted ON vigie.report_issues (brand_id, wanted_at)
  WHERE (made_at IS NULL AND why IS NULL) OR check_wanted;

CREATE TABLE vigie.report_mails (           -- one a recipient, and never twice
  brand_id bigint NOT NULL,
  issue_id uuid NOT NULL,
  recipient text NOT NULL,
  state text NOT NULL CHECK (state IN ('wanted', 'sending', 'sent', 'failed', 'uncertain')),
  reason text,
  at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, issue_id, recipient)
);
CREATE INDEX report_mails_open ON vigie.report_mails (brand_id, at) WHERE state IN ('wanted', 'sending');

CREATE TABLE vigie.logos (
  brand_id bigint NOT NULL,
  png bytea NOT NULL,
  changed_by bigint NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id)
);
