// fuzz_sqlite.c - Brightway projects with damaged SQLite files: read, or refused in one line.
//
// Small sound projects of several page sizes and journal modes, with changes that wait beside them
// or not, are damaged: bytes, headers of the file and of pages, cells, chains of overflow, trees
// that lead back, pages swapped or missing, lengths that are none, schemas that compute or lie,
// rows of other types, pickles, and what SQLite keeps beside its file. What is read is a folder or
// a backup. What is done depends on the index of an input alone.
//
// What is wrong: a crash; an error of another kind than that of bad input, or without one clean
// line below 4,000 bytes; a file made, changed or left open; more than 2 s, or more memory than
// MOST_MB.
//
//   build/tests/fuzz/fuzz_sqlite [FIRST [COUNT]]
//   build/tests/fuzz/fuzz_sqlite show INDEX      what comes out; the project is left where it says
#include "database_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { LABELS, PARAMETERS, FILES };
enum { LOG, SHARED, JOURNAL, COMPANIONS };
enum { PLAIN_SHAPES = 4, LOGGED = PLAIN_SHAPES, INTERRUPTED, SHAPES };
enum { NODES = 60, MOST_WAIT_S = 9, MOST_MESSAGE = 4000, HANG_S = 60 };

#ifdef __SANITIZE_ADDRESS__ // which is slower, and keeps what was freed
enum { MOST_S = 10, MOST_MB = 4096 };
#else
enum { MOST_S = 2, MOST_MB = 512 };
#endif

static const char *const file_of[FILES] = {"project/lci/databases.db", "project/parameters.db"};
static const char *const ending_of[COMPANIONS] = {"-wal", "-shm", "-journal"};
static vt_text sound[SHAPES][FILES], companion[SHAPES][COMPANIONS];
static char package_file[128], other_package[128];
static bool showing;

// ---------------------------------------------------------------------------------------------
// Numbers that an index decides.

static uint64_t state;

// SplitMix64.
static uint32_t draw(uint32_t below) {
  uint64_t x = state += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return below > 0 ? (uint32_t)((x ^ (x >> 31)) % below) : 0;
}

// ---------------------------------------------------------------------------------------------
// Sound projects.

static void fill_labels(sqlite3 *to) {
  run_sql(to, "CREATE TABLE activitydataset (id INTEGER NOT NULL PRIMARY KEY, data BLOB NOT NULL, "
              "code TEXT NOT NULL, database TEXT NOT NULL, location TEXT, name TEXT, product TEXT, "
              "type TEXT)");
  run_sql(to, "CREATE UNIQUE INDEX activitydataset_key ON activitydataset (database, code)");
  run_sql(to, "CREATE TABLE exchangedataset (id INTEGER NOT NULL PRIMARY KEY, data BLOB NOT NULL, "
              "input_code TEXT, input_database TEXT, output_code TEXT, output_database TEXT, type "
              "TEXT)");
  run_sql(to, "CREATE TABLE databaserecord (id INTEGER NOT NULL PRIMARY KEY, name TEXT, depends "
              "TEXT, dirty INTEGER)");
  run_sql(to, "INSERT INTO databaserecord VALUES (1, 'db', '[\"other\"]', 0), (2, 'other', NULL, "
              "NULL)");
  for (int i = 0; i < NODES; i++) {
    char text[600];
    (void)snprintf(
        text, sizeof text,
        "INSERT INTO activitydataset VALUES (%d, x'8004950a0000007d942e' || zeroblob(%d),"
        " 'c%d', '%s', 'GLO', 'market for %0*d', 'p%d', '%s')",
        i + 7, i % 7 * 90, i, i % 3 == 2 ? "other" : "db", i % 5 * 60 + 1, i, i,
        i % 3 == 2 ? "emission" : "process");
    run_sql(to, text);
  }
}

static void fill_parameters(sqlite3 *to) {
  run_sql(to, "CREATE TABLE projectparameter (id INTEGER NOT NULL PRIMARY KEY, name TEXT, formula "
              "TEXT, amount REAL, data BLOB)");
  run_sql(to,
          "CREATE TABLE databaseparameter (id INTEGER NOT NULL PRIMARY KEY, database TEXT, name "
          "TEXT, formula TEXT, amount REAL, data BLOB)");
  run_sql(to, "CREATE TABLE activityparameter (id INTEGER NOT NULL PRIMARY KEY, \"group\" TEXT, "
              "database TEXT, code TEXT, name TEXT, formula TEXT, amount REAL, data BLOB)");
  for (int i = 0; i < NODES / 3; i++) {
    char text[600];
    (void)snprintf(text, sizeof text,
                   "INSERT INTO projectparameter VALUES (%d, 'p%d', 'a + %d', %d.5, zeroblob(%d)); "
                   "INSERT INTO databaseparameter VALUES (%d, 'db', 'd%d', NULL, %d, NULL); "
                   "INSERT INTO activityparameter VALUES (%d, 'g', 'db', 'c%d', 'a%d', '', 1e%d, "
                   "NULL)",
                   i, i, i, i, i * 40, i, i, i, i, i, i, i);
    run_sql(to, text);
  }
}

static void keep(const char *name, const char *ending, vt_text *text) {
  char path[256];
  (void)snprintf(path, sizeof path, "%s%s", name, ending);
  if (access(in_scratch(path), F_OK) == 0) must(vt_text_read_file(in_scratch(path), text));
}

static void make_sound(int shape, int file) {
  static const int page[SHAPES] = {512, 1024, 4096, 512, 1024, 512};
  static const char *const modes[SHAPES] = {"delete", "delete", "delete",
                                            "delete", "wal",    "persist"};
  char text[200];
  sqlite3 *to;
  (void)unlink(in_scratch(file_of[file]));
  assert_int_equal(sqlite3_open(in_scratch(file_of[file]), &to), SQLITE_OK);
  (void)snprintf(text, sizeof text,
                 "PRAGMA page_size = %d; PRAGMA auto_vacuum = %d; PRAGMA journal_mode = %s; PRAGMA "
                 "cache_size = 2; PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = off",
                 page[shape], shape % 3, modes[shape]);
  run_sql(to, text);
  (file == LABELS ? fill_labels : fill_parameters)(to);
  if (file == LABELS && shape >= LOGGED) {
    run_sql(to, "PRAGMA wal_checkpoint(TRUNCATE)");
    run_sql(to, shape == LOGGED ? "UPDATE activitydataset SET location = 'CH'"
                                : "BEGIN; UPDATE activitydataset SET location = 'CH', product = "
                                  "name || name");
    for (int c = 0; c < COMPANIONS; c++) keep(file_of[file], ending_of[c], &companion[shape][c]);
  }
  keep(file_of[file], "", &sound[shape][file]);
  assert_int_equal(sqlite3_close(to), SQLITE_OK);
  for (int c = 0; c < COMPANIONS; c++) {
    (void)snprintf(text, sizeof text, "%s%s", file_of[file], ending_of[c]);
    (void)unlink(in_scratch(text));
  }
}

static void make_project(void) {
  static const record records[] = {{7, 7, 1, false}, {8, 8, 1, false}, {7, 8, 0.5, true}};
  static const record factors[] = {{9, 0, 2, false}};
  package_maker to;
  char md5[33];
  make_folder("project");
  make_folder("project/lci");
  make_folder("project/processed");
  write_text("project/databases.json", "{'db': {'depends': ['other']}, 'other': {}}");
  write_text("project/methods.json", "[[['gwp'], {'abbreviation': 'gwp.1', 'unit': 'kg'}]]");
  vt_md5("db", 2, md5);
  (void)snprintf(package_file, sizeof package_file, "processed/x.%.8s.zip", md5);
  start_package(&to, "part");
  add_group(&to, "technosphere_matrix", "t", 3, records, "");
  finish_package(&to, "");
  char name[200];
  (void)snprintf(name, sizeof name, "project/%s", package_file);
  zip_folder("part", name, NULL);
  vt_md5("other", 5, md5);
  (void)snprintf(other_package, sizeof other_package, "processed/y.%.8s.zip", md5);
  (void)snprintf(name, sizeof name, "project/%s", other_package);
  start_package(&to, "part");
  finish_package(&to, "");
  zip_folder("part", name, NULL);
  start_package(&to, "part");
  add_group(&to, "characterization_matrix", "c", 1, factors, "");
  finish_package(&to, "");
  zip_folder("part", "project/processed/gwp.1.zip", NULL);
  remove_folder(in_scratch("part"));
  for (int shape = 0; shape < SHAPES; shape++) {
    for (int file = 0; file < FILES; file++) make_sound(shape, file);
  }
}

// ---------------------------------------------------------------------------------------------
// Damage to bytes.

static unsigned char *bytes_of(const vt_text *image) {
  return (unsigned char *)image->bytes;
}

static uint32_t page_size(const vt_text *image) {
  const unsigned char *b = bytes_of(image);
  const uint32_t size = image->length > 18 ? (uint32_t)b[16] << 8 | b[17] : 0;
  return size >= 512 ? size : 4096;
}

static uint32_t pages_of(const vt_text *image) {
  return (uint32_t)image->length / page_size(image);
}

static unsigned char odd_byte(void) {
  static const unsigned char odd[] = {0, 1, 2, 0x7f, 0x80, 0x81, 0xfe, 0xff};
  return draw(3) == 0 ? (unsigned char)draw(256) : odd[draw(8)];
}

static void put_big(unsigned char *at, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; i++) at[i] = (unsigned char)(value >> 8 * (bytes - 1 - i));
}

static void change_bytes(vt_text *image) {
  for (uint32_t left = 1 + draw(draw(2) == 0 ? 3 : 60); left > 0; left--) {
    unsigned char *byte = bytes_of(image) + draw((uint32_t)image->length);
    *byte = draw(2) == 0 ? odd_byte() : (unsigned char)(*byte ^ 1U << draw(8));
  }
}

static void change_header(vt_text *image) {
  static const unsigned char at[] = {15, 16, 17, 18, 19, 20, 21, 22, 23, 28, 31, 32,
                                     35, 36, 43, 44, 47, 52, 55, 59, 63, 67, 92, 96};
  for (uint32_t left = 1 + draw(3); left > 0; left--)
    bytes_of(image)[at[draw(sizeof at)]] = draw(2) == 0 ? (unsigned char)draw(5) : odd_byte();
}

// The header of a page that holds one.
static unsigned char *some_page(const vt_text *image, uint32_t *number) {
  *number = 1 + draw(pages_of(image));
  return bytes_of(image) + (*number - 1) * page_size(image) + (*number == 1 ? 100 : 0);
}

static bool is_leaf(const unsigned char *page) {
  return page[0] == 13 || page[0] == 10;
}

static void change_page(vt_text *image) {
  uint32_t number;
  unsigned char *page = some_page(image, &number);
  static const unsigned char kinds[] = {2, 5, 10, 13, 0, 255};
  switch (draw(5)) {
    case 0: page[0] = kinds[draw(6)]; break;
    case 1: put_big(page + 3, draw(2) == 0 ? draw(300) : draw(65536), 2); break;
    case 2: put_big(page + 5, draw(65536), 2); break;
    case 3: put_big(page + 8, draw(pages_of(image) + 2), 4); break;
    default: page[1 + draw(40)] = odd_byte(); break;
  }
}

// A cell's place in its page; 0 for none.
static uint32_t some_cell(const vt_text *image, const unsigned char *page, uint32_t number) {
  const uint32_t cells = (uint32_t)page[3] << 8 | page[4], size = page_size(image);
  if (cells == 0 || cells > size / 4) return 0;
  const unsigned char *at = page + (is_leaf(page) ? 8 : 12) + 2 * draw(cells);
  const uint32_t place = (uint32_t)at[0] << 8 | at[1];
  return place + 16 < size && (ptrdiff_t)(number * size) <= image->length ? place : 0;
}

// Lengths: of the payload, of the record's header, of its fields.
static void change_cell(vt_text *image) {
  static const char *const lengths[] = {"\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                                        "\x80\x80\x80\x80\x80\x80\x80\x80\x01",
                                        "\x87\xff\xff\xff\x7f",
                                        "\x88\x80\x80\x80",
                                        "\x81\x80\x80",
                                        "\xbf\xff\x7f",
                                        "\x80\x80\x80\x80\x01",
                                        "\x90\x80\x80\x80\x80\x80\x80\x80\x80",
                                        "\xff\x7f"};
  uint32_t number;
  const unsigned char *page = some_page(image, &number);
  const uint32_t place = some_cell(image, page, number);
  if (place == 0) return;
  const char *length = lengths[draw(9)];
  unsigned char *at = bytes_of(image) + (number - 1) * page_size(image) + place + draw(12);
  for (size_t i = 0; length[i] && at + i < bytes_of(image) + image->length; i++)
    at[i] = (unsigned char)length[i];
}

// Inner pages in a row, of which each leads to the next one only, many times over.
static void make_endless(vt_text *image) {
  const uint32_t size = page_size(image), pages = pages_of(image), levels = 2 + draw(18);
  const uint32_t first = 2 + draw(pages - 1), cells = 1 + draw(size / 8 < 60 ? size / 8 : 60);
  for (uint32_t level = 0; level < levels && first + level < pages; level++) {
    unsigned char *page = bytes_of(image) + (first + level - 1) * size;
    const uint32_t next = draw(30) == 0 ? draw(pages + 2) : first + level + 1;
    page[0] = 5;
    put_big(page + 1, 0, 2);
    put_big(page + 3, cells, 2);
    put_big(page + 5, size - 5 * cells - 1, 2);
    page[7] = 0;
    put_big(page + 8, next, 4);
    for (uint32_t c = 0; c < cells && 12 + 7 * (c + 1) < size; c++) {
      put_big(page + 12 + 2 * c, size - 5 * (c + 1), 2);
      put_big(page + size - 5 * (c + 1), next, 4);
      page[size - 5 * (c + 1) + 4] = (unsigned char)(c + 1);
    }
  }
}

// Four bytes of a page lead to another one: a chain of overflow to one of its own, or whatever it
// is.
static void lead_back(vt_text *image) {
  const uint32_t size = page_size(image), pages = pages_of(image);
  const uint32_t from = 1 + draw(pages), to = draw(pages + 2);
  unsigned char *page = bytes_of(image) + (from - 1) * size;
  put_big(page + (draw(2) == 0 ? 0 : draw(size - 4)), to, 4); // a chain, or anything
}

static void move_pages(vt_text *image) {
  const uint32_t size = page_size(image), pages = pages_of(image);
  unsigned char *a = bytes_of(image) + draw(pages) * size,
                *b = bytes_of(image) + draw(pages) * size;
  const uint32_t kind = draw(3);
  for (uint32_t i = 0; i < size; i++) {
    const unsigned char was = a[i];
    a[i] = kind == 2 ? 0 : b[i];
    if (kind == 0) b[i] = was;
  }
}

static void change_length(vt_text *image) {
  const uint32_t size = page_size(image), kind = draw(4);
  if (kind == 0) image->length = draw((uint32_t)image->length);
  if (kind == 1) image->length = (ptrdiff_t)(draw(pages_of(image) + 1) * size);
  if (kind == 2) must(vt_text_add_bytes(image, companion[LOGGED][LOG].bytes, 1 + draw(5000)));
  if (kind == 3) image->length = draw(120);
}

// A text where it stands: names, codes, schema, pickles.
static void change_text(vt_text *image) {
  static const char *const from[] = {"process", "market", "CREATE", "TABLE",    "TEXT",
                                     "db",      "GLO",    "name",   "\x80\x04", "other"};
  static const char *const to[] = {"\xff\xfe", "\x1b[2J", "\n\r", "\xc0\xaf", "\xe2\x80\xae",
                                   "'\"",      "(((",     "--",   "AS (",     "\xed\xa0\x80"};
  const char *text = from[draw(10)], *other = to[draw(10)];
  const char *start = image->bytes + draw((uint32_t)image->length);
  const char *found =
      memmem(start, (size_t)(image->bytes + image->length - start), text, strlen(text));
  if (!found || found + 4 >= image->bytes + image->length) return;
  char *at = image->bytes + (found - image->bytes);
  memcpy(at, other, strlen(other));
  if (draw(4) == 0) at[0] = '\0';
}

static void damage_bytes(vt_text *image) {
  static void (*const kinds[])(vt_text *) = {change_bytes,  change_header, change_page,
                                             change_cell,   make_endless,  lead_back,
                                             change_length, move_pages,    change_text};
  if (image->length < 2048) return;
  kinds[draw(sizeof kinds / sizeof *kinds)](image);
}

// ---------------------------------------------------------------------------------------------
// Damage by statements.

// "%1" is a number, small or large, "%2" a table, "%3" a column, "%4" a value.
static const char *const statements[] = {
    "UPDATE %2 SET %3 = %4 WHERE id %% 7 = %1 %% 7",
    "UPDATE %2 SET %3 = %4",
    "UPDATE %2 SET id = id * %1 - %1",
    "DELETE FROM %2 WHERE id > %1 %% 60",
    "INSERT INTO activitydataset SELECT id + 1000, data, code || id, %4, %4, %4, %4, %4 FROM "
    "activitydataset",
    "INSERT INTO databaserecord VALUES (%1, %4, %4, %4)",
    "INSERT INTO databaserecord VALUES (NULL, 'x', '[[[[[[[[[[[[[[[[[[', 1)",
    "INSERT INTO databaserecord VALUES (NULL, 'y' || char(27) || '[2J', '[1e999, {}]', 2)",
    "UPDATE databaserecord SET depends = '[\"' || replace(hex(zeroblob(%1 %% 20000)), '0', 'n') "
    "|| '\"]'",
    "ALTER TABLE %2 RENAME COLUMN %3 TO gone",
    "DROP INDEX activitydataset_key; UPDATE activitydataset SET code = 'same'",
    "DROP INDEX activitydataset_key; CREATE INDEX k ON activitydataset (%3 COLLATE NOCASE) WHERE "
    "id "
    "< %1",
    "CREATE INDEX k ON activitydataset (database, id, code, name, location, product, type)",
    "DROP TABLE %2",
    "DROP TABLE %2; CREATE TABLE %2 (a)",
    "ALTER TABLE %2 RENAME TO t; CREATE VIEW %2 AS SELECT * FROM t",
    "ALTER TABLE %2 RENAME TO t; CREATE VIEW %2 AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
    "SELECT "
    "i + 1 FROM n) SELECT i AS id, i AS code, 'db' AS database, hex(zeroblob(%1)) AS name, name AS "
    "location, name AS product, name AS type FROM n",
    "ALTER TABLE %2 RENAME TO t; CREATE TRIGGER %2 BEFORE UPDATE ON t BEGIN SELECT 1; END",
    "CREATE TRIGGER %2 AFTER INSERT ON %2 BEGIN DELETE FROM %2; END",
    "DROP TABLE %2; CREATE VIRTUAL TABLE %2 USING fts5(code, database, name, location, product, "
    "type)",
    "DROP TABLE %2; CREATE TABLE %2 (id INTEGER PRIMARY KEY, code TEXT, database TEXT, location "
    "TEXT, name TEXT AS (hex(zeroblob(%1))), product TEXT AS (code) STORED, type TEXT)",
    "ALTER TABLE %2 ADD COLUMN more TEXT AS (code || name) VIRTUAL",
    "ALTER TABLE %2 ADD COLUMN more TEXT NOT NULL DEFAULT 'x' CHECK (length(more) > %1)",
    "ALTER TABLE activitydataset DROP COLUMN %3",
    "DROP TABLE %2; CREATE TABLE %2 (id ANY PRIMARY KEY, code TEXT, database TEXT, location TEXT, "
    "name TEXT, product TEXT, type TEXT) WITHOUT ROWID; INSERT INTO %2 VALUES (%4, 'c', 'db', 'l', "
    "'n', 'p', 'process'), (1.5, 'd', 'db', 'l', 'n', 'p', 'process')",
    "UPDATE sqlite_master SET sql = replace(sql, '%3 TEXT', '%3 TEXT DEFAULT ''' || "
    "hex(zeroblob(%1 %% 300000)) || '''')",
    "UPDATE sqlite_master SET sql = replace(sql, '%3 TEXT', '%3 TEXT AS (upper(code))')",
    "UPDATE sqlite_master SET sql = replace(sql, 'TEXT', 'TEXT COLLATE mine')",
    "UPDATE sqlite_master SET sql = replace(sql, 'TEXT', 'BLOB')",
    "UPDATE sqlite_master SET sql = replace(sql, 'type TEXT', 'type TEXT, m TEXT DEFAULT ' || "
    "replace(hex(zeroblob(%1 %% 2000)), '0', '(') || '1')",
    "UPDATE sqlite_master SET sql = replace(sql, 'CREATE TABLE', 'CREATE/**/VIRTUAL TABLE')",
    "UPDATE sqlite_master SET rootpage = 0, sql = 'CREATE' || char(10) || 'VIRTUAL TABLE %2 USING "
    "dbstat' WHERE name = '%2'",
    "UPDATE sqlite_master SET rootpage = 0, sql = 'CREATE  VIRTUAL TABLE %2 USING "
    "fts5(code, database, name, location, product, type)' WHERE name = '%2'",
    "UPDATE sqlite_master SET rootpage = %1",
    "UPDATE sqlite_master SET rootpage = %1 %% 40 WHERE name = '%2'",
    "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = "
    "'exchangedataset') WHERE name = '%2'",
    "UPDATE sqlite_master SET rootpage = 1 WHERE name = '%2'",
    "UPDATE sqlite_master SET type = %4 WHERE name = '%2'",
    "UPDATE sqlite_master SET sql = %4 WHERE name = '%2'",
    "UPDATE sqlite_master SET name = %4, tbl_name = %4 WHERE name = '%2'",
    "INSERT INTO sqlite_master SELECT 'view', name, name, 0, 'CREATE VIEW ' || name || ' AS SELECT "
    "1' FROM sqlite_master",
    "INSERT INTO sqlite_master SELECT 'index', '%2', tbl_name, %1 %% 40, NULL FROM sqlite_master",
    "INSERT INTO sqlite_master VALUES ('trigger', '%2', '%2', 0, 'CREATE TRIGGER %2 AFTER UPDATE "
    "ON "
    "%2 BEGIN SELECT 1; END')",
    "PRAGMA user_version = %1",
    "PRAGMA incremental_vacuum(%1)",
    "VACUUM",
};
static const char *const tables[FILES][3] = {
    {"activitydataset", "activitydataset", "databaserecord"},
    {"projectparameter", "databaseparameter", "activityparameter"}};
static const char *const columns[] = {"id",      "code",   "database", "location", "name",
                                      "product", "type",   "data",     "depends",  "dirty",
                                      "formula", "amount", "\"group\""};
static const char *const values[] = {"NULL",
                                     "1",
                                     "-9223372036854775808",
                                     "9e999",
                                     "0.1",
                                     "zeroblob(0)",
                                     "zeroblob(900)",
                                     "x'80049501'",
                                     "'db'",
                                     "''",
                                     "char(0)",
                                     "'a' || char(0) || 'b'",
                                     "CAST(x'ff41' AS TEXT)",
                                     "CAST(x'eda080' AS TEXT)",
                                     "char(27) || '[31m' || char(10)",
                                     "char(8238)",
                                     "replace(hex(zeroblob(3000)), '0', 'long ')",
                                     "'process'",
                                     "'[\"db\", \"nowhere\"]'",
                                     "'{}'",
                                     "'[' || hex(zeroblob(40000)) || ']'",
                                     "'%%s%%n'",
                                     "'table'",
                                     "'view'"};

static void add_statement(vt_text *text, int file) {
  static const uint32_t numbers[] = {0, 1, 7, 39, 1000, 65536, 2147483647};
  const char *table = tables[file][draw(3)], *column = columns[draw(13)];
  for (const char *c = statements[draw(sizeof statements / sizeof *statements)]; *c; c++) {
    if (*c != '%') {
      must(vt_text_add_bytes(text, c, 1));
      continue;
    }
    c++;
    if (*c == '1') must(vt_text_add(text, "%u", draw(2) == 0 ? numbers[draw(7)] : draw(5000)));
    if (*c == '2') must(vt_text_add(text, "%s", table));
    if (*c == '3') must(vt_text_add(text, "%s", column));
    if (*c == '4') must(vt_text_add(text, "%s", values[draw(sizeof values / sizeof *values)]));
    if (*c == '%') must(vt_text_add(text, "%%"));
  }
}

// A statement may fail: then it did what it did.
static void damage_by_statement(vt_text *image, int file) {
  sqlite3 *memory;
  vt_text text = {0};
  assert_int_equal(sqlite3_open(":memory:", &memory), SQLITE_OK);
  unsigned char *copy = sqlite3_malloc64((uint64_t)image->length);
  assert_non_null(copy);
  memcpy(copy, image->bytes, (size_t)image->length);
  assert_int_equal(
      sqlite3_deserialize(memory, "main", copy, image->length, image->length,
                          SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE),
      SQLITE_OK);
  (void)sqlite3_limit(memory, SQLITE_LIMIT_LENGTH, 1 << 20);
  (void)sqlite3_limit(memory, SQLITE_LIMIT_VDBE_OP, 1 << 16);
  (void)sqlite3_exec(memory, "PRAGMA writable_schema = ON", NULL, NULL, NULL);
  add_statement(&text, file);
  if (showing) printf("%s: %s\n", file_of[file], text.bytes);
  (void)sqlite3_exec(memory, text.bytes, NULL, NULL, NULL);
  vt_text_free(&text);
  sqlite3_int64 length = 0;
  unsigned char *made = sqlite3_serialize(memory, "main", &length, 0);
  if (made && length > 0) {
    image->length = 0;
    must(vt_text_add_bytes(image, made, (ptrdiff_t)length));
  }
  sqlite3_free(made);
  assert_int_equal(sqlite3_close(memory), SQLITE_OK);
}

// ---------------------------------------------------------------------------------------------
// A damaged project.

static void put(const char *name, const char *ending, const vt_text *text) {
  char path[256];
  (void)snprintf(path, sizeof path, "%s%s", name, ending);
  write_file(path, text->bytes ? text->bytes : "", (size_t)text->length);
}

static void put_companions(int shape) {
  const bool any = draw(12) == 0;
  for (int c = 0; c < COMPANIONS; c++) {
    char path[256];
    (void)snprintf(path, sizeof path, "%s%s", file_of[LABELS], ending_of[c]);
    (void)unlink(in_scratch(path));
    const int from = any ? (int)draw(SHAPES) : shape;
    if (draw(20) == 0 || (companion[from][c].length == 0 && !(any && draw(6) == 0))) continue;
    vt_text copy = {0};
    must(vt_text_add_bytes(&copy, companion[from][c].bytes, companion[from][c].length));
    if (copy.length > 64 && draw(2) == 0) {
      for (uint32_t left = 1 + draw(8); left > 0; left--)
        copy.bytes[draw(draw(2) == 0 ? 60 : (uint32_t)copy.length)] = (char)odd_byte();
      if (draw(6) == 0) copy.length = draw((uint32_t)copy.length);
    }
    put(file_of[LABELS], ending_of[c], &copy);
    vt_text_free(&copy);
  }
}

static void put_project(void) {
  const int shape = (int)draw(SHAPES), damaged = draw(5) == 0 ? PARAMETERS : LABELS;
  const uint32_t damages = draw(draw(2) == 0 ? 2 : 4);
  if (showing) printf("shape %d, %u damages\n", shape, damages);
  for (int file = 0; file < FILES; file++) {
    vt_text copy = {0};
    must(vt_text_add_bytes(&copy, sound[shape][file].bytes, sound[shape][file].length));
    const bool by_statement = shape < PLAIN_SHAPES && draw(2) == 0;
    if (file == damaged && by_statement) damage_by_statement(&copy, file);
    for (uint32_t i = 0; file == damaged && i < damages; i++) damage_bytes(&copy);
    put(file_of[file], "", &copy);
    vt_text_free(&copy);
  }
  put_companions(shape);
  if (draw(2) == 0)
    write_text("project/databases.json", "{'db': {'depends': ['other']}, 'other': {}}");
  else
    (void)unlink(in_scratch("project/databases.json"));
}

static void put_backup(void) {
  const char *const members[] = {"databases.json",       "methods.json",       "lci/databases.db",
                                 "lci/databases.db-wal", "parameters.db",      package_file,
                                 other_package,          "processed/gwp.1.zip"};
  gzFile tar = gzopen(in_scratch("backup.tar.gz"), "wb1");
  assert_non_null(tar);
  for (size_t m = 0; m < sizeof members / sizeof *members; m++) {
    char path[256];
    (void)snprintf(path, sizeof path, "project/%s", members[m]);
    if (access(in_scratch(path), F_OK) == 0) tar_file(tar, "project", members[m]);
  }
  assert_int_equal(gzwrite(tar, (const char[1024]){0}, 1024), 1024);
  assert_int_equal(gzclose(tar), Z_OK);
}

// ---------------------------------------------------------------------------------------------
// Reading it.

static int wrongs;
static double slowest_s;
static long most_mb;

static void wrong(const char *what) {
  printf("wrong: %s: %s\n", what, vt_error_message());
  wrongs++;
}

// Whether it was read.
static bool check(vt_error error) {
  if (error == VT_OK) return true;
  const char *message = vt_error_message();
  const size_t length = strlen(message);
  int unfit = -1;
  if (error != VT_ERR_INPUT) wrong("not an error of the input");
  if (length == 0) wrong("no message");
  if (length >= MOST_MESSAGE) wrong("a message of 4,000 bytes");
  for (const char *at = message; *at && unfit < 0;)
    at += vt_clean_next(at, message + length, &unfit);
  if (unfit >= 0) wrong("a message that is no clean line");
  if (showing) printf("error %d: %s\n", (int)error, message);
  return false;
}

// Whether all of it was read.
static bool read_project(const char *name) {
  const char *path = in_scratch(name);
  vt_database_set *set;
  vt_parameter_table parameters;
  if (!check(vt_database_set_read(1, &path, &set))) return false;
  bool all = check(vt_parameters_read(set, &parameters));
  for (int m = 0; m < set->methods; m++) all = check(vt_method_load(set, m)) && all;
  for (int d = 0; d < set->databases; d++) {
    all = check(vt_database_load_nodes(set, d)) && all;
    all = check(vt_database_require(set, d)) && all;
  }
  if (showing) printf("%d databases, %d nodes\n", set->databases, set->nodes);
  vt_database_set_free(set);
  return all;
}

// Names and bytes of a folder's files, one sum. FILE-shm is another program's.
static uint64_t sum_of(const char *name) {
  uint64_t sum = 0;
  DIR *entries = opendir(in_scratch(name));
  assert_non_null(entries);
  for (const struct dirent *entry; (entry = readdir(entries));) {
    char inner[512];
    vt_text text = {0};
    if (entry->d_name[0] == '.') continue;
    (void)snprintf(inner, sizeof inner, "%s/%s", name, entry->d_name);
    if (entry->d_type == DT_REG && !strstr(inner, "-shm"))
      must(vt_text_read_file(in_scratch(inner), &text));
    must(vt_text_add(&text, "%s", entry->d_name));
    sum += vt_hash64(text.bytes, text.length);
    vt_text_free(&text);
  }
  (void)closedir(entries);
  return sum;
}

// The lowest number that is free for a file.
static int free_file(void) {
  const int file = dup(STDIN_FILENO);
  (void)close(file);
  return file;
}

static double processor_s(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool try_input(long index) {
  state = (uint64_t)index * 2654435761U + 12345;
  wrongs = 0;
  put_project();
  const bool backup = draw(4) == 0;
  if (backup) put_backup();
  const uint64_t before = sum_of("project") + sum_of("project/lci");
  const int file = free_file();
  const double start = vt_clock_s(), before_s = processor_s();
  const bool all = read_project(backup ? "backup.tar.gz" : "project");
  const double taken = processor_s() - before_s, waited = vt_clock_s() - start;
  struct rusage usage;
  (void)getrusage(RUSAGE_SELF, &usage);
  slowest_s = taken > slowest_s ? taken : slowest_s;
  most_mb = usage.ru_maxrss / 1024;
  if (!(taken < MOST_S)) wrong("it took too long");
  if (!(waited < MOST_WAIT_S)) wrong("it waited for more than 9 s");
  if (most_mb > MOST_MB) wrong("it took too much memory");
  if (free_file() != file) wrong("a file is still open");
  if (sum_of("project") + sum_of("project/lci") != before) wrong("a file is another one, or new");
  if (showing) printf("%.3f s, %ld MB\n", taken, most_mb);
  return all;
}

// ---------------------------------------------------------------------------------------------
// Many of them, in processes that may die.

typedef struct tally {
  long at, end;
  long read, refused, wrong;
  double slowest_s;
  long most_mb;
} tally;

// The rest of a stretch; returns when it is done, or with a hang in the next process.
static void work(tally *t) {
  for (; t->at < t->end; t->at++) {
    (void)alarm(HANG_S);
    const bool all = try_input(t->at);
    *(all ? &t->read : &t->refused) += 1;
    t->slowest_s = slowest_s > t->slowest_s ? slowest_s : t->slowest_s;
    t->most_mb = most_mb > t->most_mb ? most_mb : t->most_mb;
    if (wrongs == 0) continue;
    t->wrong++;
    printf("input %ld: %d wrong\n", t->at, wrongs);
  }
  (void)alarm(0);
}

static int try_all(long first, long count) {
  enum { STRETCH = 20000 };
  tally *t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(t != MAP_FAILED);
  *t = (tally){.at = first};
  while (t->at < first + count) {
    t->end = t->at + STRETCH < first + count ? t->at + STRETCH : first + count;
    (void)fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      work(t);
      exit(0); // leaks are looked for
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    printf("input %ld: the process ended with status %#x\n", t->at, (unsigned)status);
    t->wrong++;
    t->at++;
  }
  printf("%ld inputs: %ld read, %ld refused, %ld wrong; at most %.3f s and %ld MB\n", count,
         t->read, t->refused, t->wrong, t->slowest_s, t->most_mb);
  return t->wrong > 0;
}

int main(int argc, char **argv) {
  showing = argc == 3 && strcmp(argv[1], "show") == 0;
  const long first = showing ? strtol(argv[2], NULL, 10) : argc > 1 ? strtol(argv[1], NULL, 10) : 0;
  (void)snprintf(scratch, sizeof scratch, "%s/fuzz-sqlite-XXXXXX",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : P_tmpdir);
  if (!mkdtemp(scratch)) return 1;
  make_project();
  if (showing) {
    (void)try_input(first);
    printf("%s\n", scratch);
    return wrongs > 0;
  }
  const int failed = try_all(first, argc > 2 ? strtol(argv[2], NULL, 10) : 1000);
  (void)drop_scratch(NULL);
  return failed;
}
