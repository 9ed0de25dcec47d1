// kinds.c - the one place that knows all kinds of model.
#include "vintner/kinds.h"

#include "vintner/choice.h"
#include "vintner/inventory.h"
#include "vintner/pathway.h"
#include "vintner/timeline.h"

const vt_kind *vt_kind_of(const vt_study *study) {
  static const vt_kind *const kinds[] = {[VT_MODEL_PATHWAY] = &vt_pathway_kind,
                                         [VT_MODEL_INVENTORY] = &vt_inventory_kind,
                                         [VT_MODEL_CHOICE] = &vt_choice_kind,
                                         [VT_MODEL_TIMELINE] = &vt_timeline_kind};
  return kinds[study->model.kind];
}
