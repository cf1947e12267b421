"""Small towns for the tests, smaller still with the compiler off, and what is compared between two runs.

``python -m tests.towns JOBS OUT`` does the jobs of a file (pickled tuples of scenario, seed, months) in a process of
its own, for the tests that compare processes.
"""

import functools
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim import MetalSupplyChain, Scenario
from sim.core.compiled import interpreted
from sim.policies import Lever, Policy, catalogue

ROOT = Path(__file__).parent.parent
INTERPRETED = interpreted()
SCALE = 0.06 if INTERPRETED else 0.15
FIRST_OBSERVED = "2023-06"
# For tests that are quick compiled and take minutes with the compiler off.
long_interpreted = pytest.mark.long if INTERPRETED else lambda test: test


_loaded = functools.cache(Scenario.load)


def town(name="baseline", *, scale=SCALE, warm_up=12, observed=12, settings=None):
    """Return a shipped scenario as a small town with a short life."""
    small = {"town.scale": scale, "time.warm_up_months": warm_up, "time.observed_months": observed}
    return _loaded(name).changed(small).changed(settings or {})


def levers(name, part=0.5):
    """Return levers of a policy: numbers at a part of their range, the first option of a choice."""
    return {
        key: lever.low + part * (lever.high - lever.low) if isinstance(lever, Lever) else lever.options[0]
        for key, lever in catalogue()[name].levers.items()
    }


def with_policy(scenario, name, chosen, first=FIRST_OBSERVED, last="2040-12"):
    """Return the scenario with a policy in force from ``first`` to ``last``."""
    keys = {**chosen, "from": first, "to": last}
    return scenario.changed({f"policies.{name}.{key}": value for key, value in keys.items()})


def with_every_policy(scenario, part=0.5):
    """Return the scenario with every policy there is in force from the first observed month."""
    for name in catalogue():
        scenario = with_policy(scenario, name, levers(name, part))
    return scenario


def wide(settings):
    """Return settings that may leave their range: each range is opened, with the test as its source."""
    opened = {}
    for address, value in settings.items():
        opened |= {f"{address}.value": value, f"{address}.range": [min(value, 0), max(value, 0)]}
        opened[f"{address}.source"] = "a test"
    return opened


class Planted(Policy):
    """A policy that a test puts into a running town: what it is given is done at one moment of every month."""

    def __init__(self, model, moment, act):
        super().__init__(1, 9999)
        self.name = model.office.policies[0].name  # whose purse it shares
        setattr(self, moment, act)
        model.office.add(self)


def run(scenario, seed=1, months=None):
    """Return a model that has run."""
    return MetalSupplyChain(scenario, seed=seed, months=months).run()


def everything(model):
    """Return all that a run leaves behind, by name: indicators by month, and every table at the end."""
    left = {f"indicator {name}": values.to_numpy() for name, values in model.indicators.items()}
    for table, rows in {name: table.rows for name, table in model.tables.items()}.items():
        left |= {f"{table}.{column}": np.ascontiguousarray(rows[column]) for column in rows.dtype.names}
    return left


def unlike(one, other, but=()):
    """Return the names of what is not the same to the last bit in two runs, except names that contain a word."""
    names = [name for name in {**one, **other} if not any(word in name for word in but)]
    return [name for name in names if not _same(one.get(name), other.get(name))]


def _same(one, other):
    return one is not None and other is not None and one.dtype == other.dtype and one.tobytes() == other.tobytes()


def elsewhere(jobs, folder, **environment):
    """Return everything that jobs leave behind when another process does them."""
    given, got = Path(folder) / "jobs.pickle", Path(folder) / "left.pickle"
    given.write_bytes(pickle.dumps(jobs))
    command = [sys.executable, "-m", "tests.towns", str(given), str(got)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)
    return pickle.loads(got.read_bytes())


def _main(given, got):
    jobs = pickle.loads(Path(given).read_bytes())
    Path(got).write_bytes(pickle.dumps([everything(run(*job)) for job in jobs]))


if __name__ == "__main__":
    _main(*sys.argv[1:])
