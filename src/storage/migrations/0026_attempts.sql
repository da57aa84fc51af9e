-- How often somebody was claimed of late without being accepted is read when a claim is opened.

-- Two indexes of the same columns, and neither knew when.
DROP INDEX call_claims_tenant_id_claimed_hash_idx, call_claims_tenant_id_claimed_hash_idx1;
CREATE INDEX call_claims_of ON call_claims (tenant_id, claimed_hash, claimed_at);

-- Numbers of the claims that the newest decision accepts. Null where none was taken since there is this column.
ALTER TABLE calls ADD COLUMN accepted_claims smallint[];
GRANT UPDATE (accepted_claims) ON calls TO vouch_service;
