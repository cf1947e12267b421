"""The table of policies says of each what it is, from its declarations; names are never wrapped or cut."""

import json

from sim import Scenario, cli
from sim.policies import catalogue

BASELINE = Scenario.load("baseline")


def test_every_policy_says_how_its_effect_fades_and_what_it_costs():
    for name, policy in catalogue().items():
        assert policy.fades, name
        assert set(policy.unit_costs) <= set(BASELINE.parameters), name
        assert bool(policy.unit_costs) == ("budget_jt_year" in policy.levers), name


def test_the_command_prints_names_whole_and_every_lever_with_its_range(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    assert cli.main(["policies"]) == 0
    lines = capsys.readouterr().out.splitlines()
    head, body = lines[0], lines[1 : 1 + len(catalogue())]
    assert head.split("  ")[0].strip() == "name"
    for line, (name, policy) in zip(body, catalogue().items(), strict=True):
        assert line.startswith(f"{name} ")
        assert line.endswith(f"  {policy.title_en}")
        assert any(one.startswith(f"{name}: {policy.title_en} ({policy.title_id}), ") for one in lines)
    for name, policy in catalogue().items():
        for key, lever in policy.levers.items():
            assert any(f"lever {key}" in line and lever.allowed in line for line in lines), (name, key)


def test_the_command_prints_json_with_sources(capsys):
    assert cli.main(["policies", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(catalogue())
    for row in rows:
        assert all(cost["source"] and cost["unit"] for cost in row["unit_costs"])
        assert all(lever["meaning"] and lever["allowed"] for lever in row["levers"])
