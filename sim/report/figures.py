"""The briefing's figures: which table, which picture, which words, and the files they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sim.report import alt, plots, plots_doubts, tables, words, words_context
from sim.report.language import Language, later
from sim.report.style import BINDS, WIDTH_IN, figure_bytes, look, overlapping_labels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from sim.report.findings import Findings

__all__ = ["FACTOR_LABELS", "RECORDED_COLUMNS", "RELIEF_LABELS", "Picture", "doubts_picture", "pictures"]

COLUMN_IN = 4.2  # a little wider than the column it stands in
FACTOR_LABELS = {
    "access": later("Access: demand of buyers\nwho list a local firm at all"),
    "depth": later("Depth: local firms’ part\nof those supplier lists"),
    "conversion": later("Conversion: orders won\nfor each place on a list"),
    "fill": later("Fill: orders delivered at once"),
    "rescue": later("Rescue: later deliveries,\nwhere others fall short"),
}
FACTOR_NAMES = {
    "access": later("access"),
    "depth": later("depth"),
    "conversion": later("conversion"),
    "fill": later("fill"),
    "rescue": later("rescue"),
}
# Short words for the picture; an easing without them is called by its declared meaning.
RELIEF_LABELS = {
    "steel": later("Steel at the mills’ price"),
    "market": later("A place at one big store each"),
    "capacity": later("More machines"),
    "cash": later("Cash in hand"),
    "skill": later("Skill at the frontier"),
    "papers": later("Vendor papers for all"),
}
# The columns whose months are kept from every run, for the pictures over time and the flows.
RECORDED_COLUMNS = (
    "market_share_local",
    *(f"bound_{name}_local" for name in BINDS),
    *("allotment_t", "shipped_contracts_t", "shipped_elsewhere_t"),
    *(f"steel_{way}_{to}_t" for way in ("direct", "distributor") for to in ("local", "external")),
)


@dataclass
class Picture:
    """One figure: its table, how it is drawn, and the words that go with it."""

    key: str
    title: str
    caption: str
    alternative: str
    table: pd.DataFrame
    draw: Callable[..., Axes]
    height_in: float
    say: Language
    record: str
    width_in: float = WIDTH_IN
    files: dict[str, bytes] = field(default_factory=dict)
    overlaps: list[tuple[str, str]] = field(default_factory=list)

    def make(self) -> Picture:
        """Draw the figure, keep it as SVG and PNG, and note labels that overlap."""
        from matplotlib.figure import Figure

        with look():
            figure = Figure(figsize=(self.width_in, self.height_in), layout="constrained")
            self.draw(self.table, ax=figure.subplots(), language=self.say)
            self.overlaps = overlapping_labels(figure)
            self.files = figure_bytes(figure, self.key, self.title)
        return self


def doubts_picture(say: Language, found: Findings) -> Picture:
    """Return the picture of the draws, as wide as a column of the page; not yet drawn."""
    from sim.report.answer import name_of

    table = tables.draw_table(found.doubts, found.effects, found.drawn)
    labels = {name: name_of(say, found.scenarios[name]).partition(" (")[0] for name in found.drawn}
    table.insert(1, "label", [_folded(labels[name]) for name in table["scenario"]])
    return Picture(
        "draws",
        say("Effects when all assumptions are drawn anew"),
        say(
            "Dots: draws; upright line: their middle; band: the 95 % interval from luck alone, at the assumptions as "
            "they stand."
        ),
        alt.draws(say, table),
        table,
        plots_doubts.effects_in_draws,
        0.95 + 0.36 * len(found.drawn),
        say,
        "D",
        COLUMN_IN,
    )


def _folded(label: str) -> str:
    """Return a long label on two lines."""
    if len(label) <= 20:
        return label
    middle = min(
        (place for place, letter in enumerate(label) if letter == " "), key=lambda at: abs(at - len(label) / 2)
    )
    return label[:middle] + "\n" + label[middle + 1 :]


def pictures(
    say: Language, effects: pd.DataFrame, records: pd.DataFrame, relaxed: pd.DataFrame, first_month: str
) -> dict[str, Picture]:
    """Return the briefing's figures by key, in the order of the page, not yet drawn.

    Parameters
    ----------
    say
        The reader's language.
    effects
        The table of effects with its contrasts.
    records
        The observed months of every run, with :data:`RECORDED_COLUMNS`.
    relaxed
        The relaxation values.
    first_month
        The first simulated month, ``YYYY-MM``.
    """
    share = tables.pick(effects, "market_share", "local")
    share = share[share["scenario"] != "access_less_training"]
    factors = tables.factor_table(effects, {name: say(label) for name, label in FACTOR_LABELS.items()})
    short = factors.assign(label=[say(FACTOR_NAMES[name]) for name in factors["factor"]])
    levels = tables.level_bands(records, "market_share_local", first_month, scale=100)
    changes = tables.change_bands(records, "market_share_local", first_month, scale=100)
    flows = tables.steel_flows(records)
    bound = tables.bound_shares(records, tuple(BINDS), first_month)
    stays = words.find(say, effects, "both", "steel_stays_share", "")
    change_words: dict[str, Any] = {
        "title": later("Change in local firms’ market share, month by month"),
        "quantity": later("Percentage points"),
        "change": True,
    }
    made = [
        Picture(
            "effects",
            say("Change in local firms’ market share"),
            say(
                "Each mark is the mean over pairs of runs with the same luck, with and without the programme; the line "
                "is its 95 % interval. A hollow mark is not clear: its interval includes zero. The last row is the "
                "interaction: what both bring beyond the sum of the two."
            ),
            alt.forest(say, share),
            share,
            plots.effect_forest,
            2.4,
            say,
            "M",
        ),
        Picture(
            "factors",
            say("Which factor of the market share each programme moves"),
            say(
                "The market share is exactly the product of these five factors: access × depth × conversion × fill × "
                "rescue, month by month. Bars show by how many per cent of its own value each factor changes; a hollow "
                "mark is not clear."
            ),
            alt.factors(say, short),
            factors,
            plots.factor_changes,
            4.0,
            say,
            "M",
        ),
        Picture(
            "share_over_time",
            say("Local firms’ market share"),
            say(
                "Mean over all runs and, in the shade, the 95 % interval of that mean. The shades overlap because runs "
                "differ in their luck; the next figure compares runs of the same luck."
            ),
            alt.bands(say, levels, say("per cent of the city’s demand")),
            levels,
            plots.over_time,
            3.1,
            say,
            "T",
        ),
        Picture(
            "change_over_time",
            say("Change in local firms’ market share, month by month"),
            say(
                "Each programme less no programme, run by run with the same luck, with the 95 % band of the mean. "
                "Where the band includes zero, that month shows no clear effect."
            ),
            alt.bands(say, changes, say("percentage points of change"), decimals=2) if len(changes) else "",
            changes,
            partial(plots.over_time, **change_words),
            3.0,
            say,
            "T",
        ),
        Picture(
            "steel_flow",
            say("Where the city’s steel goes"),
            say(
                "{sentences} Without programmes, mean of the observed months. The right half is drawn on a larger "
                "scale; widths compare only within a half.",
                sentences=words_context.steel(say, flows, stays.baseline if stays else None),
            ),
            alt.flows(say, flows),
            flows,
            plots.steel_flow,
            4.0,
            say,
            "T",
        ),
        Picture(
            "relaxation",
            say("What easing one constraint alone is worth"),
            say(
                "Each bar is one experiment: that constraint alone is eased for all local firms, and nothing else. The "
                "line is the 95 % interval; a hatched bar is not clear. The easings differ in size and cost: see the "
                "table."
            ),
            alt.bars(say, relaxed),
            relaxed,
            plots.relaxation_values,
            1.0 + 0.33 * len(relaxed),
            say,
            "E",
        ),
        Picture(
            "bound_over_time",
            say("What stopped local firms from making more, as recorded"),
            say(
                "{sentences} In brackets: the mean of the observed months.",
                sentences=words_context.recorded(say, bound),
            ),
            alt.mix(say, bound),
            bound,
            plots.constraint_mix,
            3.0,
            say,
            "T",
        ),
    ]
    return {one.key: one for one in made if len(one.table)}
