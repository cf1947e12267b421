"""The material centre, the marketing cooperative and credit: their parts worked by hand, and whole runs of each."""

import numpy as np
import pytest

from sim import MetalSupplyChain
from sim.accounts import (
    CAPITAL_RETURNED,
    COOPERATIVE_CAPITAL,
    COOPERATIVE_COSTS,
    COOPERATIVE_FEES,
    COOPERATIVE_PAYOUTS,
    INTEREST,
    INVOICES_FINANCED,
    LOANS,
    MONEY,
    SUBSIDIES,
    TONNES,
)
from sim.buyers import STORES
from sim.cooperatives import BUYING, SELLING, Cooperative, bundle
from sim.core.state import seen
from sim.firms import Firm
from sim.policies.credit import sell_invoices
from sim.population import wind_up
from sim.producers import Producer
from sim.tally import COUNTS
from sim.workshops import plan
from tests.rows import BASELINE, Row, room, tables
from tests.towns import INTERPRETED, elsewhere, everything, run, town, unlike

JOINT = ("material_centre", "marketing_cooperative", "credit")
OTHER_WAY = {"NUMBA_DISABLE_JIT": "0" if INTERPRETED else "1"}
YEARS = 60
every_one = pytest.mark.parametrize("name", JOINT)


def close(value):
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def shipped(name, **settings):
    """Return the shipped scenario of a policy as a small town that lives through the whole programme and after."""
    return town(f"policies/{name}", scale=0.15, warm_up=6, observed=YEARS + 6, settings=settings)


def lived(name, **settings):
    """Run it month by month; return the model, what each flow moved, and what the cooperatives had at each end."""
    model, moved, held = MetalSupplyChain(shipped(name, **settings), seed=1), np.zeros(len(MONEY)), []
    while model.running:
        model.step()  # the audit stops the run if anything leaks
        moved += model.money.books[:, 1]
        held.append(model.tables["cooperatives"].rows.copy())
    return model, moved, held


# Whole runs


@every_one
def test_a_programme_of_five_years_balances_every_month_and_leaves_nothing_behind(name):
    model, _, held = lived(name)
    table = model.indicators
    during = table[6:-6]
    assert (during["spending_jt"] > 0.0).mean() > 0.9
    assert (table["spending_jt"][-6:] == 0.0).all()
    assert np.array([one["cash_jt"] for one in held]).min() > -1e-9
    end, firms = held[-1], model.tables["firms"].rows
    assert [end[column].sum() for column in ("cash_jt", "advances_jt", "capital_jt", "working")] == [close(0.0)] * 4
    for column in ("buys_jointly", "sells_jointly", "financed_share", "shared_volume_t"):
        assert not firms[column].any(), column


@every_one
def test_it_is_the_same_compiled_and_interpreted_to_the_last_bit(name, tmp_path):
    small = {"town.scale": 0.06, "time.warm_up_months": 3, "time.observed_months": 15}
    eager = {"help.take_up_floor": 0.8, "firms.exit_rate": 0.012, "buyer_stores.review_rate": 0.5}
    job = (shipped(name).changed(small | eager | {f"policies.{name}.to": "2024-06"}), 3, None)
    [theirs] = elsewhere([job], tmp_path, **OTHER_WAY)
    ours = run(*job)
    assert unlike(everything(ours), theirs) == []
    assert ours.indicators["helped_local"].max() > 0.0, "the policy was at work"


def test_all_money_of_the_material_centre_is_accounted_for():
    _, moved, held = lived("material_centre")
    paid_in_jt, back_jt = moved[COOPERATIVE_CAPITAL], moved[CAPITAL_RETURNED]
    assert paid_in_jt > 0.0
    assert moved[COOPERATIVE_FEES] > 0.0
    lost_jt = paid_in_jt + moved[COOPERATIVE_FEES] - moved[COOPERATIVE_COSTS] - back_jt
    assert lost_jt == pytest.approx(0.0, abs=0.02 * paid_in_jt), "only advances of firms that closed may be lost"
    assert max(one["capital_jt"][BUYING] for one in held) == close(500.0)
    assert max(one["advances_jt"][BUYING] for one in held) > 0.0


def test_all_money_of_the_marketing_cooperative_is_accounted_for():
    model, moved, _ = lived("marketing_cooperative")
    into, out = moved[COOPERATIVE_FEES], moved[[COOPERATIVE_COSTS, COOPERATIVE_PAYOUTS, CAPITAL_RETURNED]].sum()
    assert into == close(out)
    assert model.indicators["sales_joint_t"].sum() > 0.0
    assert moved[COOPERATIVE_PAYOUTS] > 0.0


def test_credit_lends_takes_back_and_sells_invoices():
    model, moved, _ = lived("credit")
    table = model.indicators
    assert moved[SUBSIDIES] > 0.0
    assert moved[INVOICES_FINANCED] > 0.0
    assert table["subsidised_debt_local_jt"].max() > 0.0
    assert (table["subsidised_debt_local_jt"] <= table["debt_local_jt"] + 1e-9).all()
    assert (table["defaults_subsidised_local_jt"] <= table["defaults_local_jt"] + 1e-9).all()
    assert (table["subsidised_debt_external_jt"] == 0.0).all()


def test_when_the_budget_stops_borrowers_pay_the_whole_interest():
    model = MetalSupplyChain(shipped("credit", **{"policies.credit.to": "2024-06"}), seed=1)
    rates = {}
    while model.running:
        model.step()
        rates[model.month] = float(model.p_firms["interest_kur"][0])
        if model.month == 20:
            kur_jt = float(model.tables["firms"].rows["kur_jt"].sum())
            usual = float(model.money.books[INTEREST, 0])
    rate = BASELINE["firms.interest_kur"]
    assert [rates[month] for month in (6, 7, 19, 20)] == [close(rate), close(0.375 * rate), close(0.375 * rate), rate]
    assert kur_jt > 0.0
    assert usual > kur_jt * rate


def test_money_that_did_not_come_is_not_lent():
    poor, rich = (run(shipped("credit", **{"policies.credit.budget_jt_year": jt}), months=40) for jt in (12, 500))
    lent = [one.indicators["subsidised_debt_local_jt"].max() for one in (poor, rich)]
    assert lent[0] < lent[1]
    assert poor.history.money[:, LOANS, 1].sum() < rich.history.money[:, LOANS, 1].sum()


# Parts


def test_what_members_want_and_can_pay_is_bundled_by_mill_and_shares_the_centres_money():
    p, s = room("firms", family_fte=1.3), room("steel", reorder_share=0.1, prepaid_share=0.5, wage_reserve_share=0.5)
    usual = {"working": True, "buys_jointly": True, "material_t_t": 1.2, "expected_t": 1.0, "cash_jt": 30.0}
    _, firms = tables(
        Firm,
        usual | {"mill": 0, "wanted_steel_t": 1.5},
        usual | {"mill": 0, "wanted_steel_t": 1.0, "backlog_t": 0.4},
        usual | {"mill": 0, "wanted_steel_t": 9.0, "cash_jt": 2.0, "workers_fte": 1.8, "wage_jt_fte": 4.0},
        usual | {"mill": 1, "wanted_steel_t": 1.9},
        usual | {"mill": 1, "wanted_steel_t": 9.0, "buys_jointly": False},
    )
    _, producers = tables(Producer, {"lot_t": 2.0, "price_jt_t": 10.0}, {"lot_t": 2.0, "price_jt_t": 10.0})
    centre, bundled_t = Row(Cooperative, cash_jt=4.4), np.zeros(2)
    bundle(firms, producers, centre.arg, bundled_t, p, s)
    # The third has 2 jt in hand, less half of half a worker's wage of 4: 1 jt, or 0.1 t.
    assert bundled_t.tolist() == [close(1.5 + 0.6 + 0.1), close(1.9)], "2.2 reach the lot of 2 t, 1.9 do not"
    assert centre.advance_share == close(4.4 / (0.5 * 2.2 * 10.0))


def test_a_member_counts_on_the_centres_price_for_the_part_of_its_steel_that_came_so():
    model = MetalSupplyChain(town(), seed=1)
    model.step()
    t, firms = model.arg, model.tables["firms"].rows
    one, other = np.flatnonzero(firms["working"] & firms["local"] & ~firms["partner"])[:2].tolist()
    firms["buys_jointly"][[one, other]] = True
    firms["direct_t"][[one, other]], firms["bought_t"][[one, other]] = [0.5, 0.0], [1.5, 2.0]
    model.tables["cooperatives"].rows["fee_share"][BUYING] = 0.04
    plan(
        t.firms, t.producers, t.distributors, t.cooperatives, t.clusters, 1.0, 1.0, model.luck("a test"), t.firms_p,
        t.market_p,
    )  # fmt: skip
    mill_jt_t = model.tables["producers"].rows["price_jt_t"][firms["mill"]]
    markup = model.tables["distributors"].rows["markup"][firms["cluster"][one]]
    assert markup > 0.04
    assert firms["steel_price_jt_t"][one] == close(mill_jt_t[one] * (1.0 + 0.75 * markup + 0.25 * 0.04))
    assert firms["steel_price_jt_t"][other] == close(mill_jt_t[other] * (1.0 + markup))


@pytest.mark.parametrize(("cash_jt", "lost_jt", "lost_kur_jt"), [(12.0, 18.0, 18.0), (4.0, 26.0, 20.0), (40.0, 0, 0)])
def test_a_firm_that_closes_pays_other_debts_before_its_guaranteed_loan(cash_jt, lost_jt, lost_kur_jt):
    firm = Row(Firm, working=True, cash_jt=cash_jt, debt_jt=30.0, kur_jt=20.0)
    mill, centre, counts = Row(Producer), Row(Cooperative), Row(COUNTS)
    money, tonnes = np.zeros((len(MONEY), 2)), np.zeros((len(TONNES), 2))
    claims = np.zeros((1, 8)), np.zeros(8)
    p = room("firms", clearance_share=0.5)
    wind_up(firm.arg, 0, mill.arg, centre.arg, *claims, counts.arg, money, tonnes, p)
    assert (counts.defaulted_jt, counts.kur_defaulted_jt) == (close(lost_jt), close(lost_kur_jt))
    assert (firm.debt_jt, firm.kur_jt) == (0.0, 0.0)


def test_only_a_client_short_of_cash_sells_invoices():
    state = {"receivable_jt": 10.0, "material_t_t": 1.0, "expected_t": 1.0, "steel_price_jt_t": 10.0}
    rows, firms = tables(Firm, {**state, "cash_jt": 14.9}, {**state, "cash_jt": 15.1})
    p = BASELINE.record("firms")
    p["energy_jt_t"] = p["overhead_jt_t"] = 0.0
    due_jt, heirs_jt, books = np.zeros((2, 8)), np.zeros(8), np.zeros((len(MONEY), 2))
    due_jt[:, 5] = 10.0
    sell_invoices(firms, np.array([0, 1]), 0.8, 0.03, 1.5, due_jt, heirs_jt, 3, books, seen(p))
    assert rows["cash_jt"].tolist() == [close(14.9 + 8.0 * 0.97), 15.1]
    assert due_jt[:, 5].tolist() == [close(2.0), 10.0]
    assert heirs_jt[5] == close(8.0)


def test_a_surplus_is_paid_out_by_business_done_with_the_cooperative():
    model = MetalSupplyChain(shipped("marketing_cooperative"), seed=1)
    while model.month < 9:
        model.step()
    [policy], firms = model.office.policies, model.tables["firms"].rows
    rows = model.office.roll(policy, firms).running[:3]
    model.office.roll(policy, firms).stop()
    model.office.roll(policy, firms).enrol(rows, 1)
    model.work.usual_sales[rows, STORES] = [3.0, 1.0, 0.0]
    model.tables["cooperatives"].rows["cash_jt"][SELLING] = 40.0
    before = firms["cash_jt"][rows], firms["equity_jt"][rows]
    policy._pay_out(model, 8.0)
    for was, column in zip(before, ("cash_jt", "equity_jt"), strict=True):
        assert (firms[column][rows] - was).tolist() == [close(6.0), close(2.0), close(0.0)]
    assert model.tables["cooperatives"].rows["cash_jt"][SELLING] == close(32.0)
