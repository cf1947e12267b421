"""What ``kotabaja compare --ensemble`` writes and prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.study.ensemble_effects import UnderEnsemble, best_frame, effects_frame
from sim.study.files import Delivery, manifest
from sim.study.intervals import CONFIDENCE
from sim.study.screen import number, table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TOWN_COLUMNS", "ensemble_text", "write_ensemble"]

# What is printed: columns with the factor they are shown in, and its name.
SHOWN = {
    "market_share": (100.0, "local share, points"),
    "value_added": (1.0, "value added, jt/month"),
    "jobs": (1.0, "jobs, fte"),
}
LOCAL = "local"
TOWN_COLUMNS = tuple(f"{one}_{LOCAL}{unit}" for one, unit in zip(SHOWN, ("", "_jt", "_fte"), strict=True))


def write_ensemble(found: UnderEnsemble, folder: Path) -> None:
    """Write ``ensemble.csv``, ``best.csv`` and ``towns.csv`` (every effect behind them), and the manifest."""
    members, seeds, _ = next(iter(found.effects.values())).shape
    facts: dict[str, Any] = {
        "scenarios": {one.name: one.fingerprint for one in found.scenarios},
        "against": {found.against.name: found.against.fingerprint},
        "ensemble": found.ensemble.name,
        "members": members,
        "seeds_a_member": seeds,
        "interval": f"effect_low to effect_high: {CONFIDENCE:.0%}, Student's t on the means of members; "
        "low to high: 95 % of single towns, a member and a seed each",
    }
    with Delivery(folder) as files:
        files.csv("ensemble.csv", effects_frame(found))
        files.csv("best.csv", best_frame(found))
        files.csv("towns.csv", towns_frame(found))
        files.json("manifest.json", manifest("compare --ensemble", facts))


def towns_frame(found: UnderEnsemble) -> pd.DataFrame:
    """Return the effects that are printed, one row a member and seed: the points behind every number."""
    import numpy as np
    import pandas as pd

    members, seeds, _ = next(iter(found.effects.values())).shape
    parts = []
    for one in found.scenarios:
        part = pd.DataFrame(
            {
                "scenario": one.name,
                "member": np.repeat(np.arange(members), seeds),
                "seed": 1 + np.arange(members * seeds),
            }
        )
        for column in TOWN_COLUMNS:
            if column in found.columns:
                part[column] = found.effect(one.name, column).ravel()
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def ensemble_text(found: UnderEnsemble) -> str:
    """Return what a person sees: for each main indicator the effects, their two spreads, and who is best."""
    members, seeds, _ = next(iter(found.effects.values())).shape
    effects, best = effects_frame(found), best_frame(found)
    parts = [
        f"Difference from {found.against.name} in {members} worlds that the facts do not rule out, "
        f"{seeds} pairs in each"
    ]
    for indicator, (scale, title) in SHOWN.items():
        mine = effects[(effects["indicator"] == indicator) & (effects["origin"] == LOCAL)]
        theirs = best[(best["indicator"] == indicator) & (best["origin"] == LOCAL)].set_index("scenario")
        if mine.empty:
            continue
        rows = []
        for row in mine.to_dict("records"):
            chance = theirs["chance_best"].get(row["scenario"])
            rows.append(
                [
                    row["scenario"],
                    f"{scale * row['effect']:+.3g}",
                    f"{number(scale * row['low'])} to {number(scale * row['high'])}",
                    f"{scale * row['sd_parameters']:.2g}",
                    f"{scale * row['sd_luck']:.2g}",
                    f"{100.0 * row['chance_positive']:.0f} %",
                    "" if chance is None else f"{100.0 * chance:.0f} %",
                ]
            )
        head = [title, "mean", "95 % of towns", "sd by parameters", "sd by luck", "above 0", "best"]
        parts.append(table(head, rows))
    parts.append("best: in how many towns it does most of those named here. Files: ensemble.csv, best.csv, towns.csv")
    return "\n\n".join(parts)
