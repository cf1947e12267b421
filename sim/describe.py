"""The model described by itself: every table here is read from the code's own declarations, nothing is typed twice.

Entities come from the agent classes and their columns, the schedule from the source of ``MetalSupplyChain.step``, rules
from the docstrings of methods and loops, parameters from the register, policies, indicators and flows from where they
are declared.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["text"]

WIDTH = 100
SOURCE = Path(__file__).resolve().parent
UNRULY = {"study", "report", "core"}  # rooms without rules of the town
Row = Sequence[str]


@dataclass(frozen=True)
class Rule:
    """A function or method of the world: where it stands and what it says of itself."""

    module: str
    owner: str
    name: str
    line: int
    says: str
    compiled: bool

    @property
    def title(self) -> str:
        """``Class.method``, or the function's name."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def file(self) -> str:
        """The file it stands in."""
        return f"sim/{self.module}.py"


def text() -> str:
    """Return the whole description as plain text, readable at 100 columns.

    Examples
    --------
    >>> said = text()
    >>> [line for line in said.splitlines() if line.isupper()][:3]
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
    for root, kinds in _families().items():
        agent = "Mesa agents" if _is_agent(root) else "rows of a table, no agents"
        yield from _wrapped(f"{root.__name__}: {_first_sentence(root.__doc__)} ({_file_of(root)}, {agent})")
        for kind in kinds:
            yield from _wrapped(f"{kind.__name__}: {_first_sentence(kind.__doc__)}", 2)
        yield from _table([(name, one.unit, one.meaning) for name, one in root.columns.items()])
        yield ""


def schedule() -> Iterator[str]:
    """Yield the month as ``MetalSupplyChain.step`` has it: its headings and calls, in order."""
    for heading, calls in _month():
        yield heading
        yield from _table([(call, says) for call, says in calls], indent=4)


def rules() -> Iterator[str]:
    """Yield every rule and loop of the world with the first sentence of its docstring and its place."""
    file = ""
    for rule in _rules():
        if rule.file != file:
            file = rule.file
            yield file
        yield from _table([(f"{rule.title} (line {rule.line})", rule.says)], widths=[44])


def parameters() -> Iterator[str]:
    """Yield every parameter of the baseline: address, value, unit, range, meaning, source."""
    world = _baseline()
    entries = world.parameters.values()
    yield f"{len(entries)} parameters, {len(world.assumptions)} of them assumptions (scenarios/baseline.toml)."
    yield ""
    for one in entries:
        low, high = map(_written, one.range)
        yield from _wrapped(f"{one.address} = {_written(one.value)} {one.unit}, range {low} to {high}")
        yield from _wrapped(f"{one.meaning}. Source: {one.source}", 4)


def policies() -> Iterator[str]:
    """Yield every policy: what it moves, on what evidence, its levers with range and rest, its moments."""
    from sim.policies import Policy, catalogue

    moments = [name for name, made in vars(Policy).items() if callable(made) and not name.startswith("_")]
    for name, policy in catalogue().items():
        report = "in the newspaper report" if policy.in_report else "beyond the newspaper report"
        yield from _wrapped(f"{name}: {policy.title_en} ({policy.title_id}), {report} (sim/policies/{name}.py)")
        yield from _wrapped(f"Moves {policy.moves}.", 2)
        yield from _wrapped(f"Evidence: {policy.evidence}.", 2)
        for key, lever in policy.levers.items():
            rest = f"at rest {_written(lever.rest)}"
            yield from _wrapped(f"{key}: {lever.allowed}, {rest}. {lever.meaning}.", 2, hang=4)
        acts = [(name, vars(policy)[name].__doc__) for name in moments if name in vars(policy)]
        yield from _table([(f"at {name}", _first_sentence(doc)) for name, doc in acts])
        yield ""


def reliefs() -> Iterator[str]:
    """Yield the constraints that can be eased alone: name, unit, what is done."""
    from sim.relief import RELIEFS

    yield from _table([(one.name, one.unit, one.meaning) for one in RELIEFS.values()])


def indicators() -> Iterator[str]:
    """Yield every indicator: its first column in the results, unit, better direction, origins, meaning."""
    from sim.indicators import DECLARED, catalogue

    columns: dict[str, list[Any]] = {}
    for column in catalogue(_baseline()):
        columns.setdefault(column.indicator, []).append(column)
    origins = {one.by: ", ".join(c.origin for c in columns[one.name] if c.origin) for one in DECLARED}
    for by, listed in origins.items():
        said = f"a column each for {listed}" if listed else "one column"
        yield from _wrapped(f'by "{by}": {said}')
    yield ""
    head = ("column", "unit", "better", "by", "meaning")
    rows = [(columns[one.name][0].column, one.unit, one.better, one.by, one.meaning) for one in DECLARED]
    yield from _table([head, *rows])


def flows() -> Iterator[str]:
    """Yield the chart of accounts: each flow with its giver, taker and unit."""
    from sim.accounts import MONEY, TONNES

    yield from _table([(one.name, f"{one.giver} -> {one.taker}", one.unit) for one in (*MONEY, *TONNES)])


# Reading the declarations ----------------------------------------------------------------------------------


@cache
def _baseline() -> Any:
    from sim.scenario import Scenario

    return Scenario.load("baseline")


def _families() -> dict[type[Any], list[type[Any]]]:
    """Return the classes that have a table of their own, each with the classes that share it."""
    import sim.model  # noqa: F401 - every class of the town is known once the model is
    from sim.core.state import RowAgent, RowView

    found: dict[type[Any], list[type[Any]]] = {}

    def walk(kind: type[Any], root: type[Any] | None) -> None:
        for child in kind.__subclasses__():
            if child.__module__.partition(".")[0] == "sim":
                own = root or (child if getattr(child, "columns", None) else None)
                if own is child:
                    found[child] = []
                elif own is not None:
                    found[own].append(child)
                walk(child, own)

    walk(RowView, None)
    return {kind: kinds for kind, kinds in found.items() if kind is not RowAgent}


def _is_agent(kind: type[Any]) -> bool:
    from sim.core.state import RowAgent

    return issubclass(kind, RowAgent)


def _file_of(kind: type[Any]) -> str:
    return kind.__module__.replace(".", "/") + ".py"


@cache
def _functions() -> tuple[Rule, ...]:
    """Return every function and method of the world's rooms, in the order of files and lines."""
    found = []
    for file in sorted(SOURCE.rglob("*.py")):
        place = file.relative_to(SOURCE).with_suffix("")
        if place.parts[0] in UNRULY:
            continue
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            members = node.body if isinstance(node, ast.ClassDef) else [node]
            owner = node.name if isinstance(node, ast.ClassDef) else ""
            for member in members:
                if isinstance(member, ast.FunctionDef):
                    says = _first_sentence(ast.get_docstring(member))
                    rule = (place.as_posix(), owner, member.name, member.lineno, says)
                    found.append(Rule(*rule, compiled=any(map(_is_compiled, member.decorator_list))))
    return tuple(found)


def _is_compiled(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).partition("(")[0].endswith("compiled")


def _rules() -> list[Rule]:
    """Return the rules: methods of the town's rows, and everything compiled."""
    owners = {(_file_of(kind), kind.__name__) for root, kinds in _families().items() for kind in (root, *kinds)}
    return [one for one in _functions() if one.compiled or (one.file, one.owner) in owners]


def _month() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the headings of ``step`` with the calls below each: (call, first sentence of its docstring)."""
    source = (SOURCE / "model.py").read_text(encoding="utf-8")
    town = next(
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == "MetalSupplyChain"
    )
    step = next(node for node in town.body if isinstance(node, ast.FunctionDef) and node.name == "step")
    lines = source.splitlines()
    headings = [
        (number, lines[number - 1].strip().lstrip("# "))
        for number in range(step.lineno, (step.end_lineno or step.lineno) + 1)
        if lines[number - 1].lstrip().startswith("# ")
    ]
    found: list[tuple[int, str, list[tuple[str, str]]]] = [(step.lineno, "Calendar", [])]
    found += [(number, heading, []) for number, heading in headings]
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
    words = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return words[0] if words else ""


def _named(call: ast.Call) -> str:
    """Write a call as its name, with the word it is told."""
    word = _word(call)
    return ast.unparse(call.func).removeprefix("self.") + (f'("{word}")' if word else "")


def _sentence_of(call: ast.Call) -> str:
    """Return the first sentence of what is called: the moment it names, the one of its module, or the only one."""
    *before, name = ast.unparse(call.func).split(".")
    moments = [one.says for one in _functions() if one.owner == "Policy" and one.name == _word(call)]
    if moments:
        return moments[0]
    known = [one for one in _functions() if one.name == name]
    module = "model" if before == ["self"] else (before[-1] if before else "")
    own = [one for one in known if one.module == module]
    chosen = own or known
    return chosen[0].says if len(chosen) == 1 else ""


# Writing ---------------------------------------------------------------------------------------------------


def _first_sentence(doc: str | None) -> str:
    """Return the first sentence of a docstring, on one line."""
    paragraph = " ".join((doc or "").strip().partition("\n\n")[0].replace("``", "").split())
    end = paragraph.find(". ")
    return paragraph if end < 0 else paragraph[: end + 1]


def _written(value: object) -> str:
    """Write a value as in a scenario file."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _wrapped(words: str, indent: int = 0, hang: int | None = None) -> list[str]:
    """Wrap words, never inside one; ``hang`` is the indent of further lines."""
    first, rest = " " * indent, " " * (indent if hang is None else hang)
    return textwrap.wrap(
        words, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def _table(rows: Sequence[Row], indent: int = 2, widths: Sequence[int] = ()) -> list[str]:
    """Return rows in columns; the last column is wrapped beside the others."""
    if not rows:
        return []
    most = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    wide = [max(pair) for pair in zip(most, widths, strict=False)] if widths else most
    lines = []
    for row in rows:
        head = " " * indent + "".join(word.ljust(width + 2) for word, width in zip(row, wide, strict=False))
        left = len(head)
        last = textwrap.wrap(row[-1], max(30, WIDTH - left), break_long_words=False, break_on_hyphens=False)
        lines.append((head + (last[0] if last else "")).rstrip())
        lines += [" " * left + line for line in last[1:]]
    return lines
