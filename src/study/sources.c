// sources.c - what plain LCA and models from databases name alike: sources, codes, methods.
#include "reader.h"

vt_error vt_read_label(vt_study_reader *reader, const vt_yaml *node, const char **text) {
  if (vt_type_of(node) != VT_TYPE_INTEGER) return vt_read_text(reader, node, text);
  const ptrdiff_t length = (ptrdiff_t)node->yaml->data.scalar.length;
  VT_TRY(vt_charge(reader, node, length));
  return vt_arena_text(reader->arena, (const char *)node->yaml->data.scalar.value, length, text);
}

vt_error vt_read_sources(vt_study_reader *reader, const vt_yaml *node) {
  vt_model_plan *model = &reader->study->model;
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list of files and folders"));
  const ptrdiff_t items = vt_yaml_count(node);
  if (items == 0) VT_REFUSE(reader, node, "found an empty list, expected files and folders");
  const char **path;
  int *line;
  VT_TRY(vt_charge(reader, node, items));
  VT_ARENA_NEW(reader->arena, path, items);
  VT_ARENA_NEW(reader->arena, line, items);
  for (ptrdiff_t i = 0; i < items; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_path(reader, &item, &path[i]));
    line[i] = item.line;
  }
  model->database = path;
  model->database_line = line;
  model->databases = (int)items;
  return VT_OK;
}

// {database: mass}
vt_error vt_read_allocation(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_model_plan *model = &reader->study->model;
  vt_allocation_plan *allocation;
  const char **database;
  (void)target;
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP,
                   "a map such as {database: mass}, of mass, price, equal or another property"));
  const ptrdiff_t count = vt_yaml_count(node);
  if (count == 0) VT_REFUSE(reader, node, "found an empty map, expected databases");
  VT_TRY(vt_charge(reader, node, count));
  VT_TRY(vt_read_keys(reader, node, &database));
  VT_ARENA_NEW(reader->arena, allocation, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    allocation[i] = (vt_allocation_plan){.line = child.line, .database = database[i]};
    VT_TRY(vt_read_text(reader, &child, &allocation[i].property));
  }
  model->allocation = allocation;
  model->allocations = (int)count;
  return VT_OK;
}

vt_error vt_read_parts(vt_study_reader *reader, const vt_yaml *node, int *count,
                       const char *const **method) {
  const char **part;
  const bool list = vt_type_of(node) == VT_TYPE_LIST;
  const ptrdiff_t parts = list ? vt_yaml_count(node) : 1;
  if (parts == 0) VT_REFUSE(reader, node, "found an empty list, expected the parts of a method");
  if (!list)
    VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT, "the parts of a method: [GWP, \"100 years\"]"));
  if (!list && ((const char *)node->yaml->data.scalar.value)[0] == '(')
    VT_REFUSE(reader, node, "found %s, a tuple of Python, expected a list: [GWP, \"100 years\"]",
              vt_found(node));
  VT_TRY(vt_charge(reader, node, parts));
  VT_ARENA_NEW(reader->arena, part, parts);
  for (ptrdiff_t i = 0; i < parts; i++) {
    vt_yaml item = *node;
    if (list) VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_label(reader, &item, &part[i]));
  }
  *count = (int)parts;
  *method = part;
  return VT_OK;
}
