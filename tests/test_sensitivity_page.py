"""The page on sensitivity: its figures are those of the tables that are shipped beside it."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from sim.scenario import designs
from sim.study.design_file import load_design

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "sensitivity.md").read_text(encoding="utf-8").replace("−", "-")
TABLES = DOCS / "sensitivity"
SHARE = "market_share_local"
INPUTS = {
    "Wage of a hired worker in Cilegon": "cluster_cilegon.wage_jt_fte",
    "Mean skill in Cilegon": "cluster_cilegon.skill",
    "Mean quality in Cilegon": "cluster_cilegon.quality",
    "Mean capacity of a usual firm in Cilegon": "cluster_cilegon.capacity_t",
    "Usual number of firms in Cilegon": "cluster_cilegon.firms",
    "Goods a worker of full skill makes in a month": "firms.output_t_fte",
    "Big stores' liking for imports and factory goods": "buyer_stores.import_pull",
    "Least quality that the gate of big stores asks for": "buyer_stores.min_quality",
    "Chance a month that a big store reviews its list": "buyer_stores.review_rate",
    "An input that does nothing": "dummy",
}


def rows_of(head):
    """Return the cells of the page's table that begins with a heading."""
    lines = PAGE.split(f"| {head} |", 1)[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[: lines.index("")]]


def numbers(text):
    return [float(one.replace(",", "")) for one in re.findall(r"-?[\d.,]*\d", text)]


@pytest.mark.parametrize(
    ("head", "outcome"),
    [
        ("what explains the local share", SHARE),
        ("what explains the effect of `store_access` on it", f"{SHARE}, effect of store_access"),
    ],
)
def test_the_sobol_indices_of_the_page_are_those_of_its_table(head, outcome):
    table = pd.read_csv(TABLES / "sobol.csv")
    known = table[(table["outcome"] == outcome) & (table["index"] == "ST")].set_index("input")
    rows = rows_of(head)
    assert len(rows) > 5
    for words, value, ends in rows:
        row = known.loc[INPUTS[words]]
        assert [*numbers(value), *numbers(ends)] == pytest.approx([row["value"], row["low"], row["high"]], abs=0.0051)
    shown = [known.loc[INPUTS[words], "value"] for words, *_ in rows[:-1]]
    assert shown == sorted(shown, reverse=True)
    assert shown == sorted(known.drop(index="dummy")["value"], reverse=True)[: len(shown)], "the largest, none left out"


def test_the_shares_of_luck_are_those_of_the_table():
    luck = pd.read_csv(TABLES / "sobol.csv").groupby("outcome", sort=False)["noise_share"].first() * 100
    found = [number for row in rows_of("outcome") for cell in row[1:] for number in numbers(cell)]
    assert found == pytest.approx(luck.to_list(), abs=0.51)


@pytest.mark.parametrize("head", ["what moves the local share", "what moves the effect of `store_access` on it"])
def test_the_effects_of_morris_are_those_of_the_table(head):
    name = "local_share" if head.endswith("share") else "access_effect"
    table = 100 * pd.read_csv(TABLES / "morris.csv").set_index("input").sort_values(f"{name}_mu_star", ascending=False)
    for (_, value, ends), (_, row) in zip(rows_of(head), table.iterrows(), strict=False):
        found = [row[f"{name}_mu_star"], max(0.0, row[f"{name}_low"]), row[f"{name}_high"]]
        assert [*numbers(value), *numbers(ends)] == pytest.approx(found, abs=0.051)


def test_the_flips_of_the_page_are_those_of_the_table():
    flips = pd.read_csv(TABLES / "flips.csv")
    flips = flips[flips["column"] == SHARE].sort_values("input", ascending=False)
    rows = sorted(rows_of("number"), key=lambda row: ["Goods", "Wage", "Mean"].index(row[0].split()[0]))
    assert len(rows) == len(flips) == 3
    for row, (_, flip) in zip(rows, flips.iterrows(), strict=True):
        assert row[2:4] == [flip["below"].replace("_", " "), flip["above"].replace("_", " ")]
        assert [*numbers(row[4]), *numbers(row[5])] == pytest.approx(
            [flip["value"], flip["low"], flip["high"]], abs=0.0051
        )
    shares = pd.read_csv(TABLES / "ranking.csv").set_index("column").loc[SHARE]
    told = " ".join(PAGE.split())
    for row in shares.itertuples():
        words = rf"{row.policy.replace('_', ' ')}( is best)? in {100 * row.share:.0f} % \({100 * row.low:.0f} to"
        assert re.search(words, told), row.policy


def test_the_manifest_names_every_table_its_design_and_the_command():
    made = json.loads((TABLES / "manifest.json").read_text())
    tables = [name for one in made.values() for name in one["tables"]]
    assert sorted(tables) == sorted(path.name for path in TABLES.glob("*.csv"))
    for name, one in made.items():
        assert (designs() / f"{name}.toml").is_file()
        assert one["command"].startswith(f"kotabaja sensitivity {name}")
    for name in ("sobol_influential", "ranking_flip"):  # the other takes long to read
        assert made[name]["runs"] == len(load_design(name))
