"""The map of suppliers: where everybody stands, how wide each flow is drawn, and what each thing is called.

The city's box holds the mills, its distributors, its firms and its buyers; outside stand the rival clusters, the
nearer the more to the left, their home markets, and imports. The browser only draws what is worked out here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.app.network import buyers_of, differing, flows, flows_of_firm, home_of
from sim.buyers import HOME, KINDS
from sim.firms import BOUNDS

if TYPE_CHECKING:
    import pandas as pd

    from sim.app.say import Say
    from sim.app.twin import Twin

__all__ = ["VIEWS", "map_of", "place_name"]

VIEWS = ("town", "other", "difference")
WIDE, HIGH = 1000, 606
CITY = (14, 40, 842, 372)  # left, top, width, height
SHOPFLOOR = (262, 84, 330, 300)
MILL_X, MILL_TOP, MILL_STEP = 96, 118, 78
YARD_Y = 362
BUYER_X, BUYER_TOP, BUYER_STEP, BAR = 690, 112, 53, (124, 18)
OUTSIDE_Y, OUTSIDE_LEFT, OUTSIDE_STEP = 488, 120, 150
IMPORTS = (930, 214)
MILL_LANE, GOODS_LANE, LANE = 422, 399, 3  # where flows to and from outside run along the city's lower edge
WIDEST, THINNEST, LEAST_T = 16.0, 0.8, 0.05
Point = tuple[float, float]


def place_name(name: str) -> str:
    """Return a member of a family as a name: ``krakatau_steel`` is Krakatau Steel."""
    return name.replace("_", " ").title()


def map_of(twin: Twin, say: Say, view: str, month: int, uid: int | None) -> dict[str, Any]:
    """Return everything the browser needs to draw one month.

    Parameters
    ----------
    twin
        The town and the one beside it.
    say
        The page's language.
    view
        ``town``, ``other`` or ``difference``: the town less the other one.
    month
        The month to show, from 1.
    uid
        The firm that is looked at, or None.
    """
    town = twin.other if view == "other" and twin.other is not None else twin.town
    table = flows(town, month)
    compared = view == "difference" and twin.other is not None
    shown = differing(table, flows(twin.other, month)) if compared else table
    place = _places(town, month)
    widest_t = float(shown["tonnes"].abs().max())
    scale = WIDEST / widest_t if widest_t > LEAST_T else 0.0
    own = flows_of_firm(town, uid, month) if uid is not None and not compared else table.iloc[:0]
    firms = _firms(town, say, month)
    chosen = next((firm for firm in firms if firm["uid"] == uid), None)
    if chosen:
        place["firm"] = (chosen["x"], chosen["y"])
    return {
        "size": [WIDE, HIGH],
        "city": CITY,
        "floor": SHOPFLOOR,
        "edges": _edges(shown, place, scale, say, compared) + (_edges(own, place, 0.0, say, False) if chosen else []),
        "nodes": _nodes(town, table, place, say),
        "firms": firms,
        "scale": {"tonnes": say.level(widest_t, "t"), "width": WIDEST if scale else 0},
        "compared": compared,
        "dimmed": chosen is not None,
    }


def _places(town: Any, month: int) -> dict[str, Point]:
    """Return where each end of a flow stands."""
    scenario = town.scenario
    left, top, wide, high = SHOPFLOOR
    mills = list(scenario.family("mill"))
    step = min(MILL_STEP, (YARD_Y - MILL_TOP) / len(mills))
    place: dict[str, Point] = {f"mill:{mill}": (MILL_X, MILL_TOP + j * step) for j, mill in enumerate(mills)}
    clusters = scenario.family("cluster")
    home = home_of(town)
    place |= {f"yard:{home}": (MILL_X, YARD_Y), f"cluster:{home}": (left + wide / 2, top + high / 2)}
    outside = sorted((name for name in clusters if name != home), key=lambda name: clusters[name]["freight_jt_t"])
    step = min(OUTSIDE_STEP, (WIDE - 2 * OUTSIDE_LEFT) / max(1, len(outside) - 1))
    for number, name in enumerate(outside):
        x = OUTSIDE_LEFT + number * step
        place |= {f"cluster:{name}": (x, OUTSIDE_Y), f"yard:{name}": (x - 44, OUTSIDE_Y)}
    for number, kind in enumerate(KINDS[:HOME]):
        place[f"buyer:{kind}"] = (BUYER_X, BUYER_TOP + number * BUYER_STEP)
    return place | {"imports": IMPORTS}


def _firms(town: Any, say: Say, month: int) -> list[dict[str, Any]]:
    """Return the local firms as dots: each keeps its place, and its area grows with its sales."""
    memory = town.memory
    left, top, wide, high = SHOPFLOOR
    gap = math.sqrt(wide * high / max(1, memory.rows.size))
    columns = max(1, int(wide / gap))
    now, working = memory.firms[month - 1], memory.working(month)
    most_t = float(now["sold_t"][working].max(initial=0.0))
    dots = []
    for at in working.tolist():
        row = now[at]
        size = math.sqrt(float(row["sold_t"]) / most_t) if most_t > 0 else 0.0
        bound = BOUNDS[int(row["bound"])]
        dots.append(
            {
                "uid": int(row["uid"]),
                "x": round(left + (at % columns + 0.5) * gap, 1),
                "y": round(top + (at // columns + 0.5) * gap, 1),
                "r": round(gap * (0.14 + 0.36 * size), 1),
                "bound": bound,
                "label": say(
                    "dot", uid=int(row["uid"]), sold=say.level(float(row["sold_t"]), "t"), bound=say(f"bound_{bound}")
                ),
            }
        )
    return dots


def _edges(
    table: pd.DataFrame, place: dict[str, Point], scale: float, say: Say, compared: bool
) -> list[dict[str, Any]]:
    """Return the flows as curves; without a scale they are those of one firm."""
    found = []
    for row in table.itertuples():
        tonnes = float(row.tonnes)
        if abs(tonnes) < LEAST_T or row.source not in place or row.target not in place:
            continue
        kind = ("more" if tonnes > 0 else "less") if compared else str(row.kind)
        amount = say.change(tonnes, "t") if compared else say.level(tonnes, "t")
        width = max(THINNEST, abs(tonnes) * scale) if scale else 2.5
        found.append(
            {
                "path": _curve(str(row.source), str(row.target), place),
                "width": round(width, 1),
                "kind": kind,
                "firm": not scale,
                "label": f"{_name(str(row.source), say)} → {_name(str(row.target), say)}: {amount}",
            }
        )
    return sorted(found, key=lambda edge: -edge["width"])


def _curve(source: str, target: str, place: dict[str, Point]) -> str:
    """Return the path of a flow from its source's edge to its target's."""
    (x0, y0), (x1, y1) = place[source], place[target]
    left, top, wide, high = SHOPFLOOR
    city = (left + wide / 2, top + high / 2)
    if (x1, y1) == city:
        x1, y1 = left - 4, top + high * (0.2 + 0.6 * (y0 - MILL_TOP) / (YARD_Y - MILL_TOP))
    if (x0, y0) == city:
        x0, y0 = left + wide + 4, top + high * (0.15 + 0.7 * (y1 - BUYER_TOP) / (5 * BUYER_STEP))
    if source == "imports":
        return f"M{x0 - 34} {y0} C{x0 - 80} {y0} {x1 + BAR[0] + 60} {y1} {x1 + BAR[0]} {y1}"
    if y0 >= OUTSIDE_Y and y1 >= OUTSIDE_Y:  # from an outside cluster's own distributors
        return f"M{x0:g} {y0:g} L{x1:g} {y1:g}"
    if y1 >= OUTSIDE_Y:  # from a mill, down the left side and along the city's edge, to a cluster outside
        lane = MILL_LANE + LANE * (y0 - MILL_TOP) / MILL_STEP
        end = f"L{x1 - 30:g} {lane:g} C{x1:g} {lane:g} {x1:g} {lane + 20:g} {x1:g} {y1 - 18:g}"
        return f"M{x0 - 60:g} {y0:g} C22 {y0:g} 22 {lane:g} 60 {lane:g} {end}"
    if y0 >= OUTSIDE_Y:  # from an outside cluster, along below the firms, to a buyer of the city
        lane = GOODS_LANE - LANE * (x0 - OUTSIDE_LEFT) / OUTSIDE_STEP
        turn = min(left + wide, x1 - 60)
        aside = x0 + 30 if x0 < turn else x0 - 30
        up = f"M{x0:g} {y0 - 18:g} C{x0:g} {lane + 20:g} {x0:g} {lane:g} {aside:g} {lane:g}"
        return f"{up} L{turn:g} {lane:g} C{x1 - 40:g} {lane:g} {x1 - 70:g} {y1:g} {x1:g} {y1:g}"
    start = x0 + 60 if source.startswith(("mill", "yard")) else x0
    middle = (start + x1) / 2
    return f"M{start:g} {y0:g} C{middle:g} {y0:g} {middle:g} {y1:g} {x1:g} {y1:g}"


def _name(end: str, say: Say) -> str:
    """Return what one end of a flow is called."""
    kind, _, name = end.partition(":")
    if kind == "buyer":
        return say(f"buyer_{name}")
    if kind == "yard":
        return say("distributors_of", place=place_name(name))
    if kind in ("mill", "cluster"):
        return place_name(name)
    return say(kind)


def _nodes(town: Any, table: pd.DataFrame, place: dict[str, Point], say: Say) -> list[dict[str, Any]]:
    """Return everybody but the local firms: name, tonnes, and for buyers where their goods come from."""
    given = table.groupby("source")["tonnes"].sum()
    parts = buyers_of(table)
    most_t = max((float(part.sum()) for kind, part in parts.items() if kind != "home"), default=0.0)
    home = home_of(town)
    found = []
    for end, (x, y) in place.items():
        kind, _, name = end.partition(":")
        node: dict[str, Any] = {"id": end, "kind": kind, "x": x, "y": y, "name": _name(end, say)}
        if kind == "buyer":
            total_t = float(parts[name].sum())
            shares = parts[name] / total_t if total_t > 0 else np.zeros(3)
            longest = BAR[0] * (total_t / most_t if most_t > 0 else 0.0)
            said = zip(("local", "outside", "imports"), shares, strict=True)
            node |= {
                "tonnes": say.level(total_t, "t"),
                "parts": [round(float(share * longest), 1) for share in shares],
                "high": BAR[1],
                "note": ", ".join(f"{say(f'part_{origin}')} {say.level(share, 'share')}" for origin, share in said),
            }
        else:
            tonnes = float(given.get(end, 0.0))
            node["tonnes"] = say.level(tonnes, "t")
            node["home"] = end in (f"cluster:{home}", f"yard:{home}")
            if kind == "cluster" and not node["home"]:
                own = table[table["source"] == end].set_index("target")["tonnes"]
                home_t = float(own.get("buyer:home", 0.0))
                node |= {"r": 18, "tonnes": say("to_city", tonnes=say.level(tonnes - home_t, "t"))}
                node["note"] = say("at_home", tonnes=say.level(home_t, "t"))
        found.append(node)
    return found
