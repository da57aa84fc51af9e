-- Speech that was not enough for a voiceprint, kept to be added up with that of later calls; and voiceprints that learnt from calls.

CREATE TABLE partial_evidence (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  speaker_ref uuid NOT NULL,
  label text NOT NULL CHECK (octet_length(label) BETWEEN 1 AND 64),
  -- Keyed hash of the call's id: what a call gave is counted once.
  call_hash bytea NOT NULL CHECK (octet_length(call_hash) = 32),
  -- What was said under another consent does not count.
  consent_event_id uuid NOT NULL,
  -- Vectors and quality, sealed under the speaker's key.
  evidence bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, speaker_ref, label, call_hash),
  FOREIGN KEY (tenant_id, speaker_ref) REFERENCES speakers ON DELETE CASCADE
);
CREATE INDEX ON partial_evidence (expires_at);
CALL isolate_tenants('partial_evidence');
CREATE POLICY expired_evidence ON partial_evidence TO vouch_system USING (true);
GRANT SELECT, INSERT, UPDATE (consent_event_id, evidence, expires_at), DELETE ON partial_evidence TO vouch_service;
GRANT SELECT (expires_at), DELETE ON partial_evidence TO vouch_system;

-- The version that this one was made from together with speech of an accepted call; null for one of its own.
ALTER TABLE voiceprints ADD COLUMN adapted_from uuid;
