"""Sensitivity: which inputs matter, for an outcome and for the effect of a policy.

Each method comes in two halves: a design, which says what to run, and an analysis, which takes the outcomes; the
runs between them may be made anywhere. What both halves do to a function in this process is one call.

============ ================================ ===========================================
question     in one call                      in two halves
============ ================================ ===========================================
bends        :func:`one_at_a_time`            :func:`curve_design`, :func:`analyse_curves`
which matter :func:`morris_effects`           :func:`morris_design`, :func:`analyse_morris`
how much     :func:`sobol_indices`            :func:`sobol_design`, :func:`analyse_sobol`
thresholds   :func:`pawn_indices`             :func:`latin_design`, :func:`analyse_pawn`
============ ================================ ===========================================

An outcome is called as ``outcome(row, seed)``. For the effect of a policy it is the paired difference,
:func:`paired_effect`; which policy is best where, is asked of :mod:`sim.study.flips`.
"""

from sim.study.convergence import sobol_convergence
from sim.study.curves import analyse_curves, curve_design, one_at_a_time
from sim.study.inputs import Input
from sim.study.morris import analyse_morris, morris_design, morris_effects
from sim.study.pawn import analyse_pawn, pawn_indices
from sim.study.sampling import DUMMY, Design, Outcome, evaluate, latin_design, paired_effect, run_seeds
from sim.study.sobol import analyse_sobol, base_rows, sobol_design, sobol_indices

__all__ = [
    "DUMMY",
    "Design",
    "Input",
    "Outcome",
    "analyse_curves",
    "analyse_morris",
    "analyse_pawn",
    "analyse_sobol",
    "base_rows",
    "curve_design",
    "evaluate",
    "latin_design",
    "morris_design",
    "morris_effects",
    "one_at_a_time",
    "paired_effect",
    "pawn_indices",
    "run_seeds",
    "sobol_convergence",
    "sobol_design",
    "sobol_indices",
]
