// program.h - the reduced programme: its structure, and the numbers of a scenario in it.
#ifndef VT_CHOICE_PROGRAM_H
#define VT_CHOICE_PROGRAM_H

#include "model.h"

/// Rows of a step, then rows of all steps.
typedef enum vt_choice_row_kind {
  VT_ROW_CHOICE,    ///< of a choice
  VT_ROW_LEVEL,     ///< of an alternative: what its level is made of
  VT_ROW_SUPPLY,    ///< of a supply
  VT_ROW_SIZE_UP,   ///< of a size: not below the level
  VT_ROW_SIZE_DOWN, ///< nor below minus the level
  VT_ROW_PROCESS,   ///< of a limited process
  VT_ROW_FLOW,      ///< of a limited flow
  VT_ROW_IMPACT,    ///< of a limited category
  VT_ROW_DEPENDENT, ///< of a dependent constraint
  VT_ROW_STORE,     ///< of a stored product
  VT_ROW_AGGREGATE, ///< of a category, over the steps
  VT_ROW_GOAL,      ///< of a goal
  VT_ROW_AIM,       ///< what an objective adds up, of those of `aim`
  VT_ROW_TANGENT,   ///< of the deviation: not below it
  VT_ROW_ENTERED    ///< of a limit of a process that was violated
} vt_choice_row_kind;

typedef struct vt_choice_row {
  vt_choice_row_kind kind;
  int index, step;
} vt_choice_row;

typedef enum vt_choice_column_kind {
  VT_COLUMN_BASIS,    ///< units of a basis column: of an alternative its level, if by level
  VT_COLUMN_LEVEL,    ///< of an alternative, where basis columns are no levels
  VT_COLUMN_SIZE,     ///< of an alternative that may be negative
  VT_COLUMN_SURPLUS,  ///< of a stored row
  VT_COLUMN_GOAL,     ///< by how much one is missed
  VT_COLUMN_DEVIATION ///< of the objective, by chance
} vt_choice_column_kind;

typedef struct vt_choice_column_of {
  vt_choice_column_kind kind;
  int index, step;
} vt_choice_column_of;

/// Where the number of an entry of the programme comes from.
typedef enum vt_choice_source {
  VT_FROM_CONSTANT,  ///< value
  VT_FROM_MERGED,    ///< row of choice a, by basis column b
  VT_FROM_PROCESS,   ///< level of process a
  VT_FROM_MINUS,     ///< minus that
  VT_FROM_FLOW,      ///< limited flow a
  VT_FROM_IMPACT,    ///< category a
  VT_FROM_DEPENDENT, ///< dependent constraint a
  VT_FROM_STORAGE,   ///< factor of storage a
  VT_FROM_GOAL,      ///< category of goal a, by its number
  VT_FROM_AIM,       ///< aim a: what it weighs
  VT_FROM_TANGENT,   ///< minus tangent a
  VT_FROM_ENTERED    ///< entered row a: level of whatever process it is of
} vt_choice_source;

typedef struct vt_choice_cell {
  vt_choice_source from;
  int a, b;
  double value;
} vt_choice_cell;

/// A limit of a process that is in the programme because it was violated.
typedef struct vt_choice_entered {
  int process, step; ///< process -1: nobody
} vt_choice_entered;

enum { VT_MOST_CUTS = 256 };    ///< tangents at a time
enum { VT_AIM_OBJECTIVE = -1 }; ///< of `aim`: the objective itself

/// An entry of B.
typedef struct vt_choice_exchange {
  int process;
  ptrdiff_t entry;
} vt_choice_exchange;

typedef struct vt_choice_program {
  const vt_choice_data *data;
  vt_arena *arena;
  vt_program lp;
  vt_choice_row *row;          ///< shape [rows]
  vt_choice_column_of *column; ///< shape [columns]
  vt_choice_cell *cell;        ///< shape [entries]
  double *tie_weight;          ///< shape [columns]
  bool *varies;                ///< shape [entries]
  int step_columns;            ///< columns of a step
  int limited;                 ///< processes with rows of their own
  int *process;                ///< shape [limited]
  int flows;                   ///< limited ones
  int *flow;                   ///< shape [flows]
  ptrdiff_t *flow_start;       ///< exchanges of a limited flow; shape [flows + 1]
  vt_choice_exchange *exchange;
  int impacts; ///< categories with limits
  int *impact; ///< shape [impacts]
  int aggregates;
  int *aggregate; ///< categories; shape [aggregates]
  int sizes;
  int *size; ///< alternatives; shape [sizes]
  int aims;
  int *aim;                  ///< category or VT_AIM_OBJECTIVE; shape [aims]
  int *aim_row;              ///< shape [aims]
  int slots;                 ///< rows for limits that are violated
  int slot_row;              ///< the first of them
  const int *object_process; ///< whose levels may be made extreme; borrowed
  bool lazy;                 ///< limits of processes that are no alternatives enter when violated
} vt_choice_program;

/// @param slots  rows for limits that enter
vt_error vt_choice_program_create(const vt_choice_data *data, int slots,
                                  vt_choice_program **program);
void vt_choice_program_free(vt_choice_program *program); ///< accepts NULL

/// Place of a column of a step in the programme.
int vt_choice_column_at(const vt_choice_program *p, vt_choice_column_kind kind, int index,
                        int step);
/// That of the level of an alternative.
int vt_choice_level_at(const vt_choice_program *p, int alternative, int step);

// -------------------------------------------------------------------------------------------------
// state.c: the numbers of a scenario.

struct vt_choice_chances;

typedef struct vt_choice_state {
  vt_arena *arena;
  const vt_choice_data *data;
  const vt_choice_program *program;
  const double *reference;                   ///< basis columns of the reference
  double *number;                            ///< shape [numbers]
  double *technosphere, *biosphere, *weight; ///< A, B, Q of the scenario
  vt_sample *sample;                         ///< NULL: nothing varies by itself; else it owns these
  const double *basis;                       ///< shape [columns][processes]
  double *own_basis;   ///< memory of the scenario's own; NULL: A is the reference's
  double *level_value; ///< of the square system that is solved
  vt_varied_worker *varied;
  double *burden;    ///< impact of a unit of each process; shape [categories][processes]
  bool burdened;     ///< burden and what follows from it are those of the reference
  double *impact;    ///< shape [categories][columns]
  double *flow;      ///< shape [limited flows][columns]
  double *merged;    ///< shape [choices][columns]
  double *dependent; ///< shape [dependents][columns]
  struct vt_choice_chances *chances; ///< NULL: the study has no chance
  vt_choice_entered *entered;        ///< shape [slots]
  int entered_count;
  // Of the programme.
  double *value, *cost, *row_lower, *row_upper, *column_lower, *column_upper;
} vt_choice_state;

/// @param varied  NULL: A is that of the reference in all scenarios
/// @param like    what rows make of the reference's columns, which was worked out before; or NULL
vt_error vt_choice_state_create(const vt_choice_data *data, const vt_choice_program *program,
                                const double *reference, const vt_varied *varied,
                                const vt_choice_state *like, vt_choice_state **state);
void vt_choice_state_free(vt_choice_state *state); ///< accepts NULL

/// Numbers of a scenario. `values`: what the design gives.
/// @param solved  false: A is singular
vt_error vt_choice_apply(vt_choice_state *state, const double *values, int64_t scenario,
                         bool *solved);
/// Fill the programme with them.
void vt_choice_fill(vt_choice_state *state, vt_numbers *numbers);

/// Bounds of the level of a process at a step, by all its limits.
void vt_choice_level_bounds(const vt_choice_state *state, int process, int step, double *lower,
                            double *upper);

static inline double vt_choice_value(const vt_choice_state *s, vt_choice_tensor tensor, int entry,
                                     int step) {
  return vt_choice_number(s->data, s->number, tensor, entry, step);
}

// -------------------------------------------------------------------------------------------------
// evaluate.c: what a point of the programme means, from A, B and Q of all processes.

typedef struct vt_choice_answer {
  vt_arena *arena;
  double *level;         ///< s; shape [steps][processes]
  double *net;           ///< A* s; shape [steps][merged]
  double *terms;         ///< the largest term of each row; shape [steps][merged]
  double *slack;         ///< shape [supplies][steps]
  double *surplus;       ///< shape [stores][steps]
  double *total;         ///< impacts over the steps; shape [categories]
  double *step_impact;   ///< shape [categories][steps]
  double *step_size;     ///< the largest term of each; likewise
  double *transgression; ///< of goals; shape [goals]
  double objective, objective_terms, violation;
  double mean, deviation; ///< with chance
  double *demand;         ///< of a step; shape [merged]
  bool *open;             ///< rows of a step with slack or surplus; shape [merged]
} vt_choice_answer;

vt_error vt_choice_answer_create(const vt_choice_data *data, vt_choice_answer **answer);
void vt_choice_answer_free(vt_choice_answer *answer); ///< accepts NULL
/// How levels change along a direction.
void vt_choice_directions(const vt_choice_state *state, const double *x, double *level);
/// Levels of all processes at a point.
void vt_choice_levels(const vt_choice_state *state, const double *x, double *level);
void vt_choice_evaluate(const vt_choice_state *state, const double *x, vt_choice_answer *answer);

#endif
