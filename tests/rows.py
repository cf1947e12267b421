"""One row of a table, and one room of the register, as a rule receives them: compiled, or with the compiler off."""

import numpy as np
import pytest

from sim import Scenario
from sim.core.compiled import compiled
from sim.core.state import row_dtype, seen

BASELINE = Scenario.load("baseline")
_RULES = {}


def rule(method):
    """Return a rule of an agent class as the loops run it."""
    if method not in _RULES:
        _RULES[method] = compiled(method)
    return _RULES[method]


def close(value):
    """Return what is the same but for rounding."""
    return pytest.approx(value, rel=1e-12, abs=1e-12)


class Row:
    """A row to work with: ``row.cash_jt`` reads and writes it, ``row.arg`` is what a rule receives."""

    def __init__(self, kind, **values):
        dtype = kind if isinstance(kind, np.dtype) else row_dtype(kind)
        object.__setattr__(self, "rows", np.zeros(1, dtype))
        object.__setattr__(self, "arg", seen(self.rows)[0])
        for name, value in values.items():
            setattr(self, name, value)

    def __getattr__(self, name):
        return self.rows[name][0].item()

    def __setattr__(self, name, value):
        self.rows[name][0] = value


def room(name, **values):
    """Return a room in which only the given numbers are known: a rule that reads another one works out NaN."""
    record = BASELINE.record(name)
    for field in record.dtype.names:
        record[field] = values.pop(field, np.nan)
    assert not values, f"no such entries of {name}: {values}"
    return seen(record)[0]


def member(family, **values):
    """Return a member of a family of rooms, in which only the given numbers are known."""
    record = BASELINE.table(family)[:1].copy()
    for field in record.dtype.names:
        record[field] = values.pop(field, np.nan)
    assert not values, f"no such entries of {family}: {values}"
    return seen(record)[0]


def tables(kind, *rows):
    """Return a table of rows given as dictionaries, with what a loop receives for it."""
    table = np.zeros(len(rows), row_dtype(kind))
    for number, values in enumerate(rows):
        for name, value in values.items():
            table[name][number] = value
    return table, seen(table)
