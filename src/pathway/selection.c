#include "selection.h"

#include "variants.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const axis_names[] = {
    [VT_AXIS_PROCESS] = "process",
    [VT_AXIS_PRODUCT] = "product",
    [VT_AXIS_INTERMEDIATE_FLOW] = "intermediate_flow",
    [VT_AXIS_ELEMENTARY_FLOW] = "elementary_flow",
    [VT_AXIS_BACKGROUND] = "background_id",
    [VT_AXIS_CATEGORY] = "category",
    [VT_AXIS_PROCESS_TIME] = "process_time",
    [VT_AXIS_SYSTEM_TIME] = "system_time",
    [VT_AXIS_FLOW] = "flow",
    [VT_AXIS_YEAR] = "year",
};

// What a selector is looked up for: the place that messages name, and the tensor's kind.
typedef struct lookup {
  const char *path;
  const vt_factor *factor;
  const vt_inputs *inputs;
  vt_tensor_id tensor;
  const vt_tensor_kind *kind;
} lookup;

static bool axis_is_number(vt_axis axis) {
  return axis == VT_AXIS_PROCESS_TIME || axis == VT_AXIS_SYSTEM_TIME || axis == VT_AXIS_YEAR;
}

static vt_error fail_unknown_tensor(const char *path, const vt_factor *factor) {
  const char *tensor = factor->target.tensor;
  vt_nearest nearest = {.name = tensor};
  VT_CHECK(strcmp(tensor, "parameter") != 0, VT_ERR_INPUT,
           "%s:%d: target '%s': found a parameter of Brightway, expected a tensor of the inputs: "
           "factors change such parameters, where the model comes from databases",
           path, factor->line, factor->target.text);
  for (int i = 0; i < VT_TENSOR_COUNT; i++) vt_nearest_try(&nearest, vt_tensor_kinds[i].name);
  if (factor->operation == VT_CHOOSE) vt_nearest_try(&nearest, "background");
  VT_FAIL(VT_ERR_INPUT, "%s:%d: target '%s': found tensor '%s', expected a tensor of the inputs%s",
          path, factor->line, factor->target.text, tensor, vt_nearest_hint(&nearest));
}

static void describe_axes(const vt_tensor_kind *kind, char *text, size_t bytes) {
  size_t used = 0;
  text[0] = '\0';
  for (int i = 0; i < kind->axes && used + 1 < bytes; i++) {
    (void)snprintf(text + used, bytes - used, "%s%s", i ? ", " : "", axis_names[kind->axis[i]]);
    used = strlen(text);
  }
}

static vt_error look_tensor_up(const char *path, const vt_factor *factor, const vt_inputs *inputs,
                               lookup *found) {
  const vt_selector *target = &factor->target;
  int id = 0;
  while (id < VT_TENSOR_COUNT && strcmp(vt_tensor_kinds[id].name, target->tensor) != 0) id++;
  if (id == VT_TENSOR_COUNT) return fail_unknown_tensor(path, factor);
  *found = (lookup){path, factor, inputs, (vt_tensor_id)id, &vt_tensor_kinds[id]};
  VT_CHECK(factor->operation != VT_CHOOSE, VT_ERR_INPUT,
           "%s:%d: found choose on tensor '%s', expected set, add or multiply (choose is for "
           "alternatives that are not numbers)",
           path, factor->line, target->tensor);
  VT_CHECK(id != VT_TENSOR_OPERATION_FLOW, VT_ERR_INPUT,
           "%s:%d: target '%s': found a tensor of yes and no, expected one of numbers", path,
           factor->line, target->text);
  char axes[160];
  describe_axes(found->kind, axes, sizeof axes);
  const bool bare = found->kind->axes == 0;
  VT_CHECK(bare || target->bracketed, VT_ERR_INPUT,
           "%s:%d: target '%s': found no brackets, expected %s[%s]", path, factor->line,
           target->text, target->tensor, axes);
  VT_CHECK(!bare || !target->bracketed, VT_ERR_INPUT,
           "%s:%d: target '%s': found brackets, expected none: '%s' has no axes", path,
           factor->line, target->text, target->tensor);
  VT_CHECK(target->axes == found->kind->axes, VT_ERR_INPUT,
           "%s:%d: target '%s': found %d axes, expected %d: %s[%s]%s", path, factor->line,
           target->text, target->axes, found->kind->axes, target->tensor, axes,
           target->axes > found->kind->axes
               ? " (a name with a comma is put in quotes, as in [\"a, b\"])"
               : "");
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// One alternative of one axis.

static bool read_integer(const char *text, int64_t *value) {
  char *end;
  errno = 0;
  const long long number = strtoll(text, &end, 10);
  *value = number;
  return end != text && *end == '\0' && errno == 0;
}

static vt_error fail_axis(const lookup *l, int axis, const vt_pattern *pattern,
                          const char *expected, const char *hint) {
  VT_FAIL(VT_ERR_INPUT, "%s:%d: target '%s': axis %d (%s): found '%s', expected %s%s", l->path,
          l->factor->line, l->factor->target.text, axis + 1, axis_names[l->kind->axis[axis]],
          pattern->text, expected, hint);
}

// Processes may be named by what process_names calls them, if that is one process only.
static vt_error find_by_name(const lookup *l, int axis, const vt_pattern *pattern, int *index) {
  *index = -1;
  if (l->kind->axis[axis] != VT_AXIS_PROCESS) return VT_OK;
  const int processes = vt_inputs_axis_size(l->inputs, VT_AXIS_PROCESS);
  vt_text codes = {0};
  int found = 0;
  vt_error listed = VT_OK;
  for (int p = 0; p < processes && listed == VT_OK; p++) {
    const char *name = l->inputs->process_name[p];
    if (!name || strcmp(name, pattern->text) != 0) continue;
    *index = p;
    listed = vt_text_add(&codes, "%s'%s'", found++ ? ", " : "",
                         vt_inputs_label(l->inputs, VT_AXIS_PROCESS, p));
  }
  const vt_error ambiguous =
      listed == VT_OK && found > 1
          ? vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                           "%s:%d: target '%s': found the process name '%s' on %d processes, "
                           "expected one of their codes: %s",
                           l->path, l->factor->line, l->factor->target.text, pattern->text, found,
                           codes.bytes)
          : listed;
  vt_text_free(&codes);
  return ambiguous;
}

static vt_error fail_no_label(const lookup *l, int axis, const vt_pattern *pattern) {
  const vt_axis kind = l->kind->axis[axis];
  vt_nearest nearest = {.name = pattern->text};
  const int size = vt_inputs_axis_size(l->inputs, kind);
  for (int i = 0; i < size; i++) vt_nearest_try(&nearest, vt_inputs_label(l->inputs, kind, i));
  for (int p = 0; kind == VT_AXIS_PROCESS && p < size; p++) {
    if (l->inputs->process_name[p]) vt_nearest_try(&nearest, l->inputs->process_name[p]);
  }
  return fail_axis(l, axis, pattern, "a label of that axis", vt_nearest_hint(&nearest));
}

// A flow's code may lie in several sets; what is stored is stored under the first of them, so an
// entry to be created (`exact`) takes the first alone.
static vt_error match_label(const lookup *l, int axis, const vt_pattern *pattern, bool exact,
                            bool *match) {
  const vt_axis kind = l->kind->axis[axis];
  const int size = vt_inputs_axis_size(l->inputs, kind);
  int hits = 0;
  for (int i = 0; i < size; i++) {
    if (strcmp(vt_inputs_label(l->inputs, kind, i), pattern->text) != 0) continue;
    match[i] = true;
    hits++;
    if (exact) break;
  }
  if (hits > 0) return VT_OK;
  int index;
  VT_TRY(find_by_name(l, axis, pattern, &index));
  if (index < 0) return fail_no_label(l, axis, pattern);
  match[index] = true;
  return VT_OK;
}

static vt_error match_glob(const lookup *l, int axis, const vt_pattern *pattern, bool *match) {
  const vt_axis kind = l->kind->axis[axis];
  const int size = vt_inputs_axis_size(l->inputs, kind);
  int hits = 0;
  for (int i = 0; i < size; i++) {
    const char *name = kind == VT_AXIS_PROCESS ? l->inputs->process_name[i] : NULL;
    if (!vt_glob_matches(pattern->text, vt_inputs_label(l->inputs, kind, i)) &&
        !(name && vt_glob_matches(pattern->text, name)))
      continue;
    match[i] = true;
    hits++;
  }
  if (hits == 0) return fail_axis(l, axis, pattern, "a pattern that some label matches", "");
  return VT_OK;
}

// Bounds that a pattern puts on an integer axis.
static vt_error number_range(const lookup *l, int axis, const vt_pattern *pattern, int64_t *first,
                             int64_t *last) {
  *first = pattern->first;
  *last = pattern->last;
  if (pattern->kind == VT_PATTERN_ANY) {
    *first = INT64_MIN;
    *last = INT64_MAX;
  }
  if (pattern->kind == VT_PATTERN_GLOB ||
      (pattern->kind == VT_PATTERN_LABEL && !read_integer(pattern->text, first)))
    return fail_axis(l, axis, pattern, "a number, a range a:b or *", "");
  if (pattern->kind == VT_PATTERN_LABEL) *last = *first;
  return VT_OK;
}

static vt_error match_numbers(const lookup *l, int axis, const vt_pattern *pattern, bool *match) {
  const bool calendar = l->kind->axis[axis] == VT_AXIS_SYSTEM_TIME;
  const int size = calendar ? l->inputs->system_times : l->inputs->process_times;
  const int *number = calendar ? l->inputs->system_time : l->inputs->process_time;
  int64_t first, last;
  VT_TRY(number_range(l, axis, pattern, &first, &last));
  int hits = 0;
  for (int i = 0; i < size; i++) {
    if (number[i] < first || number[i] > last) continue;
    match[i] = true;
    hits++;
  }
  char expected[96];
  (void)snprintf(expected, sizeof expected, "numbers within %d to %d", number[0], number[size - 1]);
  if (hits == 0) return fail_axis(l, axis, pattern, expected, "");
  return VT_OK;
}

// Marks the labels of one axis that a selector picks; with `exact` only those it names exactly or
// by range. Shape of match: the axis, which is not VT_AXIS_YEAR.
static vt_error match_axis(const lookup *l, int axis, bool exact, bool *match) {
  const vt_axis_selector *s = &l->factor->target.axis[axis];
  const vt_axis kind = l->kind->axis[axis];
  memset(match, 0, (size_t)vt_inputs_axis_size(l->inputs, kind) * sizeof *match);
  for (int i = 0; i < s->count; i++) {
    const vt_pattern *pattern = &s->pattern[i];
    const bool open = pattern->kind == VT_PATTERN_ANY || pattern->kind == VT_PATTERN_GLOB;
    if (exact && open) continue;
    if (axis_is_number(kind)) {
      VT_TRY(match_numbers(l, axis, pattern, match));
    } else if (pattern->kind == VT_PATTERN_ANY) {
      memset(match, 1, (size_t)vt_inputs_axis_size(l->inputs, kind) * sizeof *match);
    } else if (pattern->kind == VT_PATTERN_GLOB) {
      VT_TRY(match_glob(l, axis, pattern, match));
    } else {
      VT_TRY(match_label(l, axis, pattern, exact, match));
    }
  }
  return VT_OK;
}

static vt_error year_matches(const lookup *l, int axis, int64_t year, bool *match) {
  const vt_axis_selector *s = &l->factor->target.axis[axis];
  *match = false;
  for (int i = 0; i < s->count; i++) {
    int64_t first, last;
    VT_TRY(number_range(l, axis, &s->pattern[i], &first, &last));
    if (year >= first && year <= last) *match = true;
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Entries.

typedef struct axis_matches {
  bool *axis[VT_MAX_AXES]; // NULL for VT_AXIS_YEAR
} axis_matches;

static void matches_free(axis_matches *m) {
  for (int i = 0; i < VT_MAX_AXES; i++) free(m->axis[i]);
}

static vt_error matches_fill(const lookup *l, bool exact, axis_matches *m) {
  for (int i = 0; i < l->kind->axes; i++) {
    if (l->kind->axis[i] == VT_AXIS_YEAR) continue;
    VT_NEW(m->axis[i], vt_inputs_axis_size(l->inputs, l->kind->axis[i]));
    VT_TRY(match_axis(l, i, exact, m->axis[i]));
  }
  return VT_OK;
}

static vt_error entry_matches(const lookup *l, const axis_matches *m, const int32_t *index,
                              bool *match) {
  *match = true;
  for (int i = 0; i < l->kind->axes && *match; i++) {
    if (m->axis[i]) {
      *match = m->axis[i][index[i]];
    } else {
      VT_TRY(year_matches(l, i, index[i], match));
    }
  }
  return VT_OK;
}

static vt_error collect(const lookup *l, const axis_matches *m, vt_selection *chosen) {
  const vt_tensor *tensor = &l->inputs->tensor[l->tensor];
  const int axes = l->kind->axes;
  VT_NEW(chosen->entry, tensor->count);
  for (ptrdiff_t e = 0; e < tensor->count; e++) {
    bool match;
    VT_TRY(entry_matches(l, m, tensor->index + e * axes, &match));
    if (match) chosen->entry[chosen->count++] = e;
  }
  return VT_OK;
}

// The mapping stands for the background as a whole.
static vt_error select_background(const char *study_path, const vt_factor *factor,
                                  const vt_inputs *inputs, vt_selection *chosen) {
  VT_TRY(vt_variant_check(study_path, factor, inputs));
  *chosen =
      (vt_selection){.tensor = VT_TENSOR_MAPPING, .count = inputs->tensor[VT_TENSOR_MAPPING].count};
  VT_NEW(chosen->entry, chosen->count);
  for (ptrdiff_t e = 0; e < chosen->count; e++) chosen->entry[e] = e;
  return VT_OK;
}

vt_error vt_selection_resolve(const char *study_path, const vt_factor *factor,
                              const vt_inputs *inputs, vt_selection *chosen) {
  lookup l;
  if (vt_variant_is_meant(factor)) return select_background(study_path, factor, inputs, chosen);
  VT_TRY(look_tensor_up(study_path, factor, inputs, &l));
  *chosen = (vt_selection){.tensor = l.tensor};
  axis_matches m = {{0}};
  const vt_error matched = matches_fill(&l, false, &m);
  const vt_error collected = matched == VT_OK ? collect(&l, &m, chosen) : matched;
  matches_free(&m);
  if (collected != VT_OK) {
    free(chosen->entry);
    chosen->entry = NULL;
    return collected;
  }
  if (chosen->count == 0) {
    free(chosen->entry);
    chosen->entry = NULL;
    VT_FAIL(VT_ERR_INPUT,
            "%s:%d: target '%s': found no stored entry of '%s' that matches all its axes, "
            "expected at least one",
            study_path, factor->line, factor->target.text, l.kind->name);
  }
  return VT_OK;
}

vt_error vt_selection_mark_processes(const char *study_path, const vt_factor *wanted,
                                     const vt_inputs *inputs, bool *match) {
  const int processes = vt_inputs_axis_size(inputs, VT_AXIS_PROCESS);
  const vt_tensor_id by_process = VT_TENSOR_TOTAL_DEPLOYMENT_MAX;
  const lookup l = {study_path, wanted, inputs, by_process, &vt_tensor_kinds[by_process]};
  bool *mine;
  VT_NEW(mine, processes);
  const vt_error matched = match_axis(&l, 0, false, mine);
  for (int p = 0; matched == VT_OK && p < processes; p++) match[p] |= mine[p];
  free(mine);
  return matched;
}

// ---------------------------------------------------------------------------------------------
// Entries that a `set` creates.

vt_tensor_id vt_selection_default_of(vt_tensor_id tensor) {
  switch ((int)tensor) {
    case VT_TENSOR_DEPLOYMENT_MAX: return VT_TENSOR_DEPLOYMENT_MAX_DEFAULT;
    case VT_TENSOR_DEPLOYMENT_MIN: return VT_TENSOR_DEPLOYMENT_MIN_DEFAULT;
    case VT_TENSOR_OPERATION_MAX: return VT_TENSOR_OPERATION_MAX_DEFAULT;
    case VT_TENSOR_OPERATION_MIN: return VT_TENSOR_OPERATION_MIN_DEFAULT;
    case VT_TENSOR_TOTAL_DEPLOYMENT_MAX: return VT_TENSOR_TOTAL_DEPLOYMENT_MAX_DEFAULT;
    case VT_TENSOR_TOTAL_DEPLOYMENT_MIN: return VT_TENSOR_TOTAL_DEPLOYMENT_MIN_DEFAULT;
    default: return VT_TENSOR_COUNT;
  }
}

static bool creates_entries(vt_tensor_id tensor) {
  switch ((int)tensor) {
    case VT_TENSOR_DEMAND:
    case VT_TENSOR_IMPACT_LIMITS:
    case VT_TENSOR_TOTAL_IMPACT_LIMITS:
    case VT_TENSOR_EXISTING_CAPACITY:
    case VT_TENSOR_FLOW_MAX:
    case VT_TENSOR_FLOW_MIN:
    case VT_TENSOR_TOTAL_FLOW_MAX:
    case VT_TENSOR_TOTAL_FLOW_MIN: return true;
    default: return vt_selection_default_of(tensor) != VT_TENSOR_COUNT;
  }
}

// Years of existing capacity that one range may name.
enum { MOST_NAMED_YEARS = 10000 };

// Index values that one axis names exactly or by range. The caller frees *value.
static vt_error named_indices(const lookup *l, const axis_matches *m, int axis, int32_t **value,
                              ptrdiff_t *count) {
  *count = 0;
  if (m->axis[axis]) {
    const int size = vt_inputs_axis_size(l->inputs, l->kind->axis[axis]);
    VT_NEW(*value, size);
    for (int i = 0; i < size; i++) {
      if (m->axis[axis][i]) (*value)[(*count)++] = i;
    }
    return VT_OK;
  }
  const vt_axis_selector *s = &l->factor->target.axis[axis];
  const int64_t horizon = l->inputs->system_time[0];
  ptrdiff_t capacity = 0;
  for (int i = 0; i < s->count; i++) {
    int64_t first, last;
    if (s->pattern[i].kind == VT_PATTERN_ANY || s->pattern[i].kind == VT_PATTERN_GLOB) continue;
    VT_TRY(number_range(l, axis, &s->pattern[i], &first, &last));
    if (first == INT64_MIN) continue; // open to the past: only stored years
    VT_CHECK(first < horizon && first > INT32_MIN, VT_ERR_INPUT,
             "%s:%d: target '%s': found year %" PRId64
             ", expected years before the horizon (%" PRId64 ")",
             l->path, l->factor->line, l->factor->target.text, first, horizon);
    if (last >= horizon) last = horizon - 1; // a range means its years that can be
    VT_CHECK(last - first < MOST_NAMED_YEARS, VT_ERR_INPUT,
             "%s:%d: target '%s': found a range of %" PRId64 " years, expected at most %d", l->path,
             l->factor->line, l->factor->target.text, last - first + 1, MOST_NAMED_YEARS);
    for (int64_t year = first; year <= last; year++) {
      VT_TRY(vt_grow(value, &capacity, *count + 1, sizeof **value));
      (*value)[(*count)++] = (int32_t)year;
    }
  }
  return VT_OK;
}

static int compare_keys(const int32_t *a, const int32_t *b, int axes) {
  for (int i = 0; i < axes; i++) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

// Merge the sorted keys that are missing into the tensor, with the value of a missing entry.
static vt_error insert_keys(vt_inputs *inputs, const lookup *l, const int32_t *key,
                            ptrdiff_t keys) {
  vt_tensor *tensor = &inputs->tensor[l->tensor];
  const int axes = l->kind->axes;
  const vt_tensor_id fallback = vt_selection_default_of(l->tensor);
  const double missing =
      fallback == VT_TENSOR_COUNT ? l->kind->missing : inputs->tensor[fallback].value[0];
  vt_tensor merged = {0};
  VT_ARENA_NEW(inputs->arena, merged.index, (tensor->count + keys) * axes);
  VT_ARENA_NEW(inputs->arena, merged.value, tensor->count + keys);
  ptrdiff_t old = 0, fresh = 0;
  while (old < tensor->count || fresh < keys) {
    const int order = old == tensor->count ? 1
                      : fresh == keys
                          ? -1
                          : compare_keys(tensor->index + old * axes, key + fresh * axes, axes);
    const int32_t *from = order > 0 ? key + fresh * axes : tensor->index + old * axes;
    memcpy(merged.index + merged.count * axes, from, (size_t)axes * sizeof *from);
    merged.value[merged.count++] = order > 0 ? missing : tensor->value[old];
    if (order <= 0) old++;
    if (order >= 0) fresh++;
  }
  *tensor = merged;
  return VT_OK;
}

typedef struct named {
  int32_t *value[VT_MAX_AXES];
  ptrdiff_t count[VT_MAX_AXES];
  int32_t *key; // shape [keys, axes], ascending since each axis is
  ptrdiff_t keys;
} named;

static void named_free(named *n) {
  for (int i = 0; i < VT_MAX_AXES; i++) free(n->value[i]);
  free(n->key);
}

static int compare_numbers(const void *a, const void *b) {
  const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

static ptrdiff_t drop_repeated(int32_t *value, ptrdiff_t count) {
  ptrdiff_t kept = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    if (kept == 0 || value[kept - 1] != value[i]) value[kept++] = value[i];
  }
  return kept;
}

static vt_error name_keys(const lookup *l, const axis_matches *m, named *n) {
  const int axes = l->kind->axes;
  n->keys = 1;
  for (int i = 0; i < axes; i++) {
    VT_TRY(named_indices(l, m, i, &n->value[i], &n->count[i]));
    if (n->count[i] > 1)
      qsort(n->value[i], (size_t)n->count[i], sizeof *n->value[i], compare_numbers);
    n->count[i] = drop_repeated(n->value[i], n->count[i]);
    n->keys *= n->count[i];
    VT_CHECK(n->keys < INT32_MAX, VT_ERR_INPUT, "%s:%d: target '%s': names too many entries",
             l->path, l->factor->line, l->factor->target.text);
  }
  VT_NEW(n->key, n->keys * axes);
  for (ptrdiff_t k = 0; k < n->keys; k++) {
    ptrdiff_t rest = k;
    for (int i = axes - 1; i >= 0; i--) {
      n->key[k * axes + i] = n->value[i][rest % n->count[i]];
      rest /= n->count[i];
    }
  }
  return VT_OK;
}

static bool has_open_pattern(const vt_axis_selector *s) {
  for (int i = 0; i < s->count; i++) {
    if (s->pattern[i].kind == VT_PATTERN_ANY || s->pattern[i].kind == VT_PATTERN_GLOB) return true;
  }
  return false;
}

static vt_error any_matches(const lookup *l, bool *any) {
  axis_matches m = {{0}};
  vt_selection chosen = {.tensor = l->tensor};
  vt_error done = matches_fill(l, false, &m);
  if (done == VT_OK) done = collect(l, &m, &chosen);
  *any = chosen.count > 0;
  matches_free(&m);
  free(chosen.entry);
  return done;
}

// `limit[olivine, *]` means the years that have a limit; if none has, all of them.
static vt_error name_every_year(const lookup *l, axis_matches *m) {
  const vt_axis_selector *axis = l->factor->target.axis;
  if (l->tensor == VT_TENSOR_DEMAND || l->kind->axes != 2 ||
      l->kind->axis[1] != VT_AXIS_SYSTEM_TIME || has_open_pattern(&axis[0]) ||
      !has_open_pattern(&axis[1]))
    return VT_OK;
  bool any;
  VT_TRY(any_matches(l, &any));
  if (!any) memset(m->axis[1], 1, (size_t)l->inputs->system_times * sizeof *m->axis[1]);
  return VT_OK;
}

vt_error vt_selection_create_entries(const char *study_path, const vt_factor *factor,
                                     vt_inputs *inputs) {
  lookup l;
  if (vt_variant_is_meant(factor)) return VT_OK;
  VT_TRY(look_tensor_up(study_path, factor, inputs, &l));
  if (factor->operation != VT_SET || !creates_entries(l.tensor)) return VT_OK;
  axis_matches m = {{0}};
  named n = {.keys = 0};
  vt_error done = matches_fill(&l, true, &m);
  if (done == VT_OK) done = name_every_year(&l, &m);
  if (done == VT_OK) done = name_keys(&l, &m, &n);
  if (done == VT_OK && n.keys > 0) done = insert_keys(inputs, &l, n.key, n.keys);
  matches_free(&m);
  named_free(&n);
  VT_TRY(done);
  return VT_OK;
}
