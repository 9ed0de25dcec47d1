// write.c - a programme as a CPLEX LP file, in real units and with names for people.
#include "session.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { LONGEST_NAME = 255, ROOM_FOR_NUMBER = 16 };

static bool is_keyword(const char *name) {
  static const char *const words[] = {
      "min",  "minimum",  "minimize", "minimise", "max",  "maximum", "maximize", "maximise",
      "st",   "s.t.",     "st.",      "subject",  "such", "bound",   "bounds",   "general",
      "gen",  "generals", "integer",  "integers", "int",  "binary",  "binaries", "bin",
      "free", "inf",      "infinity", "end",      "sos",  "semi",    "semis",    "obj"};
  for (size_t t = 0; t < sizeof words / sizeof *words; t++)
    if (strcasecmp(name, words[t]) == 0) return true;
  return false;
}

// A name may not begin like a number ("e12", ".5", "3x") nor be a word of the format.
static bool needs_prefix(const char *name) {
  if (name[0] == '\0' || name[0] == '.' || isdigit((unsigned char)name[0])) return true;
  if ((name[0] == 'e' || name[0] == 'E') && (isdigit((unsigned char)name[1]) || !name[1]))
    return true;
  return is_keyword(name);
}

// Copy a name by the rules of the format: what it does not allow becomes '_'.
static void sanitise(const char *name, char out[LONGEST_NAME + 1]) {
  static const char allowed[] = "!\"#$%&(),.;?@_`'{}";
  int length = 0;
  for (const char *c = name; *c && length < LONGEST_NAME - ROOM_FOR_NUMBER; c++) {
    const bool fine = isalnum((unsigned char)*c) || strchr(allowed, *c);
    out[length++] = fine ? *c : '_';
  }
  out[length] = '\0';
  if (!needs_prefix(out)) return;
  memmove(out + 1, out, (size_t)length + 1);
  out[0] = '_';
}

// Sanitised names in order, each unlike all before it, also for readers that ignore case.
static vt_error choose_names(char *const *names, int count, const char *kind, vt_labels *taken,
                             vt_labels *chosen) {
  for (int t = 0; t < count; t++) {
    char name[LONGEST_NAME + 1], folded[LONGEST_NAME + 1];
    if (names && names[t])
      sanitise(names[t], name);
    else
      (void)snprintf(name, sizeof name, "%s%d", kind, t + 1);
    const size_t length = strlen(name);
    bool added = false;
    for (int suffix = 2; !added; suffix++) {
      for (size_t c = 0; c <= strlen(name); c++) folded[c] = (char)tolower((unsigned char)name[c]);
      VT_TRY(vt_labels_add(taken, folded, (ptrdiff_t)strlen(folded), &(int){0}, &added));
      if (!added) (void)snprintf(name + length, sizeof name - length, "_%d", suffix);
    }
    VT_TRY(vt_labels_add(chosen, name, (ptrdiff_t)strlen(name), &(int){0}, NULL));
  }
  return VT_OK;
}

typedef struct {
  const vt_program *program;
  const vt_numbers *numbers;
  const char *title;
  vt_target target;
  vt_text partial;
  int file; // the partial one, held while GLPK writes it
  vt_labels *rows, *columns;
  int *index;     // shape [rows + 1]
  double *column; // shape [rows + 1]
  int status;     // of glp_write_lp
  int why;        // errno after it
} writing;

static void set_title(glp_prob *problem, const char *title) {
  char clean[LONGEST_NAME + 1];
  int length = 0;
  // The title goes into a comment, which ends at "*\".
  for (const char *c = title ? title : ""; *c && length < LONGEST_NAME; c++)
    clean[length++] = iscntrl((unsigned char)*c) || *c == '\\' || *c == '*' ? '_' : *c;
  clean[length] = '\0';
  glp_set_prob_name(problem, clean);
  glp_set_obj_name(problem, "obj");
}

static void set_row(glp_prob *problem, const writing *w, int i) {
  const double lower = w->numbers->row_lower[i], upper = w->numbers->row_upper[i];
  glp_set_row_name(problem, i + 1, vt_labels_get(w->rows, i));
  glp_set_row_bnds(problem, i + 1, vt_bound_type(lower, upper), lower, upper);
}

static void set_column(glp_prob *problem, writing *w, int j) {
  const double lower = w->numbers->column_lower[j], upper = w->numbers->column_upper[j];
  int length = 0;
  for (ptrdiff_t e = w->program->column_start[j]; e < w->program->column_start[j + 1]; e++) {
    w->index[++length] = w->program->row[e] + 1;
    w->column[length] = w->numbers->value[e];
  }
  glp_set_col_name(problem, j + 1, vt_labels_get(w->columns, j));
  glp_set_col_bnds(problem, j + 1, vt_bound_type(lower, upper), lower, upper);
  glp_set_obj_coef(problem, j + 1, w->numbers->cost[j]);
  glp_set_mat_col(problem, j + 1, length, w->index, w->column);
}

static void write_problem(void *data) {
  writing *w = data;
  glp_prob *problem = glp_create_prob();
  set_title(problem, w->title);
  if (w->program->rows > 0) (void)glp_add_rows(problem, w->program->rows);
  if (w->program->columns > 0) (void)glp_add_cols(problem, w->program->columns);
  for (int i = 0; i < w->program->rows; i++) set_row(problem, w, i);
  for (int j = 0; j < w->program->columns; j++) set_column(problem, w, j);
  errno = 0;
  w->status = glp_write_lp(problem, NULL, w->partial.bytes);
  w->why = errno;
  glp_delete_prob(problem);
}

// GLPK does not say when the last of it does not fit the disk.
static bool is_whole(int file) {
  char last[4];
  const off_t size = lseek(file, 0, SEEK_END);
  return size >= 4 && vt_input_read(file, size - 4, last, 4) == 4 && memcmp(last, "End\n", 4) == 0;
}

static vt_error write_named(writing *w, vt_labels *taken_rows, vt_labels *taken_columns) {
  VT_NEW(w->index, w->program->rows + 1);
  VT_NEW(w->column, w->program->rows + 1);
  VT_TRY(choose_names(w->program->row_name, w->program->rows, "row", taken_rows, w->rows));
  VT_TRY(choose_names(w->program->column_name, w->program->columns, "column", taken_columns,
                      w->columns));
  vt_glpk_enter();
  const bool done = vt_glpk_guard(write_problem, w);
  vt_glpk_leave();
  VT_CHECK(done && w->status == 0 && is_whole(w->file), VT_ERR_SYSTEM, "%s: cannot be written: %s",
           w->target.path, w->why != 0 ? strerror(w->why) : "GLPK failed");
  return VT_OK;
}

static vt_error open_labels(vt_labels **labels, int count) {
  for (int t = 0; t < count; t++) VT_TRY(vt_labels_create(&labels[t]));
  return VT_OK;
}

static vt_error open_partial(writing *w) {
  VT_TRY(vt_target_check(&w->target));
  VT_TRY(vt_text_add(&w->partial, "%s.partial", w->target.path));
  return vt_target_open(&w->target, w->partial.bytes, &w->file);
}

vt_error vt_lp_write(const vt_program *program, const vt_numbers *numbers, const char *title,
                     const char *path) {
  vt_labels *labels[4] = {NULL};
  writing w = {.program = program,
               .numbers = numbers,
               .title = title,
               .target = {.path = path, .what = "a programme", .force = true},
               .file = -1};
  vt_error result = open_labels(labels, 4);
  w.rows = labels[0];
  w.columns = labels[1];
  if (result == VT_OK) result = open_partial(&w);
  if (result == VT_OK) {
    result = write_named(&w, labels[2], labels[3]);
    if (result == VT_OK) result = vt_target_move(&w.target, w.partial.bytes);
    if (result != VT_OK) vt_target_abandon(w.partial.bytes);
  }
  if (w.file >= 0) (void)close(w.file);
  vt_text_free(&w.partial);
  for (int t = 0; t < 4; t++) vt_labels_free(labels[t]);
  free(w.index);
  free(w.column);
  return result;
}
