// loose.c - datapackages without a project: their ids become nodes once all sources are read.
#include "sources.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The name of a file or folder without its folder and without .zip.
static vt_error take_stem(vt_database_set *set, const char *path, const char **stem) {
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') length--;
  const char *first = memrchr(path, '/', length);
  first = first ? first + 1 : path;
  size_t left = length - (size_t)(first - path);
  if (left > 4 && memcmp(first + left - 4, ".zip", 4) == 0) left -= 4;
  return vt_arena_text(set->arena, first, (ptrdiff_t)left, stem);
}

static vt_error read_loose(vt_database_set *set, const vt_files *files, const char *path) {
  int package = -1, database;
  vt_raw_group *raw = NULL;
  const vt_error error = vt_package_read(set, files, path, -1, &package, &raw);
  if (package >= 0) set->sources->raw[package] = raw;
  VT_TRY(error);
  const char *stem;
  VT_TRY(take_stem(set, path, &stem));
  const char *name = set->package[package].name[0] ? set->package[package].name : stem;
  VT_TRY(vt_set_add_database(set, VT_DATABASE_PACKAGE, path, name, &database));
  set->database[database].stem = stem;
  set->database[database].package = package;
  set->database[database].loaded = true;
  return VT_OK;
}

static bool recognises(const vt_source_look *look) {
  if (look->folder) return vt_folder_holds(look->path, "datapackage.json");
  return look->head[0] == 'P' && look->head[1] == 'K';
}

static vt_error open_loose(vt_database_set *set, const vt_source_look *look) {
  const char *path = look->path;
  vt_files files = {0};
  vt_error error =
      !look->folder ? vt_files_open_zip(path, NULL, 0, &files) : vt_files_open_folder(path, &files);
  if (error == VT_OK) error = read_loose(set, &files, path);
  vt_files_close(&files);
  return error;
}

const vt_source_format vt_format_package = {.recognises = recognises, .open = open_loose};

// -------------------------------------------------------------------------------------------------
// Ids to nodes.

// The node of an id: of the one project that has it, else a node of its own.
static vt_error loose_node(vt_database_set *set, int database, int64_t id, int *node) {
  struct vt_database_sources *sources = set->sources;
  *node = vt_id_map_find(&sources->loose_ids, id);
  if (*node >= 0) return VT_OK;
  for (int p = 0; p < sources->projects; p++) {
    const int found = vt_id_map_find(&sources->project[p].ids, id);
    if (found < 0) continue;
    VT_CHECK(*node < 0, VT_ERR_INPUT,
             "%s: found the id %" PRId64 ", which both %s and %s hold, expected one project that "
             "has it",
             set->database[database].path, id, sources->project[p].path,
             set->database[set->node[*node].database].path);
    *node = found;
  }
  if (*node < 0) {
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, id);
    vt_node made = {.database = database, .id = id};
    VT_TRY(vt_arena_text(set->arena, text, (ptrdiff_t)strlen(text), &made.code));
    VT_TRY(vt_set_add_node(set, &made, node));
  }
  return vt_id_map_put(&sources->loose_ids, id, *node);
}

static bool has_node_columns(vt_matrix_kind kind) {
  return kind == VT_MATRIX_TECHNOSPHERE || kind == VT_MATRIX_BIOSPHERE || kind == VT_MATRIX_OTHER;
}

static vt_error resolve_group(vt_database_set *set, int database, vt_record_group *group,
                              const vt_raw_group *raw) {
  VT_ARENA_NEW(set->arena, group->row, group->count);
  VT_ARENA_NEW(set->arena, group->column, group->count);
  for (ptrdiff_t k = 0; k < group->count; k++) {
    group->column[k] = raw->column[k];
    if (group->matrix == VT_MATRIX_WEIGHTING) continue;
    VT_TRY(loose_node(set, database, raw->row[k], &group->row[k]));
    if (!has_node_columns(group->matrix)) continue;
    // Records of one column mostly follow each other.
    int column = k > 0 && raw->column[k] == raw->column[k - 1] ? (int)group->column[k - 1] : -1;
    if (column < 0) VT_TRY(loose_node(set, database, raw->column[k], &column));
    group->column[k] = column;
  }
  return VT_OK;
}

// Claims on nodes, the better first: a package that makes a product or lists what a process makes
// is their home; one that only uses or changes them is so if there is no other.
typedef struct homes {
  signed char *claim; // 0: none yet; shape [nodes]
} homes;

static void claim(vt_database_set *set, homes *all, int node, int database, signed char strength) {
  if (set->database[set->node[node].database].kind != VT_DATABASE_PACKAGE) return;
  if (all->claim[node] >= strength) return;
  all->claim[node] = strength;
  set->node[node].database = database;
}

static void claim_group(vt_database_set *set, homes *all, int database,
                        const vt_record_group *group) {
  for (ptrdiff_t k = 0; k < group->count && group->matrix != VT_MATRIX_WEIGHTING; k++) {
    const bool made = group->matrix == VT_MATRIX_TECHNOSPHERE && !(group->flip && group->flip[k]);
    claim(set, all, group->row[k], database, made ? 2 : 1);
    if (has_node_columns(group->matrix))
      claim(set, all, (int)group->column[k], database, made ? 2 : 1);
  }
}

static void set_type(vt_node *node, bool column) {
  const bool other = column ? node->type == VT_NODE_PRODUCT : node->type == VT_NODE_PROCESS;
  if (node->type == VT_NODE_CHIMAERA) return;
  node->type = other ? VT_NODE_CHIMAERA : column ? VT_NODE_PROCESS : VT_NODE_PRODUCT;
}

// Types of nodes that no project knows, out of the places they have.
static void type_nodes(vt_database_set *set, const vt_record_group *group) {
  if (group->matrix != VT_MATRIX_TECHNOSPHERE) return;
  for (ptrdiff_t k = 0; k < group->count; k++) {
    const int place[2] = {group->row[k], (int)group->column[k]};
    for (int i = 0; i < 2; i++) {
      vt_node *node = &set->node[place[i]];
      if (set->database[node->database].kind == VT_DATABASE_PACKAGE) set_type(node, i == 1);
    }
  }
}

static vt_error resolve_all(vt_database_set *set, homes *all) {
  for (int d = 0; d < set->databases; d++) {
    if (set->database[d].kind != VT_DATABASE_PACKAGE) continue;
    const int p = set->database[d].package;
    for (int g = 0; g < set->package[p].groups; g++)
      VT_TRY(resolve_group(set, d, &set->package[p].group[g], &set->sources->raw[p][g]));
    vt_raw_free(set->sources->raw[p], set->package[p].groups);
    set->sources->raw[p] = NULL;
  }
  VT_NEW(all->claim, set->nodes);
  for (int d = 0; d < set->databases; d++) {
    if (set->database[d].kind != VT_DATABASE_PACKAGE) continue;
    const vt_package *package = &set->package[set->database[d].package];
    for (int g = 0; g < package->groups; g++) {
      claim_group(set, all, d, &package->group[g]);
      type_nodes(set, &package->group[g]);
    }
  }
  return VT_OK;
}

vt_error vt_loose_resolve(vt_database_set *set) {
  bool loose = false;
  for (int d = 0; d < set->databases; d++)
    loose = loose || set->database[d].kind == VT_DATABASE_PACKAGE;
  if (!loose) return VT_OK;
  // Which nodes an id means must not depend on what else was loaded before.
  for (int d = 0; d < set->databases; d++) {
    if (set->database[d].kind == VT_DATABASE_PROJECT) VT_TRY(vt_database_load_nodes(set, d));
  }
  homes all = {0};
  const vt_error error = resolve_all(set, &all);
  free(all.claim);
  return error;
}

vt_error vt_project_resolve(vt_database_set *set, int project, int package,
                            const vt_raw_group *raw) {
  const vt_id_map *ids = &set->sources->project[project].ids;
  for (int g = 0; g < set->package[package].groups; g++) {
    vt_record_group *group = &set->package[package].group[g];
    VT_ARENA_NEW(set->arena, group->row, group->count);
    VT_ARENA_NEW(set->arena, group->column, group->count);
    for (ptrdiff_t k = 0; k < group->count; k++) {
      group->column[k] = raw[g].column[k];
      if (group->matrix == VT_MATRIX_WEIGHTING) continue;
      group->row[k] = vt_id_map_find(ids, raw[g].row[k]);
      const bool same = k > 0 && raw[g].column[k] == raw[g].column[k - 1];
      if (has_node_columns(group->matrix))
        group->column[k] = same ? group->column[k - 1] : vt_id_map_find(ids, raw[g].column[k]);
      // Factors of flows that are not loaded cannot matter.
      const bool known = group->row[k] >= 0 && group->column[k] >= 0;
      VT_CHECK(known || !has_node_columns(group->matrix), VT_ERR_INPUT,
               "%s: group '%s', record %td: found the ids %" PRId64 ", %" PRId64
               ", which are not all in the project's lci/databases.db",
               set->package[package].path, group->name, k + 1, raw[g].row[k], raw[g].column[k]);
    }
  }
  return VT_OK;
}
