-- Background work, and enrolment in batches.

-- The job queue (graphile-worker) has row-level security without policies, so its owner alone may use it: the service's
-- role owns this schema, and no other. Payloads are opaque ids. With its table of migrations there, the queue's own
-- migrations need no right to create schemas.
CREATE SCHEMA graphile_worker AUTHORIZATION vouch_service;
SET LOCAL ROLE vouch_service;
CREATE TABLE graphile_worker.migrations (
  id int PRIMARY KEY,
  ts timestamptz NOT NULL DEFAULT now(),
  breaking boolean NOT NULL DEFAULT false
);
RESET ROLE;

-- A manifest that is, or was, worked on. Its rows are sealed under a key of its own, which stands in speaker_keys under the
-- job's id, so that rotation covers it.
CREATE TABLE enrolment_jobs (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  job_id uuid NOT NULL,
  -- LOADING: its manifest is still arriving; nobody else sees it.
  state text NOT NULL DEFAULT 'LOADING' CHECK (state IN ('LOADING', 'RUNNING', 'ENDED', 'CANCELLED')),
  existing text NOT NULL CHECK (existing IN ('SKIP', 'OVERWRITE')),
  -- Whether consent counts from when the person gave it, not from when that was entered.
  recorded_before_entry boolean NOT NULL,
  row_count int NOT NULL DEFAULT 0,
  enrolled int NOT NULL DEFAULT 0,
  skipped int NOT NULL DEFAULT 0,
  failed int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  -- While it is loaded: when rows came last.
  loaded_at timestamptz NOT NULL DEFAULT now(),
  created_by_actor uuid NOT NULL,
  created_by_role text NOT NULL,
  on_behalf_of uuid,
  PRIMARY KEY (tenant_id, job_id),
  FOREIGN KEY (tenant_id, created_by_actor) REFERENCES actors,
  FOREIGN KEY (tenant_id, on_behalf_of) REFERENCES actors,
  CHECK (state = 'LOADING' OR enrolled + skipped + failed <= row_count),
  CHECK (state <> 'ENDED' OR enrolled + skipped + failed = row_count)
);
CREATE INDEX ON enrolment_jobs (tenant_id, loaded_at) WHERE state = 'LOADING';
CALL isolate_tenants('enrolment_jobs');
GRANT SELECT, INSERT, DELETE, UPDATE (state, row_count, enrolled, skipped, failed, ended_at, loaded_at)
  ON enrolment_jobs TO vouch_service;

CREATE TABLE enrolment_job_rows (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  job_id uuid NOT NULL,
  row_number int NOT NULL CHECK (row_number >= 1),
  -- Keyed hash of the speaker's id, by which an erasure finds the rows; null once it did.
  speaker_hash bytea CHECK (octet_length(speaker_hash) = 32),
  -- Keyed hash of speaker and label: a manifest makes one voiceprint of each at most. Null for a row that is not worked on.
  target_hash bytea CHECK (octet_length(target_hash) = 32),
  -- What the manifest says, sealed; null once the speaker was erased.
  sealed bytea,
  -- How often it was begun.
  attempts smallint NOT NULL DEFAULT 0,
  result text CHECK (result IN ('ENROLLED', 'SKIPPED', 'FAILED')),
  reason text NOT NULL DEFAULT '',
  field text NOT NULL DEFAULT '',
  voiceprint_id uuid,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, job_id, row_number),
  UNIQUE (tenant_id, job_id, target_hash),
  FOREIGN KEY (tenant_id, job_id) REFERENCES enrolment_jobs ON DELETE CASCADE,
  CHECK ((result IS NULL) = (finished_at IS NULL)),
  CHECK ((voiceprint_id IS NOT NULL) = (result IS NOT NULL AND result = 'ENROLLED'))
);
CREATE INDEX ON enrolment_job_rows (tenant_id, job_id, row_number) WHERE result IS NULL;
CREATE INDEX ON enrolment_job_rows (tenant_id, speaker_hash);
CALL isolate_tenants('enrolment_job_rows');
GRANT SELECT, INSERT, DELETE,
    UPDATE (speaker_hash, target_hash, sealed, attempts, result, reason, field, voiceprint_id, finished_at)
  ON enrolment_job_rows TO vouch_service;
