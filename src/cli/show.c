// show.c - what a results file holds: gathering it, and telling people.
#include "show.h"

#include "report.h"
#include "show_regret.h"
#include "show_sensitivity.h"
#include "show_timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEP_ROWS = 1 << 16 };

// ---------------------------------------------------------------------------------------------
// Gathering.

static double *read_if_there(const report *r, const char *name, int64_t scenario, int64_t *count) {
  double *value = NULL;
  *count = 0;
  if (!vt_reader_has(r->reader, name)) return NULL;
  if (vt_reader_read(r->reader, name, scenario, &value, count) != VT_OK) return NULL;
  return value;
}

static double read_scalar(const report *r, const char *name, int64_t scenario) {
  int64_t count;
  double *value = read_if_there(r, name, scenario, &count);
  const double result = value && count == 1 ? value[0] : (double)NAN;
  free(value);
  return result;
}

// The largest number of a scenario's variable.
static double worst_of_scenario(const report *r, const char *name) {
  int64_t count;
  double *value = read_if_there(r, name, r->scenario, &count), worst = (double)NAN;
  for (int64_t i = 0; i < count; i++)
    if (!(value[i] <= worst)) worst = value[i];
  free(value);
  return worst;
}

// A variable with one number a scenario.
static bool is_by_scenario(const report *r, const char *name) {
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *axis[VT_MAX_DIMENSIONS + 1];
  return vt_reader_has(r->reader, name) &&
         vt_reader_shape(r->reader, name, &axes, size, axis) == VT_OK && axes == 1 &&
         size[0] == r->scenarios;
}

// A file that is finished says how many scenarios had which outcome.
static bool take_counts(report *r) {
  int64_t count, sum = 0;
  double *value = NULL;
  if (vt_reader_finished(r->reader))
    value = read_if_there(r, "statistics/outcome_count", -1, &count);
  const bool told = value && count == REPORT_OUTCOMES;
  for (int o = 0; told && o < REPORT_OUTCOMES; o++) {
    r->outcome[o] = value[o] >= 0 && value[o] <= (double)r->scenarios ? (int64_t)value[o] : -1;
    sum += r->outcome[o];
  }
  free(value);
  return told && sum == r->scenarios;
}

// Of a file that is not finished: whether statistics were made of the scenarios that are done now.
static bool statistics_are_of_these(const report *r) {
  int64_t count;
  double *value = read_if_there(r, "statistics/outcome_count", -1, &count);
  bool same = value && count == REPORT_OUTCOMES;
  for (int o = 0; same && o < REPORT_OUTCOMES; o++)
    same = value[o] >= (double)r->outcome[o] && value[o] <= (double)r->outcome[o];
  free(value);
  return same;
}

// What all scenarios are asked for, some of them at a time: their number has no bound.
typedef struct sweep {
  double *status, *value;      // shape [SWEEP_ROWS]
  bool violation, gap, unique; // whether they are there
  int64_t seen_unique, unique_optima;
} sweep;

// The worst of a variable over the scenarios that count.
static vt_error take_worst(const report *r, sweep *s, const char *name, int64_t first,
                           int64_t count, double *worst) {
  VT_TRY(vt_reader_read_rows(r->reader, name, first, count, s->value));
  for (int64_t k = 0; k < count; k++) {
    if (s->status[k] == VT_OPTIMAL && !(s->value[k] <= *worst)) *worst = s->value[k];
  }
  return VT_OK;
}

static vt_error sweep_rows(report *r, sweep *s, int64_t first, int64_t count) {
  VT_TRY(vt_reader_read_rows(r->reader, "status", first, count, s->status));
  for (int64_t k = 0; k < count; k++) {
    const bool known = s->status[k] >= 0 && s->status[k] < VT_OUTCOME_COUNT;
    r->outcome[known ? (int)s->status[k] : VT_OUTCOME_COUNT]++;
  }
  if (s->violation) VT_TRY(take_worst(r, s, "violation", first, count, &r->violation));
  if (s->gap) VT_TRY(take_worst(r, s, "gap", first, count, &r->gap));
  if (!s->unique) return VT_OK;
  VT_TRY(vt_reader_read_rows(r->reader, "unique", first, count, s->value));
  for (int64_t k = 0; k < count; k++) {
    s->seen_unique += s->status[k] == VT_OPTIMAL && s->value[k] >= 0;
    s->unique_optima += s->status[k] == VT_OPTIMAL && s->value[k] == 1;
  }
  return VT_OK;
}

static vt_error sweep_all(report *r, sweep *s) {
  VT_NEW(s->status, SWEEP_ROWS);
  VT_NEW(s->value, SWEEP_ROWS);
  const bool all = r->scenario < 0;
  s->violation = all && is_by_scenario(r, "violation");
  s->gap = all && is_by_scenario(r, "gap");
  s->unique = all && is_by_scenario(r, "unique");
  for (int o = 0; o < REPORT_OUTCOMES; o++) r->outcome[o] = 0;
  for (int64_t first = 0; first < r->scenarios; first += SWEEP_ROWS) {
    const int64_t left = r->scenarios - first;
    VT_TRY(sweep_rows(r, s, first, left < SWEEP_ROWS ? left : SWEEP_ROWS));
  }
  if (s->seen_unique > 0) r->unique = (double)s->unique_optima / (double)s->seen_unique;
  return VT_OK;
}

static vt_error gather_one(report *r) {
  VT_CHECK(r->scenario < r->scenarios, VT_ERR_INPUT, "%s: has no scenario %lld, expected 0 to %lld",
           r->path, (long long)r->scenario, (long long)r->scenarios - 1);
  const double code = read_scalar(r, "status", r->scenario);
  if (code >= 0 && code < VT_OUTCOME_COUNT) r->status = (vt_outcome)code;
  r->violation = worst_of_scenario(r, "violation");
  r->gap = read_scalar(r, "gap", r->scenario);
  const double unique = read_scalar(r, "unique", r->scenario);
  if (unique >= 0) r->unique = unique == 1;
  return VT_OK;
}

// The largest number of a variable.
static double largest(const report *r, const char *name) {
  int64_t count;
  double *value = read_if_there(r, name, -1, &count);
  double result = (double)NAN;
  for (int64_t i = 0; i < count; i++) {
    if (!(value[i] <= result)) result = value[i];
  }
  free(value);
  return result;
}

static vt_error gather_outcomes(report *r) {
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *axis[VT_MAX_DIMENSIONS + 1];
  VT_TRY(vt_reader_shape(r->reader, "status", &axes, size, axis));
  VT_CHECK(axes == 1, VT_ERR_INPUT, "%s: 'status' has %d axes, expected 1", r->path, axes);
  r->scenarios = size[0];
  if (r->scenario < 0 && r->scenarios == 1) r->scenario = 0;
  r->status = VT_NOT_DONE;
  r->violation = r->gap = r->unique = (double)NAN;
  if (r->scenario >= 0) VT_TRY(gather_one(r));
  // Of timelines it is told by demand.
  if (r->scenario < 0 && vt_reader_has(r->reader, "calculations"))
    r->violation = largest(r, "violation");
  if (r->scenario >= 0 && take_counts(r)) return VT_OK;
  sweep s = {0};
  const vt_error swept = sweep_all(r, &s);
  free(s.status);
  free(s.value);
  return swept;
}

static void gather_objective(report *r) {
  r->units = vt_reader_has(r->reader, "objective")
                 ? vt_reader_text_of(r->reader, "objective", "units")
                 : NULL;
  if (r->scenario >= 0) {
    r->objective = read_scalar(r, "objective", r->scenario);
    r->factor = read_if_there(r, "factor_value", r->scenario, &r->factors);
    if (r->factor) r->choices = vt_reader_text_of(r->reader, "factor_value", "choices");
    return;
  }
  r->statistics = vt_reader_finished(r->reader) || statistics_are_of_these(r);
  if (!r->statistics) return;
  for (int k = 0; k < REPORT_FIGURES; k++) {
    char name[64];
    (void)snprintf(name, sizeof name, "statistics/objective_%s", report_figure_name[k]);
    r->figure[k] = read_scalar(r, name, -1);
  }
  int64_t levels;
  r->quantile_at = read_if_there(r, "statistics/quantile", -1, &levels);
  r->quantile = read_if_there(r, "statistics/objective_quantile", -1, &r->quantiles);
  if (levels < r->quantiles) r->quantiles = levels;
}

// A variable of the scenario, or its mean. The axes before the last two are expected to be gone.
static report_table gather_table(const report *r, const char *variable, int axes) {
  char name[128];
  (void)snprintf(name, sizeof name, r->scenario >= 0 ? "%s" : "statistics/%s_mean", variable);
  report_table t = {0};
  const int before = r->scenario >= 0;
  int found;
  int64_t size[VT_MAX_DIMENSIONS + 1], count;
  const char *axis[VT_MAX_DIMENSIONS + 1];
  if (!vt_reader_has(r->reader, name)) return t;
  if (vt_reader_shape(r->reader, name, &found, size, axis) != VT_OK) return t;
  if (found != axes + before) return t;
  t.rows = size[before];
  t.columns = axes > 1 ? size[before + 1] : 1;
  t.units = vt_reader_text_of(r->reader, name, "units");
  t.value = read_if_there(r, name, r->scenario, &count);
  for (int64_t i = 0; i < count; i++) t.least = fmax(t.least, 1e-9 * fabs(t.value[i]));
  return t;
}

static void gather_decisions(report *r) {
  const bool have = r->scenario >= 0 ? r->status == VT_OPTIMAL : r->statistics;
  if (!have) return;
  r->impact = gather_table(r, "total_impact", 1);
  r->installation = gather_table(r, "installation", 2);
  r->score = gather_table(r, "score", 2);
  r->choice = gather_table(r, "choice_level", 1);
  if (!r->choice.value) r->choice = gather_table(r, "choice_level", 2);
  if (!r->score.value) r->score = gather_table(r, "total_impact", 2); // of a timeline
  r->residual = largest(r, "residual");
  if (r->scenario >= 0) return;
  int64_t count;
  r->spread = read_if_there(r, "statistics/total_impact_variance", -1, &count);
  if (count != r->impact.rows) {
    free(r->spread);
    r->spread = NULL;
    return;
  }
  for (int64_t i = 0; i < count; i++) r->spread[i] = sqrt(r->spread[i]);
}

// Inventories that the run computed.
static void gather_background(report *r) {
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1], count;
  const char *name[VT_MAX_DIMENSIONS + 1];
  if (!vt_reader_has(r->reader, "background/inventory") ||
      vt_reader_shape(r->reader, "background/inventory", &axes, size, name) != VT_OK || axes != 3)
    return;
  for (int a = 0; a < axes; a++) r->background[a] = size[a];
  double *residual = read_if_there(r, "background/residual", -1, &count);
  for (int64_t i = 0; residual && i < count; i++)
    r->background_residual = fmax(r->background_residual, residual[i]); // NaN: nothing to solve
  free(residual);
}

static vt_error gather(report *r) {
  VT_TRY(vt_reader_open(r->path, &r->reader));
  VT_TRY(gather_outcomes(r));
  gather_objective(r);
  gather_decisions(r);
  gather_background(r);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Numbers and texts for people.

// The name of a process, or its code where it has none or shares it with others.
static const char *process_label(const char *const *code, const char *const *name,
                                 int64_t processes, int64_t p) {
  bool own = name && name[p][0];
  for (int64_t q = 0; own && q < processes; q++) own = q == p || strcmp(name[q], name[p]) != 0;
  if (own) return name[p];
  return code ? code[p] : "?";
}

static bool row_is_shown(const report_table *t, int64_t row, const int64_t *column, int columns) {
  for (int k = 0; k < columns; k++) {
    if (report_is_shown(t, t->value[row * t->columns + column[k]])) return true;
  }
  return false;
}

static bool column_is_shown(const report_table *t, int64_t column) {
  for (int64_t row = 0; row < t->rows; row++) {
    if (report_is_shown(t, t->value[row * t->columns + column])) return true;
  }
  return false;
}

// ---------------------------------------------------------------------------------------------
// Text.

enum { SCORE_BAND = 3, SCORE_WIDTH = 17, MOST_DEMANDS = 50 };
enum { BAND = 5, LABEL_WIDTH = 24 }; // years beside each other; both within 80 columns

static void print_band(FILE *out, const report *r, const int64_t *year, int years) {
  const report_table *t = &r->installation;
  const char *const *code = report_labels(r, "process", t->rows);
  const char *const *name = report_labels(r, "process_name", t->rows);
  const char *const *time = report_labels(r, "time", t->columns);
  (void)fputs("  ", out);
  print_label(out, "process", LABEL_WIDTH);
  for (int k = 0; k < years; k++) (void)fprintf(out, " %9s", time ? time[year[k]] : "?");
  (void)fputc('\n', out);
  for (int64_t p = 0; p < t->rows; p++) {
    if (!row_is_shown(t, p, year, years)) continue;
    (void)fputs("  ", out);
    print_label(out, process_label(code, name, t->rows, p), LABEL_WIDTH);
    for (int k = 0; k < years; k++) {
      const double value = t->value[p * t->columns + year[k]];
      if (report_is_shown(t, value)) {
        (void)fprintf(out, " %9.4g", value);
      } else {
        (void)fprintf(out, " %9s", isnan(value) ? "?" : ".");
      }
    }
    (void)fputc('\n', out);
  }
}

static void print_of_what(FILE *out, const report *r) {
  if (r->scenarios == 1) {
    (void)fputc('\n', out);
  } else if (r->scenario >= 0) {
    (void)fprintf(out, ", scenario %lld\n", (long long)r->scenario);
  } else {
    (void)fprintf(out, ", mean over %lld scenarios\n", (long long)r->outcome[VT_OPTIMAL]);
  }
}

static void print_installation(FILE *out, const report *r) {
  const report_table *t = &r->installation;
  if (!t->value) return;
  const bool unit = t->units && strcmp(t->units, "1") != 0;
  (void)fprintf(out, "\ninstallation%s%s%s", unit ? " (" : "", unit ? t->units : "",
                unit ? ")" : "");
  print_of_what(out, r);
  int64_t year[BAND];
  int years = 0;
  bool any = false;
  for (int64_t column = 0; column < t->columns; column++) {
    if (column_is_shown(t, column)) year[years++] = column;
    if (years == 0 || (years < BAND && column + 1 < t->columns)) continue;
    print_band(out, r, year, years);
    any = true;
    years = 0;
  }
  if (!any) (void)fputs("  nothing is installed\n", out);
}

static void print_impacts(FILE *out, const report *r) {
  if (!r->impact.value) return;
  const char *const *category = report_labels(r, "category", r->impact.rows);
  (void)fputs("\ntotal impact", out);
  print_of_what(out, r);
  for (int64_t c = 0; c < r->impact.rows; c++) {
    (void)fputs("  ", out);
    print_label(out, category ? category[c] : "?", LABEL_WIDTH);
    (void)fprintf(out, " %14.8g", r->impact.value[c]);
    if (r->spread) (void)fprintf(out, "  sd %.4g", r->spread[c]);
    if (r->impact.units && strcmp(r->impact.units, "1") != 0) {
      (void)fprintf(out, "  %s", r->impact.units);
    }
    (void)fputc('\n', out);
  }
}

static void print_figure(FILE *out, const char *name, double value) {
  (void)fprintf(out, "  %-20s %.10g\n", name, value);
}

static void print_statistics(FILE *out, const report *r) {
  print_figure(out, "mean", r->figure[0]);
  print_figure(out, "standard deviation", sqrt(r->figure[1]));
  print_figure(out, "standard error", r->figure[3]);
  print_figure(out, "skewness", r->figure[2]);
  print_figure(out, "min", r->figure[4]);
  for (int64_t q = 0; q < r->quantiles; q++) {
    char name[40];
    (void)snprintf(name, sizeof name, "quantile %g", r->quantile_at[q]);
    print_figure(out, name, r->quantile[q]);
  }
  print_figure(out, "max", r->figure[5]);
}

static void print_objective(FILE *out, const report *r) {
  if (!vt_reader_has(r->reader, "objective")) return;
  const bool unit = r->units && strcmp(r->units, "1") != 0;
  char text[32];
  if (r->scenario >= 0) {
    if (r->status != VT_OPTIMAL) return;
    (void)fprintf(out, "objective   %s%s%s\n", report_exact(r->objective, text), unit ? " " : "",
                  unit ? r->units : "");
  } else if (r->statistics && r->outcome[VT_OPTIMAL] > 0) {
    (void)fprintf(out, "\nobjective%s%s%s, %lld scenarios\n", unit ? " (" : "",
                  unit ? r->units : "", unit ? ")" : "", (long long)r->outcome[VT_OPTIMAL]);
    print_statistics(out, r);
  }
}

static void print_quality(FILE *out, const report *r) {
  if (!vt_reader_has(r->reader, "violation")) return;
  // A timeline with a background that changes has no static inventory to be compared with.
  if (isnan(r->violation) && !vt_reader_has(r->reader, "gap")) return;
  if (r->outcome[VT_OPTIMAL] == 0 || (r->scenario >= 0 && r->status != VT_OPTIMAL)) return;
  (void)fprintf(out, "checks      largest violation %.2g", r->violation);
  if (vt_reader_has(r->reader, "gap")) (void)fprintf(out, ", largest gap %.2g", r->gap);
  if (r->scenario >= 0) {
    if (!isnan(r->unique)) {
      (void)fprintf(out, ", the optimum is %s", r->unique == 1 ? "unique" : "not unique");
    }
  } else if (!isnan(r->unique)) {
    (void)fprintf(out, ", optimum unique in %.4g %%", 100 * r->unique);
  }
  (void)fputc('\n', out);
}

static void print_outcomes(FILE *out, const report *r) {
  (void)fprintf(out, "scenarios   %lld:", (long long)r->scenarios);
  const char *separator = " ";
  for (int o = 0; o < REPORT_OUTCOMES; o++) {
    if (r->outcome[o] == 0) continue;
    const vt_outcome outcome = o < VT_OUTCOME_COUNT ? (vt_outcome)o : VT_NOT_DONE;
    (void)fprintf(out, "%s%lld %s", separator, (long long)r->outcome[o], vt_outcome_name(outcome));
    separator = ", ";
  }
  (void)fputc('\n', out);
  const int64_t left = r->outcome[VT_OUTCOME_COUNT];
  int64_t pairs, pairs_left;
  if (!vt_reader_finished(r->reader)) {
    (void)fprintf(out, "unfinished  %lld of %lld scenarios are done",
                  (long long)(r->scenarios - left), (long long)r->scenarios);
    show_count_pairs(r, &pairs, &pairs_left);
    if (pairs > 0)
      (void)fprintf(out, ", %lld of %lld plan pairs", (long long)(pairs - pairs_left),
                    (long long)pairs);
    if (!vt_reader_is_extract(r->reader))
      (void)fprintf(out, "; 'vintner resume %s' goes on", r->path);
    (void)fputc('\n', out);
  }
  if (r->scenario >= 0 && r->scenarios > 1) {
    (void)fprintf(out, "scenario    %lld: %s\n", (long long)r->scenario,
                  vt_outcome_name(r->status));
  }
}

static void print_factors(FILE *out, const report *r) {
  const char *const *name = report_labels(r, "factor", r->factors);
  if (!r->factor || !name) return;
  for (int64_t f = 0; f < r->factors; f++) {
    char text[32], choice[1024];
    (void)fputs(f == 0 ? "factors     " : "            ", out);
    print_label(out, name[f], LABEL_WIDTH);
    (void)fputc(' ', out);
    if (report_choice(r->choices, name[f], r->factor[f], choice, sizeof choice))
      (void)fputs(choice, out);
    else
      (void)fputs(report_exact(r->factor[f], text), out);
    (void)fputc('\n', out);
  }
}

// Texts of several lines are told whole, indented.
static void print_attribute(FILE *out, const report *r, const char *attribute, const char *name) {
  const char *text = vt_reader_attribute(r->reader, attribute);
  if (!text || !text[0]) return;
  (void)fprintf(out, "%-11s ", name);
  for (const char *c = text; *c; c++) {
    if (*c == '\n' && c[1])
      (void)fputs("\n            ", out);
    else if (*c != '\n')
      (void)fputc((unsigned char)*c < ' ' ? ' ' : *c, out);
  }
  (void)fputc('\n', out);
}

static void print_attributes(FILE *out, const report *r) {
  for (int i = 0; i < REPORT_TOLD; i++) {
    const char *told = report_told[i];
    print_attribute(out, r, told, strcmp(told, "vintner_version") == 0 ? "version" : told);
  }
  print_attribute(out, r, "warnings", "warnings");
}

static void print_score_band(FILE *out, const report *r, int64_t rows, int64_t first, int64_t end) {
  const report_table *t = &r->score;
  const char *const *demand = report_labels(r, "demand", t->rows);
  const char *const *category = report_labels(r, "category", t->columns);
  (void)fputs("  ", out);
  print_label(out, "demand", LABEL_WIDTH);
  for (int64_t c = first; c < end; c++) {
    (void)fputc(' ', out);
    print_label(out, category ? category[c] : "?", SCORE_WIDTH);
  }
  (void)fputc('\n', out);
  for (int64_t d = 0; d < rows; d++) {
    (void)fputs("  ", out);
    print_label(out, demand ? demand[d] : "?", LABEL_WIDTH);
    for (int64_t c = first; c < end; c++)
      (void)fprintf(out, " %-*.10g", (int)SCORE_WIDTH, t->value[d * t->columns + c]);
    (void)fputc('\n', out);
  }
}

static void print_scores(FILE *out, const report *r) {
  const report_table *t = &r->score;
  if (!t->value) return;
  const int64_t rows = t->rows < MOST_DEMANDS ? t->rows : MOST_DEMANDS;
  const bool timeline = vt_reader_has(r->reader, "total_impact");
  if (timeline)
    (void)fputs("\ntotal impact", out);
  else
    (void)fprintf(out, "checks      largest residual %.2g\n\nscores", r->residual);
  print_of_what(out, r);
  for (int64_t c = 0; c < t->columns; c += SCORE_BAND)
    print_score_band(out, r, rows, c, c + SCORE_BAND < t->columns ? c + SCORE_BAND : t->columns);
  if (rows < t->rows)
    (void)fprintf(out, "  and %lld more demands, see --json\n", (long long)(t->rows - rows));
}

static void print_background(FILE *out, const report *r) {
  const int64_t *size = r->background;
  if (size[0] == 0) return;
  (void)fprintf(out,
                "background  %lld snapshots x %lld intermediate flows x %lld elementary flows, "
                "largest residual %.2g\n",
                (long long)size[0], (long long)size[1], (long long)size[2], r->background_residual);
}

// Alternatives that run, the sum of their levels over the steps.
static void print_choices(FILE *out, const report *r) {
  const report_table *t = &r->choice;
  const char *const *label = report_labels(r, "alternative", t->rows);
  if (!t->value) return;
  (void)fprintf(out, "\nlevel of alternatives%s", t->columns > 1 ? ", sum over steps" : "");
  print_of_what(out, r);
  for (int64_t a = 0; a < t->rows; a++) {
    double sum = 0;
    for (int64_t s = 0; s < t->columns; s++) sum += t->value[a * t->columns + s];
    if (!report_is_shown(t, sum)) continue;
    (void)fputs("  ", out);
    print_label(out, label ? label[a] : "?", LABEL_WIDTH);
    (void)fprintf(out, " %13.8g\n", sum);
  }
}

static void print_text(FILE *out, const report *r) {
  print_attributes(out, r);
  print_background(out, r);
  print_outcomes(out, r);
  print_factors(out, r);
  if (r->scenario < 0) print_quality(out, r);
  print_objective(out, r);
  if (r->scenario >= 0) print_quality(out, r);
  print_impacts(out, r);
  print_installation(out, r);
  print_choices(out, r);
  print_scores(out, r);
  show_timeline(out, r);
  if (r->statistics) show_sensitivity(out, r);
  if (r->scenario < 0) show_regret(out, r);
}

// ---------------------------------------------------------------------------------------------

static vt_error show(report *r, bool json, FILE *out) {
  VT_TRY(gather(r));
  FILE *lines = out;
  if (!json) VT_TRY(print_open(out, &lines));
  (json ? report_print_json : print_text)(lines, r);
  if (!json) (void)fclose(lines);
  return print_flush(out);
}

vt_error vt_command_show(const char *path, int64_t scenario, bool json, FILE *out) {
  const double none = (double)NAN;
  report r = {.path = path,
              .scenario = scenario,
              .objective = none,
              .violation = none,
              .gap = none,
              .unique = none};
  const vt_error done = show(&r, json, out);
  free(r.quantile_at);
  free(r.quantile);
  free(r.factor);
  free(r.impact.value);
  free(r.spread);
  free(r.installation.value);
  free(r.score.value);
  free(r.choice.value);
  vt_reader_close(r.reader);
  return done;
}
