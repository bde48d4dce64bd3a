"""Uses compared with what is on record: grants, profiles, the protocol's life, deletions, thresholds."""
