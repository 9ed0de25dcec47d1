// explain.c - why a scenario has no optimum: which balances, limits, capacities and dependents
// contradict each other, or what can grow without end.
#include "kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Parts of a ray below this share of the largest are rounding.
#define LEAST_SHARE 1e-9

/// A member of the programme's conditions, as an explanation calls it.
typedef struct choice_member {
  vt_choice_tensor tensor;
  int entry, step; ///< step -1: of all
  double value;
  const char *relation; ///< "=", "<=", ">="
} choice_member;

typedef struct choice_claims {
  vt_arena *arena;
  int members;
  choice_member *member;
  bool *rigid;
  ptrdiff_t claims;
  vt_claim *claim;
  vt_numbers structure;
  double *row_lower, *row_upper, *column_lower, *column_upper;
} choice_claims;

// -------------------------------------------------------------------------------------------------
// Claims.

static void open_claim(choice_claims *c, int rows, int variable, bool upper) {
  double *bound = variable < rows ? (upper ? c->row_upper : c->row_lower)
                                  : (upper ? c->column_upper : c->column_lower);
  bound[variable < rows ? variable : variable - rows] = upper ? INFINITY : -INFINITY;
}

static void add_claim(choice_claims *c, int rows, int member, int variable, bool upper,
                      double bound) {
  c->claim[c->claims++] = (vt_claim){member, variable, upper, bound};
  open_claim(c, rows, variable, upper);
}

static int add_member(choice_claims *c, vt_choice_tensor tensor, int entry, int step,
                      const char *relation, double value) {
  c->member[c->members] = (choice_member){tensor, entry, step, value, relation};
  return c->members++;
}

static void claim_equal(choice_claims *c, int rows, vt_choice_tensor tensor, int entry, int step,
                        int variable, double value) {
  const int member = add_member(c, tensor, entry, step, "=", value);
  add_claim(c, rows, member, variable, false, value);
  add_claim(c, rows, member, variable, true, value);
}

static void claim_side(choice_claims *c, int rows, vt_choice_tensor tensor, int entry, int step,
                       int variable, bool upper, double value) {
  if (entry < 0 || isinf(value)) return;
  add_claim(c, rows, add_member(c, tensor, entry, step, upper ? "<=" : ">=", value), variable,
            upper, value);
}

static void claim_level(const vt_choice_state *s, choice_claims *c, int process, int step,
                        int variable) {
  const vt_choice_data *k = s->data;
  const int rows = s->program->lp.rows, a = k->alternative_of[process];
  const int u = k->upper_of[process], l = k->lower_of[process];
  const double upper = u < 0 ? INFINITY : vt_choice_value(s, VT_CHOICE_UPPER, u, step);
  const double capacity = a < 0 ? INFINITY : vt_choice_value(s, VT_CHOICE_CAPACITY, a, step);
  if (a >= 0 && capacity <= upper)
    claim_side(c, rows, VT_CHOICE_CAPACITY, a, step, variable, true, capacity);
  else
    claim_side(c, rows, VT_CHOICE_UPPER, u, step, variable, true, upper);
  if (l >= 0)
    claim_side(c, rows, VT_CHOICE_LOWER, l, step, variable, false,
               vt_choice_value(s, VT_CHOICE_LOWER, l, step));
}

static void claim_pair(const vt_choice_state *s, choice_claims *c, vt_choice_tensor lower,
                       vt_choice_tensor upper, int key, int row) {
  const vt_choice_row *r = &s->program->row[row];
  const int rows = s->program->lp.rows, l = vt_choice_find_entry(s->data, lower, key, 0);
  const int u = vt_choice_find_entry(s->data, upper, key, 0);
  if (l >= 0)
    claim_side(c, rows, lower, l, r->step, row, false, vt_choice_value(s, lower, l, r->step));
  if (u >= 0)
    claim_side(c, rows, upper, u, r->step, row, true, vt_choice_value(s, upper, u, r->step));
}

static void claim_row(const vt_choice_state *s, choice_claims *c, int row) {
  const vt_choice_program *p = s->program;
  const vt_choice_data *k = s->data;
  const vt_choice_row *r = &p->row[row];
  const int rows = p->lp.rows;
  switch (r->kind) {
    case VT_ROW_CHOICE: {
      const int entry = vt_choice_find_entry(k, VT_CHOICE_DEMAND, k->products + r->index, 0);
      if (entry >= 0)
        claim_equal(c, rows, VT_CHOICE_DEMAND, entry, r->step, row,
                    vt_choice_value(s, VT_CHOICE_DEMAND, entry, r->step));
      break;
    }
    case VT_ROW_SUPPLY: {
      const double supply = vt_choice_value(s, VT_CHOICE_SUPPLY, r->index, r->step);
      if (!isnan(supply)) claim_equal(c, rows, VT_CHOICE_SUPPLY, r->index, r->step, row, supply);
      break;
    }
    case VT_ROW_PROCESS: claim_level(s, c, p->process[r->index], r->step, row); break;
    case VT_ROW_ENTERED:
      if (r->index < s->entered_count)
        claim_level(s, c, s->entered[r->index].process, s->entered[r->index].step, row);
      break;
    case VT_ROW_FLOW:
      claim_pair(s, c, VT_CHOICE_LOWER_ELEM, VT_CHOICE_UPPER_ELEM, p->flow[r->index], row);
      break;
    case VT_ROW_IMPACT:
      claim_pair(s, c, VT_CHOICE_LOWER_IMP, VT_CHOICE_UPPER_IMP, p->impact[r->index], row);
      break;
    case VT_ROW_AGGREGATE: {
      const int e = vt_choice_find_entry(k, VT_CHOICE_UPPER_IMP_AGG, p->aggregate[r->index], 0);
      claim_side(c, rows, VT_CHOICE_UPPER_IMP_AGG, e, -1, row, true,
                 vt_choice_value(s, VT_CHOICE_UPPER_IMP_AGG, e, 0));
      break;
    }
    case VT_ROW_DEPENDENT: {
      const int min = vt_choice_find_entry(k, VT_CHOICE_DEPENDENTS, r->index, VT_TERM_MIN);
      const int max = vt_choice_find_entry(k, VT_CHOICE_DEPENDENTS, r->index, VT_TERM_MAX);
      if (min >= 0)
        claim_side(c, rows, VT_CHOICE_DEPENDENTS, min, r->step, row, false,
                   vt_choice_value(s, VT_CHOICE_DEPENDENTS, min, 0));
      if (max >= 0)
        claim_side(c, rows, VT_CHOICE_DEPENDENTS, max, r->step, row, true,
                   vt_choice_value(s, VT_CHOICE_DEPENDENTS, max, 0));
      break;
    }
    case VT_ROW_LEVEL:
    case VT_ROW_SIZE_UP:
    case VT_ROW_SIZE_DOWN:
    case VT_ROW_STORE:
    case VT_ROW_GOAL:
    case VT_ROW_TANGENT:
    case VT_ROW_AIM: break;
  }
}

// Demand of products is a column of its own each.
static void claim_columns(const vt_choice_state *s, choice_claims *c) {
  const vt_choice_data *k = s->data;
  const int rows = s->program->lp.rows;
  for (int t = 0; t < k->steps; t++) {
    for (int d = 0; d < k->demands; d++) {
      const int column =
          vt_choice_column_at(s->program, VT_COLUMN_BASIS, k->alternatives + k->units + d, t);
      claim_equal(c, rows, VT_CHOICE_DEMAND, k->demand_entry[d], t, rows + column,
                  vt_choice_value(s, VT_CHOICE_DEMAND, k->demand_entry[d], t));
    }
    for (int a = 0; a < k->alternatives; a++)
      claim_level(s, c, k->alternative[a].process, t, rows + vt_choice_level_at(s->program, a, t));
  }
}

static vt_error copy(vt_arena *arena, const double *from, ptrdiff_t count, double **to) {
  VT_ARENA_NEW(arena, *to, count);
  memcpy(*to, from, (size_t)count * sizeof **to);
  return VT_OK;
}

static vt_error list_claims(const vt_choice_state *s, const vt_numbers *numbers, choice_claims *c) {
  const vt_program *lp = &s->program->lp;
  const ptrdiff_t most = 2 * ((ptrdiff_t)lp->rows + lp->columns) + 2;
  VT_TRY(vt_arena_create(&c->arena));
  VT_ARENA_NEW(c->arena, c->member, most);
  VT_ARENA_NEW(c->arena, c->rigid, most);
  VT_ARENA_NEW(c->arena, c->claim, most);
  VT_TRY(copy(c->arena, numbers->row_lower, lp->rows, &c->row_lower));
  VT_TRY(copy(c->arena, numbers->row_upper, lp->rows, &c->row_upper));
  VT_TRY(copy(c->arena, numbers->column_lower, lp->columns, &c->column_lower));
  VT_TRY(copy(c->arena, numbers->column_upper, lp->columns, &c->column_upper));
  claim_columns(s, c);
  for (int r = 0; r < lp->rows; r++) claim_row(s, c, r);
  c->structure = (vt_numbers){numbers->value, numbers->cost,   c->row_lower,
                              c->row_upper,   c->column_lower, c->column_upper};
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Words.

static const char *kind_of(vt_choice_tensor tensor) {
  if (tensor == VT_CHOICE_DEMAND || tensor == VT_CHOICE_SUPPLY) return "balance";
  if (tensor == VT_CHOICE_CAPACITY) return "capacity";
  return tensor == VT_CHOICE_DEPENDENTS ? "dependent" : "limit";
}

static vt_error keep_text(vt_explanation *e, vt_text *text, const char **kept) {
  const vt_error copied =
      vt_arena_text(e->arena, text->bytes ? text->bytes : "", text->length, kept);
  text->length = 0;
  return copied;
}

static vt_error describe(const vt_choice_data *k, const choice_member *m, vt_text *text) {
  VT_TRY(vt_choice_entry_text(k, m->tensor, m->entry, text));
  VT_TRY(vt_text_add(text, " %s %.10g", m->relation, m->value));
  return m->step >= 0 && k->study->model.choice.steps_line > 0
             ? vt_text_add(text, " at step %d", m->step + 1)
             : VT_OK;
}

static vt_error describe_member(const vt_choice_data *k, const choice_member *m,
                                const vt_conflict_member *c, vt_explanation *e, vt_text *text) {
  vt_explained_member *out = &e->member[e->members++];
  const bool two = m->tensor == VT_CHOICE_CAPACITY || m->tensor == VT_CHOICE_DEPENDENTS;
  *out = (vt_explained_member){.kind = kind_of(m->tensor),
                               .tensor = vt_choice_tensor_name(m->tensor),
                               .keys = two ? 2 : 1,
                               .value = m->value,
                               .suffices = c->suffices,
                               .change = c->change,
                               .change_within = c->change_within};
  const int *key = k->list[m->tensor].entry[m->entry].key;
  for (int a = 0; a < out->keys; a++) {
    const char *label = vt_choice_key_label(k, m->tensor, key, a);
    VT_TRY(vt_arena_text(e->arena, label, (ptrdiff_t)strlen(label), &out->key[a]));
  }
  VT_TRY(describe(k, m, text));
  return keep_text(e, text, &out->text);
}

static vt_error explain_conflict(const vt_choice_state *s, const vt_numbers *numbers,
                                 vt_explanation *e) {
  choice_claims c = {0};
  vt_conflict conflict = {0};
  vt_text text = {0};
  vt_error done = list_claims(s, numbers, &c);
  if (done == VT_OK)
    done = vt_lp_find_conflict(&s->program->lp, &c.structure, c.claim, c.claims, c.rigid, c.members,
                               &conflict);
  if (done == VT_OK && conflict.members > 0) {
    e->member = vt_arena_calloc(e->arena, conflict.members, sizeof *e->member);
    if (!e->member)
      done = vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__, "out of memory");
  }
  for (int i = 0; i < conflict.members && done == VT_OK; i++)
    done = describe_member(s->data, &c.member[conflict.member[i].member], &conflict.member[i], e,
                           &text);
  vt_text_free(&text);
  vt_conflict_free(&conflict);
  vt_arena_free(c.arena);
  return done;
}

// -------------------------------------------------------------------------------------------------
// What grows without end.

static int compare_parts(const void *a, const void *b) {
  const vt_ray_part *x = a, *y = b;
  if (fabs(x->units) != fabs(y->units)) return fabs(x->units) > fabs(y->units) ? -1 : 1;
  return (x->year > y->year) - (x->year < y->year);
}

static vt_error describe_ray(const vt_choice_state *s, const double *level, vt_ray *ray) {
  const vt_choice_data *k = s->data;
  double largest = 0;
  VT_TRY(vt_arena_create(&ray->arena));
  for (ptrdiff_t i = 0; i < (ptrdiff_t)k->steps * k->processes; i++)
    largest = fmax(largest, fabs(level[i]));
  VT_ARENA_NEW(ray->arena, ray->part, (ptrdiff_t)k->steps * k->processes);
  for (int t = 0; t < k->steps; t++)
    for (int j = 0; j < k->processes; j++) {
      const double units = level[(ptrdiff_t)t * k->processes + j];
      const vt_node *node = &k->set->node[k->system->process[j]];
      if (!(fabs(units) > LEAST_SHARE * largest)) continue;
      ray->part[ray->parts++] =
          (vt_ray_part){.process = k->axis[VT_CHOICE_PROCESS].label[j],
                        .name = node->name,
                        .year = k->study->model.choice.steps_line > 0 ? t + 1 : 0,
                        .units = units};
    }
  qsort(ray->part, (size_t)ray->parts, sizeof *ray->part, compare_parts);
  return VT_OK;
}

static vt_error explain_ray(const vt_choice_state *s, const vt_numbers *numbers,
                            vt_explanation *e) {
  const vt_choice_data *k = s->data;
  double *x, *level;
  bool found;
  VT_ARENA_NEW(e->arena, x, s->program->lp.columns);
  VT_ARENA_NEW(e->arena, level, (ptrdiff_t)k->steps * k->processes);
  VT_TRY(vt_lp_find_ray(&s->program->lp, numbers, x, &found));
  if (!found) return VT_OK;
  vt_choice_directions(s, x, level);
  return describe_ray(s, level, &e->ray);
}

// -------------------------------------------------------------------------------------------------

static vt_error explain_solution(const vt_choice_state *state, const vt_numbers *numbers,
                                 const vt_lp_solution *solution, void *context) {
  vt_explanation *e = context;
  e->outcome = solution ? solution->outcome : VT_FAILED;
  const char *reason = solution ? solution->reason : "the system is singular";
  VT_TRY(vt_arena_text(e->arena, reason, (ptrdiff_t)strlen(reason), &e->reason));
  if (e->outcome == VT_INFEASIBLE) return explain_conflict(state, numbers, e);
  return e->outcome == VT_UNBOUNDED ? explain_ray(state, numbers, e) : VT_OK;
}

static vt_error explain_failure(const vt_choice_model *m, int failed, const double *value,
                                vt_explanation *e) {
  vt_text why = {0};
  vt_error told = vt_design_explain(m->design, failed, value, &why);
  if (told == VT_OK) told = keep_text(e, &why, &e->reason);
  vt_text_free(&why);
  e->outcome = VT_FAILED;
  return told;
}

static vt_error explain_scenario(vt_choice_model *m, int64_t scenario, vt_explanation *e) {
  double *value;
  int failed = -1;
  VT_TRY(vt_arena_create(&e->arena));
  VT_ARENA_NEW(e->arena, value, vt_design_width(m->design));
  if (scenario >= 0)
    failed = vt_design_values(m->design, scenario, value);
  else
    VT_TRY(vt_design_reference(m->design, value));
  if (failed >= 0) return explain_failure(m, failed, value, e);
  return vt_choice_solve_again(m, scenario, value, explain_solution, e);
}

vt_error vt_choice_explain(const vt_study *study, void *data, int64_t scenario,
                           vt_explanation *explanation) {
  vt_choice_model *m = NULL;
  *explanation = (vt_explanation){.reason = "", .plain = "", .capacity = ""};
  vt_error done = vt_choice_open_alone(study, data, &m);
  if (done == VT_OK) done = explain_scenario(m, scenario, explanation);
  vt_choice_close(m);
  if (done != VT_OK) vt_explanation_free(explanation);
  return done;
}
