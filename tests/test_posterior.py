"""A posterior of a calibration by pyABC: near the known answer, the same again, and refused without the extra."""

import sys

import numpy as np
import pandas as pd
import pytest

from sim import cli
from sim.errors import UserError
from sim.report.plots_posterior import posterior_files
from sim.study.calibration import calibrate as study
from sim.study.calibration import posterior as weighing
from sim.study.calibration.calibrate import calibrate
from sim.study.calibration.plan_file import load_calibration
from sim.study.calibration.posterior import draw_posterior, middles, misfit, posterior_frame, posterior_text
from sim.study.pools import InProcess
from tests.commands import call
from tests.described import undescribed
from tests.invented_moments import invented
from tests.test_calibration import TINY


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("posterior")
    (folder / "tiny.toml").write_text(TINY)
    options = {"executor": InProcess, "say": lambda _: None, "work": invented}
    return calibrate(load_calibration(folder / "tiny.toml"), folder / "out", workers=1, **options)


@pytest.fixture(scope="module")
def posterior(calibrated):
    return draw_posterior(calibrated, draws=40, most_generations=3, work=invented)


def test_the_posterior_lies_about_the_value_that_the_fact_is_made_with(calibrated, posterior):
    exits = next(one for one in calibrated.calibration.targets if one.key == "exits_local")
    row = middles(posterior).set_index("input").loc["firms.exit_rate"]
    # exits are twelve times the rate, and little luck: the rate is the fact over twelve
    assert row["median"] == pytest.approx(exits.low / 12.0, abs=exits.sd / 12.0)
    assert row["low"] < exits.low / 12.0 < row["high"]
    assert row["width"] < 0.8


def test_every_draw_is_one_that_is_not_ruled_out_and_within_the_last_bound(calibrated, posterior):
    for one in calibrated.waves:
        assert one.wave.keeps(posterior.places, calibrated.calibration.plan.cutoff).all()
    assert posterior.weights.sum() == pytest.approx(1.0)
    assert (posterior.misfits <= posterior.generations["epsilon"].iloc[-1]).all()
    assert posterior.generations["epsilon"].is_monotonic_decreasing


def test_the_same_seed_gives_the_same_posterior_and_leaves_the_common_generator_alone(calibrated, posterior):
    np.random.seed(5)  # noqa: NPY002
    first = np.random.random()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    again = draw_posterior(calibrated, draws=40, most_generations=3, work=invented)
    assert np.random.random() == first  # noqa: NPY002
    pd.testing.assert_frame_equal(posterior_frame(posterior), posterior_frame(again), check_exact=True)


def test_a_moment_without_a_value_is_far_away(calibrated):
    moments = {"exits_local": 0.083, "mean_size": float("nan")}
    assert misfit(calibrated.calibration.targets, moments) > 50.0


def test_it_is_written_told_and_drawn(posterior):
    table = posterior_frame(posterior)
    assert list(table) == ["weight", "misfit", "firms.exit_rate", "firms.output_t_fte"]
    assert "posterior, 5-95 %" in posterior_text(posterior)
    for language in ("en", "id"):
        assert set(posterior_files(posterior, language)) == {"posterior.svg", "posterior.png"}


def test_more_runs_than_allowed_end_it_with_a_reason(calibrated, monkeypatch):
    monkeypatch.setattr(weighing, "MOST_RUNS", 30)
    with pytest.raises(UserError, match="more than 30 runs"):
        draw_posterior(calibrated, draws=40, work=invented)


def test_the_command_writes_it_beside_the_members(monkeypatch, tmp_path, capsys):
    options = {"work": invented, "executor": InProcess}
    monkeypatch.setattr(study.calibrate, "__kwdefaults__", {**calibrate.__kwdefaults__, **options})
    small = {**draw_posterior.__kwdefaults__, "work": invented}
    monkeypatch.setattr(draw_posterior, "__kwdefaults__", small)
    monkeypatch.setattr(draw_posterior, "__defaults__", (20, 2, 0.05))
    (tmp_path / "tiny.toml").write_text(TINY)
    code, out, _ = call(
        capsys, "calibrate", tmp_path / "tiny.toml", "--out", tmp_path / "out", "--workers", 1, "--posterior"
    )
    assert code == 0
    assert "posterior, 5-95 %" in out
    assert {"posterior.csv", "posterior.svg", "members.csv"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert len(pd.read_csv(tmp_path / "out" / "posterior.csv")) == 20
    assert [one for one in undescribed(tmp_path / "out") if not one.startswith("runs/")] == []


def test_without_pyabc_the_command_says_what_to_install_before_any_run(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "pyabc", None)
    assert cli.main(["calibrate", "town", "--out", str(tmp_path), "--posterior"]) == 2
    assert "pip install 'kotabaja[abc]'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
