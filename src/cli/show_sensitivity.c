// show_sensitivity.c - which inputs an output answers to: a ranking with bars.
#include "show_sensitivity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_WIDTH = 24, BAR_WIDTH = 20, MOST_OUTPUTS = 3, MOST_INPUTS = 10, MOST_SHOWN = 12 };

// What inputs are ranked by, of the first that a file has.
typedef struct yardstick {
  const char *name, *title, *unit;
} yardstick;

static const yardstick yardsticks[] = {
    {"sobol_total", "total Sobol index", "groups"},
    {"morris_mu_star", "Morris mu*", "trajectories"},
    {"spearman", "rank correlation", "scenarios"},
};
enum { YARDSTICKS = sizeof yardsticks / sizeof *yardsticks };

// All measures with an axis of inputs and nothing else, for JSON.
static const char *const measure_names[] = {
    "sobol_first",
    "sobol_first_low",
    "sobol_first_high",
    "sobol_total",
    "sobol_total_low",
    "sobol_total_high",
    "morris_mu",
    "morris_mu_star",
    "morris_mu_star_low",
    "morris_mu_star_high",
    "morris_sigma",
    "src",
    "src_low",
    "src_high",
    "prcc",
    "prcc_low",
    "prcc_high",
    "spearman",
    "spearman_low",
    "spearman_high",
    "derivative_mean",
    "derivative_square",
};
enum { MEASURES = sizeof measure_names / sizeof *measure_names };

typedef struct ranking {
  int64_t outputs, inputs;
  const char *const *output, *const *input; // labels
  const yardstick *by;
  double *count;              // shape [outputs]
  double *value, *low, *high; // shape [outputs, inputs]
} ranking;

// A dataset of so many numbers, or NULL: other programs may have changed the file.
static double *read_measure(const report *r, const char *name, const char *suffix, int64_t count) {
  char path[96];
  double *value = NULL;
  int64_t found = 0;
  (void)snprintf(path, sizeof path, "sensitivity/%s%s", name, suffix);
  if (!vt_reader_has(r->reader, path) ||
      vt_reader_read(r->reader, path, -1, &value, &found) != VT_OK)
    return NULL;
  if (found == count) return value;
  free(value);
  return NULL;
}

static int64_t length_of(const report *r, const char *name) {
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *axis[VT_MAX_DIMENSIONS + 1];
  const bool told = vt_reader_has(r->reader, name) &&
                    vt_reader_shape(r->reader, name, &axes, size, axis) == VT_OK && axes == 1;
  return told ? size[0] : 0;
}

// Whether there is something to rank.
static bool gather(const report *r, ranking *k) {
  *k = (ranking){.outputs = length_of(r, "sensitivity/output"),
                 .inputs = length_of(r, "sensitivity/factor")};
  if (k->outputs == 0 || k->inputs == 0) return false;
  k->output = report_labels(r, "sensitivity/output", k->outputs);
  k->input = report_labels(r, "sensitivity/factor", k->inputs);
  k->count = read_measure(r, "count", "", k->outputs);
  for (int y = 0; y < YARDSTICKS && !k->value; y++) {
    k->by = &yardsticks[y];
    k->value = read_measure(r, k->by->name, "", k->outputs * k->inputs);
  }
  if (!k->output || !k->input || !k->count || !k->value) return false;
  k->low = read_measure(r, k->by->name, "_low", k->outputs * k->inputs);
  k->high = read_measure(r, k->by->name, "_high", k->outputs * k->inputs);
  return true;
}

static void drop(ranking *k) {
  free(k->count);
  free(k->value);
  free(k->low);
  free(k->high);
}

// ---------------------------------------------------------------------------------------------
// Text.

// The input next in rank after those that are told, by size; what is NaN comes last.
static int64_t next_input(const double *value, int64_t inputs, const bool *told) {
  int64_t best = -1;
  for (int64_t j = 0; j < inputs; j++) {
    if (told[j]) continue;
    if (best < 0 || fabs(value[j]) > fabs(value[best]) || (isnan(value[best]) && !isnan(value[j])))
      best = j;
  }
  return best;
}

static void print_input(FILE *out, const ranking *k, int64_t cell, double longest) {
  const double value = k->value[cell];
  const double share = longest > 0 ? fabs(value) / longest : 0;
  const int length = isnan(value) ? 0 : (int)(share * BAR_WIDTH + 0.5);
  (void)fputs("  ", out);
  print_label(out, k->input[cell % k->inputs], LABEL_WIDTH);
  if (isnan(value)) {
    (void)fprintf(out, " %9s\n", "?");
    return;
  }
  (void)fprintf(out, " %9.3g ", value);
  for (int i = 0; i < length; i++) (void)fputc('#', out);
  if (k->low && k->high && !isnan(k->low[cell]))
    (void)fprintf(out, "%*s %.3g to %.3g", BAR_WIDTH - length, "", k->low[cell], k->high[cell]);
  (void)fputc('\n', out);
}

static void print_output(FILE *out, const ranking *k, int64_t output, bool *told) {
  const double *value = k->value + output * k->inputs;
  const int64_t first = next_input(value, k->inputs, told);
  const double longest = fabs(value[first]);
  const int64_t shown = k->inputs <= MOST_SHOWN ? k->inputs : MOST_INPUTS;
  (void)fputs("\nsensitivity of ", out);
  show_plain(out, k->output[output]);
  (void)fprintf(out, ": %s, %lld %s\n", k->by->title, (long long)k->count[output], k->by->unit);
  for (int64_t n = 0; n < shown; n++) {
    const int64_t j = next_input(value, k->inputs, told);
    told[j] = true;
    print_input(out, k, output * k->inputs + j, longest);
  }
  if (shown < k->inputs)
    (void)fprintf(out, "  and %lld more inputs, see --json\n", (long long)(k->inputs - shown));
}

void show_sensitivity(FILE *out, const report *r) {
  ranking k;
  const bool there = gather(r, &k);
  const int64_t shown = k.outputs <= MOST_OUTPUTS + 1 ? k.outputs : MOST_OUTPUTS;
  for (int64_t o = 0; o < shown && there; o++) {
    bool *told = vt_calloc((ptrdiff_t)k.inputs, sizeof *told);
    if (told) print_output(out, &k, o, told);
    free(told);
  }
  if (there && shown < k.outputs)
    (void)fprintf(out, "\nsensitivity of %lld more outputs: see --json\n",
                  (long long)(k.outputs - shown));
  drop(&k);
}

// ---------------------------------------------------------------------------------------------
// JSON.

void json_sensitivity(json_out *j, const report *r) {
  ranking k;
  double *measure[MEASURES] = {NULL};
  const bool there = gather(r, &k);
  double *r2 = there ? read_measure(r, "src_r2", "", k.outputs) : NULL;
  for (int m = 0; m < MEASURES && there; m++)
    measure[m] = read_measure(r, measure_names[m], "", k.outputs * k.inputs);
  if (there) json_list(j, "sensitivity", JSON_LINES);
  for (int64_t i = 0; there && i < k.outputs * k.inputs; i++) {
    const int64_t output = i / k.inputs;
    json_map(j, NULL);
    json_members(j, "output: %s, input: %s, count: %lld", k.output[output], k.input[i % k.inputs],
                 (long long)k.count[output]);
    for (int m = 0; m < MEASURES; m++) {
      if (measure[m]) json_number(j, measure_names[m], measure[m][i]);
    }
    if (r2) json_number(j, "src_r2", r2[output]);
    json_close(j);
  }
  if (there) json_close(j);
  for (int m = 0; m < MEASURES; m++) free(measure[m]);
  free(r2);
  drop(&k);
}
