// names.c - the programme's rows and columns in words.
#include "classes.h"
#include "lines.h"
#include "model.h"
#include "program.h"

#include <string.h>

// How rows are called, and the axis of their labels; goals have none.
static const struct {
  const char *name;
  vt_axis axis;
} forms[] = {
    [ROW_BALANCE] = {"balance", VT_AXIS_PRODUCT},
    [ROW_CAPACITY] = {"capacity", VT_AXIS_PROCESS},
    [ROW_TOTAL_DEPLOYMENT] = {"cumulative_deployment", VT_AXIS_PROCESS},
    [ROW_OPERATION] = {"operation_limit", VT_AXIS_PROCESS},
    [ROW_IMPACT] = {"impact_limit", VT_AXIS_CATEGORY},
    [ROW_TOTAL_IMPACT] = {"cumulative_impact_limit", VT_AXIS_CATEGORY},
    [ROW_FLOW] = {"flow_limit", VT_AXIS_FLOW},
    [ROW_TOTAL_FLOW] = {"cumulative_flow_limit", VT_AXIS_FLOW},
    [ROW_COUPLING] = {"coupling", VT_AXIS_PROCESS},
};

static vt_error row_text(const vt_pathway *m, const vt_row_info *r, vt_text *text) {
  if (r->kind == ROW_GOAL) return vt_text_add(text, "goal(%d)", r->label);
  const vt_axis axis = forms[r->kind].axis;
  const char *label = axis == VT_AXIS_PROCESS ? process_text(&m->core, r->label)
                                              : vt_inputs_label(m->core.inputs, axis, r->label);
  VT_TRY(vt_text_add(text, "%s(%s", forms[r->kind].name, label));
  if (r->time >= 0) VT_TRY(vt_text_add(text, ",%d", m->core.inputs->system_time[r->time]));
  return vt_text_add(text, ")");
}

static vt_error column_text(const vt_pathway *m, int column, vt_text *text) {
  const char *name = process_text(&m->core, m->program->column_process[column]);
  const int time = m->program->column_time[column], cls = m->program->column_class[column];
  const int year = m->core.inputs->system_time[time];
  if (cls < 0) return vt_text_add(text, "install(%s,%d)", name, year);
  const ptrdiff_t at = at_time(&m->core, m->program->column_process[column], time);
  if (m->classes->first[at + 1] - m->classes->first[at] == 1)
    return vt_text_add(text, "operate(%s,%d)", name, year);
  return vt_text_add(
      text, "operate(%s,%d,%d)", name, year,
      m->lines->vintage[m->classes->member[m->classes->class_[cls].first_member]].year);
}

static vt_error keep_name(const vt_pathway *m, vt_text *text, char **name) {
  VT_ARENA_NEW(m->core.arena, *name, text->length + 1);
  memcpy(*name, text->bytes, (size_t)text->length);
  text->length = 0;
  return VT_OK;
}

static vt_error name_all(vt_pathway *m, vt_text *text) {
  VT_ARENA_NEW(m->core.arena, m->program->lp.row_name, m->program->lp.rows);
  VT_ARENA_NEW(m->core.arena, m->program->lp.column_name, m->program->lp.columns);
  for (int r = 0; r < m->program->lp.rows; r++) {
    VT_TRY(row_text(m, &m->program->row[r], text));
    VT_TRY(keep_name(m, text, &m->program->lp.row_name[r]));
  }
  for (int c = 0; c < m->program->lp.columns; c++) {
    VT_TRY(column_text(m, c, text));
    VT_TRY(keep_name(m, text, &m->program->lp.column_name[c]));
  }
  return VT_OK;
}

vt_error vt_pathway_name_program(vt_pathway *m) {
  vt_text text = {0};
  const vt_error named = name_all(m, &text);
  vt_text_free(&text);
  return named;
}
