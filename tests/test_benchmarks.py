"""The benchmark's rival in C still does what the compiled rules do: otherwise its ratio would compare unlike work."""

import shutil

import pytest
from numba import config

from benchmarks.rivals import against_c


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="C is compared with compiled rules")
@pytest.mark.parametrize("scenario", ["baseline", "policies/material_centre"])
def test_planning_in_c_gives_the_bits_of_the_compiled_stage(scenario):
    measures = against_c(scenario, months=70, repeats=2)
    assert not isinstance(measures, str), measures
    assert {measure.unit for measure in measures} == {"x", "ms"}
