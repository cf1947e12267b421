"""Worked examples of policies, in ``tests/policies/*.toml``: small enough for an official to check by hand.

An example says in a sentence what happens, and has

``levers``, ``settings``
    The policy's levers (those left out rest), and entries of the register that differ from the baseline.
``calendar_month``, ``purse_jt``, ``staff``
    The month (1 to 12; June when left out), the money in the policy's purse and the firms the staff can handle.
``firms``
    The local firms, one table a firm: the state in which it stands; every other local firm is closed. What is left
    out stands as in the town.
``given``
    Other states before, by table and row: ``given.producers.0.price_jt_t = 9``; buyers also by kind: ``given.stores``.
``moments``
    What is done: moments of the policy (``set_rules``, ``deliver``, ``look_back``, ``end``), or ``month`` once or
    several times, each a whole month of the town with the audit at its end. ``["set_rules", "deliver"]`` when left out.
``arithmetic``
    The working, in words, as an official would write it down.
``expected``
    ``firms`` (one table a firm), ``purse_jt``, ``spent_jt``, ``staff``, ``flows`` (by name [jt], what was given), and
    states by table and row as in ``given``; ``public_season`` (purchases of the month, 1 in an even year); ``rules``:
    ``rules.buyer_stores.min_volume_t`` and so on; and ``gates``: what the first buyer of a kind says to each firm,
    ``gates.stores = ["means", "admitted"]``.
"""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from sim import MetalSupplyChain
from sim.accounts import MONEY
from sim.audit import open_books
from sim.buyers import GATES, KINDS
from sim.listing import refusal
from sim.policies import catalogue
from tests.towns import town

FOLDER = Path(__file__).parent / "policies"
FEWEST = 3
SCALE = 0.1
KEYS = {
    *("name", "levers", "settings", "calendar_month", "purse_jt", "staff", "firms", "given", "moments", "arithmetic"),
    "expected",
}


def _examples():
    for file in sorted(FOLDER.glob("*.toml")):
        for number, example in enumerate(tomllib.loads(file.read_text(encoding="utf-8"))["example"], start=1):
            yield pytest.param(file.stem, example, id=f"{file.stem} {number}")


class Stage:
    """A small town in which one policy acts on a few local firms."""

    def __init__(self, policy, example):
        month = example.get("calendar_month", 6)
        first = f"2024-{month:02d}"
        declared = catalogue()[policy].levers
        chosen = {key: lever.rest for key, lever in declared.items()} | example.get("levers", {})
        keys = {f"policies.{policy}.{key}": value for key, value in chosen.items()}
        dates = {f"policies.{policy}.from": first, f"policies.{policy}.to": "2040-12"}
        settings = {"time.first_observed": first, **example.get("settings", {})}
        scenario = town(scale=SCALE, warm_up=0, observed=12, settings=settings).changed(keys | dates)
        self.model = MetalSupplyChain(scenario, seed=1)
        self.name = policy
        [self.policy] = self.model.office.policies
        self._place(example.get("firms", []))
        self.moments = example.get("moments", ["set_rules", "deliver"])
        if "month" in self.moments:
            self._fill_purse_when_it_opens(example)
        else:
            self.model._begin_month()
            self.model._open_office()
            self._fill_purse(example)
        for place, value in _leaves(example.get("given", {})):
            self._write(place, value)

    def _fill_purse_when_it_opens(self, example):
        office, usual = self.model.office, self.model.office.open_month

        def open_month(month, calendar_month, books):
            usual(month, calendar_month, books)
            if month == 1:
                self._fill_purse(example)

        office.open_month = open_month

    def _place(self, given):
        """Close every local firm but as many as are given, and put those into their state."""
        model = self.model
        firms, links = model.tables["firms"].rows, model.links.rows
        local = np.flatnonzero(firms["working"] & firms["local"])
        self.rows = local[: len(given)]
        closed = local[len(given) :]
        firms["working"][closed] = False
        links["firm"][np.isin(links["firm"], closed) & ~links["open_list"]] = -1
        for row, state in zip(self.rows, given, strict=True):
            for column, value in state.items():
                firms[column][row] = value
            own = firms[row]
            stock_jt = own["steel_t"] * own["steel_cost_jt_t"] + own["goods_value_jt"]
            assets_jt = own["cash_jt"] + own["receivable_jt"] + own["deposit_jt"] + stock_jt
            firms["equity_jt"][row] = assets_jt + model.machine_jt_t * own["capacity_t"] - own["debt_jt"]
        model._count_firms()
        open_books(model)

    def _fill_purse(self, example):
        model, office = self.model, self.model.tables["government"].rows
        if "purse_jt" in example:
            purse = model.office.purses[self.name]
            more_jt = example["purse_jt"] - purse.left_jt
            purse.left_jt += more_jt
            office["cash_jt"] += more_jt
            model.money.books[[flow.name for flow in MONEY].index("city budget"), 1] += more_jt
        if "staff" in example:
            office["staff_left"] = example["staff"]

    def act(self):
        for moment in self.moments:
            if moment == "month":
                self.model.step()
            else:
                getattr(self.policy, moment)(self.model)

    def _write(self, place, value):
        rows, row, column = self._found(place)
        rows[column][row] = value

    def _found(self, place):
        table, *row, column = place
        if table in KINDS:
            buyers = self.model.tables["buyers"].rows
            return buyers, np.flatnonzero(buyers["kind"] == KINDS.index(table))[int(row[0])], column
        return self.model.tables[table].rows, int(row[0]), column

    def found(self, place):
        """Return what stands at a place of ``expected``."""
        model = self.model
        match place:
            case ["firms", row, column]:
                return model.tables["firms"].rows[column][self.rows[int(row)]]
            case ["purse_jt"]:
                return model.office.purses[self.name].left_jt
            case ["spent_jt"]:
                return model.office.purses[self.name].spent_jt
            case ["shadow_jt"]:
                return model.office.purses[self.name].shadow_jt
            case ["staff"]:
                return model.tables["government"].rows["staff_left"][0]
            case ["flows", name]:
                return model.money.books[[flow.name for flow in MONEY].index(name), 0]
            case ["public_season"]:
                return model.public_season
            case ["rules", room, name]:
                return self._rule(room, name)
            case ["gates", kind, row]:
                return self._gate(kind, int(row))
            case _:
                rows, row, column = self._found(place)
                return rows[column][row]

    def _gate(self, kind, row):
        t, number = self.model.arg, KINDS.index(kind)
        b = int(np.flatnonzero(self.model.tables["buyers"].rows["kind"] == number)[0])
        gate = refusal(t.buyers[b], t.firms[int(self.rows[row])], t.kinds[number], 0.0, t.firms_p[0])
        return GATES[gate] if gate >= 0 else "admitted"

    def _rule(self, room, name):
        world, model = self.model.world, self.model
        for prefix, table in (("buyer_", model.kinds), ("cluster_", model.clusters), ("mill_", model.mills)):
            if room.startswith(prefix):
                members = list(world.family(prefix.rstrip("_")))
                return table[name][members.index(room.removeprefix(prefix))]
        return {"firms": model.p_firms, "market": model.p_market, "steel": model.p_steel}[room][name][0]


def _leaves(tree, above=()):
    """Yield (path, value) of every leaf; a list of tables is numbered."""
    items = enumerate(tree) if isinstance(tree, list) else tree.items()
    for key, value in items:
        if isinstance(value, (dict, list)):
            yield from _leaves(value, (*above, str(key)))
        else:
            yield [*above, str(key)], value


def near(value):
    return value if isinstance(value, str) else pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("policy", "example"), list(_examples()))
def test_the_example_works_out_as_its_arithmetic_says(policy, example):
    assert set(example) <= KEYS
    assert example["arithmetic"]
    stage = Stage(policy, example)
    stage.act()
    wanted = {".".join(place): value for place, value in _leaves(example["expected"])}
    assert wanted
    found = {".".join(place): stage.found(place) for place, _ in _leaves(example["expected"])}
    assert found == {place: near(value) for place, value in wanted.items()}


def test_every_policy_has_three_examples_each_named_by_a_sentence():
    names = {}
    for parameter in _examples():
        policy, example = parameter.values
        names.setdefault(policy, []).append(example["name"])
    assert {name: len(names.get(name, [])) >= FEWEST for name in catalogue()} == dict.fromkeys(catalogue(), True)
    every = [name for given in names.values() for name in given]
    assert len(set(every)) == len(every)
    assert all(len(name.split()) > 4 and not name.endswith(".") for name in every)
