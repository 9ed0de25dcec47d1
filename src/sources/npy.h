// npy.h - NumPy's array files, of the kinds that datapackages hold.
#ifndef VT_DATA_NPY_H
#define VT_DATA_NPY_H

#include "vintner/base.h"

enum { VT_NPY_FIELDS = 16, VT_NPY_NAME = 32 };

/// Numbers at one place of every item; an array of plain numbers has one field without a name.
typedef struct vt_npy_field {
  char name[VT_NPY_NAME];
  char kind; ///< 'b' truth value, 'i' and 'u' integers, 'f' floating point, 'V' padding
  int bytes;
  ptrdiff_t offset; ///< within the item
  bool swapped;     ///< not in this machine's byte order
} vt_npy_field;

/// An array in memory; `data` is borrowed from the bytes that were parsed.
typedef struct vt_npy {
  int axes;                ///< 1 or 2
  ptrdiff_t rows, columns; ///< columns is 1 for one axis
  bool by_columns;         ///< fortran_order
  ptrdiff_t item_bytes;
  int fields;
  vt_npy_field field[VT_NPY_FIELDS];
  ptrdiff_t start; ///< bytes before the numbers
  const unsigned char *data;
} vt_npy;

/// Parse the header alone, out of the first `got` of `length` bytes, and check it against the
/// length; no `data`. As vt_npy_parse.
vt_error vt_npy_head(const char *what, const void *bytes, ptrdiff_t got, ptrdiff_t length,
                     vt_npy *npy);

/// Parse header and check it against the length; `what` names the array in messages. Objects
/// (pickles), texts, dates and more than two axes are VT_ERR_INPUT.
vt_error vt_npy_parse(const char *what, const void *bytes, ptrdiff_t length, vt_npy *npy);

/// Index of a field by name, -1 if there is none.
int vt_npy_field_index(const vt_npy *npy, const char *name);

/// Number in a field of an item.
double vt_npy_number(const vt_npy *npy, int field, ptrdiff_t row, ptrdiff_t column);

/// Integer in a field of an item of one axis. Beyond 63 bits: INT64_MIN.
int64_t vt_npy_integer(const vt_npy *npy, int field, ptrdiff_t row);

#endif
