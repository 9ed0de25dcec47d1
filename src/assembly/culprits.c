// culprits.c - errors in the words of the sources: names of activities, lines of the study.
#include "vintner/assembly.h"

#include <stdio.h>

enum { MESSAGE_BYTES = VT_LINE_BYTES };

vt_error vt_error_at_line(const char *path, int line, vt_error error) {
  char text[MESSAGE_BYTES];
  if (error == VT_OK) return VT_OK;
  (void)snprintf(text, sizeof text, "%s", vt_error_message());
  VT_FAIL(error, "%s:%d: %s", path, line, text);
}

// "'code' (name), ..."
static vt_error list_culprits(const vt_database_set *set, int count, const int *index,
                              const int *node, vt_text *text) {
  const int shown = count < VT_CULPRITS_SHOWN ? count : VT_CULPRITS_SHOWN;
  for (int i = 0; i < shown; i++) {
    const vt_node *n = &set->node[node[index[i]]];
    VT_TRY(vt_text_add(text, "%s'%s'", i > 0 ? ", " : "", vt_cut(n->code, 60)));
    if (n->name && n->name[0]) VT_TRY(vt_text_add(text, " (%s)", vt_cut(n->name, 60)));
  }
  return count > shown ? vt_text_add(text, ", ...") : VT_OK;
}

static vt_error describe_culprits(const vt_database_set *set, const vt_system *system,
                                  const vt_culprits *c, vt_text *text) {
  if (c->infinite) {
    const bool process = c->processes > 0;
    VT_TRY(vt_text_add(text, "the %s of %s ", process ? "supply" : "score",
                       process ? "process" : "product"));
    VT_TRY(process ? list_culprits(set, 1, c->process, system->process, text)
                   : list_culprits(set, 1, c->product, system->product, text));
    return vt_text_add(text, " is not finite: found amounts out of proportion");
  }
  VT_TRY(vt_text_add(text, "the system is singular: found"));
  if (c->processes > 0) {
    VT_TRY(vt_text_add(text, " processes "));
    VT_TRY(list_culprits(set, c->processes, c->process, system->process, text));
    VT_TRY(vt_text_add(text, c->structural ? " without a product of their own"
                                           : " whose effects cancel each other"));
  }
  if (c->products > 0) {
    VT_TRY(vt_text_add(text, "%s products ", c->processes > 0 ? " and" : ""));
    VT_TRY(list_culprits(set, c->products, c->product, system->product, text));
    VT_TRY(vt_text_add(text, c->structural ? " without a process of their own"
                                           : " that no process can make apart"));
  }
  return VT_OK;
}

// Errors of the background room know rows and columns; people know activities.
vt_error vt_name_culprits(const vt_database_set *set, const vt_system *system, const char *path,
                          const vt_culprits *culprits, vt_error error) {
  char plain[MESSAGE_BYTES];
  if (error != VT_ERR_INPUT) return error;
  if (culprits->processes + culprits->products == 0) {
    (void)snprintf(plain, sizeof plain, "%s", vt_error_message());
    VT_FAIL(error, "%s: %s", path, plain);
  }
  vt_text text = {0};
  vt_error told = describe_culprits(set, system, culprits, &text);
  if (told == VT_OK)
    told = vt_error_raise(error, __FILE__, __LINE__, __func__, "%s: %s", path, text.bytes);
  vt_text_free(&text);
  return told;
}
