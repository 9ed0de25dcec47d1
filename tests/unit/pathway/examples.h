// examples.h - hand-computed models: changes of the base model (models.h) and their optimum.
#ifndef VT_TEST_EXAMPLES_H
#define VT_TEST_EXAMPLES_H

#include "models.h"

typedef struct build {
  const char *process;
  int year;
  double units;
} build;

enum { MOST_CHANGES = 10, MOST_BUILDS = 6 };

// A change of the base model (models.h) and what its optimum is.
typedef struct example {
  const char *what;
  vt_unit unit;
  const char *pathway; // more lines of the study
  json_field change[MOST_CHANGES];
  vt_outcome outcome;
  double objective;
  build built[MOST_BUILDS]; // where it is unique
} example;

static inline void check_builds(const made *m, const answer *a, const example *e) {
  for (int i = 0; i < MOST_BUILDS && e->built[i].process; i++) {
    const build *b = &e->built[i];
    const int p = vt_labels_find(m->inputs->process, b->process, (ptrdiff_t)strlen(b->process));
    int t = 0;
    while (t < m->times && m->inputs->system_time[t] != b->year) t++;
    assert_true(p >= 0 && t < m->times);
    const double found = a->plan.installation[p * m->times + t];
    if (!agree(b->units, found, 1.0, 1e-9))
      fail_msg("%s: installation of %s in %d is %.17g, not %.17g", e->what, b->process, b->year,
               found, b->units);
  }
}

static inline void check_example(const example *e, bool reduced) {
  vt_text json = model_text(e->change);
  vt_text study = study_text(e->unit, e->pathway, NULL);
  made m = make(&json, &study, reduced);
  answer a = solve(&m, NULL);
  if (a.outcome != e->outcome)
    fail_msg("%s: %s, expected %s", e->what, vt_outcome_name(a.outcome),
             vt_outcome_name(e->outcome));
  if (e->outcome == VT_OPTIMAL) {
    if (!agree(e->objective, a.plan.objective, 1.0, 1e-9))
      fail_msg("%s: objective %.17g, not %.17g", e->what, a.plan.objective, e->objective);
    if (!agree(a.objective, a.plan.objective, 1.0, 1e-12))
      fail_msg("%s: programme %.17g, plan %.17g", e->what, a.objective, a.plan.objective);
    if (!(a.plan.violation <= 1e-13)) fail_msg("%s: violation %g", e->what, a.plan.violation);
    check_builds(&m, &a, e);
  }
  answer_free(&a);
  unmake(&m);
  vt_text_free(&json);
  vt_text_free(&study);
}

static inline void check_examples(const example *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    check_example(&list[i], true);
    check_example(&list[i], false);
  }
}
#define CHECK_EXAMPLES(list) check_examples((list), sizeof(list) / sizeof(list)[0])

#define ONE_YEAR                                                                                   \
  { "demand", "{'[`R`, 2020]': 10}" }

#endif
