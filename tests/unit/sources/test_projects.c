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
  const vt_parameter *parameter;
  ptrdiff_t parameters;
  VT_TRY(vt_database_set_read(1, &path, &set));
  vt_error error = vt_database_load_nodes(set, 0);
  if (error == VT_OK) error = vt_database_require(set, 0);
  if (error == VT_OK) error = vt_parameters_read(set, &parameters, &parameter);
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_is_made_beside_what_is_read),
      cmocka_unit_test(changes_of_an_open_program_are_read_or_refused),
      cmocka_unit_test(backups_in_wal_mode_are_read_unless_changes_wait),
      cmocka_unit_test(any_path_is_one_to_sqlite),
      cmocka_unit_test(members_that_are_no_files_are_refused),
      cmocka_unit_test(a_project_does_not_lead_out_of_its_folder),
  };
  return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
