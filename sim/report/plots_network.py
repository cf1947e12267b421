"""The picture of who may supply whom: firms on the left, the buyers that keep a list on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report.language import Language, speaker
from sim.report.names import BUYERS, place_name
from sim.report.style import LOCAL, MUTED, OUTSIDE, SMALL_PT, axes_or_new

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["LISTS", "supplier_network"]

LISTS = ("stores", "industry", "collectors", "shops")  # buyers with few places, from the top of the picture down
FIRM_X, BUYER_X, GAP, WIDE = 30.0, 74.0, 5.0, 5.0
LINES_X, ROOM = 1.4, 0.14  # ROOM: least part of the height for a group, for the sake of its words


def supplier_network(links: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw every firm on a buyer's list, every buyer that keeps one, and a line for each place.

    Parameters
    ----------
    links
        One row a place on a list: columns ``firm, cluster, local, capacity_t, buyer, kind, usual_t``; as of
        :func:`sim.report.tables_more.supplier_links`.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    from matplotlib.collections import LineCollection

    say = speaker(language)
    ax = axes_or_new(ax, 5.0)
    buyers = links.groupby("buyer", as_index=False).agg(kind=("kind", "first"), usual_t=("usual_t", "first"))
    firms = links.groupby("firm", as_index=False).agg(
        cluster=("cluster", "first"), local=("local", "first"), capacity_t=("capacity_t", "first")
    )
    kinds = [kind for kind in LISTS if kind in set(buyers["kind"])]
    at_buyer = _places(buyers, "kind", kinds, "buyer", BUYER_X, "usual_t")
    # A firm stands near the buyers that list it: fewer lines cross.
    height = links["buyer"].map({one: place[1] for one, place in at_buyer.items()})
    firms["height"] = firms["firm"].map(height.groupby(links["firm"]).mean())
    clusters = sorted(set(firms["cluster"]), key=lambda name: (not _local(firms, name), name))
    at_firm = _places(firms, "cluster", clusters, "firm", FIRM_X, "height")
    for local, colour, line, alpha in ((False, OUTSIDE, (0, (4, 1.5)), 0.5), (True, LOCAL, "-", 0.55)):
        rows = links[links["local"] == local]
        ends = [(at_firm[one], at_buyer[other]) for one, other in zip(rows["firm"], rows["buyer"], strict=True)]
        ax.add_collection(LineCollection(ends, colors=colour, linewidths=0.6, linestyles=[line], alpha=alpha))
    for local, colour, marker in ((False, OUTSIDE, "s"), (True, LOCAL, "o")):
        rows = firms[firms["local"] == local]
        _dots(ax, [at_firm[one] for one in rows["firm"]], 4.0 + 9.0 * rows["capacity_t"] ** 0.5, colour, marker)
    _dots(ax, [at_buyer[one] for one in buyers["buyer"]], 6.0 + 8.0 * buyers["usual_t"] ** 0.5, MUTED, "D")
    for name in clusters:
        own = firms[firms["cluster"] == name]
        share = float((links["cluster"] == name).mean())
        middle = sum(at_firm[one][1] for one in own["firm"]) / len(own)
        words = say.many(
            "{place}\n{firms} firm, {share} % of the places", "{place}\n{firms} firms, {share} % of the places",
            len(own), place=place_name(name), firms=say.number(len(own)), share=say.number(100 * share),
        )  # fmt: skip
        ax.text(FIRM_X - WIDE - 2, middle, words, ha="right", va="center", fontsize=SMALL_PT)
    for kind in kinds:
        own = buyers[buyers["kind"] == kind]
        rows = links[links["kind"] == kind]
        of_local = float(rows["local"].mean())
        middle = sum(at_buyer[one][1] for one in own["buyer"]) / len(own)
        words = say(
            "{kind} ({n})\nplaces: {share} % local",
            kind=say(BUYERS[kind]), n=say.number(len(own)), share=say.number(100 * of_local),
        )  # fmt: skip
        ax.text(BUYER_X + WIDE + 2, middle, words, ha="left", va="center", fontsize=SMALL_PT)
    ax.set_xlim(0, 100)
    ax.set_ylim(-2, 102)
    ax.axis("off")
    ax.set_title(say("Who is on whose list (marks grow with size)"))
    return ax


def _dots(ax: Axes, spots: list[tuple[float, float]], sizes: pd.Series, colour: str, marker: str) -> None:
    """Draw marks of some sizes."""
    across, up = [spot[0] for spot in spots], [spot[1] for spot in spots]
    look: dict[str, Any] = {"c": colour, "marker": marker, "linewidths": 0.4, "edgecolors": "white", "zorder": 3}
    ax.scatter(across, up, s=sizes.tolist(), **look)


def _local(firms: pd.DataFrame, cluster: str) -> bool:
    return bool(firms.loc[firms["cluster"] == cluster, "local"].iloc[0])


def _places(
    rows: pd.DataFrame, group: str, order: list[str], key: str, middle: float, sort: str
) -> dict[Any, tuple[float, float]]:
    """Return where each row's mark stands: groups one below the other, as high as they have members."""
    many = rows[group].value_counts()
    room = 100.0 - GAP * (len(order) - 1)
    weights = {name: max(float(many[name]), ROOM * len(rows)) for name in order}
    tall = {name: room * weight / sum(weights.values()) for name, weight in weights.items()}
    top, found = 100.0, {}
    for name in order:
        own = rows[rows[group] == name].sort_values(sort, ascending=False, kind="stable")
        for rank, one in enumerate(own[key]):
            x = middle + WIDE * LINES_X * ((rank % 3) - 1) / 3 if len(own) > 12 else middle
            found[one] = (x, top - tall[name] * (rank + 0.5) / len(own))
        top -= tall[name] + GAP
    return found
