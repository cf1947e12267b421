"""The oracle's firms: plain Mesa agents (see ``tests/oracle.py``)."""

import math
from collections import defaultdict

import mesa

from sim.core.streams import bell, uniform

MARKET, STEEL, CAPACITY, LABOUR, CASH, NONE = range(6)
SLIVER_T = 1e-9


class Firm(mesa.Agent):
    """A small metal firm. Its attributes are those of a row of the fast model's table."""

    def __init__(self, town, row, state):
        super().__init__(town)
        vars(self).update(state, row=row)
        self.dealer, self.mill = town.dealers[self.cluster], town.mills[self.mill]
        self.facts = self.dealer.facts
        self.due_jt = defaultdict(float)  # month -> what buyers will pay then

    # What it is now

    def ability(self):
        return self.skill + self.skill_help

    def hired_fte(self):
        return max(0.0, self.workers_fte - self.model.p.family_fte)

    def full_work_t(self):
        return self.workers_fte * self.ability() * self.model.p.output_t_fte

    def wages_for_jt(self, hours):
        fixed = self.model.p.wage_fixed_share
        return self.hired_fte() * self.wage_jt_fte * (fixed + (1 - fixed) * hours)

    def bankable(self):
        return self.registered and self.age_months > self.model.p.bank_history_months

    def credit_left_jt(self):
        p = self.model.p
        months = p.credit_limit_bank_months if self.bankable() else p.credit_limit_informal_months
        return max(0.0, months * self.expected_t * self.price_jt_t - self.debt_jt)

    def month_cost_jt(self):
        p = self.model.p
        per_t = self.material_t_t * self.steel_price_jt_t + p.energy_jt_t
        return per_t * self.expected_t + self.hired_fte() * self.wage_jt_fte + p.overhead_jt_t * self.capacity_t

    def certified(self):
        return self.registered and self.certificate_months > 0

    def means_for_steel_jt(self):
        return self.cash_jt - self.model.steel.wage_reserve_share * self.hired_fte() * self.wage_jt_fte

    # 4.2 Planning

    def agree_wage(self):
        p = self.model.p
        self.wage_jt_fte = self.facts.wage_jt_fte * (self.workers_fte / p.wage_size_fte) ** p.wage_size

    def plan(self):
        town, p, m = self.model, self.model.p, self.model.m
        season, floor_t = town.season.demand, p.expected_floor_t
        news_t = max(self.orders_t, self.sold_t) / town.last_season.demand
        self.expected_t = max(floor_t, (1 - p.expectation_speed) * self.expected_t + p.expectation_speed * news_t)
        self.desired_t = max(0.0, (season + p.goods_buffer) * self.expected_t - self.goods_t)
        self.material_t_t = p.material_t_t + p.waste_t_t * (1 - min(p.skill_ceiling, self.ability()))
        dearer = 1.0 if self.partner else 1 + self.dealer.markup
        self.steel_price_jt_t = self.mill.price_jt_t * dearer
        self.wanted_steel_t = max(0.0, self.material_t_t * self.expected_t * (season + p.steel_buffer) - self.steel_t)
        # normal unit cost and mark-up
        usual_t = max(floor_t, min(p.usual_use * self.capacity_t, self.full_work_t()))
        steel_jt_t = p.replacement_share * self.steel_price_jt_t + (1 - p.replacement_share) * self.steel_cost_jt_t
        wages_jt = self.wages_for_jt(min(1.0, usual_t / self.full_work_t()))
        fixed_jt_t = (wages_jt + p.overhead_jt_t * self.capacity_t) / usual_t
        self.unit_cost_jt_t = self.material_t_t * steel_jt_t + p.energy_jt_t + fixed_jt_t
        buffer_t = p.goods_buffer * self.expected_t
        gap = max(-1.0, min(1.0, (buffer_t - self.goods_t) / (buffer_t + floor_t)))
        markup = self.markup + p.markup_speed * gap + p.markup_pull * (p.markup_usual - self.markup)
        self.markup = min(p.markup_high, max(p.markup_low, markup))
        right_jt_t = (1 + self.markup) * self.unit_cost_jt_t
        if max(right_jt_t / self.price_jt_t, self.price_jt_t / right_jt_t) > 1 + p.menu_cost:
            self.price_jt_t = right_jt_t
        self.taste = m.taste_persistence * self.taste + m.taste_sd * bell(town.draw("firms.taste"), self.row)
        # liking at the gate and carried to Cilegon
        liking = m.quality_weight * self.quality + self.taste + m.size_weight * math.log(self.capacity_t)
        self.pull_home = self.attraction(liking, self.price_jt_t)
        self.pull = self.attraction(liking, self.price_jt_t + self.facts.freight_jt_t)

    def attraction(self, liking, price_jt_t):
        m = self.model.m
        return math.exp((liking - m.price_elasticity * math.log(price_jt_t / m.price_reference_jt_t)) / m.nest)

    # 4.3 Steel

    def order_from_mill(self):
        s, mill = self.model.steel, self.mill
        self.direct_t = 0.0
        if self.backlog_t > 0:
            self.backlog_months += 1
            if self.backlog_months > s.backlog_months:
                self.cash_jt += self.deposit_jt
                self.deposit_jt = self.backlog_t = self.entitled_t = 0.0
        month_t = self.material_t_t * self.expected_t
        want_t = self.wanted_steel_t - self.backlog_t
        vendor = self.registered and mill.facts.lot_t <= s.cover_limit_months * month_t
        if want_t > s.reorder_share * month_t and (self.partner or vendor):
            payable_t = max(0.0, self.means_for_steel_jt()) / mill.price_jt_t
            order_t = min(want_t, payable_t) if self.partner else max(want_t, mill.facts.lot_t)
            if 0 < order_t <= payable_t:
                self.prepay(order_t)
        if self.backlog_t > 0:
            mill.queue.append(self)
        else:
            self.trust *= s.trust_idle_decay

    def prepay(self, order_t):
        price_jt_t = self.mill.price_jt_t
        advance_jt = self.model.steel.prepaid_share * order_t * price_jt_t
        self.cash_jt -= advance_jt
        self.deposit_jt += advance_jt
        if self.backlog_t == 0:
            self.backlog_months = 0
        value_jt = self.ordered_jt_t * self.backlog_t + price_jt_t * order_t
        self.backlog_t += order_t
        self.ordered_jt_t = value_jt / self.backlog_t

    def priority(self):
        s = self.model.steel
        claim = s.priority_trust * self.trust + s.priority_partner * self.partner + s.priority_local * self.local
        return math.exp(claim) * self.capacity_t**s.priority_size

    def take_delivery(self):
        s = self.model.steel
        got_t = self.backlog_t
        if self.entitled_t < self.backlog_t - SLIVER_T:
            whole = math.floor(self.entitled_t / s.delivery_step_t + SLIVER_T)
            got_t = min(got_t, whole * s.delivery_step_t)
        share = got_t / self.backlog_t
        used_jt = share * self.deposit_jt
        rest_jt = max(0.0, self.ordered_jt_t * got_t - used_jt)
        if rest_jt > max(0.0, self.cash_jt) + 1e-9 * got_t * self.ordered_jt_t:
            got_t = share = 0.0
        self.trust = s.trust_decay * self.trust + (1 - s.trust_decay) * share
        if got_t > 0:
            self.cash_jt -= rest_jt
            self.deposit_jt -= used_jt
            self.stack(got_t, used_jt + rest_jt)
            self.direct_t = got_t
            self.backlog_t -= got_t
            self.entitled_t = max(0.0, self.entitled_t - got_t) if self.backlog_t > 0 else 0.0

    def stack(self, steel_t, jt):
        value_jt = self.steel_t * self.steel_cost_jt_t + jt
        self.steel_t += steel_t
        self.steel_cost_jt_t = value_jt / self.steel_t

    def ask_dealer(self):
        town, s, dealer = self.model, self.model.steel, self.dealer
        want_t = self.wanted_steel_t - self.direct_t
        self.bought_t, self.cash_cut = 0.0, False
        if want_t > 0:
            if uniform(town.draw("steel.stock out"), self.row) < s.stock_out_share:
                want_t *= s.stock_out_fill
            means_jt = max(0.0, self.means_for_steel_jt()) + self.credit_left_jt()
            bill_jt = want_t * self.mill.price_jt_t * (1 + dealer.markup)
            self.cash_cut = bill_jt > means_jt
            self.bought_t = want_t * means_jt / bill_jt if self.cash_cut else want_t
            dealer.ordered_t += self.bought_t

    def fetch_steel(self):
        if self.bought_t > 0:
            self.bought_t *= self.dealer.sold_t / self.dealer.ordered_t
        if self.bought_t > 0:
            paid_jt = self.bought_t * self.mill.price_jt_t * (1 + self.dealer.markup)
            self.cash_jt -= paid_jt
            self.stack(self.bought_t, paid_jt)

    # 4.4 Production

    def produce(self):
        p, days = self.model.p, self.model.season.days
        hands_t = self.full_work_t() * p.overtime * days
        spare_jt = self.cash_jt + self.credit_left_jt() - self.wages_for_jt(0) - p.overhead_jt_t * self.capacity_t
        limits = [
            (self.desired_t, MARKET if self.desired_t > 0 else NONE),
            (self.steel_t / self.material_t_t, CASH if self.cash_cut else STEEL),
            (self.capacity_t * days, CAPACITY),
            (hands_t, LABOUR),
            (max(0.0, spare_jt / (p.energy_jt_t + self.wages_for_jt(1) / hands_t)), CASH),
        ]
        self.output_t = min(most_t for most_t, _ in limits)
        self.bound = limits[0][1]
        least_t = limits[0][0]
        for most_t, cause in limits[1:]:
            if most_t < least_t * (1 - 1e-9):
                self.bound = cause
            least_t = min(least_t, most_t)
        hours = min(1.0, self.output_t / hands_t)
        self.use = (1 - p.use_speed) * self.use + p.use_speed * self.output_t / self.capacity_t
        used_t = min(self.steel_t, self.material_t_t * self.output_t)
        self.steel_t -= used_t
        self.goods_t += self.output_t
        self.wages_jt = self.wages_for_jt(hours)
        self.overhead_jt = p.energy_jt_t * self.output_t + p.overhead_jt_t * self.capacity_t
        self.orders_t = self.sold_t = self.demanding_t = 0.0

    def sell(self, buyer, want_t, month_due):
        """Hand over what is there; return the tonnes."""
        tonnes = min(want_t, self.goods_t)
        self.goods_t -= tonnes
        self.sold_t += tonnes
        jt = tonnes * self.price_jt_t * buyer.kind.price_factor
        self.due_jt[month_due] += jt
        buyer.owed_jt[month_due] += jt
        if self.local:
            buyer.local_t += tonnes
        else:
            buyer.external_t += tonnes
        return tonnes

    # 4.6 Money

    def settle(self):
        town, p = self.model, self.model.p
        self.cash_jt += self.due_jt.pop(town.month, 0.0)
        rate = p.interest_bank if self.bankable() else p.interest_informal
        holiday_jt = town.season.holiday * p.holiday_pay_share * self.hired_fte() * self.wage_jt_fte
        self.cash_jt -= self.wages_jt + holiday_jt + self.overhead_jt + rate * self.debt_jt
        month_jt = self.month_cost_jt()
        short_jt = p.loan_cash_months * month_jt - self.cash_jt
        change_jt = 0.0
        if short_jt > 0:
            change_jt = min(short_jt, self.credit_left_jt())
        elif self.debt_jt > 0:
            spare_jt = max(0.0, self.cash_jt - p.repayment_reserve_months * month_jt)
            change_jt = -min(self.debt_jt, p.repayment_share * spare_jt)
        self.cash_jt += change_jt
        self.debt_jt += change_jt
        if self.cash_jt > p.draw_reserve_months * month_jt:
            self.cash_jt -= min(p.draw_wages * self.wage_jt_fte, self.cash_jt)
        self.cash_jt -= p.draw_share * max(0.0, self.cash_jt - p.cash_target_months * month_jt)

    # 4.7, 4.8 Change

    def change(self):
        town, p = self.model, self.model.p
        practice = min(1.0, self.use / p.usual_use)
        frontier = self.facts.skill + p.frontier_gap
        self.skill += p.learning * practice * max(0.0, frontier - self.skill)
        self.skill = max(p.skill_floor, self.skill - p.forgetting * max(0.0, p.idle_use - self.use))
        self.skill_help *= 1 - p.help_fading * (2 - practice)
        if self.demanding_t > 0:
            self.quality += p.quality_learning * max(0.0, p.quality_frontier - self.quality)
        if self.partner:
            self.quality += p.mentoring * max(0.0, p.quality_frontier - self.quality)
            self.skill += p.mentoring * max(0.0, frontier - self.skill)
        self.quality += p.quality_drift * (self.facts.quality - self.quality)
        needed_fte = p.labour_slack * self.expected_t / (p.output_t_fte * self.ability())
        self.workers_fte += p.hiring_speed * (max(p.workers_floor_fte, needed_fte) - self.workers_fte)
        self.invest()
        self.age_months += 1
        self.certificate_months = max(0.0, self.certificate_months - 1)
        self.ban_months = max(0.0, self.ban_months - 1)
        chance = uniform(town.draw("firms.papers"), self.row)
        if self.certificate_months > 0 and chance > 1 - p.revocation_rate:
            self.certificate_months, self.ban_months = 0.0, p.ban_months
        elif not self.registered:
            self.registered = chance < p.registration_rate
        elif self.certificate_months == 0 and self.ban_months == 0 and chance < p.certificate_rate:
            self.certificate_months = p.certificate_months

    def invest(self):
        p = self.model.p
        missing_t = max(p.capacity_floor_t, p.capacity_cover * self.expected_t) - self.capacity_t
        bought_t = max(0.0, min(p.investment_speed * missing_t, p.investment_cap * self.capacity_t))
        bought_t = min(bought_t, max(0.0, self.cash_jt - self.month_cost_jt()) / p.machine_jt_t)
        if bought_t > 0:
            cost_jt = bought_t * p.machine_jt_t
            self.cash_jt -= cost_jt
            if self.bankable():
                loan_jt = min(p.machine_loan_share * cost_jt, self.credit_left_jt())
                self.cash_jt += loan_jt
                self.debt_jt += loan_jt
        self.capacity_t += bought_t - p.wear * self.capacity_t
