// words.c - demands, limits and capacities in the words of the study.
#include "classes.h"
#include "lines.h"
#include "model.h"
#include "program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// As few digits as give the same number back.
static const char *number_text(double value, char text[32]) {
  for (int digits = 15; digits <= 17; digits++) {
    (void)snprintf(text, 32, "%.*g", digits, value);
    const double back = strtod(text, NULL);
    if (!(back < value || back > value)) break;
  }
  return text;
}

// A label as a selector wants it: quoted where it must be.
static vt_error add_label(vt_text *text, const char *label) {
  const size_t length = strlen(label);
  const bool plain = length > 0 && strpbrk(label, ",[]|\"\\*?") == NULL && label[0] != ' ' &&
                     label[length - 1] != ' ';
  if (plain) return vt_text_add(text, "%s", label);
  VT_TRY(vt_text_add(text, "\""));
  for (const char *c = label; *c; c++) {
    if (*c == '"' || *c == '\\')
      VT_TRY(vt_text_add(text, "\\%c", *c));
    else
      VT_TRY(vt_text_add_bytes(text, c, 1));
  }
  return vt_text_add(text, "\"");
}

static vt_error add_key(const vt_inputs *inputs, const vt_member *member, vt_text *text) {
  const vt_tensor_kind *kind = &vt_tensor_kinds[member->tensor];
  VT_TRY(vt_text_add(text, "["));
  for (int a = 0; a < kind->axes; a++) {
    if (a > 0) VT_TRY(vt_text_add(text, ", "));
    VT_TRY(add_label(text, vt_inputs_label(inputs, kind->axis[a], member->key[a])));
  }
  return vt_text_add(text, "]");
}

// The name of a process where it is more than its code.
static vt_error add_name(const vt_inputs *inputs, const vt_member *member, vt_text *text) {
  const vt_tensor_kind *kind = &vt_tensor_kinds[member->tensor];
  if (kind->axis[0] != VT_AXIS_PROCESS) return VT_OK;
  const char *name = inputs->process_name[member->key[0]];
  const char *code = vt_inputs_label(inputs, VT_AXIS_PROCESS, member->key[0]);
  if (!name || strcmp(name, code) == 0) return VT_OK;
  return vt_text_add(text, " ('%s')", name);
}

vt_error vt_pathway_member_text(const vt_pathway *m, const vt_member *member, vt_text *text) {
  char number[32];
  (void)number_text(member->value, number);
  if (member->tensor == VT_TENSOR_DEMAND) {
    const char *product = vt_inputs_label(m->core.inputs, VT_AXIS_PRODUCT, member->key[0]);
    return vt_text_add(text, "demand of '%s' in %d: %s", product,
                       m->core.inputs->system_time[member->key[1]], number);
  }
  VT_TRY(vt_text_add(text, "%s", vt_tensor_kinds[member->tensor].name));
  if (member->fallback) {
    VT_TRY(vt_text_add(text, "_default = %s, for ", number));
    VT_TRY(add_key(m->core.inputs, member, text));
  } else {
    VT_TRY(add_key(m->core.inputs, member, text));
    VT_TRY(vt_text_add(text, " = %s", number));
  }
  return add_name(m->core.inputs, member, text);
}

// ---------------------------------------------------------------------------------------------
// Demands that no plan meets.

static vt_error add_maker(const vt_pathway *m, int process, int product, int first, int last,
                          vt_text *text) {
  switch (vt_inputs_production_fault(m->core.inputs, process, product)) {
    case VT_PRODUCTION_ZERO: return vt_text_add(text, "makes nothing, its production is 0");
    case VT_PRODUCTION_OUTSIDE:
      return vt_text_add(text, "makes nothing, its window of %d to %d years holds no production",
                         first, last);
    case VT_PRODUCTION_SOUND: break;
  }
  return vt_text_add(text, "runs %d to %d years after its installation", first, last);
}

// The processes that make a product at all, and when.
static vt_error add_makers(const vt_pathway *m, int product, vt_text *text) {
  enum { TOLD = 3 };
  int makers = 0;
  for (ptrdiff_t k = 0; k < m->lines->count; k++) {
    const vt_line *l = &m->lines->line[k];
    if (l->tensor != VT_TENSOR_PRODUCTION || l->flow != product) continue;
    if (makers++ < TOLD) {
      const int first = m->core.inputs->window_first[l->process];
      const int last = m->core.inputs->window_last[l->process];
      VT_TRY(vt_text_add(text, "%s'%s' ", makers == 1 ? ": " : ", ",
                         process_text(&m->core, l->process)));
      VT_TRY(add_maker(m, l->process, product, first, last, text));
    }
  }
  if (makers == 0) return vt_text_add(text, ": no process makes it");
  if (makers > TOLD) return vt_text_add(text, ", and %d more make it", makers - TOLD);
  return VT_OK;
}

vt_error vt_pathway_unmet_text(const vt_pathway *m, const vt_member *demand, double most,
                               vt_text *text) {
  const char *product = vt_inputs_label(m->core.inputs, VT_AXIS_PRODUCT, demand->key[0]);
  const int year = m->core.inputs->system_time[demand->key[1]];
  const bool nothing = !(fabs(most) > 1e-9 * fabs(demand->value));
  char number[32];
  if (demand->value < 0.0 && nothing)
    return vt_text_add(text, "no process can take up '%s' in %d", product, year);
  if (!nothing) {
    return vt_text_add(text, "at %s %s of '%s' can be %s in %d, whatever is installed",
                       most < demand->value ? "most" : "least", number_text(most, number), product,
                       demand->value < 0.0 ? "left over" : "produced", year);
  }
  VT_TRY(vt_text_add(text, "no process can produce '%s' in %d", product, year));
  return add_makers(m, demand->key[0], text);
}

// ---------------------------------------------------------------------------------------------
// Existing capacity.

static void mark_class(const vt_pathway *m, const vt_class *c, bool *told) {
  for (ptrdiff_t i = c->first_member; i < c->first_member + c->members; i++) {
    const vt_process_vintage *v = &m->lines->vintage[m->classes->member[i]];
    if (v->capacity >= 0) told[v->capacity] = true;
  }
}

vt_error vt_pathway_capacity_text(const vt_pathway_state *s, const double *multiplier,
                                  vt_text *text) {
  const vt_pathway *m = s->model;
  const vt_tensor *t = &m->core.inputs->tensor[VT_TENSOR_EXISTING_CAPACITY];
  bool *told;
  VT_NEW(told, t->count);
  for (int r = 0; r < m->program->lp.rows; r++) {
    const vt_row_info *row = &m->program->row[r];
    if (row->kind != ROW_CAPACITY || multiplier[r] == 0.0) continue;
    const ptrdiff_t at = at_time(&m->core, row->label, row->time);
    for (ptrdiff_t k = m->classes->first[at]; k < m->classes->first[at + 1]; k++)
      mark_class(m, &m->classes->class_[k], told);
  }
  vt_error added = VT_OK;
  for (ptrdiff_t e = 0; e < t->count && added == VT_OK; e++) {
    if (!told[e]) continue;
    const vt_member member = {.tensor = VT_TENSOR_EXISTING_CAPACITY,
                              .key = {t->index[2 * e], t->index[2 * e + 1]},
                              .value = s->value[m->factors->cell[VT_TENSOR_EXISTING_CAPACITY][e]]};
    if (text->length > 0) added = vt_text_add(text, "\n");
    if (added == VT_OK) added = vt_pathway_member_text(m, &member, text);
  }
  free(told);
  return added;
}
