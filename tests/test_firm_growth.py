"""How a small firm learns, hires, invests, grows older and closes, worked by hand with round numbers."""

import numpy as np

from sim.firms import NONE, Firm
from sim.model import MetalSupplyChain
from tests.rows import Row, close, member, room, rule
from tests.towns import town

# Learning, people and machines


def learnt(**values):
    p = room(
        "firms", usual_use=0.6, learning=0.01, frontier_gap=0.05, skill_floor=0.4, forgetting=0.006, idle_use=0.3,
        help_fading=0.015, quality_learning=0.01, quality_frontier=0.8, mentoring=0.02, quality_drift=0.002,
        motivation_floor=0.2, motivation_use=0.6, motivation_speed=0.05, marketing_drift=0.005,
    )  # fmt: skip
    usual = {"use": 0.6, "skill": 0.75, "quality": 0.2, "motivation": 0.4, "marketing": 0.3}
    firm = Row(Firm, **(usual | values))
    rule(Firm.learn)(firm.arg, member("cluster", skill=0.8, quality=0.2, marketing=0.5), p)
    return firm


def test_skill_is_learnt_by_doing_toward_the_frontier():
    assert learnt().skill == close(0.75 + 0.01 * 0.1)
    assert learnt(use=0.3).skill == close(0.75 + 0.01 * 0.5 * 0.1), "half the practice, half the learning"
    assert learnt(skill=0.9).skill == 0.9, "nobody to learn from beyond the frontier"


def test_skill_is_forgotten_when_idle_but_never_below_the_floor():
    assert learnt(use=0.0).skill == close(0.75 - 0.006 * 0.3)
    assert learnt(use=0.0, skill=0.4).skill == 0.4


def test_help_fades_twice_as_fast_without_practice():
    assert learnt(skill_help=0.1).skill_help == close(0.1 * (1 - 0.015))
    assert learnt(skill_help=0.1, use=0.0).skill_help == close(0.1 * (1 - 0.03))


def test_demanding_buyers_and_mentors_teach_quality():
    assert learnt().quality == close(0.2)
    assert learnt(demanding_t=0.1).quality == close(0.2 + 0.01 * 0.6 - 0.002 * 0.006)
    mentored = learnt(partner=True)
    assert mentored.quality == close(0.212 - 0.002 * 0.012)
    assert mentored.skill == close(0.751 + 0.02 * (0.85 - 0.751))


def test_motivation_follows_work_and_marketing_the_cluster():
    firm = learnt(use=0.5)
    assert firm.motivation == close(0.4 + 0.05 * (0.5 - 0.4))
    assert firm.marketing == close(0.3 + 0.005 * 0.2)


def test_workers_are_hired_and_let_go_slowly():
    p = room("firms", labour_slack=1.25, output_t_fte=0.5, workers_floor_fte=1.2, hiring_speed=0.15)
    firm = Row(Firm, expected_t=2.0, skill=1.0, workers_fte=3.0)
    rule(Firm.adjust_workers)(firm.arg, p)
    assert firm.workers_fte == close(3.0 + 0.15 * (5.0 - 3.0))
    firm.expected_t = 0.1
    rule(Firm.adjust_workers)(firm.arg, p)
    assert firm.workers_fte == close(3.3 + 0.15 * (1.2 - 3.3))


def test_machines_are_bought_toward_what_is_needed_as_far_as_spare_cash_goes():
    p = room(
        "firms", capacity_floor_t=0.5, capacity_cover=1.6, investment_speed=0.15, investment_cap=0.04,
        machine_jt_t=18.0, energy_jt_t=1.0, overhead_jt_t=0.2, family_fte=1.0,
    )  # fmt: skip
    cost_jt = 11.0 * 2.0 + 2.0 + 0.6
    firm = Row(
        Firm, expected_t=2.0, capacity_t=3.0, material_t_t=1.1, steel_price_jt_t=10.0, workers_fte=1.0, cash_jt=1000.0
    )
    assert rule(Firm.invest_t)(firm.arg, p) == close(0.15 * 0.2)
    firm.capacity_t = 2.0
    assert rule(Firm.invest_t)(firm.arg, p) == close(0.04 * 2.0), "no faster than the cap"
    firm.capacity_t, firm.cash_jt = 3.0, cost_jt + 0.18
    assert rule(Firm.invest_t)(firm.arg, p) == close(0.01), "the spare 0.18 jt buy 0.01 t"
    firm.cash_jt = cost_jt - 5.0
    assert rule(Firm.invest_t)(firm.arg, p) == 0.0
    firm.cash_jt, firm.capacity_t = 1000.0, 4.0
    assert rule(Firm.invest_t)(firm.arg, p) == 0.0


def test_young_and_idle_firms_close_more_often():
    p = room("firms", exit_rate=0.006, exit_old=0.5, exit_young=1.2, exit_idle=0.02, exit_idle_use=0.12)
    assert rule(Firm.hazard)(Row(Firm, use=0.5, youth=0.0).arg, p) == close(0.003)
    assert rule(Firm.hazard)(Row(Firm, use=0.5, youth=1.0).arg, p) == close(0.006 * 1.7)
    assert rule(Firm.hazard)(Row(Firm, use=0.1, youth=0.0).arg, p) == close(0.023)


def test_a_firm_gets_its_papers_first_and_then_a_certificate():
    p = room("firms", registration_rate=0.003, certificate_rate=0.002, certificate_months=36)
    firm = Row(Firm)
    rule(Firm.get_papers)(firm.arg, 0.0029, p)
    assert firm.registered
    assert firm.certificate_months == 0.0
    rule(Firm.get_papers)(firm.arg, 0.0021, p)
    assert firm.certificate_months == 0.0
    rule(Firm.get_papers)(firm.arg, 0.0019, p)
    assert firm.certificate_months == 36.0
    unlucky = Row(Firm)
    rule(Firm.get_papers)(unlucky.arg, 0.0031, p)
    assert not unlucky.registered


def test_visibility_is_marketing_effort_size_and_help_within_reach():
    p = room("firms", visibility_floor=0.3, visibility_size=0.2, visibility_ceiling=2.5)
    firm = Row(Firm, capacity_t=1.0, marketing=0.5, motivation=0.5, visibility_help=0.2)
    rule(Firm.show_itself)(firm.arg, member("cluster", reach=0.5), p)
    assert firm.visibility == close((0.5 * 0.8 + 0.2) * 0.5)
    assert firm.visibility_help == 0.0, "help lasts a month"
    firm.capacity_t = 32.0
    rule(Firm.show_itself)(firm.arg, member("cluster", reach=1.0), p)
    assert firm.visibility == close(0.4 * 2.0)
    firm.visibility_help = 9.0
    rule(Firm.show_itself)(firm.arg, member("cluster", reach=1.0), p)
    assert firm.visibility == 2.5


def test_a_month_passes():
    p = room("firms", exit_age_months=50.0)
    firm = Row(Firm, age_months=5.0, youth=0.5, certificate_months=0.5, partner=True, helped_months=-1.0)
    rule(Firm.grow_older)(firm.arg, p)
    assert (firm.age_months, firm.certificate_months, firm.partner_months, firm.helped_months) == (6, 0, 1, -1)
    assert firm.youth == close(0.5 * 0.98)
    firm.helped_months = 0.0
    rule(Firm.grow_older)(firm.arg, p)
    assert firm.helped_months == 1.0


# Coming and going


def test_a_newcomer_in_the_row_of_a_closed_firm_inherits_nothing():
    lively = {"firms.exit_rate": 0.012, "firms.exit_young": 3.0, "firms.entry_rate": 0.015}
    model = MetalSupplyChain(town(scale=0.3, observed=36, settings=lively), seed=1)
    rows = model.tables["firms"].rows
    flows = [name for name, column in Firm.columns.items() if column.unit.endswith("/month")]
    flows = [name for name in flows if name not in {"orders_t", "expected_t", "capacity_t", "wage_jt_fte"}]
    seen_before, newcomers, reused = rows["uid"].copy(), 0, 0
    while model.running:
        model.step()
        for row in np.flatnonzero(rows["uid"] != seen_before).tolist():
            if rows["working"][row]:
                newcomers += 1
                reused += seen_before[row] != 0
                left = {name: rows[name][row].item() for name in flows if rows[name][row] != 0.0}
                assert left == {}, row
                assert rows["bound"][row] == NONE
                holds = ("debt_jt", "receivable_jt", "deposit_jt", "steel_t", "goods_t", "backlog_t", "entitled_t")
                assert not any(rows[name][row] for name in holds)
                assert not rows["partner"][row]
                assert (rows["age_months"][row], rows["qualifying_for"][row]) == (0, -1)
                lists = model.links.rows
                held = lists["firm"][~lists["open_list"]]
                assert row not in held, "a place on a list is not inherited either"
        seen_before = rows["uid"].copy()
    assert newcomers > 10
    assert reused > 5
