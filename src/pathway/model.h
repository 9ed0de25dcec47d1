// model.h - the inside of a vt_pathway, shared by the files of this room.
//
// How the parts follow from each other:
//   inputs + overrides ─► leaf cells (graph.h), with the factors that touch each (factors.c)
//     ─► lines: flow x of process p, its points in process time, its values by vintage (lines.c)
//     ─► classes of interchangeable vintages (classes.c) ─► activities with rates
//     ─► impacts per unit of an intermediate flow (impacts.c)
//     ─► rows, columns and entries of the programme (program.c), with their bounds (limits.c)
//   state.c computes a scenario's numbers, evaluate.c a plan from a solution.
#ifndef VT_PATHWAY_MODEL_H
#define VT_PATHWAY_MODEL_H

#include "graph.h"
#include "selection.h"
#include "variants.h"
#include "vintner/pathway.h"

/// Which factors touch a number, in order: a list that grows at its end, so a tree.
typedef struct vt_touch {
  int parent; ///< the touches before this one, or -1
  int factor;
  int alpha, beta; ///< cells so that a touched number is alpha * base + beta; -1 not made yet
  int length;
} vt_touch;

/// One value of a line: what happens tau years after installation.
typedef struct vt_line_point {
  int tau;
  int cell;                          ///< of the base tensor, CELL_ZERO if only vintages have it
  ptrdiff_t first_vintage, vintages; ///< explicit entries (ascending years) of the vintage tensor
} vt_line_point;

/// Flow x of process p in one of the four foreground tensors.
typedef struct vt_line {
  vt_tensor_id tensor;
  int process, flow;
  bool operation; ///< scales with operation inside the window (production always does)
  ptrdiff_t first_point, points;             ///< ascending tau
  ptrdiff_t first_improvement, improvements; ///< entries of vintage_improvements
  bool explicit_vintages;
  int *window_sum; ///< annual: sum over the window by vintage; shape [vintages of p] or [1]
} vt_line;

/// A vintage of a process: an installation year, of the horizon or before it.
typedef struct vt_process_vintage {
  int year;
  int time;           ///< index into system_time, or -1
  ptrdiff_t capacity; ///< entry of existing_capacity, or -1
} vt_process_vintage;

/// One flow of one activity: `line` at year `time`, `cell` per unit.
typedef struct vt_rate {
  int line, time, cell;
} vt_rate;

/// Vintages of one process that run alike in one year: one operation column.
typedef struct vt_class {
  int process, time;
  int column;           ///< of the programme
  int least_production; ///< cell of f in specs/pathway.md §4.2 (CELL_ONE for unit lifetime)
  bool capped;          ///< has a capacity row
  int capacity;         ///< cell: sum of existing capacity in the class
  ptrdiff_t first_member, members; ///< indices into the process's vintages
  ptrdiff_t first_rate, rates;
} vt_class;

/// What one installed unit of a vintage of the horizon does by itself.
typedef struct vt_build {
  ptrdiff_t first_rate, rates;
} vt_build;

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

/// How the installation of a process follows from that of its root: s[p] = ratio * s[root].
typedef struct vt_coupled {
  int root;
  int ratio; ///< cell
} vt_coupled;

typedef struct vt_touched_cell {
  int cell;
  int fallback; ///< cell whose value is the base, -1: `base` is
  int touch;
  double base;
  const double *weight; ///< of a mapping entry: in each variant; NULL where there is no choice
} vt_touched_cell;

/// What a `choose` factor picks from.
typedef struct vt_variant_list {
  int count;
  int *variant; ///< by the factor's value: place on inputs->pathway; shape [count]
} vt_variant_list;

struct vt_pathway {
  const vt_study *study;
  vt_inputs *inputs;
  bool reduced;   ///< vintages that run alike share a column
  bool uncoupled; ///< all couplings are rows
  vt_arena *arena;
  vt_graph graph;
  int processes, products, intermediates, elementaries, categories, times;

  vt_tensor reference[VT_TENSOR_COUNT]; ///< with the overrides, before factors create entries

  // Factors.
  vt_touch *touch; ///< shape [touches]
  ptrdiff_t touches, touch_capacity;
  int *touched[VT_TENSOR_COUNT];  ///< shape [entries of the tensor]: touch or -1; NULL: all -1
  bool *created[VT_TENSOR_COUNT]; ///< shape [entries]: made by a factor; NULL: none is
  int *cell[VT_TENSOR_COUNT];     ///< shape [entries]; NULL for the background, which has no cells
  vt_touched_cell *dynamic_leaf;
  ptrdiff_t dynamic_leaves, dynamic_leaf_capacity;
  double *neutral; ///< shape [factors]
  // Variants of the background (variants.c).
  int variants;                 ///< 0: there is one background
  int reference_variant;        ///< what the reference scenario has
  double *variant_weight;       ///< shape [entries of the mapping, variants]
  vt_variant_list *variants_of; ///< shape [factors]; count 0 for others than `choose`

  // Foreground.
  vt_line_point *point;
  ptrdiff_t points, point_capacity;
  vt_line *line;
  ptrdiff_t lines, line_capacity;
  ptrdiff_t *first_line; ///< shape [processes + 1]: lines of a process are together
  vt_process_vintage *vintage;
  ptrdiff_t vintages, vintage_capacity;
  ptrdiff_t *first_vintage; ///< shape [processes + 1]
  vt_rate *rate;
  ptrdiff_t rates, rate_capacity;
  vt_class *class_;
  ptrdiff_t classes, class_capacity;
  ptrdiff_t *first_class; ///< shape [processes * times + 1]
  int *member;
  ptrdiff_t members, member_capacity;
  vt_build *build;      ///< shape [processes * times]
  vt_coupled *coupled;  ///< shape [processes]
  int *first_coupled;   ///< shape [processes + 1]: by root, into coupled_process
  int *coupled_process; ///< shape [processes]
  // Cells of limits and demand, defaults included.
  int *demand;                                      ///< shape [products, times]
  int *deployment_min, *deployment_max;             ///< shape [processes, times]
  int *operation_min, *operation_max;               ///< shape [processes, times]
  int *total_deployment_min, *total_deployment_max; ///< shape [processes]
  int *impact_limit;                                ///< shape [categories, times]
  int *total_impact_limit;                          ///< shape [categories]
  int *installed_column; ///< shape [processes * times]: column of the root, -1 if dropped
  int64_t textbook_rows, textbook_columns;

  // Impacts.
  int *impact;       ///< shape [categories, intermediates, times]: cell of W[c,i,t]
  int *emitted;      ///< shape [limited elementary flows, intermediates, times]: cell of H[e,i,t]
  int *limited_flow; ///< shape [limited_flows]: elementary flow of each slot
  int limited_flows;
  int *factor_q; ///< shape [categories, elementaries, times]: cell of Q, CELL_ZERO if missing

  // Programme.
  vt_row_info *row; ///< shape [rows]
  ptrdiff_t row_capacity;
  vt_program program;
  int *entry_cell;    ///< shape [entries]
  int *cost_cell;     ///< shape [columns]
  bool *entry_varies; ///< shape [entries]
  double *tie_weight; ///< shape [columns]
  // What a scenario can change, each an index.
  ptrdiff_t *varying_entry;
  int *varying_cost, *varying_row, *varying_column;
  ptrdiff_t varying_entries, varying_costs, varying_rows, varying_columns;
  int *column_process, *column_time; ///< shape [columns]
  int *column_class;                 ///< shape [columns]: class of an operation column, or -1
  double *objective;                 ///< shape [categories]: weights

  // Made by vt_pathway_prepare_outputs (prepare.c).
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
  // Goals of later stages (goals.c).
  int goals;
  double *goal_weight; ///< shape [goals, categories]
  int *goal_row;       ///< shape [goals]: row of the programme, -1: all its entries are zero
  int alternatives;
  vt_alternative *alternative; ///< shape [alternatives]
};

/// Cell of the entry with this key, or the cell given for a missing one.
int vt_factors_cell(const vt_pathway *m, vt_tensor_id tensor, const int32_t *key, int missing);

// factors.c
vt_error vt_factors_prepare(vt_pathway *m);
/// Cells alpha and beta of a touch: a number it touches is alpha * base + beta.
vt_error vt_factors_affine(vt_pathway *m, int touch, int *alpha, int *beta);
/// Whether numbers with this touch are not affine in what they were: use their cells.
bool vt_factors_choose(const vt_pathway *m, int touch);
/// Set all leaves of value[cells] that factors touch.
void vt_factors_set_leaves(const vt_pathway *m, const double *factor, double *value);

// variants.c
/// Give the mapping the entries of all variants.
vt_error vt_variants_prepare(vt_pathway *m);
/// Weight of an entry of the mapping in each variant.
const double *vt_variants_weights(const vt_pathway *m, ptrdiff_t entry);
/// Fix the variant of the reference.
void vt_variants_override(vt_pathway *m, const vt_factor *override);
/// Note the variants of a factor and its neutral value; `chosen` keeps the entries that it can
/// change.
vt_error vt_variants_factor(vt_pathway *m, int factor, vt_selection *chosen);
/// What a factor with this value makes of a mapping weight.
double vt_variants_apply(const vt_pathway *m, int factor, double index, const double *weight,
                         double value);

// lines.c
vt_error vt_lines_build(vt_pathway *m);
/// Value of a point for a vintage year (specs/pathway.md §5).
vt_error vt_lines_value(vt_pathway *m, const vt_line *l, const vt_line_point *p, int year,
                        int *cell);

// classes.c
vt_error vt_classes_build(vt_pathway *m);

// impacts.c
vt_error vt_impacts_build(vt_pathway *m);

// goals.c
/// Look categories and processes of the study's stages up.
vt_error vt_goals_find(vt_pathway *m);
/// Find the goals' rows in the finished programme.
vt_error vt_goals_place(vt_pathway *m);

// limits.c
/// Cells of the limits by process and year, defaults included.
vt_error vt_limits_find(vt_pathway *m);
/// Bounds of a column, from the cells in value: deployment limits of all processes coupled to the
/// installation, or the operation limits of a year with one class.
typedef struct vt_bounds {
  double lower, upper;
} vt_bounds;
vt_bounds vt_limits_of_column(const vt_pathway *m, int column, const double *value);
/// Bounds of a row, likewise.
vt_bounds vt_limits_of_row(const vt_pathway *m, int row, const double *value);

// program.c
vt_error vt_program_build(vt_pathway *m);

/// Index of (p, t) in arrays of shape [processes, times].
static inline ptrdiff_t at_time(const vt_pathway *m, int process, int time) {
  return (ptrdiff_t)process * m->times + time;
}
static inline ptrdiff_t at_impact(const vt_pathway *m, int category, int flow, int time) {
  return ((ptrdiff_t)category * m->intermediates + flow) * m->times + time;
}
static inline ptrdiff_t at_factor_q(const vt_pathway *m, int category, int flow, int time) {
  return ((ptrdiff_t)category * m->elementaries + flow) * m->times + time;
}

#endif
