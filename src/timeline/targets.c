// targets.c - what the factors of an ensemble change: amounts and offsets of exchanges, demands,
// the start, factors of methods, the background; found by their labels.
#include "targets.h"

#include <math.h>
#include <string.h>

enum { MOST_AXES = 2 };

/// Whose labels an axis of a target has.
typedef enum target_axis {
  AXIS_ACTIVITY,
  AXIS_INPUT, // products, then flows
  AXIS_DEMAND,
  AXIS_CATEGORY,
  AXIS_FLOW,
} target_axis;

static const char *const axis_names[] = {[AXIS_ACTIVITY] = "activity",
                                         [AXIS_INPUT] = "input",
                                         [AXIS_DEMAND] = "demand",
                                         [AXIS_CATEGORY] = "category",
                                         [AXIS_FLOW] = "elementary_flow"};

/// What factors may reach.
typedef struct target_tensor {
  const char *name;
  int axes;
  target_axis axis[MOST_AXES];
  unsigned operations; // bits 1U << vt_operation
  const char *expected;
} target_tensor;

enum { NUMBERS = 1U << VT_SET | 1U << VT_ADD | 1U << VT_MULTIPLY };

static const target_tensor tensors[VT_TIMELINE_TARGETS] = {
    [VT_TIMELINE_AMOUNT] =
        {"amount", 2, {AXIS_ACTIVITY, AXIS_INPUT}, NUMBERS, "set, add or multiply"},
    [VT_TIMELINE_OFFSET] = {"offset", 2, {AXIS_ACTIVITY, AXIS_INPUT}, 1U << VT_ADD, "add"},
    [VT_TIMELINE_AMOUNT_OF_DEMAND] = {"demand", 1, {AXIS_DEMAND}, NUMBERS, "set, add or multiply"},
    [VT_TIMELINE_START] = {"start", 0, {0}, 1U << VT_ADD, "add"},
    [VT_TIMELINE_FACTOR] =
        {"characterization", 2, {AXIS_CATEGORY, AXIS_FLOW}, NUMBERS, "set, add or multiply"},
    [VT_TIMELINE_BACKGROUND] = {"background", 0, {0}, 1U << VT_CHOOSE, "choose"}};

/// The looking up of all factors.
typedef struct timeline_search {
  vt_timeline_data *k;
  vt_timeline_targets *to;
  const vt_factor *factor; // the one in work
  int number;              // its place
  vt_timeline_target target;
  bool *match[MOST_AXES]; // labels that it picks
  ptrdiff_t cell_room, touch_room;
} timeline_search;

// -------------------------------------------------------------------------------------------------
// Labels.

static int size_of(const vt_timeline_data *k, target_axis axis) {
  const int sizes[] = {[AXIS_ACTIVITY] = k->processes,
                       [AXIS_INPUT] = k->products + k->flows,
                       [AXIS_DEMAND] = k->demands,
                       [AXIS_CATEGORY] = k->categories,
                       [AXIS_FLOW] = k->flows};
  return sizes[axis];
}

// The node behind a label, -1: there is none.
static int node_of(const vt_timeline_data *k, target_axis axis, int i) {
  if (axis == AXIS_ACTIVITY) return k->system->process[i];
  if (axis == AXIS_FLOW) return k->system->flow[i];
  if (axis != AXIS_INPUT) return -1;
  return i < k->products ? k->system->product[i] : k->system->flow[i - k->products];
}

static const char *label_of(const vt_timeline_data *k, target_axis axis, int i) {
  if (axis == AXIS_DEMAND) return k->label[VT_TIMELINE_DEMAND][i];
  if (axis == AXIS_CATEGORY) return k->label[VT_TIMELINE_CATEGORY][i];
  return k->set->node[node_of(k, axis, i)].code;
}

static bool meets(const timeline_search *s, target_axis axis, int i, const vt_pattern *pattern) {
  const char *label = label_of(s->k, axis, i);
  switch (pattern->kind) {
    case VT_PATTERN_ANY: return true;
    case VT_PATTERN_GLOB: return vt_glob_matches(pattern->text, label);
    case VT_PATTERN_LABEL:
    case VT_PATTERN_RANGE: break; // axes without numbers: a label that looks like a range
  }
  const int node = node_of(s->k, axis, i);
  return strcmp(pattern->text, label) == 0 ||
         (node >= 0 && vt_node_is_called(s->k->set, node, pattern->text));
}

static vt_error match_axis(timeline_search *s, int a) {
  const vt_axis_selector *selector = &s->factor->target.axis[a];
  const target_axis axis = tensors[s->target].axis[a];
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
      vt_nearest_try(&nearest, label_of(s->k, axis, i));
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

static vt_error refuse_tensor(const timeline_search *s) {
  const char *tensor = s->factor->target.tensor;
  vt_nearest nearest = {.name = tensor};
  for (int i = 0; i < VT_TIMELINE_TARGETS; i++) vt_nearest_try(&nearest, tensors[i].name);
  VT_FAIL(VT_ERR_INPUT,
          "%s:%d: target '%s': found '%s', expected amount, offset, demand, start, "
          "characterization or background%s",
          s->k->study->path, s->factor->line, s->factor->target.text, tensor,
          vt_nearest_hint(&nearest));
}

static vt_error look_up(timeline_search *s) {
  const vt_selector *target = &s->factor->target;
  int at = 0;
  while (at < VT_TIMELINE_TARGETS && strcmp(tensors[at].name, target->tensor) != 0) at++;
  if (at == VT_TIMELINE_TARGETS) return refuse_tensor(s);
  s->target = (vt_timeline_target)at;
  const target_tensor *found = &tensors[at];
  VT_CHECK(found->operations >> s->factor->operation & 1U, VT_ERR_INPUT,
           "%s:%d: target '%s': found %s, expected %s", s->k->study->path, s->factor->line,
           target->text, vt_operation_names[s->factor->operation], found->expected);
  VT_CHECK(target->axes == found->axes, VT_ERR_INPUT,
           "%s:%d: target '%s': found %d axes, expected %d", s->k->study->path, s->factor->line,
           target->text, target->axes, found->axes);
  for (int a = 0; a < found->axes; a++) VT_TRY(match_axis(s, a));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Cells.

// The draw of a cell depends on the names of factor and cell alone.
static vt_error stream_of(const timeline_search *s, const int label[MOST_AXES], ptrdiff_t parallel,
                          uint64_t *stream) {
  vt_text text = {0};
  vt_error added = vt_text_add(&text, "%s", s->factor->name);
  for (int a = 0; a < tensors[s->target].axes && added == VT_OK; a++)
    added = vt_text_add(&text, "%c%s", '\0', label_of(s->k, tensors[s->target].axis[a], label[a]));
  if (parallel > 0 && added == VT_OK) added = vt_text_add(&text, "%c%td", '\0', parallel);
  *stream = vt_hash64(text.bytes, text.length);
  vt_text_free(&text);
  return added;
}

static vt_error touch(timeline_search *s, bool biosphere, ptrdiff_t place,
                      const int label[MOST_AXES], ptrdiff_t parallel) {
  vt_timeline_targets *to = s->to;
  ptrdiff_t cell = 0;
  while (cell < to->cells &&
         (to->cell[cell].target != s->target || to->cell[cell].biosphere != biosphere ||
          to->cell[cell].place != place))
    cell++;
  if (cell == to->cells) {
    VT_TRY(vt_grow(&to->cell, &s->cell_room, to->cells + 1, sizeof *to->cell));
    to->cell[to->cells++] = (vt_timeline_cell){s->target, biosphere, place};
  }
  VT_TRY(vt_grow(&to->touch, &s->touch_room, to->touches + 1, sizeof *to->touch));
  vt_timeline_touch *t = &to->touch[to->touches++];
  *t = (vt_timeline_touch){cell, s->number, 0};
  return s->factor->each ? stream_of(s, label, parallel, &t->stream) : VT_OK;
}

// Parallel exchanges of a pair follow each other.
static vt_error touch_exchanges(timeline_search *s, bool biosphere) {
  const vt_timeline_data *k = s->k;
  const vt_dated_exchanges *from = biosphere ? &k->biosphere : &k->technosphere;
  ptrdiff_t parallel = 0;
  for (ptrdiff_t i = 0; i < from->count; i++) {
    const vt_dated_exchange *x = &from->exchange[i];
    const int label[MOST_AXES] = {x->column, x->row + (biosphere ? k->products : 0)};
    const bool again = i > 0 && x[-1].row == x->row && x[-1].column == x->column;
    parallel = again ? parallel + 1 : 0;
    if (!s->match[0][label[0]] || !s->match[1][label[1]]) continue;
    // Without a distribution there is nothing to move, nor is there in dates of their own.
    const bool moves = x->spread >= 0 && !k->spread[x->spread].absolute;
    if (s->target == VT_TIMELINE_AMOUNT || moves) VT_TRY(touch(s, biosphere, i, label, parallel));
  }
  return VT_OK;
}

static vt_error touch_factors(timeline_search *s) {
  const vt_timeline_data *k = s->k;
  for (int c = 0; c < k->categories; c++) {
    const vt_timeline_category *of = &k->category[c];
    if (!s->match[0][c]) continue;
    VT_CHECK(of->metric == VT_METRIC_STATIC || s->factor->operation == VT_MULTIPLY, VT_ERR_INPUT,
             "%s:%d: target '%s': found %s on the category '%s', whose metric is %s, expected "
             "multiply",
             k->study->path, s->factor->line, s->factor->target.text,
             vt_operation_names[s->factor->operation], of->plan->category.name,
             vt_metric_names[of->metric]);
    for (int e = 0; e < k->flows; e++)
      if (s->match[1][e] && of->listed[e])
        VT_TRY(touch(s, false, (ptrdiff_t)c * k->flows + e, (const int[MOST_AXES]){c, e}, 0));
  }
  return VT_OK;
}

static vt_error touch_background(timeline_search *s) {
  const vt_timeline_data *k = s->k;
  VT_CHECK(k->backgrounds > 0 && k->plan->background[0].name, VT_ERR_INPUT,
           "%s:%d: target 'background': found no named backgrounds to choose from, expected "
           "'model.timeline.background' such as {SSP1: {...}, SSP2: {...}}",
           k->study->path, s->factor->line);
  const vt_design_input *input = &k->study->design.input[k->study->parameters + s->number];
  int *chosen;
  VT_ARENA_NEW(k->arena, chosen, input->variants);
  for (int i = 0; i < input->variants; i++) {
    vt_nearest nearest = {.name = input->variant[i]};
    int b = 0;
    for (; b < k->backgrounds && strcmp(k->plan->background[b].name, input->variant[i]) != 0; b++)
      vt_nearest_try(&nearest, k->plan->background[b].name);
    VT_CHECK(b < k->backgrounds, VT_ERR_INPUT,
             "%s:%d: target 'background': found '%s', expected a background of the study%s",
             k->study->path, s->factor->line, input->variant[i], vt_nearest_hint(&nearest));
    chosen[i] = b;
  }
  s->to->background = chosen;
  return touch(s, false, 0, NULL, 0);
}

static vt_error find_factor(timeline_search *s) {
  const ptrdiff_t before = s->to->touches;
  VT_TRY(look_up(s));
  switch (s->target) {
    case VT_TIMELINE_AMOUNT:
    case VT_TIMELINE_OFFSET:
      VT_TRY(touch_exchanges(s, false));
      VT_TRY(touch_exchanges(s, true));
      break;
    case VT_TIMELINE_AMOUNT_OF_DEMAND:
      for (int d = 0; d < s->k->demands; d++)
        if (s->match[0][d]) VT_TRY(touch(s, false, d, (const int[MOST_AXES]){d, 0}, 0));
      break;
    case VT_TIMELINE_START: VT_TRY(touch(s, false, 0, NULL, 0)); break;
    case VT_TIMELINE_FACTOR: VT_TRY(touch_factors(s)); break;
    case VT_TIMELINE_BACKGROUND: VT_TRY(touch_background(s)); break;
    case VT_TIMELINE_TARGETS: break;
  }
  VT_CHECK(s->to->touches > before, VT_ERR_INPUT,
           "%s:%d: target '%s': found no stored entry of '%s' that matches all its axes, expected "
           "at least one",
           s->k->study->path, s->factor->line, s->factor->target.text, tensors[s->target].name);
  return VT_OK;
}

vt_error vt_timeline_find_targets(vt_timeline_data *k, vt_timeline_targets *to) {
  timeline_search s = {.k = k, .to = to};
  vt_error found = VT_OK;
  for (int f = 0; f < k->study->factors && found == VT_OK; f++) {
    s.factor = &k->study->factor[f];
    s.number = f;
    found = find_factor(&s);
  }
  for (int a = 0; a < MOST_AXES; a++) free(s.match[a]);
  return found;
}

// -------------------------------------------------------------------------------------------------
// How far dates may move.

// Least and greatest value of an input in all scenarios.
static vt_error range_of(const vt_timeline_data *k, const vt_design *design, int input,
                         double range[2]) {
  const vt_value *v = &k->study->design.input[input].value;
  const double ends[2] = {0x1p-53, 1 - 0x1p-53};
  range[0] = (double)INFINITY;
  range[1] = -(double)INFINITY;
  switch (v->kind) {
    case VT_VALUE_NUMBER:
    case VT_VALUE_LEVELS:
      for (int i = 0; i < v->levels; i++) {
        range[0] = fmin(range[0], v->level[i]);
        range[1] = fmax(range[1], v->level[i]);
      }
      return VT_OK;
    case VT_VALUE_DISTRIBUTION:
      for (int i = 0; i < 2; i++) range[i] = vt_distribution_quantile(&v->distribution, ends[i]);
      return VT_OK;
    case VT_VALUE_EMPTY:
    case VT_VALUE_FORMULA:
    case VT_VALUE_NAMES: break;
  }
  // What a table or a formula gives is seen in the scenarios alone.
  double *value;
  VT_NEW(value, vt_design_width(design));
  for (int64_t s = 0; s < vt_design_scenarios(design); s++) {
    (void)vt_design_values(design, s, value);
    if (!isfinite(value[input])) continue;
    range[0] = fmin(range[0], value[input]);
    range[1] = fmax(range[1], value[input]);
  }
  free(value);
  return VT_OK;
}

void vt_timeline_move(const vt_timeline_plan *plan, double years, int64_t *month, int64_t *second) {
  const double most = 40000;
  const double within = years > most ? most : years < -most ? -most : years;
  *month = plan->mean ? 0 : (int64_t)nearbyint(12 * within);
  *second = plan->mean ? (int64_t)nearbyint(31556952 * within) : 0;
}

vt_error vt_timeline_shift(const vt_timeline_data *k, const vt_timeline_targets *targets,
                           const vt_design *design, vt_shift *shift) {
  double sum[2] = {0, 0};
  *shift = (vt_shift){0};
  for (int f = 0; f < k->study->factors; f++) {
    bool moves = false;
    for (ptrdiff_t t = 0; t < targets->touches; t++) {
      const vt_timeline_target target = targets->cell[targets->touch[t].cell].target;
      moves = moves || (targets->touch[t].factor == f &&
                        (target == VT_TIMELINE_START || target == VT_TIMELINE_OFFSET));
    }
    double range[2];
    if (!moves) continue;
    VT_TRY(range_of(k, design, k->study->parameters + f, range));
    if (range[0] < 0) sum[0] += range[0];
    if (range[1] > 0) sum[1] += range[1];
  }
  for (int i = 0; i < 2; i++)
    vt_timeline_move(k->plan, sum[i], &shift->month[i], &shift->second[i]);
  return VT_OK;
}
