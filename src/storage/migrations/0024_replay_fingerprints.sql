-- By what the sound of earlier calls and enrolments is known again, so that a recording of them is noticed when it is played.

CREATE TABLE replay_fingerprints (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  speaker_ref uuid NOT NULL,
  -- Keyed hash of the call's id, or of the voiceprint's.
  source_hash bytea NOT NULL CHECK (octet_length(source_hash) = 32),
  consent_event_id uuid NOT NULL,
  -- The voiceprint whose enrolment it is of: with that it goes. Null for a call.
  voiceprint_id uuid,
  -- Sealed under the speaker's key.
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) <= 65536),
  made_at timestamptz NOT NULL,
  -- Null for an enrolment.
  expires_at timestamptz,
  PRIMARY KEY (tenant_id, speaker_ref, source_hash),
  FOREIGN KEY (tenant_id, speaker_ref) REFERENCES speakers ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, voiceprint_id) REFERENCES voiceprints ON DELETE CASCADE,
  CHECK ((voiceprint_id IS NULL) = (expires_at IS NOT NULL))
);
CREATE INDEX ON replay_fingerprints (expires_at);
CREATE INDEX ON replay_fingerprints (tenant_id, voiceprint_id);
CALL isolate_tenants('replay_fingerprints');
CREATE POLICY expired_fingerprints ON replay_fingerprints TO vouch_system USING (true);
GRANT SELECT, INSERT, UPDATE (consent_event_id, fingerprint, made_at, expires_at), DELETE ON replay_fingerprints TO vouch_service;
GRANT SELECT (expires_at), DELETE ON replay_fingerprints TO vouch_system;
