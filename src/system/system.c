// system.c - the matrices of a calculation: which nodes are its rows and columns, A, B, factors.
#include "cells.h"

#include <stdlib.h>
#include <string.h>

void vt_system_free(vt_system *system) {
  if (!system) return;
  free(system->product);
  free(system->process);
  free(system->flow);
  free(system->reference);
  free(system->maker);
  free(system->row_of);
  free(system->column_of);
  free(system->database);
  vt_sparse_free(&system->technosphere);
  vt_sparse_free(&system->biosphere);
  free(system);
}

// The building of a system.
typedef struct system_building {
  vt_database_set *set;
  vt_system *system;
  bool *member; // databases of the system; shape [databases]
  int *package; // of those; shape [databases]
  int *flow_of; // shape [nodes]
  bool open;    // need not be square
} system_building;

// -------------------------------------------------------------------------------------------------
// Databases.

static vt_error reach(system_building *made, int database) {
  if (made->member[database]) return VT_OK;
  VT_TRY(vt_database_require(made->set, database));
  made->member[database] = true;
  made->system->database[made->system->databases++] = database;
  return VT_OK;
}

// Databases whose products a loose datapackage uses in processes of its own.
static vt_error reach_from_loose(system_building *made, int database) {
  const vt_package *package = &made->set->package[made->set->database[database].package];
  for (int g = 0; g < package->groups; g++) {
    const vt_record_group *group = &package->group[g];
    if (group->matrix != VT_MATRIX_TECHNOSPHERE && group->matrix != VT_MATRIX_BIOSPHERE) continue;
    for (ptrdiff_t k = 0; k < group->count; k++) {
      const vt_node *node = made->set->node; // void after each vt_database_require
      const int user = node[group->column[k]].database, used = node[group->row[k]].database;
      if (made->set->database[user].kind == VT_DATABASE_PACKAGE) VT_TRY(reach(made, used));
    }
  }
  return VT_OK;
}

// Dependencies in the order of their sources, then what was asked for, then loose datapackages.
static void order_databases(system_building *made, int count, const int *database) {
  vt_system *system = made->system;
  const vt_database_set *set = made->set;
  qsort(system->database, (size_t)system->databases, sizeof *system->database, vt_compare_ints);
  int place = 0;
  for (int round = 0; round < 3; round++) {
    for (int d = 0; d < set->databases; d++) {
      bool asked = false;
      for (int i = 0; i < count; i++) asked = asked || database[i] == d;
      const int turn = set->database[d].kind == VT_DATABASE_PACKAGE ? 2 : asked ? 1 : 0;
      if (made->member[d] && turn == round) system->database[place++] = d;
    }
  }
  for (int i = 0; i < place; i++) made->package[i] = set->database[system->database[i]].package;
}

static vt_error collect_databases(system_building *made, int count, const int *database) {
  vt_database_set *set = made->set;
  VT_NEW(made->member, set->databases);
  VT_NEW(made->package, set->databases);
  VT_NEW(made->system->database, set->databases);
  for (int i = 0; i < count; i++) VT_TRY(reach(made, database[i]));
  for (int d = 0; d < set->databases; d++) {
    if (set->database[d].kind == VT_DATABASE_PACKAGE) VT_TRY(reach(made, d));
  }
  for (int i = 0; i < made->system->databases; i++) {
    const int d = made->system->database[i];
    if (set->database[d].kind == VT_DATABASE_PACKAGE) VT_TRY(reach_from_loose(made, d));
    for (int k = 0; k < set->database[d].depend_count; k++)
      VT_TRY(reach(made, set->database[d].depends[k]));
  }
  order_databases(made, count, database);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Rows and columns.

// A node with what it is sorted by.
typedef struct maker_place {
  bool unnumbered;
  int64_t id;
  int database; // of equal ids in two projects the first one's comes first
  int node;
} maker_place;

static int compare_places(const void *a, const void *b) {
  const maker_place *x = a, *y = b;
  if (x->unnumbered != y->unnumbered) return x->unnumbered ? 1 : -1;
  if (!x->unnumbered && x->id != y->id) return x->id < y->id ? -1 : 1;
  if (!x->unnumbered && x->database != y->database) return x->database < y->database ? -1 : 1;
  return (x->node > y->node) - (x->node < y->node);
}

// Number the nodes whose mark is not negative; the marks become their places.
static vt_error number_nodes(const vt_database_set *set, int *mark, int *count, int **nodes) {
  maker_place *sorted;
  *count = 0;
  for (int n = 0; n < set->nodes; n++) *count += mark[n] >= 0;
  VT_NEW(*nodes, *count);
  VT_NEW(sorted, *count);
  int filled = 0;
  bool in_order = true;
  for (int n = 0; n < set->nodes; n++) {
    if (mark[n] < 0) continue;
    sorted[filled] =
        (maker_place){set->node[n].id == VT_NO_ID, set->node[n].id, set->node[n].database, n};
    in_order =
        in_order && (filled == 0 || compare_places(&sorted[filled - 1], &sorted[filled]) < 0);
    filled++;
  }
  if (!in_order) qsort(sorted, (size_t)*count, sizeof *sorted, compare_places);
  for (int i = 0; i < *count; i++) {
    (*nodes)[i] = sorted[i].node;
    mark[sorted[i].node] = i;
  }
  free(sorted);
  return VT_OK;
}

static void mark_groups(const vt_cells *cells, int *row, int *column) {
  for (int i = 0; i < cells->packages; i++) {
    const vt_package *package = &cells->set->package[cells->package[i]];
    for (int g = 0; g < package->groups; g++) {
      const vt_record_group *group = &package->group[g];
      if (!vt_cells_has_group(cells, group)) continue;
      for (ptrdiff_t k = 0; k < group->count; k++) {
        if (!vt_cells_has_record(cells, group, k)) continue;
        row[group->row[k]] = 0;
        if (column) column[group->column[k]] = 0;
      }
    }
  }
}

static vt_error new_marks(int count, int **mark) {
  VT_NEW(*mark, count);
  for (int n = 0; n < count; n++) (*mark)[n] = -1;
  return VT_OK;
}

static vt_error build_technosphere(system_building *made, vt_cells *cells) {
  vt_system *system = made->system;
  cells->kind = VT_MATRIX_TECHNOSPHERE;
  VT_TRY(new_marks(system->nodes, &system->row_of));
  VT_TRY(new_marks(system->nodes, &system->column_of));
  mark_groups(cells, system->row_of, system->column_of);
  VT_TRY(number_nodes(made->set, system->row_of, &system->products, &system->product));
  VT_TRY(number_nodes(made->set, system->column_of, &system->processes, &system->process));
  cells->row_of = system->row_of;
  cells->column_of = system->column_of;
  VT_TRY(vt_cells_build(cells, system->products, system->processes, &system->technosphere));
  return vt_system_match(cells, made->open, system);
}

static vt_error build_biosphere(system_building *made, vt_cells *cells) {
  vt_system *system = made->system;
  cells->kind = VT_MATRIX_BIOSPHERE;
  VT_TRY(new_marks(system->nodes, &made->flow_of));
  mark_groups(cells, made->flow_of, NULL);
  VT_TRY(number_nodes(made->set, made->flow_of, &system->flows, &system->flow));
  cells->row_of = made->flow_of;
  return vt_cells_build(cells, system->flows, system->processes, &system->biosphere);
}

static vt_error build(system_building *made, int count, const int *database,
                      ptrdiff_t array_column) {
  VT_NEW(made->system, 1);
  VT_CHECK(array_column >= 0 || array_column == VT_NO_COLUMN, VT_ERR_INPUT,
           "found array column %td, expected 0 or more", array_column);
  VT_TRY(collect_databases(made, count, database));
  made->system->nodes = made->set->nodes;
  const bool everyone = made->system->databases == made->set->databases;
  vt_cells cells = {.set = made->set,
                    .method = -1,
                    .array_column = array_column,
                    .member = everyone ? NULL : made->member,
                    .packages = made->system->databases,
                    .package = made->package};
  VT_TRY(build_technosphere(made, &cells));
  return build_biosphere(made, &cells);
}

static vt_error create(vt_database_set *set, int count, const int *database, bool open,
                       ptrdiff_t array_column, vt_system **system) {
  *system = NULL;
  system_building made = {.set = set, .open = open};
  const vt_error error = build(&made, count, database, array_column);
  free(made.member);
  free(made.package);
  free(made.flow_of);
  if (error != VT_OK) {
    vt_system_free(made.system);
    VT_TRY(error);
  }
  *system = made.system;
  return VT_OK;
}

vt_error vt_system_create(vt_database_set *set, int count, const int *database,
                          ptrdiff_t array_column, vt_system **system) {
  return create(set, count, database, false, array_column, system);
}

vt_error vt_system_create_open(vt_database_set *set, int count, const int *database,
                               ptrdiff_t array_column, vt_system **system) {
  return create(set, count, database, true, array_column, system);
}

// -------------------------------------------------------------------------------------------------
// Demands.

vt_error vt_system_demand_row(const vt_database_set *set, const vt_system *system, int node,
                              int *row) {
  const bool inside = node < system->nodes;
  *row = inside ? system->row_of[node] : -1;
  if (*row >= 0) return VT_OK;
  VT_TRY(vt_refuse_allocated(set, node));
  const int own = vt_node_own_product(set, node);
  if (inside && own >= 0) *row = system->row_of[own];
  if (*row >= 0) return VT_OK;
  const int column = inside ? system->column_of[node] : -1;
  const int product = column >= 0 ? system->product[system->reference[column]] : -1;
  VT_CHECK(product < 0, VT_ERR_INPUT,
           "found a demand for the process %s, expected one for its product %s",
           vt_node_text(set, node), vt_node_text(set, product));
  VT_FAIL(VT_ERR_INPUT, "found a demand for %s, which no process makes, expected a product",
          vt_node_text(set, node));
}

vt_error vt_system_rows_of(const vt_database_set *set, const vt_system *system, int database,
                           int *count, int **row) {
  *count = 0;
  VT_NEW(*row, system->products);
  for (int i = 0; i < system->products; i++) {
    if (set->node[system->product[i]].database == database) (*row)[(*count)++] = i;
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Factors.

// Packages that may hold factors of a method: its own, then the loose ones in their order.
static vt_error factor_packages(const vt_database_set *set, int method, int *count, int **package) {
  VT_NEW(*package, set->packages);
  *count = 0;
  const int own = set->sources->factors[method];
  if (own >= 0) (*package)[(*count)++] = own;
  for (int d = 0; d < set->databases; d++) {
    if (set->database[d].kind == VT_DATABASE_PACKAGE)
      (*package)[(*count)++] = set->database[d].package;
  }
  return VT_OK;
}

// The location whose factors count; all groups of a method must agree on it.
static vt_error find_location(vt_cells *cells) {
  const vt_record_group *first = NULL;
  for (int i = 0; i < cells->packages; i++) {
    const vt_package *package = &cells->set->package[cells->package[i]];
    for (int g = 0; g < package->groups; g++) {
      const vt_record_group *group = &package->group[g];
      if (!vt_cells_has_group(cells, group)) continue;
      if (!first) first = group;
      VT_CHECK(group->has_global_index == first->has_global_index &&
                   group->global_index == first->global_index,
               VT_ERR_INPUT,
               "%s: group '%s': found another global_index than in group '%s', expected one for "
               "all factors of a method",
               package->path, group->name, first->name);
    }
  }
  cells->filtered = first && first->has_global_index && cells->kind == VT_MATRIX_CHARACTERIZATION;
  if (cells->filtered) cells->location = first->global_index;
  return VT_OK;
}

// Where factors go: one for each of some nodes.
typedef struct factor_places {
  int count;
  const int *node;
  double *factor;
  bool *listed; // or NULL
} factor_places;

// Factors of these nodes for other locations than the one that counts.
static void tell_left_out(vt_database_set *set, const vt_cells *cells, const int *place_of) {
  vt_method *method = &set->method[cells->method];
  ptrdiff_t left_out = 0;
  int first = -1;
  if (method->told) return;
  if (method->regional > 0)
    vt_warn(method->label,
            "method '%s': %d factor%s left out, for %s for another location than GLO",
            method->label, method->regional, method->regional == 1 ? " is" : "s are",
            method->regional == 1 ? "it is" : "they are");
  method->told = method->regional > 0;
  if (!cells->filtered) return;
  for (int i = 0; i < cells->packages; i++) {
    const vt_package *package = &set->package[cells->package[i]];
    for (int g = 0; g < package->groups; g++) {
      const vt_record_group *group = &package->group[g];
      if (!vt_cells_has_group(cells, group)) continue;
      for (ptrdiff_t k = 0; k < group->count; k++) {
        if (group->row[k] < 0 || place_of[group->row[k]] < 0) continue;
        if (group->column[k] == cells->location) continue;
        if (left_out++ == 0) first = group->row[k];
      }
    }
  }
  if (left_out == 0) return;
  method->told = true;
  vt_warn(
      method->label,
      "method '%s': %td factor%s of flows of the model %s left out, for %s for another location "
      "than the global one: the first of %s",
      method->label, left_out, left_out == 1 ? "" : "s", left_out == 1 ? "is" : "are",
      left_out == 1 ? "it is" : "they are", vt_node_text(set, first));
}

static vt_error fill_factors(vt_cells *cells, int *place_of, const factor_places *to) {
  for (int n = 0; n < cells->set->nodes; n++) place_of[n] = -1;
  for (int e = 0; e < to->count; e++) place_of[to->node[e]] = e;
  VT_TRY(find_location(cells));
  const bool weighting = cells->kind == VT_MATRIX_WEIGHTING;
  if (!weighting) cells->row_of = place_of;
  vt_sparse column;
  VT_TRY(vt_cells_build(cells, weighting ? 1 : to->count, 1, &column));
  for (int e = 0; e < to->count; e++) to->factor[e] = 0.0;
  for (int e = 0; to->listed && e < to->count; e++) to->listed[e] = weighting;
  for (ptrdiff_t k = 0; k < column.entries; k++) {
    if (!weighting) to->factor[column.row[k]] = column.value[k];
    if (!weighting && to->listed) to->listed[column.row[k]] = true;
    for (int e = 0; weighting && e < to->count; e++) to->factor[e] = column.value[k];
  }
  vt_sparse_free(&column);
  return VT_OK;
}

vt_error vt_method_node_factors(vt_database_set *set, int nodes, const int *node, int method,
                                ptrdiff_t array_column, double *factor, bool *listed) {
  VT_TRY(vt_method_load(set, method));
  const factor_places to = {nodes, node, factor, listed};
  int count = 0, *package = NULL, *place_of = vt_calloc(set->nodes, sizeof *place_of);
  VT_CHECK(place_of, VT_ERR_SYSTEM, "out of memory: %d items", set->nodes);
  vt_error error = factor_packages(set, method, &count, &package);
  if (error == VT_OK) {
    vt_cells cells = {.set = set,
                      .kind = set->method[method].kind,
                      .method = method,
                      .array_column = array_column,
                      .packages = count,
                      .package = package};
    error = fill_factors(&cells, place_of, &to);
    if (error == VT_OK) tell_left_out(set, &cells, place_of);
  }
  free(package);
  free(place_of);
  return error;
}

vt_error vt_method_factors(vt_database_set *set, const vt_system *system, int method,
                           ptrdiff_t array_column, double *factor) {
  return vt_method_node_factors(set, system->flows, system->flow, method, array_column, factor,
                                NULL);
}

// -------------------------------------------------------------------------------------------------
// Which records they are made of.

void vt_cells_close(vt_cells_space *space) {
  free(space->member);
  free(space->package);
  free(space->place);
  *space = (vt_cells_space){0};
}

static vt_error place_flows(const vt_database_set *set, const vt_system *system, int **place) {
  VT_TRY(new_marks(set->nodes, place));
  for (int e = 0; e < system->flows; e++) (*place)[system->flow[e]] = e;
  return VT_OK;
}

vt_error vt_cells_of_system(const vt_database_set *set, const vt_system *system,
                            vt_matrix_kind kind, ptrdiff_t array_column, vt_cells_space *space) {
  *space = (vt_cells_space){0};
  VT_NEW(space->member, set->databases);
  VT_NEW(space->package, set->databases);
  VT_TRY(place_flows(set, system, &space->place));
  for (int i = 0; i < system->databases; i++) {
    space->member[system->database[i]] = true;
    space->package[i] = set->database[system->database[i]].package;
  }
  const bool technosphere = kind == VT_MATRIX_TECHNOSPHERE;
  space->cells = (vt_cells){.set = set,
                            .kind = kind,
                            .method = -1,
                            .array_column = array_column,
                            .member = space->member,
                            .row_of = technosphere ? system->row_of : space->place,
                            .column_of = system->column_of,
                            .packages = system->databases,
                            .package = space->package};
  return VT_OK;
}

vt_error vt_system_terms(const vt_database_set *set, const vt_system *system, bool biosphere,
                         ptrdiff_t array_column, ptrdiff_t *count, vt_cell_term **term) {
  const vt_matrix_kind kind = biosphere ? VT_MATRIX_BIOSPHERE : VT_MATRIX_TECHNOSPHERE;
  const int rows = biosphere ? system->flows : system->products;
  vt_cells_space space;
  vt_error listed = vt_cells_of_system(set, system, kind, array_column, &space);
  if (listed == VT_OK) listed = vt_cells_terms(&space.cells, rows, system->processes, count, term);
  vt_cells_close(&space);
  return listed;
}

vt_error vt_cells_of_method(const vt_database_set *set, const vt_system *system, int method,
                            ptrdiff_t array_column, vt_cells_space *space) {
  *space = (vt_cells_space){0};
  VT_TRY(place_flows(set, system, &space->place));
  int count;
  VT_TRY(factor_packages(set, method, &count, &space->package));
  space->cells = (vt_cells){.set = set,
                            .kind = set->method[method].kind,
                            .method = method,
                            .array_column = array_column,
                            .row_of = space->place,
                            .packages = count,
                            .package = space->package};
  return find_location(&space->cells);
}

// -------------------------------------------------------------------------------------------------
// Other matrices.

void vt_matrix_free(vt_matrix *matrix) {
  if (!matrix) return;
  free(matrix->row);
  free(matrix->column);
  vt_sparse_free(&matrix->values);
  free(matrix);
}

static vt_error build_matrix(vt_cells *cells, int *row_of, int *column_of, int *package,
                             vt_matrix *matrix) {
  const vt_database_set *set = cells->set;
  for (int d = 0; d < set->databases; d++) {
    if (set->database[d].kind == VT_DATABASE_PACKAGE)
      package[cells->packages++] = set->database[d].package;
  }
  cells->package = package;
  mark_groups(cells, row_of, column_of);
  VT_TRY(number_nodes(set, row_of, &matrix->rows, &matrix->row));
  VT_TRY(number_nodes(set, column_of, &matrix->columns, &matrix->column));
  cells->row_of = row_of;
  cells->column_of = column_of;
  return vt_cells_build(cells, matrix->rows, matrix->columns, &matrix->values);
}

vt_error vt_matrix_create(const vt_database_set *set, const char *matrix_name,
                          ptrdiff_t array_column, vt_matrix **matrix) {
  *matrix = NULL;
  vt_cells cells = {.set = set,
                    .kind = vt_matrix_kind_of(matrix_name),
                    .method = -1,
                    .matrix_name = matrix_name,
                    .array_column = array_column};
  vt_matrix *made = vt_calloc(1, sizeof *made);
  int *row_of = NULL, *column_of = NULL, *package = vt_calloc(set->databases, sizeof *package);
  vt_error error = VT_OK;
  if (!made || !package)
    error = vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__, "out of memory");
  if (error == VT_OK) error = new_marks(set->nodes, &row_of);
  if (error == VT_OK) error = new_marks(set->nodes, &column_of);
  if (error == VT_OK) error = build_matrix(&cells, row_of, column_of, package, made);
  free(row_of);
  free(column_of);
  free(package);
  if (error != VT_OK) vt_matrix_free(made);
  VT_TRY(error);
  *matrix = made;
  return VT_OK;
}
