-- What one process asks of the one that serves a call. A row lives for seconds: whoever asked deletes it.
CREATE TABLE call_commands (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  command_id uuid NOT NULL,
  call_id text NOT NULL,
  -- Who is to carry it out.
  owner_replica uuid NOT NULL,
  -- A key of its own, wrapped under an epoch of the tenant: what is asked and answered may name people.
  key_epoch int NOT NULL,
  wrapped_key bytea NOT NULL,
  request bytea NOT NULL,
  -- Nobody waits for it afterwards, and nobody may begin it.
  deadline timestamptz NOT NULL,
  -- Carried out once at most.
  taken boolean NOT NULL DEFAULT false,
  answer bytea,
  PRIMARY KEY (tenant_id, command_id),
  FOREIGN KEY (tenant_id, call_id) REFERENCES calls ON DELETE CASCADE
);
CREATE INDEX ON call_commands (tenant_id, call_id);
CREATE INDEX call_commands_waiting ON call_commands (owner_replica) WHERE NOT taken;
CREATE INDEX ON call_commands (deadline);
CALL isolate_tenants('call_commands');
CREATE POLICY waiting_commands ON call_commands FOR SELECT TO vouch_system USING (true);
CREATE POLICY overdue_commands ON call_commands FOR DELETE TO vouch_system USING (deadline < now());
GRANT SELECT, INSERT, UPDATE (taken, answer), DELETE ON call_commands TO vouch_service;
GRANT SELECT (tenant_id, command_id, owner_replica, deadline, taken), DELETE ON call_commands TO vouch_system;
