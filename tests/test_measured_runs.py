"""What is measured of a run of a real town."""

import pytest

from sim import Scenario
from sim.errors import UserError
from sim.study.measures import MEASURES
from sim.study.measures.programmes import with_certificates
from sim.study.simulate import Job
from sim.study.watch import FIRM_COLUMNS, watch
from tests.towns import long_interpreted

SHORT = {"time.warm_up_months": 3, "time.observed_months": 2}


def test_a_watched_run_holds_the_observed_months_and_their_firms():
    job = Job(Scenario.load("baseline").changed(SHORT), seed=1)
    run = watch(job)
    assert run.months[["year", "calendar"]].to_numpy().tolist() == [[2023, 6], [2023, 7]]
    per_month = run.local_firms.groupby("month").size().tolist()
    assert per_month == run.months["firms_local"].tolist()
    assert run.local_firms["sold_t"].sum() == pytest.approx(run.months["sales_local_t"].sum(), rel=0.02)
    assert set(run.firms.columns) == {"month", *FIRM_COLUMNS, "places"}
    places = run.local_firms.groupby("month")["places"].sum()
    assert 0 < places.iloc[-1] <= run.months["listings_local"].iloc[-1]


def test_the_lives_of_firms_are_known_from_the_first_month():
    run = watch(Job(Scenario.load("baseline").changed(SHORT), seed=1))
    at_work = [((run.lives["first"] <= month) & (run.lives["last"] >= month)).sum() for month in (4, 5)]
    assert run.ends == 5
    assert at_work == run.months["firms_local"].tolist()


def test_a_run_without_observed_months_is_refused():
    with pytest.raises(UserError, match="no month is left after the warm-up"):
        watch(Job(Scenario.load("baseline").changed(SHORT), seed=1, months=3))


@long_interpreted
def test_approvals_are_counted_in_a_town_with_the_certificate_programme():
    world = Scenario.load("baseline").changed({"time.warm_up_months": 24, "time.observed_months": 24})
    approved = MEASURES["certificate_approval"](watch(Job(world, 3)))
    assert 0.2 < approved < 0.7
    # nobody's file fits: no application is approved, but for the odd certificate that comes by itself
    none = world.changed({"tkdn.fit_share": 0.4, "tkdn.least_points": 40.0})
    assert MEASURES["certificate_approval"](watch(Job(none, 3))) < 0.1


def test_a_programme_in_force_is_taken_as_it_is():
    own = Scenario.load("policies/tkdn")
    assert with_certificates(own) is own
    assert with_certificates(Scenario.load("baseline")).uses[0].levers == own.uses[0].levers
