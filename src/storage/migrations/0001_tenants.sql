-- Tenants, their policies, pseudonyms of the people who act, and idempotency keys.
--
-- Rules for every table of this schema: it has a tenant_id that fills itself from the transaction's setting
-- `vouch.tenant_id`, and passes through isolate_tenants(), so that no statement sees or writes another tenant's rows.
-- A transaction without the setting fails; one with an empty setting sees nothing.

-- Roles belong to the whole server: another database, another start at the same moment, or an administrator (where the
-- login of this migration may not create roles) may have made and granted them already.
DO $$
DECLARE
  wanted name;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['vouch_service', 'vouch_system']::name[] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT', wanted);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    BEGIN
      -- So that the login of the service may act as them. The service checks at its start that it may.
      EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
    EXCEPTION WHEN insufficient_privilege OR unique_violation OR internal_error THEN -- "tuple concurrently updated"
      NULL;
    END;
  END LOOP;
END $$;

-- vouch_service works for one tenant at a time. vouch_system looks over all of them, at the few columns that it is
-- granted and that are nobody's personal data: which tenants there are, which calls want attention.
REVOKE ALL ON SCHEMA vouch FROM PUBLIC;
GRANT USAGE ON SCHEMA vouch TO vouch_service, vouch_system;
GRANT SELECT ON vouch.migrations TO vouch_service, vouch_system;

CREATE FUNCTION current_tenant() RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN pg_catalog.current_setting('vouch.tenant_id');

CREATE PROCEDURE isolate_tenants(target regclass)
  LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format(
    'CREATE POLICY one_tenant ON %s USING (tenant_id = vouch.current_tenant()) WITH CHECK (tenant_id = vouch.current_tenant())',
    target);
END $$;
REVOKE ALL ON PROCEDURE isolate_tenants(regclass) FROM PUBLIC;

CREATE TABLE tenants (
  tenant_id text PRIMARY KEY DEFAULT current_tenant() CHECK (octet_length(tenant_id) BETWEEN 1 AND 256),
  created_at timestamptz NOT NULL DEFAULT now(),
  -- The acting person or system; there is no table of actors before there is a tenant.
  created_by text NOT NULL
);
CALL isolate_tenants('tenants');
CREATE POLICY all_tenants ON tenants FOR SELECT TO vouch_system USING (true);
GRANT SELECT, INSERT ON tenants TO vouch_service;
GRANT SELECT (tenant_id, created_at) ON tenants TO vouch_system;

-- Pseudonyms of principals: other rows name the reference, so that a name can be taken out in one place.
CREATE TABLE actors (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  actor_ref uuid NOT NULL DEFAULT gen_random_uuid(),
  actor_id text NOT NULL CHECK (octet_length(actor_id) BETWEEN 1 AND 256),
  PRIMARY KEY (tenant_id, actor_ref),
  UNIQUE (tenant_id, actor_id)
);
CALL isolate_tenants('actors');
GRANT SELECT, INSERT ON actors TO vouch_service;

-- Versions are only ever added.
CREATE TABLE policies (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  policy_id text NOT NULL DEFAULT 'default' CHECK (octet_length(policy_id) BETWEEN 1 AND 256),
  version int NOT NULL CHECK (version >= 1),
  body jsonb NOT NULL,
  -- Of the body in canonical JSON, hex.
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by_actor uuid NOT NULL,
  created_by_role text NOT NULL,
  PRIMARY KEY (tenant_id, policy_id, version),
  FOREIGN KEY (tenant_id, created_by_actor) REFERENCES actors
);
CALL isolate_tenants('policies');
GRANT SELECT, INSERT ON policies TO vouch_service;

CREATE TABLE idempotency_keys (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  method text NOT NULL,
  key text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 128),
  request_digest bytea NOT NULL,
  -- References to what was written, never personal data. Null only within the transaction that writes it.
  result jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, method, key)
);
CREATE INDEX ON idempotency_keys (tenant_id, created_at);
CALL isolate_tenants('idempotency_keys');
GRANT SELECT, INSERT, UPDATE (result) ON idempotency_keys TO vouch_service;
