"""The tables and pictures of docs/policies.md, from the data beside it: ``python -m tests.policy_page`` renews them.

The data are measured by ``python -m tests.policy_study``.
"""

import math
import re

import pandas as pd

from sim.policies import catalogue
from sim.study.intervals import Interval
from sim.study.ranking import FACTORS, with_interval
from tests.policy_study import FOLDER, OTHER_FORMS, SHARE

PAGE = FOLDER.with_suffix(".md")
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
INDIVIDUAL, FEW = OTHER_FORMS
POINTS, YEAR, JT_IN_BILLION = 100.0, 12, 1_000.0
BILLIONS = YEAR / JT_IN_BILLION
PROGRAMME_NUMBERS = ("contrast", "twin", "spill_over", "city")
MEASURES = {"revenue_jt": "sales", "profit_jt": "profit", "return": "profit a month for the money"}


def data(name):
    """Return one of the tables beside the page."""
    return pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=True)


def told(row, scale=1.0, *, signed=True, value="difference"):
    """Write a value and its interval as exactly as the interval is wide; a dash where there is none."""
    if math.isnan(row[value]):
        return "-"
    low, high = (f"{value}_low", f"{value}_high") if f"{value}_low" in row else ("low", "high")
    return with_interval(Interval(row[value], row[low], row[high], 0), scale, signed)


def bracketed(row, scale, places=2, value="difference"):
    """Write a value alone, in brackets where its interval does not exclude zero."""
    text = f"{scale * row[value]:+.{places}f}"
    return text if row["low"] > 0.0 or row["high"] < 0.0 else f"({text})"


def lines(head, rows):
    """Return a table of the page: text to the left, numbers to the right."""
    marks = ["---", *["--:"] * (len(head) - 1)]
    return "".join(f"| {' | '.join(map(str, row))} |\n" for row in (head, marks, *rows))


def effects():
    """Return effects by scenario, indicator and origin."""
    table = data("effects")
    return table.set_index(["scenario", "indicator", table["origin"].fillna("")]).sort_index()


def ranked():
    """Return the fifteen policies, the largest effect on the local share first."""
    found = effects().xs(("market_share", "local"), level=("indicator", "origin"))["difference"]
    return [name for name in found.sort_values(ascending=False, kind="stable").index if name in catalogue()]


def moved_most(known, name):
    """Return the factor of the local share that moves most, and by how much of itself; a dash if none surely moves."""
    sure = {}
    for factor in FACTORS:
        row = known.loc[(name, factor, "local")]
        if row["low"] > 0.0 or row["high"] < 0.0:
            sure[factor] = row["difference"] / row["baseline"]
    best = max(sure, key=lambda factor: abs(sure[factor]), default=None)
    return f"{best} {POINTS * sure[best]:+.2g} %" if best else "-"


def what_each_does():
    """Return the table of all policies: money, share, factor, value added, jobs, the cost of a job."""
    known, rows = effects(), []
    for name in ranked():
        own = known.loc[name]
        local = {one: own.loc[(one, "local")] for one in ("market_share", "value_added", "jobs")}
        spent, others = (BILLIONS * own.loc[(one, ""), "difference"] for one in ("spending", "shadow_cost"))
        dear = own.loc[("cost_per_job_with_shadow", "local")]
        rows.append(
            [
                f"{catalogue()[name].title_en} (`{name}`)",
                f"{spent:.2f}" if spent else "-",
                f"{others:.2f}" if others else "-",
                told(local["market_share"], POINTS),
                moved_most(known, name),
                told(local["value_added"], BILLIONS),
                told(local["jobs"]),
                told(own.loc[("cost_per_job", "local")], signed=False),
                told(dear, signed=False) if others else "the same",
            ]
        )
    head = ["policy", "spends, Rp bn a year", "costs others, Rp bn a year", "local share, points", "factor moved most"]
    head += ["value added, Rp bn a year", "jobs, fte", "a job costs, Rp m a year", "with what it costs others"]
    return lines(head, rows)


def whose_sales():
    """Return the table of displacement: whose sales the gain was, tonnes a month."""
    table = data("displacement").set_index(["scenario", "part"])
    parts = {"helped": 1.0, "other_local": -1.0, "newcomers": -1.0, "external": -1.0, "imports": -1.0}
    rows = []
    for name in ranked():
        cells = [told_or_nothing(table.loc[(name, part)], sign) for part, sign in parts.items()]
        rows.append([f"`{name}`", *cells])
    head = ["t a month", "firms helped", "other local firms", "newcomers and closing firms", "outside firms", "imports"]
    return lines(head, rows)


def told_or_nothing(row, sign):
    """Write a change of sales; nothing where it is nothing in every pair."""
    if row["t"] == row["low"] == row["high"] == 0.0:
        return "0"
    low, high = sorted((sign * row["low"], sign * row["high"]))
    return with_interval(Interval(sign * row["t"], low, high, 0))


def four_numbers():
    """Return what help adds in the year after it by programme, in four numbers, tonnes a month for each firm helped."""
    table = data("additionality")
    table = table[table["measure"] == "sales_t"].set_index(["scenario", "number"])
    helped = [name for name in ranked() if (name, "twin") in table.index]
    rows = []
    for name in helped:
        own = table.loc[name]
        firms = f"{own.loc['twin', 'firms']:.0f}"
        rows.append([f"`{name}`", firms, *(told(own.loc[number], value="value") for number in PROGRAMME_NUMBERS)])
    return lines(["t a month", "firms helped", *(f"`{number}`" for number in PROGRAMME_NUMBERS)], rows)


def beside_experiments():
    """Return every finding beside what the town gives, in per cent."""
    found, more = data("evidence"), data("additionality").set_index(["scenario", "number", "measure"]).sort_index()
    rows = []
    for row in found[~found["scenario"].isin(OTHER_FORMS)].to_dict("records"):
        high = float(row["found_high"])
        span = f"above {row['found_low']:g}" if math.isinf(high) else f"{row['found_low']:g} to {high:g}"
        others = [("spill_over", "city"), ()][row["measure"] == "return"]
        words = [told(more.loc[(row["scenario"], one, row["measure"])], value="percent") for one in others]
        known = [told(row, value=one) for one in ("contrast", "twin")]
        measure = f"`{row['policy']}`, {MEASURES[row['measure']]}"
        rows.append([measure, f"{span} ({row['source'].split(';')[0]}, {row['year']})", *known, *(words or "--")])
    head = ["%", "found", "in-world lottery contrast", "twin", "spill-over on other local firms", "city"]
    return lines(head, rows)


def groups_and_alone():
    """Return coaching in groups beside coaching one by one, for the same money and for as many firms at a time."""
    more, known = data("additionality").set_index(["scenario", "number", "measure"]).sort_index(), effects()
    rows = []
    for name, words in (
        ("coaching", "in groups, sixty firms at a time"),
        (FEW, "in groups, twenty at a time"),
        (INDIVIDUAL, "one by one, twenty at a time"),
    ):
        twin = [more.loc[(name, "twin", one)] for one in ("revenue_jt", "profit_jt")]
        spent = BILLIONS * known.loc[(name, "spending", ""), "difference"]
        share = known.loc[(name, "market_share", "local")]
        firms = f"{twin[0]['firms']:.0f}"
        rows.append([words, f"{spent:.2f}", firms, *(told(one, value="percent") for one in twin), told(share, POINTS)])
    head = ["coaching", "spends, Rp bn a year", "firms coached", "sales of a firm coached, %", "its profit, %"]
    return lines([*head, "local share, points"], rows)


def matrix():
    """Return the interactions of all pairs in the local share, in points; in brackets where zero is not excluded."""
    table = data("pairs")
    table = table[table["indicator"] == SHARE].set_index(["first", "second"])
    names = list(dict.fromkeys([*table.index.get_level_values(0), *table.index.get_level_values(1)]))
    alone = {}
    for (first, second), row in table.iterrows():
        alone |= {first: row["first_alone"], second: row["second_alone"]}
    rows = []
    for place, name in enumerate(names):
        cells = [bracketed(table.loc[(other, name)], POINTS, value="interaction") for other in names[:place]]
        rows.append([f"`{name}`", f"{POINTS * alone[name]:+.2f}", *cells, *[""] * (len(names) - 1 - place)])
    return lines(["together with", "alone", *(f"`{name}`" for name in names[:-1])], rows)


def every_pair():
    """Return every pair with its interval, the most helpful first, and what both spend beyond the sum."""
    table = data("pairs").set_index(["indicator", "first", "second"])
    share, spent = table.loc[SHARE], table.loc["spending_jt"]
    rows = []
    for pair in share.sort_values("interaction", ascending=False, kind="stable").index:
        both = f"{POINTS * share.loc[pair, 'both']:+.2f}"
        names = " and ".join(f"`{name}`" for name in pair)
        beyond = told(share.loc[pair], POINTS, value="interaction")
        rows.append([names, both, beyond, told(spent.loc[pair], YEAR, value="interaction")])
    head = ["two policies", "both, points", "beyond the sum, points", "spent beyond the sum, Rp m a year"]
    return lines(head, rows)


TABLES = {
    "what_each_does": what_each_does,
    "whose_sales": whose_sales,
    "matrix": matrix,
    "every_pair": every_pair,
    "four_numbers": four_numbers,
    "beside_experiments": beside_experiments,
    "groups_and_alone": groups_and_alone,
}


def renewed(text):
    """Return the page with every table as the data have it."""
    return MARKED.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def draw():
    """Draw the pictures of the page: what a policy costs and moves, and what two do together."""
    from sim.report.plots_who import cost_plane, interaction_matrix
    from sim.report.style import figure_bytes, look

    table = data("effects")
    with look():
        for name, plot, own in (
            ("cost", cost_plane, table[table["scenario"].isin(list(catalogue()))]),
            ("pairs", interaction_matrix, data("pairs")),
        ):
            figure = plot(own).figure
            (FOLDER / f"{name}.svg").write_bytes(figure_bytes(figure, name, figure.axes[0].get_title())["svg"])


def main():
    """Renew tables and pictures."""
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    draw()


if __name__ == "__main__":
    main()
