// inventory.h - the inside of plain LCA: what its files share.
#ifndef VT_INVENTORY_INVENTORY_H
#define VT_INVENTORY_INVENTORY_H

#include "vintner/assembly.h"
#include "vintner/inventory.h"
#include "vintner/parameters.h"
#include "vintner/store.h"
#include "vintner/system.h"
#include "vintner/variation.h"
#include "vintner/varied.h"

/// Sizes that all ranks know; the rest is on rank 0.
typedef struct vt_inventory_counts {
  int demands, categories, products, processes, flows;
  bool varied;                        ///< scenarios have supply chains of their own to solve
  ptrdiff_t cells, touches;           ///< what factors change
  ptrdiff_t changed_flows, exchanges; ///< rows of B that they change, and what these add up
} vt_inventory_counts;

/// Tensors that factors may reach.
typedef enum vt_target_kind {
  VT_TARGET_DEMAND,           ///< [demand]
  VT_TARGET_CHARACTERIZATION, ///< [category, elementary_flow]
  VT_TARGET_BIOSPHERE,        ///< [elementary_flow, process]
  VT_TARGET_TECHNOSPHERE,     ///< [product, process]
  VT_MATRIX_TARGETS,
  VT_TARGET_PARAMETER = VT_MATRIX_TARGETS, ///< of Brightway: [scope, name]
} vt_target_kind;

/// A number that factors change.
typedef struct vt_inventory_cell {
  vt_target_kind kind;
  ptrdiff_t place; ///< demand; category * flows + flow; in `exchange`; of B or A where scenarios
                   ///< are solved, the entry; parameter of `following`
  double value;    ///< where no factor is applied
  double unit;     ///< what one of the stored amount counts: less than 0 where it is flipped
} vt_inventory_cell;

/// A factor on a cell.
typedef struct vt_inventory_touch {
  ptrdiff_t cell;
  int factor;
  uint64_t stream; ///< of the cell's own draw
} vt_inventory_touch;

/// An entry of B in a row that factors change.
typedef struct vt_changed_exchange {
  int process;
  double value;
} vt_changed_exchange;

/// What a column of the arrays has in place of the reference's number.
typedef struct vt_array_entry {
  vt_target_kind kind;
  ptrdiff_t place; ///< entry of A or B; category * flows + flow
  double value;
} vt_array_entry;

/// The columns that a factor on array_column chooses from.
typedef struct vt_array_columns {
  int factor; ///< -1: there is none
  ptrdiff_t count, entries, room;
  int64_t *column;       ///< ascending; shape [count]
  ptrdiff_t *first;      ///< into `entry`; shape [count + 1]
  vt_array_entry *entry; ///< shape [entries]
} vt_array_columns;

/// Parameters of Brightway that factors change, and what follows.
typedef struct vt_inventory_following {
  vt_following meaning;
  vt_evaluation *evaluation; ///< NULL: nothing follows
  double *value;             ///< of parameters, without factors; shape [parameters]
  int *origin; ///< of parameters, then amounts: the first factor that reaches it, or -1
  vt_followers followers;
  vt_followed_places places;
} vt_inventory_following;

/// A row of B that factors change: what it adds up, by process.
typedef struct vt_changed_flow {
  int flow;
  ptrdiff_t first, count; ///< in `exchange`
} vt_changed_flow;

/// Axes with labels of their own.
typedef enum vt_inventory_axis {
  VT_INVENTORY_DEMAND,
  VT_INVENTORY_CATEGORY,
  VT_INVENTORY_PROCESS,
  VT_INVENTORY_FLOW,
  VT_INVENTORY_PRODUCT,
  VT_INVENTORY_AXES
} vt_inventory_axis;

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
  // The rest is on all ranks where there is an ensemble.
  const char **label[VT_INVENTORY_AXES]; ///< of the arena
  double *solved;                        ///< what is solved: an amount of 0 as 1; shape [demands]
  vt_inventory_cell *cell;               ///< shape [cells]
  vt_inventory_touch *touch;             ///< by factor, then cell; shape [touches]
  vt_changed_flow *changed;              ///< ascending; shape [changed_flows]
  vt_changed_exchange *exchange;         ///< shape [exchanges]
  vt_variation *variation;               ///< what varies by itself, on all ranks; NULL: nothing
  vt_differences differences;            ///< tables of the design, on all ranks
  vt_moves moves;
  vt_array_columns columns;         ///< on all ranks
  vt_inventory_following following; ///< on all ranks
  int asked, *asked_database;       ///< what the system was made of
} vt_inventory_data;

/// Columns of a contribution table; each is a variable, -1: not stored.
typedef struct vt_top_places {
  int index, amount, share;
} vt_top_places;

/// Where results go.
typedef struct vt_inventory_places {
  int score, residual, inventory, supply; ///< variables, or -1
  int draw_residual;                      ///< of an ensemble, else -1
  vt_input_places input;                  ///< likewise
  vt_top_places top_process, top_flow;
} vt_inventory_places;

// read.c, on rank 0

/// Read the databases, build the system, find demands and methods.
vt_error vt_inventory_gather(vt_inventory_data *data);
vt_equations vt_inventory_equations(const vt_inventory_data *data);
/// Make sure that the system is regular; VT_ERR_INPUT names the culprits.
vt_error vt_inventory_prove(const vt_inventory_data *data);

// targets.c

/// On rank 0: find what the factors of the study change.
vt_error vt_inventory_find_targets(vt_inventory_data *data);
/// Collective. Send what was found to all ranks, which have the counts.
vt_error vt_inventory_share(vt_inventory_data *data);

// columns.c

/// The factor on array_column, or -1.
int vt_inventory_column_factor(const vt_study *study);
/// Find what the columns differ in. The system has the arrays' entries.
vt_error vt_inventory_find_columns(vt_inventory_data *data);
void vt_inventory_free_columns(vt_array_columns *columns);
/// Give the system, made with a column, the numbers that it has without arrays.
vt_error vt_inventory_hide_arrays(vt_inventory_data *data);
bool vt_inventory_is_column(double value);

// follow.c

/// Find the parameters that factors select, and what follows.
vt_error vt_inventory_follow(vt_inventory_data *data);
/// Find where it is in the matrices; after the variation is made.
vt_error vt_inventory_place_followers(vt_inventory_data *data);
/// Once the targets are found.
vt_error vt_inventory_find_origins(vt_inventory_data *data);
void vt_inventory_free_following(vt_inventory_following *following);

// variation.c

/// Whether the numbers of each scenario are made of what the sources say: all ranks read them.
bool vt_inventory_varies(const vt_study *study);
/// The column of the arrays that the system is made with.
ptrdiff_t vt_inventory_made_with(const vt_study *study);

/// On every rank: find what varies by its own distribution or in tables. All have read the sources.
vt_error vt_inventory_vary(vt_inventory_data *data);

/// As vt_kind.tell_exchanges.
vt_error vt_inventory_tell_exchanges(const vt_study *study, void *data, int64_t scenario,
                                     const char *from, const char *to, vt_told_exchanges *told);

// layout.c

/// On rank 0: labels of all axes.
vt_error vt_inventory_label(vt_inventory_data *data);
vt_error vt_inventory_lay_out(const vt_inventory_data *data, vt_layout *layout,
                              vt_inventory_places *place);

// scenario.c

/// What the reference gave; borrowed.
typedef struct vt_inventory_base {
  const vt_inventory_data *data;
  const vt_design *design;
  const vt_layout *layout;
  const vt_inventory_places *place;
  const double *score;     ///< shape [demands][categories]
  const double *residual;  ///< shape [demands]
  const double *inventory; ///< shape [demands][flows]; NULL: no scenario needs it
  const double *supply;    ///< shape [demands][processes]; likewise
  const vt_varied *varied; ///< NULL: supplies of all scenarios are those of the reference
} vt_inventory_base;

/// Whether scenarios need inventories and supplies of the reference.
bool vt_inventory_needs_inventory(const vt_inventory_data *data);
bool vt_inventory_needs_supply(const vt_inventory_data *data);

/// Add the draws of single cells to the design.
vt_error vt_inventory_add_cells(const vt_inventory_data *data, vt_design *design);

typedef struct vt_inventory_worker vt_inventory_worker;
vt_error vt_inventory_worker_create(const vt_inventory_base *base, vt_inventory_worker **worker);
void vt_inventory_worker_free(vt_inventory_worker *worker); ///< accepts NULL
/// Fill the row of scenario k, of the reference for -1.
vt_error vt_inventory_worker_solve(vt_inventory_worker *worker, int64_t k, double *const *row);

#endif
