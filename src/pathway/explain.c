// explain.c - why a scenario has no optimum: the minimal conflict or the ray that lp/ finds, in the
// words that pathway/ has for them.
#include "kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct scenario {
  const vt_study *study;
  vt_inputs *inputs;
  vt_pathway *pathway;
  vt_design *design;
  vt_pathway_state *state;
  double *value; // what the design gives; shape [width of the design]
  int failed;    // the input whose formula fails, or that a failing one of Brightway reads; or -1
  bool in_databases; // it is one of Brightway
  bool singular;     // what the databases draw cannot be solved
  vt_numbers numbers;
} scenario;

static void scenario_free(scenario *s) {
  vt_pathway_state_free(s->state);
  vt_design_free(s->design);
  vt_pathway_free(s->pathway);
  free(s->value);
}

static vt_error draw(scenario *s, int64_t id, vt_drawn_worker *drawn) {
  const double *numbers;
  vt_pathway_draw(s->state, vt_drawn_worker_begin(drawn, id));
  VT_TRY(vt_drawn_worker_draw(drawn, id, vt_pathway_follow(s->state, s->value), &numbers));
  s->singular = !numbers;
  vt_pathway_draw(s->state, numbers);
  return VT_OK;
}

static vt_error open_scenario(scenario *s, int64_t id, vt_drawn_worker *drawn) {
  VT_TRY(vt_pathway_create_uncoupled(s->study, s->inputs, &s->pathway));
  VT_TRY(vt_design_create(&s->study->design, &s->design));
  VT_TRY(vt_pathway_add_cells(s->pathway, s->design));
  VT_TRY(vt_pathway_state_create(s->pathway, &s->state));
  VT_NEW(s->value, vt_design_width(s->design));
  s->failed = id >= 0 ? vt_design_values(s->design, id, s->value) : -1;
  if (s->failed >= 0) return VT_OK;
  if (drawn && id >= 0) VT_TRY(draw(s, id, drawn));
  if (s->singular) return VT_OK;
  s->failed = vt_pathway_apply(s->state, id >= 0 ? s->value : NULL, &s->numbers);
  s->in_databases = s->failed >= 0;
  return VT_OK;
}

static vt_error keep_text(vt_explanation *e, vt_text *text, const char **kept) {
  const char *bytes = text->bytes ? text->bytes : "";
  const vt_error copied = vt_arena_text(e->arena, bytes, text->length, kept);
  text->length = 0;
  return copied;
}

static vt_error solve(const scenario *s, vt_explanation *e) {
  vt_lp_model *model = NULL;
  vt_lp_session *session = NULL;
  vt_lp_solution answer;
  const vt_lp_options options = {.iteration_limit = s->study->solver.iteration_limit,
                                 .time_limit_s = s->study->solver.time_limit_s};
  vt_error done = vt_lp_model_create(vt_pathway_program(s->pathway), &s->numbers,
                                     vt_pathway_entry_varies(s->pathway), NULL,
                                     s->study->design.seed, &options, &model);
  if (done == VT_OK) done = vt_lp_session_create(model, &session);
  if (done == VT_OK) done = vt_lp_solve(session, &s->numbers, NULL, &answer);
  if (done == VT_OK) {
    e->outcome = answer.outcome;
    done = vt_arena_text(e->arena, answer.reason, (ptrdiff_t)strlen(answer.reason), &e->reason);
  }
  vt_lp_session_free(session);
  vt_lp_model_free(model);
  return done;
}

// ---------------------------------------------------------------------------------------------
// Conflicts.

static const char *kind_of(const vt_member *m) {
  if (m->tensor == VT_TENSOR_DEMAND) return "demand";
  if (m->tensor == VT_TENSOR_COUPLING) return "coupling";
  return m->tensor == VT_TENSOR_EXISTING_CAPACITY ? "existing capacity" : "limit";
}

static vt_error describe_keys(const scenario *s, const vt_member *m, vt_explanation *e,
                              vt_explained_member *out) {
  const vt_tensor_kind *kind = &vt_tensor_kinds[m->tensor];
  out->keys = kind->axes;
  for (int a = 0; a < kind->axes; a++) {
    const char *label = vt_inputs_label(s->inputs, kind->axis[a], m->key[a]);
    out->is_year[a] = kind->axis[a] == VT_AXIS_SYSTEM_TIME || kind->axis[a] == VT_AXIS_YEAR;
    VT_TRY(vt_arena_text(e->arena, label, (ptrdiff_t)strlen(label), &out->key[a]));
  }
  return VT_OK;
}

// A change that takes a value to nothing, but for rounding, takes it to nothing.
static double round_change(double value, double change) {
  return fabs(value + change) <= 1e-12 * fabs(value) ? -value : change;
}

static vt_error describe_member(const scenario *s, const vt_member *m, const vt_conflict_member *c,
                                vt_explanation *e, vt_text *text) {
  vt_explained_member *out = &e->member[e->members++];
  *out = (vt_explained_member){.kind = kind_of(m),
                               .tensor = vt_tensor_kinds[m->tensor].name,
                               .fallback = m->fallback,
                               .value = m->value,
                               .suffices = c->suffices,
                               .change = round_change(m->value, c->change),
                               .change_within = round_change(m->value, c->change_within)};
  // No bound of the programme says so, but this is what it takes.
  if (m->tensor == VT_TENSOR_EXISTING_CAPACITY) out->change_within = -m->value;
  VT_TRY(describe_keys(s, m, e, out));
  VT_TRY(vt_pathway_member_text(s->pathway, m, text));
  return keep_text(e, text, &out->text);
}

static vt_error describe_conflict(const scenario *s, const vt_claims *claims,
                                  const vt_conflict *conflict, vt_explanation *e, vt_text *text) {
  VT_ARENA_NEW(e->arena, e->member, conflict->members);
  for (int i = 0; i < conflict->members; i++) {
    const vt_conflict_member *c = &conflict->member[i];
    VT_TRY(describe_member(s, &claims->member[c->member], c, e, text));
  }
  VT_TRY(vt_pathway_capacity_text(s->state, conflict->multiplier, text));
  VT_TRY(keep_text(e, text, &e->capacity));
  if (e->members != 1) return VT_OK;
  const vt_member *only = &claims->member[conflict->member[0].member];
  const double change = conflict->member[0].change_within;
  if (only->tensor == VT_TENSOR_DEMAND && !isnan(change))
    VT_TRY(vt_pathway_unmet_text(s->pathway, only, only->value + change, text));
  return keep_text(e, text, &e->plain);
}

static vt_error explain_conflict(const scenario *s, vt_explanation *e) {
  vt_claims claims;
  vt_conflict conflict = {0};
  vt_text text = {0};
  VT_TRY(vt_pathway_list_claims(s->state, &s->numbers, &claims));
  vt_error done =
      vt_lp_find_conflict(vt_pathway_program(s->pathway), &claims.structure, claims.claim,
                          claims.claims, claims.rigid, claims.members, &conflict);
  if (done == VT_OK && conflict.infeasible)
    done = describe_conflict(s, &claims, &conflict, e, &text);
  vt_text_free(&text);
  vt_conflict_free(&conflict);
  vt_claims_free(&claims);
  return done;
}

// ---------------------------------------------------------------------------------------------

static vt_error explain_ray(const scenario *s, vt_explanation *e) {
  double *direction;
  bool found;
  const vt_program *program = vt_pathway_program(s->pathway);
  VT_NEW(direction, program->columns);
  vt_error done = vt_lp_find_ray(program, &s->numbers, direction, &found);
  if (done == VT_OK) done = vt_pathway_describe_ray(s->state, direction, &e->ray);
  free(direction);
  return done;
}

static vt_error explain_failure(const scenario *s, vt_explanation *e) {
  vt_text why = {0};
  vt_error told = s->in_databases ? vt_pathway_explain_formula(s->state, &why)
                                  : vt_design_explain(s->design, s->failed, s->value, &why);
  if (told == VT_OK) told = keep_text(e, &why, &e->reason);
  vt_text_free(&why);
  e->outcome = VT_FAILED;
  return told;
}

static vt_error explain(scenario *s, int64_t id, vt_drawn_worker *drawn, vt_explanation *e) {
  VT_TRY(vt_arena_create(&e->arena));
  VT_TRY(open_scenario(s, id, drawn));
  if (s->failed >= 0) return explain_failure(s, e);
  if (s->singular) {
    e->outcome = VT_FAILED;
    e->reason = "what the databases draw is singular, or cannot be solved exactly";
    return VT_OK;
  }
  VT_TRY(solve(s, e));
  if (e->outcome == VT_INFEASIBLE) return explain_conflict(s, e);
  return e->outcome == VT_UNBOUNDED ? explain_ray(s, e) : VT_OK;
}

vt_error vt_pathway_explain(const vt_study *study, vt_inputs *inputs, int64_t id,
                            vt_drawn_worker *drawn, vt_explanation *explanation) {
  scenario s = {.study = study, .inputs = inputs};
  *explanation = (vt_explanation){.reason = "", .plain = "", .capacity = ""};
  const vt_error explained = explain(&s, id, drawn, explanation);
  // Labels of the ray are those of inputs.
  scenario_free(&s);
  if (explained != VT_OK) vt_explanation_free(explanation);
  VT_TRY(explained);
  return VT_OK;
}
