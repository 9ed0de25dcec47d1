// show_databases.h - vintner show on a store or another source of databases.
#ifndef VT_CLI_SHOW_DATABASES_H
#define VT_CLI_SHOW_DATABASES_H

#include "options.h"
#include "print.h"
#include "vintner/store.h"

/// Whether a path is a store, or looks like another source of databases.
bool vt_is_source_path(const char *path);

/// Print what a source holds, or one of its activities.
vt_error command_show_databases(const options *o, FILE *out);

/// Print the activities that `wanted` names: code, name or pattern, with 'database:' before it if
/// need be. One is told with its exchanges, several are listed; none is VT_ERR_INPUT.
vt_error show_activity(vt_database_set *set, const char *path, const char *wanted, bool json,
                       FILE *out);

/// "document", "project" or "datapackage".
const char *show_kind(const vt_database *database);

#endif
