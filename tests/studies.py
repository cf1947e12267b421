"""Every long study whose figures stand in docs/: ``python -m tests.studies [NAME ...]`` makes their tables anew.

Results lie in results/studies/NAME. A study that was finished with the same program and scenarios is skipped; one that
was stopped goes on where it stood if it keeps its runs, and is begun anew if not. The words of the pages are people's:
tests of the pages say where they no longer fit the tables.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.core.compiled import code_fingerprint
from sim.study.design_file import load_design
from sim.study.files import Delivery
from sim.study.summary import outcomes

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
RESULTS = ROOT / "results" / "studies"
SHARE, JOBS, VALUE = "market_share_local", "jobs_local_fte", "value_added_local_jt"
EFFECT = f"{SHARE}, effect of store_access"


@dataclass(frozen=True)
class Study:
    """One study: the words after ``python -m`` (``OUT`` is its folder), what is shipped of it, how long it takes.

    ``keeps`` says whether a stopped study goes on where it stood.
    """

    words: tuple[str, ...]
    ship: Callable[[Path], None]
    takes: str
    keeps: bool = False


# What is shipped


def copied(**folders):
    """Return what copies files of the results into folders, ``there=("name", ("name of results", "name there"))``."""

    def ship(found):
        for folder, names in folders.items():
            for name in names:
                here, there = (name, name) if isinstance(name, str) else name
                shutil.copy(found / here, SHIPPED[folder] / there)

    return ship


SHIPPED = {
    "validation": DOCS / "validation",
    "calibration": DOCS / "calibration",
    "ensemble": ROOT / "scenarios" / "ensemble",
    "sensitivity": DOCS / "sensitivity",
}


def sensitivity_tables(name, found):
    """Return the tables of a study of sensitivity that stand beside its page, and how far they are rounded."""
    if name == "ranking_flip":
        tables = {key: pd.read_csv(found / key) for key in ("ranking.csv", "flips.csv")}
        return {key: table.round(4) for key, table in tables.items()} | {"ranking_runs.csv": runs_of(name, found)}
    indices = pd.read_csv(found / "indices.csv")
    if name == "sobol_influential":
        return {"sobol.csv": indices[indices["method"] == "sobol"].round(4), "sobol_runs.csv": runs_of(name, found)}
    parts = {}
    for outcome, short in ((SHARE, "local_share"), (EFFECT, "access_effect")):
        of = indices[indices["outcome"] == outcome].set_index(["index", "input"])
        size = of.loc["mu_star"]
        for column, values in zip(("mu_star", "low", "high"), ("value", "low", "high"), strict=True):
            parts[f"{short}_{column}"] = size[values]
        parts[f"{short}_luck"] = of.loc["luck", "value"]
    table = pd.DataFrame(parts).sort_values("local_share_mu_star", ascending=False, kind="stable").round(6)
    return {"morris.csv": table.reset_index().assign(trajectories=int(size["n"].iloc[0]))}


def runs_of(name, found):
    """Return the local share of every run of a design: one row a point, one column a scenario and replication."""
    design = load_design(name)
    values = outcomes(found, design, SHARE)
    columns = {
        f"{scenario.name}_{place}": values[number, :, place]
        for number, scenario in enumerate(design.scenarios)
        for place in range(values.shape[2])
    }
    return pd.DataFrame(columns).rename_axis("point").reset_index()


def sensitivity(name):
    """Return what writes the tables of a study of sensitivity and its entry in their manifest."""

    def ship(found):
        made = json.loads((found / "sensitivity.json").read_text(encoding="utf-8"))
        tables = sensitivity_tables(name, found)
        path = SHIPPED["sensitivity"] / "manifest.json"
        known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        known[name] = {"command": f"python -m tests.studies {name}", "tables": sorted(tables), **made}
        with Delivery(path.parent) as files:
            for key, table in tables.items():
                files.csv(key, table)
            files.json("manifest.json", known)

    return ship


OF = tuple(word for column in (SHARE, JOBS, VALUE) for word in ("--of", column))
STUDIES = {
    "calibrate": Study(
        ("sim", "calibrate", "town", "--out", "OUT"),
        copied(
            ensemble=("members.csv", "moments.csv", "ranges.csv", "waves.csv", "manifest.json"),
            calibration=("candidates.csv", "moments.svg", "pairs.svg", "ranges.png"),
        ),
        "half an hour",
        keeps=True,
    ),
    "card": Study(
        ("sim", "validate", "baseline", "--seeds", "100", "--out", "OUT"),
        copied(validation=("card.csv", "card.svg", "runs.csv", "manifest.json")),
        "1 minute",
    ),
    "outage": Study(
        ("sim.study.natural", "OUT", "100"),
        copied(validation=("natural.csv", "natural_seeds.csv", "natural.json")),
        "1 minute",
    ),
    "ensemble": Study(
        ("sim", "compare", "training_only", "access_only", "both", "--ensemble", "--out", "OUT"),
        copied(calibration=("towns.csv", ("manifest.json", "towns.json"))),
        "1 minute",
    ),
    **{
        name: Study(("sim", "sensitivity", name, *of, "--out", "OUT"), sensitivity(name), takes, keeps=True)
        for name, of, takes in (
            ("morris_uncertain", (), "18 minutes"),
            ("sobol_influential", OF, "8 minutes"),
            ("ranking_flip", OF, "1 minute"),
        )
    },
    "policies": Study(("tests.policy_study",), lambda _: None, "a quarter of an hour"),
    "assumptions": Study(("sim", "describe", "--assumptions"), lambda _: None, "seconds"),
}


# Running them


def key(study):
    """Return what a study's results depend on, as a hash: the model, the studies, all scenarios, the members."""
    digest = hashlib.blake2b(" ".join((code_fingerprint(), *study.words)).encode(), digest_size=16)
    members = [SHIPPED["ensemble"] / "members.csv"] if "--ensemble" in study.words else []
    influences = [SHIPPED["sensitivity"] / "morris.csv"] if "--assumptions" in study.words else []
    text = [*(ROOT / "sim" / "study").rglob("*.py"), *(ROOT / "sim" / "study").rglob("*.toml")]
    for file in sorted([*text, *(ROOT / "scenarios").rglob("*.toml"), *members, *influences]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def done(name):
    """Tell whether a study stands already, finished with what it depends on as it is now."""
    stamp = RESULTS / name / "done.json"
    return stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8"))["key"] == key(STUDIES[name])


def run(name):
    """Run a study or go on with it, and ship what comes of it; return its exit code."""
    study, folder = STUDIES[name], RESULTS / name
    if done(name):
        print(f"{name}: stands already.", flush=True)
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    began, at = time.monotonic(), key(study)
    again = "goes on" if study.keeps and any(folder.iterdir()) else "begins"
    print(f"{name}: {again}; it takes about {study.takes}.", flush=True)
    command = [sys.executable, "-m", *(str(folder) if word == "OUT" else word for word in study.words)]
    with (folder / "said.txt").open("w", encoding="utf-8") as said:
        code = subprocess.run(command, cwd=ROOT, stdout=said, check=False).returncode
    if code:
        print(f"{name}: stopped with exit code {code}; {folder / 'said.txt'} has what it said.", flush=True)
        return code
    study.ship(folder)
    minutes = (time.monotonic() - began) / 60.0
    told = {"key": at, "command": " ".join(study.words), "minutes": round(minutes, 1)}
    (folder / "done.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"{name}: done in {minutes:.1f} minutes.", flush=True)
    return 0


def main(words):
    """Run the studies that are named, or all of them, and stop at the first that does not end well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(STUDIES)}; all unless named")
    names = parser.parse_args(words).names
    unknown = [name for name in names if name not in STUDIES]
    if unknown:
        parser.error(f"no such study: {', '.join(unknown)}. There are {', '.join(STUDIES)}.")
    for name in names or STUDIES:
        code = run(name)
        if code:
            return code
    print("Now run the tests: they say which words of the pages no longer fit their tables.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        sys.exit(130)
