// follow.c - parameters of Brightway in ensembles of plain LCA: factors change them, formulas give
// the amounts of exchanges that follow.
#include "inventory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// What follows, and where it is in the matrices.

static int compare_followers(const void *key, const void *item) {
  const ptrdiff_t exchange = *(const ptrdiff_t *)key;
  const vt_follower *f = item;
  return (exchange > f->exchange) - (exchange < f->exchange);
}

static vt_error place_group(vt_inventory_data *k, const vt_record_group *group) {
  vt_inventory_following *f = &k->following;
  const bool matrix =
      group->matrix == VT_MATRIX_TECHNOSPHERE || group->matrix == VT_MATRIX_BIOSPHERE;
  for (ptrdiff_t r = 0; r < group->count && group->source && matrix; r++) {
    const vt_follower *found = bsearch(&group->source[r], f->follower, (size_t)f->followers,
                                       sizeof *f->follower, compare_followers);
    const int64_t node = group->column[r];
    if (!found || node >= k->system->nodes || k->system->column_of[node] < 0) continue;
    VT_TRY(vt_grow(&f->place, &f->room, f->places + 1, sizeof *f->place));
    vt_followed_place *to = &f->place[f->places++];
    to->amount = found->amount;
    to->share = k->set->exchange[found->exchange].share;
    VT_TRY(vt_variation_locate(k->variation, 0, group, r, &to->place));
  }
  return VT_OK;
}

vt_error vt_inventory_place_followers(vt_inventory_data *k) {
  for (int i = 0; i < k->system->databases && k->following.followers > 0; i++) {
    const int package = k->set->database[k->system->database[i]].package;
    for (int g = 0; package >= 0 && g < k->set->package[package].groups; g++)
      VT_TRY(place_group(k, &k->set->package[package].group[g]));
  }
  return VT_OK;
}

vt_error vt_inventory_follow(vt_inventory_data *k) {
  vt_inventory_following *f = &k->following;
  if (!vt_parameters_are_meant(k->study)) return VT_OK;
  VT_CHECK(k->study->design.kind != VT_DESIGN_EXCHANGES, VT_ERR_INPUT,
           "%s:%d: found factors on parameters beside difference tables, expected one of them",
           k->study->path, k->study->design.line);
  VT_TRY(vt_parameters_follow(k->study, k->set, VT_ALL_DATABASES, k->arena, &f->meaning,
                              &f->followers, &f->follower));
  VT_TRY(vt_evaluation_create(&f->meaning, k->arena, &f->evaluation));
  VT_ARENA_NEW(k->arena, f->value, f->meaning.parameters);
  for (int p = 0; p < f->meaning.parameters; p++) {
    const vt_formula *formula = f->evaluation->parameter[p];
    f->value[p] = formula ? vt_formula_value(formula, f->value) : f->meaning.parameter[p].value;
  }
  return VT_OK;
}

void vt_inventory_free_following(vt_inventory_following *f) {
  free(f->follower);
  free(f->place);
}

// -------------------------------------------------------------------------------------------------
// Which factor reaches a formula first.

static int smaller(int a, int b) {
  return a < 0 || (b >= 0 && b < a) ? b : a;
}

vt_error vt_inventory_find_origins(vt_inventory_data *k) {
  vt_inventory_following *f = &k->following;
  const int parameters = f->meaning.parameters;
  VT_ARENA_NEW(k->arena, f->origin, parameters + f->meaning.amounts);
  for (int i = 0; i < parameters + f->meaning.amounts; i++) {
    const vt_meaning *meaning = i < parameters ? &f->meaning.parameter[i].meaning
                                               : &f->meaning.amount[i - parameters].meaning;
    f->origin[i] = -1;
    for (ptrdiff_t t = 0; t < k->count.touches && i < parameters; t++) {
      const vt_inventory_cell *cell = &k->cell[k->touch[t].cell];
      if (cell->kind == VT_TARGET_PARAMETER && cell->place == i)
        f->origin[i] = smaller(f->origin[i], k->touch[t].factor);
    }
    for (int n = 0; n < meaning->names; n++)
      f->origin[i] = smaller(f->origin[i], f->origin[meaning->parameter[n]]);
  }
  return VT_OK;
}
