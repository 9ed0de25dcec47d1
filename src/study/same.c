// same.c - whether two studies say the same in some part.
#include "reader.h"

#include <stdlib.h>
#include <string.h>

// A study that is read again, as a tree.
typedef struct reread {
  vt_study_reader reader;
  yaml_document_t document;
} reread;

typedef struct comparison {
  reread *mine, *other;
  vt_text *place;
  int line;
} comparison;

static bool is_number(vt_type type) {
  return type == VT_TYPE_INTEGER || type == VT_TYPE_FLOAT;
}

static bool same_scalar(const vt_yaml *a, const vt_yaml *b) {
  const vt_type type = vt_type_of(a), other = vt_type_of(b);
  if (type == VT_TYPE_NULL || other == VT_TYPE_NULL) return type == other;
  const char *text = (const char *)a->yaml->data.scalar.value;
  const char *said = (const char *)b->yaml->data.scalar.value;
  if (strcmp(text, said) == 0) return type == other;
  // Large seeds are no doubles.
  const bool plain = strlen(text) < 16 && strlen(said) < 16;
  if (!is_number(type) || !is_number(other) || !plain) return false;
  const double x = strtod(text, NULL), y = strtod(said, NULL);
  return x >= y && x <= y;
}

static vt_error tell(comparison *c, const vt_yaml *node) {
  c->line = node->line;
  return vt_text_add(c->place, "%s", vt_place(node));
}

static vt_error compare(comparison *c, const vt_yaml *a, const vt_yaml *b);

static vt_error find_key(comparison *c, const vt_yaml *map, const char *key, vt_yaml *child,
                         ptrdiff_t *place) {
  for (*place = 0; *place < vt_yaml_count(map); ++*place) {
    VT_TRY(vt_map_pair(&c->mine->reader, map, *place, child));
    if (strcmp(child->key, key) == 0) return VT_OK;
  }
  *place = -1;
  return VT_OK;
}

// The order of factors and parameters is part of what they say.
static vt_error compare_maps(comparison *c, const vt_yaml *a, const vt_yaml *b) {
  const char *key = b->key ? b->key : "";
  const bool ordered = strcmp(key, "factors") == 0 || strcmp(key, "parameters") == 0;
  if (vt_yaml_count(a) > vt_yaml_count(b)) return tell(c, b);
  for (ptrdiff_t i = 0; i < vt_yaml_count(b) && c->place->length == 0; i++) {
    vt_yaml mine, other;
    ptrdiff_t place;
    VT_TRY(vt_map_pair(&c->other->reader, b, i, &other));
    VT_TRY(find_key(c, a, other.key, &mine, &place));
    if (place < 0 || (ordered && place != i)) return tell(c, &other);
    VT_TRY(compare(c, &mine, &other));
  }
  return VT_OK;
}

static vt_error compare_lists(comparison *c, const vt_yaml *a, const vt_yaml *b) {
  if (vt_yaml_count(a) != vt_yaml_count(b)) return tell(c, b);
  for (ptrdiff_t i = 0; i < vt_yaml_count(b) && c->place->length == 0; i++) {
    vt_yaml mine, other;
    VT_TRY(vt_list_item(&c->mine->reader, a, i, &mine));
    VT_TRY(vt_list_item(&c->other->reader, b, i, &other));
    VT_TRY(compare(c, &mine, &other));
  }
  return VT_OK;
}

static vt_error compare(comparison *c, const vt_yaml *a, const vt_yaml *b) {
  const vt_type type = vt_type_of(b);
  if (type == VT_TYPE_MAP && vt_type_of(a) == type) return compare_maps(c, a, b);
  if (type == VT_TYPE_LIST && vt_type_of(a) == type) return compare_lists(c, a, b);
  const bool scalar = type != VT_TYPE_MAP && type != VT_TYPE_LIST;
  const bool other = vt_type_of(a) != VT_TYPE_MAP && vt_type_of(a) != VT_TYPE_LIST;
  return scalar && other && same_scalar(a, b) ? VT_OK : tell(c, b);
}

static vt_error open_tree(const vt_study *study, vt_arena *arena, reread *r) {
  const ptrdiff_t length = (ptrdiff_t)strlen(study->text);
  VT_TRY(vt_tree_load(study->path, study->text, length, &r->document));
  r->reader = (vt_study_reader){
      .path = study->path, .arena = arena, .document = &r->document, .budget = PTRDIFF_MAX / 2};
  return VT_OK;
}

static vt_error compare_part(comparison *c, const char *part) {
  const vt_yaml a = {.yaml = yaml_document_get_root_node(&c->mine->document), .line = 1};
  const vt_yaml b = {.yaml = yaml_document_get_root_node(&c->other->document), .line = 1};
  vt_yaml mine, other;
  ptrdiff_t at = 0, place = 0;
  VT_TRY(find_key(c, &a, part, &mine, &at));
  for (; place < vt_yaml_count(&b); place++) {
    VT_TRY(vt_map_pair(&c->other->reader, &b, place, &other));
    if (strcmp(other.key, part) == 0) break;
  }
  const bool there = place < vt_yaml_count(&b);
  if (at >= 0 && there) return compare(c, &mine, &other);
  if (at < 0 && !there) return VT_OK;
  c->line = there ? other.line : 1;
  return vt_text_add(c->place, "%s", part);
}

static vt_error compare_trees(const vt_study *study, const vt_study *other,
                              const char *const *parts, vt_arena *arena, comparison *c) {
  reread mine, others;
  VT_TRY(open_tree(study, arena, &mine));
  vt_error done = open_tree(other, arena, &others);
  if (done == VT_OK) {
    c->mine = &mine;
    c->other = &others;
    for (; *parts && done == VT_OK && c->place->length == 0; parts++)
      done = compare_part(c, *parts);
    yaml_document_delete(&others.document);
  }
  yaml_document_delete(&mine.document);
  return done;
}

vt_error vt_study_differs(const vt_study *study, const vt_study *other, const char *const *parts,
                          vt_text *place, int *line) {
  vt_arena *arena;
  comparison c = {.place = place};
  VT_TRY(vt_arena_create(&arena));
  const vt_error done = compare_trees(study, other, parts, arena, &c);
  vt_arena_free(arena);
  *line = c.line;
  return done;
}
