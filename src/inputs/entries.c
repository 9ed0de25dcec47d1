// entries.c - the tensors of an input file: members of an object to sorted entries.
#include "reader.h"

#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// A number, or a truth value where `truth` asks for one.
static vt_error get_number(vt_entry_place place, bool truth, struct json_object *value,
                           double *number) {
  if (vt_json_number(value, number)) return VT_OK;
  const enum json_type type = json_object_get_type(value);
  VT_CHECK(type != json_type_int, VT_ERR_INPUT, VT_AT "found %s, expected it with a decimal point",
           VT_AT_ARGS(place), vt_json_show(value));
  VT_CHECK(truth && type == json_type_boolean, VT_ERR_INPUT, VT_AT "found %s, expected %s",
           VT_AT_ARGS(place), vt_json_show(value), truth ? "true or false" : "a number");
  *number = json_object_get_boolean(value) ? 1.0 : 0.0;
  return VT_OK;
}

static vt_error push_entry(vt_inputs_reader *reader, const vt_entry *entry) {
  VT_TRY(vt_grow(&reader->entry, &reader->capacity, reader->entries + 1, sizeof *reader->entry));
  reader->entry[reader->entries++] = *entry;
  return VT_OK;
}

// A code may name a product and a flow at once. What is said of operation and improvements of that
// code holds for each of them, so each set that has it gets its entry.
static vt_error push_other_flows(vt_inputs_reader *reader, vt_entry entry,
                                 const vt_key_part *code) {
  const int32_t first = entry.index[1];
  for (int set = 1; set < 3; set++) {
    entry.index[1] = vt_flow_index(reader->inputs, set, code);
    if (entry.index[1] > first) VT_TRY(push_entry(reader, &entry));
  }
  return VT_OK;
}

static vt_error add_entry(vt_inputs_reader *reader, vt_tensor_id id, vt_entry_place place,
                          struct json_object *value) {
  const vt_tensor_kind *kind = &vt_tensor_kinds[id];
  vt_key_part part[VT_MAX_AXES];
  VT_TRY(vt_key_split(reader, place, kind->axes, part));
  vt_entry entry = {0};
  for (int i = 0; i < kind->axes; i++)
    VT_TRY(vt_key_index(reader->inputs, place, kind->axis[i], &part[i], &entry.index[i]));
  VT_TRY(get_number(place, id == VT_TENSOR_OPERATION_FLOW, value, &entry.value));
  VT_TRY(push_entry(reader, &entry));
  if (id == VT_TENSOR_OPERATION_FLOW || id == VT_TENSOR_IMPROVEMENTS)
    VT_TRY(push_other_flows(reader, entry, &part[1]));
  return VT_OK;
}

int vt_compare_entries(const void *a, const void *b) {
  const vt_entry *x = a, *y = b;
  for (int i = 0; i < VT_MAX_AXES; i++) {
    if (x->index[i] != y->index[i]) return x->index[i] < y->index[i] ? -1 : 1;
  }
  return 0;
}

// Sort the entries (most files have them sorted, or nearly) and move them to the tensor.
static vt_error store_entries(vt_inputs_reader *reader, vt_tensor_id id) {
  const ptrdiff_t count = reader->entries, axes = vt_tensor_kinds[id].axes;
  bool sorted = true;
  for (ptrdiff_t i = 1; i < count && sorted; i++)
    sorted = vt_compare_entries(&reader->entry[i - 1], &reader->entry[i]) < 0;
  if (!sorted) qsort(reader->entry, (size_t)count, sizeof *reader->entry, vt_compare_entries);
  vt_tensor *tensor = &reader->inputs->tensor[id];
  VT_ARENA_NEW(reader->inputs->arena, tensor->index, count * axes);
  VT_ARENA_NEW(reader->inputs->arena, tensor->value, count);
  tensor->count = count;
  for (ptrdiff_t i = 0; i < count; i++) {
    const vt_entry *entry = &reader->entry[i];
    memcpy(tensor->index + i * axes, entry->index, (size_t)axes * sizeof *entry->index);
    tensor->value[i] = entry->value;
    if (sorted || i == 0) continue;
    // Keys that differ as text, say in white space, may name the same entry.
    VT_CHECK(vt_compare_entries(entry - 1, entry) != 0, VT_ERR_INPUT,
             "%s: field '%s', key %s: found twice, expected once", reader->json.path,
             reader->field[VT_FIELD_TENSORS + id].name, vt_entry_key(reader->inputs, id, i));
  }
  return VT_OK;
}

static vt_error read_default(vt_inputs_reader *reader, vt_tensor_id id) {
  vt_tensor *tensor = &reader->inputs->tensor[id];
  VT_ARENA_NEW(reader->inputs->arena, tensor->index, 0);
  VT_ARENA_NEW(reader->inputs->arena, tensor->value, 1);
  tensor->count = 1;
  tensor->value[0] = vt_tensor_kinds[id].missing;
  bool present;
  const vt_inputs_field *field =
      vt_inputs_reader_enter(reader, (vt_inputs_field_id)(VT_FIELD_TENSORS + id), &present);
  if (!present) return VT_OK;
  struct json_object *value;
  VT_TRY(vt_json_parse(&reader->json, field->value, &value));
  VT_CHECK(vt_json_number(value, &tensor->value[0]), VT_ERR_INPUT,
           "%s: field '%s': found %s, expected a number", reader->json.path, field->name,
           vt_json_show(value));
  return VT_OK;
}

vt_error vt_read_tensor(vt_inputs_reader *reader, vt_tensor_id id) {
  if (vt_tensor_kinds[id].axes == 0) return read_default(reader, id);
  reader->entries = 0;
  bool present;
  const vt_inputs_field *field =
      vt_inputs_reader_enter(reader, (vt_inputs_field_id)(VT_FIELD_TENSORS + id), &present);
  if (!present) return store_entries(reader, id);
  vt_json_walk walk;
  VT_TRY(vt_json_enter(&reader->json, field->value, &walk));
  for (;;) {
    struct json_object *piece;
    VT_TRY(vt_json_next_piece(&reader->json, &walk, &piece, NULL));
    if (!piece) break;
    struct json_object_iterator at = json_object_iter_begin(piece);
    const struct json_object_iterator end = json_object_iter_end(piece);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
      const vt_entry_place place = {reader->json.path, field->name,
                                    json_object_iter_peek_name(&at)};
      VT_TRY(add_entry(reader, id, place, json_object_iter_peek_value(&at)));
    }
  }
  return store_entries(reader, id);
}
