"""Hypothesis for files: no deadlines on a busy machine, and each example writes over the last one's files."""

from hypothesis import HealthCheck, settings
from tests.conftest import EXPLORE

settings.register_profile(
    "formats",
    deadline=None,
    derandomize=not EXPLORE,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("formats")
