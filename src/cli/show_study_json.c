// show_study_json.c - vintner show on a study file: what it asks for, as one JSON document.
#include "print.h"
#include "show.h"

#include <inttypes.h>

// -------------------------------------------------------------------------------------------------
// Pathway models from databases.

static void put_background(json_out *j, const vt_database_plan *plan) {
  json_list(j, "background", JSON_LINES);
  for (int b = 0; b < plan->backgrounds; b++) {
    const vt_background_variant *variant = &plan->background[b];
    for (int i = 0; i < variant->snapshots; i++) {
      json_map(j, NULL);
      json_members(j, "pathway: %s, database: %s", variant->name, variant->snapshot[i].name);
      if (variant->snapshot[i].has_year) json_raw(j, "year", "%d", variant->snapshot[i].year);
      json_close(j);
    }
  }
  json_close(j);
}

static void put_demand(json_out *j, const vt_database_plan *plan) {
  if (plan->demand_file) {
    json_text(j, "demand", plan->demand_file);
    return;
  }
  json_list(j, "demand", JSON_LINES);
  for (int i = 0; i < plan->demands; i++) {
    const vt_yearly_demand *d = &plan->demand[i];
    json_map(j, NULL);
    json_text(j, "product", d->product);
    json_raw(j, "years", "[%d, %d]", d->first_year, d->last_year);
    json_number(j, "amount", d->amount);
    json_close(j);
  }
  json_close(j);
}

static void put_methods(json_out *j, const vt_database_plan *plan) {
  json_list(j, "methods", JSON_LINES);
  for (int i = 0; i < plan->categories; i++) {
    const vt_category_plan *c = &plan->category[i];
    json_map(j, NULL);
    json_text(j, "category", c->name);
    json_texts(j, "method", c->part, c->parts);
    json_text(j, "metric", vt_metric_names[c->metric]);
    if (c->metric != VT_METRIC_STATIC)
      json_members(j, "horizon: %d, fixed_horizon: %i", c->horizon, c->fixed_horizon);
    json_close(j);
  }
  json_close(j);
}

static void put_plan(json_out *j, const vt_database_plan *plan) {
  json_text(j, "foreground", plan->foreground);
  put_background(j, plan);
  json_raw(j, "years", "[%d, %d]", plan->first_year, plan->last_year);
  put_demand(j, plan);
  put_methods(j, plan);
  json_map(j, "flows");
  json_texts(j, "retain", plan->retain, plan->retained);
  json_members(j, "characterised_only: %i, cutoff: %g", plan->characterised_only, plan->cutoff);
  json_close(j);
  json_text(j, "missing", plan->missing_zero ? "zero" : "error");
}

// -------------------------------------------------------------------------------------------------
// Pathway models.

// What a factor puts in: a number, levels, names, the kind of a distribution, null from a table.
static void put_value(json_out *j, const vt_value *v) {
  switch (v->kind) {
    case VT_VALUE_EMPTY: json_text(j, "value", NULL); break;
    case VT_VALUE_NUMBER: json_number(j, "value", v->level[0]); break;
    case VT_VALUE_NAMES: json_texts(j, "value", v->name, v->levels); break;
    case VT_VALUE_LEVELS: json_numbers(j, "value", v->level, v->levels); break;
    case VT_VALUE_FORMULA: json_text(j, "formula", vt_formula_text(v->formula)); break;
    case VT_VALUE_DISTRIBUTION:
      json_text(j, "value", vt_distribution_types[v->distribution.kind].name);
      break;
  }
}

static void put_parameters(json_out *j, const vt_study *s) {
  json_list(j, "parameters", JSON_LINES);
  for (int i = 0; i < s->parameters; i++) {
    json_map(j, NULL);
    json_text(j, "name", s->parameter[i].name);
    put_value(j, &s->parameter[i].value);
    json_close(j);
  }
  json_close(j);
}

static void put_factors(json_out *j, const char *title, const vt_factor *factor, int factors) {
  json_list(j, title, JSON_LINES);
  for (int i = 0; i < factors; i++) {
    json_map(j, NULL);
    json_members(j, "name: %s, target: %s, operation: %s", factor[i].name, factor[i].target.text,
                 vt_operation_names[factor[i].operation]);
    put_value(j, &factor[i].value);
    json_close(j);
  }
  json_close(j);
}

static void put_objectives(json_out *j, const vt_study *s) {
  json_list(j, "objective", JSON_LINES);
  for (int i = 0; i < s->aims.objectives; i++) {
    json_object(j, NULL, "category: %s, weight: %g", s->aims.objective[i].category,
                s->aims.objective[i].weight);
  }
  json_close(j);
}

static void put_design(json_out *j, const vt_design_plan *d) {
  const vt_design_type *type = &vt_design_types[d->kind];
  if (type->name) json_text(j, "design", type->name);
  if (type->takes & VT_ARGUMENT_SIZE)
    json_raw(j, type->size ? type->size : "scenarios", "%" PRId64, d->size);
  if (d->table) json_text(j, "table", d->table);
  if (d->exchange_files > 0) json_texts(j, "exchanges", d->exchanges, d->exchange_files);
  if (d->correlations_file) json_text(j, "correlations", d->correlations_file);
  if (d->correlations > 0) json_raw(j, "correlations", "%d", d->correlations);
}

static void put_uncertainty(json_out *j, const vt_uncertainty_plan *u) {
  const char *part[3];
  int parts = 0;
  if (!u->wanted) return;
  if (u->technosphere) part[parts++] = "technosphere";
  if (u->biosphere) part[parts++] = "biosphere";
  if (u->methods) part[parts++] = "methods";
  json_texts(j, "background_uncertainty", part, parts);
}

static void put_seed_and_design(json_out *j, const vt_study *s) {
  if (s->ensemble) json_raw(j, "seed", "%" PRIu64, s->design.seed);
  put_design(j, &s->design);
  put_uncertainty(j, &s->uncertainty);
  put_parameters(j, s);
}

static void put_pathway(json_out *j, const vt_study *s) {
  if (s->model.pathway.from)
    put_plan(j, s->model.pathway.from);
  else
    json_text(j, "inputs", s->model.pathway.inputs);
  json_text(j, "unit", vt_unit_names[s->model.pathway.unit]);
  put_objectives(j, s);
  put_seed_and_design(j, s);
  put_factors(j, "overrides", s->model.pathway.override, s->model.pathway.overrides);
  put_factors(j, "factors", s->factor, s->factors);
}

// -------------------------------------------------------------------------------------------------
// Plain LCA.

static void put_lca_demand(json_out *j, const vt_lca_demand *d) {
  json_members(j, "name: %s, database: %s, code: %s", d->name, d->database, d->code);
  if (!d->database) json_raw(j, "id", "%" PRId64, d->id);
  json_number(j, "amount", d->amount);
}

static void put_inventory(json_out *j, const vt_study *s) {
  const vt_inventory_plan *plan = &s->model.inventory;
  json_list(j, "demands", JSON_LINES);
  for (int i = 0; i < plan->demands; i++) {
    json_map(j, NULL);
    put_lca_demand(j, &plan->demand[i]);
    json_close(j);
  }
  json_close(j);
  json_list(j, "methods", JSON_LINES);
  for (int i = 0; i < plan->methods; i++) {
    json_map(j, NULL);
    json_text(j, "name", plan->method[i].name);
    json_texts(j, "method", plan->method[i].part, plan->method[i].parts);
    json_close(j);
  }
  json_close(j);
  if (!s->ensemble) return;
  put_seed_and_design(j, s);
  put_factors(j, "factors", s->factor, s->factors);
}

// -------------------------------------------------------------------------------------------------
// Technology choice.

static void put_stepped(json_out *j, const char *title, const vt_stepped *list, int count) {
  if (count == 0) return;
  json_list(j, title, JSON_LINES);
  for (int i = 0; i < count; i++)
    for (int s = 0; s < list[i].spans; s++) {
      json_map(j, NULL);
      json_text(j, "name", list[i].name);
      json_raw(j, "steps", "[%d, %d]", list[i].span[s].first, list[i].span[s].last);
      json_number(j, "value", list[i].span[s].value);
      json_close(j);
    }
  json_close(j);
}

static void put_choice(json_out *j, const vt_study *s) {
  const vt_choice_plan *plan = &s->model.choice;
  json_list(j, "choices", JSON_LINES);
  for (int c = 0; c < plan->choices; c++)
    for (int i = 0; i < plan->choice[c].alternatives; i++)
      json_object(j, NULL, "choice: %s, process: %s", plan->choice[c].name,
                  plan->choice[c].alternative[i].capacity.name);
  json_close(j);
  put_stepped(j, "demand", plan->demand, plan->demands);
  put_stepped(j, "supply", plan->supply, plan->supplies);
  for (int l = 0; l < VT_CHOICE_LIMITS; l++)
    put_stepped(j, vt_choice_limit_names[l], plan->limit[l], plan->limits[l]);
  if (plan->steps_line > 0) json_raw(j, "steps", "%d", plan->steps);
  put_objectives(j, s);
  put_seed_and_design(j, s);
  put_factors(j, "overrides", plan->override, plan->overrides);
}

// Timelines.

static void put_date(json_out *j, const char *name, int64_t seconds) {
  char text[64];
  vt_date d;
  vt_date_of(seconds, &d);
  (void)snprintf(text, sizeof text, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)d.year, d.month,
                 d.day, d.hour, d.minute, d.second);
  json_text(j, name, text);
}

static void put_timeline_methods(json_out *j, const vt_timeline_plan *plan) {
  json_list(j, "methods", JSON_LINES);
  for (int i = 0; i < plan->methods; i++) {
    const vt_category_plan *c = &plan->method[i].category;
    json_map(j, NULL);
    json_members(j, "name: %s, metric: %s", c->name, vt_metric_names[c->metric]);
    if (plan->method[i].table)
      json_text(j, "from", plan->method[i].table);
    else
      json_texts(j, "method", c->part, c->parts);
    json_close(j);
  }
  json_close(j);
}

static void put_timeline(json_out *j, const vt_study *s) {
  const vt_timeline_plan *plan = &s->model.timeline;
  put_date(j, "start", plan->start);
  json_text(j, "resolution", vt_resolution_names[plan->resolution]);
  json_list(j, "demands", JSON_LINES);
  for (int i = 0; i < plan->demands; i++) {
    json_map(j, NULL);
    put_lca_demand(j, &plan->demand[i].lca);
    if (plan->demand[i].dated) put_date(j, "date", plan->demand[i].date);
    json_close(j);
  }
  json_close(j);
  put_timeline_methods(j, plan);
  if (!s->ensemble) return;
  put_seed_and_design(j, s);
  put_factors(j, "factors", s->factor, s->factors);
}

// -------------------------------------------------------------------------------------------------
// The whole.

static void put_allocations(json_out *j, const vt_model_plan *model) {
  if (model->allocations == 0) return;
  json_list(j, "allocation", JSON_LINES);
  for (int i = 0; i < model->allocations; i++) {
    json_map(j, NULL);
    json_members(j, "database: %s, property: %s", model->allocation[i].database,
                 model->allocation[i].property);
    json_close(j);
  }
  json_close(j);
}

void vt_show_study_json(const vt_study *s, FILE *out) {
  static void (*const kinds[])(json_out *,
                               const vt_study *) = {[VT_MODEL_PATHWAY] = put_pathway,
                                                    [VT_MODEL_INVENTORY] = put_inventory,
                                                    [VT_MODEL_CHOICE] = put_choice,
                                                    [VT_MODEL_TIMELINE] = put_timeline};
  json_out j = json_begin(out, JSON_BLOCK);
  json_members(&j, "study: %s, model: %s", s->name, vt_model_kind_name(s->model.kind));
  if (s->model.databases > 0) json_texts(&j, "databases", s->model.database, s->model.databases);
  put_allocations(&j, &s->model);
  kinds[s->model.kind](&j, s);
  json_end(&j);
}
