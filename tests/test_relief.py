"""The reliefs by which the command `bind` eases one constraint alone."""

import pytest

from sim.errors import UserError
from sim.model import MetalSupplyChain
from sim.relief import RELIEFS
from tests.towns import run, town


@pytest.mark.parametrize("name", RELIEFS)
def test_a_relief_eases_local_firms_from_the_first_observed_month(name):
    scenario = town(observed=18)
    eased = MetalSupplyChain(scenario, seed=1, relief=name).run()
    usual = run(scenario)
    assert eased.indicators[:12].equals(usual.indicators[:12])
    assert not eased.indicators.equals(usual.indicators)
    assert eased.relief.units > 0.0
    assert eased.relief.cost_jt > 0.0
    assert RELIEFS[name].unit
    assert RELIEFS[name].meaning


def test_an_unknown_relief_is_refused_with_those_there_are():
    with pytest.raises(UserError, match="must be one of"):
        MetalSupplyChain(town(), seed=1, relief="luck")
