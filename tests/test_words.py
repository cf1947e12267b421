"""The words around the code are true: every block of a page runs, every file and command it names exists."""

import ast
import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from sim import Scenario, cli, exits
from sim.core.entry import checked
from sim.core.toml_lines import Problems
from sim.policies import catalogue

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# (\S+\.\w+)")  # the first line of a block that is a file
ADDED = re.compile(r"# in (sim/[\w/]+)\.py")  # the first line of a block that is added to a module
# The policies of a page are found in its own folder; Python reads this file in every process that it starts.
ADD_POLICIES = "import sim.policies\nsim.policies.__path__.append({folder!r})\n"


def words_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


def blocks_of(page):
    return [(language, body) for language, body in BLOCK.findall(words_of(page)) if language != "text"]


def targets():
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


class Reader:
    """Somebody who does what a page says, block by block, in an empty folder."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {"PYTHONPATH": str(ROOT)} | dict(os.environ)
        self.environment.pop("NUMBA_DISABLE_JIT", None)  # a reader has the compiler on
        self.running = []

    def follow(self, language, body):
        doing = {"sh": self.commands, "console": self.commands, "python": self.python, "toml": self.toml}
        named = NAMED.match(body)
        if named:
            self.save(named[1], body)
        else:
            doing[language](body)

    def save(self, name, body):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
        if path.suffix == ".py":
            compile(body, name, "exec")
            site = self.folder / ".site"
            site.mkdir(exist_ok=True)
            added = ADD_POLICIES.format(folder=str(path.parent))
            (site / "sitecustomize.py").write_text(added, encoding="utf-8")
            self.environment["PYTHONPATH"] = os.pathsep.join([str(site), self.environment["PYTHONPATH"]])

    def commands(self, body):
        for line in body.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words:
                self.command(words)

    def command(self, words):
        first, *rest = words
        if first == "make":
            asked = [word for word in rest if "=" not in word]
            assert asked, words
            assert set(asked) <= targets(), words
        elif first == "source":
            assert rest == [".venv/bin/activate"]
            assert "VENV := .venv\n" in (ROOT / "Makefile").read_text(encoding="utf-8")
        elif first == ".ci/run":
            assert os.access(ROOT / first, os.X_OK)
        elif first == "dask":
            assert rest.pop() == "&"
            self.start_aside(["-m", "dask", *rest, "--no-dashboard"])
        else:
            assert first == "kotabaja", f"how is {first} checked?"
            self.start(["-m", "sim", *rest])

    def start(self, words):
        options = {"cwd": self.folder, "env": self.environment, "capture_output": True, "text": True}
        done = subprocess.run([sys.executable, *words], check=False, **options)
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"

    def start_aside(self, words):
        said = self.folder / f".aside_{len(self.running)}"
        with said.open("w") as output:
            options = {"cwd": self.folder, "env": self.environment, "stdout": output, "stderr": subprocess.STDOUT}
            self.running.append(subprocess.Popen([sys.executable, *words], **options))
        end = time.monotonic() + 60
        while " at: " not in said.read_text():
            assert time.monotonic() < end, said.read_text()
            time.sleep(0.1)

    def leave(self):
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            process.wait(timeout=60)

    def python(self, body):
        added = ADDED.match(body)
        if added:
            # as if it stood at the end of the module; the model still runs
            body = (
                f"import {added[1].replace('/', '.')} as module\n"
                f"exec({body!r}, vars(module))\n"
                "from sim import MetalSupplyChain\n"
                "MetalSupplyChain('baseline', months=1).run().indicators\n"
            )
        self.start(["-c", body])

    def toml(self, body):
        problems = Problems("example.toml")
        for room, entries in tomllib.loads(body).items():
            for name, table in entries.items():
                checked(f"{room}.{name}", table, problems)
        assert problems.messages == []


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_a_page_works(page, tmp_path):
    reader = Reader(tmp_path)
    try:
        for language, body in blocks_of(page):
            reader.follow(language, body)
    finally:
        reader.leave()
    results = set(re.findall(r"`(results/[\w/.]+)`", words_of(page)))
    for name in results:
        # `make brief` is not run here: the files of a briefing have tests of their own
        assert name.startswith("results/brief/") or (tmp_path / name).is_file(), name


def test_both_pages_show_blocks_of_every_kind():
    assert {language for language, _ in blocks_of("README.md")} == {"sh", "python", "toml"}
    assert {language for language, _ in blocks_of("CONTRIBUTING.md")} == {"sh", "python", "toml"}


def test_the_commands_of_the_readme_are_those_that_ci_runs():
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    stages = re.findall(r"^stage (\S+)$", ci, re.MULTILINE)
    assert {"check", "test", "test-long"} <= set(stages)
    made = re.findall(r"^make ([a-z-]+)", words_of("README.md"), re.MULTILINE)
    assert made == ["brief", "test"]
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ntest: ")[2].partition("\n\n")[0]
    assert "-m pytest" in recipe


def test_the_examples_of_docstrings_are_run_too():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    options = settings["tool"]["pytest"]["ini_options"]
    assert "--doctest-modules" in options["addopts"]
    assert "sim" in options["testpaths"]


def test_the_readme_is_the_description_of_the_package():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["readme"] == "README.md"


def test_the_readme_tells_every_exit_code():
    told = set(re.findall(r"^\| (\d+) \|", words_of("README.md"), re.MULTILINE))
    assert told == {"0", *map(str, (exits.FAULT, exits.USAGE, exits.STOPPED))}


def test_more_than_half_of_the_parameters_are_assumptions_as_the_readme_says():
    world = Scenario.load("baseline")
    assert len(world.assumptions) > len(world.parameters) / 2


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", words_of(page)):
        if not link.startswith("http"):
            assert ((ROOT / page).parent / link).exists(), link


@pytest.mark.parametrize("page", PAGES)
def test_files_and_commands_that_are_named_exist(page):
    text = words_of(page)
    own = {name for _, body in blocks_of(page) for name in NAMED.findall(body)}
    for name in re.findall(r"`((?:sim|docs|tests|scenarios|benchmarks)/[\w/.]*)`", text):
        assert (ROOT / name).exists() or name in own or "NAME" in name, name
    commands = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    assert set(re.findall(r"`kotabaja ([a-z]+)", text)) <= commands
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets()


@pytest.mark.parametrize("page", PAGES)
def test_rules_and_parameters_that_are_named_exist(page):
    text = re.sub(BLOCK, "", words_of(page))
    world = Scenario.load("baseline")
    rooms = {address.partition(".")[0] for address in world.parameters}
    for room, name in re.findall(r"`(\w+)\.(\w+)`", text):
        if room in rooms:
            assert f"{room}.{name}" in world, f"{room}.{name}"
    defined = set()
    for file in (ROOT / "sim").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                members = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                defined |= {node.name, *members, *(f"{node.name}.{name}" for name in members)}
            elif isinstance(node, ast.FunctionDef):
                defined.add(node.name)
    for name in re.findall(r"`((?:[A-Z]\w+\.)?\w+)\(\)`|`([A-Z][a-z]\w+\.\w+)`", text):
        assert (name[0] or name[1]) in defined, name
    for name in re.findall(r"\*\*`(\w+)`\*\*", text):
        assert name in catalogue(), name


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_wider_than_120_columns_outside_tables_and_links(page):
    wide = [
        line
        for line in words_of(page).splitlines()
        if len(line) > 120 and not line.startswith("|") and "](http" not in line
    ]
    assert wide == []
