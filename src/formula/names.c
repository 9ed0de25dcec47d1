// names.c - where the values of a formula's names lie, and in which order definitions are
// evaluated.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formula.h"

const char *vt_formula_text(const vt_formula *formula) {
  return formula->text;
}

int vt_formula_names(const vt_formula *formula) {
  return formula->names;
}

const char *vt_formula_name(const vt_formula *formula, int name) {
  return formula->name[name].text;
}

int vt_formula_slot(const vt_formula *formula, int name) {
  return formula->name[name].slot;
}

static vt_error unknown(const vt_bound_name *name, const vt_labels *names) {
  vt_nearest nearest = {.name = name->text};
  vt_nearest_try_labels(&nearest, names);
  VT_FAIL(VT_ERR_INPUT, "column %d: unknown name '%s', expected a parameter%s", name->column,
          name->text, vt_nearest_hint(&nearest));
}

vt_error vt_formula_bind(vt_formula *formula, const vt_labels *names, const int *slot) {
  for (int i = 0; i < formula->names; i++) {
    vt_bound_name *name = &formula->name[i];
    const int found = vt_labels_find(names, name->text, (ptrdiff_t)strlen(name->text));
    if (found < 0 && isnan(name->constant)) return unknown(name, names);
    name->slot = found >= 0 && slot ? slot[found] : found;
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Order, by a walk in depth that needs no stack of calls.

typedef enum definition_state { UNSEEN, OPEN, DONE } definition_state;

typedef struct walk {
  const vt_formula *const *formula;
  definition_state *state; // shape [count]
  int *path;               // shape [count]: the open definitions, each read by the one before
  int *next_name;          // shape [count]: what was not looked at yet of each
  int depth;
  int *order;
  int ordered;
} walk;

// The next definition that the last of the path reads and that is not done, or -1.
static int next_of(walk *w) {
  const int last = w->path[w->depth - 1];
  const vt_formula *f = w->formula[last];
  while (f && w->next_name[last] < f->names) {
    const int slot = f->name[w->next_name[last]++].slot;
    if (slot >= 0 && w->state[slot] != DONE) return slot;
  }
  return -1;
}

static void open_definition(walk *w, int definition) {
  w->state[definition] = OPEN;
  w->path[w->depth++] = definition;
}

// From the first of them in the list of definitions on.
static vt_error refuse_cycle(const walk *w, int from, const char *const *name, int *fault) {
  int start = 0, length = 1, first;
  while (w->path[w->depth - length] != from) length++;
  const int *cycle = w->path + w->depth - length;
  for (int i = 1; i < length; i++) {
    if (cycle[i] < cycle[start]) start = i;
  }
  first = cycle[start];
  vt_text chain = {0};
  vt_error told = VT_OK;
  for (int i = 0; i < length && told == VT_OK; i++)
    told = vt_text_add(&chain, "%s → ", name[cycle[(start + i) % length]]);
  if (told == VT_OK)
    told = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__, "cycle: %s%s", chain.bytes,
                          name[first]);
  vt_text_free(&chain);
  *fault = first;
  return told;
}

static vt_error visit_from(walk *w, int definition, const char *const *name, int *fault) {
  if (w->state[definition] != UNSEEN) return VT_OK;
  open_definition(w, definition);
  while (w->depth > 0) {
    const int next = next_of(w);
    if (next >= 0 && w->state[next] == OPEN) return refuse_cycle(w, next, name, fault);
    if (next >= 0) {
      open_definition(w, next);
      continue;
    }
    const int last = w->path[--w->depth];
    w->state[last] = DONE;
    w->order[w->ordered++] = last;
  }
  return VT_OK;
}

static vt_error visit_all(walk *w, int count, const char *const *name, int *fault) {
  VT_NEW(w->state, count);
  VT_NEW(w->path, count);
  VT_NEW(w->next_name, count);
  for (int i = 0; i < count; i++) VT_TRY(visit_from(w, i, name, fault));
  return VT_OK;
}

vt_error vt_formula_order(int count, const vt_formula *const *formula, const char *const *name,
                          int *order, int *fault) {
  walk w = {.formula = formula, .order = order};
  *fault = -1;
  const vt_error visited = visit_all(&w, count, name, fault);
  free(w.state);
  free(w.path);
  free(w.next_name);
  return visited;
}
