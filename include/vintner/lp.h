// lp.h - linear programmes, and GLPK sessions: one programme solved for many sets of numbers.
#ifndef VT_LP_H
#define VT_LP_H

#include "vintner/base.h"

// ---------------------------------------------------------------------------------------------
// A linear programme, structure only: minimise cost.x subject to row_lower <= A x <= row_upper,
// column_lower <= x <= column_upper. Its numbers live apart (vt_numbers), since an ensemble has
// one structure and a set of numbers for each scenario.

typedef struct vt_program {
  int rows, columns;
  ptrdiff_t entries;
  ptrdiff_t *column_start; ///< shape [columns + 1]
  int *row;                ///< shape [entries], ascending within a column
  char **row_name;         ///< shape [rows], for people; may be NULL
  char **column_name;      ///< shape [columns]; may be NULL
} vt_program;

/// Numbers of one instance of a vt_program, in real units. Arrays are borrowed.
typedef struct vt_numbers {
  const double *value;                       ///< shape [entries]
  const double *cost;                        ///< shape [columns]
  const double *row_lower, *row_upper;       ///< shape [rows], infinite = none
  const double *column_lower, *column_upper; ///< shape [columns]
} vt_numbers;

/// A bound that one member of a programme's conditions (a demand, a limit) puts on one side of a
/// row or column: what an explanation may do without.
typedef struct vt_claim {
  int member;   ///< 0 to members - 1; a member has one claim or several
  int variable; ///< row i, or rows + column j; each side of a row is claimed at most once
  bool upper;   ///< which side
  double bound; ///< infinite towards the other side: nothing can meet it
} vt_claim;

// ---------------------------------------------------------------------------------------------
// Solves.

/// Settings of a solve. Zero means the default.
typedef struct vt_lp_options {
  int64_t iteration_limit; ///< simplex iterations of one scenario, all rungs and phases together
  double time_limit_s;     ///< backstop only: not reproducible
  bool tie_break;          ///< choose among equal optima by the stated rule
} vt_lp_options;

/// Start basis: GLPK status of every row, then every column.
typedef struct vt_basis {
  int rows, columns;
  unsigned char *status; ///< shape [rows + columns]
} vt_basis;

/// What all threads share: structure, power-of-two scales, weights of the tie-break. Read-only
/// once made.
typedef struct vt_lp_model vt_lp_model;

/// Prepare a programme for many solves.
///
/// Not collective. Scales come from the reference numbers and stay, so that a scenario's answer
/// does not depend on which other scenarios are solved.
///
/// @param program       borrowed, must outlive the model
/// @param reference     numbers the scales are chosen from
/// @param entry_varies  shape [entries]: whether a scenario may change this entry; NULL: all may
/// @param tie_weight    shape [columns], >= 0: first weight of the tie-break (installed units)
/// @param seed          key of the generic second weight
vt_error vt_lp_model_create(const vt_program *program, const vt_numbers *reference,
                            const bool *entry_varies, const double *tie_weight, uint64_t seed,
                            const vt_lp_options *options, vt_lp_model **model);
void vt_lp_model_free(vt_lp_model *model); ///< accepts NULL

/// GLPK problems and work space of one thread: make, use and close it on that thread. A thread may
/// have several; a fatal error of GLPK costs them their problems, which are then built again.
typedef struct vt_lp_session vt_lp_session;
vt_error vt_lp_session_create(const vt_lp_model *model, vt_lp_session **session);
void vt_lp_session_free(vt_lp_session *session); ///< accepts NULL; the thread's last one also
                                                 ///< frees GLPK's thread state

/// Rungs of the ladder, in the order they are tried.
typedef enum vt_rung {
  VT_RUNG_GIVEN,    ///< the given basis
  VT_RUNG_ADVANCED, ///< glp_adv_basis
  VT_RUNG_CPX,      ///< glp_cpx_basis
  VT_RUNG_PRESOLVE,
  VT_RUNG_EXACT, ///< glp_exact
  VT_RUNG_NONE,  ///< no solve: bounds that cross
} vt_rung;

/// Answer of one solve, in real units; arrays belong to the session until its next solve.
typedef struct vt_lp_solution {
  vt_outcome outcome;
  const double *x;            ///< shape [columns], optimal or inaccurate only
  const double *row_dual;     ///< shape [rows]: d objective / d row bound (>= 0 at a lower bound)
  const double *reduced_cost; ///< shape [columns]
  double objective;           ///< cost . x
  double dual_bound;          ///< of the objective, from row_dual and the bounds
  double gap;                 ///< |objective - dual_bound| / max(|objective|, sum |c_j x_j|)
  double violation;           ///< largest relative violation of a row or bound
  bool unique;                ///< proven: no other x has this objective (without tie_break: only
                              ///< if the reduced costs prove it)
  int64_t iterations;
  vt_rung rung;
  const char *reason; ///< why there is no optimum, for people; never NULL
} vt_lp_solution;

/// Solve one set of numbers. Never fails because of the numbers: that is an outcome.
///
/// @param numbers  real units; lower > upper anywhere is infeasible, a NaN failed
/// @param start    basis to start from, or NULL for the cold ladder
vt_error vt_lp_solve(vt_lp_session *session, const vt_numbers *numbers, const vt_basis *start,
                     vt_lp_solution *solution);

/// The same where any optimal point will do: no tie-break, and `unique` only where the multipliers
/// alone prove it.
vt_error vt_lp_solve_any(vt_lp_session *session, const vt_numbers *numbers, const vt_basis *start,
                         vt_lp_solution *solution);

/// Narrow bounds to the optimal face of the latest solve, which has to be optimal: what its
/// multipliers hold at a bound is fixed there. Every point within the new bounds is optimal.
///
/// @param row_lower  the bounds of that solve, changed in place, as the others
vt_error vt_lp_narrow(const vt_lp_session *session, double *row_lower, double *row_upper,
                      double *column_lower, double *column_upper);

/// The basis of the latest optimal solve (after the tie-break). The caller frees basis->status.
vt_error vt_lp_basis(const vt_lp_session *session, vt_basis *basis);

// ---------------------------------------------------------------------------------------------
// Explanations of what has no optimum.

/// One member of a minimal conflict, and how far it would have to give way.
typedef struct vt_conflict_member {
  int member;
  bool suffices; ///< changed (or, where `change` is NaN, dropped) alone it ends all conflicts
  double change; ///< least change of its bound that makes the programme feasible; NaN: none does
  double change_within; ///< least change that ends this conflict, whatever else there is; or NaN
} vt_conflict_member;

/// A set of members that cannot be met together, while without any one of them the rest can.
typedef struct vt_conflict {
  bool infeasible;            ///< false: there is no conflict to explain
  int members;                ///< 0: what nobody claims contradicts itself
  vt_conflict_member *member; ///< shape [members], ascending; owned
  /// shape [rows]: weights with which the rows add up to the contradiction, 0 where a row takes no
  /// part (all of them where no such weights are known); owned
  double *multiplier;
} vt_conflict;

/// Find a minimal conflict: elastic filter for size, then a deletion filter over the members.
///
/// Not collective.
///
/// @param structure  numbers without the claimed bounds; its costs are not looked at
/// @param rigid      shape [members]: the member is no bound that could give way, only be dropped
/// @param conflict   the caller frees it with vt_conflict_free
vt_error vt_lp_find_conflict(const vt_program *program, const vt_numbers *structure,
                             const vt_claim *claim, ptrdiff_t claims, const bool *rigid,
                             int members, vt_conflict *conflict);
void vt_conflict_free(vt_conflict *conflict);

/// A direction along which all rows and bounds hold for ever while the objective falls: an extreme
/// one, scaled so that its parts sum to 1.
///
/// @param direction  shape [columns], overwritten; all 0 if there is none
vt_error vt_lp_find_ray(const vt_program *program, const vt_numbers *numbers, double *direction,
                        bool *found);

/// Write the numbers as a CPLEX LP file with the programme's names, in real units.
vt_error vt_lp_write(const vt_program *program, const vt_numbers *numbers, const char *title,
                     const char *path);

#endif
