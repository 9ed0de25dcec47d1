// parameters.h - Brightway's parameters: what the names in formulas mean, and what follows from
// those that a study changes (specs/brightway.md §5, specs/uncertainty-study.md §8).
#ifndef VT_PARAMETERS_H
#define VT_PARAMETERS_H

#include "vintner/formula.h"
#include "vintner/inputs.h"
#include "vintner/sources.h"
#include "vintner/study.h"

/// Whether a factor changes Brightway's parameters.
bool vt_parameter_is_meant(const vt_factor *factor);

/// Whether some factor of a study does.
bool vt_parameters_are_meant(const vt_study *study);

/// Whether a factor that is meant for parameters selects this one.
bool vt_parameter_selected(const vt_factor *factor, const char *scope, const char *name);

/// An exchange whose amount follows.
typedef struct vt_follower {
  ptrdiff_t exchange; ///< of the set
  int amount;         ///< of vt_following
} vt_follower;

enum { VT_ALL_DATABASES = -1 };

/// What follows from the parameters that factors of a study select, and what it needs: parameters,
/// and amounts of exchanges of `database`, which is loaded, or of VT_ALL_DATABASES that are.
/// `following` has no terms yet.
///
/// Not collective. Texts and arrays are the arena's.
/// @param[out] follower  ascending by exchange; the caller frees it with free()
/// @return VT_ERR_INPUT for a target without parameter, a formula that is needed and cannot be
/// read,
///         an unknown name, a cycle, an exchange of another database that would follow
vt_error vt_parameters_follow(const vt_study *study, vt_database_set *set, int database,
                              vt_arena *arena, vt_following *following, int *followers,
                              vt_follower **follower);

// ---------------------------------------------------------------------------------------------
// Evaluation.

/// What follows, compiled: belongs to its arena, and is read only once it is made.
typedef struct vt_evaluation {
  const vt_following *following;
  vt_formula **parameter; ///< shape [parameters], NULL where there is no formula
  vt_formula **amount;    ///< shape [amounts]
} vt_evaluation;

vt_error vt_evaluation_create(const vt_following *following, vt_arena *arena,
                              vt_evaluation **evaluation);

#endif
