-- Speech that was kept without whose word it came with cannot become a voiceprint.
DELETE FROM partial_evidence;
