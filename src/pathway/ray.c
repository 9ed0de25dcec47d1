// ray.c - what an unbounded scenario does without end, and through which flows it pays.
#include "classes.h"
#include "goals.h"
#include "impacts.h"
#include "lines.h"
#include "model.h"
#include "program.h"

#include <math.h>
#include <stdlib.h>

// Parts below this share of the largest are round-off.
static const double least_share = 1e-9;

typedef struct effect {
  double amount, objective;
  double category_objective; // of the category at hand
  int category;
} effect;

static int compare_parts(const void *a, const void *b) {
  const vt_ray_part *x = a, *y = b;
  if (fabs(x->units) != fabs(y->units)) return fabs(x->units) > fabs(y->units) ? -1 : 1;
  if (x->year != y->year) return x->year < y->year ? -1 : 1;
  return (int)y->installation - (int)x->installation;
}

static int compare_causes(const void *a, const void *b) {
  const vt_ray_cause *x = a, *y = b;
  return (x->objective > y->objective) - (x->objective < y->objective);
}

// Rates of a column: of a class, or of an installation.
static void rates_of(const vt_pathway *m, int column, ptrdiff_t *first, ptrdiff_t *count) {
  const int cls = m->program->column_class[column];
  const vt_build *b = &m->classes->build[at_time(&m->core, m->program->column_process[column],
                                                 m->program->column_time[column])];
  *first = cls >= 0 ? m->classes->class_[cls].first_rate : b->first_rate;
  *count = cls >= 0 ? m->classes->class_[cls].rates : b->rates;
}

// What the flow of one rate does to the objective, by category.
static void add_effect(const vt_pathway_state *s, const vt_rate *r, double units, effect *effects) {
  const vt_pathway *m = s->model;
  const vt_line *l = &m->lines->line[r->line];
  if (l->tensor != VT_TENSOR_TECHNOSPHERE && l->tensor != VT_TENSOR_BIOSPHERE) return;
  effect *e = &effects[r->line];
  const double amount = s->value[r->cell] * units;
  e->amount += amount;
  for (int c = 0; c < m->core.categories; c++) {
    const int unit = impact_cell(&m->core, m->impacts, l, c, r->time);
    const double change = m->goals->objective[c] * amount * s->value[unit];
    e->objective += change;
    if (change < e->category_objective) {
      e->category_objective = change;
      e->category = c;
    }
  }
}

static vt_ray_part part_of(const vt_pathway *m, int column, double units) {
  const int process = m->program->column_process[column];
  return (vt_ray_part){.process = vt_inputs_label(m->core.inputs, VT_AXIS_PROCESS, process),
                       .name = m->core.inputs->process_name[process],
                       .installation = m->program->column_class[column] < 0,
                       .year = m->core.inputs->system_time[m->program->column_time[column]],
                       .units = units};
}

static vt_ray_cause cause_of(const vt_pathway *m, const vt_line *l, const effect *e) {
  const vt_axis axis =
      l->tensor == VT_TENSOR_TECHNOSPHERE ? VT_AXIS_INTERMEDIATE_FLOW : VT_AXIS_ELEMENTARY_FLOW;
  return (vt_ray_cause){.process = vt_inputs_label(m->core.inputs, VT_AXIS_PROCESS, l->process),
                        .name = m->core.inputs->process_name[l->process],
                        .tensor = vt_tensor_kinds[l->tensor].name,
                        .flow = vt_inputs_label(m->core.inputs, axis, l->flow),
                        .category = vt_inputs_label(m->core.inputs, VT_AXIS_CATEGORY, e->category),
                        .amount = e->amount,
                        .objective = e->objective};
}

static vt_error describe(const vt_pathway_state *s, const double *direction, vt_ray *ray) {
  const vt_pathway *m = s->model;
  effect *effects;
  double largest = 0.0;
  VT_TRY(vt_arena_create(&ray->arena));
  VT_ARENA_NEW(ray->arena, effects, m->lines->count);
  VT_ARENA_NEW(ray->arena, ray->part, m->program->lp.columns);
  VT_ARENA_NEW(ray->arena, ray->cause, m->lines->count);
  for (int c = 0; c < m->program->lp.columns; c++) largest = fmax(largest, fabs(direction[c]));
  for (int c = 0; c < m->program->lp.columns; c++) {
    if (!(fabs(direction[c]) > least_share * largest)) continue;
    ray->part[ray->parts++] = part_of(m, c, direction[c]);
    ptrdiff_t first, count;
    rates_of(m, c, &first, &count);
    for (ptrdiff_t i = first; i < first + count; i++)
      add_effect(s, &m->classes->rate[i], direction[c], effects);
  }
  for (ptrdiff_t k = 0; k < m->lines->count; k++) {
    if (effects[k].objective < 0.0)
      ray->cause[ray->causes++] = cause_of(m, &m->lines->line[k], &effects[k]);
  }
  qsort(ray->part, (size_t)ray->parts, sizeof *ray->part, compare_parts);
  qsort(ray->cause, (size_t)ray->causes, sizeof *ray->cause, compare_causes);
  return VT_OK;
}

vt_error vt_pathway_describe_ray(const vt_pathway_state *state, const double *direction,
                                 vt_ray *ray) {
  *ray = (vt_ray){0};
  const vt_error described = describe(state, direction, ray);
  if (described != VT_OK) vt_ray_free(ray);
  return described;
}
