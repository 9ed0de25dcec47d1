// program.h - the linear programme, what its rows and columns stand for, and the cells of its
// numbers.
#ifndef VT_PATHWAY_PROGRAM_H
#define VT_PATHWAY_PROGRAM_H

#include "vintner/pathway.h"

/// Everything one row of the programme says, for names and for reports.
typedef enum vt_row_kind {
  ROW_BALANCE,          ///< product, year
  ROW_CAPACITY,         ///< process, year
  ROW_TOTAL_DEPLOYMENT, ///< process
  ROW_OPERATION,        ///< process, year
  ROW_IMPACT,           ///< category, year
  ROW_TOTAL_IMPACT,     ///< category
  ROW_FLOW,             ///< flow, year
  ROW_TOTAL_FLOW,       ///< flow
  ROW_COUPLING,         ///< process: a coupling that closes a circle
  ROW_GOAL,             ///< goal (goals.c): no limit, always free
} vt_row_kind;

typedef struct vt_row_info {
  vt_row_kind kind;
  int label;        ///< index on the axis of the kind
  int time;         ///< index into system_time, or -1
  int lower, upper; ///< cells
  int free_if_zero; ///< cell: the row is free in scenarios where it is 0; -1: never
} vt_row_info;

typedef struct vt_labelled_program {
  vt_program lp;
  vt_row_info *row; ///< shape [rows]
  ptrdiff_t row_capacity;
  int *column_process, *column_time; ///< shape [columns]
  int *column_class;                 ///< shape [columns]: class of an operation column, or -1
  int *installed_column; ///< shape [processes, times]: column of the root, -1 if dropped
  int *entry_cell;       ///< shape [entries]
  int *cost_cell;        ///< shape [columns]
  bool *entry_varies;    ///< shape [entries]
  double *tie_weight;    ///< shape [columns]
  // What a scenario can change, each an index.
  ptrdiff_t *varying_entry;
  int *varying_cost, *varying_row, *varying_column;
  ptrdiff_t varying_entries, varying_costs, varying_rows, varying_columns;
} vt_labelled_program;

vt_error vt_program_build(vt_pathway *m);

#endif
