// database.c - the set of all that the sources hold: growing it, finding things in it.
#include "sources.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Integers to nodes: open addressing.

static ptrdiff_t slot_of(const vt_id_map *map, int64_t id) {
  uint64_t hash = (uint64_t)id * 0x9e3779b97f4a7c15U; // the golden ratio spreads ids in a row
  hash ^= hash >> 32;
  ptrdiff_t at = (ptrdiff_t)(hash & (uint64_t)(map->slots - 1));
  while (map->node[at] >= 0 && map->id[at] != id) at = (at + 1) & (map->slots - 1);
  return at;
}

int vt_id_map_find(const vt_id_map *map, int64_t id) {
  return map->slots > 0 ? map->node[slot_of(map, id)] : -1;
}

static vt_error make_slots(vt_id_map *map, ptrdiff_t slots) {
  map->slots = slots;
  VT_NEW(map->id, slots);
  VT_NEW(map->node, slots);
  for (ptrdiff_t i = 0; i < slots; i++) map->node[i] = -1;
  return VT_OK;
}

vt_error vt_id_map_put(vt_id_map *map, int64_t id, int node) {
  if (2 * (map->count + 1) > map->slots) {
    vt_id_map larger = {.count = map->count};
    const vt_error made = make_slots(&larger, map->slots > 0 ? 2 * map->slots : 64);
    if (made != VT_OK) vt_id_map_free(&larger);
    VT_TRY(made);
    for (ptrdiff_t i = 0; i < map->slots; i++) {
      if (map->node[i] < 0) continue;
      const ptrdiff_t at = slot_of(&larger, map->id[i]);
      larger.id[at] = map->id[i];
      larger.node[at] = map->node[i];
    }
    vt_id_map_free(map);
    *map = larger;
  }
  const ptrdiff_t at = slot_of(map, id);
  map->count += map->node[at] < 0;
  map->id[at] = id;
  map->node[at] = node;
  return VT_OK;
}

void vt_id_map_free(vt_id_map *map) {
  free(map->id);
  free(map->node);
  *map = (vt_id_map){0};
}

// -------------------------------------------------------------------------------------------------
// The set.

static void free_sources(vt_database_set *set) {
  struct vt_database_sources *sources = set->sources;
  if (!sources) return;
  for (int d = 0; d < set->databases; d++) {
    if (sources->database[d].code != sources->no_code) vt_labels_free(sources->database[d].code);
  }
  vt_labels_free(sources->no_code);
  for (int f = 0; f < sources->formats; f++) {
    if (sources->format[f]->close) sources->format[f]->close(set);
  }
  for (int m = 0; m < set->methods; m++) free(sources->method_reference[m]);
  for (int p = 0; p < set->packages; p++) vt_raw_free(sources->raw[p], set->package[p].groups);
  vt_labels_free(sources->name);
  vt_labels_free(sources->reference.label);
  vt_labels_free(sources->method_key);
  free(sources->keyed);
  free(sources->reference.split);
  free(sources->reference.node);
  vt_id_map_free(&sources->loose_ids);
  free(sources->named);
  free(sources->database);
  free(sources->project);
  free(sources->exchange_reference);
  free(sources->method_reference);
  free(sources->raw);
  free(sources->factors);
  free(sources->place);
  free(sources->parameter);
  free(sources->parameter_group);
  free(sources->parameter_exchange);
  free(sources);
}

void vt_database_set_free(vt_database_set *set) {
  if (!set) return;
  free_sources(set);
  free(set->database);
  free(set->method);
  free(set->package);
  free(set->node);
  free(set->exchange);
  vt_arena_free(set->arena);
  free(set);
}

int vt_set_named(const vt_database_set *set, const char *name) {
  const int index = vt_labels_find(set->sources->name, name, (ptrdiff_t)strlen(name));
  return index < 0 ? -1 : set->sources->named[index];
}

static vt_error put_name(vt_database_set *set, const char *path, const char *name, int database,
                         const char **kept) {
  struct vt_database_sources *sources = set->sources;
  int index;
  bool added;
  VT_TRY(vt_labels_add(sources->name, name, (ptrdiff_t)strlen(name), &index, &added));
  const char *other = added ? "" : set->database[sources->named[index]].path;
  VT_CHECK(added || strcmp(other, path) != 0, VT_ERR_INPUT, "%s: found database '%s' twice", path,
           name);
  VT_CHECK(added, VT_ERR_INPUT, "%s: found database '%s', which %s holds too", path, name, other);
  VT_TRY(vt_grow(&sources->named, &sources->named_room, index + 1, sizeof *sources->named));
  sources->named[index] = database;
  *kept = vt_labels_get(sources->name, index);
  return VT_OK;
}

vt_error vt_set_add_database(vt_database_set *set, vt_database_kind kind, const char *path,
                             const char *name, int *index) {
  struct vt_database_sources *sources = set->sources;
  const ptrdiff_t needed = (ptrdiff_t)set->databases + 1;
  VT_TRY(vt_grow(&set->database, &sources->database_room, needed, sizeof *set->database));
  VT_TRY(vt_grow(&sources->database, &sources->source_room, needed, sizeof *sources->database));
  *index = set->databases;
  set->database[*index] = (vt_database){.kind = kind, .path = path, .package = -1};
  sources->database[*index] =
      (vt_database_source){.format = sources->opening, .project = -1, .store = -1};
  if (kind != VT_DATABASE_PACKAGE)
    VT_TRY(put_name(set, path, name, *index, &set->database[*index].name));
  else
    VT_TRY(vt_arena_text(set->arena, name, (ptrdiff_t)strlen(name), &set->database[*index].name));
  set->databases++;
  return VT_OK;
}

vt_error vt_set_add_node(vt_database_set *set, const vt_node *node, int *index) {
  VT_CHECK(set->nodes < INT32_MAX / 2, VT_ERR_SYSTEM, "too many nodes: %d", set->nodes);
  VT_TRY(
      vt_grow(&set->node, &set->sources->node_room, (ptrdiff_t)set->nodes + 1, sizeof *set->node));
  *index = set->nodes++;
  set->node[*index] = *node;
  return VT_OK;
}

vt_error vt_set_add_package(vt_database_set *set, const char *path, int *index) {
  struct vt_database_sources *sources = set->sources;
  const ptrdiff_t needed = (ptrdiff_t)set->packages + 1;
  VT_TRY(vt_grow(&set->package, &sources->package_room, needed, sizeof *set->package));
  VT_TRY(vt_grow(&sources->raw, &sources->raw_room, needed, sizeof *sources->raw));
  *index = set->packages++;
  sources->raw[*index] = NULL;
  set->package[*index] =
      (vt_package){.path = path, .name = "", .sum_within = true, .sum_across = false};
  return VT_OK;
}

// "a, b", or "score" for the unnamed method.
static vt_error join_parts(vt_arena *arena, int parts, const char *const *part,
                           const char **label) {
  vt_text text = {0};
  vt_error error = vt_text_add(&text, "%s", parts > 0 ? part[0] : "score");
  for (int i = 1; i < parts && error == VT_OK; i++) error = vt_text_add(&text, ", %s", part[i]);
  if (error == VT_OK) error = vt_arena_text(arena, text.bytes, text.length, label);
  vt_text_free(&text);
  return error;
}

// What tells a method from others, into `key`: its kind, its parts with their lengths.
static vt_error key_of(vt_matrix_kind kind, int parts, const char *const *part, vt_text *key) {
  VT_TRY(vt_text_add(key, "%d", (int)kind));
  for (int i = 0; i < parts; i++) VT_TRY(vt_text_add(key, " %zu:%s", strlen(part[i]), part[i]));
  return VT_OK;
}

// Of several methods of one key, which a store that was made otherwise may hold, the first counts.
static vt_error note_method(struct vt_database_sources *sources, int method, const vt_text *key) {
  int index;
  bool added;
  if (!sources->method_key) VT_TRY(vt_labels_create(&sources->method_key));
  VT_TRY(vt_labels_add(sources->method_key, key->bytes, key->length, &index, &added));
  if (!added) return VT_OK;
  VT_TRY(
      vt_grow(&sources->keyed, &sources->keyed_room, (ptrdiff_t)index + 1, sizeof *sources->keyed));
  sources->keyed[index] = method;
  return VT_OK;
}

vt_error vt_set_add_method(vt_database_set *set, vt_matrix_kind kind, const char *path, int parts,
                           const char *const *part, int *index) {
  struct vt_database_sources *sources = set->sources;
  const ptrdiff_t needed = (ptrdiff_t)set->methods + 1;
  VT_TRY(vt_grow(&set->method, &sources->method_room, needed, sizeof *set->method));
  VT_TRY(vt_grow(&sources->factors, &sources->factors_room, needed, sizeof *sources->factors));
  VT_TRY(vt_grow(&sources->place, &sources->place_room, needed, sizeof *sources->place));
  VT_TRY(vt_grow(&sources->method_reference, &sources->method_reference_room, needed,
                 sizeof *sources->method_reference));
  vt_method method = {.kind = kind, .path = path, .parts = parts, .project = -1};
  VT_ARENA_NEW(set->arena, method.part, parts);
  for (int i = 0; i < parts; i++)
    VT_TRY(vt_arena_text(set->arena, part[i], (ptrdiff_t)strlen(part[i]), &method.part[i]));
  VT_TRY(join_parts(set->arena, parts, part, &method.label));
  vt_text key = {0};
  vt_error noted = key_of(kind, parts, part, &key);
  if (noted == VT_OK) noted = note_method(sources, set->methods, &key);
  vt_text_free(&key);
  VT_TRY(noted);
  *index = set->methods++;
  set->method[*index] = method;
  sources->factors[*index] = -1;
  sources->place[*index] = (vt_method_place){.store = -1};
  sources->method_reference[*index] = NULL;
  return VT_OK;
}

vt_error vt_set_method(const vt_database_set *set, vt_matrix_kind kind, int parts,
                       const char *const *part, int *method) {
  vt_text key = {0};
  *method = -1;
  if (!set->sources->method_key) return VT_OK;
  const vt_error keyed = key_of(kind, parts, part, &key);
  const int index =
      keyed == VT_OK ? vt_labels_find(set->sources->method_key, key.bytes, key.length) : -1;
  vt_text_free(&key);
  VT_TRY(keyed);
  if (index >= 0) *method = set->sources->keyed[index];
  return VT_OK;
}

vt_error vt_set_spare_method(const vt_database_set *set, vt_matrix_kind kind, const char *path,
                             int parts, const char *const *part) {
  int method;
  VT_TRY(vt_set_method(set, kind, parts, part, &method));
  if (method < 0) return VT_OK;
  const vt_method *other = &set->method[method];
  VT_CHECK(strcmp(other->path, path) != 0, VT_ERR_INPUT, "%s: found method '%s' twice", path,
           other->label);
  VT_FAIL(VT_ERR_INPUT, "%s: found method '%s', which %s holds too", path, other->label,
          other->path);
}

// -------------------------------------------------------------------------------------------------
// Finding.

static vt_error fail_database(const vt_database_set *set, const char *name) {
  vt_nearest nearest = {.name = name};
  vt_text all = {0};
  for (int d = 0; d < set->databases; d++) {
    vt_nearest_try(&nearest, set->database[d].name);
    if (set->database[d].stem) vt_nearest_try(&nearest, set->database[d].stem);
    if (d < 12 && vt_text_add(&all, "%s'%s'", d > 0 ? ", " : "", set->database[d].name) != VT_OK)
      break;
  }
  const vt_error error =
      vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                     "database '%s' is in none of the sources, which hold %s%s%s", name,
                     set->databases > 0 && all.bytes ? all.bytes : "no database",
                     set->databases > 12 ? ", ..." : "", vt_nearest_hint(&nearest));
  vt_text_free(&all);
  return error;
}

vt_error vt_database_find(const vt_database_set *set, const char *name, int *database) {
  *database = vt_set_named(set, name);
  if (*database >= 0) return VT_OK;
  for (int d = 0; d < set->databases; d++) {
    const vt_database *loose = &set->database[d];
    const bool same = loose->kind == VT_DATABASE_PACKAGE &&
                      (strcmp(loose->name, name) == 0 || strcmp(loose->stem, name) == 0);
    if (!same) continue;
    VT_CHECK(*database < 0, VT_ERR_INPUT,
             "database '%s': found two datapackages of this name, %s and %s", name,
             set->database[*database].path, loose->path);
    *database = d;
  }
  return *database >= 0 ? VT_OK : fail_database(set, name);
}

const char *vt_node_name(const vt_node *node) {
  return node->name && node->name[0] ? node->name : node->code;
}

const char *vt_node_text(const vt_database_set *set, int node) {
  static _Thread_local char ring[4][320];
  static _Thread_local int next;
  char *text = ring[next = (next + 1) % 4];
  const vt_node *n = &set->node[node];
  const char *database = n->database >= 0 ? set->database[n->database].name : "";
  if (n->name && n->name[0])
    (void)snprintf(text, sizeof ring[0], "'%s' (%s, database '%s')", vt_cut(n->code, 80),
                   vt_cut(n->name, 120), vt_cut(database, 80));
  else
    (void)snprintf(text, sizeof ring[0], "'%s' (database '%s')", vt_cut(n->code, 80),
                   vt_cut(database, 80));
  return text;
}

// The code nearest to one that was not found, among the codes and names of a database.
static vt_error fail_node(const vt_database_set *set, int database, const char *code) {
  vt_nearest nearest = {.name = code};
  const vt_database *d = &set->database[database];
  for (int i = 0; i < d->nodes; i++) vt_nearest_try(&nearest, set->node[d->first_node + i].code);
  for (int i = 0; i < d->nodes; i++) {
    const vt_node *node = &set->node[d->first_node + i];
    VT_CHECK(!node->name || strcmp(node->name, code) != 0, VT_ERR_INPUT,
             "%s: database '%s' has no activity of the code '%s', but one of this name; did you "
             "mean '%s'?",
             d->path, d->name, code, node->code);
  }
  VT_FAIL(VT_ERR_INPUT, "%s: database '%s' has no activity of the code '%s'%s", d->path, d->name,
          code, vt_nearest_hint(&nearest));
}

// Decimal text as an id, or -1.
static int64_t id_of(const char *code) {
  int64_t id = 0;
  for (const char *c = code; *c; c++) {
    if (*c < '0' || *c > '9' || __builtin_mul_overflow(id, 10, &id) ||
        __builtin_add_overflow(id, *c - '0', &id))
      return -1;
  }
  return code[0] ? id : -1;
}

vt_error vt_node_find(const vt_database_set *set, int database, const char *code, int *node) {
  const vt_database *d = &set->database[database];
  *node = -1;
  if (d->kind == VT_DATABASE_PACKAGE) {
    *node = vt_id_map_find(&set->sources->loose_ids, id_of(code));
    VT_CHECK(*node >= 0 && set->node[*node].database == database, VT_ERR_INPUT,
             "%s: the datapackage has no node of the id '%s'", d->path, code);
    return VT_OK;
  }
  const vt_labels *codes = set->sources->database[database].code;
  VT_CHECK(codes, VT_ERR_BUG, "database '%s' is not loaded", d->name);
  const int index = vt_labels_find(codes, code, (ptrdiff_t)strlen(code));
  if (index < 0) return fail_node(set, database, code);
  *node = d->first_node + index;
  return VT_OK;
}

vt_error vt_node_find_id(const vt_database_set *set, int64_t id, int *node) {
  const struct vt_database_sources *sources = set->sources;
  *node = vt_id_map_find(&sources->loose_ids, id);
  for (int p = 0; p < sources->projects; p++) {
    const int found = vt_id_map_find(&sources->project[p].ids, id);
    if (found < 0) continue;
    VT_CHECK(*node < 0 || *node == found, VT_ERR_INPUT,
             "found the datapackage id %" PRId64 " for both %s and %s", id,
             vt_node_text(set, *node), vt_node_text(set, found));
    *node = found;
  }
  VT_CHECK(*node >= 0, VT_ERR_INPUT, "no source has the datapackage id %" PRId64, id);
  return VT_OK;
}

static bool same_text(const char *a, const char *b) {
  return strcmp(a ? a : "", b ? b : "") == 0;
}

vt_error vt_node_match(const vt_database_set *set, int node, int database, int *match) {
  const vt_node *wanted = &set->node[node];
  const vt_database *d = &set->database[database];
  *match = -1;
  for (int i = 0; i < d->nodes; i++) {
    const vt_node *other = &set->node[d->first_node + i];
    if (!same_text(wanted->name, other->name) || !same_text(wanted->product, other->product) ||
        !same_text(wanted->location, other->location))
      continue;
    VT_CHECK(*match < 0, VT_ERR_INPUT,
             "%s: database '%s' has two activities with name '%s', reference product '%s' and "
             "location '%s', expected one: '%s' and '%s'",
             d->path, d->name, vt_node_name(wanted), wanted->product ? wanted->product : "",
             wanted->location ? wanted->location : "", set->node[*match].code, other->code);
    *match = d->first_node + i;
  }
  return VT_OK;
}

vt_error vt_method_find(const vt_database_set *set, vt_matrix_kind kind, int parts,
                        const char *const *part, int *method) {
  VT_TRY(vt_set_method(set, kind, parts, part, method));
  if (*method >= 0) return VT_OK;
  VT_CHECK(parts > 0, VT_ERR_INPUT,
           "no source has a %s without identifier, expected the name of a method",
           vt_matrix_label(kind));
  const char *label;
  VT_TRY(join_parts(set->arena, parts, part, &label));
  vt_nearest nearest = {.name = label};
  const char *beginning = NULL;
  for (int m = 0; m < set->methods; m++) {
    if (set->method[m].kind != kind || set->method[m].parts == 0) continue;
    vt_nearest_try(&nearest, set->method[m].label);
    if (!beginning && strcmp(set->method[m].part[0], part[0]) == 0)
      beginning = set->method[m].label;
  }
  if (!nearest.best) nearest.best = beginning;
  VT_FAIL(VT_ERR_INPUT, "method '%s' is in none of the sources%s", label,
          vt_nearest_hint(&nearest));
}

// -------------------------------------------------------------------------------------------------
// Small parts.

vt_error vt_set_add_dependency(vt_database_set *set, int database, int other) {
  vt_database *d = &set->database[database];
  if (other == database) return VT_OK;
  for (int i = d->depend_count - 1; i >= 0; i--) {
    if (d->depends[i] == other) return VT_OK;
  }
  // There is room up to the next power of two. The list is copied, the arena keeps the old one.
  const int count = d->depend_count;
  if ((count & (count - 1)) == 0) {
    int *list;
    VT_ARENA_NEW(set->arena, list, count > 0 ? 2 * (ptrdiff_t)count : 1);
    if (count > 0) memcpy(list, d->depends, (size_t)count * sizeof *list);
    d->depends = list;
  }
  d->depends[d->depend_count++] = other;
  return VT_OK;
}

vt_error vt_parameter_add(vt_database_set *set, const vt_parameter *parameter) {
  struct vt_database_sources *sources = set->sources;
  VT_TRY(vt_grow(&sources->parameter, &sources->parameter_room, sources->parameters + 1,
                 sizeof *sources->parameter));
  sources->parameter[sources->parameters++] = *parameter;
  return VT_OK;
}

vt_error vt_parameter_add_group(vt_database_set *set, const vt_parameter_group *group) {
  struct vt_database_sources *sources = set->sources;
  VT_TRY(vt_grow(&sources->parameter_group, &sources->parameter_group_room,
                 sources->parameter_groups + 1, sizeof *sources->parameter_group));
  sources->parameter_group[sources->parameter_groups++] = *group;
  return VT_OK;
}

vt_error vt_parameter_add_exchange(vt_database_set *set, const vt_parameter_exchange *exchange) {
  struct vt_database_sources *sources = set->sources;
  VT_TRY(vt_grow(&sources->parameter_exchange, &sources->parameter_exchange_room,
                 sources->parameter_exchanges + 1, sizeof *sources->parameter_exchange));
  sources->parameter_exchange[sources->parameter_exchanges++] = *exchange;
  return VT_OK;
}

vt_error vt_set_add_project(vt_database_set *set, const char *path, int *index) {
  struct vt_database_sources *sources = set->sources;
  VT_TRY(vt_grow(&sources->project, &sources->project_room, (ptrdiff_t)sources->projects + 1,
                 sizeof *sources->project));
  *index = sources->projects++;
  sources->project[*index] = (vt_project){.path = path};
  return VT_OK;
}

const char *vt_project_path(const vt_database_set *set, int project) {
  return set->sources->project[project].path;
}

static const struct {
  vt_matrix_kind kind;
  const char *label;
} matrix_labels[] = {{VT_MATRIX_TECHNOSPHERE, "technosphere_matrix"},
                     {VT_MATRIX_BIOSPHERE, "biosphere_matrix"},
                     {VT_MATRIX_CHARACTERIZATION, "characterization_matrix"},
                     {VT_MATRIX_NORMALIZATION, "normalization_matrix"},
                     {VT_MATRIX_WEIGHTING, "weighting_matrix"},
                     {VT_MATRIX_OTHER, "matrix"}};

vt_matrix_kind vt_matrix_kind_of(const char *label) {
  for (int i = 0; i < VT_MATRIX_OTHER; i++) {
    if (strcmp(label, matrix_labels[i].label) == 0) return matrix_labels[i].kind;
  }
  return VT_MATRIX_OTHER;
}

const char *vt_matrix_label(vt_matrix_kind kind) {
  return matrix_labels[kind].label;
}

void vt_raw_free(vt_raw_group *raw, int groups) {
  if (!raw) return;
  for (int g = 0; g < groups; g++) {
    free(raw[g].row);
    free(raw[g].column);
  }
  free(raw);
}
