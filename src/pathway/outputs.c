// outputs.c - what a plan is made of, recomputed from the scenario's tensors (specs/pathway.md §8).
//
// The same activities as in evaluate.c: every class that runs and every unit that is built has
// rates, one a line and year. Nothing here looks at the programme's coefficients.
#include "classes.h"
#include "impacts.h"
#include "lines.h"
#include "model.h"
#include "tables.h"

#include <string.h>

const char *const vt_pathway_origins[VT_ORIGINS] = {
    "installation", "operation", "installation_background", "operation_background"};

// ---------------------------------------------------------------------------------------------
// A walk over all flows of a plan.

typedef struct flow {
  const vt_line *line;
  int process, time;
  double amount;
  bool running; // by operation, else by installation
} flow;

typedef void visit(const vt_pathway_state *s, const flow *f, double *value);

static void visit_rates(const vt_pathway_state *s, ptrdiff_t first, ptrdiff_t count, double units,
                        flow f, visit *each, double *value) {
  const vt_pathway *m = s->model;
  for (ptrdiff_t i = first; i < first + count; i++) {
    const vt_rate *r = &m->classes->rate[i];
    f.line = &m->lines->line[r->line];
    f.time = r->time;
    f.amount = s->value[r->cell] * units;
    each(s, &f, value);
  }
}

static void walk_operation(const vt_pathway_state *s, const vt_solved *solved, visit *each,
                           double *value) {
  const vt_pathway *m = s->model;
  for (ptrdiff_t k = 0; k < m->classes->count; k++) {
    const vt_class *c = &m->classes->class_[k];
    const double units = c->column < 0 ? 0.0 : solved->x[c->column];
    if (units == 0.0) continue;
    visit_rates(s, c->first_rate, c->rates, units, (flow){.process = c->process, .running = true},
                each, value);
  }
}

static void walk(const vt_pathway_state *s, const vt_solved *solved, visit *each, double *value) {
  const vt_pathway *m = s->model;
  walk_operation(s, solved, each, value);
  for (int p = 0; p < m->core.processes; p++) {
    for (int t = 0; t < m->core.times; t++) {
      const double units = solved->plan->installation[at_time(&m->core, p, t)];
      const vt_build *b = &m->classes->build[at_time(&m->core, p, t)];
      if (units != 0.0)
        visit_rates(s, b->first_rate, b->rates, units, (flow){.process = p}, each, value);
    }
  }
}

static void clear(double *value, ptrdiff_t cells) {
  memset(value, 0, (size_t)cells * sizeof *value);
}

// ---------------------------------------------------------------------------------------------
// Flows.

static void add_production(const vt_pathway_state *s, const flow *f, double *value) {
  const vt_pathway *m = s->model;
  if (f->line->tensor != VT_TENSOR_PRODUCTION) return;
  value[((ptrdiff_t)f->line->flow * m->core.processes + f->process) * m->core.times + f->time] +=
      f->amount;
}

void vt_pathway_production(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  clear(value, (ptrdiff_t)m->core.products * m->core.processes * m->core.times);
  walk_operation(s, solved, add_production, value);
}

static void add_technosphere(const vt_pathway_state *s, const flow *f, double *value) {
  const vt_pathway *m = s->model;
  if (f->line->tensor != VT_TENSOR_TECHNOSPHERE) return;
  value[((ptrdiff_t)f->process * m->core.intermediates + f->line->flow) * m->core.times +
        f->time] += f->amount;
}

void vt_pathway_flow(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  clear(value, (ptrdiff_t)m->core.processes * m->core.intermediates * m->core.times);
  walk(s, solved, add_technosphere, value);
}

// ---------------------------------------------------------------------------------------------
// Impacts.

static double impact_of(const vt_pathway_state *s, const flow *f, int category) {
  const vt_pathway *m = s->model;
  return f->amount * s->value[impact_cell(&m->core, m->impacts, f->line, category, f->time)];
}

static void add_origin(const vt_pathway_state *s, const flow *f, double *value) {
  const vt_pathway *m = s->model;
  const bool background = f->line->tensor == VT_TENSOR_TECHNOSPHERE;
  if (!background && f->line->tensor != VT_TENSOR_BIOSPHERE) return;
  const int origin = 2 * background + f->running; // as in vt_pathway_origins
  for (int c = 0; c < m->core.categories; c++) {
    const ptrdiff_t block = ((ptrdiff_t)c * VT_ORIGINS + origin) * m->core.processes + f->process;
    value[block * m->core.times + f->time] += impact_of(s, f, c);
  }
}

void vt_pathway_impact_by_origin(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  clear(value, (ptrdiff_t)m->core.categories * VT_ORIGINS * m->core.processes * m->core.times);
  walk(s, solved, add_origin, value);
}

static void add_impact_of_flow(const vt_pathway_state *s, const flow *f, double *value) {
  const vt_pathway *m = s->model;
  if (f->line->tensor != VT_TENSOR_TECHNOSPHERE) return;
  for (int c = 0; c < m->core.categories; c++)
    value[at_impact(&m->core, c, f->line->flow, f->time)] += impact_of(s, f, c);
}

void vt_pathway_impact_by_flow(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  clear(value, (ptrdiff_t)m->core.categories * m->core.intermediates * m->core.times);
  walk(s, solved, add_impact_of_flow, value);
}

// ---------------------------------------------------------------------------------------------
// Inventory. The background has up to millions of entries: intermediate flows are summed first, and
// what nobody takes in the years of a snapshot is passed over.

static void add_direct(const vt_pathway_state *s, const flow *f, double *value) {
  if (f->line->tensor == VT_TENSOR_BIOSPHERE)
    value[at_time(&s->model->core, f->line->flow, f->time)] += f->amount;
}

static void add_total(const vt_pathway_state *s, const flow *f, double *total) {
  if (f->line->tensor == VT_TENSOR_TECHNOSPHERE)
    total[at_time(&s->model->core, f->line->flow, f->time)] += f->amount;
}

// The number of an entry in the scenario, which may have no cell (factors.c): of the background,
// of characterisation.
static double number_of(const vt_pathway_state *s, vt_tensor_id tensor, ptrdiff_t entry) {
  const vt_pathway *m = s->model;
  const int *cell = m->factors->cell[tensor], *touches = m->factors->touched[tensor];
  if (cell && cell[entry] != CELL_ZERO) return s->value[cell[entry]];
  const double base = m->core.inputs->tensor[tensor].value[entry];
  const int touched = touches ? touches[entry] : -1;
  if (touched < 0 || m->factors->touch[touched].alpha < 0) return base;
  const vt_touch *t = &m->factors->touch[touched];
  return s->value[t->alpha] * base + s->value[t->beta];
}

// Emissions of a snapshot for one intermediate flow, taken by `amount` a year in [first, last].
static void add_pair(const vt_pathway_state *s, ptrdiff_t pair, const double *amount, int first,
                     int last, double *value) {
  const vt_pathway *m = s->model;
  const vt_tensor *g = &m->core.inputs->tensor[VT_TENSOR_BACKGROUND];
  for (ptrdiff_t e = m->tables->pair[pair]; e < m->tables->pair[pair + 1]; e++) {
    const double emitted = number_of(s, VT_TENSOR_BACKGROUND, e);
    double *row = value + (ptrdiff_t)g->index[3 * e + 2] * m->core.times;
    for (int t = first; t <= last; t++) row[t] += emitted * amount[t];
  }
}

void vt_pathway_inventory(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  const vt_tensor *g = &m->core.inputs->tensor[VT_TENSOR_BACKGROUND];
  // Room that vt_pathway_evaluate clears before it uses it: of a product and of all intermediates.
  double *amount = s->flow, *total = s->flow + (ptrdiff_t)m->core.products * m->core.times;
  clear(value, (ptrdiff_t)m->core.elementaries * m->core.times);
  clear(total, (ptrdiff_t)m->core.intermediates * m->core.times);
  walk(s, solved, add_direct, value);
  walk(s, solved, add_total, total);
  for (ptrdiff_t k = 0; k < m->tables->pairs; k++) {
    const int32_t *key = g->index + 3 * m->tables->pair[k];
    int first = m->core.times, last = -1;
    for (int t = 0; t < m->core.times; t++) {
      amount[t] = s->value[m->tables->mapping_cell[at_time(&m->core, key[0], t)]] *
                  total[at_time(&m->core, key[1], t)];
      if (amount[t] == 0.0) continue;
      last = t;
      if (first > t) first = t;
    }
    add_pair(s, k, amount, first, last, value);
  }
}

// The characterisation of the first year, 0 where there is none.
static double first_factor(const vt_pathway_state *s, int category, int elementary) {
  const vt_core *core = &s->model->core;
  bool found;
  const ptrdiff_t entry = vt_tensor_find(&core->inputs->tensor[VT_TENSOR_CHARACTERIZATION], 3,
                                         (const int32_t[]){category, elementary, 0}, &found);
  return found ? number_of(s, VT_TENSOR_CHARACTERIZATION, entry) : 0.0;
}

static void add_unit_impacts(const vt_pathway_state *s, int category, double *value) {
  const vt_core *core = &s->model->core;
  const vt_tensor *g = &core->inputs->tensor[VT_TENSOR_BACKGROUND];
  double *factor = s->flow; // room that vt_pathway_evaluate clears before it uses it
  for (int e = 0; e < core->elementaries; e++) factor[e] = first_factor(s, category, e);
  for (ptrdiff_t k = 0; k < g->count; k++) {
    const int32_t *key = g->index + 3 * k;
    value[((ptrdiff_t)key[0] * core->intermediates + key[1]) * core->categories + category] +=
        factor[key[2]] * number_of(s, VT_TENSOR_BACKGROUND, k);
  }
}

void vt_pathway_background_impact(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_core *core = &s->model->core;
  const ptrdiff_t cells = (ptrdiff_t)vt_inputs_axis_size(core->inputs, VT_AXIS_BACKGROUND) *
                          core->intermediates * core->categories;
  const vt_drawn_numbers *drawn = &s->model->factors->drawing;
  (void)solved;
  if (drawn->drawing && !drawn->drawing->entry) {
    for (ptrdiff_t i = 0; i < cells; i++) value[i] = s->value[drawn->cell[i]];
    return;
  }
  clear(value, cells);
  for (int c = 0; c < core->categories; c++) add_unit_impacts(s, c, value);
}

// ---------------------------------------------------------------------------------------------
// Units that could run.

// Whether anything says how many units of a class can run: not where, in the annual convention, it
// makes nothing.
static bool is_bounded(const vt_pathway_state *s, const vt_class *c) {
  return c->capped && s->value[c->least_production] != 0.0;
}

// How many of a vintage can run.
static double room_of(const vt_pathway_state *s, const vt_plan *plan, const vt_class *c,
                      int member) {
  const vt_pathway *m = s->model;
  const vt_process_vintage *v = &m->lines->vintage[member];
  const double f = s->value[c->least_production];
  if (v->time >= 0) return f * plan->installation[at_time(&m->core, c->process, v->time)];
  return f * s->value[m->factors->cell[VT_TENSOR_EXISTING_CAPACITY][v->capacity]];
}

static double room_of_class(const vt_pathway_state *s, const vt_plan *plan, const vt_class *c) {
  const int *member = s->model->classes->member + c->first_member;
  double room = 0.0;
  for (ptrdiff_t i = 0; i < c->members; i++) room += room_of(s, plan, c, member[i]);
  return room;
}

void vt_pathway_capacity(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  clear(value, (ptrdiff_t)m->core.products * m->core.times);
  for (ptrdiff_t k = 0; k < m->classes->count; k++) {
    const vt_class *c = &m->classes->class_[k];
    const double room = is_bounded(s, c) ? room_of_class(s, solved->plan, c) : 0.0;
    if (room == 0.0) continue;
    for (ptrdiff_t i = c->first_rate; i < c->first_rate + c->rates; i++) {
      const vt_line *l = &m->lines->line[m->classes->rate[i].line];
      if (l->tensor == VT_TENSOR_PRODUCTION)
        value[at_time(&m->core, l->flow, c->time)] += s->value[m->classes->rate[i].cell] * room;
    }
  }
}

void vt_pathway_utilisation(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  for (ptrdiff_t at = 0; at < (ptrdiff_t)m->core.processes * m->core.times; at++) {
    bool bounded = true;
    double room = 0.0;
    for (ptrdiff_t k = m->classes->first[at]; k < m->classes->first[at + 1]; k++) {
      bounded = bounded && is_bounded(s, &m->classes->class_[k]);
      room += room_of_class(s, solved->plan, &m->classes->class_[k]);
    }
    value[at] = bounded && room > 0.0 ? solved->plan->operation[at] / room : 0.0;
  }
}

// Units of a class over its vintages, which are in ascending order. What rounding leaves over goes
// to the vintage with the most room, where it matters least.
static void split_class(const vt_pathway_state *s, const vt_plan *plan, const vt_class *c,
                        double units, double *value) {
  const vt_pathway *m = s->model;
  const int *member = m->classes->member + c->first_member;
  double *cell = value + (ptrdiff_t)c->process * m->tables->vintage_years * m->core.times + c->time;
  ptrdiff_t widest = 0;
  double most = 0.0;
  for (ptrdiff_t i = 0; i < c->members && is_bounded(s, c); i++) {
    const double room = room_of(s, plan, c, member[i]);
    const double part = units < room ? units : room;
    if (room > most) {
      most = room;
      widest = i;
    }
    if (!(part > 0.0)) continue;
    cell[(ptrdiff_t)m->tables->vintage_place[member[i]] * m->core.times] += part;
    units -= part;
  }
  cell[(ptrdiff_t)m->tables->vintage_place[member[widest]] * m->core.times] += units;
}

void vt_pathway_operation_by_vintage(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  clear(value, (ptrdiff_t)m->core.processes * m->tables->vintage_years * m->core.times);
  for (ptrdiff_t k = 0; k < m->classes->count; k++) {
    const vt_class *c = &m->classes->class_[k];
    const double units = c->column < 0 ? 0.0 : solved->x[c->column];
    if (units != 0.0) split_class(s, solved->plan, c, units, value);
  }
}
