-- Whom a brand has translate what people wrote in other languages: one service, off until a lead switches it on.
CREATE TABLE vigie.translators (
  brand_id bigint PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('libretranslate', 'deepl')),
  address text NOT NULL,
  secret bytea,                             -- its key, sealed; NULL where it asks for none
  enabled boolean NOT NULL
);
