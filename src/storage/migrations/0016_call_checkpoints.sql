-- What a call that is not decided yet has heard, so that another process can go on with it: for the life of the call.

CREATE TABLE call_checkpoints (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  call_id text NOT NULL,
  -- A claimed speaker, under whose key it is sealed: with the key it goes.
  speaker_ref uuid NOT NULL,
  -- Vectors and quality of the latest windows, and the consent that they were heard under.
  sealed bytea NOT NULL,
  PRIMARY KEY (tenant_id, call_id),
  FOREIGN KEY (tenant_id, call_id) REFERENCES calls ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, speaker_ref) REFERENCES speaker_keys ON DELETE CASCADE
);
CREATE INDEX ON call_checkpoints (tenant_id, speaker_ref);
CALL isolate_tenants('call_checkpoints');
GRANT SELECT, INSERT, UPDATE (speaker_ref, sealed), DELETE ON call_checkpoints TO vouch_service;

-- Which calls a process still has.
CREATE INDEX calls_owned ON calls (owner_replica) WHERE state = 'LIVE';
