// chance.h - what is to hold by chance: the objective's mean and deviation, uncertain limits.
//
// X(s) = sum of q_e b_ej s_j, of independent factors and exchanges. With E and Var of both,
//   E X = sum_j mu_j s_j,  Var X = sum_j d_j s_j^2 + sum_e w_e y_e^2,  y = E[B] s,
//   mu_j = sum_e E q_e E b_ej,  d_j = sum_e (E q_e^2 + Var q_e) Var b_ej,  w_e = Var q_e.
// Minimised is E X + kappa sigma(X), a convex function: sigma is replaced by the largest of its
// tangents, which are added where it is evaluated until the gap closes.
#ifndef VT_CHOICE_CHANCE_H
#define VT_CHOICE_CHANCE_H

#include "program.h"

/// An uncertain limit of a level.
typedef struct vt_choice_bound {
  int process;
  bool upper;
  const vt_distribution *distribution;
  double share; ///< of what the confidence leaves
} vt_choice_bound;

/// What a study's chance is made of; arrays of the data's arena.
struct vt_choice_chance {
  int category; ///< of the objective
  bool individual;
  double share;           ///< of the objective
  double *mean_biosphere; ///< shape [entries of B]
  double *var_biosphere;
  double *mean_weight; ///< shape [categories][flows]
  double *var_weight;  ///< of the category; shape [flows]
  int bounds;
  vt_choice_bound *bound; ///< shape [bounds]
};

/// Those of a scenario; memory of the state's arena.
struct vt_choice_chances {
  double *mean_biosphere, *var_biosphere, *mean_weight, *var_weight;
  double *spread; ///< d; shape [processes]
  int flows;
  int *flow;    ///< with a factor that varies; shape [flows]
  int *place;   ///< of a flow among these, or -1; shape [all flows]
  double *sums; ///< y of basis columns; shape [columns][flows]
  double *form; ///< Var X of units of basis columns; shape [columns][columns]
  bool formed;
  double kappa;
  double *bound; ///< values of the uncertain limits; shape [bounds]
  bool refused;  ///< the confidence leaves the objective less than 1/2
  int cuts;
  double *cut; ///< tangents; shape [VT_MOST_CUTS][columns]
  // Work space.
  double *total;                 ///< shape [flows]
  double *units, *other, *slope; ///< of basis columns over all steps; shape [columns]
};

/// Read on every rank: moments, and uncertain limits as entries.
vt_error vt_choice_read_chance(vt_choice_data *data);
vt_error vt_choice_chances_create(vt_arena *arena, const vt_choice_data *data,
                                  struct vt_choice_chances **chances);
/// Numbers of the scenario before overrides and factors; what these make of an entry.
void vt_choice_start_chances(vt_choice_state *state);
void vt_choice_touch_chances(vt_choice_state *state, const vt_choice_touch *touch, double operand);
/// After them: kappa, limits, variances.
void vt_choice_form_chances(vt_choice_state *state);

/// Mean, deviation and their weighted sum at a point, exactly.
void vt_choice_chance_at(const vt_choice_state *state, const double *level, double *deviation);

// tangents.c

/// Solve E X + kappa sigma(X) by tangents.
/// @param x  the best point; shape [columns of the programme]
vt_error vt_choice_solve_chance(vt_choice_state *state, vt_lp_session *session,
                                const vt_basis *start, double *x, vt_lp_solution *solution);

#endif
