"""What Mesa costs: nothing when nobody looks at the agents, and how much when somebody does."""

from benchmarks.measure import Measure, seconds
from sim import MetalSupplyChain

__all__ = ["mesa_costs"]

NOTHING = 1.05  # a month costs the same, but for the noise of measuring


def mesa_costs() -> list[Measure]:
    """Measure, month by month in turn: a town nobody looks at, without Mesa's step, and one whose agents were seen."""
    unseen, bare, seen = (MetalSupplyChain("baseline", seed=1) for _ in range(3))
    first_look = seconds(lambda: seen.agents)
    later_looks, plain, own, after = [], [], [], []
    for _ in range(unseen.months):
        plain.append(seconds(unseen.step))
        own.append(seconds(lambda: MetalSupplyChain.step(bare)))
        after.append(seconds(seen.step))
        later_looks.append(seconds(lambda: seen.agents))
    mesa = [a / b for a, b in zip(plain, own, strict=True)][1:]
    looked = [a / b for a, b in zip(after, plain, strict=True)][1:]
    return [
        Measure.of("a month with Mesa's step against one without", "x", mesa, target=NOTHING),
        Measure.of("a month after somebody looked against one before", "x", looked, target=NOTHING),
        Measure.of("  the first look at model.agents", "ms", [1e3 * first_look]),
        Measure.of("  a look in a later month", "ms", [1e3 * s for s in later_looks]),
    ]
