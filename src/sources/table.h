// table.h - tables with named columns, separated by semicolons.
#ifndef VT_DATA_TABLE_H
#define VT_DATA_TABLE_H

#include "vintner/base.h"

enum { VT_TABLE_COLUMNS = 32 };

/// A table being read; vt_table_close accepts it at any stage.
typedef struct vt_table {
  vt_text path; ///< what messages call it
  vt_text text;
  vt_csv csv;
  int line;                        ///< of the row
  int columns;                     ///< fields of the first row; every other row has as many
  vt_text name[VT_TABLE_COLUMNS];  ///< of the columns; shape [columns]
  vt_text field[VT_TABLE_COLUMNS]; ///< of the row; shape [columns]
} vt_table;

/// Open `folder`/`name` and read its first row, the names of the columns.
/// @return VT_ERR_INPUT with one line "FILE:LINE: found ..., expected ..."
vt_error vt_table_open(const char *folder, const char *name, vt_table *table);
void vt_table_close(vt_table *table);

/// The column of this name; VT_ERR_INPUT where there is none.
vt_error vt_table_column(const vt_table *table, const char *name, int *column);

/// The next row that is not blank; `*more` is false after the last.
vt_error vt_table_next(vt_table *table, bool *more);

/// The text in a field of the row, valid until the next row.
const char *vt_table_text(const vt_table *table, int column);

/// The number in a field of the row; an empty field is NaN, `nan` and `inf` are refused.
vt_error vt_table_number(const vt_table *table, int column, double *number);

/// The whole number in a field of the row, from 0 to `highest` (below 2^62).
vt_error vt_table_integer(const vt_table *table, int column, int64_t highest, int64_t *number);

#endif
