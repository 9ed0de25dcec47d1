// test_projects.c - Brightway projects as they lie on disks: beside programs that have them open,
// with members that are no files, with names that lead elsewhere.
#include "database_files.h"

static char md5_file[128]; // the project's datapackage, below its folder

static sqlite3 *open_labels(const char *project) {
  char file[256];
  sqlite3 *sqlite;
  (void)snprintf(file, sizeof file, "%s/lci/databases.db", project);
  assert_int_equal(sqlite3_open(in_scratch(file), &sqlite), SQLITE_OK);
  return sqlite;
}

static const char *below(const char *folder, const char *name) {
  static char ring[4][600];
  static int next;
  char *text = ring[next = (next + 1) % 4];
  (void)snprintf(text, sizeof ring[0], "%s/%s", folder, name);
  return text;
}

static void put_package(const char *project, const char *name) {
  package_maker to;
  start_package(&to, "part");
  finish_package(&to, "");
  zip_folder("part", below(project, name), NULL);
}

// One database of one node, one method; labels in the journal mode that is asked for.
static void make_project(const char *name, const char *mode, const char *method) {
  char text[256], md5[33];
  make_folder(name);
  make_folder(below(name, "lci"));
  make_folder(below(name, "processed"));
  sqlite3 *sqlite = open_labels(name);
  (void)snprintf(text, sizeof text, "PRAGMA journal_mode = %s", mode);
  run_sql(sqlite, text);
  run_sql(sqlite,
          "CREATE TABLE IF NOT EXISTS activitydataset (id INTEGER NOT NULL PRIMARY KEY, code TEXT, "
          "database TEXT, location TEXT, name TEXT, product TEXT, type TEXT)");
  run_sql(sqlite, "INSERT OR IGNORE INTO activitydataset VALUES (7, 'a', 'db', NULL, 'A', NULL, "
                  "'process')");
  assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
  write_text(below(name, "databases.json"), "{'db': {'depends': []}}");
  (void)snprintf(text, sizeof text, "[[['gwp'], {'abbreviation': '%s', 'unit': 'kg'}]]", method);
  write_text(below(name, "methods.json"), text);
  vt_md5("db", 2, md5);
  (void)snprintf(md5_file, sizeof md5_file, "processed/x.%.8s.zip", md5);
  put_package(name, md5_file);
  put_package(name, "processed/gwp.1.zip");
}

static vt_error read_all(const char *name, int *nodes) {
  const char *path = in_scratch(name);
  vt_database_set *set;
  vt_parameter_table parameters;
  VT_TRY(vt_database_set_read(1, &path, &set));
  vt_error error = vt_database_load_nodes(set, 0);
  if (error == VT_OK) error = vt_database_require(set, 0);
  if (error == VT_OK) error = vt_parameters_read(set, &parameters);
  for (int m = 0; error == VT_OK && m < set->methods; m++) error = vt_method_load(set, m);
  *nodes = set->nodes;
  vt_database_set_free(set);
  return error;
}

static int nodes_of(const char *name) {
  int nodes = -1;
  must(read_all(name, &nodes));
  return nodes;
}

static void must_refuse_all(const char *name, const char *first, const char *second) {
  int nodes;
  must_fail(read_all(name, &nodes), first, second);
}

// Names and bytes of a folder's files, one sum. Connections of one process share what FILE-shm
// holds, which other processes only read.
static uint64_t state_of(const char *name) {
  uint64_t sum = 0;
  DIR *entries = opendir(in_scratch(name));
  assert_non_null(entries);
  for (const struct dirent *entry; (entry = readdir(entries));) {
    char inner[512];
    vt_text text = {0};
    if (entry->d_name[0] == '.') continue;
    (void)snprintf(inner, sizeof inner, "%s/%s", name, entry->d_name);
    if (!strstr(inner, "-shm")) must(vt_text_read_file(in_scratch(inner), &text));
    must(vt_text_add(&text, "%s", entry->d_name));
    sum += vt_hash64(text.bytes, text.length);
    vt_text_free(&text);
  }
  (void)closedir(entries);
  return sum;
}

static void copy_file(const char *from, const char *to) {
  vt_text text = {0};
  must(vt_text_read_file(in_scratch(from), &text));
  write_file(to, text.bytes, (size_t)text.length);
  vt_text_free(&text);
}

// -------------------------------------------------------------------------------------------------

static void nothing_is_made_beside_what_is_read(void **state) {
  (void)state;
  static const char *const modes[] = {"delete", "truncate", "persist", "wal"};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    make_project(modes[i], modes[i], "gwp.1");
    const char *labels = below(modes[i], "lci");
    const uint64_t before = state_of(labels);
    assert_int_equal(chmod(in_scratch(labels), 0500), 0);
    assert_int_equal(nodes_of(modes[i]), 1);
    assert_int_equal(chmod(in_scratch(labels), 0700), 0);
    assert_true(state_of(labels) == before);
  }
  // Logs without changes: an empty one, one cut short, one of other salt.
  write_file("wal/lci/databases.db-wal", "", 0);
  assert_int_equal(nodes_of("wal"), 1);
  write_file("delete/lci/databases.db-wal", "7\x7f\x06\x82 and no more", 15);
  assert_int_equal(nodes_of("delete"), 1);
  char stale[56] = "7\x7f\x06\x83";
  memset(stale + 16, 's', 8);
  write_file("wal/lci/databases.db-wal", stale, sizeof stale);
  assert_int_equal(nodes_of("wal"), 1);
  assert_int_not_equal(access(in_scratch("wal/lci/databases.db-shm"), F_OK), 0);
}

static void changes_of_an_open_program_are_read_or_refused(void **state) {
  (void)state;
  make_project("open", "wal", "gwp.1");
  make_project("copy", "wal", "gwp.1");
  sqlite3 *sqlite = open_labels("open");
  run_sql(sqlite, "INSERT INTO activitydataset VALUES (8, 'b', 'db', NULL, 'B', NULL, 'process')");
  const uint64_t before = state_of("open/lci");
  assert_int_equal(nodes_of("open"), 2);
  assert_true(state_of("open/lci") == before);
  // A copy of all three files is what a crash leaves, too.
  copy_file("open/lci/databases.db", "copy/lci/databases.db");
  copy_file("open/lci/databases.db-wal", "copy/lci/databases.db-wal");
  copy_file("open/lci/databases.db-shm", "copy/lci/databases.db-shm");
  assert_int_equal(nodes_of("copy"), 2);
  assert_int_equal(unlink(in_scratch("copy/lci/databases.db-shm")), 0);
  must_refuse_all("copy", "databases.db-wal: found changes", "wal_checkpoint(TRUNCATE)");
  assert_int_not_equal(access(in_scratch("copy/lci/databases.db-shm"), F_OK), 0);
  assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
  assert_int_equal(nodes_of("open"), 2);
}

static void write_backup(const char *project, bool log) {
  gzFile tar = gzopen(in_scratch("backup.tar.gz"), "wb");
  assert_non_null(tar);
  tar_file(tar, project, "databases.json");
  tar_file(tar, project, "methods.json");
  tar_file(tar, project, "lci/databases.db");
  if (log) tar_file(tar, project, "lci/databases.db-wal");
  tar_file(tar, project, md5_file);
  tar_file(tar, project, "processed/gwp.1.zip");
  assert_int_equal(gzwrite(tar, (const char[1024]){0}, 1024), 1024);
  assert_int_equal(gzclose(tar), Z_OK);
}

static void backups_in_wal_mode_are_read_unless_changes_wait(void **state) {
  (void)state;
  make_project("backed", "wal", "gwp.1");
  write_backup("backed", false);
  assert_int_equal(nodes_of("backup.tar.gz"), 1);
  write_file("backed/lci/databases.db-wal", "", 0);
  write_backup("backed", true);
  assert_int_equal(nodes_of("backup.tar.gz"), 1);
  sqlite3 *sqlite = open_labels("backed");
  run_sql(sqlite, "INSERT INTO activitydataset VALUES (8, 'b', 'db', NULL, 'B', NULL, 'process')");
  write_backup("backed", true);
  assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
  must_refuse_all("backup.tar.gz", "lci/databases.db-wal: found changes", "backup again");
  write_backup("backed", false);
  assert_int_equal(nodes_of("backup.tar.gz"), 2);
}

// What a path has for SQLite to misread is escaped, and links lead to the files beside their end.
static void any_path_is_one_to_sqlite(void **state) {
  (void)state;
  static const char *const names[] = {"what?mode=rwc", "a#b", "50%41", "é ö"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    make_project(names[i], "wal", "gwp.1");
    assert_int_equal(nodes_of(names[i]), 1);
  }
  make_project("real", "wal", "gwp.1");
  make_project("linked", "wal", "gwp.1");
  assert_int_equal(unlink(in_scratch("linked/lci/databases.db")), 0);
  assert_int_equal(symlink("../../real/lci/databases.db", in_scratch("linked/lci/databases.db")),
                   0);
  assert_int_equal(nodes_of("linked"), 1);
  assert_int_equal(mkfifo(in_scratch("real/lci/databases.db-wal"), 0600), 0);
  must_refuse_all("linked", "real/lci/databases.db-wal: found a FIFO", NULL);
}

// alarm() ends what would wait for ever.
static void members_that_are_no_files_are_refused(void **state) {
  (void)state;
  (void)alarm(120);
  make_project("member", "wal", "gwp.1");
  const char *const members[] = {"databases.json",           "methods.json",
                                 "weightings.json",          "lci/databases.db",
                                 "lci/databases.db-wal",     "lci/databases.db-shm",
                                 "lci/databases.db-journal", "parameters.db",
                                 "processed/gwp.1.zip",      md5_file};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    const char *member = below("member", members[i]), *kept = below("member", "kept");
    const bool there = rename(in_scratch(member), in_scratch(kept)) == 0;
    assert_int_equal(mkfifo(in_scratch(member), 0600), 0);
    must_refuse_all("member", members[i], "found a FIFO, expected a file");
    assert_int_equal(unlink(in_scratch(member)), 0);
    make_folder(member);
    must_refuse_all("member", members[i], "found a folder, expected a file");
    assert_int_equal(rmdir(in_scratch(member)), 0);
    if (there) assert_int_equal(rename(in_scratch(kept), in_scratch(member)), 0);
  }
  assert_int_equal(nodes_of("member"), 1);
  make_folder("package");
  assert_int_equal(mkfifo(in_scratch("package/datapackage.json"), 0600), 0);
  must_refuse("package", "datapackage.json: found a FIFO", NULL);
  make_folder("premise");
  assert_int_equal(mkfifo(in_scratch("premise/A_matrix.csv"), 0600), 0);
  assert_int_equal(mkfifo(in_scratch("premise/A_matrix_index.csv"), 0600), 0);
  must_refuse("premise", "A_matrix_index.csv: found a FIFO", NULL);
  must_refuse("premise/A_matrix.csv", "found a FIFO", NULL);
  (void)alarm(0);
}

static void a_project_does_not_lead_out_of_its_folder(void **state) {
  (void)state;
  char absolute[300], text[400];
  make_project("outside", "delete", "gwp.1");
  copy_file("outside/processed/gwp.1.zip", "secret.zip");
  (void)snprintf(absolute, sizeof absolute, "../../../../../../../..%s", in_scratch("secret"));
  const char *const names[] = {"../../secret", "x/../../../secret", "../gone", absolute};
  make_folder("outside/processed/x");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    make_project("outside", "delete", names[i]);
    (void)snprintf(text, sizeof text, "found the path 'processed/%s.zip'", names[i]);
    must_refuse_all("outside", text, "expected a file in this folder");
  }
  put_package("outside", "processed/x/gwp.zip");
  make_project("outside", "delete", "x/gwp");
  assert_int_equal(nodes_of("outside"), 1);
  // A link is the user's own.
  make_project("outside", "delete", "linked");
  assert_int_equal(symlink("../../secret.zip", in_scratch("outside/processed/linked.zip")), 0);
  assert_int_equal(nodes_of("outside"), 1);
}

// A program that died, or a copy that was made page by page: SQLite would try for 10 s, and make a
// log for the head of a file.
static void what_does_not_fit_beside_is_not_waited_for(void **state) {
  (void)state;
  make_project("unfit", "wal", "gwp.1");
  sqlite3 *sqlite = open_labels("unfit");
  run_sql(sqlite, "INSERT INTO activitydataset VALUES (8, 'b', 'db', NULL, 'B', NULL, 'process')");
  copy_file("unfit/lci/databases.db-wal", "log");
  copy_file("unfit/lci/databases.db-shm", "shared");
  assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
  const double start = vt_clock_s();
  for (size_t at = 0; at < 80; at += 20) {
    vt_text shared = {0};
    must(vt_text_read_file(in_scratch("shared"), &shared));
    shared.bytes[at] ^= 1;
    copy_file("log", "unfit/lci/databases.db-wal");
    write_file("unfit/lci/databases.db-shm", shared.bytes, (size_t)shared.length);
    must_refuse_all("unfit", "databases.db-wal: found changes", NULL);
    vt_text_free(&shared);
  }
  assert_true(vt_clock_s() - start < 10);
  // An empty database beside them, of which SQLite would remove the log.
  copy_file("shared", "unfit/lci/databases.db-shm");
  write_file("unfit/lci/databases.db", "", 0);
  must_refuse_all("unfit", "found no table 'activitydataset'", NULL);
  assert_int_equal(access(in_scratch("unfit/lci/databases.db-wal"), F_OK), 0);
  make_project("whole", "wal", "gwp.1");
  copy_file("whole/lci/databases.db", "unfit/lci/databases.db");
  assert_int_equal(unlink(in_scratch("unfit/lci/databases.db-wal")), 0);
  assert_int_equal(unlink(in_scratch("unfit/lci/databases.db-shm")), 0);
  for (off_t length = 19; length < 100; length += 9) {
    assert_int_equal(truncate(in_scratch("unfit/lci/databases.db"), 100 - length), 0);
    must_refuse_all("unfit", "lci/databases.db", NULL);
    assert_int_not_equal(access(in_scratch("unfit/lci/databases.db-wal"), F_OK), 0);
  }
}

static void put_big(unsigned char *at, unsigned value, int bytes) {
  for (int i = 0; i < bytes; i++) at[i] = (unsigned char)(value >> 8 * (bytes - 1 - i));
}

// 18 inner pages that each lead 40 times to the next one are 40^18 rows in a file of 11 kB.
static void rows_without_end_are_refused(void **state) {
  (void)state;
  enum { PAGE = 512, LEVELS = 18, CELLS = 40 };
  make_project("endless", "delete", "gwp.1");
  assert_int_equal(unlink(in_scratch("endless/lci/databases.db")), 0);
  sqlite3 *sqlite = open_labels("endless");
  run_sql(sqlite,
          "PRAGMA page_size = 512; PRAGMA auto_vacuum = 0; CREATE TABLE activitydataset (id "
          "INTEGER NOT NULL PRIMARY KEY, code, database, location, name, product, type); "
          "INSERT INTO activitydataset (code, database) VALUES ('a', 'other')");
  assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
  vt_text text = {0};
  must(vt_text_read_file(in_scratch("endless/lci/databases.db"), &text));
  assert_int_equal(text.length, 2 * PAGE);
  must(vt_text_add_bytes(&text, (const char[LEVELS * PAGE]){0}, LEVELS * PAGE));
  unsigned char *bytes = (unsigned char *)text.bytes;
  put_big(bytes + 28, 2 + LEVELS, 4);
  memcpy(bytes + (1 + LEVELS) * PAGE, bytes + PAGE, PAGE);
  for (unsigned level = 0; level < LEVELS; level++) {
    unsigned char *page = bytes + (1 + level) * PAGE;
    memset(page, 0, PAGE);
    page[0] = 5;
    put_big(page + 3, CELLS, 2);
    put_big(page + 5, PAGE - 5 * CELLS, 2);
    put_big(page + 8, level + 3, 4);
    for (unsigned c = 0; c < CELLS; c++) {
      put_big(page + 12 + 2 * c, PAGE - 5 * (c + 1), 2);
      put_big(page + PAGE - 5 * (c + 1), level + 3, 4);
      page[PAGE - 5 * (c + 1) + 4] = 1;
    }
  }
  write_file("endless/lci/databases.db", text.bytes, (size_t)text.length);
  vt_text_free(&text);
  (void)alarm(120);
  must_refuse_all("endless", "found more rows than a file of its size can hold", NULL);
  (void)alarm(0);
}

// SQLite's own writing of it is refused by name; others are no table either.
static void tables_of_modules_are_refused_however_they_are_written(void **state) {
  (void)state;
  make_project("module", "delete", "gwp.1");
  sqlite3 *sqlite = open_labels("module");
  run_sql(sqlite,
          "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 0, sql = "
          "'CREATE/**/VIRTUAL TABLE activitydataset USING fts5(id, code, database, location, "
          "name, product, type)' WHERE name = 'activitydataset'");
  assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
  must_refuse_all("module", "lci/databases.db", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_does_not_fit_beside_is_not_waited_for),
      cmocka_unit_test(rows_without_end_are_refused),
      cmocka_unit_test(tables_of_modules_are_refused_however_they_are_written),
      cmocka_unit_test(nothing_is_made_beside_what_is_read),
      cmocka_unit_test(changes_of_an_open_program_are_read_or_refused),
      cmocka_unit_test(backups_in_wal_mode_are_read_unless_changes_wait),
      cmocka_unit_test(any_path_is_one_to_sqlite),
      cmocka_unit_test(members_that_are_no_files_are_refused),
      cmocka_unit_test(a_project_does_not_lead_out_of_its_folder),
  };
  return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
