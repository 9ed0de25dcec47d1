// inventory.h - the inside of plain LCA: what its files share.
#ifndef VT_INVENTORY_INVENTORY_H
#define VT_INVENTORY_INVENTORY_H

#include "vintner/assembly.h"
#include "vintner/inventory.h"
#include "vintner/store.h"
#include "vintner/system.h"

/// Sizes that all ranks know; the rest is on rank 0.
typedef struct vt_inventory_counts {
  int demands, categories, products, processes, flows;
} vt_inventory_counts;

/// What was read.
typedef struct vt_inventory_data {
  const vt_study *study;
  const vt_team *team;
  vt_inventory_counts count;
  vt_background *background;
  vt_arena *arena; ///< texts of the layout
  vt_database_set *set;
  vt_system *system;
  vt_final_demand *demand; ///< shape [demands]
  int *product;            ///< row of A; shape [demands]
  double *amount;          ///< shape [demands]
  const char **demand_label;
  int *method;    ///< index into set->method, -1: factors of 0; shape [categories]
  double *weight; ///< shape [categories][flows]
} vt_inventory_data;

/// Columns of a contribution table; each is a variable, -1: not stored.
typedef struct vt_top_places {
  int index, amount, share;
} vt_top_places;

/// Where results go.
typedef struct vt_inventory_places {
  int score, residual, inventory, supply; ///< variables, or -1
  vt_top_places top_process, top_flow;
} vt_inventory_places;

// read.c, on rank 0

/// Read the databases, build the system, find demands and methods.
vt_error vt_inventory_gather(vt_inventory_data *data);
vt_equations vt_inventory_equations(const vt_inventory_data *data);
/// Make sure that the system is regular; VT_ERR_INPUT names the culprits.
vt_error vt_inventory_prove(const vt_inventory_data *data);

// layout.c
vt_error vt_inventory_lay_out(const vt_inventory_data *data, vt_layout *layout,
                              vt_inventory_places *place);

#endif
