// pathway.h - the time-explicit pathway model: tensors -> vintages -> classes -> linear programme.
//
// A vt_pathway is read-only once made and shared by all threads of a rank; each thread has its own
// vt_pathway_state, which holds the numbers of the scenario it works on.
#ifndef VT_PATHWAY_H
#define VT_PATHWAY_H

#include "vintner/aims.h"
#include "vintner/assembly.h"
#include "vintner/inputs.h"
#include "vintner/kind.h"

/// The model as a kind: optimex inputs or databases -> programme -> plan, scenario by scenario.
extern const vt_kind vt_pathway_kind;

typedef struct vt_pathway vt_pathway;

/// Build the model of a study: apply its overrides to `inputs`, look every selector up, find the
/// vintage classes (specs/pathway.md §6) and lay the linear programme out.
///
/// Not collective. `study` and `inputs` are borrowed and must outlive the model; `inputs` is
/// changed (overrides, and entries that a `set` creates).
/// @return VT_ERR_INPUT for a selector that matches nothing, an unknown category, numbers that the
///         overrides made invalid
vt_error vt_pathway_create(const vt_study *study, vt_inputs *inputs, vt_pathway **pathway);

/// The same model with one operation column for every vintage that runs, as the textbook has it:
/// what tests compare the reduction with.
vt_error vt_pathway_create_unreduced(const vt_study *study, vt_inputs *inputs,
                                     vt_pathway **pathway);

/// The same model with couplings as rows, so that each limit is a bound of its own: what an
/// explanation looks at.
vt_error vt_pathway_create_uncoupled(const vt_study *study, vt_inputs *inputs,
                                     vt_pathway **pathway);
void vt_pathway_free(vt_pathway *pathway); ///< accepts NULL

/// The inputs that the reference scenario is solved with: the study's `extend` and overrides
/// applied, without entries that a factor creates. A view: what it points to belongs to the inputs
/// that the model was created with.
vt_inputs vt_pathway_reference_inputs(const vt_pathway *pathway);

const vt_program *vt_pathway_program(const vt_pathway *pathway);

/// Give the programme's rows and columns names for people (process, flow, year).
vt_error vt_pathway_name_program(vt_pathway *pathway);

/// shape [entries]: whether some factor can change the entry.
const bool *vt_pathway_entry_varies(const vt_pathway *pathway);

/// shape [columns]: installed units per unit of the column (couplings counted), else 0: the first
/// weight of the tie-break.
const double *vt_pathway_tie_weight(const vt_pathway *pathway);

/// Sizes of the programme before the reduction to classes, for people.
void vt_pathway_textbook_size(const vt_pathway *pathway, int64_t *rows, int64_t *columns);

/// Bytes that one more thread of a rank needs.
ptrdiff_t vt_pathway_state_bytes(const vt_pathway *pathway);

/// Neutral value of a factor: applying it changes nothing (1 for multiply, 0 for add; for set the
/// common value of all cells it selects, NaN if they differ; for choose the place of the
/// reference's alternative among the factor's names, NaN if it is none of them or if overrides
/// changed its weights).
double vt_pathway_neutral(const vt_pathway *pathway, int factor);

/// Tell the design of a pathway's study which cells have a draw for each.
vt_error vt_pathway_add_cells(const vt_pathway *pathway, vt_design *design);

/// What stages of a scenario minimise or bound besides the objective: the levels of a lexicographic
/// objective, the two categories of a Pareto front, the objective of near-optimal alternatives; in
/// this order, none in other studies. How many there are.
///
/// @param row       row of the programme that adds a goal up: free in the numbers of a scenario;
///                  -1 if the goal is 0 whatever is done
/// @param category  of each goal, -1 for the objective
int vt_pathway_goals(const vt_pathway *pathway, const int **row, const int **category);

/// Whether two processes are installed in fixed proportion (or are one), as vt_aimed has it.
///
/// @param pathway  a vt_pathway
bool vt_pathway_coupled(const void *pathway, int process, int other);

/// The alternatives of a study (objects are processes), process by process; shape [*count], NULL in
/// other studies.
const vt_alternative *vt_pathway_alternatives(const vt_pathway *pathway, int *count);

typedef struct vt_pathway_state vt_pathway_state;
vt_error vt_pathway_state_create(const vt_pathway *pathway, vt_pathway_state **state);
void vt_pathway_state_free(vt_pathway_state *state); ///< accepts NULL

/// The numbers that databases draw (vt_inputs.drawing), for every vt_pathway_apply until the next
/// call. Borrowed until then; NULL: those of the reference.
void vt_pathway_draw(vt_pathway_state *state, const double *drawn);

/// The amounts of exchanges that follow parameters of Brightway; shape [amounts of vt_following],
/// borrowed until the next call of this or of vt_pathway_apply. NULL: none follow, or a formula
/// fails.
///
/// @param factor  as vt_pathway_apply takes it, not NULL
const double *vt_pathway_follow(vt_pathway_state *state, const double *factor);

/// Numbers of a scenario.
///
/// @param factor   what the design gives: shape [width of the design], for choose the place of the
/// name; NaN = the factor is not applied; NULL for the reference scenario
/// @param numbers  borrowed from the state, valid until its next call
/// @return -1, or the input of the design that a formula of Brightway which fails follows from: the
///         numbers mean nothing then
int vt_pathway_apply(vt_pathway_state *state, const double *factor, vt_numbers *numbers);

/// Say which formula of Brightway failed in the latest vt_pathway_apply, and why.
vt_error vt_pathway_explain_formula(const vt_pathway_state *state, vt_text *why);

/// Bounds with which installation is given in the first years, for the latest vt_pathway_apply.
///
/// @param installation  shape [process, time]
/// @param tolerance     share of each number that it may differ by
/// @param numbers       of that vt_pathway_apply; their bounds of columns become the two below
/// @param column_lower  shape [columns], overwritten, as `column_upper`
void vt_pathway_fix(const vt_pathway_state *state, const double *installation, ptrdiff_t years,
                    double tolerance, vt_numbers *numbers, double *column_lower,
                    double *column_upper);

/// A plan in real units, with the proof of its feasibility from the tensors.
typedef struct vt_plan {
  double *installation; ///< shape [process, time], units
  double *operation;    ///< shape [process, time], units running, all vintages
  double *impact;       ///< shape [category, process, time]
  double *total_impact; ///< shape [category]
  double objective;
  double objective_terms; ///< sum of the sizes of what the objective adds up, by process and year
  double violation;       ///< largest |residual| / largest absolute term over balances, capacities,
                          ///< limits and bounds
} vt_plan;

/// Recompute a plan from the scenario's tensors (not from the programme): installation, operation,
/// impacts, objective, and the largest relative violation of specs/pathway.md §4.
///
/// @param x     shape [columns], for the numbers of the latest vt_pathway_apply
/// @param plan  arrays of the caller's, overwritten
void vt_pathway_evaluate(vt_pathway_state *state, const double *x, vt_plan *plan);

// ---------------------------------------------------------------------------------------------
// Further results of a solved scenario, each recomputed from its tensors for the numbers of the
// latest vt_pathway_apply. They cost nothing where they are not asked for.

/// A solution of the programme, as the functions below take it. Borrowed.
typedef struct vt_solved {
  const vt_plan *plan;        ///< vt_pathway_evaluate of x
  const double *x;            ///< shape [columns]
  const double *row_dual;     ///< shape [rows]: d objective / d row bound
  const double *reduced_cost; ///< shape [columns]
} vt_solved;

/// Fills `value`, whose shape the functions of this type name. Takes room of the state, so not for
/// two threads at once.
typedef void vt_output(vt_pathway_state *state, const vt_solved *solved, double *value);

/// Look up what outputs marked (p) need, and the labels below. Call once, before other threads use
/// the pathway.
vt_error vt_pathway_prepare_outputs(vt_pathway *pathway);

/// Installation years of all vintages, those before the horizon too, ascending (p).
int vt_pathway_vintages(const vt_pathway *pathway, const int **year);

/// Stored limits of specs/pathway.md §4 that are finite, or that a factor may make so, as
/// `tensor[label, label]`, the form a selector has; a default is one limit (p).
int vt_pathway_limits(const vt_pathway *pathway, const char *const **label);

/// Labels of where impacts come from, in the order of vt_pathway_impact_by_origin.
enum { VT_ORIGINS = 4 };
extern const char *const vt_pathway_origins[VT_ORIGINS];

/// [product, process, time]: what running units make.
vt_output vt_pathway_production;

/// (p) [process, vintage, time]: the units of a class split back to its vintages, the oldest first,
/// each as far as it can run: feasible for the model without classes (specs/pathway.md §6).
vt_output vt_pathway_operation_by_vintage;

/// [product, time]: what all units that exist in a year would make if they ran as much as they can;
/// operation limits and inputs that may be short are not looked at.
vt_output vt_pathway_capacity;

/// [process, time]: units running per unit that could run; 0 where none could, or where nothing
/// bounds how many (annual: a process that makes nothing). Vintages without any flow of operation
/// do not count.
vt_output vt_pathway_utilisation;

/// [process, intermediate_flow, time]: intermediate flows taken, with installation and operation.
vt_output vt_pathway_flow;

/// (p) [elementary_flow, time]: all elementary flows of a year, direct and of the background.
vt_output vt_pathway_inventory;

/// Years of the forcing of a plan: from the first of the model to as many after its last as the
/// longest horizon of its dynamic categories has.
int vt_pathway_forcing_years(const vt_study *study, const vt_inputs *inputs);

/// (p) [category, forcing_time]: what the emissions of the plan do to the radiation balance in each
/// year, at its end; NaN for static categories. Needs vt_inputs.forcing.
vt_output vt_pathway_radiative_forcing;

/// [category, origin, process, time]: impacts by origin; they add up to those of the plan.
vt_output vt_pathway_impact_by_origin;

/// [category, intermediate_flow, time]: impacts of the background, by the flow that asks for them.
vt_output vt_pathway_impact_by_flow;

/// [snapshot, intermediate_flow, category]: impacts of one unit of a flow in each snapshot, by the
/// characterisation of the first year.
vt_output vt_pathway_background_impact;

// Duals. All are d objective / d right-hand side in real units: what one unit more of it adds to
// the objective. Where an optimum is degenerate they are one of several; each lies between the
// slopes to either side.

/// (p) [product, time]: of demand. NaN where no flow of the model touches the product in that year:
/// then no other demand than 0 can be met.
vt_output vt_pathway_demand_dual;

/// (p) [limit]: of each limit; >= 0 for a minimum, <= 0 for a maximum, 0 where it does not bind. A
/// default has the sum over the cells it governs. A minimum of 0 or less for installation or
/// operation has 0, since neither is ever negative. Where several limits are one bound (of coupled
/// processes), the first process that binds has it.
vt_output vt_pathway_limit_dual;

/// [process, time]: of installation: what one unit more, forced, would add. Of coupled processes
/// all follow. NaN where a factor makes the coupling 0.
vt_output vt_pathway_reduced_cost;

/// d objective / d value of inputs of the design, through formulas too; by a factor that is not
/// applied, where it has its neutral value. NaN where the values are names, or where a formula has
/// no derivative. Only where the study asks for derivatives.
///
/// Where an optimum is degenerate it is one of several, as duals are. With levels of objectives it
/// is of the first.
///
/// @param factor      as given to the latest vt_pathway_apply, not NULL
/// @param input       places in the design; shape [inputs]
/// @param derivative  shape [inputs]
void vt_pathway_derivatives(vt_pathway_state *state, const vt_solved *solved,
                            const vt_design *design, const double *factor, int inputs,
                            const int *input, double *derivative);

/// The installation of a process over the horizon as a cost of the columns, for the latest
/// vt_pathway_apply.
///
/// @param state  a vt_pathway_state: the function is one of vt_aimed
/// @param cost   shape [columns], overwritten
/// @return whether more of it than any column has can be installed without any effect
bool vt_pathway_installation_cost(const void *state, int process, double *cost);

// ---------------------------------------------------------------------------------------------
// Explanations, in the words of the study.

/// Solve one scenario again and explain why it is infeasible or unbounded.
///
/// Not collective. `inputs` is as read and changed (see vt_pathway_create).
///
/// @param scenario  -1: the reference
/// @param drawn     what draws for the scenario; NULL: databases do not vary
vt_error vt_pathway_explain(const vt_study *study, vt_inputs *inputs, int64_t scenario,
                            vt_drawn_worker *drawn, vt_explanation *explanation);

/// A demand, a limit or a coupling: what a scenario may be freed of. (An existing capacity only
/// where it is negative.)
typedef struct vt_member {
  vt_tensor_id tensor;
  int32_t key[2]; ///< labels on the axes of the tensor
  double value;   ///< in the scenario
  bool fallback;  ///< the value is that of the tensor's default
  bool rigid;     ///< a ratio: it cannot give way as a bound can
} vt_member;

/// A scenario's members, what each claims of the programme, and the numbers without all claims.
typedef struct vt_claims {
  vt_arena *arena; ///< owns the arrays
  int members;
  ptrdiff_t claims;
  vt_member *member;    ///< shape [members]
  vt_claim *claim;      ///< shape [claims]
  bool *rigid;          ///< shape [members]
  vt_numbers structure; ///< borrows entries and costs from the state
} vt_claims;

/// Members of the scenario that was applied last, demands first, by product and year. The caller
/// frees with vt_claims_free. `state` is of an uncoupled model.
vt_error vt_pathway_list_claims(const vt_pathway_state *state, const vt_numbers *numbers,
                                vt_claims *claims);
void vt_claims_free(vt_claims *claims);

/// "demand of 'Product 1' in 2030: 10" or "process_deployment_limits_max[P1, 2025] = 5".
vt_error vt_pathway_member_text(const vt_pathway *pathway, const vt_member *member, vt_text *text);

/// Why a demand cannot be met even without any limit: "no process can produce 'Product 1' in 2025".
///
/// @param most  what can be met of it
vt_error vt_pathway_unmet_text(const vt_pathway *pathway, const vt_member *demand, double most,
                               vt_text *text);

/// The existing capacities that take part in a conflict, one per line ("" if there are none).
///
/// @param multiplier  shape [rows], not 0 for the rows of the conflict
vt_error vt_pathway_capacity_text(const vt_pathway_state *state, const double *multiplier,
                                  vt_text *text);

/// @param direction  shape [columns]
vt_error vt_pathway_describe_ray(const vt_pathway_state *state, const double *direction,
                                 vt_ray *ray);
#endif
