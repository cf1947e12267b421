"""What rules cost others: estimates held against hand-made cases, other formulas and paired runs."""

import math

import numpy as np
import pytest

from sim import MetalSupplyChain
from sim.buyers import GOVERNMENT, STORES
from sim.policies.procurement import loss
from tests.towns import Planted, long_interpreted, town, with_policy

REST = {"price_preference": 0, "local_preference": 0, "pays_within_months": 4, "late_cut": 0, "evenness": 0}


def close(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=1e-12)


def local_sum(model, column, first=13):
    return model.indicators[column][first:].sum()


# Steel


def test_mills_add_up_what_local_firms_got_and_would_get_by_priority_alone():
    model = MetalSupplyChain(with_policy(town(), "local_allotment", {"reserved_share": 0.5}), seed=1)
    firms, mills, w = model.tables["firms"].rows, model.tables["producers"].rows, model.work
    noted = []

    def note(_town):
        for j in range(mills.size):
            rows, weights = w.waiting[j, : w.waiting_counts[j]], w.weights[j, : w.waiting_counts[j]]
            local, orders_t = firms["local"][rows], firms["backlog_t"][rows] + firms["direct_t"][rows]
            assert mills["delivered_local_t"][j] == close(firms["direct_t"][rows[local]].sum())
            assert mills["short_outside_t"][j] == close(firms["backlog_t"][rows[~local]].sum())
            due = (weights * orders_t)[local].sum() / (weights * orders_t).sum()
            assert mills["due_local"][j] == close(due)
            noted.append(due)

    Planted(model, "look_back", note)
    model.run()
    assert min(noted) >= 0.0
    assert 0.1 < max(noted) < 1.0


@long_interpreted
@pytest.mark.parametrize(
    ("name", "levers", "mills_part"),
    [("local_allotment", {"reserved_share": 0.5}, 0.0), ("retain_steel", {"retained_share": 0.001}, 0.05)],
)
def test_distributors_lose_about_what_paired_runs_say(name, levers, mills_part):
    usual = MetalSupplyChain(town(scale=0.5, observed=24), seed=1).run()
    model = MetalSupplyChain(with_policy(town(scale=0.5, observed=24), name, levers), seed=1).run()
    lost_t = local_sum(usual, "steel_distributor_local_t") - local_sum(model, "steel_distributor_local_t")
    more_t = local_sum(model, "allotment_delivered_t") - local_sum(usual, "allotment_delivered_t")
    price_jt_t = model.indicators["steel_price_jt_t"][13:].mean()
    markup = model.tables["distributors"].rows["markup"][0]
    measured_jt = price_jt_t * (lost_t * markup + more_t * mills_part)
    assert local_sum(model, "shadow_cost_jt") == pytest.approx(measured_jt, rel=0.5)


def test_a_reserve_that_mills_keep_by_themselves_costs_the_rule_nothing():
    own = {f"mill_{mill}.reserved_local_share": 0.5 for mill in ("krakatau_steel", "krakatau_posco", "krakatau_osaka")}
    model = MetalSupplyChain(with_policy(town(settings=own), "local_allotment", {"reserved_share": 0.5}), seed=1).run()
    assert model.indicators["shadow_cost_jt"].sum() == 0.0


def test_mentoring_costs_the_mills_for_the_partners_taken_under_the_rule_only():
    model = MetalSupplyChain(with_policy(town(scale=0.5), "mentor_local", {"local_first": 1.0}), seed=1)
    [policy] = model.office.policies
    firms, effort_jt = model.tables["firms"].rows, model.world["mentor_local.cost_jt_partner"]
    while model.month < policy.first:
        model.step()
    model._begin_month()
    model._open_office()
    local = np.flatnonzero(firms["working"] & firms["local"])
    firms["partner"][local] = False
    old, new = local[:2], local[2:5]
    firms["partner"][old], firms["partner_months"][old] = True, 7.0
    firms["partner"][new], firms["partner_months"][new] = True, 0.0
    firms["direct_t"][local] = 0.0
    policy.set_rules(model)
    policy.look_back(model)
    assert model.office.purses["mentor_local"].shadow_jt == close(3 * effort_jt)
    firms["partner"][new[0]] = False
    firms["partner_months"][new] = 1.0
    policy.set_rules(model)
    policy.look_back(model)
    assert model.office.purses["mentor_local"].shadow_jt == close((3 + 2) * effort_jt), "one partnership has ended"
    policy.end(model)
    policy.look_back(model)
    assert model.office.purses["mentor_local"].shadow_jt == close(5 * effort_jt)


# The city as a buyer


def by_quadrature(value, reserved_share, liking):
    """Return the loss of a buyer with one list and one outside good, added up over its logistic liking."""
    u = (np.arange(200_000) + 0.5) / 200_000
    chance = np.log(u / (1.0 - u))  # utility of the list less that of the outside good, beside its value
    free = np.maximum(value + chance, 0.0)
    ruled = np.where(value + liking + chance > 0.0, value + chance, 0.0)
    return reserved_share * (free - (value + chance)).mean() + (1.0 - reserved_share) * (free - ruled).mean()


@pytest.mark.parametrize("value", [-1.5, 0.0, 0.8])
@pytest.mark.parametrize(("reserved_share", "liking"), [(0.0, 0.9), (0.4, 0.0), (0.5, 0.6)])
def test_the_loss_of_a_buyer_is_what_its_choices_add_up_to(value, reserved_share, liking):
    wanted = by_quadrature(value, reserved_share, liking)
    assert loss(value, reserved_share, liking, 0.0, 0.3, 0.8) == pytest.approx(wanted, rel=1e-3)


def test_the_loss_by_a_local_preference_is_the_surplus_that_a_nested_choice_misses():
    nest, local_share, pull, value = 0.8, 0.3, 0.5, 0.2
    # two firms whose list is worth `value`; utilities before and after the pull
    before = np.array([value + nest * math.log(part) for part in (local_share, 1.0 - local_share)])
    raised = np.array([1.0, 0.0])
    after = before + pull * raised

    def inclusive(u):
        return nest * math.log(np.exp(u / nest).sum())

    def surplus(u):
        return math.log1p(math.exp(inclusive(u)))

    step = 1e-6  # the chance of a choice is the slope of the surplus (Williams-Daly-Zachary)
    chance = (surplus(after + step * raised) - surplus(after - step * raised)) / (2 * step)
    wanted = surplus(before) - (surplus(after) - chance * pull)
    assert loss(value, 0.0, 0.0, pull, local_share, nest) == pytest.approx(wanted, rel=1e-6)


def test_a_stricter_rule_costs_the_city_more():
    strict = [loss(0.3, share, 0.0, 0.0, 0.3, 0.8) for share in (0.0, 0.2, 0.6, 0.9)]
    fond = [loss(0.3, 0.2, liking, 0.0, 0.3, 0.8) for liking in (0.0, 0.3, 0.9)]
    near = [loss(0.3, 0.2, 0.3, pull, 0.3, 0.8) for pull in (0.0, 0.3, 0.9)]
    assert strict[0] == close(0.0)
    for losses in (strict, fond, near):
        assert losses == sorted(losses)
        assert losses[-1] > losses[0]


def test_earlier_payment_costs_the_city_the_interest_on_what_it_bought(monkeypatch):
    # 3 months and half of it late by 1.4 months on average, against 1 month and none late
    scenario = with_policy(town(), "procurement", REST | {"reserved_share": 0, "pays_within_months": 1, "late_cut": 1})
    model, noted = MetalSupplyChain(scenario, seed=1), []
    [policy] = model.office.policies
    usual = policy.look_back

    def look_back(_town):
        firms = model.tables["firms"].rows
        noted.append(float((model.work.sold_by_kind[:, GOVERNMENT] * firms["price_jt_t"]).sum()))
        usual(model)

    monkeypatch.setattr(policy, "look_back", look_back)
    model.run()
    months = 2 + 0.5 * 1.4
    wanted = months * model.world["procurement.cash_rate"] * np.array(noted)
    assert min(noted) > 0.0
    np.testing.assert_allclose(model.indicators["shadow_cost_jt"][-len(noted) :], wanted, rtol=1e-9)


def test_an_even_year_moves_purchases_into_the_first_half_and_changes_no_year():
    model = MetalSupplyChain(with_policy(town(), "procurement", REST | {"reserved_share": 0, "evenness": 1.0}), seed=1)
    [policy] = model.office.policies
    while model.running:
        model.step()
        assert model.public_season == pytest.approx(1.0) if model.month >= policy.first else model.public_season != 1.0


# Stores


def test_what_a_store_loses_by_its_reserved_places_is_what_its_list_was_worth_without_them():
    chosen = {"budget_jt_year": 750, "meetings_a_year": 4, "fee_paid_share": 1.0, "shelf_quota": 2, "target": "lottery"}
    model = MetalSupplyChain(with_policy(town(scale=0.5), "store_access", chosen), seed=1)
    [policy] = model.office.policies
    months = []
    usual = policy.look_back

    def look_back(_town):
        usual(model)
        months.append((model.office.purses["store_access"].shadow_jt, missing_jt(model)))

    policy.look_back = look_back
    model.run()
    found, wanted = np.array(months).T
    assert wanted.sum() > 0.0
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


def missing_jt(model):
    """Return what stores lose beyond their compensation, written out again with numpy."""
    buyers, links, firms = (one.rows for one in (model.tables["buyers"], model.links, model.tables["firms"]))
    m, kind, total = model.p_market[0], model.kinds[STORES], 0.0
    for b in np.flatnonzero(buyers["kind"] == STORES):
        own = links[buyers["first_link"][b] : buyers["last_link"][b]]
        own = own[(own["firm"] >= 0) & firms["working"][own["firm"]]]
        liking = m["reliability_weight"] * (own["reliability"] - 1.0) + own["fit"]
        liking += kind["local_pull"] * firms["local"][own["firm"]]
        pull = firms["pull"][own["firm"]] * np.exp(liking / m["nest"])
        odds = [0.0, 0.0]
        for number, part in enumerate((pull[~own["local_only"]], pull)):
            if part.size:
                value = m["nest"] * np.log(part.mean()) + m["list_value"] * np.log(part.size / model.lengths[b])
                odds[number] = np.exp(value - kind["import_pull"] - model.outside.import_utility)
        worse = (np.log1p(odds[0]) - np.log1p(odds[1])) / m["price_elasticity"]
        lost_jt = worse * buyers["demand_t"][b] * model.outside.import_price_jt_t
        paid_jt = model.world["store_access.cost_jt_place"] * buyers["quota_slots"][b]
        total += max(0.0, lost_jt - paid_jt) if buyers["quota_slots"][b] > 0 else 0.0
    return total
