-- Approval before first use, the accounts that speakers belong to, and voiceprints that are set aside for review.

-- An approval says from when on a voiceprint may be used.
GRANT UPDATE (usable_from) ON voiceprints TO vouch_service;

-- Which account a speaker belongs to, by the keyed hash of its id: enough to find the others, and nothing to read.
CREATE TABLE speaker_accounts (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  speaker_ref uuid NOT NULL,
  account_hash bytea NOT NULL CHECK (octet_length(account_hash) = 32),
  PRIMARY KEY (tenant_id, speaker_ref),
  FOREIGN KEY (tenant_id, speaker_ref) REFERENCES speakers ON DELETE CASCADE
);
CREATE INDEX ON speaker_accounts (tenant_id, account_hash);
CALL isolate_tenants('speaker_accounts');
GRANT SELECT, INSERT, UPDATE (account_hash), DELETE ON speaker_accounts TO vouch_service;

-- Voiceprints that somebody must look at; a row goes when that was done, and the chain says how it ended.
CREATE TABLE voiceprint_reviews (
  tenant_id text NOT NULL DEFAULT current_tenant() REFERENCES tenants,
  review_id uuid NOT NULL,
  voiceprint_id uuid NOT NULL,
  reason text NOT NULL CONSTRAINT known_reason CHECK (reason IN ('SOUNDS_LIKE_ANOTHER')),
  -- Whom it sounds like.
  other_speaker_ref uuid NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, review_id),
  FOREIGN KEY (tenant_id, voiceprint_id) REFERENCES voiceprints ON DELETE CASCADE
);
CREATE INDEX ON voiceprint_reviews (tenant_id, created_at, review_id);
CREATE INDEX ON voiceprint_reviews (tenant_id, voiceprint_id);
CALL isolate_tenants('voiceprint_reviews');
GRANT SELECT, INSERT, DELETE ON voiceprint_reviews TO vouch_service;
