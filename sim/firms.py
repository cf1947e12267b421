"""Small metal firms (IKM), local and outside: what one is, and its rules through a month.

Each rule is a scalar method, compiled over rows by the loops in ``sim/workshops.py``, ``sim/steel_market.py`` and
``sim/goods_market.py``. ``p`` is the room ``firms`` of the register, ``c`` the firm's cluster, ``u`` and ``z`` luck.
"""

from __future__ import annotations

import math

from sim.core.compiled import compiled
from sim.core.state import RowAgent, column
from sim.firm_figures import (
    credit_room_jt,
    full_output_t,
    skill_now,
    wage_bill_jt,
    working_cost_jt,
)

__all__ = ["BOUNDS", "ExternalFirm", "Firm", "LocalFirm"]

BOUNDS = ("market", "steel", "capacity", "labour", "cash", "none")
MARKET, STEEL, CAPACITY, LABOUR, CASH, NONE = range(len(BOUNDS))
SLIVER = 1e-9  # a relative difference too small to mean anything


@compiled
def bound_by(limit, limit_t, output_t, bound):
    """Return the constraint that binds now: a limit lower by no more than rounding leaves the former one."""
    return limit if limit_t < output_t * (1.0 - SLIVER) else bound


class Firm(RowAgent):
    """A small metal firm: buys steel, makes goods, sells them."""

    uid: int = column("count", "Identity; a reused row gets a new one")
    cluster: int = column("number", "Number of its cluster")
    mill: int = column("number", "Number of the mill its steel type names")
    bound: int = column("number", "The constraint that bound output this month")
    qualifying_for: int = column("number", "Buyer it is qualifying for, or -1")
    working: bool = column("yes/no", "Open for business")
    local: bool = column("yes/no", "Of the city, not of an outside cluster")
    cash_cut: bool = column("yes/no", "Cash cut its steel purchase this month")
    registered: bool = column("yes/no", "Has the papers of a registered vendor")
    partner: bool = column("yes/no", "Partner (binaan) of its mill")
    buys_jointly: bool = column("yes/no", "Member of the material centre this month")
    sells_jointly: bool = column("yes/no", "Member of the marketing cooperative this month")
    # market
    judged_jt_t: float = column("jt/t", "The price that dearness and carried stand for", low=0)
    dearness: float = column("log points", "Weight of its price in a choice")
    carried: float = column("share", "What freight to the city leaves of its attraction", low=0)
    pull: float = column("index", "Attraction in the city's market", low=0)
    pull_home: float = column("index", "Attraction in its home market", low=0)
    orders_t: float = column("t/month", "First-round orders received this month", low=0)
    certificate_months: float = column("months", "Months left of its local-content certificate", low=0)
    price_jt_t: float = column("jt/t", "Posted price at the gate", low=0)
    goods_t: float = column("t", "Goods in stock", low=0)
    sold_t: float = column("t/month", "Goods delivered this month", low=0)
    revenue_jt: float = column("jt/month", "Goods delivered this month at the price received", low=0)
    demanding_t: float = column("t/month", "Delivered this month to demanding buyers", low=0)
    expected_t: float = column("t/month", "Orders expected in a usual month", low=0)
    capacity_t: float = column("t/month", "Output of the machines at full work", low=0)
    workers_fte: float = column("fte", "People at work, owner and family included", low=0)
    wage_jt_fte: float = column("jt/fte/month", "Wage of a hired worker; larger firms pay more", low=0)
    skill: float = column("index", "Skill learnt by doing; 1 is good practice", low=0)
    skill_help: float = column("index", "Skill added by help, fading unless practised", low=0)
    material_t_t: float = column("t/t", "Steel used for a tonne of goods", low=0)
    steel_price_jt_t: float = column("jt/t", "What one more tonne of steel would cost it now", low=0)
    steel_cost_jt_t: float = column("jt/t", "Average cost of the steel in the yard", low=0)
    steel_t: float = column("t", "Steel in the yard", low=0)
    cash_jt: float = column("jt", "Money in hand")
    debt_jt: float = column("jt", "Debt", low=0)
    kur_jt: float = column("jt", "Part of the debt at the subsidised rate (KUR)", low=0)
    wanted_steel_t: float = column("t", "Steel wanted this month", low=0)
    backlog_t: float = column("t", "Steel ordered from its mill and not yet delivered", low=0)
    direct_t: float = column("t/month", "Steel received from its mill this month", low=0)
    bought_t: float = column("t/month", "Steel bought from distributors this month", low=0)
    trust: float = column("share", "Its mill's trust: the average of past deliveries", low=0)
    log_size: float = column("log points", "Logarithm of its capacity in t/month")
    entitled_t: float = column("t", "Allotted to it, waiting for a full delivery step", low=0)
    desired_t: float = column("t/month", "Output wanted this month", low=0)
    output_t: float = column("t/month", "Goods made this month", low=0)
    hours_share: float = column("share", "Hours used of its workers' month", low=0)
    use: float = column("share", "Smoothed use of capacity", low=0)
    wages_jt: float = column("jt/month", "Wages paid this month", low=0)
    overhead_jt: float = column("jt/month", "Energy and overhead paid this month", low=0)
    goods_value_jt: float = column("jt", "Steel cost of the goods in stock", low=0)
    ordered_jt_t: float = column("jt/t", "Price agreed for the backlog", low=0)
    receivable_jt: float = column("jt", "Money owed by buyers", low=0)
    cost_sold_jt: float = column("jt/month", "Steel cost of the goods delivered this month", low=0)
    equity_jt: float = column("jt", "Net worth: assets less debt, kept by its own income account")
    age_months: float = column("months", "Months since it opened", low=0)
    quality: float = column("index", "Quality as buyers judge it; 0 is ordinary")
    taste: float = column("log points", "Passing liking of all buyers for its goods")
    markup: float = column("share", "Mark-up on normal unit cost")
    unit_cost_jt_t: float = column("jt/t", "Normal unit cost", low=0)
    backlog_months: float = column("months", "Age of the backlog", low=0)
    deposit_jt: float = column("jt", "Prepaid to the mill for the backlog", low=0)
    bad_months: float = column("months", "Months in a row without means to pay", low=0)
    motivation: float = column("share", "Drive to sell and to take part", low=0)
    marketing: float = column("share", "Marketing capability", low=0)
    visibility: float = column("index", "Chance weight to be looked at by a buyer", low=0)
    visibility_help: float = column("index", "Visibility that a policy adds this month", low=0)
    partner_months: float = column("months", "Months as partner", low=0)
    youth: float = column("share", "What is left of a newcomer's risk", low=0)
    qualifying_months: float = column("months", "Months of qualification left", low=0)
    helped_months: float = column("months", "Months since a programme last helped it, or -1")
    helped_times: float = column("count", "Times a programme helped it", low=0)
    helped_expected_t: float = column("t/month", "Orders it expected when it was last helped", low=0)
    help_trust: float = column("share", "Trust that a programme helps, from its own experience", low=0)
    waste_saved: float = column("share", "Part of the usual waste that better machines save", low=0)
    ban_months: float = column("months", "Months before it may hold a certificate again", low=0)
    advance_jt: float = column("jt", "Owed to the material centre for prepaid steel", low=0)
    fined_jt: float = column("jt/month", "Fines for short deliveries this month", low=0)
    shared_volume_t: float = column("t/month", "Volume that its cooperative adds at a gate this month", low=0)
    financed_share: float = column("share", "Part of buyers' payment terms that invoice finance carries", low=0)

    def agree_wage(self, c, p):
        """Agree the year's wage, which rises with size: only micro and small firms may pay below the minimum."""
        self.wage_jt_fte = c.wage_jt_fte * math.exp(p.wage_size * math.log(self.workers_fte / p.wage_size_fte))

    def expect(self, last_season, season, p):
        """Learn from last month's orders, then decide output wanted: expected orders and a goods buffer."""
        news_t = max(self.orders_t, self.sold_t) / last_season
        expected_t = self.expected_t + p.expectation_speed * (news_t - self.expected_t)
        self.expected_t = max(p.expected_floor_t, expected_t)
        self.desired_t = max(0.0, self.expected_t * (season + p.goods_buffer) - self.goods_t)
        waste = p.waste_t_t * (1.0 - min(skill_now(self), p.skill_ceiling)) * (1.0 - self.waste_saved)
        self.material_t_t = p.material_t_t + waste

    def want_steel(self, season, steel_price_jt_t, p):
        """Decide the steel wanted: enough for expected work and a buffer."""
        self.steel_price_jt_t = steel_price_jt_t
        need_t = self.material_t_t * self.expected_t * (season + p.steel_buffer)
        self.wanted_steel_t = max(0.0, need_t - self.steel_t)

    def post_price(self, p):
        """Set the price: normal unit cost and mark-up, changed only when it is off by more than the menu cost.

        Normal cost is taken at usual use, half replacement and half average steel cost, without interest.
        """
        usual_t = max(p.expected_floor_t, min(p.usual_use * self.capacity_t, full_output_t(self, p)))
        hours = min(1.0, usual_t / full_output_t(self, p))
        steel_jt_t = p.replacement_share * self.steel_price_jt_t + (1.0 - p.replacement_share) * self.steel_cost_jt_t
        fixed_jt = wage_bill_jt(self, hours, p) + p.overhead_jt_t * self.capacity_t
        self.unit_cost_jt_t = self.material_t_t * steel_jt_t + p.energy_jt_t + fixed_jt / usual_t
        buffer_t = p.goods_buffer * self.expected_t
        gap = (buffer_t - self.goods_t) / (buffer_t + p.expected_floor_t)
        gap = max(-1.0, min(1.0, gap))
        markup = self.markup + p.markup_speed * gap + p.markup_pull * (p.markup_usual - self.markup)
        self.markup = max(p.markup_low, min(p.markup_high, markup))
        price_jt_t = self.unit_cost_jt_t * (1.0 + self.markup)
        off = 1.0 + p.menu_cost
        if price_jt_t > off * self.price_jt_t or self.price_jt_t > off * price_jt_t:
            self.price_jt_t = price_jt_t

    def attract(self, freight_jt_t, z, m):
        """Work out the attraction to buyers of the city and at home, from price, quality, size and passing taste.

        ``m`` is the room ``market``. Nested logit: utilities are divided by the nest parameter.
        """
        self.taste = m.taste_persistence * self.taste + m.taste_sd * z
        utility = m.quality_weight * self.quality + self.taste
        utility += m.size_weight * self.log_size
        if self.price_jt_t != self.judged_jt_t:
            self.judged_jt_t = self.price_jt_t
            self.dearness = m.price_elasticity * math.log(self.price_jt_t / m.price_reference_jt_t)
            dearer = m.price_elasticity * math.log(1.0 + freight_jt_t / self.price_jt_t)
            self.carried = math.exp(-dearer / m.nest)
        self.pull_home = math.exp((utility - self.dearness) / m.nest)
        self.pull = self.pull_home * self.carried

    def produce(self, days_share, p):
        """Make goods: as much as wanted, unless machines, workers, steel or cash set a limit; record which.

        Returns the output [t].
        """
        hands_t = full_output_t(self, p) * days_share * p.overtime
        machines_t = self.capacity_t * days_share
        yard_t = self.steel_t / self.material_t_t
        means_jt = self.cash_jt + credit_room_jt(self, p)
        fixed_jt = wage_bill_jt(self, 0.0, p) + p.overhead_jt_t * self.capacity_t
        hour_jt_t = p.energy_jt_t + wage_bill_jt(self, 1.0, p) / hands_t
        money_t = max(0.0, (means_jt - fixed_jt) / hour_jt_t)
        output_t = self.desired_t
        bound = MARKET if output_t > 0.0 else NONE
        bound = bound_by(CASH if self.cash_cut else STEEL, yard_t, output_t, bound)
        output_t = min(output_t, yard_t)
        bound = bound_by(CAPACITY, machines_t, output_t, bound)
        output_t = min(output_t, machines_t)
        bound = bound_by(LABOUR, hands_t, output_t, bound)
        output_t = min(output_t, hands_t)
        bound = bound_by(CASH, money_t, output_t, bound)
        output_t = min(output_t, money_t)
        self.bound = bound
        self.output_t = output_t
        self.hours_share = min(1.0, output_t / hands_t)
        self.use = self.use + p.use_speed * (output_t / self.capacity_t - self.use)
        return output_t

    def learn(self, c, p):
        """Learn by doing toward the cluster's frontier, forget when idle; help fades unless practised."""
        practice = min(1.0, self.use / p.usual_use)
        self.skill += p.learning * practice * max(0.0, c.skill + p.frontier_gap - self.skill)
        self.skill = max(p.skill_floor, self.skill - p.forgetting * max(0.0, p.idle_use - self.use))
        self.skill_help *= 1.0 - p.help_fading * (2.0 - practice)
        if self.demanding_t > 0.0:
            self.quality += p.quality_learning * max(0.0, p.quality_frontier - self.quality)
        if self.partner:
            self.quality += p.mentoring * max(0.0, p.quality_frontier - self.quality)
            self.skill += p.mentoring * max(0.0, c.skill + p.frontier_gap - self.skill)
        self.quality += p.quality_drift * (c.quality - self.quality)
        drive = min(1.0, p.motivation_floor + p.motivation_use * self.use)
        self.motivation += p.motivation_speed * (drive - self.motivation)
        self.marketing += p.marketing_drift * (c.marketing - self.marketing)

    def adjust_workers(self, p):
        """Hire and let go slowly toward the people that expected work needs."""
        needed_fte = p.labour_slack * self.expected_t / (p.output_t_fte * skill_now(self))
        self.workers_fte += p.hiring_speed * (max(p.workers_floor_fte, needed_fte) - self.workers_fte)

    def invest_t(self, p):
        """Return the capacity the firm buys [t/month]: toward what expected work needs, as far as spare cash goes."""
        target_t = max(p.capacity_floor_t, p.capacity_cover * self.expected_t)
        wanted_t = p.investment_speed * (target_t - self.capacity_t)
        wanted_t = max(0.0, min(p.investment_cap * self.capacity_t, wanted_t))
        spare_jt = self.cash_jt - working_cost_jt(self, p)
        return min(wanted_t, max(0.0, spare_jt) / p.machine_jt_t)

    def hazard(self, p):
        """Return the chance to close this month for reasons other than money: young and idle firms more often.

        ``youth`` falls from 1 by one part in ``exit_age_months`` a month.
        """
        usual = p.exit_rate * (p.exit_old + p.exit_young * self.youth)
        return usual + (p.exit_idle if self.use < p.exit_idle_use else 0.0)

    def get_papers(self, u, p):
        """Get a vendor's papers by itself now and then, and once registered a certificate, which may be revoked."""
        vendor = self.registered
        self.registered = vendor | (u < p.registration_rate)
        certified = self.certificate_months > 0.0
        if vendor & (not certified) & (self.ban_months <= 0.0) & (u < p.certificate_rate):
            self.certificate_months = p.certificate_months
        elif certified & (u > 1.0 - p.revocation_rate):
            self.certificate_months = 0.0
            self.ban_months = p.ban_months

    def show_itself(self, c, p):
        """Work out its visibility to the city's buyers: marketing, sales effort and size, and what a policy adds."""
        self.log_size = math.log(self.capacity_t)
        effort = self.marketing * (p.visibility_floor + self.motivation)
        known = effort * math.exp(p.visibility_size * self.log_size) + self.visibility_help
        self.visibility = min(p.visibility_ceiling, known * c.reach)
        self.visibility_help = 0.0

    def grow_older(self, p):
        """Let a month pass: age, the certificate, the partnership, machines' savings, the memory of help.

        Some months after help the owner judges it by whether more orders are expected than then.
        """
        self.age_months += 1.0
        self.youth *= 1.0 - 1.0 / p.exit_age_months
        self.certificate_months = max(0.0, self.certificate_months - 1.0)
        self.qualifying_months = max(0.0, self.qualifying_months - 1.0)
        if self.partner:
            self.partner_months += 1.0
        self.ban_months = max(0.0, self.ban_months - 1.0)
        self.waste_saved *= 1.0 - p.wear
        if self.helped_months >= 0.0:
            self.helped_months += 1.0
            if self.helped_months == p.help_judged_months:
                verdict = 1.0 if self.expected_t > self.helped_expected_t else 0.0
                self.help_trust += p.help_trust_speed * (verdict - self.help_trust)


class LocalFirm(Firm):
    """A small metal firm of the city."""


class ExternalFirm(Firm):
    """A small metal firm of an outside cluster."""
