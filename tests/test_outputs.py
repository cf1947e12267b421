"""Results on disk: whole or absent, whatever happens while they are written."""

import errno
import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from sim.errors import UserError
from sim.study.files import Delivery, output_folder, short_key, versions

FRAME = pd.DataFrame({"month": [1, 2], "share": [0.1, 1 / 3], "fill": [None, 1e-300], "name": ["a", "b,c"]})


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def deliver(folder, texts, error=None):
    with Delivery(folder) as files:
        for name, text in texts.items():
            files.text(name, text)
        if error:
            raise error


def failing(number):
    """Return an fsync that fails as a disk does."""

    def fsync(_handle):
        raise OSError(number, os.strerror(number))

    return fsync


def test_numbers_are_written_unrounded(tmp_path):
    with Delivery(tmp_path / "new" / "folder") as files:
        files.csv("table.csv", FRAME)
        files.parquet("table.parquet", FRAME)
        files.json("manifest.json", {"scenario": "kota", "seed": 1})
        files.text("figures/note.txt", "baja “lokal”\n")
    folder = tmp_path / "new" / "folder"
    assert (folder / "table.csv").read_bytes() == (
        b'month,share,fill,name\n1,0.1,,a\n2,0.3333333333333333,1e-300,"b,c"\n'
    )
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "table.parquet"), FRAME)
    assert json.loads((folder / "manifest.json").read_text()) == {"scenario": "kota", "seed": 1}
    assert (folder / "figures" / "note.txt").read_text(encoding="utf-8") == "baja “lokal”\n"
    assert names(folder) == ["figures", "manifest.json", "table.csv", "table.parquet"]


@pytest.mark.parametrize("error", [UserError("wrong"), KeyboardInterrupt(), ValueError("fault")])
def test_nothing_is_delivered_when_something_goes_wrong(tmp_path, error):
    (tmp_path / "first.txt").write_text("of before")
    with pytest.raises(type(error)):
        deliver(tmp_path, {"first.txt": "of now", "second.txt": "of now"}, error)
    assert names(tmp_path) == ["first.txt"]
    assert (tmp_path / "first.txt").read_text() == "of before"


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "No space left on device. Free some space, or choose another folder with --out."),
        (
            errno.EROFS,
            "Read-only file system. Choose another folder with --out, or allow writing to this one.",
        ),
    ],
)
def test_a_disk_that_refuses_is_reported_and_nothing_is_left(tmp_path, monkeypatch, number, advice):
    files = Delivery(tmp_path)
    monkeypatch.setattr(os, "fsync", failing(number))
    with pytest.raises(UserError) as raised, files:
        files.text("table.csv", "1,2,3")
    assert str(raised.value) == f"{tmp_path / 'table.csv'}: cannot be written: {advice}"
    assert names(tmp_path) == []
    with pytest.raises(UserError) as raised:
        output_folder(tmp_path)
    assert str(raised.value) == f"{tmp_path}: cannot be written: {advice}"
    assert names(tmp_path) == []


def test_a_disk_that_is_full_in_truth(tmp_path):
    code = (
        "import resource\n"
        "from sim.errors import UserError\n"
        "from sim.study.files import Delivery\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "try:\n"
        f"    with Delivery({str(tmp_path)!r}) as files:\n"
        "        files.text('small.txt', 'x' * 4000)\n"
        "        files.text('large.txt', 'x' * 6000)\n"
        "except UserError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"{tmp_path / 'large.txt'}: cannot be written: File too large. Free some space")
    assert names(tmp_path) == []


def test_a_file_in_the_way_is_reported(tmp_path):
    (tmp_path / "results").write_text("a file")
    for place in ("results", "results/deeper"):
        with pytest.raises(UserError, match=f"{place}: cannot be written: Not a directory"):
            output_folder(tmp_path / place)
    with pytest.raises(UserError, match="File name too long"):
        output_folder(tmp_path / ("x" * 300))


def test_a_folder_in_the_way_keeps_every_file_back(tmp_path):
    (tmp_path / "second.txt").mkdir()
    with pytest.raises(UserError, match=r"second\.txt: is a folder"):
        deliver(tmp_path, {"first.txt": "1", "second.txt": "2"})
    assert names(tmp_path) == ["second.txt"]


def test_a_rename_that_fails_is_reported(tmp_path, monkeypatch):
    def refuse(_self, _target):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(UserError, match=r"note\.txt: cannot be written: Permission denied"):
        deliver(tmp_path, {"note.txt": "1"})
    assert names(tmp_path) == []


def test_a_killed_writer_leaves_nothing_that_looks_like_data(tmp_path):
    code = (
        "import os, signal\n"
        "from sim.study.files import Delivery\n"
        f"files = Delivery({str(tmp_path)!r})\n"
        "files.text('part.parquet', 'half of it')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(names(tmp_path)) == 1
    assert not list(tmp_path.glob("*.parquet"))
    assert not list(tmp_path.glob("*.csv"))


def test_manifests_name_all_that_results_depend_on():
    found = versions()
    assert list(found) == ["kotabaja", "python", "mesa", "numba", "numpy", "pandas", "pyarrow", "scipy"]
    assert all(found.values())


def test_a_folder_is_named_after_its_content():
    assert short_key("a", 1, None) == short_key("a", 1, None)
    assert len({short_key("a", 1), short_key("a", 2), short_key("b", 1), short_key("a", "1")}) == 4
