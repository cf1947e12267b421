"""What Mesa costs: nothing when nobody looks at the agents, and how much when somebody does."""

import statistics
from functools import partial

from benchmarks.measure import Measure, clock, seconds
from sim import MetalSupplyChain

__all__ = ["mesa_costs"]

NOTHING = 1.05  # a month costs the same, but for the noise of measuring
LOOKS = 12  # months between two looks


def _month(looking: bool = False, bare: bool = False) -> tuple[float, list[float]]:
    """Return the median seconds of a run's months, and those of the looks between them."""
    model = MetalSupplyChain("baseline", seed=1)
    step = partial(MetalSupplyChain.step, model) if bare else model.step
    months, looks = [], []
    while model.running:
        if looking and model.month % LOOKS == 0:
            looks.append(seconds(lambda: model.agents))
        start = clock()
        step()
        months.append(clock() - start)
    return statistics.median(months), looks


def mesa_costs(repeats: int = 9) -> list[Measure]:
    """Measure by turns: runs nobody looks at, runs without Mesa's step around a month, runs looked at once a year."""
    mesa, looked, first, later = [], [], [], []
    for _ in range(repeats):
        usual, _ = _month()
        mesa.append(usual / _month(bare=True)[0])
        seen, looks = _month(looking=True)
        looked.append(seen / usual)
        first.append(1e3 * looks[0])
        later += [1e3 * look for look in looks[1:]]
    return [
        Measure.of("a month with Mesa's step against one without", "x", mesa, target=NOTHING),
        Measure.of("a month of a town looked at against one of a town not", "x", looked, target=NOTHING),
        Measure.of("  the first look at model.agents", "ms", first),
        Measure.of("  a look a year later", "ms", later),
    ]
