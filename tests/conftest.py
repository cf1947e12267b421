"""What all tests share: how Hypothesis looks for towns that break a rule."""

import pytest
from hypothesis import HealthCheck, settings

from sim import MetalSupplyChain
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


@pytest.fixture(scope="session", autouse=True)
def rules_compiled_once():
    """Compile the rules before any test looks at a clock: on a new machine that takes the better part of a minute."""
    if not INTERPRETED:
        for name in ("both", "local_allotment"):
            MetalSupplyChain(name, seed=1, months=73).run()
