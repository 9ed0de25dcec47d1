// worst.c - numbers of the whole ensemble that are the largest of what its rows have.
#include "rows.h"

#include <math.h>
#include <stdlib.h>

enum { AT_ONCE = 1024 };

typedef struct worst {
  int variable, of;
  ptrdiff_t cells;
  double *row;   // shape [AT_ONCE, cells]
  double *value; // shape [cells]
} worst;

static void take_rows(worst *w, int64_t rows) {
  for (int64_t i = 0; i < rows * w->cells; i++)
    w->value[i % w->cells] = fmax(w->value[i % w->cells], w->row[i]); // fmax leaves NaN out
}

static vt_error take_all(vt_results *results, worst *w) {
  const vt_layout *layout = results->layout;
  const hsize_t none = 0, cells = (hsize_t)w->cells;
  VT_NEW(w->row, AT_ONCE * w->cells);
  VT_NEW(w->value, w->cells);
  // What it has already is that of the reference.
  VT_TRY(vt_slot_read(results, &results->slot[w->variable], &none, &cells, w->value));
  for (int64_t first = 0; first < layout->scenarios; first += AT_ONCE) {
    const int64_t rest = layout->scenarios - first, rows = rest < AT_ONCE ? rest : AT_ONCE;
    const hsize_t start[] = {(hsize_t)first, 0}, count[] = {(hsize_t)rows, cells};
    VT_TRY(vt_slot_read(results, &results->slot[w->of], start, count, w->row));
    take_rows(w, rows);
  }
  return vt_slot_write(results, &results->slot[w->variable], &none, &cells, w->value);
}

vt_error vt_results_take_worst(vt_results *results) {
  const vt_layout *layout = results->layout;
  for (int v = 0; v < layout->variables; v++) {
    const char *of = layout->variable[v].worst_of;
    if (!of) continue;
    worst w = {.variable = v, .of = vt_layout_find(layout, of), .cells = layout->variable[v].cells};
    VT_CHECK(w.of >= 0, VT_ERR_BUG, "the worst of '%s', which is no variable", of);
    const vt_error done = take_all(results, &w);
    free(w.row);
    free(w.value);
    VT_TRY(done);
  }
  return VT_OK;
}
