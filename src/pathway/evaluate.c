// evaluate.c - a plan recomputed in real units from the scenario's tensors, and how well it meets
// the constraints of specs/pathway.md §4. Nothing here looks at the programme's coefficients.
#include "classes.h"
#include "couplings.h"
#include "goals.h"
#include "impacts.h"
#include "limits.h"
#include "lines.h"
#include "model.h"
#include "program.h"

#include <math.h>
#include <string.h>

// fmax is a call. Sizes only: a NaN shows in the residual.
static inline double larger(double a, double b) {
  return a > b ? a : b;
}

// The larger of two violations. A NaN must not pass as none, nor be forgotten.
static inline double worse_of(double a, double b) {
  return isnan(a) || a >= b ? a : b;
}

static void worsen(double *worst, double residual, double size) {
  if (residual <= 0.0) return;
  *worst = worse_of(*worst, residual / larger(size, residual));
}

static void check_limits(double *worst, double amount, double size, double lower, double upper) {
  if (isfinite(lower)) worsen(worst, lower - amount, larger(size, fabs(lower)));
  if (isfinite(upper)) worsen(worst, amount - upper, larger(size, fabs(upper)));
}

static void add_flow(vt_pathway_state *s, int label, int time, double amount) {
  const ptrdiff_t at = (ptrdiff_t)label * s->model->core.times + time;
  s->flow[at] += amount;
  s->flow_size[at] = larger(s->flow_size[at], fabs(amount));
  s->total_flow[label] += amount;
  s->total_flow_size[label] = larger(s->total_flow_size[label], fabs(amount));
}

// What an intermediate flow emits of the elementary flows that have limits.
static void add_emissions(vt_pathway_state *s, int flow, int time, double amount) {
  const vt_pathway *m = s->model;
  for (int k = 0; k < m->impacts->limited_flows; k++) {
    const double emitted = s->value[m->impacts->emitted[at_impact(&m->core, k, flow, time)]];
    add_flow(s, m->impacts->limited_label[k], time, amount * emitted);
  }
}

// What `units` of an activity with these rates do: balances, impacts, flows.
static void add_activity(vt_pathway_state *s, ptrdiff_t first, ptrdiff_t count, double units,
                         int process, vt_plan *plan) {
  const vt_pathway *m = s->model;
  const double *value = s->value;
  for (ptrdiff_t i = first; i < first + count; i++) {
    const vt_rate *r = &m->classes->rate[i];
    const vt_line *l = &m->lines->line[r->line];
    const double amount = value[r->cell] * units;
    if (l->tensor == VT_TENSOR_PRODUCTION || l->tensor == VT_TENSOR_INTERNAL_DEMAND) {
      const bool made = l->tensor == VT_TENSOR_PRODUCTION;
      const ptrdiff_t at = at_time(&m->core, l->flow, r->time);
      s->balance[at] += made ? amount : -amount;
      s->balance_size[at] = larger(s->balance_size[at], fabs(amount));
      if (s->limited_flows && made) add_flow(s, l->flow, r->time, amount);
      continue;
    }
    for (int c = 0; c < m->core.categories; c++) {
      const double impact = amount * value[impact_cell(&m->core, m->impacts, l, c, r->time)];
      const ptrdiff_t year = at_time(&m->core, c, r->time);
      plan->impact[((ptrdiff_t)c * m->core.processes + process) * m->core.times + r->time] +=
          impact;
      s->impact_size[year] = larger(s->impact_size[year], fabs(impact));
    }
    if (!s->limited_flows) continue;
    add_flow(s, l->label, r->time, amount);
    if (l->tensor == VT_TENSOR_TECHNOSPHERE) add_emissions(s, l->flow, r->time, amount);
  }
}

static void clear(vt_pathway_state *s, vt_plan *plan) {
  const vt_pathway *m = s->model;
  const size_t times = (size_t)m->core.times, number = sizeof(double);
  const size_t flows = (size_t)(m->core.products + m->core.intermediates + m->core.elementaries);
  memset(s->balance, 0, (size_t)m->core.products * times * number);
  memset(s->balance_size, 0, (size_t)m->core.products * times * number);
  memset(s->impact_size, 0, (size_t)m->core.categories * times * number);
  memset(plan->impact, 0, (size_t)m->core.categories * (size_t)m->core.processes * times * number);
  memset(plan->operation, 0, (size_t)m->core.processes * times * number);
  if (!s->limited_flows) return;
  memset(s->flow, 0, flows * times * number);
  memset(s->flow_size, 0, flows * times * number);
  memset(s->total_flow, 0, flows * number);
  memset(s->total_flow_size, 0, flows * number);
}

static void set_installation(const vt_pathway_state *s, const double *x, vt_plan *plan) {
  const vt_pathway *m = s->model;
  for (int p = 0; p < m->core.processes; p++) {
    const double ratio = s->value[m->couplings->coupled[p].ratio];
    for (int t = 0; t < m->core.times; t++) {
      const int column =
          m->program->installed_column[at_time(&m->core, m->couplings->coupled[p].root, t)];
      plan->installation[at_time(&m->core, p, t)] = column < 0 ? 0.0 : ratio * x[column];
    }
  }
}

// Classes: operation, capacity, and all that running causes.
static double run_classes(vt_pathway_state *s, const double *x, vt_plan *plan) {
  const vt_pathway *m = s->model;
  double worst = 0.0;
  for (ptrdiff_t k = 0; k < m->classes->count; k++) {
    const vt_class *c = &m->classes->class_[k];
    const double units = c->column < 0 ? 0.0 : x[c->column];
    if (units == 0.0) continue;
    plan->operation[at_time(&m->core, c->process, c->time)] += units;
    worsen(&worst, -units, -units);
    add_activity(s, c->first_rate, c->rates, units, c->process, plan);
    const double f = s->value[c->least_production];
    // In the annual convention a class without any output has no capacity row.
    if (!c->capped || f == 0.0) continue;
    double room = f * s->value[c->capacity], size = larger(fabs(units), fabs(room));
    for (ptrdiff_t i = c->first_member; i < c->first_member + c->members; i++) {
      const vt_process_vintage *v = &m->lines->vintage[m->classes->member[i]];
      if (v->time < 0) continue;
      const double built = f * plan->installation[at_time(&m->core, c->process, v->time)];
      room += built;
      size = larger(size, fabs(built));
    }
    worsen(&worst, units - room, size);
  }
  return worst;
}

static void install_all(vt_pathway_state *s, vt_plan *plan) {
  const vt_pathway *m = s->model;
  for (int p = 0; p < m->core.processes; p++) {
    for (int t = 0; t < m->core.times; t++) {
      const ptrdiff_t at = at_time(&m->core, p, t);
      if (plan->installation[at] == 0.0) continue;
      add_activity(s, m->classes->build[at].first_rate, m->classes->build[at].rates,
                   plan->installation[at], p, plan);
    }
  }
}

static double check_balances(const vt_pathway_state *s) {
  const vt_pathway *m = s->model;
  double worst = 0.0;
  for (int r = 0; r < m->core.products; r++) {
    for (int t = 0; t < m->core.times; t++) {
      const ptrdiff_t at = (ptrdiff_t)r * m->core.times + t;
      const double demand = s->value[m->limits->demand[at]];
      worsen(&worst, fabs(s->balance[at] - demand), larger(s->balance_size[at], fabs(demand)));
    }
  }
  return worst;
}

static double check_processes(const vt_pathway_state *s, const vt_plan *plan) {
  const vt_pathway *m = s->model;
  const double *value = s->value;
  double worst = 0.0;
  for (int p = 0; p < m->core.processes; p++) {
    double total = 0.0, size = 0.0;
    for (int t = 0; t < m->core.times; t++) {
      const ptrdiff_t at = at_time(&m->core, p, t);
      const double units = plan->installation[at];
      total += units;
      size = larger(size, fabs(units));
      check_limits(&worst, units, fabs(units), larger(0.0, value[m->limits->deployment_min[at]]),
                   value[m->limits->deployment_max[at]]);
      if (m->classes->first[at + 1] == m->classes->first[at]) continue;
      check_limits(&worst, plan->operation[at], fabs(plan->operation[at]),
                   value[m->limits->operation_min[at]], value[m->limits->operation_max[at]]);
    }
    check_limits(&worst, total, size, value[m->limits->total_deployment_min[p]],
                 value[m->limits->total_deployment_max[p]]);
  }
  return worst;
}

// Those that the programme substitutes hold by construction; those of a circle or of a second
// leader are rows.
static double check_couplings(const vt_pathway_state *s, const vt_plan *plan) {
  const vt_pathway *m = s->model;
  const vt_tensor *coupling = &m->core.inputs->tensor[VT_TENSOR_COUPLING];
  double worst = 0.0;
  for (ptrdiff_t e = 0; e < coupling->count; e++) {
    const double factor = s->value[m->factors->cell[VT_TENSOR_COUPLING][e]];
    for (int t = 0; t < m->core.times; t++) {
      const double mine = plan->installation[at_time(&m->core, coupling->index[2 * e], t)];
      const double theirs =
          factor * plan->installation[at_time(&m->core, coupling->index[2 * e + 1], t)];
      worsen(&worst, fabs(mine - theirs), larger(fabs(mine), fabs(theirs)));
    }
  }
  return worst;
}

// Impacts by year and in total against their limits; sets the totals and the objective.
static double check_impacts(vt_pathway_state *s, vt_plan *plan) {
  const vt_pathway *m = s->model;
  double worst = 0.0;
  plan->objective = plan->objective_terms = 0.0;
  for (int c = 0; c < m->core.categories; c++) {
    double total = 0.0, size = 0.0;
    for (int t = 0; t < m->core.times; t++) {
      const ptrdiff_t at = (ptrdiff_t)c * m->core.times + t;
      double year = 0.0;
      for (int p = 0; p < m->core.processes; p++) {
        const double impact =
            plan->impact[((ptrdiff_t)c * m->core.processes + p) * m->core.times + t];
        year += impact;
        plan->objective_terms += fabs(m->goals->objective[c] * impact);
      }
      total += year;
      size = larger(size, s->impact_size[at]);
      check_limits(&worst, year, s->impact_size[at], -INFINITY,
                   s->value[m->limits->impact_limit[at]]);
    }
    check_limits(&worst, total, size, -INFINITY, s->value[m->limits->total_impact_limit[c]]);
    plan->total_impact[c] = total;
    plan->objective += m->goals->objective[c] * total;
  }
  return worst;
}

static double check_flows(const vt_pathway_state *s) {
  const vt_pathway *m = s->model;
  double worst = 0.0;
  for (int r = 0; s->limited_flows && r < m->program->lp.rows; r++) {
    const vt_row_info *row = &m->program->row[r];
    const double lower = s->value[row->lower], upper = s->value[row->upper];
    const ptrdiff_t at = (ptrdiff_t)row->label * m->core.times + row->time;
    if (row->kind == ROW_FLOW) check_limits(&worst, s->flow[at], s->flow_size[at], lower, upper);
    if (row->kind == ROW_TOTAL_FLOW)
      check_limits(&worst, s->total_flow[row->label], s->total_flow_size[row->label], lower, upper);
  }
  return worst;
}

void vt_pathway_evaluate(vt_pathway_state *s, const double *x, vt_plan *plan) {
  clear(s, plan);
  set_installation(s, x, plan);
  double worst = run_classes(s, x, plan);
  install_all(s, plan);
  worst = worse_of(worst, check_balances(s));
  worst = worse_of(worst, check_processes(s, plan));
  worst = worse_of(worst, check_couplings(s, plan));
  worst = worse_of(worst, check_impacts(s, plan));
  worst = worse_of(worst, check_flows(s));
  plan->violation = isfinite(plan->objective) ? worst : NAN;
}
