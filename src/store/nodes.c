// store_nodes.c - nodes in a store, written and read.
#include "store.h"

#include <string.h>

enum { NODE_TEXTS = 9, OWN_TEXTS = 2 };

// The texts of a node that lie in the pool of all; then those in the pool of its database.
static const char *const text_names[NODE_TEXTS] = {
    "name", "product", "location", "unit", "type", "categories", "cas", "extra", "code"};

static const char **text_of(vt_node *node, int which) {
  const char **all[NODE_TEXTS] = {&node->name, &node->product,   &node->location,
                                  &node->unit, &node->type_name, &node->categories,
                                  &node->cas,  &node->extra,     &node->code};
  return all[which];
}

// -------------------------------------------------------------------------------------------------
// Writing nodes.

static vt_error make_texts(vt_store_maker *m, hid_t at, const vt_database *d, const char **text) {
  for (int which = 0; which < NODE_TEXTS; which++) {
    for (int i = 0; i < d->nodes; i++) text[i] = *text_of(&m->set->node[d->first_node + i], which);
    vt_labels *pool = which < NODE_TEXTS - OWN_TEXTS ? m->pool : m->own;
    VT_TRY(vt_make_texts(m, at, text_names[which], pool, d->nodes, text));
  }
  return VT_OK;
}

vt_error vt_make_nodes(vt_store_maker *m, hid_t at, int database) {
  const vt_database *d = &m->set->database[database];
  const char **text;
  int8_t *kind;
  int32_t *window, *count;
  int64_t *id;
  VT_ARENA_NEW(m->scratch, text, d->nodes);
  VT_ARENA_NEW(m->scratch, kind, d->nodes);
  VT_ARENA_NEW(m->scratch, window, VT_TRIPLE * (ptrdiff_t)d->nodes);
  VT_ARENA_NEW(m->scratch, count, d->nodes);
  VT_ARENA_NEW(m->scratch, id, d->nodes);
  bool ids = false, windows = false, exchanges = false;
  for (int i = 0; i < d->nodes; i++) {
    const vt_node *node = &m->set->node[d->first_node + i];
    ids = ids || node->id != VT_NO_ID;
    windows = windows || node->has_window;
    exchanges = exchanges || node->exchanges > 0;
    kind[i] = (int8_t)node->type;
    id[i] = node->id;
    count[i] = (int32_t)node->exchanges;
    window[VT_TRIPLE * i] = node->has_window;
    window[VT_TRIPLE * i + 1] = node->window_first;
    window[VT_TRIPLE * i + 2] = node->window_last;
  }
  VT_TRY(make_texts(m, at, d, text));
  VT_TRY(vt_make_column(m, at, "kind", VT_COLUMN_INT8, d->nodes, kind));
  if (ids) VT_TRY(vt_make_column(m, at, "id", VT_COLUMN_INT64, d->nodes, id));
  if (windows)
    VT_TRY(
        vt_make_column(m, at, "window", VT_COLUMN_INT32, VT_TRIPLE * (ptrdiff_t)d->nodes, window));
  return exchanges ? vt_make_column(m, at, "exchanges", VT_COLUMN_INT32, d->nodes, count) : VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Reading nodes.

static vt_error take_texts(vt_store *store, hid_t at, const vt_pool *own, int nodes,
                           vt_node *node) {
  for (int which = 0; which < NODE_TEXTS; which++) {
    const vt_pool *pool = which < NODE_TEXTS - OWN_TEXTS ? &store->pool : own;
    const char **text;
    VT_TRY(vt_column_take_texts(store, at, text_names[which], nodes, pool, &text));
    const bool code = which == NODE_TEXTS - 1; // which no node lacks, not even of a broken store
    for (int i = 0; i < nodes; i++) *text_of(&node[i], which) = code && !text[i] ? "" : text[i];
  }
  return VT_OK;
}

static vt_error take_kinds(vt_store *store, hid_t at, int nodes, vt_node *node) {
  int8_t *kind;
  VT_TRY(vt_column_take(store, at, "kind", VT_COLUMN_INT8, nodes, &kind));
  if (!kind) return vt_store_fail(store, at, "kind", "found no such column");
  for (int i = 0; i < nodes; i++) {
    if (kind[i] < VT_NODE_OTHER || kind[i] > VT_NODE_CHIMAERA)
      return vt_store_fail(store, at, "kind", "found an unknown kind of node");
    node[i].type = (vt_node_type)kind[i];
  }
  return VT_OK;
}

static vt_error take_windows(vt_store *store, hid_t at, int nodes, vt_node *node) {
  int32_t *window;
  VT_TRY(vt_column_take(store, at, "window", VT_COLUMN_INT32, VT_TRIPLE * (int64_t)nodes, &window));
  for (int i = 0; window && i < nodes; i++) {
    node[i].has_window = window[VT_TRIPLE * i] != 0;
    node[i].window_first = window[VT_TRIPLE * i + 1];
    node[i].window_last = window[VT_TRIPLE * i + 2];
    const bool sound = node[i].window_first >= -VT_STORE_YEARS &&
                       node[i].window_last <= VT_STORE_YEARS &&
                       node[i].window_first <= node[i].window_last;
    if (!sound) return vt_store_fail(store, at, "window", "found an impossible window");
  }
  return VT_OK;
}

// Codes are unique in a database, and so are ids in a project.
static vt_error index_nodes(vt_store *store, vt_database_set *set, hid_t at, int database) {
  vt_database_source *source = &set->sources->database[database];
  const vt_database *d = &set->database[database];
  VT_TRY(vt_labels_create(&source->code));
  for (int n = d->first_node; n < d->first_node + d->nodes; n++) {
    const vt_node *node = &set->node[n];
    int index;
    bool added = false;
    if (node->code)
      VT_TRY(
          vt_labels_add(source->code, node->code, (ptrdiff_t)strlen(node->code), &index, &added));
    if (!added) return vt_store_fail(store, at, "code", "found no code, or one twice");
    if (source->project < 0) continue;
    vt_id_map *ids = &set->sources->project[source->project].ids;
    if (node->id < 0 || vt_id_map_find(ids, node->id) >= 0)
      return vt_store_fail(store, at, "id", "found no id, or one twice");
    VT_TRY(vt_id_map_put(ids, node->id, n));
  }
  return VT_OK;
}

vt_error vt_store_take_nodes(vt_store *store, vt_database_set *set, hid_t at, int database,
                             const vt_pool *own) {
  const vt_database *d = &set->database[database];
  if (d->nodes > 0) { // there is no array yet before the first node of a set
    vt_node *node = set->node + d->first_node;
    int64_t *id;
    for (int i = 0; i < d->nodes; i++) node[i].id = VT_NO_ID;
    VT_TRY(take_texts(store, at, own, d->nodes, node));
    VT_TRY(take_kinds(store, at, d->nodes, node));
    VT_TRY(take_windows(store, at, d->nodes, node));
    VT_TRY(vt_column_take(store, at, "id", VT_COLUMN_INT64, d->nodes, &id));
    for (int i = 0; id && i < d->nodes; i++) node[i].id = id[i];
  }
  return index_nodes(store, set, at, database);
}
