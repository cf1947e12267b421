"""Building the town: who is there on the first morning, before the warm-up wears the start away."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.buyers import CLASSES, GOVERNMENT, HOME, HOUSEHOLDS, INDUSTRY, KINDS, Buyer, Link
from sim.core.compiled import compiled
from sim.core.parameters import month_number
from sim.core.state import Table, row_dtype
from sim.core.streams import draw_uniform, key_of, normal, uniform
from sim.firms import ExternalFirm, Firm, LocalFirm
from sim.government import Government
from sim.listing import propose
from sim.population import found
from sim.producers import Distributor, Producer
from sim.reckoning import STATE
from sim.workshops import show_itself

__all__ = ["build_tables", "cluster_state", "mills_of", "open_town", "usual_lengths"]

SPARE = 0.3  # rows kept free for newcomers, as a share of a cluster's usual number
SPARE_ROWS = 8


def mills_of(scenario: Any) -> NDArray[Any]:
    """Return the mills' own facts, one row a mill, with outage dates as months of the run."""
    table = scenario.table("mill")
    first = month_number(scenario.first_month)
    dtype = [*[(name, "f8") for name in table.dtype.names], ("outage_from", "f8"), ("outage_to", "f8")]
    mills = np.zeros(table.size, dtype)
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


def _buyers(kinds: NDArray[Any], clusters: NDArray[Any], mills: int, scale: float, key: int) -> NDArray[Any]:
    rows = []
    home = int(np.flatnonzero(clusters["local"])[0])
    for kind, name in enumerate(KINDS):
        facts = kinds[kind]
        if kind == HOME:
            for c in range(clusters.size):
                if not clusters["local"][c]:
                    usual_t = clusters["home_demand_t"][c] * clusters["firms"][c] * scale
                    rows.append((kind, c, -1, usual_t, 0.0))
            continue
        number = 1 if kind in (HOUSEHOLDS, GOVERNMENT) else max(1, round(facts["number"] * scale))
        own = key_of(key, kind)
        sizes = np.array([math.exp(facts["spread"] * normal(own, i)) for i in range(number)])
        total_t = facts["demand_t"] * scale
        for i in range(number):
            usual_t = total_t * sizes[i] / sizes.sum()
            slots = float(facts["slots"])
            if slots > 0.0 and facts["min_volume_t"] > 0.0:
                slots = max(1.0, min(slots, math.floor(usual_t / facts["min_volume_t"])))
            mill = i % (mills + 1) if kind == INDUSTRY else -1
            rows.append((kind, home, -1 if mill == mills else mill, usual_t, slots))
    buyers = np.zeros(len(rows), row_dtype(Buyer))
    for field, values in zip(("kind", "cluster", "mill", "usual_t", "slots"), zip(*rows, strict=True), strict=True):
        buyers[field] = values
    buyers["working"] = True
    return buyers


def _links(buyers: NDArray[Any], kinds: NDArray[Any], state: NDArray[Any], places: int) -> NDArray[Any]:
    """Return the places of all lists, open lists first: one place for every row of their cluster, or of the town."""
    last_row = int(state["last_row"][-1])
    firm_rows: list[NDArray[Any]] = []
    quota: list[NDArray[Any]] = []
    at = 0
    open_first = np.argsort(~np.isin(buyers["kind"], (HOUSEHOLDS, GOVERNMENT, HOME)), kind="stable")
    for b in open_first.tolist():
        kind, c = int(buyers["kind"][b]), int(buyers["cluster"][b])
        if kind in (HOUSEHOLDS, HOME):
            rows = np.arange(int(state["first_row"][c]), int(state["last_row"][c]))
            state["own_list"][c] = at
            only = np.zeros(rows.size, bool)
        elif kind == GOVERNMENT:
            rows = np.arange(last_row)
            state["public_list"] = at
            only = np.zeros(rows.size, bool)
        else:
            extra = places if kinds["shelf_quota"][kind] > 0.0 else 0
            rows = np.full(int(buyers["slots"][b]) + extra, -1)
            only = np.arange(rows.size) >= rows.size - extra
        buyers["first_link"][b], buyers["last_link"][b] = at, at + rows.size
        at += rows.size
        firm_rows.append(rows)
        quota.append(only)
    links = np.zeros(at, row_dtype(Link))
    links["firm"] = np.concatenate(firm_rows)
    links["open_list"] = links["firm"] >= 0
    links["local_only"] = np.concatenate(quota)
    return links


def build_tables(model: Any, scenario: Any, scale: float, clusters: NDArray[Any], state: NDArray[Any]) -> dict[str, Table]:
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
    producers["slots"] = np.round(mills["partner_slots"] * scale)
    distributors = np.zeros(clusters.size, row_dtype(Distributor))
    distributors["cluster"] = np.arange(clusters.size)
    government = np.zeros(1, row_dtype(Government))
    uid = 1
    for rows in (producers, distributors, buyers, government):
        rows["working"] = True
        rows["uid"] = np.arange(uid, uid + rows.size)
        uid += rows.size
    model.next_uid = uid
    return {
        "producers": Table(model, Producer, producers),
        "firms": Table(model, Firm, firms, _firm_class),
        "distributors": Table(model, Distributor, distributors),
        "buyers": Table(model, Buyer, buyers, _buyer_class),
        "government": Table(model, Government, government),
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
    """Give each mill its partners of the first morning: a lottery among its steel type, outside firms by their share."""
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
                links[k].fit = m.fit_sd * normal(key_of(fit_luck, b), links[k].firm)
        if kind.review_rate > 0.0:
            count = propose(firms, found_rows.size, False, key_of(luck, b), p, found_rows)
            at = buyer.first_link
            for c in range(count):
                firm = firms[found_rows[c]]
                fits = firm.capacity_t >= kind.min_volume_t and firm.quality >= kind.min_quality
                papers = firm.registered or kind.needs_papers <= 0.0
                if fits and papers and at < buyer.last_link and not links[at].local_only:
                    links[at].firm = found_rows[c]
                    links[at].fit = m.fit_sd * normal(key_of(fit_luck, b), found_rows[c])
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
    distributors["usual_t"] = np.bincount(firms["cluster"], weights=need_t, minlength=distributors.size)
    distributors["ordered_t"] = distributors["sold_t"] = distributors["usual_t"]
    found_rows = np.zeros(40, np.int64)
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


