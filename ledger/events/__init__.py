"""Frozen, strict, versioned event types; one file a register."""
