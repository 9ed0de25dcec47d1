// graph.h - numbers as sums of products: which number of a model follows from which others.
//
// Every number is a cell. A leaf holds an input; a derived cell holds sum_k coefficient_k * a_k *
// b_k over other cells. What no factor can reach is folded to a constant when it is made, so a
// scenario recomputes just the cells that depend on its factors, in the order they were made.
#ifndef VT_PATHWAY_GRAPH_H
#define VT_PATHWAY_GRAPH_H

#include "vintner/base.h"

/// Cells that always exist.
enum { CELL_ZERO, CELL_ONE, CELL_INFINITY, CELL_MINUS_INFINITY, FIXED_CELLS };

typedef enum vt_recipe_kind {
  RECIPE_SUM,
  RECIPE_LEAST, ///< least of the terms that are not zero; zero if all are
} vt_recipe_kind;

typedef struct vt_term {
  double coefficient;
  int a, b;
} vt_term;

typedef struct vt_recipe {
  int cell;
  vt_recipe_kind kind;
  ptrdiff_t first, terms;
} vt_recipe;

typedef struct vt_graph {
  int cells;
  double *value;  ///< shape [cells]: reference values
  bool *dynamic;  ///< shape [cells]: some factor reaches it
  int *signature; ///< shape [cells]: leaves: who touches it, -1 nobody; derived: -2 - recipe
  int *identity;  ///< shape [cells]: equal for cells equal in every scenario; -1 not asked yet
  ptrdiff_t value_capacity, dynamic_capacity, signature_capacity, identity_capacity;
  vt_recipe *recipe; ///< shape [recipes], in order of making: operands come first
  ptrdiff_t recipes, recipe_capacity;
  vt_term *term;
  ptrdiff_t terms, term_capacity;
  vt_labels *products; ///< factors of the products made by vt_graph_product
  int *product;        ///< shape [products]: their cells
  ptrdiff_t product_capacity;
  // The sum being made.
  vt_term *open;
  ptrdiff_t open_terms, open_capacity;
  double open_constant;
  vt_labels *identities;
} vt_graph;

vt_error vt_graph_create(vt_graph *g);
void vt_graph_free(vt_graph *g);

/// A leaf; signature -1 if no factor touches it.
vt_error vt_graph_leaf(vt_graph *g, double value, int signature, int *cell);

/// Begin a sum, add coefficient * a * b to it, end it as a cell (a known one where it is constant
/// zero or one single cell).
void vt_graph_begin(vt_graph *g);
vt_error vt_graph_add(vt_graph *g, double coefficient, int a, int b);
vt_error vt_graph_end(vt_graph *g, int *cell);

/// The product of two cells, made once; may be called while a sum is open.
vt_error vt_graph_product(vt_graph *g, int a, int b, int *cell);

/// The least of the cells that are not zero, zero if there is none.
vt_error vt_graph_least(vt_graph *g, const int *cell, int count, int *least);

/// A number that two cells share exactly if they are equal in every scenario by construction.
vt_error vt_graph_identity(vt_graph *g, int cell, int *identity);

/// Whether a cell is zero in every scenario.
bool vt_graph_is_zero(const vt_graph *g, int cell);

/// Recompute all derived cells from the leaves in value[cells].
void vt_graph_evaluate(const vt_graph *g, double *value);

/// Derivatives of something by all cells: those by derived cells are passed on to what they are
/// made of, down to the leaves. Where a least has several, the first one has it.
///
/// @param value    shape [cells]: as evaluated
/// @param adjoint  shape [cells]: so far as the cells have an effect by themselves; added to
void vt_graph_adjoint(const vt_graph *g, const double *value, double *adjoint);

#endif
