// records.c - groups of records out of exchanges.
#include "sources.h"

// Exchanges of one kind, then implicit production, as one group of a package. No group for no
// records: a document may have very many small databases.
static vt_error add_group(vt_database_set *set, vt_package *package, vt_matrix_kind kind,
                          ptrdiff_t room, bool shared, vt_record_group **added) {
  if (room == 0) return VT_OK;
  vt_record_group *group = *added = &package->group[package->groups++];
  *group = (vt_record_group){.matrix = kind,
                             .matrix_name = vt_matrix_label(kind),
                             .name = vt_matrix_label(kind),
                             .columns = 1,
                             .method = -1};
  VT_ARENA_NEW(set->arena, group->row, room);
  VT_ARENA_NEW(set->arena, group->column, room);
  VT_ARENA_NEW(set->arena, group->data, room);
  VT_ARENA_NEW(set->arena, group->flip, room);
  VT_ARENA_NEW(set->arena, group->source, room);
  if (shared) VT_ARENA_NEW(set->arena, group->rescale, room);
  return VT_OK;
}

static void put_record(vt_record_group *group, int row, int column, double value, bool flip,
                       double share, ptrdiff_t source) {
  const ptrdiff_t k = group->count++;
  group->row[k] = row;
  group->column[k] = column;
  group->data[k] = value;
  group->flip[k] = flip;
  group->source[k] = source;
  if (group->rescale) group->rescale[k] = share;
}

static void put_node(const vt_database_set *set, int index, vt_record_group *technosphere,
                     vt_record_group *biosphere) {
  const vt_node *node = &set->node[index];
  bool positive = false;
  for (ptrdiff_t x = node->first_exchange; x < node->first_exchange + node->exchanges; x++) {
    const vt_exchange *exchange = &set->exchange[x];
    const bool consumed = exchange->type == VT_EXCHANGE_TECHNOSPHERE;
    const bool emitted = exchange->type == VT_EXCHANGE_BIOSPHERE;
    put_record(emitted ? biosphere : technosphere, exchange->input, index, exchange->amount,
               consumed, exchange->share, x);
    positive = positive || !(consumed || emitted);
  }
  if (node->type == VT_NODE_CHIMAERA && !positive)
    put_record(technosphere, index, index, 1.0, false, 1.0, -1);
}

vt_error vt_exchange_records(vt_database_set *set, int database) {
  if (set->database[database].package >= 0) return VT_OK;
  int index;
  VT_TRY(vt_set_add_package(set, set->database[database].path, &index));
  vt_package *package = &set->package[index];
  package->name = set->database[database].name;
  const vt_database *d = &set->database[database];
  ptrdiff_t emitted = 0, all = 0;
  bool shared = false;
  for (int n = d->first_node; n < d->first_node + d->nodes; n++) {
    if (set->node[n].type != VT_NODE_PROCESS && set->node[n].type != VT_NODE_CHIMAERA) continue;
    const vt_node *node = &set->node[n];
    all += node->exchanges + 1;
    shared = shared || node->whole > 0;
    for (ptrdiff_t x = node->first_exchange; x < node->first_exchange + node->exchanges; x++)
      emitted += set->exchange[x].type == VT_EXCHANGE_BIOSPHERE;
  }
  VT_ARENA_NEW(set->arena, package->group, (all > emitted) + (emitted > 0));
  vt_record_group *technosphere = NULL, *biosphere = NULL;
  VT_TRY(add_group(set, package, VT_MATRIX_TECHNOSPHERE, all - emitted, shared, &technosphere));
  VT_TRY(add_group(set, package, VT_MATRIX_BIOSPHERE, emitted, shared, &biosphere));
  for (int n = d->first_node; n < d->first_node + d->nodes; n++) {
    if (set->node[n].type != VT_NODE_PROCESS && set->node[n].type != VT_NODE_CHIMAERA) continue;
    put_node(set, n, technosphere, biosphere);
  }
  set->database[database].package = index;
  return VT_OK;
}
