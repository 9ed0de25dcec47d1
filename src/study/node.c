// node.c - walking the YAML tree: types, places in messages, maps with known keys.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "reader.h"

enum { PLACE_BYTES = 256, FOUND_BYTES = 128, TEXT_BYTES = 2048, SHOWN_BYTES = 60 };

static const char *scalar_text(const yaml_node_t *yaml) {
  return (const char *)yaml->data.scalar.value;
}

// Bytes of text that a message shows: whole UTF-8 characters.
static int shown_bytes(const char *text) {
  const size_t length = strlen(text);
  if (length <= SHOWN_BYTES) return (int)length;
  int shown = SHOWN_BYTES;
  while (shown > 0 && ((unsigned char)text[shown] & 0xC0U) == 0x80U) shown--;
  return shown;
}

const char *vt_found(const vt_yaml *node) {
  static _Thread_local char found[FOUND_BYTES];
  const vt_type type = vt_type_of(node);
  if (type == VT_TYPE_LIST) return vt_yaml_count(node) > 0 ? "a list" : "an empty list";
  if (type == VT_TYPE_MAP) return vt_yaml_count(node) > 0 ? "a map" : "an empty map";
  if (type == VT_TYPE_NULL) return "nothing";
  const char *text = scalar_text(node->yaml);
  const int shown = shown_bytes(text);
  const char *rest = text[shown] ? "..." : "";
  if (type == VT_TYPE_TEXT)
    (void)snprintf(found, sizeof found, "'%.*s%s'", shown, text, rest);
  else if (type == VT_TYPE_BOOL)
    (void)snprintf(found, sizeof found, "the truth value %s", text);
  else
    (void)snprintf(found, sizeof found, "the number %.*s%s", shown, text, rest);
  return found;
}

const char *vt_place(const vt_yaml *node) {
  static _Thread_local char place[PLACE_BYTES];
  // Names are written from the end: the root is last.
  char *start = place + PLACE_BYTES - 1;
  *start = '\0';
  for (; node && node->parent; node = node->parent) {
    char part[SHOWN_BYTES + 8];
    if (node->key) {
      const char *dot = node->parent->parent ? "." : "";
      const int shown = shown_bytes(node->key);
      (void)snprintf(part, sizeof part, "%s%.*s%s", dot, shown, node->key,
                     node->key[shown] ? "..." : "");
    } else {
      (void)snprintf(part, sizeof part, "[%td]", node->index);
    }
    const ptrdiff_t length = (ptrdiff_t)strlen(part);
    if (start - place < length) break;
    start -= length;
    memcpy(start, part, (size_t)length);
  }
  return *start ? start : "study";
}

vt_error vt_fault(const vt_study_reader *reader, int line, const char *file, int source_line,
                  const char *function, const char *format, ...) {
  char text[TEXT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vt_clean_format(text, sizeof text, format, arguments);
  va_end(arguments);
  return vt_error_raise(VT_ERR_INPUT, file, source_line, function, "%s:%d: %s", reader->path, line,
                        text);
}

vt_error vt_refuse(const vt_study_reader *reader, const vt_yaml *node, const char *file,
                   int source_line, const char *function, const char *format, ...) {
  char text[TEXT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vt_clean_format(text, sizeof text, format, arguments);
  va_end(arguments);
  return vt_error_raise(VT_ERR_INPUT, file, source_line, function, "%s:%d: '%s': %s", reader->path,
                        node->line, vt_place(node), text);
}

vt_error vt_charge(vt_study_reader *reader, const vt_yaml *node, ptrdiff_t amount) {
  if (amount > reader->budget) VT_REFUSE(reader, node, "found aliases that repeat too much");
  reader->budget -= amount;
  return VT_OK;
}

vt_error vt_expect(const vt_study_reader *reader, const vt_yaml *node, vt_type type,
                   const char *expected) {
  if (vt_type_of(node) == type) return VT_OK;
  VT_REFUSE(reader, node, "found %s, expected %s", vt_found(node), expected);
}

ptrdiff_t vt_yaml_count(const vt_yaml *node) {
  if (node->yaml->type == YAML_MAPPING_NODE)
    return node->yaml->data.mapping.pairs.top - node->yaml->data.mapping.pairs.start;
  if (node->yaml->type == YAML_SEQUENCE_NODE)
    return node->yaml->data.sequence.items.top - node->yaml->data.sequence.items.start;
  return 0;
}

static int line_of(const yaml_node_t *yaml) {
  return yaml->start_mark.line < INT32_MAX ? (int)yaml->start_mark.line + 1 : INT32_MAX;
}

// The line to name for a value: its own, but that of its key (or list) where the value is a map or
// list, which starts further down, or an alias, which points back.
static int line_of_value(const yaml_node_t *yaml, int line_before) {
  const int own = line_of(yaml);
  if (yaml->type != YAML_SCALAR_NODE || own < line_before) return line_before;
  return own;
}

vt_error vt_map_pair(vt_study_reader *reader, const vt_yaml *map, ptrdiff_t i, vt_yaml *child) {
  VT_TRY(vt_charge(reader, map, 1));
  const yaml_node_pair_t *pair = map->yaml->data.mapping.pairs.start + i;
  const yaml_node_t *key = yaml_document_get_node(reader->document, pair->key);
  const yaml_node_t *value = yaml_document_get_node(reader->document, pair->value);
  VT_CHECK(key && value, VT_ERR_BUG, "%s: a map without key or value", reader->path);
  const int line = line_of(key) < map->line ? map->line : line_of(key);
  const vt_yaml at = {.yaml = key, .line = line, .parent = map, .index = i};
  if (key->type != YAML_SCALAR_NODE)
    VT_FAULT(reader, line, "bad key in '%s': found %s, expected a name", vt_place(map),
             vt_found(&at));
  const char *name = scalar_text(key);
  if (name[0] == '\0') VT_FAULT(reader, line, "empty key in '%s'", vt_place(map));
  if (strlen(name) != key->data.scalar.length)
    VT_FAULT(reader, line, "bad key in '%s': found a NUL character", vt_place(map));
  VT_TRY(vt_charge(reader, map, (ptrdiff_t)strlen(name)));
  *child = (vt_yaml){
      .yaml = value, .line = line_of_value(value, line), .parent = map, .key = name, .index = i};
  return VT_OK;
}

vt_error vt_list_item(vt_study_reader *reader, const vt_yaml *list, ptrdiff_t i, vt_yaml *child) {
  VT_TRY(vt_charge(reader, list, 1));
  const yaml_node_item_t item = list->yaml->data.sequence.items.start[i];
  const yaml_node_t *value = yaml_document_get_node(reader->document, item);
  VT_CHECK(value, VT_ERR_BUG, "%s: a list without its item", reader->path);
  const int line = line_of(value) < list->line ? list->line : line_of(value);
  *child = (vt_yaml){.yaml = value, .line = line, .parent = list, .index = i};
  return VT_OK;
}

// "a, b, c" - the names of a table's rows that this version takes.
static const char *names_of(const vt_key *keys, char *names, size_t bytes) {
  size_t used = 0;
  names[0] = '\0';
  for (const vt_key *key = keys; key->name; key++) {
    if (key->presence == VT_UNAVAILABLE || used >= bytes) continue;
    const int added = snprintf(names + used, bytes - used, "%s%s", used > 0 ? ", " : "", key->name);
    used += added > 0 ? (size_t)added : 0;
  }
  return names;
}

static vt_error refuse_unknown(const vt_study_reader *reader, const vt_yaml *map,
                               const vt_key *keys, const vt_yaml *child, int line) {
  vt_nearest nearest = {.name = child->key};
  for (const vt_key *key = keys; key->name; key++) vt_nearest_try(&nearest, key->name);
  char names[TEXT_BYTES / 4];
  const int shown = shown_bytes(child->key);
  VT_FAULT(reader, line, "unknown key in '%s': found '%.*s%s', expected %s%s", vt_place(map), shown,
           child->key, child->key[shown] ? "..." : "", names_of(keys, names, sizeof names),
           vt_nearest_hint(&nearest));
}

// The line of a key, which is not always that of its value.
static int line_of_key(const vt_study_reader *reader, const vt_yaml *child) {
  const yaml_node_pair_t *pair = child->parent->yaml->data.mapping.pairs.start + child->index;
  const int own = line_of(yaml_document_get_node(reader->document, pair->key));
  return own < child->parent->line ? child->parent->line : own;
}

vt_error vt_map_match(vt_study_reader *reader, const vt_yaml *map, const vt_key *keys,
                      vt_yaml child[VT_MAX_KEYS]) {
  char names[TEXT_BYTES / 4], expected[TEXT_BYTES / 2];
  (void)snprintf(expected, sizeof expected, "a map with the keys %s",
                 names_of(keys, names, sizeof names));
  VT_TRY(vt_expect(reader, map, VT_TYPE_MAP, expected));
  for (int k = 0; k < VT_MAX_KEYS; k++) child[k] = (vt_yaml){.yaml = NULL};
  for (ptrdiff_t i = 0; i < vt_yaml_count(map); i++) {
    vt_yaml value;
    VT_TRY(vt_map_pair(reader, map, i, &value));
    int k = 0;
    while (keys[k].name && strcmp(keys[k].name, value.key) != 0) k++;
    const int line = line_of_key(reader, &value);
    if (!keys[k].name) return refuse_unknown(reader, map, keys, &value, line);
    if (child[k].yaml)
      VT_FAULT(reader, line, "duplicate key in '%s': found '%s' twice, first in line %d",
               vt_place(map), value.key, line_of_key(reader, &child[k]));
    child[k] = value;
  }
  return VT_OK;
}

vt_error vt_map_one_of(const vt_study_reader *reader, const vt_yaml *map, const vt_key *keys,
                       const vt_yaml child[VT_MAX_KEYS], int *only) {
  int present = 0, second = 0, choices = 0;
  vt_key choice[VT_MAX_KEYS + 1] = {{0}};
  for (int k = 0; keys[k].name; k++) {
    if (keys[k].presence != VT_ONE_OF && keys[k].presence != VT_UNAVAILABLE) continue;
    choice[choices++].name = keys[k].name;
    if (child[k].yaml && ++present <= 2) *(present == 1 ? only : &second) = k;
  }
  if (present == 1) return VT_OK;
  char names[TEXT_BYTES / 4];
  (void)names_of(choice, names, sizeof names);
  if (present == 0) VT_REFUSE(reader, map, "found none, expected exactly one of %s", names);
  VT_REFUSE(reader, map, "found '%s' and '%s', expected exactly one of %s", keys[*only].name,
            keys[second].name, names);
}

// Rows that go with one of the rows of VT_ONE_OF are refused beside another.
static vt_error check_company(const vt_study_reader *reader, const vt_yaml *map, const vt_key *keys,
                              const vt_yaml child[VT_MAX_KEYS], const char *only) {
  for (int k = 0; keys[k].name; k++) {
    if (!keys[k].with) continue;
    const bool together = strcmp(keys[k].with, only) == 0;
    if (child[k].yaml && !together)
      VT_REFUSE(reader, &child[k], "found with '%s', expected only with '%s'", only, keys[k].with);
    if (!child[k].yaml && together && keys[k].presence == VT_REQUIRED)
      VT_FAULT(reader, map->line, "missing key in '%s': expected '%s', as with '%s'", vt_place(map),
               keys[k].name, only);
  }
  return VT_OK;
}

static bool is_read(const vt_key *keys, const bool *done, const char *name) {
  int k = 0;
  while (name && strcmp(keys[k].name, name) != 0) k++;
  return !name || done[k];
}

// In the order of the rows, but what a row comes after is read before it.
static vt_error read_rows(vt_study_reader *reader, const vt_key *keys,
                          const vt_yaml child[VT_MAX_KEYS], void *target) {
  bool done[VT_MAX_KEYS] = {false};
  for (bool waiting = true; waiting;) {
    waiting = false;
    for (int k = 0; keys[k].name; k++) {
      if (done[k]) continue;
      done[k] = is_read(keys, done, keys[k].after);
      waiting |= !done[k];
      if (done[k] && child[k].yaml && keys[k].read)
        VT_TRY(keys[k].read(reader, &child[k], (char *)target + keys[k].at));
    }
  }
  return VT_OK;
}

vt_error vt_map_read_matched(vt_study_reader *reader, const vt_yaml *map, const vt_key *keys,
                             const vt_yaml child[VT_MAX_KEYS], void *target) {
  for (int k = 0; keys[k].name; k++) {
    if (keys[k].presence == VT_UNAVAILABLE && child[k].yaml)
      VT_FAULT(reader, line_of_key(reader, &child[k]), "'%s' is not available in this version",
               vt_place(&child[k]));
  }
  for (int k = 0; keys[k].name; k++) {
    if (keys[k].presence == VT_REQUIRED && !keys[k].with && !child[k].yaml)
      VT_FAULT(reader, map->line, "missing key in '%s': expected '%s'", vt_place(map),
               keys[k].name);
  }
  return read_rows(reader, keys, child, target);
}

vt_error vt_map_read(vt_study_reader *reader, const vt_yaml *map, const vt_key *keys,
                     void *target) {
  vt_yaml child[VT_MAX_KEYS];
  bool choose = false;
  int only = 0;
  VT_TRY(vt_map_match(reader, map, keys, child));
  for (int k = 0; keys[k].name; k++) choose |= keys[k].presence == VT_ONE_OF;
  if (choose) {
    VT_TRY(vt_map_one_of(reader, map, keys, child, &only));
    VT_TRY(check_company(reader, map, keys, child, keys[only].name));
  }
  return vt_map_read_matched(reader, map, keys, child, target);
}
