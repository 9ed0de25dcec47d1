// require.c - loading what a calculation needs: a database and all that it links to.
#include "sources.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <stdio.h>

// -------------------------------------------------------------------------------------------------
// References of JSON documents.

vt_error vt_load_labels(vt_database_set *set, int database) {
  if (set->sources->database[database].code) return VT_OK;
  if (set->sources->database[database].store >= 0) return vt_store_load_labels(set, database);
  if (set->database[database].kind != VT_DATABASE_PROJECT) return VT_OK;
  return vt_project_load_labels(set, database);
}

vt_error vt_database_load_nodes(vt_database_set *set, int database) {
  return vt_load_labels(set, database);
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
  VT_TRY(vt_load_labels(set, database));
  const int index =
      vt_labels_find(set->sources->database[database].code, code, (ptrdiff_t)strlen(code));
  if (index < 0) return fail_reference(set, database, who, code);
  *node = all->node[reference] = set->database[database].first_node + index;
  return VT_OK;
}

vt_error vt_set_add_dependency(vt_database_set *set, int database, int other) {
  vt_database *d = &set->database[database];
  if (other == database) return VT_OK;
  for (int i = 0; i < d->depend_count; i++) {
    if (d->depends[i] == other) return VT_OK;
  }
  // Sets of databases are small: the list is copied, the arena keeps the old one.
  int *list;
  VT_ARENA_NEW(set->arena, list, d->depend_count + 1);
  if (d->depend_count > 0) memcpy(list, d->depends, (size_t)d->depend_count * sizeof *list);
  list[d->depend_count++] = other;
  d->depends = list;
  return VT_OK;
}

static vt_error resolve_exchange(vt_database_set *set, int database, ptrdiff_t x) {
  const int reference = set->sources->exchange_reference[x];
  int node = set->sources->reference.node[reference];
  if (node < 0) {
    const int output = set->exchange[x].output;
    char who[512];
    (void)snprintf(who, sizeof who, "%.200s: database '%.80s', activity '%.120s', exchange %td",
                   set->database[database].path, set->database[database].name,
                   set->node[output].code, x - set->node[output].first_exchange + 1);
    VT_TRY(vt_reference_node(set, reference, who, &node));
  }
  set->exchange[x].input = node;
  return vt_set_add_dependency(set, database, set->node[node].database);
}

vt_error vt_document_resolve(vt_database_set *set, int database) {
  const vt_database_source source = set->sources->database[database];
  for (ptrdiff_t x = source.first_exchange; x < source.first_exchange + source.exchanges; x++)
    VT_TRY(resolve_exchange(set, database, x));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Records of JSON documents.

// Exchanges of one kind, then implicit production, as one group of a package.
typedef struct filling {
  vt_record_group *group;
  ptrdiff_t room;
} filling;

static vt_error start_filling(vt_database_set *set, vt_matrix_kind kind, ptrdiff_t room,
                              filling *to) {
  vt_record_group *group = to->group;
  *group = (vt_record_group){.matrix = kind,
                             .matrix_name = vt_matrix_label(kind),
                             .name = vt_matrix_label(kind),
                             .columns = 1,
                             .method = -1};
  to->room = room;
  VT_ARENA_NEW(set->arena, group->row, room);
  VT_ARENA_NEW(set->arena, group->column, room);
  VT_ARENA_NEW(set->arena, group->data, room);
  VT_ARENA_NEW(set->arena, group->flip, room);
  VT_ARENA_NEW(set->arena, group->source, room);
  return VT_OK;
}

static void put_record(filling *to, int row, int column, double value, bool flip,
                       ptrdiff_t source) {
  vt_record_group *group = to->group;
  const ptrdiff_t k = group->count++;
  group->row[k] = row;
  group->column[k] = column;
  group->data[k] = value;
  group->flip[k] = flip;
  group->source[k] = source;
}

static void put_node(const vt_database_set *set, int index, filling *technosphere,
                     filling *biosphere) {
  const vt_node *node = &set->node[index];
  bool positive = false;
  for (ptrdiff_t x = node->first_exchange; x < node->first_exchange + node->exchanges; x++) {
    const vt_exchange *exchange = &set->exchange[x];
    const bool consumed = exchange->type == VT_EXCHANGE_TECHNOSPHERE;
    const bool emitted = exchange->type == VT_EXCHANGE_BIOSPHERE;
    put_record(emitted ? biosphere : technosphere, exchange->input, index, exchange->amount,
               consumed, x);
    positive = positive || !(consumed || emitted);
  }
  if (node->type == VT_NODE_CHIMAERA && !positive)
    put_record(technosphere, index, index, 1.0, false, -1);
}

vt_error vt_document_load_records(vt_database_set *set, int database) {
  if (set->database[database].package >= 0) return VT_OK;
  int index;
  VT_TRY(vt_set_add_package(set, set->database[database].path, &index));
  vt_package *package = &set->package[index];
  package->name = set->database[database].name;
  VT_ARENA_NEW(set->arena, package->group, 2);
  const vt_database *d = &set->database[database];
  ptrdiff_t emitted = 0, all = 0;
  for (int n = d->first_node; n < d->first_node + d->nodes; n++) {
    if (set->node[n].type != VT_NODE_PROCESS && set->node[n].type != VT_NODE_CHIMAERA) continue;
    const vt_node *node = &set->node[n];
    all += node->exchanges + 1;
    for (ptrdiff_t x = node->first_exchange; x < node->first_exchange + node->exchanges; x++)
      emitted += set->exchange[x].type == VT_EXCHANGE_BIOSPHERE;
  }
  filling technosphere = {.group = &package->group[0]}, biosphere = {.group = &package->group[1]};
  VT_TRY(start_filling(set, VT_MATRIX_TECHNOSPHERE, all - emitted, &technosphere));
  VT_TRY(start_filling(set, VT_MATRIX_BIOSPHERE, emitted, &biosphere));
  for (int n = d->first_node; n < d->first_node + d->nodes; n++) {
    if (set->node[n].type != VT_NODE_PROCESS && set->node[n].type != VT_NODE_CHIMAERA) continue;
    put_node(set, n, &technosphere, &biosphere);
  }
  package->groups = 2;
  set->database[database].package = index;
  return VT_OK;
}

vt_error vt_document_load_method(vt_database_set *set, int method) {
  const int package = set->sources->factors[method];
  if (package < 0 || !set->sources->method_reference[method]) return VT_OK;
  vt_record_group *group = &set->package[package].group[0];
  char who[512];
  (void)snprintf(who, sizeof who, "%.200s: method '%.200s'", set->method[method].path,
                 set->method[method].label);
  for (ptrdiff_t k = 0; k < group->count; k++) {
    int node;
    VT_TRY(vt_reference_node(set, set->sources->method_reference[method][k], who, &node));
    group->row[k] = node;
  }
  free(set->sources->method_reference[method]);
  set->sources->method_reference[method] = NULL;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Closure.

// Databases in the order they were reached.
typedef struct closure {
  bool *seen; // shape [databases]
  int *list;  // shape [count]
  int count;
} closure;

static void reach(closure *all, int database) {
  if (all->seen[database]) return;
  all->seen[database] = true;
  all->list[all->count++] = database;
}

// Labels and links of one database, without its records.
static vt_error open_database(vt_database_set *set, int database) {
  const vt_database *d = &set->database[database];
  VT_CHECK(!d->stale, VT_ERR_INPUT,
           "%s: database '%s' was changed after it was processed (databases.json says 'dirty'), "
           "expected processed data: run bw2data.Database('%s').process() in Brightway",
           d->path, d->name, d->name);
  const char *missing = set->sources->database[database].missing;
  VT_CHECK(!missing, VT_ERR_INPUT,
           "%s: database '%s' links to database '%s', which the project does not hold", d->path,
           d->name, missing);
  VT_TRY(vt_load_labels(set, database));
  if (d->kind != VT_DATABASE_JSON || d->loaded) return VT_OK;
  return set->sources->database[database].store >= 0 ? vt_store_load_exchanges(set, database)
                                                     : vt_document_resolve(set, database);
}

static vt_error load_closure(vt_database_set *set, closure *all) {
  for (int i = 0; i < all->count; i++) {
    const int database = all->list[i];
    VT_TRY(open_database(set, database));
    for (int k = 0; k < set->database[database].depend_count; k++)
      reach(all, set->database[database].depends[k]);
  }
  // Ids of one datapackage may name nodes of any database of the closure: records come last.
  for (int i = 0; i < all->count; i++) {
    const int database = all->list[i];
    const vt_database_kind kind = set->database[database].kind;
    if (kind == VT_DATABASE_JSON) VT_TRY(vt_document_load_records(set, database));
    const bool stored = set->sources->database[database].store >= 0;
    if (kind == VT_DATABASE_PROJECT)
      VT_TRY(stored ? vt_store_load_records(set, database)
                    : vt_project_load_records(set, database));
    set->database[database].loaded = true;
  }
  return VT_OK;
}

vt_error vt_database_require(vt_database_set *set, int database) {
  if (set->database[database].loaded) return VT_OK;
  closure all = {0};
  VT_NEW(all.seen, set->databases);
  all.list = vt_calloc(set->databases, sizeof *all.list);
  vt_error error = VT_OK;
  if (!all.list)
    error = vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__, "out of memory");
  if (error == VT_OK) {
    reach(&all, database);
    error = load_closure(set, &all);
  }
  free(all.seen);
  free(all.list);
  return error;
}

// -------------------------------------------------------------------------------------------------
// Sources.

static vt_error sniff(const char *path, unsigned char head[8]) {
  FILE *file = fopen(path, "rb");
  VT_CHECK(file, VT_ERR_INPUT, "%s: cannot be opened", path);
  memset(head, 0, 8);
  const size_t got = fread(head, 1, 8, file);
  (void)fclose(file);
  VT_CHECK(got > 0, VT_ERR_INPUT, "%s: found an empty file, expected databases", path);
  return VT_OK;
}

static vt_error open_file(vt_database_set *set, const char *path) {
  unsigned char head[8];
  VT_TRY(sniff(path, head));
  if (head[0] == 'P' && head[1] == 'K') return vt_loose_open(set, path, true);
  if (head[0] == 0x1f && head[1] == 0x8b) return vt_project_open(set, path, true);
  if (vt_store_begins(head)) return vt_store_open(set, path);
  int i = head[0] == 0xef && head[1] == 0xbb && head[2] == 0xbf ? 3 : 0;
  while (i < 8 && (head[i] == ' ' || head[i] == '\n' || head[i] == '\r' || head[i] == '\t')) i++;
  if (i == 8 || head[i] == '{') return vt_document_open(set, path);
  VT_FAIL(VT_ERR_INPUT,
          "%s: found a file of another kind, expected a Brightway project folder or its backup "
          "(.tar.gz), a datapackage (zip or folder), a JSON document of databases or a store",
          path);
}

static bool holds(const char *folder, const char *name) {
  vt_files files = {0};
  const bool has = vt_files_open_folder(folder, &files) == VT_OK && vt_files_has(&files, name);
  vt_files_close(&files);
  return has;
}

static vt_error open_source(vt_database_set *set, const char *given) {
  const char *path;
  VT_TRY(vt_arena_text(set->arena, given, (ptrdiff_t)strlen(given), &path));
  struct stat info;
  VT_CHECK(stat(path, &info) == 0, VT_ERR_INPUT, "%s: no such file or folder", path);
  if (S_ISREG(info.st_mode)) return open_file(set, path);
  VT_CHECK(S_ISDIR(info.st_mode), VT_ERR_INPUT, "%s: found a device, expected a file or folder",
           path);
  if (holds(path, "datapackage.json")) return vt_loose_open(set, path, false);
  if (holds(path, "databases.json") || holds(path, "lci/databases.db"))
    return vt_project_open(set, path, false);
  if (holds(path, "A_matrix.csv")) return vt_premise_open(set, path);
  VT_FAIL(VT_ERR_INPUT,
          "%s: found neither 'databases.json' (a Brightway project) nor 'datapackage.json' (a "
          "datapackage) nor 'A_matrix.csv' (premise's matrices) in this folder",
          path);
}

static vt_error open_sources(int count, const char *const *path, vt_database_set *set) {
  VT_TRY(vt_arena_create(&set->arena));
  VT_NEW(set->sources, 1);
  VT_TRY(vt_labels_create(&set->sources->name));
  VT_TRY(vt_labels_create(&set->sources->reference.label));
  for (int i = 0; i < count; i++) VT_TRY(open_source(set, path[i]));
  VT_CHECK(set->databases + set->methods + set->packages > 0, VT_ERR_INPUT,
           "%s: found no database and no method", count > 0 ? path[0] : "no source");
  return vt_loose_resolve(set);
}

vt_error vt_database_set_read(int count, const char *const *path, vt_database_set **set) {
  *set = NULL;
  vt_database_set *made;
  VT_NEW(made, 1);
  const vt_error error = open_sources(count, path, made);
  if (error != VT_OK) {
    vt_database_set_free(made);
    VT_TRY(error);
  }
  *set = made;
  return VT_OK;
}
