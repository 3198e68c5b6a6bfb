-- What people say of the classifier's readings, and what it read itself: the figures of agreement are made of these.
CREATE TABLE vigie.corrections (            -- one row a person's word; written by the projector only
  brand_id bigint NOT NULL,
  position bigint NOT NULL,                 -- of its event
  item_id uuid NOT NULL,
  what text NOT NULL CHECK (what IN ('categories', 'language', 'urgency', 'priority')),
  at timestamptz NOT NULL,
  given_back boolean NOT NULL,              -- it takes an earlier word back
  rules smallint,                           -- the priority that the classifier's reading gave then; NULL: unread
  priority smallint,                        -- set by hand
  level smallint,                           -- of the categories now said
  said text[] NOT NULL,                     -- categories, or the language, that the person said
  had text[] NOT NULL,                      -- and those that the classifier had said
  PRIMARY KEY (brand_id, position)
);
CREATE INDEX corrections_at ON vigie.corrections (brand_id, at);
CREATE INDEX corrections_item ON vigie.corrections (brand_id, item_id);

-- The classifier's own reading of each message; NULL while it has none. A rebuild fills them for what came before.
ALTER TABLE vigie.messages
  ADD COLUMN level smallint, ADD COLUMN urgency double precision, ADD COLUMN lang text, ADD COLUMN assessed boolean;
