"""Building the town: who is there on the first morning, before the warm-up wears the start away."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.buyers import CLASSES, GOVERNMENT, HOME, HOUSEHOLDS, INDUSTRY, KINDS, Buyer, Link
from sim.cooperatives import Cooperative
from sim.core.compiled import compiled
from sim.core.parameters import month_number
from sim.core.rooms import floats_of
from sim.core.state import Table, row_dtype
from sim.core.streams import draw_normal, draw_uniform, key_of, uniform
from sim.firms import ExternalFirm, Firm, LocalFirm
from sim.government import Government
from sim.listing import lasting_fit, propose
from sim.population import found
from sim.producers import Distributor, Producer
from sim.tally import STATE
from sim.workshops import show_itself

__all__ = ["build_tables", "cluster_state", "mills_of", "open_town", "usual_lengths"]

SPARE = 0.3  # rows kept free for newcomers, as a share of a cluster's usual number
SPARE_ROWS = 8
MOST_FIRST = 40  # most candidates of a first list: longer than any list


def mills_of(scenario: Any) -> NDArray[Any]:
    """Return the mills' own facts, one row a mill, with outage dates as months of the run."""
    table = scenario.table("mill")
    first = month_number(scenario.first_month)
    further = ("outage_from", "outage_to", "retained_share", "added_slots")  # the last two are set by policies only
    mills = np.zeros(table.size, floats_of((*table.dtype.names, *further)))
    for name in table.dtype.names:
        mills[name] = table[name]
    for j, facts in enumerate(scenario.family("mill").values()):
        mills["outage_from"][j] = month_number(facts["outage_from"]) - first + 1
        mills["outage_to"][j] = month_number(facts["outage_to"]) - first + 1
    return mills


def cluster_state(clusters: NDArray[Any], scale: float) -> NDArray[Any]:
    """Return each cluster's range of rows and its running margins; rows stand cluster by cluster."""
    state = np.zeros(clusters.size, STATE)
    row = 0
    for c in range(clusters.size):
        state["first_row"][c] = row
        row += round(clusters["firms"][c] * scale * (1.0 + SPARE)) + SPARE_ROWS
        state["last_row"][c] = row
    return state


def _sizes(number: int, spread: float, key: int) -> NDArray[np.float64]:
    """Return each buyer's part of its kind's demand, lognormal and adding up to 1."""
    sizes = np.exp(spread * draw_normal(key, number))
    return np.asarray(sizes / sizes.sum())


def _buyers(kinds: NDArray[Any], clusters: NDArray[Any], mills: int, scale: float, key: int) -> NDArray[Any]:
    """Return the buyers, kind by kind; a kind with slots never has more than its demand can fill."""
    home = int(np.flatnonzero(clusters["local"])[0])
    outside = np.flatnonzero(clusters["local"] <= 0.0)
    parts = []
    for kind in range(len(KINDS)):
        facts = kinds[kind]
        number = 1 if kind in (HOUSEHOLDS, GOVERNMENT) else max(1, round(facts["number"] * scale))
        if kind == HOME:
            number = outside.size
        rows = np.zeros(number, row_dtype(Buyer))
        rows["kind"], rows["cluster"], rows["mill"], rows["working"] = kind, home, -1, True
        if kind == HOME:
            rows["cluster"] = outside
            rows["usual_t"] = (clusters["home_demand_t"] * clusters["firms"])[outside] * scale
        else:
            rows["usual_t"] = facts["demand_t"] * scale * _sizes(number, facts["spread"], int(key_of(key, kind)))
        rows["slots"] = facts["slots"]
        if facts["slots"] > 0.0 and facts["min_volume_t"] > 0.0:
            with np.errstate(over="ignore"):  # of next to nothing, more places fit than can be counted
                most = np.floor(rows["usual_t"] / facts["min_volume_t"])
            rows["slots"] = np.maximum(1.0, np.minimum(rows["slots"], most))
        if kind == INDUSTRY:
            mill = np.arange(number) % (mills + 1)
            rows["mill"] = np.where(mill == mills, -1, mill)
        parts.append(rows)
    return np.concatenate(parts)


def _links(buyers: NDArray[Any], kinds: NDArray[Any], state: NDArray[Any], places: int) -> NDArray[Any]:
    """Return the places of all lists, open lists first: one place for every row of their cluster, or of the town."""
    last_row = int(state["last_row"][-1])
    rows: list[NDArray[Any]] = []
    at = 0
    for b in np.flatnonzero(np.isin(buyers["kind"], (HOUSEHOLDS, GOVERNMENT, HOME))).tolist():
        public = int(buyers["kind"][b]) == GOVERNMENT
        c = int(buyers["cluster"][b])
        own = np.arange(last_row) if public else np.arange(int(state["first_row"][c]), int(state["last_row"][c]))
        if public:
            state["public_list"] = at
        else:
            state["own_list"][c] = at
        buyers["first_link"][b], buyers["last_link"][b] = at, at + own.size
        at += own.size
        rows.append(own)
    closed = np.flatnonzero(~np.isin(buyers["kind"], (HOUSEHOLDS, GOVERNMENT, HOME)))
    extra = np.where(kinds["shelf_quota"][buyers["kind"][closed]] > 0.0, places, 0)
    ends = at + np.cumsum(buyers["slots"][closed].astype(np.int64) + extra)
    buyers["last_link"][closed] = ends
    buyers["first_link"][closed] = np.concatenate([[at], ends[:-1]])
    links = np.zeros(int(ends[-1]), row_dtype(Link))
    links["firm"] = -1
    links["firm"][:at] = np.concatenate(rows)
    links["open_list"][:at] = True
    for b, more in zip(closed[extra > 0].tolist(), extra[extra > 0].tolist(), strict=True):
        end = int(buyers["last_link"][b])
        links["local_only"][end - more : end] = True
    return links


def build_tables(
    model: Any, scenario: Any, scale: float, clusters: NDArray[Any], state: NDArray[Any]
) -> dict[str, Table]:
    """Return the empty tables of the town: firms, mills, distributors, buyers, government; and the places on lists."""
    mills = scenario.table("mill")
    kinds = scenario.table("buyer")
    buyers = _buyers(kinds, clusters, mills.size, scale, model.luck("town.buyers"))
    links = _links(buyers, kinds, state, model.relief_places)
    firms = np.zeros(int(state["last_row"][-1]), row_dtype(Firm))
    firms["capacity_t"] = firms["workers_fte"] = 1.0
    firms["qualifying_for"] = -1
    for c in range(clusters.size):
        own = slice(int(state["first_row"][c]), int(state["last_row"][c]))
        firms["cluster"][own], firms["local"][own] = c, clusters["local"][c] > 0.0
    producers = np.zeros(mills.size, row_dtype(Producer))
    producers["usual_slots"] = producers["slots"] = np.round(mills["partner_slots"] * scale)
    distributors = np.zeros(clusters.size, row_dtype(Distributor))
    distributors["cluster"] = np.arange(clusters.size)
    government = np.zeros(1, row_dtype(Government))
    cooperatives = np.zeros(2, row_dtype(Cooperative))
    uid = 1
    for rows in (producers, distributors, buyers, government, cooperatives):
        rows["working"] = rows is not cooperatives  # a policy opens them
        rows["uid"] = np.arange(uid, uid + rows.size)
        uid += rows.size
    model.next_uid = uid
    return {
        "producers": Table(model, Producer, producers),
        "firms": Table(model, Firm, firms, _firm_class),
        "distributors": Table(model, Distributor, distributors),
        "buyers": Table(model, Buyer, buyers, _buyer_class),
        "government": Table(model, Government, government),
        "cooperatives": Table(model, Cooperative, cooperatives),
        "links": Table(None, Link, links),
    }


def _firm_class(table: Table, row: int) -> type:
    return LocalFirm if table.rows["local"][row] else ExternalFirm


def _buyer_class(table: Table, row: int) -> type:
    return CLASSES[int(table.rows["kind"][row])]


@compiled
def settle_in(firms, clusters, state, mills, uid, luck, steel_jt_t, books, scale, firms_p):
    """Found the firms of the first morning, grown up and with stocks, cash and a history; return the next identity."""
    p = firms_p[0]
    for c in range(clusters.size):
        first = int(state[c].first_row)
        for i in range(first, first + int(clusters[c].firms * scale + 0.5)):
            firm = firms[i]
            found(firm, i, uid, c, clusters, mills, luck, steel_jt_t, books, p)
            uid += 1
            firm.age_months = -p.start_age_months * math.log(uniform(key_of(luck, 20), i))
            firm.youth = math.exp(-firm.age_months / p.exit_age_months)
            firm.steel_t = p.start_steel * firm.capacity_t
            firm.goods_t = p.goods_buffer * firm.expected_t
            firm.goods_value_jt = firm.goods_t * firm.material_t_t * steel_jt_t
            spread = -math.log(uniform(key_of(luck, 21), i))
            firm.cash_jt = p.town_cash_jt_t * (1.0 + spread) * firm.capacity_t
            firm.equity_jt = firm.cash_jt + firm.steel_t * steel_jt_t + firm.goods_value_jt
            firm.equity_jt += p.machine_jt_t * firm.capacity_t
            show_itself(firm, clusters[c], p)
    return uid


def first_partners(firms: NDArray[Any], producers: NDArray[Any], mills: NDArray[Any], lot: NDArray[np.float64]) -> None:
    """Give each mill its first partners: a lottery among its steel type, outside firms by their share."""
    for j in range(producers.size):
        slots = int(producers["slots"][j])
        outside = round(slots * float(mills["partner_outside"][j]))
        for local, places in ((False, outside), (True, slots - outside)):
            able = firms["working"] & (firms["mill"] == j) & (firms["local"] == local)
            rows = np.flatnonzero(able)
            rows = rows[np.argsort(lot[rows], kind="stable")][:places]
            firms["partner"][rows] = firms["registered"][rows] = True
            producers["partners"][j] += rows.size


@compiled
def first_lists(buyers, kinds, links, firms, luck, fit_luck, found_rows, firms_p, market):
    """Fill the lists of the first morning in proportion to visibility, past the gates of papers, volume and quality."""
    p, m = firms_p[0], market[0]
    for k in range(links.size):
        links[k].reliability = m.reliability_start
    for b in range(buyers.size):
        buyer = buyers[b]
        kind = kinds[buyer.kind]
        for k in range(buyer.first_link, buyer.last_link):
            if links[k].open_list:
                links[k].fit = lasting_fit(b, links[k].firm, fit_luck, m)
        if kind.review_rate > 0.0:
            count = propose(firms, found_rows.size, False, key_of(luck, b), p, found_rows)
            at = buyer.first_link
            for c in range(count):
                firm = firms[found_rows[c]]
                fits = firm.capacity_t >= kind.min_volume_t and firm.quality >= kind.min_quality
                papers = firm.registered or kind.needs_papers <= 0.0
                if fits and papers and at < buyer.last_link and not links[at].local_only:
                    links[at].firm = found_rows[c]
                    links[at].fit = lasting_fit(b, found_rows[c], fit_luck, m)
                    at += 1


def open_town(model: Any) -> None:
    """Settle the firms in, give the mills their partners and the buyers their lists, and set the usual levels."""
    t = model.arg
    steel_jt_t = model.outside.steel_price_jt_t * (1.0 + float(model.clusters["distributor_markup"].mean()))
    model.next_uid = settle_in(
        t.firms, t.clusters, t.state, t.mills, model.next_uid, model.luck("town.firms"), steel_jt_t,
        model.money.books, model.scale, t.firms_p,
    )  # fmt: skip
    firms = model.tables["firms"].rows
    lot = draw_uniform(model.luck("town.partners"), firms.size)
    first_partners(firms, model.tables["producers"].rows, model.mills, lot)
    distributors = model.tables["distributors"].rows
    need_t = firms["working"] * firms["expected_t"] * firms["material_t_t"]
    usual_t = np.bincount(firms["cluster"], weights=need_t, minlength=distributors.size)
    distributors["usual_t"] = np.maximum(model.world["steel.distributor_floor_t"], usual_t)
    distributors["ordered_t"] = distributors["sold_t"] = distributors["usual_t"]
    found_rows = np.zeros(MOST_FIRST, np.int64)
    first_lists(
        t.buyers, t.kinds, t.links, t.firms, model.luck("town.lists"), model.luck("market.fit"), found_rows,
        t.firms_p, t.market_p,
    )  # fmt: skip


def usual_lengths(buyers: NDArray[Any], clusters: NDArray[Any], scale: float) -> NDArray[np.float64]:
    """Return the usual length of each buyer's list, against which a longer list is measured."""
    usual = np.maximum(1.0, buyers["slots"])
    firms = clusters["firms"] * scale
    certified = float((firms * clusters["registered_share"] * clusters["certified_share"]).sum())
    for b in range(buyers.size):
        kind = int(buyers["kind"][b])
        if kind in (HOUSEHOLDS, HOME):
            usual[b] = max(1.0, firms[int(buyers["cluster"][b])])
        elif kind == GOVERNMENT:
            usual[b] = max(1.0, certified)
    return usual
