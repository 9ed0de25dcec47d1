// fuzz_database.c - any bytes as a source of databases: read or refused, and what is read gives
// systems, factors and foregrounds, or one line that says why not.
//
// With -DVT_FUZZ_PARTS the bytes are the members of a zip, cut at lines "----": datapackage.json,
// then 1.npy, 2.npy ... The zip is made here with sound check sums, so that mutations reach the
// readers. With -DVT_FUZZ_PREMISE they are the four tables of a folder of premise, cut likewise:
// A_matrix_index.csv, B_matrix_index.csv, A_matrix.csv, B_matrix.csv.
//
//   clang -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -Iinclude
//     -DVT_SOBOL_TABLE=\"$PWD/src/design/sobol-joe-kuo-21201.txt\"
//     $(pkg-config --cflags --libs hdf5-openmpi ompi-c) -o fuzz_database
//     tests/fuzz/fuzz_database.c src/assembly/{foreground_tensors,mapping,demand_csv}.c
//     src/{parameters,system,store,sources,inputs,study,design,json,formula,base}/*.c
//     -lhdf5_openmpi_hl -lzip -lsqlite3 -ljson-c -lyaml -lmd -lz -lm
//   ./fuzz_database -max_total_time=300 CORPUS
#include "vintner/assembly.h"
#include "vintner/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { MOST_PARTS = 8 };

static void check(vt_error error) {
  if (error == VT_ERR_BUG) __builtin_trap();
  if (error != VT_OK && strchr(vt_error_message(), '\n')) __builtin_trap();
}

// A system is square with a full diagonal, and its entries lie inside.
static void check_system(const vt_system *system) {
  if (system->products != system->processes) __builtin_trap();
  const vt_sparse *b = &system->biosphere;
  for (ptrdiff_t k = 0; k < b->entries; k++) {
    if (b->row[k] < 0 || b->row[k] >= system->flows) __builtin_trap();
  }
  for (int j = 0; j < system->processes; j++) {
    if (system->maker[system->reference[j]] != j) __builtin_trap();
  }
}

// What follows a parameter comes after what it reads, and amounts belong to entries.
static void check_following(const vt_following *following) {
  for (int p = 0; p < following->parameters; p++) {
    const vt_meaning *meaning = &following->parameter[p].meaning;
    for (int k = 0; k < meaning->names; k++) {
      if (meaning->parameter[k] >= p) __builtin_trap();
    }
  }
  for (ptrdiff_t t = 0; t < following->terms; t++) {
    if (following->term[t].amount >= following->amounts) __builtin_trap();
  }
}

// A study whose factor changes all parameters.
static const vt_study *changes_all(void) {
  static vt_study *study;
  static const char text[] =
      "vintner: 1\nname: x\nmodel:\n  pathway:\n    databases: [d.json]\n    foreground: plan\n"
      "    demand: {heat: {2020: 1}}\n    years: [2020, 2021]\n    methods: {m: [m]}\n"
      "    objective: m\nensemble:\n  design: {monte-carlo: 2}\n"
      "  factors: {f: {target: \"parameter[*, *]\", multiply: {uniform: [1, 2]}}}\n";
  if (!study && vt_study_parse("s.yaml", text, sizeof text - 1, &study) != VT_OK) __builtin_trap();
  return study;
}

static void build_foreground(vt_database_set *set, int database, const vt_study *study) {
  const vt_foreground from = {
      .database = database, .first_year = 2020, .last_year = 2025, .study = study};
  vt_inputs *inputs;
  int *flow, *elementary;
  const vt_error error = vt_foreground_build(set, &from, &inputs, &flow, &elementary);
  check(error);
  if (error != VT_OK) return;
  check_following(&inputs->following);
  vt_inputs_free(inputs);
  free(flow);
  free(elementary);
}

static void use(vt_database_set *set) {
  for (int d = 0; d < set->databases && d < 4; d++) {
    for (ptrdiff_t column = VT_NO_COLUMN; column < 2; column++) {
      vt_system *system;
      const vt_error error = vt_system_create(set, 1, &d, column, &system);
      check(error);
      if (error != VT_OK) continue;
      check_system(system);
      double *factor = calloc((size_t)system->flows + 1, sizeof *factor);
      for (int m = 0; factor && m < set->methods && m < 4; m++)
        check(vt_method_factors(set, system, m, column, factor));
      free(factor);
      vt_system_free(system);
    }
    build_foreground(set, d, NULL);
    build_foreground(set, d, changes_all());
  }
}

#ifdef VT_FUZZ_PARTS

static bool put_number(vt_text *text, uint64_t number, int bytes) {
  for (int i = 0; i < bytes; i++) {
    const unsigned char byte = (unsigned char)(i < 8 ? number >> 8 * i : 0);
    if (vt_text_add_bytes(text, &byte, 1) != VT_OK) return false;
  }
  return true;
}

// Header of a member: in front of it (`at` < 0), or in the directory.
static void put_header(vt_text *text, const char *name, const uint8_t *part, size_t size,
                       ptrdiff_t at) {
  (void)vt_text_add_bytes(text, at < 0 ? "PK\x03\x04" : "PK\x01\x02\x14\x00", at < 0 ? 4 : 6);
  (void)put_number(text, 20, 2);
  (void)put_number(text, 0, 8);
  (void)put_number(text, crc32(0, part, (unsigned)size), 4);
  (void)put_number(text, size, 4);
  (void)put_number(text, size, 4);
  (void)put_number(text, strlen(name), 2);
  (void)put_number(text, 0, at < 0 ? 2 : 12);
  if (at >= 0) (void)put_number(text, (uint64_t)at, 4);
  (void)vt_text_add(text, "%s", name);
}

static void make_source(const uint8_t *bytes, size_t length, vt_text *zip) {
  vt_text directory = {0};
  uint64_t parts = 0;
  const uint8_t *end = bytes + length;
  while (bytes <= end && parts < MOST_PARTS) {
    const uint8_t *stop = bytes < end ? memmem(bytes, (size_t)(end - bytes), "\n----\n", 6) : NULL;
    const size_t size = (size_t)((stop ? stop : end) - bytes);
    char name[32] = "datapackage.json";
    if (parts > 0) (void)snprintf(name, sizeof name, "%d.npy", (int)parts);
    put_header(&directory, name, bytes, size, zip->length);
    put_header(zip, name, bytes, size, -1);
    (void)vt_text_add_bytes(zip, bytes, (ptrdiff_t)size);
    parts++;
    if (!stop) break;
    bytes = stop + 6;
  }
  const ptrdiff_t start = zip->length;
  (void)vt_text_add_bytes(zip, directory.bytes, directory.length);
  (void)vt_text_add_bytes(zip, "PK\x05\x06\0\0\0\0", 8);
  (void)put_number(zip, parts, 2);
  (void)put_number(zip, parts, 2);
  (void)put_number(zip, (uint64_t)directory.length, 4);
  (void)put_number(zip, (uint64_t)start, 4);
  (void)put_number(zip, 0, 2);
  vt_text_free(&directory);
}

#elif !defined VT_FUZZ_PREMISE

static void make_source(const uint8_t *bytes, size_t length, vt_text *source) {
  (void)vt_text_add_bytes(source, bytes, (ptrdiff_t)length);
}

#endif

static void read_and_use(const char *path) {
  const char *const paths[] = {path};
  vt_database_set *set;
  const vt_error error = vt_database_set_read(1, paths, &set);
  check(error);
  if (error != VT_OK) return;
  use(set);
  vt_database_set_free(set);
}

#ifdef VT_FUZZ_PREMISE

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
  static const char *const names[] = {"A_matrix_index.csv", "B_matrix_index.csv", "A_matrix.csv",
                                      "B_matrix.csv"};
  static char folder[] = "/dev/shm/premise-XXXXXX";
  static bool made = false;
  if (!made && !mkdtemp(folder)) __builtin_trap();
  made = true;
  const uint8_t *end = bytes + length;
  for (int i = 0; i < 4; i++) {
    const uint8_t *stop = bytes < end ? memmem(bytes, (size_t)(end - bytes), "----\n", 5) : NULL;
    char path[64];
    (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    FILE *file = fopen(path, "wb");
    if (!file) __builtin_trap();
    (void)fwrite(bytes, 1, (size_t)((stop ? stop : end) - bytes), file);
    (void)fclose(file);
    bytes = stop ? stop + 5 : end;
  }
  read_and_use(folder);
  return 0;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
  vt_text source = {0};
  make_source(bytes, length, &source);
  const int file = memfd_create("source", 0);
  if (file < 0 || write(file, source.bytes, (size_t)source.length) != source.length)
    __builtin_trap();
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  read_and_use(path);
  (void)close(file);
  vt_text_free(&source);
  return 0;
}

#endif
