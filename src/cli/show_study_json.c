// show_study_json.c - vintner show on a study file: what it asks for, as one JSON document.
#include "report.h"
#include "show.h"

#include <inttypes.h>

static void open_member(FILE *out, const char *name) {
  (void)fprintf(out, ",\n  \"%s\": ", name);
}

static void put_texts(FILE *out, const char *const *text, int count) {
  for (int i = 0; i < count; i++) {
    (void)fputs(i > 0 ? ", " : "[", out);
    json_text(out, text[i]);
  }
  (void)fputs(count > 0 ? "]" : "[]", out);
}

// What begins an item of a list of objects, with its first member.
static void open_item(FILE *out, int i, const char *name) {
  (void)fprintf(out, "%s\n    {\"%s\": ", i > 0 ? "," : "[", name);
}

static void close_list(FILE *out, int count) {
  (void)fputs(count > 0 ? "]" : "[]", out);
}

static void put_named(FILE *out, const char *name, const char *text) {
  (void)fprintf(out, ", \"%s\": ", name);
  json_text(out, text);
}

static void put_value(FILE *out, const char *name, double value) {
  (void)fprintf(out, ", \"%s\": ", name);
  json_number(out, value);
}

// -------------------------------------------------------------------------------------------------
// Plain LCA.

static void put_inventory(FILE *out, const vt_study *s) {
  const vt_inventory_plan *plan = &s->model.inventory;
  open_member(out, "demands");
  for (int i = 0; i < plan->demands; i++) {
    const vt_lca_demand *d = &plan->demand[i];
    open_item(out, i, "name");
    json_text(out, d->name);
    put_named(out, "database", d->database);
    put_named(out, "code", d->code);
    if (!d->database) (void)fprintf(out, ", \"id\": %" PRId64, d->id);
    put_value(out, "amount", d->amount);
    (void)fputs("}", out);
  }
  close_list(out, plan->demands);
  open_member(out, "methods");
  for (int i = 0; i < plan->methods; i++) {
    open_item(out, i, "name");
    json_text(out, plan->method[i].name);
    (void)fputs(", \"method\": ", out);
    put_texts(out, plan->method[i].part, plan->method[i].parts);
    (void)fputs("}", out);
  }
  close_list(out, plan->methods);
}

// -------------------------------------------------------------------------------------------------
// Pathway models from databases.

static void put_background(FILE *out, const vt_database_plan *plan) {
  int item = 0;
  open_member(out, "background");
  for (int b = 0; b < plan->backgrounds; b++) {
    const vt_background_variant *variant = &plan->background[b];
    for (int i = 0; i < variant->snapshots; i++) {
      open_item(out, item++, "pathway");
      json_text(out, variant->name);
      put_named(out, "database", variant->snapshot[i].database);
      if (variant->snapshot[i].has_year) put_value(out, "year", variant->snapshot[i].year);
      (void)fputs("}", out);
    }
  }
  close_list(out, item);
}

static void put_demand(FILE *out, const vt_database_plan *plan) {
  open_member(out, "demand");
  if (plan->demand_file) {
    json_text(out, plan->demand_file);
    return;
  }
  for (int i = 0; i < plan->demands; i++) {
    const vt_yearly_demand *d = &plan->demand[i];
    open_item(out, i, "product");
    json_text(out, d->product);
    (void)fprintf(out, ", \"years\": [%d, %d]", d->first_year, d->last_year);
    put_value(out, "amount", d->amount);
    (void)fputs("}", out);
  }
  close_list(out, plan->demands);
}

static void put_methods(FILE *out, const vt_database_plan *plan) {
  open_member(out, "methods");
  for (int i = 0; i < plan->categories; i++) {
    const vt_category_plan *c = &plan->category[i];
    open_item(out, i, "category");
    json_text(out, c->name);
    (void)fputs(", \"method\": ", out);
    put_texts(out, c->part, c->parts);
    put_named(out, "metric", vt_metric_names[c->metric]);
    if (c->metric != VT_METRIC_STATIC)
      (void)fprintf(out, ", \"horizon\": %d, \"fixed_horizon\": %s", c->horizon,
                    c->fixed_horizon ? "true" : "false");
    (void)fputs("}", out);
  }
  close_list(out, plan->categories);
}

static void put_plan(FILE *out, const vt_database_plan *plan) {
  open_member(out, "foreground");
  json_text(out, plan->foreground);
  put_background(out, plan);
  open_member(out, "years");
  (void)fprintf(out, "[%d, %d]", plan->first_year, plan->last_year);
  put_demand(out, plan);
  put_methods(out, plan);
  open_member(out, "flows");
  (void)fputs("{\"retain\": ", out);
  put_texts(out, plan->retain, plan->retained);
  (void)fprintf(out, ", \"characterised_only\": %s", plan->characterised_only ? "true" : "false");
  put_value(out, "cutoff", plan->cutoff);
  (void)fprintf(out, "},\n  \"missing\": \"%s\"", plan->missing_zero ? "zero" : "error");
}

// -------------------------------------------------------------------------------------------------
// Pathway models.

// What a factor puts in: a number, levels, names, the kind of a distribution, null from a table.
static void put_setting(FILE *out, const vt_value *v) {
  (void)fputs(", \"value\": ", out);
  switch (v->kind) {
    case VT_VALUE_EMPTY: json_text(out, NULL); break;
    case VT_VALUE_NUMBER: json_number(out, v->level[0]); break;
    case VT_VALUE_NAMES: put_texts(out, v->name, v->levels); break;
    case VT_VALUE_DISTRIBUTION:
      json_text(out, vt_distribution_types[v->distribution.kind].name);
      break;
    case VT_VALUE_LEVELS:
      for (int i = 0; i < v->levels; i++) {
        (void)fputs(i > 0 ? ", " : "[", out);
        json_number(out, v->level[i]);
      }
      (void)fputs("]", out);
      break;
  }
}

static void put_factors(FILE *out, const char *title, const vt_factor *factor, int factors) {
  open_member(out, title);
  for (int i = 0; i < factors; i++) {
    open_item(out, i, "name");
    json_text(out, factor[i].name);
    put_named(out, "target", factor[i].target.text);
    put_named(out, "operation", vt_operation_names[factor[i].operation]);
    put_setting(out, &factor[i].value);
    (void)fputs("}", out);
  }
  close_list(out, factors);
}

static void put_objectives(FILE *out, const vt_study *s) {
  open_member(out, "objective");
  for (int i = 0; i < s->aims.objectives; i++) {
    open_item(out, i, "category");
    json_text(out, s->aims.objective[i].category);
    put_value(out, "weight", s->aims.objective[i].weight);
    (void)fputs("}", out);
  }
  close_list(out, s->aims.objectives);
}

static void put_pathway(FILE *out, const vt_study *s) {
  if (s->model.pathway.from) {
    put_plan(out, s->model.pathway.from);
  } else {
    open_member(out, "inputs");
    json_text(out, s->model.pathway.inputs);
  }
  open_member(out, "unit");
  json_text(out, vt_unit_names[s->model.pathway.unit]);
  put_objectives(out, s);
  if (s->ensemble) {
    open_member(out, "seed");
    (void)fprintf(out, "%" PRIu64, s->design.seed);
  }
  if (s->design.kind == VT_DESIGN_MONTE_CARLO) {
    open_member(out, "scenarios");
    (void)fprintf(out, "%" PRId64, s->design.size);
  }
  if (s->design.table) {
    open_member(out, "table");
    json_text(out, s->design.table);
  }
  put_factors(out, "overrides", s->model.pathway.override, s->model.pathway.overrides);
  put_factors(out, "factors", s->factor, s->factors);
}

void vt_show_study_json(const vt_study *s, FILE *out) {
  static void (*const kinds[])(FILE *, const vt_study *) = {
      [VT_MODEL_PATHWAY] = put_pathway, [VT_MODEL_INVENTORY] = put_inventory};
  (void)fputs("{\n  \"study\": ", out);
  json_text(out, s->name);
  open_member(out, "model");
  json_text(out, vt_model_kind_name(s->model.kind));
  if (s->model.databases > 0) {
    open_member(out, "databases");
    put_texts(out, s->model.database, s->model.databases);
  }
  kinds[s->model.kind](out, s);
  (void)fputs("\n}\n", out);
}
