// regret.c - what is in /regret: whose plans are told, what becomes of each scenario with each of
// them, and which plan stands up best to all.
#include "rows.h"
#include "vintner/design.h"
#include "vintner/statistics.h"
#include "vintner/team.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 1 << 16 };

static const char plan_scenario[] = "regret/plan_scenario";
static const char *const by_plan[] = {"regret/regret_mean", "regret/regret_max",
                                      "regret/feasible_share"};
enum { MEAN, MAX, SHARE, BY_PLAN };

// ---------------------------------------------------------------------------------------------
// Numbers of plans and of pairs.

// Numbers along the axis of plans; the scenarios' own are wider than any number of a row.
static vt_error move_by_plan(const vt_results *results, const char *name, bool write, int64_t first,
                             int64_t count, void *item) {
  const char *path = results->path, *done = write ? "written" : "read";
  const hsize_t start = (hsize_t)first, items = (hsize_t)count;
  vt_h5_pool pool = {0};
  vt_slot slot = {.axes = 1, .type = name == plan_scenario ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE};
  slot.dataset = vt_h5_keep(&pool, vt_h5_open_dataset(results->file, name));
  if (slot.dataset >= 0) slot.space = vt_h5_keep(&pool, H5Dget_space(slot.dataset));
  vt_error moved = VT_OK;
  if (slot.dataset < 0 || slot.space < 0)
    moved = vt_h5_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__, path, done);
  else if (H5Sget_simple_extent_npoints(slot.space) != (hssize_t)results->layout->regret->places)
    moved = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                           "%s: '%s' has another shape than the study gives", path, name);
  else
    moved = write ? vt_slot_write(results, &slot, &start, &items, item)
                  : vt_slot_read(results, &slot, &start, &items, item);
  vt_h5_release(&pool);
  return moved;
}

// Some scenarios of one plan.
static vt_error move_pairs(const vt_results *results, int variable, bool write, int64_t place,
                           int64_t first, int64_t count, void *item) {
  const hsize_t start[] = {(hsize_t)place, (hsize_t)first}, items[] = {1, (hsize_t)count};
  const vt_slot *slot = &results->pair[variable];
  return write ? vt_slot_write(results, slot, start, items, item)
               : vt_slot_read(results, slot, start, items, item);
}

vt_error vt_results_read_pairs(vt_results *results, int64_t place, int8_t *status) {
  return move_pairs(results, VT_PAIR_STATUS, false, place, 0, results->layout->scenarios, status);
}

static vt_error write_run(vt_results *results, int64_t place, int64_t first, int64_t count,
                          double *const *data, int64_t at) {
  int8_t status[AT_ONCE];
  for (int64_t i = 0; i < count; i++) status[i] = (int8_t)data[VT_PAIR_STATUS][at + i];
  for (int v = VT_PAIR_STATUS + 1; v < VT_PAIR_VARIABLES; v++)
    VT_TRY(move_pairs(results, v, true, place, first, count, data[v] + at));
  // Last: a pair that is marked done is in the file whole.
  return move_pairs(results, VT_PAIR_STATUS, true, place, first, count, status);
}

vt_error vt_results_write_pairs(vt_results *results, const vt_block *block) {
  const int64_t scenarios = results->layout->scenarios;
  for (int64_t i = 0, count; i < block->count; i += count) {
    const int64_t pair = block->first + i, k = pair % scenarios;
    count = block->count - i;
    if (count > scenarios - k) count = scenarios - k;
    if (count > AT_ONCE) count = AT_ONCE;
    VT_TRY(write_run(results, pair / scenarios, k, count, block->data, i));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// What scenarios decided, and what it cost them.

vt_error vt_results_read_optima(vt_results *results, double *objective) {
  const vt_layout *layout = results->layout;
  const vt_slot *slot = &results->slot[layout->regret->objective];
  int8_t status[1024];
  VT_CHECK(slot->storage == VT_STORE_DOUBLE, VT_ERR_BUG, "an objective of another type");
  for (int64_t first = 0; first < layout->scenarios; first += (int64_t)sizeof status) {
    const int64_t rest = layout->scenarios - first;
    const int64_t rows = rest < (int64_t)sizeof status ? rest : (int64_t)sizeof status;
    const hsize_t start = (hsize_t)first, count = (hsize_t)rows;
    VT_TRY(vt_slot_read(results, slot, &start, &count, objective + first));
    VT_TRY(vt_results_read_status(results, first, rows, status));
    for (int64_t i = 0; i < rows; i++) {
      if (status[i] != VT_OPTIMAL) objective[first + i] = (double)NAN;
    }
  }
  return VT_OK;
}

vt_error vt_results_read_decision(vt_results *results, int64_t scenario, double *value) {
  const vt_layout *layout = results->layout;
  const int decision = layout->regret->decision;
  const vt_slot *slot = &results->slot[decision];
  hsize_t start[VT_SLOT_AXES] = {(hsize_t)(scenario - layout->first)}, count[VT_SLOT_AXES] = {1};
  for (int a = 1; a < slot->axes; a++) count[a] = slot->extent[a];
  VT_TRY(vt_slot_read(results, slot, start, count, value));
  if (slot->storage == VT_STORE_DOUBLE) return VT_OK;
  // From behind, in place: the narrow numbers lie at the front.
  const char *item = (const char *)value;
  for (ptrdiff_t c = layout->variable[decision].cells - 1; c >= 0; c--) {
    float narrow;
    memcpy(&narrow, item + c * (ptrdiff_t)sizeof narrow, sizeof narrow);
    value[c] = (double)narrow;
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Whose plans are told.

typedef struct drawn {
  double u;
  int64_t scenario;
} drawn;

static int by_draw(const void *left, const void *right) {
  const drawn *a = left, *b = right;
  if (a->u < b->u || a->u > b->u) return a->u < b->u ? -1 : 1;
  return (a->scenario > b->scenario) - (a->scenario < b->scenario);
}

static int by_number(const void *left, const void *right) {
  const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

// Of too many scenarios to compare each with each, some by lot.
static vt_error draw_some(const vt_regret *regret, int64_t *scenario, int64_t *count) {
  drawn *lot;
  if (*count <= VT_MOST_COMPARED) return VT_OK;
  VT_NEW(lot, *count);
  for (int64_t i = 0; i < *count; i++)
    lot[i] =
        (drawn){vt_random_uniform(regret->seed, VT_PURPOSE_PLANS, scenario[i], 0, 0), scenario[i]};
  qsort(lot, (size_t)*count, sizeof *lot, by_draw);
  *count = VT_MOST_COMPARED;
  for (int64_t i = 0; i < *count; i++) scenario[i] = lot[i].scenario;
  free(lot);
  qsort(scenario, (size_t)*count, sizeof *scenario, by_number);
  return VT_OK;
}

// What is compared: the cells that differ between scenarios, each as a share of the largest total
// over the years.
typedef struct compared {
  const int64_t *scenario; // shape [count]
  int count;
  ptrdiff_t cells, years; // of a decision
  double *decision;       // shape [cells]
  double *first;          // shape [cells]: of the first scenario
  double *total;          // shape [cells / years]: the largest
  ptrdiff_t *place;       // shape [differing]
  bool *differs;          // shape [cells]
  ptrdiff_t differing;
  double *point;    // shape [count, differing]
  double *distance; // shape [count, count]
} compared;

static void take_decision(compared *c, bool first) {
  for (ptrdiff_t object = 0; object < c->cells / c->years; object++) {
    double total = 0;
    for (ptrdiff_t cell = object * c->years; cell < (object + 1) * c->years; cell++) {
      total += c->decision[cell];
      if (first) c->first[cell] = c->decision[cell];
      c->differs[cell] = c->differs[cell] || c->decision[cell] < c->first[cell] ||
                         c->decision[cell] > c->first[cell];
    }
    c->total[object] = fmax(c->total[object], total);
  }
}

static vt_error look_through(vt_results *results, compared *c) {
  for (int i = 0; i < c->count; i++) {
    VT_TRY(vt_results_read_decision(results, c->scenario[i], c->decision));
    take_decision(c, i == 0);
  }
  VT_NEW(c->place, c->cells);
  for (ptrdiff_t cell = 0; cell < c->cells; cell++) {
    if (c->differs[cell] && c->total[cell / c->years] > 0) c->place[c->differing++] = cell;
  }
  return VT_OK;
}

static vt_error find_distances(vt_results *results, compared *c) {
  VT_NEW(c->decision, c->cells);
  VT_NEW(c->first, c->cells);
  VT_NEW(c->differs, c->cells);
  VT_NEW(c->total, c->cells / c->years);
  VT_TRY(look_through(results, c));
  VT_NEW(c->point, c->count * c->differing);
  VT_NEW(c->distance, (ptrdiff_t)c->count * c->count);
  for (int i = 0; i < c->count; i++) {
    VT_TRY(vt_results_read_decision(results, c->scenario[i], c->decision));
    for (ptrdiff_t d = 0; d < c->differing; d++)
      c->point[i * c->differing + d] = c->decision[c->place[d]] / c->total[c->place[d] / c->years];
  }
  vt_distances_of(c->point, c->count, c->differing, c->distance);
  return VT_OK;
}

static vt_error find_medoids(vt_results *results, const int64_t *scenario, int count, int wanted,
                             int64_t *plan) {
  const vt_layout *layout = results->layout;
  const vt_variable *v = &layout->variable[layout->regret->decision];
  compared c = {.scenario = scenario,
                .count = count,
                .cells = v->cells,
                .years = layout->dimension[v->dimension[v->dimensions - 1]].size};
  int medoid[VT_MOST_COMPARED];
  vt_error done = find_distances(results, &c);
  if (done == VT_OK) done = vt_medoids_of(c.distance, count, wanted, medoid);
  for (int i = 0; i < wanted && done == VT_OK; i++) plan[i] = scenario[medoid[i]];
  free(c.decision);
  free(c.first);
  free(c.differs);
  free(c.total);
  free(c.place);
  free(c.point);
  free(c.distance);
  return done;
}

// `scenario`: those with an optimum, ascending.
static vt_error choose(vt_results *results, int64_t *scenario, int64_t count, int64_t *plan) {
  const vt_regret *regret = results->layout->regret;
  for (int64_t i = 0; i < regret->places; i++) plan[i] = i < count ? scenario[i] : -1;
  if (count <= regret->places) return VT_OK;
  VT_TRY(draw_some(regret, scenario, &count));
  return find_medoids(results, scenario, (int)count, (int)regret->places, plan);
}

// Of a plan that is another one now, nothing is known.
static vt_error forget_plan(vt_results *results, int64_t place) {
  int8_t status[1024];
  double none[1024];
  const int64_t scenarios = results->layout->scenarios;
  for (size_t i = 0; i < sizeof status; i++) {
    status[i] = VT_NOT_DONE;
    none[i] = (double)NAN;
  }
  for (int64_t first = 0; first < scenarios; first += (int64_t)sizeof status) {
    const int64_t rest = scenarios - first;
    const int64_t count = rest < (int64_t)sizeof status ? rest : (int64_t)sizeof status;
    VT_TRY(move_pairs(results, VT_PAIR_STATUS, true, place, first, count, status));
    VT_TRY(move_pairs(results, VT_PAIR_OBJECTIVE, true, place, first, count, none));
    VT_TRY(move_pairs(results, VT_PAIR_REGRET, true, place, first, count, none));
  }
  return VT_OK;
}

// -1: there is none yet.
static vt_error replace_plans(vt_results *results, int64_t *plan, int64_t *before) {
  const int64_t places = results->layout->regret->places;
  VT_TRY(move_by_plan(results, plan_scenario, false, 0, places, before));
  for (int64_t i = 0; i < places; i++) {
    if (before[i] != -1 && before[i] != plan[i]) VT_TRY(forget_plan(results, i));
  }
  return move_by_plan(results, plan_scenario, true, 0, places, plan);
}

static vt_error choose_among(vt_results *results, double *objective, int64_t *scenario,
                             int64_t *plan) {
  const vt_layout *layout = results->layout;
  int64_t count = 0;
  VT_TRY(vt_results_read_optima(results, objective));
  for (int64_t k = 0; k < layout->scenarios; k++) {
    if (!isnan(objective[k])) scenario[count++] = layout->first + k;
  }
  return choose(results, scenario, count, plan);
}

vt_error vt_results_choose_plans(vt_results *results, int64_t *plan) {
  const vt_layout *layout = results->layout;
  double *objective = vt_calloc((ptrdiff_t)layout->scenarios, sizeof *objective);
  int64_t *scenario = vt_calloc((ptrdiff_t)layout->scenarios, sizeof *scenario);
  int64_t *before = vt_calloc((ptrdiff_t)layout->regret->places, sizeof *before);
  vt_error chosen =
      objective && scenario && before
          ? choose_among(results, objective, scenario, plan)
          : vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__,
                           "out of memory: %lld scenarios", (long long)layout->scenarios);
  if (chosen == VT_OK) chosen = replace_plans(results, plan, before);
  free(objective);
  free(scenario);
  free(before);
  return chosen;
}

// ---------------------------------------------------------------------------------------------
// What is left of it after damage, or of a run that was stopped.

static vt_error forget_scenario(vt_results *results, int64_t row, const int64_t *plan) {
  const int64_t places = results->layout->regret->places;
  for (int64_t i = 0; i < places; i++) {
    int8_t undone = VT_NOT_DONE;
    if (plan[i] == results->layout->first + row) VT_TRY(forget_plan(results, i));
    VT_TRY(move_pairs(results, VT_PAIR_STATUS, true, i, row, 1, &undone));
  }
  return VT_OK;
}

vt_error vt_results_forget_pairs(vt_results *results, const int64_t *row, int64_t rows) {
  int64_t *plan;
  if (!results->layout->regret) return VT_OK;
  const int64_t places = results->layout->regret->places;
  VT_NEW(plan, (ptrdiff_t)places);
  vt_error done = move_by_plan(results, plan_scenario, false, 0, places, plan);
  for (int64_t i = 0; i < rows && done == VT_OK; i++) done = forget_scenario(results, row[i], plan);
  free(plan);
  return done;
}

// ---------------------------------------------------------------------------------------------
// What is told of a plan.

typedef struct judged {
  int64_t scenarios, optima; // in all; with an optimum of their own
  double *objective;         // shape [scenarios]: of a plan
  double *regret;            // likewise
  double largest;            // of any objective
  double *by_plan[BY_PLAN];  // shape [places]
} judged;

static vt_error judge_plan(vt_results *results, judged *j, int64_t place) {
  vt_moments m;
  int64_t feasible = 0;
  VT_TRY(move_pairs(results, VT_PAIR_OBJECTIVE, false, place, 0, j->scenarios, j->objective));
  VT_TRY(move_pairs(results, VT_PAIR_REGRET, false, place, 0, j->scenarios, j->regret));
  for (int64_t k = 0; k < j->scenarios; k++) {
    if (isfinite(j->objective[k])) j->largest = fmax(j->largest, fabs(j->objective[k]));
    // There is none without an optimum, be it the scenario's own.
    if (isfinite(j->regret[k])) j->regret[feasible++] = j->regret[k];
  }
  vt_moments_of(j->regret, feasible, &m);
  double value[BY_PLAN] = {m.mean, m.max, (double)feasible / (double)j->optima};
  for (int v = 0; v < BY_PLAN; v++)
    VT_TRY(move_by_plan(results, by_plan[v], true, place, 1, &value[v]));
  return VT_OK;
}

// Each rank has plans of its own; all of a plan is summed up by one.
static vt_error judge_some(vt_results *results, judged *j, const int64_t *plan, int rank,
                           int size) {
  const int64_t places = results->layout->regret->places;
  VT_NEW(j->objective, (ptrdiff_t)j->scenarios);
  VT_NEW(j->regret, (ptrdiff_t)j->scenarios);
  VT_TRY(vt_results_read_optima(results, j->objective));
  for (int64_t k = 0; k < j->scenarios; k++) j->optima += !isnan(j->objective[k]);
  for (int64_t i = rank; i < places; i += size) {
    if (plan[i] >= 0) VT_TRY(judge_plan(results, j, i));
  }
  return VT_OK;
}

// The best of the plans that are feasible most often: by one measure, then by another, then the
// first. -1: there is no plan.
static int64_t find_best(const judged *j, const int64_t *plan, int64_t places, int first,
                         int second) {
  const double tie = 1e-9 * fmax(1, j->largest);
  const double *share = j->by_plan[SHARE], *a = j->by_plan[first], *b = j->by_plan[second];
  double most = -1, least = HUGE_VAL, least_of_these = HUGE_VAL;
  for (int64_t i = 0; i < places; i++) {
    if (plan[i] >= 0 && share[i] > most) most = share[i];
  }
  for (int64_t i = 0; i < places; i++) {
    if (plan[i] >= 0 && share[i] >= most) least = fmin(least, a[i]);
  }
  for (int64_t i = 0; i < places; i++) {
    if (plan[i] >= 0 && share[i] >= most && a[i] <= least + tie)
      least_of_these = fmin(least_of_these, b[i]);
  }
  for (int64_t i = 0; i < places; i++) {
    if (plan[i] >= 0 && share[i] >= most && a[i] <= least + tie && b[i] <= least_of_these + tie)
      return plan[i];
  }
  return -1;
}

// The same on every rank: attributes are written by all of them together. (HDF5 1.10 cannot write
// to one that was opened by the name of its group.)
static vt_error put_number(const vt_results *results, hid_t group, const char *name,
                           int64_t value) {
  hid_t attribute;
  VT_H5(results->path, "written", attribute = H5Aopen(group, name, H5P_DEFAULT));
  const herr_t put = H5Awrite(attribute, H5T_NATIVE_INT64, &value);
  (void)H5Aclose(attribute);
  VT_H5(results->path, "written", put);
  return VT_OK;
}

static vt_error find_robust(vt_results *results, judged *j, const int64_t *plan, int64_t best[2]) {
  const int64_t places = results->layout->regret->places;
  for (int v = 0; v < BY_PLAN; v++) {
    VT_NEW(j->by_plan[v], (ptrdiff_t)places);
    VT_TRY(move_by_plan(results, by_plan[v], false, 0, places, j->by_plan[v]));
  }
  best[0] = find_best(j, plan, places, MAX, MEAN);
  best[1] = find_best(j, plan, places, MEAN, MAX);
  return VT_OK;
}

static vt_error put_numbers(vt_results *results, hid_t group, const int64_t *plan,
                            const int64_t best[2]) {
  int64_t plans = 0;
  while (plans < results->layout->regret->places && plan[plans] >= 0) plans++;
  VT_TRY(put_number(results, group, "plans", plans));
  VT_TRY(put_number(results, group, "robust_plan", best[0]));
  VT_TRY(put_number(results, group, "robust_mean_plan", best[1]));
  VT_H5(results->path, "written", H5Fflush(results->file, H5F_SCOPE_GLOBAL));
  return VT_OK;
}

static vt_error put_attributes(vt_results *results, const int64_t *plan, const int64_t best[2]) {
  hid_t group;
  VT_H5(results->path, "written", group = H5Gopen2(results->file, "regret", H5P_DEFAULT));
  const vt_error put = put_numbers(results, group, plan, best);
  (void)H5Gclose(group);
  return put;
}

static vt_error judge_all(vt_results *results, judged *j, const int64_t *plan) {
  vt_team team;
  int64_t best[2] = {-1, -1};
  VT_TRY(vt_team_of(results->parallel ? results->comm : MPI_COMM_NULL, &team));
  VT_TRY(vt_team_settle(&team, judge_some(results, j, plan, team.rank, team.size)));
  if (team.parallel)
    VT_CALL_MPI(MPI_Allreduce(MPI_IN_PLACE, &j->largest, 1, MPI_DOUBLE, MPI_MAX, team.comm));
  VT_TRY(vt_team_barrier(&team));
  VT_TRY(vt_team_settle(&team, find_robust(results, j, plan, best)));
  return vt_team_settle(&team, put_attributes(results, plan, best));
}

vt_error vt_results_judge_plans(vt_results *results, const int64_t *plan) {
  judged j = {.scenarios = results->layout->scenarios};
  const vt_error done = judge_all(results, &j, plan);
  free(j.objective);
  free(j.regret);
  for (int v = 0; v < BY_PLAN; v++) free(j.by_plan[v]);
  return done;
}
