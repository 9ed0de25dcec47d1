// alternatives.h - inputs with alternative backgrounds, made by hand, for the tests of choices.
#ifndef VT_TEST_ALTERNATIVES_H
#define VT_TEST_ALTERNATIVES_H

#include "models.h"

static const char *const alternative_name[] = {"SSP1", "SSP2", "SSP 5"};
enum { MOST_ALTERNATIVES = sizeof alternative_name / sizeof *alternative_name };

// ---------------------------------------------------------------------------------------------
// Inputs with alternatives.

static inline ptrdiff_t mapping_cells(const vt_inputs *in) {
  return (ptrdiff_t)vt_labels_count(in->background) * in->system_times;
}

// A mapping from weights of all snapshots and years; zeros are entries if `all`.
static inline vt_tensor new_mapping(vt_inputs *in, const double *weight, const bool *kept) {
  vt_tensor t = {0};
  const ptrdiff_t cells = mapping_cells(in);
  t.index = vt_arena_calloc(in->arena, 2 * cells + 1, sizeof *t.index);
  t.value = vt_arena_calloc(in->arena, cells + 1, sizeof *t.value);
  assert_true(t.index && t.value);
  for (ptrdiff_t i = 0; i < cells; i++) {
    if (kept ? !kept[i] : weight[i] == 0.0) continue;
    t.index[2 * t.count] = (int32_t)(i / in->system_times);
    t.index[2 * t.count + 1] = (int32_t)(i % in->system_times);
    t.value[t.count++] = weight[i];
  }
  return t;
}

static inline void weights_of(const vt_inputs *in, const vt_tensor *mapping, double *weight) {
  memset(weight, 0, (size_t)mapping_cells(in) * sizeof *weight);
  for (ptrdiff_t e = 0; e < mapping->count; e++)
    weight[(ptrdiff_t)mapping->index[2 * e] * in->system_times + mapping->index[2 * e + 1]] =
        mapping->value[e];
}

// Give the inputs alternatives: their own mapping, then the weights given.
static inline void add_pathways(vt_inputs *in, int alternatives, double *const *weight) {
  must(vt_labels_create(&in->variant));
  in->variant_mapping = vt_arena_calloc(in->arena, MOST_ALTERNATIVES, sizeof *in->variant_mapping);
  assert_non_null(in->variant_mapping);
  for (int k = 0; k < alternatives; k++) {
    int index;
    const char *name = alternative_name[k];
    must(vt_labels_add(in->variant, name, (ptrdiff_t)strlen(name), &index, NULL));
    in->variant_mapping[k] =
        k == 0 ? in->tensor[VT_TENSOR_MAPPING] : new_mapping(in, weight[k], NULL);
  }
}

// The inputs with one mapping, which has the entries of all alternatives.
static inline void fix_mapping(vt_inputs *in, int alternatives, double *const *weight, int chosen) {
  bool *kept = vt_arena_calloc(in->arena, mapping_cells(in), sizeof *kept);
  assert_non_null(kept);
  for (ptrdiff_t i = 0; i < mapping_cells(in); i++) {
    for (int k = 0; k < alternatives; k++) kept[i] = kept[i] || weight[k][i] != 0.0;
  }
  in->tensor[VT_TENSOR_MAPPING] = new_mapping(in, weight[chosen], kept);
}

static inline made read_parts(const vt_text *json, const vt_text *study) {
  made m;
  must(try_read(json, study, &m));
  return m;
}

// ---------------------------------------------------------------------------------------------
// The model of models.h with two snapshots: in `late` 1 I means 12 CO2, not 2. SSP1 has `db` in all
// years, SSP2 half of each in 2020 (7 CO2) and `late` then. A costs 2 (7) to build in 2020, 2 (12)
// in 2021, and 1 a year; B 5 a year. SSP1: A[2020] = 10, 40. SSP2: 7 + 1 + 1 = 9 < 10 for two years
// of B, so the same plan at 90.

static const json_field two_snapshots[] = {
    {"BACKGROUND_ID", "['db', 'late']"},
    {"background_inventory", "{'[`db`, `I`, `CO2`]': 2, '[`late`, `I`, `CO2`]': 12}"},
    {NULL, NULL}};

static double ssp1[] = {1, 1, 1, 0, 0, 0}, ssp2[] = {0.5, 0, 0, 0.5, 1, 1};
static double *const small_weights[] = {ssp1, ssp2};

// The small model with a study whose lines after the inputs are given.
static inline made small_parts(const char *pathway, const char *rest) {
  vt_text json = model_text(two_snapshots), study = study_text(VT_UNIT_LIFETIME, pathway, rest);
  made m = read_parts(&json, &study);
  add_pathways(m.inputs, 2, small_weights);
  vt_text_free(&json);
  vt_text_free(&study);
  return m;
}

static inline made small_model(const char *rest) {
  made m = small_parts(NULL, rest);
  must(try_finish(&m, true));
  return m;
}

static inline void expect_objective(made *m, const double *factor, double expected) {
  answer a = solve(m, factor);
  assert_int_equal(a.outcome, VT_OPTIMAL);
  if (!agree(expected, a.plan.objective, 0.0, 1e-12))
    fail_msg("%.17g, not %.17g", a.plan.objective, expected);
  answer_free(&a);
}

#define FACTORS "ensemble:\n  design: factorial\n  factors:\n"
#define CHOICE "    path: {target: background, choose: [SSP2, SSP1]}\n"

#endif
