"""Who signs: keys, their life, and who may state what."""
