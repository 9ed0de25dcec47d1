// names.c - what the texts of a study mean: labels of results, codes, names.
#include "model.h"

#include <stdlib.h>
#include <string.h>

static const char *database_of(const vt_choice_data *k, const vt_node *node) {
  return node->database >= 0 ? k->set->database[node->database].name : "";
}

static vt_error add_text(vt_labels *labels, const char *text, int place, int *of, int *index) {
  bool added;
  VT_TRY(vt_labels_add(labels, text, (ptrdiff_t)strlen(text), index, &added));
  of[*index] = added ? place : VT_SEVERAL;
  return VT_OK;
}

// Codes; where two nodes of an axis share one, both say their database too.
static vt_error label_nodes(vt_choice_data *k, vt_choice_axis *a) {
  int index;
  for (int i = 0; i < a->count; i++)
    VT_TRY(add_text(a->code, k->set->node[a->node[i]].code, i, a->by_code, &index));
  for (int i = 0; i < a->count; i++) {
    const vt_node *n = &k->set->node[a->node[i]];
    if (n->name && n->name[0]) VT_TRY(add_text(a->name, n->name, i, a->by_name, &index));
    a->label[i] = n->code;
    index = vt_labels_find(a->code, n->code, (ptrdiff_t)strlen(n->code));
    if (a->by_code[index] == VT_SEVERAL)
      VT_TRY(vt_node_full_label(k->set, k->arena, a->node[i], &a->label[i]));
  }
  return VT_OK;
}

vt_error vt_choice_axis_nodes(vt_choice_data *k, vt_choice_axis_id id, const char *what, int count,
                              const int *node) {
  vt_choice_axis *a = &k->axis[id];
  a->what = what;
  a->count = count;
  a->node = node;
  VT_ARENA_NEW(k->arena, a->label, count);
  VT_ARENA_NEW(k->arena, a->by_code, count);
  VT_ARENA_NEW(k->arena, a->by_name, count);
  VT_TRY(vt_labels_create(&a->code));
  VT_TRY(vt_labels_create(&a->name));
  return label_nodes(k, a);
}

void vt_choice_axis_free(vt_choice_axis *axis) {
  vt_labels_free(axis->code);
  vt_labels_free(axis->name);
}

// -------------------------------------------------------------------------------------------------
// Looking up.

static int look_label(const vt_choice_axis *a, const char *text) {
  for (int i = 0; i < a->count; i++)
    if (strcmp(a->label[i], text) == 0) return i;
  return VT_NOBODY;
}

int vt_choice_look(const vt_choice_data *k, vt_choice_axis_id id, const char *text) {
  const vt_choice_axis *a = &k->axis[id];
  const ptrdiff_t length = (ptrdiff_t)strlen(text);
  if (!a->node) return look_label(a, text);
  int index = vt_labels_find(a->code, text, length);
  if (index >= 0) return a->by_code[index];
  for (int i = 0; strchr(text, ':') && i < a->count; i++)
    if (vt_node_is_called(k->set, a->node[i], text)) return i;
  index = vt_labels_find(a->name, text, length);
  return index >= 0 ? a->by_name[index] : VT_NOBODY;
}

// "an ambiguous name": two of those that it may mean.
static vt_error fail_ambiguous(const vt_choice_data *k, vt_choice_axis_id id, const char *text,
                               int line) {
  const vt_choice_axis *a = &k->axis[id];
  int found[2] = {-1, -1}, count = 0;
  for (int i = 0; i < a->count && count < 2; i++) {
    const vt_node *n = &k->set->node[a->node[i]];
    if (strcmp(n->code, text) == 0 || (n->name && strcmp(n->name, text) == 0)) found[count++] = i;
  }
  const vt_node *one = &k->set->node[a->node[found[0]]], *other = &k->set->node[a->node[found[1]]];
  VT_FAIL(VT_ERR_INPUT,
          "%s:%d: ambiguous %s '%s': found '%s:%s' and '%s:%s', expected one of those labels",
          k->study->path, line, a->what, text, database_of(k, one), one->code,
          database_of(k, other), other->code);
}

static void try_axis(const vt_choice_data *k, vt_choice_axis_id id, vt_nearest *nearest) {
  const vt_choice_axis *a = &k->axis[id];
  for (int i = 0; i < a->count; i++) {
    vt_nearest_try(nearest, a->label[i]);
    if (a->node) vt_nearest_try(nearest, vt_node_name(&k->set->node[a->node[i]]));
  }
}

vt_error vt_choice_find(const vt_choice_data *k, vt_choice_axis_id id, const char *text, int line,
                        int *place) {
  const vt_choice_axis *a = &k->axis[id];
  *place = vt_choice_look(k, id, text);
  if (*place >= 0) return VT_OK;
  if (*place == VT_SEVERAL) return fail_ambiguous(k, id, text, line);
  vt_nearest nearest = {.name = text};
  try_axis(k, id, &nearest);
  VT_FAIL(VT_ERR_INPUT, "%s:%d: unknown %s '%s', expected one of the system%s", k->study->path,
          line, a->what, text, vt_nearest_hint(&nearest));
}

bool vt_choice_glob(const vt_choice_data *k, vt_choice_axis_id id, int place, const char *glob) {
  const vt_choice_axis *a = &k->axis[id];
  if (vt_glob_matches(glob, a->label[place])) return true;
  if (!a->node) return false;
  const vt_node *n = &k->set->node[a->node[place]];
  return n->name && vt_glob_matches(glob, n->name);
}

const char *vt_choice_merged_label(const vt_choice_data *k, int merged) {
  return merged < k->products ? k->axis[VT_CHOICE_PRODUCT].label[merged]
                              : k->axis[VT_CHOICE_LABEL].label[merged - k->products];
}

// -------------------------------------------------------------------------------------------------
// Merged rows.

// Demand on the product of an alternative must name the choice.
static vt_error merge(const vt_choice_data *k, const char *text, int line, const char *doing,
                      int row, int *merged) {
  *merged = row;
  if (k->choice_of[row] < 0) return VT_OK;
  const char *choice = k->axis[VT_CHOICE_LABEL].label[k->choice_of[row]];
  VT_FAIL(VT_ERR_INPUT,
          "%s:%d: found %s '%s', a product of an alternative, expected its choice '%s'",
          k->study->path, line, doing, text, choice);
}

vt_error vt_choice_find_merged(const vt_choice_data *k, const char *text, int line,
                               const char *doing, int *merged) {
  const int choice = vt_choice_look(k, VT_CHOICE_LABEL, text);
  int products, row, process;
  if (choice >= 0) {
    *merged = k->products + choice;
    return VT_OK;
  }
  row = vt_choice_look(k, VT_CHOICE_PRODUCT, text);
  if (row >= 0) return merge(k, text, line, doing, row, merged);
  process = vt_choice_look(k, VT_CHOICE_PROCESS, text);
  if (process < 0) {
    if (row == VT_SEVERAL) return fail_ambiguous(k, VT_CHOICE_PRODUCT, text, line);
    if (process == VT_SEVERAL) return fail_ambiguous(k, VT_CHOICE_PROCESS, text, line);
    vt_nearest nearest = {.name = text};
    try_axis(k, VT_CHOICE_LABEL, &nearest);
    try_axis(k, VT_CHOICE_PRODUCT, &nearest);
    try_axis(k, VT_CHOICE_PROCESS, &nearest);
    VT_FAIL(VT_ERR_INPUT,
            "%s:%d: unknown product '%s', expected a product, a process or a choice%s",
            k->study->path, line, text, vt_nearest_hint(&nearest));
  }
  VT_TRY(vt_choice_makes(k, process, &products, &row));
  VT_CHECK(products == 1, VT_ERR_INPUT,
           "%s:%d: found %s the process '%s', which makes %d products, expected one of them",
           k->study->path, line, doing, text, products);
  return merge(k, text, line, doing, row, merged);
}

// -------------------------------------------------------------------------------------------------
// Databases.

// Texts of the study that may be processes or products.
static vt_error note_texts(const vt_choice_data *k, vt_labels *texts) {
  const vt_choice_plan *p = &k->study->model.choice;
  int index;
  for (int c = 0; c < p->choices; c++)
    for (int i = 0; i < p->choice[c].alternatives; i++) {
      const char *name = p->choice[c].alternative[i].capacity.name;
      VT_TRY(vt_labels_add(texts, name, (ptrdiff_t)strlen(name), &index, NULL));
    }
  const struct {
    const vt_stepped *list;
    int count;
  } named[] = {{p->demand, p->demands},
               {p->supply, p->supplies},
               {p->limit[VT_LIMIT_UPPER], p->limits[VT_LIMIT_UPPER]},
               {p->limit[VT_LIMIT_LOWER], p->limits[VT_LIMIT_LOWER]}};
  for (size_t l = 0; l < sizeof named / sizeof *named; l++)
    for (int i = 0; i < named[l].count; i++) {
      const char *name = named[l].list[i].name;
      VT_TRY(vt_labels_add(texts, name, (ptrdiff_t)strlen(name), &index, NULL));
    }
  for (int d = 0; d < p->dependents; d++)
    for (int i = 0; i < p->dependent[d].terms; i++) {
      const char *name = p->dependent[d].term[i].process;
      VT_TRY(vt_labels_add(texts, name, (ptrdiff_t)strlen(name), &index, NULL));
    }
  return VT_OK;
}

static bool is_noted(const vt_labels *texts, const char *text) {
  return text && vt_labels_find(texts, text, (ptrdiff_t)strlen(text)) >= 0;
}

static vt_error is_named(const vt_choice_data *k, const vt_labels *texts, int database,
                         bool *named) {
  const vt_database *d = &k->set->database[database];
  vt_text full = {0};
  vt_error error = VT_OK;
  *named = false;
  for (int i = 0; i < d->nodes && !*named && error == VT_OK; i++) {
    const vt_node *n = &k->set->node[d->first_node + i];
    if (n->type == VT_NODE_OTHER) continue;
    *named = is_noted(texts, n->code) || is_noted(texts, n->name);
    if (*named) break;
    full.length = 0;
    error = vt_text_add(&full, "%s:%s", d->name, n->code);
    *named = error == VT_OK && is_noted(texts, full.bytes);
  }
  vt_text_free(&full);
  return error;
}

static vt_error pick_databases(vt_choice_data *k, const vt_labels *texts, int *database,
                               int *count) {
  for (int d = 0; d < k->set->databases; d++) {
    bool named = false;
    if (k->set->database[d].kind == VT_DATABASE_PACKAGE) continue;
    VT_TRY(vt_database_load_nodes(k->set, d));
    VT_TRY(is_named(k, texts, d, &named));
    if (named) database[(*count)++] = d;
  }
  // So that an unknown name finds what is near it.
  for (int d = 0; *count == 0 && d < k->set->databases; d++) {
    if (k->set->database[d].kind != VT_DATABASE_PACKAGE && !k->set->database[d].stale)
      database[(*count)++] = d;
  }
  return VT_OK;
}

vt_error vt_choice_databases(vt_choice_data *k, int **database, int *count) {
  vt_labels *texts = NULL;
  *count = 0;
  VT_NEW(*database, k->set->databases);
  vt_error done = vt_labels_create(&texts);
  if (done == VT_OK) done = note_texts(k, texts);
  if (done == VT_OK) done = pick_databases(k, texts, *database, count);
  vt_labels_free(texts);
  return done;
}
