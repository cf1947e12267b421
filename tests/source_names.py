"""The names in the source: what is read and written where, and what the rules may call it."""

import ast
from pathlib import Path

from sim import Scenario
from sim.buyers import Buyer, Link
from sim.cooperatives import Cooperative
from sim.firms import Firm
from sim.government import Government
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
