-- A model tried on a brand's history, and put in force: asked → trying → tried → applying → applied, or failed.
CREATE TABLE vigie.reclassifications (
  brand_id bigint NOT NULL,
  run_id uuid NOT NULL,
  model text NOT NULL,                      -- its name in the settings; '' is the installation's default one
  model_id text NOT NULL DEFAULT '',        -- what it calls itself, once it was loaded
  sha256 text NOT NULL DEFAULT '',          -- of its weights, then
  since timestamptz NOT NULL,               -- messages received before are left alone
  asked_at timestamptz NOT NULL,
  asked_by bigint,                          -- a member; NULL is the operator's shell
  state text NOT NULL CHECK (state IN ('asked', 'trying', 'tried', 'applying', 'applied', 'failed')),
  first_position bigint NOT NULL DEFAULT 0, -- where the walk over the log begins,
  position bigint NOT NULL DEFAULT 0,       -- where it stands,
  head bigint NOT NULL DEFAULT 0,           -- and where it ends
  report bytea NOT NULL DEFAULT '',         -- inbox.comparison.Report, as JSON: figures and ids, no words
  reason text,                              -- of a failure
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, run_id)
);
CREATE UNIQUE INDEX reclassifications_active ON vigie.reclassifications (brand_id)
  WHERE state IN ('asked', 'trying', 'applying');
CREATE INDEX reclassifications_asked ON vigie.reclassifications (brand_id, asked_at DESC);
