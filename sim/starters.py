"""Starts for a scenario or a policy of one's own: small files that work as they are."""

from __future__ import annotations

import re
from pathlib import Path

from sim.errors import UserError
from sim.study.files import Delivery

__all__ = ["new_policy", "new_scenario"]

NAME = re.compile(r"[a-z][a-z0-9_]*")

SCENARIO = """# {title}: say here in a line what this scenario is.

base = "{base}"
reason = "Say why it differs from its base, with sources."

# An entry of the register with another value (kotabaja describe lists them with unit and range):
# [buyer_shops.demand_t]
# value = 100

# A policy in force (kotabaja policies lists them with their levers):
# [[policies.training]]
# from = "2023-06"
# to = "2028-05"
# budget_jt_year = 750
# firms_a_cohort = 25
# target = "lottery"

# A change that comes on a date:
# [[events]]
# key = "firms.energy_jt_t"
# value = 1.8
# from = "2025-01"
# to = "2025-12"
# reason = "assumption: a dear year"
"""

POLICY = '''"""{title}: say in a sentence what it is.

Channel
    Which states, gates, prices, cash or steel it touches; what follows, follows by itself.
Evidence
    What is known of it, with sources.
Cost
    What a unit costs, with its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.policies import Lever, Policy
from sim.policies._programme import apply, grant, help_given, invite, local_firms
from sim.policies._targeting import targeting


class {cls}(Policy):
    """Money for working capital, once a firm: change this into what your policy does."""

    title_en = "{title}"
    title_id = "{title} (IKM)"
    in_report = False
    moves = "cash of the firms that are chosen"
    fades = "as the money is spent"
    evidence = "none yet"
    unit_costs = ("{name}.grant_jt",)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    firms_a_month = Lever("firms", 0, 100, 0, "Firms that may be helped in a month")
    target = targeting()

    def deliver(self, town: Any) -> None:
        """Help firms that no programme has helped, within places, money and staff."""
        cost_jt = town.world["{name}.grant_jt"]
        local = local_firms(town)
        never_helped = local[town.tables["firms"].rows["helped_times"][local] == 0]
        applicants = apply(town, self, never_helped)
        rows: np.ndarray[Any, Any] = invite(town, self, applicants, self.firms_a_month, cost_jt)
        grant(town, self, rows, cost_jt)
        help_given(town, self, rows)
'''

FACT = """
[{name}.grant_jt]
value = 20.0
unit = "jt/firm"
range = [1.0, 100.0]
source = "assumption: an example; name your source"
meaning = "Money for one firm"
"""

USE = """# {title} at a first guess of its size.

base = "baseline.toml"
reason = "Say what the policy is meant to do here, with sources."

[[policies.{name}]]
from = "2023-06"
to = "2028-05"
budget_jt_year = 1000
firms_a_month = 3
target = "lottery"
"""


def new_scenario(name: str, base: str, folder: Path) -> Path:
    """Write a start for a scenario and return its path.

    Raises
    ------
    UserError
        The name is no name, or the file is there already.
    """
    _check(name)
    path = folder / f"{name}.toml"
    if path.name == Path(base).name:
        message = f"{path}: would stand on itself, for its base is {base}. Choose another name."
        raise UserError(message)
    _write(folder, {path: SCENARIO.format(title=_title(name), base=base)})
    return path


def new_policy(name: str, root: Path) -> list[Path]:
    """Write a start for a policy: its file, its fact in the register, and a scenario; return what was written.

    Parameters
    ----------
    name : str
        Small letters, digits and ``_``.
    root : Path
        The folder of a checkout, with ``sim`` and ``scenarios``.

    Raises
    ------
    UserError
        The name is no name or is taken, or ``root`` is no checkout.
    """
    _check(name)
    register = root / "scenarios" / "baseline.toml"
    if not register.is_file():
        message = (
            f"{root}: is no checkout of Kotabaja. A policy is a file of the program: clone it, and install it with -e."
        )
        raise UserError(message)
    words = register.read_text(encoding="utf-8")
    if f"[{name}." in words:
        message = f"{register}: has a room {name} already. Choose another name."
        raise UserError(message)
    policy, use = root / "sim" / "policies" / f"{name}.py", root / "scenarios" / "policies" / f"{name}.toml"
    cls = "".join(part.capitalize() for part in name.split("_"))
    files = {
        policy: POLICY.format(name=name, title=_title(name), cls=cls),
        use: USE.format(name=name, title=_title(name)),
    }
    _write(root, files, {register: words.rstrip("\n") + "\n" + FACT.format(name=name)})
    return [policy, use, register]


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        message = f"{name!r} is no name. Write small letters, digits and _, beginning with a letter."
        raise UserError(message)


def _write(root: Path, new: dict[Path, str], changed: dict[Path, str] | None = None) -> None:
    """Write all files or none; refuse to write over one that should be new."""
    for path in new:
        if path.exists():
            message = f"{path}: is there already. Choose another name, or delete the file."
            raise UserError(message)
    with Delivery(root) as files:
        for path, text in {**new, **(changed or {})}.items():
            files.text(str(path.relative_to(root)), text)
