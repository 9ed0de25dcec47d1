// front.c - the points of a Pareto front that others better, flagged once all rows are there.
#include "rows.h"
#include "vintner/statistics.h"

#include <math.h>
#include <stdlib.h>

typedef struct points {
  double *a, *b, *flag; // shape [scenarios]
  double *impact;       // shape [AT_ONCE, categories]
  int8_t *item;         // shape [AT_ONCE]
} points;

enum { AT_ONCE = 1024 };

static vt_error allocate(points *p, const vt_layout *layout) {
  const ptrdiff_t scenarios = (ptrdiff_t)layout->scenarios;
  VT_NEW(p->a, scenarios);
  VT_NEW(p->b, scenarios);
  VT_NEW(p->flag, scenarios);
  VT_NEW(p->item, AT_ONCE);
  VT_NEW(p->impact, AT_ONCE * layout->variable[layout->front->impact].cells);
  return VT_OK;
}

// Points without an optimum are none.
static vt_error read_points(vt_results *results, points *p) {
  const vt_layout *layout = results->layout;
  const vt_front *front = layout->front;
  const hsize_t cells = (hsize_t)layout->variable[front->impact].cells;
  for (int64_t first = 0; first < layout->scenarios; first += AT_ONCE) {
    const int64_t rest = layout->scenarios - first, rows = rest < AT_ONCE ? rest : AT_ONCE;
    const hsize_t start[] = {(hsize_t)first, 0}, count[] = {(hsize_t)rows, cells};
    VT_TRY(vt_slot_read(results, &results->slot[front->impact], start, count, p->impact));
    VT_TRY(vt_results_read_status(results, first, rows, p->item));
    for (int64_t i = 0; i < rows; i++) {
      const double *impact = p->impact + i * (ptrdiff_t)cells;
      const bool optimal = p->item[i] == VT_OPTIMAL;
      p->a[first + i] = optimal ? impact[front->category[0]] : (double)NAN;
      p->b[first + i] = optimal ? impact[front->category[1]] : (double)NAN;
    }
  }
  return VT_OK;
}

static vt_error write_flags(vt_results *results, const points *p) {
  const vt_layout *layout = results->layout;
  for (int64_t first = 0; first < layout->scenarios; first += AT_ONCE) {
    const int64_t rest = layout->scenarios - first, rows = rest < AT_ONCE ? rest : AT_ONCE;
    const hsize_t start[] = {(hsize_t)first}, count[] = {(hsize_t)rows};
    for (int64_t i = 0; i < rows; i++) {
      const double flag = p->flag[first + i];
      p->item[i] = isnan(flag) ? VT_NOT_DONE : (int8_t)flag;
    }
    VT_TRY(vt_slot_write(results, &results->slot[layout->front->dominated], start, count, p->item));
  }
  return VT_OK;
}

vt_error vt_results_mark_dominated(vt_results *results) {
  points p = {0};
  if (!results->layout->front) return VT_OK;
  vt_error done = allocate(&p, results->layout);
  if (done == VT_OK) done = read_points(results, &p);
  if (done == VT_OK) done = vt_dominated_points(p.a, p.b, results->layout->scenarios, p.flag);
  if (done == VT_OK) done = write_flags(results, &p);
  free(p.a);
  free(p.b);
  free(p.flag);
  free(p.impact);
  free(p.item);
  return done;
}
