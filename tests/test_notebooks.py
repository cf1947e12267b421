"""The notebooks run from top to bottom, and are kept without the output of anybody's machine."""

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SMALL = """
seeds, months, points, trajectories, draws = 2, 30, 24, 4, 10
changes = {"town.scale": 0.15, "time.warm_up_months": 12, "time.observed_months": 18}
"""
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@every_notebook
def test_a_notebook_is_valid_and_holds_no_output(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    assert json.loads(path.read_text(encoding="utf-8"))["metadata"].keys() == {"kernelspec", "language_info"}


@pytest.mark.long
@every_notebook
def test_a_notebook_runs_from_top_to_bottom(path, tmp_path):
    """Every cell, in Jupyter's own way; only what the notebook asks to be set is set, to a small town."""
    notebook = nbformat.read(path, as_version=4)
    (settings,) = [cell for cell in notebook.cells if "settings" in cell.metadata.get("tags", [])]
    for line in settings.source.splitlines():
        assert line.partition(" = ")[0] in ("seeds", "months", "points", "trajectories", "draws", "changes"), line
    settings.source = SMALL
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    for cell in notebook.cells:
        if "with look" in cell.source:
            assert any("image/png" in output.get("data", {}) for output in cell.outputs), cell.source
