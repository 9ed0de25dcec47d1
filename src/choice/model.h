// model.h - the inside of technology choice: what was read, and what its files share.
//
// A is products x processes. In A* the rows of the alternatives' products are summed up to one row
// a choice: the merged rows are the products that no choice has, then the choices. What is solved
// is reduced: the levels of all processes follow from those of the alternatives, from what is left
// over in a few rows, and from demand, s = sum of basis columns times their units.
#ifndef VT_CHOICE_MODEL_H
#define VT_CHOICE_MODEL_H

#include "vintner/aims.h"
#include "vintner/assembly.h"
#include "vintner/choice.h"
#include "vintner/store.h"
#include "vintner/system.h"
#include "vintner/variation.h"
#include "vintner/varied.h"

// -------------------------------------------------------------------------------------------------
// Names.

typedef enum vt_choice_axis_id {
  VT_CHOICE_PROCESS,
  VT_CHOICE_PRODUCT,
  VT_CHOICE_FLOW,
  VT_CHOICE_CATEGORY,
  VT_CHOICE_LABEL,  ///< of choices
  VT_CHOICE_MERGED, ///< products, then choices: no maps of its own
  VT_CHOICE_DEPENDENT,
  VT_CHOICE_TERM, ///< of a dependent constraint: a process, min or max
  VT_CHOICE_STEP,
  VT_CHOICE_AXES
} vt_choice_axis_id;

/// Labels of nodes, and what else they may be called.
typedef struct vt_choice_axis {
  const char *what; ///< "process", for messages
  int count;
  const int *node;        ///< shape [count], or NULL: labels alone
  const char **label;     ///< as on the axes of results; shape [count]
  vt_labels *code, *name; ///< of the nodes
  int *by_code, *by_name; ///< whose code or name, or VT_SEVERAL
} vt_choice_axis;

enum { VT_NOBODY = -1, VT_SEVERAL = -2 };

// -------------------------------------------------------------------------------------------------
// Numbers that scenarios may change.

typedef enum vt_choice_tensor {
  VT_CHOICE_DEMAND,   ///< [product]: merged rows
  VT_CHOICE_SUPPLY,   ///< [process]
  VT_CHOICE_CAPACITY, ///< [choice, process]: of each alternative in order
  VT_CHOICE_UPPER,
  VT_CHOICE_LOWER, ///< [process]
  VT_CHOICE_UPPER_ELEM,
  VT_CHOICE_LOWER_ELEM, ///< [flow]
  VT_CHOICE_UPPER_IMP,
  VT_CHOICE_LOWER_IMP,
  VT_CHOICE_UPPER_IMP_AGG, ///< [category]
  VT_CHOICE_DEPENDENTS,    ///< [name, term]
  VT_CHOICE_WEIGHTS,
  VT_CHOICE_GOALS,      ///< [category]
  VT_CHOICE_STORAGE,    ///< [to, from]
  VT_CHOICE_CONFIDENCE, ///< no axes
  VT_CHOICE_LISTS,
  // Matrices, whose numbers are entries of their own.
  VT_CHOICE_TECHNOSPHERE = VT_CHOICE_LISTS,
  VT_CHOICE_BIOSPHERE,
  VT_CHOICE_CHARACTERIZATION,
  VT_CHOICE_TENSORS
} vt_choice_tensor;

enum { VT_TERM_MIN = -1, VT_TERM_MAX = -2 }; ///< second keys of dependent constraints

/// An entry of a tensor that is no matrix.
typedef struct vt_choice_entry {
  int key[2]; ///< places on its axes
  int line;
  bool stored; ///< given by the study; else an override or factor creates it
} vt_choice_entry;

/// The entries of such a tensor: number[at + i * steps + step].
typedef struct vt_choice_list {
  int count;
  ptrdiff_t room;
  vt_choice_entry *entry; ///< shape [count]
  int steps;              ///< 1 where it has no steps
  ptrdiff_t at;
  double **given; ///< numbers of the study while they are read; shape [count][steps]
  ptrdiff_t given_room;
} vt_choice_list;

/// An override or factor on a number.
typedef struct vt_choice_touch {
  vt_choice_tensor tensor;
  ptrdiff_t place; ///< in `number`, or of the matrix
  vt_operation operation;
  int factor; ///< -1: an override
  int input;  ///< of the design, -1: `constant`
  double constant;
  double unit; ///< what one of the stored amount counts in a matrix
  bool each;   ///< a draw of its own
  uint64_t stream;
} vt_choice_touch;

// -------------------------------------------------------------------------------------------------
// What was read.

typedef struct vt_choice_alternative {
  int choice, process;
  int product;       ///< row of A
  int row;           ///< of its own in the square system
  bool free;         ///< may run backwards
  const char *label; ///< "choice/process"
} vt_choice_alternative;

/// A process whose level is given; its product's merged row has a slack.
typedef struct vt_choice_supply {
  int process, merged;
} vt_choice_supply;

/// A square system, and where its numbers come from.
typedef struct vt_choice_square {
  vt_sparse matrix;
  ptrdiff_t *from; ///< entry of A, -1: 1; shape [entries]
} vt_choice_square;

/// A column from which levels of all processes are made: what one unit of it takes.
typedef struct vt_choice_column {
  int unit;               ///< merged row whose surplus or slack it is, -1: none
  vt_final_demand demand; ///< of the square system
} vt_choice_column;

struct vt_choice_chance;

typedef struct vt_choice_data {
  const vt_study *study;
  const vt_team *team;
  vt_background *background;
  vt_arena *arena;
  vt_database_set *set;
  vt_system *system;
  int processes, products, flows, categories, choices, merged, steps;
  vt_choice_axis axis[VT_CHOICE_AXES];
  int *method;    ///< shape [categories]
  double *weight; ///< Q; shape [categories][flows]
  int alternatives;
  vt_choice_alternative *alternative;
  int *first;          ///< alternatives of a choice; shape [choices + 1]
  int *merged_of;      ///< merged row of a product; shape [products]
  int *choice_of;      ///< of a product, or -1; shape [products]
  int *alternative_of; ///< of a process, or -1; shape [processes]
  int supplies;
  vt_choice_supply *supply;
  int *supply_of; ///< of a process, or -1; shape [processes]
  int dependents;
  const char **dependent_label;
  int *stored; ///< merged rows that storage names; shape [stores]
  int stores;
  int *store_of; ///< of a merged row, or -1; shape [merged]
  vt_choice_list list[VT_CHOICE_LISTS];
  ptrdiff_t numbers;
  double *number;           ///< as the study gives them; shape [numbers]
  int *upper_of, *lower_of; ///< entries of limits of processes, or -1; shape [processes]
  ptrdiff_t touches;
  vt_choice_touch *touch; ///< overrides, then factors
  ptrdiff_t touch_room;
  bool touched[VT_CHOICE_TENSORS];
  vt_choice_square own, level; ///< alternatives with rows of their own; with their levels given
  bool by_level;               ///< basis columns of alternatives are their levels
  bool apart;                  ///< each demand is a column of its own
  int columns;
  vt_choice_column *column;        ///< alternatives, units, demands; shape [columns]
  int units;                       ///< slack and surplus of products
  int *unit;                       ///< merged rows; shape [units]
  int demands;                     ///< columns of demand
  int *demand_entry;               ///< entry of demand, -1: those that are the same everywhere
  vt_variation *variation;         ///< NULL: nothing varies by itself
  struct vt_choice_chance *chance; ///< NULL: the study has none
} vt_choice_data;

static inline double vt_choice_number(const vt_choice_data *k, const double *number,
                                      vt_choice_tensor tensor, int entry, int step) {
  const vt_choice_list *l = &k->list[tensor];
  return number[l->at + (ptrdiff_t)entry * l->steps + (l->steps > 1 ? step : 0)];
}

// read.c
vt_error vt_choice_gather(vt_choice_data *data);
void vt_choice_data_free(void *data);

// names.c
vt_error vt_choice_axis_nodes(vt_choice_data *k, vt_choice_axis_id id, const char *what, int count,
                              const int *node);
void vt_choice_axis_free(vt_choice_axis *axis);
/// Place of what a text names, VT_NOBODY or VT_SEVERAL.
int vt_choice_look(const vt_choice_data *k, vt_choice_axis_id id, const char *text);
/// The same; unknown and ambiguous names are VT_ERR_INPUT.
vt_error vt_choice_find(const vt_choice_data *k, vt_choice_axis_id id, const char *text, int line,
                        int *place);
/// Merged row of a product, the process that makes it, or a choice.
vt_error vt_choice_find_merged(const vt_choice_data *k, const char *text, int line,
                               const char *doing, int *merged);
/// Whether a glob matches label or name.
bool vt_choice_glob(const vt_choice_data *k, vt_choice_axis_id id, int place, const char *glob);
/// What a merged row is called.
const char *vt_choice_merged_label(const vt_choice_data *k, int merged);
/// The databases that the study's names lie in. The caller frees *database.
vt_error vt_choice_databases(vt_choice_data *k, int **database, int *count);

// makes.c
/// The row of the only product that a process makes, and how many those are.
vt_error vt_choice_makes(const vt_choice_data *k, int process, int *products, int *row);
/// Whether it makes a certain one, as production or more than it takes.
vt_error vt_choice_makes_product(const vt_choice_data *k, int process, int row, bool *makes);

// entries.c
vt_error vt_choice_list_entries(vt_choice_data *data);

// list.c
/// What an entry has where the study says nothing; NaN: no supply, no demand.
double vt_choice_nothing(vt_choice_tensor tensor);
bool vt_choice_has_steps(vt_choice_tensor tensor);
vt_error vt_choice_add_entry(vt_choice_data *k, vt_choice_tensor tensor, int a, int b, int line,
                             bool stored, double value, int *entry);
int vt_choice_find_entry(const vt_choice_data *k, vt_choice_tensor tensor, int a, int b);
/// Numbers of an entry while they are read, of each step.
double *vt_choice_given(vt_choice_data *k, vt_choice_tensor tensor, int entry);

// targets.c
/// As studies call it.
const char *vt_choice_tensor_name(vt_choice_tensor tensor);
/// Entries that overrides and factors create, before numbers are laid out.
vt_error vt_choice_create_targets(vt_choice_data *data);
/// What overrides and factors change.
vt_error vt_choice_find_targets(vt_choice_data *data);
vt_error vt_choice_add_cells(const vt_choice_data *k, vt_design *design);

// variation.c
/// Find what varies by its own distribution, if the study asks. `all_flows`: the inventory is kept.
vt_error vt_choice_vary(vt_choice_data *data, bool all_flows);
/// As vt_kind.tell_exchanges.
vt_error vt_choice_tell_exchanges(const vt_study *study, void *data, int64_t scenario,
                                  const char *from, const char *to, vt_told_exchanges *told);

// square.c
vt_error vt_choice_make_square(vt_choice_data *data);
vt_error vt_choice_name_culprits(const vt_choice_data *k, const vt_culprits *culprits,
                                 vt_error error);
vt_error vt_choice_list_columns(vt_choice_data *data);
/// Whether alternatives with rows of their own make a regular system, by the levels of basis
/// columns.
/// @param technosphere  values of A
/// @param basis         shape [columns][processes]
vt_error vt_choice_own_regular(const vt_choice_data *k, const double *technosphere,
                               const double *basis, bool *regular);
/// VT_ERR_INPUT with the culprits if it is not.
vt_error vt_choice_prove(const vt_choice_data *data);
/// Collective. The basis columns of the reference, by level where that can be; shape
/// [columns][processes]. Sets by_level.
/// @param alone  not collective: the calling rank does all of it
vt_error vt_choice_solve_basis(vt_choice_data *data, bool alone, double **basis);

#endif
