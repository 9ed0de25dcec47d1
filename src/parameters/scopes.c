// scopes.c - scopes of parameters: a group sees itself, the groups of its order, its database, its
// project; nearest first (specs/brightway.md §5.2).
#include "scopes.h"

#include <stdlib.h>
#include <string.h>

const char *vt_scope_label(const vt_parameter *parameter) {
  switch (parameter->scope) {
    case VT_PARAMETER_PROJECT: return "project";
    case VT_PARAMETER_DATABASE: return parameter->database;
    case VT_PARAMETER_ACTIVITY: return parameter->group;
  }
  return "";
}

static vt_error write_key(vt_scopes *s, int project, vt_parameter_scope kind, const char *of) {
  s->text.length = 0;
  return vt_text_add(&s->text, "%d %d %s", project, (int)kind, of);
}

static vt_error find_scope(vt_scopes *s, int project, vt_parameter_scope kind, const char *of,
                           int *scope) {
  bool added;
  VT_TRY(write_key(s, project, kind, of));
  VT_TRY(vt_labels_add(s->key, s->text.bytes, s->text.length, scope, &added));
  if (!added) return VT_OK;
  VT_TRY(vt_grow(&s->scope, &s->room, (ptrdiff_t)*scope + 1, sizeof *s->scope));
  if (project >= s->projects) s->projects = project + 1;
  s->scopes = *scope + 1;
  s->scope[*scope] = (vt_visible){
      .project = project, .kind = kind, .of = of, .own = -1, .last_own = -1, .group = -1};
  return VT_OK;
}

static vt_error add_parameter(vt_scopes *s, int parameter) {
  const vt_parameter *p = &s->table.parameter[parameter];
  const char *of = p->scope == VT_PARAMETER_PROJECT ? "" : vt_scope_label(p);
  int *scope = &s->own_scope[parameter];
  VT_TRY(find_scope(s, p->project, p->scope, of, scope));
  vt_visible *v = &s->scope[*scope];
  s->next_own[parameter] = -1;
  if (v->own < 0)
    v->own = parameter;
  else
    s->next_own[v->last_own] = parameter;
  v->last_own = parameter;
  return VT_OK;
}

vt_error vt_scopes_create(vt_scopes *s) {
  VT_TRY(vt_labels_create(&s->key));
  VT_ARENA_NEW(s->arena, s->own_scope, s->table.parameters);
  VT_ARENA_NEW(s->arena, s->next_own, s->table.parameters);
  VT_CHECK(s->table.parameters < INT32_MAX && s->table.groups < INT32_MAX, VT_ERR_SYSTEM,
           "too many parameters");
  for (int p = 0; p < (int)s->table.parameters; p++) VT_TRY(add_parameter(s, p));
  for (int g = 0; g < (int)s->table.groups; g++) {
    const vt_parameter_group *group = &s->table.group[g];
    int scope;
    VT_TRY(find_scope(s, group->project, VT_PARAMETER_ACTIVITY, group->name, &scope));
    s->scope[scope].group = g;
  }
  return VT_OK;
}

void vt_scopes_free(vt_scopes *s) {
  for (int i = 0; i < s->scopes; i++) {
    vt_labels_free(s->scope[i].names);
    free(s->scope[i].parameter);
  }
  vt_labels_free(s->key);
  vt_text_free(&s->text);
  free(s->scope);
}

// -------------------------------------------------------------------------------------------------
// What is visible.

// The parameters of a scope, as far as no nearer one has their names.
static vt_error see(vt_scopes *s, int from, int project, vt_parameter_scope kind, const char *of) {
  int other;
  VT_TRY(find_scope(s, project, kind, of, &other));
  for (int p = s->scope[other].own; p >= 0; p = s->next_own[p]) {
    vt_visible *v = &s->scope[from];
    const char *name = s->table.parameter[p].name;
    int index;
    bool added;
    VT_TRY(vt_labels_add(v->names, name, (ptrdiff_t)strlen(name), &index, &added));
    VT_TRY(vt_grow(&v->parameter, &v->room, (ptrdiff_t)index + 1, sizeof *v->parameter));
    if (added) v->parameter[index] = p;
  }
  return VT_OK;
}

// Older stores say it with a group's parameters alone.
const char *vt_visible_database(const vt_scopes *s, const vt_visible *v) {
  if (v->kind == VT_PARAMETER_DATABASE) return v->of;
  if (v->group >= 0) return s->table.group[v->group].database;
  if (v->kind == VT_PARAMETER_PROJECT) return NULL;
  return v->own >= 0 ? s->table.parameter[v->own].database : NULL;
}

static vt_error look(vt_scopes *s, int scope) {
  if (s->scope[scope].names) return VT_OK;
  vt_visible *v = &s->scope[scope];
  const vt_visible from = *v;
  const char *database = vt_visible_database(s, v);
  VT_TRY(vt_labels_create(&v->names));
  if (from.kind == VT_PARAMETER_ACTIVITY) {
    VT_TRY(see(s, scope, from.project, VT_PARAMETER_ACTIVITY, from.of));
    const vt_parameter_group *group = from.group >= 0 ? &s->table.group[from.group] : NULL;
    for (int k = 0; group && k < group->orders; k++)
      VT_TRY(see(s, scope, from.project, VT_PARAMETER_ACTIVITY, group->order[k]));
  }
  if (database) VT_TRY(see(s, scope, from.project, VT_PARAMETER_DATABASE, database));
  return see(s, scope, from.project, VT_PARAMETER_PROJECT, "");
}

vt_error vt_scopes_of_parameter(vt_scopes *s, int parameter, const vt_visible **visible) {
  const int scope = s->own_scope[parameter];
  VT_TRY(look(s, scope));
  *visible = &s->scope[scope];
  return VT_OK;
}

vt_error vt_scopes_of_group(vt_scopes *s, int project, const char *group,
                            const vt_visible **visible) {
  int scope;
  VT_TRY(find_scope(s, project, VT_PARAMETER_ACTIVITY, group, &scope));
  VT_TRY(look(s, scope));
  *visible = &s->scope[scope];
  return VT_OK;
}

// The project whose parameters a database without own ones sees: that of its source.
static int project_of(const vt_scopes *s, int database) {
  const char *path = s->set->database[database].path;
  int found = -1;
  for (ptrdiff_t p = 0; p < s->table.parameters; p++) {
    const int project = s->table.parameter[p].project;
    if (strcmp(vt_project_path(s->set, project), path) == 0) return project;
    if (found < 0) found = project;
  }
  return found < 0 ? 0 : found;
}

// The scope of this kind with parameters for a database, in whichever project, but rather in its
// own source; -1: there is none.
static vt_error find_of(vt_scopes *s, vt_parameter_scope kind, const char *of, int database,
                        int *found) {
  const vt_database *d = &s->set->database[database];
  bool twice = false, own = false;
  *found = -1;
  for (int p = 0; p < s->projects && !own; p++) {
    VT_TRY(write_key(s, p, kind, of));
    const int scope = vt_labels_find(s->key, s->text.bytes, s->text.length);
    const char *mine = scope >= 0 ? vt_visible_database(s, &s->scope[scope]) : NULL;
    if (!mine || strcmp(mine, d->name) != 0) continue;
    own = strcmp(vt_project_path(s->set, p), d->path) == 0;
    twice = *found >= 0;
    *found = scope;
  }
  VT_CHECK(own || !twice, VT_ERR_INPUT,
           "found parameters of '%s' of database '%s' in several sources, expected them once", of,
           d->name);
  return VT_OK;
}

vt_error vt_scopes_of_exchange(vt_scopes *s, int database, const char *group,
                               const vt_visible **visible) {
  const char *name = s->set->database[database].name;
  int found = -1;
  if (group) VT_TRY(find_of(s, VT_PARAMETER_ACTIVITY, group, database, &found));
  if (found < 0) VT_TRY(find_of(s, VT_PARAMETER_DATABASE, name, database, &found));
  if (found < 0)
    VT_TRY(find_scope(s, project_of(s, database), VT_PARAMETER_DATABASE, name, &found));
  VT_TRY(look(s, found));
  *visible = &s->scope[found];
  return VT_OK;
}

int vt_visible_find(const vt_visible *visible, const char *name, ptrdiff_t length) {
  const int found = vt_labels_find(visible->names, name, length);
  return found < 0 ? -1 : visible->parameter[found];
}
