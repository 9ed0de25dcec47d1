// pathway.c - making a model, in the order in which its parts follow from each other.
#include "classes.h"
#include "couplings.h"
#include "factors.h"
#include "goals.h"
#include "impacts.h"
#include "limits.h"
#include "lines.h"
#include "model.h"
#include "program.h"
#include "tables.h"

#include <stdlib.h>
#include <string.h>

static void set_sizes(vt_core *core) {
  const vt_inputs *in = core->inputs;
  core->processes = vt_labels_count(in->process);
  core->products = vt_labels_count(in->product);
  core->intermediates = vt_labels_count(in->intermediate_flow);
  core->elementaries = vt_labels_count(in->elementary_flow);
  core->categories = vt_labels_count(in->category);
  core->times = in->system_times;
}

static vt_error make_parts(vt_pathway *m) {
  VT_TRY(vt_arena_create(&m->core.arena));
  VT_ARENA_NEW(m->core.arena, m->factors, 1);
  VT_ARENA_NEW(m->core.arena, m->limits, 1);
  VT_ARENA_NEW(m->core.arena, m->lines, 1);
  VT_ARENA_NEW(m->core.arena, m->classes, 1);
  VT_ARENA_NEW(m->core.arena, m->impacts, 1);
  VT_ARENA_NEW(m->core.arena, m->couplings, 1);
  VT_ARENA_NEW(m->core.arena, m->program, 1);
  VT_ARENA_NEW(m->core.arena, m->goals, 1);
  VT_ARENA_NEW(m->core.arena, m->tables, 1);
  return VT_OK;
}

static vt_error build_model(vt_pathway *m, bool reduced, bool uncoupled) {
  vt_core *core = &m->core;
  VT_TRY(make_parts(m));
  VT_TRY(vt_graph_create(&core->graph));
  // Selectors of overrides and factors see the years that are added.
  VT_TRY(vt_inputs_extend(core->inputs, core->study->model.pathway.extend));
  set_sizes(core);
  VT_TRY(vt_goals_find(core, m->goals));
  VT_TRY(vt_factors_prepare(core, m->factors));
  VT_TRY(vt_limits_find(core, m->factors, m->limits));
  VT_TRY(vt_lines_build(core, m->factors, m->lines));
  VT_TRY(vt_classes_build(m, reduced));
  VT_TRY(vt_impacts_build(core, m->factors, m->lines, m->impacts));
  VT_TRY(vt_couplings_find(core, m->factors, uncoupled, m->couplings));
  return vt_program_build(m);
}

static vt_error create(const vt_study *study, vt_inputs *inputs, bool reduced, bool uncoupled,
                       vt_pathway **pathway) {
  vt_pathway *m;
  *pathway = NULL;
  VT_NEW(m, 1);
  m->core.study = study;
  m->core.inputs = inputs;
  const vt_error built = build_model(m, reduced, uncoupled);
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

// What grew and so is not of the arena; all parts are there.
static void free_lists(vt_pathway *m) {
  void *const lists[] = {m->factors->touch, m->factors->drawn,  m->factors->leaf,
                         m->lines->point,   m->lines->line,     m->lines->vintage,
                         m->classes->rate,  m->classes->class_, m->classes->member,
                         m->program->row};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) free(lists[i]);
}

void vt_pathway_free(vt_pathway *m) {
  if (!m) return;
  vt_graph_free(&m->core.graph);
  if (m->tables) free_lists(m);
  vt_arena_free(m->core.arena);
  free(m);
}

vt_inputs vt_pathway_reference_inputs(const vt_pathway *m) {
  vt_inputs view = *m->core.inputs;
  memcpy(view.tensor, m->factors->reference, sizeof view.tensor);
  return view;
}

const vt_program *vt_pathway_program(const vt_pathway *m) {
  return &m->program->lp;
}

const bool *vt_pathway_entry_varies(const vt_pathway *m) {
  return m->program->entry_varies;
}

const double *vt_pathway_tie_weight(const vt_pathway *m) {
  return m->program->tie_weight;
}

double vt_pathway_neutral(const vt_pathway *m, int factor) {
  return m->factors->neutral[factor];
}

vt_error vt_pathway_add_cells(const vt_pathway *m, vt_design *design) {
  for (ptrdiff_t i = 0; i < m->factors->drawings; i++)
    VT_TRY(vt_design_add_cell(design, m->factors->drawn[i].input, m->factors->drawn[i].stream));
  return VT_OK;
}

bool vt_pathway_coupled(const void *pathway, int process, int other) {
  const vt_pathway *m = pathway;
  return m->couplings->coupled[process].root == m->couplings->coupled[other].root;
}

void vt_pathway_textbook_size(const vt_pathway *m, int64_t *rows, int64_t *columns) {
  int64_t others = 0;
  for (int r = 0; r < m->program->lp.rows; r++) {
    others += m->program->row[r].kind != ROW_CAPACITY && m->program->row[r].kind != ROW_GOAL;
  }
  *rows = m->classes->running + others;
  *columns = m->classes->running + (int64_t)m->core.processes * m->core.times;
}
