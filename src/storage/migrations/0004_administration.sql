-- Why a version of a policy was made; who and when are there already. Not in the chain: words may name people.
ALTER TABLE policies ADD COLUMN reason text NOT NULL DEFAULT '' CHECK (octet_length(reason) <= 1000);

-- Which calibration counts for a tenant's calls, or for those from one kind of source. Versions are only ever added.
CREATE TABLE calibration_assignments (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  -- ANY: counts where nothing is assigned to the call's own source.
  source text NOT NULL CHECK (source IN ('ANY', 'LANDLINE', 'MOBILE', 'VOIP')),
  version int NOT NULL CHECK (version >= 1),
  -- All three null: taken back, so that the wider assignment counts again, or else the configured calibration.
  calibration_id text CHECK (octet_length(calibration_id) BETWEEN 1 AND 64),
  calibration_version int CHECK (calibration_version >= 1),
  -- Of the file, hex.
  calibration_sha256 text CHECK (calibration_sha256 ~ '^[0-9a-f]{64}$'),
  -- Why, in words that may name people.
  reason text NOT NULL DEFAULT '' CHECK (octet_length(reason) <= 1000),
  created_at timestamptz NOT NULL,
  created_by_actor uuid NOT NULL,
  created_by_role text NOT NULL,
  PRIMARY KEY (tenant_id, source, version),
  CHECK (num_nulls(calibration_id, calibration_version, calibration_sha256) IN (0, 3)),
  FOREIGN KEY (tenant_id, created_by_actor) REFERENCES actors
);
CALL isolate_tenants('calibration_assignments');
GRANT SELECT, INSERT ON calibration_assignments TO vouch_service;
