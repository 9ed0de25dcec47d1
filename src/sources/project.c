// project.c - Brightway projects, as folders or backups: which databases and methods there are, and
// their labels and datapackages when they are needed.
//
// Pickles are left alone: what only they hold (units, exchanges) is not read.
#include "sources.h"

#include <json-c/json.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static vt_error open_labels(vt_project *project) {
  vt_sqlite *labels = &project->files->labels;
  const char *name = "lci/databases.db";
  if (labels->handle) return VT_OK;
  VT_CHECK(vt_files_has(&project->files->files, name), VT_ERR_INPUT,
           "%s: found no 'lci/databases.db' in the project", project->path);
  VT_TRY(vt_sqlite_open(&project->files->files, name, "cannot be opened", labels));
  bool has;
  VT_TRY(vt_sqlite_has_table(labels, "activitydataset", &has));
  VT_CHECK(has, VT_ERR_INPUT,
           "%s: lci/databases.db: found no table 'activitydataset', expected Brightway's labels",
           project->path);
  return VT_OK;
}

static void close_projects(vt_database_set *set) {
  for (int p = 0; p < set->sources->projects; p++) {
    vt_project *project = &set->sources->project[p];
    if (project->files) {
      (void)sqlite3_close(project->files->labels.handle);
      vt_files_close(&project->files->files);
    }
    free(project->files);
    vt_id_map_free(&project->ids);
  }
}

// -------------------------------------------------------------------------------------------------
// Labels.

static vt_node_type type_of(const char *name) {
  if (!name) return VT_NODE_OTHER;
  if (strcmp(name, "process") == 0) return VT_NODE_PROCESS;
  if (strcmp(name, "processwithreferenceproduct") == 0) return VT_NODE_CHIMAERA;
  return strcmp(name, "product") == 0 ? VT_NODE_PRODUCT : VT_NODE_OTHER;
}

// One row: id, code, name, location, product, type.
static vt_error add_row(vt_database_set *set, int database, vt_project *project,
                        sqlite3_stmt *query) {
  vt_node node = {.database = database, .id = sqlite3_column_int64(query, 0)};
  const char *path = project->path, *name = set->database[database].name, *code;
  ptrdiff_t length;
  vt_sqlite *labels = &project->files->labels;
  VT_TRY(vt_sqlite_look(labels, query, 1, &code, &length));
  VT_CHECK(code && node.id >= 0 && sqlite3_column_type(query, 0) == SQLITE_INTEGER, VT_ERR_INPUT,
           "%s: lci/databases.db: database '%s': found a node without code, or with an id that is "
           "negative or no whole number",
           path, name);
  int label, index;
  bool added;
  VT_TRY(vt_labels_add(set->sources->database[database].code, code, length, &label, &added));
  node.code = vt_labels_get(set->sources->database[database].code, label);
  VT_CHECK(added && vt_id_map_find(&project->ids, node.id) < 0, VT_ERR_INPUT,
           "%s: lci/databases.db: database '%s': found the code '%s' or its id twice", path, name,
           node.code);
  const char **text[] = {&node.name, &node.location, &node.product, &node.type_name};
  for (int i = 0; i < 4; i++) VT_TRY(vt_sqlite_text(labels, set->arena, query, 2 + i, text[i]));
  node.type = type_of(node.type_name);
  VT_TRY(vt_set_add_node(set, &node, &index));
  return vt_id_map_put(&project->ids, node.id, index);
}

static vt_error add_rows(vt_database_set *set, int database, vt_project *project,
                         sqlite3_stmt *query) {
  const char *name = set->database[database].name;
  if (sqlite3_bind_text(query, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)
    return vt_sqlite_fail(&project->files->labels, "cannot be read");
  VT_TRY(vt_labels_create(&set->sources->database[database].code));
  set->database[database].first_node = set->nodes;
  int code;
  while ((code = sqlite3_step(query)) == SQLITE_ROW) VT_TRY(add_row(set, database, project, query));
  if (code != SQLITE_DONE) return vt_sqlite_fail(&project->files->labels, "cannot be read");
  set->database[database].nodes = set->nodes - set->database[database].first_node;
  return VT_OK;
}

static vt_error load_labels(vt_database_set *set, int database) {
  struct vt_database_sources *sources = set->sources;
  if (sources->database[database].code) return VT_OK;
  vt_project *project = &sources->project[sources->database[database].project];
  VT_TRY(open_labels(project));
  sqlite3_stmt *query;
  const char *text = "SELECT id, code, name, location, product, type FROM activitydataset "
                     "WHERE database = ?1 ORDER BY id";
  vt_error error = vt_sqlite_prepare(&project->files->labels, text, "cannot be read", &query);
  if (error == VT_OK) error = add_rows(set, database, project, query);
  (void)sqlite3_finalize(query);
  return error;
}

static vt_error load_all_labels(vt_database_set *set, int project) {
  for (int d = 0; d < set->databases; d++) {
    if (set->sources->database[d].project == project) VT_TRY(load_labels(set, d));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Datapackages of a project.

// Whether every node of a package is loaded.
static bool is_known(const vt_id_map *ids, const vt_package *package, const vt_raw_group *raw) {
  for (int g = 0; g < package->groups; g++) {
    const vt_record_group *group = &package->group[g];
    const bool columns = group->matrix < VT_MATRIX_CHARACTERIZATION;
    for (ptrdiff_t k = 0; k < group->count && group->matrix != VT_MATRIX_WEIGHTING; k++) {
      if (vt_id_map_find(ids, raw[g].row[k]) < 0) return false;
      if (columns && vt_id_map_find(ids, raw[g].column[k]) < 0) return false;
    }
  }
  return true;
}

static vt_error read_member(vt_database_set *set, int project, const char *file, int method,
                            vt_files *zip, vt_content *content, int *package, vt_raw_group **raw) {
  const vt_project *p = &set->sources->project[project];
  vt_text where = {0};
  const char *path;
  VT_TRY(vt_files_stay(&p->files->files, file));
  VT_TRY(vt_text_add(&where, "%s/%s", p->path, file));
  const vt_error copied = vt_arena_text(set->arena, where.bytes, where.length, &path);
  vt_text_free(&where);
  VT_TRY(copied);
  if (p->files->files.name) {
    VT_TRY(vt_files_read(&p->files->files, file, content));
    VT_TRY(vt_files_open_zip(path, content->bytes, content->length, zip));
  } else {
    VT_TRY(vt_files_open_zip(path, NULL, 0, zip));
  }
  return vt_package_read(set, zip, path, method, package, raw);
}

// Read a datapackage of a project; its nodes are those of the project.
static vt_error load_package(vt_database_set *set, int project, const char *file, int method,
                             int *package) {
  vt_files zip = {0};
  vt_content content = {0};
  vt_raw_group *raw = NULL;
  *package = -1;
  vt_error error = read_member(set, project, file, method, &zip, &content, package, &raw);
  const vt_id_map *ids = &set->sources->project[project].ids;
  if (error == VT_OK && !is_known(ids, &set->package[*package], raw))
    error = load_all_labels(set, project);
  if (error == VT_OK) error = vt_project_resolve(set, project, *package, raw);
  vt_raw_free(raw, *package >= 0 ? set->package[*package].groups : 0);
  vt_files_close(&zip);
  vt_content_free(&content);
  return error;
}

static vt_error load_records(vt_database_set *set, int database) {
  if (set->database[database].package >= 0) return VT_OK;
  const vt_database_source *source = &set->sources->database[database];
  VT_CHECK(source->file, VT_ERR_INPUT,
           "%s: found no datapackage of database '%s' in 'processed', expected one: run "
           "bw2data.Database('%s').process() in Brightway",
           set->database[database].path, set->database[database].name,
           set->database[database].name);
  return load_package(set, source->project, source->file, -1, &set->database[database].package);
}

static vt_error load_method(vt_database_set *set, int method) {
  vt_method *m = &set->method[method];
  if (m->project < 0 || set->sources->factors[method] >= 0) return VT_OK;
  int package;
  VT_TRY(load_package(set, m->project, m->file, method, &package));
  set->sources->factors[method] = package;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// What there is.

static vt_error find_processed(vt_database_set *set, int index, const vt_files *files) {
  const char *name = set->database[index].name;
  char md5[33], ending[40];
  vt_md5(name, (ptrdiff_t)strlen(name), md5);
  vt_text file = {0};
  (void)snprintf(ending, sizeof ending, ".%.8s.zip", md5);
  vt_error error = vt_files_find(files, "processed", ending, &file);
  if (error == VT_OK && file.length == 0) {
    (void)snprintf(ending, sizeof ending, ".%s.zip", md5);
    error = vt_files_find(files, "processed", ending, &file);
  }
  if (error == VT_OK && file.length > 0)
    error = vt_arena_text(set->arena, file.bytes, file.length, &set->sources->database[index].file);
  vt_text_free(&file);
  return error;
}

static vt_error add_database(vt_database_set *set, int project, const char *name,
                             struct json_object *value) {
  const vt_project *p = &set->sources->project[project];
  VT_CHECK(json_object_is_type(value, json_type_object), VT_ERR_INPUT,
           "%s/databases.json: database '%s': found %s, expected an object", p->path, name,
           vt_json_show(value));
  int index;
  VT_TRY(vt_set_add_database(set, VT_DATABASE_PROJECT, p->path, name, &index));
  set->sources->database[index].project = project;
  vt_database *database = &set->database[index];
  struct json_object *dirty = json_object_object_get(value, "dirty");
  VT_CHECK(!dirty || json_object_is_type(dirty, json_type_boolean), VT_ERR_INPUT,
           "%s/databases.json: database '%s': found %s as 'dirty', expected true or false", p->path,
           name, vt_json_show(dirty));
  database->stale = json_object_get_boolean(dirty);
  const char *text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
  VT_CHECK(text, VT_ERR_SYSTEM, "out of memory");
  VT_TRY(vt_arena_text(set->arena, text, (ptrdiff_t)strlen(text), &database->metadata));
  VT_TRY(vt_take_time(database, json_object_object_get(value, "representative_time")));
  return find_processed(set, index, &p->files->files);
}

// Names in `depends` to databases, once all are known.
static vt_error link_database(vt_database_set *set, const char *name, struct json_object *value) {
  const int database = vt_set_named(set, name);
  const char *path = set->database[database].path;
  struct json_object *list = json_object_object_get(value, "depends");
  if (!list) return VT_OK;
  VT_CHECK(json_object_is_type(list, json_type_array), VT_ERR_INPUT,
           "%s: database '%s': found %s as 'depends', expected a list of names", path, name,
           vt_json_show(list));
  for (size_t i = 0; i < json_object_array_length(list); i++) {
    struct json_object *item = json_object_array_get_idx(list, i);
    VT_CHECK(json_object_is_type(item, json_type_string), VT_ERR_INPUT,
             "%s: database '%s': found %s in 'depends', expected names", path, name,
             vt_json_show(item));
    const char *other = json_object_get_string(item);
    const int index = vt_set_named(set, other);
    if (index >= 0)
      VT_TRY(vt_set_add_dependency(set, database, index));
    else
      VT_TRY(vt_arena_text(set->arena, other, (ptrdiff_t)strlen(other),
                           &set->sources->database[database].missing));
  }
  return VT_OK;
}

// What to do with the entry of a database.
typedef vt_error (*database_action)(vt_database_set *set, int project, const char *name,
                                    struct json_object *value);

static vt_error link_entry(vt_database_set *set, int project, const char *name,
                           struct json_object *value) {
  (void)project;
  return link_database(set, name, value);
}

static vt_error for_each_database(vt_database_set *set, int project, vt_json *json,
                                  database_action act) {
  vt_json_walk walk;
  VT_TRY(vt_json_enter(json, vt_json_whole(json), &walk));
  for (;;) {
    struct json_object *piece;
    VT_TRY(vt_json_next_piece(json, &walk, &piece, NULL));
    if (!piece) return VT_OK;
    json_object_object_foreach(piece, name, value) {
      VT_TRY(act(set, project, name, value));
    }
  }
}

// [[name, {abbreviation, unit}], ...]
static vt_error add_method(vt_database_set *set, int project, vt_matrix_kind kind,
                           const char *where, struct json_object *pair) {
  struct json_object *name = NULL, *data = NULL;
  if (json_object_is_type(pair, json_type_array) && json_object_array_length(pair) == 2) {
    name = json_object_array_get_idx(pair, 0);
    data = json_object_array_get_idx(pair, 1);
  }
  struct json_object *file = NULL, *unit = NULL;
  if (json_object_is_type(data, json_type_object)) {
    file = json_object_object_get(data, "abbreviation");
    unit = json_object_object_get(data, "unit");
  }
  VT_CHECK(json_object_is_type(file, json_type_string), VT_ERR_INPUT,
           "%s: found a method without abbreviation, expected [name, {abbreviation, ...}]", where);
  int parts, method;
  const char **part;
  VT_TRY(vt_parts_of(set->arena, where, name, &parts, &part));
  VT_TRY(vt_set_spare_method(set, kind, where, parts, part));
  VT_TRY(vt_set_add_method(set, kind, where, parts, part, &method));
  set->method[method].project = project;
  char text[512];
  const int length = snprintf(text, sizeof text, "processed/%s.zip", json_object_get_string(file));
  VT_CHECK(length > 0 && (size_t)length < sizeof text, VT_ERR_INPUT,
           "%s: found an abbreviation of %d bytes", where, length);
  VT_TRY(vt_arena_text(set->arena, text, length, &set->method[method].file));
  if (json_object_is_type(unit, json_type_string))
    VT_TRY(vt_arena_text(set->arena, json_object_get_string(unit), json_object_get_string_len(unit),
                         &set->method[method].unit));
  return VT_OK;
}

// What to do with one of the project's JSON files.
typedef struct json_task {
  vt_database_set *set;
  int project;
  vt_matrix_kind kind; // of methods; VT_MATRIX_OTHER: databases
  const char *where;
} json_task;

static vt_error add_methods(const json_task *task, vt_json *json) {
  vt_json_walk walk;
  VT_TRY(vt_json_enter_list(json, vt_json_whole(json), &walk));
  for (;;) {
    struct json_object *list, *value;
    vt_json_span large;
    VT_TRY(vt_json_next_items(json, &walk, &list, &large));
    if (!list && !large.first) return VT_OK;
    const size_t items = list ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < items; i++)
      VT_TRY(add_method(task->set, task->project, task->kind, task->where,
                        json_object_array_get_idx(list, i)));
    if (!large.first) continue;
    VT_TRY(vt_json_parse(json, large, &value));
    VT_TRY(add_method(task->set, task->project, task->kind, task->where, value));
  }
}

static vt_error parse_json(const json_task *task, vt_json *json, const vt_content *content) {
  VT_TRY(vt_json_open(task->where, content->bytes, content->length, json));
  if (task->kind != VT_MATRIX_OTHER) return add_methods(task, json);
  VT_TRY(for_each_database(task->set, task->project, json, add_database));
  return for_each_database(task->set, task->project, json, link_entry);
}

static vt_error read_json(vt_database_set *set, int project, const char *name,
                          vt_matrix_kind kind) {
  const vt_project *p = &set->sources->project[project];
  if (!vt_files_has(&p->files->files, name)) return VT_OK;
  char text[4096];
  (void)snprintf(text, sizeof text, "%s/%s", p->path, name);
  json_task task = {.set = set, .project = project, .kind = kind};
  VT_TRY(vt_arena_text(set->arena, text, (ptrdiff_t)strlen(text), &task.where));
  vt_content content;
  vt_json json = {0};
  vt_error error = vt_files_read(&p->files->files, name, &content);
  if (error == VT_OK) error = parse_json(&task, &json, &content);
  vt_json_close(&json);
  vt_content_free(&content);
  return error;
}

// Projects of newer versions may keep what databases.json says in a table instead.
static vt_error parse_depends(const char *where, const char *text, ptrdiff_t length,
                              struct json_object **list) {
  vt_json json = {0};
  struct json_object *value = NULL;
  vt_error error = vt_json_open(where, text, length, &json);
  if (error == VT_OK) error = vt_json_parse(&json, vt_json_whole(&json), &value);
  if (error == VT_OK) *list = json_object_get(value);
  vt_json_close(&json);
  return error;
}

static vt_error add_member(struct json_object *to, const char *name, struct json_object *value) {
  if (json_object_object_add(to, name, value) == 0) return VT_OK;
  (void)json_object_put(value);
  VT_FAIL(VT_ERR_SYSTEM, "out of memory for a JSON object");
}

// One row: name, depends, dirty.
static vt_error collect_record(const vt_project *project, sqlite3_stmt *query,
                               struct json_object *all) {
  vt_sqlite *labels = &project->files->labels;
  const char *name, *depends;
  ptrdiff_t length;
  VT_TRY(vt_sqlite_look(labels, query, 0, &name, &length));
  VT_CHECK(name, VT_ERR_INPUT, "%s: lci/databases.db: found a database without name",
           project->path);
  VT_CHECK(!json_object_object_get_ex(all, name, NULL), VT_ERR_INPUT,
           "%s: lci/databases.db: table 'databaserecord': found '%s' twice, expected once",
           project->path, name);
  struct json_object *record = json_object_new_object(), *list = NULL;
  VT_CHECK(record, VT_ERR_SYSTEM, "out of memory for a JSON object");
  VT_TRY(add_member(all, name, record));
  VT_TRY(vt_sqlite_look(labels, query, 1, &depends, &length));
  char where[512];
  (void)snprintf(where, sizeof where, "%s: lci/databases.db: depends of '%s'",
                 vt_cut(project->path, 300), vt_cut(name, 100));
  if (depends) VT_TRY(parse_depends(where, depends, length, &list));
  VT_TRY(add_member(record, "depends", list));
  const int type = sqlite3_column_type(query, 2);
  VT_CHECK(type == SQLITE_NULL || type == SQLITE_INTEGER, VT_ERR_INPUT,
           "%s: lci/databases.db: database '%s': found no truth value as 'dirty'", project->path,
           name);
  struct json_object *dirty = json_object_new_boolean(sqlite3_column_int64(query, 2) != 0);
  VT_CHECK(dirty, VT_ERR_SYSTEM, "out of memory for a JSON object");
  return add_member(record, "dirty", dirty);
}

static vt_error collect_records(const vt_project *project, sqlite3_stmt *query,
                                struct json_object *all) {
  int code;
  while ((code = sqlite3_step(query)) == SQLITE_ROW) VT_TRY(collect_record(project, query, all));
  if (code != SQLITE_DONE) return vt_sqlite_fail(&project->files->labels, "cannot be read");
  return VT_OK;
}

static vt_error add_records(vt_database_set *set, int project, struct json_object *all) {
  json_object_object_foreach(all, name, value) {
    VT_TRY(add_database(set, project, name, value));
  }
  json_object_object_foreach(all, known, entry) {
    VT_TRY(link_database(set, known, entry));
  }
  return VT_OK;
}

static vt_error read_records(vt_database_set *set, int index, struct json_object *all) {
  vt_project *project = &set->sources->project[index];
  VT_TRY(open_labels(project));
  bool has;
  VT_TRY(vt_sqlite_has_table(&project->files->labels, "databaserecord", &has));
  VT_CHECK(has, VT_ERR_INPUT,
           "%s: found neither 'databases.json' nor a table 'databaserecord' in the project",
           project->path);
  sqlite3_stmt *query;
  const char *text = "SELECT name, depends, dirty FROM databaserecord ORDER BY name";
  vt_error error = vt_sqlite_prepare(&project->files->labels, text, "cannot be read", &query);
  if (error == VT_OK) error = collect_records(project, query, all);
  (void)sqlite3_finalize(query);
  VT_TRY(error);
  return add_records(set, index, all);
}

static vt_error read_database_table(vt_database_set *set, int index) {
  struct json_object *all = json_object_new_object();
  VT_CHECK(all, VT_ERR_SYSTEM, "out of memory for a JSON object");
  const vt_error error = read_records(set, index, all);
  (void)json_object_put(all);
  return error;
}

static bool is_wanted(const char *name) {
  const size_t length = strlen(name);
  static const char *const names[] = {
      "databases.json",   "methods.json",  "normalizations.json",  "weightings.json",
      "lci/databases.db", "parameters.db", "lci/databases.db-wal", "parameters.db-wal"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(name, names[i]) == 0) return true;
  }
  return strncmp(name, "processed/", 10) == 0 && length > 4 &&
         strcmp(name + length - 4, ".zip") == 0;
}

static vt_error open_project(vt_database_set *set, const vt_source_look *look) {
  const char *path = look->path;
  int index;
  VT_TRY(vt_set_add_project(set, path, &index));
  vt_project *project = &set->sources->project[index];
  VT_NEW(project->files, 1);
  VT_TRY(!look->folder ? vt_files_open_tar(path, is_wanted, &project->files->files)
                       : vt_files_open_folder(path, &project->files->files));
  const bool json = vt_files_has(&project->files->files, "databases.json");
  VT_CHECK(json || vt_files_has(&project->files->files, "lci/databases.db"), VT_ERR_INPUT,
           "%s: found neither 'databases.json' nor 'lci/databases.db' in it, expected a Brightway "
           "project",
           path);
  VT_TRY(json ? read_json(set, index, "databases.json", VT_MATRIX_OTHER)
              : read_database_table(set, index));
  VT_TRY(read_json(set, index, "methods.json", VT_MATRIX_CHARACTERIZATION));
  VT_TRY(read_json(set, index, "normalizations.json", VT_MATRIX_NORMALIZATION));
  return read_json(set, index, "weightings.json", VT_MATRIX_WEIGHTING);
}

static bool recognises(const vt_source_look *look) {
  if (!look->folder) return look->head[0] == 0x1f && look->head[1] == 0x8b;
  return vt_folder_holds(look->path, "databases.json") ||
         vt_folder_holds(look->path, "lci/databases.db");
}

const vt_source_format vt_format_project = {.recognises = recognises,
                                            .open = open_project,
                                            .load_labels = load_labels,
                                            .load_records = load_records,
                                            .load_method = load_method,
                                            .load_parameters = vt_project_parameters,
                                            .close = close_projects};
