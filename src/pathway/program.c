// program.c - rows, columns and entries of the linear programme (specs/pathway.md §4, reduced by
// §6).
//
// Everything is first said in pieces "column, row, coefficient * a * b" over provisional rows and
// columns; then pieces of one entry are summed, and what stayed empty is dropped.
#include "program.h"

#include "classes.h"
#include "couplings.h"
#include "goals.h"
#include "impacts.h"
#include "limits.h"
#include "lines.h"
#include "model.h"

#include <math.h>
#include <stdlib.h>

enum { COST_ROW = -1 };

typedef struct piece {
  int column, row;
  double coefficient;
  int a, b;
} piece;

typedef struct draft {
  vt_pathway *m;
  piece *piece;
  ptrdiff_t pieces, piece_capacity;
  int rows;
  int *balance;               // shape [products, times]: provisional rows
  int *impact, *total_impact; // shape [categories, times], [categories]; -1: no limit
  int *flow, *total_flow;     // shape [flows, times], [flows]; -1: no limit
  int *goal;                  // shape [goals]
  ptrdiff_t *first;           // pieces by provisional column after sorting
} draft;

static void draft_free(draft *d) {
  free(d->piece);
  free(d->first);
}

// ---------------------------------------------------------------------------------------------
// Rows.

static vt_error add_row(draft *d, vt_row_info info, int *row) {
  vt_pathway *m = d->m;
  VT_TRY(vt_grow(&m->program->row, &m->program->row_capacity, (ptrdiff_t)d->rows + 1,
                 sizeof *m->program->row));
  *row = d->rows;
  m->program->row[d->rows++] = info;
  return VT_OK;
}

// Whether a limit can ever bind: infinite limits make no rows.
static bool limits_something(const vt_pathway *m, int lower, int upper) {
  const vt_graph *g = &m->core.graph;
  return g->dynamic[lower] || g->dynamic[upper] || isfinite(g->value[lower]) ||
         isfinite(g->value[upper]);
}

static vt_error add_limit_row(draft *d, vt_row_info info, int *row) {
  *row = -1;
  return limits_something(d->m, info.lower, info.upper) ? add_row(d, info, row) : VT_OK;
}

static vt_error add_balance_rows(draft *d) {
  vt_pathway *m = d->m;
  VT_ARENA_NEW(m->core.arena, d->balance, (ptrdiff_t)m->core.products * m->core.times);
  for (int r = 0; r < m->core.products; r++) {
    for (int t = 0; t < m->core.times; t++) {
      const int demand = m->limits->demand[(ptrdiff_t)r * m->core.times + t];
      const vt_row_info info = {ROW_BALANCE, r, t, demand, demand, -1};
      VT_TRY(add_row(d, info, &d->balance[(ptrdiff_t)r * m->core.times + t]));
    }
  }
  return VT_OK;
}

static vt_error add_impact_rows(draft *d) {
  vt_pathway *m = d->m;
  VT_ARENA_NEW(m->core.arena, d->impact, (ptrdiff_t)m->core.categories * m->core.times);
  VT_ARENA_NEW(m->core.arena, d->total_impact, m->core.categories);
  for (int c = 0; c < m->core.categories; c++) {
    const int all = m->limits->total_impact_limit[c];
    VT_TRY(add_limit_row(d, (vt_row_info){ROW_TOTAL_IMPACT, c, -1, CELL_MINUS_INFINITY, all, -1},
                         &d->total_impact[c]));
    for (int t = 0; t < m->core.times; t++) {
      const int one = m->limits->impact_limit[(ptrdiff_t)c * m->core.times + t];
      VT_TRY(add_limit_row(d, (vt_row_info){ROW_IMPACT, c, t, CELL_MINUS_INFINITY, one, -1},
                           &d->impact[(ptrdiff_t)c * m->core.times + t]));
    }
  }
  return VT_OK;
}

static vt_error add_flow_rows(draft *d) {
  vt_pathway *m = d->m;
  const int flows = m->core.products + m->core.intermediates + m->core.elementaries;
  VT_ARENA_NEW(m->core.arena, d->flow, (ptrdiff_t)flows * m->core.times);
  VT_ARENA_NEW(m->core.arena, d->total_flow, flows);
  for (int x = 0; x < flows; x++) {
    const int32_t all[1] = {x};
    const int least =
        vt_factors_cell(&m->core, m->factors, VT_TENSOR_TOTAL_FLOW_MIN, all, CELL_MINUS_INFINITY);
    const int most =
        vt_factors_cell(&m->core, m->factors, VT_TENSOR_TOTAL_FLOW_MAX, all, CELL_INFINITY);
    VT_TRY(
        add_limit_row(d, (vt_row_info){ROW_TOTAL_FLOW, x, -1, least, most, -1}, &d->total_flow[x]));
    for (int t = 0; t < m->core.times; t++) {
      const int32_t key[2] = {x, t};
      const int lower =
          vt_factors_cell(&m->core, m->factors, VT_TENSOR_FLOW_MIN, key, CELL_MINUS_INFINITY);
      const int upper =
          vt_factors_cell(&m->core, m->factors, VT_TENSOR_FLOW_MAX, key, CELL_INFINITY);
      VT_TRY(add_limit_row(d, (vt_row_info){ROW_FLOW, x, t, lower, upper, -1},
                           &d->flow[(ptrdiff_t)x * m->core.times + t]));
    }
  }
  return VT_OK;
}

static vt_error add_goal_rows(draft *d) {
  VT_ARENA_NEW(d->m->core.arena, d->goal, d->m->goals->count);
  for (int i = 0; i < d->m->goals->count; i++) {
    const vt_row_info info = {ROW_GOAL, i, -1, CELL_MINUS_INFINITY, CELL_INFINITY, -1};
    VT_TRY(add_row(d, info, &d->goal[i]));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Pieces.

static vt_error add_piece(draft *d, int column, int row, double coefficient, int a, int b) {
  VT_TRY(vt_grow(&d->piece, &d->piece_capacity, d->pieces + 1, sizeof *d->piece));
  d->piece[d->pieces++] = (piece){column, row, coefficient, a, b};
  return VT_OK;
}

// coefficient * a * b * ratio, where ratio is that of a coupled process (mostly one).
static vt_error add_coupled_piece(draft *d, int column, int row, double coefficient, int a, int b,
                                  int ratio) {
  vt_graph *g = &d->m->core.graph;
  if (!g->dynamic[ratio]) return add_piece(d, column, row, coefficient * g->value[ratio], a, b);
  if (g->dynamic[a] && g->dynamic[b]) {
    VT_TRY(vt_graph_product(g, a, ratio, &a));
    return add_piece(d, column, row, coefficient, a, b);
  }
  const int fixed = g->dynamic[a] ? b : a, other = g->dynamic[a] ? a : b;
  return add_piece(d, column, row, coefficient * g->value[fixed], other, ratio);
}

// Limit rows that are absent have -1, the cost row has -1: tell them apart before adding.
static vt_error add_limit_piece(draft *d, int column, int row, double coefficient, int a, int b,
                                int ratio) {
  return row < 0 ? VT_OK : add_coupled_piece(d, column, row, coefficient, a, b, ratio);
}

static vt_error add_impact_pieces(draft *d, int column, const vt_rate *r, int category, int unit,
                                  int ratio) {
  const vt_pathway *m = d->m;
  if (vt_graph_is_zero(&m->core.graph, unit)) return VT_OK;
  const double weight = m->goals->objective[category];
  if (weight != 0.0) VT_TRY(add_coupled_piece(d, column, COST_ROW, weight, r->cell, unit, ratio));
  for (int i = 0; i < m->goals->count; i++) {
    const double share = m->goals->weight[(ptrdiff_t)i * m->core.categories + category];
    if (share != 0.0) VT_TRY(add_coupled_piece(d, column, d->goal[i], share, r->cell, unit, ratio));
  }
  VT_TRY(add_limit_piece(d, column, d->total_impact[category], 1.0, r->cell, unit, ratio));
  return add_limit_piece(d, column, d->impact[(ptrdiff_t)category * m->core.times + r->time], 1.0,
                         r->cell, unit, ratio);
}

static vt_error add_flow_pieces(draft *d, int column, const vt_rate *r, int flow, int unit,
                                int ratio) {
  if (vt_graph_is_zero(&d->m->core.graph, unit)) return VT_OK;
  VT_TRY(add_limit_piece(d, column, d->total_flow[flow], 1.0, r->cell, unit, ratio));
  return add_limit_piece(d, column, d->flow[(ptrdiff_t)flow * d->m->core.times + r->time], 1.0,
                         r->cell, unit, ratio);
}

// A flow from or to outside of the model.
static vt_error add_exchange(draft *d, int column, const vt_rate *r, const vt_line *l, int ratio) {
  const vt_pathway *m = d->m;
  for (int c = 0; c < m->core.categories; c++) {
    const int unit = impact_cell(&m->core, m->impacts, l, c, r->time);
    VT_TRY(add_impact_pieces(d, column, r, c, unit, ratio));
  }
  const bool background = l->tensor == VT_TENSOR_TECHNOSPHERE;
  for (int k = 0; background && k < m->impacts->limited_flows; k++) {
    const int unit = m->impacts->emitted[at_impact(&m->core, k, l->flow, r->time)];
    VT_TRY(add_flow_pieces(d, column, r, m->impacts->limited_label[k], unit, ratio));
  }
  return add_flow_pieces(d, column, r, l->label, CELL_ONE, ratio);
}

static vt_error add_rate_pieces(draft *d, int column, const vt_rate *r, int ratio) {
  const vt_line *l = &d->m->lines->line[r->line];
  const bool made = l->tensor == VT_TENSOR_PRODUCTION;
  if (!made && l->tensor != VT_TENSOR_INTERNAL_DEMAND) return add_exchange(d, column, r, l, ratio);
  if (made) VT_TRY(add_flow_pieces(d, column, r, l->label, CELL_ONE, ratio));
  return add_limit_piece(d, column, d->balance[at_time(&d->m->core, l->flow, r->time)],
                         made ? 1.0 : -1.0, r->cell, CELL_ONE, ratio);
}

// Provisional columns: installation of (process, time), then the classes.
static int installation_column(const vt_pathway *m, int process, int time) {
  return (int)at_time(&m->core, m->couplings->coupled[process].root, time);
}

static vt_error add_capacity_row(draft *d, const vt_class *c, int column) {
  vt_pathway *m = d->m;
  int upper, row;
  vt_graph_begin(&m->core.graph);
  VT_TRY(vt_graph_add(&m->core.graph, 1.0, c->least_production, c->capacity));
  VT_TRY(vt_graph_end(&m->core.graph, &upper));
  const bool vanishes = m->core.graph.dynamic[c->least_production];
  const vt_row_info info = {ROW_CAPACITY,        c->process, c->time,
                            CELL_MINUS_INFINITY, upper,      vanishes ? c->least_production : -1};
  VT_TRY(add_row(d, info, &row));
  VT_TRY(add_piece(d, column, row, 1.0, CELL_ONE, CELL_ONE));
  for (ptrdiff_t i = c->first_member; i < c->first_member + c->members; i++) {
    const vt_process_vintage *v = &m->lines->vintage[m->classes->member[i]];
    if (v->time < 0) continue;
    VT_TRY(add_coupled_piece(d, installation_column(m, c->process, v->time), row, -1.0,
                             c->least_production, CELL_ONE,
                             m->couplings->coupled[c->process].ratio));
  }
  return VT_OK;
}

static vt_error add_operation_columns(draft *d) {
  vt_pathway *m = d->m;
  for (ptrdiff_t k = 0; k < m->classes->count; k++) {
    const vt_class *c = &m->classes->class_[k];
    const int column = (int)((ptrdiff_t)m->core.processes * m->core.times + k);
    if (c->capped) VT_TRY(add_capacity_row(d, c, column));
    for (ptrdiff_t i = 0; i < c->rates; i++) {
      VT_TRY(add_rate_pieces(d, column, &m->classes->rate[c->first_rate + i], CELL_ONE));
    }
  }
  return VT_OK;
}

// A year with one class has bounds for its operation limits; one with several needs a row.
static vt_error add_operation_rows(draft *d) {
  vt_pathway *m = d->m;
  for (int p = 0; p < m->core.processes; p++) {
    for (int t = 0; t < m->core.times; t++) {
      const ptrdiff_t at = at_time(&m->core, p, t), first = m->classes->first[at];
      if (m->classes->first[at + 1] - first < 2) continue;
      int lower = m->limits->operation_min[at], row;
      // Operation is never negative: a minimum of 0 or less says nothing.
      if (!m->core.graph.dynamic[lower] && m->core.graph.value[lower] <= 0.0)
        lower = CELL_MINUS_INFINITY;
      VT_TRY(add_limit_row(
          d, (vt_row_info){ROW_OPERATION, p, t, lower, m->limits->operation_max[at], -1}, &row));
      for (ptrdiff_t k = first; row >= 0 && k < m->classes->first[at + 1]; k++) {
        VT_TRY(add_piece(d, (int)((ptrdiff_t)m->core.processes * m->core.times + k), row, 1.0,
                         CELL_ONE, CELL_ONE));
      }
    }
  }
  return VT_OK;
}

static vt_error add_installation_columns(draft *d) {
  vt_pathway *m = d->m;
  for (int p = 0; p < m->core.processes; p++) {
    const int ratio = m->couplings->coupled[p].ratio;
    int least = m->limits->total_deployment_min[p];
    const int most = m->limits->total_deployment_max[p];
    if (!m->core.graph.dynamic[least] && m->core.graph.value[least] <= 0.0)
      least = CELL_MINUS_INFINITY;
    int row;
    VT_TRY(add_limit_row(d, (vt_row_info){ROW_TOTAL_DEPLOYMENT, p, -1, least, most, -1}, &row));
    for (int t = 0; t < m->core.times; t++) {
      const int column = installation_column(m, p, t);
      const vt_build *b = &m->classes->build[at_time(&m->core, p, t)];
      VT_TRY(add_limit_piece(d, column, row, 1.0, CELL_ONE, CELL_ONE, ratio));
      for (ptrdiff_t i = 0; i < b->rates; i++) {
        VT_TRY(add_rate_pieces(d, column, &m->classes->rate[b->first_rate + i], ratio));
      }
    }
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Couplings that the columns do not hold.

static vt_error add_coupling_rows(draft *d, int p1, int p2, int factor) {
  vt_pathway *m = d->m;
  for (int t = 0; t < m->core.times; t++) {
    int row;
    VT_TRY(add_row(d, (vt_row_info){ROW_COUPLING, p1, t, CELL_ZERO, CELL_ZERO, -1}, &row));
    VT_TRY(add_coupled_piece(d, installation_column(m, p1, t), row, 1.0, CELL_ONE, CELL_ONE,
                             m->couplings->coupled[p1].ratio));
    VT_TRY(add_coupled_piece(d, installation_column(m, p2, t), row, -1.0, factor, CELL_ONE,
                             m->couplings->coupled[p2].ratio));
  }
  return VT_OK;
}

static vt_error add_all_coupling_rows(draft *d) {
  const vt_pathway *m = d->m;
  const vt_tensor *t = &m->core.inputs->tensor[VT_TENSOR_COUPLING];
  for (ptrdiff_t e = 0; e < t->count; e++) {
    if (m->couplings->is_row[e])
      VT_TRY(add_coupling_rows(d, t->index[2 * e], t->index[2 * e + 1],
                               m->factors->cell[VT_TENSOR_COUPLING][e]));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Assembly.

static int compare_pieces(const void *a, const void *b) {
  const piece *x = a, *y = b;
  if (x->row != y->row) return x->row < y->row ? -1 : 1;
  if (x->a != y->a) return x->a < y->a ? -1 : 1;
  return (x->b > y->b) - (x->b < y->b);
}

static vt_error sort_pieces(draft *d, ptrdiff_t columns) {
  piece *sorted;
  VT_NEW(d->first, columns + 2);
  VT_NEW(sorted, d->pieces);
  for (ptrdiff_t i = 0; i < d->pieces; i++) d->first[d->piece[i].column + 2]++;
  for (ptrdiff_t c = 1; c <= columns + 1; c++) d->first[c] += d->first[c - 1];
  for (ptrdiff_t i = 0; i < d->pieces; i++)
    sorted[d->first[d->piece[i].column + 1]++] = d->piece[i];
  free(d->piece);
  d->piece = sorted;
  for (ptrdiff_t c = 0; c < columns; c++) {
    const ptrdiff_t count = d->first[c + 1] - d->first[c];
    if (count > 1) qsort(sorted + d->first[c], (size_t)count, sizeof *sorted, compare_pieces);
  }
  return VT_OK;
}

static bool column_is_free(const vt_pathway *m, int column) {
  const vt_bounds b = vt_limits_of_column(m, column, m->core.graph.value);
  return b.lower == 0.0 && b.upper == INFINITY;
}

static bool column_bounds_vary(const vt_pathway *m, int column) {
  const bool *dynamic = m->core.graph.dynamic;
  const ptrdiff_t at =
      at_time(&m->core, m->program->column_process[column], m->program->column_time[column]);
  if (m->program->column_class[column] >= 0) {
    return m->classes->first[at + 1] - m->classes->first[at] == 1 &&
           (dynamic[m->limits->operation_min[at]] || dynamic[m->limits->operation_max[at]]);
  }
  const int root = m->program->column_process[column];
  for (int i = m->couplings->first[root]; i < m->couplings->first[root + 1]; i++) {
    const int p = m->couplings->process[i];
    const ptrdiff_t member = at_time(&m->core, p, m->program->column_time[column]);
    if (dynamic[m->limits->deployment_min[member]] || dynamic[m->limits->deployment_max[member]] ||
        dynamic[m->couplings->coupled[p].ratio])
      return true;
  }
  return false;
}

// Entries of one provisional column; nothing is kept of a column that has no entry and no cost.
static vt_error assemble_column(draft *d, int provisional, int process, int time, int cls,
                                int *column) {
  vt_pathway *m = d->m;
  vt_program *p = &m->program->lp;
  const int mine = p->columns;
  const ptrdiff_t first_entry = p->entries;
  m->program->column_process[mine] = process;
  m->program->column_time[mine] = time;
  m->program->column_class[mine] = cls;
  m->program->cost_cell[mine] = CELL_ZERO;
  for (ptrdiff_t i = d->first[provisional]; i < d->first[provisional + 1];) {
    const int row = d->piece[i].row;
    int cell;
    vt_graph_begin(&m->core.graph);
    for (; i < d->first[provisional + 1] && d->piece[i].row == row; i++) {
      const piece *e = &d->piece[i];
      VT_TRY(vt_graph_add(&m->core.graph, e->coefficient, e->a, e->b));
    }
    VT_TRY(vt_graph_end(&m->core.graph, &cell));
    if (row == COST_ROW) {
      m->program->cost_cell[mine] = cell;
    } else if (!vt_graph_is_zero(&m->core.graph, cell)) {
      p->row[p->entries] = row;
      m->program->entry_cell[p->entries++] = cell;
    }
  }
  const bool empty = p->entries == first_entry &&
                     vt_graph_is_zero(&m->core.graph, m->program->cost_cell[mine]) &&
                     column_is_free(m, mine) && !column_bounds_vary(m, mine);
  *column = empty ? -1 : mine;
  if (!empty) p->column_start[++p->columns] = p->entries;
  return VT_OK;
}

static vt_error assemble(draft *d) {
  vt_pathway *m = d->m;
  const ptrdiff_t columns = (ptrdiff_t)m->core.processes * m->core.times + m->classes->count;
  VT_CHECK(columns < INT32_MAX && d->pieces < INT32_MAX, VT_ERR_SYSTEM,
           "the model is too large: %td columns", columns);
  VT_TRY(sort_pieces(d, columns));
  VT_ARENA_NEW(m->core.arena, m->program->lp.column_start, columns + 1);
  VT_ARENA_NEW(m->core.arena, m->program->lp.row, d->pieces);
  VT_ARENA_NEW(m->core.arena, m->program->entry_cell, d->pieces);
  VT_ARENA_NEW(m->core.arena, m->program->cost_cell, columns + 1);
  VT_ARENA_NEW(m->core.arena, m->program->column_process, columns + 1);
  VT_ARENA_NEW(m->core.arena, m->program->column_time, columns + 1);
  VT_ARENA_NEW(m->core.arena, m->program->column_class, columns + 1);
  VT_ARENA_NEW(m->core.arena, m->program->installed_column,
               (ptrdiff_t)m->core.processes * m->core.times);
  for (int p = 0; p < m->core.processes; p++) {
    for (int t = 0; t < m->core.times; t++) {
      const int at = (int)at_time(&m->core, p, t);
      m->program->installed_column[at] = -1;
      if (m->couplings->coupled[p].root == p)
        VT_TRY(assemble_column(d, at, p, t, -1, &m->program->installed_column[at]));
    }
  }
  for (ptrdiff_t k = 0; k < m->classes->count; k++) {
    vt_class *c = &m->classes->class_[k];
    VT_TRY(assemble_column(d, (int)((ptrdiff_t)m->core.processes * m->core.times + k), c->process,
                           c->time, (int)k, &c->column));
  }
  return VT_OK;
}

// Rows without entries stay only where zero does not satisfy them (then nothing can).
static vt_error drop_empty_rows(draft *d) {
  vt_pathway *m = d->m;
  int *final;
  bool *used;
  VT_ARENA_NEW(m->core.arena, final, d->rows);
  VT_ARENA_NEW(m->core.arena, used, d->rows);
  for (ptrdiff_t e = 0; e < m->program->lp.entries; e++) used[m->program->lp.row[e]] = true;
  int rows = 0;
  for (int r = 0; r < d->rows; r++) {
    const vt_bounds b = vt_limits_of_row(m, r, m->core.graph.value);
    const bool vary = m->core.graph.dynamic[m->program->row[r].lower] ||
                      m->core.graph.dynamic[m->program->row[r].upper];
    if (!used[r] && !vary && b.lower <= 0.0 && b.upper >= 0.0) continue;
    final[r] = rows;
    m->program->row[rows++] = m->program->row[r];
  }
  for (ptrdiff_t e = 0; e < m->program->lp.entries; e++)
    m->program->lp.row[e] = final[m->program->lp.row[e]];
  m->program->lp.rows = rows;
  return VT_OK;
}

static vt_error list_varying(vt_pathway *m) {
  const vt_program *p = &m->program->lp;
  const bool *dynamic = m->core.graph.dynamic;
  VT_ARENA_NEW(m->core.arena, m->program->entry_varies, p->entries);
  VT_ARENA_NEW(m->core.arena, m->program->varying_entry, p->entries);
  VT_ARENA_NEW(m->core.arena, m->program->varying_cost, p->columns);
  VT_ARENA_NEW(m->core.arena, m->program->varying_row, p->rows);
  VT_ARENA_NEW(m->core.arena, m->program->varying_column, p->columns);
  for (ptrdiff_t e = 0; e < p->entries; e++) {
    m->program->entry_varies[e] = dynamic[m->program->entry_cell[e]];
    if (m->program->entry_varies[e]) m->program->varying_entry[m->program->varying_entries++] = e;
  }
  for (int c = 0; c < p->columns; c++) {
    if (dynamic[m->program->cost_cell[c]])
      m->program->varying_cost[m->program->varying_costs++] = c;
    if (column_bounds_vary(m, c)) m->program->varying_column[m->program->varying_columns++] = c;
  }
  for (int r = 0; r < p->rows; r++) {
    const vt_row_info *i = &m->program->row[r];
    if (dynamic[i->lower] || dynamic[i->upper] || i->free_if_zero >= 0)
      m->program->varying_row[m->program->varying_rows++] = r;
  }
  return VT_OK;
}

static vt_error weigh_installations(vt_pathway *m) {
  VT_ARENA_NEW(m->core.arena, m->program->tie_weight, m->program->lp.columns);
  for (int c = 0; c < m->program->lp.columns; c++) {
    if (m->program->column_class[c] >= 0) continue;
    const int root = m->program->column_process[c];
    for (int i = m->couplings->first[root]; i < m->couplings->first[root + 1]; i++) {
      m->program->tie_weight[c] +=
          fabs(m->core.graph.value[m->couplings->coupled[m->couplings->process[i]].ratio]);
    }
  }
  return VT_OK;
}

static vt_error build_draft(draft *d) {
  VT_TRY(add_all_coupling_rows(d));
  VT_TRY(add_balance_rows(d));
  VT_TRY(add_impact_rows(d));
  VT_TRY(add_flow_rows(d));
  VT_TRY(add_goal_rows(d));
  VT_TRY(add_operation_columns(d));
  VT_TRY(add_operation_rows(d));
  VT_TRY(add_installation_columns(d));
  VT_TRY(assemble(d));
  return drop_empty_rows(d);
}

vt_error vt_program_build(vt_pathway *m) {
  draft d = {.m = m};
  const vt_error built = build_draft(&d);
  draft_free(&d);
  VT_TRY(built);
  VT_TRY(list_varying(m));
  VT_TRY(vt_goals_place(&m->core, m->program, m->goals));
  return weigh_installations(m);
}
