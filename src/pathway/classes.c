// classes.c - which vintages of a process run alike in a year, and what each activity does.
//
// Exact reduction (specs/pathway.md §6): vintages whose operation-driven rates are all equal, in
// every scenario, are interchangeable, so one operation column and one capacity row serve them all.
#include "classes.h"

#include "limits.h"
#include "lines.h"
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Years and process times are any integers: their sums need 64 bits.
static const vt_line_point *find_point(const vt_lines *lines, const vt_line *l, int64_t tau) {
  const vt_line_point key = {.tau = (int)tau};
  if (key.tau != tau) return NULL;
  // Points begin with their tau.
  return bsearch(&key, lines->point + l->first_point, (size_t)l->points, sizeof key,
                 vt_compare_ints);
}

static bool in_window(const vt_core *core, int process, int64_t tau) {
  return tau >= core->inputs->window_first[process] && tau <= core->inputs->window_last[process];
}

// Annual convention: a running unit delivers the sum over the window every year.
static vt_error window_sum(vt_pathway *m, const vt_line *l, ptrdiff_t v, int *cell) {
  const ptrdiff_t first = m->lines->first_vintage[l->process];
  const bool by_vintage = l->explicit_vintages || l->improvements > 0;
  int *known = &l->window_sum[by_vintage ? v - first : 0];
  if (*known < 0) {
    // Values by vintage are sums themselves, so they are made before this one is opened.
    int *value = NULL;
    VT_NEW(value, l->points);
    vt_error made = VT_OK;
    for (ptrdiff_t i = 0; i < l->points && made == VT_OK; i++) {
      made = vt_lines_value(&m->core, m->factors, l, &m->lines->point[l->first_point + i],
                            m->lines->vintage[v].year, &value[i]);
    }
    vt_graph_begin(&m->core.graph);
    for (ptrdiff_t i = 0; i < l->points && made == VT_OK; i++) {
      if (in_window(&m->core, l->process, m->lines->point[l->first_point + i].tau))
        made = vt_graph_add(&m->core.graph, 1.0, value[i], CELL_ONE);
    }
    free(value);
    VT_TRY(made);
    VT_TRY(vt_graph_end(&m->core.graph, known));
  }
  *cell = *known;
  return VT_OK;
}

static int64_t age(const vt_core *core, const vt_process_vintage *v, int t) {
  return (int64_t)core->inputs->system_time[t] - v->year;
}

// rho of specs/pathway.md §3: what one running unit of vintage v does through this line in year t.
static vt_error running_rate(vt_pathway *m, const vt_line *l, ptrdiff_t v, int t, int *cell) {
  if (m->core.study->model.pathway.unit == VT_UNIT_ANNUAL) return window_sum(m, l, v, cell);
  *cell = CELL_ZERO;
  const vt_line_point *p = find_point(m->lines, l, age(&m->core, &m->lines->vintage[v], t));
  return p ? vt_lines_value(&m->core, m->factors, l, p, m->lines->vintage[v].year, cell) : VT_OK;
}

// Work space for the vintages that run in one (process, year).
typedef struct running {
  ptrdiff_t vintages, lines;
  ptrdiff_t *vintage; // shape [vintages]
  int *cell;          // shape [vintages, lines]; CELL_ZERO for lines that do not operate
  int *identity;      // shape [vintages, lines]
  ptrdiff_t *leader;  // shape [vintages]: first vintage with the same rates
  ptrdiff_t vintage_capacity, cell_capacity, identity_capacity, leader_capacity;
} running;

static void running_free(running *r) {
  free(r->vintage);
  free(r->cell);
  free(r->identity);
  free(r->leader);
}

static vt_error find_running(vt_pathway *m, int process, int t, running *r) {
  r->vintages = 0;
  r->lines = m->lines->first_line[process + 1] - m->lines->first_line[process];
  for (ptrdiff_t v = m->lines->first_vintage[process]; v < m->lines->first_vintage[process + 1];
       v++) {
    // A vintage of the horizon runs from its own year on, even where its window starts before.
    if (m->lines->vintage[v].time > t) continue;
    if (!in_window(&m->core, process, age(&m->core, &m->lines->vintage[v], t))) continue;
    VT_TRY(vt_grow(&r->vintage, &r->vintage_capacity, r->vintages + 1, sizeof *r->vintage));
    r->vintage[r->vintages++] = v;
  }
  const ptrdiff_t cells = r->vintages * r->lines;
  VT_TRY(vt_grow(&r->cell, &r->cell_capacity, cells + 1, sizeof *r->cell));
  VT_TRY(vt_grow(&r->identity, &r->identity_capacity, cells + 1, sizeof *r->identity));
  VT_TRY(vt_grow(&r->leader, &r->leader_capacity, r->vintages + 1, sizeof *r->leader));
  return VT_OK;
}

static vt_error group_running(vt_pathway *m, int process, int t, bool reduced, running *r) {
  const size_t bytes = (size_t)r->lines * sizeof *r->identity;
  for (ptrdiff_t i = 0; i < r->vintages; i++) {
    for (ptrdiff_t k = 0; k < r->lines; k++) {
      const vt_line *l = &m->lines->line[m->lines->first_line[process] + k];
      int *cell = &r->cell[i * r->lines + k];
      *cell = CELL_ZERO;
      if (l->operation) VT_TRY(running_rate(m, l, r->vintage[i], t, cell));
      VT_TRY(vt_graph_identity(&m->core.graph, *cell, &r->identity[i * r->lines + k]));
    }
    const int *mine = r->identity + i * r->lines;
    ptrdiff_t j = reduced ? 0 : i;
    while (j < i && (r->leader[j] != j || memcmp(r->identity + j * r->lines, mine, bytes) != 0))
      j++;
    r->leader[i] = j;
  }
  return VT_OK;
}

static bool has_operation_minimum(const vt_pathway *m, int process, int t) {
  const int cell = m->limits->operation_min[at_time(&m->core, process, t)];
  return m->core.graph.dynamic[cell] || m->core.graph.value[cell] > 0.0;
}

// A maximum below 0 is infeasible wherever some vintage can run.
static bool operation_may_be_barred(const vt_pathway *m, int process, int t) {
  const int cell = m->limits->operation_max[at_time(&m->core, process, t)];
  return m->core.graph.dynamic[cell] || m->core.graph.value[cell] < 0.0;
}

static vt_error add_rate(vt_classes *classes, vt_rate r) {
  VT_TRY(
      vt_grow(&classes->rate, &classes->rate_capacity, classes->rates + 1, sizeof *classes->rate));
  classes->rate[classes->rates++] = r;
  return VT_OK;
}

// f of specs/pathway.md §4.2: annual output per installed unit, least over the products it makes.
static vt_error set_least_production(vt_pathway *m, const running *r, ptrdiff_t leader,
                                     vt_class *c) {
  c->least_production = CELL_ONE;
  c->capped = true;
  if (m->core.study->model.pathway.unit != VT_UNIT_ANNUAL) return VT_OK;
  int *output = NULL, outputs = 0;
  VT_NEW(output, r->lines);
  for (ptrdiff_t k = 0; k < r->lines; k++) {
    const vt_line *l = &m->lines->line[m->lines->first_line[c->process] + k];
    const int cell = r->cell[leader * r->lines + k];
    if (l->tensor == VT_TENSOR_PRODUCTION && !vt_graph_is_zero(&m->core.graph, cell))
      output[outputs++] = cell;
  }
  c->capped = outputs > 0;
  const vt_error made =
      outputs > 0 ? vt_graph_least(&m->core.graph, output, outputs, &c->least_production) : VT_OK;
  free(output);
  return made;
}

static vt_error fill_class(vt_pathway *m, const running *r, ptrdiff_t leader, vt_class *c) {
  for (ptrdiff_t k = 0; k < r->lines; k++) {
    const int cell = r->cell[leader * r->lines + k];
    if (vt_graph_is_zero(&m->core.graph, cell)) continue;
    VT_TRY(add_rate(m->classes,
                    (vt_rate){(int)(m->lines->first_line[c->process] + k), c->time, cell}));
    c->rates++;
  }
  for (ptrdiff_t i = leader; i < r->vintages; i++) {
    if (r->leader[i] != leader) continue;
    VT_TRY(vt_grow(&m->classes->member, &m->classes->member_capacity, m->classes->members + 1,
                   sizeof *m->classes->member));
    m->classes->member[m->classes->members++] = (int)r->vintage[i];
    c->members++;
  }
  vt_graph_begin(&m->core.graph);
  for (ptrdiff_t i = c->first_member; i < m->classes->members; i++) {
    const vt_process_vintage *v = &m->lines->vintage[m->classes->member[i]];
    if (v->capacity >= 0)
      VT_TRY(vt_graph_add(&m->core.graph, 1.0,
                          m->factors->cell[VT_TENSOR_EXISTING_CAPACITY][v->capacity], CELL_ONE));
  }
  VT_TRY(vt_graph_end(&m->core.graph, &c->capacity));
  return set_least_production(m, r, leader, c);
}

static vt_error add_class(vt_pathway *m, int process, int t, const running *r, ptrdiff_t leader) {
  vt_class c = {.process = process,
                .time = t,
                .first_member = m->classes->members,
                .first_rate = m->classes->rates};
  VT_TRY(fill_class(m, r, leader, &c));
  VT_TRY(vt_grow(&m->classes->class_, &m->classes->capacity, m->classes->count + 1,
                 sizeof *m->classes->class_));
  m->classes->class_[m->classes->count++] = c;
  return VT_OK;
}

static bool is_idle(const vt_graph *graph, const running *r, ptrdiff_t leader) {
  for (ptrdiff_t k = 0; k < r->lines; k++) {
    if (!vt_graph_is_zero(graph, r->cell[leader * r->lines + k])) return false;
  }
  return true;
}

static vt_error add_classes(vt_pathway *m, int process, int t, bool reduced, running *r) {
  const ptrdiff_t before = m->classes->count;
  VT_TRY(find_running(m, process, t, r));
  VT_TRY(group_running(m, process, t, reduced, r));
  m->classes->running += r->vintages;
  const bool keep_idle = !reduced || has_operation_minimum(m, process, t);
  for (ptrdiff_t leader = 0; leader < r->vintages; leader++) {
    if (r->leader[leader] != leader) continue;
    if (keep_idle || !is_idle(&m->core.graph, r, leader))
      VT_TRY(add_class(m, process, t, r, leader));
  }
  if (m->classes->count == before && r->vintages > 0 && operation_may_be_barred(m, process, t))
    VT_TRY(add_class(m, process, t, r, 0));
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Installation-driven flows.

// Amounts that fall outside the horizon, by tensor of one process.
typedef struct loss {
  double lost[VT_TENSOR_COUNT], all[VT_TENSOR_COUNT];
} loss;

static vt_error add_build(vt_pathway *m, int process, ptrdiff_t v, loss *lost) {
  vt_build *b = &m->classes->build[at_time(&m->core, process, m->lines->vintage[v].time)];
  b->first_rate = m->classes->rates;
  for (ptrdiff_t k = m->lines->first_line[process]; k < m->lines->first_line[process + 1]; k++) {
    const vt_line *l = &m->lines->line[k];
    if (l->tensor == VT_TENSOR_PRODUCTION) continue;
    for (ptrdiff_t i = l->first_point; i < l->first_point + l->points; i++) {
      const vt_line_point *p = &m->lines->point[i];
      if (l->operation && in_window(&m->core, process, p->tau)) continue;
      int cell;
      VT_TRY(vt_lines_value(&m->core, m->factors, l, p, m->lines->vintage[v].year, &cell));
      const double size = fabs(m->core.graph.value[cell]);
      const int t = vt_find_time(m->core.inputs->system_time, m->core.times,
                                 (int64_t)m->lines->vintage[v].year + p->tau);
      lost->all[l->tensor] += size;
      if (t < 0) lost->lost[l->tensor] += size;
      if (t < 0 || vt_graph_is_zero(&m->core.graph, cell)) continue;
      VT_TRY(add_rate(m->classes, (vt_rate){(int)k, t, cell}));
    }
  }
  b->rates = m->classes->rates - b->first_rate;
  return VT_OK;
}

static void report_loss(const vt_core *core, int process, const loss *lost) {
  for (int id = 0; id < VT_TENSOR_COUNT; id++) {
    if (!(lost->lost[id] > 0.0)) continue;
    vt_warn(
        "lost flows",
        "installation-driven flows outside the horizon are lost: %.3g %% of %s of process '%s', "
        "averaged over its installation years",
        100.0 * lost->lost[id] / lost->all[id], vt_tensor_kinds[id].name,
        process_text(core, process));
  }
}

vt_error vt_classes_build(vt_pathway *m, bool reduced) {
  VT_ARENA_NEW(m->core.arena, m->classes->first, (ptrdiff_t)m->core.processes * m->core.times + 1);
  VT_ARENA_NEW(m->core.arena, m->classes->build, (ptrdiff_t)m->core.processes * m->core.times);
  running r = {0};
  vt_error done = VT_OK;
  for (int p = 0; p < m->core.processes && done == VT_OK; p++) {
    loss lost = {{0}, {0}};
    for (int t = 0; t < m->core.times && done == VT_OK; t++) {
      m->classes->first[at_time(&m->core, p, t)] = m->classes->count;
      done = add_classes(m, p, t, reduced, &r);
    }
    for (ptrdiff_t v = m->lines->first_vintage[p];
         v < m->lines->first_vintage[p + 1] && done == VT_OK; v++) {
      if (m->lines->vintage[v].time >= 0) done = add_build(m, p, v, &lost);
    }
    report_loss(&m->core, p, &lost);
  }
  m->classes->first[(ptrdiff_t)m->core.processes * m->core.times] = m->classes->count;
  running_free(&r);
  return done;
}
