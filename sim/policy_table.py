"""The table of policies: names, what each changes, its levers, unit costs and evidence, from their declarations."""

from __future__ import annotations

from typing import Any

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
    """Return the table as text: a line a policy, then each in full. Names are never wrapped or cut.

    Examples
    --------
    >>> policy_text().splitlines()[0].split()
    ['name', 'English', 'Indonesian', 'named', 'in', 'the', 'report']
    """
    rows = policy_rows()
    head = ("name", "English", "Indonesian", "named in the report")
    body = [(row["name"], row["english"], row["indonesian"], "yes" if row["in_report"] else "beyond") for row in rows]
    widths = [max(len(line[k]) for line in (head, *body)) for k in range(len(head))]
    lines = [
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        for line in (head, *body)
    ]
    return "\n".join([*lines, *(line for row in rows for line in _in_full(row))])


def _in_full(row: dict[str, Any]) -> list[str]:
    """Return the lines of one policy."""
    lines = ["", f"{row['name']}: {row['english']} ({row['indonesian']})"]
    lines += [f"  moves: {row['moves']}", f"  fades: {row['fades']}"]
    width = max(len(lever["name"]) for lever in row["levers"])
    for lever in row["levers"]:
        rest = f"{lever['rest']:g}" if isinstance(lever["rest"], (int, float)) else f'"{lever["rest"]}"'
        lines.append(f"  lever {lever['name'].ljust(width)}  {lever['allowed']}; at rest {rest}. {lever['meaning']}.")
    for cost in row["unit_costs"]:
        low, high = cost["range"]
        worth = f"{cost['value']:g} {cost['unit']} (range {low:g} to {high:g})"
        lines.append(f"  cost {cost['address']} = {worth}. {cost['meaning']}. Source: {cost['source']}")
    if not row["unit_costs"]:
        lines.append("  cost: none from the budget; what it costs others is reported as shadow cost")
    return [*lines, f"  evidence: {row['evidence']}"]
