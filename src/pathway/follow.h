// follow.h - entries whose amounts follow parameters of the databases that factors change.
//
// Parameters, amounts and entries are leaves of the graph. In a scenario parameters are evaluated
// in order, each changed by the factors that touch it, then the amounts of exchanges, then the
// entries they are parts of; all else that touches an entry comes after. The reference has the
// stored amounts.
#ifndef VT_PATHWAY_FOLLOW_H
#define VT_PATHWAY_FOLLOW_H

#include "core.h"
#include "vintner/parameters.h"

/// An entry that is the sum of its terms times alpha plus beta, which overrides give.
typedef struct vt_followed_entry {
  ptrdiff_t first, terms; ///< into vt_following
  double alpha, beta;
  int cell;
} vt_followed_entry;

typedef struct vt_followed_numbers {
  vt_evaluation *evaluation; ///< NULL: nothing follows
  double *value;             ///< of parameters without factors; shape [parameters]
  int *touched;              ///< of parameters: touch or -1; shape [parameters]
  int *origin; ///< of parameters, then amounts: the first factor that reaches it, or -1
  int parameter_cell, amount_cell; ///< the first of each, the others follow
  ptrdiff_t entries;
  vt_followed_entry *entry; ///< shape [entries], ascending by tensor and key
} vt_followed_numbers;

struct vt_factor_leaves;

/// Before overrides: what follows, and its values without factors.
vt_error vt_follow_prepare(const vt_core *core, vt_followed_numbers *numbers);

/// A fixed override of an entry.
void vt_follow_override(const vt_core *core, const vt_followed_numbers *numbers,
                        vt_tensor_id tensor, ptrdiff_t entry, vt_operation operation,
                        double operand);

/// Touch the parameters that a factor selects.
vt_error vt_follow_touch(const vt_core *core, struct vt_factor_leaves *factors, int factor);

/// Make the cells. `signature`: from this on none has a meaning yet.
vt_error vt_follow_make_cells(vt_core *core, struct vt_factor_leaves *factors, ptrdiff_t signature);

/// The cell of an entry before factors touch it, or -1: it does not follow.
int vt_follow_cell(const vt_core *core, const vt_followed_numbers *numbers, vt_tensor_id tensor,
                   ptrdiff_t entry);

/// Set the cells in value[cells]. factor: what the design gives; NULL: the reference. drawn: shape
/// [numbers of vt_drawing], NULL: their reference.
/// @return the factor that the first formula which fails follows from, -1: none fails
int vt_follow_set(const vt_core *core, const struct vt_factor_leaves *factors, const double *factor,
                  const double *drawn, double *value);

/// Derivatives by the values of the design, added to those of `by`.
/// @param adjoint  shape [cells], as it is for entries; added to
/// @param slope    scratch of zeros; shape [parameters]
void vt_follow_adjoint(const vt_core *core, const struct vt_factor_leaves *factors,
                       const double *factor, const double *drawn, const double *value,
                       double *adjoint, double *slope, double *by);

/// The amounts that follow, as set in value[cells]; NULL: none do.
const double *vt_follow_amounts(const vt_followed_numbers *numbers, const double *value);

/// Say which formula fails in value[cells], and why.
vt_error vt_follow_explain(const vt_core *core, const struct vt_factor_leaves *factors,
                           const double *value, vt_text *why);

#endif
