// show_regret.c - which plan stands up best to all scenarios.
#include "show_regret.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PLANS = 10 };

typedef struct plans {
  int64_t places, plans;
  double *scenario;           // shape [places]: whose plan it is
  double *mean, *max, *share; // shape [places]
} plans;

// A dataset of so many numbers, or NULL: other programs may have changed the file.
static double *read_by_plan(const report *r, const char *name, int64_t count) {
  double *value = NULL;
  int64_t found = 0;
  if (!vt_reader_has(r->reader, name) ||
      vt_reader_read(r->reader, name, -1, &value, &found) != VT_OK)
    return NULL;
  if (found == count) return value;
  free(value);
  return NULL;
}

// Of pairs: plans by scenarios.
static int64_t count_places(const report *r) {
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *axis[VT_MAX_DIMENSIONS + 1], *name = "regret/status";
  const bool told = vt_reader_has(r->reader, name) &&
                    vt_reader_shape(r->reader, name, &axes, size, axis) == VT_OK && axes == 2 &&
                    size[1] == r->scenarios;
  return told ? size[0] : 0;
}

static bool gather(const report *r, plans *p) {
  *p = (plans){.places = count_places(r)};
  if (p->places == 0) return false;
  p->scenario = read_by_plan(r, "regret/plan_scenario", p->places);
  p->mean = read_by_plan(r, "regret/regret_mean", p->places);
  p->max = read_by_plan(r, "regret/regret_max", p->places);
  p->share = read_by_plan(r, "regret/feasible_share", p->places);
  while (p->scenario && p->plans < p->places && p->scenario[p->plans] >= 0) p->plans++;
  return p->scenario && p->mean && p->max && p->share;
}

static void drop(plans *p) {
  free(p->scenario);
  free(p->mean);
  free(p->max);
  free(p->share);
}

// Until plans are chosen there may be one at each place.
void show_count_pairs(const report *r, int64_t *pairs, int64_t *left) {
  plans p;
  *pairs = *left = 0;
  if (gather(r, &p)) {
    const int64_t counted = p.plans > 0 ? p.plans : p.places;
    *pairs = counted * r->scenarios;
    for (int64_t i = 0; i < counted; i++) {
      double *status;
      int64_t count;
      if (vt_reader_read(r->reader, "regret/status", i, &status, &count) != VT_OK) continue;
      for (int64_t k = 0; k < count; k++) *left += status[k] < 0;
      free(status);
    }
  }
  drop(&p);
}

// ---------------------------------------------------------------------------------------------
// Text.

static int64_t place_of(const plans *p, double scenario) {
  for (int64_t i = 0; i < p->plans; i++) {
    if (p->scenario[i] >= scenario && p->scenario[i] <= scenario) return i;
  }
  return -1;
}

static bool comes_before(const plans *p, int64_t a, int64_t b) {
  if (p->share[a] > p->share[b] || p->share[a] < p->share[b]) return p->share[a] > p->share[b];
  if (p->max[a] > p->max[b] || p->max[a] < p->max[b]) return p->max[a] < p->max[b];
  return p->mean[a] < p->mean[b];
}

// The plan next in rank after those that are told.
static int64_t next_plan(const plans *p, const bool *told) {
  int64_t best = -1;
  for (int64_t i = 0; i < p->plans; i++) {
    if (!told[i] && (best < 0 || comes_before(p, i, best))) best = i;
  }
  return best;
}

static void print_best(FILE *out, const plans *p, const char *name, double scenario) {
  const int64_t i = place_of(p, scenario);
  if (i < 0) return;
  (void)fprintf(out,
                "  %-20s of scenario %.0f: largest regret %.6g, mean %.6g, feasible in %.4g %%\n",
                name, scenario, p->max[i], p->mean[i], 100 * p->share[i]);
}

static void print_plans(FILE *out, const plans *p, bool *told) {
  const int64_t shown = p->plans <= MOST_PLANS + 2 ? p->plans : MOST_PLANS;
  (void)fprintf(out, "  %-20s %14s %14s %14s\n", "plan of scenario", "largest regret",
                "mean regret", "feasible %");
  for (int64_t n = 0; n < shown; n++) {
    const int64_t i = next_plan(p, told);
    told[i] = true;
    (void)fprintf(out, "  %-20.0f %14.6g %14.6g %14.4g\n", p->scenario[i], p->max[i], p->mean[i],
                  100 * p->share[i]);
  }
  if (shown < p->plans)
    (void)fprintf(out, "  and %lld more plans, see --json\n", (long long)(p->plans - shown));
}

static void print_all(FILE *out, const report *r, const plans *p) {
  const bool unit = r->units && strcmp(r->units, "1") != 0;
  bool *told = vt_calloc((ptrdiff_t)p->plans + 1, sizeof *told);
  if (!told) return;
  (void)fprintf(out, "\nregret%s%s%s of %lld plan%s under %lld scenarios\n", unit ? " (" : "",
                unit ? r->units : "", unit ? ")" : "", (long long)p->plans,
                p->plans == 1 ? "" : "s", (long long)r->scenarios);
  if (p->plans == 0) (void)fputs("  no scenario has a plan\n", out);
  print_best(out, p, "robust plan", vt_reader_number_of(r->reader, "regret", "robust_plan"));
  print_best(out, p, "least mean regret",
             vt_reader_number_of(r->reader, "regret", "robust_mean_plan"));
  if (p->plans > 0) print_plans(out, p, told);
  free(told);
}

void show_regret(FILE *out, const report *r) {
  plans p;
  if (gather(r, &p) && vt_reader_finished(r->reader)) print_all(out, r, &p);
  drop(&p);
}

// ---------------------------------------------------------------------------------------------
// JSON.

void json_regret(json_out *j, const report *r) {
  plans p;
  if (gather(r, &p) && vt_reader_finished(r->reader)) {
    json_map(j, "regret");
    json_number(j, "robust_plan", vt_reader_number_of(r->reader, "regret", "robust_plan"));
    json_number(j, "robust_mean_plan",
                vt_reader_number_of(r->reader, "regret", "robust_mean_plan"));
    json_list(j, "plans", JSON_LINES);
    for (int64_t i = 0; i < p.plans; i++)
      json_object(j, NULL, "scenario: %lld, regret_mean: %g, regret_max: %g, feasible_share: %g",
                  (long long)p.scenario[i], p.mean[i], p.max[i], p.share[i]);
    json_close(j);
    json_close(j);
  }
  drop(&p);
}
