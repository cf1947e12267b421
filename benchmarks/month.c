/* The firms' planning (workshops.plan with its rules of firms.py and the luck of streams.py) in plain C over the same
   rows: what the stage costs without Python and numba. Results must equal the compiled rules to the last bit.
   rows.h is written from the tables' types by benchmarks/rivals.py. */

#include <math.h>
#include "rows.h"

static double least(double a, double b) { return b < a ? b : a; }
static double most(double a, double b) { return b > a ? b : a; }

static double bell(int64_t key, int64_t row) {
    uint64_t x = (uint64_t)key + (uint64_t)row * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    x ^= x >> 31;
    int64_t total = (x & 0xFFFF) + ((x >> 16) & 0xFFFF) + ((x >> 32) & 0xFFFF) + ((x >> 48) & 0xFFFF);
    return ((double)total - 2.0 * 65535) * (sqrt(3.0) / 65536);
}

static void plan_one(struct firm *f, double last_season, double season, double steel_jt_t, double freight_jt_t, double z,
                     const struct firms_p *p, const struct market *m) {
    /* expectation, output wanted, steel wanted */
    double skill = f->skill + f->skill_help;
    double news_t = most(f->orders_t, f->sold_t) / last_season;
    f->expected_t = most(p->expected_floor_t, f->expected_t + p->expectation_speed * (news_t - f->expected_t));
    f->desired_t = most(0.0, f->expected_t * (season + p->goods_buffer) - f->goods_t);
    double waste = p->waste_t_t * (1.0 - least(skill, p->skill_ceiling)) * (1.0 - f->waste_saved);
    f->material_t_t = p->material_t_t + waste;
    f->steel_price_jt_t = steel_jt_t;
    f->wanted_steel_t = most(0.0, f->material_t_t * f->expected_t * (season + p->steel_buffer) - f->steel_t);
    /* price */
    double full_t = f->workers_fte * p->output_t_fte * skill;
    double usual_t = most(p->expected_floor_t, least(p->usual_use * f->capacity_t, full_t));
    double hours = least(1.0, usual_t / full_t);
    double mixed_jt_t = p->replacement_share * steel_jt_t + (1.0 - p->replacement_share) * f->steel_cost_jt_t;
    double hired_fte = most(0.0, f->workers_fte - p->family_fte);
    double wages_jt = hired_fte * f->wage_jt_fte * (p->wage_fixed_share + (1.0 - p->wage_fixed_share) * hours);
    double fixed_jt = wages_jt + p->overhead_jt_t * f->capacity_t;
    f->unit_cost_jt_t = f->material_t_t * mixed_jt_t + p->energy_jt_t + fixed_jt / usual_t;
    double buffer_t = p->goods_buffer * f->expected_t;
    double gap = most(-1.0, least(1.0, (buffer_t - f->goods_t) / (buffer_t + p->expected_floor_t)));
    double markup = f->markup + p->markup_speed * gap + p->markup_pull * (p->markup_usual - f->markup);
    f->markup = most(p->markup_low, least(p->markup_high, markup));
    double price_jt_t = f->unit_cost_jt_t * (1.0 + f->markup), off = 1.0 + p->menu_cost;
    if (price_jt_t > off * f->price_jt_t || f->price_jt_t > off * price_jt_t) f->price_jt_t = price_jt_t;
    /* attraction */
    f->taste = m->taste_persistence * f->taste + m->taste_sd * z;
    double utility = m->quality_weight * f->quality + f->taste;
    utility += m->size_weight * f->log_size;
    if (f->price_jt_t != f->judged_jt_t) {
        f->judged_jt_t = f->price_jt_t;
        f->dearness = m->price_elasticity * log(f->price_jt_t / m->price_reference_jt_t);
        double dearer = m->price_elasticity * log(1.0 + freight_jt_t / f->price_jt_t);
        f->carried = exp(-dearer / m->nest);
    }
    f->pull_home = exp((utility - f->dearness) / m->nest);
    f->pull = f->pull_home * f->carried;
}

void plan(struct firm *firms, const struct producer *producers, const struct distributor *distributors,
          const struct cooperative *buying, const struct cluster *clusters, const struct firms_p *p, const struct market *m, int64_t size,
          double last_season, double season, int64_t luck) {
    for (int64_t i = 0; i < size; i++) {
        struct firm *f = &firms[i];
        if (f->working) {
            double markup = f->partner ? 0.0 : distributors[f->cluster].markup;
            if (f->buys_jointly && f->direct_t > 0.0)
                markup -= f->direct_t / (f->direct_t + f->bought_t) * most(0.0, markup - buying->fee_share);
            double steel_jt_t = producers[f->mill].price_jt_t * (1.0 + markup);
            plan_one(f, last_season, season, steel_jt_t, clusters[f->cluster].freight_jt_t, bell(luck, i), p, m);
        }
    }
}
