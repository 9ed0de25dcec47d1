// duals.c - what a unit more of a demand or limit changes in the objective.
//
// Multipliers of the programme's rows price processes: what a unit of each costs, less what it is
// worth in all rows. Prices of all products follow from these by one transposed solve a step.
#include "kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A reduced cost below this share of its terms is 0.
#define NOISE 1e-11

// -------------------------------------------------------------------------------------------------
// Axes.

static bool is_plain(const char *text) {
  const size_t length = strlen(text);
  return length > 0 && !strpbrk(text, ",[]|\"*?:\\") && text[0] != ' ' && text[length - 1] != ' ';
}

// A label as a selector has it.
static vt_error add_label(vt_text *text, const char *label) {
  if (is_plain(label)) return vt_text_add(text, "%s", label);
  VT_TRY(vt_text_add(text, "\""));
  for (const char *c = label; *c; c++)
    VT_TRY(vt_text_add(text, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c));
  return vt_text_add(text, "\"");
}

const char *vt_choice_key_label(const vt_choice_data *k, vt_choice_tensor tensor, const int key[2],
                                int a) {
  switch (tensor) {
    case VT_CHOICE_DEMAND: return vt_choice_merged_label(k, key[0]);
    case VT_CHOICE_CAPACITY:
      return k->axis[a == 0 ? VT_CHOICE_LABEL : VT_CHOICE_PROCESS].label[key[a]];
    case VT_CHOICE_SUPPLY:
    case VT_CHOICE_UPPER:
    case VT_CHOICE_LOWER: return k->axis[VT_CHOICE_PROCESS].label[key[0]];
    case VT_CHOICE_UPPER_ELEM:
    case VT_CHOICE_LOWER_ELEM: return k->axis[VT_CHOICE_FLOW].label[key[0]];
    case VT_CHOICE_DEPENDENTS:
      if (a == 1) return key[1] == VT_TERM_MIN ? "min" : "max";
      return k->axis[VT_CHOICE_DEPENDENT].label[key[0]];
    case VT_CHOICE_UPPER_IMP:
    case VT_CHOICE_LOWER_IMP:
    case VT_CHOICE_UPPER_IMP_AGG:
    case VT_CHOICE_WEIGHTS:
    case VT_CHOICE_GOALS:
    case VT_CHOICE_STORAGE:
    case VT_CHOICE_CONFIDENCE:
    case VT_CHOICE_TECHNOSPHERE:
    case VT_CHOICE_BIOSPHERE:
    case VT_CHOICE_CHARACTERIZATION:
    case VT_CHOICE_TENSORS: break;
  }
  return k->axis[VT_CHOICE_CATEGORY].label[key[0]];
}

vt_error vt_choice_entry_text(const vt_choice_data *k, vt_choice_tensor tensor, int entry,
                              vt_text *text) {
  const int *key = k->list[tensor].entry[entry].key;
  const bool two = tensor == VT_CHOICE_CAPACITY || tensor == VT_CHOICE_DEPENDENTS;
  VT_TRY(vt_text_add(text, "%s[", vt_choice_tensor_name(tensor)));
  VT_TRY(add_label(text, vt_choice_key_label(k, tensor, key, 0)));
  if (two) {
    VT_TRY(vt_text_add(text, ", "));
    VT_TRY(add_label(text, vt_choice_key_label(k, tensor, key, 1)));
  }
  return vt_text_add(text, "]");
}

static vt_error add_limit(vt_choice_model *m, vt_choice_tensor tensor, int entry) {
  const vt_choice_data *k = m->data;
  vt_text text = {0};
  m->limit[m->limits] = (vt_choice_limit_of){tensor, entry};
  vt_error made = vt_choice_entry_text(k, tensor, entry, &text);
  if (made == VT_OK)
    made = vt_arena_text(k->arena, text.bytes, text.length, &m->limit_label[m->limits]);
  vt_text_free(&text);
  m->limits++;
  return made;
}

// All limits that there are or may be, in the order of their tensors.
vt_error vt_choice_list_limits(vt_choice_model *m) {
  static const vt_choice_tensor tensors[] = {
      VT_CHOICE_CAPACITY,   VT_CHOICE_UPPER,         VT_CHOICE_LOWER,
      VT_CHOICE_UPPER_ELEM, VT_CHOICE_LOWER_ELEM,    VT_CHOICE_UPPER_IMP,
      VT_CHOICE_LOWER_IMP,  VT_CHOICE_UPPER_IMP_AGG, VT_CHOICE_DEPENDENTS};
  const vt_choice_data *k = m->data;
  ptrdiff_t most = 0;
  for (size_t t = 0; t < sizeof tensors / sizeof *tensors; t++) most += k->list[tensors[t]].count;
  VT_ARENA_NEW(k->arena, m->limit, most);
  VT_ARENA_NEW(k->arena, m->limit_label, most);
  for (size_t t = 0; t < sizeof tensors / sizeof *tensors; t++) {
    const vt_choice_list *l = &k->list[tensors[t]];
    for (int i = 0; i < l->count; i++) {
      const bool capacity = tensors[t] == VT_CHOICE_CAPACITY;
      if (capacity && !l->entry[i].stored && !k->touched[VT_CHOICE_CAPACITY]) continue;
      if (tensors[t] == VT_CHOICE_DEPENDENTS && l->entry[i].key[1] >= 0) continue;
      VT_TRY(add_limit(m, tensors[t], i));
    }
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Prices of processes.

/// Work space of one thread.
struct vt_choice_pricing {
  const vt_choice_model *model;
  vt_varied_worker *worker;
  double *process;  ///< shape [processes]
  double *product;  ///< of the square system; shape [processes]
  double *choice;   ///< multipliers of choices at a step; shape [choices]
  double *value;    ///< of the square system; shape [entries]
  double *residual; ///< shape [processes]
};

static const vt_choice_square *square_of(const vt_choice_data *k) {
  return k->by_level ? &k->level : &k->own;
}

vt_error vt_choice_create_prices(vt_choice_model *m) {
  const vt_choice_data *k = m->data;
  const ptrdiff_t n = k->processes;
  vt_sparse *identity;
  vt_final_demand *demand;
  int *row;
  double *one;
  VT_ARENA_NEW(k->arena, identity, 1);
  *identity = (vt_sparse){.rows = (int)n, .columns = (int)n, .entries = n};
  VT_ARENA_NEW(k->arena, identity->column_start, n + 1);
  VT_ARENA_NEW(k->arena, identity->row, n);
  VT_ARENA_NEW(k->arena, identity->value, n);
  VT_ARENA_NEW(k->arena, demand, n);
  VT_ARENA_NEW(k->arena, row, n);
  VT_ARENA_NEW(k->arena, one, 1);
  *one = 1;
  for (int j = 0; j < n; j++) {
    identity->column_start[j + 1] = j + 1;
    identity->row[j] = row[j] = j;
    identity->value[j] = 1;
    demand[j] = (vt_final_demand){1, &row[j], one};
  }
  m->identity = identity;
  const vt_varied_plan plan = {
      .system = {.technosphere = &square_of(k)->matrix, .biosphere = identity},
      .demand_count = n > 1 ? (int)n : 1,
      .demand = demand,
      .weight_count = 1};
  return vt_varied_create(k->background, &plan, NULL, &m->prices);
}

void vt_choice_pricing_free(vt_choice_pricing *p) {
  if (!p) return;
  vt_varied_worker_free(p->worker);
  double *const owned[] = {p->process, p->product, p->choice, p->value, p->residual};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
  free(p);
}

static vt_error fill_pricing(vt_choice_pricing *p) {
  const vt_choice_data *k = p->model->data;
  VT_NEW(p->process, k->processes);
  VT_NEW(p->product, k->processes);
  VT_NEW(p->choice, k->choices);
  VT_NEW(p->value, square_of(k)->matrix.entries);
  VT_NEW(p->residual, k->processes);
  return vt_varied_worker_create(p->model->prices, &p->worker);
}

vt_error vt_choice_pricing_create(const vt_choice_model *m, vt_choice_pricing **pricing) {
  vt_choice_pricing *p;
  *pricing = NULL;
  VT_NEW(p, 1);
  p->model = m;
  const vt_error filled = fill_pricing(p);
  if (filled != VT_OK) vt_choice_pricing_free(p);
  VT_TRY(filled);
  *pricing = p;
  return VT_OK;
}

static void add_burden(const vt_choice_state *s, int category, double by, double *price) {
  const vt_choice_data *k = s->data;
  const double *burden = s->burden + (ptrdiff_t)category * k->processes;
  for (int j = 0; by != 0 && j < k->processes; j++) price[j] += by * burden[j];
}

static void add_weighted(const vt_choice_state *s, double by, double *price) {
  const vt_choice_list *l = &s->data->list[VT_CHOICE_WEIGHTS];
  for (int i = 0; i < l->count; i++)
    add_burden(s, l->entry[i].key[0], by * vt_choice_value(s, VT_CHOICE_WEIGHTS, i, 0), price);
}

static void add_flow(const vt_choice_state *s, int flow, double by, double *price) {
  const vt_sparse *b = &s->data->system->biosphere;
  for (int j = 0; j < s->data->processes; j++)
    for (ptrdiff_t e = b->column_start[j]; e < b->column_start[j + 1]; e++)
      if (b->row[e] == flow) price[j] += by * s->biosphere[e];
}

static void add_dependent(const vt_choice_state *s, int d, double by, double *price) {
  const vt_choice_list *l = &s->data->list[VT_CHOICE_DEPENDENTS];
  for (int i = 0; i < l->count; i++)
    if (l->entry[i].key[0] == d && l->entry[i].key[1] >= 0)
      price[l->entry[i].key[1]] += by * vt_choice_value(s, VT_CHOICE_DEPENDENTS, i, 0);
}

static void add_row(vt_choice_pricing *w, const vt_choice_state *s, const vt_choice_row *r,
                    double dual, int step) {
  const vt_choice_program *p = s->program;
  const vt_choice_data *k = s->data;
  switch (r->kind) {
    case VT_ROW_CHOICE: w->choice[r->index] = dual; break;
    case VT_ROW_LEVEL: w->process[k->alternative[r->index].process] += dual; break;
    case VT_ROW_SUPPLY: w->process[k->supply[r->index].process] -= dual; break;
    case VT_ROW_PROCESS: w->process[p->process[r->index]] -= dual; break;
    case VT_ROW_FLOW: add_flow(s, p->flow[r->index], -dual, w->process); break;
    case VT_ROW_IMPACT: add_burden(s, p->impact[r->index], -dual, w->process); break;
    case VT_ROW_DEPENDENT: add_dependent(s, r->index, -dual, w->process); break;
    case VT_ROW_AGGREGATE: add_burden(s, p->aggregate[r->index], -dual, w->process); break;
    case VT_ROW_GOAL:
      add_burden(s, k->list[VT_CHOICE_GOALS].entry[r->index].key[0],
                 -dual / vt_choice_value(s, VT_CHOICE_GOALS, r->index, 0), w->process);
      break;
    case VT_ROW_AIM:
      if (p->aim[r->index] == VT_AIM_OBJECTIVE)
        add_weighted(s, -dual, w->process);
      else
        add_burden(s, p->aim[r->index], -dual, w->process);
      break;
    case VT_ROW_ENTERED:
      if (r->index < s->entered_count && s->entered[r->index].step == step)
        w->process[s->entered[r->index].process] -= dual;
      break;
    case VT_ROW_TANGENT: // its multiplier by the tangent, whose processes are those of the point
    case VT_ROW_SIZE_UP:
    case VT_ROW_SIZE_DOWN:
    case VT_ROW_STORE: break;
  }
}

static void price_processes(vt_choice_pricing *w, const vt_choice_state *s, const double *dual,
                            int step) {
  const vt_choice_data *k = s->data;
  const vt_sparse *a = &k->system->technosphere;
  memset(w->process, 0, (size_t)k->processes * sizeof *w->process);
  memset(w->choice, 0, (size_t)k->choices * sizeof *w->choice);
  add_weighted(s, 1, w->process);
  for (int r = 0; r < s->program->lp.rows; r++) {
    const vt_choice_row *row = &s->program->row[r];
    if (dual[r] != 0 && (row->step < 0 || row->step == step)) add_row(w, s, row, dual[r], step);
  }
  for (int j = 0; j < k->processes; j++)
    for (ptrdiff_t e = a->column_start[j]; e < a->column_start[j + 1]; e++) {
      const int c = k->choice_of[a->row[e]];
      if (c >= 0) w->process[j] -= w->choice[c] * s->technosphere[e];
    }
}

static vt_error price_products(vt_choice_pricing *w, const vt_choice_state *s, bool *solved) {
  const vt_choice_square *square = square_of(s->data);
  for (ptrdiff_t e = 0; e < square->matrix.entries; e++)
    w->value[e] = square->from[e] < 0 ? 1.0 : s->technosphere[square->from[e]];
  const vt_varied_sample sample = {w->value, w->model->identity->value, w->process};
  const vt_varied_results results = {.score = w->product, .residual = w->residual};
  return vt_varied_solve(w->worker, &sample, &results, solved);
}

// -------------------------------------------------------------------------------------------------
// Results.

// Whether a row takes whatever is asked for: it has the slack of a supply at this step.
static bool is_slack(const vt_choice_state *s, int merged, int step) {
  const vt_choice_data *k = s->data;
  for (int i = 0; i < k->supplies; i++)
    if (k->supply[i].merged == merged && !isnan(vt_choice_value(s, VT_CHOICE_SUPPLY, i, step)))
      return true;
  return false;
}

static vt_error put_demand(vt_choice_pricing *w, const vt_choice_state *s, const double *dual,
                           double *value) {
  const vt_choice_data *k = s->data;
  for (int t = 0; t < k->steps; t++) {
    bool solved;
    int at = 0;
    price_processes(w, s, dual, t);
    VT_TRY(price_products(w, s, &solved));
    for (int i = 0; i < k->merged; i++) {
      if (i < k->products && k->choice_of[i] >= 0) continue;
      double price = i < k->products ? w->product[i] : w->choice[i - k->products];
      if (is_slack(s, i, t)) price = 0;
      value[(ptrdiff_t)at++ * k->steps + t] = solved ? price : (double)NAN;
    }
  }
  return VT_OK;
}

static double row_dual(const vt_choice_state *s, const double *dual, vt_choice_row_kind kind,
                       int index, int step) {
  for (int r = 0; r < s->program->lp.rows; r++) {
    const vt_choice_row *row = &s->program->row[r];
    if (row->kind == kind && row->index == index && (row->step == step || row->step < 0))
      return dual[r];
  }
  return 0;
}

static int find(int count, const int *list, int value) {
  for (int i = 0; i < count; i++)
    if (list[i] == value) return i;
  return -1;
}

// Basic columns have 0, but for rounding.
static double reduced_cost(const vt_choice_state *s, const vt_lp_solution *solution, int column) {
  const vt_program *lp = &s->program->lp;
  double size = fabs(s->cost[column]);
  for (ptrdiff_t e = lp->column_start[column]; e < lp->column_start[column + 1]; e++)
    size += fabs(s->value[e] * solution->row_dual[lp->row[e]]);
  const double found = solution->reduced_cost[column];
  return fabs(found) <= NOISE * size ? 0 : found;
}

// The multiplier of the level of a process: of its bounds or its row.
static double level_dual(const vt_choice_state *s, const vt_lp_solution *solution, int process,
                         int step) {
  const vt_choice_program *p = s->program;
  const int a = s->data->alternative_of[process];
  if (a >= 0) return reduced_cost(s, solution, vt_choice_level_at(p, a, step));
  for (int i = 0; i < s->entered_count; i++)
    if (s->entered[i].process == process && s->entered[i].step == step)
      return solution->row_dual[p->slot_row + i];
  const int row = find(p->limited, p->process, process);
  return row < 0 ? 0 : row_dual(s, solution->row_dual, VT_ROW_PROCESS, row, step);
}

// Of capacity and upper limit the smaller one binds.
static double upper_dual(const vt_choice_state *s, const vt_lp_solution *solution, int process,
                         bool capacity, int step) {
  const double dual = level_dual(s, solution, process, step);
  const int a = s->data->alternative_of[process], u = s->data->upper_of[process];
  const double upper = u < 0 ? INFINITY : vt_choice_value(s, VT_CHOICE_UPPER, u, step);
  const double most = a < 0 ? INFINITY : vt_choice_value(s, VT_CHOICE_CAPACITY, a, step);
  const bool by_capacity = a >= 0 && most <= upper;
  return dual < 0 && by_capacity == capacity ? dual : 0;
}

static double limit_dual(const vt_choice_state *s, const vt_lp_solution *solution,
                         const vt_choice_limit_of *limit, int step) {
  const vt_choice_program *p = s->program;
  const double *dual = solution->row_dual;
  const int *key = s->data->list[limit->tensor].entry[limit->entry].key;
  switch (limit->tensor) {
    case VT_CHOICE_CAPACITY: return upper_dual(s, solution, key[1], true, step);
    case VT_CHOICE_UPPER: return upper_dual(s, solution, key[0], false, step);
    case VT_CHOICE_LOWER: return fmax(level_dual(s, solution, key[0], step), 0);
    case VT_CHOICE_UPPER_ELEM:
      return fmin(row_dual(s, dual, VT_ROW_FLOW, find(p->flows, p->flow, key[0]), step), 0);
    case VT_CHOICE_LOWER_ELEM:
      return fmax(row_dual(s, dual, VT_ROW_FLOW, find(p->flows, p->flow, key[0]), step), 0);
    case VT_CHOICE_UPPER_IMP:
      return fmin(row_dual(s, dual, VT_ROW_IMPACT, find(p->impacts, p->impact, key[0]), step), 0);
    case VT_CHOICE_LOWER_IMP:
      return fmax(row_dual(s, dual, VT_ROW_IMPACT, find(p->impacts, p->impact, key[0]), step), 0);
    case VT_CHOICE_UPPER_IMP_AGG:
      return row_dual(s, dual, VT_ROW_AGGREGATE, find(p->aggregates, p->aggregate, key[0]), step);
    case VT_CHOICE_DEPENDENTS: {
      const double found = row_dual(s, dual, VT_ROW_DEPENDENT, key[0], step);
      return key[1] == VT_TERM_MIN ? fmax(found, 0) : fmin(found, 0);
    }
    case VT_CHOICE_DEMAND:
    case VT_CHOICE_SUPPLY:
    case VT_CHOICE_WEIGHTS:
    case VT_CHOICE_GOALS:
    case VT_CHOICE_STORAGE:
    case VT_CHOICE_CONFIDENCE:
    case VT_CHOICE_TECHNOSPHERE:
    case VT_CHOICE_BIOSPHERE:
    case VT_CHOICE_CHARACTERIZATION:
    case VT_CHOICE_TENSORS: break;
  }
  return 0;
}

vt_error vt_choice_put_duals(vt_choice_pricing *w, const vt_choice_model *m,
                             const vt_choice_state *s, const vt_lp_solution *solution,
                             double *const *row) {
  const vt_choice_data *k = m->data;
  for (int l = 0; m->place.limit_dual >= 0 && l < m->limits; l++)
    for (int t = 0; t < k->steps; t++)
      row[m->place.limit_dual][(ptrdiff_t)l * k->steps + t] =
          limit_dual(s, solution, &m->limit[l], t);
  for (int a = 0; m->place.reduced_cost >= 0 && a < k->alternatives; a++)
    for (int t = 0; t < k->steps; t++)
      row[m->place.reduced_cost][(ptrdiff_t)a * k->steps + t] =
          reduced_cost(s, solution, vt_choice_level_at(s->program, a, t));
  if (m->place.demand_dual < 0) return VT_OK;
  return put_demand(w, s, solution->row_dual, row[m->place.demand_dual]);
}
