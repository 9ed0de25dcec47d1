// models.h - small pathway models as text, built and solved, for the tests of the room.
//
// Texts are written with ' for " and ` for \" (a quote within a tuple key), as in test_inputs.c.
#ifndef VT_TEST_MODELS_H
#define VT_TEST_MODELS_H

#include "vintner/lp.h"
#include "vintner/pathway.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct json_field {
  const char *name, *value; // value NULL: the end of a list
} json_field;

// Plant A gives 1 R a year for two years, takes 1 I (= 2 CO2) when it is built and emits 1 CO2 a
// year when it runs. Plant B gives 1 R in its only year and emits 5 CO2. 10 R are wanted in 2020
// and in 2021, none in 2022. So A costs 2 to build and 1 a year, B 5 a year; the best is
// A[2020] = 10: 20 + 10 + 10 = 40.
static const json_field base_model[] = {
    {"PROCESS", "['A', 'B']"},
    {"PRODUCT", "['R']"},
    {"INTERMEDIATE_FLOW", "['I']"},
    {"ELEMENTARY_FLOW", "['CO2']"},
    {"BACKGROUND_ID", "['db']"},
    {"PROCESS_TIME", "[0, 1, 2]"},
    {"SYSTEM_TIME", "[2020, 2021, 2022]"},
    {"CATEGORY", "['cc']"},
    {"demand", "{'[`R`, 2020]': 10, '[`R`, 2021]': 10}"},
    {"operation_flow", "{'[`A`, `R`]': true, '[`A`, `CO2`]': true, '[`B`, `R`]': true,"
                       " '[`B`, `CO2`]': true}"},
    {"foreground_technosphere", "{'[`A`, `I`, 0]': 1}"},
    {"internal_demand_technosphere", "{}"},
    {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1, '[`B`, `CO2`, 0]': 5}"},
    {"foreground_production", "{'[`A`, `R`, 0]': 1, '[`A`, `R`, 1]': 1, '[`B`, `R`, 0]': 1}"},
    {"background_inventory", "{'[`db`, `I`, `CO2`]': 2}"},
    {"mapping", "{'[`db`, 2020]': 1, '[`db`, 2021]': 1, '[`db`, 2022]': 1}"},
    {"characterization", "{'[`cc`, `CO2`, 2020]': 1, '[`cc`, `CO2`, 2021]': 1,"
                         " '[`cc`, `CO2`, 2022]': 1}"},
    {"operation_time_limits", "{'A': [0, 1], 'B': [0, 0]}"},
};
enum { BASE_FIELDS = sizeof base_model / sizeof base_model[0] };

static inline void must(vt_error error) {
  if (error != VT_OK) fail_msg("%s\n%s", vt_error_message(), vt_error_stack());
}

static inline void add_json(vt_text *text, const char *written) {
  for (; *written; written++) {
    const char *bytes = *written == '\'' ? "\"" : *written == '`' ? "\\\"" : NULL;
    must(vt_text_add_bytes(text, bytes ? bytes : written, bytes ? (ptrdiff_t)strlen(bytes) : 1));
  }
}

static inline void add_field(vt_text *text, const char *name, const char *value) {
  must(vt_text_add(text, "%s\"%s\": ", text->length > 1 ? ",\n" : "", name));
  add_json(text, value);
}

// The base model with the changed fields in place of its own. The caller frees the text.
static inline vt_text model_text(const json_field *change) {
  vt_text text = {0};
  must(vt_text_add(&text, "{"));
  for (int i = 0; i < BASE_FIELDS; i++) {
    const json_field *field = &base_model[i];
    for (int k = 0; change[k].value; k++) {
      if (strcmp(change[k].name, base_model[i].name) == 0) field = &change[k];
    }
    add_field(&text, field->name, field->value);
  }
  for (int k = 0; change[k].value; k++) {
    bool known = false;
    for (int i = 0; i < BASE_FIELDS; i++)
      known = known || strcmp(change[k].name, base_model[i].name) == 0;
    if (!known) add_field(&text, change[k].name, change[k].value);
  }
  must(vt_text_add(&text, "}"));
  return text;
}

// A study of the pathway; `pathway` are more lines of that mapping, `rest` what follows it.
static inline vt_text study_text(vt_unit unit, const char *pathway, const char *rest) {
  vt_text text = {0};
  must(vt_text_add(&text,
                   "vintner: 1\nname: test\nmodel:\n  pathway:\n    inputs: model.json\n"
                   "    unit: %s\n%s%s",
                   unit == VT_UNIT_ANNUAL ? "annual" : "lifetime", pathway ? pathway : "",
                   rest ? rest : ""));
  return text;
}

// ---------------------------------------------------------------------------------------------
// Building and solving.

typedef struct made {
  vt_study *study;
  vt_inputs *inputs;
  vt_pathway *pathway;
  vt_pathway_state *state;
  int processes, times, categories;
} made;

static inline void unmake(made *m) {
  vt_pathway_state_free(m->state);
  vt_pathway_free(m->pathway);
  vt_inputs_free(m->inputs);
  vt_study_free(m->study);
  *m = (made){0};
}

// Study and inputs, before the model is made of them.
static inline vt_error try_read(const vt_text *json, const vt_text *study, made *m) {
  *m = (made){0};
  VT_TRY(vt_study_parse("study.yaml", study->bytes, study->length, &m->study));
  return vt_inputs_parse("model.json", json->bytes, json->length, &m->inputs);
}

static inline vt_error try_finish(made *m, bool reduced) {
  VT_TRY(reduced ? vt_pathway_create(m->study, m->inputs, &m->pathway)
                 : vt_pathway_create_unreduced(m->study, m->inputs, &m->pathway));
  VT_TRY(vt_pathway_state_create(m->pathway, &m->state));
  m->processes = vt_inputs_axis_size(m->inputs, VT_AXIS_PROCESS);
  m->categories = vt_inputs_axis_size(m->inputs, VT_AXIS_CATEGORY);
  m->times = m->inputs->system_times;
  return VT_OK;
}

static inline vt_error try_make(const vt_text *json, const vt_text *study, bool reduced, made *m) {
  VT_TRY(try_read(json, study, m));
  return try_finish(m, reduced);
}

static inline made make(const vt_text *json, const vt_text *study, bool reduced) {
  made m;
  must(try_make(json, study, reduced, &m));
  return m;
}

// The changed base model with a study of these lines, see study_text.
static inline vt_error try_model(const json_field *change, vt_unit unit, const char *pathway,
                                 const char *rest, made *m) {
  vt_text json = model_text(change), study = study_text(unit, pathway, rest);
  const vt_error error = try_make(&json, &study, true, m);
  vt_text_free(&json);
  vt_text_free(&study);
  return error;
}

static inline made make_model(const json_field *change, vt_unit unit, const char *pathway,
                              const char *rest) {
  made m;
  must(try_model(change, unit, pathway, rest, &m));
  return m;
}

typedef struct answer {
  vt_outcome outcome;
  double objective; // of the programme; the plan has its own
  double cost_size; // sum of |cost * x|
  vt_plan plan;
} answer;

static inline void answer_free(answer *a) {
  free(a->plan.installation);
  free(a->plan.operation);
  free(a->plan.impact);
  free(a->plan.total_impact);
  *a = (answer){0};
}

static inline vt_error new_plan(const made *m, vt_plan *plan) {
  const ptrdiff_t cells = (ptrdiff_t)m->processes * m->times;
  VT_NEW(plan->installation, cells);
  VT_NEW(plan->operation, cells);
  VT_NEW(plan->impact, m->categories * cells);
  VT_NEW(plan->total_impact, m->categories);
  return VT_OK;
}

// Apply the factors (NULL: the reference) and solve. The caller frees with answer_free.
static inline answer solve(made *m, const double *factor) {
  answer a = {0};
  vt_numbers numbers;
  vt_lp_model *lp;
  vt_lp_session *session;
  vt_lp_solution s;
  vt_pathway_apply(m->state, factor, &numbers);
  const vt_program *program = vt_pathway_program(m->pathway);
  const vt_lp_options options = {.tie_break = true};
  must(vt_lp_model_create(program, &numbers, vt_pathway_entry_varies(m->pathway),
                          vt_pathway_tie_weight(m->pathway), 1, &options, &lp));
  must(vt_lp_session_create(lp, &session));
  must(vt_lp_solve(session, &numbers, NULL, &s));
  must(new_plan(m, &a.plan));
  a.outcome = s.outcome;
  if (s.outcome == VT_OPTIMAL) {
    vt_pathway_evaluate(m->state, s.x, &a.plan);
    a.objective = s.objective;
    for (int c = 0; c < program->columns; c++) a.cost_size += fabs(numbers.cost[c] * s.x[c]);
  }
  vt_lp_session_free(session);
  vt_lp_model_free(lp);
  return a;
}

// Whether two numbers agree to `tolerance`, relative to `size` or to the first. NaN never does.
static inline bool agree(double expected, double found, double size, double tolerance) {
  if (expected == found) return true;
  return fabs(expected - found) <= tolerance * fmax(fabs(expected), size);
}

#endif
