// scalar.c - numbers, text, truth values and flat lists of them.
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reader.h"

static const char *text_of(const vt_yaml *node) {
  return (const char *)node->yaml->data.scalar.value;
}

// Of a number in YAML; .inf and .nan, which strtod does not know, are infinite.
static double value_of(const char *text) {
  char *end;
  const double value = strtod(text, &end);
  return *end == '\0' ? value : (double)INFINITY;
}

static bool is_number(const vt_yaml *node) {
  const vt_type type = vt_type_of(node);
  return type == VT_TYPE_INTEGER || type == VT_TYPE_FLOAT;
}

vt_error vt_read_number(const vt_study_reader *reader, const vt_yaml *node, double *number) {
  if (!is_number(node)) VT_REFUSE(reader, node, "found %s, expected a number", vt_found(node));
  const double value = value_of(text_of(node));
  if (!isfinite(value))
    VT_REFUSE(reader, node, "found %s, expected a finite number", vt_found(node));
  *number = value;
  return VT_OK;
}

vt_error vt_read_limit(const vt_study_reader *reader, const vt_yaml *node, double *number) {
  const char *text = is_number(node) ? text_of(node) : "";
  const char *digits = text[0] == '-' || text[0] == '+' ? text + 1 : text;
  if (strcasecmp(digits, ".inf") != 0) return vt_read_number(reader, node, number);
  *number = text[0] == '-' ? -(double)INFINITY : (double)INFINITY;
  return VT_OK;
}

// Whole numbers that a double holds exactly may be written as 1e4.
static bool parse_integer(const vt_yaml *node, int64_t *number) {
  if (vt_type_of(node) == VT_TYPE_INTEGER) {
    errno = 0;
    *number = strtoll(text_of(node), NULL, 10);
    return errno == 0;
  }
  const double value = value_of(text_of(node));
  if (!(fabs(value) <= 9007199254740992.0) || value != floor(value)) return false;
  *number = (int64_t)value;
  return true;
}

vt_error vt_read_integer(const vt_study_reader *reader, const vt_yaml *node, int64_t least,
                         int64_t greatest, int64_t *number) {
  int64_t value = 0;
  const bool whole = is_number(node) && parse_integer(node, &value);
  if (!whole || value < least || value > greatest)
    VT_REFUSE(reader, node, "found %s, expected a whole number from %lld to %lld", vt_found(node),
              (long long)least, (long long)greatest);
  *number = value;
  return VT_OK;
}

vt_error vt_read_uint64(const vt_study_reader *reader, const vt_yaml *node, uint64_t *number) {
  bool fits = vt_type_of(node) == VT_TYPE_INTEGER && text_of(node)[0] != '-';
  if (fits) {
    errno = 0;
    *number = strtoull(text_of(node), NULL, 10);
    fits = errno == 0;
  }
  if (!fits)
    VT_REFUSE(reader, node, "found %s, expected a whole number from 0 to %llu", vt_found(node),
              (unsigned long long)UINT64_MAX);
  return VT_OK;
}

vt_error vt_read_bool(const vt_study_reader *reader, const vt_yaml *node, bool *truth) {
  VT_TRY(vt_expect(reader, node, VT_TYPE_BOOL, "true or false"));
  *truth = text_of(node)[0] == 't' || text_of(node)[0] == 'T';
  return VT_OK;
}

vt_error vt_read_text(vt_study_reader *reader, const vt_yaml *node, const char **text) {
  const bool quotable = is_number(node) || vt_type_of(node) == VT_TYPE_BOOL;
  VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT, quotable ? "text (put it in quotes)" : "text"));
  const ptrdiff_t length = (ptrdiff_t)node->yaml->data.scalar.length;
  if (length == 0) VT_REFUSE(reader, node, "found an empty text");
  if (strlen(text_of(node)) != (size_t)length)
    VT_REFUSE(reader, node, "found a NUL character in the text");
  VT_TRY(vt_charge(reader, node, length));
  return vt_arena_text(reader->arena, text_of(node), length, text);
}

static vt_error join_path(vt_study_reader *reader, const char *name, vt_text *joined,
                          const char **path) {
  VT_TRY(vt_path_beside(reader->path, name, joined));
  return vt_arena_text(reader->arena, joined->bytes, joined->length, path);
}

vt_error vt_read_path(vt_study_reader *reader, const vt_yaml *node, const char **path) {
  const char *name = NULL;
  VT_TRY(vt_read_text(reader, node, &name));
  vt_text joined = {0};
  const vt_error worked = join_path(reader, name, &joined, path);
  vt_text_free(&joined);
  return worked;
}

vt_error vt_read_one_of(vt_study_reader *reader, const vt_yaml *node, const char *const *names,
                        int *choice) {
  char expected[256] = "one of";
  for (int i = 0; names[i]; i++) {
    const size_t used = strlen(expected);
    (void)snprintf(expected + used, sizeof expected - used, "%s %s", i > 0 ? "," : "", names[i]);
  }
  VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT, expected));
  vt_nearest nearest = {.name = text_of(node)};
  for (int i = 0; names[i]; i++) {
    *choice = i;
    if (strcmp(text_of(node), names[i]) == 0) return VT_OK;
    vt_nearest_try(&nearest, names[i]);
  }
  VT_REFUSE(reader, node, "found %s, expected %s%s", vt_found(node), expected,
            vt_nearest_hint(&nearest));
}

vt_error vt_read_numbers(vt_study_reader *reader, const vt_yaml *node, int arity, double **number,
                         int *count) {
  char expected[64] = "a list of numbers";
  if (arity > 0) (void)snprintf(expected, sizeof expected, "a list of %d numbers", arity);
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, expected));
  const ptrdiff_t items = vt_yaml_count(node);
  if (arity > 0 && items != arity)
    VT_REFUSE(reader, node, "found a list of %td, expected %s", items, expected);
  VT_TRY(vt_charge(reader, node, items));
  VT_ARENA_NEW(reader->arena, *number, items);
  for (ptrdiff_t i = 0; i < items; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_number(reader, &item, &(*number)[i]));
  }
  *count = (int)items;
  return VT_OK;
}

vt_error vt_read_texts(vt_study_reader *reader, const vt_yaml *node, const char ***text,
                       int *count) {
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list of names"));
  const ptrdiff_t items = vt_yaml_count(node);
  VT_TRY(vt_charge(reader, node, items));
  VT_ARENA_NEW(reader->arena, *text, items);
  for (ptrdiff_t i = 0; i < items; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_text(reader, &item, &(*text)[i]));
  }
  *count = (int)items;
  return VT_OK;
}

static vt_error find_duplicate(vt_labels *labels, int count, const char *const *name,
                               int *duplicate) {
  for (int i = 0; i < count; i++) {
    int index;
    bool added;
    VT_TRY(vt_labels_add(labels, name[i], (ptrdiff_t)strlen(name[i]), &index, &added));
    if (added) continue;
    *duplicate = i;
    return VT_OK;
  }
  return VT_OK;
}

vt_error vt_first_duplicate(int count, const char *const *name, int *duplicate) {
  *duplicate = -1;
  vt_labels *labels = NULL;
  const vt_error created = vt_labels_create(&labels);
  const vt_error found =
      created == VT_OK ? find_duplicate(labels, count, name, duplicate) : created;
  vt_labels_free(labels);
  return found;
}

vt_error vt_text_at(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_text(reader, node, target);
}

vt_error vt_number_at(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_number(reader, node, target);
}

vt_error vt_bool_at(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_bool(reader, node, target);
}

vt_error vt_read_keys(vt_study_reader *reader, const vt_yaml *map, const char ***key) {
  const ptrdiff_t count = vt_yaml_count(map);
  VT_TRY(vt_charge(reader, map, count));
  VT_ARENA_NEW(reader->arena, *key, count);
  vt_yaml child;
  for (ptrdiff_t i = 0; i < count; i++) {
    VT_TRY(vt_map_pair(reader, map, i, &child));
    VT_TRY(vt_arena_text(reader->arena, child.key, (ptrdiff_t)strlen(child.key), &(*key)[i]));
  }
  int duplicate;
  VT_TRY(vt_first_duplicate((int)count, *key, &duplicate));
  if (duplicate < 0) return VT_OK;
  VT_TRY(vt_map_pair(reader, map, duplicate, &child));
  VT_FAULT(reader, child.line, "duplicate key in '%s': found '%s' twice", vt_place(map), child.key);
}
