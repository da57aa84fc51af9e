-- When a speaker was last accepted, without a reference to `speakers`: a call must not fail since its speaker was erased at
-- that moment.
ALTER TABLE speaker_activity DROP CONSTRAINT speaker_activity_tenant_id_speaker_ref_fkey;
