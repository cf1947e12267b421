"""Names and numbers, by reading the source: every column and parameter exists, is used, and is named by its unit."""

import ast
import re
from pathlib import Path

import pytest

from sim import Scenario
from sim.buyers import Buyer, Link
from sim.cooperatives import Cooperative
from sim.core.parameters import UNITS
from sim.firms import Firm
from sim.government import Government
from sim.policies import Lever, catalogue
from sim.producers import Distributor, Producer
from sim.tally import COUNTS, STATE, TALLY

SOURCE = Path(__file__).parent.parent / "sim"
BASELINE = Scenario.load("baseline")
WORLD = (
    *("firms", "workshops", "producers", "steel_market", "goods_market", "buyers", "listing", "population"),
    *("government", "shocks", "reckoning", "relief", "town", "firm_figures", "partnerships", "cooperatives"),
    *("deliveries", "joint_sales", "finance"),
    *(f"policies/{file.stem}" for file in sorted((SOURCE / "policies").glob("*.py"))),
)
TREES = {name: ast.parse((SOURCE / f"{name}.py").read_text(encoding="utf-8")) for name in WORLD}
CLASSES = {cls.__name__: cls for cls in (Firm, Buyer, Link, Producer, Distributor, Government, Cooperative)}


def names_of(room):
    """Return the names of a room of the register, or of a family of rooms."""
    if room in {"cluster", "mill", "buyer"}:
        return set(next(iter(BASELINE.family(room).values())))
    return set(BASELINE.room(room))


FIRM, BUYER, LINK = set(Firm.columns), set(Buyer.columns), set(Link.columns)
MILL_FACTS = names_of("mill") | {"outage_from", "outage_to", "retained_share", "added_slots"}
# What a name stands for in the rules, by itself and as a table that is indexed.
ONE = {
    "firm": FIRM,
    "other": FIRM,
    "buyer": BUYER,
    "link": LINK,
    "dealer": set(Distributor.columns),
    "centre": set(Cooperative.columns),
    "cooperative": set(Cooperative.columns),
    "seller": FIRM,
    "giver": FIRM,
    "mill": set(Producer.columns),
    "kind": names_of("buyer"),
    "c": names_of("cluster"),
    "cluster": names_of("cluster"),
    "p": names_of("firms"),
    "m": names_of("market"),
    "s": names_of("steel"),
    "o": names_of("outside"),
    "count": set(COUNTS.names),
}
MANY = {
    "firms": FIRM,
    "buyers": BUYER,
    "links": LINK,
    "producers": set(Producer.columns),
    "mills": MILL_FACTS,
    "distributors": set(Distributor.columns),
    "cooperatives": set(Cooperative.columns),
    "clusters": names_of("cluster"),
    "kinds": names_of("buyer"),
    "state": set(STATE.names),
    "counts": set(COUNTS.names),
    "tally": set(TALLY.names),
    "firms_p": names_of("firms"),
    "market_p": names_of("market"),
    "steel_p": names_of("steel"),
    "government": set(Government.columns),
}
# Where a name means something else.
HERE = {
    "producers": {"mill": MILL_FACTS, "p": names_of("steel")},
    "reckoning": {"row": set(TALLY.names), "counts": set(COUNTS.names)},
    "population": {"row": set(TALLY.names), "own": set(STATE.names), "counts": set(COUNTS.names)},
}
OF_ARRAYS = {"size", "shape", "sum", "mean", "any", "all", "tolist", "copy", "dtype", "max", "min", "astype", "count"}
OF_DICTS = {"items", "values", "keys", "get", "update", "append"}


def base_of(node):
    """Return (name, whether it is indexed) of what an attribute or a subscript is read from."""
    value = node.value
    if isinstance(value, ast.Name):
        return value.id, False
    if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name):
        return value.value.id, True
    return None, False


def attributes(file):
    """Yield (name of the thing, indexed, attribute, line) for every attribute read or written in a file."""
    for node in ast.walk(TREES[file]):
        if isinstance(node, ast.Attribute):
            name, indexed = base_of(node)
            if name:
                yield name, indexed, node.attr, node.lineno


def known(file, name, *, indexed):
    """Return the names that a thing may have in a file, or None when this test does not know the thing."""
    if indexed:
        return MANY.get(name)
    return HERE.get(file, {}).get(name, ONE.get(name))


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
