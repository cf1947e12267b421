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
from sim.listing import judge, place
from sim.policies import Lever, Policy
from sim.policies._programme import MONTHS_A_QUARTER, ends_quarter, help_given, hold, times_held
from sim.policies._targeting import targeting

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
def find_near(firms, entries, first, last, least_t, least_quality):
    """Return the rows of firms at work with papers, near size and quality, that are no partners and do not qualify."""
    found, count = np.empty(last - first, np.int64), 0
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
        firms = town.tables["firms"].rows
        roll = town.office.roll(self, firms, "brokered")
        roll.keep_partners(town.arg.firms)
        town.mills["added_slots"] += np.bincount(firms["mill"][roll.running], minlength=town.mills.size)

    def deliver(self, town: Any) -> None:
        """Lead the firms that qualify on by a month, broker for those who are through, and let others begin."""
        rows = self._lead_on(town)
        if rows.size:
            self._broker(town, rows)
        if ends_quarter(town.calendar_month):
            self._begin(town)

    def end(self, town: Any) -> None:
        """Stop the qualifications under way, and close the brokered slots."""
        firms = town.tables["firms"].rows
        for part in ("", "brokered"):
            town.office.roll(self, firms, part).stop()

    def _lead_on(self, town: Any) -> NDArray[np.int64]:
        """Pay a month for as many firms as money and staff allow, those near the end first; return who is through."""
        facts, office = town.world.room("partnership"), town.office
        roll = office.roll(self, town.arg.firms)
        count = min(roll.running.size, office.affordable(self, facts["cost_jt_month"]))
        cases = office.take_staff(math.ceil(count / facts["firms_per_case"]))
        rows = roll.nearest_the_end(min(count, int(cases * facts["firms_per_case"])))
        if rows.size:
            office.spend(self, PROGRAMME, rows.size * facts["cost_jt_month"], town.money.books)
            mentor(town.arg.firms, rows, town.arg.firms_p)
        return roll.pass_month(rows)

    def _broker(self, town: Any, rows: NDArray[np.int64]) -> None:
        """Make partners of the firms that pass, and introduce them to large industry."""
        firms, producers = town.tables["firms"].rows, town.tables["producers"].rows
        kind, able_t = town.kinds[INDUSTRY], town.p_steel["partner_capacity_t"][0]
        good = (firms["capacity_t"][rows] >= able_t) & (firms["quality"][rows] >= kind["min_quality"])
        rows = rows[firms["registered"][rows] & good]
        new = rows[~firms["partner"][rows]]
        firms["partner"][new] = True
        firms["partner_months"][new] = 0.0
        np.add.at(producers["partners"], firms["mill"][new], 1.0)
        np.add.at(producers["slots"], firms["mill"][new], 1.0)
        town.office.roll(self, firms, "brokered").enrol(new, IN_PLACE)
        help_given(town, self, rows)
        t = town.arg
        introduce(
            t.buyers, t.kinds, t.links, t.firms, t.clusters, rows, self.introductions, town.luck("market.fit"),
            town.money.books, t.firms_p, t.market_p,
        )  # fmt: skip

    def _begin(self, town: Any) -> None:
        """Choose the quarter's firms; the month in which they begin is the first of their qualification."""
        facts, kind = town.world.room("partnership"), town.kinds[INDUSTRY]
        places = sum(times_held(self.firms_a_year, town.calendar_month - k) for k in range(MONTHS_A_QUARTER))
        if places < 1:
            return
        roll = town.office.roll(self, town.arg.firms)
        eligible = find_near(
            town.arg.firms, roll.entries.arg, town.local_rows.start, town.local_rows.stop,
            float((1.0 - facts["capacity_short_share"]) * kind["min_volume_t"]),
            float(kind["min_quality"] - facts["quality_short"]),
        )  # fmt: skip
        rows = hold(town, self, eligible, places, facts["cost_jt_month"])
        roll.enrol(rows, int(facts["qualification_months"]) - 1)
