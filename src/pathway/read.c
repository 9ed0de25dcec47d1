// read.c - what a pathway model is made of: an input file, or databases that all ranks solve.
#include "kind.h"

#include <stdlib.h>

vt_error vt_pathway_sources(const vt_study *study, const void *data, vt_source_list *list) {
  const vt_pathway_data *d = data;
  const vt_model_plan *m = &study->model;
  const vt_database_plan *from = m->pathway.from;
  if (!from)
    return vt_source_list_add(list, m->pathway.inputs, m->pathway.inputs_line,
                              d ? d->inputs->sha256 : NULL);
  VT_TRY(vt_source_list_add_all(list, m->databases, m->database, m->database_line));
  if (from->demand_file)
    VT_TRY(vt_source_list_add(list, from->demand_file, from->demand_line, NULL));
  // Folders have no sum of their own: what was built from them has.
  if (d) list->built = d->inputs->sha256;
  return VT_OK;
}

// Which exchanges follow parameters is known once they are read.
static bool may_vary(const vt_study *study) {
  return vt_study_varies(study) || vt_parameters_are_meant(study);
}

// Inputs built from databases are kept as they came, for who must have them once more: solving the
// background again could cost as much as the run.
static vt_error assemble(vt_pathway_data *d) {
  vt_background_prefetch(d->background);
  VT_TRY(vt_assembly_build(d->study, d->background, &d->inputs,
                           may_vary(d->study) ? &d->drawn : NULL));
  VT_TRY(vt_inputs_settle(d->inputs));
  vt_inputs_note(d->inputs);
  VT_TRY(vt_computed_background_take(d->inputs, &d->computed));
  return vt_inputs_pack(d->inputs, &d->packed);
}

// Rank 0 reads, all solve.
static vt_error assemble_together(vt_pathway_data *d) {
  const vt_team *team = d->team;
  VT_TRY(vt_background_create(team->size > 1 ? team->comm : MPI_COMM_NULL, &d->background));
  if (team->rank != 0) {
    VT_TRY(vt_background_help(d->background));
    return may_vary(d->study) ? vt_drawn_databases_read(d->study, &d->drawn) : VT_OK;
  }
  const vt_error assembled = assemble(d);
  const vt_error dismissed = vt_background_dismiss(d->background);
  VT_TRY(assembled);
  return dismissed;
}

static vt_error read_file(vt_pathway_data *d) {
  if (d->team->rank != 0) return VT_OK;
  VT_TRY(vt_inputs_read(d->study->model.pathway.inputs, &d->inputs));
  VT_TRY(vt_inputs_settle(d->inputs));
  vt_inputs_note(d->inputs);
  return d->team->size > 1 ? vt_inputs_pack(d->inputs, &d->packed) : VT_OK;
}

static vt_error share(vt_pathway_data *d) {
  if (d->team->size == 1) return VT_OK;
  VT_TRY(vt_team_broadcast_text(d->team, &d->packed));
  if (d->team->rank == 0) return VT_OK;
  return vt_inputs_unpack(d->packed.bytes, d->packed.length, &d->inputs);
}

static vt_error read_all(vt_pathway_data *d) {
  VT_TRY(
      vt_team_settle(d->team, vt_study_databases(d->study) ? assemble_together(d) : read_file(d)));
  VT_TRY(vt_team_settle(d->team, share(d)));
  if (!d->drawn) return VT_OK;
  VT_TRY(vt_team_settle(d->team, vt_drawn_databases_plan(d->drawn, d->inputs, &d->drawing)));
  d->inputs->drawing = d->drawing;
  if (d->drawing) return VT_OK;
  vt_drawn_databases_free(d->drawn);
  d->drawn = NULL;
  return VT_OK;
}

void vt_pathway_data_free(void *data) {
  vt_pathway_data *d = data;
  if (!d) return;
  vt_inputs_free(d->inputs);
  vt_drawn_databases_free(d->drawn);
  vt_computed_background_drop(&d->computed);
  vt_text_free(&d->packed);
  vt_background_free(d->background);
  free(d);
}

vt_error vt_pathway_read(const vt_study *study, const vt_team *team, void **data) {
  vt_pathway_data *d;
  VT_NEW(d, 1);
  d->study = study;
  d->team = team;
  const vt_error done = read_all(d);
  *data = done == VT_OK ? d : NULL;
  if (done != VT_OK) vt_pathway_data_free(d);
  return done;
}

// The inputs as they were read, if a model has changed them.
static vt_error read_again(vt_pathway_data *d) {
  if (!d->used) return VT_OK;
  vt_inputs_free(d->inputs);
  d->inputs = NULL;
  d->used = false;
  VT_TRY(d->packed.length > 0 ? vt_inputs_unpack(d->packed.bytes, d->packed.length, &d->inputs)
                              : vt_inputs_read(d->study->model.pathway.inputs, &d->inputs));
  VT_TRY(vt_inputs_settle(d->inputs));
  d->inputs->drawing = d->drawing;
  return VT_OK;
}

// A scenario that draws: with the numbers that it had.
static vt_error explain_drawn(vt_pathway_data *d, int64_t scenario, vt_explanation *explanation) {
  vt_drawn_worker *worker;
  VT_TRY(vt_drawn_databases_factorise(d->drawn, d->background));
  VT_TRY(vt_drawn_worker_create(d->drawn, &worker));
  const vt_error done = vt_pathway_explain(d->study, d->inputs, scenario, worker, explanation);
  vt_drawn_worker_free(worker);
  return done;
}

vt_error vt_pathway_explain_data(const vt_study *study, void *data, int64_t scenario,
                                 vt_explanation *explanation) {
  vt_pathway_data *d = data;
  VT_TRY(read_again(d));
  d->used = true;
  if (d->drawn && scenario >= 0) return explain_drawn(d, scenario, explanation);
  return vt_pathway_explain(study, d->inputs, scenario, NULL, explanation);
}

vt_error vt_pathway_tell_exchanges(const vt_study *study, void *data, int64_t scenario,
                                   const char *from, const char *to, vt_told_exchanges *told) {
  const vt_pathway_data *d = data;
  VT_CHECK(d->drawn, VT_ERR_INPUT,
           "%s: found a study without background_uncertainty, whose exchanges do not vary by "
           "themselves",
           study->path);
  return vt_drawn_databases_tell(d->drawn, scenario, from, to, told);
}

// -------------------------------------------------------------------------------------------------
// The background alone.

static vt_error fill_layout(const vt_pathway_data *d, vt_layout *layout) {
  int place;
  for (int i = 0; i < BACKGROUND_AXES; i++)
    VT_TRY(vt_background_axis(d->inputs, i, layout, &place));
  VT_TRY(vt_layout_add_status(layout));
  layout->scenarios = 1;
  return d->computed.index ? vt_computed_background_lay_out(&d->computed, layout) : VT_OK;
}

vt_error vt_pathway_lay_background_out(const vt_study *study, const void *data,
                                       vt_layout **layout) {
  const vt_pathway_data *d = data;
  VT_CHECK(vt_study_databases(study), VT_ERR_INPUT,
           "%s: found a pathway model with an input file, expected a pathway model from databases, "
           "whose background is to be computed",
           study->path);
  VT_TRY(vt_layout_create(layout));
  const vt_error filled = fill_layout(d, *layout);
  if (filled == VT_OK) return VT_OK;
  vt_layout_free(*layout);
  *layout = NULL;
  return filled;
}
