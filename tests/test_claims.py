"""Studies: comparisons that end when they are precise, effects that hold together, and chances to be better."""

import math
from types import SimpleNamespace

import pytest

from sim.errors import UserError
from sim.study.claims import chances_frame, claims_text, simultaneous_frame
from sim.study.compare import compare
from sim.study.precise import Aim, precision_frame, precision_text
from sim.study.precision import Precision
from tests.small_work import Named, invented_run

BASELINE, TRAINING, ACCESS, BOTH = map(Named, ("baseline", "training", "access", "both"))


def entry(column, indicator, origin, unit, better):
    return SimpleNamespace(column=column, indicator=indicator, origin=origin, unit=unit, better=better)


CATALOGUE = [
    entry("market_share_local", "market_share", "local", "share", "higher"),
    entry("value_added_local_jt", "value_added", "local", "jt", "none"),
    entry("spending_jt", "spending", "", "jt", "lower"),
]


@pytest.fixture(autouse=True)
def invented(monkeypatch):
    """Let three columns be all indicators there are."""
    monkeypatch.setattr("sim.indicators.catalogue", lambda _scenario: CATALOGUE)


def test_a_comparison_ends_when_every_effect_is_precise():
    # Differences 0.011, 0.012, ...: after 10 and 12 pairs the half-width is 14 % and 13 % of the effect.
    found = compare([TRAINING, ACCESS], BASELINE, seeds=3, aim=Aim.of(0.15, floor=0.0), work=invented_run)
    assert found.seeds == tuple(range(1, 13))
    table = precision_frame(found).set_index("scenario")
    assert list(table["pairs"]) == [12, 12]
    assert list(table["reached"]) == [True, True]
    assert table.loc["training", "difference"] == pytest.approx(0.0165)
    assert "half-width within 15 % of the effect" in precision_text(found)
    longer = compare([TRAINING, ACCESS], BASELINE, aim=Aim.of(0.12, floor=0.0), work=invented_run)
    assert len(longer.seeds) in Precision().looks
    assert len(longer.seeds) > 12


def test_a_comparison_that_is_never_precise_ends_at_the_most_and_says_so():
    found = compare([TRAINING], BASELINE, aim=Aim.of(0.001, floor=0.0, most=14), work=invented_run)
    assert len(found.seeds) == 14
    assert precision_frame(found)["reason"].item() == "not precise enough at 14 pairs"


def test_one_worker_and_two_end_at_the_same_pair():
    tables = [
        compare([TRAINING, BOTH], BASELINE, aim=Aim.of(0.15), workers=workers, work=invented_run).effects.to_csv()
        for workers in (1, 2)
    ]
    assert tables[0] == tables[1]


def test_a_column_that_is_not_there_is_refused():
    message = r'^--precision-of: spendin_jt is no column of scenario baseline\. Did you mean "spending_jt"\?'
    with pytest.raises(UserError, match=message):
        compare([TRAINING], BASELINE, aim=Aim.of(0.1, "spendin_jt"), work=invented_run)


def test_effects_that_hold_together_have_two_families_of_which_all_is_wider(monkeypatch):
    monkeypatch.setattr("sim.study.claims.MAIN_COLUMNS", ("market_share_local", "spending_jt"))
    found = compare([TRAINING, ACCESS], BASELINE, seeds=12, work=invented_run)
    table = simultaneous_frame(found)
    assert list(table["family"]) == ["main"] * 4 + ["all"] * 6
    share = table[(table["indicator"] == "market_share") & (table["scenario"] == "training")]
    assert share["difference"].tolist() == pytest.approx([0.0165, 0.0165])
    assert list(share["holds"]) == [True, True]
    widths = (share["high"] - share["low"]).tolist()
    alone = found.effect("training", "market_share_local")
    assert widths[1] >= widths[0] >= alone.high - alone.low
    assert "4 of 4 effects on the indicators of the short tables" in claims_text(found)


def test_few_pairs_have_no_intervals_that_hold_together():
    found = compare([TRAINING], BASELINE, seeds=9, work=invented_run)
    assert found.together["low"].isna().all()
    assert not found.together["holds"].any()
    assert "Intervals that hold together need 10 pairs; there are 9." in claims_text(found)


def test_chances_count_worlds_and_know_which_side_is_better():
    found = compare([TRAINING, ACCESS], BASELINE, seeds=4, work=invented_run)
    table = chances_frame(found)
    assert set(table["indicator"]) == {"market_share", "spending"}  # value added has no better side here
    share = table[table["indicator"] == "market_share"]
    assert list(zip(share["first"], share["second"], strict=True)) == [
        ("training", "access"),
        ("training", "baseline"),
        ("access", "baseline"),
    ]
    assert list(share["chance"]) == [0.0, 1.0, 1.0]
    spending = table[table["indicator"] == "spending"]
    assert list(spending["chance"]) == [0.5, 0.0, 0.0]  # equal, and more than nothing
    assert table["low"].le(table["chance"]).all()
    assert not math.isnan(table["high"].max())
    assert "access" in claims_text(found).splitlines()[2]
