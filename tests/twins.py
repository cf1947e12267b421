"""Every rule of every agent on random rows, as bytes, to compare two ways of running them.

``python -m tests.twins OUT`` writes them from a process of its own.
"""

import inspect
import pickle
import struct
import sys
from pathlib import Path

import numpy as np

from sim.buyers import Buyer
from sim.core.state import row_dtype, seen
from sim.firms import Firm
from sim.producers import Distributor, Producer
from tests.rows import BASELINE, rule

ROWS = 200
CLASSES = (Firm, Buyer, Producer, Distributor)
# What may be nothing; the rest of an open firm is always more than nothing.
MAY_BE_ZERO = {
    *("goods_t", "steel_t", "orders_t", "sold_t", "desired_t", "backlog_t", "debt_jt", "skill_help", "demanding_t"),
    *("certificate_months", "age_months", "visibility_help", "trust", "mood", "ordered_t"),
}
ROOM = {(Producer, "p"): "steel", (Distributor, "p"): "steel"}


def random_rows(kind, luck):
    rows = np.zeros(ROWS, kind if isinstance(kind, np.dtype) else row_dtype(kind))
    for name in rows.dtype.names:
        if rows.dtype[name].kind == "f":
            rows[name] = np.exp(luck.normal(0.0, 1.0, ROWS))
            if name in MAY_BE_ZERO:
                rows[name] *= luck.random(ROWS) > 0.2
            if name in {"cash_jt", "quality", "taste", "log_size", "markup", "mood"}:
                rows[name] = luck.normal(0.0, 3.0, ROWS)
        elif rows.dtype[name].kind == "b":
            rows[name] = luck.random(ROWS) > 0.5
    return rows


def _records(table, luck):
    """Return a table of parameters, one row a row of the rule, near its values."""
    records = np.repeat(table[:1], ROWS)
    for name in records.dtype.names:
        records[name] *= luck.uniform(0.8, 1.25, ROWS)
    return seen(records)


def arguments(cls, name, luck):
    """Return what a rule receives for one of its parameters, for every row."""
    if name in {"c", "cluster"}:
        return _records(BASELINE.table("cluster"), luck)
    if name == "kind":
        return _records(BASELINE.table("buyer"), luck)
    if name == "mill":
        from sim.town import mills_of

        return _records(mills_of(BASELINE), luck)
    if name == "firm":
        return seen(random_rows(Firm, luck))
    rooms = {"p": ROOM.get((cls, "p"), "firms"), "m": "market", "o": "outside", "s": "steel"}
    if name in rooms:
        return _records(BASELINE.record(rooms[name]), luck)
    if name == "month":
        return luck.integers(1, 120, ROWS).tolist()
    if name == "u":
        return (luck.random(ROWS) ** 8).tolist()
    if name.endswith("share"):
        return luck.random(ROWS).tolist()
    if name == "z":
        return luck.normal(size=ROWS).tolist()
    return np.exp(luck.normal(0.0, 0.5, ROWS)).tolist()


def rules():
    """Return (class, name, method) of every rule: the verbs that an agent class declares itself."""
    return [
        (cls, name, method)
        for cls in CLASSES
        for name, method in vars(cls).items()
        if inspect.isfunction(method) and not name.startswith("_")
    ]


def outcomes():
    """Return, by rule, the bytes of all rows after it and of all that it returned."""
    found = {}
    for number, (cls, name, method) in enumerate(rules()):
        luck = np.random.default_rng(number)
        rows = random_rows(cls, luck)
        before = rows.tobytes()
        given = [arguments(cls, key, luck) for key in list(inspect.signature(method).parameters)[1:]]
        views = seen(rows)
        returned = [rule(method)(views[i], *(values[i] for values in given)) for i in range(ROWS)]
        kept = b"".join(struct.pack("<d", float(value)) for value in returned if value is not None)
        found[f"{cls.__name__}.{name}"] = (rows.tobytes(), kept, rows.tobytes() != before or bool(kept))
    return found


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(pickle.dumps(outcomes()))
