-- Rotation of the epoch keys, and new data keys for speakers.

-- ACTIVE: new data keys are wrapped under it, one a tenant. RETIRED: another took its place. DESTROYED: the keyring has
-- no such key any more.
ALTER TABLE key_epochs
  DROP CONSTRAINT key_epochs_state_check,
  ADD CONSTRAINT key_epochs_state_check CHECK (state IN ('ACTIVE', 'RETIRED', 'DESTROYED')),
  ADD COLUMN retired_at timestamptz,
  -- From then on no data key is wrapped under it: only older backups hold any.
  ADD COLUMN unused_since timestamptz,
  -- By then those backups have expired, as it was planned when the epoch went out of use.
  ADD COLUMN destroy_after timestamptz,
  ADD COLUMN destroyed_at timestamptz,
  ADD CHECK ((state = 'ACTIVE') = (retired_at IS NULL)),
  ADD CHECK ((unused_since IS NULL) = (destroy_after IS NULL)),
  ADD CHECK (unused_since IS NULL OR retired_at IS NOT NULL),
  ADD CHECK ((state = 'DESTROYED') = (destroyed_at IS NOT NULL)),
  ADD CHECK (destroyed_at IS NULL OR unused_since IS NOT NULL);
CREATE UNIQUE INDEX key_epochs_active ON key_epochs (tenant_id) WHERE state = 'ACTIVE';
GRANT UPDATE (state, retired_at, unused_since, destroy_after, destroyed_at) ON key_epochs TO vouch_service;

-- When the data key was made: by the server's clock, as the requests for new ones are.
ALTER TABLE speaker_keys ADD COLUMN made_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX ON speaker_keys (tenant_id, made_at);
GRANT UPDATE (epoch, wrapped_key, made_at), DELETE ON speaker_keys TO vouch_service;

ALTER TABLE tenants
  -- How old an epoch key grows before the next one takes its place.
  ADD COLUMN key_rotation_ms bigint NOT NULL DEFAULT 30::bigint * 86400000
    CHECK (key_rotation_ms BETWEEN 86400000 AND 3650::bigint * 86400000),
  -- Data keys made before are to be replaced.
  ADD COLUMN reencrypt_before timestamptz;
GRANT UPDATE (key_rotation_ms, reencrypt_before) ON tenants TO vouch_service;

-- A new data key seals anew what the old one sealed; what was sealed stays as it was.
GRANT UPDATE (ciphertext) ON consent_details TO vouch_service;
GRANT UPDATE (lineage) ON voiceprints TO vouch_service;
GRANT UPDATE (ciphertext) ON voiceprint_vectors TO vouch_service;
