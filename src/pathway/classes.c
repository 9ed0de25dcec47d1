// classes.c - which vintages of a process run alike in a year, and what each activity does.
//
// Exact reduction (specs/pathway.md §6): vintages whose operation-driven rates are all equal, in
// every scenario, are interchangeable, so one operation column and one capacity row serve them all.
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Years and process times are any integers: their sums need 64 bits.
static int find_time(const vt_pathway *m, int64_t year) {
  int low = 0, high = m->times;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (m->inputs->system_time[middle] < year)
      low = middle + 1;
    else
      high = middle;
  }
  return low < m->times && m->inputs->system_time[low] == year ? low : -1;
}

static const vt_line_point *find_point(const vt_pathway *m, const vt_line *l, int64_t tau) {
  ptrdiff_t low = l->first_point, high = l->first_point + l->points;
  while (low < high) {
    const ptrdiff_t middle = low + (high - low) / 2;
    if (m->point[middle].tau < tau)
      low = middle + 1;
    else
      high = middle;
  }
  return low < l->first_point + l->points && m->point[low].tau == tau ? &m->point[low] : NULL;
}

static bool in_window(const vt_pathway *m, int process, int64_t tau) {
  return tau >= m->inputs->window_first[process] && tau <= m->inputs->window_last[process];
}

// Annual convention: a running unit delivers the sum over the window every year.
static vt_error window_sum(vt_pathway *m, const vt_line *l, ptrdiff_t v, int *cell) {
  const ptrdiff_t first = m->first_vintage[l->process];
  const bool by_vintage = l->explicit_vintages || l->improvements > 0;
  int *known = &l->window_sum[by_vintage ? v - first : 0];
  if (*known < 0) {
    // Values by vintage are sums themselves, so they are made before this one is opened.
    int *value = NULL;
    VT_NEW(value, l->points);
    vt_error made = VT_OK;
    for (ptrdiff_t i = 0; i < l->points && made == VT_OK; i++) {
      made = vt_lines_value(m, l, &m->point[l->first_point + i], m->vintage[v].year, &value[i]);
    }
    vt_graph_begin(&m->graph);
    for (ptrdiff_t i = 0; i < l->points && made == VT_OK; i++) {
      if (in_window(m, l->process, m->point[l->first_point + i].tau))
        made = vt_graph_add(&m->graph, 1.0, value[i], CELL_ONE);
    }
    free(value);
    VT_TRY(made);
    VT_TRY(vt_graph_end(&m->graph, known));
  }
  *cell = *known;
  return VT_OK;
}

static int64_t age(const vt_pathway *m, const vt_process_vintage *v, int t) {
  return (int64_t)m->inputs->system_time[t] - v->year;
}

// rho of specs/pathway.md §3: what one running unit of vintage v does through this line in year t.
static vt_error running_rate(vt_pathway *m, const vt_line *l, ptrdiff_t v, int t, int *cell) {
  if (m->study->pathway.unit == VT_UNIT_ANNUAL) return window_sum(m, l, v, cell);
  *cell = CELL_ZERO;
  const vt_line_point *p = find_point(m, l, age(m, &m->vintage[v], t));
  return p ? vt_lines_value(m, l, p, m->vintage[v].year, cell) : VT_OK;
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
  r->lines = m->first_line[process + 1] - m->first_line[process];
  for (ptrdiff_t v = m->first_vintage[process]; v < m->first_vintage[process + 1]; v++) {
    // A vintage of the horizon runs from its own year on, even where its window starts before.
    if (m->vintage[v].time > t) continue;
    if (!in_window(m, process, age(m, &m->vintage[v], t))) continue;
    VT_TRY(vt_grow(&r->vintage, &r->vintage_capacity, r->vintages + 1, sizeof *r->vintage));
    r->vintage[r->vintages++] = v;
  }
  const ptrdiff_t cells = r->vintages * r->lines;
  VT_TRY(vt_grow(&r->cell, &r->cell_capacity, cells + 1, sizeof *r->cell));
  VT_TRY(vt_grow(&r->identity, &r->identity_capacity, cells + 1, sizeof *r->identity));
  VT_TRY(vt_grow(&r->leader, &r->leader_capacity, r->vintages + 1, sizeof *r->leader));
  return VT_OK;
}

static vt_error group_running(vt_pathway *m, int process, int t, running *r) {
  const size_t bytes = (size_t)r->lines * sizeof *r->identity;
  for (ptrdiff_t i = 0; i < r->vintages; i++) {
    for (ptrdiff_t k = 0; k < r->lines; k++) {
      const vt_line *l = &m->line[m->first_line[process] + k];
      int *cell = &r->cell[i * r->lines + k];
      *cell = CELL_ZERO;
      if (l->operation) VT_TRY(running_rate(m, l, r->vintage[i], t, cell));
      VT_TRY(vt_graph_identity(&m->graph, *cell, &r->identity[i * r->lines + k]));
    }
    const int *mine = r->identity + i * r->lines;
    ptrdiff_t j = m->reduced ? 0 : i;
    while (j < i && (r->leader[j] != j || memcmp(r->identity + j * r->lines, mine, bytes) != 0))
      j++;
    r->leader[i] = j;
  }
  return VT_OK;
}

static bool has_operation_minimum(const vt_pathway *m, int process, int t) {
  const int cell = m->operation_min[at_time(m, process, t)];
  return m->graph.dynamic[cell] || m->graph.value[cell] > 0.0;
}

// A maximum below 0 is infeasible wherever some vintage can run.
static bool operation_may_be_barred(const vt_pathway *m, int process, int t) {
  const int cell = m->operation_max[at_time(m, process, t)];
  return m->graph.dynamic[cell] || m->graph.value[cell] < 0.0;
}

static vt_error add_rate(vt_pathway *m, vt_rate r) {
  VT_TRY(vt_grow(&m->rate, &m->rate_capacity, m->rates + 1, sizeof *m->rate));
  m->rate[m->rates++] = r;
  return VT_OK;
}

// f of specs/pathway.md §4.2: annual output per installed unit, least over the products it makes.
static vt_error set_least_production(vt_pathway *m, const running *r, ptrdiff_t leader,
                                     vt_class *c) {
  c->least_production = CELL_ONE;
  c->capped = true;
  if (m->study->pathway.unit != VT_UNIT_ANNUAL) return VT_OK;
  int *output = NULL, outputs = 0;
  VT_NEW(output, r->lines);
  for (ptrdiff_t k = 0; k < r->lines; k++) {
    const vt_line *l = &m->line[m->first_line[c->process] + k];
    const int cell = r->cell[leader * r->lines + k];
    if (l->tensor == VT_TENSOR_PRODUCTION && !vt_graph_is_zero(&m->graph, cell))
      output[outputs++] = cell;
  }
  c->capped = outputs > 0;
  const vt_error made =
      outputs > 0 ? vt_graph_least(&m->graph, output, outputs, &c->least_production) : VT_OK;
  free(output);
  return made;
}

static vt_error fill_class(vt_pathway *m, const running *r, ptrdiff_t leader, vt_class *c) {
  for (ptrdiff_t k = 0; k < r->lines; k++) {
    const int cell = r->cell[leader * r->lines + k];
    if (vt_graph_is_zero(&m->graph, cell)) continue;
    VT_TRY(add_rate(m, (vt_rate){(int)(m->first_line[c->process] + k), c->time, cell}));
    c->rates++;
  }
  for (ptrdiff_t i = leader; i < r->vintages; i++) {
    if (r->leader[i] != leader) continue;
    VT_TRY(vt_grow(&m->member, &m->member_capacity, m->members + 1, sizeof *m->member));
    m->member[m->members++] = (int)r->vintage[i];
    c->members++;
  }
  vt_graph_begin(&m->graph);
  for (ptrdiff_t i = c->first_member; i < m->members; i++) {
    const vt_process_vintage *v = &m->vintage[m->member[i]];
    if (v->capacity >= 0)
      VT_TRY(vt_graph_add(&m->graph, 1.0, m->cell[VT_TENSOR_EXISTING_CAPACITY][v->capacity],
                          CELL_ONE));
  }
  VT_TRY(vt_graph_end(&m->graph, &c->capacity));
  return set_least_production(m, r, leader, c);
}

static vt_error add_class(vt_pathway *m, int process, int t, const running *r, ptrdiff_t leader) {
  vt_class c = {.process = process, .time = t, .first_member = m->members, .first_rate = m->rates};
  VT_TRY(fill_class(m, r, leader, &c));
  VT_TRY(vt_grow(&m->class_, &m->class_capacity, m->classes + 1, sizeof *m->class_));
  m->class_[m->classes++] = c;
  return VT_OK;
}

static bool is_idle(const vt_pathway *m, const running *r, ptrdiff_t leader) {
  for (ptrdiff_t k = 0; k < r->lines; k++) {
    if (!vt_graph_is_zero(&m->graph, r->cell[leader * r->lines + k])) return false;
  }
  return true;
}

static vt_error add_classes(vt_pathway *m, int process, int t, running *r) {
  const ptrdiff_t before = m->classes;
  VT_TRY(find_running(m, process, t, r));
  VT_TRY(group_running(m, process, t, r));
  m->textbook_columns += r->vintages;
  m->textbook_rows += r->vintages;
  const bool keep_idle = !m->reduced || has_operation_minimum(m, process, t);
  for (ptrdiff_t leader = 0; leader < r->vintages; leader++) {
    if (r->leader[leader] != leader) continue;
    if (keep_idle || !is_idle(m, r, leader)) VT_TRY(add_class(m, process, t, r, leader));
  }
  if (m->classes == before && r->vintages > 0 && operation_may_be_barred(m, process, t))
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
  vt_build *b = &m->build[at_time(m, process, m->vintage[v].time)];
  b->first_rate = m->rates;
  for (ptrdiff_t k = m->first_line[process]; k < m->first_line[process + 1]; k++) {
    const vt_line *l = &m->line[k];
    if (l->tensor == VT_TENSOR_PRODUCTION) continue;
    for (ptrdiff_t i = l->first_point; i < l->first_point + l->points; i++) {
      const vt_line_point *p = &m->point[i];
      if (l->operation && in_window(m, process, p->tau)) continue;
      int cell;
      VT_TRY(vt_lines_value(m, l, p, m->vintage[v].year, &cell));
      const double size = fabs(m->graph.value[cell]);
      const int t = find_time(m, (int64_t)m->vintage[v].year + p->tau);
      lost->all[l->tensor] += size;
      if (t < 0) lost->lost[l->tensor] += size;
      if (t < 0 || vt_graph_is_zero(&m->graph, cell)) continue;
      VT_TRY(add_rate(m, (vt_rate){(int)k, t, cell}));
    }
  }
  b->rates = m->rates - b->first_rate;
  return VT_OK;
}

static void report_loss(const vt_pathway *m, int process, const loss *lost) {
  for (int id = 0; id < VT_TENSOR_COUNT; id++) {
    if (!(lost->lost[id] > 0.0)) continue;
    const char *name = m->inputs->process_name[process];
    const char *code = vt_inputs_label(m->inputs, VT_AXIS_PROCESS, process);
    vt_log(VT_LOG_WARNING,
           "installation-driven flows outside the horizon are lost: %.3g %% of %s of process '%s', "
           "averaged over its installation years",
           100.0 * lost->lost[id] / lost->all[id], vt_tensor_kinds[id].name, name ? name : code);
  }
}

vt_error vt_classes_build(vt_pathway *m) {
  VT_ARENA_NEW(m->arena, m->first_class, (ptrdiff_t)m->processes * m->times + 1);
  VT_ARENA_NEW(m->arena, m->build, (ptrdiff_t)m->processes * m->times);
  running r = {0};
  vt_error done = VT_OK;
  for (int p = 0; p < m->processes && done == VT_OK; p++) {
    loss lost = {{0}, {0}};
    for (int t = 0; t < m->times && done == VT_OK; t++) {
      m->first_class[at_time(m, p, t)] = m->classes;
      done = add_classes(m, p, t, &r);
    }
    for (ptrdiff_t v = m->first_vintage[p]; v < m->first_vintage[p + 1] && done == VT_OK; v++) {
      if (m->vintage[v].time >= 0) done = add_build(m, p, v, &lost);
    }
    report_loss(m, p, &lost);
  }
  m->first_class[(ptrdiff_t)m->processes * m->times] = m->classes;
  running_free(&r);
  return done;
}
