"""Fixtures that more than one folder of tests uses."""

from hypothesis import HealthCheck, settings

from tests.postgres import postgres_server, postgres_url
from tests.worlds import demo_folder, imported, spoilt, world

__all__ = ["demo_folder", "imported", "postgres_server", "postgres_url", "spoilt", "world"]

# How long an example takes says nothing on a machine that others use; no example changes what a fixture made.
settings.register_profile(
    "ledger", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("ledger")
