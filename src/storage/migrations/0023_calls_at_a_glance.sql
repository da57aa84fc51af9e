-- What a list of calls, and counts over time, tell of a call without reading its events.

ALTER TABLE calls
  -- Of its newest decision; null before the first.
  ADD COLUMN decision_kind text,
  ADD COLUMN decided_at timestamptz,
  ADD COLUMN decision_reasons text[] NOT NULL DEFAULT '{}',
  -- What was ever wrong with its audio.
  ADD COLUMN quality_problems text[] NOT NULL DEFAULT '{}';
GRANT UPDATE (decision_kind, decided_at, decision_reasons, quality_problems) ON calls TO vouch_service;

CREATE INDEX calls_begun ON calls (tenant_id, created_at DESC, call_id DESC);
CREATE INDEX calls_decided ON calls (tenant_id, decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX ON call_claims (tenant_id, claimed_hash);

-- Calls from before. The owner of the tables is bound by row-level security as well, to one tenant or none.
ALTER TABLE calls NO FORCE ROW LEVEL SECURITY;
ALTER TABLE call_events NO FORCE ROW LEVEL SECURITY;
UPDATE calls SET decision_kind = body #>> '{decision,kind}', decided_at = emitted_at,
  decision_reasons = ARRAY(SELECT jsonb_array_elements_text(coalesce(body #> '{decision,reasons}', '[]')))
FROM (
  SELECT DISTINCT ON (tenant_id, call_id) tenant_id, call_id, body, emitted_at
  FROM call_events WHERE type = 'decision' ORDER BY tenant_id, call_id, sequence DESC
) newest
WHERE newest.tenant_id = calls.tenant_id AND newest.call_id = calls.call_id;
UPDATE calls SET quality_problems = problems
FROM (
  SELECT tenant_id, call_id, array_agg(DISTINCT problem) AS problems
  FROM call_events, jsonb_array_elements_text(body -> 'problems') problem WHERE type = 'quality'
  GROUP BY tenant_id, call_id
) told
WHERE told.tenant_id = calls.tenant_id AND told.call_id = calls.call_id;
ALTER TABLE calls FORCE ROW LEVEL SECURITY;
ALTER TABLE call_events FORCE ROW LEVEL SECURITY;

-- What a process tells of itself with its beats.
ALTER TABLE replicas
  ADD COLUMN started_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN release text NOT NULL DEFAULT '' CHECK (octet_length(release) <= 64),
  ADD COLUMN draining boolean NOT NULL DEFAULT false;
GRANT UPDATE (draining) ON replicas TO vouch_system;
