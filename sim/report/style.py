"""The look of every figure: colours, line styles, labels that do not overlap, and files with equal bytes.

Colours are Okabe and Ito's, which colour-blind readers can tell apart. Each series also has its own line
style, marker or hatch, so that a grey print says the same as the screen.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.report.language import Language, later

__all__ = [
    "BINDS",
    "SCENARIOS",
    "Series",
    "axes_or_new",
    "date_axis",
    "figure_bytes",
    "label_line_ends",
    "look",
    "number_axis",
    "overlapping_labels",
    "series_of",
    "spread",
]

INK, MUTED, GRID = "#1a1a1a", "#5f6368", "#d9dce0"
LOCAL, OUTSIDE, MILLS, LENS = "#009E73", "#CC79A7", "#8a8f96", "#eef0f2"
SMALL_PT, LABEL_PT = 8.0, 9.0
WIDTH_IN = 7.2


@dataclass(frozen=True)
class Series:
    """How one scenario or one constraint is drawn and called."""

    label: str
    colour: str
    line: Any = "-"
    marker: str = "o"
    hatch: str = ""


SCENARIOS: dict[str, Series] = {
    "baseline": Series(later("No programme"), "#4d4d4d", (0, (1, 1.2)), "o"),
    "training_only": Series(later("Training only"), "#E69F00", (0, (5, 1.5)), "s"),
    "access_only": Series(later("Market access only"), "#0072B2", (0, (5, 1.2, 1, 1.2)), "^"),
    "both": Series(later("Both"), "#D55E00", "-", "o"),
    "interaction": Series(later("Both, less the sum of the two"), "#6a3d7a", "-", "D"),
}

# How scenarios are drawn that have no look of their own, in turn.
OTHERS = (
    ("#009E73", (0, (3, 1.2)), "v"),
    ("#CC79A7", (0, (6, 1.2, 1, 1.2, 1, 1.2)), "P"),
    ("#56B4E9", "-", "X"),
    ("#8a6d00", (0, (1, 0.8)), "*"),
    ("#6a3d7a", (0, (8, 1.5)), "D"),
    ("#4d4d4d", "-", "<"),
)

BINDS: dict[str, Series] = {
    "market": Series(later("Market: too few orders"), "#4f9bc7", hatch=""),
    "steel": Series(later("Steel"), "#bfe3f5", hatch="////"),
    "capacity": Series(later("Machines"), "#efbb54", hatch=""),
    "labour": Series(later("Labour and skill"), "#f6ef9d", hatch="\\\\\\\\"),
    "cash": Series(later("Cash"), "#d594b8", hatch="xxxx"),
    "none": Series(later("Nothing to be made"), "#eceef0", hatch=""),
}


def series_of(names: Iterable[str]) -> dict[str, Series]:
    """Return how each scenario of a table is drawn, in the order in which they are shown.

    Examples
    --------
    >>> looks = series_of(["grant", "both", "baseline", "grant"])
    >>> list(looks), looks["both"].label, looks["grant"].marker
    (['baseline', 'both', 'grant'], 'Both', 'v')
    """
    found = dict.fromkeys(names)
    others = [name for name in found if name not in SCENARIOS]
    looks = {name: SCENARIOS[name] for name in SCENARIOS if name in found}
    return looks | {name: Series(name, *OTHERS[place % len(OTHERS)]) for place, name in enumerate(others)}


RULES: dict[str, Any] = {
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": LABEL_PT,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "axes.titlepad": 10,
    "axes.unicode_minus": True,
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "font.family": ["DejaVu Sans"],
    "font.size": LABEL_PT,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "savefig.facecolor": "white",
    "svg.fonttype": "path",  # letters as shapes: the page looks the same on every machine, without font files
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SMALL_PT,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": SMALL_PT,
}


@contextmanager
def look() -> Iterator[None]:
    """Use the briefing's look inside a ``with`` block; a notebook's own settings come back after it."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(cast(Any, RULES))
        yield
        interactive = mpl.rcParams["interactive"]
    mpl.rcParams["interactive"] = interactive  # pyplot, first loaded in here, turns it on in a notebook


def axes_or_new(ax: Axes | None, height_in: float) -> Axes:
    """Return ``ax``, or new axes as wide as the briefing's page, which a notebook shows by itself."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    _, made = plt.subplots(figsize=(WIDTH_IN, height_in), layout="constrained")
    return made


def date_axis(ax: Axes, first: Any, last: Any, say: Language) -> None:
    """Mark months on the horizontal axis: each year from the first month, or each quarter if few."""
    from matplotlib.dates import MonthLocator, num2date
    from matplotlib.ticker import FuncFormatter

    ax.set_xlim(first, last)
    long = (last - first).days > 500
    ax.xaxis.set_major_locator(MonthLocator(bymonth=first.month) if long else MonthLocator(interval=3))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda day, _: say.month(num2date(day), short=True)))


def number_axis(axis: Axis, say: Language, *, sign: bool = False, pattern: str = "{n}", scale: float = 1.0) -> None:
    """Write an axis's numbers, times ``scale``, as the language does, without needless zeros, in a ``pattern``."""
    from matplotlib.ticker import FuncFormatter

    def written(value: float, _: int) -> str:
        digits = f"{abs(scale * value):.4f}".rstrip("0").partition(".")[2]
        return pattern.format(n=say.number(scale * value, len(digits), sign=sign))

    axis.set_major_formatter(FuncFormatter(written))


def spread(wanted: Sequence[float], gap: float, low: float = -math.inf, high: float = math.inf) -> list[float]:
    """Return positions in the same order, at least ``gap`` apart and as near as can be to those wanted.

    Examples
    --------
    >>> spread([1.0, 1.2, 5.0], gap=1.0)
    [0.6, 1.6, 5.0]
    >>> spread([1.0, 1.2, 5.0], gap=1.0, low=1.0)
    [1.0, 2.0, 5.0]
    """

    def centre_of(members: list[int]) -> float:
        half = gap * (len(members) - 1) / 2
        return max(low + half, min(high - half, sum(wanted[one] for one in members) / len(members)))

    groups: list[list[int]] = []  # from low to high; members of a group touch
    for index in sorted(range(len(wanted)), key=lambda index: wanted[index]):
        members = [index]
        while groups:
            between = gap * (len(groups[-1]) + len(members)) / 2
            if centre_of(groups[-1]) + between <= centre_of(members) + 1e-9 * gap:
                break
            members = groups.pop() + members
        groups.append(members)
    places = [0.0] * len(wanted)
    for members in groups:
        for rank, member in enumerate(members):
            places[member] = round(centre_of(members) + gap * (rank - (len(members) - 1) / 2), 12)
    return places


def label_line_ends(ax: Axes, ends: Sequence[tuple[float, str, str]], pad_points: float = 8) -> list[Text]:
    """Write each (height, text, colour) beside the right edge, moved apart where they would overlap."""
    figure = ax.figure
    assert figure is not None
    figure.draw_without_rendering()  # type: ignore[union-attr]  # the layout must settle before heights are known
    low, high = ax.get_ylim()
    height_pt = ax.get_window_extent().height * 72 / figure.dpi
    lines = max((text.count("\n") + 1 for _, text, _ in ends), default=1)
    gap = 1.25 * lines * LABEL_PT * (high - low) / max(height_pt, 1.0)
    places = spread([end[0] for end in ends], gap, low, high)
    texts: list[Text] = []
    for (height, text, colour), place in zip(ends, places, strict=True):
        texts.append(
            ax.annotate(
                text,
                xy=(1, height),
                xycoords=ax.get_yaxis_transform(),
                xytext=(pad_points + 8, (place - height) * height_pt / (high - low)),
                textcoords="offset points",
                va="center",
                ha="left",
                color=INK,
                annotation_clip=False,
                arrowprops={
                    "arrowstyle": "-",
                    "color": colour,
                    "linewidth": 1.4,
                    "shrinkA": 1,
                    "shrinkB": 1,
                    "relpos": (0, 0.5),
                },
            )
        )
    return texts


def overlapping_labels(figure: Figure) -> list[tuple[str, str]]:
    """Return the pairs of texts in ``figure`` that overlap by more than a hair, and texts that leave it."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    outside = {id(label) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for label in _not_drawn(axis)}
    texts = [
        text
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and id(text) not in outside
    ]
    boxes = [(text.get_text(), Text.get_window_extent(text, renderer).padded(-1.0)) for text in texts]
    edge = figure.bbox
    cut = [
        (words, "the edge of the figure")
        for words, box in boxes
        if box.x0 < edge.x0 - 2 or box.x1 > edge.x1 + 2 or box.y0 < edge.y0 - 2 or box.y1 > edge.y1 + 2
    ]
    return cut + [
        (first, second)
        for index, (first, box) in enumerate(boxes)
        for second, other in boxes[index + 1 :]
        if box.width > 0 and box.overlaps(other)
    ]


def _not_drawn(axis: Any) -> list[Text]:
    """Return the labels of ticks outside an axis's view: matplotlib makes them and never draws them."""
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    if not axis.axes.axison:
        return [tick.label1 for tick in ticks]
    return [tick.label1 for tick in ticks if not low - slack <= tick.get_loc() <= high + slack]


def figure_bytes(figure: Figure, name: str, title: str) -> dict[str, bytes]:
    """Return the figure as ``svg`` and ``png``; equal figures give equal bytes on equal versions."""
    salt = hashlib.blake2b(name.encode(), digest_size=6).hexdigest()
    made = {}
    with mpl.rc_context({"svg.hashsalt": salt}):
        for kind, options in (
            ("svg", {"metadata": {"Date": None, "Creator": None, "Title": title}}),
            ("png", {"metadata": {"Software": None}, "dpi": 200}),
        ):
            stream = BytesIO()
            figure.savefig(stream, format=kind, **options)
            made[kind] = stream.getvalue()
    return made
