-- Notices that need consent anew may leave a time of grace; processing of a person's data may be restricted.

ALTER TABLE notices ADD COLUMN new_consent_grace_days int NOT NULL DEFAULT 0
  CHECK (new_consent_grace_days BETWEEN 0 AND 365),
  ADD CHECK (requires_new_consent OR new_consent_grace_days = 0);

ALTER TABLE speaker_states DROP CONSTRAINT known_state,
  ADD CONSTRAINT known_state CHECK (state IN ('LEGAL_HOLD', 'RESTRICTED', 'OBJECTED'));
