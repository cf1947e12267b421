"""What a policy may touch, read from the source of each."""

import ast

import numpy as np
import pytest

from sim import MetalSupplyChain
from sim.policies import catalogue
from tests.each_policy import (
    FILES,
    LAPSING,
    in_force,
)

# What must follow from what firms and buyers do, and may not be written by hand.
OUTCOMES = {
    *("sold_t", "orders_t", "order_t", "output_t", "desired_t", "expected_t", "delivered_t", "first_t", "demand_t"),
    *("first_delivered_t", "first_local_t", "first_external_t", "kept_local_t", "kept_external_t", "unmet_t"),
    *("local_t", "external_t", "imported_t", "revenue_jt", "cost_sold_jt", "receivable_jt", "payable_jt"),
    *("sold_by_kind", "usual_sales", "tally", "chain", "demand_by_kind", "history", "listed", "markup"),
}


def written_names(tree):
    """Yield the names of columns and attributes that a source writes, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "for_this_month":
            for keyword in node.keywords:
                yield f"{keyword.arg}", node.lineno
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if not isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            continue
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Attribute):
                    yield part.attr, node.lineno
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value, node.lineno


@pytest.mark.parametrize("file", [*FILES, FILES[0].parent.parent / "relief.py"], ids=lambda file: file.stem)
def test_a_policy_never_writes_what_must_follow_by_itself(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    wrong = [(name, line) for name, line in written_names(tree) if name in OUTCOMES and file.stem != "relief"]
    wrong += [
        (name, line) for name, line in written_names(tree) if name in OUTCOMES - {"markup"} and file.stem == "relief"
    ]
    assert wrong == []


def test_the_search_for_written_outcomes_finds_them():
    fault = "firms['sold_t'][rows] += 1.0\nfirm.revenue_jt = 2.0\ntown.tally['x'], y = 1, 2\n"
    fault += "town.for_this_month('firms', rows, orders_t=3.0)\n"
    assert {name for name, _ in written_names(ast.parse(fault))} >= {"sold_t", "revenue_jt", "tally", "orders_t"}


@pytest.mark.parametrize("file", [*FILES, FILES[0].parent.parent / "relief.py"], ids=lambda file: file.stem)
def test_what_a_policy_allows_for_a_month_is_set_so_that_it_lapses(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = [name for name, _ in written_names(tree)]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    lent = [word.arg for one in calls if getattr(one.func, "attr", "") == "for_this_month" for word in one.keywords]
    lapsing = {column for columns in LAPSING.values() for column in columns}
    assert set(lent) <= lapsing
    assert [name for name in names if name in lapsing] == lent


def test_a_rule_that_changes_in_mid_run_reaches_prices_posted_before(monkeypatch):
    kind = catalogue()["local_allotment"]
    model = MetalSupplyChain(in_force("local_allotment", 0.0, first="2023-08", last="2025-03"), seed=1)
    market = model.world.room("market")

    def dearer_freight(policy, town):
        town.clusters["freight_jt_t"] += 5.0 * ~(town.clusters["local"] > 0.0)

    monkeypatch.setattr(kind, "set_rules", dearer_freight)
    [policy] = model.office.policies
    while model.month < policy.first:
        model.step()
    firms = model.tables["firms"].rows
    outside = firms[firms["working"] & ~firms["local"] & (firms["age_months"] > 2)]
    freight_jt_t = model.clusters["freight_jt_t"][outside["cluster"]]
    assert (freight_jt_t > 5.0).all()
    dearer = market["price_elasticity"] * np.log(1.0 + freight_jt_t / outside["price_jt_t"])
    np.testing.assert_allclose(outside["pull"], outside["pull_home"] * np.exp(-dearer / market["nest"]), rtol=1e-12)
