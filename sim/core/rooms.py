"""Reading the values of a register: by address, room and family, and as numpy records for compiled rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from sim.core.entry import FIELDS
from sim.core.parameters import Parameter, Value
from sim.core.register import Families, Register, rooms_of
from sim.core.toml_lines import did_you_mean

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Columns", "Rooms", "columns_of", "floats_of", "parameters_of", "table_of"]

Columns = list[tuple[Any, ...]]


@cache
def floats_of(names: tuple[str, ...]) -> np.dtype[Any]:
    """Return the structured type of float fields: one object for the same names.

    Compiled rules recognise the type of an argument at once when it is the very object they have seen before.

    Examples
    --------
    >>> floats_of(("wear",)) is floats_of(("wear",))
    True
    """
    import numpy as np

    return np.dtype([(name, "f8") for name in names])


def table_of(rows: Iterable[Mapping[str, Parameter]]) -> np.ndarray[Any, Any]:
    """Return a structured array of one row a room: every number, and yes/no as 1 or 0, as a float field.

    Examples
    --------
    >>> wear = Parameter("firms.wear", 0.5, "per month", (0.0, 1.0), "a book", "Wear")
    >>> table_of([{"wear": wear}])["wear"]
    array([0.5])
    """
    import numpy as np

    rooms = [
        {name: float(entry.value) for name, entry in row.items() if not isinstance(entry.value, str)} for row in rows
    ]
    kinds = floats_of(tuple(rooms[0]) if rooms else ())
    return np.array([tuple(room[name] for name in kinds.names or ()) for room in rooms], dtype=kinds)


def columns_of(register: Mapping[str, Parameter]) -> Columns:
    """Return a register as one tuple a field, the form in which it is quickly sent to another process.

    Examples
    --------
    >>> wear = Parameter("firms.wear", 0.5, "per month", (0.0, 1.0), "a book", "Wear")
    >>> parameters_of(columns_of({"firms.wear": wear})) == {"firms.wear": wear}
    True
    """
    return [tuple(getattr(entry, name) for entry in register.values()) for name in ("address", *FIELDS)]


def parameters_of(columns: Columns) -> Register:
    """Return the register that :func:`columns_of` packed."""
    return {address: Parameter(address, *entry) for address, *entry in zip(*columns, strict=True)}


class Rooms:
    """A register that can be read in every way a model needs; a subclass names its families."""

    families: ClassVar[Families] = {}
    parameters: Mapping[str, Parameter]

    def __getitem__(self, address: str) -> Value:
        try:
            return self.parameters[address].value
        except KeyError:
            message = f"no parameter {address}.{did_you_mean(address, self.parameters)}"
            raise KeyError(message) from None

    def __contains__(self, address: object) -> bool:
        return address in self.parameters

    @cached_property
    def _rooms(self) -> dict[str, dict[str, Parameter]]:
        return rooms_of(self.parameters)

    @cached_property
    def _values(self) -> dict[str, dict[str, Value]]:
        return {}

    @cached_property
    def _arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        return {}

    def _entries(self, room: str) -> dict[str, Parameter]:
        if room not in self._rooms:
            message = f"no room {room}.{did_you_mean(room, self._rooms)}"
            raise KeyError(message)
        return self._rooms[room]

    def _members(self, family: str) -> dict[str, dict[str, Parameter]]:
        prefix = family.removesuffix("_") + "_"
        if prefix not in self.families:
            message = f"no family {family}; families: {', '.join(self.families)}"
            raise KeyError(message)
        return {room.removeprefix(prefix): entries for room, entries in self._rooms.items() if room.startswith(prefix)}

    def room(self, name: str) -> dict[str, Value]:
        """Return the values of a room by name: to be read, not written to."""
        if name not in self._values:
            self._values[name] = {key: parameter.value for key, parameter in self._entries(name).items()}
        return self._values[name]

    def family(self, name: str) -> dict[str, dict[str, Value]]:
        """Return the values of a family (``"cluster"``) by member and name, members in the file's order."""
        return {
            member: {key: parameter.value for key, parameter in entries.items()}
            for member, entries in self._members(name).items()
        }

    def record(self, room: str) -> np.ndarray[Any, Any]:
        """Return a room's numbers as a structured array of one row (a fresh copy)."""
        if room not in self._arrays:
            self._arrays[room] = table_of([self._entries(room)])
        return self._arrays[room].copy()

    def table(self, family: str) -> np.ndarray[Any, Any]:
        """Return a family's numbers as a structured array, one row a member (a fresh copy)."""
        key = family.removesuffix("_") + "_"
        if key not in self._arrays:
            self._arrays[key] = table_of(self._members(family).values())
        return self._arrays[key].copy()

    @property
    def assumptions(self) -> list[Parameter]:
        """The parameters whose source is an assumption."""
        return [parameter for parameter in self.parameters.values() if parameter.assumed]
