"""The demo: two stories, told as events by fixed keys that nobody may use for anything else."""
