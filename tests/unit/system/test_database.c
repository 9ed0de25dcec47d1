// test_database.c - datapackages and projects: what is read, what is refused and in which words.
// All files are made here; the reference cases have their own program.
#include "database_files.h"

#define TECHNOSPHERE "technosphere_matrix"
#define BIOSPHERE "biosphere_matrix"
#define CHARACTERIZATION "characterization_matrix"

// Steel takes 0.5 power of its own kind of process, power emits 2; factor 10.
static const record technosphere[] = {
    {1, 11, 1.0, false}, {2, 12, 4.0, false}, {1, 12, 0.5, true}, {1, 12, 0.5, true}};
static const record biosphere[] = {{7, 11, 2.0, false}};
static const record factors[] = {{7, 7, 10.0, false}, {99, 99, 5.0, false}};

static void write_sound_package(const char *folder) {
  package_maker to;
  start_package(&to, folder);
  add_group(&to, TECHNOSPHERE, "t", 4, technosphere, "");
  add_group(&to, BIOSPHERE, "b", 1, biosphere, "");
  add_group(&to, CHARACTERIZATION, "c", 2, factors, "");
  finish_package(&to, "");
}

static void expect_sound_score(const char *name) {
  vt_database_set *set = read_one(name);
  vt_system *system = make_system(set, "sound");
  int node, row, method;
  must(vt_node_find_id(set, 2, &node));
  assert_string_equal(set->node[node].code, "2");
  must(vt_system_demand_row(set, system, node, &row));
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 0, NULL, &method));
  assert_near(score_of(set, system, row, method, VT_NO_COLUMN), 0.25 * 2.0 * 10.0, 1e-15);
  must(vt_node_find_id(set, 11, &node));
  must_fail(vt_system_demand_row(set, system, node, &row), "'11'", "'1'");
  must_fail(vt_node_find_id(set, 12345, &node), "12345", NULL);
  vt_system_free(system);
  vt_database_set_free(set);
}

static void folders_and_zips_hold_the_same_package(void **state) {
  (void)state;
  write_sound_package("sound");
  expect_sound_score("sound");
  zip_folder("sound", "sound.zip", NULL);
  expect_sound_score("sound.zip");
}

static void a_zip_cut_anywhere_is_refused(void **state) {
  (void)state;
  write_sound_package("sound");
  zip_folder("sound", "sound.zip", NULL);
  vt_text zip = {0};
  must(vt_text_read_file(in_scratch("sound.zip"), &zip));
  const char *path = in_scratch("cut.zip");
  vt_database_set *set;
  for (ptrdiff_t length = 4; length < zip.length; length += 7) {
    write_file("cut.zip", zip.bytes, (size_t)length);
    assert_int_equal(vt_database_set_read(1, &path, &set), VT_ERR_INPUT);
  }
  for (ptrdiff_t at = 4; at < zip.length; at += 3) { // any outcome but a crash
    zip.bytes[at] = (char)~zip.bytes[at];
    write_file("cut.zip", zip.bytes, (size_t)zip.length);
    if (vt_database_set_read(1, &path, &set) == VT_OK) vt_database_set_free(set);
    zip.bytes[at] = (char)~zip.bytes[at];
  }
  vt_text_free(&zip);
  zip_folder("sound", "twice.zip", "datapackage.json");
  must_refuse("twice.zip", "'datapackage.json' twice", NULL);
}

static void arrays_of_all_number_types_are_read(void **state) {
  (void)state;
  package_maker to;
  start_package(&to, "types");
  const int32_t ids[2][2] = {{1, 1}, {2, 2}};
  const unsigned char big[] = {0, 3, 0xff, 0xfe}; // 3 and -2, high byte first
  write_array(&to, "t", "indices", "[('row', '<i4'), ('col', '<i4')]", 2, ids, sizeof ids);
  write_array(&to, "t", "data", "'>i2'", 2, big, sizeof big);
  add_resource(&to, "m", "t", "indices", VECTOR);
  add_resource(&to, "m", "t", "data", VECTOR);
  // Columns of an array lie one after the other where Fortran order says so.
  const float array[] = {1.0F, 2.0F, 10.0F, 20.0F, 100.0F, 200.0F};
  write_array(&to, "a", "indices", "[('col', '<i4'), ('row', '<i4')]", 2, ids, sizeof ids);
  write_npy("types/a.data.npy", "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)}", array,
            sizeof array);
  add_resource(&to, "m", "a", "indices", ", \"category\": \"array\"");
  add_resource(&to, "m", "a", "data", ", \"category\": \"array\"");
  finish_package(&to, ", \"sequential\": true, \"seed\": null, \"sum_intra_duplicates\": null");
  vt_database_set *set = read_one("types");
  const double expected[][2] = {{1, 2}, {10, 20}, {100, 200}, {1, 2}};
  vt_matrix *matrix;
  for (int k = 0; k < 4; k++) {
    must(vt_matrix_create(set, "m", k, &matrix));
    for (int i = 0; i < 2; i++) assert_near(cell_of(&matrix->values, i, i), expected[k][i], 0.0);
    vt_matrix_free(matrix);
  }
  must(vt_matrix_create(set, "m", VT_NO_COLUMN, &matrix));
  assert_near(cell_of(&matrix->values, 0, 0), 3.0, 0.0);
  assert_near(cell_of(&matrix->values, 1, 1), -2.0, 0.0);
  vt_matrix_free(matrix);
  vt_database_set_free(set);
}

// Records of 32 bits are summed in 32 bits, as Brightway does; NaN leaves a cell alone.
static void duplicates_sum_in_the_precision_of_the_data(void **state) {
  (void)state;
  package_maker to;
  start_package(&to, "single");
  const int64_t ids[3][2] = {{1, 1}, {1, 1}, {1, 1}};
  const float values[] = {1.0F, 5e-8F, 5e-8F};
  write_array(&to, "s", "indices", IDS, 3, ids, sizeof ids);
  write_array(&to, "s", "data", "'<f4'", 3, values, sizeof values);
  add_resource(&to, "m", "s", "indices", VECTOR);
  add_resource(&to, "m", "s", "data", VECTOR);
  const record none = {1, 1, (double)NAN, false}, more = {2, 1, 3.0, false};
  const record later[] = {none, more};
  add_group(&to, "m", "later", 2, later, "");
  finish_package(&to, "");
  vt_database_set *set = read_one("single");
  vt_matrix *matrix;
  must(vt_matrix_create(set, "m", VT_NO_COLUMN, &matrix));
  assert_near(cell_of(&matrix->values, 0, 0), 1.0, 0.0);
  assert_near(cell_of(&matrix->values, 1, 0), 3.0, 0.0);
  vt_matrix_free(matrix);
  vt_database_set_free(set);
}

// A package with one group whose data are `header` and `length` zeros.
static void write_broken_array(const char *header, size_t length) {
  static const char zeros[256];
  package_maker to;
  start_package(&to, "broken");
  const int64_t ids[2][2] = {{1, 1}, {2, 2}};
  write_array(&to, "t", "indices", IDS, 2, ids, sizeof ids);
  write_npy("broken/t.data.npy", header, zeros, length);
  add_resource(&to, TECHNOSPHERE, "t", "indices", VECTOR);
  add_resource(&to, TECHNOSPHERE, "t", "data", VECTOR);
  finish_package(&to, "");
}

static void broken_arrays_are_refused(void **state) {
  (void)state;
  const struct {
    const char *header;
    size_t length;
    const char *message;
  } cases[] = {
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 8, "8 bytes of numbers"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 24, "24 bytes of numbers"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", 24, "found 3 rows"},
      {"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 16, "pickle"},
      {"{'descr': '<c16', 'fortran_order': False, 'shape': (2,), }", 32, "'<c16'"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807,9), }", 16,
       "bytes of numbers"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", 16,
       "63 bits"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 0), }", 0, "rows"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 0), }", 0, "axes"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }", 16, "2 axes"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 1), }", 16, "more than 2 axes"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 8, "single number"},
      {"{'descr': '<f8', 'fortran_order': 0, 'shape': (2,), }", 16, "True or False"},
      {"{'descr': [('a', '<f8'), ('b', '<f8')], 'fortran_order': False, 'shape': (2,), }", 32,
       "2 fields"},
      {"{'descr': [('a', '<f8', (2,))], 'fortran_order': False, 'shape': (2,), }", 32,
       "plain fields"},
      {"{'shape': (2,), 'shape': (2,)}", 16, "once"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), } x", 16, "end of the header"},
      {"", 16, "'{'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_broken_array(cases[i].header, cases[i].length);
    must_refuse("broken", cases[i].message, "t.data.npy");
  }
  write_file("broken/t.data.npy", "\x93NUMPY\x01\x00\xff\xff{", 11);
  must_refuse("broken", "npy", "t.data.npy");
  write_file("broken/t.data.npy", "", 0);
  must_refuse("broken", "npy", "t.data.npy");
}

static void broken_packages_are_refused(void **state) {
  (void)state;
  const struct {
    const char *json, *message;
  } cases[] = {
      {"{'resources': [{'matrix': 'm', 'group': 'g', 'kind': 'data', 'path': 'g.npy', 'category': "
       "'vector'}]}",
       "no indices"},
      {"{'resources': [{'matrix': 'm', 'group': 'g', 'kind': 'indices', 'path': '../g.npy', "
       "'category': 'vector'}, {'matrix': 'm', 'group': 'g', 'kind': 'data', 'path': 'g.npy', "
       "'category': 'vector'}]}",
       "'../g.npy'"},
      {"{'resources': [{'matrix': 'm', 'group': 'g', 'kind': 'data', 'profile': 'interface'}]}",
       "interface"},
      {"{'resources': [{'matrix': 'm', 'group': 'g', 'kind': 'data', 'format': 'pqt', 'path': "
       "'x'}]}",
       "'pqt'"},
      {"{'resources': [{'matrix': 'm', 'group': 'g', 'kind': 'data'}]}", "without path"},
      {"{'resources': [{'matrix': 'm', 'kind': 'data'}]}", "without group"},
      {"{'resources': [{'matrix': 'm', 'group': 'g', 'kind': 'data', 'path': 'x', 'category': "
       "'tensor'}]}",
       "'tensor'"},
      {"{'resources': {}}", "a list"},
      {"{'resources': [3]}", "resource 1"},
      {"{}", "'resources'"},
      {"[]", "expected a JSON object"},
      {"{'resources': [], 'sequential': 3}", "'sequential'"},
      {"{'resources': [", "datapackage.json"},
      {"", "datapackage.json"},
  };
  make_folder("bad");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_text("bad/datapackage.json", cases[i].json);
    must_refuse("bad", cases[i].message, "bad");
  }
  package_maker to;
  const record negative[] = {{-1, 1, 1.0, false}}, infinite[] = {{1, 1, (double)INFINITY, false}};
  start_package(&to, "bad");
  add_group(&to, TECHNOSPHERE, "t", 1, negative, "");
  finish_package(&to, "");
  must_refuse("bad", "record 1", "id");
  start_package(&to, "bad");
  add_group(&to, TECHNOSPHERE, "t", 1, infinite, "");
  finish_package(&to, "");
  must_refuse("bad", "finite", "t.data.npy");
  make_folder("empty");
  must_refuse("empty", "neither", "datapackage.json");
  must_refuse("nowhere", "no such file", NULL);
  write_file("void", "", 0);
  must_refuse("void", "empty file", NULL);
  write_text("noise", "hello");
  must_refuse("noise", "another kind", NULL);
}

// A product is at home in the package that makes it, not in the first that uses it.
static void products_belong_to_the_package_that_makes_them(void **state) {
  (void)state;
  const record use[] = {{3, 13, 1.0, false}, {1, 13, 2.0, true}};
  const record make[] = {{1, 11, 1.0, false}};
  package_maker to;
  start_package(&to, "user");
  add_group(&to, TECHNOSPHERE, "t", 2, use, "");
  finish_package(&to, "");
  start_package(&to, "maker");
  add_group(&to, TECHNOSPHERE, "t", 1, make, "");
  finish_package(&to, "");
  const char *path[] = {in_scratch("user"), in_scratch("maker")};
  vt_database_set *set;
  must(vt_database_set_read(2, path, &set));
  vt_system *system = make_system(set, "user");
  for (int64_t id = 1; id <= 3; id += 2) {
    int database, count, *row;
    must(vt_database_find(set, id == 1 ? "maker" : "user", &database));
    must(vt_system_rows_of(set, system, database, &count, &row));
    assert_int_equal(count, 1);
    assert_int_equal(set->node[system->product[row[0]]].id, id);
    free(row);
  }
  vt_system_free(system);
  vt_database_set_free(set);
}

static void methods_of_unequal_locations_are_refused(void **state) {
  (void)state;
  package_maker to;
  start_package(&to, "sound");
  add_group(&to, TECHNOSPHERE, "t", 4, technosphere, "");
  add_group(&to, BIOSPHERE, "b", 1, biosphere, "");
  add_group(&to, CHARACTERIZATION, "c", 2, factors, ", \"global_index\": 7");
  add_group(&to, CHARACTERIZATION, "d", 2, factors, "");
  finish_package(&to, "");
  vt_database_set *set = read_one("sound");
  vt_system *system = make_system(set, "sound");
  double factor[1];
  int method;
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 0, NULL, &method));
  must_fail(vt_method_factors(set, system, method, VT_NO_COLUMN, factor), "global_index", "'d'");
  const char *part[] = {"gwp"};
  must_fail(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 1, part, &method), "'gwp'", NULL);
  vt_system_free(system);
  vt_database_set_free(set);
}

// -------------------------------------------------------------------------------------------------
// Matching.

// Whether columns from `column` on can be given rows that are not in `taken`.
static bool can_match(int n, const bool *has, int column, unsigned taken) {
  if (column == n) return true;
  for (int row = 0; row < n; row++) {
    if (has[row * n + column] && !(taken >> row & 1U) &&
        can_match(n, has, column + 1, taken | 1U << row))
      return true;
  }
  return false;
}

static void a_matching_is_found_whenever_there_is_one(void **state) {
  (void)state;
  enum { N = 6 };
  uint64_t random = 12345;
  int matched = 0, singular = 0;
  for (int round = 0; round < 300; round++) {
    record records[N * N];
    bool has[N * N] = {false};
    int count = 0;
    for (int i = 0; i < N * N; i++) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      // Each row and column occurs, with 0 if need be, so that the system stays square.
      has[i] = random >> 60 < 6;
      const bool diagonal = i / N == i % N;
      if (!has[i] && !diagonal) continue;
      records[count++] = (record){100 + i / N, 200 + i % N, has[i] ? 1.0 : 0.0, random >> 59 & 1};
    }
    package_maker to;
    start_package(&to, "random");
    add_group(&to, TECHNOSPHERE, "t", count, records, "");
    finish_package(&to, "");
    vt_database_set *set = read_one("random");
    vt_system *system;
    const vt_error error = vt_system_create(set, 0, NULL, VT_NO_COLUMN, &system);
    if (can_match(N, has, 0, 0)) {
      must(error);
      assert_matched(system);
      matched++;
    } else {
      must_fail(error, "is singular: found 6 products and 6 processes", "no process is left");
      singular++;
    }
    vt_system_free(system);
    vt_database_set_free(set);
  }
  assert_true(matched > 50 && singular > 50);
}

// -------------------------------------------------------------------------------------------------
// Projects.

static void write_labels(const char *name) {
  sqlite3 *sqlite;
  assert_int_equal(sqlite3_open(in_scratch(name), &sqlite), SQLITE_OK);
  run_sql(sqlite, "CREATE TABLE activitydataset (id INTEGER NOT NULL PRIMARY KEY, data BLOB NOT "
                  "NULL, code TEXT NOT NULL, database TEXT NOT NULL, location TEXT, name TEXT, "
                  "product TEXT, type TEXT)");
  run_sql(sqlite, "INSERT INTO activitydataset VALUES (7, x'80', 'co2', 'bio', NULL, 'CO2', NULL, "
                  "'emission'), (1, x'80', 'power', 'db é', 'DE', 'power', 'electricity', "
                  "'product'), (11, x'80', 'plant', 'db é', 'DE', 'plant', NULL, 'process'), (2, "
                  "x'80', 'steel', 'db é', NULL, 'steel', NULL, 'product'), (12, x'80', 'mill', "
                  "'db é', NULL, 'mill', NULL, 'process')");
  assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
}

// What Brightway makes of a name is checked against a real project in the reference cases.
static void write_processed(const char *database, package_maker *to) {
  char md5[33], file[128];
  vt_md5(database, (ptrdiff_t)strlen(database), md5);
  finish_package(to, "");
  (void)snprintf(file, sizeof file, "project/processed/x.%.8s.zip", md5);
  zip_folder(to->folder, file, NULL);
}

static void write_project(const char *dirty_bio, const char *dirty_other) {
  make_folder("project");
  make_folder("project/lci");
  make_folder("project/processed");
  (void)unlink(in_scratch("project/lci/databases.db"));
  write_labels("project/lci/databases.db");
  vt_text text = {0};
  must(vt_text_add(&text,
                   "{'bio': {'depends': [], 'dirty': %s}, 'db é': {'depends': ['bio']}, 'other': "
                   "{'depends': ['bio', 'gone'], 'dirty': %s}}",
                   dirty_bio, dirty_other));
  write_text("project/databases.json", text.bytes);
  vt_text_free(&text);
  write_text("project/methods.json", "[[['gwp'], {'abbreviation': 'gwp.1', 'unit': 'kg'}]]");
  package_maker to;
  start_package(&to, "part");
  write_processed("bio", &to);
  start_package(&to, "part");
  add_group(&to, TECHNOSPHERE, "t", 4, technosphere, "");
  add_group(&to, BIOSPHERE, "b", 1, biosphere, "");
  write_processed("db é", &to);
  start_package(&to, "part");
  add_group(&to, CHARACTERIZATION, "c", 1, factors, ", \"identifier\": [\"gwp\"]");
  finish_package(&to, "");
  zip_folder("part", "project/processed/gwp.1.zip", NULL);
}

static void expect_project_score(const char *name) {
  vt_database_set *set = read_one(name);
  vt_system *system = make_system(set, "db é");
  const char *part[] = {"gwp"};
  int database, node, row, method;
  must(vt_database_find(set, "db é", &database));
  must(vt_node_find(set, database, "steel", &node));
  must(vt_system_demand_row(set, system, node, &row));
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 1, part, &method));
  assert_string_equal(set->method[method].unit, "kg");
  assert_near(score_of(set, system, row, method, VT_NO_COLUMN), 5.0, 1e-15);
  vt_system_free(system);
  vt_database_set_free(set);
}

static void write_backup(void) {
  gzFile tar = gzopen(in_scratch("backup.tar.gz"), "wb");
  assert_non_null(tar);
  tar_file(tar, "project", "databases.json");
  tar_file(tar, "project", "methods.json");
  tar_file(tar, "project", "lci/databases.db");
  DIR *entries = opendir(in_scratch("project/processed"));
  assert_non_null(entries);
  for (const struct dirent *entry; (entry = readdir(entries));) {
    char name[300];
    (void)snprintf(name, sizeof name, "processed/%s", entry->d_name);
    if (entry->d_name[0] != '.') tar_file(tar, "project", name);
  }
  (void)closedir(entries);
  assert_int_equal(gzwrite(tar, (const char[1024]){0}, 1024), 1024);
  assert_int_equal(gzclose(tar), Z_OK);
}

static void projects_and_their_backups_are_read(void **state) {
  (void)state;
  write_project("false", "true");
  expect_project_score("project");
  write_backup();
  expect_project_score("backup.tar.gz");
  vt_text tar = {0};
  must(vt_text_read_file(in_scratch("backup.tar.gz"), &tar));
  const char *path = in_scratch("cut.tar.gz");
  vt_database_set *set;
  for (ptrdiff_t length = 3; length + 8 < tar.length; length += 97) {
    write_file("cut.tar.gz", tar.bytes, (size_t)length);
    assert_int_equal(vt_database_set_read(1, &path, &set), VT_ERR_INPUT);
  }
  vt_text_free(&tar);
}

static void a_loose_package_changes_a_project(void **state) {
  (void)state;
  write_project("false", "false");
  package_maker to;
  start_package(&to, "change");
  const record half[] = {{1, 12, 2.0, true}};
  add_group(&to, TECHNOSPHERE, "t", 1, half, "");
  finish_package(&to, "");
  const char *path[] = {in_scratch("change"), in_scratch("project")};
  vt_database_set *set;
  must(vt_database_set_read(2, path, &set));
  vt_system *system = make_system(set, "db é");
  assert_int_equal(system->processes, 2);
  assert_near(cell_of(&system->technosphere, 0, 1), -2.0, 0.0);
  vt_system_free(system);
  // It concerns no other database.
  system = make_system(set, "bio");
  assert_int_equal(system->processes, 0);
  vt_system_free(system);
  vt_database_set_free(set);
}

static void stale_databases_are_refused_where_they_matter(void **state) {
  (void)state;
  write_project("true", "false");
  must_refuse_system(read_one("project"), "db é", "database 'bio'", "dirty");
  write_project("false", "true");
  must_refuse_system(read_one("project"), "other", "database 'other'", "dirty");
  write_project("false", "false");
  must_refuse_system(read_one("project"), "other", "'gone'", "'other'");
  char md5[33], file[128];
  vt_md5("bio", 3, md5);
  (void)snprintf(file, sizeof file, "project/processed/x.%.8s.zip", md5);
  assert_int_equal(unlink(in_scratch(file)), 0);
  must_refuse_system(read_one("project"), "db é", "no datapackage of database 'bio'", "process()");
  write_project("false", "false");
  sqlite3 *sqlite;
  assert_int_equal(sqlite3_open(in_scratch("project/lci/databases.db"), &sqlite), SQLITE_OK);
  run_sql(sqlite, "DELETE FROM activitydataset WHERE code = 'steel'");
  assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
  must_refuse_system(read_one("project"), "db é", "ids 2, 12", "lci/databases.db");
  write_text("project/lci/databases.db", "no database, this, but long enough to be one ........");
  must_refuse_system(read_one("project"), "db é", "lci/databases.db", NULL);
}

static void databases_may_be_listed_in_a_table(void **state) {
  (void)state;
  write_project("false", "false");
  assert_int_equal(unlink(in_scratch("project/databases.json")), 0);
  must_refuse("project", "databaserecord", "databases.json");
  sqlite3 *sqlite;
  assert_int_equal(sqlite3_open(in_scratch("project/lci/databases.db"), &sqlite), SQLITE_OK);
  run_sql(sqlite, "CREATE TABLE databaserecord (name TEXT PRIMARY KEY, backend TEXT, depends TEXT, "
                  "dirty INTEGER)");
  run_sql(sqlite, "INSERT INTO databaserecord VALUES ('bio', 'sqlite', '[]', 0), ('db é', "
                  "'sqlite', '[\"bio\"]', NULL), ('old', 'sqlite', NULL, 1)");
  assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
  expect_project_score("project");
  must_refuse_system(read_one("project"), "old", "'old'", "dirty");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(folders_and_zips_hold_the_same_package),
      cmocka_unit_test(a_zip_cut_anywhere_is_refused),
      cmocka_unit_test(arrays_of_all_number_types_are_read),
      cmocka_unit_test(duplicates_sum_in_the_precision_of_the_data),
      cmocka_unit_test(broken_arrays_are_refused),
      cmocka_unit_test(broken_packages_are_refused),
      cmocka_unit_test(products_belong_to_the_package_that_makes_them),
      cmocka_unit_test(methods_of_unequal_locations_are_refused),
      cmocka_unit_test(a_matching_is_found_whenever_there_is_one),
      cmocka_unit_test(projects_and_their_backups_are_read),
      cmocka_unit_test(a_loose_package_changes_a_project),
      cmocka_unit_test(stale_databases_are_refused_where_they_matter),
      cmocka_unit_test(databases_may_be_listed_in_a_table),
  };
  return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
