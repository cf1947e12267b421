"""Each file in ``sim/policies``, which no test names: its class, its levers, and a small town where it is in force."""

from pathlib import Path

import pytest

from sim import MetalSupplyChain, policies
from sim.policies import Choice, catalogue
from tests.towns import levers, town, with_policy

POLICIES = catalogue()
FILES = sorted(Path(policies.__file__).parent.glob("*.py"))
BUDGET = "budget_jt_year"
DECEMBER = 12
every_policy = pytest.mark.parametrize("name", POLICIES)
every_budget = pytest.mark.parametrize("name", [name for name in POLICIES if BUDGET in POLICIES[name].levers])
every_lever = pytest.mark.parametrize(
    ("name", "lever"), [(name, key) for name, policy in POLICIES.items() for key in policy.levers]
)
every_other_option = pytest.mark.parametrize(
    ("name", "lever", "option"),
    [
        (name, key, option)
        for name, policy in POLICIES.items()
        for key, lever in policy.levers.items()
        if isinstance(lever, Choice) and key != "target"
        for option in lever.options[1:]
    ],
)
LONG = {"observed": 30}
LAPSING = {
    "firms": ("buys_jointly", "sells_jointly", "shared_volume_t", "financed_share"),
    "buyers": ("quota_slots", "review_help"),
    "cooperatives": ("working", "members", "fee_share", "handled_t"),
}


def in_force(name, part=0.5, first="2023-06", last="2040-12", settings=None, **chosen):
    return with_policy(town(**LONG, settings=settings), name, levers(name, part) | chosen, first, last)


def month_by_month(scenario, seed=1):
    model = MetalSupplyChain(scenario, seed=seed)
    while model.running:
        model.step()
        yield model
