"""Faults planted on purpose, one at a time, in a copy of the program, and the checks that must catch each.

A fault (in tests/faults.py) is a change of the source: a text that stands in a file exactly once, and what takes its
place. Its copy runs with the compiler off. Checks are the audit of a small town with every policy, a limit or a
pattern of the validation card on a small town, or a test. A fault that nothing catches is a missing check.

``python -m tests.planted audit limit:NAME card:PATTERN test:FILE::NAME ...`` says, from within a copy, which of the
checks catch something; ``python -m tests.planted`` writes the table of faults for the pages.
"""

import contextlib
import functools
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.faults import FAULTS

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "validation" / "faults.md"
COPIED = ("sim", "scenarios", "tests", "docs", "pyproject.toml")
KINDS = {
    "audit": "the audit of every run",
    "limit": "a limit of the card",
    "card": "a pattern of the card",
    "test": "a test of a rule or of an identity",
}


def plant(fault, folder):
    """Copy the program into a folder with the fault in it; every text to change must stand there exactly once."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "validation"))
        else:
            shutil.copy(source, folder / name)
    if fault is not None:
        file = folder / fault.file
        file.write_text(wrong(fault, file.read_text(encoding="utf-8")), encoding="utf-8")


def wrong(fault, text):
    """Return a source with the fault in it."""
    for right, instead in fault.edits:
        assert text.count(right) == 1, f"{fault.file}: the text to change is not there exactly once: {right!r}"
        text = text.replace(right, instead)
    return text


def caught(fault, folder, checks):
    """Return which checks catch the fault, each tried in a copy of the program with the compiler off."""
    plant(fault, folder)
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "tests.planted", *checks]
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


# From within a copy


def stopped_by_the_audit(_name):
    """Tell whether the audit stops a small town with every policy."""
    from sim import MetalSupplyChain
    from sim.errors import AuditError
    from tests.towns import town, with_every_policy

    try:
        MetalSupplyChain(with_every_policy(town()), seed=1).run()
    except AuditError:
        return True
    return False


def broken(name):
    """Tell whether a limit does not hold in a small town."""
    from sim import Scenario
    from sim.study import limits

    return not limits.LIMITS[name](limits.small(Scenario.load("baseline"), 0.06))


def not_passed(name):
    """Tell whether a pattern does not pass in small towns."""
    return _verdicts()[name] != "pass"


@functools.cache
def _verdicts():
    from sim.study.measures import MEASURES
    from sim.study.patterns import patterns
    from sim.study.simulate import Job
    from sim.study.watch import watch
    from tests.towns import town

    runs = [watch(Job(town(scale=0.15, warm_up=12, observed=60), seed)) for seed in (1, 2, 3)]
    known = [one for one in patterns() if one.key in MEASURES]
    return {one.key: one.verdict(sum(MEASURES[one.key](run) for run in runs) / len(runs)) for one in known}


def fails(name):
    """Tell whether a test fails."""
    import pytest

    code = pytest.main([name, "-q", "-p", "no:cacheprovider", "-W", "ignore"])
    assert code in {0, 1}, f"{name}: pytest ended with {code!r}"
    return code == 1


TRIED_BY = {"audit": stopped_by_the_audit, "limit": broken, "card": not_passed, "test": fails}


def _main(checks):
    found = {}
    for check in checks:
        kind, _, name = check.partition(":")
        with contextlib.redirect_stdout(io.StringIO()):
            found[check] = bool(TRIED_BY[kind](name))
    print(json.dumps(found))


def table():
    """Return the table of faults for the pages."""
    head = [
        "# Planted faults",
        "",
        "Each row is a mechanism that was made wrong on purpose, and the checks that caught it. `make test-long`",
        "plants every fault and tries every check that is named here; `python -m tests.planted` writes the table.",
        "",
        "| fault | in | caught by |",
        "|---|---|---|",
    ]
    rows = [f"| {one.what} | `{one.file}` | {'; '.join(map(_in_words, one.caught_by))} |" for one in FAULTS.values()]
    return "\n".join([*head, *rows, ""])


def _in_words(check):
    kind, _, name = check.partition(":")
    name = name.partition("[")[0].rpartition("::")[2].removeprefix("test_").replace("_", " ")
    return KINDS["audit"] if kind == "audit" else f"{kind} *{name}*"


if __name__ == "__main__":
    if sys.argv[1:]:
        _main(sys.argv[1:])
    else:
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(table(), encoding="utf-8")
