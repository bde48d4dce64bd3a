"""Fixtures that more than one folder of tests uses."""

from tests.postgres import postgres_server, postgres_url
from tests.worlds import demo_folder, imported, spoilt, world

__all__ = ["demo_folder", "imported", "postgres_server", "postgres_url", "spoilt", "world"]
