// pathway.c - making a model, in the order in which its parts follow from each other.
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static vt_error find_objective(vt_pathway *m) {
  const vt_study *s = m->study;
  VT_ARENA_NEW(m->arena, m->objective, m->categories);
  if (s->pathway.objectives == 0) {
    VT_CHECK(m->categories == 1, VT_ERR_INPUT,
             "%s: model.pathway.objective: found nothing, expected one of the %d categories of %s",
             s->path, m->categories, m->inputs->path);
    m->objective[0] = 1.0;
  }
  for (int i = 0; i < s->pathway.objectives; i++) {
    const vt_objective_term *o = &s->pathway.objective[i];
    const int c = vt_labels_find(m->inputs->category, o->category, (ptrdiff_t)strlen(o->category));
    vt_nearest nearest = {.name = o->category};
    vt_nearest_try_labels(&nearest, m->inputs->category);
    VT_CHECK(c >= 0, VT_ERR_INPUT, "%s:%d: objective: found '%s', expected a category of %s%s",
             s->path, o->line, o->category, m->inputs->path, vt_nearest_hint(&nearest));
    m->objective[c] += o->weight;
  }
  return VT_OK;
}

static void set_sizes(vt_pathway *m) {
  const vt_inputs *in = m->inputs;
  m->processes = vt_labels_count(in->process);
  m->products = vt_labels_count(in->product);
  m->intermediates = vt_labels_count(in->intermediate_flow);
  m->elementaries = vt_labels_count(in->elementary_flow);
  m->categories = vt_labels_count(in->category);
  m->times = in->system_times;
}

static vt_error build_model(vt_pathway *m) {
  VT_TRY(vt_arena_create(&m->arena));
  VT_TRY(vt_graph_create(&m->graph));
  // Selectors of overrides and factors see the years that are added.
  VT_TRY(vt_inputs_extend(m->inputs, m->study->pathway.extend));
  set_sizes(m);
  VT_TRY(find_objective(m));
  VT_TRY(vt_goals_find(m));
  VT_TRY(vt_factors_prepare(m));
  VT_TRY(vt_limits_find(m));
  VT_TRY(vt_lines_build(m));
  VT_TRY(vt_classes_build(m));
  VT_TRY(vt_impacts_build(m));
  return vt_program_build(m);
}

static vt_error create(const vt_study *study, vt_inputs *inputs, bool reduced, bool uncoupled,
                       vt_pathway **pathway) {
  vt_pathway *m;
  *pathway = NULL;
  VT_NEW(m, 1);
  m->study = study;
  m->inputs = inputs;
  m->reduced = reduced;
  m->uncoupled = uncoupled;
  const vt_error built = build_model(m);
  if (built != VT_OK) {
    vt_pathway_free(m);
    return built;
  }
  *pathway = m;
  return VT_OK;
}

vt_error vt_pathway_create(const vt_study *study, vt_inputs *inputs, vt_pathway **pathway) {
  return create(study, inputs, true, false, pathway);
}

vt_error vt_pathway_create_unreduced(const vt_study *study, vt_inputs *inputs,
                                     vt_pathway **pathway) {
  return create(study, inputs, false, false, pathway);
}

vt_error vt_pathway_create_uncoupled(const vt_study *study, vt_inputs *inputs,
                                     vt_pathway **pathway) {
  return create(study, inputs, true, true, pathway);
}

void vt_pathway_free(vt_pathway *m) {
  if (!m) return;
  vt_graph_free(&m->graph);
  free(m->touch);
  free(m->dynamic_leaf);
  free(m->point);
  free(m->line);
  free(m->vintage);
  free(m->rate);
  free(m->class_);
  free(m->member);
  free(m->row);
  vt_arena_free(m->arena);
  free(m);
}

vt_inputs vt_pathway_reference_inputs(const vt_pathway *m) {
  vt_inputs view = *m->inputs;
  memcpy(view.tensor, m->reference, sizeof view.tensor);
  return view;
}

const vt_program *vt_pathway_program(const vt_pathway *m) {
  return &m->program;
}

const bool *vt_pathway_entry_varies(const vt_pathway *m) {
  return m->entry_varies;
}

const double *vt_pathway_tie_weight(const vt_pathway *m) {
  return m->tie_weight;
}

double vt_pathway_neutral(const vt_pathway *m, int factor) {
  return m->neutral[factor];
}

void vt_pathway_textbook_size(const vt_pathway *m, int64_t *rows, int64_t *columns) {
  int64_t others = 0;
  for (int r = 0; r < m->program.rows; r++) {
    others += m->row[r].kind != ROW_CAPACITY && m->row[r].kind != ROW_GOAL;
  }
  *rows = m->textbook_rows + others;
  *columns = m->textbook_columns + (int64_t)m->processes * m->times;
}

// ---------------------------------------------------------------------------------------------
// Names.

static const char *process_text(const vt_pathway *m, int process) {
  const char *name = m->inputs->process_name[process];
  return name ? name : vt_inputs_label(m->inputs, VT_AXIS_PROCESS, process);
}

static vt_error row_text(const vt_pathway *m, const vt_row_info *r, vt_text *text) {
  const int year = r->time >= 0 ? m->inputs->system_time[r->time] : 0;
  const char *name = NULL;
  switch (r->kind) {
    case ROW_BALANCE:
      name = vt_inputs_label(m->inputs, VT_AXIS_PRODUCT, r->label);
      return vt_text_add(text, "balance(%s,%d)", name, year);
    case ROW_CAPACITY: return vt_text_add(text, "capacity(%s,%d)", process_text(m, r->label), year);
    case ROW_TOTAL_DEPLOYMENT:
      return vt_text_add(text, "cumulative_deployment(%s)", process_text(m, r->label));
    case ROW_OPERATION:
      return vt_text_add(text, "operation_limit(%s,%d)", process_text(m, r->label), year);
    case ROW_IMPACT:
      name = vt_inputs_label(m->inputs, VT_AXIS_CATEGORY, r->label);
      return vt_text_add(text, "impact_limit(%s,%d)", name, year);
    case ROW_TOTAL_IMPACT:
      name = vt_inputs_label(m->inputs, VT_AXIS_CATEGORY, r->label);
      return vt_text_add(text, "cumulative_impact_limit(%s)", name);
    case ROW_FLOW:
      name = vt_inputs_label(m->inputs, VT_AXIS_FLOW, r->label);
      return vt_text_add(text, "flow_limit(%s,%d)", name, year);
    case ROW_TOTAL_FLOW:
      name = vt_inputs_label(m->inputs, VT_AXIS_FLOW, r->label);
      return vt_text_add(text, "cumulative_flow_limit(%s)", name);
    case ROW_COUPLING: return vt_text_add(text, "coupling(%s,%d)", process_text(m, r->label), year);
    case ROW_GOAL: return vt_text_add(text, "goal(%d)", r->label);
  }
  return VT_OK;
}

static vt_error column_text(const vt_pathway *m, int column, vt_text *text) {
  const char *name = process_text(m, m->column_process[column]);
  const int time = m->column_time[column], cls = m->column_class[column];
  const int year = m->inputs->system_time[time];
  if (cls < 0) return vt_text_add(text, "install(%s,%d)", name, year);
  const ptrdiff_t at = at_time(m, m->column_process[column], time);
  if (m->first_class[at + 1] - m->first_class[at] == 1)
    return vt_text_add(text, "operate(%s,%d)", name, year);
  return vt_text_add(text, "operate(%s,%d,%d)", name, year,
                     m->vintage[m->member[m->class_[cls].first_member]].year);
}

static vt_error keep_name(const vt_pathway *m, vt_text *text, char **name) {
  VT_ARENA_NEW(m->arena, *name, text->length + 1);
  memcpy(*name, text->bytes, (size_t)text->length);
  text->length = 0;
  return VT_OK;
}

static vt_error name_all(vt_pathway *m, vt_text *text) {
  VT_ARENA_NEW(m->arena, m->program.row_name, m->program.rows);
  VT_ARENA_NEW(m->arena, m->program.column_name, m->program.columns);
  for (int r = 0; r < m->program.rows; r++) {
    VT_TRY(row_text(m, &m->row[r], text));
    VT_TRY(keep_name(m, text, &m->program.row_name[r]));
  }
  for (int c = 0; c < m->program.columns; c++) {
    VT_TRY(column_text(m, c, text));
    VT_TRY(keep_name(m, text, &m->program.column_name[c]));
  }
  return VT_OK;
}

vt_error vt_pathway_name_program(vt_pathway *m) {
  vt_text text = {0};
  const vt_error named = name_all(m, &text);
  vt_text_free(&text);
  VT_TRY(named);
  return VT_OK;
}
