// kind.h - the model of a choice study, and the places of its results.
#ifndef VT_CHOICE_KIND_H
#define VT_CHOICE_KIND_H

#include "program.h"

/// Variables, or -1.
typedef struct vt_choice_places {
  vt_input_places input;
  int objective, violation, gap, unique, total_impact;
  int level, share, slack, surplus, scaling, inventory, impact, transgression;
  int demand_dual, limit_dual, reduced_cost;
  int mean, deviation;
  int start;
} vt_choice_places;

/// A limit that has a multiplier.
typedef struct vt_choice_limit_of {
  vt_choice_tensor tensor;
  int entry;
} vt_choice_limit_of;

enum { VT_FIRST_SLOTS = 64 }; ///< limits that a programme has room for, where they enter

typedef struct vt_choice_model {
  vt_choice_data *data;
  vt_design *design;
  vt_layout *layout;
  vt_staging *staging; ///< NULL: a scenario is one solve
  int objects, extremes;
  int *object_process;       ///< shape [objects]
  const char **object_label; ///< shape [objects]
  vt_alternative *extreme;   ///< shape [extremes]
  int *front_category;       ///< shape [2]
  int limits;                ///< that have multipliers, where these are kept
  vt_choice_limit_of *limit; ///< shape [limits]
  const char **limit_label;  ///< shape [limits]
  vt_choice_places place;
  // After prepare.
  double *basis; ///< of the reference; shape [columns][processes]
  vt_varied *varied;
  vt_varied *prices;   ///< NULL: those of products are not kept
  vt_sparse *identity; ///< processes as flows
  vt_choice_program *program;
  vt_choice_state *state; ///< of the reference
  vt_lp_model *lp;
  vt_basis reference;               ///< of the programme of the reference
  int entered;                      ///< limits of processes that it needs
  vt_choice_entered *first_entered; ///< shape [slots]
} vt_choice_model;

// layout.c
vt_error vt_choice_lay_out(vt_choice_model *m);
/// Fill a row with an answer.
void vt_choice_put(const vt_choice_model *m, const vt_choice_state *state,
                   const vt_choice_answer *answer, double *const *row);
bool vt_choice_keeps(const vt_study *study, const char *name);

// duals.c
typedef struct vt_choice_pricing vt_choice_pricing;
/// What the key of an entry is called on axis `a`, 0 or 1.
const char *vt_choice_key_label(const vt_choice_data *k, vt_choice_tensor tensor, const int key[2],
                                int a);
/// A tensor and keys as a selector: "upper_limit[oil]".
vt_error vt_choice_entry_text(const vt_choice_data *k, vt_choice_tensor tensor, int entry,
                              vt_text *text);
vt_error vt_choice_list_limits(vt_choice_model *m);
/// What prices of all products are solved with.
vt_error vt_choice_create_prices(vt_choice_model *m);
vt_error vt_choice_pricing_create(const vt_choice_model *m, vt_choice_pricing **pricing);
void vt_choice_pricing_free(vt_choice_pricing *pricing); ///< accepts NULL
/// Fill in the multipliers that are kept. `pricing`: NULL where those of demand are not.
vt_error vt_choice_put_duals(vt_choice_pricing *pricing, const vt_choice_model *m,
                             const vt_choice_state *state, const vt_lp_solution *solution,
                             double *const *row);

// aims.c
vt_error vt_choice_create_staging(vt_choice_model *m);

// scenario.c

/// The programme prepared for many solves, with scales of these numbers.
vt_error vt_choice_create_lp(const vt_choice_model *m, const vt_choice_program *program,
                             const vt_numbers *numbers, vt_lp_model **lp);

typedef struct vt_choice_worker vt_choice_worker;
vt_error vt_choice_worker_create(const vt_choice_model *m, vt_choice_worker **worker);
void vt_choice_worker_free(vt_choice_worker *worker); ///< accepts NULL
/// Fill the row of scenario k, of the reference for -1.
vt_error vt_choice_worker_solve(vt_choice_worker *worker, int64_t k, double *const *row);
/// The same without what tells the scenarios of a front or of extremes apart.
vt_error vt_choice_worker_solve_stages(vt_choice_worker *worker, int64_t k, double *const *row);
/// Whether the latest scenario needed more limits than the model's programme has room for.
bool vt_choice_worker_overflowed(const vt_choice_worker *worker);
/// The limits that the latest scenario needed, and the basis that it ended with, if it has one.
vt_error vt_choice_worker_basis(const vt_choice_worker *worker, int *entered,
                                vt_choice_entered *list, vt_basis *basis);

/// What is done with a scenario that was solved again. `solution`: NULL: its system is singular.
typedef vt_error vt_choice_take(const vt_choice_state *state, const vt_numbers *numbers,
                                const vt_lp_solution *solution, void *context);
/// Solve a scenario with the values of its design, and hand it over.
vt_error vt_choice_solve_again(const vt_choice_model *m, int64_t k, const double *value,
                               vt_choice_take *take, void *context);

// choice.c
vt_error vt_choice_open(const vt_study *study, vt_choice_data *data, vt_choice_model **model);
bool vt_choice_is_varied(const vt_choice_data *k); ///< scenarios have an A of their own
/// The programme of the reference's numbers, once the basis columns are there.
vt_error vt_choice_create_programme(vt_choice_model *m, int slots);

/// A model by which one process alone can solve scenarios again: each demand is a column of its
/// own. The caller frees it with vt_choice_close.
vt_error vt_choice_open_alone(const vt_study *study, vt_choice_data *data, vt_choice_model **model);
void vt_choice_close(vt_choice_model *model); ///< accepts NULL

// explain.c
vt_error vt_choice_explain(const vt_study *study, void *data, int64_t scenario,
                           vt_explanation *explanation);

#endif
