// sets.c - the sets of an input file, and what it says of single processes: operation windows and
// names.
#include "reader.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static vt_error parse_list(vt_inputs_reader *reader, vt_inputs_field_id id,
                           struct json_object **list, ptrdiff_t *count) {
  bool present;
  const vt_inputs_field *field = vt_inputs_reader_enter(reader, id, &present);
  VT_CHECK(present, VT_ERR_BUG, "a required field was not asked for");
  VT_TRY(vt_json_parse(&reader->json, field->value, list));
  VT_CHECK(json_object_is_type(*list, json_type_array), VT_ERR_INPUT,
           "%s: field '%s': found %s, expected a list", reader->json.path, field->name,
           vt_json_show(*list));
  const size_t length = json_object_array_length(*list);
  // Three of the sets share one numbering, so their sum must fit as well.
  VT_CHECK(length < INT32_MAX / 4, VT_ERR_INPUT, "%s: field '%s': found %zu entries, too many",
           reader->json.path, field->name, length);
  *count = (ptrdiff_t)length;
  return VT_OK;
}

static vt_error read_labels(vt_inputs_reader *reader, vt_inputs_field_id id, bool may_be_empty,
                            vt_labels *labels) {
  const char *path = reader->json.path, *name = reader->field[id].name;
  struct json_object *list;
  ptrdiff_t count;
  VT_TRY(parse_list(reader, id, &list, &count));
  VT_CHECK(count > 0 || may_be_empty, VT_ERR_INPUT,
           "%s: field '%s': found an empty list, expected at least one name", path, name);
  for (ptrdiff_t i = 0; i < count; i++) {
    struct json_object *value = json_object_array_get_idx(list, (size_t)i);
    VT_CHECK(json_object_is_type(value, json_type_string), VT_ERR_INPUT,
             "%s: field '%s', entry %td: found %s, expected a name in quotes", path, name, i + 1,
             vt_json_show(value));
    const char *label = json_object_get_string(value);
    const int length = json_object_get_string_len(value);
    VT_CHECK(length > 0, VT_ERR_INPUT, "%s: field '%s', entry %td: found an empty name", path, name,
             i + 1);
    int index;
    bool fresh;
    VT_TRY(vt_labels_add(labels, label, length, &index, &fresh));
    VT_CHECK(fresh, VT_ERR_INPUT, "%s: field '%s': found '%s' twice, expected distinct names", path,
             name, vt_cut(label, 160));
  }
  return VT_OK;
}

static bool get_int(struct json_object *value, int *result) {
  int64_t wide;
  if (!vt_json_integer(value, &wide) || wide < INT32_MIN || wide > INT32_MAX) return false;
  *result = (int)wide;
  return true;
}

static vt_error read_times(vt_inputs_reader *reader, vt_inputs_field_id id, int **times,
                           int *times_count) {
  const char *path = reader->json.path, *name = reader->field[id].name;
  struct json_object *list;
  ptrdiff_t count;
  VT_TRY(parse_list(reader, id, &list, &count));
  VT_CHECK(count > 0, VT_ERR_INPUT,
           "%s: field '%s': found an empty list, expected at least one integer", path, name);
  VT_ARENA_NEW(reader->inputs->arena, *times, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    struct json_object *value = json_object_array_get_idx(list, (size_t)i);
    VT_CHECK(get_int(value, &(*times)[i]), VT_ERR_INPUT,
             "%s: field '%s', entry %td: found %s, expected an integer of at most 32 bits", path,
             name, i + 1, vt_json_show(value));
  }
  qsort(*times, (size_t)count, sizeof **times, vt_compare_ints);
  for (ptrdiff_t i = 1; i < count; i++) {
    VT_CHECK((*times)[i] != (*times)[i - 1], VT_ERR_INPUT,
             "%s: field '%s': found %d twice, expected distinct integers", path, name, (*times)[i]);
  }
  *times_count = (int)count;
  return VT_OK;
}

vt_error vt_read_sets(vt_inputs_reader *reader) {
  vt_inputs *inputs = reader->inputs;
  VT_TRY(read_labels(reader, VT_FIELD_PROCESS, false, inputs->process));
  VT_TRY(read_labels(reader, VT_FIELD_PRODUCT, false, inputs->product));
  VT_TRY(read_labels(reader, VT_FIELD_INTERMEDIATE_FLOW, true, inputs->intermediate_flow));
  VT_TRY(read_labels(reader, VT_FIELD_ELEMENTARY_FLOW, true, inputs->elementary_flow));
  VT_TRY(read_labels(reader, VT_FIELD_BACKGROUND_ID, true, inputs->background));
  VT_TRY(read_labels(reader, VT_FIELD_CATEGORY, false, inputs->category));
  VT_TRY(read_times(reader, VT_FIELD_PROCESS_TIME, &inputs->process_time, &inputs->process_times));
  return read_times(reader, VT_FIELD_SYSTEM_TIME, &inputs->system_time, &inputs->system_times);
}

// What to do with the value that a field has for one process.
typedef vt_error (*process_action)(vt_inputs_reader *reader, vt_entry_place place, int32_t process,
                                   struct json_object *value);

static vt_error read_per_process(vt_inputs_reader *reader, vt_inputs_field_id id,
                                 process_action act) {
  bool present;
  const vt_inputs_field *field = vt_inputs_reader_enter(reader, id, &present);
  if (!present) return VT_OK;
  bool *given; // two equal keys may lie in different pieces of the text
  VT_ARENA_NEW(reader->inputs->arena, given, vt_labels_count(reader->inputs->process));
  vt_json_walk walk;
  VT_TRY(vt_json_enter(&reader->json, field->value, &walk));
  for (;;) {
    struct json_object *piece;
    VT_TRY(vt_json_next_piece(&reader->json, &walk, &piece, NULL));
    if (!piece) return VT_OK;
    struct json_object_iterator at = json_object_iter_begin(piece);
    const struct json_object_iterator end = json_object_iter_end(piece);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
      const char *key = json_object_iter_peek_name(&at);
      const vt_entry_place place = {reader->json.path, field->name, key};
      const vt_key_part part = {.text = key, .length = (ptrdiff_t)strlen(key)};
      int32_t process;
      VT_TRY(vt_key_index(reader->inputs, place, VT_AXIS_PROCESS, &part, &process));
      VT_CHECK(!given[process], VT_ERR_INPUT, VT_AT "found twice, expected once",
               VT_AT_ARGS(place));
      given[process] = true;
      VT_TRY(act(reader, place, process, json_object_iter_peek_value(&at)));
    }
  }
}

static vt_error set_window(vt_inputs_reader *reader, vt_entry_place place, int32_t process,
                           struct json_object *value) {
  VT_CHECK(json_object_is_type(value, json_type_array) && json_object_array_length(value) == 2,
           VT_ERR_INPUT, VT_AT "found %s, expected a list of two integers", VT_AT_ARGS(place),
           json_object_is_type(value, json_type_array) ? "a list of another length"
                                                       : vt_json_show(value));
  int window[2];
  for (size_t i = 0; i < 2; i++) {
    struct json_object *limit = json_object_array_get_idx(value, i);
    VT_CHECK(get_int(limit, &window[i]), VT_ERR_INPUT,
             VT_AT "found %s, expected an integer of at most 32 bits", VT_AT_ARGS(place),
             vt_json_show(limit));
  }
  VT_CHECK(window[0] <= window[1], VT_ERR_INPUT,
           VT_AT "found [%d, %d], expected a window that does not end before it begins",
           VT_AT_ARGS(place), window[0], window[1]);
  reader->inputs->window_first[process] = window[0];
  reader->inputs->window_last[process] = window[1];
  return VT_OK;
}

vt_error vt_read_windows(vt_inputs_reader *reader) {
  vt_inputs *inputs = reader->inputs;
  const int processes = vt_labels_count(inputs->process);
  VT_ARENA_NEW(inputs->arena, inputs->window_first, processes);
  VT_ARENA_NEW(inputs->arena, inputs->window_last, processes);
  return read_per_process(reader, VT_FIELD_WINDOWS, set_window);
}

static vt_error set_name(vt_inputs_reader *reader, vt_entry_place place, int32_t process,
                         struct json_object *value) {
  VT_CHECK(json_object_is_type(value, json_type_string), VT_ERR_INPUT,
           VT_AT "found %s, expected a text", VT_AT_ARGS(place), vt_json_show(value));
  return vt_arena_text(reader->inputs->arena, json_object_get_string(value),
                       json_object_get_string_len(value), &reader->inputs->process_name[process]);
}

vt_error vt_read_process_names(vt_inputs_reader *reader) {
  vt_inputs *inputs = reader->inputs;
  VT_ARENA_NEW(inputs->arena, inputs->process_name, vt_labels_count(inputs->process));
  return read_per_process(reader, VT_FIELD_PROCESS_NAMES, set_name);
}

vt_error vt_read_reference_vintages(vt_inputs_reader *reader) {
  bool present;
  (void)vt_inputs_reader_enter(reader, VT_FIELD_REFERENCE_VINTAGES, &present);
  if (!present) return VT_OK;
  struct json_object *list;
  ptrdiff_t count;
  VT_TRY(parse_list(reader, VT_FIELD_REFERENCE_VINTAGES, &list, &count));
  for (ptrdiff_t i = 0; i < count; i++) {
    struct json_object *value = json_object_array_get_idx(list, (size_t)i);
    int year;
    VT_CHECK(get_int(value, &year), VT_ERR_INPUT,
             "%s: field 'REFERENCE_VINTAGES', entry %td: found %s, expected a year",
             reader->json.path, i + 1, vt_json_show(value));
  }
  return VT_OK;
}
