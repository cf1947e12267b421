"""Names, by reading the source: what a rule reads or writes is a column, a parameter or a verb."""

import ast

import pytest

from sim.producers import Producer
from tests.source_names import (
    CLASSES,
    MANY,
    MILL_FACTS,
    OF_ARRAYS,
    OF_DICTS,
    TREES,
    WORLD,
    attributes,
    base_of,
    known,
)


@pytest.mark.parametrize("file", WORLD)
def test_every_name_that_a_rule_reads_or_writes_exists(file):
    unknown = []
    for name, indexed, attribute, line in attributes(file):
        allowed = known(file, name, indexed=indexed)
        free = OF_ARRAYS | OF_DICTS if name not in {"firm", "buyer", "link"} else set()
        if allowed is not None and attribute not in allowed | free:
            unknown.append(f"sim/{file}.py:{line}: {name}.{attribute}")
    assert unknown == []


@pytest.mark.parametrize("file", WORLD)
def test_every_attribute_of_an_agent_is_a_column_or_a_verb(file):
    unknown = []
    for cls in [node for node in TREES[file].body if isinstance(node, ast.ClassDef) and node.name in CLASSES]:
        columns = set(CLASSES[cls.name].columns)
        verbs = {node.name for node in cls.body if isinstance(node, ast.FunctionDef)}
        for node in ast.walk(cls):
            own = isinstance(node, ast.Attribute) and base_of(node) == ("self", False)
            if own and node.attr not in columns | verbs:
                unknown.append(f"sim/{file}.py:{node.lineno}: self.{node.attr}")
    assert unknown == []


@pytest.mark.parametrize("file", WORLD)
def test_every_column_read_by_its_text_exists(file):
    tables = {name: names for name, names in MANY.items() if name not in {"state", "tally", "counts"}}
    tables["mills"] = MILL_FACTS | set(Producer.columns)
    unknown = []
    for node in ast.walk(TREES[file]):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            (name, indexed), column = base_of(node), node.slice.value
            of_table = not indexed and name in tables and isinstance(column, str)
            if of_table and column not in tables[name]:
                unknown.append(f"sim/{file}.py:{node.lineno}: {name}[{node.slice.value!r}]")
    assert unknown == []


def test_the_search_for_unknown_names_finds_them():
    TREES["planted"] = ast.parse("def rule(firm, p):\n    firm.cash_jr = p.wear + firms[0].steal_t\n")
    try:
        with pytest.raises(AssertionError) as caught:
            test_every_name_that_a_rule_reads_or_writes_exists("planted")
    finally:
        del TREES["planted"]
    assert "planted.py:2: firm.cash_jr" in str(caught.value)
    assert "Left contains 2 more items" in str(caught.value)
