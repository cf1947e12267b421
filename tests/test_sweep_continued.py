"""Sweeps that go on: after a stop, with another design or other code, and when the disk fails."""

import errno
from functools import partial

import numpy as np
import pandas as pd
import pytest

from sim.errors import UserError
from sim.study.design_file import load_design
from sim.study.standing import standing
from tests.commands import COMPILING, call
from tests.sweeps import COLUMNS, everything_of, invented, left_in, runs_of, sweep_in_threads, tiny


@pytest.fixture
def said():
    return []


@pytest.fixture
def invent(said):
    """Return a sweep of invented runs that starts no process."""
    return partial(sweep_in_threads, work=invented, columns=COLUMNS, say=said.append)


# What continues


def stop_after(count):
    """Return a progress that stops the sweep as Ctrl-C does."""

    def progress(done, _total):
        if done >= count:
            raise KeyboardInterrupt

    return progress


def test_the_same_call_continues_what_was_stopped(tmp_path, invent, said):
    design = tiny(tmp_path, seeds=50)
    with pytest.raises(KeyboardInterrupt):
        invent(design, tmp_path / "out", progress=stop_after(60))
    before = len(runs_of(tmp_path / "out"))
    assert 0 < before < 200
    told = []
    invent(design, tmp_path / "out", progress=lambda done, total: told.append((done, total)))
    assert said == [f"{before} of 200 runs stand already."]
    assert told[-1] == (200 - before, 200 - before)
    invent(design, tmp_path / "undisturbed")
    assert runs_of(tmp_path / "out").to_csv() == runs_of(tmp_path / "undisturbed").to_csv()
    invent(design, tmp_path / "out")
    assert said[-1] == "200 of 200 runs stand already."


@pytest.mark.parametrize("more", [{"seeds": 5}, {"wear": "[0.005, 0.006, 0.007, 0.01]"}, {"seeds": [9, 2, 3, 1]}])
def test_more_seeds_or_rows_only_add(tmp_path, invent, said, more):
    invent(tiny(tmp_path), tmp_path / "out")
    larger = tiny(tmp_path, **more)
    invent(larger, tmp_path / "out")
    assert said == ["The design changed since the last call.", f"12 of {len(larger)} runs stand already."]
    runs = everything_of(tmp_path / "out")
    assert len(runs) == len(larger)
    labels = {run.key: (run.row, run.seed, run.scenario["firms.wear"]) for run in larger.runs()}
    found = runs.set_index("key")[["row", "seed", "firms.wear"]].apply(tuple, axis=1).to_dict()
    assert found == labels


def test_runs_of_an_earlier_design_stay_aside_and_come_back(tmp_path, invent, said):
    large, small = tiny(tmp_path, seeds=5, name="large"), tiny(tmp_path, seeds=2, name="small")
    invent(large, tmp_path / "out")
    everything = everything_of(tmp_path / "out").to_csv()
    invent(small, tmp_path / "out")
    assert said == [
        "The design (large then, small now) changed since the last call.",
        "8 of 8 runs stand already.",
        f"12 runs of an earlier design or code are kept in {tmp_path / 'out' / 'earlier'} and are not counted.",
    ]
    assert len(everything_of(tmp_path / "out")) == 8
    said.clear()
    invent(large, tmp_path / "out")
    assert said == ["The design (small then, large now) changed since the last call.", "20 of 20 runs stand already."]
    assert everything_of(tmp_path / "out").to_csv() == everything  # not even run again
    assert list((tmp_path / "out" / "earlier").glob("part-*")) == []


def test_other_inputs_label_the_runs_that_stand_anew(tmp_path, invent, said):
    invent(tiny(tmp_path), tmp_path / "out")
    only = tiny(tmp_path, name="only", more="")
    text = (tmp_path / "only.toml").read_text().replace("wear = [0.006, 0.01]\n", "")
    (tmp_path / "only.toml").write_text(text.replace("[inputs", "firms.wear = 0.01\n[inputs"))
    only = load_design(tmp_path / "only.toml")
    invent(only, tmp_path / "out")
    assert said[1] == "6 of 6 runs stand already."
    runs = everything_of(tmp_path / "out")
    assert "firms.wear" not in runs.columns
    assert sorted(runs["row"]) == [0, 0, 0, 1, 1, 1]


def test_other_code_does_every_run_anew(tmp_path, invent, said, monkeypatch):
    design = tiny(tmp_path)
    invent(design, tmp_path / "out")
    keys = set(runs_of(tmp_path / "out")["key"])
    monkeypatch.setattr("sim.core.compiled.code_fingerprint", lambda: "another")
    assert "code of the model has changed since" in standing(tmp_path / "out")
    invent(design, tmp_path / "out")
    assert said[:2] == ["The code of the model changed since the last call.", "0 of 12 runs stand already."]
    assert "12 runs of an earlier design or code" in said[2]
    assert not keys & set(runs_of(tmp_path / "out")["key"])
    earlier = pd.read_parquet(tmp_path / "out" / "earlier")
    assert set(earlier["key"]) == keys


def test_other_versions_are_told(tmp_path, invent, said):
    design = tiny(tmp_path)
    invent(design, tmp_path / "out")
    path = tmp_path / "out" / "manifest.json"
    path.write_text(path.read_text().replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0"'))
    invent(design, tmp_path / "out")
    assert said[1] == f"Other versions than last time (numpy 1.0 then, {np.__version__} now): last digits may differ."


def test_what_a_killed_call_left_is_put_right(tmp_path, invent):
    design = tiny(tmp_path)
    invent(design, tmp_path / "out")
    kept = everything_of(tmp_path / "out")
    part = next((tmp_path / "out" / "runs").glob("part-*"))
    (part.parent / ".part-000009.parquet.0badc0de.unfinished").write_bytes(part.read_bytes()[:1000])
    (part.parent / "part-000007.parquet").write_bytes(part.read_bytes())  # rows that stand twice
    invent(design, tmp_path / "out")
    assert everything_of(tmp_path / "out").to_csv() == kept.to_csv()
    assert left_in(tmp_path / "out") == []


def test_a_broken_part_is_named(tmp_path, invent):
    design = tiny(tmp_path)
    invent(design, tmp_path / "out")
    part = next((tmp_path / "out" / "runs").glob("part-*"))
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(UserError, match=r"part-000001\.parquet: cannot be read .* Delete this file"):
        invent(design, tmp_path / "out")
    part.unlink()
    invent(design, tmp_path / "out")
    assert len(runs_of(tmp_path / "out")) == 12


# What cannot be written


def fail_after(monkeypatch, writes, error):
    """Let the disk fail after some parts were written."""
    from sim.study import files

    settle, left = files._settle, [writes]

    def failing(file, content):
        if "part-" in str(file.name):
            left[0] -= 1
            if left[0] < 0:
                file.write(content[:10])
                raise OSError(error, "the disk failed")
        settle(file, content)

    monkeypatch.setattr(files, "_settle", failing)


@pytest.mark.parametrize(
    ("error", "advice"),
    [(errno.ENOSPC, "Free some space"), (errno.EROFS, "allow writing"), (errno.EIO, "Choose another")],
)
def test_a_disk_that_fails_stops_the_sweep_and_loses_nothing(tmp_path, invent, said, monkeypatch, error, advice):
    monkeypatch.setattr("sim.study.store.SHORTEST_S", 0.0)
    monkeypatch.setattr("sim.study.store.PART_OF_ELAPSED", 0.0)
    design = tiny(tmp_path, seeds=20)
    with monkeypatch.context() as broken:
        fail_after(broken, 3, error)
        with pytest.raises(UserError) as told:
            invent(design, tmp_path / "out")
    assert "part-000004.parquet: cannot be written: the disk failed" in str(told.value)
    assert advice in str(told.value)
    assert str(told.value).endswith("What was written before is kept: the same command continues from there.")
    assert left_in(tmp_path / "out") == []
    before = len(runs_of(tmp_path / "out"))
    assert before > 0
    invent(design, tmp_path / "out")
    assert said == [f"{before} of 80 runs stand already."]
    invent(design, tmp_path / "undisturbed")
    assert runs_of(tmp_path / "out").to_csv() == runs_of(tmp_path / "undisturbed").to_csv()


def test_a_folder_that_cannot_be_written_is_told_before_the_first_run(tmp_path, capsys):
    tiny(tmp_path)
    code, _, err = call(capsys, "sweep", tmp_path / "tiny.toml", "--out", "/dev/null/out")
    assert code == 2
    assert err.replace(COMPILING, "").startswith("/dev/null/out: cannot be written: Not a directory.")


def test_two_sweeps_never_write_into_one_folder(tmp_path, invent):
    design = tiny(tmp_path)

    def second(_done, _total):
        with pytest.raises(UserError, match="another sweep is writing there"):
            invent(design, tmp_path / "out")

    invent(design, tmp_path / "out", progress=second)
    assert len(runs_of(tmp_path / "out")) == 12


def test_a_folder_of_other_results_is_refused(tmp_path, invent):
    (tmp_path / "manifest.json").write_text('{"command": "compare"}')
    with pytest.raises(UserError, match="holds other results than those of a sweep"):
        invent(tiny(tmp_path), tmp_path)
