"""The month, stage by stage. The stages are read from ``MetalSupplyChain.step`` itself, so that none is forgotten."""

import ast
import inspect
import textwrap
from collections import defaultdict
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import sim.model
from benchmarks.measure import clock
from sim import MetalSupplyChain

__all__ = ["timed_stages"]


def _stages() -> list[tuple[Any, str]]:
    """Return (owner, name) of everything that ``step`` calls: loops of modules, functions, and own methods."""
    found: list[tuple[Any, str]] = []
    tree = ast.parse(textwrap.dedent(inspect.getsource(MetalSupplyChain.step)))
    for call in (node.func for node in ast.walk(tree) if isinstance(node, ast.Call)):
        match call:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                found.append((MetalSupplyChain, name))
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                module = getattr(sim.model, owner, None)
                if isinstance(module, ModuleType):
                    found.append((module, name))
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr=part), attr=name):
                found.append((part, name))
            case ast.Name(id=name) if callable(getattr(sim.model, name, None)):
                found.append((sim.model, name))
    return list(dict.fromkeys(found))


def _label(owner: Any, name: str) -> str:
    if isinstance(owner, str):
        return f"{owner}.{name}"
    if owner is sim.model:
        return name
    return f"{owner.__name__.rpartition('.')[2].replace('MetalSupplyChain', 'model')}.{name}"


@contextmanager
def timed_stages(model: MetalSupplyChain):
    """Time every stage of a model's months while the context lasts; yields stage -> list of seconds."""
    taken: dict[str, list[float]] = defaultdict(list)
    undo = []

    def timed(rule: Any, label: str) -> Any:
        def stage(*args: Any, **kwargs: Any) -> Any:
            start = clock()
            result = rule(*args, **kwargs)
            taken[label].append(clock() - start)
            return result

        return stage

    for owner, name in _stages():
        place = getattr(model, owner) if isinstance(owner, str) else owner
        rule = getattr(place, name)
        undo.append((place, name, rule, name in vars(place)))
        setattr(place, name, timed(rule, _label(owner, name)))
    try:
        yield taken
    finally:
        for place, name, rule, own in reversed(undo):
            if own:
                setattr(place, name, rule)
            else:
                delattr(place, name)
