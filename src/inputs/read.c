// read.c - inputs of a pathway model out of optimex JSON, as a whole.
#include "reader.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static void close_reader(vt_inputs_reader *reader) {
  vt_json_close(&reader->json);
  (void)json_object_put(reader->key_parsed);
  if (reader->key_tokener) json_tokener_free(reader->key_tokener);
  free(reader->entry);
}

static vt_error read_everything(vt_inputs_reader *reader, const char *bytes, ptrdiff_t length) {
  vt_inputs *inputs = reader->inputs;
  VT_TRY(vt_json_open(inputs->path, bytes, length, &reader->json));
  VT_TRY(vt_read_fields(reader));
  // Keys of all other fields are made of the sets, which may come after them in the file.
  VT_TRY(vt_read_sets(reader));
  VT_TRY(vt_read_windows(reader));
  VT_TRY(vt_read_process_names(reader));
  VT_TRY(vt_read_reference_vintages(reader));
  for (int id = 0; id < VT_TENSOR_COUNT; id++) VT_TRY(vt_read_tensor(reader, (vt_tensor_id)id));
  VT_TRY(vt_inputs_check_numbers(inputs));
  return vt_check_structure(inputs);
}

vt_error vt_inputs_parse(const char *path, const void *bytes, ptrdiff_t length,
                         vt_inputs **inputs) {
  *inputs = NULL;
  vt_inputs_reader reader = {0};
  vt_error error = vt_inputs_create(path, &reader.inputs);
  if (error == VT_OK) error = read_everything(&reader, bytes, length);
  close_reader(&reader);
  if (error != VT_OK) {
    vt_inputs_free(reader.inputs);
    VT_TRY(error);
  }
  vt_sha256(bytes, length, reader.inputs->sha256);
  *inputs = reader.inputs;
  return VT_OK;
}

vt_error vt_inputs_read(const char *path, vt_inputs **inputs) {
  *inputs = NULL;
  vt_text text = {0};
  vt_error error = vt_watch(path);
  if (error == VT_OK) error = vt_text_read_file(path, &text);
  if (error == VT_OK) error = vt_inputs_parse(path, text.bytes, text.length, inputs);
  vt_text_free(&text);
  VT_TRY(error);
  return VT_OK;
}
