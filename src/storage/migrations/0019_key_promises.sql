-- What a receipt of an erasure says of keys stays true.

-- The rows of a manifest are sealed in groups of some hundred, each under a key of its own, which stands in speaker_keys: an
-- erasure puts what is left of a group under a new one. Until now the key of a job sealed all its rows, under the job's id.
ALTER TABLE enrolment_job_rows ADD COLUMN key_ref uuid;
-- Written anew as a whole, for all tenants: an UPDATE would see one.
ALTER TABLE enrolment_job_rows ALTER COLUMN key_ref TYPE uuid USING job_id, ALTER COLUMN key_ref SET NOT NULL;
CREATE INDEX ON enrolment_job_rows (tenant_id, key_ref);

-- What receipts have said of an epoch, and it is held to whatever the settings say later; null: nothing yet.
ALTER TABLE key_epochs
  -- By when it is rotated.
  ADD COLUMN rotate_by timestamptz,
  -- For how long after it went out of use its key stays, for the sake of backups.
  ADD COLUMN backup_days int CHECK (backup_days > 0);
GRANT UPDATE (rotate_by, backup_days) ON key_epochs TO vouch_service;
