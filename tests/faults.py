"""The faults that tests/planted.py plants: what is wrong, where, and which checks must catch it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A mechanism that is wrong: what is wrong in words, where, and which checks catch it."""

    what: str
    file: str
    edits: tuple[tuple[str, str], ...]
    caught_by: tuple[str, ...]


ORACLE = "test:tests/test_oracle.py::test_the_fast_model_agrees_with_the_oracle_firm_by_firm[1]"
FAULTS = {
    "price_sign": Fault(
        "Buyers prefer the dearer firm",
        "sim/firms.py",
        (("self.dearness = m.price_elasticity *", "self.dearness = -m.price_elasticity *"),),
        (
            "limit:dearer_sells_less",
            ORACLE,
            "test:tests/test_firms.py::test_attraction_rises_with_quality_taste_and_size_and_falls_with_price",
        ),
    ),
    "freight_free": Fault(
        "Outside firms deliver to the city free of freight",
        "sim/firms.py",
        (("math.log(1.0 + freight_jt_t / self.price_jt_t)", "math.log(1.0)"),),
        (ORACLE, "test:tests/test_firms.py::test_freight_makes_a_firm_dearer_in_the_city_and_not_at_home"),
    ),
    "trust_stays": Fault(
        "A mill's trust does not follow its deliveries",
        "sim/steel_market.py",
        (("firm.trust = s.trust_decay * firm.trust + (1.0 - s.trust_decay) * part", "firm.trust = firm.trust"),),
        (ORACLE,),
    ),
    "reserve_ignored": Fault(
        "Steel reserved for local firms is divided among all",
        "sim/steel_market.py",
        (("count, mill.reserved_t, True)", "count, mill.reserved_t, False)"),),
        (ORACLE,),
    ),
    "steel_free": Fault(
        "Distributors give steel away",
        "sim/steel_market.py",
        (("bill_jt = got_t * mill.price_jt_t\n", "bill_jt = 0.0\n"),),
        (ORACLE,),
    ),
    "paid_at_once": Fault(
        "Buyers pay at once whatever their terms",
        "sim/deliveries.py",
        (("delay = int(kind.terms_months)\n", "delay = 0\n"),),
        (ORACLE, "test:tests/test_goods_market.py::test_payment_comes_by_the_terms_or_a_month_or_two_late[0.5-2]"),
    ),
    "imports_take_all": Fault(
        "Imports take all demand",
        "sim/goods_market.py",
        (("- kind.import_pull - import_utility)", "- kind.import_pull - import_utility - 50.0)"),),
        (
            "card:use_local",
            "card:exits_local",
            "test:tests/test_goods_market.py::test_a_list_as_good_as_imports_gets_half",
        ),
    ),
    "gate_open": Fault(
        "Big stores list whoever comes",
        "sim/buyers.py",
        (
            (
                "        if kind.needs_papers > 0.0 and not firm.registered:\n",
                "        return ADMITTED\n        if False:\n",
            ),
        ),
        ("test:tests/test_goods_market.py::test_the_gate_names_what_is_missing_first",),
    ),
    "nobody_closes": Fault(
        "No firm ever closes",
        "sim/workshops.py",
        (("if firm.bad_months >= p.insolvency_months or", "if False and"),),
        ("card:exits_local", "card:exits_outside", "card:firms_local"),
    ),
    "nobody_opens": Fault(
        "No firm ever opens",
        "sim/population.py",
        (("        wanted = poisson(", "        wanted = 0 * poisson("),),
        ("card:net_change_local", "card:net_change_outside"),
    ),
    "learning_backwards": Fault(
        "Practice takes skill away",
        "sim/firms.py",
        (("self.skill += p.learning * practice", "self.skill -= p.learning * practice"),),
        (ORACLE, "test:tests/test_firm_growth.py::test_skill_is_learnt_by_doing_toward_the_frontier"),
    ),
    "wages_unpaid": Fault(
        "Hired workers work for nothing",
        "sim/firm_figures.py",
        (("return hired_fte(firm, p) * firm.wage_jt_fte * (p.wage_fixed", "return 0.0 * (p.wage_fixed"),),
        (ORACLE, "test:tests/test_firms.py::test_wages_are_part_fixed_and_part_by_the_hours"),
    ),
    "prices_frozen": Fault(
        "Posted prices never change",
        "sim/firms.py",
        (("off = 1.0 + p.menu_cost", "off = 1e9"),),
        ("card:price_changes", ORACLE),
    ),
    "season_flat": Fault(
        "Every month of the year is alike",
        "sim/shocks.py",
        (('demand = o[f"season_{MONTH_NAMES[month - 1]}"]', "demand = 1.0"),),
        ("card:building_season",),
    ),
    "lebaran_ignored": Fault(
        "Lebaran empties no month",
        "sim/shocks.py",
        (('demand *= (1.0 - o["lebaran_demand_loss"] * closed)', "demand *= 1.0"),),
        ("card:lebaran", "test:tests/test_outside.py::test_lebaran_empties_its_month_and_fills_the_next"),
    ),
    "budget_even": Fault(
        "The city spends its budget evenly",
        "sim/shocks.py",
        (("    if month < JUNE:\n", "    return 1.0 / DECEMBER\n    if month < JUNE:\n"),),
        (
            "card:spent_by_may",
            "card:spent_by_june",
            "test:tests/test_outside.py::test_public_money_is_spent_late_in_the_year_and_all_of_it_in_a_year",
        ),
    ),
    "seed_unused": Fault(
        "Every seed has the same luck",
        "sim/model.py",
        (("self.luck = Luck(self.seed)", "self.luck = Luck(1)"),),
        ("limit:seed_is_luck",),
    ),
    "luck_repeats": Fault(
        "Every month has the luck of the first",
        "sim/core/streams.py",
        (("return [int(one) for one in keys.tolist()]", "return [int(keys[0])] * months"),),
        ("test:tests/test_luck.py::test_uniform_luck_is_uniform_over_months_and_seeds",),
    ),
    "tonne_leaked": Fault(
        "A thousandth of the goods made vanishes",
        "sim/workshops.py",
        (("firm.goods_t += output_t\n", "firm.goods_t += 0.999 * output_t\n"),),
        ("audit",),
    ),
    "rupiah_leaked": Fault(
        "Wages leave the firm's cash and reach nobody",
        "sim/workshops.py",
        (("give(books, WAGES, firm, firm.wages_jt)", "firm.cash_jt -= firm.wages_jt"),),
        ("audit",),
    ),
    "spent_twice": Fault(
        "A policy's spending is entered twice",
        "sim/government.py",
        (
            (
                "    books[flow, 0] += jt\n    return True",
                "    books[flow, 0] += 2.0 * jt\n    return True",
            ),
        ),
        ("audit",),
    ),
    "purse_bottomless": Fault(
        "A policy's purse is not charged",
        "sim/government.py",
        (("purse.left_jt = max(0.0, purse.left_jt - jt)", "purse.left_jt += 0.0"),),
        ("test:tests/test_policy_money.py::test_a_policy_never_spends_more_than_its_budget[60.0-training]",),
    ),
    "help_without_money": Fault(
        "Training goes on without money",
        "sim/policies/_programme.py",
        (
            ("min(places, affordable(purse, each_jt), applicants.size)", "min(places, applicants.size)"),
            ("if not spend(purse, office, PROGRAMME, due_jt, books):", "if False:"),
        ),
        ("limit:no_money", "test:tests/test_policies.py::test_a_policy_without_money_changes_no_bit[0.3-training]"),
    ),
    "threshold_in_rupiah": Fault(
        "Firms borrow when they have less than 20 million of whatever money",
        "sim/workshops.py",
        (("floor_jt = p.loan_cash_months * need_jt", "floor_jt = 20.0"),),
        ("limit:money_unit", ORACLE),
    ),
    "demand_from_nowhere": Fault(
        "Every buyer needs a tonne more than it does",
        "sim/buyers.py",
        (("self.demand_t = self.usual_t *", "self.demand_t = 1.0 + self.usual_t *"),),
        ("limit:no_demand",),
    ),
    "goods_from_nowhere": Fault(
        "Firms make goods without steel",
        "sim/firms.py",
        (("yard_t = self.steel_t / self.material_t_t", "yard_t = 1e9"),),
        ("audit", ORACLE),
    ),
    "bottomless_dealers": Fault(
        "Distributors never run out of steel",
        "sim/steel_market.py",
        (
            (
                "dealer.sold_t = min(dealer.ordered_t, s.distributor_surge * dealer.usual_t)",
                "dealer.sold_t = dealer.ordered_t",
            ),
        ),
        ("limit:no_steel", ORACLE),
    ),
    "favoured_cluster": Fault(
        "Who comes from the third cluster in the table pays for a long way",
        "sim/workshops.py",
        (("attract(firm, c.freight_jt_t, bell", "attract(firm, c.freight_jt_t + 20.0 * (firm.cluster == 2), bell"),),
        ("limit:identical_clusters",),
    ),
}
