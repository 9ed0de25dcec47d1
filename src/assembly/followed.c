// followed.c - exchanges that follow parameters of Brightway, in the matrices of samples.
#include "assembly.h"

#include <math.h>
#include <stdlib.h>

// What a search needs.
typedef struct followed_search {
  const vt_followers *followers;
  const vt_database_set *set;
  const vt_variation *variation;
  const vt_system *system;
  int snapshot;
  const vt_moves *moves;
  vt_followed_places *to;
} followed_search;

static int compare_followers(const void *key, const void *item) {
  const ptrdiff_t exchange = *(const ptrdiff_t *)key;
  const vt_follower *f = item;
  return (exchange > f->exchange) - (exchange < f->exchange);
}

// The table that gives the exchange an amount, -1: none does.
static int difference_of(const vt_moves *moves, const vt_exchange_place *place) {
  for (ptrdiff_t m = 0; m < moves->count; m++) {
    const vt_exchange_place *x = &moves->move[m].place;
    if (x->snapshot == place->snapshot && x->group == place->group && x->record == place->record)
      return moves->move[m].difference;
  }
  return -1;
}

static vt_error add_place(const followed_search *s, const vt_follower *follower,
                          const vt_record_group *group, ptrdiff_t record) {
  vt_followed_places *to = s->to;
  const int64_t node = group->column[record];
  if (node >= s->system->nodes || s->system->column_of[node] < 0) return VT_OK;
  VT_TRY(vt_grow(&to->place, &to->room, to->count + 1, sizeof *to->place));
  vt_followed_place *place = &to->place[to->count];
  place->amount = follower->amount;
  place->share = s->set->exchange[follower->exchange].share;
  VT_TRY(vt_variation_locate(s->variation, s->snapshot, group, record, &place->place));
  place->difference = difference_of(s->moves, &place->place);
  to->count++;
  return VT_OK;
}

static vt_error search_group(const followed_search *s, const vt_record_group *group) {
  const bool matrix =
      group->matrix == VT_MATRIX_TECHNOSPHERE || group->matrix == VT_MATRIX_BIOSPHERE;
  for (ptrdiff_t r = 0; r < group->count && group->source && matrix; r++) {
    const vt_follower *found =
        bsearch(&group->source[r], s->followers->follower, (size_t)s->followers->count,
                sizeof *s->followers->follower, compare_followers);
    if (found) VT_TRY(add_place(s, found, group, r));
  }
  return VT_OK;
}

static vt_error search_system(const followed_search *s) {
  for (int i = 0; i < s->system->databases; i++) {
    const int package = s->set->database[s->system->database[i]].package;
    for (int g = 0; package >= 0 && g < s->set->package[package].groups; g++)
      VT_TRY(search_group(s, &s->set->package[package].group[g]));
  }
  return VT_OK;
}

vt_error vt_followed_places_find(const vt_followers *followers, const vt_database_set *set,
                                 const vt_variation *variation, int snapshots,
                                 const vt_system *const *system, const vt_moves *moves,
                                 vt_followed_places *places) {
  for (int s = 0; s < snapshots && followers->count > 0; s++)
    VT_TRY(
        search_system(&(followed_search){followers, set, variation, system[s], s, moves, places}));
  return VT_OK;
}

bool vt_followed_places_reach(const vt_followed_places *places, int snapshot) {
  for (ptrdiff_t i = 0; i < places->count; i++)
    if (places->place[i].place.snapshot == snapshot) return true;
  return false;
}

void vt_followed_places_apply(const vt_followed_places *places, const double *amount,
                              const vt_differences *differences, const vt_variation *variation,
                              int64_t k, vt_sample *sample) {
  for (ptrdiff_t i = 0; i < places->count; i++) {
    const vt_followed_place *p = &places->place[i];
    if (p->difference >= 0 && !isnan(vt_difference_amount(differences, p->difference, k))) continue;
    vt_variation_move(variation, &p->place, p->share * amount[p->amount], sample);
  }
}
