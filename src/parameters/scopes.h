// scopes.h - which parameter a name means, seen from a project, a database or a group.
#ifndef VT_PARAMETERS_SCOPES_H
#define VT_PARAMETERS_SCOPES_H

#include "vintner/sources.h"

/// Names that formulas of one scope see.
typedef struct vt_visible {
  int project;
  vt_parameter_scope kind;
  const char *of;   ///< database or group; "" of a project
  int own;          ///< first of its own parameters, then next_own of vt_scopes; -1: none
  int last_own;     ///< of these
  int group;        ///< of the table, -1: none
  vt_labels *names; ///< NULL until it is asked for
  int *parameter;   ///< what each means; shape [names]
  ptrdiff_t room;
} vt_visible;

/// Start it with the set, its table and an arena.
typedef struct vt_scopes {
  const vt_database_set *set;
  vt_arena *arena;
  vt_parameter_table table;
  vt_labels *key;
  vt_visible *scope; ///< shape [scopes]
  int scopes;
  ptrdiff_t room;
  int *own_scope; ///< of each parameter; shape [parameters]
  int *next_own;  ///< shape [parameters]
  int projects;   ///< that scopes are of
  vt_text text;   ///< scratch
} vt_scopes;

vt_error vt_scopes_create(vt_scopes *scopes);
void vt_scopes_free(vt_scopes *scopes);

/// What the formula of a database's exchange sees: the names of its group, or the database's where
/// `group` is NULL. `*visible` is valid until the next call of this or the next function.
/// @return VT_ERR_INPUT for a group in two sources
vt_error vt_scopes_of_exchange(vt_scopes *scopes, int database, const char *group,
                               const vt_visible **visible);

/// What formulas of a group see.
vt_error vt_scopes_of_group(vt_scopes *scopes, int project, const char *group,
                            const vt_visible **visible);

/// What the formula of a parameter sees.
vt_error vt_scopes_of_parameter(vt_scopes *scopes, int parameter, const vt_visible **visible);

/// The database of a group or of its own, NULL where it is not known.
const char *vt_visible_database(const vt_scopes *scopes, const vt_visible *visible);

/// The parameter of a name, or -1.
int vt_visible_find(const vt_visible *visible, const char *name, ptrdiff_t length);

/// What a study calls the scope of a parameter.
const char *vt_scope_label(const vt_parameter *parameter);

#endif
