// references.c - what exchanges and factors of JSON documents refer to: codes, until the databases
// they lie in are loaded.
#include "sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_KEY = 256 };

// Database and code as one text; short ones are in `small`, else the caller frees.
static vt_error make_key(const char *database, const char *code, char small[SMALL_KEY], char **key,
                         ptrdiff_t *length) {
  const size_t split = strlen(database), bytes = split + 1 + strlen(code);
  *key = small;
  if (bytes >= SMALL_KEY) VT_NEW(*key, bytes + 1);
  memcpy(*key, database, split);
  (*key)[split] = '\x1f';
  memcpy(*key + split + 1, code, bytes - split);
  *length = (ptrdiff_t)bytes;
  return VT_OK;
}

vt_error vt_reference_find(const vt_database_set *set, const char *database, const char *code,
                           int *reference) {
  char small[SMALL_KEY], *key;
  ptrdiff_t length;
  VT_TRY(make_key(database, code, small, &key, &length));
  *reference = vt_labels_find(set->sources->reference.label, key, length);
  if (key != small) free(key);
  return VT_OK;
}

vt_error vt_reference_add(vt_database_set *set, const char *database, const char *code,
                          int *reference) {
  vt_references *all = &set->sources->reference;
  char small[SMALL_KEY], *key;
  ptrdiff_t length;
  VT_TRY(make_key(database, code, small, &key, &length));
  bool added;
  const vt_error error = vt_labels_add(all->label, key, length, reference, &added);
  if (key != small) free(key);
  VT_TRY(error);
  if (!added) return VT_OK;
  ptrdiff_t room = all->capacity;
  VT_TRY(vt_grow(&all->split, &room, *reference + 1, sizeof *all->split));
  VT_TRY(vt_grow(&all->node, &all->capacity, *reference + 1, sizeof *all->node));
  all->split[*reference] = (int)strlen(database);
  all->node[*reference] = -1;
  return VT_OK;
}

// The code nearest to a missing one in a database of labels.
static vt_error fail_reference(const vt_database_set *set, int database, const char *who,
                               const char *code) {
  vt_nearest nearest = {.name = code};
  const vt_labels *codes = set->sources->database[database].code;
  if (codes) vt_nearest_try_labels(&nearest, codes);
  VT_FAIL(VT_ERR_INPUT, "%s: found the input ['%s', '%s'], which database '%s' does not hold%s",
          who, set->database[database].name, code, set->database[database].name,
          vt_nearest_hint(&nearest));
}

vt_error vt_reference_node(vt_database_set *set, int reference, const char *who, int *node) {
  vt_references *all = &set->sources->reference;
  *node = all->node[reference];
  if (*node >= 0) return VT_OK;
  const char *label = vt_labels_get(all->label, reference);
  const char *code = label + all->split[reference] + 1;
  char name[256];
  (void)snprintf(name, sizeof name, "%.*s", all->split[reference], label);
  const int database = vt_set_named(set, name);
  if (database < 0) {
    vt_nearest nearest = {.name = name};
    vt_nearest_try_labels(&nearest, set->sources->name);
    VT_FAIL(VT_ERR_INPUT,
            "%s: found the input ['%s', '%s'], but database '%s' is in none of the sources%s", who,
            name, code, name, vt_nearest_hint(&nearest));
  }
  VT_TRY(vt_database_load_nodes(set, database));
  const int index =
      vt_labels_find(set->sources->database[database].code, code, (ptrdiff_t)strlen(code));
  if (index < 0) return fail_reference(set, database, who, code);
  *node = all->node[reference] = set->database[database].first_node + index;
  return VT_OK;
}

static vt_error resolve_exchange(vt_database_set *set, int database, ptrdiff_t x) {
  const int reference = set->sources->exchange_reference[x];
  int node = set->sources->reference.node[reference];
  if (node < 0) {
    const int output = set->exchange[x].output;
    char who[512];
    (void)snprintf(who, sizeof who, "%s: database '%s', activity '%s', exchange %td",
                   vt_cut(set->database[database].path, 200),
                   vt_cut(set->database[database].name, 80), vt_cut(set->node[output].code, 120),
                   x - set->node[output].first_exchange + 1);
    VT_TRY(vt_reference_node(set, reference, who, &node));
  }
  set->exchange[x].input = node;
  return vt_set_add_dependency(set, database, set->node[node].database);
}

// An exchange with the environment is with no process, and what processes exchange is no flow of
// the environment.
static void tell_contradiction(const vt_database_set *set, int database, ptrdiff_t x) {
  const vt_exchange *exchange = &set->exchange[x];
  const vt_node *to = &set->node[exchange->input];
  const bool environment = exchange->type == VT_EXCHANGE_BIOSPHERE;
  const bool owns = to->type != VT_NODE_OTHER;
  // What no source gives a type may be either.
  if (environment != owns || (!owns && !to->type_name)) return;
  vt_warn(
      "type of an exchange",
      "%s: database '%s', activity '%s': found an exchange of type '%s' with %s, which is %s: it "
      "counts as it is written",
      set->database[database].path, set->database[database].name, set->node[exchange->output].code,
      environment ? "biosphere" : "technosphere", vt_node_text(set, exchange->input),
      owns ? "a process or a product" : "a flow of the environment");
}

vt_error vt_exchanges_resolve(vt_database_set *set, int database) {
  const vt_database_source source = set->sources->database[database];
  for (ptrdiff_t x = source.first_exchange; x < source.first_exchange + source.exchanges; x++)
    VT_TRY(resolve_exchange(set, database, x));
  for (ptrdiff_t x = source.first_exchange; x < source.first_exchange + source.exchanges; x++)
    tell_contradiction(set, database, x);
  return VT_OK;
}

vt_error vt_factors_resolve(vt_database_set *set, int method) {
  const int package = set->sources->factors[method];
  if (package < 0 || !set->sources->method_reference[method]) return VT_OK;
  vt_record_group *group = &set->package[package].group[0];
  char who[512];
  (void)snprintf(who, sizeof who, "%s: method '%s'", vt_cut(set->method[method].path, 200),
                 vt_cut(set->method[method].label, 200));
  for (ptrdiff_t k = 0; k < group->count; k++) {
    int node;
    VT_TRY(vt_reference_node(set, set->sources->method_reference[method][k], who, &node));
    group->row[k] = node;
  }
  free(set->sources->method_reference[method]);
  set->sources->method_reference[method] = NULL;
  return VT_OK;
}
