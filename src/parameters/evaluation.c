// evaluation.c - what follows parameters, compiled for evaluation.
#include "vintner/parameters.h"

#include <stdlib.h>
#include <string.h>

static vt_error bind(const vt_meaning *meaning, vt_formula *formula) {
  vt_labels *names;
  int index;
  VT_TRY(vt_labels_create(&names));
  vt_error error = VT_OK;
  // Each name once, so that it has its place in the list.
  for (int i = 0; i < meaning->names && error == VT_OK; i++)
    error =
        vt_labels_add(names, meaning->name[i], (ptrdiff_t)strlen(meaning->name[i]), &index, NULL);
  if (error == VT_OK) error = vt_formula_bind(formula, names, meaning->parameter);
  vt_labels_free(names);
  return error;
}

static vt_error compile(const vt_meaning *meaning, vt_arena *arena, vt_formula **formula) {
  *formula = NULL;
  if (!meaning->formula) return VT_OK;
  VT_TRY(vt_formula_compile(arena, VT_GRAMMAR_BRIGHTWAY, meaning->formula, formula));
  return bind(meaning, *formula);
}

vt_error vt_evaluation_create(const vt_following *following, vt_arena *arena,
                              vt_evaluation **evaluation) {
  vt_evaluation *e;
  VT_ARENA_NEW(arena, e, 1);
  VT_ARENA_NEW(arena, e->parameter, following->parameters);
  VT_ARENA_NEW(arena, e->amount, following->amounts);
  e->following = following;
  for (int i = 0; i < following->parameters; i++)
    VT_TRY(compile(&following->parameter[i].meaning, arena, &e->parameter[i]));
  for (int i = 0; i < following->amounts; i++)
    VT_TRY(compile(&following->amount[i].meaning, arena, &e->amount[i]));
  *evaluation = e;
  return VT_OK;
}
