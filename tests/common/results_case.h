// results_case.h - a small results file for tests: its layout, rows that depend on the scenario
// alone, and a folder per test. The layout has every kind of axis and storage.
//
// After each test no HDF5 handle may be open.
#ifndef RESULTS_CASE_H
#define RESULTS_CASE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <hdf5.h>

#include "vintner/results.h"

enum {
  PROCESSES = 3,
  YEARS = 4,
  SCENARIOS = 1000,
  STATUS = 0,
  OBJECTIVE,
  INSTALLATION,
  IMPACT,
  VIOLATION,
  UNIQUE,
  BARE,
  WALL,
  ITERATIONS,
  VARIABLES
};

static const char *const code[PROCESSES] = {"P1", "P2", "P3"};
static const char *const name[PROCESSES] = {"mill", "Mühle \xff", ""};
static const char *const category[] = {"climate_change"};
static const double year[YEARS] = {2025, 2026, 2027, 2030};
static const double quantile[] = {0.05, 0.5, 0.95};

static vt_dimension dimension[] = {
    {.name = "category", .long_name = "impact category", .size = 1, .label = category},
    {.name = "process",
     .long_name = "process",
     .size = PROCESSES,
     .label = code,
     .text = {[VT_TEXT_NAME] = name}},
    {.name = "time", .long_name = "year", .size = YEARS, .number = year, .integer = true},
    {.name = "corner", .long_name = "no coordinates", .size = 2},
};

static vt_variable variable[VARIABLES] = {
    {.name = "status",
     .long_name = "outcome",
     .units = "1",
     .storage = VT_STORE_INT8,
     .cells = 1,
     .reference = true},
    {.name = "objective",
     .long_name = "objective",
     .units = "kg",
     .cells = 1,
     .statistics = true,
     .reference = true},
    {.name = "installation",
     .long_name = "installed",
     .units = "1",
     .dimensions = 2,
     .dimension = {1, 2},
     .cells = PROCESSES * YEARS,
     .statistics = true,
     .reference = true},
    {.name = "impact",
     .long_name = "impact",
     .units = "kg CO2",
     .storage = VT_STORE_SINGLE,
     .dimensions = 3,
     .dimension = {0, 1, 2},
     .cells = PROCESSES * YEARS,
     .statistics = true,
     .reference = true},
    {.name = "violation", .long_name = "violation", .units = "1", .cells = 1},
    {.name = "unique", .long_name = "unique", .units = "1", .storage = VT_STORE_INT8, .cells = 1},
    {.name = "bare",
     .long_name = "bare",
     .units = "1",
     .dimensions = 1,
     .dimension = {3},
     .cells = 2},
    {.name = "wall_s",
     .long_name = "time",
     .units = "s",
     .group = VT_GROUP_PERFORMANCE,
     .cells = 1},
    {.name = "iterations",
     .long_name = "iterations",
     .units = "1",
     .group = VT_GROUP_PERFORMANCE,
     .storage = VT_STORE_INT32,
     .cells = 1},
};

static const vt_layout layout = {.scenarios = SCENARIOS,
                                 .dimensions = 4,
                                 .dimension = dimension,
                                 .variables = VARIABLES,
                                 .variable = variable,
                                 .status = STATUS,
                                 .quantiles = 3,
                                 .quantile = quantile};

// Every 7th scenario has no optimum, and no numbers.
static inline double number(int v, int64_t k, ptrdiff_t cell) {
  if (v == STATUS) return k % 7 == 3 ? VT_INFEASIBLE : VT_OPTIMAL;
  if (v == ITERATIONS) return (double)(k * 1000);
  if (v == UNIQUE) return k % 7 == 3 ? (double)NAN : (double)(k % 2);
  if (k % 7 == 3) return (double)NAN;
  if (v == INSTALLATION && cell == 5) return 0;
  return sin((double)(k * 37 + cell * 11 + v)) * 100 + (double)cell;
}

typedef struct rows {
  vt_block block;
  double *data[VARIABLES];
} rows;

static inline void fill_rows(rows *r, int64_t first, int64_t count) {
  r->block = (vt_block){.first = first, .count = count, .data = r->data};
  for (int v = 0; v < VARIABLES; v++) {
    const ptrdiff_t cells = variable[v].cells;
    r->data[v] = calloc((size_t)(count * cells), sizeof(double));
    assert_non_null(r->data[v]);
    for (int64_t i = 0; i < count * cells; i++) {
      r->data[v][i] = number(v, first + i / cells, (ptrdiff_t)(i % cells));
    }
  }
}

static inline void free_rows(rows *r) {
  for (int v = 0; v < VARIABLES; v++) free(r->data[v]);
}

// ---------------------------------------------------------------------------------------------
// A folder per test.

typedef struct place {
  char folder[64], file[128], partial[160], other[128];
} place;

static inline int make_place(void **state) {
  place *p = calloc(1, sizeof *p);
  if (!p) return 1;
  (void)snprintf(p->folder, sizeof p->folder, "/tmp/vintner-test-XXXXXX");
  if (!mkdtemp(p->folder)) return 1;
  (void)snprintf(p->file, sizeof p->file, "%s/r.h5", p->folder);
  (void)snprintf(p->partial, sizeof p->partial, "%s/r.h5.partial", p->folder);
  (void)snprintf(p->other, sizeof p->other, "%s/other", p->folder);
  *state = p;
  return 0;
}

static inline int drop_place(void **state) {
  place *p = *state;
  (void)unlink(p->file);
  (void)unlink(p->partial);
  (void)unlink(p->other);
  const int left = rmdir(p->folder);
  const ssize_t handles = H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL);
  free(p);
  return left != 0 || handles != 0;
}

static inline void succeed(vt_error error) {
  if (error != VT_OK) fail_msg("%s\n%s", vt_error_message(), vt_error_stack());
}

static inline void expect_error(vt_error found, vt_error expected, const char *words) {
  assert_int_equal(found, expected);
  if (!strstr(vt_error_message(), words)) {
    fail_msg("found    %s\nexpected %s", vt_error_message(), words);
  }
}

// Whoever wants to may write it afterwards.
static inline vt_error create_file(const char *path, const vt_layout *of,
                                   const vt_attribute *attribute, int attributes, bool force) {
  vt_writer *writer = NULL;
  const vt_error created = vt_results_create(path, of, attribute, attributes, force, 0.0, &writer);
  vt_writer_release(writer);
  return created;
}

static inline vt_error create(const char *path, bool force) {
  const vt_attribute attribute[] = {{"title", "test"}, {"vintner_version", "0"}};
  return create_file(path, &layout, attribute, 2, force);
}

static inline void write_all(const char *path) {
  vt_results *results;
  succeed(vt_results_open(path, &layout, false, MPI_COMM_NULL, &results));
  rows r;
  fill_rows(&r, 0, 1);
  succeed(vt_results_write_reference(results, &r.block));
  free_rows(&r);
  for (int64_t first = 0; first < SCENARIOS; first += 33) {
    fill_rows(&r, first, SCENARIOS - first < 33 ? SCENARIOS - first : 33);
    succeed(vt_results_write(results, &r.block));
    free_rows(&r);
  }
  succeed(vt_results_close(results));
}

static inline void summarise(const char *path, int size) {
  vt_results *results;
  succeed(vt_results_open(path, &layout, false, MPI_COMM_NULL, &results));
  for (int rank = 0; rank < size; rank++) succeed(vt_results_derive(results, results, rank, size));
  succeed(vt_results_seal(results, results));
  succeed(vt_results_finish(results));
  succeed(vt_results_close(results));
}

static inline double *read_dataset(const char *path, const char *dataset, int64_t expected) {
  vt_reader *reader;
  double *value;
  int64_t count;
  succeed(vt_reader_open(path, &reader));
  succeed(vt_reader_read(reader, dataset, -1, &value, &count));
  assert_int_equal(count, expected);
  vt_reader_close(reader);
  return value;
}

// The bytes of a file; the caller frees.
static inline unsigned char *bytes_of(const char *path, size_t *length) {
  vt_text text = {0};
  succeed(vt_text_read_file(path, &text));
  *length = (size_t)text.length;
  return (unsigned char *)text.bytes;
}

static inline void write_file(const char *path, const void *bytes, size_t length) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  assert_int_equal(fclose(file), 0);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_place, drop_place)

#endif
