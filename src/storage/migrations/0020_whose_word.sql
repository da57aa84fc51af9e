-- Speech that was kept without whose word it came with cannot become a voiceprint. Not by DELETE, which row security would
-- hold to one tenant.
TRUNCATE partial_evidence;
