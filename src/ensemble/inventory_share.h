// inventory_share.h - plain LCA's arithmetic: what solving needs and makes, on one rank or shared.
#ifndef VT_ENSEMBLE_INVENTORY_SHARE_H
#define VT_ENSEMBLE_INVENTORY_SHARE_H

#include "vintner/background.h"
#include "vintner/ensemble.h"

/// Numbers of a contribution table's row: index (-1 = no row), amount, share.
enum { INVENTORY_TOP_NUMBERS = 3 };

/// Rank 0 borrows all arrays from its kind; the other ranks have copies and room for results.
typedef struct inventory_work {
  int processes, flows, demands, categories;
  int contributions; ///< rows of the tables, 0 = none
  bool keep_supply, keep_inventory;
  vt_sparse technosphere, biosphere;
  int *reference;          ///< shape [processes]
  int *product;            ///< row of A; shape [demands]
  double *amount;          ///< shape [demands]
  vt_final_demand *demand; ///< of product and amount; shape [demands]
  double *weight;          ///< shape [categories][flows]
  double *score;           ///< shape [demands][categories]
  double *residual;
  double *supply, *inventory; ///< NULL unless they are kept
  /// Tables of processes, then of flows; NULL without contributions. Shape
  /// [demands][categories][2][contributions][INVENTORY_TOP_NUMBERS].
  double *table;
} inventory_work;

ptrdiff_t inventory_table_width(const inventory_work *work);

/// Right-hand sides, one for each demand or, for scores alone of many demands, each category.
ptrdiff_t inventory_solves(const inventory_work *work);
/// Whether several ranks are faster than one: from counts alone.
bool inventory_is_shared(const inventory_work *work);

/// What the solve tells of itself.
typedef struct inventory_account {
  vt_culprits culprits;
  vt_solve_figures figures;
} inventory_account;

/// On rank 0. Solve `work`, with the other ranks of `crew` if that pays: this is so from counts of
/// the study alone. The others must be in vt_inventory_help, and leave it with this call.
///
/// @param crew  NULL, or the ranks that wait
/// @param background  made with the crew's communicator
vt_error inventory_solve(vt_background *background, const vt_team *crew, inventory_work *work,
                         inventory_account *account);

/// On rank 0. Let the ranks that wait in vt_inventory_help go: there is nothing to solve.
void inventory_dismiss(const vt_team *crew);

#endif
