"""What is declared is used, and named by its unit; the rules hold no number of the world."""

import ast
import re

import pytest

from sim.core.parameters import UNITS
from sim.policies import Lever, catalogue
from tests.source_names import (
    BASELINE,
    CLASSES,
    SOURCE,
    TREES,
    WORLD,
    base_of,
    names_of,
)

# Nothing is declared and never used


def words_of_the_source():
    """Return every attribute and every word of a text in the whole of ``sim``, documentation left out."""
    words, beginnings = set(), set()
    for file in SOURCE.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        documentation = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                words.add(node.attr)
            elif isinstance(node, ast.JoinedStr):
                beginnings |= {
                    part.value for part in node.values if isinstance(part, ast.Constant) and part.value.endswith("_")
                }
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
                words |= set(re.findall(r"\w+", node.value))
    return words, tuple(beginnings)


def test_every_entry_of_the_register_is_used():
    words, beginnings = words_of_the_source()
    unused = {
        entry.address
        for entry in BASELINE.parameters.values()
        if entry.name not in words and not entry.name.startswith(beginnings)
    }
    assert unused == set()


@pytest.mark.parametrize(("room", "letter"), [("firms", "p"), ("market", "m"), ("steel", "s"), ("outside", "o")])
def test_every_entry_of_a_room_of_rules_is_read_from_that_room(room, letter):
    read = set()
    files = {**TREES, "model": ast.parse((SOURCE / "model.py").read_text(encoding="utf-8"))}
    for indicators in (SOURCE / "indicators").glob("*.py"):
        files[f"indicators/{indicators.stem}"] = ast.parse(indicators.read_text(encoding="utf-8"))
    for name, tree in files.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                base, _ = base_of(node)
                if base in {letter, f"p_{room}", f"{room}_p"} or (name == "producers" and base == "p"):
                    read.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                read.add(node.value.rpartition(".")[2])
            elif isinstance(node, ast.JoinedStr):
                read |= {f"season_{month}" for month in _months() if room == "outside"}
    assert names_of(room) - read == set()


def _months():
    from sim.shocks import MONTH_NAMES

    return MONTH_NAMES


def test_every_column_of_an_agent_is_used():
    words, _ = words_of_the_source()
    assert {f"{cls.__name__}.{name}" for cls in CLASSES.values() for name in cls.columns if name not in words} == set()


def test_every_lever_is_used_by_its_policy():
    for name, policy in catalogue().items():
        read = {node.attr for node in ast.walk(TREES[f"policies/{name}"]) if isinstance(node, ast.Attribute)}
        read |= {node.attr for node in ast.walk(TREES["policies/_targeting"]) if isinstance(node, ast.Attribute)}
        assert set(policy.levers) - read - {"budget_jt_year"} == set()


# Units


SUFFIX = {
    "t": "_t",
    "t/month": "_t",
    "t/t": "_t_t",
    "jt": "_jt",
    "jt/month": "_jt",
    "jt/t": "_jt_t",
    "fte": "_fte",
    "months": "_months",
    "jt/fte/month": "_jt_fte",
    "t/fte/month": "_t_fte",
}
ANY_SUFFIX = tuple(dict.fromkeys(SUFFIX.values()))


@pytest.mark.parametrize("cls", CLASSES.values(), ids=CLASSES)
def test_a_column_is_named_by_its_unit(cls):
    wrong = []
    for name, column in cls.columns.items():
        suffix = SUFFIX.get(column.unit, "")
        if not name.endswith(suffix) or (not suffix and name.endswith(ANY_SUFFIX)):
            wrong.append(f"{cls.__name__}.{name} in {column.unit}")
    assert wrong == []


def test_a_parameter_is_named_by_its_unit():
    wrong = []
    for entry in BASELINE.parameters.values():
        tokens = set(entry.name.split("_"))
        measures = {part for part in entry.unit.split("/") if part in {"t", "jt", "fte", "months", "days"}}
        if "jt" in measures and "month" in entry.unit.split("/"):
            measures -= {"month"}
        if not measures <= tokens or (not measures and tokens & {"t", "jt", "fte"}):
            wrong.append(f"{entry.address} in {entry.unit}")
    assert wrong == []


def test_a_lever_is_named_by_its_unit():
    for name, policy in catalogue().items():
        for key, lever in policy.levers.items():
            if isinstance(lever, Lever):
                measures = {part for part in lever.unit.split("/") if part in {"t", "jt", "fte", "year", "months"}}
                assert measures <= set(key.split("_")) | ({"year"} if "jt" not in measures else set()), (name, key)


def test_every_unit_of_a_column_is_known():
    known_units = {*UNITS, "number"}
    for cls in CLASSES.values():
        for name, column in cls.columns.items():
            assert column.unit in known_units, f"{cls.__name__}.{name}: {column.unit}"
            assert column.meaning, f"{cls.__name__}.{name}"


# Numbers

IDENTITIES = {0, 1, 2, 12, 0.5, -1}


def bare_numbers(tree):
    """Yield the numbers of a source that no name explains: not identities, positions, keys of luck or levers."""
    explained = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and all(
            isinstance(target, ast.Name) and target.id.lstrip("_").isupper() for target in node.targets
        ):
            explained |= {id(part) for part in ast.walk(node.value)}
        elif isinstance(node, ast.Subscript):
            explained |= {id(part) for part in ast.walk(node.slice) if isinstance(part, ast.Constant)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in {"key_of", "Lever", "Choice"}:
                explained |= {id(part) for part in ast.walk(node)}
            elif node.func.id == "column":
                explained |= {id(keyword.value) for keyword in node.keywords}
    for node in ast.walk(tree):
        is_number = isinstance(node, ast.Constant) and type(node.value) in {int, float}
        if is_number and id(node) not in explained and node.value not in IDENTITIES:
            yield node.lineno, node.value


@pytest.mark.parametrize("file", WORLD)
def test_the_rules_hold_no_number_of_the_world(file):
    assert [f"sim/{file}.py:{line}: {value}" for line, value in bare_numbers(TREES[file])] == []


def test_the_search_for_numbers_finds_them():
    planted = (
        "A_NAME = 0.3\nx = firms[7]\ndef rule(firm):\n    firm.price_jt_t = 0.35 * A_NAME + key_of(x, 9) * 12 + 3\n"
    )
    assert sorted(bare_numbers(ast.parse(planted))) == [(4, 0.35), (4, 3)]


# Luck


def test_nobody_but_the_streams_makes_random_numbers():
    for file in SOURCE.rglob("*.py"):
        if file.name == "streams.py" or file.relative_to(SOURCE).parts[0] in {"study", "report", "cli"}:
            continue  # what cannot touch a run may make names and wait at random
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                modules = [f"{node.value.id}.{node.attr}"]
            for module in modules:
                forbidden = {"random", "secrets", "numpy.random", "np.random", "scipy.stats"}
                assert module not in forbidden, f"{file}:{node.lineno}: {module}"
