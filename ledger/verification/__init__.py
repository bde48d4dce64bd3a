"""Is the ledger whole? Every entry read again, and compared with everything that was ever signed about it."""
