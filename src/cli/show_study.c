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

static void print_demand(const vt_demanded *d, FILE *out) {
  if (d->name) (void)fprintf(out, "%s: ", d->name);
  (void)fprintf(out, "%.12g of ", d->amount);
  if (d->database && d->code)
    (void)fprintf(out, "'%s' in '%s'\n", d->code, d->database);
  else if (d->database)
    (void)fprintf(out, "each product of '%s'\n", d->database);
  else
    (void)fprintf(out, "datapackage id %" PRId64 "\n", d->id);
}

static void print_inventory(const vt_study *s, FILE *out) {
  const vt_inventory_plan *plan = &s->inventory;
  (void)fprintf(out, "study       %s\n", s->name);
  for (int i = 0; i < plan->databases; i++)
    (void)fprintf(out, "%-11s %s\n", i == 0 ? "databases" : "", plan->database[i]);
  for (int i = 0; i < plan->demands; i++) {
    (void)fprintf(out, "%-11s ", i == 0 ? "demands" : "");
    print_demand(&plan->demand[i], out);
  }
  for (int i = 0; i < plan->methods; i++) {
    const vt_method_choice *m = &plan->method[i];
    (void)fprintf(out, "%-11s ", i == 0 ? "methods" : "");
    if (m->name) (void)fprintf(out, "%s: ", m->name);
    for (int p = 0; p < m->parts; p++) (void)fprintf(out, "%s%s", p > 0 ? ", " : "", m->part[p]);
    (void)fputc('\n', out);
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
  (study->inventory.given ? print_inventory : print_study)(study, out);
  vt_study_free(study);
  return VT_OK;
}
