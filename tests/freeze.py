"""A few numbers of a few small towns, kept in ``tests/frozen/baseline.csv`` so that results change only on purpose.

``python -m tests.freeze`` renews the file. Do so only for a change that is meant to move results, and say so in
CHANGELOG.md in a line that begins with "Changes results".
"""

from pathlib import Path

import pandas as pd

from tests.towns import run, town

FILE = Path(__file__).parent / "frozen" / "baseline.csv"
INDICATORS = [
    "demand_t",
    "sales_local_t",
    "sales_external_t",
    "market_share_local",
    "access_no_households_local",
    "fill_local",
    "firms_local",
    "firms_external",
    "jobs_local_fte",
    "output_local_t",
    "price_local_jt_t",
    "unit_cost_external_jt_t",
    "quality_local",
    "skill_local",
    "steel_direct_local_t",
    "steel_distributor_local_t",
    "use_local",
    "margin_local",
    "debt_local_jt",
    "cash_external_jt",
    "value_added_local_jt",
    "partners_external",
    "certificates_local",
    "bound_market_local",
    "spending_jt",
]
MONTHS = (6, 12, 24, 36)
SEEDS = (1, 2)


def summary():
    """Return the numbers as they are now: one row a scenario, seed and month."""
    rows = []
    for name in ("baseline", "both"):
        for seed in SEEDS:
            table = run(town(name, scale=0.1, warm_up=12, observed=24), seed).indicators
            for month in MONTHS:
                values = table.loc[month - 1, INDICATORS]
                rows.append({"scenario": name, "seed": seed, "month": month, **values.to_dict()})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    summary().to_csv(FILE, index=False)
    print(f"{FILE} is renewed. Add a line that begins with 'Changes results' to CHANGELOG.md.")
