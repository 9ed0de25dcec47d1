// scan.h - JSON text, looked through without a parser.
#ifndef VT_JSON_SCAN_H
#define VT_JSON_SCAN_H

#include "vintner/base.h"

const char *vt_scan_space(const char *at, const char *end);

/// Past the closing quote of the string that opens at `at`, or NULL.
const char *vt_scan_string(const char *at, const char *end);

/// The comma or bracket that ends the value at `at`, or NULL where the text ends before it.
/// `*members` grows by the members of all objects in it. What lies between is for json-c to judge.
const char *vt_scan_value(const char *at, const char *end, ptrdiff_t *members);

/// The first escape that would change a text on its way: NUL, half of a surrogate pair. Or NULL.
const char *vt_scan_escapes(const char *first, const char *end);

/// About the memory that json-c takes for a value.
double vt_scan_weight(const char *first, const char *end);

#endif
