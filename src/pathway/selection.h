// selection.h - which stored entries of which tensor a selector picks.
#ifndef VT_PATHWAY_SELECTION_H
#define VT_PATHWAY_SELECTION_H

#include "vintner/inputs.h"
#include "vintner/study.h"

typedef struct vt_selection {
  vt_tensor_id tensor;
  ptrdiff_t count;
  ptrdiff_t *entry; ///< shape [count], ascending
} vt_selection;

/// The tensor whose value a missing entry has, or VT_TENSOR_COUNT.
vt_tensor_id vt_selection_default_of(vt_tensor_id tensor);

/// Look the tensor of a factor up and, for a `set` on demand, limits or existing capacity, store
/// the entries that it names exactly or by range and that are missing (with the value a missing
/// entry has). On limits over years `*` means every year, if the other axes are named exactly and
/// no stored entry matches.
vt_error vt_selection_create_entries(const char *study_path, const vt_factor *factor,
                                     vt_inputs *inputs);

/// Find the entries. The caller frees chosen->entry. No match is an error that names the axis.
vt_error vt_selection_resolve(const char *study_path, const vt_factor *factor,
                              const vt_inputs *inputs, vt_selection *chosen);

/// Mark the processes that a selector of one axis picks (others are left as they are). Nothing
/// found is an error that names near labels.
vt_error vt_selection_mark_processes(const char *study_path, const vt_factor *wanted,
                                     const vt_inputs *inputs, bool *match);

#endif
