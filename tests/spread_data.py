"""Invented tables of the pictures of spread, of parts and of who supplies whom: the same every time."""

import math

import pandas as pd
from scipy import stats

from sim.report.plots_parts import FACTORS

MONTHS = pd.date_range("2023-06-01", periods=36, freq="MS")


def fan():
    middle = [35 + 3 * math.sin(month / 5) + month / 12 for month in range(len(MONTHS))]
    shifts = {"q05": -6, "q25": -2, "q50": 0, "q75": 2.5, "q95": 7}
    return pd.DataFrame({"date": MONTHS, **{name: [one + by for one in middle] for name, by in shifts.items()}})


def sizes():
    """Return firms of two runs: outside firms are a little smaller."""
    shares = [(k + 0.5) / 200 for k in range(200)]
    rows = [
        (seed, local, float(stats.lognorm.ppf(share, 0.75, scale=scale * (1 + seed / 20))))
        for seed in (1, 2)
        for local, scale in ((True, 4.1), (False, 3.4))
        for share in shares
    ]
    return pd.DataFrame(rows, columns=["seed", "local", "workers_fte"])


def growth(shape=stats.laplace):
    values = shape.ppf([(k + 0.5) / 800 for k in range(800)], scale=0.2)
    return pd.DataFrame({"seed": 1, "growth": values})


def parts(points=(0.9, 2.2, 0.7, -0.3, 0.05), half=0.25):
    """Return what a change is made of: the last two factors are not clear."""
    rows = [("without", 36.9, 34.7, 39.2)]
    rows += [(name, one, one - half, one + half) for name, one in zip(FACTORS, points, strict=True)]
    after = 36.9 + sum(points)
    return pd.DataFrame([*rows, ("with", after, after - 2, after + 2)], columns=["part", "points", "low", "high"])


def links():
    """Return a town of 20 local and 10 outside firms, of three kinds of buyers."""
    rows = []
    for kind, first, buyers, places in (("stores", 0, 3, 5), ("collectors", 10, 2, 8), ("shops", 20, 24, 2)):
        for buyer in range(first, first + buyers):
            for place in range(places):
                firm = (7 * buyer + 11 * place) % 30
                cluster = "cilegon" if firm < 20 else "tegal" if firm < 28 else "ceper"
                rows.append((firm, cluster, firm < 20, 1.0 + firm % 5, buyer, kind, 10.0 / buyers))
    return pd.DataFrame(rows, columns=["firm", "cluster", "local", "capacity_t", "buyer", "kind", "usual_t"])
