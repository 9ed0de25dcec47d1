// options.h - the command line.
#ifndef VT_CLI_OPTIONS_H
#define VT_CLI_OPTIONS_H

#include "vintner/base.h"

#include <stdio.h>

typedef enum command_id {
  COMMAND_RUN,
  COMMAND_CHECK,
  COMMAND_RESUME,
  COMMAND_SHOW,
  COMMAND_DIAGNOSE,
  COMMAND_EXPORT,
  COMMAND_BACKGROUND,
  COMMAND_IMPORT,
  COMMAND_STATS,
  COMMAND_HELP, ///< of the command in `help_of`, or of all
  COMMAND_VERSION,
} command_id;

/// What was asked for. Strings are those of argv.
typedef struct options {
  command_id command;
  int help_of;           ///< COMMAND_HELP: a command_id, or -1
  const char *file;      ///< the study or the results file
  int sources;           ///< of an import
  char **source;         ///< shape [sources]
  const char *activity;  ///< --activity, or NULL
  const char *from, *to; ///< --exchange, or NULL
  const char *output;    ///< -o; NULL: <name>.h5
  const char *study;     ///< what a resumed file must have been made from, or whose statistics to
                         ///< make; or NULL
  int quantiles;         ///< --quantiles; 0: those of the study
  double *quantile;      ///< ascending, shape [quantiles]; options_free
  const char *write_lp;  ///< folder, or NULL
  const char *csv;       ///< folder of an export, or NULL
  const char *variables; ///< names with commas between them, or NULL
  const char *inputs;    ///< file for the inputs of a study, or NULL
  int64_t first, last;   ///< scenarios of an export, both included; INT64_MAX: to the end
  const char *line;      ///< the whole command line, for the file's history
  int threads;           ///< 0: choose
  int64_t scenario;      ///< -1: none
  double drain_s;        ///< NaN: as long as the launcher leaves
  double wait_s;         ///< for another writer
  bool rows;             ///< --csv of show
  bool force, json, quiet, verbose, debug, verify;
} options;

/// Read a command line. VT_ERR_INPUT with one line for what cannot be understood.
vt_error options_read(int argc, char **argv, options *o);

void options_free(options *o);

void options_help(int of, FILE *out);

#endif
