"""Evidence that travels and is checked offline."""
