// load.c - loading what a calculation needs: a database and all that it links to, factors,
// parameters, each by its format.
#include "sources.h"

#include <stdlib.h>

vt_error vt_database_load_nodes(vt_database_set *set, int database) {
  const vt_database_source *source = &set->sources->database[database];
  if (source->code || !source->format->load_labels) return VT_OK;
  return source->format->load_labels(set, database);
}

vt_error vt_method_load(vt_database_set *set, int method) {
  const struct vt_database_sources *sources = set->sources;
  for (int f = 0; f < sources->formats; f++) {
    if (sources->format[f]->load_method) VT_TRY(sources->format[f]->load_method(set, method));
  }
  return VT_OK;
}

static vt_error load_parameters(vt_database_set *set) {
  const struct vt_database_sources *sources = set->sources;
  for (int f = 0; f < sources->formats; f++) {
    if (sources->format[f]->load_parameters) VT_TRY(sources->format[f]->load_parameters(set));
  }
  return VT_OK;
}

vt_error vt_parameters_read(vt_database_set *set, vt_parameter_table *table) {
  struct vt_database_sources *sources = set->sources;
  *table = (vt_parameter_table){0};
  if (!sources->has_parameters) {
    sources->parameters = sources->opened_parameters;
    sources->parameter_groups = sources->opened_groups;
    sources->parameter_exchanges = 0;
    VT_TRY(load_parameters(set));
    sources->has_parameters = true;
  }
  *table = (vt_parameter_table){.parameters = sources->parameters,
                                .groups = sources->parameter_groups,
                                .exchanges = sources->parameter_exchanges,
                                .parameter = sources->parameter,
                                .group = sources->parameter_group,
                                .exchange = sources->parameter_exchange};
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Closure.

// Databases in the order they were reached. Its size is theirs: there may be very many others.
typedef struct closure {
  vt_database_source *source; // shape [databases], of the set
  int *list;                  // shape [count]
  int count;
  ptrdiff_t room;
} closure;

static vt_error reach(closure *all, int database) {
  if (all->source[database].reached) return VT_OK;
  VT_TRY(vt_grow(&all->list, &all->room, (ptrdiff_t)all->count + 1, sizeof *all->list));
  all->source[database].reached = true;
  all->list[all->count++] = database;
  return VT_OK;
}

vt_error vt_database_open(vt_database_set *set, int database) {
  const vt_database *d = &set->database[database];
  VT_CHECK(!d->stale, VT_ERR_INPUT,
           "%s: database '%s' was changed after it was processed (databases.json says 'dirty'), "
           "expected processed data: run bw2data.Database('%s').process() in Brightway",
           d->path, d->name, d->name);
  const char *missing = set->sources->database[database].missing;
  VT_CHECK(!missing, VT_ERR_INPUT,
           "%s: database '%s' links to database '%s', which the project does not hold", d->path,
           d->name, missing);
  VT_TRY(vt_database_load_nodes(set, database));
  if (d->kind != VT_DATABASE_JSON || d->loaded) return VT_OK;
  const vt_source_format *format = set->sources->database[database].format;
  return format->load_exchanges ? format->load_exchanges(set, database) : VT_OK;
}

static vt_error load_closure(vt_database_set *set, int wanted, closure *all) {
  VT_TRY(reach(all, wanted));
  for (int i = 0; i < all->count; i++) {
    const int database = all->list[i];
    VT_TRY(vt_database_open(set, database));
    for (int k = 0; k < set->database[database].depend_count; k++)
      VT_TRY(reach(all, set->database[database].depends[k]));
  }
  // Ids of one datapackage may name nodes of any database of the closure: records come last.
  for (int i = 0; i < all->count; i++) {
    const int database = all->list[i];
    const vt_source_format *format = set->sources->database[database].format;
    if (format->load_records) VT_TRY(format->load_records(set, database));
    set->database[database].loaded = true;
  }
  return VT_OK;
}

vt_error vt_database_require(vt_database_set *set, int database) {
  if (set->database[database].loaded) return VT_OK;
  closure all = {.source = set->sources->database};
  const vt_error error = load_closure(set, database, &all);
  for (int i = 0; i < all.count; i++) all.source[all.list[i]].reached = false;
  free(all.list);
  return error;
}
