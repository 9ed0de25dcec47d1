// mapping.c - which snapshots of the background a year draws on, for each alternative background.
#include "assembly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The mappings of one model on their way.
typedef struct mapper {
  const vt_database_set *set;
  const vt_foreground *from;
  vt_inputs *inputs;
  vt_snapshot *snapshot; // of the background at hand, ascending by year
  int snapshots;
  int *number;    // that of each database; shape [databases]
  double *weight; // shape [snapshots of all backgrounds, years]
} mapper;

static int compare_snapshots(const void *a, const void *b) {
  const vt_snapshot *x = a, *y = b;
  if (x->year != y->year) return x->year < y->year ? -1 : 1;
  return (x->database[0] > y->database[0]) - (x->database[0] < y->database[0]);
}

// Snapshots of a background as given, or all databases with a representative time.
static vt_error collect(mapper *m, int background) {
  const vt_foreground *from = m->from;
  const vt_snapshot_variant given =
      from->backgrounds > 0 ? from->background[background] : (vt_snapshot_variant){0};
  free(m->snapshot);
  m->snapshot = NULL;
  m->snapshots = 0;
  VT_NEW(m->snapshot, given.snapshots + m->set->databases);
  for (int i = 0; i < given.snapshots; i++) m->snapshot[m->snapshots++] = given.snapshot[i];
  for (int d = 0; d < m->set->databases && from->backgrounds == 0; d++) {
    const vt_database *database = &m->set->database[d];
    if (database->has_time && d != from->database)
      m->snapshot[m->snapshots++] = (vt_snapshot){database->name, 1, &m->number[d], database->year};
  }
  return VT_OK;
}

const vt_snapshot *vt_snapshot_named(const vt_foreground *from, const char *name) {
  for (int b = 0; b < from->backgrounds; b++) {
    for (int i = 0; i < from->background[b].snapshots; i++) {
      const vt_snapshot *snapshot = &from->background[b].snapshot[i];
      if (strcmp(snapshot->name, name) == 0) return snapshot;
    }
  }
  return NULL;
}

// Names of databases may have a "+" in them as labels do.
static vt_error check_label(const mapper *m, const vt_snapshot *snapshot) {
  const vt_snapshot *first = vt_snapshot_named(m->from, snapshot->name);
  bool same = !first || first->databases == snapshot->databases;
  for (int k = 0; same && first && k < first->databases; k++)
    same = first->database[k] == snapshot->database[k];
  VT_CHECK(same, VT_ERR_INPUT,
           "%sbackground: found '%s' as the label of two snapshots with different databases, "
           "expected databases whose names tell them apart",
           m->from->background_place ? m->from->background_place : "", snapshot->name);
  return VT_OK;
}

static vt_error add_labels(mapper *m, int background) {
  VT_TRY(collect(m, background));
  for (int i = 0; i < m->snapshots; i++) {
    const char *name = m->snapshot[i].name;
    int index;
    VT_TRY(check_label(m, &m->snapshot[i]));
    VT_TRY(vt_labels_add(m->inputs->background, name, (ptrdiff_t)strlen(name), &index, NULL));
  }
  return VT_OK;
}

static vt_error sort_by_year(mapper *m, int background) {
  char of[128] = "";
  if (m->from->backgrounds > 1)
    (void)snprintf(of, sizeof of, " of the background pathway '%s'",
                   vt_cut(m->from->background[background].name, 80));
  if (m->snapshots > 1)
    qsort(m->snapshot, (size_t)m->snapshots, sizeof *m->snapshot, compare_snapshots);
  for (int i = 1; i < m->snapshots; i++) {
    VT_CHECK(m->snapshot[i].year != m->snapshot[i - 1].year, VT_ERR_INPUT,
             "%sbackground: found the databases '%s' and '%s'%s for the same year %d",
             m->from->background_place ? m->from->background_place : "", m->snapshot[i - 1].name,
             m->snapshot[i].name, of, m->snapshot[i].year);
  }
  return VT_OK;
}

static void add_weight(mapper *m, int snapshot, int time, double weight) {
  const char *name = m->snapshot[snapshot].name;
  const int background = vt_labels_find(m->inputs->background, name, (ptrdiff_t)strlen(name));
  m->weight[(ptrdiff_t)background * m->inputs->system_times + time] += weight;
}

// Linear between the neighbouring snapshots, the nearest one outside.
static void add_weights(mapper *m) {
  for (int t = 0; t < m->inputs->system_times && m->snapshots > 0; t++) {
    const int year = m->inputs->system_time[t];
    int after = 0;
    while (after < m->snapshots && m->snapshot[after].year <= year) after++;
    if (after == 0 || after == m->snapshots) {
      add_weight(m, after == 0 ? 0 : after - 1, t, 1.0);
      continue;
    }
    const int first = m->snapshot[after - 1].year, last = m->snapshot[after].year;
    const double later = (double)(year - first) / (double)(last - first);
    add_weight(m, after - 1, t, 1.0 - later);
    add_weight(m, after, t, later);
  }
}

// The mapping of one background; `tensor` shares no memory with others, which may be changed.
static vt_error map(mapper *m, int background, vt_tensor *tensor) {
  const int times = m->inputs->system_times;
  const ptrdiff_t cells = (ptrdiff_t)vt_labels_count(m->inputs->background) * times;
  memset(m->weight, 0, (size_t)cells * sizeof *m->weight);
  VT_TRY(collect(m, background));
  VT_TRY(sort_by_year(m, background));
  add_weights(m);
  ptrdiff_t entries = 0;
  for (ptrdiff_t i = 0; i < cells; i++) entries += m->weight[i] > 0.0;
  *tensor = (vt_tensor){0};
  VT_ARENA_NEW(m->inputs->arena, tensor->index, 2 * entries + 1);
  VT_ARENA_NEW(m->inputs->arena, tensor->value, entries + 1);
  for (ptrdiff_t i = 0; i < cells; i++) {
    if (!(m->weight[i] > 0.0)) continue;
    tensor->index[2 * tensor->count] = (int32_t)(i / times);
    tensor->index[2 * tensor->count + 1] = (int32_t)(i % times);
    tensor->value[tensor->count++] = m->weight[i];
  }
  return VT_OK;
}

static vt_error add_pathway(mapper *m, int background) {
  const vt_snapshot_variant *given = &m->from->background[background];
  int index;
  bool added;
  VT_CHECK(given->name && given->name[0], VT_ERR_INPUT,
           "background: found a background pathway without a name");
  VT_CHECK(given->snapshots > 0, VT_ERR_INPUT,
           "background: found no database in the background pathway '%s', expected one or more",
           given->name);
  VT_TRY(vt_labels_add(m->inputs->variant, given->name, (ptrdiff_t)strlen(given->name), &index,
                       &added));
  VT_CHECK(added, VT_ERR_INPUT, "background: found the background pathway '%s' twice", given->name);
  return VT_OK;
}

static vt_error map_all(mapper *m) {
  vt_inputs *inputs = m->inputs;
  const int backgrounds = m->from->backgrounds > 0 ? m->from->backgrounds : 1;
  VT_NEW(m->number, m->set->databases);
  for (int d = 0; d < m->set->databases; d++) m->number[d] = d;
  if (backgrounds > 1) VT_TRY(vt_labels_create(&inputs->variant));
  for (int k = 0; k < backgrounds; k++) {
    if (inputs->variant) VT_TRY(add_pathway(m, k));
    VT_TRY(add_labels(m, k));
  }
  VT_NEW(m->weight, (ptrdiff_t)vt_labels_count(inputs->background) * inputs->system_times);
  VT_TRY(map(m, 0, &inputs->tensor[VT_TENSOR_MAPPING]));
  if (!inputs->variant) return VT_OK;
  VT_ARENA_NEW(inputs->arena, inputs->variant_mapping, backgrounds);
  for (int k = 0; k < backgrounds; k++) VT_TRY(map(m, k, &inputs->variant_mapping[k]));
  return VT_OK;
}

vt_error vt_foreground_map(const vt_database_set *set, const vt_foreground *from,
                           vt_inputs *inputs) {
  mapper m = {.set = set, .from = from, .inputs = inputs};
  const vt_error mapped = map_all(&m);
  free(m.snapshot);
  free(m.number);
  free(m.weight);
  return mapped;
}
