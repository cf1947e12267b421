"""What only a run with a programme can tell: the same town on the same luck, with the programme in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.study.measures.declare import measure
from sim.study.watch import Watched, divided

if TYPE_CHECKING:
    from sim.scenario import Scenario

TKDN = "tkdn"


def with_certificates(scenario: Scenario) -> Scenario:
    """Return the scenario with the shipped certificate programme in force, unless it has one of its own."""
    from sim.core.parameters import month_number, month_text
    from sim.scenario import Scenario

    if TKDN in scenario.policies:
        return scenario
    first = str(scenario["time.first_observed"])
    last = month_text(month_number(first) + int(scenario["time.observed_months"]) - 1)
    shipped = next(use for use in Scenario.load("policies/tkdn").uses if use.name == TKDN)
    levers = {**shipped.levers, "from": first, "to": last}
    return scenario.changed({f"policies.{TKDN}.{name}": value for name, value in levers.items()})


@measure
def certificate_approval(run: Watched) -> float:
    """Share of first applications for a certificate that are approved, with the programme in force."""
    from sim.model import MetalSupplyChain

    model: Any = MetalSupplyChain(with_certificates(run.scenario), seed=run.seed)
    firms = model.tables["firms"].rows
    decided = approved = 0
    while model.running:
        roll = model.office.rolls.get(TKDN)
        # An application is decided when its last month passes; extensions are no first certificates.
        due = (roll.left_months == 1) & (firms["certificate_months"] <= 0.0) if roll is not None else None
        uids = firms["uid"].copy()
        model.step()
        if due is not None:
            due &= firms["working"] & (firms["uid"] == uids)
            decided += int(due.sum())
            approved += int((due & (firms["certificate_months"] > 0.0)).sum())
    return divided(float(approved), float(decided))
