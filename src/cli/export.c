// export.c - vintner export: variables of a results file as tidy tables, one number a line.
//
// Rows are read and written in blocks, so that memory does not grow with the scenarios.
#include "csv.h"
#include "job.h"
#include "look.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK_NUMBERS = 1 << 20, MOST_COLUMNS = 2 * VT_MAX_DIMENSIONS };

// A column of labels: of an axis, or of texts along one (process_name).
typedef struct column {
  const char *name;
  const char *const *label;
  int axis;
} column;

typedef struct table {
  const char *name;
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1], cells;
  bool single;
  int columns;
  column column[MOST_COLUMNS];
} table;

typedef struct exporter {
  const options *o;
  vt_reader *reader;
  vt_arena *arena;
  int64_t first, last; // scenarios, both included
  const char **variable;
  int variables;
  int8_t *done; // shape [last - first + 1]
  double *block;
  bool made; // the folder, which is removed after a failure if nothing is in it
} exporter;

// ---------------------------------------------------------------------------------------------
// Which variables and scenarios.

static bool is_listed(const char *const *known, const char *name) {
  for (; *known; known++) {
    if (strcmp(*known, name) == 0) return true;
  }
  return false;
}

static bool is_chosen(const exporter *x, const char *name) {
  for (int v = 0; v < x->variables; v++) {
    if (strcmp(x->variable[v], name) == 0) return true;
  }
  return false;
}

// What people want of most studies: outcomes, objective, totals, factors, then all kept tensors.
static void choose_default(exporter *x, const char *const *known) {
  static const char *const first[] = {"status", "objective", "total_impact", "factor_value"};
  for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
    if (is_listed(known, first[i])) x->variable[x->variables++] = first[i];
  }
  for (; *known; known++) {
    int axes = 0;
    int64_t size[VT_MAX_DIMENSIONS + 1];
    const char *name[VT_MAX_DIMENSIONS + 1];
    if (is_chosen(x, *known)) continue;
    if (vt_reader_shape(x->reader, *known, &axes, size, name) != VT_OK || axes < 2) continue;
    x->variable[x->variables++] = *known;
  }
}

static vt_error choose_named(exporter *x, const char *const *known) {
  const char *at = x->o->variables;
  for (;;) {
    const size_t length = strcspn(at, ",");
    const char *name;
    VT_TRY(vt_arena_text(x->arena, at, (ptrdiff_t)length, &name));
    vt_nearest nearest = {.name = name};
    for (const char *const *k = known; *k; k++) vt_nearest_try(&nearest, *k);
    VT_CHECK(is_listed(known, name), VT_ERR_INPUT,
             "%s: option --variables: found '%s', expected variables of the file by scenario%s",
             x->o->file, name, vt_nearest_hint(&nearest));
    VT_CHECK(!is_chosen(x, name), VT_ERR_INPUT, "option --variables: found '%s' twice", name);
    x->variable[x->variables++] = name;
    if (at[length] == '\0') return VT_OK;
    at += length + 1;
  }
}

static vt_error choose_variables(exporter *x) {
  const char *const *known = vt_reader_variables(x->reader);
  VT_CHECK(known, VT_ERR_INPUT, "%s: its variables cannot be listed", x->o->file);
  int count = 0;
  while (known[count]) count++;
  VT_ARENA_NEW(x->arena, x->variable, count + 1);
  if (x->o->variables) return choose_named(x, known);
  choose_default(x, known);
  return VT_OK;
}

static vt_error choose_scenarios(exporter *x) {
  int axes = 0;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *name[VT_MAX_DIMENSIONS + 1];
  VT_TRY(vt_reader_shape(x->reader, "status", &axes, size, name));
  VT_CHECK(axes == 1 && size[0] > 0, VT_ERR_INPUT, "%s: found no scenario in it", x->o->file);
  const int64_t scenarios = size[0];
  x->first = x->o->first;
  x->last = x->o->last == INT64_MAX ? scenarios - 1 : x->o->last;
  VT_CHECK(x->first < scenarios && x->last < scenarios, VT_ERR_INPUT,
           "%s: option --scenarios: found scenario %" PRId64 ", expected 0 to %" PRId64, x->o->file,
           x->first < scenarios ? x->last : x->first, scenarios - 1);
  return VT_OK;
}

// Scenarios that are not done have no numbers yet.
static vt_error find_done(exporter *x) {
  const int64_t count = x->last - x->first + 1;
  VT_ARENA_NEW(x->arena, x->done, count);
  VT_ARENA_NEW(x->arena, x->block, BLOCK_NUMBERS);
  for (int64_t k = 0; k < count; k += BLOCK_NUMBERS) {
    const int64_t piece = count - k < BLOCK_NUMBERS ? count - k : BLOCK_NUMBERS;
    VT_TRY(vt_reader_read_rows(x->reader, "status", x->first + k, piece, x->block));
    for (int64_t i = 0; i < piece; i++) x->done[k + i] = x->block[i] >= 0;
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// One table.

static vt_error add_column(const exporter *x, table *t, const char *name, int axis) {
  const char *const *label = vt_reader_labels(x->reader, name);
  VT_CHECK(label || axis >= 0, VT_ERR_BUG, "a column without labels");
  t->column[t->columns++] = (column){name, label, axis};
  return VT_OK;
}

// Texts along an axis: one column more.
static vt_error add_names(const exporter *x, table *t, const char *axis_name, int axis) {
  vt_text name = {0};
  const char *kept = NULL;
  vt_error named = vt_text_add(&name, "%s_name", axis_name);
  if (named == VT_OK) named = vt_arena_text(x->arena, name.bytes, name.length, &kept);
  vt_text_free(&name);
  VT_TRY(named);
  int axes = 0;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *along[VT_MAX_DIMENSIONS + 1];
  if (!vt_reader_has(x->reader, kept)) return VT_OK;
  VT_TRY(vt_reader_shape(x->reader, kept, &axes, size, along));
  if (axes != 1 || size[0] != t->size[axis]) return VT_OK;
  return add_column(x, t, kept, axis);
}

static vt_error open_table(const exporter *x, const char *variable, table *t) {
  const char *axis[VT_MAX_DIMENSIONS + 1];
  *t = (table){.name = variable, .cells = 1};
  VT_TRY(vt_reader_shape(x->reader, variable, &t->axes, t->size, axis));
  VT_CHECK(t->size[0] > x->last, VT_ERR_INPUT, "%s: '%s' has %" PRId64 " rows only", x->o->file,
           variable, t->size[0]);
  for (int a = 1; a < t->axes; a++) {
    VT_CHECK(!__builtin_mul_overflow(t->cells, t->size[a], &t->cells), VT_ERR_INPUT,
             "%s: '%s' has too many numbers a scenario", x->o->file, variable);
    const bool known = axis[a][0] && vt_reader_dimension(x->reader, axis[a]) == t->size[a];
    VT_CHECK(known, VT_ERR_INPUT, "%s: '%s' has an axis without labels", x->o->file, variable);
    VT_TRY(add_column(x, t, axis[a], a));
    VT_TRY(add_names(x, t, axis[a], a));
  }
  VT_CHECK(t->cells <= BLOCK_NUMBERS, VT_ERR_INPUT,
           "%s: '%s' has %" PRId64 " numbers a scenario, too many for a table", x->o->file,
           variable, t->cells);
  t->single = vt_reader_is_single(x->reader, variable);
  return VT_OK;
}

static void write_header(const table *t, FILE *stream) {
  (void)fputs("scenario", stream);
  for (int c = 0; c < t->columns; c++) {
    (void)fputc(',', stream);
    csv_text(stream, t->column[c].name);
  }
  (void)fputs(",value\n", stream);
}

static void write_row(const table *t, int64_t scenario, const double *value, FILE *stream) {
  int64_t index[VT_MAX_DIMENSIONS + 1] = {0};
  for (int64_t i = 0; i < t->cells; i++) {
    (void)fprintf(stream, "%" PRId64, scenario);
    for (int c = 0; c < t->columns; c++) {
      const column *of = &t->column[c];
      (void)fputc(',', stream);
      if (of->label) csv_text(stream, of->label[index[of->axis]]);
    }
    (void)fputc(',', stream);
    csv_number(stream, value[i], t->single);
    (void)fputc('\n', stream);
    for (int a = t->axes - 1; a > 0 && ++index[a] == t->size[a]; a--) index[a] = 0;
  }
}

static vt_error write_rows(exporter *x, const table *t, FILE *stream, int64_t *rows) {
  if (t->cells == 0) return VT_OK;
  const int64_t at_once = BLOCK_NUMBERS / t->cells;
  for (int64_t k = x->first; k <= x->last; k += at_once) {
    const int64_t left = x->last - k + 1, count = left < at_once ? left : at_once;
    VT_TRY(vt_reader_read_rows(x->reader, t->name, k, count, x->block));
    for (int64_t i = 0; i < count; i++) {
      if (!x->done[k + i - x->first]) continue;
      write_row(t, k + i, x->block + i * t->cells, stream);
      *rows += t->cells;
    }
    // A full disk shows here, not after hours of writing into nothing.
    VT_CHECK(fflush(stream) == 0, VT_ERR_SYSTEM, "%s/%s.csv: cannot be written: %s", x->o->csv,
             t->name, strerror(errno));
  }
  return VT_OK;
}

static vt_error write_table(exporter *x, const char *variable) {
  table t;
  csv_file file;
  int64_t rows = 0;
  VT_TRY(open_table(x, variable, &t));
  vt_error done = csv_open(x->o->csv, variable, &file);
  if (done == VT_OK) {
    write_header(&t, file.stream);
    done = write_rows(x, &t, file.stream, &rows);
  }
  const vt_error closed = csv_close(&file, done == VT_OK);
  VT_TRY(done);
  VT_TRY(closed);
  if (!x->o->quiet)
    (void)printf("%s/%s.csv  %" PRId64 " row%s\n", x->o->csv, variable, rows, rows == 1 ? "" : "s");
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

static vt_error prepare_folder(exporter *x) {
  VT_TRY(vt_folder_make(x->o->csv, &x->made));
  for (int v = 0; v < x->variables; v++) {
    vt_text path = {0};
    struct stat info;
    const vt_error named = vt_text_add(&path, "%s/%s.csv", x->o->csv, x->variable[v]);
    const bool there = named == VT_OK && stat(path.bytes, &info) == 0;
    vt_error spared = named == VT_OK ? vt_target_spare(path.bytes, x->o->file) : named;
    const vt_target target = {.path = path.bytes, .what = "a table", .force = true};
    if (spared == VT_OK) spared = vt_target_check(&target);
    vt_text_free(&path);
    VT_TRY(spared);
    VT_CHECK(!there || x->o->force, VT_ERR_INPUT,
             "%s/%s.csv: found a file, expected none (--force replaces it)", x->o->csv,
             x->variable[v]);
  }
  return VT_OK;
}

// Whether what is to be written is what was computed.
static vt_error check_rows(const exporter *x) {
  const int64_t count = x->last - x->first + 1;
  if (vt_reader_is_extract(x->reader)) return VT_OK;
  if (!vt_reader_has_checksums(x->reader)) {
    vt_warn("checksums", "%s: has no checksums: damage to its numbers would not be noticed",
            x->o->file);
    return VT_OK;
  }
  return vt_reader_check_rows(x->reader, x->first, count);
}

static vt_error export_all(exporter *x) {
  table t;
  VT_TRY(vt_arena_create(&x->arena));
  VT_TRY(look_check(x->o->file));
  VT_TRY(vt_reader_open(x->o->file, &x->reader));
  VT_TRY(choose_variables(x));
  VT_TRY(choose_scenarios(x));
  for (int v = 0; v < x->variables; v++) VT_TRY(open_table(x, x->variable[v], &t));
  VT_TRY(find_done(x));
  VT_TRY(check_rows(x));
  VT_TRY(prepare_folder(x));
  vt_log_release();
  for (int v = 0; v < x->variables; v++) VT_TRY(write_table(x, x->variable[v]));
  return VT_OK;
}

vt_error command_export(job *j) {
  if (j->o->inputs) return command_export_inputs(j);
  exporter x = {.o = j->o};
  const vt_error exported = export_all(&x);
  if (exported != VT_OK && x.made) vt_target_abandon(x.o->csv);
  vt_reader_close(x.reader);
  vt_arena_free(x.arena);
  return exported;
}
