-- name: table
-- The columns of the log, with its primary key and nothing else.
CREATE SCHEMA IF NOT EXISTS bare;
CREATE TABLE IF NOT EXISTS bare.raw (
  brand_id bigint NOT NULL, position bigint NOT NULL, stream_id text NOT NULL, type text NOT NULL, v smallint NOT NULL,
  dedupe uuid NOT NULL, subject_id uuid, recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), body bytea NOT NULL,
  PRIMARY KEY (brand_id, position))

-- name: one
-- A row of its own commit.
INSERT INTO bare.raw (brand_id, position, stream_id, type, v, dedupe, subject_id, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: many
-- Positions from $2 on; all else comes ready.
INSERT INTO bare.raw (brand_id, position, stream_id, type, v, dedupe, subject_id, body)
SELECT $1, $2 + o - 1, s, t, v, d, su, b
FROM unnest($3::text[], $4::text[], $5::smallint[], $6::uuid[], $7::uuid[], $8::bytea[])
  WITH ORDINALITY AS rows (s, t, v, d, su, b, o)
