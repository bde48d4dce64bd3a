"""The one place that speaks SQL: entries, heads, checkpoints and protocol files, on SQLite and PostgreSQL."""
