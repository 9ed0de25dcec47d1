// tables.c - labels and look-up tables of the outputs that few studies ask for.
#include "tables.h"

#include "lines.h"
#include "model.h"
#include "program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------------------------------------
// Vintages.

static vt_error list_vintages(const vt_core *core, const vt_lines *lines,
                              vt_output_tables *tables) {
  VT_ARENA_NEW(core->arena, tables->vintage_year, lines->vintages);
  VT_ARENA_NEW(core->arena, tables->vintage_place, lines->vintages);
  for (ptrdiff_t v = 0; v < lines->vintages; v++) tables->vintage_year[v] = lines->vintage[v].year;
  if (lines->vintages > 0)
    qsort(tables->vintage_year, (size_t)lines->vintages, sizeof *tables->vintage_year,
          vt_compare_ints);
  for (ptrdiff_t v = 0; v < lines->vintages; v++) {
    if (v == 0 || tables->vintage_year[v] != tables->vintage_year[tables->vintage_years - 1])
      tables->vintage_year[tables->vintage_years++] = tables->vintage_year[v];
  }
  for (ptrdiff_t v = 0; v < lines->vintages; v++)
    tables->vintage_place[v] =
        vt_find_time(tables->vintage_year, tables->vintage_years, lines->vintage[v].year);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Background.

static vt_error list_pairs(const vt_core *core, const vt_factor_leaves *factors,
                           vt_output_tables *tables) {
  const vt_tensor *g = &core->inputs->tensor[VT_TENSOR_BACKGROUND];
  const int snapshots = vt_inputs_axis_size(core->inputs, VT_AXIS_BACKGROUND);
  ptrdiff_t pairs = 0;
  for (ptrdiff_t k = 0; k < g->count; k++)
    pairs += k == 0 || memcmp(g->index + 3 * k, g->index + 3 * (k - 1), 2 * sizeof *g->index) != 0;
  VT_ARENA_NEW(core->arena, tables->pair, pairs + 1);
  for (ptrdiff_t k = 0; k < g->count; k++) {
    if (k == 0 || memcmp(g->index + 3 * k, g->index + 3 * (k - 1), 2 * sizeof *g->index) != 0)
      tables->pair[tables->pairs++] = k;
  }
  tables->pair[tables->pairs] = g->count;
  VT_ARENA_NEW(core->arena, tables->mapping_cell, (ptrdiff_t)snapshots * core->times);
  for (int b = 0; b < snapshots; b++) {
    for (int t = 0; t < core->times; t++) {
      tables->mapping_cell[at_time(core, b, t)] =
          vt_factors_cell(core, factors, VT_TENSOR_MAPPING, (const int32_t[]){b, t}, CELL_ZERO);
    }
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Rows and limits.

static vt_error find_balance_rows(const vt_core *core, const vt_labelled_program *program,
                                  vt_output_tables *tables) {
  const vt_program *p = &program->lp;
  const ptrdiff_t cells = (ptrdiff_t)core->products * core->times;
  bool *used;
  VT_ARENA_NEW(core->arena, used, p->rows);
  VT_ARENA_NEW(core->arena, tables->balance_row, cells);
  for (ptrdiff_t i = 0; i < cells; i++) tables->balance_row[i] = -1;
  for (ptrdiff_t e = 0; e < p->entries; e++) used[p->row[e]] = true;
  for (int r = 0; r < p->rows; r++) {
    if (program->row[r].kind == ROW_BALANCE && used[r])
      tables->balance_row[at_time(core, program->row[r].label, program->row[r].time)] = r;
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

static vt_error name_limit(const vt_inputs *inputs, vt_tensor_id id, ptrdiff_t entry,
                           vt_text *text) {
  const vt_tensor_kind *kind = &vt_tensor_kinds[id];
  VT_TRY(vt_text_add(text, "%s", kind->name));
  for (int i = 0; i < kind->axes; i++) {
    const int index = inputs->tensor[id].index[entry * kind->axes + i];
    VT_TRY(vt_text_add(text, i == 0 ? "[" : ", "));
    VT_TRY(add_code(text, vt_inputs_label(inputs, kind->axis[i], index)));
  }
  return kind->axes > 0 ? vt_text_add(text, "]") : VT_OK;
}

// Infinite ones are no limits, and a default minimum of 0 is what a file without one has.
static bool is_listed(const vt_graph *graph, vt_tensor_id id, int cell) {
  const double value = graph->value[cell];
  if (graph->dynamic[cell]) return true;
  return isfinite(value) && (vt_tensor_kinds[id].axes > 0 || value != vt_tensor_kinds[id].missing);
}

static vt_error list_limits_of(const vt_core *core, const vt_factor_leaves *factors,
                               vt_tensor_id id, vt_text *text, vt_output_tables *tables) {
  for (ptrdiff_t e = 0; e < core->inputs->tensor[id].count; e++) {
    const int cell = factors->cell[id][e];
    if (!is_listed(&core->graph, id, cell)) continue;
    text->length = 0;
    VT_TRY(name_limit(core->inputs, id, e, text));
    VT_TRY(vt_arena_text(core->arena, text->bytes, text->length,
                         &tables->limit_label[tables->limits]));
    tables->limit_of_cell[cell] = tables->limits++;
  }
  return VT_OK;
}

static vt_error list_limits(const vt_core *core, const vt_factor_leaves *factors, vt_text *text,
                            vt_output_tables *tables) {
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
  for (int i = 0; i < KINDS; i++) most += core->inputs->tensor[ids[i]].count;
  VT_CHECK(most < INT32_MAX, VT_ERR_SYSTEM, "the model has too many limits: %td", most);
  VT_ARENA_NEW(core->arena, tables->limit_label, most);
  VT_ARENA_NEW(core->arena, tables->limit_of_cell, core->graph.cells);
  for (int i = 0; i < core->graph.cells; i++) tables->limit_of_cell[i] = -1;
  for (int i = 0; i < KINDS; i++) VT_TRY(list_limits_of(core, factors, ids[i], text, tables));
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

vt_error vt_pathway_prepare_outputs(vt_pathway *m) {
  if (m->tables->limit_of_cell) return VT_OK;
  VT_TRY(list_vintages(&m->core, m->lines, m->tables));
  VT_TRY(list_pairs(&m->core, m->factors, m->tables));
  VT_TRY(find_balance_rows(&m->core, m->program, m->tables));
  vt_text text = {0};
  const vt_error listed = list_limits(&m->core, m->factors, &text, m->tables);
  vt_text_free(&text);
  return listed;
}

int vt_pathway_vintages(const vt_pathway *m, const int **year) {
  *year = m->tables->vintage_year;
  return m->tables->vintage_years;
}

int vt_pathway_limits(const vt_pathway *m, const char *const **label) {
  *label = m->tables->limit_label;
  return m->tables->limits;
}
