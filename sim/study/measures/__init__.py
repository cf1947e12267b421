"""What is measured of a run: one small function for each pattern, named as in ``patterns.toml``.

Every function takes one watched run and returns one number for it; NaN where the run cannot tell. Limits are not
measured of a run: see ``sim/study/limits.py``.
"""

from __future__ import annotations

# The order of the rooms is the order of the file.
from sim.study.measures import account, difficulties, firms, lives, money, programmes, seasons  # noqa: F401
from sim.study.measures.declare import MEASURES, Measure

__all__ = ["MEASURES", "Measure"]
