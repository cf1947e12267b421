"""Brokered partnerships (kemitraan): the office prepares local firms to become partners and vendors of the mills.

Channel
    Chosen firms, with papers and near the size and quality that large industry asks, qualify for about two years, in
    which their quality is led on as a partner's is. Who passes then becomes a partner of its mill on a slot beside the
    usual ones, and is introduced to large industry, its own mill first: past the usual gate of papers, volume,
    quality, means and age, and only where it is wanted. The qualification with the buyer counts as served.
Evidence
    A cooperative of Ceper took about two years to become a car maker's supplier (JPNN 2019). One matching event signed
    two small firms a buyer (Polytechnic Astra, November 2022). 7.2 % of small industries are in a partnership (BPS
    2022). No experiment was found; the effect on orders is an outcome.
Cost
    About Rp 1.5 million a firm and month: visits, product tests, samples (assumed, against Rp 3.4 billion a year for
    bringing Cilegon's small firms into industry's supply, Megatrust 2024). In months without money or staff for a
    firm its qualification stands still.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.accounts import LISTING_FEES, PROGRAMME
from sim.buyers import ADMITTED, INDUSTRY
from sim.core.compiled import compiled
from sim.core.ledger import pay
from sim.firms import MARKET, STEEL
from sim.government import affordable, spend, take_staff
from sim.listing import judge, place
from sim.policies import Lever, Policy
from sim.policies._programme import MONTHS_A_QUARTER, ends_quarter, help_given, hold, times_held
from sim.policies._targeting import targeting
from sim.rolls import nearest_the_end

IN_PLACE = 1  # on the roll of brokered partners as long as the partnership lasts


@compiled
def introduce(buyers, kinds, links, firms, clusters, rows, most, fit_luck, books, firms_p, market_p):
    """Introduce firms to large industry, their own mill's buyers first, until so many have listed each."""
    p, m = firms_p[0], market_p[0]
    kind = kinds[INDUSTRY]
    for row in rows:
        firm = firms[row]
        signed = 0
        for own in (True, False):
            for b in range(buyers.size):
                buyer = buyers[b]
                if signed < most and buyer.kind == INDUSTRY and (buyer.mill == firm.mill) == own:
                    k, gate = judge(buyer, b, kind, links, firms, clusters, row, fit_luck, 0.0, p, m)
                    if gate == ADMITTED:
                        pay(books, LISTING_FEES, firm, buyer, kind.listing_fee_jt)
                        firm.equity_jt -= kind.listing_fee_jt
                        place(buyer, b, kind, links, firms, row, k, fit_luck, m)
                        signed += 1


@compiled
def mentor(firms, rows, firms_p):
    """Lead the quality of firms that qualify on, as a mill's mentoring does."""
    p = firms_p[0]
    for k in range(rows.size):
        firm = firms[rows[k]]
        firm.quality += p.mentoring * max(0.0, p.quality_frontier - firm.quality)


@compiled
def lead_on(firms, entries, running, cost_jt, firms_per_case, purses, k, government, books, firms_p):
    """Pay a month for as many firms as money and staff allow, nearest the end first, and mentor them; return these."""
    purse, office = purses[k], government[0]
    count = min(running.size, affordable(purse, cost_jt))
    cases = take_staff(office, math.ceil(count / firms_per_case))
    rows = nearest_the_end(entries, running, min(count, int(cases * firms_per_case)))
    spend(purse, office, PROGRAMME, rows.size * cost_jt, books)
    mentor(firms, rows, firms_p)
    return rows


@compiled
def add_slots(firms, brokered, mills):
    """Add a slot beside a mill's usual ones for each brokered partner."""
    for k in range(brokered.size):
        mills[firms[brokered[k]].mill].added_slots += 1.0


@compiled
def find_passing(firms, rows, kinds, steel_p):
    """Return those rows of firms with the papers, size and quality of a partner and vendor of large industry."""
    found, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        firm = firms[rows[k]]
        good = firm.capacity_t >= steel_p[0].partner_capacity_t and firm.quality >= kinds[INDUSTRY].min_quality
        if firm.registered and good:
            found[count] = rows[k]
            count += 1
    return found[:count]


@compiled
def make_partners(firms, producers, rows):
    """Make firms partners of their mills, each on a slot of its own; return those that were none before."""
    new, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        firm = firms[rows[k]]
        if not firm.partner:
            firm.partner = True
            firm.partner_months = 0.0
            producers[firm.mill].partners += 1.0
            producers[firm.mill].slots += 1.0
            new[count] = rows[k]
            count += 1
    return new[:count]


@compiled
def find_near(firms, entries, first, last, kinds, capacity_short_share, quality_short):
    """Return the rows of firms at work with papers, near size and quality, that are no partners and do not qualify."""
    kind, found, count = kinds[INDUSTRY], np.empty(last - first, np.int64), 0
    least_t, least_quality = (1.0 - capacity_short_share) * kind.min_volume_t, kind.min_quality - quality_short
    for i in range(first, last):
        firm = firms[i]
        free = firm.working and firm.registered and not firm.partner and entries[i].left_months == 0
        if free and firm.capacity_t >= least_t and firm.quality >= least_quality:
            found[count] = i
            count += 1
    return found[:count]


class Partnership(Policy):
    """The office brokers partnerships of local firms with the mills, and introduces them to large industry."""

    title_en = "Brokered partnerships"
    title_id = "Fasilitasi kemitraan"
    in_report = True
    moves = "partner slots for local firms, their quality while they qualify, and who is looked at by large industry"
    fades = (
        "a partner stays until the partnership ends, a vendor until it is dropped; quality drifts back by "
        "firms.quality_drift a month; qualifications under way stop with "
        "the programme, and mills then take nobody until they are back at their usual number of partners"
    )
    evidence = "Ceper and a car maker: about two years to qualify (JPNN 2019); no experiment found"
    unit_costs = ("partnership.cost_jt_month",)
    eases = (MARKET, STEEL)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    firms_a_year = Lever("firms", 0, 200, 0, "Firms that may begin to qualify in a year, a part each quarter")
    introductions = Lever("buyers", 0, 6, 0, "Large-industry buyers that may list a firm when it has qualified")
    target = targeting()

    def set_rules(self, town: Any) -> None:
        """Keep a slot beside the mills' usual ones for each brokered partner who is still in place."""
        firms = town.arg.firms
        roll = town.office.roll(self, firms, "brokered")
        if roll.running.size > 0:
            roll.keep_partners(firms)
            add_slots(firms, roll.running, town.arg.mills)

    def deliver(self, town: Any) -> None:
        """Lead the firms that qualify on by a month, broker for those who are through, and let others begin."""
        if town.office.roll(self, town.arg.firms).running.size > 0:
            self._lead_on(town)
        if ends_quarter(town.calendar_month):
            self._begin(town)

    def end(self, town: Any) -> None:
        """Stop the qualifications under way, and close the brokered slots."""
        firms = town.arg.firms
        for part in ("", "brokered"):
            town.office.roll(self, firms, part).stop()

    def _lead_on(self, town: Any) -> None:
        """Lead on as many firms as money and staff allow, and broker for those whose last month it was."""
        t, office, facts = town.arg, town.office, town.world.room("partnership")
        roll = office.roll(self, t.firms)
        rows = lead_on(
            t.firms, roll.entries.arg, roll.running, float(facts["cost_jt_month"]), float(facts["firms_per_case"]),
            *office.purse_of(self), town.money.books, t.firms_p,
        )  # fmt: skip
        through = roll.pass_month(rows)
        if through.size > 0:
            self._broker(town, through)

    def _broker(self, town: Any, through: NDArray[np.int64]) -> None:
        """Make partners of the firms that pass, and introduce them to large industry."""
        t = town.arg
        rows = find_passing(t.firms, through, t.kinds, t.steel_p)
        new = make_partners(t.firms, t.producers, rows)
        town.office.roll(self, t.firms, "brokered").enrol(new, IN_PLACE)
        help_given(town, self, rows)
        introduce(
            t.buyers, t.kinds, t.links, t.firms, t.clusters, rows, self.introductions, town.luck("market.fit"),
            town.money.books, t.firms_p, t.market_p,
        )  # fmt: skip

    def _begin(self, town: Any) -> None:
        """Choose the quarter's firms; the month in which they begin is the first of their qualification."""
        t, own, facts = town.arg, town.local_rows, town.world.room("partnership")
        places = sum(times_held(self.firms_a_year, town.calendar_month - k) for k in range(MONTHS_A_QUARTER))
        if places < 1:
            return
        roll = town.office.roll(self, t.firms)
        eligible = find_near(
            t.firms, roll.entries.arg, own.start, own.stop, t.kinds, float(facts["capacity_short_share"]),
            float(facts["quality_short"]),
        )  # fmt: skip
        rows = hold(town, self, eligible, places, facts["cost_jt_month"])
        roll.enrol(rows, int(facts["qualification_months"]) - 1)
