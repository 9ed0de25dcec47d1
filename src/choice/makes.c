// makes.c - which products a process makes, by what the sources say of its exchanges.
#include "model.h"

#include <math.h>
#include <stdlib.h>

/// The search among the records of one process.
typedef struct product_search {
  const vt_choice_data *k;
  int process;
  bool *makes; // shape [products]
} product_search;

static bool has_entry(const vt_choice_data *k, int row, int process) {
  const vt_sparse *a = &k->system->technosphere;
  for (ptrdiff_t e = a->column_start[process]; e < a->column_start[process + 1]; e++)
    if (a->row[e] == row) return a->value[e] > 0.0 || a->value[e] < 0.0;
  return false;
}

// Production is not flipped, and of JSON documents is not a substitution.
static bool is_production(const vt_choice_data *k, const vt_record_group *g, ptrdiff_t r) {
  if (g->source)
    return g->source[r] < 0 || k->set->exchange[g->source[r]].type == VT_EXCHANGE_PRODUCTION;
  return g->flip ? !g->flip[r] : g->data[r * g->columns] > 0.0;
}

static void look_through(product_search *s, const vt_record_group *g) {
  const vt_system *system = s->k->system;
  const int node = system->process[s->process];
  for (ptrdiff_t r = 0; r < g->count; r++) {
    if (g->column[r] != node || g->row[r] < 0 || g->row[r] >= system->nodes) continue;
    const int row = system->row_of[g->row[r]];
    if (row >= 0 && is_production(s->k, g, r)) s->makes[row] = true;
  }
}

static void look_through_all(product_search *s) {
  for (int p = 0; p < s->k->set->packages; p++) {
    const vt_package *package = &s->k->set->package[p];
    for (int g = 0; g < package->groups; g++) {
      if (package->group[g].matrix == VT_MATRIX_TECHNOSPHERE && !package->group[g].array)
        look_through(s, &package->group[g]);
    }
  }
}

vt_error vt_choice_makes(const vt_choice_data *k, int process, int *products, int *row) {
  const vt_system *system = k->system;
  const int node = system->process[process], own = system->row_of[node];
  product_search s = {.k = k, .process = process};
  *products = 1;
  *row = own;
  if (own >= 0 && has_entry(k, own, process)) return VT_OK;
  VT_NEW(s.makes, k->products);
  look_through_all(&s);
  *products = 0;
  for (int i = 0; i < k->products; i++) {
    if (!s.makes[i] || !has_entry(k, i, process)) continue;
    if ((*products)++ == 0) *row = i;
  }
  free(s.makes);
  if (*products > 0 || system->reference[process] < 0) return VT_OK;
  const int reference = system->reference[process];
  // Sources that say nothing of signs: what it was matched to, if that is the only one.
  *products = has_entry(k, reference, process) && own < 0 ? 1 : 0;
  *row = reference;
  return VT_OK;
}

vt_error vt_choice_makes_product(const vt_choice_data *k, int process, int row, bool *makes) {
  const vt_sparse *a = &k->system->technosphere;
  product_search s = {.k = k, .process = process};
  *makes = false;
  if (!has_entry(k, row, process)) return VT_OK;
  *makes = k->system->row_of[k->system->process[process]] == row;
  for (ptrdiff_t e = a->column_start[process]; e < a->column_start[process + 1]; e++)
    *makes = *makes || (a->row[e] == row && a->value[e] > 0);
  if (*makes) return VT_OK;
  VT_NEW(s.makes, k->products);
  look_through_all(&s);
  *makes = s.makes[row];
  free(s.makes);
  return VT_OK;
}
