// csv.h - a table written as CSV (RFC 4180), complete or not at all.
#ifndef VT_CLI_CSV_H
#define VT_CLI_CSV_H

#include "vintner/base.h"

#include <stdio.h>

typedef struct csv_file {
  char *path;    ///< the file when it is complete
  char *partial; ///< the file while it is written
  FILE *stream;
} csv_file;

/// Open FOLDER/NAME.csv to write; what is there is replaced when the new one is complete.
vt_error csv_open(const char *folder, const char *name, csv_file *file);

/// A text as a field: quoted where commas, quotes, line ends or outer spaces ask for it.
void csv_text(FILE *stream, const char *text);

/// A number with as few digits as give it back; nothing for NaN, `inf` and `-inf`.
///
/// @param single  as few digits as give a number of single precision back
void csv_number(FILE *stream, double value, bool single);

/// Finish the file if `ok`, else leave none. Closes it in any case.
vt_error csv_close(csv_file *file, bool ok);

#endif
