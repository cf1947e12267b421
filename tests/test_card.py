"""The validation card: its values, its shares, its picture, and the command that writes it."""

import hashlib
import json
import math

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import Scenario, cli
from sim.report import style
from sim.report.language import LANGUAGES, speaker
from sim.report.plots_card import card_files, card_height_in, card_rows, card_title, validation_card
from sim.study import card as study
from sim.study.card import CARD_COLUMNS, SHARES, card_frame, score, shares
from sim.study.card_text import card_table, notes
from sim.study.limits import LIMITS
from sim.study.measures import MEASURES
from sim.study.patterns import LIMITS_KIND, comparisons, left_out, patterns

BY_KEY = {one.key: one for one in patterns()}
SCORED = [one for one in patterns() if one.kind != LIMITS_KIND]


def measured_by_hand(job):
    """Return every pattern's target, nine tenths of a tolerance higher for every seed after the first."""
    ends = {one.key: one.low if math.isfinite(one.low) else one.high for one in SCORED}
    return {key: end + (job.seed - 1) * 0.9 * BY_KEY[key].tolerance for key, end in ends.items()}


def kept(_scenario):
    """Return every limit as kept."""
    return dict.fromkeys(LIMITS, 1.0)


def by_hand(seeds=3, work=measured_by_hand, limits=kept):
    return score(Scenario.load("baseline"), seeds=seeds, work=work, limits=limits)


def test_scores_are_means_over_seeds_with_intervals():
    card = by_hand()
    exits = next(one for one in card.scores if one.pattern.key == "exits_local")
    assert exits.distance == pytest.approx(0.9)
    assert exits.value.mean == pytest.approx(0.101)
    assert exits.value.low < 0.101 < exits.value.high
    assert exits.value.pairs == 3
    assert card.runs["exits_local"].tolist() == pytest.approx([0.083, 0.101, 0.119])
    assert card.runs.index.tolist() == [1, 2, 3]


def off_where(counts):
    """Return a work that meets every target but those that count."""

    def work(job):
        values = measured_by_hand(job)
        for one in SCORED:
            values[one.key] = (one.low if math.isfinite(one.low) else one.high - one.tolerance) + 1e-9 * job.seed
            if counts(one):
                values[one.key] = -1e6 if math.isfinite(one.low) else 1e6
        return values

    return work


def test_missing_every_fitted_target_leaves_the_evidence_whole_and_meeting_them_adds_none():
    by_name = {name: parts for name, _, parts, _ in shares(by_hand(work=off_where(lambda one: not one.held_out)))}
    assert by_name["held out"]["pass"] == by_name["held out, never looked at"]["pass"] == 1.0
    assert by_name["calibration"]["miss"] == 1.0
    by_name = {name: parts for name, _, parts, _ in shares(by_hand(work=off_where(lambda one: one.held_out)))}
    assert by_name["held out"]["miss"] == by_name["held out, never looked at"]["miss"] == 1.0
    assert by_name["calibration"]["pass"] == 1.0


def test_shares_are_by_weight_and_add_up():
    card = by_hand()
    weights = {name: total for name, total, _, _ in shares(card)}
    assert weights["held out"] + weights["calibration"] == weights["all"] == sum(one.weight for one in SCORED)
    assert all(sum(parts.values()) == pytest.approx(1.0) for _, _, parts, _ in shares(card))
    assert "evidence" in SHARES["held out"][1]
    assert all("no evidence" in SHARES[name][1] for name in ("calibration", "all"))


def test_a_limit_that_breaks_is_a_miss_and_changes_no_share():
    whole, broken = by_hand(), by_hand(limits=lambda scenario: kept(scenario) | {"no_steel": 0.0})
    verdicts = {one.pattern.key: one.verdict for one in broken.scores}
    assert verdicts["no_steel"] == "miss"
    assert verdicts["no_demand"] == "pass"
    assert shares(whole) == shares(broken)
    assert "no  " in next(line for line in card_table(broken).splitlines() if "No steel" in line)


def test_the_table_fits_a_screen_and_tells_all(monkeypatch):
    card = by_hand()
    for wide in (80, 100):
        monkeypatch.setenv("COLUMNS", str(wide))
        assert max(map(len, card_table(card).splitlines())) <= wide
    text = card_table(card) + "\n" + notes(card)
    assert max(map(len, text.splitlines())) <= 100
    assert all(one.name in text for one in patterns())
    assert all(name in text for name in left_out())
    assert all(fact["name"] in text for fact in comparisons().values())
    assert f"Of {len(patterns())} patterns: {len(patterns())} pass, 0 near, 0 miss" in text
    lines = card_table(card).splitlines()
    for one in patterns():
        assert any(line.startswith(f"{'*' if one.held_out else ' '} {one.name}") for line in lines), one.name


def test_a_pattern_without_a_value_is_unknown_and_does_not_pass():
    card = by_hand(work=lambda _job: dict.fromkeys(MEASURES, math.nan))
    assert {one.verdict for one in card.scores if one.pattern.kind != LIMITS_KIND} == {"unknown"}
    assert f"{len(SCORED)} unknown" in card_table(card)
    assert card_frame(card)["value"].isna().sum() == len(SCORED)
    assert shares(card)[0][2]["unknown"] == 1.0
    assert card_files(card)["card.svg"].startswith(b"<?xml")


def test_the_frame_has_exactly_its_columns_and_one_row_a_pattern():
    frame = card_frame(by_hand())
    columns = "pattern verdict value low high target tolerance unit weight use source confidence"
    assert " ".join(frame.columns) == columns
    assert tuple(frame.columns) == CARD_COLUMNS
    assert frame["pattern"].tolist() == list(BY_KEY)
    rows = frame.set_index("pattern")
    assert rows.loc[["allotment_outside", "use_local", "exits_local", "no_gap"], "target"].tolist() == [
        *("at least 0.5", "0.45 to 0.7", "0.083", "at most 0.0"),
    ]
    assert rows.loc["exits_local", ["value", "tolerance", "weight"]].tolist() == pytest.approx([0.101, 0.02, 1.5])
    limits = rows.loc[list(LIMITS)]
    assert limits["target"].tolist() == ["yes"] * len(LIMITS)
    assert limits[["low", "high"]].isna().all(axis=None)


# The picture


def scattered(job):
    """Return values near, far and very far from their targets."""
    away = {one.key: 2.0 * (place % 7 - 3 + 0.1 * job.seed) * one.tolerance for place, one in enumerate(SCORED)}
    return {key: value + away[key] for key, value in measured_by_hand(job).items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("work", [measured_by_hand, scattered])
def test_no_label_of_the_picture_overlaps_another_or_leaves_it(work, language):
    card = by_hand(work=work)
    rows = card_rows(card)
    with style.look():
        figure = Figure(figsize=(style.WIDTH_IN, card_height_in(rows)), layout="constrained")
        axes = figure.subplots()
        title = card_title(speaker(language), card)
        assert validation_card(rows, ax=axes, title=title, language=language) is axes
        assert style.overlapping_labels(figure) == []
    assert card_height_in(rows) < 11.0  # a page


def test_verdicts_differ_by_shape_and_use_by_filling():
    rows = card_rows(by_hand(work=scattered))
    axes = validation_card(rows)
    assert isinstance(axes, Axes)
    marks = [line for line in axes.lines if line.get_marker() != "None"]
    assert len(marks) == len(patterns())
    shapes = {verdict: set() for verdict in rows["verdict"]}
    for line, row in zip(marks, rows.itertuples(), strict=True):
        shapes[row.verdict].add(line.get_marker())
        assert (line.get_markerfacecolor() == "white") == (not row.held_out)
    assert len({shape for found in shapes.values() for shape in found}) == len(shapes) == 3
    assert all(len(found) == 1 for found in shapes.values())
    plt.close(axes.figure)


def test_equal_cards_give_equal_pictures():
    assert card_files(by_hand()) == card_files(by_hand())


# The command


@pytest.fixture
def invented(monkeypatch):
    """Let the command measure by hand."""
    options = {**score.__kwdefaults__, "work": measured_by_hand, "limits": kept}
    monkeypatch.setattr(study.score, "__kwdefaults__", options)


def test_the_command_writes_the_card_and_prints_the_table(capsys, invented, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert cli.main(["validate", "--seeds", "3", "--out", str(tmp_path / "here")]) == 0
    files = sorted(one.name for one in (tmp_path / "here").iterdir())
    assert files == ["card.csv", "card.png", "card.svg", "card.txt", "manifest.json", "runs.csv"]
    written = pd.read_csv(tmp_path / "here" / "card.csv", keep_default_na=False)
    assert tuple(written.columns) == CARD_COLUMNS
    assert set(written["verdict"]) == {"pass"}
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seeds"] == 3
    assert manifest["sha256"]["card.csv"] == hashlib.sha256((tmp_path / "here" / "card.csv").read_bytes()).hexdigest()
    said = capsys.readouterr().out
    assert "Scenario baseline, 3 seeds" in said
    assert "held out" in said
    assert said.split("Written to")[0].strip() in (tmp_path / "here" / "card.txt").read_text(encoding="utf-8")


def test_a_card_full_of_misses_is_no_error(invented, monkeypatch, tmp_path):
    study.score.__kwdefaults__["work"] = off_where(lambda _: True)
    assert cli.main(["validate", "--seeds", "2", "--out", str(tmp_path)]) == 0
    assert pd.read_csv(tmp_path / "card.csv")["verdict"].tolist().count("miss") == len(SCORED)


def test_a_read_only_place_is_refused_before_the_runs(capsys):
    assert cli.main(["validate", "--seeds", "2", "--out", "/dev/null/here"]) == 2
    assert capsys.readouterr().err.startswith("/dev/null/here: cannot be written")


@pytest.mark.long
def test_one_worker_and_two_give_the_same():
    world = Scenario.load("baseline")
    one, two = (score(world, seeds=4, workers=workers, limits=kept) for workers in (1, 2))
    assert one.scores == two.scores
    assert one.runs.equals(two.runs)


@pytest.mark.long
@pytest.mark.parametrize("name", ["baseline", "limits/no_demand", "limits/no_steel", "both"])
def test_every_shipped_world_can_be_scored(name):
    card = score(Scenario.load(name), seeds=2)
    assert card_table(card)
    assert card_files(card)
    assert {one.verdict for one in card.scores if one.pattern.kind == LIMITS_KIND} == {"pass"} or "limits" in name
    if name == "baseline":
        assert not [one.pattern.key for one in card.scores if one.verdict == "unknown"]
