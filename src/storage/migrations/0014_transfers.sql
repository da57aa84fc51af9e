-- Keys under which other installations seal speakers for this one. The private half is sealed under a data key of its own
-- (in speaker_keys, by transfer_id) and goes with it: no file that was sealed for it opens afterwards.
CREATE TABLE transfer_keys (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  transfer_id uuid NOT NULL,
  public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
  private_key bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, transfer_id)
);
CREATE INDEX ON transfer_keys (tenant_id, expires_at);
CALL isolate_tenants('transfer_keys');
GRANT SELECT, INSERT, UPDATE (private_key), DELETE ON transfer_keys TO vouch_service;
