"""Another district is data only: a town of its own buyers, whose firms the first town counts among the outside ones."""

import pytest

from sim import MetalSupplyChain, Scenario
from tests.towns import town

BASELINE = Scenario.load("baseline")
# What a policy of one town does in another: its levers alone, on the other town's numbers.
POLICIES = ("training_only", "policies/material_centre")


@pytest.fixture(scope="module")
def tegal():
    """A small Tegal, run to its end: the audit has looked at every month of it."""
    return MetalSupplyChain(town("tegal"), seed=1).run()


def test_the_other_town_has_its_own_firms_and_the_first_town_s_are_outside(tegal):
    table, firms = tegal.indicators, tegal.firms_frame()
    assert set(firms["cluster_name"][firms["local"]]) == {"tegal"}
    assert {"sales_cilegon_t", "sales_ceper_t"} <= set(table.columns)
    assert "sales_tegal_t" not in table.columns  # it is sales_local_t now
    assert (table["sales_local_t"] > 0).all()


def test_a_difference_of_the_other_town_names_its_own_source():
    changed = [
        address
        for address, one in Scenario.load("tegal").parameters.items()
        if one.value != BASELINE.parameters[address].value
    ]
    assert len(changed) > 20
    for address in changed:
        assert Scenario.load("tegal").parameters[address].source != BASELINE.parameters[address].source, address


@pytest.mark.parametrize("name", POLICIES)
def test_policies_are_tried_in_the_other_town_as_they_stand(name):
    other = Scenario.load("tegal").combined(Scenario.load(name), BASELINE)
    small = {"town.scale": 0.1, "time.warm_up_months": 12, "time.observed_months": 12}
    uses = {f"policies.{one.name}.to": "2024-05" for one in other.uses}
    run = MetalSupplyChain(other.changed({**uses, **small}), seed=1).run()
    assert run.indicators["spending_jt"].sum() > 0
