-- Files of ours on their way with a reply: sealed under the author's key like the words to them, so that forgetting the
-- author makes them unreadable in every copy; the row goes with the key. What no reply took is thrown away.
CREATE TABLE vigie.reply_files (
  brand_id bigint NOT NULL,
  file_id uuid NOT NULL,
  item_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  uploaded_by bigint NOT NULL,
  uploaded_at timestamptz NOT NULL,
  content_type text NOT NULL,
  bytes integer NOT NULL CHECK (bytes > 0),
  name bytea NOT NULL,                         -- sealed: names of files name people
  content bytea NOT NULL,                      -- sealed
  expires_at timestamptz,                      -- NULL once a reply has taken it
  PRIMARY KEY (brand_id, file_id)
);
ALTER TABLE vigie.reply_files ALTER COLUMN content SET STORAGE EXTERNAL;  -- ciphertext does not compress
CREATE INDEX reply_files_unsent ON vigie.reply_files (brand_id, item_id) WHERE expires_at IS NOT NULL;
CREATE INDEX reply_files_of_subject ON vigie.reply_files (brand_id, subject_id);
CREATE INDEX reply_files_expiring ON vigie.reply_files (expires_at) WHERE expires_at IS NOT NULL;
