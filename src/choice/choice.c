// choice.c - the model of a choice study: its design, layout and programme.
#include "kind.h"

#include <stdlib.h>

void vt_choice_close(vt_choice_model *m) {
  if (!m) return;
  vt_lp_model_free(m->lp);
  vt_choice_state_free(m->state);
  vt_choice_program_free(m->program);
  vt_varied_free(m->varied);
  vt_varied_free(m->prices);
  vt_layout_free(m->layout);
  vt_staging_free(m->staging);
  vt_design_free(m->design);
  free(m->reference.status);
  free(m->first_entered);
  free(m->basis);
  free(m);
}

static vt_error fill_model(vt_choice_model *m) {
  VT_TRY(vt_design_create(&m->data->study->design, &m->design));
  VT_TRY(vt_choice_vary(m->data, vt_choice_keeps(m->data->study, "inventory")));
  VT_TRY(vt_choice_add_cells(m->data, m->design));
  VT_TRY(vt_design_check_reference(m->design));
  VT_TRY(vt_choice_create_staging(m));
  return vt_choice_lay_out(m);
}

vt_error vt_choice_open(const vt_study *study, vt_choice_data *data, vt_choice_model **model) {
  vt_choice_model *m;
  (void)study;
  *model = NULL;
  VT_NEW(m, 1);
  m->data = data;
  const vt_error filled = fill_model(m);
  if (filled != VT_OK) vt_choice_close(m);
  VT_TRY(filled);
  *model = m;
  return VT_OK;
}

bool vt_choice_is_varied(const vt_choice_data *k) {
  return k->touched[VT_CHOICE_TECHNOSPHERE] || (k->variation && k->study->uncertainty.technosphere);
}

static vt_error create_varied(vt_choice_model *m) {
  const vt_choice_data *k = m->data;
  vt_final_demand *demand;
  if (!vt_choice_is_varied(k)) return VT_OK;
  VT_ARENA_NEW(k->arena, demand, k->columns);
  for (int c = 0; c < k->columns; c++) demand[c] = k->column[c].demand;
  const vt_varied_plan plan = {
      .system = {.technosphere = k->by_level ? &k->level.matrix : &k->own.matrix},
      .demand_count = k->columns,
      .demand = demand,
      .supply = true};
  return vt_varied_create(k->background, &plan, NULL, &m->varied);
}

// Scales come from the reference's numbers.
static void drop_programme(vt_choice_model *m) {
  vt_lp_model_free(m->lp);
  vt_choice_state_free(m->state);
  vt_choice_program_free(m->program);
  free(m->first_entered);
  m->lp = NULL;
  m->state = NULL;
  m->program = NULL;
  m->first_entered = NULL;
  m->entered = 0;
}

vt_error vt_choice_create_programme(vt_choice_model *m, int slots) {
  double *value;
  vt_numbers numbers;
  bool solved = true;
  if (!m->varied) VT_TRY(create_varied(m));
  if (m->place.demand_dual >= 0 && !m->prices) VT_TRY(vt_choice_create_prices(m));
  drop_programme(m);
  VT_TRY(vt_choice_program_create(m->data, slots, &m->program));
  m->program->object_process = m->object_process;
  if (m->staging) vt_staging_set_program(m->staging, &m->program->lp, m->program->aim_row);
  VT_NEW(m->first_entered, m->program->slots);
  VT_NEW(value, vt_design_width(m->design));
  vt_error done = vt_design_reference(m->design, value);
  if (done == VT_OK)
    done = vt_choice_state_create(m->data, m->program, m->basis, m->varied, NULL, &m->state);
  if (done == VT_OK) done = vt_choice_apply(m->state, value, -1, &solved);
  if (done == VT_OK && !solved)
    done = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                          "%s: the system with its overrides is singular", m->data->study->path);
  if (done == VT_OK) {
    vt_choice_fill(m->state, &numbers);
    done = vt_choice_create_lp(m, m->program, &numbers, &m->lp);
  }
  free(value);
  return done;
}

static vt_error open_alone(vt_choice_model *m) {
  vt_choice_data *k = m->data;
  k->apart = true;
  VT_TRY(vt_choice_list_columns(k));
  VT_TRY(vt_choice_solve_basis(k, true, &m->basis));
  return vt_choice_create_programme(m, VT_FIRST_SLOTS);
}

vt_error vt_choice_open_alone(const vt_study *study, vt_choice_data *data,
                              vt_choice_model **model) {
  VT_TRY(vt_choice_open(study, data, model));
  return open_alone(*model);
}
