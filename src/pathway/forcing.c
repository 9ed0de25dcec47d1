// forcing.c - what the emissions of a plan do to the radiation balance, year by year.
#include "model.h"

#include "vintner/impact.h"

#include <math.h>
#include <stdlib.h>

// The largest horizon of the categories that are dynamic; 0: there are none.
static int longest_horizon(const vt_study *study) {
  const vt_database_plan *plan = vt_study_databases(study);
  int longest = 0;
  for (int c = 0; plan && c < plan->categories; c++) {
    const vt_category_plan *category = &plan->category[c];
    if (category->metric != VT_METRIC_STATIC && category->horizon > longest)
      longest = category->horizon;
  }
  return longest;
}

int vt_pathway_forcing_years(const vt_study *study, const vt_inputs *inputs) {
  const int first = inputs->system_time[0], last = inputs->system_time[inputs->system_times - 1];
  return last - first + 1 + longest_horizon(study);
}

// Whether a category has a factor of a flow in some year.
static void mark_listed(const vt_pathway *m, bool *listed) {
  const vt_tensor *q = &m->core.inputs->tensor[VT_TENSOR_CHARACTERIZATION];
  for (ptrdiff_t i = 0; i < q->count; i++)
    listed[(ptrdiff_t)q->index[3 * i] * m->core.elementaries + q->index[3 * i + 1]] = true;
}

static void add_flow(const vt_pathway *m, const double *number, const double *emitted, int years,
                     double *forcing) {
  const vt_gas gas = {.is_co2 = number[VT_FORCING_KIND] < 1.5,
                      .scale = number[VT_FORCING_SCALE],
                      .efficiency = number[VT_FORCING_EFFICIENCY],
                      .lifetime = number[VT_FORCING_LIFETIME]};
  const int *year = m->core.inputs->system_time;
  for (int k = 1; k < years; k++) {
    const double yearly = vt_gas_yearly(&gas, k);
    for (int t = 0; t < m->core.times; t++) {
      const int at = year[t] - year[0] + k;
      if (at < years) forcing[at] += emitted[t] * yearly;
    }
  }
}

static void fill(const vt_pathway *m, const double *inventory, const bool *listed, double *value) {
  const vt_database_plan *plan = vt_study_databases(m->core.study);
  const int years = vt_pathway_forcing_years(m->core.study, m->core.inputs);
  for (int c = 0; c < m->core.categories; c++) {
    double *forcing = value + (ptrdiff_t)c * years;
    const bool dynamic = plan->category[c].metric != VT_METRIC_STATIC;
    for (int y = 0; y < years; y++) forcing[y] = dynamic ? 0 : (double)NAN;
    for (int e = 0; dynamic && e < m->core.elementaries; e++) {
      const double *number = m->core.inputs->forcing + (ptrdiff_t)e * VT_FORCING_NUMBERS;
      if (listed[(ptrdiff_t)c * m->core.elementaries + e] && number[VT_FORCING_KIND] > 0)
        add_flow(m, number, inventory + (ptrdiff_t)e * m->core.times, years, forcing);
    }
  }
}

// Without memory the numbers are those of a scenario without a plan.
void vt_pathway_radiative_forcing(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  const ptrdiff_t cells = (ptrdiff_t)m->core.elementaries * m->core.times;
  double *inventory = vt_calloc(cells, sizeof *inventory);
  bool *listed = vt_calloc((ptrdiff_t)m->core.categories * m->core.elementaries, sizeof *listed);
  const ptrdiff_t numbers =
      (ptrdiff_t)m->core.categories * vt_pathway_forcing_years(m->core.study, m->core.inputs);
  for (ptrdiff_t i = 0; i < numbers; i++) value[i] = (double)NAN;
  if (inventory && listed && m->core.inputs->forcing) {
    vt_pathway_inventory(s, solved, inventory);
    mark_listed(m, listed);
    fill(m, inventory, listed, value);
  }
  free(inventory);
  free(listed);
}
