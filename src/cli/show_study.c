// show_study.c - vintner show on a study file: what it asks for, as read.
#include "print.h"
#include "show.h"

#include <inttypes.h>
#include <string.h>

static const char *names_text(const vt_value *v, char *text, size_t bytes) {
  size_t used = 0;
  for (int i = 0; i < v->levels && used + 1 < bytes; i++) {
    (void)snprintf(text + used, bytes - used, "%s%s", i > 0 ? ", " : "", v->name[i]);
    used += strlen(text + used);
  }
  return text;
}

static const char *value_text(const vt_value *v, char *text, size_t bytes) {
  switch (v->kind) {
    case VT_VALUE_EMPTY: return "from the table";
    case VT_VALUE_NUMBER: (void)snprintf(text, bytes, "%.12g", v->level[0]); break;
    case VT_VALUE_LEVELS: (void)snprintf(text, bytes, "%d levels", v->levels); break;
    case VT_VALUE_NAMES: return names_text(v, text, bytes);
    case VT_VALUE_DISTRIBUTION: return vt_distribution_types[v->distribution.kind].name;
    case VT_VALUE_FORMULA: return vt_cut(vt_formula_text(v->formula), (int)bytes);
  }
  return text;
}

static void print_parameters(const vt_study *s, FILE *out) {
  if (s->parameters > 0) (void)fputs("\nparameters\n", out);
  for (int i = 0; i < s->parameters; i++) {
    char text[200];
    print_line(out, "  %-16s %s\n", s->parameter[i].name,
               value_text(&s->parameter[i].value, text, sizeof text));
  }
}

static void print_factors(const char *title, const vt_factor *factor, int factors, FILE *out) {
  if (factors > 0) (void)fprintf(out, "\n%s\n", title);
  for (int i = 0; i < factors; i++) {
    char text[200];
    print_line(out, "  %-16s %s %s %s\n", factor[i].name ? factor[i].name : "",
               factor[i].target.text, vt_operation_names[factor[i].operation],
               value_text(&factor[i].value, text, sizeof text));
  }
}

static void print_demand(const vt_lca_demand *d, FILE *out) {
  if (d->name) print_line(out, "%s: ", d->name);
  print_line(out, "%.12g of ", d->amount);
  if (d->database && d->code)
    print_line(out, "'%s' in '%s'\n", d->code, d->database);
  else if (d->database)
    print_line(out, "each product of '%s'\n", d->database);
  else
    print_line(out, "datapackage id %" PRId64 "\n", d->id);
}

static void print_sources(const vt_model_plan *model, FILE *out) {
  for (int i = 0; i < model->databases; i++)
    print_line(out, "%-11s %s\n", i == 0 ? "databases" : "", model->database[i]);
  for (int i = 0; i < model->allocations; i++)
    print_line(out, "%-11s %s: %s\n", i == 0 ? "allocation" : "", model->allocation[i].database,
               model->allocation[i].property);
}

static void print_parts(const char *const *part, int parts, FILE *out) {
  for (int p = 0; p < parts; p++) print_line(out, "%s%s", p > 0 ? ", " : "", part[p]);
}

static void print_design(const vt_design_plan *d, FILE *out) {
  const vt_design_type *type = &vt_design_types[d->kind];
  if (type->name) print_line(out, "design      %s\n", type->name);
  if (type->takes & VT_ARGUMENT_SIZE)
    print_line(out, "%-11s %" PRId64 "\n", type->size ? type->size : "scenarios", d->size);
  if (d->table) print_line(out, "table       %s\n", d->table);
  for (int i = 0; i < d->exchange_files; i++) print_line(out, "exchanges   %s\n", d->exchanges[i]);
  if (d->correlations_file) print_line(out, "correlated  by %s\n", d->correlations_file);
  if (d->correlations > 0) print_line(out, "correlated  %d pairs\n", d->correlations);
}

// What differs between the scenarios; `fixed`: changes that do not.
static void print_ensemble(const vt_study *s, const vt_factor *fixed, int count, FILE *out) {
  if (s->ensemble) print_line(out, "seed        %" PRIu64 "\n", s->design.seed);
  print_design(&s->design, out);
  if (s->uncertainty.wanted)
    print_line(out, "uncertain  %s%s%s%s\n", s->uncertainty.technosphere ? " technosphere" : "",
               s->uncertainty.biosphere ? " biosphere" : "",
               s->uncertainty.methods ? " methods" : "",
               s->uncertainty.parameters ? " parameters" : "");
  print_parameters(s, out);
  print_factors("overrides", fixed, count, out);
  print_factors("factors", s->factor, s->factors, out);
}

static void print_inventory(const vt_study *s, FILE *out) {
  const vt_inventory_plan *plan = &s->model.inventory;
  for (int i = 0; i < plan->demands; i++) {
    print_line(out, "%-11s ", i == 0 ? "demands" : "");
    print_demand(&plan->demand[i], out);
  }
  for (int i = 0; i < plan->methods; i++) {
    const vt_method_plan *m = &plan->method[i];
    print_line(out, "%-11s ", i == 0 ? "methods" : "");
    if (m->name) print_line(out, "%s: ", m->name);
    print_parts(m->part, m->parts, out);
    (void)fputc('\n', out);
  }
  if (s->ensemble) print_ensemble(s, NULL, 0, out);
}

static void print_stepped(const char *title, const vt_stepped *list, int count, FILE *out) {
  for (int i = 0; i < count; i++) {
    print_line(out, "%-16s %s:", i == 0 ? title : "", list[i].name);
    for (int s = 0; s < list[i].spans && s < 4; s++)
      print_line(out, " %.12g", list[i].span[s].value);
    (void)fputs(list[i].spans > 4 ? " ...\n" : "\n", out);
  }
}

static void print_choice(const vt_study *s, FILE *out) {
  const vt_choice_plan *plan = &s->model.choice;
  for (int c = 0; c < plan->choices; c++) {
    print_line(out, "%-11s %s:", c == 0 ? "choices" : "", plan->choice[c].name);
    for (int i = 0; i < plan->choice[c].alternatives; i++)
      print_line(out, "%s %s", i > 0 ? "," : "", plan->choice[c].alternative[i].capacity.name);
    (void)fputc('\n', out);
  }
  print_stepped("demand", plan->demand, plan->demands, out);
  print_stepped("supply", plan->supply, plan->supplies, out);
  for (int l = 0; l < VT_CHOICE_LIMITS; l++)
    print_stepped(vt_choice_limit_names[l], plan->limit[l], plan->limits[l], out);
  if (plan->steps_line > 0) print_line(out, "steps       %d\n", plan->steps);
  for (int i = 0; i < s->aims.objectives; i++)
    print_line(out, "%-11s %s (weight %.12g)\n", i == 0 ? "objective" : "",
               s->aims.objective[i].category, s->aims.objective[i].weight);
  for (int i = 0; i < plan->goals; i++)
    print_line(out, "%-11s %s (%.12g)\n", i == 0 ? "goals" : "", plan->goal[i].category,
               plan->goal[i].weight);
  print_ensemble(s, plan->override, plan->overrides, out);
}

static void print_background(const vt_background_variant *b, FILE *out) {
  if (b->name) print_line(out, "%s: ", b->name);
  for (int i = 0; i < b->snapshots; i++) {
    print_line(out, "%s%s", i > 0 ? ", " : "", b->snapshot[i].name);
    if (b->snapshot[i].has_year) print_line(out, " (%d)", b->snapshot[i].year);
  }
  (void)fputc('\n', out);
}

static void print_category(const vt_category_plan *c, FILE *out) {
  print_line(out, "%s: ", c->name);
  print_parts(c->part, c->parts, out);
  print_line(out, " (%s", vt_metric_names[c->metric]);
  if (c->metric != VT_METRIC_STATIC)
    print_line(out, ", %s horizon of %d years", c->fixed_horizon ? "fixed" : "moving", c->horizon);
  (void)fputs(")\n", out);
}

static void print_date(int64_t seconds, FILE *out) {
  vt_date d;
  vt_date_of(seconds, &d);
  print_line(out, "%04lld-%02d-%02d", (long long)d.year, d.month, d.day);
  if (d.hour > 0 || d.minute > 0 || d.second > 0)
    print_line(out, "T%02d:%02d:%02d", d.hour, d.minute, d.second);
}

static void print_snapshots(const vt_timeline_background *b, FILE *out) {
  if (b->name) print_line(out, "%s: ", b->name);
  for (int i = 0; i < b->snapshots; i++) {
    print_line(out, "%s%s", i > 0 ? ", " : "", b->snapshot[i].database);
    if (!b->snapshot[i].dated) continue;
    (void)fputs(" (", out);
    print_date(b->snapshot[i].date, out);
    (void)fputs(")", out);
  }
  (void)fputc('\n', out);
}

static void print_timeline(const vt_study *s, FILE *out) {
  const vt_timeline_plan *plan = &s->model.timeline;
  for (int i = 0; i < plan->demands; i++) {
    print_line(out, "%-11s ", i == 0 ? "demands" : "");
    print_demand(&plan->demand[i].lca, out);
  }
  (void)fputs("start       ", out);
  print_date(plan->start, out);
  print_line(out, "\nresolution  %s\n", vt_resolution_names[plan->resolution]);
  for (int i = 0; i < plan->methods; i++) {
    const vt_timeline_method *m = &plan->method[i];
    print_line(out, "%-11s ", i == 0 ? "methods" : "");
    if (m->table)
      print_line(out, "%s: from %s\n", m->category.name, m->table);
    else
      print_category(&m->category, out);
  }
  for (int i = 0; i < plan->backgrounds; i++) {
    print_line(out, "%-11s ", i == 0 ? "background" : "");
    print_snapshots(&plan->background[i], out);
  }
  if (s->ensemble) print_ensemble(s, NULL, 0, out);
}

static void print_years(int first, int last, FILE *out) {
  print_line(out, "%d", first);
  if (last > first) print_line(out, " to %d", last);
}

static void print_demands(const vt_database_plan *plan, FILE *out) {
  if (plan->demand_file) print_line(out, "demand      from %s\n", plan->demand_file);
  for (int i = 0; i < plan->demands; i++) {
    const vt_yearly_demand *d = &plan->demand[i];
    print_line(out, "%-11s %.12g of '%s' in ", i == 0 ? "demand" : "", d->amount, d->product);
    print_years(d->first_year, d->last_year, out);
    (void)fputc('\n', out);
  }
}

static void print_flows(const vt_database_plan *plan, FILE *out) {
  if (!plan->characterised_only) (void)fputs("flows       all, characterised or not\n", out);
  for (int i = 0; i < plan->retained; i++)
    print_line(out, "%-11s %s\n", i == 0 ? "retained" : "", plan->retain[i]);
  if (plan->cutoff > 0) print_line(out, "cutoff      %.12g\n", plan->cutoff);
  if (plan->missing_zero) (void)fputs("missing     counts as zero\n", out);
}

static void print_plan(const vt_database_plan *plan, FILE *out) {
  print_line(out, "foreground  %s\n", plan->foreground);
  for (int i = 0; i < plan->backgrounds; i++) {
    print_line(out, "%-11s ", i == 0 ? "background" : "");
    print_background(&plan->background[i], out);
  }
  if (plan->backgrounds == 0)
    (void)fputs("background  all databases with representative_time\n", out);
  (void)fputs("years       ", out);
  print_years(plan->first_year, plan->last_year, out);
  (void)fputc('\n', out);
  print_demands(plan, out);
  for (int i = 0; i < plan->categories; i++) {
    print_line(out, "%-11s ", i == 0 ? "methods" : "");
    print_category(&plan->category[i], out);
  }
  print_flows(plan, out);
}

static void print_pathway(const vt_study *s, FILE *out) {
  if (s->model.pathway.from)
    print_plan(s->model.pathway.from, out);
  else
    print_line(out, "inputs      %s\n", s->model.pathway.inputs);
  print_line(out, "unit        %s\n", vt_unit_names[s->model.pathway.unit]);
  for (int i = 0; i < s->aims.objectives; i++) {
    print_line(out, "%-11s %s (weight %.12g)\n", i == 0 ? "objective" : "",
               s->aims.objective[i].category, s->aims.objective[i].weight);
  }
  print_ensemble(s, s->model.pathway.override, s->model.pathway.overrides, out);
}

static void print_study(const vt_study *s, FILE *out) {
  static void (*const kinds[])(const vt_study *, FILE *) = {[VT_MODEL_PATHWAY] = print_pathway,
                                                            [VT_MODEL_INVENTORY] = print_inventory,
                                                            [VT_MODEL_CHOICE] = print_choice,
                                                            [VT_MODEL_TIMELINE] = print_timeline};
  print_line(out, "study       %s\n", s->name);
  print_sources(&s->model, out);
  kinds[s->model.kind](s, out);
}

bool vt_is_study_path(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

vt_error vt_command_show_study(const char *path, bool json, FILE *out) {
  vt_study *study;
  VT_TRY(vt_study_read(path, &study));
  FILE *lines = out;
  const vt_error opened = json ? VT_OK : print_open(out, &lines);
  if (json)
    vt_show_study_json(study, out);
  else if (opened == VT_OK)
    print_study(study, lines);
  if (lines != out) (void)fclose(lines);
  vt_study_free(study);
  return opened;
}
