"""Tables of agents: rows of a numpy structured array, seen through Mesa agents only when somebody looks.

A :class:`Table` has a fixed number of rows. Rows never move: a row is an agent's place in every draw; a closed firm
has ``working = False``. The agent classes are ``mesa.Agent`` subclasses whose attributes read and write the row. The
model registers them with Mesa when ``model.agents`` is asked for; a headless run registers none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import interpreted

__all__ = ["Column", "RowAgent", "Table", "TableModel", "column", "row_dtype", "seen"]

_KINDS: dict[str, np.dtype[Any]] = {"float": np.dtype("f8"), "int": np.dtype("i4"), "bool": np.dtype("?")}


@dataclass(frozen=True)
class Column:
    """A state variable: unit, meaning and lowest sensible value."""

    unit: str
    meaning: str
    low: float | None = None


def column(unit: str, meaning: str, low: float | None = None) -> Any:
    """Declare a state variable of an agent class: ``stock_t: float = column("t", "Steel in the yard", low=0)``."""
    return Column(unit, meaning, low)


def _columns(cls: type) -> dict[str, tuple[np.dtype[Any], Column]]:
    found: dict[str, tuple[np.dtype[Any], Column]] = {}
    for base in reversed(cls.__mro__):
        for name, kind in vars(base).get("__annotations__", {}).items():
            declared: Any = vars(base).get("_declared", {}).get(name) or vars(base).get(name)
            if isinstance(declared, Column):
                found[name] = (_KINDS[str(getattr(kind, "__name__", kind))], declared)
    return found


def row_dtype(cls: type) -> np.dtype[Any]:
    """Return the structured type of a class's rows, one field a declared column."""
    if "dtype" in vars(cls):
        made: np.dtype[Any] = vars(cls)["dtype"]
        return made
    fields = [(name, kind) for name, (kind, _) in _columns(cls).items()]
    return np.dtype(fields, align=True)


def _field(name: str, number: int) -> property:
    def read(self: Any) -> Any:
        return self._table.memory[number][self._row]

    def write(self: Any, value: Any) -> None:
        self._table.memory[number][self._row] = value

    return property(read, write, doc=f"Column '{name}' of the agent's row.")


class RowView:
    """A row seen as an object; the base of plain (non-agent) rows such as links."""

    columns: ClassVar[dict[str, Column]] = {}
    _declared: ClassVar[dict[str, Column]] = {}
    dtype: ClassVar[np.dtype[Any]]
    _own: ClassVar[frozenset[str]] = frozenset({"_row", "_table"})

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Turn the declared columns into properties; a subclass may share its parent's columns but add none."""
        super().__init_subclass__(**kwargs)
        inherited = dict(cls.columns)
        declared = _columns(cls)
        if not declared:
            return
        if inherited and set(declared) - set(inherited):
            message = f"{cls.__name__} adds columns to the table of its parent; declare them in the parent."
            raise TypeError(message)
        cls._declared = {name: item for name, (_, item) in declared.items()}
        cls.columns = cls._declared
        cls.dtype = row_dtype(cls)
        for number, name in enumerate(cls.dtype.names or ()):
            setattr(cls, name, _field(name, number))

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse an attribute that is no column: compiled code would refuse it too, less clearly."""
        if name not in self.columns and name not in self._own:
            message = f"{type(self).__name__} has no column '{name}'"
            raise AttributeError(message)
        object.__setattr__(self, name, value)

    @classmethod
    def _seen(cls, table: Table, row: int) -> Any:
        view = cls.__new__(cls)
        object.__setattr__(view, "_table", table)
        object.__setattr__(view, "_row", row)
        return view


class RowAgent(RowView, mesa.Agent):
    """A Mesa agent whose attributes live in one row of a table."""

    _own = RowView._own | {"model", "unique_id", "pos"}

    @classmethod
    def _seen(cls, table: Table, row: int) -> Any:
        agent = super()._seen(table, row)
        agent.model, agent.pos = table.model, None
        agent.unique_id = int(table.rows["uid"][row])
        return agent

    @property
    def row(self) -> int:
        """The number of the agent's row."""
        return int(self._row)

    def remove(self) -> None:
        """Close the agent: its row is free again, and Mesa forgets it."""
        self.working = False
        self._table.look()


class Table:
    """A population: ``rows`` (structured array of fixed length) and the agents that show them.

    Parameters
    ----------
    model : TableModel or None
        None for rows that are no agents (links).
    cls : type
        The row class; its columns are the fields.
    rows : ndarray
        Structured array of ``cls.dtype``.
    class_of : callable, optional
        Row number -> class, when one table holds several classes (local and external firms).
    """

    def __init__(
        self, model: Any, cls: type, rows: NDArray[Any], class_of: Callable[[Any, int], type] | None = None
    ) -> None:
        self.model, self.cls, self.rows = model, cls, rows
        self.class_of = class_of
        self.views: dict[int, Any] = {}
        self.shown = np.full(rows.size, -1, dtype=np.int64)
        self._bind()

    def _bind(self) -> None:
        self.columns: dict[str, NDArray[Any]] = {name: self.rows[name] for name in self.rows.dtype.names or ()}
        views: list[Any] = list(self.columns.values())
        self.memory = tuple(memoryview(values) for values in views)
        # What a loop receives: the rows, or with the compiler off this table, whose [i] is the agent itself.
        self.arg: Any = self if interpreted() else self.rows

    @property
    def size(self) -> int:
        """The number of rows, free ones included."""
        return int(self.rows.size)

    def __len__(self) -> int:
        """Return the number of rows, free ones included."""
        return int(self.rows.size)

    def __getitem__(self, key: int | str) -> Any:
        """Return the view of a row, or a column."""
        if isinstance(key, str):
            return self.columns[key]
        view = self.views.get(key)
        if view is None:
            key = int(key)
            cls: Any = self.class_of(self, key) if self.class_of else self.cls
            view = self.views[key] = cls._seen(self, key)
        return view

    def look(self) -> None:
        """Make the registered Mesa agents equal the working rows (cheap when nothing changed)."""
        now = np.where(self.rows["working"], self.rows["uid"], -1)
        for row in np.flatnonzero(now != self.shown).tolist():
            if self.shown[row] != -1:
                self.model.deregister_agent(self.views.pop(row))
            if now[row] != -1:
                self.views.pop(row, None)
                agent = self[row]
                self.model.register_agent(agent)
                agent.unique_id = int(now[row])
        self.shown = now

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the views of the rows: a copy has rows of its own."""
        state = self.__dict__.copy()
        del state["memory"], state["columns"], state["arg"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore, and see the memory again."""
        self.__dict__.update(state)
        self._bind()


class _Record:
    """One element of a structured array, read and written by attribute with the compiler off."""

    __slots__ = ("_array", "_i")

    def __init__(self, array: NDArray[Any], i: int) -> None:
        object.__setattr__(self, "_array", array)
        object.__setattr__(self, "_i", i)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._array[name][self._i].item()
        except ValueError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._array[name][self._i] = value

    def __reduce__(self) -> tuple[Any, ...]:
        return _Record, (self._array, self._i)


class Records:
    """A structured array whose elements are seen by attribute with the compiler off."""

    def __init__(self, array: NDArray[Any]) -> None:
        self.size = array.size
        self._elements = [_Record(array, i) for i in range(array.size)]

    def __getitem__(self, i: int) -> Any:
        """Return one element."""
        return self._elements[int(i)]


def seen(array: NDArray[Any]) -> Any:
    """Return what a loop receives for a structured array: itself, or its elements with the compiler off."""
    return Records(array) if interpreted() else array


class TableModel(mesa.Model):
    """A Mesa model whose agents appear when they are looked at."""

    def __init__(self, seed: int) -> None:
        self.tables: dict[str, Table] = {}
        super().__init__(rng=seed)

    def _look(self) -> None:
        for table in self.tables.values():
            table.look()

    @property
    def agents(self) -> Any:
        """All agents now working, as a Mesa AgentSet."""
        self._look()
        return super().agents

    @property
    def agents_by_type(self) -> Any:
        """The agents now working by class, as Mesa AgentSets."""
        self._look()
        return super().agents_by_type

    @property
    def agent_types(self) -> list[type]:
        """The classes of agents now working."""
        self._look()
        return list(super().agent_types)
