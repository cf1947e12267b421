"""The same work done otherwise: by the plain-Mesa oracle, and by C."""

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Measure, clock
from benchmarks.months import agents_of, step_seconds
from sim import MetalSupplyChain, Scenario, workshops
from sim.cooperatives import BUYING
from tests.oracle import Town, without_change

__all__ = ["against_c", "against_oracle"]

TIMES_ORACLE = 60.0
BLOCK = 6  # months
SETTLED_MONTHS = 12
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")
SOURCE = Path(__file__).with_name("month.c")
C_TYPES = {"f8": "double", "i4": "int32_t", "b1": "uint8_t"}


def against_oracle(scale: float, months: int) -> list[Measure]:
    """Run the oracle's town twice side by side, fast and as plain Mesa objects, and compare month by month.

    The fast model also does what the oracle leaves out: reviews, audit and the sums of every indicator.
    """
    scenario = without_change(Scenario.load("baseline").changed({"town.scale": scale}))
    fast = MetalSupplyChain(scenario, seed=1, months=months)
    oracle = Town(fast)
    ours, theirs = [], []
    for _ in range(months // BLOCK):  # by turns, each long enough to have the processor's memory to itself
        ours += step_seconds(fast, BLOCK)
        theirs += step_seconds(oracle, BLOCK)
    name = f"{agents_of(fast)} agents"
    ratios = [slow / quick for quick, slow in zip(ours[1:], theirs[1:], strict=True)]
    return [
        Measure.of(f"times as fast as the oracle, {name}", "x", ratios, target=TIMES_ORACLE, at_least=True),
        Measure.of("  a month of the oracle", "ms", [1e3 * s for s in theirs[1:]]),
        Measure.of("  a month of the fast model", "ms", [1e3 * s for s in ours[1:]]),
    ]


def _struct(name: str, dtype: Any) -> str:
    """Return a row type as a C struct, with a check of every field's place."""
    fields = "".join(f"    {C_TYPES[dtype[field].str[1:]]} {field};\n" for field in dtype.names)
    checks = "".join(
        f'_Static_assert(offsetof(struct {name}, {field}) == {dtype.fields[field][1]}, "{field}");\n'
        for field in dtype.names
    )
    return f"struct {name} {{\n{fields}}};\n{checks}"


def _in_c(arrays: dict[str, Any], folder: Path) -> Any:
    """Compile ``month.c`` for the rows of this model and return its function."""
    rows = "".join(_struct(name, array.dtype) for name, array in arrays.items())
    (folder / "rows.h").write_text(f"#include <stddef.h>\n#include <stdint.h>\n{rows}", "utf-8")
    library = folder / "month.so"
    subprocess.run(["cc", *FLAGS, f"-I{folder}", str(SOURCE), "-o", str(library), "-lm"], check=True)
    return ctypes.CDLL(str(library)).plan


def against_c(scenario: str = "full_city", months: int = SETTLED_MONTHS, repeats: int = 200) -> list[Measure] | str:
    """Compare one stage, the firms' planning, with the same stage in plain C on the same rows.

    Returns
    -------
    list of Measure, or the reason why it could not be done.
    """
    if shutil.which("cc") is None:
        return "no C compiler (cc) on this machine: the ratio to C is not measured"
    model = MetalSupplyChain(scenario, seed=1, months=months).run()
    t = model.arg
    arrays = {"firm": t.firms, "producer": t.producers, "distributor": t.distributors}
    arrays |= {
        "cooperative": t.cooperatives[BUYING:],
        "cluster": t.clusters,
        "firms_p": t.firms_p,
        "market": t.market_p,
    }
    luck = model.luck("firms.taste", months)
    in_c = t.firms.copy()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        plan = _in_c(arrays, Path(folder))
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in (in_c, *list(arrays.values())[1:])]
        size, season, key = ctypes.c_int64(in_c.size), ctypes.c_double(1.0), ctypes.c_int64(luck)
        for _ in range(repeats):
            start = clock()
            workshops.plan(
                t.firms, t.producers, t.distributors, t.cooperatives, t.clusters, 1.0, 1.0, luck, t.firms_p, t.market_p
            )  # fmt: skip
            middle = clock()
            plan(*pointers, size, season, season, key)
            theirs.append(clock() - middle)
            ours.append(middle - start)
    same = all(np.array_equal(in_c[name], t.firms[name], equal_nan=True) for name in in_c.dtype.names)
    if not same:
        return "month.c no longer does what workshops.plan does: the ratio to C is not measured"
    ratios = [quick / c for quick, c in zip(ours, theirs, strict=True)]
    return [
        Measure.of("workshops.plan against C, same bits", "x", ratios),
        Measure.of("  in C", "ms", [1e3 * s for s in theirs]),
        Measure.of("  compiled by numba", "ms", [1e3 * s for s in ours]),
    ]
