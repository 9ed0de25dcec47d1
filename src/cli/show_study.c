// show_study.c - vintner show on a study file: what it asks for, as read.
#include "show.h"
#include "vintner/study.h"

#include <inttypes.h>
#include <string.h>

static const char *const operation_names[] = {
    [VT_SET] = "set", [VT_ADD] = "add", [VT_MULTIPLY] = "multiply", [VT_CHOOSE] = "choose"};

static const char *value_text(const vt_factor *f, char *text, size_t bytes) {
  static const char *const kinds[] = {[VT_UNIFORM] = "uniform",
                                      [VT_NORMAL] = "normal",
                                      [VT_LOGNORMAL] = "lognormal",
                                      [VT_TRIANGULAR] = "triangular",
                                      [VT_DISCRETE] = "discrete"};
  switch (f->value) {
    case VT_VALUE_EMPTY: return "from the table";
    case VT_VALUE_NUMBER: (void)snprintf(text, bytes, "%.12g", f->level[0]); break;
    case VT_VALUE_LEVELS: (void)snprintf(text, bytes, "%d levels", f->levels); break;
    case VT_VALUE_NAMES: (void)snprintf(text, bytes, "%d alternatives", f->levels); break;
    case VT_VALUE_DISTRIBUTION: return kinds[f->distribution.kind];
  }
  return text;
}

static void print_factors(const char *title, const vt_factor *factor, int factors, FILE *out) {
  if (factors > 0) (void)fprintf(out, "\n%s\n", title);
  for (int i = 0; i < factors; i++) {
    char text[64];
    (void)fprintf(out, "  %-16s %s %s %s\n", factor[i].name ? factor[i].name : "",
                  factor[i].target.text, operation_names[factor[i].operation],
                  value_text(&factor[i], text, sizeof text));
  }
}

static void print_study(const vt_study *s, FILE *out) {
  (void)fprintf(out, "study       %s\ninputs      %s\nunit        %s\n", s->name, s->pathway.inputs,
                s->pathway.unit == VT_UNIT_ANNUAL ? "annual" : "lifetime");
  for (int i = 0; i < s->pathway.objectives; i++) {
    (void)fprintf(out, "%-11s %s (weight %.12g)\n", i == 0 ? "objective" : "",
                  s->pathway.objective[i].category, s->pathway.objective[i].weight);
  }
  if (s->ensemble) (void)fprintf(out, "seed        %" PRIu64 "\n", s->seed);
  if (s->design == VT_DESIGN_MONTE_CARLO)
    (void)fprintf(out, "scenarios   %" PRId64 "\n", s->design_size);
  if (s->table) (void)fprintf(out, "table       %s\n", s->table);
  print_factors("overrides", s->pathway.override, s->pathway.overrides, out);
  print_factors("factors", s->factor, s->factors, out);
}

bool vt_is_study_path(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

vt_error vt_command_show_study(const char *path, FILE *out) {
  vt_study *study;
  VT_TRY(vt_study_read(path, &study));
  print_study(study, out);
  vt_study_free(study);
  return VT_OK;
}
