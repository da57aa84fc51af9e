-- Calls, what happened in them, whom they claimed, and what turned out to be true.

-- Processes that own calls; nobody's data, so that one beat tells of all calls of a process.
CREATE TABLE replicas (
  replica_id uuid PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE (seen_at), DELETE ON replicas TO vouch_system;

CREATE TABLE calls (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  call_id text NOT NULL CHECK (octet_length(call_id) BETWEEN 1 AND 256),
  -- EXPECTED: paused before its first stream. INTERRUPTED: its stream broke off.
  state text NOT NULL CHECK (state IN ('EXPECTED', 'LIVE', 'INTERRUPTED', 'ENDED')),
  state_since timestamptz NOT NULL DEFAULT now(),
  conversation_id text NOT NULL DEFAULT '',
  leg_id text NOT NULL DEFAULT '',
  direction text,

  paused boolean NOT NULL DEFAULT false,
  pause_reason text NOT NULL DEFAULT '' CHECK (octet_length(pause_reason) <= 64),
  -- When `paused` last changed; null while it never did.
  paused_changed_at timestamptz,
  -- Counts the changes of `paused`; the owner says which one it has carried out.
  control_version int NOT NULL DEFAULT 0,
  applied_control_version int NOT NULL DEFAULT 0 CHECK (applied_control_version <= control_version),

  owner_replica uuid,
  -- Fencing: counts the streams that have had the call; writes under an earlier one are refused.
  epoch int NOT NULL DEFAULT 0,
  -- Of the newest token, and of the one that its stream came with: its answer may have been lost.
  resume_token_sha256 bytea,
  used_token_sha256 bytea,

  agent_ref uuid,
  shadow boolean NOT NULL DEFAULT false,
  policy_id text,
  policy_version int,
  -- What else the first stream said: format, source, context; no ids of people.
  start jsonb,
  last_sequence int NOT NULL DEFAULT 0,
  started_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by_actor uuid NOT NULL,
  created_by_role text NOT NULL,
  PRIMARY KEY (tenant_id, call_id),
  FOREIGN KEY (tenant_id, created_by_actor) REFERENCES actors,
  FOREIGN KEY (tenant_id, agent_ref) REFERENCES actors,
  FOREIGN KEY (tenant_id, policy_id, policy_version) REFERENCES policies
);
CREATE INDEX calls_controls ON calls (owner_replica) WHERE control_version > applied_control_version;
CREATE INDEX calls_open ON calls (state, state_since) WHERE state <> 'ENDED';
CALL isolate_tenants('calls');
CREATE POLICY open_calls ON calls FOR SELECT TO vouch_system USING (state <> 'ENDED');
GRANT SELECT, INSERT, UPDATE (
  state, state_since, conversation_id, leg_id, direction, paused, pause_reason, paused_changed_at, control_version,
  applied_control_version, owner_replica, epoch, resume_token_sha256, used_token_sha256, agent_ref, shadow, policy_id,
  policy_version, start, last_sequence, started_at, ended_at, end_reason
) ON calls TO vouch_service;
GRANT SELECT (
  tenant_id, call_id, state, state_since, paused, pause_reason, control_version, applied_control_version, owner_replica, epoch
) ON calls TO vouch_system;

-- Whom the caller was said to be. Names stand in `speakers` only: erasure leaves the pseudonym without its name.
CREATE TABLE call_claims (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  call_id text NOT NULL,
  claim_number int NOT NULL CHECK (claim_number >= 1),
  -- Null where the claimed id is nobody's.
  speaker_ref uuid,
  -- Keyed hash of the claimed id: tells claims apart.
  claimed_hash bytea NOT NULL,
  method text,
  media_time_ms int NOT NULL,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  actor uuid NOT NULL,
  role text NOT NULL,
  PRIMARY KEY (tenant_id, call_id, claim_number),
  UNIQUE (tenant_id, call_id, claimed_hash),
  FOREIGN KEY (tenant_id, call_id) REFERENCES calls,
  FOREIGN KEY (tenant_id, actor) REFERENCES actors
);
CREATE INDEX ON call_claims (tenant_id, speaker_ref);
CALL isolate_tenants('call_claims');
GRANT SELECT, INSERT ON call_claims TO vouch_service;

-- Changes of state, numbered from 1 without gaps. The body names nobody: claims are told by their number.
CREATE TABLE call_events (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  call_id text NOT NULL,
  sequence int NOT NULL CHECK (sequence >= 1),
  epoch int NOT NULL,
  type text NOT NULL,
  media_time_ms int NOT NULL,
  emitted_at timestamptz NOT NULL,
  body jsonb NOT NULL,
  decision_id text CHECK ((decision_id IS NOT NULL) = (type IN ('decision', 'evaluation'))),
  PRIMARY KEY (tenant_id, call_id, sequence),
  FOREIGN KEY (tenant_id, call_id) REFERENCES calls
);
CREATE UNIQUE INDEX call_events_decision ON call_events (tenant_id, decision_id) WHERE decision_id IS NOT NULL;
CALL isolate_tenants('call_events');
GRANT SELECT, INSERT ON call_events TO vouch_service;

CREATE TABLE outcomes (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  outcome_id uuid NOT NULL DEFAULT gen_random_uuid(),
  call_id text NOT NULL,
  decision_id text NOT NULL,
  outcome text NOT NULL,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  actor uuid NOT NULL,
  role text NOT NULL,
  PRIMARY KEY (tenant_id, outcome_id),
  FOREIGN KEY (tenant_id, call_id) REFERENCES calls,
  FOREIGN KEY (tenant_id, actor) REFERENCES actors
);
CREATE INDEX ON outcomes (tenant_id, decision_id);
CALL isolate_tenants('outcomes');
GRANT SELECT, INSERT ON outcomes TO vouch_service;
