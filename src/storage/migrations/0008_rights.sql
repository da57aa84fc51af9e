-- Erasure and what is kept as its evidence, states of speakers such as a legal hold, retention.

-- Samples of the ids in the planner's statistics would outlive their erasure. The column is unique: nothing is lost.
ALTER TABLE speakers ALTER COLUMN speaker_id SET STATISTICS 0;

-- What erasure and retention take away.
GRANT DELETE ON speakers, speaker_keys, consent_details, calls, call_claims, call_events, outcomes, idempotency_keys
  TO vouch_service;
GRANT UPDATE (body) ON call_events TO vouch_service;
GRANT UPDATE (speaker_ref, claimed_hash) ON call_claims TO vouch_service;
-- Claims of somebody before they were known have the hash alone.
CREATE INDEX ON call_claims (tenant_id, claimed_hash);

-- States that hold for a person whatever they consented to, found by the keyed hash of the id: they may be set before
-- somebody is known and outlive the erasure. The chain says who set them, and when.
CREATE TABLE speaker_states (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  id_hash bytea NOT NULL CHECK (octet_length(id_hash) = 32),
  state text NOT NULL CONSTRAINT known_state CHECK (state IN ('LEGAL_HOLD')),
  since timestamptz NOT NULL,
  chain_position bigint NOT NULL,
  PRIMARY KEY (tenant_id, id_hash, state)
);
CALL isolate_tenants('speaker_states');
GRANT SELECT, INSERT, DELETE ON speaker_states TO vouch_service;

-- What the law wants kept of an erased person, sealed under a data key of its own (in speaker_keys, by evidence_id).
CREATE TABLE erasure_evidence (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  evidence_id uuid NOT NULL,
  id_hash bytea NOT NULL CHECK (octet_length(id_hash) = 32),
  ciphertext bytea NOT NULL,
  erased_at timestamptz NOT NULL,
  keep_until timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, evidence_id)
);
CREATE INDEX ON erasure_evidence (tenant_id, id_hash);
CREATE INDEX ON erasure_evidence (tenant_id, keep_until);
CALL isolate_tenants('erasure_evidence');
GRANT SELECT, INSERT, DELETE ON erasure_evidence TO vouch_service;

-- How long a tenant keeps what; versions are only ever added.
CREATE TABLE retention_policies (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  version int NOT NULL CHECK (version >= 1),
  body jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, version)
);
CALL isolate_tenants('retention_policies');
GRANT SELECT, INSERT ON retention_policies TO vouch_service;

-- When retention last began: of several processes one takes the day.
CREATE TABLE retention_runs (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  begun_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id)
);
CALL isolate_tenants('retention_runs');
GRANT SELECT, INSERT, UPDATE ON retention_runs TO vouch_service;

-- When a speaker was last accepted in a call, to the day. It outlives the call's rows, and is apart from `speakers` so that
-- no call rewrites a row with an id in it.
CREATE TABLE speaker_activity (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  speaker_ref uuid NOT NULL,
  accepted_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, speaker_ref),
  FOREIGN KEY (tenant_id, speaker_ref) REFERENCES speakers ON DELETE CASCADE
);
CALL isolate_tenants('speaker_activity');
GRANT SELECT, INSERT, UPDATE (accepted_at), DELETE ON speaker_activity TO vouch_service;

-- Ended calls whose events still have scores, and ended calls at all, oldest first.
ALTER TABLE calls ADD COLUMN scores_removed_at timestamptz;
GRANT UPDATE (scores_removed_at) ON calls TO vouch_service;
CREATE INDEX calls_with_scores ON calls (tenant_id, ended_at) WHERE state = 'ENDED' AND scores_removed_at IS NULL;
CREATE INDEX calls_ended ON calls (tenant_id, ended_at) WHERE state = 'ENDED';
