// store_package.c - groups of records in a store, written and read.
#include "store.h"

#include <string.h>

enum { MOST_GROUPS = 1 << 16 };

static const char links_name[] = "links";

static bool has_node_columns(vt_matrix_kind kind) {
  return kind == VT_MATRIX_TECHNOSPHERE || kind == VT_MATRIX_BIOSPHERE || kind == VT_MATRIX_OTHER;
}

// -------------------------------------------------------------------------------------------------
// Numbers of nodes: those of other databases are linked.

vt_error vt_make_number(vt_store_maker *m, int node, int *number) {
  *number = -1;
  if (node < 0 || m->place[m->set->node[node].database] < 0) return VT_OK;
  *number = m->number[node];
  if (*number >= 0) return VT_OK;
  const ptrdiff_t own = m->number[m->set->nodes];
  VT_TRY(vt_grow(&m->link, &m->link_room, m->links + 1, sizeof *m->link));
  m->link[m->links] = node;
  *number = m->number[node] = (int)(own + m->links++);
  return VT_OK;
}

// What the links mean counts for the hash, not where the store has it.
static vt_error digest_links(vt_store_maker *m) {
  vt_text all = {0};
  vt_error error = VT_OK;
  for (ptrdiff_t i = 0; i < m->links && error == VT_OK; i++) {
    const vt_node *node = &m->set->node[m->link[i]];
    error = vt_text_add(&all, "%s\x1f%s\x1e", m->set->database[node->database].name, node->code);
  }
  if (error == VT_OK) error = vt_digest_add(m, links_name, all.bytes ? all.bytes : "", all.length);
  vt_text_free(&all);
  return error;
}

static vt_error write_links(vt_store_maker *m, hid_t group, int count) {
  vt_store_maker quiet = {.set = m->set}; // its digest is dropped
  int *place, *local;
  VT_ARENA_NEW(m->scratch, place, count);
  VT_ARENA_NEW(m->scratch, local, count);
  for (int i = 0; i < count; i++) {
    const int database = m->set->node[m->link[i]].database;
    place[i] = m->place[database];
    local[i] = m->link[i] - m->set->database[database].first_node;
  }
  vt_error error = vt_make_column(&quiet, group, "database", VT_COLUMN_INT32, count, place);
  if (error == VT_OK) error = vt_make_column(&quiet, group, "node", VT_COLUMN_INT32, count, local);
  vt_text_free(&quiet.digest);
  return error;
}

vt_error vt_make_links(vt_store_maker *m, hid_t at) {
  VT_TRY(digest_links(m));
  const vt_error error = vt_make_within(m, at, links_name, write_links, (int)m->links);
  for (ptrdiff_t i = 0; i < m->links; i++) m->number[m->link[i]] = -1;
  m->links = 0;
  return error;
}

static vt_error resolve_links(const vt_store *store, const vt_database_set *set, hid_t group,
                              const int *place, const int *local, vt_numbering *to) {
  for (ptrdiff_t i = 0; i < to->links; i++) {
    if (place[i] < 0 || place[i] >= store->databases || local[i] < 0 ||
        local[i] >= store->nodes[place[i]])
      return vt_store_fail(store, group, "node", "found a node that the store does not hold");
    to->link[i] = set->database[store->database[place[i]]].first_node + local[i];
  }
  return VT_OK;
}

static vt_error take_links(vt_store *store, const vt_database_set *set, hid_t group,
                           vt_numbering *to) {
  int *place, *local;
  VT_TRY(vt_column_take_list(store, group, "database", VT_COLUMN_INT32, store->scratch, &place,
                             &to->links));
  if (!place) return VT_OK;
  VT_TRY(vt_column_take(store, group, "node", VT_COLUMN_INT32, to->links, &local));
  if (!local) return vt_store_fail(store, group, "node", "found no such column");
  VT_ARENA_NEW(store->scratch, to->link, to->links);
  return resolve_links(store, set, group, place, local, to);
}

vt_error vt_store_take_links(vt_store *store, vt_database_set *set, hid_t at, vt_numbering *to) {
  hid_t group;
  VT_TRY(vt_store_enter(store, at, links_name, &group));
  const vt_error error = take_links(store, set, group, to);
  (void)H5Gclose(group);
  return error;
}

// -------------------------------------------------------------------------------------------------
// Uncertainty.

vt_error vt_make_uncertainty(vt_store_maker *m, hid_t at, ptrdiff_t count,
                             const vt_uncertainty *uncertainty) {
  int8_t *small;
  double *real;
  VT_ARENA_NEW(m->scratch, small, count);
  VT_ARENA_NEW(m->scratch, real, count);
  for (ptrdiff_t k = 0; k < count; k++) small[k] = (int8_t)uncertainty[k].type;
  VT_TRY(vt_make_column(m, at, "uncertainty_type", VT_COLUMN_INT8, count, small));
  for (ptrdiff_t k = 0; k < count; k++) small[k] = uncertainty[k].negative;
  VT_TRY(vt_make_column(m, at, "uncertainty_negative", VT_COLUMN_INT8, count, small));
  for (int i = 0; i < VT_UNCERTAINTY_REALS; i++) {
    for (ptrdiff_t k = 0; k < count; k++) {
      const vt_uncertainty *u = &uncertainty[k];
      const double all[VT_UNCERTAINTY_REALS] = {u->loc, u->scale, u->shape, u->minimum, u->maximum};
      real[k] = all[i];
    }
    const vt_store_name name = vt_composed("uncertainty", vt_uncertainty_names[i]);
    VT_TRY(vt_make_reals(m, at, name.text, count, real));
  }
  return VT_OK;
}

static vt_error fill_uncertainty(vt_store *store, hid_t at, ptrdiff_t count, const int8_t *type,
                                 vt_uncertainty *to) {
  int8_t *negative;
  double *real;
  VT_TRY(vt_column_take(store, at, "uncertainty_negative", VT_COLUMN_INT8, count, &negative));
  for (ptrdiff_t k = 0; k < count; k++) {
    to[k].type = (uint8_t)type[k];
    to[k].negative = negative && negative[k];
  }
  for (int i = 0; i < VT_UNCERTAINTY_REALS; i++) {
    const vt_store_name name = vt_composed("uncertainty", vt_uncertainty_names[i]);
    VT_TRY(vt_column_take_reals(store, at, name.text, count, store->scratch, &real));
    if (!real) return vt_store_fail(store, at, name.text, "found no such column");
    for (ptrdiff_t k = 0; k < count; k++) {
      double *const all[VT_UNCERTAINTY_REALS] = {&to[k].loc, &to[k].scale, &to[k].shape,
                                                 &to[k].minimum, &to[k].maximum};
      *all[i] = real[k];
    }
  }
  return VT_OK;
}

vt_error vt_store_take_uncertainty(vt_store *store, hid_t at, int64_t count,
                                   vt_uncertainty **uncertainty) {
  int8_t *type;
  *uncertainty = NULL;
  VT_TRY(vt_column_take(store, at, "uncertainty_type", VT_COLUMN_INT8, count, &type));
  if (!type) return VT_OK;
  VT_ARENA_NEW(store->arena, *uncertainty, count);
  return fill_uncertainty(store, at, (ptrdiff_t)count, type, *uncertainty);
}

// -------------------------------------------------------------------------------------------------
// Writing groups.

// Scratch as long as the records of one group.
typedef struct scratch {
  int32_t *place;
  int64_t *wide;
  int8_t *flag;
} scratch;

static vt_error make_flags(vt_store_maker *m, hid_t at, const char *name, ptrdiff_t count,
                           const bool *flags, scratch *s) {
  if (!flags) return VT_OK;
  for (ptrdiff_t k = 0; k < count; k++) s->flag[k] = flags[k];
  return vt_make_column(m, at, name, VT_COLUMN_INT8, count, s->flag);
}

static vt_error number_nodes(vt_store_maker *m, const vt_record_group *group, bool columns,
                             bool strict, int32_t *place) {
  for (ptrdiff_t k = 0; k < group->count; k++) {
    const int node = columns ? (int)group->column[k] : group->row[k];
    VT_TRY(vt_make_number(m, node, &place[k]));
    VT_CHECK(place[k] >= 0 || !strict, VT_ERR_INPUT,
             "group '%s', record %td: found the node %s of a database that was changed after it "
             "was processed, expected processed data",
             group->name, k + 1, vt_node_text(m->set, node));
  }
  return VT_OK;
}

static vt_error make_places(vt_store_maker *m, hid_t at, const vt_record_group *group, scratch *s) {
  const bool columns = has_node_columns(group->matrix);
  if (group->matrix != VT_MATRIX_WEIGHTING) {
    VT_TRY(number_nodes(m, group, false, columns, s->place));
    VT_TRY(vt_make_column(m, at, "row", VT_COLUMN_INT32, group->count, s->place));
  }
  if (!columns)
    return vt_make_column(m, at, "column", VT_COLUMN_INT64, group->count, group->column);
  VT_TRY(number_nodes(m, group, true, true, s->place));
  return vt_make_column(m, at, "column", VT_COLUMN_INT32, group->count, s->place);
}

static vt_error make_ids(vt_store_maker *m, hid_t at, const char *name,
                         const vt_record_group *group, bool columns, scratch *s) {
  const vt_database_set *set = m->set;
  for (ptrdiff_t k = 0; k < group->count; k++) {
    const vt_node *node = &set->node[columns ? (int)group->column[k] : group->row[k]];
    s->wide[k] = node->id;
    const bool known = set->database[node->database].kind == VT_DATABASE_PACKAGE ||
                       m->place[node->database] >= 0 || !has_node_columns(group->matrix);
    VT_CHECK(known, VT_ERR_INPUT,
             "group '%s', record %td: found the id of %s, whose database was changed after it was "
             "processed, expected processed data",
             group->name, k + 1, vt_node_text(set, (int)(node - set->node)));
  }
  return vt_make_column(m, at, name, VT_COLUMN_INT64, group->count, s->wide);
}

// Ids of a loose datapackage: which nodes they are depends on what else is read with it.
static vt_error make_raw(vt_store_maker *m, hid_t at, const vt_record_group *group, scratch *s) {
  if (group->matrix != VT_MATRIX_WEIGHTING) VT_TRY(make_ids(m, at, "row", group, false, s));
  if (!has_node_columns(group->matrix))
    return vt_make_column(m, at, "column", VT_COLUMN_INT64, group->count, group->column);
  return make_ids(m, at, "column", group, true, s);
}

// The records of a group.
static vt_error make_group(vt_store_maker *m, hid_t at, int index) {
  const vt_record_group *group = &m->package->group[index];
  const ptrdiff_t count = group->count;
  scratch s;
  VT_ARENA_NEW(m->scratch, s.place, count);
  VT_ARENA_NEW(m->scratch, s.wide, count);
  VT_ARENA_NEW(m->scratch, s.flag, count);
  VT_TRY(m->loose ? make_raw(m, at, group, &s) : make_places(m, at, group, &s));
  VT_TRY(vt_make_reals(m, at, "data", count * group->columns, group->data));
  VT_TRY(make_flags(m, at, "flip", count, group->flip, &s));
  VT_TRY(make_flags(m, at, "reference", count, group->reference, &s));
  if (group->rescale) VT_TRY(vt_make_reals(m, at, "rescale", count, group->rescale));
  return group->uncertainty ? vt_make_uncertainty(m, at, count, group->uncertainty) : VT_OK;
}

static vt_error make_table(vt_store_maker *m, hid_t at, const vt_package *package) {
  enum { METHOD = VT_GROUP_COLUMNS - 1 };
  vt_stored_groups t = {0};
  VT_TRY(vt_table_create(m->scratch, VT_GROUP_COLUMNS, vt_group_columns, package->groups, &t));
  for (int g = 0; g < package->groups; g++) {
    const vt_record_group *group = &package->group[g];
    t.group[g] = group->name;
    t.matrix[g] = group->matrix_name;
    t.array[g] = group->array;
    t.single[g] = group->single;
    t.records[g] = group->count;
    t.columns[g] = group->columns;
    t.location[2 * g] = group->has_global_index;
    t.location[2 * g + 1] = group->global_index;
    t.method[g] = group->method;
    if (group->method < 0) continue;
    const char *label = m->set->method[group->method].label;
    VT_TRY(vt_digest_add(m, "of method", label, (ptrdiff_t)strlen(label)));
  }
  VT_TRY(vt_table_make(m, at, METHOD, vt_group_columns, package->groups, &t));
  // Which method it is stands in its label: the number depends on what else the store holds.
  vt_store_maker quiet = {.set = m->set};
  const vt_error error =
      vt_table_make(&quiet, at, 1, &vt_group_columns[METHOD], package->groups, &t);
  vt_text_free(&quiet.digest);
  return error;
}

static vt_error fill_package(vt_store_maker *m, hid_t at, int index) {
  const vt_package *package = &m->set->package[index];
  const int64_t rules[VT_RULES] = {package->combinatorial, package->sequential, package->sum_within,
                                   package->sum_across,    package->has_seed,   package->seed};
  m->package = package;
  VT_TRY(vt_make_texts(m, at, "name", m->pool, 1, &package->name));
  VT_TRY(vt_make_column(m, at, "rules", VT_COLUMN_INT64, VT_RULES, rules));
  VT_TRY(make_table(m, at, package));
  for (int g = 0; g < package->groups; g++)
    VT_TRY(vt_make_within(m, at, vt_numbered(g).text, make_group, g));
  return VT_OK;
}

vt_error vt_make_package(vt_store_maker *m, hid_t at, int package, bool loose) {
  m->loose = loose;
  return vt_make_within(m, at, "package", fill_package, package);
}

// -------------------------------------------------------------------------------------------------
// Reading groups.

static vt_error take_flags(vt_store *store, hid_t at, const char *name, ptrdiff_t count,
                           bool **flags) {
  int8_t *small;
  VT_TRY(vt_column_take(store, at, name, VT_COLUMN_INT8, count, &small));
  if (!small) return VT_OK;
  VT_ARENA_NEW(store->arena, *flags, count);
  for (ptrdiff_t k = 0; k < count; k++) (*flags)[k] = small[k] != 0;
  return VT_OK;
}

static vt_error resolve_number(const vt_store *store, hid_t at, const vt_numbering *from,
                               int32_t number, bool optional, int *node) {
  *node = -1;
  if (number == -1 && optional) return VT_OK;
  if (number < 0 || number >= from->nodes + from->links)
    return vt_store_fail(store, at, "row", "found a node that the store does not hold");
  *node = number < from->nodes ? from->first_node + number : from->link[number - from->nodes];
  return VT_OK;
}

// Rows and columns as nodes.
static vt_error take_nodes(vt_store *store, hid_t at, const vt_numbering *from,
                           vt_record_group *group) {
  const bool columns = has_node_columns(group->matrix);
  const ptrdiff_t count = group->count;
  int32_t *place;
  if (group->matrix != VT_MATRIX_WEIGHTING) {
    VT_TRY(vt_column_take(store, at, "row", VT_COLUMN_INT32, count, &place));
    if (!place) return vt_store_fail(store, at, "row", "found no such column");
    for (ptrdiff_t k = 0; k < count; k++)
      VT_TRY(resolve_number(store, at, from, place[k], !columns, &group->row[k]));
  }
  int64_t *plain = NULL;
  VT_TRY(columns ? vt_column_take(store, at, "column", VT_COLUMN_INT32, count, &place)
                 : vt_column_take(store, at, "column", VT_COLUMN_INT64, count, &plain));
  if (columns ? !place : !plain) return vt_store_fail(store, at, "column", "found no such column");
  for (ptrdiff_t k = 0; k < count; k++) {
    int node = 0;
    if (columns) VT_TRY(resolve_number(store, at, from, place[k], false, &node));
    group->column[k] = columns ? node : plain[k];
  }
  return VT_OK;
}

// Rows and columns as ids.
static vt_error take_raw(vt_store *store, hid_t at, const vt_record_group *group,
                         vt_raw_group *raw) {
  const ptrdiff_t count = group->count;
  int64_t *row, *column;
  VT_TRY(vt_column_take(store, at, "row", VT_COLUMN_INT64, count, &row));
  VT_TRY(vt_column_take(store, at, "column", VT_COLUMN_INT64, count, &column));
  const bool rows = row || group->matrix == VT_MATRIX_WEIGHTING;
  if (!rows || !column) return vt_store_fail(store, at, "row", "found no such column");
  VT_NEW(raw->row, count);
  VT_NEW(raw->column, count);
  if (row) memcpy(raw->row, row, (size_t)count * sizeof *row);
  memcpy(raw->column, column, (size_t)count * sizeof *column);
  for (ptrdiff_t k = 0; k < count; k++) {
    if (raw->row[k] < 0 || raw->column[k] < 0)
      return vt_store_fail(store, at, "row", "found a negative id");
  }
  return VT_OK;
}

static vt_error check_numbers(const vt_store *store, hid_t at, const vt_record_group *group) {
  bool sound = true;
  for (ptrdiff_t i = 0; i < group->count * group->columns && sound; i++)
    sound = !__builtin_isinf(group->data[i]);
  for (ptrdiff_t k = 0; k < group->count && group->rescale && sound; k++)
    sound = __builtin_isfinite(group->rescale[k]);
  return sound ? VT_OK : vt_store_fail(store, at, "data", "found a number that is not finite");
}

// A group without records has no columns at all. Its numbers come first: only then is it known that
// the file has so many records.
static vt_error take_group(vt_store *store, hid_t at, const vt_numbering *from,
                           vt_record_group *group, vt_raw_group *raw) {
  const ptrdiff_t count = group->count;
  if (count > 0) {
    VT_TRY(vt_column_take_reals(store, at, "data", count * group->columns, store->arena,
                                &group->data));
    if (!group->data) return vt_store_fail(store, at, "data", "found no such column");
  } else {
    VT_ARENA_NEW(store->arena, group->data, count);
  }
  if (!raw || count == 0) {
    VT_ARENA_NEW(store->arena, group->row, count);
    VT_ARENA_NEW(store->arena, group->column, count);
  }
  if (count == 0) return VT_OK;
  VT_TRY(raw ? take_raw(store, at, group, raw) : take_nodes(store, at, from, group));
  VT_TRY(take_flags(store, at, "flip", count, &group->flip));
  VT_TRY(take_flags(store, at, "reference", count, &group->reference));
  VT_TRY(vt_column_take_reals(store, at, "rescale", count, store->arena, &group->rescale));
  VT_TRY(check_numbers(store, at, group));
  return vt_store_take_uncertainty(store, at, count, &group->uncertainty);
}

static vt_error check_row(const vt_store *store, hid_t at, const vt_stored_groups *t, int g) {
  const int64_t records = t->records[g], columns = t->columns[g];
  const bool sound = t->group[g] && t->matrix[g] && records >= 0 && columns > 0 &&
                     records <= INT32_MAX && columns <= INT32_MAX &&
                     (t->array[g] || columns == 1) && t->method[g] >= -1 &&
                     t->method[g] < store->methods;
  return sound ? VT_OK : vt_store_fail(store, at, "records", "found an impossible group");
}

static vt_error take_groups(vt_store *store, hid_t at, const vt_numbering *from,
                            const vt_stored_groups *t, vt_package *package, vt_raw_group *raw) {
  for (int g = 0; g < package->groups; g++) {
    vt_record_group *group = &package->group[g];
    VT_TRY(check_row(store, at, t, g));
    *group = (vt_record_group){.name = t->group[g],
                               .matrix_name = t->matrix[g],
                               .matrix = vt_matrix_kind_of(t->matrix[g]),
                               .array = t->array[g] != 0,
                               .single = t->single[g] != 0,
                               .count = (ptrdiff_t)t->records[g],
                               .columns = (ptrdiff_t)t->columns[g],
                               .has_global_index = t->location[2 * g] != 0,
                               .global_index = t->location[2 * g + 1],
                               .method = t->method[g] < 0 ? -1 : store->method[t->method[g]]};
    hid_t inner;
    VT_TRY(vt_store_enter(store, at, vt_numbered(g).text, &inner));
    const vt_error error = take_group(store, inner, from, group, raw ? &raw[g] : NULL);
    (void)H5Gclose(inner);
    VT_TRY(error);
  }
  return VT_OK;
}

static vt_error take_rules(vt_store *store, hid_t at, vt_package *package) {
  int64_t *rules;
  const char **name;
  VT_TRY(vt_column_take_texts(store, at, "name", 1, &store->pool, &name));
  package->name = name[0] ? name[0] : "";
  VT_TRY(vt_column_take(store, at, "rules", VT_COLUMN_INT64, VT_RULES, &rules));
  if (!rules) return vt_store_fail(store, at, "rules", "found no such column");
  package->combinatorial = rules[0] != 0;
  package->sequential = rules[1] != 0;
  package->sum_within = rules[2] != 0;
  package->sum_across = rules[3] != 0;
  package->has_seed = rules[4] != 0;
  package->seed = rules[5];
  return VT_OK;
}

static vt_error take_package(vt_store *store, vt_database_set *set, hid_t at,
                             const vt_numbering *from, int index, vt_raw_group **raw) {
  VT_TRY(take_rules(store, at, &set->package[index]));
  vt_stored_groups t = {0};
  ptrdiff_t groups;
  VT_TRY(vt_column_take_list(store, at, "records", VT_COLUMN_INT64, store->scratch, &t.records,
                             &groups));
  if (groups > MOST_GROUPS) return vt_store_fail(store, at, "records", "found too many groups");
  if (groups > 0)
    VT_TRY(vt_table_take(store, at, VT_GROUP_COLUMNS, vt_group_columns, groups, &t, "records",
                         "found no table of groups"));
  vt_package *package = &set->package[index];
  if (raw) VT_NEW(*raw, groups);
  VT_ARENA_NEW(set->arena, package->group, groups);
  package->groups = (int)groups;
  return take_groups(store, at, from, &t, package, raw ? *raw : NULL);
}

vt_error vt_store_take_package(vt_store *store, vt_database_set *set, hid_t at,
                               const vt_numbering *numbering, int *package, vt_raw_group **raw) {
  hid_t group;
  VT_TRY(vt_store_enter(store, at, "package", &group));
  vt_error error = vt_set_add_package(set, store->path, package);
  if (error == VT_OK) error = take_package(store, set, group, numbering, *package, raw);
  (void)H5Gclose(group);
  return error;
}
