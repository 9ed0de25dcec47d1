// follow.c - parameters of Brightway in ensembles of plain LCA: factors change them, formulas give
// the amounts of exchanges that follow.
#include "inventory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// What follows, and where it is in the matrices.

vt_error vt_inventory_place_followers(vt_inventory_data *k) {
  const vt_system *system = k->system;
  return vt_followed_places_find(&k->following.followers, k->set, k->variation, 1, &system,
                                 &k->moves, &k->following.places);
}

vt_error vt_inventory_follow(vt_inventory_data *k) {
  vt_inventory_following *f = &k->following;
  if (!vt_parameters_are_meant(k->study)) return VT_OK;
  f->followers.arena = k->arena;
  VT_TRY(vt_parameters_follow(k->study, k->set, k->arena, &f->meaning, &f->followers));
  VT_TRY(vt_evaluation_create(&f->meaning, k->arena, &f->evaluation));
  VT_ARENA_NEW(k->arena, f->value, f->meaning.parameters);
  for (int p = 0; p < f->meaning.parameters; p++) {
    const vt_formula *formula = f->evaluation->parameter[p];
    f->value[p] = formula ? vt_formula_value(formula, f->value) : f->meaning.parameter[p].value;
  }
  return VT_OK;
}

void vt_inventory_free_following(vt_inventory_following *f) {
  free(f->places.place);
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
