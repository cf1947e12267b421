"""What a calibration writes and prints: waves, moments, ranges before and after, candidates, members."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.study.files import Delivery, manifest
from sim.study.screen import number, table

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.calibration.calibrate import Calibrated

__all__ = [
    "MOMENT_COLUMNS",
    "RANGE_COLUMNS",
    "WAVE_COLUMNS",
    "moments_frame",
    "ranges_frame",
    "results_text",
    "waves_frame",
    "write_results",
]

WAVE_COLUMNS = ("wave", "points", "seeds", "learnt_from", "share_left", "share_of_before", "surprises")
MOMENT_COLUMNS = (
    *("wave", "moment", "target_low", "target_high", "ruled_out", "emulator_sd", "luck_sd", "target_sd"),
    *("runs_low", "runs_high"),
)
RANGE_COLUMNS = (
    *("input", "unit", "matched", "range_low", "range_high", "low", "median", "high", "narrowed", "scenario"),
    "meaning",
)
MIDDLE = (0.05, 0.5, 0.95)
MOST_SHOWN = 12


def waves_frame(found: Calibrated) -> pd.DataFrame:
    """Return the table of ``waves.csv``: what each wave ran, and the share of the ranges that it left."""
    import pandas as pd

    rows = []
    before = 1.0
    for one in found.waves:
        share = one.crowd.share
        row = (one.number, len(one.points), found.calibration.replications, len(one.runs.points), share, share / before)
        rows.append((*row, one.surprises))
        before = share
    return pd.DataFrame(rows, columns=list(WAVE_COLUMNS))


def moments_frame(found: Calibrated) -> pd.DataFrame:
    """Return the table of ``moments.csv``: what each moment rules out among a wave's points, and what is unknown of it.

    ``ruled_out`` is the share of points that the moment alone would rule out; the three deviations are those of the
    emulator (its median over what is left), of luck, and of the fact.
    """
    import numpy as np
    import pandas as pd

    rows = []
    for one in found.waves:
        for emulator in one.wave.emulators:
            values = one.runs.moments[emulator.target.key]
            beyond = emulator.implausibility(one.points) > found.calibration.plan.cutoff
            doubt = float(np.sqrt(np.median(emulator.expect(one.crowd.points)[1])))
            spread = np.nanquantile(values, [0.05, 0.95]) if np.isfinite(values).any() else (np.nan, np.nan)
            known = (emulator.target.key, emulator.target.low, emulator.target.high, float(beyond.mean()))
            rows.append((one.number, *known, doubt, emulator.luck**0.5, emulator.target.sd, *map(float, spread)))
    return pd.DataFrame(rows, columns=list(MOMENT_COLUMNS))


def ranges_frame(found: Calibrated) -> pd.DataFrame:
    """Return the table of ``ranges.csv``: each input's range before, and the members' after (5, 50 and 95 %).

    ``narrowed`` is the part of the range's middle nine tenths that the members no longer fill.
    """
    import pandas as pd

    rows = []
    plan = found.calibration
    for one in (*plan.inputs, *plan.free):
        entry = plan.scenario.parameters[one.name]
        low, high = (float(end) for end in one.values([0.0, 1.0]))
        left = [float(end) for end in found.members[one.name].quantile(list(MIDDLE))]
        narrowed = max(0.0, 1.0 - (left[2] - left[0]) / (0.9 * (high - low)))
        row = (one.name, entry.unit, int(one in plan.inputs), low, high, *left, narrowed, float(entry.value))
        rows.append((*row, entry.meaning))
    return pd.DataFrame(rows, columns=list(RANGE_COLUMNS))


def candidates_frame(found: Calibrated) -> pd.DataFrame:
    """Return the table of ``candidates.csv``: what each candidate set, its mean moments, and whether it is a member."""
    import pandas as pd

    inputs = {one.name: one.values(found.places[:, column]) for column, one in enumerate(found.calibration.inputs)}
    return pd.concat([pd.DataFrame(inputs), found.moments], axis=1)


def write_results(found: Calibrated, folder: Path, further: Mapping[str, bytes]) -> None:
    """Write every table, further files, and the manifest; all or none."""
    plan = found.calibration
    facts: dict[str, Any] = {
        "calibration": plan.name,
        "scenario": plan.scenario.name,
        "scenario_fingerprint": plan.scenario.fingerprint,
        "inputs": {one.name: [float(end) for end in one.values([0.0, 1.0])] for one in plan.inputs},
        "free": {one.name: [float(end) for end in one.values([0.0, 1.0])] for one in plan.free},
        "moments": {one.key: [_finite(one.low), _finite(one.high), one.sd] for one in plan.targets},
        "waves": len(found.waves),
        "points": plan.plan.points,
        "seeds": plan.replications,
        "rank": plan.plan.rank,
        "cutoff": plan.plan.cutoff,
        "seed": plan.plan.seed,
        "share_not_ruled_out": found.share,
        "share_fitting": found.fitting,
        "candidates": len(found.places),
        "candidate_seeds": plan.candidate_seeds,
        "members": len(found.members),
        "scenario_is_member": found.scenario_fits,
    }
    with Delivery(folder) as files:
        files.csv("members.csv", found.members)
        files.csv("waves.csv", waves_frame(found))
        files.csv("moments.csv", moments_frame(found))
        files.csv("ranges.csv", ranges_frame(found))
        files.csv("candidates.csv", candidates_frame(found))
        for name, content in further.items():
            files.data(name, content)
        files.json("manifest.json", manifest("calibrate", facts))


def _finite(value: float) -> float | None:
    """Return a number, or None for an open end, which JSON cannot say."""
    return value if abs(value) < float("inf") else None


def results_text(found: Calibrated) -> str:
    """Return what a person sees: the waves, and the inputs that were narrowed most."""
    plan = found.calibration
    waves = [
        [str(row["wave"]), str(row["points"]), f"{100.0 * row['share_left']:.3g} %", _percent(row["surprises"])]
        for row in waves_frame(found).to_dict("records")
    ]
    ranges = ranges_frame(found).sort_values("narrowed", ascending=False, kind="stable")
    rows = [
        [
            f"{row['input']}, {row['unit']}",
            f"{number(row['range_low'])} to {number(row['range_high'])}",
            f"{number(row['low'])} to {number(row['high'])}",
            number(row["median"]),
            number(row["scenario"]),
            f"{100.0 * row['narrowed']:.0f} %",
        ]
        for row in ranges[ranges["matched"] == 1].head(MOST_SHOWN).to_dict("records")
    ]
    fits = {True: "is one of them", False: "is not", None: "lies outside the ranges"}[found.scenario_fits]
    return "\n\n".join(
        [
            table(["wave", "points", "not ruled out", "surprises"], waves),
            table(["input", "range", "members, 5-95 %", "median", plan.scenario.name, "narrowed"], rows),
            f"{len(found.members)} members of {len(found.places)} candidates; {plan.scenario.name} {fits}.",
        ]
    )


def _percent(value: float) -> str:
    """Write a share for a person."""
    return "-" if value != value else f"{100.0 * value:.2g} %"  # noqa: PLR0124 - NaN is not itself
