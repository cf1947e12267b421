"""Figures of a firm that several rules need: worked out from its state, kept nowhere.

``p`` is the room ``firms`` of the register.
"""

from __future__ import annotations

from sim.core.compiled import compiled

__all__ = [
    "bankable",
    "credit_limit_jt",
    "credit_room_jt",
    "full_output_t",
    "hired_fte",
    "skill_now",
    "steel_means_jt",
    "wage_bill_jt",
    "working_cost_jt",
]


@compiled
def skill_now(firm):
    """Return the skill at work: learnt by doing plus what help has added and practice has kept."""
    return firm.skill + firm.skill_help


@compiled
def hired_fte(firm, p):
    """Return the workers paid by wage [fte]; owner and family are paid by draw."""
    return max(0.0, firm.workers_fte - p.family_fte)


@compiled
def bankable(firm, p):
    """Tell whether a bank would lend: papers and a history."""
    return firm.registered & (firm.age_months > p.bank_history_months)


@compiled
def credit_limit_jt(firm, p):
    """Return the debt a lender would allow [jt], in months of expected sales."""
    bank, informal = p.credit_limit_bank_months, p.credit_limit_informal_months
    months = bank if bankable(firm, p) else informal
    return months * firm.expected_t * firm.price_jt_t


@compiled
def credit_room_jt(firm, p):
    """Return what the firm can still borrow [jt]; a subsidised loan takes no room from other lenders."""
    return max(0.0, credit_limit_jt(firm, p) - (firm.debt_jt - firm.kur_jt))


@compiled
def steel_means_jt(firm, p, s):
    """Return the cash that a firm can pay steel with [jt]: a part of the month's wages is kept back (``s``: steel)."""
    return max(0.0, firm.cash_jt - s.wage_reserve_share * hired_fte(firm, p) * firm.wage_jt_fte)


@compiled
def full_output_t(firm, p):
    """Return what the firm's workers can make in a full month [t]."""
    return firm.workers_fte * p.output_t_fte * skill_now(firm)


@compiled
def wage_bill_jt(firm, hours_share, p):
    """Return the month's wages [jt]: part fixed, part by the hours used."""
    return hired_fte(firm, p) * firm.wage_jt_fte * (p.wage_fixed_share + (1.0 - p.wage_fixed_share) * hours_share)


@compiled
def working_cost_jt(firm, p):
    """Return one month's usual cash need [jt]: steel for expected work, full wages, overhead."""
    steel_jt = firm.material_t_t * firm.expected_t * firm.steel_price_jt_t
    overhead_jt = p.energy_jt_t * firm.expected_t + p.overhead_jt_t * firm.capacity_t
    return steel_jt + hired_fte(firm, p) * firm.wage_jt_fte + overhead_jt
