"""The town as a Mesa model: agents when somebody looks, batch runs, the data collector."""

import importlib
import subprocess
import sys

import mesa
import numpy as np
import pytest

import sim
from sim import ExternalFirm, Government, LocalFirm, MetalSupplyChain, Producer, Retailer, Scenario
from sim.core.state import RowAgent, column
from sim.errors import AuditError, UserError
from tests.towns import ROOT, everything, run, town, unlike, with_every_policy

NEW_BATCH_RUN = tuple(int(part) for part in mesa.__version__.split(".")[:2]) >= (3, 5)


@pytest.fixture
def model():
    model = MetalSupplyChain(town(), seed=1)
    for _ in range(3):
        model.step()
    return model


@pytest.fixture
def scenario_file(tmp_path):
    path = tmp_path / "small.toml"
    lines = ['base = "baseline.toml"', 'reason = "a small town for a test"']
    for address, value in {"town.scale": 0.06, "time.warm_up_months": 2, "time.observed_months": 4}.items():
        lines += [f"[{address}]", f"value = {value}"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def working(model, table):
    rows = model.tables[table].rows
    return rows[rows["working"]]


# What the package offers


@pytest.mark.parametrize("name", sim.__all__)
def test_every_name_that_the_package_offers_is_there(name):
    assert getattr(sim, name) is not None
    assert name in dir(sim)


def test_a_name_that_the_package_does_not_offer_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'Trader'"):
        sim.Trader  # noqa: B018


def test_importing_the_package_loads_nothing_heavy():
    code = "import sim, sys; print([name for name in ('numba', 'mesa', 'pandas') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_model_is_a_mesa_model_with_agents_of_its_own_kinds(model):
    assert isinstance(model, mesa.Model)
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    for kind in (LocalFirm, ExternalFirm, Producer, Retailer, Government):
        assert len(model.agents_by_type[kind]) > 0
        assert kind in model.agent_types


# Agents


def test_agents_by_type_are_the_working_rows(model):
    rows = working(model, "firms")
    local, outside = model.agents_by_type[LocalFirm], model.agents_by_type[ExternalFirm]
    assert sorted(firm.unique_id for firm in local) == sorted(rows["uid"][rows["local"]].tolist())
    assert sorted(firm.unique_id for firm in outside) == sorted(rows["uid"][~rows["local"]].tolist())
    ids = [agent.unique_id for agent in model.agents]
    assert len(set(ids)) == len(ids)


def test_agents_can_be_selected_aggregated_and_asked(model):
    rows = working(model, "firms")
    firms = model.agents_by_type[LocalFirm]
    chosen = model.agents.select(lambda agent: isinstance(agent, LocalFirm) and agent.workers_fte > 4.0)
    assert len(chosen) == int((rows["local"] & (rows["workers_fte"] > 4.0)).sum()) > 0
    assert firms.agg("cash_jt", sum) == pytest.approx(rows["cash_jt"][rows["local"]].sum(), rel=1e-12)
    assert firms.get("skill") == [firm.skill for firm in firms]
    assert max(firms.get("capacity_t")) == rows["capacity_t"][rows["local"]].max()


def test_an_agent_shows_its_row_as_it_is_now(model):
    firm = next(iter(model.agents_by_type[LocalFirm]))
    rows = model.tables["firms"].rows
    for name in rows.dtype.names:
        assert getattr(firm, name) == rows[name][firm.row]
    model.step()
    assert firm.output_t == rows["output_t"][firm.row]


def test_what_is_written_to_an_agent_is_written_to_its_row(model):
    firm = next(iter(model.agents_by_type[LocalFirm]))
    firm.motivation = 0.875
    assert model.tables["firms"].rows["motivation"][firm.row] == 0.875
    firms = model.agents_by_type[LocalFirm]
    firms.set("motivation", 0.25)
    assert (working(model, "firms")["motivation"][working(model, "firms")["local"]] == 0.25).all()


def test_a_change_made_through_an_agent_is_felt_by_the_compiled_rules(model):
    usual = run(town(), 1).indicators
    for firm in model.agents_by_type[LocalFirm]:
        firm.skill = 1.2
    model.run()
    assert model.indicators["output_local_t"].iloc[-1] != usual["output_local_t"].iloc[-1]
    assert model.indicators["skill_local"][3] > usual["skill_local"][3]


def test_a_misspelt_attribute_of_an_agent_is_refused(model):
    firm = next(iter(model.agents_by_type[LocalFirm]))
    with pytest.raises(AttributeError, match="LocalFirm has no column 'cash_jr'"):
        firm.cash_jr = 5.0
    with pytest.raises(AttributeError):
        firm.cash_jr  # noqa: B018


def test_a_subclass_cannot_add_a_column_to_the_table_of_its_parent():
    with pytest.raises(TypeError, match="adds columns to the table of its parent"):
        type("Odd", (LocalFirm,), {"__annotations__": {"luck": "float"}, "luck": column("share", "Luck")})


def test_firms_that_close_leave_mesa_and_newcomers_join():
    lively = {"firms.exit_rate": 0.012, "firms.exit_young": 3.0, "firms.entry_rate": 0.015}
    model = MetalSupplyChain(town(scale=0.3, observed=24, settings=lively), seed=1)
    seen = {agent.unique_id: agent for agent in model.agents_by_type[LocalFirm]}
    while model.running:
        model.step()
        now = {agent.unique_id for agent in model.agents_by_type[LocalFirm]}
        rows = working(model, "firms")
        assert now == set(rows["uid"][rows["local"]].tolist())
    assert now - set(seen)
    assert set(seen) - now
    assert model.indicators["entries_local"].sum() >= len(now - set(seen))


def test_a_reused_row_is_another_agent():
    lively = {"firms.exit_rate": 0.012, "firms.exit_young": 3.0, "firms.entry_rate": 0.015}
    model = MetalSupplyChain(town(scale=0.3, observed=36, settings=lively), seed=1)
    owners = {}
    while model.running:
        for agent in model.agents_by_type[LocalFirm]:
            owners.setdefault(agent.row, []).append((agent.unique_id, agent))
        model.step()
    reused = {row: dict(list_) for row, list_ in owners.items() if len({uid for uid, _ in list_}) > 1}
    assert reused
    for agents in reused.values():
        assert len({id(agent) for agent in agents.values()}) == len(agents)


def test_an_agent_that_is_removed_is_gone(model):
    firm = next(iter(model.agents_by_type[LocalFirm]))
    before = len(model.agents)
    firm.remove()
    assert len(model.agents) == before - 1
    assert firm not in model.agents
    assert not model.tables["firms"].rows["working"][firm.row]


def test_removing_a_firm_that_still_holds_something_is_found_by_the_audit(model):
    firm = next(iter(model.agents_by_type[LocalFirm]))
    firm.remove()
    with pytest.raises(AuditError):
        model.step()


# A run that nobody watches


def test_a_run_that_nobody_watches_makes_no_agent(monkeypatch):
    made = []
    monkeypatch.setattr(mesa.Model, "register_agent", lambda _model, agent: made.append(agent))
    model = MetalSupplyChain(town(), seed=1).run()
    assert len(model.indicators) == model.months
    assert made == []
    assert len(model.agents) == 0  # nothing is registered now, but looking does ask for it:
    assert {type(agent) for agent in made} >= {LocalFirm, ExternalFirm, Producer, Retailer, Government}
    assert all(isinstance(agent, RowAgent) for agent in made)


# Running


def test_a_run_ends_after_its_last_month():
    model = MetalSupplyChain(town(warm_up=2, observed=3), seed=1)
    months = []
    while model.running:
        model.step()
        months.append((model.month, model.running))
    assert months == [(1, True), (2, True), (3, True), (4, True), (5, False)]
    with pytest.raises(UserError, match="ended with month 5"):
        model.step()


def test_the_number_of_months_can_be_chosen():
    model = MetalSupplyChain(town(), seed=1, months=4).run()
    assert model.indicators["month"].tolist() == [1, 2, 3, 4]
    assert not model.running


def test_run_returns_the_model_itself():
    model = MetalSupplyChain(town(), seed=1, months=1)
    assert model.run() is model


def test_steps_are_counted_as_mesa_counts_them(model):
    assert model.steps == model.month == 3


# The data collector


def test_the_data_collector_has_the_indicators(model):
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame.equals(model.indicators)
    assert model.datacollector.model_vars["sales_local_t"] == model.indicators["sales_local_t"].tolist()
    assert list(model.datacollector.model_reporters) == list(frame.columns)
    model.datacollector.collect(model)
    assert model.datacollector.get_model_vars_dataframe().equals(frame)


def test_the_indicators_handed_out_are_a_copy(model):
    frame = model.indicators
    frame["sales_local_t"] = 0.0
    assert (model.indicators["sales_local_t"] > 0).all()


def test_the_firms_at_the_end_are_a_table(model):
    frame, rows = model.firms_frame(), working(model, "firms")
    assert len(frame) == len(rows)
    assert frame["uid"].tolist() == rows["uid"].tolist()
    names = list(model.world.family("cluster"))
    assert frame["cluster_name"].tolist() == [names[number] for number in rows["cluster"]]


# Batch runs


@pytest.mark.parametrize("processes", [1, 2])
def test_batch_runs_equal_direct_runs(scenario_file, processes):
    parameters = {"scenario": str(scenario_file)}
    seeds = {"rng": [1, 2]} if NEW_BATCH_RUN else {}
    if not NEW_BATCH_RUN:
        parameters["seed"] = [1, 2]
    rows = mesa.batch_run(MetalSupplyChain, parameters, number_processes=processes, display_progress=False, **seeds)
    direct = {seed: run(Scenario.load(scenario_file), seed).indicators.iloc[-1] for seed in (1, 2)}
    assert len(rows) == 2
    for row in rows:
        for name, value in direct[row["seed"]].items():
            assert row[name] == value, name


def test_batch_runs_can_collect_every_month(scenario_file):
    parameters = {"scenario": str(scenario_file)} | ({} if NEW_BATCH_RUN else {"seed": 2})
    seeds = {"rng": 2} if NEW_BATCH_RUN else {}
    rows = mesa.batch_run(MetalSupplyChain, parameters, data_collection_period=1, display_progress=False, **seeds)
    months = run(Scenario.load(scenario_file), 2).indicators
    assert [row["sales_local_t"] for row in rows] == months["sales_local_t"].tolist()


def test_a_seed_that_is_missing_in_a_batch_run_is_refused_and_explained(scenario_file):
    # from 3.5 on, Mesa puts None in the place of a seed among the parameters
    parameters = {"scenario": str(scenario_file), "seed": [1, 2] if NEW_BATCH_RUN else [None]}
    with pytest.raises(UserError, match="batch_run"):
        mesa.batch_run(MetalSupplyChain, parameters, display_progress=False)


# The same world on any version of Mesa


def test_a_town_is_the_same_whatever_mesa_does_with_its_own_generator(model):
    other = MetalSupplyChain(town(), seed=1)
    other.random.random()
    other.rng.random()
    while other.month < 3:
        other.step()
    assert unlike(everything(other), everything(model)) == []


def test_the_modules_of_the_package_can_be_imported_in_any_order():
    for name in ("sim.indicators", "sim.model", "sim.scenario", "sim.firms"):
        assert importlib.import_module(name).__name__ == name


def test_the_numbers_of_a_model_are_plain_numbers():
    model = MetalSupplyChain(with_every_policy(town()), seed=1).run()
    firm = next(iter(model.agents_by_type[LocalFirm]))
    assert type(firm.cash_jt) is float
    assert type(firm.uid) is int
    assert type(firm.partner) is bool
    assert model.indicators.dtypes.map(lambda kind: kind.kind in "fi").all()
    assert np.issubdtype(model.indicators["month"].dtype, np.integer)


def test_a_model_that_has_not_run_has_every_indicator_and_no_month():
    table = MetalSupplyChain("baseline").indicators
    assert len(table) == 0
    assert "market_share_local" in table.columns
