// keep.c - the outputs that a study may ask for by name, and which models have them.
#include "reader.h"

#include <string.h>

enum {
  PATHWAY = 1U << VT_MODEL_PATHWAY,
  INVENTORY = 1U << VT_MODEL_INVENTORY,
  CHOICE = 1U << VT_MODEL_CHOICE,
  TIMELINE = 1U << VT_MODEL_TIMELINE,
};

const vt_keepable vt_keepable_outputs[] = {
    {"installation", PATHWAY, true},
    {"operation", PATHWAY, true},
    {"impact", PATHWAY | CHOICE, true},
    {"production", PATHWAY, false},
    {"operation_by_vintage", PATHWAY, false},
    {"capacity", PATHWAY, false},
    {"utilisation", PATHWAY, false},
    {"flow", PATHWAY, false},
    {"inventory", PATHWAY | INVENTORY | CHOICE | TIMELINE, false},
    {"inventory_by_activity", TIMELINE, false},
    {"timeline", TIMELINE, false},
    {"supply", INVENTORY, false},
    {"scaling", CHOICE, false},
    {"radiative_forcing", PATHWAY, false},
    {"impact_by_origin", PATHWAY, false},
    {"impact_by_flow", PATHWAY, false},
    {"background", PATHWAY, false},
    {"demand_dual", PATHWAY | CHOICE, false},
    {"limit_dual", PATHWAY | CHOICE, false},
    {"reduced_cost", PATHWAY | CHOICE, false},
    {"installation_range", PATHWAY, false},
    {NULL, 0, false},
};
enum { KEEPABLE = sizeof vt_keepable_outputs / sizeof *vt_keepable_outputs };

vt_error vt_keep_implied(vt_study *study) {
  const char **keep;
  VT_ARENA_NEW(study->arena, keep, KEEPABLE);
  study->keep = keep;
  for (const vt_keepable *k = vt_keepable_outputs; k->name; k++) {
    if (k->implied) keep[study->keeps++] = k->name;
  }
  return VT_OK;
}

vt_error vt_read_keep(vt_study_reader *reader, const vt_yaml *node, const char *expected,
                      const char *const **keep, int *keeps) {
  const char *names[KEEPABLE];
  bool seen[KEEPABLE] = {false};
  int known = 0;
  for (const vt_keepable *k = vt_keepable_outputs; k->name; k++) {
    if (k->kinds & 1U << reader->study->model.kind) names[known++] = k->name;
  }
  names[known] = NULL;
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, expected));
  const char **list;
  VT_ARENA_NEW(reader->arena, list, known);
  *keeps = 0;
  for (ptrdiff_t i = 0; i < vt_yaml_count(node); i++) {
    vt_yaml item;
    int choice;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_one_of(reader, &item, names, &choice));
    if (seen[choice])
      VT_REFUSE(reader, &item, "found '%s' twice, expected distinct names", names[choice]);
    seen[choice] = true;
    list[(*keeps)++] = names[choice];
  }
  *keep = list;
  return VT_OK;
}
