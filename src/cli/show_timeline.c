// show_timeline.c - the impacts of timelines over time, for people.
#include "show_timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  MOST_ROWS = 24,
  MOST_CATEGORIES = 4,
  MOST_TIMELINES = 10,
  PERIOD_WIDTH = 24,
  LONGEST_NAME = 60
};

/// Impacts of one scenario: shape [demands, categories, bins].
typedef struct timelines {
  const report *report;
  int64_t demands, categories, bins, together; // bins in a row
  const char *const *time, *const *demand, *const *category;
  double *value;
  FILE *out;
} timelines;

static double sum_of(const timelines *t, int64_t demand, int64_t category, int64_t first) {
  const int64_t end = first + t->together < t->bins ? first + t->together : t->bins;
  const double *row = t->value + (demand * t->categories + category) * t->bins;
  double sum = 0;
  for (int64_t b = first; b < end; b++) sum += row[b];
  return sum;
}

static void print_row(const timelines *t, int64_t demand, int64_t shown, int64_t first) {
  const int64_t end = first + t->together < t->bins ? first + t->together : t->bins;
  char period[64];
  bool any = false;
  for (int64_t c = 0; c < shown; c++) any = any || sum_of(t, demand, c, first) != 0.0;
  if (!any) return;
  (void)snprintf(period, sizeof period, end - first > 1 ? "%s to %s" : "%s", t->time[first],
                 t->time[end - 1]);
  (void)fputs("  ", t->out);
  print_label(t->out, period, PERIOD_WIDTH);
  for (int64_t c = 0; c < shown; c++) (void)fprintf(t->out, " %12.5g", sum_of(t, demand, c, first));
  (void)fputc('\n', t->out);
}

static void print_demand(const timelines *t, int64_t demand) {
  const int64_t shown = t->categories < MOST_CATEGORIES ? t->categories : MOST_CATEGORIES;
  const char *name = t->demand ? t->demand[demand] : "?";
  const size_t length = strlen(name);
  (void)fputs("\nimpact over time, ", t->out);
  print_label(t->out, name, length < LONGEST_NAME ? (int)length : LONGEST_NAME);
  (void)fputs("\n  ", t->out);
  print_label(t->out, "time", PERIOD_WIDTH);
  for (int64_t c = 0; c < shown; c++) {
    (void)fputc(' ', t->out);
    print_label(t->out, t->category ? t->category[c] : "?", 12);
  }
  (void)fputc('\n', t->out);
  for (int64_t b = 0; b < t->bins; b += t->together) print_row(t, demand, shown, b);
}

// Whether the file has such impacts, of how many bins.
static bool look(timelines *t) {
  const report *r = t->report;
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *axis[VT_MAX_DIMENSIONS + 1];
  if (r->scenario < 0 || r->status != VT_OPTIMAL || !vt_reader_has(r->reader, "calculations") ||
      !vt_reader_has(r->reader, "impact") ||
      vt_reader_shape(r->reader, "impact", &axes, size, axis) != VT_OK || axes != 4)
    return false;
  t->demands = size[1];
  t->categories = size[2];
  t->bins = size[3];
  t->together = (t->bins + MOST_ROWS - 1) / MOST_ROWS;
  t->time = report_labels(r, "time", t->bins);
  t->demand = report_labels(r, "demand", t->demands);
  t->category = report_labels(r, "category", t->categories);
  return t->time != NULL;
}

void show_timeline(FILE *out, const report *r) {
  timelines t = {.report = r, .out = out};
  int64_t count;
  if (!look(&t) || vt_reader_read(r->reader, "impact", r->scenario, &t.value, &count) != VT_OK)
    return;
  const bool whole = count == t.demands * t.categories * t.bins;
  for (int64_t d = 0; d < t.demands && d < MOST_TIMELINES && whole; d++) print_demand(&t, d);
  free(t.value);
}
