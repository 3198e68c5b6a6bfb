-- Waves: near-identical messages of many authors. All of it can be thrown away: views are rebuilt, prints come anew.
CREATE TABLE vigie.wave_windows (           -- whoever looks for waves of a brand holds its row: one at a time
  brand_id bigint PRIMARY KEY,
  token uuid NOT NULL                       -- of the last change of its prints: is what a process remembers still true?
);

CREATE TABLE vigie.wave_prints (            -- of the words of the last day; personal, gone with the window or the person
  brand_id bigint NOT NULL,
  item_id uuid NOT NULL,
  external_id text NOT NULL,
  version text NOT NULL,                    -- the time of the words' last edit, '' for the original ones
  author uuid NOT NULL,                     -- the subject, else the item
  heard_at timestamptz NOT NULL,
  lang text,
  signature bytea NOT NULL,                 -- MinHash of the words, see services.workers.prints
  embedding bytea,                          -- of their meaning, where a model gave it
  wave_id uuid NOT NULL,                    -- of the messages it resembles; a wave once it has authors enough
  alike text NOT NULL CHECK (alike IN ('words', 'meaning')),
  similarity double precision NOT NULL,
  joined boolean NOT NULL,                  -- it has been said: WaveJoined is in the log
  PRIMARY KEY (brand_id, item_id, external_id)
);
CREATE INDEX wave_prints_heard ON vigie.wave_prints (brand_id, heard_at);

CREATE TABLE vigie.wave_members (           -- a view of the log: one row a message that joined a wave
  brand_id bigint NOT NULL,
  item_id uuid NOT NULL,
  external_id text NOT NULL,
  wave_id uuid NOT NULL,
  joined_at timestamptz NOT NULL,
  heard_at timestamptz NOT NULL,
  channel_id text NOT NULL,
  author uuid NOT NULL,
  lang text,
  level smallint,                           -- of its own words; NULL while nobody read them
  urgency double precision,
  raised smallint NOT NULL,                 -- the level that the wave raised its item to
  PRIMARY KEY (brand_id, item_id, external_id)
);
CREATE INDEX wave_members_heard ON vigie.wave_members (brand_id, wave_id, heard_at);

CREATE TABLE vigie.waves (                  -- and what its members come to
  brand_id bigint NOT NULL,
  wave_id uuid NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  messages integer NOT NULL,
  authors integer NOT NULL,
  items integer NOT NULL,
  level smallint NOT NULL,                  -- the highest of its members' own, and the urgency that goes with it
  urgency double precision NOT NULL,
  channels text[] NOT NULL,
  langs text[] NOT NULL,
  PRIMARY KEY (brand_id, wave_id)
);
CREATE INDEX waves_last ON vigie.waves (brand_id, last_at);
