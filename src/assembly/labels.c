// labels.c - what nodes are called on the axes of results.
#include "vintner/assembly.h"

#include <stdlib.h>
#include <string.h>

static const char *database_of(const vt_database_set *set, const vt_node *node) {
  return node->database >= 0 ? set->database[node->database].name : "";
}

bool vt_node_is_called(const vt_database_set *set, int node, const char *text) {
  const vt_node *n = &set->node[node];
  const char *database = database_of(set, n);
  const size_t length = strlen(database);
  return strncmp(text, database, length) == 0 && text[length] == ':' &&
         strcmp(text + length + 1, n->code) == 0;
}

vt_error vt_node_full_label(const vt_database_set *set, vt_arena *arena, int node,
                            const char **label) {
  const vt_node *n = &set->node[node];
  vt_text text = {0};
  vt_error made = vt_text_add(&text, "%s:%s", database_of(set, n), n->code);
  if (made == VT_OK) made = vt_arena_text(arena, text.bytes, text.length, label);
  vt_text_free(&text);
  return made;
}

static vt_error add_codes(const vt_database_set *set, int count, const int *node, vt_labels *codes,
                          bool *shared) {
  for (int i = 0; i < count; i++) {
    const char *code = set->node[node[i]].code;
    int index;
    bool added;
    VT_TRY(vt_labels_add(codes, code, (ptrdiff_t)strlen(code), &index, &added));
    if (!added) shared[index] = true;
  }
  return VT_OK;
}

static vt_error pick(const vt_database_set *set, vt_arena *arena, int count, const int *node,
                     const vt_labels *codes, const bool *shared, const char **label) {
  for (int i = 0; i < count; i++) {
    label[i] = set->node[node[i]].code;
    if (shared[vt_labels_find(codes, label[i], (ptrdiff_t)strlen(label[i]))])
      VT_TRY(vt_node_full_label(set, arena, node[i], &label[i]));
  }
  return VT_OK;
}

vt_error vt_node_labels(const vt_database_set *set, vt_arena *arena, int count, const int *node,
                        const char **label) {
  vt_labels *codes = NULL;
  bool *shared;
  VT_NEW(shared, count);
  vt_error listed = vt_labels_create(&codes);
  if (listed == VT_OK) listed = add_codes(set, count, node, codes, shared);
  if (listed == VT_OK) listed = pick(set, arena, count, node, codes, shared, label);
  vt_labels_free(codes);
  free(shared);
  return listed;
}

vt_error vt_variation_choose(const vt_study *study, const vt_database_set *set, vt_arena *arena,
                             vt_variation_choice *choice) {
  const vt_uncertainty_plan *plan = &study->uncertainty;
  int *database;
  VT_ARENA_NEW(arena, database, plan->databases);
  for (int i = 0; i < plan->databases; i++)
    VT_TRY(vt_error_at_line(study->path, plan->databases_line,
                            vt_database_find(set, plan->database[i], &database[i])));
  *choice = (vt_variation_choice){.technosphere = plan->technosphere,
                                  .biosphere = plan->biosphere,
                                  .methods = plan->methods,
                                  .databases = plan->databases,
                                  .database = database,
                                  .mean = plan->mean,
                                  .strict = plan->strict};
  return VT_OK;
}
