// lines.c - the flows of each process by process time, and their values by vintage
// (specs/pathway.md §3 and §5).
#include "lines.h"

typedef struct source {
  vt_tensor_id base, vintages; // VT_TENSOR_COUNT: none
  vt_axis axis;
} source;

static const source sources[] = {
    {VT_TENSOR_PRODUCTION, VT_TENSOR_PRODUCTION_VINTAGES, VT_AXIS_PRODUCT},
    {VT_TENSOR_TECHNOSPHERE, VT_TENSOR_TECHNOSPHERE_VINTAGES, VT_AXIS_INTERMEDIATE_FLOW},
    {VT_TENSOR_BIOSPHERE, VT_TENSOR_BIOSPHERE_VINTAGES, VT_AXIS_ELEMENTARY_FLOW},
    {VT_TENSOR_INTERNAL_DEMAND, VT_TENSOR_COUNT, VT_AXIS_PRODUCT},
};
enum { SOURCES = sizeof sources / sizeof *sources };

static int flow_label(const vt_core *core, vt_axis axis, int flow) {
  if (axis == VT_AXIS_PRODUCT) return flow;
  if (axis == VT_AXIS_INTERMEDIATE_FLOW) return core->products + flow;
  return core->products + core->intermediates + flow;
}

static bool is_operation_flow(const vt_core *core, int process, int label) {
  const vt_tensor *flags = &core->inputs->tensor[VT_TENSOR_OPERATION_FLOW];
  bool found;
  const ptrdiff_t e = vt_tensor_find(flags, 2, (const int32_t[]){process, label}, &found);
  return found && flags->value[e] != 0.0;
}

static void find_improvements(const vt_core *core, vt_line *l) {
  const vt_tensor *t = &core->inputs->tensor[VT_TENSOR_IMPROVEMENTS];
  bool found;
  const int32_t key[3] = {l->process, l->label, INT32_MIN};
  l->first_improvement = vt_tensor_find(t, 3, key, &found);
  for (ptrdiff_t e = l->first_improvement; e < t->count; e++) {
    if (t->index[3 * e] != l->process || t->index[3 * e + 1] != l->label) break;
    l->improvements++;
  }
}

// Cursors over the base entries and the explicit vintage entries of one tensor, both ascending.
typedef struct cursor {
  const vt_tensor *base, *vintages;
  ptrdiff_t next_base, next_vintage;
} cursor;

static const int32_t *base_key(const cursor *c) {
  return c->next_base < c->base->count ? c->base->index + 3 * c->next_base : NULL;
}

static const int32_t *vintage_key(const cursor *c) {
  if (!c->vintages || c->next_vintage >= c->vintages->count) return NULL;
  return c->vintages->index + 4 * c->next_vintage;
}

static int compare_prefix(const int32_t *a, const int32_t *b, int length) {
  if (!a || !b) return a ? -1 : b ? 1 : 0;
  for (int i = 0; i < length; i++) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

// One or both of the cursors stand on an entry.
static vt_error add_point(const vt_core *core, const vt_factor_leaves *factors, const source *s,
                          cursor *c, vt_line *l, vt_lines *lines) {
  const int order = compare_prefix(base_key(c), vintage_key(c), 3);
  const int32_t *key =
      order <= 0 ? c->base->index + 3 * c->next_base : c->vintages->index + 4 * c->next_vintage;
  vt_line_point p = {.tau = core->inputs->process_time[key[2]],
                     .cell = order <= 0 ? factors->cell[s->base][c->next_base] : CELL_ZERO,
                     .first_vintage = c->next_vintage};
  const int32_t first[3] = {key[0], key[1], key[2]};
  if (order <= 0) c->next_base++;
  while (vintage_key(c) && compare_prefix(first, vintage_key(c), 3) == 0) {
    c->next_vintage++;
    p.vintages++;
  }
  l->explicit_vintages = l->explicit_vintages || p.vintages > 0;
  l->points++;
  VT_TRY(vt_grow(&lines->point, &lines->point_capacity, lines->points + 1, sizeof *lines->point));
  lines->point[lines->points++] = p;
  return VT_OK;
}

static vt_error add_lines(const vt_core *core, const vt_factor_leaves *factors, const source *s,
                          cursor *c, int process, vt_lines *lines) {
  for (;;) {
    const int order = compare_prefix(base_key(c), vintage_key(c), 2);
    const int32_t *key = order <= 0 ? base_key(c) : vintage_key(c);
    if (!key || key[0] != process) return VT_OK;
    vt_line l = {
        .tensor = s->base, .process = process, .flow = key[1], .first_point = lines->points};
    l.label = flow_label(core, s->axis, l.flow);
    l.operation = s->base == VT_TENSOR_PRODUCTION || is_operation_flow(core, process, l.label);
    if (s->vintages != VT_TENSOR_COUNT) find_improvements(core, &l);
    const int32_t pair[2] = {key[0], key[1]};
    while ((base_key(c) && compare_prefix(pair, base_key(c), 2) == 0) ||
           (vintage_key(c) && compare_prefix(pair, vintage_key(c), 2) == 0)) {
      VT_TRY(add_point(core, factors, s, c, &l, lines));
    }
    VT_TRY(vt_grow(&lines->line, &lines->line_capacity, lines->count + 1, sizeof *lines->line));
    lines->line[lines->count++] = l;
  }
}

static vt_error add_vintages(const vt_core *core, int process, vt_lines *lines) {
  const vt_tensor *existing = &core->inputs->tensor[VT_TENSOR_EXISTING_CAPACITY];
  bool found;
  const int32_t key[2] = {process, INT32_MIN};
  const ptrdiff_t first = vt_tensor_find(existing, 2, key, &found);
  // Oldest first: the order in which a class's operation is split back (specs/pathway.md §6).
  for (ptrdiff_t e = first; e < existing->count && existing->index[2 * e] == process; e++) {
    VT_TRY(vt_grow(&lines->vintage, &lines->vintage_capacity, lines->vintages + 1,
                   sizeof *lines->vintage));
    lines->vintage[lines->vintages++] = (vt_process_vintage){existing->index[2 * e + 1], -1, e};
  }
  for (int t = 0; t < core->times; t++) {
    VT_TRY(vt_grow(&lines->vintage, &lines->vintage_capacity, lines->vintages + 1,
                   sizeof *lines->vintage));
    lines->vintage[lines->vintages++] = (vt_process_vintage){core->inputs->system_time[t], t, -1};
  }
  return VT_OK;
}

static vt_error make_window_sums(const vt_core *core, const vt_lines *lines) {
  for (ptrdiff_t i = 0; i < lines->count; i++) {
    vt_line *l = &lines->line[i];
    const ptrdiff_t vintages =
        lines->first_vintage[l->process + 1] - lines->first_vintage[l->process];
    VT_ARENA_NEW(core->arena, l->window_sum, vintages);
    for (ptrdiff_t v = 0; v < vintages; v++) l->window_sum[v] = -1;
  }
  return VT_OK;
}

vt_error vt_lines_build(const vt_core *core, const vt_factor_leaves *factors, vt_lines *lines) {
  cursor cursors[SOURCES];
  for (int s = 0; s < SOURCES; s++) {
    const bool plain = sources[s].vintages == VT_TENSOR_COUNT;
    cursors[s] = (cursor){.base = &core->inputs->tensor[sources[s].base],
                          .vintages = plain ? NULL : &core->inputs->tensor[sources[s].vintages]};
  }
  VT_ARENA_NEW(core->arena, lines->first_line, core->processes + 1);
  VT_ARENA_NEW(core->arena, lines->first_vintage, core->processes + 1);
  for (int p = 0; p < core->processes; p++) {
    lines->first_line[p] = lines->count;
    lines->first_vintage[p] = lines->vintages;
    for (int s = 0; s < SOURCES; s++)
      VT_TRY(add_lines(core, factors, &sources[s], &cursors[s], p, lines));
    VT_TRY(add_vintages(core, p, lines));
  }
  lines->first_line[core->processes] = lines->count;
  lines->first_vintage[core->processes] = lines->vintages;
  return core->study->model.pathway.unit == VT_UNIT_ANNUAL ? make_window_sums(core, lines) : VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Values by vintage: linear between the key's own reference years, constant outside.

static int reference_year(const vt_tensor *t, int axes, ptrdiff_t entry) {
  return t->index[entry * axes + axes - 1];
}

// Adds weight(year) of the entries [first, first + count), each times `other`, to the open sum.
static vt_error add_interpolated(vt_core *core, const vt_factor_leaves *factors, vt_tensor_id id,
                                 ptrdiff_t first, ptrdiff_t count, int year, int other) {
  const vt_tensor *t = &core->inputs->tensor[id];
  const int axes = vt_tensor_kinds[id].axes;
  ptrdiff_t after = 0;
  while (after < count && reference_year(t, axes, first + after) < year) after++;
  if (after == count)
    return vt_graph_add(&core->graph, 1.0, factors->cell[id][first + count - 1], other);
  const int y1 = reference_year(t, axes, first + after);
  if (after == 0 || y1 == year)
    return vt_graph_add(&core->graph, 1.0, factors->cell[id][first + after], other);
  const int y0 = reference_year(t, axes, first + after - 1);
  const double w = ((double)year - y0) / ((double)y1 - y0);
  VT_TRY(vt_graph_add(&core->graph, 1.0 - w, factors->cell[id][first + after - 1], other));
  return vt_graph_add(&core->graph, w, factors->cell[id][first + after], other);
}

static vt_tensor_id vintages_of(vt_tensor_id base) {
  for (int s = 0; s < SOURCES; s++) {
    if (sources[s].base == base) return sources[s].vintages;
  }
  return VT_TENSOR_COUNT;
}

vt_error vt_lines_value(vt_core *core, const vt_factor_leaves *factors, const vt_line *l,
                        const vt_line_point *p, int year, int *cell) {
  *cell = p->cell;
  const bool explicit_value = p->vintages > 0;
  const bool improved = !l->explicit_vintages && l->improvements > 0;
  if (!explicit_value && !improved) return VT_OK;
  vt_graph_begin(&core->graph);
  if (explicit_value) {
    VT_TRY(add_interpolated(core, factors, vintages_of(l->tensor), p->first_vintage, p->vintages,
                            year, CELL_ONE));
  } else {
    VT_TRY(add_interpolated(core, factors, VT_TENSOR_IMPROVEMENTS, l->first_improvement,
                            l->improvements, year, p->cell));
  }
  return vt_graph_end(&core->graph, cell);
}
