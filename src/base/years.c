// years.c - years and ranges of years, and whether some of them overlap.
#include "vintner/base.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

// A year's digits, or nothing; 0 stands for nothing and -1 for what is no year.
static int parse_year(const char *text, ptrdiff_t length) {
  int year = 0;
  for (ptrdiff_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9' || i >= VT_YEAR_DIGITS) return -1;
    year = year * 10 + (text[i] - '0');
  }
  return length > 0 && year == 0 ? -1 : year;
}

bool vt_year_span_parse(const char *text, vt_year_span *span) {
  const char *colon = strchr(text, ':');
  const int first = parse_year(text, colon ? colon - text : (ptrdiff_t)strlen(text));
  const int last = colon ? parse_year(colon + 1, (ptrdiff_t)strlen(colon + 1)) : first;
  if (first < 0 || last < 0 || (first == 0 && last == 0)) return false;
  span->first = first > 0 ? first : INT_MIN;
  span->last = last > 0 ? last : INT_MAX;
  return span->first <= span->last;
}

bool vt_year_span_fit(vt_year_span *span, int first, int last, int *outside) {
  if (span->first == INT_MIN) span->first = first;
  if (span->last == INT_MAX) span->last = last;
  const bool first_in = span->first >= first && span->first <= last;
  *outside = first_in ? span->last : span->first;
  return first_in && span->last >= span->first && span->last <= last;
}

static int compare_spans(const void *left, const void *right) {
  const vt_year_span *a = *(const vt_year_span *const *)left;
  const vt_year_span *b = *(const vt_year_span *const *)right;
  const int order = strcmp(a->of, b->of);
  if (order != 0) return order;
  if (a->first != b->first) return a->first < b->first ? -1 : 1;
  return (a > b) - (a < b);
}

// In ascending order the first clash is between neighbours: all before them lie apart.
static void find_clash(int count, const vt_year_span **sorted, const vt_year_span **one,
                       const vt_year_span **other) {
  for (int i = 1; i < count && !*one; i++) {
    const vt_year_span *before = sorted[i - 1], *span = sorted[i];
    if (strcmp(before->of, span->of) != 0 || span->first > before->last) continue;
    *one = before < span ? before : span;
    *other = before < span ? span : before;
  }
}

vt_error vt_year_spans_clash(int count, const vt_year_span *span, const vt_year_span **one,
                             const vt_year_span **other, int *year) {
  *one = *other = NULL;
  *year = 0;
  const vt_year_span **sorted;
  VT_NEW(sorted, count);
  for (int i = 0; i < count; i++) sorted[i] = &span[i];
  qsort(sorted, (size_t)count, sizeof *sorted, compare_spans);
  find_clash(count, sorted, one, other);
  free(sorted);
  if (*one) *year = (*one)->first > (*other)->first ? (*one)->first : (*other)->first;
  return VT_OK;
}
