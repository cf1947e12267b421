"""Design files for the tests: how each method's file begins, and what reads one from a text."""

from pathlib import Path

from sim.study.design_file import load_design

HEAD = {
    "grid": 'reason = "A test."\nmethod = "grid"\nseeds = 2\n',
    "lhs": 'reason = "A test."\nmethod = "lhs"\nseeds = 2\npoints = 8\n',
    "sobol": 'reason = "A test."\nmethod = "sobol"\nseeds = 2\npoints = 8\n',
    "morris": 'reason = "A test."\nmethod = "morris"\nreplications = 2\npoints = 8\n',
    "sobol_indices": 'reason = "A test."\nmethod = "sobol_indices"\nreplications = 2\npoints = 32\n',
    "curves": 'reason = "A test."\nmethod = "curves"\nreplications = 2\npoints = 5\n',
    "list": 'reason = "A test."\nmethod = "list"\nseeds = 2\n',
}
WEAR = "[inputs.firms.wear]\n"


def written(folder, text):
    """Write a design file and return the design that it asks for."""
    path = Path(folder) / "mine.toml"
    path.write_text(text)
    return load_design(path)
