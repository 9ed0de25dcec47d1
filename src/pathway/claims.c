// claims.c - which rows and bounds of the programme each demand, limit and coupling stands for.
#include "classes.h"
#include "limits.h"
#include "model.h"
#include "program.h"

#include <math.h>

typedef struct listing {
  const vt_pathway_state *state;
  vt_claims *out;
  int *coupling; // shape [entries of process_coupling]: its member, or -1
} listing;

static int add_member(listing *l, vt_tensor_id tensor, int label, int other, double value) {
  const vt_inputs *in = l->state->model->core.inputs;
  vt_claims *c = l->out;
  vt_member *m = &c->member[c->members];
  *m = (vt_member){.tensor = tensor,
                   .key = {label, other},
                   .value = value,
                   .rigid = tensor == VT_TENSOR_COUPLING};
  c->rigid[c->members] = m->rigid;
  if (vt_selection_default_of(tensor) != VT_TENSOR_COUNT) {
    bool stored;
    (void)vt_tensor_find(&in->tensor[tensor], vt_tensor_kinds[tensor].axes, m->key, &stored);
    m->fallback = !stored;
  }
  return c->members++;
}

static void add_claim(listing *l, int member, int variable, bool upper, double bound) {
  l->out->claim[l->out->claims++] = (vt_claim){member, variable, upper, bound};
}

// The two sides of a limit; what is infinite the harmless way claims nothing.
static void add_limit(listing *l, int variable, vt_tensor_id lower_id, double lower,
                      vt_tensor_id upper_id, double upper, int label, int other) {
  if (lower > -INFINITY)
    add_claim(l, add_member(l, lower_id, label, other, lower), variable, false, lower);
  if (upper < INFINITY)
    add_claim(l, add_member(l, upper_id, label, other, upper), variable, true, upper);
}

// ---------------------------------------------------------------------------------------------
// Rows.

// The other process of a coupling's row; its own where the coupling is with itself.
static int other_process(const vt_pathway *m, int row, int process) {
  for (int c = 0; c < m->program->lp.columns; c++) {
    if (m->program->column_class[c] >= 0 || m->program->column_process[c] == process) continue;
    for (ptrdiff_t e = m->program->lp.column_start[c]; e < m->program->lp.column_start[c + 1];
         e++) {
      if (m->program->lp.row[e] == row) return m->program->column_process[c];
    }
  }
  return process;
}

static void add_coupling(listing *l, int row) {
  const vt_pathway *m = l->state->model;
  const int process = m->program->row[row].label;
  bool found;
  const int32_t key[2] = {process, other_process(m, row, process)};
  const ptrdiff_t entry =
      vt_tensor_find(&m->core.inputs->tensor[VT_TENSOR_COUPLING], 2, key, &found);
  if (!found) return;
  if (l->coupling[entry] < 0) {
    const double ratio = l->state->value[m->factors->cell[VT_TENSOR_COUPLING][entry]];
    l->coupling[entry] = add_member(l, VT_TENSOR_COUPLING, key[0], key[1], ratio);
  }
  add_claim(l, l->coupling[entry], row, false, 0.0);
  add_claim(l, l->coupling[entry], row, true, 0.0);
}

// The tensors whose limits are rows of a kind.
static const struct {
  vt_tensor_id lower, upper;
} limits_of[] = {
    [ROW_TOTAL_DEPLOYMENT] = {VT_TENSOR_TOTAL_DEPLOYMENT_MIN, VT_TENSOR_TOTAL_DEPLOYMENT_MAX},
    [ROW_OPERATION] = {VT_TENSOR_OPERATION_MIN, VT_TENSOR_OPERATION_MAX},
    [ROW_IMPACT] = {VT_TENSOR_IMPACT_LIMITS, VT_TENSOR_IMPACT_LIMITS},
    [ROW_TOTAL_IMPACT] = {VT_TENSOR_TOTAL_IMPACT_LIMITS, VT_TENSOR_TOTAL_IMPACT_LIMITS},
    [ROW_FLOW] = {VT_TENSOR_FLOW_MIN, VT_TENSOR_FLOW_MAX},
    [ROW_TOTAL_FLOW] = {VT_TENSOR_TOTAL_FLOW_MIN, VT_TENSOR_TOTAL_FLOW_MAX},
};

static void add_row(listing *l, int row) {
  const vt_row_info *r = &l->state->model->program->row[row];
  const double lower = l->state->value[r->lower], upper = l->state->value[r->upper];
  // What the model is, not what was asked of it.
  if (r->kind == ROW_CAPACITY || r->kind == ROW_GOAL) return;
  if (r->kind == ROW_COUPLING) {
    add_coupling(l, row);
  } else if (r->kind == ROW_BALANCE) {
    const int member = add_member(l, VT_TENSOR_DEMAND, r->label, r->time, lower);
    add_claim(l, member, row, false, lower);
    add_claim(l, member, row, true, upper);
  } else {
    add_limit(l, row, limits_of[r->kind].lower, lower, limits_of[r->kind].upper, upper, r->label,
              r->time < 0 ? 0 : r->time);
  }
}

// ---------------------------------------------------------------------------------------------
// Columns.

// A minimum of 0 or less says nothing, since nothing is ever negative.
static double floor_of(double least) {
  return least <= 0.0 ? -INFINITY : least;
}

static void add_column(listing *l, int column) {
  const vt_pathway *m = l->state->model;
  const double *value = l->state->value;
  const int process = m->program->column_process[column], time = m->program->column_time[column];
  const int variable = m->program->lp.rows + column;
  const ptrdiff_t at = at_time(&m->core, process, time);
  if (m->program->column_class[column] < 0) {
    add_limit(l, variable, VT_TENSOR_DEPLOYMENT_MIN, floor_of(value[m->limits->deployment_min[at]]),
              VT_TENSOR_DEPLOYMENT_MAX, value[m->limits->deployment_max[at]], process, time);
  } else if (m->classes->first[at + 1] - m->classes->first[at] == 1) {
    add_limit(l, variable, VT_TENSOR_OPERATION_MIN, floor_of(value[m->limits->operation_min[at]]),
              VT_TENSOR_OPERATION_MAX, value[m->limits->operation_max[at]], process, time);
  }
}

// Capacity below zero is a contradiction by itself: nothing is less than nothing.
static void add_negative_capacities(listing *l) {
  const vt_pathway *m = l->state->model;
  const vt_tensor *t = &m->core.inputs->tensor[VT_TENSOR_EXISTING_CAPACITY];
  for (ptrdiff_t e = 0; e < t->count && m->program->lp.columns > 0; e++) {
    const double units = l->state->value[m->factors->cell[VT_TENSOR_EXISTING_CAPACITY][e]];
    if (!(units < 0.0)) continue;
    const int member =
        add_member(l, VT_TENSOR_EXISTING_CAPACITY, t->index[2 * e], t->index[2 * e + 1], units);
    add_claim(l, member, m->program->lp.rows, false, INFINITY);
  }
}

// ---------------------------------------------------------------------------------------------

static vt_error copy_structure(listing *l, const vt_numbers *numbers) {
  const vt_pathway *m = l->state->model;
  const vt_program *p = &m->program->lp;
  vt_arena *arena = l->out->arena;
  double *row_lower, *row_upper, *column_lower, *column_upper;
  VT_ARENA_NEW(arena, row_lower, p->rows);
  VT_ARENA_NEW(arena, row_upper, p->rows);
  VT_ARENA_NEW(arena, column_lower, p->columns);
  VT_ARENA_NEW(arena, column_upper, p->columns);
  for (int r = 0; r < p->rows; r++) {
    const bool claimed = m->program->row[r].kind != ROW_CAPACITY;
    row_lower[r] = claimed ? -INFINITY : numbers->row_lower[r];
    row_upper[r] = claimed ? INFINITY : numbers->row_upper[r];
  }
  for (int c = 0; c < p->columns; c++) column_upper[c] = INFINITY;
  l->out->structure =
      (vt_numbers){numbers->value, numbers->cost, row_lower, row_upper, column_lower, column_upper};
  return VT_OK;
}

static vt_error list_all(listing *l, const vt_numbers *numbers) {
  const vt_pathway *m = l->state->model;
  const vt_tensor *tensor = m->core.inputs->tensor;
  vt_claims *out = l->out;
  VT_TRY(vt_arena_create(&out->arena));
  const ptrdiff_t most = 2 * ((ptrdiff_t)m->program->lp.rows + m->program->lp.columns) +
                         tensor[VT_TENSOR_EXISTING_CAPACITY].count;
  VT_ARENA_NEW(out->arena, out->member, most);
  VT_ARENA_NEW(out->arena, out->rigid, most);
  VT_ARENA_NEW(out->arena, out->claim, most);
  VT_ARENA_NEW(out->arena, l->coupling, tensor[VT_TENSOR_COUPLING].count);
  for (ptrdiff_t e = 0; e < tensor[VT_TENSOR_COUPLING].count; e++) l->coupling[e] = -1;
  for (int r = 0; r < m->program->lp.rows; r++) {
    if (m->program->row[r].kind == ROW_BALANCE) add_row(l, r);
  }
  for (int r = 0; r < m->program->lp.rows; r++) {
    if (m->program->row[r].kind != ROW_BALANCE) add_row(l, r);
  }
  for (int c = 0; c < m->program->lp.columns; c++) add_column(l, c);
  add_negative_capacities(l);
  return copy_structure(l, numbers);
}

vt_error vt_pathway_list_claims(const vt_pathway_state *state, const vt_numbers *numbers,
                                vt_claims *claims) {
  *claims = (vt_claims){0};
  listing l = {.state = state, .out = claims};
  const vt_error listed = list_all(&l, numbers);
  if (listed != VT_OK) vt_claims_free(claims);
  return listed;
}

void vt_claims_free(vt_claims *claims) {
  vt_arena_free(claims->arena);
  *claims = (vt_claims){0};
}
