"""The table of policies: names, what each changes, its levers, unit costs and evidence, from their declarations."""

from __future__ import annotations

from typing import Any

from sim.study.layout import columns, wrapped

__all__ = ["policy_rows", "policy_text"]


def policy_rows() -> list[dict[str, Any]]:
    """Return every policy as plain data: names, what it moves, levers with ranges, unit costs, evidence."""
    from sim.policies import catalogue
    from sim.scenario import Scenario

    register = Scenario.load("baseline").parameters
    return [
        {
            "name": name,
            "english": policy.title_en,
            "indonesian": policy.title_id,
            "in_report": policy.in_report,
            "moves": policy.moves,
            "fades": policy.fades,
            "evidence": policy.evidence,
            "levers": [
                {
                    "name": key,
                    "unit": lever.unit,
                    "allowed": lever.allowed,
                    "rest": lever.rest,
                    "meaning": lever.meaning,
                }
                for key, lever in policy.levers.items()
            ],
            "unit_costs": [
                {
                    "address": address,
                    "value": register[address].value,
                    "unit": register[address].unit,
                    "range": list(register[address].range),
                    "meaning": register[address].meaning,
                    "source": register[address].source,
                }
                for address in policy.unit_costs
            ],
        }
        for name, policy in catalogue().items()
    ]


def policy_text() -> str:
    """Return the table as text, as wide as the screen: a line a policy, then each in full.

    Examples
    --------
    >>> policy_text().splitlines()[0].split()
    ['name', 'what', 'it', 'is']
    """
    rows = policy_rows()
    names = columns([["name", "what it is"], *([row["name"], row["english"]] for row in rows)], indent=0)
    return "\n".join([*names, *(line for row in rows for line in _in_full(row))])


def _in_full(row: dict[str, Any]) -> list[str]:
    """Return the lines of one policy."""
    place = "named in the newspaper report" if row["in_report"] else "beyond the newspaper report"
    lines = ["", *wrapped(f"{row['name']}: {row['english']} ({row['indonesian']}), {place}")]
    said = [f"moves: {row['moves']}", f"fades: {row['fades']}"]
    for lever in row["levers"]:
        rest = f"{lever['rest']:g}" if isinstance(lever["rest"], (int, float)) else f'"{lever["rest"]}"'
        said.append(f"lever {lever['name']}: {lever['allowed']}; at rest {rest}. {lever['meaning']}.")
    for cost in row["unit_costs"]:
        low, high = cost["range"]
        worth = f"{cost['value']:g} {cost['unit']} (range {low:g} to {high:g})"
        said.append(f"cost {cost['address']} = {worth}. {cost['meaning']}. Source: {cost['source']}")
    if not row["unit_costs"]:
        said.append("cost: none from the budget; what it costs others is reported as shadow cost")
    said.append(f"evidence: {row['evidence']}")
    return [*lines, *(line for one in said for line in wrapped(one, 2, hang=2))]
