// targets.c - what the factors of an ensemble change: demands, characterisation factors and
// exchanges, found by their labels and shared with all ranks.
#include "inventory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_AXES = 2 };

/// A tensor that factors may reach.
typedef struct target_kind {
  const char *name;
  int axes;
  vt_inventory_axis axis[MOST_AXES];
} target_kind;

static const target_kind kinds[VT_MATRIX_TARGETS] = {
    [VT_TARGET_DEMAND] = {"demand", 1, {VT_INVENTORY_DEMAND}},
    [VT_TARGET_CHARACTERIZATION] = {"characterization",
                                    2,
                                    {VT_INVENTORY_CATEGORY, VT_INVENTORY_FLOW}},
    [VT_TARGET_BIOSPHERE] = {"biosphere", 2, {VT_INVENTORY_FLOW, VT_INVENTORY_PROCESS}},
    [VT_TARGET_TECHNOSPHERE] = {"technosphere", 2, {VT_INVENTORY_PRODUCT, VT_INVENTORY_PROCESS}}};

static const char *const axis_names[VT_INVENTORY_AXES] = {[VT_INVENTORY_DEMAND] = "demand",
                                                          [VT_INVENTORY_CATEGORY] = "category",
                                                          [VT_INVENTORY_PROCESS] = "process",
                                                          [VT_INVENTORY_FLOW] = "elementary_flow",
                                                          [VT_INVENTORY_PRODUCT] = "product"};

/// The looking up of all factors.
typedef struct target_search {
  vt_inventory_data *k;
  const vt_factor *factor; // the one in work
  int number;              // its place
  vt_target_kind kind;
  bool *match[MOST_AXES];                 // labels that it picks
  ptrdiff_t *slot[VT_MATRIX_TARGETS + 1]; // cell of a place, -1: none; NULL: none is
  bool **listed; // factors that a category's method has; shape [categories][flows]
  ptrdiff_t cell_room, touch_room;
  // Of each cell: how many exchanges it is made of, and the last group with one.
  int *parallel;
  const vt_record_group **group;
} target_search;

static int size_of(const vt_inventory_data *k, vt_inventory_axis axis) {
  switch (axis) {
    case VT_INVENTORY_DEMAND: return k->count.demands;
    case VT_INVENTORY_CATEGORY: return k->count.categories;
    case VT_INVENTORY_PROCESS: return k->count.processes;
    case VT_INVENTORY_FLOW: return k->count.flows;
    case VT_INVENTORY_PRODUCT: return k->count.products;
    case VT_INVENTORY_AXES: break;
  }
  return 0;
}

// -------------------------------------------------------------------------------------------------
// Labels.

// "database:code", by which a node may be called too.
static bool is_full_label(const vt_inventory_data *k, vt_inventory_axis axis, int i,
                          const char *text) {
  const int *const nodes[VT_INVENTORY_AXES] = {[VT_INVENTORY_PROCESS] = k->system->process,
                                               [VT_INVENTORY_FLOW] = k->system->flow,
                                               [VT_INVENTORY_PRODUCT] = k->system->product};
  if (!nodes[axis]) return false;
  return vt_node_is_called(k->set, nodes[axis][i], text);
}

static bool meets(const target_search *s, vt_inventory_axis axis, int i,
                  const vt_pattern *pattern) {
  const char *label = s->k->label[axis][i];
  switch (pattern->kind) {
    case VT_PATTERN_ANY: return true;
    case VT_PATTERN_GLOB: return vt_glob_matches(pattern->text, label);
    case VT_PATTERN_LABEL:
    case VT_PATTERN_RANGE: break; // axes without numbers: a label that looks like a range
  }
  return strcmp(pattern->text, label) == 0 || is_full_label(s->k, axis, i, pattern->text);
}

static vt_error match_axis(target_search *s, int a) {
  const vt_axis_selector *selector = &s->factor->target.axis[a];
  const vt_inventory_axis axis = kinds[s->kind].axis[a];
  const int size = size_of(s->k, axis);
  free(s->match[a]);
  s->match[a] = NULL;
  VT_NEW(s->match[a], size);
  for (int p = 0; p < selector->count; p++) {
    const vt_pattern *pattern = &selector->pattern[p];
    vt_nearest nearest = {.name = pattern->text};
    bool met = false;
    for (int i = 0; i < size; i++) {
      const bool mine = meets(s, axis, i, pattern);
      vt_nearest_try(&nearest, s->k->label[axis][i]);
      s->match[a][i] = s->match[a][i] || mine;
      met = met || mine;
    }
    VT_CHECK(met, VT_ERR_INPUT,
             "%s:%d: target '%s': axis %d (%s): found '%s', expected a label of that axis%s",
             s->k->study->path, s->factor->line, s->factor->target.text, a + 1, axis_names[axis],
             pattern->text, vt_nearest_hint(&nearest));
  }
  return VT_OK;
}

static vt_error refuse_tensor(const target_search *s) {
  const char *tensor = s->factor->target.tensor;
  vt_nearest nearest = {.name = tensor};
  for (int i = 0; i < VT_MATRIX_TARGETS; i++) vt_nearest_try(&nearest, kinds[i].name);
  VT_FAIL(VT_ERR_INPUT,
          "%s:%d: target '%s': found tensor '%s', expected demand, characterization, biosphere, "
          "technosphere, parameter or array_column%s",
          s->k->study->path, s->factor->line, s->factor->target.text, tensor,
          vt_nearest_hint(&nearest));
}

static vt_error look_up(target_search *s) {
  const vt_selector *target = &s->factor->target;
  int kind = 0;
  while (kind < VT_MATRIX_TARGETS && strcmp(kinds[kind].name, target->tensor) != 0) kind++;
  if (kind == VT_MATRIX_TARGETS) return refuse_tensor(s);
  s->kind = (vt_target_kind)kind;
  const target_kind *found = &kinds[kind];
  const char *comma = found->axes > 1 ? ", " : "";
  const char *second = found->axes > 1 ? axis_names[found->axis[1]] : "";
  VT_CHECK(s->factor->operation != VT_CHOOSE, VT_ERR_INPUT,
           "%s:%d: found choose on tensor '%s', expected set, add or multiply", s->k->study->path,
           s->factor->line, target->tensor);
  VT_CHECK(target->axes == found->axes, VT_ERR_INPUT,
           "%s:%d: target '%s': found %d axes, expected %d: %s[%s%s%s]%s", s->k->study->path,
           s->factor->line, target->text, target->axes, found->axes, found->name,
           axis_names[found->axis[0]], comma, second,
           target->axes > found->axes ? " (a name with a comma is put in quotes, as in [\"a, b\"])"
                                      : "");
  for (int a = 0; a < found->axes; a++) VT_TRY(match_axis(s, a));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Cells.

static ptrdiff_t places_of(const vt_inventory_data *k, vt_target_kind kind) {
  switch (kind) {
    case VT_TARGET_DEMAND: return k->count.demands;
    case VT_TARGET_CHARACTERIZATION: return (ptrdiff_t)k->count.categories * k->count.flows;
    case VT_TARGET_BIOSPHERE: return k->system->biosphere.entries;
    case VT_TARGET_TECHNOSPHERE: return k->system->technosphere.entries;
    case VT_TARGET_PARAMETER: return k->following.meaning.parameters;
  }
  return 0;
}

// The draw of a cell depends on the names of factor and cell alone.
static vt_error stream_of(const target_search *s, const int label[MOST_AXES], uint64_t *stream) {
  vt_text text = {0};
  vt_error added = vt_text_add(&text, "%s", s->factor->name);
  for (int a = 0; a < kinds[s->kind].axes && added == VT_OK; a++)
    added = vt_text_add(&text, "%c%s", '\0', s->k->label[kinds[s->kind].axis[a]][label[a]]);
  *stream = vt_hash64(text.bytes, text.length);
  vt_text_free(&text);
  return added;
}

// Touch a place; *made is the touch.
static vt_error add_touch(target_search *s, ptrdiff_t place, double value,
                          vt_inventory_touch **made) {
  vt_inventory_data *k = s->k;
  vt_inventory_counts *n = &k->count;
  ptrdiff_t **slot = &s->slot[s->kind];
  if (!*slot) {
    const ptrdiff_t places = places_of(k, s->kind);
    VT_NEW(*slot, places);
    for (ptrdiff_t i = 0; i < places; i++) (*slot)[i] = -1;
  }
  if ((*slot)[place] < 0) {
    VT_TRY(vt_grow(&k->cell, &s->cell_room, n->cells + 1, sizeof *k->cell));
    k->cell[n->cells] = (vt_inventory_cell){s->kind, place, value, 1};
    (*slot)[place] = n->cells++;
  }
  VT_TRY(vt_grow(&k->touch, &s->touch_room, n->touches + 1, sizeof *k->touch));
  *made = &k->touch[n->touches++];
  **made = (vt_inventory_touch){(*slot)[place], s->number, 0};
  return VT_OK;
}

static vt_error touch(target_search *s, ptrdiff_t place, double value, const int label[MOST_AXES]) {
  vt_inventory_touch *made;
  VT_TRY(add_touch(s, place, value, &made));
  return s->factor->each ? stream_of(s, label, &made->stream) : VT_OK;
}

// As in pathway models: names of factor, scope and parameter.
static vt_error parameter_stream(const target_search *s, const vt_followed_parameter *p,
                                 uint64_t *stream) {
  vt_text text = {0};
  const vt_error added =
      vt_text_add(&text, "%s%c%s%c%s", s->factor->name, '\0', p->scope, '\0', p->name);
  *stream = vt_hash64(text.bytes, text.length);
  vt_text_free(&text);
  return added;
}

// That there are some was found with what follows.
static vt_error touch_parameters(target_search *s) {
  const vt_inventory_following *f = &s->k->following;
  s->kind = VT_TARGET_PARAMETER;
  for (int p = 0; p < f->meaning.parameters; p++) {
    const vt_followed_parameter *parameter = &f->meaning.parameter[p];
    vt_inventory_touch *made;
    if (!vt_parameter_selected(s->factor, parameter->scope, parameter->name)) continue;
    VT_TRY(add_touch(s, p, f->value[p], &made));
    if (s->factor->each) VT_TRY(parameter_stream(s, parameter, &made->stream));
  }
  return VT_OK;
}

static vt_error touch_demands(target_search *s) {
  for (int d = 0; d < s->k->count.demands; d++)
    if (s->match[0][d]) VT_TRY(touch(s, d, s->k->amount[d], (const int[MOST_AXES]){d, 0}));
  return VT_OK;
}

// Which flows a category's method has, be it with 0.
static vt_error list_factors(target_search *s, int category) {
  vt_inventory_data *k = s->k;
  const ptrdiff_t column = vt_inventory_made_with(k->study);
  double *factor;
  if (!s->listed) VT_NEW(s->listed, k->count.categories);
  if (s->listed[category]) return VT_OK;
  VT_NEW(s->listed[category], k->count.flows);
  if (k->method[category] < 0) return VT_OK;
  VT_NEW(factor, k->count.flows);
  const vt_error found =
      vt_method_node_factors(k->set, k->count.flows, k->system->flow, k->method[category], column,
                             factor, s->listed[category]);
  free(factor);
  return found;
}

static vt_error touch_factors(target_search *s) {
  for (int c = 0; c < s->k->count.categories; c++) {
    if (!s->match[0][c]) continue;
    VT_TRY(list_factors(s, c));
    for (int e = 0; e < s->k->count.flows; e++) {
      const ptrdiff_t place = (ptrdiff_t)c * s->k->count.flows + e;
      if (s->match[1][e] && s->listed[c][e])
        VT_TRY(touch(s, place, s->k->weight[place], (const int[MOST_AXES]){c, e}));
    }
  }
  return VT_OK;
}

static const vt_sparse *matrix_of(const vt_inventory_data *k, vt_target_kind kind) {
  return kind == VT_TARGET_BIOSPHERE ? &k->system->biosphere : &k->system->technosphere;
}

static vt_error touch_exchanges(target_search *s) {
  const vt_sparse *b = matrix_of(s->k, s->kind);
  for (int j = 0; j < b->columns; j++) {
    if (!s->match[1][j]) continue;
    for (ptrdiff_t i = b->column_start[j]; i < b->column_start[j + 1]; i++) {
      if (s->match[0][b->row[i]])
        VT_TRY(touch(s, i, b->value[i], (const int[MOST_AXES]){b->row[i], j}));
    }
  }
  return VT_OK;
}

static vt_error find_factor(target_search *s) {
  static vt_error (*const touch_all[VT_MATRIX_TARGETS])(target_search *) = {
      [VT_TARGET_DEMAND] = touch_demands,
      [VT_TARGET_CHARACTERIZATION] = touch_factors,
      [VT_TARGET_BIOSPHERE] = touch_exchanges,
      [VT_TARGET_TECHNOSPHERE] = touch_exchanges};
  const ptrdiff_t before = s->k->count.touches;
  if (s->number == s->k->columns.factor) return VT_OK;
  if (vt_parameter_is_meant(s->factor)) return touch_parameters(s);
  VT_TRY(look_up(s));
  VT_TRY(touch_all[s->kind](s));
  VT_CHECK(s->k->count.touches > before, VT_ERR_INPUT,
           "%s:%d: target '%s': found no stored entry of '%s' that matches all its axes, expected "
           "at least one",
           s->k->study->path, s->factor->line, s->factor->target.text, kinds[s->kind].name);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// What a cell is made of: amounts of factors are as stored, before signs and scales are applied.

// Cell of a record, -1 where no factor changes it.
static ptrdiff_t cell_of(const target_search *s, const vt_record_group *g, ptrdiff_t r,
                         int category, const int *flow_of) {
  const vt_system *system = s->k->system;
  const bool technosphere = g->matrix == VT_MATRIX_TECHNOSPHERE;
  int flow = -1;
  if (g->row[r] >= 0 && (!technosphere || g->row[r] < system->nodes))
    flow = technosphere ? system->row_of[g->row[r]] : flow_of[g->row[r]];
  if (flow < 0) return -1;
  if (g->matrix == VT_MATRIX_CHARACTERIZATION) {
    if (g->has_global_index && g->column[r] != g->global_index) return -1;
    return s->slot[VT_TARGET_CHARACTERIZATION][(ptrdiff_t)category * s->k->count.flows + flow];
  }
  const vt_target_kind kind = technosphere ? VT_TARGET_TECHNOSPHERE : VT_TARGET_BIOSPHERE;
  const vt_sparse *b = matrix_of(s->k, kind);
  const int64_t node = g->column[r];
  const int j = node < system->nodes ? system->column_of[node] : -1;
  if (j < 0) return -1;
  const ptrdiff_t first = b->column_start[j];
  const int *at = bsearch(&flow, b->row + first, (size_t)(b->column_start[j + 1] - first),
                          sizeof flow, vt_compare_ints);
  return at ? s->slot[kind][at - b->row] : -1;
}

// As the matrices are built: a later group replaces a cell or adds to it.
static void count_group(target_search *s, const vt_package *package, const vt_record_group *g,
                        int category, const int *flow_of) {
  for (ptrdiff_t r = 0; r < g->count; r++) {
    const ptrdiff_t c = cell_of(s, g, r, category, flow_of);
    if (c < 0 || isnan(g->data[r * g->columns])) continue;
    const bool adds = s->group[c] == g ? package->sum_within : package->sum_across;
    s->parallel[c] = adds ? s->parallel[c] + 1 : 1;
    s->group[c] = g;
    s->k->cell[c].unit = (g->flip && g->flip[r] ? -1.0 : 1.0) * (g->rescale ? g->rescale[r] : 1.0);
  }
}

static void count_package(target_search *s, const vt_package *package, const int *flow_of) {
  const bool arrays = vt_inventory_made_with(s->k->study) != VT_NO_COLUMN;
  for (int i = 0; i < package->groups; i++) {
    const vt_record_group *g = &package->group[i];
    if (g->array && !arrays) continue;
    if (g->matrix == VT_MATRIX_BIOSPHERE && s->slot[VT_TARGET_BIOSPHERE])
      count_group(s, package, g, 0, flow_of);
    if (g->matrix == VT_MATRIX_TECHNOSPHERE && s->slot[VT_TARGET_TECHNOSPHERE])
      count_group(s, package, g, 0, flow_of);
    if (g->matrix != VT_MATRIX_CHARACTERIZATION || !s->slot[VT_TARGET_CHARACTERIZATION]) continue;
    for (int c = 0; c < s->k->count.categories; c++)
      if (s->k->method[c] == g->method) count_group(s, package, g, c, flow_of);
  }
}

static vt_error count_all(target_search *s) {
  const vt_inventory_data *k = s->k;
  int *flow_of;
  VT_NEW(flow_of, k->set->nodes);
  for (int i = 0; i < k->set->nodes; i++) flow_of[i] = -1;
  for (int e = 0; e < k->count.flows; e++) flow_of[k->system->flow[e]] = e;
  for (int p = 0; p < k->set->packages; p++) count_package(s, &k->set->package[p], flow_of);
  free(flow_of);
  return VT_OK;
}

// Ends of a cell's exchanges, for messages.
static vt_error refuse_parallel(const target_search *s, const vt_factor *f, ptrdiff_t cell) {
  const vt_inventory_data *k = s->k;
  const vt_inventory_cell *c = &k->cell[cell];
  int from, other = -1;
  if (c->kind == VT_TARGET_CHARACTERIZATION) {
    from = k->system->flow[c->place % k->count.flows];
  } else {
    const vt_sparse *b = matrix_of(k, c->kind);
    const bool flows = c->kind == VT_TARGET_BIOSPHERE;
    from = (flows ? k->system->flow : k->system->product)[b->row[c->place]];
    for (int j = 0; j < k->count.processes; j++)
      if (b->column_start[j] <= c->place) other = j;
  }
  VT_FAIL(VT_ERR_INPUT,
          "%s:%d: target '%s': found %d exchanges between %s and %s%s%s, expected one for '%s' "
          "(multiply acts on each)",
          k->study->path, f->line, f->target.text, s->parallel[cell], vt_node_text(k->set, from),
          other < 0 ? "category '" : "",
          other < 0 ? k->label[VT_INVENTORY_CATEGORY][c->place / k->count.flows]
                    : vt_node_text(k->set, k->system->process[other]),
          other < 0 ? "'" : "", vt_operation_names[f->operation]);
}

static vt_error check_parallel(target_search *s) {
  const vt_inventory_data *k = s->k;
  VT_NEW(s->parallel, k->count.cells);
  VT_NEW(s->group, k->count.cells);
  VT_TRY(count_all(s));
  for (ptrdiff_t t = 0; t < k->count.touches; t++) {
    const vt_factor *f = &k->study->factor[k->touch[t].factor];
    if (f->operation != VT_MULTIPLY && s->parallel[k->touch[t].cell] > 1)
      return refuse_parallel(s, f, k->touch[t].cell);
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Rows of B: a flow is added up anew where one of its exchanges changes.

static vt_error mark_flows(vt_inventory_data *k, bool *changed) {
  for (ptrdiff_t c = 0; c < k->count.cells; c++)
    if (k->cell[c].kind == VT_TARGET_BIOSPHERE)
      changed[k->system->biosphere.row[k->cell[c].place]] = true;
  for (int e = 0; e < k->count.flows; e++) k->count.changed_flows += changed[e];
  VT_NEW(k->changed, k->count.changed_flows);
  return VT_OK;
}

// `moved`: place of an entry of B among those of changed rows.
static vt_error copy_rows(vt_inventory_data *k, const bool *changed, ptrdiff_t *next,
                          ptrdiff_t *moved) {
  const vt_sparse *b = &k->system->biosphere;
  ptrdiff_t flows = 0;
  for (ptrdiff_t i = 0; i < b->entries; i++) next[b->row[i]]++;
  for (int e = 0; e < k->count.flows; e++) {
    if (!changed[e]) continue;
    k->changed[flows++] = (vt_changed_flow){e, k->count.exchanges, next[e]};
    k->count.exchanges += next[e];
    next[e] = k->changed[flows - 1].first;
  }
  VT_NEW(k->exchange, k->count.exchanges);
  for (int j = 0; j < b->columns; j++) {
    for (ptrdiff_t i = b->column_start[j]; i < b->column_start[j + 1]; i++) {
      if (!changed[b->row[i]]) continue;
      moved[i] = next[b->row[i]]++;
      k->exchange[moved[i]] = (vt_changed_exchange){j, b->value[i]};
    }
  }
  for (ptrdiff_t c = 0; c < k->count.cells; c++)
    if (k->cell[c].kind == VT_TARGET_BIOSPHERE) k->cell[c].place = moved[k->cell[c].place];
  return VT_OK;
}

static vt_error take_rows(vt_inventory_data *k) {
  bool *changed;
  ptrdiff_t *next, *moved;
  VT_ARENA_NEW(k->arena, changed, k->count.flows);
  VT_ARENA_NEW(k->arena, next, k->count.flows);
  VT_ARENA_NEW(k->arena, moved, k->system->biosphere.entries);
  VT_TRY(mark_flows(k, changed));
  return copy_rows(k, changed, next, moved);
}

// -------------------------------------------------------------------------------------------------
// The whole.

static void search_free(target_search *s) {
  for (int a = 0; a < MOST_AXES; a++) free(s->match[a]);
  for (int i = 0; i <= VT_MATRIX_TARGETS; i++) free(s->slot[i]);
  for (int c = 0; s->listed && c < s->k->count.categories; c++) free(s->listed[c]);
  free(s->listed);
  free(s->parallel);
  free((void *)s->group);
}

static vt_error find_all(target_search *s) {
  const vt_study *study = s->k->study;
  for (int f = 0; f < study->factors; f++) {
    s->factor = &study->factor[f];
    s->number = f;
    VT_TRY(find_factor(s));
  }
  return check_parallel(s);
}

vt_error vt_inventory_find_targets(vt_inventory_data *k) {
  target_search s = {.k = k};
  const vt_error found = find_all(&s);
  search_free(&s);
  VT_TRY(found);
  VT_TRY(vt_inventory_find_origins(k));
  k->count.varied = vt_inventory_varies(k->study);
  for (ptrdiff_t c = 0; c < k->count.cells; c++)
    k->count.varied = k->count.varied || k->cell[c].kind == VT_TARGET_TECHNOSPHERE;
  return k->count.varied ? VT_OK : take_rows(k);
}

// Texts one after another, each with its end.
static vt_error join_labels(const vt_inventory_data *k, vt_inventory_axis axis, vt_text *text) {
  for (int i = 0; i < size_of(k, axis); i++) {
    const char *label = k->label[axis][i];
    VT_TRY(vt_text_add_bytes(text, label, (ptrdiff_t)strlen(label) + 1));
  }
  return VT_OK;
}

static vt_error split_labels(vt_inventory_data *k, vt_inventory_axis axis, const vt_text *text) {
  const char *next = "";
  VT_TRY(vt_arena_text(k->arena, text->bytes, text->length, &next));
  VT_ARENA_NEW(k->arena, k->label[axis], size_of(k, axis));
  for (int i = 0; i < size_of(k, axis); i++, next += strlen(next) + 1) k->label[axis][i] = next;
  return VT_OK;
}

static vt_error share_labels(vt_inventory_data *k, vt_inventory_axis axis) {
  const bool first = k->team->rank == 0;
  vt_text text = {0};
  vt_error done = vt_team_settle(k->team, first ? join_labels(k, axis, &text) : VT_OK);
  if (done == VT_OK) done = vt_team_broadcast_text(k->team, &text);
  if (done == VT_OK) done = vt_team_settle(k->team, first ? VT_OK : split_labels(k, axis, &text));
  vt_text_free(&text);
  return done;
}

static vt_error share_matrix(const vt_team *team, vt_sparse *matrix, int rows, int columns) {
  VT_TRY(vt_team_broadcast(team, &matrix->entries, (int64_t)sizeof matrix->entries));
  if (team->rank != 0) {
    *matrix = (vt_sparse){.rows = rows, .columns = columns, .entries = matrix->entries};
    VT_NEW(matrix->column_start, (ptrdiff_t)columns + 1);
    VT_NEW(matrix->row, matrix->entries);
    VT_NEW(matrix->value, matrix->entries);
  }
  const int64_t entries = matrix->entries;
  VT_TRY(vt_team_broadcast(team, matrix->column_start,
                           ((int64_t)columns + 1) * (int64_t)sizeof *matrix->column_start));
  VT_TRY(vt_team_broadcast(team, matrix->row, entries * (int64_t)sizeof *matrix->row));
  return vt_team_broadcast(team, matrix->value, entries * (int64_t)sizeof *matrix->value);
}

// Of the system the others have what is solved.
static vt_error share_system(vt_inventory_data *k) {
  const vt_inventory_counts *n = &k->count;
  if (k->team->rank != 0) {
    VT_NEW(k->system, 1);
    k->system->products = n->products;
    k->system->processes = n->processes;
    k->system->flows = n->flows;
    VT_NEW(k->system->reference, n->processes);
    VT_NEW(k->product, n->demands);
    VT_NEW(k->demand, n->demands);
  }
  VT_TRY(vt_team_broadcast(k->team, k->system->reference,
                           n->processes * (int64_t)sizeof *k->system->reference));
  VT_TRY(vt_team_broadcast(k->team, k->product, n->demands * (int64_t)sizeof *k->product));
  for (int d = 0; d < n->demands; d++)
    k->demand[d] = (vt_final_demand){1, &k->product[d], &k->solved[d]};
  VT_TRY(share_matrix(k->team, &k->system->technosphere, n->products, n->processes));
  return share_matrix(k->team, &k->system->biosphere, n->flows, n->processes);
}

static vt_error make_room(vt_inventory_data *k) {
  const vt_inventory_counts *n = &k->count;
  VT_TRY(vt_arena_create(&k->arena));
  VT_NEW(k->weight, (ptrdiff_t)n->categories * n->flows);
  VT_NEW(k->amount, n->demands);
  VT_NEW(k->solved, n->demands);
  VT_NEW(k->cell, n->cells);
  VT_NEW(k->touch, n->touches);
  VT_NEW(k->changed, n->changed_flows);
  VT_NEW(k->exchange, n->exchanges);
  return VT_OK;
}

vt_error vt_inventory_share(vt_inventory_data *k) {
  const vt_inventory_counts *n = &k->count;
  VT_TRY(vt_team_settle(k->team, k->team->rank == 0 ? VT_OK : make_room(k)));
  const struct {
    void *bytes;
    ptrdiff_t count;
    size_t size;
  } array[] = {{k->weight, (ptrdiff_t)n->categories * n->flows, sizeof *k->weight},
               {k->amount, n->demands, sizeof *k->amount},
               {k->solved, n->demands, sizeof *k->solved},
               {k->cell, n->cells, sizeof *k->cell},
               {k->touch, n->touches, sizeof *k->touch},
               {k->changed, n->changed_flows, sizeof *k->changed},
               {k->exchange, n->exchanges, sizeof *k->exchange}};
  for (size_t i = 0; i < sizeof array / sizeof *array; i++)
    VT_TRY(vt_team_broadcast(k->team, array[i].bytes, array[i].count * (int64_t)array[i].size));
  for (int a = 0; a < VT_INVENTORY_AXES; a++) VT_TRY(share_labels(k, (vt_inventory_axis)a));
  return n->varied ? share_system(k) : VT_OK;
}
