-- What a host's spool set aside, as that host tells of it: the request itself stays there. A row goes when it left the
-- spool; `asked_at`: a lead wants it tried again, and the host looks.
CREATE TABLE vigie.spool_aside (
  brand_id bigint NOT NULL,
  spool_id bigint NOT NULL,
  number bigint NOT NULL,
  channel_id text NOT NULL,
  received_at timestamptz NOT NULL,
  reason text NOT NULL,
  asked_at timestamptz,
  PRIMARY KEY (brand_id, spool_id, number)
);
CREATE INDEX spool_aside_spool ON vigie.spool_aside (spool_id);
