// list.c - entries of tensors that are no matrices: found, added, laid out.
#include "model.h"

#include <math.h>
#include <stdlib.h>

// What an entry has where the study says nothing.
double vt_choice_nothing(vt_choice_tensor tensor) {
  switch (tensor) {
    case VT_CHOICE_DEMAND:                     // until numbers are laid out: 0
    case VT_CHOICE_SUPPLY: return (double)NAN; // the process is not given
    case VT_CHOICE_CAPACITY:
    case VT_CHOICE_UPPER:
    case VT_CHOICE_UPPER_ELEM:
    case VT_CHOICE_UPPER_IMP:
    case VT_CHOICE_UPPER_IMP_AGG: return INFINITY;
    case VT_CHOICE_LOWER:
    case VT_CHOICE_LOWER_ELEM:
    case VT_CHOICE_LOWER_IMP: return -INFINITY;
    case VT_CHOICE_DEPENDENTS:
    case VT_CHOICE_WEIGHTS:
    case VT_CHOICE_GOALS:
    case VT_CHOICE_STORAGE:
    case VT_CHOICE_CONFIDENCE:
    case VT_CHOICE_TECHNOSPHERE:
    case VT_CHOICE_BIOSPHERE:
    case VT_CHOICE_CHARACTERIZATION:
    case VT_CHOICE_TENSORS: break;
  }
  return 0;
}

bool vt_choice_has_steps(vt_choice_tensor tensor) {
  return tensor <= VT_CHOICE_LOWER_IMP;
}

int vt_choice_find_entry(const vt_choice_data *k, vt_choice_tensor tensor, int a, int b) {
  const vt_choice_list *l = &k->list[tensor];
  if (tensor == VT_CHOICE_UPPER) return k->upper_of[a];
  if (tensor == VT_CHOICE_LOWER) return k->lower_of[a];
  for (int i = 0; i < l->count; i++)
    if (l->entry[i].key[0] == a && l->entry[i].key[1] == b) return i;
  return -1;
}

vt_error vt_choice_add_entry(vt_choice_data *k, vt_choice_tensor tensor, int a, int b, int line,
                             bool stored, double value, int *entry) {
  vt_choice_list *l = &k->list[tensor];
  double *given;
  l->steps = vt_choice_has_steps(tensor) ? k->steps : 1;
  VT_TRY(vt_grow(&l->entry, &l->room, l->count + 1, sizeof *l->entry));
  VT_TRY(vt_grow(&l->given, &l->given_room, l->count + 1, sizeof *l->given));
  VT_NEW(given, l->steps);
  for (int t = 0; t < l->steps; t++) given[t] = value;
  l->given[l->count] = given;
  l->entry[l->count] = (vt_choice_entry){.key = {a, b}, .line = line, .stored = stored};
  *entry = l->count++;
  if (tensor == VT_CHOICE_UPPER) k->upper_of[a] = *entry;
  if (tensor == VT_CHOICE_LOWER) k->lower_of[a] = *entry;
  return VT_OK;
}

double *vt_choice_given(vt_choice_data *k, vt_choice_tensor tensor, int entry) {
  return k->list[tensor].given[entry];
}
