-- What the company says first when it calls somebody, chosen by them; sealed under the speaker's key, and good for one call.
CREATE TABLE trust_phrases (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  speaker_ref uuid NOT NULL,
  phrase_id uuid NOT NULL,
  ciphertext bytea NOT NULL,
  status text NOT NULL CHECK (status IN ('READY', 'USED')),
  -- Keyed hash of the id of the call that it was shown in.
  used_call_hash bytea CHECK (octet_length(used_call_hash) = 32),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, speaker_ref),
  FOREIGN KEY (tenant_id, speaker_ref) REFERENCES speakers ON DELETE CASCADE,
  CHECK ((status = 'USED') = (used_call_hash IS NOT NULL))
);
CALL isolate_tenants('trust_phrases');
GRANT SELECT, INSERT, UPDATE (phrase_id, ciphertext, status, used_call_hash, created_at), DELETE ON trust_phrases
  TO vouch_service;
