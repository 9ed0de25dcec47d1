// prepare.c - labels and look-up tables of the outputs that few studies ask for.
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------------------------------------
// Vintages.

static int compare_years(const void *a, const void *b) {
  const int x = *(const int *)a, y = *(const int *)b;
  return (x > y) - (x < y);
}

static int find_year(const vt_pathway *m, int year) {
  int low = 0, high = m->vintage_years;
  while (low < high) {
    const int middle = low + (high - low) / 2;
    if (m->vintage_year[middle] < year)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static vt_error list_vintages(vt_pathway *m) {
  VT_ARENA_NEW(m->arena, m->vintage_year, m->vintages);
  VT_ARENA_NEW(m->arena, m->vintage_place, m->vintages);
  for (ptrdiff_t v = 0; v < m->vintages; v++) m->vintage_year[v] = m->vintage[v].year;
  if (m->vintages > 0)
    qsort(m->vintage_year, (size_t)m->vintages, sizeof *m->vintage_year, compare_years);
  for (ptrdiff_t v = 0; v < m->vintages; v++) {
    if (v == 0 || m->vintage_year[v] != m->vintage_year[m->vintage_years - 1])
      m->vintage_year[m->vintage_years++] = m->vintage_year[v];
  }
  for (ptrdiff_t v = 0; v < m->vintages; v++)
    m->vintage_place[v] = find_year(m, m->vintage[v].year);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Background.

static vt_error list_pairs(vt_pathway *m) {
  const vt_tensor *g = &m->inputs->tensor[VT_TENSOR_BACKGROUND];
  const int snapshots = vt_inputs_axis_size(m->inputs, VT_AXIS_BACKGROUND);
  ptrdiff_t pairs = 0;
  for (ptrdiff_t k = 0; k < g->count; k++)
    pairs += k == 0 || memcmp(g->index + 3 * k, g->index + 3 * (k - 1), 2 * sizeof *g->index) != 0;
  VT_ARENA_NEW(m->arena, m->pair, pairs + 1);
  for (ptrdiff_t k = 0; k < g->count; k++) {
    if (k == 0 || memcmp(g->index + 3 * k, g->index + 3 * (k - 1), 2 * sizeof *g->index) != 0)
      m->pair[m->pairs++] = k;
  }
  m->pair[m->pairs] = g->count;
  VT_ARENA_NEW(m->arena, m->mapping_cell, (ptrdiff_t)snapshots * m->times);
  for (int b = 0; b < snapshots; b++) {
    for (int t = 0; t < m->times; t++) {
      m->mapping_cell[at_time(m, b, t)] =
          vt_factors_cell(m, VT_TENSOR_MAPPING, (const int32_t[]){b, t}, CELL_ZERO);
    }
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Rows and limits.

static vt_error find_balance_rows(vt_pathway *m) {
  const vt_program *p = &m->program;
  const ptrdiff_t cells = (ptrdiff_t)m->products * m->times;
  bool *used;
  VT_ARENA_NEW(m->arena, used, p->rows);
  VT_ARENA_NEW(m->arena, m->balance_row, cells);
  for (ptrdiff_t i = 0; i < cells; i++) m->balance_row[i] = -1;
  for (ptrdiff_t e = 0; e < p->entries; e++) used[p->row[e]] = true;
  for (int r = 0; r < p->rows; r++) {
    if (m->row[r].kind == ROW_BALANCE && used[r])
      m->balance_row[at_time(m, m->row[r].label, m->row[r].time)] = r;
  }
  return VT_OK;
}

// A code as a selector would have it: in quotes where it has characters of the selector's own.
static vt_error add_code(vt_text *text, const char *code) {
  const size_t length = strlen(code);
  const bool plain = length > 0 && strcspn(code, ",|*?\"[]\\:") == length && code[0] != ' ' &&
                     code[length - 1] != ' ';
  if (plain) return vt_text_add(text, "%s", code);
  VT_TRY(vt_text_add(text, "\""));
  for (; *code; code++)
    VT_TRY(vt_text_add(text, "%s%c", *code == '"' || *code == '\\' ? "\\" : "", *code));
  return vt_text_add(text, "\"");
}

static vt_error name_limit(const vt_pathway *m, vt_tensor_id id, ptrdiff_t entry, vt_text *text) {
  const vt_tensor_kind *kind = &vt_tensor_kinds[id];
  VT_TRY(vt_text_add(text, "%s", kind->name));
  for (int i = 0; i < kind->axes; i++) {
    const int index = m->inputs->tensor[id].index[entry * kind->axes + i];
    VT_TRY(vt_text_add(text, i == 0 ? "[" : ", "));
    VT_TRY(add_code(text, vt_inputs_label(m->inputs, kind->axis[i], index)));
  }
  return kind->axes > 0 ? vt_text_add(text, "]") : VT_OK;
}

// Infinite ones are no limits, and a default minimum of 0 is what a file without one has.
static bool is_listed(const vt_pathway *m, vt_tensor_id id, int cell) {
  const double value = m->graph.value[cell];
  if (m->graph.dynamic[cell]) return true;
  return isfinite(value) && (vt_tensor_kinds[id].axes > 0 || value != vt_tensor_kinds[id].missing);
}

static vt_error list_limits_of(vt_pathway *m, vt_tensor_id id, vt_text *text) {
  for (ptrdiff_t e = 0; e < m->inputs->tensor[id].count; e++) {
    const int cell = m->cell[id][e];
    if (!is_listed(m, id, cell)) continue;
    text->length = 0;
    VT_TRY(name_limit(m, id, e, text));
    VT_TRY(vt_arena_text(m->arena, text->bytes, text->length, &m->limit_label[m->limits]));
    m->limit_of_cell[cell] = m->limits++;
  }
  return VT_OK;
}

static vt_error list_limits(vt_pathway *m, vt_text *text) {
  static const vt_tensor_id ids[] = {
      VT_TENSOR_DEPLOYMENT_MIN,
      VT_TENSOR_DEPLOYMENT_MIN_DEFAULT,
      VT_TENSOR_DEPLOYMENT_MAX,
      VT_TENSOR_DEPLOYMENT_MAX_DEFAULT,
      VT_TENSOR_TOTAL_DEPLOYMENT_MIN,
      VT_TENSOR_TOTAL_DEPLOYMENT_MIN_DEFAULT,
      VT_TENSOR_TOTAL_DEPLOYMENT_MAX,
      VT_TENSOR_TOTAL_DEPLOYMENT_MAX_DEFAULT,
      VT_TENSOR_OPERATION_MIN,
      VT_TENSOR_OPERATION_MIN_DEFAULT,
      VT_TENSOR_OPERATION_MAX,
      VT_TENSOR_OPERATION_MAX_DEFAULT,
      VT_TENSOR_IMPACT_LIMITS,
      VT_TENSOR_TOTAL_IMPACT_LIMITS,
      VT_TENSOR_FLOW_MIN,
      VT_TENSOR_FLOW_MAX,
      VT_TENSOR_TOTAL_FLOW_MIN,
      VT_TENSOR_TOTAL_FLOW_MAX,
  };
  enum { KINDS = sizeof ids / sizeof *ids };
  ptrdiff_t most = 0;
  for (int i = 0; i < KINDS; i++) most += m->inputs->tensor[ids[i]].count;
  VT_CHECK(most < INT32_MAX, VT_ERR_SYSTEM, "the model has too many limits: %td", most);
  VT_ARENA_NEW(m->arena, m->limit_label, most);
  VT_ARENA_NEW(m->arena, m->limit_of_cell, m->graph.cells);
  for (int i = 0; i < m->graph.cells; i++) m->limit_of_cell[i] = -1;
  for (int i = 0; i < KINDS; i++) VT_TRY(list_limits_of(m, ids[i], text));
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

vt_error vt_pathway_prepare_outputs(vt_pathway *m) {
  if (m->limit_of_cell) return VT_OK;
  VT_TRY(list_vintages(m));
  VT_TRY(list_pairs(m));
  VT_TRY(find_balance_rows(m));
  vt_text text = {0};
  const vt_error listed = list_limits(m, &text);
  vt_text_free(&text);
  VT_TRY(listed);
  return VT_OK;
}

int vt_pathway_vintages(const vt_pathway *m, const int **year) {
  *year = m->vintage_year;
  return m->vintage_years;
}

int vt_pathway_limits(const vt_pathway *m, const char *const **label) {
  *label = m->limit_label;
  return m->limits;
}
