// database_files.h - databases as files, made on the spot: folders, zips, backups, projects.
#ifndef VT_TESTS_DATABASE_FILES_H
#define VT_TESTS_DATABASE_FILES_H

#include "database_case.h"

#include <dirent.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char scratch[256]; // folder of all that a test writes

static inline const char *in_scratch(const char *name) {
  static char ring[8][1024];
  static int next;
  char *text = ring[next = (next + 1) % 8];
  (void)snprintf(text, sizeof ring[0], "%s/%s", scratch, name);
  return text;
}

static inline void write_file(const char *name, const void *bytes, size_t length) {
  FILE *file = fopen(in_scratch(name), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  assert_int_equal(fclose(file), 0);
}

// A text with ' for ".
static inline void write_text(const char *name, const char *text) {
  char *copy = strdup(text);
  assert_non_null(copy);
  for (char *c = copy; *c; c++) *c = *c == '\'' ? '"' : *c;
  write_file(name, copy, strlen(copy));
  free(copy);
}

static inline void make_folder(const char *name) {
  const char *path = in_scratch(name);
  if (access(path, F_OK) != 0) assert_int_equal(mkdir(path, 0700), 0);
}

static inline void remove_folder(const char *path) {
  DIR *entries = opendir(path);
  if (!entries) return;
  for (const struct dirent *entry; (entry = readdir(entries));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    char inner[2048];
    const int length = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
    assert_in_range(length, 1, sizeof inner - 1);
    if (unlink(inner) != 0) remove_folder(inner);
  }
  (void)closedir(entries);
  (void)rmdir(path);
}

static inline int make_scratch(void **state) {
  (void)state;
  (void)snprintf(scratch, sizeof scratch, "%s/vintner-database-XXXXXX", P_tmpdir);
  return mkdtemp(scratch) ? 0 : 1;
}

static inline int drop_scratch(void **state) {
  (void)state;
  remove_folder(scratch);
  return 0;
}

// An npy file of version 1: dictionary `header` and the numbers.
static inline void write_npy(const char *name, const char *header, const void *bytes,
                             size_t length) {
  unsigned char head[512] = "\x93NUMPY\x01";
  const size_t text = strlen(header), padded = (10 + text + 1 + 63) / 64 * 64;
  assert_true(padded < sizeof head && length < 100000);
  head[8] = (unsigned char)((padded - 10) % 256);
  head[9] = (unsigned char)((padded - 10) / 256);
  memset(head + 10, ' ', padded - 10);
  memcpy(head + 10, header, text);
  head[padded - 1] = '\n';
  unsigned char *all = malloc(padded + length);
  assert_non_null(all);
  memcpy(all, head, padded);
  memcpy(all + padded, bytes, length);
  write_file(name, all, padded + length);
  free(all);
}

// One record of a group.
typedef struct record {
  int64_t row, column;
  double value;
  bool flip;
} record;

// A datapackage that is being written into a folder of the scratch.
typedef struct package_maker {
  const char *folder;
  vt_text resources;
} package_maker;

static inline void add_resource(package_maker *to, const char *matrix, const char *group,
                                const char *kind, const char *more) {
  must(vt_text_add(&to->resources,
                   "%s{\"matrix\": \"%s\", \"group\": \"%s\", \"kind\": \"%s\", \"path\": "
                   "\"%s.%s.npy\", \"format\": \"npy\", \"profile\": \"data-resource\"%s}",
                   to->resources.length > 0 ? ", " : "", matrix, group, kind, group, kind, more));
}

static inline void write_array(const package_maker *to, const char *group, const char *kind,
                               const char *type, ptrdiff_t count, const void *bytes,
                               size_t length) {
  char name[256], header[256];
  (void)snprintf(name, sizeof name, "%s/%s.%s.npy", to->folder, group, kind);
  (void)snprintf(header, sizeof header, "{'descr': %s, 'fortran_order': False, 'shape': (%td,), }",
                 type, count);
  write_npy(name, header, bytes, length);
}

#define IDS "[('row', '<i8'), ('col', '<i8')]"
#define VECTOR ", \"category\": \"vector\""

static inline void add_group(package_maker *to, const char *matrix, const char *group,
                             ptrdiff_t count, const record *records, const char *more) {
  int64_t ids[64][2];
  double values[64];
  bool flips[64];
  assert_in_range(count, 0, 64);
  for (ptrdiff_t k = 0; k < count; k++) {
    ids[k][0] = records[k].row;
    ids[k][1] = records[k].column;
    values[k] = records[k].value;
    flips[k] = records[k].flip;
  }
  const size_t items = (size_t)count;
  write_array(to, group, "data", "'<f8'", count, values, items * sizeof values[0]);
  write_array(to, group, "indices", IDS, count, ids, items * sizeof ids[0]);
  write_array(to, group, "flip", "'|b1'", count, flips, items);
  char all[512];
  (void)snprintf(all, sizeof all, VECTOR "%s", more);
  add_resource(to, matrix, group, "flip", all);
  add_resource(to, matrix, group, "data", all);
  add_resource(to, matrix, group, "indices", all);
}

static inline void start_package(package_maker *to, const char *folder) {
  *to = (package_maker){.folder = folder};
  remove_folder(in_scratch(folder));
  make_folder(folder);
}

// Write datapackage.json; `more`: further members such as `, "sequential": true`.
static inline void finish_package(package_maker *to, const char *more) {
  vt_text text = {0};
  char name[256];
  must(vt_text_add(&text,
                   "{\"profile\": \"data-package\", \"name\": \"%s\", \"resources\": [%s]%s}",
                   to->folder, to->resources.bytes ? to->resources.bytes : "", more));
  (void)snprintf(name, sizeof name, "%s/datapackage.json", to->folder);
  write_file(name, text.bytes, (size_t)text.length);
  vt_text_free(&text);
  vt_text_free(&to->resources);
}

static inline void put_number(vt_text *text, uint64_t number, int bytes) {
  for (int i = 0; i < bytes; i++) {
    const unsigned char byte = (unsigned char)(i < 8 ? number >> 8 * i : 0);
    must(vt_text_add_bytes(text, &byte, 1));
  }
}

// What a member's header and its entry in the directory share.
static inline void put_member(vt_text *text, uint32_t sum, ptrdiff_t size, const char *name) {
  put_number(text, 20, 2);
  put_number(text, 0, 8); // flags, method: stored, time, date
  put_number(text, sum, 4);
  put_number(text, (uint64_t)size, 4);
  put_number(text, (uint64_t)size, 4);
  put_number(text, strlen(name), 2);
  put_number(text, 0, 2);
}

// One file into a zip and its directory.
static inline void zip_file(const char *folder, const char *name, vt_text *zip,
                            vt_text *directory) {
  char path[512];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  vt_text bytes = {0};
  must(vt_text_read_file(in_scratch(path), &bytes));
  const uint32_t sum =
      (uint32_t)crc32(0, (const unsigned char *)bytes.bytes, (unsigned)bytes.length);
  must(vt_text_add_bytes(directory, "PK\x01\x02\x14\x00", 6));
  put_member(directory, sum, bytes.length, name);
  put_number(directory, 0, 10);
  put_number(directory, (uint64_t)zip->length, 4);
  must(vt_text_add(directory, "%s", name));
  must(vt_text_add_bytes(zip, "PK\x03\x04", 4));
  put_member(zip, sum, bytes.length, name);
  must(vt_text_add(zip, "%s", name));
  must(vt_text_add_bytes(zip, bytes.bytes, bytes.length));
  vt_text_free(&bytes);
}

// All files of a folder as a stored zip; a file may be in it twice.
static inline void zip_folder(const char *folder, const char *zip_name, const char *twice) {
  vt_text zip = {0}, directory = {0};
  int members = 0;
  DIR *entries = opendir(in_scratch(folder));
  assert_non_null(entries);
  for (const struct dirent *entry; (entry = readdir(entries));) {
    if (entry->d_name[0] == '.') continue;
    zip_file(folder, entry->d_name, &zip, &directory);
    members++;
  }
  (void)closedir(entries);
  if (twice) {
    zip_file(folder, twice, &zip, &directory);
    members++;
  }
  const ptrdiff_t start = zip.length;
  must(vt_text_add_bytes(&zip, directory.bytes, directory.length));
  must(vt_text_add_bytes(&zip, "PK\x05\x06\0\0\0\0", 8));
  put_number(&zip, (uint64_t)members, 2);
  put_number(&zip, (uint64_t)members, 2);
  put_number(&zip, (uint64_t)directory.length, 4);
  put_number(&zip, (uint64_t)start, 4);
  put_number(&zip, 0, 2);
  write_file(zip_name, zip.bytes, (size_t)zip.length);
  vt_text_free(&zip);
  vt_text_free(&directory);
}

// One file into a tar.
static inline void tar_file(gzFile tar, const char *folder, const char *name) {
  char path[512], header[512] = {0};
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  vt_text bytes = {0};
  must(vt_text_read_file(in_scratch(path), &bytes));
  (void)snprintf(header, 100, "top/%.90s", name);
  (void)snprintf(header + 124, 12, "%011o", (unsigned)bytes.length);
  memcpy(header + 148, "        ", 8);
  header[156] = '0';
  memcpy(header + 257, "ustar", 6);
  unsigned sum = 0;
  for (int i = 0; i < 512; i++) sum += (unsigned char)header[i];
  (void)snprintf(header + 148, 8, "%06o", sum);
  must(vt_text_add_bytes(&bytes, (const char[512]){0}, (512 - bytes.length % 512) % 512));
  assert_int_equal(gzwrite(tar, header, 512), 512);
  if (bytes.length > 0)
    assert_int_equal(gzwrite(tar, bytes.bytes, (unsigned)bytes.length), bytes.length);
  vt_text_free(&bytes);
}

static inline void run_sql(sqlite3 *sqlite, const char *text) {
  assert_int_equal(sqlite3_exec(sqlite, text, NULL, NULL, NULL), SQLITE_OK);
}

static inline vt_database_set *read_one(const char *name) {
  const char *path = in_scratch(name);
  vt_database_set *set;
  must(vt_database_set_read(1, &path, &set));
  return set;
}

static inline void must_refuse(const char *name, const char *first, const char *second) {
  const char *path = in_scratch(name);
  vt_database_set *set;
  must_fail(vt_database_set_read(1, &path, &set), first, second);
  assert_null(set);
}

static inline vt_system *make_system(vt_database_set *set, const char *name) {
  int database;
  vt_system *system;
  must(vt_database_find(set, name, &database));
  must(vt_system_create(set, 1, &database, VT_NO_COLUMN, &system));
  assert_matched(system);
  return system;
}

static inline void must_refuse_system(vt_database_set *set, const char *name, const char *first,
                                      const char *second) {
  int database;
  vt_system *system;
  must(vt_database_find(set, name, &database));
  must_fail(vt_system_create(set, 1, &database, VT_NO_COLUMN, &system), first, second);
  vt_database_set_free(set);
}

#endif
