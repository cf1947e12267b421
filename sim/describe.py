"""The model described by itself: everything is read from the code's own declarations, nothing is typed twice.

Entities come from the agent classes and their columns, the schedule from the source of the model's ``step``,
rules from the docstrings of methods and loops, parameters from the register; policies, indicators and flows
from where they are declared.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from sim.study.layout import columns, wrapped

__all__ = ["baseline", "families", "first_sentence", "month", "rules_found", "text", "written"]

SOURCE = Path(__file__).resolve().parent
RULELESS = {"study", "report", "core"}


class Rule(NamedTuple):
    """A function or method of the world: where it stands and what it says of itself."""

    file: str
    owner: str
    name: str
    line: int
    says: str
    compiled: bool

    @property
    def title(self) -> str:
        """Its name, with its class."""
        return f"{self.owner}.{self.name}" if self.owner else self.name


def text() -> str:
    """Return the whole description as plain text, as wide as the screen.

    Examples
    --------
    >>> said = text()
    >>> [line for line in said.splitlines() if line.isupper() and line[0] != " "][:3]
    ['ENTITIES', 'SCHEDULE', 'RULES']
    """
    parts = {
        "entities": entities(),
        "schedule": schedule(),
        "rules": rules(),
        "parameters": parameters(),
        "policies": policies(),
        "what can be eased (kotabaja bind)": reliefs(),
        "indicators": indicators(),
        "flows of money and tonnes": flows(),
    }
    blocks = [f"{title.upper()}\n\n" + "\n".join(lines) for title, lines in parts.items()]
    return "\n\n\n".join(blocks)


# The parts -------------------------------------------------------------------------------------------------


def entities() -> Iterator[str]:
    """Yield every kind of agent with its state variables: name, unit, meaning."""
    from sim.core.state import RowAgent

    for root, kinds in families().items():
        agent = "Mesa agents" if issubclass(root, RowAgent) else "rows of a table, no agents"
        yield from wrapped(f"{root.__name__}: {first_sentence(root.__doc__)} ({_file_of(root)}, {agent})")
        for kind in kinds:
            yield from wrapped(f"{kind.__name__}: {first_sentence(kind.__doc__)}", 2)
        yield from columns([(name, one.unit, one.meaning) for name, one in root.columns.items()])
        yield ""


def schedule() -> Iterator[str]:
    """Yield the month as ``MetalSupplyChain.step`` has it: its headings and calls, in order."""
    for heading, calls in month():
        yield from wrapped(heading)
        yield from columns(calls, indent=4)


def rules() -> Iterator[str]:
    """Yield every rule and loop of the world with the first sentence of its docstring and its place."""
    for file, group in groupby(rules_found(), key=lambda rule: rule.file):
        yield file
        yield from columns([(f"{rule.title} (line {rule.line})", rule.says) for rule in group])


def parameters() -> Iterator[str]:
    """Yield every parameter of the baseline: address, value, unit, range, meaning, source."""
    world = baseline()
    entries = world.parameters.values()
    yield f"scenarios/baseline.toml: {len(entries)} parameters, {len(world.assumptions)} of them assumptions"
    yield ""
    for one in entries:
        low, high = map(written, one.range)
        yield from wrapped(f"{one.address} = {written(one.value)} {one.unit}, range {low} to {high}")
        yield from wrapped(f"{one.meaning}. Source: {one.source}", 4)


def policies() -> Iterator[str]:
    """Yield every policy: what it moves, on what evidence, its levers with range and rest, its moments."""
    from sim.policies import Policy, catalogue

    moments = [name for name, made in vars(Policy).items() if callable(made) and not name.startswith("_")]
    for name, policy in catalogue().items():
        report = "in the newspaper report" if policy.in_report else "beyond the newspaper report"
        title = f"{name}: {policy.title_en} ({policy.title_id})"
        yield from wrapped(f"{title}, {report} ({_file_of(policy)})")
        yield from wrapped(f"Moves {policy.moves}.", 2)
        yield from wrapped(f"Fades: {policy.fades}.", 2)
        yield from wrapped(f"Evidence: {policy.evidence}.", 2)
        for key, lever in policy.levers.items():
            said = f"{key}: {lever.allowed}, at rest {written(lever.rest)}. {lever.meaning}."
            yield from wrapped(said, 2, hang=2)
        acts = [(name, vars(policy)[name].__doc__) for name in moments if name in vars(policy)]
        yield from columns([(f"at {name}", first_sentence(doc)) for name, doc in acts])
        yield ""


def reliefs() -> Iterator[str]:
    """Yield the constraints that can be eased alone: name, unit, what is done."""
    from sim.relief import RELIEFS

    yield from columns([(one.name, one.unit, one.meaning) for one in RELIEFS.values()])


def indicators() -> Iterator[str]:
    """Yield every indicator: its first column in the results, unit, better direction, origins, meaning."""
    from sim.indicators import DECLARED, catalogue

    found: dict[str, list[Any]] = {}
    for column in catalogue(baseline()):
        found.setdefault(column.indicator, []).append(column)
    origins = {one.by: ", ".join(c.origin for c in found[one.name] if c.origin) for one in DECLARED}
    for by, listed in origins.items():
        said = f"a column each for {listed}" if listed else "one column"
        yield from wrapped(f'by "{by}": {said}')
    yield ""
    head = ("column", "unit", "better", "by", "meaning")
    rows = [(found[one.name][0].column, one.unit, one.better, one.by, one.meaning) for one in DECLARED]
    yield from columns([head, *rows])


def flows() -> Iterator[str]:
    """Yield the chart of accounts: each flow with its giver, taker and unit."""
    from sim.accounts import MONEY, TONNES

    yield from columns([(one.name, f"{one.giver} -> {one.taker}", one.unit) for one in (*MONEY, *TONNES)])


# Reading the declarations ----------------------------------------------------------------------------------


@cache
def baseline() -> Any:
    """Return the baseline, read once."""
    from sim.scenario import Scenario

    return Scenario.load("baseline")


def families() -> dict[type[Any], list[type[Any]]]:
    """Return the classes that have a table of their own, each with the classes that share it."""
    import sim.model  # noqa: F401 - every class of the town is known once the model is
    from sim.core.state import RowView

    def below(kind: type[Any]) -> Iterator[type[Any]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    found: dict[type[Any], list[type[Any]]] = {}
    for kind in below(RowView):
        roots = [base for base in kind.__mro__ if vars(base).get("columns")]
        if roots and kind.__module__.partition(".")[0] == "sim":
            shared = found.setdefault(roots[-1], [])
            if kind is not roots[-1]:
                shared.append(kind)
    return found


def _file_of(kind: type[Any]) -> str:
    return kind.__module__.replace(".", "/") + ".py"


@cache
def _functions() -> tuple[Rule, ...]:
    """Return every function and method of the world's rooms, in the order of files and lines."""
    found = []
    for file in sorted(SOURCE.rglob("*.py")):
        where = file.relative_to(SOURCE.parent).as_posix()
        if where.split("/")[1] in RULELESS:
            continue
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            owner, members = (node.name, node.body) if isinstance(node, ast.ClassDef) else ("", [node])
            for one in members:
                if isinstance(one, ast.FunctionDef):
                    says = first_sentence(ast.get_docstring(one))
                    marks = [ast.unparse(mark).partition("(")[0] for mark in one.decorator_list]
                    found.append(Rule(where, owner, one.name, one.lineno, says, "compiled" in marks))
    return tuple(found)


def rules_found() -> list[Rule]:
    """Return the rules: methods of the town's rows, and everything compiled."""
    kinds = [kind for root, others in families().items() for kind in (root, *others)]
    owners = {(_file_of(kind), kind.__name__) for kind in kinds}
    return [one for one in _functions() if one.compiled or (one.file, one.owner) in owners]


def month() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the headings of ``step`` with the calls below each: (call, first sentence of its docstring)."""
    source = (SOURCE / "model.py").read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    step = next(node for node in functions if node.name == "step")
    found: list[tuple[int, str, list[tuple[str, str]]]] = [(step.lineno, "The calendar turns", [])]
    for number, line in enumerate(source.splitlines(), start=1):
        if step.lineno < number <= (step.end_lineno or 0) and line.lstrip().startswith("# "):
            found.append((number, line.strip().lstrip("# "), []))
    for call in _calls(step.body):
        _, _, below = [entry for entry in found if entry[0] <= call.lineno][-1]
        below.append((_named(call), _sentence_of(call)))
    return [(heading, calls) for _, heading, calls in found]


def _calls(body: Iterable[ast.stmt]) -> Iterator[ast.Call]:
    """Yield the calls that statements consist of, in order; calls among arguments are left out."""
    for statement in body:
        value = getattr(statement, "value", None)
        for part in value.elts if isinstance(value, ast.Tuple) else [value]:
            if isinstance(part, ast.Call):
                yield part
        for block in ("body", "orelse"):
            yield from _calls(getattr(statement, block, []))


def _word(call: ast.Call) -> str:
    """Return what a call is told in a word (``"deliver"``), or nothing."""
    values = [one.value for one in call.args if isinstance(one, ast.Constant)]
    return next((value for value in values if isinstance(value, str)), "")


def _named(call: ast.Call) -> str:
    """Write a call as its name, with the word it is told."""
    word = _word(call)
    return ast.unparse(call.func).removeprefix("self.") + (f'("{word}")' if word else "")


def _sentence_of(call: ast.Call) -> str:
    """Return the first sentence of what is called: a policy's moment, its module's, or the only one."""
    *before, name = ast.unparse(call.func).split(".")
    file = "sim/model.py" if before == ["self"] else f"sim/{before[-1] if before else ''}.py"
    known = [one for one in _functions() if one.name == name]
    moments = [one for one in _functions() if (one.owner, one.name) == ("Policy", _word(call))]
    chosen = moments or [one for one in known if one.file == file] or known
    return chosen[0].says if len(chosen) == 1 else ""


# Writing ---------------------------------------------------------------------------------------------------


def first_sentence(doc: str | None) -> str:
    """Return the first sentence of a docstring, on one line."""
    paragraph = " ".join((doc or "").strip().partition("\n\n")[0].replace("``", "").split())
    end = paragraph.find(". ")
    return paragraph if end < 0 else paragraph[: end + 1]


def written(value: object) -> str:
    """Write a value as in a scenario file."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)
