// store_write.c - a set to a store.
//
// The file is made in memory; store_file.c writes it in one go.
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { GROWTH_BYTES = 1 << 22 };

static const char layout_text[] =
    "Life-cycle databases, methods and parameters, written by 'vintner import'. Lists under "
    "/databases and /methods have one row per database or method, the groups there are numbered "
    "like the rows. /texts holds texts with a zero byte after each; a column of texts holds their "
    "places in it, -1 for none. See 'The store' in vintner's README.";

// -------------------------------------------------------------------------------------------------
// What goes in.

// A stale database stays outside, unless another one needs it.
static vt_error check_links(const vt_store_maker *m, int database) {
  const vt_database *d = &m->set->database[database];
  for (int k = 0; k < d->depend_count; k++) {
    const vt_database *other = &m->set->database[d->depends[k]];
    VT_CHECK(!other->stale, VT_ERR_INPUT,
             "%s: database '%s' links to database '%s', which was changed after it was processed "
             "(databases.json says 'dirty'), expected processed data: run "
             "bw2data.Database('%s').process() in Brightway",
             d->path, d->name, other->name, other->name);
  }
  return VT_OK;
}

static vt_error choose_databases(vt_store_maker *m) {
  const vt_database_set *set = m->set;
  VT_NEW(m->place, set->databases);
  const vt_database *stale = NULL;
  int kept = 0;
  for (int d = 0; d < set->databases; d++) {
    m->place[d] = set->database[d].stale ? -1 : kept++;
    if (set->database[d].stale) stale = &set->database[d];
  }
  VT_CHECK(kept > 0 || !stale, VT_ERR_INPUT,
           "%s: database '%s' was changed after it was processed (databases.json says 'dirty'), "
           "and so were all others; expected processed data: run bw2data.Database('%s').process() "
           "in Brightway",
           stale->path, stale->name, stale->name);
  for (int d = 0; d < set->databases; d++) {
    if (m->place[d] >= 0) VT_TRY(check_links(m, d));
  }
  for (int d = 0; d < set->databases; d++) {
    if (m->place[d] < 0)
      vt_warn("stale", "%s: database '%s' is left out: it was changed after it was processed",
              set->database[d].path, set->database[d].name);
  }
  return VT_OK;
}

static vt_error load_all(vt_store_maker *m) {
  vt_database_set *set = m->set;
  for (int d = 0; d < set->databases; d++) {
    if (m->place[d] >= 0) VT_TRY(vt_database_require(set, d));
  }
  for (int i = 0; i < set->methods; i++) {
    VT_TRY(vt_method_load(set, i));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Databases.

static void start_numbers(vt_store_maker *m, int first_node, int nodes) {
  for (int i = 0; i < nodes; i++) m->number[first_node + i] = i;
  m->number[m->set->nodes] = nodes;
}

static void end_numbers(vt_store_maker *m, int first_node, int nodes) {
  for (int i = 0; i < nodes; i++) m->number[first_node + i] = -1;
}

static vt_error digest_database(vt_store_maker *m, int database) {
  const vt_database *d = &m->set->database[database];
  const char *metadata = d->metadata ? d->metadata : "";
  const int date[VT_DATE] = {d->has_time, d->year, d->month, d->day};
  VT_TRY(vt_text_add(&m->digest, "vintner database %d\n", (int)d->kind));
  VT_TRY(vt_digest_add(m, "name", d->name, (ptrdiff_t)strlen(d->name)));
  VT_TRY(vt_digest_add(m, "metadata", metadata, (ptrdiff_t)strlen(metadata)));
  return vt_digest_add(m, "date", date, (ptrdiff_t)sizeof date);
}

// Name and hash, after all that the hash is over.
static vt_error finish_group(vt_store_maker *m, hid_t group, const char *name) {
  char sha256[65];
  vt_sha256(m->digest.bytes, m->digest.length, sha256);
  m->digest.length = 0;
  VT_TRY(vt_make_attribute(group, "name", name));
  return vt_make_attribute(group, "sha256", sha256);
}

static vt_error fill_database(vt_store_maker *m, hid_t at, int database) {
  const vt_database *d = &m->set->database[database];
  VT_TRY(digest_database(m, database));
  if (d->kind != VT_DATABASE_PACKAGE)
    VT_TRY(vt_make_within(m, at, "nodes", vt_make_nodes, database));
  if (d->kind == VT_DATABASE_JSON) {
    VT_TRY(vt_make_within(m, at, "exchanges", vt_make_exchanges, database));
  } else {
    VT_TRY(vt_make_package(m, at, d->package, d->kind == VT_DATABASE_PACKAGE));
  }
  VT_TRY(vt_make_pool(at, m->own));
  VT_TRY(vt_make_links(m, at));
  return finish_group(m, at, d->name);
}

static vt_error make_database(vt_store_maker *m, hid_t at, int database) {
  const vt_database *d = &m->set->database[database];
  VT_TRY(vt_labels_create(&m->own));
  start_numbers(m, d->first_node, d->nodes);
  const vt_error error =
      vt_make_within(m, at, vt_numbered(m->place[database]).text, fill_database, database);
  end_numbers(m, d->first_node, d->nodes);
  vt_labels_free(m->own);
  m->own = NULL;
  return error;
}

// Number of a project among those that go in, by first appearance.
static int number_project(vt_store_maker *m, int project) {
  if (project < 0) return -1;
  if (m->project[project] < 0) m->project[project] = m->projects++;
  return m->project[project];
}

static void fill_database_row(vt_store_maker *m, int database, vt_stored_databases *t) {
  const vt_database_set *set = m->set;
  const vt_database *d = &set->database[database];
  const int i = m->place[database];
  int32_t *date = t->date + (ptrdiff_t)VT_DATE * i;
  t->name[i] = d->name;
  t->stem[i] = d->stem;
  t->metadata[i] = d->metadata;
  t->kind[i] = (int8_t)d->kind;
  t->project[i] = number_project(m, set->sources->database[database].project);
  date[0] = d->has_time;
  date[1] = d->year;
  date[2] = d->month;
  date[3] = d->day;
  t->nodes[i] = d->kind == VT_DATABASE_PACKAGE ? 0 : d->nodes;
  t->depend_count[i] = d->depend_count;
  for (int k = 0; k < d->depend_count; k++) t->depends[t->links++] = m->place[d->depends[k]];
  if (d->kind == VT_DATABASE_JSON) {
    for (int n = d->first_node; n < d->first_node + d->nodes; n++)
      t->exchanges[i] += set->node[n].exchanges;
    return;
  }
  t->records[i] = vt_count_records(set, d->package);
}

static vt_error make_database_table(vt_store_maker *m, hid_t at) {
  const vt_database_set *set = m->set;
  vt_stored_databases t = {0};
  ptrdiff_t links = 0;
  int kept = 0;
  for (int d = 0; d < set->databases; d++) links += set->database[d].depend_count;
  VT_TRY(vt_table_create(m->scratch, VT_DATABASE_COLUMNS, vt_database_columns, set->databases, &t));
  VT_ARENA_NEW(m->scratch, t.depends, links);
  for (int d = 0; d < set->databases; d++) {
    if (m->place[d] < 0) continue;
    fill_database_row(m, d, &t);
    kept++;
  }
  VT_TRY(vt_table_make(m, at, VT_DATABASE_COLUMNS, vt_database_columns, kept, &t));
  return vt_make_column(m, at, "depends", VT_COLUMN_INT32, t.links, t.depends);
}

static vt_error make_databases(vt_store_maker *m, hid_t at, int count) {
  VT_TRY(make_database_table(m, at));
  m->digest.length = 0;
  for (int d = 0; d < count; d++) {
    if (m->place[d] >= 0) VT_TRY(make_database(m, at, d));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Methods.

static vt_error make_method_table(vt_store_maker *m, hid_t at) {
  const vt_database_set *set = m->set;
  vt_stored_methods t = {0};
  ptrdiff_t all = 0;
  for (int i = 0; i < set->methods; i++) all += set->method[i].parts;
  VT_TRY(vt_table_create(m->scratch, VT_METHOD_COLUMNS, vt_method_columns, set->methods, &t));
  VT_ARENA_NEW(m->scratch, t.part, all);
  all = 0;
  for (int i = 0; i < set->methods; i++) {
    const vt_method *method = &set->method[i];
    const int package = set->sources->factors[i];
    t.kind[i] = (int8_t)method->kind;
    t.origin[i] = package >= 0 ? VT_ORIGIN_OWN : VT_ORIGIN_LOOSE;
    t.parts[i] = method->parts;
    t.unit[i] = method->unit;
    t.factors[i] = package >= 0 ? vt_count_records(set, package) : -1;
    for (int p = 0; p < method->parts; p++) t.part[all++] = method->part[p];
  }
  VT_TRY(vt_make_texts(m, at, "part", m->pool, all, t.part));
  return vt_table_make(m, at, VT_METHOD_COLUMNS, vt_method_columns, set->methods, &t);
}

static vt_error fill_method(vt_store_maker *m, hid_t at, int index) {
  const vt_method *method = &m->set->method[index];
  const char *unit = method->unit ? method->unit : "";
  start_numbers(m, 0, 0);
  VT_TRY(vt_text_add(&m->digest, "vintner method %d\n", (int)method->kind));
  VT_TRY(vt_digest_add(m, "label", method->label, (ptrdiff_t)strlen(method->label)));
  VT_TRY(vt_digest_add(m, "unit", unit, (ptrdiff_t)strlen(unit)));
  VT_TRY(vt_make_package(m, at, m->set->sources->factors[index], false));
  VT_TRY(vt_make_links(m, at));
  return finish_group(m, at, method->label);
}

static vt_error make_methods(vt_store_maker *m, hid_t at, int count) {
  VT_TRY(make_method_table(m, at));
  m->digest.length = 0;
  for (int i = 0; i < count; i++) {
    if (m->set->sources->factors[i] < 0) continue; // loose datapackages have them
    VT_TRY(vt_make_within(m, at, vt_numbered(i).text, fill_method, i));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Parameters, sources.

static vt_error make_parameter_uncertainty(vt_store_maker *m, hid_t at,
                                           const vt_parameter_table *all) {
  bool some = false;
  vt_uncertainty *uncertainty;
  VT_ARENA_NEW(m->scratch, uncertainty, all->parameters);
  for (ptrdiff_t i = 0; i < all->parameters; i++) {
    const vt_uncertainty *mine = all->parameter[i].uncertainty;
    uncertainty[i] = mine ? *mine : vt_no_uncertainty();
    some = some || mine;
  }
  return some ? vt_make_uncertainty(m, at, all->parameters, uncertainty) : VT_OK;
}

static vt_error make_parameters(vt_store_maker *m, hid_t at, int all_columns) {
  vt_parameter_table table;
  vt_stored_parameters t = {0};
  VT_TRY(vt_parameters_read(m->set, &table));
  const ptrdiff_t count = table.parameters;
  const vt_parameter *all = table.parameter;
  VT_TRY(vt_table_create(m->scratch, all_columns, vt_parameter_columns, count, &t));
  for (ptrdiff_t i = 0; i < count; i++) {
    t.name[i] = all[i].name;
    t.formula[i] = all[i].formula;
    t.database[i] = all[i].database;
    t.group[i] = all[i].group;
    t.code[i] = all[i].code;
    t.amount[i] = all[i].amount;
    t.project[i] = number_project(m, all[i].project);
    t.scope[i] = (int8_t)all[i].scope;
  }
  VT_TRY(make_parameter_uncertainty(m, at, &table));
  return vt_table_make(m, at, all_columns, vt_parameter_columns, count, &t);
}

static vt_error make_parameter_groups(vt_store_maker *m, hid_t at, int all_columns) {
  vt_parameter_table table;
  vt_stored_parameter_groups t = {0};
  ptrdiff_t all = 0;
  VT_TRY(vt_parameters_read(m->set, &table));
  for (ptrdiff_t i = 0; i < table.groups; i++) all += table.group[i].orders;
  VT_TRY(vt_table_create(m->scratch, all_columns, vt_parameter_group_columns, table.groups, &t));
  VT_ARENA_NEW(m->scratch, t.order, all);
  all = 0;
  for (ptrdiff_t i = 0; i < table.groups; i++) {
    const vt_parameter_group *group = &table.group[i];
    t.name[i] = group->name;
    t.database[i] = group->database;
    t.project[i] = number_project(m, group->project);
    t.orders[i] = group->orders;
    for (int k = 0; k < group->orders; k++) t.order[all++] = group->order[k];
  }
  VT_TRY(vt_make_texts(m, at, "order", m->pool, all, t.order));
  return vt_table_make(m, at, all_columns, vt_parameter_group_columns, table.groups, &t);
}

static vt_error make_parameter_exchanges(vt_store_maker *m, hid_t at, int all_columns) {
  vt_parameter_table table;
  vt_stored_parameter_exchanges t = {0};
  VT_TRY(vt_parameters_read(m->set, &table));
  VT_TRY(
      vt_table_create(m->scratch, all_columns, vt_parameter_exchange_columns, table.exchanges, &t));
  for (ptrdiff_t i = 0; i < table.exchanges; i++) {
    t.group[i] = table.exchange[i].group;
    t.formula[i] = table.exchange[i].formula;
    t.project[i] = number_project(m, table.exchange[i].project);
    t.exchange[i] = table.exchange[i].exchange;
  }
  return vt_table_make(m, at, all_columns, vt_parameter_exchange_columns, table.exchanges, &t);
}

static vt_error hash_source(const char *path, char sha256[65]) {
  struct stat info;
  (void)snprintf(sha256, 65, "folder");
  if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return VT_OK;
  return vt_sha256_file(path, sha256);
}

static vt_error make_sources(vt_store_maker *m, hid_t at, int count) {
  const char **hash;
  VT_ARENA_NEW(m->scratch, hash, count);
  for (int i = 0; i < count; i++) {
    char sha256[65];
    VT_TRY(hash_source(m->source[i], sha256));
    VT_TRY(vt_arena_text(m->scratch, sha256, (ptrdiff_t)strlen(sha256), &hash[i]));
  }
  VT_TRY(vt_make_texts(m, at, "path", m->pool, count, m->source));
  return vt_make_texts(m, at, "sha256", m->pool, count, hash);
}

static vt_error make_version(hid_t file) {
  const int32_t version = VT_STORE_VERSION;
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute =
      H5Acreate2(file, "vintner_store", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT);
  const bool written = attribute >= 0 && H5Awrite(attribute, H5T_STD_I32LE, &version) >= 0;
  if (attribute >= 0) (void)H5Aclose(attribute);
  if (space >= 0) (void)H5Sclose(space);
  VT_CHECK(written, VT_ERR_SYSTEM, "out of memory for a store");
  return vt_make_attribute(file, "layout", layout_text);
}

// -------------------------------------------------------------------------------------------------
// The file.

static vt_error fill_file(vt_store_maker *m) {
  VT_TRY(make_version(m->file));
  VT_TRY(vt_make_within(m, m->file, "sources", make_sources, m->sources));
  VT_TRY(vt_make_within(m, m->file, "databases", make_databases, m->set->databases));
  VT_TRY(vt_make_within(m, m->file, "methods", make_methods, m->set->methods));
  VT_TRY(vt_make_within(m, m->file, "parameters", make_parameters, VT_PARAMETER_COLUMNS));
  if (m->set->sources->parameter_groups > 0)
    VT_TRY(vt_make_within(m, m->file, "parameter_groups", make_parameter_groups,
                          VT_PARAMETER_GROUP_COLUMNS));
  if (m->set->sources->parameter_exchanges > 0)
    VT_TRY(vt_make_within(m, m->file, "parameter_exchanges", make_parameter_exchanges,
                          VT_PARAMETER_EXCHANGE_COLUMNS));
  for (int i = 0; i < m->sources; i++) VT_TRY(vt_watch_check(m->source[i]));
  return vt_make_pool(m->file, m->pool);
}

// Every structure of this version of the format has a check sum.
static hid_t make_file(void) {
  vt_store_quiet();
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS), create = H5Pcreate(H5P_FILE_CREATE);
  hid_t file = -1;
  if (access >= 0 && vt_make_plain(create) && H5Pset_fapl_core(access, GROWTH_BYTES, false) >= 0 &&
      H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0)
    file = H5Fcreate("store", H5F_ACC_TRUNC, create, access);
  if (access >= 0) (void)H5Pclose(access);
  if (create >= 0) (void)H5Pclose(create);
  return file;
}

static uint32_t turn(uint32_t x, int bits) {
  return x << bits | x >> (32 - bits);
}

static void mix(uint32_t s[3]) {
  static const int bits[] = {4, 6, 8, 16, 19, 4};
  for (int i = 0; i < 6; i++) {
    uint32_t *x = &s[i % 3], *y = &s[(i + 1) % 3], *z = &s[(i + 2) % 3];
    *x -= *z;
    *x ^= turn(*z, bits[i]);
    *z += *y;
  }
}

static void finish(uint32_t s[3]) {
  static const int bits[] = {14, 11, 25, 16, 4, 14, 24};
  for (int i = 0; i < 7; i++) {
    uint32_t *x = &s[(i + 2) % 3];
    const uint32_t y = s[(i + 1) % 3];
    *x ^= y;
    *x -= turn(y, bits[i]);
  }
}

uint32_t vt_store_sum(const unsigned char *bytes, size_t length) {
  const uint32_t first = 0xdeadbeef + (uint32_t)length;
  uint32_t s[3] = {first, first, first};
  for (size_t i = 0; i < length; i++) {
    s[i % 12 / 4] += (uint32_t)bytes[i] << 8 * (i % 4);
    if (i % 12 == 11 && i + 1 < length) mix(s);
  }
  finish(s);
  return s[2];
}

// The first block is 44 bytes and their sum.
enum { VERSION_AT = 8, SUM_AT = 44 };

// HDF5 marks a file as open in its first block, and takes the mark out of an image without a new
// check sum.
static void mend_first_block(unsigned char *bytes) {
  const uint32_t sum = vt_store_sum(bytes, SUM_AT);
  for (int i = 0; i < 4; i++) bytes[SUM_AT + i] = (unsigned char)(sum >> 8 * i);
}

static vt_error take_image(hid_t file, vt_text *image) {
  const ssize_t size =
      H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0 ? H5Fget_file_image(file, NULL, 0) : -1;
  VT_CHECK(size > SUM_AT + 4, VT_ERR_SYSTEM, "out of memory for a store");
  VT_TRY(vt_grow(&image->bytes, &image->capacity, size, 1));
  VT_CHECK(H5Fget_file_image(file, image->bytes, (size_t)size) == size, VT_ERR_SYSTEM,
           "out of memory for a store");
  image->length = size;
  VT_CHECK(image->bytes[VERSION_AT] == 3, VT_ERR_BUG, "HDF5 made a file of another version");
  mend_first_block((unsigned char *)image->bytes);
  return VT_OK;
}

static vt_error make_image(vt_store_maker *m, vt_text *image) {
  const vt_database_set *set = m->set;
  VT_TRY(choose_databases(m));
  VT_TRY(load_all(m));
  VT_CHECK(set->databases <= VT_MOST_STORED && set->methods <= VT_MOST_STORED, VT_ERR_INPUT,
           "found %d databases and %d methods, expected at most %d of each in a store",
           set->databases, set->methods, VT_MOST_STORED);
  VT_TRY(vt_labels_create(&m->pool));
  VT_NEW(m->number, (ptrdiff_t)set->nodes + 1);
  VT_NEW(m->project, set->sources->projects);
  for (int n = 0; n < set->nodes; n++) m->number[n] = -1;
  for (int p = 0; p < set->sources->projects; p++) m->project[p] = -1;
  m->file = make_file();
  VT_CHECK(m->file >= 0, VT_ERR_SYSTEM, "out of memory for a store");
  VT_TRY(fill_file(m));
  return take_image(m->file, image);
}

vt_error vt_store_make_image(vt_database_set *set, int sources, const char *const *source,
                             vt_text *image) {
  vt_store_maker m = {.set = set, .sources = sources, .source = source, .file = -1};
  const vt_error error = make_image(&m, image);
  if (m.file >= 0) (void)H5Fclose(m.file);
  vt_labels_free(m.pool);
  vt_labels_free(m.own);
  vt_text_free(&m.digest);
  free(m.place);
  free(m.number);
  free(m.project);
  free(m.link);
  return error;
}
