// tables.h - labels and look-up tables of the outputs that few studies ask for: made by
// vt_pathway_prepare_outputs, zero before.
#ifndef VT_PATHWAY_TABLES_H
#define VT_PATHWAY_TABLES_H

#include <stddef.h>

typedef struct vt_output_tables {
  int vintage_years;
  int *vintage_year;  ///< shape [vintage_years], ascending
  int *vintage_place; ///< shape [vintages]: index into vintage_year
  ptrdiff_t pairs;
  ptrdiff_t *pair;   ///< shape [pairs + 1]: first background entry of each (snapshot, flow)
  int *mapping_cell; ///< shape [snapshots, times]
  int *balance_row;  ///< shape [products, times]: -1 where no flow touches the product
  int limits;
  const char **limit_label; ///< shape [limits]
  int *limit_of_cell;       ///< shape [cells]: limit that a cell is, or -1
} vt_output_tables;

#endif
