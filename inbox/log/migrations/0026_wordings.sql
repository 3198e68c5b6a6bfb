-- Wordings: words prepared beforehand. What a lead wrote stands in `draft`; every change is an event of the log too.
CREATE TABLE vigie.wordings (
  brand_id bigint NOT NULL,
  wording_id uuid NOT NULL,
  version integer NOT NULL,
  draft bytea NOT NULL,                     -- inbox.wording.Draft, as JSON
  approved_by bigint,                       -- of the words as they stand; a change of words without approval ends it
  approved_at timestamptz,
  changed_by bigint NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, wording_id),
  CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);

CREATE TABLE vigie.wording_uses (           -- a reply that was written with one; read again, it is counted once
  brand_id bigint NOT NULL,
  wording_id uuid NOT NULL,
  reply_id uuid NOT NULL,
  item_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, wording_id, reply_id)
);
