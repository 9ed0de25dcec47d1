// fuzz_store.c - any store: loaded or refused, whatever was done to a sound one.
//
// The bytes are changes to a store made of the file VT_FUZZ_SOURCE. By the first byte, modulo 3:
// 0, bytes of the file are overwritten (place and value in turn); 1, numbers in its columns, with
// sound check sums (column, place, value in turn), or columns are taken away; 2, bytes of HDF5's
// object headers, with sound check sums (header, place, value in turn): what HDF5 itself stands.
//
//   clang -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -Iinclude -Isrc/store
//     $(pkg-config --cflags hdf5-openmpi ompi-c) -o fuzz_store tests/fuzz/fuzz_store.c
//     src/assembly/{foreground_tensors,mapping}.c src/{system,store,sources,inputs,json,base}/*.c
//     $(pkg-config --libs hdf5-openmpi) -lhdf5_openmpi_hl -lzip -lsqlite3 -ljson-c -lmd -lz -lm
//   VT_FUZZ_SOURCE=jobs/examples/bike/bike.json ./fuzz_store -runs=100000
#include "store.h"
#include "vintner/assembly.h"
#include "vintner/system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { MOST_COLUMNS = 512, NAME_BYTES = 128, MOST_CHANGES = 6 };

static vt_text sound;
static char path[64];
static char column[MOST_COLUMNS][NAME_BYTES];
static int columns;

static void check(vt_error error) {
  if (error == VT_ERR_BUG) __builtin_trap();
  if (error != VT_OK && strchr(vt_error_message(), '\n')) __builtin_trap();
}

static herr_t list_column(hid_t root, const char *name, const H5O_info_t *info, void *context) {
  (void)root;
  (void)context;
  if (info->type == H5O_TYPE_DATASET && columns < MOST_COLUMNS)
    (void)snprintf(column[columns++], NAME_BYTES, "%s", name);
  return 0;
}

static void put_file(const vt_text *bytes) {
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(bytes->bytes, 1, (size_t)bytes->length, file) != (size_t)bytes->length)
    __builtin_trap();
  if (fclose(file) != 0) __builtin_trap();
}

static void remove_file(void) {
  (void)unlink(path);
}

static void start(void) {
  const char *source = getenv("VT_FUZZ_SOURCE");
  vt_database_set *set;
  (void)snprintf(path, sizeof path, "/dev/shm/fuzz-store-%d.h5", (int)getpid());
  (void)atexit(remove_file);
  if (!source || vt_database_set_read(1, &source, &set) != VT_OK) __builtin_trap();
  if (vt_store_make_image(set, 1, &source, &sound) != VT_OK) __builtin_trap();
  vt_database_set_free(set);
  put_file(&sound);
  const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, list_column, NULL, H5O_INFO_BASIC) < 0)
    __builtin_trap();
  (void)H5Fclose(file);
}

static void use(vt_database_set *set) {
  for (int d = 0; d < set->databases && d < 8; d++) {
    vt_database_summary summary;
    check(vt_database_load_nodes(set, d));
    check(vt_database_summarise(set, d, &summary));
    for (ptrdiff_t at = VT_NO_COLUMN; at < 2; at++) {
      vt_system *system;
      const vt_error error = vt_system_create(set, 1, &d, at, &system);
      check(error);
      if (error != VT_OK) continue;
      double *factor = calloc((size_t)system->flows + 1, sizeof *factor);
      for (int m = 0; factor && m < set->methods && m < 8; m++)
        check(vt_method_factors(set, system, m, at, factor));
      free(factor);
      vt_system_free(system);
    }
    const vt_foreground from = {.database = d, .first_year = 2020, .last_year = 2025};
    vt_inputs *inputs;
    int *flow, *elementary;
    const vt_error error = vt_foreground_build(set, &from, &inputs, &flow, &elementary);
    check(error);
    if (error != VT_OK) continue;
    vt_inputs_free(inputs);
    free(flow);
    free(elementary);
  }
  vt_parameter_table parameters;
  check(vt_parameters_read(set, &parameters));
}

static uint32_t take(const uint8_t **bytes, const uint8_t *end) {
  uint32_t number = 0;
  for (int i = 0; i < 4 && *bytes < end; i++) number = number << 8 | *(*bytes)++;
  return number;
}

static void change_column(hid_t file, const char *name, uint32_t place, uint32_t value) {
  const hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
  const hid_t space = H5Dget_space(set), type = H5Dget_type(set);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  char *all = count > 0 ? calloc((size_t)count, H5Tget_size(type)) : NULL;
  if (all && H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) >= 0) {
    const int64_t numbers[] = {(int32_t)value, (int8_t)value,         INT64_MAX,
                               INT64_MIN,      (int64_t)(value % 16), -(int64_t)(value % 3)};
    memcpy(all + (place % (size_t)count) * H5Tget_size(type), &numbers[value % 6],
           H5Tget_size(type));
    (void)H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all);
  }
  free(all);
  (void)H5Tclose(type);
  (void)H5Sclose(space);
  (void)H5Dclose(set);
}

static void change_columns(const uint8_t *bytes, const uint8_t *end) {
  const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
  if (file < 0) __builtin_trap();
  for (int i = 0; i < MOST_CHANGES && bytes < end; i++) {
    const uint32_t which = take(&bytes, end), place = take(&bytes, end), value = take(&bytes, end);
    const char *name = column[which % (uint32_t)columns];
    if (H5Lexists(file, name, H5P_DEFAULT) <= 0) continue;
    if (place % 64 == 63)
      (void)H5Ldelete(file, name, H5P_DEFAULT);
    else
      change_column(file, name, place, value);
  }
  if (H5Fclose(file) < 0) __builtin_trap();
}

static void change_bytes(const uint8_t *bytes, const uint8_t *end) {
  vt_text copy = {0};
  check(vt_text_add_bytes(&copy, sound.bytes, sound.length));
  for (int i = 0; i < MOST_CHANGES && bytes < end; i++) {
    const uint32_t place = take(&bytes, end), value = take(&bytes, end);
    copy.bytes[place % (uint32_t)copy.length] = (char)value;
  }
  put_file(&copy);
  vt_text_free(&copy);
}

// Bytes of an object header in front of its check sum, 0 if there is none at `at`.
static size_t header_bytes(const unsigned char *at, const unsigned char *end) {
  if (end - at < 32 || memcmp(at, "OHDR\x02", 5) != 0) return 0;
  const size_t start = 6 + (at[5] & 0x20 ? 16U : 0U) + (at[5] & 0x10 ? 4U : 0U);
  const size_t width = (size_t)1 << (at[5] & 3);
  size_t size = 0;
  for (size_t i = 0; i < width; i++) size |= (size_t)at[start + i] << 8 * i;
  const size_t all = start + width + size;
  return all + 4 <= (size_t)(end - at) ? all : 0;
}

static void change_headers(const uint8_t *bytes, const uint8_t *end) {
  vt_text copy = {0};
  check(vt_text_add_bytes(&copy, sound.bytes, sound.length));
  unsigned char *first = (unsigned char *)copy.bytes, *last = first + copy.length;
  for (int i = 0; i < MOST_CHANGES && bytes < end; i++) {
    const uint32_t which = take(&bytes, end), place = take(&bytes, end), value = take(&bytes, end);
    unsigned char *at = first + which % (uint32_t)copy.length;
    while (at < last && header_bytes(at, last) == 0) at++;
    if (at == last) continue;
    const size_t size = header_bytes(at, last);
    at[6 + place % (size - 6)] = (unsigned char)value;
    const uint32_t sum = vt_store_sum(at, size);
    for (int b = 0; b < 4; b++) at[size + (size_t)b] = (unsigned char)(sum >> 8 * b);
  }
  put_file(&copy);
  vt_text_free(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
  if (!sound.bytes) start();
  if (length == 0) return 0;
  const uint8_t *end = bytes + length;
  if (bytes[0] % 3 == 0) change_bytes(bytes + 1, end);
  if (bytes[0] % 3 == 2) change_headers(bytes + 1, end);
  if (bytes[0] % 3 == 1) {
    put_file(&sound);
    change_columns(bytes + 1, end);
  }
  vt_store_quiet();
  const char *const paths[] = {path};
  vt_database_set *set;
  const vt_error error = vt_database_set_read(1, paths, &set);
  check(error);
  if (error != VT_OK) return 0;
  use(set);
  vt_database_set_free(set);
  return 0;
}
