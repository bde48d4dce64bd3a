"""The engine of the seven clause patterns."""
