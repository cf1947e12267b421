"""What stands already: the runs that earlier calls of a sweep have left, sorted into present and past.

A part is replaced in one stroke, and rows are copied before they are removed, so that no run is ever nowhere. What a
killed call leaves in two places is put right by the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.study.store import OK, Store, parts_in, read_part

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["Found", "resume"]

# Where a run belongs instead of a place in the design
PAST, NOWHERE = -1, -2


@dataclass
class Found:
    """What stands: which runs are done (by row, scenario and replication), and how many belong to the past."""

    done: NDArray[Any]
    earlier: int = 0


def resume(store: Store, same: bool) -> Found:
    """Sort what stands; runs that failed are taken out, to be tried again.

    ``same`` says that the parts were written for the very design and code of the store. Otherwise every run is looked
    up by its key: those of the design are labelled anew, the others set aside.
    """
    import numpy as np

    design = store.design
    found = Found(np.zeros((design.rows, len(design.scenarios), design.replications), dtype=np.bool_))
    keys = {} if same else {run.key: place for place, run in enumerate(design.runs())}
    earlier = [] if same else parts_in(store.earlier)
    for part in parts_in(store.runs):
        if same:
            _sort_out(store, part, found, _by_labels(design, read_part(part, ("scenario", "row", "seed", "status"))))
        else:
            _sort_out(store, part, found, _by_key(keys, read_part(part, ("key", "status"))), anew=True)
    for part in earlier:
        _take_back(store, part, found, _by_key(keys, read_part(part, ("key", "status"))))
    return found


def _by_labels(design: Any, labels: pa.Table) -> NDArray[Any]:
    """Return the places of runs in the design, by scenario, row and seed."""
    import numpy as np

    names = {one.name: place for place, one in enumerate(design.scenarios)}
    scenario = np.array([names[name] for name in labels["scenario"].to_pylist()], dtype=np.int64)
    row = labels["row"].to_numpy()
    replication = design.replications_of(row, labels["seed"].to_numpy())
    return _unless_failed((row * len(names) + scenario) * design.replications + replication, labels)


def _by_key(keys: dict[str, int], labels: pa.Table) -> NDArray[Any]:
    """Return the places of runs in the design, by key; the past for keys that it does not have."""
    import numpy as np

    return _unless_failed(np.array([keys.get(key, PAST) for key in labels["key"].to_pylist()], np.int64), labels)


def _unless_failed(places: NDArray[Any], labels: pa.Table) -> NDArray[Any]:
    import numpy as np

    failed = np.array([status != OK for status in labels["status"].to_pylist()], dtype=np.bool_)
    return np.where(failed & (places >= 0), NOWHERE, places)


def _claim(found: Found, places: NDArray[Any]) -> NDArray[Any]:
    """Mark runs as done, and return which of them were not done before."""
    import numpy as np

    new = np.zeros(len(places), dtype=np.bool_)
    new[np.unique(places, return_index=True)[1]] = True
    new &= (places >= 0) & ~found.done.flat[np.maximum(places, 0)]
    found.done.flat[places[new]] = True
    return new


def _sort_out(store: Store, part: Path, found: Found, places: NDArray[Any], anew: bool = False) -> None:
    """Leave in a part what belongs to the design, and set aside what belongs to the past."""
    new, past = _claim(found, places), places == PAST
    found.earlier += int(past.sum())
    if new.all() and not anew:
        return
    table = read_part(part)
    kept = _labelled(store, table.filter(new), places[new]) if anew else table.filter(new)
    if past.any():
        store.write(table.filter(past), store.earlier)
    if not kept.equals(table):
        store.replace(part, kept)


def _take_back(store: Store, part: Path, found: Found, places: NDArray[Any]) -> None:
    """Take back from the past what belongs to the design again."""
    new, past = _claim(found, places), places == PAST
    found.earlier += int(past.sum())
    if past.all():
        return
    table = read_part(part)
    if new.any():
        store.write(_labelled(store, table.filter(new), places[new]), store.runs)
    store.replace(part, table.filter(past))


def _labelled(store: Store, table: pa.Table, places: NDArray[Any]) -> pa.Table:
    """Return runs with the labels, inputs and columns that they have in the present design."""
    import numpy as np
    import pyarrow as pa

    design = store.design
    row, scenario, replication = np.unravel_index(places, (design.rows, len(design.scenarios), design.replications))
    labels = {
        "scenario": [design.scenarios[place].name for place in scenario],
        "row": row,
        "seed": design.seeds[row, replication],
        **store.inputs(row),
    }
    columns = []
    for one in store.schema:
        if one.name in labels:
            columns.append(pa.array(labels[one.name], one.type))
        elif one.name in table.column_names:
            columns.append(table[one.name])
        else:
            columns.append(pa.nulls(len(table), one.type))
    return pa.table(columns, schema=store.schema)
