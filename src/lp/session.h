// session.h - what the files of this room share. GLPK is called in guard.c, session.c, engine.c,
// certify.c and write.c only.
//
// Variables are numbered as in vt_basis: every row (its activity) first, then every column.
// Scaled means: row i of the matrix times row_scale[i], column j times column_scale[j], all powers
// of two, so that going back and forth costs no accuracy.
#ifndef VT_LP_SESSION_H
#define VT_LP_SESSION_H

#include "vintner/lp.h"

#include <glpk.h>

// What a result must keep to be called optimal.
#define VT_MAX_VIOLATION 1e-9
#define VT_MAX_GAP 1e-7

struct vt_lp_model {
  vt_arena *arena;           // owns the arrays
  const vt_program *program; // borrowed
  vt_lp_options options;     // defaults filled in
  int rows, columns;
  ptrdiff_t entries;
  double *row_scale, *column_scale;        // powers of two
  double *row_unscale, *column_unscale;    // their inverses
  double *install_weight, *generic_weight; // shape [columns]: objectives of the tie-break
  double *mixed_weight;                    // both at once, the first above all
  double *value;                           // shape [entries]: reference entries, 0 if not finite
  int varying_columns;
  int *varying_column; // columns that a scenario may change
};

// One GLPK problem and what it holds at the moment, so that only differences are set.
typedef struct vt_engine {
  const vt_lp_model *model;
  glp_prob *problem;
  double *value;         // shape [entries], real units
  double *lower, *upper; // shape [rows + columns], scaled
  double *cost;          // shape [columns], scaled
  unsigned char *status; // shape [rows + columns]
  int *head;             // shape [rows]: variable at each position of the factorisation
  int *index;            // shape [rows + 1]: work space for a column
  double *column;        // shape [rows + 1]: work space for a column or a transformation
  bool fresh;            // factorised from its statuses and entries, nothing changed since
  bool updated;          // or: what a run of this very solve left, still of its statuses
} vt_engine;

// How a simplex run ended.
typedef enum vt_run {
  VT_RUN_OPTIMAL,
  VT_RUN_INFEASIBLE,
  VT_RUN_UNBOUNDED,
  VT_RUN_UNDECIDED, // no dual feasible basis: infeasible or unbounded
  VT_RUN_FAILED,
  VT_RUN_ITERATIONS,
  VT_RUN_TIME,
} vt_run;

// Multipliers of some objective at a basis.
typedef struct vt_duals {
  const double *cost; // shape [columns]; borrowed
  double *row;        // shape [rows]
  double *column;     // shape [columns]: cost - A' row
  double *magnitude;  // shape [columns]: |cost| + sum |row_i a_ij|
  double largest;     // scaled multiplier of a row
} vt_duals;

struct vt_lp_session {
  vt_arena *arena; // owns the arrays, those of the engines too
  const vt_lp_model *model;
  uint64_t generation; // of this thread's GLPK state in which the engines live
  vt_engine start;     // never runs the simplex, so that its factorisation serves many scenarios
  vt_engine work;      // runs the simplex
  vt_engine *engine;   // whichever holds the factorisation of `status`
  glp_smcp control;

  // The scenario being solved.
  const vt_numbers *numbers;
  const vt_basis *basis; // to start from, or NULL
  bool any;              // any optimal point will do
  vt_rung rung;
  int64_t iterations;
  double deadline_s; // monotonic clock
  vt_run stopped;    // a limit that was met, else VT_RUN_OPTIMAL
  bool capped;       // a run ended for the number of its iterations
  int infeasible_claims, unbounded_claims;
  double least_violation; // of the points seen
  bool has_ray;           // along some direction the cost is proven to fall without end

  // The basic solution under examination.
  unsigned char *status; // shape [rows + columns]
  double *x;
  double *activity, *largest; // shape [rows]: A x and its largest absolute term
  double violation, accuracy;
  vt_duals real, weighted; // of the real objective, and of the tie-break's

  // The face of optimal points: variables that may move without a change of the objective.
  bool *face, *narrow; // shape [rows + columns]: the face, and its part left by the phases
  double *old_x;       // before the tie-break
  unsigned char *old_status;
  unsigned char *side; // statuses before a phase
  bool walked;         // x is no longer that of the real objective's basis
  double *weight;      // shape [columns]: objective that leaves a vertex

  // The cone of directions that all rows and bounds allow for ever, or a part of it.
  vt_numbers cone;
  double *cone_lower, *cone_upper; // shape [rows + columns]
  double *no_cost;                 // shape [columns]: 0

  // Work space.
  double *direction;  // shape [columns]
  double *multiplier; // shape [rows]
  int *snapped;       // shape [columns]: columns that were put on a bound
  int snaps;          // how many
  double *unsnapped;  // shape [columns]: their values before
  bool *noise;        // shape [rows]

  vt_lp_solution answer;
  double *kept_x, *kept_row_dual, *kept_reduced_cost; // the best answer that does not verify
  double kept_score;
  vt_lp_solution kept;
  unsigned char *final_status;
  bool has_final;
  char reason[160];
};

// guard.c: GLPK's state of this thread.
void vt_glpk_enter(void);
void vt_glpk_leave(void);
uint64_t vt_glpk_generation(void);
const char *vt_glpk_message(void); // of GLPK's last fatal error on this thread
/// Run `work`; false if GLPK gave up in it. Then everything GLPK held on this thread is gone and
/// the thread's generation has changed. Not to be nested.
bool vt_glpk_guard(void (*work)(void *), void *data);

// engine.c: GLPK itself. All may end in the guard.
vt_error vt_engine_allocate(vt_engine *engine, const vt_lp_model *model, vt_arena *arena);
int vt_bound_type(double lower, double upper);
void vt_engine_build(vt_engine *engine);
bool vt_engine_entries(vt_engine *engine, const double *value);
void vt_engine_bounds(vt_engine *engine, int variable, double lower, double upper);
void vt_engine_costs(vt_engine *engine, const double *cost);
void vt_engine_statuses(vt_engine *engine, const unsigned char *status);
void vt_engine_read_statuses(vt_engine *engine);
void vt_engine_cold_basis(vt_engine *engine, bool advanced);
bool vt_engine_factorize(vt_engine *engine);
void vt_engine_forward(vt_engine *engine);
void vt_engine_backward(vt_engine *engine);
vt_run vt_engine_run(vt_engine *engine, const glp_smcp *control, int64_t *iterations);
vt_run vt_engine_run_exact(vt_engine *engine, const glp_smcp *control, int64_t *iterations);

// basis.c: basic solutions and their multipliers.
void vt_bounds_of(const vt_lp_session *session, int variable, double *lower, double *upper);
unsigned char vt_fit_status(unsigned char status, double lower, double upper);
void vt_take_stock(vt_lp_session *session);
double vt_largest_scaled(const vt_lp_session *session);
void vt_basic_solution(vt_lp_session *session);
void vt_clear_noise(vt_lp_session *session, vt_duals *duals, double small);
void vt_basic_duals(vt_lp_session *session, vt_duals *duals);
void vt_drop_baseless(vt_lp_session *session, vt_duals *duals);
bool vt_duals_fit(const vt_lp_session *session, const vt_duals *duals, const bool *among);
bool vt_dual_is_zero(const vt_lp_session *session, const vt_duals *duals, int variable);

// load.c: putting a scenario into the engine that runs the simplex.
bool vt_load_scenario(vt_lp_session *session, const bool *face);
void vt_start_clock(vt_lp_session *session);
vt_run vt_run_simplex(vt_lp_session *session, const double *cost, int method, double tolerance);
vt_run vt_run_presolved(vt_lp_session *session);
vt_run vt_run_exact(vt_lp_session *session);

// verify.c: proofs, from the numbers alone.
double vt_row_violation(double lower, double upper, double activity, double largest);
void vt_row_activities(const vt_program *program, const double *value, const double *x,
                       double *activity, double *largest);
double vt_violation(const vt_program *program, const vt_numbers *numbers, const double *x,
                    const double *activity, const double *largest);
void vt_price(const vt_program *program, const double *value, vt_duals *duals);
bool vt_row_dual_negligible(const vt_program *program, const double *value, const vt_duals *duals,
                            int row, double tolerance);
void vt_judge(const vt_program *program, const vt_numbers *numbers, const double *activity,
              const vt_duals *duals, vt_lp_solution *solution);
bool vt_proves_infeasible(const vt_program *program, const vt_numbers *numbers, double sign,
                          double *multiplier);
bool vt_proves_unbounded(const vt_program *program, const vt_numbers *numbers,
                         const double *direction, double *activity, double *largest);

// certify.c: certificates from the basis at which the simplex stopped.
bool vt_certify_infeasible(vt_lp_session *session);
bool vt_certify_unbounded(vt_lp_session *session);
bool vt_certify_overlooked(vt_lp_session *session);
void vt_note_point(vt_lp_session *session);
void vt_open_cone(vt_lp_session *session);
bool vt_prove_ray(vt_lp_session *session);
void vt_tableau_column(vt_lp_session *session, int variable);

// apart.c: proofs of a point and of a ray, each for itself.
vt_outcome vt_prove_apart(vt_lp_session *session);

// ties.c: choice among equal optima, and whether there is one.
void vt_break_ties(vt_lp_session *session);

// trivial.c: programmes without entries.
void vt_solve_trivial(vt_lp_session *session);

// ladder.c
void vt_climb(void *session);

#endif
