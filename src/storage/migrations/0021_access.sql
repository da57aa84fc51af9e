-- Keys by which programs authenticate. The key itself is shown once, to whoever made it, and is not here.
CREATE TABLE api_keys (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  key_id uuid NOT NULL,
  -- SHA-256 of the key. It holds 256 random bits, so nobody finds it by trying: a slow hash would only slow the service.
  key_sha256 bytea NOT NULL CHECK (octet_length(key_sha256) = 32),
  -- What the key begins with, to tell keys apart by.
  prefix text NOT NULL CHECK (octet_length(prefix) <= 32),
  label text NOT NULL CHECK (octet_length(label) <= 256),
  roles text[] NOT NULL CHECK (cardinality(roles) >= 1 AND roles <@ ARRAY[
    'TELEPHONY', 'AGENT', 'SUPERVISOR', 'PRIVACY_OFFICER', 'ADMINISTRATOR', 'AUDITOR']),
  -- In whose name it acts.
  actor_ref uuid NOT NULL,
  created_at timestamptz NOT NULL,
  created_by_actor uuid NOT NULL,
  created_by_role text NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  -- Of the day only: what somebody does when is in the audit trail.
  last_used_on date,
  PRIMARY KEY (tenant_id, key_id),
  FOREIGN KEY (tenant_id, actor_ref) REFERENCES actors,
  FOREIGN KEY (tenant_id, created_by_actor) REFERENCES actors
);
-- Whose key it is, is not known before it is found.
CREATE UNIQUE INDEX ON api_keys (key_sha256);
CALL isolate_tenants('api_keys');
CREATE POLICY any_key ON api_keys FOR SELECT TO vouch_system USING (true);
GRANT SELECT, INSERT, UPDATE (revoked_at, last_used_on) ON api_keys TO vouch_service;
GRANT SELECT (tenant_id, key_id, key_sha256) ON api_keys TO vouch_system;

-- Whose stream has, or had, the call: a platform reads its own calls. Null before the first stream, and in older rows, which
-- are those of whoever made them.
-- NOT VALID: there is nothing to check yet, and row security would hold the check to one tenant.
ALTER TABLE calls ADD COLUMN streamed_by uuid,
  ADD FOREIGN KEY (tenant_id, streamed_by) REFERENCES actors NOT VALID;
GRANT UPDATE (streamed_by) ON calls TO vouch_service;
