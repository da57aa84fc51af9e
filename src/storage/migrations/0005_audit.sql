-- The audit trail tells of calls, of overridden decisions, and answers questions.

-- A call's pseudonym: ids of calls may lead to people, and the chain names nobody.
ALTER TABLE calls ADD COLUMN call_ref uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX ON calls (tenant_id, call_ref);

-- What an officer asks by: who acted, what was done, when.
CREATE INDEX ON ledger (tenant_id, actor_ref, position);
CREATE INDEX ON ledger (tenant_id, on_behalf_of_ref, position) WHERE on_behalf_of_ref IS NOT NULL;
CREATE INDEX ON ledger (tenant_id, type, position);
CREATE INDEX ON ledger (tenant_id, recorded_at);

-- What somebody did against, or beside, a decision.
CREATE TABLE overrides (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  override_id uuid NOT NULL,
  call_id text NOT NULL,
  decision_id text NOT NULL,
  action text NOT NULL,
  reason text NOT NULL,
  -- May name people: sealed under the key of a claimed speaker, and gone with it.
  note bytea,
  note_speaker_ref uuid,
  recorded_at timestamptz NOT NULL,
  -- Whether it is among the call's events, or the call had ended and will have no more.
  told boolean NOT NULL,
  actor uuid NOT NULL,
  role text NOT NULL,
  on_behalf_of uuid,
  PRIMARY KEY (tenant_id, override_id),
  CHECK ((note IS NULL) = (note_speaker_ref IS NULL)),
  FOREIGN KEY (tenant_id, call_id) REFERENCES calls ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, actor) REFERENCES actors,
  FOREIGN KEY (tenant_id, on_behalf_of) REFERENCES actors
);
CREATE INDEX ON overrides (tenant_id, call_id);
CREATE INDEX ON overrides (tenant_id, note_speaker_ref) WHERE note_speaker_ref IS NOT NULL;
CREATE INDEX overrides_untold ON overrides (tenant_id, call_id) WHERE NOT told;
CALL isolate_tenants('overrides');
CREATE POLICY untold_overrides ON overrides FOR SELECT TO vouch_system USING (NOT told);
GRANT SELECT, INSERT, UPDATE (told, note, note_speaker_ref), DELETE ON overrides TO vouch_service;
GRANT SELECT (tenant_id, override_id, call_id, told) ON overrides TO vouch_system;

-- As before, and tells the hash, too: the place in the chain that proves the entry.
DROP FUNCTION append_ledger(text, uuid, text, uuid, uuid, text, uuid, timestamptz, timestamptz, text);
CREATE FUNCTION append_ledger(
  p_kind text, p_event_id uuid, p_type text, p_subject_ref uuid, p_actor_ref uuid, p_actor_role text,
  p_on_behalf_of_ref uuid, p_occurred_at timestamptz, p_recorded_at timestamptz, p_body text,
  OUT r_position bigint, OUT r_hash bytea
)
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
  r_position := entry.position;
  r_hash := entry.hash;
END $$;
REVOKE ALL ON FUNCTION
  append_ledger(text, uuid, text, uuid, uuid, text, uuid, timestamptz, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  append_ledger(text, uuid, text, uuid, uuid, text, uuid, timestamptz, timestamptz, text) TO vouch_service;
