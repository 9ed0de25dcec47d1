// sensitivity.c - the numbers of /sensitivity, from the rows in the file.
//
// Typical work: 10^4 groups of 10 rows, 2 outputs. An output is one column of a number for each
// scenario; ranks take them in turn, some at a time. One rank works an output out alone, so that
// the bits do not depend on how many there are.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "derive.h"
#include "measures.h"
#include "sweep.h"
#include "vintner/design.h"
#include "vintner/statistics.h"

enum {
  COLUMN_BYTES = 192 << 20, // columns in memory at a time
  MOST_COLUMNS = 64,
  PARTS = 3, // value, low, high
};

// A unit is what is dropped whole: a group, a trajectory, a scenario.
typedef struct answers {
  vt_results *rows, *target;
  const vt_sensitivity *s;
  vt_bootstrap bootstrap;
  int64_t scenarios, units, width; // rows of a unit
  int64_t done;                    // units whose rows are all done
  bool *optimal;                   // shape [scenarios]
  vt_h5_pool pool;
  vt_slot slot[VT_MOST_MEASURES][PARTS];
  hid_t count, count_space;
  double *column;                          // shape [columns, scenarios]
  vt_estimate *estimate[VT_MOST_MEASURES]; // shape [columns, cells of the measure]
  double *number;                          // shape [most cells of a measure]
  double *derivative;                      // by input, mean and mean square; shape [inputs, 2]
  double *x;                               // regression: shape [inputs with numbers, scenarios]
  int numeric;                             // inputs with numbers
  int *moved;                              // trajectories: shape [units, inputs]
  double *step;                            // shape [units, inputs]
  ptrdiff_t columns;                       // that fit the memory
} answers;

static ptrdiff_t cells_of(const answers *a, int axes) {
  ptrdiff_t cells = 1;
  for (int i = 1; i < axes; i++) cells *= a->s->inputs;
  return cells;
}

static const vt_measure *measures_of(const answers *a) {
  return vt_measures[a->s->plan->method];
}

// ---------------------------------------------------------------------------------------------
// Which units count.

static vt_error read_outcomes(answers *a, int8_t *status) {
  int64_t failed = 0;
  VT_TRY(vt_results_read_status(a->rows, 0, a->scenarios, status));
  for (int64_t unit = 0; unit < a->units; unit++) {
    bool done = true, optimal = true;
    for (int64_t k = unit * a->width; k < (unit + 1) * a->width; k++) {
      a->optimal[k] = status[k] == VT_OPTIMAL;
      done = done && status[k] != VT_NOT_DONE;
      optimal = optimal && a->optimal[k];
    }
    a->done += done;
    failed += done && !optimal;
  }
  static const char *const words[] = {[VT_SENSITIVITY_SOBOL] = "groups",
                                      [VT_SENSITIVITY_MORRIS] = "trajectories",
                                      [VT_SENSITIVITY_REGRESSION] = "scenarios"};
  if ((double)failed > a->s->plan->max_failed * (double)a->done)
    vt_warn("failed sensitivity",
            "sensitivity: %lld of %lld %s are without an optimum, more than max_failed %g of them: "
            "nothing is told",
            (long long)failed, (long long)a->done, words[a->s->plan->method],
            a->s->plan->max_failed);
  return VT_OK;
}

static vt_error count_units(answers *a) {
  const vt_design_plan *design = a->s->design_plan;
  const vt_saltelli groups = {.inputs = a->s->inputs, .second_order = design->second_order};
  a->scenarios = a->rows->layout->scenarios;
  a->width = 1;
  if (a->s->plan->method == VT_SENSITIVITY_SOBOL) a->width = vt_saltelli_rows(&groups);
  if (a->s->plan->method == VT_SENSITIVITY_MORRIS) a->width = a->s->inputs + 1;
  a->units = a->scenarios / a->width;
  VT_CHECK(a->units * a->width == a->scenarios, VT_ERR_INPUT,
           "%s: found %lld scenarios, expected a multiple of %lld", a->rows->path,
           (long long)a->scenarios, (long long)a->width);
  int8_t *status;
  VT_NEW(a->optimal, a->scenarios);
  VT_NEW(status, a->scenarios);
  const vt_error read_them = read_outcomes(a, status);
  free(status);
  return read_them;
}

// ---------------------------------------------------------------------------------------------
// Columns of numbers.

// Outputs first, first + step, ... of one variable, which are cells of it from `low` on.
typedef struct column_request {
  const answers *a;
  ptrdiff_t columns;
  const ptrdiff_t *cell; // shape [columns]: counted from the first that is read; -1: another's
  double *column;        // shape [columns, scenarios]
} column_request;

static void take_columns(void *context, const vt_sweep_piece *piece) {
  const column_request *w = context;
  for (ptrdiff_t c = 0; c < w->columns; c++) {
    double *column = w->column + c * w->a->scenarios + piece->first;
    const bool *optimal = w->a->optimal + piece->first;
    for (int64_t r = 0; r < piece->rows && w->cell[c] >= 0; r++)
      column[r] = optimal[r] ? vt_sweep_value(piece, r, w->cell[c]) : (double)NAN;
  }
}

// Cells of one variable into columns; cell: shape [columns], -1 where a column is another's.
static vt_error read_cells(const answers *a, int variable, ptrdiff_t columns, ptrdiff_t *cell,
                           double *column) {
  const vt_layout *layout = a->rows->layout;
  const char *name = a->target->layout->variable[variable].name;
  const int place = vt_layout_find(layout, name);
  ptrdiff_t low = PTRDIFF_MAX, high = -1;
  VT_CHECK(place >= 0, VT_ERR_INPUT, "%s: found no '%s', whose sensitivity is asked for",
           a->rows->path, name);
  for (ptrdiff_t c = 0; c < columns; c++) {
    if (cell[c] < 0) continue;
    low = cell[c] < low ? cell[c] : low;
    high = cell[c] > high ? cell[c] : high;
  }
  if (high < 0) return VT_OK;
  for (ptrdiff_t c = 0; c < columns; c++) cell[c] = cell[c] < 0 ? -1 : cell[c] - low;
  column_request w = {a, columns, cell, column};
  return vt_sweep(a->rows, &a->rows->slot[place], low, high - low + 1, take_columns, &w);
}

// A column for each of some outputs.
static vt_error read_outputs(const answers *a, const ptrdiff_t *output, ptrdiff_t count) {
  ptrdiff_t cell[MOST_COLUMNS];
  for (int v = 0; v < a->target->layout->variables; v++) {
    bool any = false;
    for (ptrdiff_t c = 0; c < count; c++) {
      const vt_output_cell *from = &a->s->output[output[c]];
      cell[c] = from->variable == v ? from->cell : -1;
      any = any || cell[c] >= 0;
    }
    if (any) VT_TRY(read_cells(a, v, count, cell, a->column));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Into the file.

static vt_error open_datasets(answers *a) {
  static const char *const suffix[PARTS] = {"", "_low", "_high"};
  const vt_measure *measure = measures_of(a);
  for (int m = 0; measure[m].name; m++) {
    for (int part = 0; part < (measure[m].interval ? PARTS : 1); part++) {
      if (vt_measure_is_there(a->s, &measure[m]))
        VT_TRY(
            vt_measure_open(a->target, &a->pool, measure[m].name, suffix[part], &a->slot[m][part]));
    }
  }
  const char *path = a->target->path;
  VT_H5(path, "opened",
        a->count = vt_h5_keep(&a->pool, vt_h5_open_dataset(a->target->file, "sensitivity/count")));
  VT_H5(path, "opened", a->count_space = vt_h5_keep(&a->pool, H5Dget_space(a->count)));
  return VT_OK;
}

static vt_error write_count(const answers *a, ptrdiff_t output, int64_t used) {
  const hsize_t start = (hsize_t)output, one = 1;
  VT_H5(a->target->path, "written",
        H5Sselect_hyperslab(a->count_space, H5S_SELECT_SET, &start, NULL, &one, NULL));
  VT_H5(a->target->path, "written", H5Sset_extent_simple(a->target->memory, 1, &one, NULL));
  VT_H5(
      a->target->path, "written",
      H5Dwrite(a->count, H5T_NATIVE_INT64, a->target->memory, a->count_space, H5P_DEFAULT, &used));
  return VT_OK;
}

static bool is_objective(const answers *a, ptrdiff_t output) {
  return a->s->output[output].variable == vt_layout_find(a->target->layout, "objective");
}

// Value, low or high of cell i of an output that is in a column.
static double number_of(const answers *a, int measure, int part, ptrdiff_t output, ptrdiff_t column,
                        ptrdiff_t i) {
  const vt_measure *m = &measures_of(a)[measure];
  if (m->told == VT_MEASURE_DERIVATIVE) {
    const int square = strcmp(m->name, "derivative_square") == 0;
    return is_objective(a, output) ? a->derivative[2 * i + square] : (double)NAN;
  }
  const vt_estimate *e = a->estimate[measure] + column * cells_of(a, m->axes) + i;
  const double number[PARTS] = {e->value, e->low, e->high};
  return number[part];
}

// All measures of an output, which is in a column; NaN where too much has failed.
static vt_error write_output(const answers *a, ptrdiff_t output, ptrdiff_t column, int64_t used) {
  const bool told =
      !((double)(a->done - used) > a->s->plan->max_failed * (double)a->done) && used > 0;
  const vt_measure *measure = measures_of(a);
  VT_TRY(write_count(a, output, used));
  for (int m = 0; measure[m].name; m++) {
    if (!vt_measure_is_there(a->s, &measure[m])) continue;
    const hsize_t start[VT_SLOT_AXES] = {(hsize_t)output};
    const hsize_t count[VT_SLOT_AXES] = {1, (hsize_t)a->s->inputs, (hsize_t)a->s->inputs};
    for (int part = 0; part < (measure[m].interval ? PARTS : 1); part++) {
      for (ptrdiff_t i = 0; i < cells_of(a, measure[m].axes); i++)
        a->number[i] = told ? number_of(a, m, part, output, column, i) : (double)NAN;
      VT_TRY(vt_slot_write(a->target, &a->slot[m][part], start, count, a->number));
    }
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// The methods, each for some outputs whose columns are read.

static vt_error find_indices(answers *a, const ptrdiff_t *output, ptrdiff_t count) {
  const vt_saltelli design = {
      .inputs = a->s->inputs, .second_order = a->s->design_plan->second_order, .groups = a->units};
  for (ptrdiff_t c = 0; c < count; c++) {
    int64_t used;
    VT_TRY(vt_sobol_indices(&a->bootstrap, &design, a->column + c * a->scenarios, &used,
                            a->estimate[0], a->estimate[1],
                            design.second_order ? a->estimate[2] : NULL));
    VT_TRY(write_output(a, output[c], 0, used));
  }
  return VT_OK;
}

// The first row of a trajectory in which an input is moved: from there on it stays so.
static int64_t row_moved(const answers *a, int input, int64_t first) {
  const vt_design *design = a->s->design;
  const int place = a->s->place[input];
  const double before = vt_design_uniform(design, place, first);
  int64_t low = first, high = first + a->s->inputs;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    const double u = vt_design_uniform(design, place, middle);
    if (u > before || u < before)
      high = middle;
    else
      low = middle;
  }
  return high;
}

static vt_error list_steps(answers *a) {
  const int d = a->s->inputs;
  VT_NEW(a->moved, a->units * d);
  VT_NEW(a->step, a->units * d);
  for (int64_t unit = 0; unit < a->units; unit++) {
    const int64_t first = unit * a->width;
    for (int j = 0; j < d; j++) {
      const int64_t row = row_moved(a, j, first), at = unit * d + (row - first - 1);
      a->moved[at] = j;
      a->step[at] = vt_design_uniform(a->s->design, a->s->place[j], row) -
                    vt_design_uniform(a->s->design, a->s->place[j], first);
    }
  }
  return VT_OK;
}

static vt_error find_effects(answers *a, const ptrdiff_t *output, ptrdiff_t count) {
  const int d = a->s->inputs;
  const vt_trajectories design = {d, a->units, a->moved, a->step};
  vt_effects *effects;
  vt_error done = VT_OK;
  VT_NEW(effects, d);
  for (ptrdiff_t c = 0; c < count && done == VT_OK; c++) {
    int64_t used;
    done = vt_effects_of(&a->bootstrap, &design, a->column + c * a->scenarios, &used, effects);
    for (int j = 0; j < d; j++) {
      a->estimate[0][j].value = effects[j].mu;
      a->estimate[1][j] = effects[j].mu_star;
      a->estimate[2][j].value = effects[j].sigma;
    }
    if (done == VT_OK) done = write_output(a, output[c], 0, used);
  }
  free(effects);
  return done;
}

// ---------------------------------------------------------------------------------------------
// Regression.

// Numbers of the inputs that have some: not names, not a draw for each cell.
static vt_error read_inputs(answers *a) {
  ptrdiff_t *cell;
  VT_NEW(cell, a->s->inputs);
  a->numeric = 0;
  for (int j = 0; j < a->s->inputs; j++) {
    if (!a->s->nominal[j]) cell[a->numeric++] = a->s->place[j];
  }
  const vt_error read_them = read_cells(a, a->s->factor_value, a->numeric, cell, a->x);
  free(cell);
  return read_them;
}

// Whether every scenario with an optimum has all of these outputs.
static bool all_there(const answers *a, ptrdiff_t count) {
  for (ptrdiff_t c = 0; c < count; c++) {
    for (int64_t k = 0; k < a->scenarios; k++) {
      if (a->optimal[k] && !isfinite(a->column[c * a->scenarios + k])) return false;
    }
  }
  return true;
}

// The measures of inputs with numbers to their places among all inputs.
static void spread_out(const answers *a, const vt_estimate *from, ptrdiff_t count,
                       vt_estimate *to) {
  for (ptrdiff_t c = 0; c < count; c++) {
    for (int j = 0, k = 0; j < a->s->inputs; j++) {
      const bool none = a->s->nominal[j];
      to[c * a->s->inputs + j] =
          none ? (vt_estimate){(double)NAN, (double)NAN, (double)NAN} : from[c * a->numeric + k];
      k += !none;
    }
  }
}

static vt_error regress(answers *a, ptrdiff_t count, vt_estimate *room, double *r2, int64_t *used) {
  const ptrdiff_t cells = count * a->numeric;
  vt_regression r = {.inputs = a->numeric,
                     .outputs = (int)count,
                     .rows = a->scenarios,
                     .x = a->x,
                     .y = a->column,
                     .src = room,
                     .prcc = room + cells,
                     .spearman = room + 2 * cells,
                     .r2 = r2};
  VT_TRY(vt_regress(&a->bootstrap, &r));
  if (r.collinear)
    vt_warn("collinear inputs",
            "sensitivity: an input is a function of others in these scenarios: no regression "
            "coefficients are told");
  spread_out(a, r.src, count, a->estimate[0]);
  for (ptrdiff_t c = 0; c < count; c++) a->estimate[1][c].value = r2[c];
  spread_out(a, r.prcc, count, a->estimate[2]);
  spread_out(a, r.spearman, count, a->estimate[3]);
  *used = r.used;
  return VT_OK;
}

static vt_error regress_columns(answers *a, const ptrdiff_t *output, ptrdiff_t count) {
  vt_estimate *room;
  double *r2;
  int64_t used;
  VT_TRY(read_inputs(a));
  VT_NEW(room, 3 * count * a->numeric + count);
  r2 = (double *)(room + 3 * count * a->numeric);
  vt_error done = regress(a, count, room, r2, &used);
  for (ptrdiff_t c = 0; c < count && done == VT_OK; c++) done = write_output(a, output[c], c, used);
  free(room);
  return done;
}

// Outputs that lack different rows are worked out one by one.
static vt_error find_regressions(answers *a, const ptrdiff_t *output, ptrdiff_t count) {
  if (all_there(a, count)) return regress_columns(a, output, count);
  for (ptrdiff_t c = 0; c < count; c++) {
    VT_TRY(read_outputs(a, output + c, 1));
    VT_TRY(regress_columns(a, output + c, 1));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Derivatives of the objective, as they are stored.

static void sum_up(double *value, int64_t count, double moment[2]) {
  int64_t there = 0;
  vt_moments m;
  for (int64_t k = 0; k < count; k++) {
    if (isfinite(value[k])) value[there++] = value[k];
  }
  vt_moments_of(value, there, &m);
  moment[0] = m.mean;
  for (int64_t k = 0; k < there; k++) value[k] *= value[k];
  vt_moments_of(value, there, &m);
  moment[1] = m.mean;
}

// Inputs first..first + count - 1 of those that have a value each, which are the cells of a row.
static vt_error sum_up_some(answers *a, const int *input, ptrdiff_t first, ptrdiff_t count) {
  ptrdiff_t cell[MOST_COLUMNS];
  for (ptrdiff_t c = 0; c < count; c++) cell[c] = first + c;
  VT_TRY(read_cells(a, a->s->derivative, count, cell, a->column));
  for (ptrdiff_t c = 0; c < count; c++)
    sum_up(a->column + c * a->scenarios, a->scenarios, a->derivative + 2 * input[first + c]);
  return VT_OK;
}

static vt_error sum_up_all(answers *a, int *input) {
  ptrdiff_t inputs = 0;
  for (int j = 0; j < a->s->inputs; j++) {
    if (!a->s->design_plan->input[a->s->place[j]].each) input[inputs++] = j;
  }
  for (ptrdiff_t first = 0; first < inputs; first += a->columns) {
    const ptrdiff_t rest = inputs - first;
    VT_TRY(sum_up_some(a, input, first, rest < a->columns ? rest : a->columns));
  }
  return VT_OK;
}

static vt_error find_derivatives(answers *a) {
  int *input;
  VT_NEW(a->derivative, 2 * (ptrdiff_t)a->s->inputs);
  for (int i = 0; i < 2 * a->s->inputs; i++) a->derivative[i] = (double)NAN;
  VT_NEW(input, a->s->inputs);
  const vt_error found = sum_up_all(a, input);
  free(input);
  return found;
}

// By the rank that writes them.
static bool has_derivatives(const answers *a, int rank, int size) {
  bool mine = false;
  for (ptrdiff_t o = rank; o < a->s->outputs; o += size) mine = mine || is_objective(a, o);
  return mine && a->s->plan->derivative;
}

// ---------------------------------------------------------------------------------------------

static vt_error make_room(answers *a) {
  const vt_measure *measure = measures_of(a);
  ptrdiff_t most = 1;
  a->columns = COLUMN_BYTES / (ptrdiff_t)sizeof(double) / (ptrdiff_t)a->scenarios;
  if (a->columns > MOST_COLUMNS) a->columns = MOST_COLUMNS;
  if (a->columns < 1) a->columns = 1;
  if (a->columns > a->s->outputs) a->columns = a->s->outputs;
  VT_NEW(a->column, a->columns * a->scenarios);
  for (int m = 0; measure[m].name; m++) {
    if (measure[m].told == VT_MEASURE_DERIVATIVE || !vt_measure_is_there(a->s, &measure[m]))
      continue;
    const ptrdiff_t cells = cells_of(a, measure[m].axes);
    const bool several = a->s->plan->method == VT_SENSITIVITY_REGRESSION;
    most = cells > most ? cells : most;
    VT_NEW(a->estimate[m], cells * (several ? a->columns : 1));
  }
  VT_NEW(a->number, most);
  if (a->s->plan->method == VT_SENSITIVITY_REGRESSION) VT_NEW(a->x, a->s->inputs * a->scenarios);
  return a->s->plan->method == VT_SENSITIVITY_MORRIS ? list_steps(a) : VT_OK;
}

static vt_error find_some(answers *a, const ptrdiff_t *output, ptrdiff_t count) {
  VT_TRY(read_outputs(a, output, count));
  switch (a->s->plan->method) {
    case VT_SENSITIVITY_SOBOL: return find_indices(a, output, count);
    case VT_SENSITIVITY_MORRIS: return find_effects(a, output, count);
    case VT_SENSITIVITY_REGRESSION:
    case VT_SENSITIVITIES: break;
  }
  return find_regressions(a, output, count);
}

// The outputs of a rank: each size-th.
static vt_error find_all(answers *a, int rank, int size) {
  ptrdiff_t output[MOST_COLUMNS], count = 0;
  VT_TRY(count_units(a));
  if (rank >= a->s->outputs) return VT_OK;
  VT_TRY(make_room(a));
  VT_TRY(open_datasets(a));
  if (has_derivatives(a, rank, size)) VT_TRY(find_derivatives(a));
  for (ptrdiff_t o = rank; o < a->s->outputs; o += size) {
    output[count++] = o;
    if (count < a->columns && o + size < a->s->outputs) continue;
    VT_TRY(find_some(a, output, count));
    count = 0;
  }
  return VT_OK;
}

vt_error vt_sensitivity_fill(const vt_derivation *d) {
  const vt_sensitivity *s = d->target->layout->sensitivity;
  if (!s || s->outputs == 0) return VT_OK;
  answers a = {.rows = d->rows,
               .target = d->target,
               .s = s,
               .bootstrap = {.seed = s->design_plan->seed,
                             .resamples = s->plan->resamples,
                             .confidence = s->plan->confidence}};
  const vt_error done = find_all(&a, d->rank, d->size);
  vt_h5_release(&a.pool);
  for (int m = 0; m < VT_MOST_MEASURES; m++) free(a.estimate[m]);
  free(a.optimal);
  free(a.column);
  free(a.number);
  free(a.derivative);
  free(a.x);
  free(a.moved);
  free(a.step);
  return done;
}
