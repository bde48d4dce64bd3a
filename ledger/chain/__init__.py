"""Pure functions on bytes: hashes, entries, trees, checkpoints. No input or output."""
