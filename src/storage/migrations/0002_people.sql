-- People's data: speakers, their keys, notices, the chain of consent and audit events, voiceprints.

-- Which epoch keys the keyring must hold. The keys themselves are never here.
CREATE TABLE key_epochs (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  epoch int NOT NULL CHECK (epoch >= 1),
  -- Tells the right key from a wrong one, and nothing else about it.
  check_value bytea NOT NULL CHECK (octet_length(check_value) = 32),
  state text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'RETIRED')),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, epoch)
);
CALL isolate_tenants('key_epochs');
GRANT SELECT, INSERT ON key_epochs TO vouch_service;

-- The only place of a speaker's id in clear. Everything else names the reference.
CREATE TABLE speakers (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  speaker_ref uuid NOT NULL,
  speaker_id text COLLATE "C" NOT NULL CHECK (octet_length(speaker_id) BETWEEN 1 AND 256),
  created_at timestamptz NOT NULL,
  -- Position in the chain of the last event that changes whether, or with what, this speaker may be compared.
  version bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, speaker_ref),
  UNIQUE (tenant_id, speaker_id)
);
CALL isolate_tenants('speakers');
GRANT SELECT, INSERT, UPDATE (version) ON speakers TO vouch_service;

-- Data keys, wrapped. Apart from the speakers: someone who opts out before they are known has a key, and no row there.
CREATE TABLE speaker_keys (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  speaker_ref uuid NOT NULL,
  epoch int NOT NULL,
  wrapped_key bytea NOT NULL,
  PRIMARY KEY (tenant_id, speaker_ref),
  FOREIGN KEY (tenant_id, epoch) REFERENCES key_epochs
);
CREATE INDEX ON speaker_keys (tenant_id, epoch);
CALL isolate_tenants('speaker_keys');
GRANT SELECT, INSERT ON speaker_keys TO vouch_service;

-- Lasting refusals, found by a keyed hash of the id: they outlive the speaker's erasure.
CREATE TABLE opt_outs (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  id_hash bytea NOT NULL CHECK (octet_length(id_hash) = 32),
  -- Under which pseudonym it was recorded; of an erased speaker, or one who was never known, nothing else has it.
  subject_ref uuid NOT NULL,
  event_id uuid NOT NULL,
  chain_position bigint NOT NULL,
  -- When the person said so.
  since timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id_hash)
);
CALL isolate_tenants('opt_outs');
GRANT SELECT, INSERT, UPDATE, DELETE ON opt_outs TO vouch_service;

-- Published wordings; never changed.
CREATE TABLE notices (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  notice_id text NOT NULL CHECK (octet_length(notice_id) BETWEEN 1 AND 256),
  version int NOT NULL CHECK (version >= 1),
  language text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('IVR', 'AGENT_SCRIPT', 'WEB', 'PAPER')),
  text text NOT NULL CHECK (octet_length(text) BETWEEN 1 AND 65536),
  text_sha256 bytea NOT NULL CHECK (octet_length(text_sha256) = 32),
  purposes text[] NOT NULL CHECK (cardinality(purposes) >= 1),
  controller_entity text NOT NULL,
  retention_days int NOT NULL CHECK (retention_days BETWEEN 1 AND 3650),
  requires_new_consent boolean NOT NULL,
  published_at timestamptz NOT NULL,
  -- Position of its publication in the chain.
  chain_position bigint NOT NULL,
  published_by_actor uuid NOT NULL,
  published_by_role text NOT NULL,
  PRIMARY KEY (tenant_id, notice_id, version, language, channel),
  FOREIGN KEY (tenant_id, published_by_actor) REFERENCES actors
);
CREATE INDEX ON notices (tenant_id, notice_id, version) WHERE requires_new_consent;
CALL isolate_tenants('notices');
GRANT SELECT, INSERT ON notices TO vouch_service;

-- The chain: consent and audit events of a tenant, pseudonyms only.
CREATE TABLE ledger (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  position bigint NOT NULL CHECK (position >= 1),
  kind text NOT NULL CHECK (kind IN ('CONSENT', 'AUDIT')),
  event_id uuid NOT NULL,
  type text NOT NULL,
  subject_ref uuid,
  actor_ref uuid NOT NULL,
  actor_role text NOT NULL,
  on_behalf_of_ref uuid,
  -- Whole milliseconds, in years that have four digits, so that every language writes them alike.
  occurred_at timestamptz NOT NULL CHECK (occurred_at >= '1900-01-01Z' AND occurred_at < '10000-01-01Z'),
  recorded_at timestamptz NOT NULL,
  -- Canonical JSON, kept to the letter since it is hashed.
  body text NOT NULL CHECK (jsonb_typeof(body::jsonb) = 'object'),
  prev_hash bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (tenant_id, position),
  UNIQUE (tenant_id, event_id),
  FOREIGN KEY (tenant_id, actor_ref) REFERENCES actors,
  FOREIGN KEY (tenant_id, on_behalf_of_ref) REFERENCES actors
);
CREATE INDEX ON ledger (tenant_id, subject_ref, kind, position);
CALL isolate_tenants('ledger');

-- The last entry of each chain; its row is the lock that puts writers in order.
CREATE TABLE ledger_heads (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  position bigint NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (tenant_id)
);
CALL isolate_tenants('ledger_heads');

-- The service reads both and writes neither: only append_ledger does.
GRANT SELECT ON ledger, ledger_heads TO vouch_service;

-- A netstring: its length in bytes, a colon, the bytes, a comma; null is `-,`. See src/audit/chain.ts.
CREATE FUNCTION ledger_field(value text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN coalesce(octet_length(convert_to(value, 'UTF8'))::text || ':' || value || ',', '-,');

CREATE FUNCTION ledger_time(value timestamptz) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN to_char(value AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

CREATE FUNCTION ledger_hash(entry ledger) RETURNS bytea
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN sha256(convert_to(
    ledger_field('vouch-ledger-1')
    || ledger_field(entry.tenant_id)
    || ledger_field(entry.position::text)
    || ledger_field(entry.kind)
    || ledger_field(entry.event_id::text)
    || ledger_field(entry.type)
    || ledger_field(entry.subject_ref::text)
    || ledger_field(entry.actor_ref::text)
    || ledger_field(entry.actor_role)
    || ledger_field(entry.on_behalf_of_ref::text)
    || ledger_field(ledger_time(entry.occurred_at))
    || ledger_field(ledger_time(entry.recorded_at))
    || ledger_field(entry.body)
    || ledger_field(encode(entry.prev_hash, 'hex')),
    'UTF8'));

-- Appends to the chain of the transaction's tenant and returns the position. Takes turns by the head's row until the
-- transaction ends, so positions have no gaps and no later entry is ever visible before an earlier one.
CREATE FUNCTION append_ledger(
  p_kind text, p_event_id uuid, p_type text, p_subject_ref uuid, p_actor_ref uuid, p_actor_role text,
  p_on_behalf_of_ref uuid, p_occurred_at timestamptz, p_recorded_at timestamptz, p_body text
) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  head vouch.ledger_heads;
  entry vouch.ledger;
BEGIN
  INSERT INTO vouch.ledger_heads (position, hash) VALUES (0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT (tenant_id) DO NOTHING;
  -- The owner may be one whom row-level security does not bind: the tenant is named all the same.
  SELECT * INTO STRICT head FROM vouch.ledger_heads WHERE tenant_id = vouch.current_tenant() FOR UPDATE;
  entry.tenant_id := head.tenant_id;
  entry.position := head.position + 1;
  entry.kind := p_kind;
  entry.event_id := p_event_id;
  entry.type := p_type;
  entry.subject_ref := p_subject_ref;
  entry.actor_ref := p_actor_ref;
  entry.actor_role := p_actor_role;
  entry.on_behalf_of_ref := p_on_behalf_of_ref;
  entry.occurred_at := date_trunc('milliseconds', p_occurred_at);
  entry.recorded_at := date_trunc('milliseconds', p_recorded_at);
  entry.body := p_body;
  entry.prev_hash := head.hash;
  entry.hash := vouch.ledger_hash(entry);
  INSERT INTO vouch.ledger SELECT entry.*;
  UPDATE vouch.ledger_heads SET position = entry.position, hash = entry.hash WHERE tenant_id = entry.tenant_id;
  RETURN entry.position;
END $$;
REVOKE ALL ON FUNCTION
  append_ledger(text, uuid, text, uuid, uuid, text, uuid, timestamptz, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  append_ledger(text, uuid, text, uuid, uuid, text, uuid, timestamptz, timestamptz, text) TO vouch_service;

-- What stands behind a consent event and may name people, sealed under the speaker's key. The chain holds its digest.
CREATE TABLE consent_details (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  event_id uuid NOT NULL,
  speaker_ref uuid NOT NULL,
  ciphertext bytea NOT NULL,
  PRIMARY KEY (tenant_id, event_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES ledger (tenant_id, event_id)
);
CREATE INDEX ON consent_details (tenant_id, speaker_ref);
CALL isolate_tenants('consent_details');
GRANT SELECT, INSERT ON consent_details TO vouch_service;

-- Versions of voiceprints; of a version only the status changes.
CREATE TABLE voiceprints (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  voiceprint_id uuid NOT NULL,
  speaker_ref uuid NOT NULL,
  label text NOT NULL CHECK (octet_length(label) BETWEEN 1 AND 64),
  version int NOT NULL CHECK (version >= 1),
  status text NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'QUARANTINED', 'SUPERSEDED')),
  source text NOT NULL CHECK (source IN ('CALL', 'RECORDING')),
  consent_event_id uuid NOT NULL,
  net_speech_ms int NOT NULL CHECK (net_speech_ms >= 0),
  quality jsonb NOT NULL,
  codec text NOT NULL,
  consistency double precision NOT NULL CHECK (consistency BETWEEN -1 AND 1),
  -- Call and identity proofing, sealed under the speaker's key.
  lineage bytea NOT NULL,
  created_at timestamptz NOT NULL,
  -- A PENDING one is in use from then on, without anyone changing its row; null: it waits for an approval.
  usable_from timestamptz,
  created_by_actor uuid NOT NULL,
  created_by_role text NOT NULL,
  on_behalf_of uuid,
  PRIMARY KEY (tenant_id, voiceprint_id),
  UNIQUE (tenant_id, speaker_ref, label, version),
  FOREIGN KEY (tenant_id, speaker_ref) REFERENCES speakers,
  FOREIGN KEY (tenant_id, consent_event_id) REFERENCES ledger (tenant_id, event_id),
  FOREIGN KEY (tenant_id, created_by_actor) REFERENCES actors,
  FOREIGN KEY (tenant_id, on_behalf_of) REFERENCES actors
);
-- Under a label at most one in use and one that waits to follow it.
CREATE UNIQUE INDEX ON voiceprints (tenant_id, speaker_ref, label, status) WHERE status IN ('PENDING', 'ACTIVE');
CALL isolate_tenants('voiceprints');
GRANT SELECT, INSERT, UPDATE (status), DELETE ON voiceprints TO vouch_service;

-- One vector an embedding space, sealed under the speaker's key.
CREATE TABLE voiceprint_vectors (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  voiceprint_id uuid NOT NULL,
  space text NOT NULL,
  model_id text NOT NULL,
  model_sha256 text NOT NULL CHECK (model_sha256 ~ '^[0-9a-f]{64}$'),
  dimension int NOT NULL CHECK (dimension >= 1),
  ciphertext bytea NOT NULL,
  PRIMARY KEY (tenant_id, voiceprint_id, space),
  FOREIGN KEY (tenant_id, voiceprint_id) REFERENCES voiceprints ON DELETE CASCADE
);
CALL isolate_tenants('voiceprint_vectors');
GRANT SELECT, INSERT, DELETE ON voiceprint_vectors TO vouch_service;
