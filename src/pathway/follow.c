#include "follow.h"

#include "touches.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const vt_following *following_of(const vt_core *core) {
  return &core->inputs->following;
}

static int smaller_input(int a, int b) {
  return a < 0 || (b >= 0 && b < a) ? b : a;
}

// -------------------------------------------------------------------------------------------------
// What follows.

static bool same_entry(const vt_followed_term *a, const vt_followed_term *b) {
  return a->tensor == b->tensor && memcmp(a->index, b->index, sizeof a->index) == 0;
}

static vt_error list_entries(const vt_core *core, vt_followed_numbers *n) {
  const vt_following *following = following_of(core);
  const vt_followed_term *term = following->term;
  VT_ARENA_NEW(core->arena, n->entry, following->terms);
  for (ptrdiff_t t = 0; t < following->terms; t++) {
    if (t == 0 || !same_entry(&term[t - 1], &term[t]))
      n->entry[n->entries++] = (vt_followed_entry){.first = t, .alpha = 1.0, .cell = -1};
    n->entry[n->entries - 1].terms++;
  }
  return VT_OK;
}

vt_error vt_follow_prepare(const vt_core *core, vt_followed_numbers *n) {
  const vt_following *following = following_of(core);
  const int parameters = following->parameters;
  if (parameters == 0 && following->amounts == 0) return VT_OK;
  VT_TRY(list_entries(core, n));
  VT_TRY(vt_evaluation_create(following, core->arena, &n->evaluation));
  VT_ARENA_NEW(core->arena, n->value, parameters);
  VT_ARENA_NEW(core->arena, n->touched, parameters);
  VT_ARENA_NEW(core->arena, n->origin, (ptrdiff_t)parameters + following->amounts);
  for (int p = 0; p < parameters; p++) {
    const vt_formula *formula = n->evaluation->parameter[p];
    n->touched[p] = -1;
    n->value[p] = formula ? vt_formula_value(formula, n->value) : following->parameter[p].value;
  }
  return VT_OK;
}

// Of the entry with this key, or -1.
static ptrdiff_t find_entry(const vt_core *core, const vt_followed_numbers *n, vt_tensor_id tensor,
                            ptrdiff_t entry) {
  const vt_following *following = following_of(core);
  const int axes = vt_tensor_kinds[tensor].axes;
  const int32_t *key = core->inputs->tensor[tensor].index + entry * axes;
  ptrdiff_t low = 0, high = n->entries;
  while (low < high) {
    const ptrdiff_t middle = low + (high - low) / 2;
    const vt_followed_term *t = &following->term[n->entry[middle].first];
    int order = t->tensor < tensor ? -1 : t->tensor > tensor;
    for (int a = 0; a < axes && order == 0; a++)
      order = t->index[a] < key[a] ? -1 : t->index[a] > key[a];
    if (order == 0) return middle;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return -1;
}

void vt_follow_override(const vt_core *core, const vt_followed_numbers *n, vt_tensor_id tensor,
                        ptrdiff_t entry, vt_operation operation, double operand) {
  const ptrdiff_t found = find_entry(core, n, tensor, entry);
  if (found < 0) return;
  vt_followed_entry *e = &n->entry[found];
  if (operation == VT_SET) e->alpha = 0.0;
  if (operation == VT_MULTIPLY) e->alpha *= operand;
  e->beta = vt_touch_operation(operation, operand, e->beta);
}

int vt_follow_cell(const vt_core *core, const vt_followed_numbers *n, vt_tensor_id tensor,
                   ptrdiff_t entry) {
  const ptrdiff_t found = find_entry(core, n, tensor, entry);
  return found < 0 ? -1 : n->entry[found].cell;
}

// -------------------------------------------------------------------------------------------------
// Factors.

static vt_error hash_parameter(const char *name, const vt_followed_parameter *p, uint64_t *hash) {
  vt_text text = {0};
  const vt_error added = vt_text_add(&text, "%s%c%s%c%s", name, '\0', p->scope, '\0', p->name);
  *hash = vt_hash64(text.bytes, text.length);
  vt_text_free(&text);
  return added;
}

static vt_error touch(const vt_core *core, vt_factor_leaves *factors, int factor, int *known) {
  const vt_factor *f = &core->study->factor[factor];
  vt_followed_numbers *n = &factors->follow;
  double neutral = f->operation == VT_MULTIPLY ? 1.0 : 0.0;
  bool first = true;
  for (int p = 0; p < following_of(core)->parameters; p++) {
    const vt_followed_parameter *parameter = &following_of(core)->parameter[p];
    uint64_t stream;
    if (!vt_parameter_selected(f, parameter->scope, parameter->name)) continue;
    if (f->operation == VT_SET)
      neutral = first || n->value[p] == neutral ? n->value[p] : (double)NAN;
    first = false;
    if (f->each) VT_TRY(hash_parameter(f->name, parameter, &stream));
    VT_TRY(f->each ? vt_touch_extend_each(core, factors, factor, stream, &n->touched[p])
                   : vt_touch_extend(core, factors, factor, known, &n->touched[p]));
  }
  factors->neutral[factor] = neutral;
  return VT_OK;
}

vt_error vt_follow_touch(const vt_core *core, vt_factor_leaves *factors, int factor) {
  const ptrdiff_t before = factors->touches;
  int *known;
  VT_NEW(known, before + 1);
  for (ptrdiff_t i = 0; i <= before; i++) known[i] = -1;
  const vt_error touched = touch(core, factors, factor, known);
  free(known);
  return touched;
}

// The first factor that reaches each.
static void find_origins(const vt_core *core, const vt_factor_leaves *factors) {
  const vt_following *following = following_of(core);
  const vt_followed_numbers *n = &factors->follow;
  const int parameters = following->parameters;
  for (int i = 0; i < parameters + following->amounts; i++) {
    const vt_meaning *meaning = i < parameters ? &following->parameter[i].meaning
                                               : &following->amount[i - parameters].meaning;
    n->origin[i] = -1;
    for (int t = i < parameters ? n->touched[i] : -1; t >= 0; t = factors->touch[t].parent)
      n->origin[i] = smaller_input(n->origin[i], factors->touch[t].factor);
    for (int k = 0; k < meaning->names; k++)
      n->origin[i] = smaller_input(n->origin[i], n->origin[meaning->parameter[k]]);
  }
}

// -------------------------------------------------------------------------------------------------
// Cells.

static double amount_of(const vt_followed_term *t, const double *amount) {
  return t->scale * (t->amount < 0 || !amount ? t->stored : amount[t->amount]) * t->weight;
}

// amount: NULL: as stored.
static double entry_value(const vt_core *core, const vt_followed_entry *e, const double *amount) {
  const vt_followed_term *term = following_of(core)->term + e->first;
  double sum = amount_of(&term[0], amount);
  for (ptrdiff_t t = 1; t < e->terms; t++) sum += amount_of(&term[t], amount);
  return e->alpha * sum + e->beta;
}

static vt_error make_leaves(vt_core *core, int count, const double *value, ptrdiff_t *signature,
                            int *first) {
  for (int i = 0; i < count; i++) {
    int cell;
    VT_CHECK(*signature < INT32_MAX, VT_ERR_SYSTEM,
             "the model is too large: too many numbers vary");
    VT_TRY(vt_graph_leaf(&core->graph, value ? value[i] : 0.0, (int)(*signature)++, &cell));
    if (i == 0) *first = cell;
  }
  return VT_OK;
}

vt_error vt_follow_make_cells(vt_core *core, vt_factor_leaves *factors, ptrdiff_t signature) {
  const vt_following *following = following_of(core);
  vt_followed_numbers *n = &factors->follow;
  if (!n->evaluation) return VT_OK;
  find_origins(core, factors);
  VT_TRY(make_leaves(core, following->parameters, n->value, &signature, &n->parameter_cell));
  VT_TRY(make_leaves(core, following->amounts, NULL, &signature, &n->amount_cell));
  for (ptrdiff_t e = 0; e < n->entries; e++) {
    const double value = entry_value(core, &n->entry[e], NULL);
    VT_TRY(make_leaves(core, 1, &value, &signature, &n->entry[e].cell));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Values.

// What the formula of a parameter gives, before factors touch it.
static double base_of(const vt_core *core, const vt_followed_numbers *n, int parameter,
                      const double *value, const double *drawn) {
  const vt_formula *formula = n->evaluation->parameter[parameter];
  const vt_drawing *d = core->inputs->drawing;
  const int place = following_of(core)->parameter[parameter].drawn;
  if (formula) return vt_formula_value(formula, value);
  return place >= 0 && drawn ? drawn[d->numbers - d->parameters + place] : n->value[parameter];
}

static void reset(const vt_core *core, const vt_followed_numbers *n, double *value) {
  for (ptrdiff_t e = 0; e < n->entries; e++)
    value[n->entry[e].cell] = core->graph.value[n->entry[e].cell];
}

// What a table says, or a formula.
static double amount_in(const vt_core *core, const vt_followed_numbers *n, int a,
                        const double *parameter, const double *drawn) {
  const vt_drawing *d = core->inputs->drawing;
  const int given = following_of(core)->amount[a].given;
  if (given < 0) return vt_formula_value(n->evaluation->amount[a], parameter);
  return (drawn ? drawn : d->reference)[d->background + d->factors + given];
}

int vt_follow_set(const vt_core *core, const vt_factor_leaves *factors, const double *factor,
                  const double *drawn, double *value) {
  const vt_following *following = following_of(core);
  const vt_followed_numbers *n = &factors->follow;
  int failed = -1;
  if (!n->evaluation) return -1;
  if (!factor) {
    reset(core, n, value);
    return -1;
  }
  double *parameter = value + n->parameter_cell, *amount = value + n->amount_cell;
  for (int p = 0; p < following->parameters; p++) {
    parameter[p] = base_of(core, n, p, parameter, drawn);
    if (n->touched[p] >= 0)
      parameter[p] = vt_touch_apply(core, factors, n->touched[p], NULL, parameter[p], factor);
    if (isfinite(parameter[p])) continue;
    parameter[p] = (double)NAN;
    // Brightway stops here too, even if no amount comes to need it.
    if (failed < 0) failed = n->origin[p];
  }
  for (int a = 0; a < following->amounts; a++) {
    amount[a] = amount_in(core, n, a, parameter, drawn);
    if (isnan(amount[a]) && failed < 0) failed = n->origin[following->parameters + a];
  }
  for (ptrdiff_t e = 0; e < n->entries; e++)
    value[n->entry[e].cell] = entry_value(core, &n->entry[e], amount);
  return failed;
}

// -------------------------------------------------------------------------------------------------
// Derivatives.

// From a derivative by what a formula gives to those by the parameters that it reads.
static void pull_formula(const vt_formula *formula, const vt_meaning *meaning,
                         const double *parameter, double by_result, double *by_parameter,
                         double *slope) {
  if (!formula || by_result == 0.0) return;
  for (int k = 0; k < meaning->names; k++) {
    const int p = meaning->parameter[k];
    double derivative;
    slope[p] = 1.0;
    (void)vt_formula_slope(formula, parameter, slope, &derivative);
    slope[p] = 0.0;
    by_parameter[p] += by_result * derivative;
  }
}

const double *vt_follow_amounts(const vt_followed_numbers *n, const double *value) {
  return n->evaluation ? value + n->amount_cell : NULL;
}

void vt_follow_adjoint(const vt_core *core, const vt_factor_leaves *factors, const double *factor,
                       const double *drawn, const double *value, double *adjoint, double *slope,
                       double *by) {
  const vt_following *following = following_of(core);
  const vt_followed_numbers *n = &factors->follow;
  if (!n->evaluation) return;
  const double *parameter = value + n->parameter_cell;
  double *by_parameter = adjoint + n->parameter_cell, *by_amount = adjoint + n->amount_cell;
  for (ptrdiff_t e = 0; e < n->entries; e++) {
    const double by_sum = adjoint[n->entry[e].cell] * n->entry[e].alpha;
    const vt_followed_term *term = following->term + n->entry[e].first;
    for (ptrdiff_t t = 0; t < n->entry[e].terms; t++) {
      if (term[t].amount >= 0) by_amount[term[t].amount] += by_sum * term[t].scale * term[t].weight;
    }
  }
  for (int a = 0; a < following->amounts; a++)
    pull_formula(n->evaluation->amount[a], &following->amount[a].meaning, parameter, by_amount[a],
                 by_parameter, slope);
  for (int p = following->parameters - 1; p >= 0; p--) {
    double rest = by_parameter[p];
    if (n->touched[p] >= 0)
      rest = vt_touch_pull(core, factors, n->touched[p], NULL,
                           base_of(core, n, p, parameter, drawn), factor, rest, by);
    pull_formula(n->evaluation->parameter[p], &following->parameter[p].meaning, parameter, rest,
                 by_parameter, slope);
  }
}

// -------------------------------------------------------------------------------------------------
// Messages.

vt_error vt_follow_explain(const vt_core *core, const vt_factor_leaves *factors,
                           const double *value, vt_text *why) {
  const vt_following *following = following_of(core);
  const vt_followed_numbers *n = &factors->follow;
  const double *parameter = value + n->parameter_cell;
  for (int p = 0; p < following->parameters; p++) {
    const vt_followed_parameter *of = &following->parameter[p];
    const vt_formula *formula = n->evaluation->parameter[p];
    if (!isnan(parameter[p]) || (formula && vt_formula_culprit(formula, parameter) >= 0)) continue;
    VT_TRY(vt_text_add(why, "parameter '%s' of '%s': ", of->name, of->scope));
    if (!formula || !isnan(vt_formula_value(formula, parameter)))
      return vt_text_add(why, "what factors make of it is no finite number");
    VT_TRY(vt_text_add(why, "%s: ", of->meaning.formula));
    return vt_formula_explain(formula, parameter, why);
  }
  for (int a = 0; a < following->amounts; a++) {
    const vt_formula *formula = n->evaluation->amount[a];
    if (!formula || !isnan(vt_formula_value(formula, parameter))) continue;
    VT_TRY(vt_text_add(why, "%s: %s: ", following->amount[a].exchange,
                       following->amount[a].meaning.formula));
    return vt_formula_explain(formula, parameter, why);
  }
  return VT_OK;
}
