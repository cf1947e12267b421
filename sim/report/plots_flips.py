"""The map of ranking flips: which policy is best along each input, and where another one takes its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.patches import Patch, Rectangle

from sim.report.language import Language, later, speaker
from sim.report.names import title_of
from sim.report.style import INK, LABEL_PT, SMALL_PT, Series, axes_or_new

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["policy_looks", "ranking_flip_map"]

TITLE = later("Which policy is best, along the range of each input")
HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----", "++", "oo")
PALE = ("#a9cfe8", "#f6cf8f", "#a5dcc8", "#ecc6da", "#f8f2a8", "#d5d8dc", "#f0b899", "#d3c1e0")


def policy_looks(say: Language, names: Sequence[str], labels: Mapping[str, str] | None = None) -> dict[str, Series]:
    """Return how each policy is drawn: pale, so that a number can be read on it, with a hatch of its own.

    Examples
    --------
    >>> looks = policy_looks(speaker("en"), ["training_only", "credit"], {"credit": "Loans"})
    >>> [(look.label, look.hatch) for look in looks.values()]
    [('Training only', ''), ('Loans', '////')]
    """
    return {
        name: Series(
            (labels or {}).get(name) or title_of(say, name),
            PALE[place % len(PALE)],
            hatch=HATCHES[place % len(HATCHES)],
        )
        for place, name in enumerate(names)
    }


def ranking_flip_map(
    bins: pd.DataFrame,
    flips: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    policies: Mapping[str, str] | None = None,
    title: str = TITLE,
    language: str | Language = "en",
) -> Axes:
    """Draw for each part of each input's range which policy is best most often, and where the best one changes.

    Parameters
    ----------
    bins
        From :func:`sim.study.flips.best_by_bins`. A cell tells the share of rows in which its policy is best.
    flips
        From :func:`sim.study.flips.flip_points`: marked by a diamond with its 95 % interval. Inputs that flip the
        ranking come first.
    ax
        Axes to draw on; new ones without.
    labels, policies
        Inputs and policies in words.
    language
        ``en`` or ``id``; an English title is said in it where its catalogue has it.
    """
    say = speaker(language)
    flipping = set(flips["input"])
    names = list(dict.fromkeys(bins["input"]))
    names.sort(key=lambda name: name not in flipping)
    ax = axes_or_new(ax, 1.3 + 0.46 * len(names))
    looks = policy_looks(say, list(dict.fromkeys(bins["policy"])), policies)
    shown = set()
    ticks = []
    for height, name in enumerate(names):
        rows = bins[bins["input"] == name]
        best = rows.loc[rows.groupby("part")["share"].idxmax()].sort_values("part")
        for place, cell in enumerate(best.itertuples()):
            left, wide = 100 * place / len(best), 100 / len(best)
            look = looks[cell.policy]
            shown.add(cell.policy)
            ax.add_patch(
                Rectangle(
                    (left, height - 0.32), wide, 0.5, facecolor=look.colour, hatch=look.hatch, edgecolor="#7a7a7a",
                    linewidth=0.5,
                )
            )  # fmt: skip
            ax.text(
                left + wide / 2, height - 0.07, say.number(100 * cell.share), ha="center", va="center",
                fontsize=SMALL_PT, bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1},
            )  # fmt: skip
        ends = (best["start"].iloc[0], best["end"].iloc[-1])
        span = say("{low} to {high}", low=_written(say, ends[0]), high=_written(say, ends[1]))
        ticks.append(f"{(labels or {}).get(name, name)}\n{span}")
        for flip in flips[flips["input"] == name].itertuples():
            low, middle, high = (_along(best, value) for value in (flip.low, flip.value, flip.high))
            ax.plot([low, high], [height + 0.3] * 2, color=INK, linewidth=1.5, solid_capstyle="butt")
            ax.plot([middle], [height + 0.3], marker="D", color=INK, markersize=5)
            ax.annotate(
                _written(say, flip.value), xy=(high, height + 0.3), xytext=(4, 0), textcoords="offset points",
                va="center", ha="left", fontsize=SMALL_PT,
            )  # fmt: skip
    ax.set_xlim(0, 100)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks([height - 0.07 for height in range(len(names))], ticks)
    ax.tick_params(axis="y", length=0, labelsize=LABEL_PT)
    ax.set_xticks([0, 100], [say("low end"), say("high end")])
    ax.tick_params(axis="x", length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel(
        say("Numbers: in how many of 100 worlds the policy is best; diamond: where the best one changes (95 %)")
    )
    ax.set_title(say(title), pad=26)
    ax.legend(
        handles=[
            Patch(facecolor=look.colour, edgecolor="#7a7a7a", hatch=look.hatch, label=look.label)
            for name, look in looks.items()
            if name in shown
        ],
        loc="lower left",
        bbox_to_anchor=(-0.01, 0.995),
        ncols=4,
        frameon=False,
        fontsize=LABEL_PT,
    )
    return ax


def _along(parts: pd.DataFrame, value: float) -> float:
    """Return where a value lies between the low end (0) and the high end (100), all parts being equally wide."""
    import numpy as np

    starts = [*parts["start"], parts["end"].iloc[-1]]
    return float(np.interp(value, starts, np.linspace(0, 100, len(starts))))


def _written(say: Language, value: object) -> str:
    """Write a value of an input with three digits; words as they are."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    digits = f"{value:.3g}"
    return digits if "e" in digits else say.number(value, len(digits.partition(".")[2]))
