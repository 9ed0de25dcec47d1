// store_read.c - opening a store, and loading its databases and methods when they are needed.
//
// Opening makes places for the nodes of all databases, in the order of the store: rows and columns
// of a system do not depend on which database is loaded first. What a place holds comes later.
#include "store.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool begins(const unsigned char head[8]) {
  return memcmp(head, "\x89HDF\r\n\x1a\n", 8) == 0;
}

static void close_store(vt_store *store) {
  if (!store) return;
  if (store->file >= 0) (void)H5Fclose(store->file);
  free(store);
}

static void close_stores(vt_database_set *set) {
  for (int i = 0; i < set->sources->stores; i++) close_store(set->sources->store[i]);
  free(set->sources->store);
}

static hid_t open_file(const char *path) {
  vt_store_quiet();
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  hid_t file = -1;
  if (access >= 0 && H5Pset_file_locking(access, false, true) >= 0)
    file = H5Fopen(path, H5F_ACC_RDONLY, access);
  if (access >= 0) (void)H5Pclose(access);
  return file;
}

// The attribute that makes a file a store, or -1.
static int version_of(hid_t file) {
  int version = -1;
  if (H5Aexists(file, "vintner_store") <= 0) return -1;
  const hid_t attribute = H5Aopen(file, "vintner_store", H5P_DEFAULT);
  if (attribute < 0) return -1;
  const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  const bool plain = type >= 0 && space >= 0 && H5Tequal(type, H5T_STD_I32LE) > 0 &&
                     H5Sget_simple_extent_type(space) == H5S_SCALAR;
  if (!plain || H5Aread(attribute, H5T_STD_I32LE, &version) < 0) version = -1;
  if (type >= 0) (void)H5Tclose(type);
  if (space >= 0) (void)H5Sclose(space);
  (void)H5Aclose(attribute);
  return version;
}

// -------------------------------------------------------------------------------------------------
// Databases.

static bool is_sound_database(const vt_store *s, const vt_stored_databases *t, int i) {
  const int32_t *date = t->date + (ptrdiff_t)VT_DATE * i;
  const bool dated =
      date[0] == 0 || (date[1] >= -VT_STORE_YEARS && date[1] <= VT_STORE_YEARS && date[2] >= 0 &&
                       date[2] <= 12 && date[3] >= 0 && date[3] <= 31);
  const bool project = t->kind[i] == VT_DATABASE_PROJECT;
  const bool loose = t->kind[i] == VT_DATABASE_PACKAGE;
  return dated && t->kind[i] >= VT_DATABASE_JSON && t->kind[i] <= VT_DATABASE_PACKAGE &&
         t->name[i] && (t->stem[i] != NULL) == loose && t->nodes[i] >= 0 &&
         t->nodes[i] < INT32_MAX / 2 && (!loose || t->nodes[i] == 0) && t->exchanges[i] >= 0 &&
         t->exchanges[i] < INT32_MAX && t->records[i] >= 0 &&
         (project ? t->project[i] >= 0 && t->project[i] < s->databases : t->project[i] == -1);
}

// Places for the nodes of a database; the file bounds how many they may be.
static vt_error make_places(vt_store *s, vt_database_set *set, hid_t at, int index, int nodes) {
  s->unpacked += (uint64_t)nodes * sizeof(int64_t);
  if (vt_store_is_bomb(s)) return vt_store_fail(s, at, "nodes", "found too many nodes");
  const ptrdiff_t needed = (ptrdiff_t)set->nodes + nodes;
  VT_CHECK(needed < INT32_MAX / 2, VT_ERR_SYSTEM, "too many nodes: %td", needed);
  VT_TRY(vt_grow(&set->node, &set->sources->node_room, needed, sizeof *set->node));
  set->database[index].first_node = set->nodes;
  set->database[index].nodes = nodes;
  for (; set->nodes < needed; set->nodes++)
    set->node[set->nodes] = (vt_node){.database = index, .id = VT_NO_ID, .code = ""};
  return VT_OK;
}

static vt_error add_database(vt_store *s, vt_database_set *set, hid_t at,
                             const vt_stored_databases *t, int i) {
  if (!is_sound_database(s, t, i))
    return vt_store_fail(s, at, vt_numbered(i).text, "found an impossible database");
  int index;
  VT_TRY(vt_set_add_database(set, (vt_database_kind)t->kind[i], s->path, t->name[i], &index));
  s->database[i] = index;
  s->nodes[i] = t->nodes[i];
  s->exchanges[i] = t->exchanges[i];
  s->records[i] = t->records[i];
  vt_database *d = &set->database[index];
  const int32_t *date = t->date + (ptrdiff_t)VT_DATE * i;
  d->stem = t->stem[i];
  d->metadata = t->metadata[i];
  d->has_time = date[0] != 0;
  d->year = date[1];
  d->month = date[2];
  d->day = date[3];
  vt_database_source *source = &set->sources->database[index];
  source->store = set->sources->stores - 1;
  source->stored = i;
  if (d->kind == VT_DATABASE_PROJECT) source->project = set->sources->projects + t->project[i];
  if (t->project[i] >= s->projects) s->projects = t->project[i] + 1;
  return make_places(s, set, at, index, t->nodes[i]);
}

static vt_error link_databases(const vt_store *s, vt_database_set *set, hid_t at,
                               const vt_stored_databases *t) {
  ptrdiff_t next = 0;
  for (int i = 0; i < s->databases; i++) {
    if (t->depend_count[i] < 0 || t->depend_count[i] > t->links - next ||
        t->depend_count[i] > s->databases)
      return vt_store_fail(s, at, "depends", "found another number of them");
    for (int k = 0; k < t->depend_count[i]; k++, next++) {
      if (t->depends[next] < 0 || t->depends[next] >= s->databases)
        return vt_store_fail(s, at, "depends", "found a database that the store does not hold");
      VT_TRY(vt_set_add_dependency(set, s->database[i], s->database[t->depends[next]]));
    }
  }
  return VT_OK;
}

// Projects that the databases came from: their ids are those of one numbering each.
static vt_error add_projects(vt_store *s, vt_database_set *set) {
  s->first_project = set->sources->projects;
  for (int p = 0, index; p < s->projects; p++) VT_TRY(vt_set_add_project(set, s->path, &index));
  return VT_OK;
}

// The table of databases, and a place for each in the set.
static vt_error take_databases(vt_store *s, vt_database_set *set, hid_t at, int most) {
  vt_stored_databases t = {0};
  ptrdiff_t count;
  VT_TRY(vt_column_take_list(s, at, "kind", VT_COLUMN_INT8, s->scratch, &t.kind, &count));
  if (count > most) return vt_store_fail(s, at, "kind", "found too many databases");
  if (count == 0) return VT_OK;
  VT_ARENA_NEW(s->arena, s->database, count);
  VT_ARENA_NEW(s->arena, s->nodes, count);
  VT_ARENA_NEW(s->arena, s->exchanges, count);
  VT_ARENA_NEW(s->arena, s->records, count);
  s->databases = (int)count;
  VT_TRY(vt_table_take(s, at, VT_DATABASE_COLUMNS, vt_database_columns, count, &t, "name",
                       "found no table of databases"));
  VT_TRY(vt_column_take_list(s, at, "depends", VT_COLUMN_INT32, s->scratch, &t.depends, &t.links));
  for (int i = 0; i < s->databases; i++) VT_TRY(add_database(s, set, at, &t, i));
  VT_TRY(link_databases(s, set, at, &t));
  return add_projects(s, set);
}

// -------------------------------------------------------------------------------------------------
// Methods.

static vt_error add_method(vt_store *s, vt_database_set *set, hid_t at, const vt_stored_methods *t,
                           int i, const char **part) {
  const vt_matrix_kind kind = (vt_matrix_kind)t->kind[i];
  bool sound = t->kind[i] >= VT_MATRIX_CHARACTERIZATION && t->kind[i] <= VT_MATRIX_WEIGHTING &&
               t->factors[i] >= -1;
  for (int p = 0; p < t->parts[i]; p++) sound = sound && part[p];
  if (!sound) return vt_store_fail(s, at, vt_numbered(i).text, "found an impossible method");
  const bool loose = t->origin[i] == VT_ORIGIN_LOOSE;
  int method;
  if (!loose) VT_TRY(vt_set_spare_method(set, kind, s->path, t->parts[i], part));
  VT_TRY(vt_set_method(set, kind, t->parts[i], part, &method));
  if (method < 0) {
    VT_TRY(vt_set_add_method(set, kind, s->path, t->parts[i], part, &method));
    set->method[method].unit = t->unit[i];
  }
  s->method[i] = method;
  s->factors[i] = t->factors[i];
  if (!loose) set->sources->place[method] = (vt_method_place){set->sources->stores - 1, i};
  return VT_OK;
}

// The table of methods, and a place for each in the set.
static vt_error take_methods(vt_store *s, vt_database_set *set, hid_t at, int most) {
  vt_stored_methods t = {0};
  ptrdiff_t count, all_parts = 0;
  VT_TRY(vt_column_take_list(s, at, "kind", VT_COLUMN_INT8, s->scratch, &t.kind, &count));
  if (count > most) return vt_store_fail(s, at, "kind", "found too many methods");
  if (count == 0) return VT_OK;
  VT_ARENA_NEW(s->arena, s->method, count);
  VT_ARENA_NEW(s->arena, s->factors, count);
  s->methods = (int)count;
  VT_TRY(vt_table_take(s, at, VT_METHOD_COLUMNS, vt_method_columns, count, &t, "kind",
                       "found no table of methods"));
  for (int i = 0; i < s->methods; i++) {
    if (t.parts[i] < 0 || t.parts[i] > 100)
      return vt_store_fail(s, at, "parts", "found an impossible number");
    all_parts += t.parts[i];
  }
  VT_TRY(vt_column_take_texts(s, at, "part", all_parts, &s->pool, &t.part));
  const char **part = t.part;
  for (int i = 0; i < s->methods; part += t.parts[i++]) VT_TRY(add_method(s, set, at, &t, i, part));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Opening.

// A group of all databases or methods, or that of one; the caller closes it with H5Gclose.
static vt_error enter(const vt_store *s, const char *what, int number, hid_t *group) {
  hid_t all;
  VT_TRY(vt_store_enter(s, s->file, what, number < 0 ? group : &all));
  if (number < 0) return VT_OK;
  const vt_error error = vt_store_enter(s, all, vt_numbered(number).text, group);
  (void)H5Gclose(all);
  return error;
}

// What takes something out of a group, with scratch of its own.
typedef vt_error take_function(vt_store *s, vt_database_set *set, hid_t group, int number);

// `number` is the group in `what`, -1: that itself; `of` is the function's.
static vt_error take_from(vt_store *s, vt_database_set *set, const char *what, int number,
                          take_function *take, int of) {
  vt_arena *outer = s->scratch;
  hid_t group;
  VT_TRY(enter(s, what, number, &group));
  vt_error error = vt_arena_create(&s->scratch);
  if (error == VT_OK) error = take(s, set, group, of);
  vt_arena_free(s->scratch);
  s->scratch = outer;
  (void)H5Gclose(group);
  return error;
}

// Loose datapackages are part of every system, so they are loaded at once.
static vt_error take_loose(vt_store *s, vt_database_set *set, hid_t at, int database) {
  int package = -1;
  vt_raw_group *raw = NULL;
  const vt_error error = vt_store_take_package(s, set, at, &(vt_numbering){0}, &package, &raw);
  if (package >= 0) set->sources->raw[package] = raw;
  VT_TRY(error);
  set->database[database].package = package;
  set->database[database].loaded = true;
  return VT_OK;
}

static vt_error take_tables(vt_store *s, vt_database_set *set) {
  VT_TRY(vt_pool_take(s, s->file, &s->pool));
  VT_TRY(take_from(s, set, "databases", -1, take_databases, VT_MOST_STORED));
  VT_TRY(take_from(s, set, "methods", -1, take_methods, VT_MOST_STORED));
  for (int i = 0; i < s->databases; i++) {
    const int database = s->database[i];
    if (set->database[database].kind == VT_DATABASE_PACKAGE)
      VT_TRY(take_from(s, set, "databases", i, take_loose, database));
  }
  return VT_OK;
}

static vt_error open_store(vt_store *s, vt_database_set *set) {
  struct stat info;
  VT_CHECK(vt_is_store(s->path), VT_ERR_INPUT,
           "%s: found an HDF5 file without databases, expected a store that 'vintner import' wrote",
           s->path);
  VT_CHECK(vt_store_is_plain(s->path), VT_ERR_INPUT,
           "%s: not a sound store: found structures that 'vintner import' does not write, so the "
           "file is damaged or of another program",
           s->path);
  s->file = open_file(s->path);
  VT_CHECK(s->file >= 0 && stat(s->path, &info) == 0, VT_ERR_INPUT,
           "%s: not a sound store: HDF5 cannot open it, so the file is damaged", s->path);
  s->bytes = (uint64_t)info.st_size;
  const int version = version_of(s->file);
  VT_CHECK(version == VT_STORE_VERSION, VT_ERR_INPUT,
           "%s: found a store of version %d, expected version %d: import its sources again",
           s->path, version, VT_STORE_VERSION);
  return take_tables(s, set);
}

static vt_error open_source(vt_database_set *set, const vt_source_look *look) {
  struct vt_database_sources *sources = set->sources;
  VT_TRY(vt_grow(&sources->store, &sources->store_room, (ptrdiff_t)sources->stores + 1,
                 sizeof *sources->store));
  vt_store *store;
  VT_NEW(store, 1);
  *store = (vt_store){.path = look->path, .file = -1, .arena = set->arena};
  sources->store[sources->stores++] = store;
  return open_store(store, set);
}

// -------------------------------------------------------------------------------------------------
// Loading.

static vt_store *store_of(const vt_database_set *set, int database) {
  return set->sources->store[set->sources->database[database].store];
}

// Something out of the group of a database.
static vt_error take_from_database(vt_database_set *set, int database, take_function *take) {
  const int stored = set->sources->database[database].stored;
  return take_from(store_of(set, database), set, "databases", stored, take, database);
}

// The pool of a database: its texts are read with its nodes, and again with its exchanges.
static vt_error take_nodes(vt_store *s, vt_database_set *set, hid_t at, int database) {
  vt_pool *own = &set->sources->database[database].pool;
  VT_TRY(vt_pool_take(s, at, own));
  hid_t nodes;
  VT_TRY(vt_store_enter(s, at, "nodes", &nodes));
  const vt_error error = vt_store_take_nodes(s, set, nodes, database, own);
  (void)H5Gclose(nodes);
  return error;
}

static vt_error load_labels(vt_database_set *set, int database) {
  if (set->database[database].kind == VT_DATABASE_PACKAGE) return VT_OK;
  const vt_error error = take_from_database(set, database, take_nodes);
  if (error != VT_OK) { // half of the labels are none
    vt_labels_free(set->sources->database[database].code);
    set->sources->database[database].code = NULL;
  }
  return error;
}

// Nodes that exchanges and records name are loaded, whatever the database says of its links.
static vt_error take_linked(vt_store *s, vt_database_set *set, hid_t at, vt_numbering *numbering) {
  VT_TRY(vt_store_take_links(s, set, at, numbering));
  for (ptrdiff_t i = 0; i < numbering->links; i++)
    VT_TRY(vt_database_load_nodes(set, set->node[numbering->link[i]].database));
  return VT_OK;
}

static vt_numbering numbering_of(const vt_database *d) {
  return (vt_numbering){.first_node = d->first_node, .nodes = d->nodes};
}

static vt_error take_exchanges(vt_store *s, vt_database_set *set, hid_t at, int database) {
  vt_numbering numbering = numbering_of(&set->database[database]);
  VT_TRY(take_linked(s, set, at, &numbering));
  return vt_store_take_exchanges(s, set, at, database, &set->sources->database[database].pool,
                                 &numbering);
}

static vt_error load_exchanges(vt_database_set *set, int database) {
  if (set->sources->database[database].exchanges > 0) return VT_OK; // of an attempt that failed
  return take_from_database(set, database, take_exchanges);
}

static vt_error take_records(vt_store *s, vt_database_set *set, hid_t at, int database) {
  vt_numbering numbering = numbering_of(&set->database[database]);
  int package;
  VT_TRY(take_linked(s, set, at, &numbering));
  VT_TRY(vt_store_take_package(s, set, at, &numbering, &package, NULL));
  set->database[database].package = package;
  return VT_OK;
}

static vt_error load_records(vt_database_set *set, int database) {
  if (set->database[database].package >= 0) return VT_OK;
  return take_from_database(set, database, take_records);
}

static vt_error take_factors(vt_store *s, vt_database_set *set, hid_t at, int method) {
  vt_numbering numbering = {0};
  int package;
  VT_TRY(take_linked(s, set, at, &numbering));
  VT_TRY(vt_store_take_package(s, set, at, &numbering, &package, NULL));
  set->sources->factors[method] = package;
  return VT_OK;
}

static vt_error load_method(vt_database_set *set, int method) {
  const vt_method_place place = set->sources->place[method];
  if (place.store < 0 || set->sources->factors[method] >= 0) return VT_OK;
  vt_store *s = set->sources->store[place.store];
  return take_from(s, set, "methods", place.stored, take_factors, method);
}

// -------------------------------------------------------------------------------------------------
// What there is.

static vt_error take_hash(const vt_database_set *set, const vt_store *s, const char *what,
                          int number, const char **sha256) {
  hid_t group;
  char text[VT_STORE_NAME];
  VT_TRY(enter(s, what, number, &group));
  const vt_error error = vt_store_attribute(s, group, "sha256", text);
  (void)H5Gclose(group);
  VT_TRY(error);
  return vt_arena_text(set->arena, text, (ptrdiff_t)strlen(text), sha256);
}

ptrdiff_t vt_count_records(const vt_database_set *set, int package) {
  ptrdiff_t count = 0;
  for (int g = 0; package >= 0 && g < set->package[package].groups; g++)
    count += set->package[package].group[g].count;
  return count;
}

vt_error vt_database_summarise(const vt_database_set *set, int database,
                               vt_database_summary *summary) {
  const vt_database_source *source = &set->sources->database[database];
  const vt_database *d = &set->database[database];
  const bool json = d->kind == VT_DATABASE_JSON;
  *summary = (vt_database_summary){.exchanges = source->exchanges,
                                   .records = json ? 0 : vt_count_records(set, d->package)};
  if (source->store < 0) return VT_OK;
  const vt_store *s = store_of(set, database);
  summary->exchanges = (ptrdiff_t)s->exchanges[source->stored];
  summary->records = (ptrdiff_t)s->records[source->stored];
  return take_hash(set, s, "databases", source->stored, &summary->sha256);
}

vt_error vt_method_summarise(const vt_database_set *set, int method, vt_method_summary *summary) {
  const vt_method_place place = set->sources->place[method];
  const int package = set->sources->factors[method];
  *summary = (vt_method_summary){.factors = package >= 0 ? vt_count_records(set, package) : -1};
  if (place.store < 0) return VT_OK;
  const vt_store *s = set->sources->store[place.store];
  summary->factors = (ptrdiff_t)s->factors[place.stored];
  return take_hash(set, s, "methods", place.stored, &summary->sha256);
}

// -------------------------------------------------------------------------------------------------
// Parameters.

// The set's number of a project. Those of documents come after those of databases, and are added
// when the first parameter names them.
static vt_error find_project(vt_store *s, vt_database_set *set, int stored, int *project) {
  if (s->later_projects == 0) s->first_later = set->sources->projects;
  for (int added; s->projects + s->later_projects <= stored; s->later_projects++)
    VT_TRY(vt_set_add_project(set, s->path, &added));
  *project =
      stored < s->projects ? s->first_project + stored : s->first_later + stored - s->projects;
  return VT_OK;
}

static bool is_project(int stored) {
  return stored >= 0 && stored < VT_MOST_STORED;
}

static vt_error take_parameters(vt_store *s, vt_database_set *set, hid_t at, int unused) {
  (void)unused;
  vt_stored_parameters t = {0};
  ptrdiff_t count;
  vt_uncertainty *uncertainty;
  VT_TRY(vt_column_take_list(s, at, "scope", VT_COLUMN_INT8, s->scratch, &t.scope, &count));
  if (!t.scope) return VT_OK;
  VT_TRY(vt_table_take(s, at, VT_PARAMETER_COLUMNS, vt_parameter_columns, count, &t, "scope",
                       "found no table of parameters"));
  VT_TRY(vt_store_take_uncertainty(s, at, count, &uncertainty));
  for (ptrdiff_t i = 0; i < count; i++) {
    const bool sound = t.scope[i] >= VT_PARAMETER_PROJECT && t.scope[i] <= VT_PARAMETER_ACTIVITY &&
                       t.name[i] && is_project(t.project[i]);
    if (!sound) return vt_store_fail(s, at, "scope", "found an impossible parameter");
    vt_parameter parameter = {.scope = (vt_parameter_scope)t.scope[i],
                              .name = t.name[i],
                              .formula = t.formula[i],
                              .amount = t.amount[i],
                              .database = t.database[i],
                              .group = t.group[i],
                              .code = t.code[i],
                              .uncertainty = uncertainty ? &uncertainty[i] : NULL};
    VT_TRY(find_project(s, set, t.project[i], &parameter.project));
    VT_TRY(vt_parameter_add(set, &parameter));
  }
  return VT_OK;
}

static vt_error take_parameter_groups(vt_store *s, vt_database_set *set, hid_t at, int unused) {
  (void)unused;
  vt_stored_parameter_groups t = {0};
  ptrdiff_t count, all = 0;
  VT_TRY(vt_column_take_list(s, at, "orders", VT_COLUMN_INT32, s->scratch, &t.orders, &count));
  VT_TRY(vt_table_take(s, at, VT_PARAMETER_GROUP_COLUMNS, vt_parameter_group_columns, count, &t,
                       "orders", "found no table of groups"));
  for (ptrdiff_t i = 0; i < count; i++) {
    const bool sound = t.name[i] && t.database[i] && is_project(t.project[i]) && t.orders[i] >= 0 &&
                       t.orders[i] < VT_MOST_STORED;
    if (!sound) return vt_store_fail(s, at, "orders", "found an impossible group");
    all += t.orders[i];
  }
  VT_TRY(vt_column_take_texts(s, at, "order", all, &s->pool, &t.order));
  all = 0;
  for (ptrdiff_t i = 0; i < count; all += t.orders[i++]) {
    vt_parameter_group group = {
        .name = t.name[i], .database = t.database[i], .orders = t.orders[i]};
    VT_ARENA_NEW(s->arena, group.order, t.orders[i]);
    for (int k = 0; k < t.orders[i]; k++) {
      group.order[k] = t.order[all + k];
      if (!group.order[k]) return vt_store_fail(s, at, "order", "found a group without name");
    }
    VT_TRY(find_project(s, set, t.project[i], &group.project));
    VT_TRY(vt_parameter_add_group(set, &group));
  }
  return VT_OK;
}

static vt_error take_parameter_exchanges(vt_store *s, vt_database_set *set, hid_t at, int unused) {
  (void)unused;
  vt_stored_parameter_exchanges t = {0};
  ptrdiff_t count;
  VT_TRY(vt_column_take_list(s, at, "exchange", VT_COLUMN_INT64, s->scratch, &t.exchange, &count));
  VT_TRY(vt_table_take(s, at, VT_PARAMETER_EXCHANGE_COLUMNS, vt_parameter_exchange_columns, count,
                       &t, "exchange", "found no table of exchanges"));
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_parameter_exchange exchange = {
        .group = t.group[i], .formula = t.formula[i], .exchange = t.exchange[i]};
    if (!exchange.group || !exchange.formula || !is_project(t.project[i]))
      return vt_store_fail(s, at, "exchange", "found an impossible exchange");
    VT_TRY(find_project(s, set, t.project[i], &exchange.project));
    VT_TRY(vt_parameter_add_exchange(set, &exchange));
  }
  return VT_OK;
}

// Of a table that is not in all stores.
static vt_error take_if_there(vt_store *s, vt_database_set *set, const char *table,
                              take_function *take) {
  return vt_store_has(s->file, table) ? take_from(s, set, table, -1, take, 0) : VT_OK;
}

static vt_error load_parameters(vt_database_set *set) {
  for (int i = 0; i < set->sources->stores; i++) {
    vt_store *s = set->sources->store[i];
    VT_TRY(take_from(s, set, "parameters", -1, take_parameters, 0));
    VT_TRY(take_if_there(s, set, "parameter_groups", take_parameter_groups));
    VT_TRY(take_if_there(s, set, "parameter_exchanges", take_parameter_exchanges));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The format.

static bool recognises(const vt_source_look *look) {
  return !look->folder && begins(look->head);
}

static vt_error load_any_records(vt_database_set *set, int database) {
  const bool exchanges = set->database[database].kind == VT_DATABASE_JSON;
  return (exchanges ? vt_exchange_records : load_records)(set, database);
}

const vt_source_format vt_format_store = {.recognises = recognises,
                                          .open = open_source,
                                          .load_labels = load_labels,
                                          .load_exchanges = load_exchanges,
                                          .load_records = load_any_records,
                                          .load_method = load_method,
                                          .load_parameters = load_parameters,
                                          .close = close_stores};

vt_error vt_database_set_read(int count, const char *const *path, vt_database_set **set) {
  static const vt_source_format *const formats[] = {&vt_format_package, &vt_format_project,
                                                    &vt_format_store, &vt_format_document,
                                                    &vt_format_premise};
  return vt_set_read((int)(sizeof formats / sizeof *formats), formats, count, path, set);
}
