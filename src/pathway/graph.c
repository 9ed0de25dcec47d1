#include "graph.h"

#include <math.h>
#include <stdlib.h>

vt_error vt_graph_create(vt_graph *g) {
  VT_TRY(vt_labels_create(&g->identities));
  VT_TRY(vt_labels_create(&g->products));
  const double fixed[FIXED_CELLS] = {0.0, 1.0, INFINITY, -INFINITY};
  for (int i = 0; i < FIXED_CELLS; i++) {
    int cell;
    VT_TRY(vt_graph_leaf(g, fixed[i], -1, &cell));
  }
  return VT_OK;
}

void vt_graph_free(vt_graph *g) {
  free(g->value);
  free(g->dynamic);
  free(g->signature);
  free(g->identity);
  free(g->recipe);
  free(g->term);
  free(g->open);
  free(g->product);
  vt_labels_free(g->identities);
  vt_labels_free(g->products);
}

vt_error vt_graph_leaf(vt_graph *g, double value, int signature, int *cell) {
  VT_CHECK(g->cells < INT32_MAX - 1, VT_ERR_SYSTEM, "the model is too large: %d numbers", g->cells);
  const ptrdiff_t needed = (ptrdiff_t)g->cells + 1;
  VT_TRY(vt_grow(&g->value, &g->value_capacity, needed, sizeof *g->value));
  VT_TRY(vt_grow(&g->dynamic, &g->dynamic_capacity, needed, sizeof *g->dynamic));
  VT_TRY(vt_grow(&g->signature, &g->signature_capacity, needed, sizeof *g->signature));
  VT_TRY(vt_grow(&g->identity, &g->identity_capacity, needed, sizeof *g->identity));
  *cell = g->cells++;
  g->value[*cell] = value;
  g->dynamic[*cell] = signature >= 0;
  g->signature[*cell] = signature;
  g->identity[*cell] = -1;
  return VT_OK;
}

bool vt_graph_is_zero(const vt_graph *g, int cell) {
  return !g->dynamic[cell] && g->value[cell] == 0.0;
}

void vt_graph_begin(vt_graph *g) {
  g->open_terms = 0;
  g->open_constant = 0.0;
}

// Sums over many background flows have few distinct factors: merging keeps their recipes short.
enum { MERGED_TERMS = 32 };

vt_error vt_graph_add(vt_graph *g, double coefficient, int a, int b) {
  if (!g->dynamic[a]) {
    coefficient *= g->value[a];
    a = CELL_ONE;
  }
  if (!g->dynamic[b]) {
    coefficient *= g->value[b];
    b = CELL_ONE;
  }
  if (coefficient == 0.0) return VT_OK;
  if (a == CELL_ONE && b == CELL_ONE) {
    g->open_constant += coefficient;
    return VT_OK;
  }
  if (a > b) {
    const int other = a;
    a = b;
    b = other;
  }
  for (ptrdiff_t i = 0; i < g->open_terms && i < MERGED_TERMS; i++) {
    if (g->open[i].a != a || g->open[i].b != b) continue;
    g->open[i].coefficient += coefficient;
    return VT_OK;
  }
  VT_TRY(vt_grow(&g->open, &g->open_capacity, g->open_terms + 1, sizeof *g->open));
  g->open[g->open_terms++] = (vt_term){coefficient, a, b};
  return VT_OK;
}

static double evaluate_terms(const vt_term *t, ptrdiff_t terms, vt_recipe_kind kind,
                             const double *value) {
  double sum = 0.0, least = INFINITY;
  for (ptrdiff_t i = 0; i < terms; i++) {
    const double product = t[i].coefficient * value[t[i].a] * value[t[i].b];
    sum += product;
    if (product != 0.0 && product < least) least = product;
  }
  if (kind == RECIPE_SUM) return sum;
  return least < INFINITY ? least : 0.0;
}

static vt_error add_recipe(vt_graph *g, vt_recipe_kind kind, const vt_term *term, ptrdiff_t terms,
                           int *cell) {
  VT_TRY(vt_grow(&g->term, &g->term_capacity, g->terms + terms, sizeof *g->term));
  VT_TRY(vt_grow(&g->recipe, &g->recipe_capacity, g->recipes + 1, sizeof *g->recipe));
  VT_TRY(vt_graph_leaf(g, evaluate_terms(term, terms, kind, g->value), -1, cell));
  for (ptrdiff_t i = 0; i < terms; i++) g->term[g->terms + i] = term[i];
  g->dynamic[*cell] = true;
  g->signature[*cell] = (int)(-2 - g->recipes);
  g->recipe[g->recipes++] = (vt_recipe){*cell, kind, g->terms, terms};
  g->terms += terms;
  return VT_OK;
}

vt_error vt_graph_end(vt_graph *g, int *cell) {
  if (g->open_terms == 0) {
    *cell = CELL_ZERO;
    if (g->open_constant == 1.0) *cell = CELL_ONE;
    if (g->open_constant == 0.0 || g->open_constant == 1.0) return VT_OK;
    return vt_graph_leaf(g, g->open_constant, -1, cell);
  }
  const vt_term *only = g->open;
  if (g->open_terms == 1 && g->open_constant == 0.0 && only->coefficient == 1.0 &&
      only->a == CELL_ONE) {
    *cell = only->b;
    return VT_OK;
  }
  if (g->open_constant != 0.0) {
    VT_TRY(vt_grow(&g->open, &g->open_capacity, g->open_terms + 1, sizeof *g->open));
    g->open[g->open_terms++] = (vt_term){g->open_constant, CELL_ONE, CELL_ONE};
  }
  return add_recipe(g, RECIPE_SUM, g->open, g->open_terms, cell);
}

vt_error vt_graph_product(vt_graph *g, int a, int b, int *cell) {
  if (!g->dynamic[a] && !g->dynamic[b])
    return vt_graph_leaf(g, g->value[a] * g->value[b], -1, cell);
  // Names hold no zero bytes: seven bits a byte.
  char key[10];
  int at;
  bool added;
  for (int i = 0; i < 5; i++) {
    key[i] = (char)(0x80 | (a >> 7 * i & 0x7f));
    key[5 + i] = (char)(0x80 | (b >> 7 * i & 0x7f));
  }
  VT_TRY(vt_labels_add(g->products, key, sizeof key, &at, &added));
  if (added) {
    VT_TRY(vt_grow(&g->product, &g->product_capacity, (ptrdiff_t)at + 1, sizeof *g->product));
    VT_TRY(add_recipe(g, RECIPE_SUM, &(vt_term){1.0, a, b}, 1, &g->product[at]));
  }
  *cell = g->product[at];
  return VT_OK;
}

vt_error vt_graph_least(vt_graph *g, const int *cell, int count, int *least) {
  vt_graph_begin(g);
  bool dynamic = false;
  VT_TRY(vt_grow(&g->open, &g->open_capacity, count, sizeof *g->open));
  for (int i = 0; i < count; i++) {
    dynamic = dynamic || g->dynamic[cell[i]];
    g->open[g->open_terms++] = (vt_term){1.0, CELL_ONE, cell[i]};
  }
  if (dynamic) return add_recipe(g, RECIPE_LEAST, g->open, g->open_terms, least);
  const double value = evaluate_terms(g->open, g->open_terms, RECIPE_LEAST, g->value);
  return vt_graph_leaf(g, value, -1, least);
}

static vt_error describe(vt_graph *g, int cell, vt_text *key) {
  if (!g->dynamic[cell]) {
    return vt_text_add(key, "s%a", g->value[cell] + 0.0); // -0 and 0 are one
  }
  if (g->signature[cell] >= 0) {
    return vt_text_add(key, "t%a,%d", g->value[cell] + 0.0, g->signature[cell]);
  }
  const vt_recipe r = g->recipe[-2 - g->signature[cell]];
  VT_TRY(vt_text_add(key, "r%d", (int)r.kind));
  for (ptrdiff_t i = r.first; i < r.first + r.terms; i++) {
    int a, b;
    VT_TRY(vt_graph_identity(g, g->term[i].a, &a));
    VT_TRY(vt_graph_identity(g, g->term[i].b, &b));
    VT_TRY(vt_text_add(key, ",%a*%d*%d", g->term[i].coefficient, a, b));
  }
  return VT_OK;
}

vt_error vt_graph_identity(vt_graph *g, int cell, int *identity) {
  if (g->identity[cell] < 0) {
    vt_text key = {0};
    const vt_error described = describe(g, cell, &key);
    const vt_error added = described == VT_OK ? vt_labels_add(g->identities, key.bytes, key.length,
                                                              &g->identity[cell], NULL)
                                              : described;
    vt_text_free(&key);
    VT_TRY(added);
  }
  *identity = g->identity[cell];
  return VT_OK;
}

void vt_graph_evaluate(const vt_graph *g, double *value) {
  for (ptrdiff_t i = 0; i < g->recipes; i++) {
    const vt_recipe *r = &g->recipe[i];
    value[r->cell] = evaluate_terms(g->term + r->first, r->terms, r->kind, value);
  }
}

// The term that a recipe's value changes with; -1: all of them.
static ptrdiff_t least_term(const vt_recipe *r, const vt_term *t, const double *value) {
  ptrdiff_t least = -1;
  double best = INFINITY;
  for (ptrdiff_t i = 0; i < r->terms && r->kind == RECIPE_LEAST; i++) {
    const double product = t[i].coefficient * value[t[i].a] * value[t[i].b];
    if (product == 0.0 || !(product < best)) continue;
    best = product;
    least = i;
  }
  return least;
}

void vt_graph_adjoint(const vt_graph *g, const double *value, double *adjoint) {
  for (ptrdiff_t i = g->recipes - 1; i >= 0; i--) {
    const vt_recipe *r = &g->recipe[i];
    const vt_term *t = g->term + r->first;
    const double by = adjoint[r->cell];
    if (by == 0.0) continue;
    const ptrdiff_t only = least_term(r, t, value);
    if (only < 0 && r->kind == RECIPE_LEAST) continue; // all are zero, and stay unnoticed
    for (ptrdiff_t k = 0; k < r->terms; k++) {
      if (only >= 0 && k != only) continue;
      adjoint[t[k].a] += by * t[k].coefficient * value[t[k].b];
      adjoint[t[k].b] += by * t[k].coefficient * value[t[k].a];
    }
  }
}
