"""The states through which help works: subsidised debt, trust in help, savings, revocation; and the cooperatives."""

import numpy as np

from sim import MetalSupplyChain
from sim.accounts import ADVANCES, ADVANCES_REPAID, COOPERATIVE_FEES, INVOICES_FINANCED, MONEY
from sim.buyers import STORES
from sim.cooperatives import BUYING, SELLING
from sim.core.state import seen
from sim.finance import lend, sell_claims
from sim.firm_figures import credit_room_jt
from sim.firms import Firm
from sim.rolls import Roll
from tests.rows import Row, close, room, rule
from tests.towns import Planted, long_interpreted, town, with_policy

LEVERS = {"reserved_share": 0.0}


def planted(moment, act, **settings):
    """Return a small town in which a test acts at one moment of each month."""
    scenario = with_policy(town(observed=24, settings=settings), "local_allotment", LEVERS)
    model = MetalSupplyChain(scenario, seed=1)
    Planted(model, moment, act)
    return model


# States of a firm


def test_a_subsidised_loan_takes_no_room_from_other_lenders():
    p = room("firms", bank_history_months=24, credit_limit_bank_months=2.0, credit_limit_informal_months=1.0)
    firm = Row(Firm, expected_t=1.0, price_jt_t=20.0, debt_jt=10.0)
    books = np.zeros((len(MONEY), 2))
    assert credit_room_jt(firm.arg, p) == close(10.0)
    lend(firm.arg, 25.0, books)
    assert (firm.debt_jt, firm.kur_jt, firm.cash_jt) == (35.0, 25.0, 25.0)
    assert credit_room_jt(firm.arg, p) == close(10.0)


def test_sold_claims_bring_cash_less_a_fee_and_the_financier_waits():
    firm = Row(Firm, receivable_jt=30.0, equity_jt=100.0)
    due_jt, heirs_jt, books = np.zeros((1, 8)), np.zeros(8), np.zeros((len(MONEY), 2))
    due_jt[0, 3], due_jt[0, 4], due_jt[0, 6] = 10.0, 12.0, 8.0
    sold_jt = sell_claims(firm.arg, 0, 0.5, 0.02, due_jt, heirs_jt, 3, books)
    assert sold_jt == close(10.0), "what falls due this month is not sold"
    assert due_jt[0].tolist() == [0, 0, 0, 10, 6, 0, 4, 0]
    assert heirs_jt.tolist() == [0, 0, 0, 0, 6, 0, 4, 0]
    assert (firm.receivable_jt, firm.cash_jt) == (close(20.0), close(9.8))
    assert firm.equity_jt == close(99.8), "the fee is an expense"
    assert books[INVOICES_FINANCED, 1] == close(9.8)


def test_an_owner_judges_help_by_the_orders_that_followed():
    p = room("firms", exit_age_months=50.0, wear=0.01, help_judged_months=6, help_trust_speed=0.25)
    for expected_t, trust in ((1.2, 0.7 + 0.25 * 0.3), (1.0, 0.7 * 0.75)):
        firm = Row(Firm, helped_months=5.0, helped_expected_t=1.1, expected_t=expected_t, help_trust=0.7)
        rule(Firm.grow_older)(firm.arg, p)
        assert firm.help_trust == close(trust)
        rule(Firm.grow_older)(firm.arg, p)
        assert firm.help_trust == close(trust), "it judges once"


def test_better_machines_save_waste_until_they_wear_out():
    p = room("firms", expectation_speed=0.0, expected_floor_t=0.0, goods_buffer=0.3, material_t_t=1.05, waste_t_t=0.2,
             skill_ceiling=1.0)  # fmt: skip
    firm = Row(Firm, expected_t=1.0, skill=0.5, waste_saved=0.4)
    rule(Firm.expect)(firm.arg, 1.0, 1.0, p)
    assert firm.material_t_t == close(1.05 + 0.2 * 0.5 * 0.6)
    rule(Firm.grow_older)(firm.arg, room("firms", exit_age_months=50.0, wear=0.01))
    assert firm.waste_saved == close(0.396)


def test_a_certificate_may_be_revoked_and_the_firm_is_barred_for_a_time():
    p = room("firms", registration_rate=0.0, certificate_rate=0.5, certificate_months=36, revocation_rate=0.01,
             ban_months=12)  # fmt: skip
    firm = Row(Firm, registered=True, certificate_months=20.0)
    rule(Firm.get_papers)(firm.arg, 0.989, p)
    assert firm.certificate_months == 20.0
    rule(Firm.get_papers)(firm.arg, 0.991, p)
    assert (firm.certificate_months, firm.ban_months) == (0.0, 12.0)
    rule(Firm.get_papers)(firm.arg, 0.1, p)
    assert firm.certificate_months == 0.0, "it is barred"
    firm.ban_months = 0.0
    rule(Firm.get_papers)(firm.arg, 0.1, p)
    assert firm.certificate_months == 36.0


# What a programme knows of firms


def test_a_roll_forgets_a_firm_that_closed_but_knows_its_identity_for_good():
    firms = np.zeros(3, [("uid", "i8"), ("working", "?")])
    firms["uid"], firms["working"] = [11, 12, 13], True
    firms, roll, rows = seen(firms), Roll(3), np.array([0, 2])
    roll.note("applied", firms, rows, 7)
    roll.note("applied", firms, rows, 9)
    roll.enrol(rows, 2)
    assert roll.applied.tolist() == [7, 0, 7]
    assert roll.running.tolist() == [0, 2]
    roll.forget(rows, 2)
    assert roll.applied.tolist() == [0, 0, 0]
    assert roll.running.tolist() == []
    assert roll.known == {(11, "applied"): 7, (13, "applied"): 7}
    roll.enrol(np.array([1]), 1)
    roll.pass_month()
    assert roll.running.tolist() == []


# Cooperatives


def open_centre(model):
    """Open a material centre with 200 jt, of which every local firm is a member."""
    centre, firms = model.tables["cooperatives"].rows, model.tables["firms"].rows
    centre["working"][BUYING], centre["fee_share"][BUYING] = True, 0.04
    firms["buys_jointly"] = firms["working"] & firms["local"]
    if model.month == 1:
        centre["cash_jt"][BUYING] = 200.0
        model.money.books[COOPERATIVE_FEES, 1] += 200.0
        model.money.books[COOPERATIVE_FEES, 0] += 200.0
        firms["cash_jt"][0] -= 200.0
        firms["equity_jt"][0] -= 200.0


@long_interpreted
def test_a_material_centre_bundles_orders_to_a_lot_and_advances_the_prepayment():
    lots = {"town.scale": 0.15} | {
        f"mill_{mill}.lot_t": 2.0 for mill in ("krakatau_steel", "krakatau_posco", "krakatau_osaka")
    }
    model, usual = (planted("set_rules", act, **lots) for act in (open_centre, lambda _: None))
    advanced, fees_jt, handled_t = 0.0, 0.0, 0.0
    while model.running:
        model.step()
        usual.step()
        centre = model.tables["cooperatives"].rows[BUYING]
        firms = model.tables["firms"].rows
        assert centre["advances_jt"] == close(firms["advance_jt"].sum())
        assert centre["cash_jt"] >= -1e-9
        assert not firms["buys_jointly"][~firms["local"]].any()
        advanced += model.money.books[ADVANCES, 0]
        fees_jt += model.money.books[COOPERATIVE_FEES, 1] * (model.month > 1)
        handled_t += centre["handled_t"]
    assert advanced > model.money.books[ADVANCES_REPAID, 1]
    assert fees_jt > 0.0
    assert handled_t > 0.0
    direct_t = [one.indicators["steel_direct_local_t"].sum() for one in (model, usual)]
    assert direct_t[0] > direct_t[1]
    assert model.tables["cooperatives"][BUYING].working


def test_without_a_lot_together_nothing_is_ordered_through_the_centre():
    huge = {f"mill_{mill}.lot_t": 25.0 for mill in ("krakatau_steel", "krakatau_posco", "krakatau_osaka")}
    model = planted("set_rules", open_centre, **huge).run()
    assert model.tables["cooperatives"].rows["handled_t"].sum() == 0.0


def sell_together(model):
    """Let all local firms sell together at a margin of 5 %."""
    cooperative, firms = model.tables["cooperatives"].rows, model.tables["firms"].rows
    cooperative["working"][SELLING], cooperative["fee_share"][SELLING] = True, 0.05
    firms["sells_jointly"] = firms["working"] & firms["local"]


def test_members_fill_one_anothers_orders_from_big_stores_for_a_margin():
    model, usual = planted("set_rules", sell_together), planted("set_rules", lambda _: None)
    handled_t, margin_jt = 0.0, 0.0
    while model.running:
        model.step()
        usual.step()
        handled_t += model.tables["cooperatives"].rows["handled_t"][SELLING]
        margin_jt += model.money.books[COOPERATIVE_FEES, 1]
    assert handled_t > 0.0
    assert model.tables["cooperatives"].rows["cash_jt"][SELLING] == close(margin_jt)
    kept = [one.history.by_kind[:, STORES, 6].sum() for one in (model, usual)]
    assert kept[0] > kept[1], "stores remember local firms as more reliable"


def test_cooperatives_are_closed_and_gather_nothing_without_a_policy():
    model = MetalSupplyChain(town(), seed=1).run()
    rows = model.tables["cooperatives"].rows
    assert not rows["working"].any()
    assert rows["cash_jt"].sum() == rows["handled_t"].sum() == 0.0
