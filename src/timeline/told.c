// told.c - the rows of a scenario's timelines, and its exchanges, computed again.
#include "targets.h"

static vt_error put_rows(const vt_timeline_data *k, const vt_timeline_answer *a,
                         vt_told_rows *told) {
  static const char *const kinds[] = {
      [VT_ROW_DIRECT] = "direct", [VT_ROW_CLOSED] = "closed", [VT_ROW_BACKGROUND] = "background"};
  for (int d = 0; d < k->demands; d++) told->count += a->result[d].rows;
  VT_NEW(told->row, told->count);
  vt_told_row *to = told->row;
  for (int d = 0; d < k->demands; d++) {
    for (ptrdiff_t i = 0; i < a->result[d].rows; i++, to++) {
      const vt_timeline_row *row = &a->result[d].row[i];
      *to = (vt_told_row){.demand = k->label[VT_TIMELINE_DEMAND][d],
                          .activity = k->label[VT_TIMELINE_ACTIVITY][row->activity],
                          .flow = k->label[VT_TIMELINE_FLOW][row->flow],
                          .date = row->date,
                          .amount = row->amount,
                          .kind = kinds[row->kind]};
    }
  }
  return VT_OK;
}

static vt_error tell(const vt_timeline_data *k, const vt_timeline_numbers *numbers,
                     vt_told_rows *told) {
  vt_timeline_answer answer;
  VT_TRY(vt_timeline_answer_create(k, numbers, true, &answer));
  const vt_error put = put_rows(k, &answer, told);
  vt_timeline_answer_free(k, &answer);
  return put;
}

static vt_error tell_scenario(vt_timeline_ensemble *ensemble, int64_t scenario,
                              vt_told_rows *told) {
  vt_timeline_worker *worker;
  VT_TRY(vt_timeline_worker_create(ensemble, &worker));
  const int failed = vt_timeline_worker_set(worker, scenario);
  const vt_error done = failed < 0 ? tell(ensemble->data, &worker->numbers, told) : VT_OK;
  vt_timeline_worker_free(worker);
  return done;
}

vt_error vt_timeline_tell_rows(const vt_study *study, void *data, int64_t scenario,
                               vt_told_rows *told) {
  vt_timeline_data *k = data;
  vt_timeline_ensemble *ensemble;
  if (!study->ensemble) return tell(k, &k->numbers, told);
  VT_TRY(vt_timeline_ensemble_create(k, &ensemble));
  const vt_error done = tell_scenario(ensemble, scenario, told);
  vt_timeline_ensemble_free(ensemble);
  return done;
}

vt_error vt_timeline_tell_exchanges(const vt_study *study, void *data, int64_t scenario,
                                    const char *from, const char *to, vt_told_exchanges *told) {
  vt_timeline_data *k = data;
  const vt_system *system = k->system;
  vt_variation *variation = NULL;
  VT_TRY(vt_timeline_vary(k, &variation));
  const vt_told_systems systems = {.set = k->set,
                                   .arena = k->arena,
                                   .systems = 1,
                                   .system = &system,
                                   .variation = variation,
                                   .seed = study->design.seed};
  const vt_error done = vt_tell_exchanges(&systems, scenario, from, to, told);
  vt_variation_free(variation);
  return done;
}
