// read.c - what a choice model asks for, found in the databases: system, alternatives, supplies,
// methods.
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void vt_choice_data_free(void *context) {
  vt_choice_data *k = context;
  if (!k) return;
  for (int a = 0; a < VT_CHOICE_AXES; a++) vt_choice_axis_free(&k->axis[a]);
  for (int l = 0; l < VT_CHOICE_LISTS; l++) {
    for (int i = 0; i < k->list[l].count; i++) free(k->list[l].given[i]);
    free(k->list[l].entry);
    free(k->list[l].given);
  }
  free(k->touch);
  vt_variation_free(k->variation);
  vt_system_free(k->system);
  vt_background_free(k->background);
  vt_database_set_free(k->set);
  vt_arena_free(k->arena);
  free(k);
}

// -------------------------------------------------------------------------------------------------
// System and axes.

static vt_error read_system(vt_choice_data *k) {
  int *database = NULL, count;
  VT_TRY(vt_assembly_read(k->study, &k->set));
  vt_error built = vt_choice_databases(k, &database, &count);
  if (built == VT_OK)
    built = vt_system_create_open(k->set, count, database, VT_NO_COLUMN, &k->system);
  free(database);
  VT_TRY(built);
  k->processes = k->system->processes;
  k->products = k->system->products;
  k->flows = k->system->flows;
  VT_TRY(vt_choice_axis_nodes(k, VT_CHOICE_PROCESS, "process", k->processes, k->system->process));
  VT_TRY(vt_choice_axis_nodes(k, VT_CHOICE_PRODUCT, "product", k->products, k->system->product));
  return vt_choice_axis_nodes(k, VT_CHOICE_FLOW, "flow", k->flows, k->system->flow);
}

static vt_error label_choices(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  vt_choice_axis *a = &k->axis[VT_CHOICE_LABEL];
  k->choices = plan->choices;
  k->merged = k->products + k->choices;
  *a = (vt_choice_axis){.what = "choice", .count = plan->choices};
  VT_ARENA_NEW(k->arena, a->label, plan->choices);
  for (int c = 0; c < plan->choices; c++) {
    const char *name = plan->choice[c].name;
    a->label[c] = name;
    for (int x = VT_CHOICE_PROCESS; x <= VT_CHOICE_FLOW; x++) {
      VT_CHECK(vt_choice_look(k, (vt_choice_axis_id)x, name) == VT_NOBODY, VT_ERR_INPUT,
               "%s:%d: found the choice '%s', which is also the name of a %s, expected another "
               "label",
               k->study->path, plan->choice[c].line, name, k->axis[x].what);
    }
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Alternatives.

static vt_error find_product(vt_choice_data *k, const vt_alternative_plan *plan,
                             vt_choice_alternative *a) {
  const int line = plan->capacity.line;
  int products;
  if (plan->product) {
    bool makes = false;
    VT_TRY(vt_choice_find(k, VT_CHOICE_PRODUCT, plan->product, line, &a->product));
    VT_TRY(vt_choice_makes_product(k, a->process, a->product, &makes));
    VT_CHECK(makes, VT_ERR_INPUT,
             "%s:%d: found the product '%s', which the process '%s' does not make", k->study->path,
             line, plan->product, plan->capacity.name);
    return VT_OK;
  }
  VT_TRY(vt_choice_makes(k, a->process, &products, &a->product));
  VT_CHECK(products != 0, VT_ERR_INPUT, "%s:%d: found the alternative '%s', which makes nothing",
           k->study->path, line, plan->capacity.name);
  VT_CHECK(products == 1, VT_ERR_INPUT,
           "%s:%d: found the alternative '%s', which makes %d products, expected one of them as "
           "'product:'",
           k->study->path, line, plan->capacity.name, products);
  return VT_OK;
}

static vt_error check_membership(const vt_choice_data *k, const vt_choice_alternative *a,
                                 const vt_alternative_plan *plan) {
  const int before = k->alternative_of[a->process];
  if (before >= 0) {
    const char *other = k->axis[VT_CHOICE_LABEL].label[k->alternative[before].choice];
    VT_FAIL(VT_ERR_INPUT, "%s:%d: found the process '%s' a second time, it is in the choice '%s'",
            k->study->path, plan->capacity.line, plan->capacity.name, other);
  }
  const int owner = k->choice_of[a->product];
  VT_CHECK(owner < 0 || owner == a->choice, VT_ERR_INPUT,
           "%s:%d: found the alternative '%s' of the choice '%s', whose product is in the choice "
           "'%s'",
           k->study->path, plan->capacity.line, plan->capacity.name,
           k->axis[VT_CHOICE_LABEL].label[a->choice],
           owner < 0 ? "" : k->axis[VT_CHOICE_LABEL].label[owner]);
  return VT_OK;
}

static vt_error label_alternative(vt_choice_data *k, vt_choice_alternative *a) {
  vt_text text = {0};
  vt_error made = vt_text_add(&text, "%s/%s", k->axis[VT_CHOICE_LABEL].label[a->choice],
                              k->axis[VT_CHOICE_PROCESS].label[a->process]);
  if (made == VT_OK) made = vt_arena_text(k->arena, text.bytes, text.length, &a->label);
  vt_text_free(&text);
  return made;
}

static vt_error add_alternatives(vt_choice_data *k, int choice) {
  const vt_choice_group *g = &k->study->model.choice.choice[choice];
  k->first[choice] = k->alternatives;
  for (int i = 0; i < g->alternatives; i++) {
    const vt_alternative_plan *plan = &g->alternative[i];
    vt_choice_alternative *a = &k->alternative[k->alternatives];
    *a = (vt_choice_alternative){.choice = choice};
    VT_TRY(vt_choice_find(k, VT_CHOICE_PROCESS, plan->capacity.name, plan->capacity.line,
                          &a->process));
    VT_TRY(find_product(k, plan, a));
    VT_TRY(check_membership(k, a, plan));
    VT_TRY(label_alternative(k, a));
    k->alternative_of[a->process] = k->alternatives++;
    k->choice_of[a->product] = choice;
  }
  return VT_OK;
}

static vt_error fill_nobody(vt_arena *arena, int count, int **list) {
  VT_ARENA_NEW(arena, *list, count);
  for (int i = 0; i < count; i++) (*list)[i] = VT_NOBODY;
  return VT_OK;
}

static vt_error find_alternatives(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  int all = 0, process;
  for (int c = 0; c < plan->choices; c++) all += plan->choice[c].alternatives;
  VT_ARENA_NEW(k->arena, k->alternative, all);
  VT_ARENA_NEW(k->arena, k->first, plan->choices + 1);
  VT_TRY(fill_nobody(k->arena, k->products, &k->choice_of));
  VT_TRY(fill_nobody(k->arena, k->processes, &k->alternative_of));
  for (int c = 0; c < plan->choices; c++) VT_TRY(add_alternatives(k, c));
  k->first[plan->choices] = k->alternatives;
  VT_ARENA_NEW(k->arena, k->merged_of, k->products);
  for (int i = 0; i < k->products; i++)
    k->merged_of[i] = k->choice_of[i] < 0 ? i : k->products + k->choice_of[i];
  for (int i = 0; i < plan->frees; i++) {
    VT_TRY(vt_choice_find(k, VT_CHOICE_PROCESS, plan->free[i], plan->free_line, &process));
    const int a = k->alternative_of[process];
    VT_CHECK(a >= 0, VT_ERR_INPUT,
             "%s:%d: found '%s' in 'free', which is no alternative: other processes are free "
             "already",
             k->study->path, plan->free_line, plan->free[i]);
    k->alternative[a].free = true;
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Supplies and stored rows.

static vt_error find_supply(vt_choice_data *k, const vt_stepped *plan) {
  vt_choice_supply *s = &k->supply[k->supplies];
  int products, row;
  VT_TRY(vt_choice_find(k, VT_CHOICE_PROCESS, plan->name, plan->line, &s->process));
  const int alternative = k->alternative_of[s->process];
  VT_CHECK(alternative < 0, VT_ERR_INPUT,
           "%s:%d: found a supply of '%s', an alternative of the choice '%s', expected another "
           "process",
           k->study->path, plan->line, plan->name,
           alternative < 0 ? ""
                           : k->axis[VT_CHOICE_LABEL].label[k->alternative[alternative].choice]);
  VT_CHECK(k->supply_of[s->process] < 0, VT_ERR_INPUT,
           "%s:%d: found a supply of the process '%s' a second time", k->study->path, plan->line,
           plan->name);
  VT_TRY(vt_choice_makes(k, s->process, &products, &row));
  VT_CHECK(products == 1, VT_ERR_INPUT,
           "%s:%d: found a supply of the process '%s', which makes %d products, expected one",
           k->study->path, plan->line, plan->name, products);
  s->merged = k->choice_of[row] < 0 ? row : k->products + k->choice_of[row];
  k->supply_of[s->process] = k->supplies++;
  return VT_OK;
}

static vt_error find_supplies(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  VT_TRY(fill_nobody(k->arena, k->processes, &k->supply_of));
  VT_ARENA_NEW(k->arena, k->supply, plan->supplies);
  for (int i = 0; i < plan->supplies; i++) VT_TRY(find_supply(k, &plan->supply[i]));
  return VT_OK;
}

static vt_error add_store(vt_choice_data *k, const char *text, int line) {
  int merged;
  VT_TRY(vt_choice_find_merged(k, text, line, "storage of", &merged));
  for (int i = 0; i < k->supplies; i++)
    VT_CHECK(k->supply[i].merged != merged, VT_ERR_INPUT,
             "%s:%d: found storage of '%s', whose balance has the slack of a supply, expected "
             "another product",
             k->study->path, line, text);
  if (k->store_of[merged] >= 0) return VT_OK;
  k->store_of[merged] = k->stores;
  k->stored[k->stores++] = merged;
  return VT_OK;
}

static vt_error find_stores(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  VT_TRY(fill_nobody(k->arena, k->merged, &k->store_of));
  VT_ARENA_NEW(k->arena, k->stored, 2 * plan->storages);
  for (int i = 0; i < plan->storages; i++) {
    const vt_storage_plan *s = &plan->storage[i];
    VT_TRY(add_store(k, s->to, s->line));
    VT_TRY(add_store(k, s->from, s->line));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Methods.

static vt_error find_methods(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  vt_choice_axis *a = &k->axis[VT_CHOICE_CATEGORY];
  k->categories = plan->methods;
  *a = (vt_choice_axis){.what = "category", .count = plan->methods};
  VT_ARENA_NEW(k->arena, a->label, plan->methods);
  VT_ARENA_NEW(k->arena, k->method, plan->methods);
  VT_ARENA_NEW(k->arena, k->weight, (ptrdiff_t)plan->methods * k->flows);
  for (int c = 0; c < plan->methods; c++) {
    const vt_method_plan *m = &plan->method[c];
    VT_TRY(vt_error_at_line(
        k->study->path, m->line,
        vt_method_find(k->set, VT_MATRIX_CHARACTERIZATION, m->parts, m->part, &k->method[c])));
    a->label[c] = m->name ? m->name : k->set->method[k->method[c]].label;
    VT_TRY(vt_method_factors(k->set, k->system, k->method[c], VT_NO_COLUMN,
                             k->weight + (ptrdiff_t)c * k->flows));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The whole.

static vt_error label_other_axes(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  vt_choice_axis *a = &k->axis[VT_CHOICE_DEPENDENT];
  k->dependents = plan->dependents;
  *a = (vt_choice_axis){.what = "dependent constraint", .count = plan->dependents};
  VT_ARENA_NEW(k->arena, a->label, plan->dependents);
  for (int d = 0; d < plan->dependents; d++) a->label[d] = plan->dependent[d].name;
  k->axis[VT_CHOICE_MERGED].what = "product";
  k->axis[VT_CHOICE_TERM].what = "term";
  k->axis[VT_CHOICE_STEP].what = "step";
  return VT_OK;
}

vt_error vt_choice_gather(vt_choice_data *k) {
  VT_TRY(vt_arena_create(&k->arena));
  vt_background_prefetch(k->background);
  k->steps = k->study->model.choice.steps;
  VT_TRY(read_system(k));
  VT_TRY(label_choices(k));
  VT_TRY(find_alternatives(k));
  VT_TRY(vt_choice_make_square(k));
  VT_TRY(find_supplies(k));
  VT_TRY(find_stores(k));
  VT_TRY(find_methods(k));
  VT_TRY(label_other_axes(k));
  VT_TRY(vt_choice_list_entries(k));
  return vt_choice_list_columns(k);
}
