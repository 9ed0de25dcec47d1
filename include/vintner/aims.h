// aims.h - scenarios that take several solves: levels of an objective, points of a Pareto front,
// near-optimal alternatives, ranges over all optima. Any kind with a programme may have them.
#ifndef VT_AIMS_H
#define VT_AIMS_H

#include "vintner/layout.h"
#include "vintner/lp.h"
#include "vintner/study.h"
#include "vintner/team.h"

/// One scenario of near-optimal alternatives.
typedef struct vt_alternative {
  int object; ///< whose total is minimised or maximised, such as a process
  int sense;  ///< -1: as little of it as possible, 1: as much
} vt_alternative;

/// What a kind tells of its programme. Borrowed.
typedef struct vt_aimed {
  const vt_program *program;
  /// Row that adds a goal up, free in the numbers of a scenario, -1 if the goal is 0 whatever is
  /// done: the levels of a lexicographic objective, or the two categories of a front, or the
  /// objective of alternatives.
  const int *goal_row;
  const int *goal_category; ///< cells of `impact`; of a front only
  const char *impact;       ///< name of the variable of impacts by category
  int alternatives;
  const vt_alternative *alternative; ///< shape [alternatives]
  int objects;
  const char *const *object;    ///< labels; shape [objects]
  const char *alternative_name; ///< what the results call the object of an alternative
  const char *sense_meaning;    ///< long name of the sense of an alternative
  /// The total of an object as a cost of the columns, for the numbers that `state` holds; whether
  /// more of it than any column has can be had without any effect.
  bool (*total)(const void *state, int object, double *cost);
  /// Whether the totals of two objects are in fixed proportion.
  bool (*tied)(const void *context, int object, int other);
  const void *context;
} vt_aimed;

/// The stages of a study's scenarios. Read-only after vt_staging_prepare, shared by all threads.
typedef struct vt_staging vt_staging;

/// Not collective. `*staging` is NULL where every scenario is one solve.
/// @param ranges  whether the ranges of all objects over the optima are wanted
vt_error vt_staging_create(const vt_aims *aims, const vt_aimed *aimed, bool ranges,
                           vt_staging **staging);
void vt_staging_free(vt_staging *staging); ///< accepts NULL

/// Give a staging its programme and the rows of its goals, where they are not known when it is
/// made: before anything is solved. Borrowed.
void vt_staging_set_program(vt_staging *staging, const vt_program *program, const int *goal_row);
/// The same stages on another programme of the same meaning: solving only, the first one borrowed.
vt_error vt_staging_copy(const vt_staging *staging, const vt_program *program, const int *goal_row,
                         vt_staging **copy);

/// Variables and texts that tell the scenarios of a front or of alternatives apart.
vt_error vt_staging_lay_out(vt_staging *staging, vt_layout *layout);
/// Fill them in.
void vt_staging_fill(const vt_staging *staging, int64_t scenario, double *const *row);

/// Collective. Find the ends of a Pareto front, its first two scenarios, where there is one.
/// @param solve  scenario k into a row, without vt_staging_fill; called on rank 0
vt_error vt_staging_prepare(vt_staging *staging, const vt_team *team, const vt_layout *layout,
                            vt_error (*solve)(void *worker, int64_t k, double *const *row),
                            void *worker);

/// The outcome that all scenarios have because an end of their front has it; VT_OPTIMAL: none.
vt_outcome vt_staging_outcome(const vt_staging *staging);

// ---------------------------------------------------------------------------------------------
// One thread.

typedef struct vt_stages vt_stages;
vt_error vt_stages_create(const vt_staging *staging, vt_stages **stages);
void vt_stages_free(vt_stages *stages); ///< accepts NULL

/// One scenario: -1 is the reference.
typedef struct vt_staged {
  int64_t scenario;
  const void *state; ///< with the numbers of the scenario applied
  vt_lp_session *session;
  const vt_numbers *numbers;
  const vt_basis *start; ///< may be NULL
} vt_staged;

/// Solve all stages, then the ranges if they are wanted.
///
/// @param solution  of the last stage; row_dual, reduced_cost and dual_bound of the first; gap the
///                  worst; arrays belong to `stages` until its next solve
vt_error vt_stages_solve(vt_stages *stages, const vt_staged *scenario, vt_lp_solution *solution);

/// The basis that the first stage of the latest scenario ended with, as vt_lp_basis.
vt_error vt_stages_basis(const vt_stages *stages, vt_basis *basis);

/// Least and greatest total of each object over the optima of the latest scenario; shape [objects],
/// NULL if they are not wanted.
const double *vt_stages_least(const vt_stages *stages);
const double *vt_stages_greatest(const vt_stages *stages);

#endif
