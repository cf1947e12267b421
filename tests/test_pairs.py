"""Several scenarios at once: two as one, every pair of them, the ranking; and patterns of names."""

import numpy as np
import pytest

from sim import Scenario
from sim.core.events import Event
from sim.errors import UserError
from sim.study.compare import compare
from sim.study.pairs import PAIR_COLUMNS, compare_pairs, pairs_table
from sim.study.ranking import moved_most, ranking, ranking_table
from sim.study.ratios import NEEDED
from sim.study.simulate import Summary
from tests.small_work import Named
from tests.towns import levers, town, with_policy

BASE = town()


def changed(name, settings, base=BASE):
    world = base.changed(settings)
    object.__setattr__(world, "name", name)
    return world


def using(name, policy, base=BASE, **chosen):
    world = with_policy(base, policy, {**levers(policy), **chosen})
    object.__setattr__(world, "name", name)
    return world


# Two scenarios as one


def test_two_scenarios_as_one_have_what_both_change():
    slump = changed("slump", {"firms.wear": 0.01})
    trained = using("trained", "training")
    allotted = using("allotted", "local_allotment")
    both = slump.combined(trained, BASE)
    assert both.name == "slump + trained"
    assert both["firms.wear"] == 0.01
    assert both.uses == trained.uses
    assert both == trained.combined(slump, BASE) == trained.changed({"firms.wear": 0.01})
    assert trained.combined(allotted, BASE).uses == (*trained.uses, *allotted.uses)
    assert trained.combined(trained, BASE) == trained
    assert BASE.combined(trained, BASE) == trained


def test_what_stands_in_the_base_is_there_once():
    base = using("base", "training")
    first, second = using("first", "local_allotment", base), using("second", "store_access", base)
    assert [use.name for use in first.combined(second, base).uses] == ["training", "local_allotment", "store_access"]
    more = using("more", "training", firms_a_cohort=7.0)
    kept = first.combined(more, base)
    assert [(use.name, use.levers.get("firms_a_cohort")) for use in kept.uses] == [
        ("local_allotment", None),
        ("training", 7.0),
    ]


def test_events_are_combined_too():
    tax = Event("firms.energy_jt_t", 1.4, "2023-08", "", "a tax")
    other = Event("firms.energy_jt_t", 1.5, "2023-09", "", "another tax")
    taxed, taxed_more = changed("taxed", {}), changed("taxed_more", {})
    object.__setattr__(taxed, "events", (tax,))
    object.__setattr__(taxed_more, "events", (other,))
    assert taxed.combined(using("trained", "training"), BASE).events == (tax,)
    with pytest.raises(UserError, match=r"events: firms\.energy_jt_t: is set by both"):
        taxed.combined(taxed_more, BASE)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (
            changed("a", {"firms.wear": 0.01}),
            changed("b", {"firms.wear": 0.012}),
            r"a \+ b: firms\.wear: is 0\.01 in one and 0\.012 in the other\. Compare them one by one",
        ),
        (
            using("a", "training"),
            using("b", "training", firms_a_cohort=3),
            r"a \+ b: policies\.training: is set by both, in two ways",
        ),
    ],
)
def test_what_cannot_both_be_true_is_refused(first, second, message):
    with pytest.raises(UserError, match=message):
        first.combined(second, BASE)


def test_towns_with_other_members_do_not_combine():
    other = changed("other", {})
    entries = {address: entry for address, entry in BASE.parameters.items() if not address.startswith("cluster_tegal")}
    object.__setattr__(other, "parameters", entries)
    with pytest.raises(UserError, match="other: has other members or entries than baseline"):
        using("a", "training").combined(other, BASE)


# Every two of them


class Alone(Named):
    """An invented scenario that combines with another."""

    def combined(self, other, _base):
        return Alone(f"{self.name} + {other.name}")


GAIN = {"a": 0.01, "b": 0.02, "c": 0.04, "a + b": 0.05, "a + c": 0.05, "b + c": 0.06}
FACTORS = ("access", "depth", "conversion", "fill", "rescue")
COLUMNS = ("market_share_local", *(f"{name}_local" for name in FACTORS), *sorted(NEEDED - {"market_share_local"}))


def invented(job):
    """Return a run whose share gains by scenario, with luck of the seed and, for two, of the pair."""
    gain = GAIN.get(job.scenario.name, 0.0) + (0.001 * (job.seed - 2) if job.scenario.name == "a + b" else 0.0)
    access = (0.3 + 0.01 * job.seed) * np.exp(gain)
    values = {"market_share_local": 0.2 + 0.01 * job.seed + gain, "access_local": access, "jobs_local_fte": 1000 * gain}
    values |= {"spending_jt": 10.0 if gain else 0.0, "sales_external_t": 100 - 50 * gain}
    values |= {f"{name}_local": 0.5 for name in FACTORS[1:]}
    return Summary(COLUMNS, np.array([values.get(name, 1.0) for name in COLUMNS]))


def test_interactions_are_what_two_do_beyond_their_sum():
    runs = []

    def counted(job):
        runs.append((job.scenario.name, job.seed))
        return invented(job)

    pairs = compare_pairs([Alone("a"), Alone("b"), Alone("c")], Alone("baseline"), seeds=3, work=counted)
    assert len(runs) == len(set(runs)) == 3 * 7  # shared arms are run once
    frame = pairs.frame
    assert tuple(frame.columns) == PAIR_COLUMNS
    share = frame[frame["indicator"] == "market_share_local"]
    assert list(zip(share["first"], share["second"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
    first = share.iloc[0]
    assert first["both"] == pytest.approx(0.05)
    assert (first["first_alone"], first["second_alone"]) == (pytest.approx(0.01), pytest.approx(0.02))
    assert first["interaction"] == pytest.approx(0.02)
    assert first["high"] - first["low"] == pytest.approx(2 * 4.302652729911 * 0.001 / np.sqrt(3))
    assert share.iloc[1]["interaction"] == pytest.approx(0.0, abs=1e-12)
    assert share.iloc[1]["low"] == share.iloc[1]["high"]
    text = pairs_table(pairs).splitlines()
    assert text[0].split() == ["together", "with", "alone", "a", "b", "c"]
    assert text[2].split() == ["b", "+2", "2"]


def test_one_scenario_makes_no_pair():
    with pytest.raises(UserError, match="at least two"):
        compare_pairs([Alone("a")], Alone("baseline"))
    with pytest.raises(UserError, match="Two scenarios are named a"):
        compare_pairs([Alone("a"), Alone("a", "1")], Alone("baseline"))


# The ranking


def test_scenarios_are_ranked_by_their_effect_on_the_local_share(monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr("sim.indicators.catalogue", lambda _scenario: [])
    worlds = [Named("a"), Named("c"), Named("b")]
    found = compare(worlds, Named("baseline"), seeds=3, work=invented)
    assert ranking(found) == ["c", "b", "a"]
    head, *lines, note = ranking_table(found).splitlines()
    assert note.startswith("What is below zero")
    assert head.startswith("scenario  local share, points")
    assert [line.split()[0] for line in lines] == ["c", "b", "a"]
    assert "access +4.1 %" in lines[0]
    assert "+4" in lines[0]
    assert " 3.00 " in lines[0]  # 12 months x 10 jt for 40 jobs
    costs = found.effects.set_index(["scenario", "indicator"])["difference"]
    assert costs["c", "cost_per_job"] == pytest.approx(12 * 10 / 40)
    assert costs["c", "cost_per_share_point"] == pytest.approx(12 * 10 / 4)
    assert costs["c", "cost_per_share_point_with_shadow"] == pytest.approx(12 * 10 / 4)


def test_no_factor_is_named_that_may_not_have_moved():
    assert moved_most({}) == "-"


# Names and patterns


def test_patterns_stand_for_files_and_for_shipped_scenarios(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shipped = [one.name for one in Scenario.load_all(["limits/*"])]
    assert shipped == ["no_demand", "no_steel"]
    assert [one.name for one in Scenario.load_all(["*_only", "both", "t*_only"])] == [
        *("access_only", "training_only", "both"),
    ]
    text = 'base = "baseline.toml"\nreason = "a test"\n'
    for name in ("one", "two"):
        (tmp_path / f"{name}_only.toml").write_text(text)
    assert [one.name for one in Scenario.load_all(["*_only.toml"])] == ["one_only", "two_only"]
    assert [one.name for one in Scenario.load_all([f"{tmp_path}/t*.toml"])] == ["two_only"]
    with pytest.raises(UserError, match=r'"none\*" matches no TOML file\. Shipped are access_only'):
        Scenario.load_all(["none*"])
