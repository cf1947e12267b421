"""The measurement behind docs/policies.md: ``python -m tests.policy_study`` runs it anew, a quarter of an hour on two
cores, and renews the page. Where only words of the page changed, ``python -m tests.policy_page`` is enough.
"""

import argparse
import hashlib
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from sim import Scenario
from sim.policies import catalogue
from sim.study.compare import compare
from sim.study.evidence import evidence_frame
from sim.study.files import Delivery, manifest
from sim.study.pairs import Pairs, default_names
from sim.study.screen import progress_bar

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "policies"
# Coaching one by one for the same money, and in groups of as few firms at a time.
OTHER_FORMS = ("coaching_individual", "coaching_few")
SEEDS = 100
SHARE = "market_share_local"
# What the page tells of each policy; everything else is in the results of `kotabaja compare`.
INDICATORS = {
    *("spending", "shadow_cost", "market_share", "access", "depth", "conversion", "fill", "rescue", "value_added"),
    *("jobs", "sales", "cost_per_job", "cost_per_job_with_shadow", "cost_per_share_point"),
    *("cost_per_share_point_with_shadow", "cost_per_value_added", "cost_per_value_added_with_shadow", "displacement"),
}
PAIR_INDICATORS = (SHARE, "value_added_local_jt", "spending_jt")
MEASURES = ("sales_t", "revenue_jt", "profit_jt", "firms")


def alone():
    """Return the shipped scenario of every policy, and other forms of coaching."""
    others = [Scenario.load(FOLDER / f"{name}.toml") for name in OTHER_FORMS]
    return [*(Scenario.load(f"policies/{name}") for name in catalogue()), *others]


def together(baseline):
    """Return every two of the nine policies that `kotabaja compare --pairs` takes, by their names."""
    shipped = [f"policies/{name}" for name in catalogue()]
    nine = [Scenario.load(name) for name in default_names(shipped)]
    return [one.name for one in nine], {
        (one.name, other.name): one.combined(other, baseline) for one, other in combinations(nine, 2)
    }


def measure(seeds, workers=None):
    """Run it all; return the comparison of single policies, and the pairs."""
    baseline = Scenario.load("baseline")
    names, both = together(baseline)
    with progress_bar("Comparing policies") as progress:
        single = compare(alone(), baseline, seeds, workers=workers, follow_firms=True, progress=progress)
    nine = [one for one in single.scenarios if one.name in names]
    with progress_bar("Comparing pairs") as progress:
        double = compare(list(both.values()), baseline, seeds, workers=workers, progress=progress)
    for one in nine:
        double.columns[one.name], double.means[one.name] = single.columns[one.name], single.means[one.name]
    return single, Pairs(tuple(names), {pair: one.name for pair, one in both.items()}, double)


def shares(single, pairs):
    """Return the local share of every run: one row a seed, one column a scenario."""
    found = {name: single.values(name, SHARE) for name in single.means}
    found |= {name: pairs.comparison.values(name, SHARE) for name in pairs.together.values()}
    return pd.DataFrame({"seed": single.seeds, **found})


def write(single, pairs, folder=FOLDER):
    """Write the tables of the page, and what they were made of."""
    effects, additional, beyond = single.effects, single.additionality, pairs.frame
    own = effects["origin"].isin(["", "local"]) | (effects["indicator"] == "displacement")
    tables = {
        "effects.csv": effects[effects["indicator"].isin(INDICATORS) & own],
        "displacement.csv": single.displacement,
        "additionality.csv": additional[(additional["window"] == "year") & additional["measure"].isin(MEASURES)],
        "evidence.csv": evidence_frame(single),
        "pairs.csv": beyond[beyond["indicator"].isin(PAIR_INDICATORS)],
        "seeds.csv": shares(single, pairs),
    }
    with Delivery(folder) as files:
        for name, table in tables.items():
            files.csv(name, table)
        sums = {
            name: hashlib.sha256(table.to_csv(index=False, lineterminator="\n").encode()).hexdigest()
            for name, table in tables.items()
        }
        facts = {
            "scenarios": {one.name: one.fingerprint for one in (*single.scenarios, *pairs.comparison.scenarios)},
            "against": {single.against.name: single.against.fingerprint},
            "seeds": len(single.seeds),
            "sha256": sums,
        }
        files.json("manifest.json", manifest("python -m tests.policy_study", facts))


def again(names, seeds):
    """Return the local share of some scenarios on some seeds, run anew: one row a seed, one column a scenario."""
    from sim.study.simulate import Job, simulate

    baseline = Scenario.load("baseline")
    known = {one.name: one for one in (baseline, *alone(), *together(baseline)[1].values())}
    rows = []
    for seed in seeds:
        row = []
        for name in names:
            summary = simulate(Job(known[name], seed))
            row.append(summary.means[summary.columns.index(SHARE)])
        rows.append(row)
    return np.array(rows)


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seeds", type=int, default=SEEDS, help="pairs; the shipped tables have 100")
    words.add_argument("--workers", type=int, default=None, help="processes")
    words.add_argument("--out", type=Path, default=FOLDER, help="where the tables go; the page reads docs/policies")
    told = words.parse_args()
    write(*measure(told.seeds, told.workers), told.out)
    if told.out == FOLDER:
        from tests import policy_page

        policy_page.main()


if __name__ == "__main__":
    main()
