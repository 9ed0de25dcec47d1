// parameters.h - Brightway's parameters: what the names in formulas mean, and what follows from
// those that a study changes (specs/brightway.md §5, specs/uncertainty-study.md §8).
#ifndef VT_PARAMETERS_H
#define VT_PARAMETERS_H

#include "vintner/formula.h"
#include "vintner/inputs.h"
#include "vintner/sources.h"
#include "vintner/study.h"
#include "vintner/variation.h"

/// Whether a factor changes Brightway's parameters.
bool vt_parameter_is_meant(const vt_factor *factor);

/// Whether some factor of a study does, or they are sampled.
bool vt_parameters_are_meant(const vt_study *study);

/// Whether a factor that is meant for parameters selects this one.
bool vt_parameter_selected(const vt_factor *factor, const char *scope, const char *name);

/// An exchange whose amount follows.
typedef struct vt_follower {
  ptrdiff_t exchange; ///< of the set
  int amount;         ///< of vt_following
} vt_follower;

/// What follows in a set, and what is drawn.
typedef struct vt_followers {
  vt_arena *arena; ///< owns the arrays; set by who asks for them
  int count;
  vt_follower *follower; ///< shape [count], ascending by exchange
  int sampled;
  const vt_lone_draw **draw; ///< by vt_followed_parameter.drawn; shape [sampled]
  ptrdiff_t invalid;         ///< parameters whose distribution is none
} vt_followers;

/// What follows from the parameters that factors of a study select or that are sampled, and what it
/// needs: parameters, and amounts of exchanges of all databases that are loaded. `following` has no
/// terms yet.
///
/// Not collective. Texts and arrays of `following` are the arena's.
/// @param followers  of which the arena is set
/// @return VT_ERR_INPUT for a target without parameter, a formula that is needed and cannot be
///         read, an unknown name, a cycle, an exchange in matrices that would follow, a
///         distribution that is refused
vt_error vt_parameters_follow(const vt_study *study, vt_database_set *set, vt_arena *arena,
                              vt_following *following, vt_followers *followers);

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
