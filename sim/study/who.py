"""Who gains and who loses: firms against their twins, by size, cluster, skill, age and help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.study.firm_record import MEASURES, FirmRecord, Roll
from sim.study.intervals import interval, paired

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["GROUPS", "WHO_COLUMNS", "Classes", "classes", "help_of", "who_rows"]

WHO_COLUMNS = (
    *("scenario", "group", "class", "firms", "measure", "unit"),
    *("without", "difference", "low", "high", "pairs"),
)
SMALL_FTE, MEDIUM_FTE = 5.0, 20.0  # BPS: micro to 4 workers, small to 19
YOUNG_MONTHS, OLD_MONTHS = 36.0, 120.0
# Classes of firms as they were when the policy began. All but the first two groups are of local firms alone.
GROUPS: dict[str, tuple[str, ...]] = {
    "all": ("outside firms", "local firms"),
    "cluster": (),
    "size": ("1-4 workers", "5-19 workers", "20 and more workers"),
    "skill": ("lowest third", "middle third", "highest third"),
    "age": ("under 3 years", "3 to 10 years", "over 10 years"),
    "help": ("did not apply", "applied, never helped", "helped"),
}


@dataclass(frozen=True)
class Classes:
    """Firms by class in one pair of runs: how many, and by measure their twins' sum and their own less that."""

    firms: NDArray[np.float64]
    without: NDArray[np.float64]
    difference: NDArray[np.float64]


def help_of(uid: NDArray[Any], rolls: Mapping[str, Roll]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which firms ever applied for any programme, and which were ever helped by one.

    Examples
    --------
    >>> import numpy as np
    >>> roll = Roll(uid=np.array([3, 5]), applied=np.array([61, 61]), helped=np.array([0, 64]))
    >>> help_of(np.array([3, 4, 5]), {"training": roll})
    (array([ True, False,  True]), array([False, False,  True]))
    """
    import numpy as np

    applied, helped = np.zeros(uid.size, bool), np.zeros(uid.size, bool)
    for roll in rolls.values():
        applied |= np.isin(uid, roll.uid[(roll.applied > 0) | (roll.helped > 0)])
        helped |= np.isin(uid, roll.uid[roll.helped > 0])
    return applied, helped


def _labels(state: NDArray[Any], rolls: Mapping[str, Roll]) -> dict[str, NDArray[np.int64]]:
    """Return the number of each firm's class by group, -1 where it has none."""
    import numpy as np

    local = state["local"]
    skill = (state["skill"] + state["skill_help"])[local]
    thirds = np.empty(skill.size, np.int64)
    thirds[np.argsort(skill, kind="stable")] = np.arange(skill.size) * 3 // max(1, skill.size)
    applied, helped = help_of(state["uid"], rolls)
    labels = {
        "all": local.astype(np.int64),
        "cluster": state["cluster"].astype(np.int64),
        "size": np.digitize(state["workers_fte"], (SMALL_FTE, MEDIUM_FTE)),
        "skill": np.zeros(state.size, np.int64),
        "age": np.digitize(state["age_months"], (YOUNG_MONTHS, OLD_MONTHS)),
        "help": applied.astype(np.int64) + helped,
    }
    labels["skill"][local] = thirds
    return {group: own if group in ("all", "cluster") else np.where(local, own, -1) for group, own in labels.items()}


def classes(with_: FirmRecord, without: FirmRecord, rolls: Mapping[str, Roll], clusters: int) -> Classes:
    """Return the classes of one pair of runs, in the order of ``GROUPS``; thirds of skill are of this seed's firms."""
    import numpy as np

    difference = with_.outcomes - without.outcomes
    firms, twins, gains = [], [], []
    for group, label in _labels(without.state, rolls).items():
        many, place = (len(GROUPS[group]) or clusters) + 1, label + 1
        firms.append(np.bincount(place, minlength=many)[1:])
        twins.append([np.bincount(place, own, many)[1:] for own in without.outcomes.T])
        gains.append([np.bincount(place, own, many)[1:] for own in difference.T])
    return Classes(
        np.concatenate(firms).astype(np.float64), np.concatenate(twins, axis=1), np.concatenate(gains, axis=1)
    )


def who_rows(scenario: str, seeds: Sequence[Classes], clusters: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the rows of ``who.csv`` for one scenario: means over seeds of the mean over firms, in ``WHO_COLUMNS``.

    ``firms`` is the mean number of firms of the class; a seed without any does not count.
    """
    import numpy as np

    names = [(group, name) for group, own in GROUPS.items() for name in (own or clusters)]
    firms = np.array([one.firms for one in seeds])
    with np.errstate(invalid="ignore", divide="ignore"):
        without = np.array([one.without for one in seeds]) / firms[:, np.newaxis]
        difference = np.array([one.difference for one in seeds]) / firms[:, np.newaxis]
    rows: list[tuple[Any, ...]] = []
    for place, labels in enumerate(names):
        for number, (measure, unit) in enumerate(MEASURES.items()):
            found = paired(difference[:, number, place], np.zeros(len(seeds)))[0]
            usual = interval(without[:, number, place]).mean
            head = (scenario, *labels, float(firms[:, place].mean()), measure, unit)
            rows.append((*head, usual, found.mean, found.low, found.high, found.pairs))
    return rows
