-- Who tries many people's names from one telephone is noticed as one who tries one name many times is.

ALTER TABLE calls
  -- Keyed hash of what the platform names as the call's origin, for example the calling number. Null: nothing was named.
  ADD COLUMN source_hash bytea CHECK (octet_length(source_hash) = 32);
GRANT UPDATE (source_hash) ON calls TO vouch_service;
CREATE INDEX calls_from ON calls (tenant_id, source_hash, created_at) WHERE source_hash IS NOT NULL;
