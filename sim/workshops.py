"""The firms' month, stage by stage: the loops that apply the rules of ``sim/firms.py`` to every working firm."""

from __future__ import annotations

from sim.accounts import (
    DRAW,
    HOLIDAY_PAY,
    INTEREST,
    INVESTMENT,
    LOANS,
    OUTPUT,
    OVERHEAD,
    PAYMENTS,
    REPAYMENTS,
    SCRAP,
    STEEL_USED,
    WAGES,
)
from sim.cooperatives import BUYING
from sim.core.compiled import compiled
from sim.core.ledger import give, take
from sim.core.streams import bell, uniform
from sim.firm_figures import bankable, credit_room_jt, hired_fte, wage_bill_jt, working_cost_jt
from sim.firms import Firm

__all__ = ["agree_wages", "change", "make_goods", "plan", "settle"]

agree_wage = compiled(Firm.agree_wage)
expect = compiled(Firm.expect)
want_steel = compiled(Firm.want_steel)
post_price = compiled(Firm.post_price)
attract = compiled(Firm.attract)
produce = compiled(Firm.produce)
learn = compiled(Firm.learn)
adjust_workers = compiled(Firm.adjust_workers)
invest_t = compiled(Firm.invest_t)
hazard = compiled(Firm.hazard)
grow_older = compiled(Firm.grow_older)
get_papers = compiled(Firm.get_papers)
show_itself = compiled(Firm.show_itself)


@compiled
def agree_wages(firms, clusters, firms_p):
    """Agree wages for the year."""
    for i in range(firms.size):
        if firms[i].working:
            agree_wage(firms[i], clusters[firms[i].cluster], firms_p[0])


@compiled
def plan(firms, producers, distributors, cooperatives, clusters, last_season, season, luck, firms_p, market):
    """Let every firm form its expectation, price and steel wanted, and work out its attraction to buyers."""
    p, m = firms_p[0], market[0]
    joint = cooperatives[BUYING].fee_share
    for i in range(firms.size):
        firm = firms[i]
        if firm.working:
            c = clusters[firm.cluster]
            mill_jt_t = producers[firm.mill].price_jt_t
            markup = 0.0 if firm.partner else distributors[firm.cluster].markup
            if firm.buys_jointly & (firm.direct_t > 0.0):
                # A member counts on the centre's price for the part of its steel that came so last month.
                markup -= firm.direct_t / (firm.direct_t + firm.bought_t) * max(0.0, markup - joint)
            expect(firm, last_season, season, p)
            want_steel(firm, season, mill_jt_t * (1.0 + markup), p)
            post_price(firm, p)
            attract(firm, c.freight_jt_t, bell(luck, i), m)


@compiled
def make_goods(firms, days_share, tonnes, firms_p):
    """Let every firm produce and work out its wages and overhead; clear the counter for this month's orders."""
    p = firms_p[0]
    for i in range(firms.size):
        firm = firms[i]
        if firm.working:
            output_t = produce(firm, days_share, p)
            firm.orders_t = 0.0
            firm.sold_t = 0.0
            firm.revenue_jt = 0.0
            firm.demanding_t = 0.0
            firm.fined_jt = 0.0
            used_t = min(firm.steel_t, output_t * firm.material_t_t)
            firm.steel_t -= used_t
            firm.goods_t += output_t
            firm.goods_value_jt += used_t * firm.steel_cost_jt_t
            tonnes[STEEL_USED, 0] += used_t
            tonnes[SCRAP, 0] += output_t * (firm.material_t_t - 1.0)
            tonnes[OUTPUT, 1] += output_t
            firm.wages_jt = wage_bill_jt(firm, firm.hours_share, p)
            firm.overhead_jt = p.energy_jt_t * output_t + p.overhead_jt_t * firm.capacity_t


@compiled
def settle(firms, due_jt, month, holiday_share, books, firms_p):
    """Money: what is due arrives; wages, holiday pay, overhead, interest, loans and the owner's draw are paid."""
    p = firms_p[0]
    slot = month % due_jt.shape[1]
    for i in range(firms.size):
        firm = firms[i]
        if not firm.working:
            continue
        sold_share = firm.sold_t / (firm.sold_t + firm.goods_t) if firm.sold_t > 0.0 else 0.0
        firm.cost_sold_jt = firm.goods_value_jt * sold_share
        firm.goods_value_jt -= firm.cost_sold_jt
        firm.receivable_jt += firm.revenue_jt
        received_jt = due_jt[i, slot]
        due_jt[i, slot] = 0.0
        firm.receivable_jt -= received_jt
        take(books, PAYMENTS, firm, received_jt)
        holiday_jt = holiday_share * hired_fte(firm, p) * firm.wage_jt_fte
        rate = p.interest_bank if bankable(firm, p) else p.interest_informal
        interest_jt = (firm.debt_jt - firm.kur_jt) * rate + firm.kur_jt * p.interest_kur
        give(books, WAGES, firm, firm.wages_jt)
        give(books, HOLIDAY_PAY, firm, holiday_jt)
        give(books, OVERHEAD, firm, firm.overhead_jt)
        give(books, INTEREST, firm, interest_jt)
        expense_jt = firm.wages_jt + holiday_jt + firm.overhead_jt + interest_jt
        need_jt = working_cost_jt(firm, p)
        floor_jt = p.loan_cash_months * need_jt
        short_jt = floor_jt - firm.cash_jt
        loan_jt = min(max(0.0, short_jt), credit_room_jt(firm, p))
        spare_jt = p.repayment_share * max(0.0, firm.cash_jt - p.repayment_reserve_months * need_jt)
        due_part_jt = min(p.kur_repaid_share * firm.kur_jt, max(0.0, firm.cash_jt))
        paid_jt = 0.0 if short_jt > 0.0 else min(firm.debt_jt - due_part_jt, spare_jt)
        paid_jt += due_part_jt
        take(books, LOANS, firm, loan_jt)
        give(books, REPAYMENTS, firm, paid_jt)
        firm.debt_jt += loan_jt - paid_jt
        firm.kur_jt = min(firm.kur_jt - due_part_jt, firm.debt_jt)
        draw_jt = 0.0
        if firm.cash_jt > p.draw_reserve_months * need_jt:
            draw_jt = min(p.draw_wages * firm.wage_jt_fte, firm.cash_jt)
        draw_jt += p.draw_share * max(0.0, firm.cash_jt - draw_jt - p.cash_target_months * need_jt)
        give(books, DRAW, firm, draw_jt)
        firm.equity_jt += firm.revenue_jt - firm.cost_sold_jt - expense_jt - draw_jt
        broke = firm.cash_jt < -p.arrears_jt and credit_room_jt(firm, p) <= p.arrears_jt
        firm.bad_months = firm.bad_months + 1.0 if broke else 0.0


@compiled
def change(firms, clusters, producers, papers, parting, closing, leaving, qualified, ends, books, firms_p, steel_p):
    """Learning, workers, machines, papers, partnerships and visibility move a month on.

    The rows of firms that will close this month are put into ``leaving``, those whose qualification is through into
    ``qualified``; ``ends`` receives how many there are of both.
    """
    p, s = firms_p[0], steel_p[0]
    leavers, through = 0, 0
    for j in range(producers.size):
        producers[j].partners = 0.0
    for i in range(firms.size):
        firm = firms[i]
        if firm.working:
            c = clusters[firm.cluster]
            learn(firm, c, p)
            adjust_workers(firm, p)
            bought_t = invest_t(firm, p)
            cost_jt = bought_t * p.machine_jt_t
            give(books, INVESTMENT, firm, cost_jt)
            if (cost_jt > 0.0) & bankable(firm, p):
                loan_jt = min(p.machine_loan_share * cost_jt, credit_room_jt(firm, p))
                take(books, LOANS, firm, loan_jt)
                firm.debt_jt += loan_jt
            worn_t = p.wear * firm.capacity_t
            firm.capacity_t += bought_t - worn_t
            firm.equity_jt -= worn_t * p.machine_jt_t
            grow_older(firm, p)
            get_papers(firm, uniform(papers, i), p)
            if firm.partner:
                if uniform(parting, i) < s.partnership_end_rate:
                    firm.partner = False
                    firm.partner_months = 0.0
                else:
                    producers[firm.mill].partners += 1.0
            show_itself(firm, c, p)
            if firm.bad_months >= p.insolvency_months or uniform(closing, i) < hazard(firm, p):
                leaving[leavers] = i
                leavers += 1
            elif firm.qualifying_for >= 0 and firm.qualifying_months <= 0.0:
                qualified[through] = i
                through += 1
    ends[0], ends[1] = leavers, through
