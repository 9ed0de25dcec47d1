// factors.h - the inputs' numbers as leaves of the graph, and which factors touch each.
#ifndef VT_PATHWAY_FACTORS_H
#define VT_PATHWAY_FACTORS_H

#include "drawn.h"
#include "follow.h"
#include "variants.h"

/// Which factors touch a number, in order: a list that grows at its end, so a tree.
typedef struct vt_touch {
  int parent;      ///< the touches before this one, or -1
  int factor;      ///< a factor, or an override that differs between scenarios: change_of
  ptrdiff_t value; ///< place of its value among the design's
  int alpha, beta; ///< cells so that a touched number is alpha * base + beta; -1 not made yet
  int length;
} vt_touch;

typedef struct vt_touched_cell {
  int cell;
  int fallback; ///< cell whose value is the base, -1: `base` is
  int touch;
  double base;
  const double *weight; ///< of a mapping entry: in each variant; NULL where there is one variant
} vt_touched_cell;

/// A cell of a factor with a draw for each.
typedef struct vt_drawn_cell {
  int input;       ///< of the design
  uint64_t stream; ///< hash of the factor's name and the cell's labels
} vt_drawn_cell;

typedef struct vt_factor_leaves {
  vt_tensor reference[VT_TENSOR_COUNT]; ///< with the overrides, before factors create entries
  vt_touch *touch;                      ///< shape [touches]
  ptrdiff_t touches, touch_capacity;
  int *touched[VT_TENSOR_COUNT];  ///< shape [entries of the tensor]: touch or -1; NULL: all -1
  bool *created[VT_TENSOR_COUNT]; ///< shape [entries]: made by a factor; NULL: none is
  int *cell[VT_TENSOR_COUNT];     ///< shape [entries]; NULL for the background, which has no cells
  vt_touched_cell *leaf;          ///< shape [leaves]: the cells that factors touch
  ptrdiff_t leaves, leaf_capacity;
  double *neutral;      ///< shape [factors]
  vt_drawn_cell *drawn; ///< shape [drawings], in the order of their values
  ptrdiff_t drawings, drawn_capacity;
  double *standing; ///< values in the reference, NaN of factors; shape [inputs of the design]
  vt_variants variants;
  vt_followed_numbers follow;
  vt_drawn_numbers drawing;
} vt_factor_leaves;

/// Apply the overrides, look the factors up, make the cells. The numbers of the core are then those
/// before the overrides that differ between scenarios.
vt_error vt_factors_prepare(vt_core *core, vt_factor_leaves *factors);

/// Cell of the entry with this key, or the cell given for a missing one.
int vt_factors_cell(const vt_core *core, const vt_factor_leaves *factors, vt_tensor_id tensor,
                    const int32_t *key, int missing);

/// Cells alpha and beta of a touch: a number it touches is alpha * base + beta.
vt_error vt_factors_affine(vt_core *core, vt_factor_leaves *factors, int touched, int *alpha,
                           int *beta);

/// Whether numbers with this touch are not affine in what they were: use their cells.
bool vt_factors_choose(const vt_core *core, const vt_factor_leaves *factors, int touched);

/// Set all leaves of value[cells] that factors touch or databases draw. factor: what the design
/// gives; NULL: the reference. drawn: shape [numbers of vt_drawing]; NULL: the reference.
/// @return the factor that a formula which fails follows from, -1: none fails
int vt_factors_set_leaves(const vt_core *core, const vt_factor_leaves *factors,
                          const double *factor, const double *drawn, double *value);

/// Derivatives of something by the values of the design, from those by the leaves. By a factor that
/// is not applied: where it has its neutral value. A choice has none: 0.
///
/// @param factor   what the design gives
/// @param value    shape [cells]
/// @param adjoint  shape [cells]; what others fall back on is added to
/// @param slope    scratch of vt_follow_adjoint
/// @param by       shape [width of the design], overwritten
void vt_factors_adjoint(const vt_core *core, const vt_factor_leaves *factors, const double *factor,
                        const double *drawn, const double *value, double *adjoint, double *slope,
                        double *by);

#endif
