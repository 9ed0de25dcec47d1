// show.h - the command `vintner show`.
#ifndef VT_CLI_SHOW_H
#define VT_CLI_SHOW_H

#include "options.h"
#include "vintner/store.h"
#include "vintner/study.h"

/// Print what a results file holds: study, outcomes, objective, decisions by process and year.
///
/// @param scenario  show this one instead of the statistics; -1: none
/// @param json      one JSON document instead of text for people
/// @return VT_ERR_INPUT if `path` is no results file or has no such scenario; VT_ERR_SYSTEM if
/// `out`
///         cannot be written
vt_error vt_command_show(const char *path, int64_t scenario, bool json, FILE *out);

/// Whether a path names a study (.yaml, .yml) and not a results file.
bool vt_is_study_path(const char *path);

/// Print what a study asks for; nothing it refers to is opened.
///
/// @param json  one JSON document instead of text for people
vt_error vt_command_show_study(const char *path, bool json, FILE *out);

void vt_show_study_json(const vt_study *study, FILE *out);

/// Whether a path is a store, or looks like another source of databases.
bool vt_is_source_path(const char *path);

/// Print what a source holds, or one of its activities.
vt_error command_show_databases(const options *o, FILE *out);

/// Print the activities that `wanted` names: code, name or pattern, with 'database:' before it if
/// need be. One is told with its exchanges, several are listed; none is VT_ERR_INPUT.
vt_error show_activity(vt_database_set *set, const char *path, const char *wanted, bool json,
                       FILE *out);

#endif
