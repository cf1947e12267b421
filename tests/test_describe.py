"""The description leaves nothing out that the code declares, and invents nothing."""

import inspect
import re

import pytest

from sim import Scenario, cli, describe
from sim.accounts import MONEY, TONNES
from sim.buyers import Buyer
from sim.core.state import RowAgent
from sim.firms import Firm, LocalFirm
from sim.indicators import DECLARED, catalogue
from sim.model import MetalSupplyChain
from sim.policies import catalogue as policies
from sim.relief import RELIEFS
from sim.study.layout import columns

MOMENTS = ("begin", "set_rules", "deliver", "look_back")


@pytest.fixture(scope="module")
def said():
    return describe.text()


@pytest.fixture(scope="module")
def parts(said):
    """The parts of the description by title, each with its white space made single."""
    titled = re.split(r"(?:^|\n\n\n)([A-Z() ]+|WHAT CAN BE EASED \(KOTABAJA BIND\))\n\n", said)
    return {title: " ".join(words.split()) for title, words in zip(titled[1::2], titled[2::2], strict=True)}


@pytest.fixture(scope="module")
def baseline():
    return Scenario.load("baseline")


def squeezed(words):
    return " ".join(str(words).split())


def test_the_parts_are_these(parts):
    assert list(parts) == [
        "ENTITIES",
        "SCHEDULE",
        "RULES",
        "PARAMETERS",
        "POLICIES",
        "WHAT CAN BE EASED (KOTABAJA BIND)",
        "INDICATORS",
        "FLOWS OF MONEY AND TONNES",
    ]
    assert all(parts.values())


def test_it_is_read_at_100_columns(said):
    assert max(map(len, said.splitlines())) <= 100
    assert not [line for line in said.splitlines() if line != line.rstrip()]


def test_every_agent_class_of_a_run_and_every_column_appears(parts):
    model = MetalSupplyChain("baseline", months=1)
    kinds = set(model.agent_types)
    assert LocalFirm in kinds
    for kind in kinds:
        assert f"{kind.__name__}: {squeezed(kind.__doc__.splitlines()[0])}" in parts["ENTITIES"]
        for name, column in kind.columns.items():
            assert f"{name} {column.unit} {squeezed(column.meaning)}" in parts["ENTITIES"]
    assert "Link: A place on a buyer's list" in parts["ENTITIES"]


def test_classes_of_other_packages_are_no_entities(parts):
    class Passer(RowAgent):
        """Somebody who walks by."""

    assert Passer.__name__ not in " ".join(describe.entities())
    assert "RowAgent" not in parts["ENTITIES"]


def test_the_schedule_follows_the_source_of_the_month(parts):
    source = inspect.getsource(MetalSupplyChain.step)
    headings = re.findall(r"^ {8}# (.+)$", source, re.MULTILINE)
    calls = re.findall(r"^ {8}(?:[\w.]+ = )?(?:self\.)?([\w.]+)\(", source, re.MULTILINE)
    assert len(headings) >= 8
    assert len(calls) >= 15
    for order in (headings, calls):
        at = 0
        for words in order:
            at = parts["SCHEDULE"].find(words, at) + 1
            assert at, words
    assert '_government_acts("set_rules") Set gates, reserved shares, prices' in parts["SCHEDULE"]
    assert "workshops.plan Let every firm form its expectation" in parts["SCHEDULE"]


def test_every_heading_and_call_of_the_month_says_something():
    month = describe.month()
    assert len(month) > 8
    for heading, calls in month:
        assert heading
        assert calls, heading
        for call, says in calls:
            assert says, call


def test_every_rule_has_its_sentence_and_line(parts):
    rules = describe.rules_found()
    titles = {(rule.file, rule.title) for rule in rules}
    for name, made in vars(Firm).items():
        if callable(made) and not name.startswith("_"):
            assert ("sim/firms.py", f"Firm.{name}") in titles
    assert {
        ("sim/buyers.py", "Buyer.refusal"),
        ("sim/listing.py", "judge"),
        ("sim/policies/store_access.py", "meet"),
    } <= titles
    assert callable(Buyer.refusal)
    assert not [rule for rule in rules if rule.owner == "Collector"], "a class of the same name elsewhere is no agent"
    for rule in rules:
        assert rule.says, rule.title
        assert f"{rule.title} (line {rule.line}) {rule.says}" in parts["RULES"]


def test_every_parameter_appears_with_value_unit_range_and_source(parts, baseline):
    assert f"{len(baseline.parameters)} parameters, {len(baseline.assumptions)} of them" in parts["PARAMETERS"]
    for address, one in baseline.parameters.items():
        low, high = (str(end).lower() if isinstance(end, bool) else end for end in one.range)
        found = re.search(
            rf"{re.escape(address)} = (\S+) {re.escape(one.unit)}, range (\S+) to (\S+)", parts["PARAMETERS"]
        )
        assert found, address
        for written, value in zip(found.groups(), (one.value, low, high), strict=True):
            same = written == str(value).lower() if isinstance(value, (bool, str)) else float(written) == value
            assert same, address
        assert f"{squeezed(one.meaning)}. Source: {squeezed(one.source)}" in parts["PARAMETERS"]


def test_every_policy_lever_and_moment_appears(parts):
    for name, policy in policies().items():
        assert f"{name}: {policy.title_en}" in parts["POLICIES"]
        assert squeezed(policy.evidence) in parts["POLICIES"]
        for key, lever in policy.levers.items():
            assert f"{key}: {lever.allowed}, at rest {lever.rest}" in parts["POLICIES"]
            assert squeezed(lever.meaning) in parts["POLICIES"]
        acts = [moment for moment in MOMENTS if moment in vars(policy)]
        assert acts, name
        for moment in acts:
            assert f"at {moment} {squeezed(vars(policy)[moment].__doc__).partition('. ')[0]}" in parts["POLICIES"]


def test_every_indicator_appears_with_unit_direction_and_origins(parts, baseline):
    columns = {}
    for column in catalogue(baseline):
        columns.setdefault(column.indicator, column)
    for one in DECLARED:
        first = columns[one.name].column
        row = f"{first} {one.unit} {one.better} {one.by} {squeezed(one.meaning)}"
        assert row in parts["INDICATORS"], first
    assert 'by "city": one column' in parts["INDICATORS"]
    assert "local, external, tegal" in parts["INDICATORS"]


def test_every_flow_and_every_relief_appears(parts):
    for flow in (*MONEY, *TONNES):
        assert f"{flow.name} {flow.giver} -> {flow.taker} {flow.unit}" in parts["FLOWS OF MONEY AND TONNES"]
    for one in RELIEFS.values():
        assert f"{one.name} {one.unit} {squeezed(one.meaning)}" in parts["WHAT CAN BE EASED (KOTABAJA BIND)"]


def test_a_wide_table_wraps_its_last_column_only():
    lines = list(columns([("a", "b" * 10, "word " * 40), ("long name", "c", "short")]))
    assert lines[0].startswith("  a          bbbbbbbbbb  word word")
    assert len(lines) > 2
    assert all(line.startswith(" " * 25) for line in lines[1:-1])
    assert lines[-1] == "  long name  c           short"
    assert list(columns([])) == []


def test_the_command_prints_it(capsys, said):
    assert cli.main(["describe"]) == 0
    assert capsys.readouterr().out == said + "\n"
