// inventory_kind.h - plain LCA: what the kind knows and where its results go.
#ifndef VT_ENSEMBLE_INVENTORY_KIND_H
#define VT_ENSEMBLE_INVENTORY_KIND_H

#include "vintner/assembly.h"
#include "vintner/database.h"
#include "vintner/ensemble.h"

/// Columns of a contribution table; each is a variable.
typedef struct top_places {
  int index, amount, share; ///< -1: not stored
} top_places;

enum { INVENTORY_AXES = 5, INVENTORY_VARIABLES = 16 };

struct vt_inventory_kind {
  const vt_study *study;
  vt_arena *arena; ///< texts of the layout
  vt_database_set *set;
  vt_system *system;
  vt_background *background;
  const vt_team *crew; ///< ranks that wait to help, NULL = none; they must be told to go

  int demands;
  vt_final_demand *demand; ///< shape [demands]
  int *product;            ///< row of A; shape [demands]
  double *amount;          ///< shape [demands]
  const char **demand_label;

  int categories;
  int *method;    ///< index into set->method, -1: factors of 0; shape [categories]
  double *weight; ///< shape [categories][flows]

  vt_layout layout;
  vt_dimension dimension[INVENTORY_AXES];
  vt_variable variable[INVENTORY_VARIABLES];
  int status, score, residual, inventory, supply, wall, iterations, rank; ///< variables, or -1
  top_places top_process, top_flow;
  vt_block row; ///< of one
};

/// Dimensions and variables, once demands and categories are known.
vt_error inventory_lay_out(vt_inventory_kind *k);

#endif
