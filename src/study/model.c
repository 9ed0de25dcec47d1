// model.c - the kinds of models that a study may have.
#include "reader.h"

#include <string.h>

static const vt_kind_row kinds[] = {
    {.name = "pathway",
     .kind = VT_MODEL_PATHWAY,
     .read = vt_read_pathway,
     .check = vt_check_database_plan,
     .ensemble = true},
    {.name = "choice",
     .kind = VT_MODEL_CHOICE,
     .read = vt_read_choice,
     .check = vt_check_choice,
     .ensemble = true},
    {.name = "timeline",
     .kind = VT_MODEL_TIMELINE,
     .read = vt_read_timeline,
     .check = vt_check_timeline,
     .own_keep = true,
     .ensemble = true},
    {.name = "inventory",
     .kind = VT_MODEL_INVENTORY,
     .read = vt_read_inventory,
     .own_keep = true,
     .ensemble = true},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const vt_kind_row *vt_kind_row_of(vt_model_kind kind) {
  const vt_kind_row *row = kinds;
  while (!row->read || row->kind != kind) row++;
  return row;
}

const char *vt_model_kind_name(vt_model_kind kind) {
  return vt_kind_row_of(kind)->name;
}

bool vt_study_varies(const vt_study *study) {
  return study->uncertainty.wanted || study->design.kind == VT_DESIGN_EXCHANGES;
}

const vt_factor *vt_study_overrides(const vt_study *study, int *overrides, int *fixed) {
  const vt_model_plan *model = &study->model;
  *overrides = *fixed = 0;
  if (model->kind == VT_MODEL_PATHWAY) {
    *overrides = model->pathway.overrides;
    *fixed = model->pathway.fixed_overrides;
    return model->pathway.override;
  }
  if (model->kind != VT_MODEL_CHOICE) return NULL;
  *overrides = model->choice.overrides;
  *fixed = model->choice.fixed_overrides;
  return model->choice.override;
}

static vt_error read_kind(vt_study_reader *reader, const vt_yaml *node, void *study) {
  vt_model_plan *model = &reader->study->model;
  const vt_kind_row *row = kinds;
  while (strcmp(row->name, node->key) != 0) row++;
  model->kind = row->kind;
  model->line = node->line;
  return row->read(reader, node, study);
}

vt_error vt_read_model(vt_study_reader *reader, const vt_yaml *node, void *study) {
  vt_key keys[KINDS + 1] = {{0}};
  for (int k = 0; k < KINDS; k++)
    keys[k] = (vt_key){.name = kinds[k].name,
                       .presence = kinds[k].read ? VT_ONE_OF : VT_UNAVAILABLE,
                       .read = read_kind};
  return vt_map_read(reader, node, keys, study);
}
