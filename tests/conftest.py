"""What all tests share: how Hypothesis looks for towns that break a rule."""

from hypothesis import HealthCheck, settings

from tests.towns import INTERPRETED

# The same towns every time: a test that fails once fails until its cause is mended. With the compiler off a
# town takes a hundred times as long, and a few towns must do.
settings.register_profile(
    "towns",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=3 if INTERPRETED else 40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("towns")
