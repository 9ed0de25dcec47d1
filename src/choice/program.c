// program.c - the structure of the reduced programme: columns, rows, and which number is where.
#include "program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Limited processes with rows of their own; of more, rows are made when limits are violated.
enum { MOST_LIMITED = 48 };

// -------------------------------------------------------------------------------------------------
// What is limited.

static void add_once(int value, int *list, int *count) {
  for (int i = 0; i < *count; i++)
    if (list[i] == value) return;
  list[(*count)++] = value;
}

static vt_error list_processes(vt_choice_program *p) {
  const vt_choice_data *k = p->data;
  int count = 0;
  for (int j = 0; j < k->processes; j++)
    count += k->alternative_of[j] < 0 && (k->upper_of[j] >= 0 || k->lower_of[j] >= 0);
  p->lazy = count > MOST_LIMITED;
  if (p->lazy) return VT_OK;
  VT_ARENA_NEW(p->arena, p->process, count);
  for (int j = 0; j < k->processes; j++)
    if (k->alternative_of[j] < 0 && (k->upper_of[j] >= 0 || k->lower_of[j] >= 0))
      p->process[p->limited++] = j;
  return VT_OK;
}

static vt_error list_keys(vt_choice_program *p, vt_choice_tensor one, vt_choice_tensor other,
                          int **list, int *count) {
  const vt_choice_list *a = &p->data->list[one], *b = &p->data->list[other];
  VT_ARENA_NEW(p->arena, *list, a->count + b->count);
  for (int i = 0; i < a->count; i++) add_once(a->entry[i].key[0], *list, count);
  for (int i = 0; one != other && i < b->count; i++) add_once(b->entry[i].key[0], *list, count);
  return VT_OK;
}

// Entries of B in the rows of limited flows.
static vt_error list_exchanges(vt_choice_program *p) {
  const vt_sparse *b = &p->data->system->biosphere;
  ptrdiff_t count = 0;
  VT_ARENA_NEW(p->arena, p->flow_start, p->flows + 1);
  for (int round = 0; round < 2; round++) {
    if (round == 1) VT_ARENA_NEW(p->arena, p->exchange, count);
    count = 0;
    for (int f = 0; f < p->flows; f++) {
      for (int j = 0; j < b->columns; j++)
        for (ptrdiff_t e = b->column_start[j]; e < b->column_start[j + 1]; e++) {
          if (b->row[e] != p->flow[f]) continue;
          if (round == 1) p->exchange[count] = (vt_choice_exchange){j, e};
          count++;
        }
      p->flow_start[f + 1] = count;
    }
  }
  return VT_OK;
}

// Alternatives that may be negative.
static vt_error list_sizes(vt_choice_program *p) {
  const vt_choice_data *k = p->data;
  VT_ARENA_NEW(p->arena, p->size, k->alternatives);
  for (int a = 0; a < k->alternatives; a++) {
    const int e = k->lower_of[k->alternative[a].process];
    bool negative = k->alternative[a].free;
    for (int t = 0; e >= 0 && t < k->steps; t++) {
      const double lower = vt_choice_number(k, k->number, VT_CHOICE_LOWER, e, t);
      negative = negative || (isfinite(lower) && lower < 0);
    }
    negative = negative || (e >= 0 && k->touched[VT_CHOICE_LOWER]);
    if (negative) p->size[p->sizes++] = a;
  }
  return VT_OK;
}

// Levels of a lexicographic objective, the ends of a front, or the objective of alternatives.
static vt_error list_aims(vt_choice_program *p) {
  const vt_choice_data *k = p->data;
  const vt_aims *aims = &k->study->aims;
  const int most = aims->levels > 2 ? aims->levels : 2;
  VT_ARENA_NEW(p->arena, p->aim, most);
  VT_ARENA_NEW(p->arena, p->aim_row, most);
  if (aims->explores == VT_EXPLORE_PARETO) {
    for (int i = 0; i < 2; i++)
      p->aim[p->aims++] = vt_choice_look(k, VT_CHOICE_CATEGORY, aims->pareto.category[i].category);
  } else if (aims->explores == VT_EXPLORE_ALTERNATIVES) {
    p->aim[p->aims++] = VT_AIM_OBJECTIVE;
  } else if (aims->levels > 1) {
    for (int i = 0; i < aims->levels; i++)
      p->aim[p->aims++] = vt_choice_look(k, VT_CHOICE_CATEGORY, aims->level[i].category);
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Columns.

static int levels_apart(const vt_choice_program *p) {
  return p->data->by_level ? 0 : p->data->alternatives;
}

int vt_choice_column_at(const vt_choice_program *p, vt_choice_column_kind kind, int index,
                        int step) {
  const vt_choice_data *k = p->data;
  const int first = step * p->step_columns;
  switch (kind) {
    case VT_COLUMN_BASIS: return first + index;
    case VT_COLUMN_LEVEL: return first + k->columns + index;
    case VT_COLUMN_SIZE: return first + k->columns + levels_apart(p) + index;
    case VT_COLUMN_SURPLUS: return first + k->columns + levels_apart(p) + p->sizes + index;
    case VT_COLUMN_GOAL:
    case VT_COLUMN_DEVIATION: break;
  }
  return k->steps * p->step_columns + index;
}

int vt_choice_level_at(const vt_choice_program *p, int alternative, int step) {
  return vt_choice_column_at(p, p->data->by_level ? VT_COLUMN_BASIS : VT_COLUMN_LEVEL, alternative,
                             step);
}

static void name_columns(vt_choice_program *p) {
  const vt_choice_data *k = p->data;
  const struct {
    vt_choice_column_kind kind;
    int count;
  } kinds[] = {{VT_COLUMN_BASIS, k->columns},
               {VT_COLUMN_LEVEL, levels_apart(p)},
               {VT_COLUMN_SIZE, p->sizes},
               {VT_COLUMN_SURPLUS, k->stores}};
  int at = 0;
  for (int t = 0; t < k->steps; t++)
    for (size_t s = 0; s < sizeof kinds / sizeof *kinds; s++)
      for (int i = 0; i < kinds[s].count; i++)
        p->column[at++] = (vt_choice_column_of){kinds[s].kind, i, t};
  for (int g = 0; g < k->list[VT_CHOICE_GOALS].count; g++)
    p->column[at++] = (vt_choice_column_of){VT_COLUMN_GOAL, g, -1};
  if (k->chance) p->column[at] = (vt_choice_column_of){VT_COLUMN_DEVIATION, 0, -1};
}

// The least sum of sizes of alternatives decides among optima.
static void weigh_ties(vt_choice_program *p) {
  for (int t = 0; t < p->data->steps; t++) {
    for (int a = 0; a < p->data->alternatives; a++) p->tie_weight[vt_choice_level_at(p, a, t)] = 1;
    for (int i = 0; i < p->sizes; i++) {
      p->tie_weight[vt_choice_level_at(p, p->size[i], t)] = 0;
      p->tie_weight[vt_choice_column_at(p, VT_COLUMN_SIZE, i, t)] = 1;
    }
  }
}

// -------------------------------------------------------------------------------------------------
// Rows.

static int rows_of(const vt_choice_program *p, vt_choice_row_kind kind) {
  const vt_choice_data *k = p->data;
  switch (kind) {
    case VT_ROW_CHOICE: return k->choices;
    case VT_ROW_LEVEL: return levels_apart(p);
    case VT_ROW_SUPPLY: return k->supplies;
    case VT_ROW_SIZE_UP:
    case VT_ROW_SIZE_DOWN: return p->sizes;
    case VT_ROW_PROCESS: return p->limited;
    case VT_ROW_FLOW: return p->flows;
    case VT_ROW_IMPACT: return p->impacts;
    case VT_ROW_DEPENDENT: return k->dependents;
    case VT_ROW_STORE: return k->stores;
    case VT_ROW_AGGREGATE: return p->aggregates;
    case VT_ROW_GOAL: return k->list[VT_CHOICE_GOALS].count;
    case VT_ROW_AIM: return p->aims;
    case VT_ROW_TANGENT: return k->chance ? VT_MOST_CUTS : 0;
    case VT_ROW_ENTERED: break;
  }
  return p->slots;
}

static vt_error list_rows(vt_choice_program *p) {
  int at = 0;
  for (int kind = VT_ROW_CHOICE; kind <= VT_ROW_ENTERED; kind++)
    p->lp.rows +=
        rows_of(p, (vt_choice_row_kind)kind) * (kind < VT_ROW_AGGREGATE ? p->data->steps : 1);
  VT_ARENA_NEW(p->arena, p->row, p->lp.rows);
  for (int t = 0; t < p->data->steps; t++)
    for (int kind = VT_ROW_CHOICE; kind < VT_ROW_AGGREGATE; kind++)
      for (int i = 0; i < rows_of(p, (vt_choice_row_kind)kind); i++)
        p->row[at++] = (vt_choice_row){(vt_choice_row_kind)kind, i, t};
  for (int kind = VT_ROW_AGGREGATE; kind <= VT_ROW_ENTERED; kind++) {
    if (kind == VT_ROW_ENTERED) p->slot_row = at;
    for (int i = 0; i < rows_of(p, (vt_choice_row_kind)kind); i++) {
      if (kind == VT_ROW_AIM) p->aim_row[i] = at;
      p->row[at++] = (vt_choice_row){(vt_choice_row_kind)kind, i, -1};
    }
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Entries: whether a column has one in a row, and what it is.

static bool basis_cell(const vt_choice_program *p, const vt_choice_row *r, int b,
                       vt_choice_cell *cell) {
  const vt_choice_data *k = p->data;
  *cell = (vt_choice_cell){.from = VT_FROM_PROCESS, .b = b};
  switch (r->kind) {
    case VT_ROW_CHOICE: *cell = (vt_choice_cell){VT_FROM_MERGED, r->index, b, 0}; return true;
    case VT_ROW_LEVEL:
      *cell = (vt_choice_cell){VT_FROM_MINUS, k->alternative[r->index].process, b, 0};
      return true;
    case VT_ROW_SUPPLY: cell->a = k->supply[r->index].process; return true;
    case VT_ROW_PROCESS: cell->a = p->process[r->index]; return true;
    case VT_ROW_FLOW: *cell = (vt_choice_cell){VT_FROM_FLOW, r->index, b, 0}; return true;
    case VT_ROW_IMPACT:
      *cell = (vt_choice_cell){VT_FROM_IMPACT, p->impact[r->index], b, 0};
      return true;
    case VT_ROW_DEPENDENT: *cell = (vt_choice_cell){VT_FROM_DEPENDENT, r->index, b, 0}; return true;
    case VT_ROW_AGGREGATE:
      *cell = (vt_choice_cell){VT_FROM_IMPACT, p->aggregate[r->index], b, 0};
      return true;
    case VT_ROW_GOAL: *cell = (vt_choice_cell){VT_FROM_GOAL, r->index, b, 0}; return true;
    case VT_ROW_AIM: *cell = (vt_choice_cell){VT_FROM_AIM, p->aim[r->index], b, 0}; return true;
    case VT_ROW_TANGENT: *cell = (vt_choice_cell){VT_FROM_TANGENT, r->index, b, 0}; return true;
    case VT_ROW_ENTERED: *cell = (vt_choice_cell){VT_FROM_ENTERED, r->index, b, 0}; return true;
    case VT_ROW_SIZE_UP:
    case VT_ROW_SIZE_DOWN:
      cell->from = VT_FROM_CONSTANT;
      cell->value = r->kind == VT_ROW_SIZE_UP ? -1 : 1;
      return k->by_level && p->size[r->index] == b;
    case VT_ROW_STORE:
      cell->from = VT_FROM_CONSTANT;
      cell->value = 1;
      return k->stored[r->index] < k->products && k->column[b].unit == k->stored[r->index];
  }
  return false;
}

static bool level_cell(const vt_choice_program *p, const vt_choice_row *r, int alternative,
                       vt_choice_cell *cell) {
  *cell = (vt_choice_cell){.from = VT_FROM_CONSTANT, .value = 1};
  if (r->kind == VT_ROW_LEVEL) return r->index == alternative;
  if (r->kind != VT_ROW_SIZE_UP && r->kind != VT_ROW_SIZE_DOWN) return false;
  cell->value = r->kind == VT_ROW_SIZE_UP ? -1 : 1;
  return p->size[r->index] == alternative;
}

static bool size_cell(const vt_choice_row *r, int size, vt_choice_cell *cell) {
  *cell = (vt_choice_cell){.from = VT_FROM_CONSTANT, .value = 1};
  return (r->kind == VT_ROW_SIZE_UP || r->kind == VT_ROW_SIZE_DOWN) && r->index == size;
}

// The merged row that a row balances, or -1.
static int balanced(const vt_choice_data *k, const vt_choice_row *r) {
  if (r->kind == VT_ROW_CHOICE) return k->products + r->index;
  if (r->kind == VT_ROW_STORE && k->stored[r->index] < k->products) return k->stored[r->index];
  return -1;
}

// Taken out of its row, and there of another row at the next step.
static bool surplus_cell(const vt_choice_data *k, const vt_choice_row *r, int store, int step,
                         vt_choice_cell *cell) {
  const vt_choice_list *l = &k->list[VT_CHOICE_STORAGE];
  const int row = balanced(k, r), merged = k->stored[store];
  *cell = (vt_choice_cell){.from = VT_FROM_STORAGE, .a = -1};
  if (row < 0) return false;
  const bool out = row == merged && r->step == step;
  int next = step + 1;
  if (next == k->steps && k->study->model.choice.cyclic) next = 0;
  for (int i = 0; i < l->count; i++)
    if (l->entry[i].key[0] == row && l->entry[i].key[1] == merged && r->step == next) cell->a = i;
  cell->value = out ? -1 : 0;
  return out || cell->a >= 0;
}

static bool cell_of(const vt_choice_program *p, const vt_choice_row *r,
                    const vt_choice_column_of *c, vt_choice_cell *cell) {
  const bool here = r->step < 0 || r->step == c->step;
  switch (c->kind) {
    case VT_COLUMN_BASIS: return here && basis_cell(p, r, c->index, cell);
    case VT_COLUMN_LEVEL: return here && level_cell(p, r, c->index, cell);
    case VT_COLUMN_SIZE: return here && size_cell(r, c->index, cell);
    case VT_COLUMN_SURPLUS: return surplus_cell(p->data, r, c->index, c->step, cell);
    case VT_COLUMN_DEVIATION:
      *cell = (vt_choice_cell){.from = VT_FROM_CONSTANT, .value = 1};
      return r->kind == VT_ROW_TANGENT;
    case VT_COLUMN_GOAL: break;
  }
  *cell = (vt_choice_cell){.from = VT_FROM_CONSTANT, .value = -1};
  return r->kind == VT_ROW_GOAL && r->index == c->index;
}

// Rows of a step that a column may have entries in: its own, and the next one's or the first's.
static void fill_column(vt_choice_program *p, int column, bool count_only) {
  const vt_choice_column_of *c = &p->column[column];
  const int steps = p->data->steps, all = p->lp.rows;
  int per_step = 0;
  for (int kind = VT_ROW_CHOICE; kind < VT_ROW_AGGREGATE; kind++)
    per_step += rows_of(p, (vt_choice_row_kind)kind);
  for (int i = 0; i < all; i++) {
    const vt_choice_row *r = &p->row[i];
    if (r->step >= 0 && c->step < 0) { // goals have rows of all steps alone
      i = steps * per_step - 1;
      continue;
    }
    const bool near = r->step < 0 || r->step == c->step || r->step == c->step + 1 ||
                      (r->step == 0 && c->step == steps - 1);
    if (!near) {
      i += per_step - 1;
      continue;
    }
    vt_choice_cell cell;
    if (!cell_of(p, r, c, &cell)) continue;
    if (!count_only) {
      p->lp.row[p->lp.entries] = i;
      p->cell[p->lp.entries] = cell;
    }
    p->lp.entries++;
  }
}

static bool cell_varies(const vt_choice_data *k, const vt_choice_cell *cell) {
  const bool a = k->touched[VT_CHOICE_TECHNOSPHERE] || k->study->uncertainty.wanted;
  const bool b = a || k->touched[VT_CHOICE_BIOSPHERE];
  const bool q = b || k->touched[VT_CHOICE_CHARACTERIZATION];
  switch (cell->from) {
    case VT_FROM_CONSTANT: return false;
    case VT_FROM_MERGED:
    case VT_FROM_PROCESS:
    case VT_FROM_MINUS: return a;
    case VT_FROM_FLOW: return b;
    case VT_FROM_IMPACT: return q;
    case VT_FROM_DEPENDENT: return a || k->touched[VT_CHOICE_DEPENDENTS];
    case VT_FROM_STORAGE: return k->touched[VT_CHOICE_STORAGE];
    case VT_FROM_GOAL: return q || k->touched[VT_CHOICE_GOALS];
    case VT_FROM_AIM: return q || k->touched[VT_CHOICE_WEIGHTS];
    case VT_FROM_TANGENT:
    case VT_FROM_ENTERED: break;
  }
  return true;
}

static vt_error fill_entries(vt_choice_program *p) {
  for (int c = 0; c < p->lp.columns; c++) fill_column(p, c, true);
  const ptrdiff_t entries = p->lp.entries;
  VT_ARENA_NEW(p->arena, p->lp.row, entries);
  VT_ARENA_NEW(p->arena, p->cell, entries);
  VT_ARENA_NEW(p->arena, p->varies, entries);
  p->lp.entries = 0;
  for (int c = 0; c < p->lp.columns; c++) {
    fill_column(p, c, false);
    p->lp.column_start[c + 1] = p->lp.entries;
  }
  for (ptrdiff_t e = 0; e < entries; e++) p->varies[e] = cell_varies(p->data, &p->cell[e]);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------

static vt_error fill(vt_choice_program *p, int slots) {
  const vt_choice_data *k = p->data;
  VT_TRY(vt_arena_create(&p->arena));
  VT_TRY(list_processes(p));
  VT_TRY(list_keys(p, VT_CHOICE_UPPER_ELEM, VT_CHOICE_LOWER_ELEM, &p->flow, &p->flows));
  VT_TRY(list_keys(p, VT_CHOICE_UPPER_IMP, VT_CHOICE_LOWER_IMP, &p->impact, &p->impacts));
  VT_TRY(list_keys(p, VT_CHOICE_UPPER_IMP_AGG, VT_CHOICE_UPPER_IMP_AGG, &p->aggregate,
                   &p->aggregates));
  VT_TRY(list_exchanges(p));
  VT_TRY(list_sizes(p));
  VT_TRY(list_aims(p));
  p->slots = p->lazy ? slots : 0;
  p->step_columns = k->columns + levels_apart(p) + p->sizes + k->stores;
  p->lp.columns = k->steps * p->step_columns + k->list[VT_CHOICE_GOALS].count + (k->chance ? 1 : 0);
  VT_ARENA_NEW(p->arena, p->column, p->lp.columns);
  VT_ARENA_NEW(p->arena, p->tie_weight, p->lp.columns);
  VT_ARENA_NEW(p->arena, p->lp.column_start, p->lp.columns + 1);
  name_columns(p);
  weigh_ties(p);
  VT_TRY(list_rows(p));
  return fill_entries(p);
}

vt_error vt_choice_program_create(const vt_choice_data *data, int slots,
                                  vt_choice_program **program) {
  vt_choice_program *p;
  *program = NULL;
  VT_NEW(p, 1);
  p->data = data;
  const vt_error filled = fill(p, slots);
  if (filled != VT_OK) vt_choice_program_free(p);
  VT_TRY(filled);
  *program = p;
  return VT_OK;
}

void vt_choice_program_free(vt_choice_program *program) {
  if (!program) return;
  vt_arena_free(program->arena);
  free(program);
}
