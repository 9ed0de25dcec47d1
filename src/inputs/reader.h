// reader.h - how the files of this room share the reading of optimex inputs.
#ifndef VT_INPUTS_READER_H
#define VT_INPUTS_READER_H

#include "vintner/inputs.h"
#include "vintner/json.h"

/// Fields of the file. The first eight are the sets.
typedef enum vt_inputs_field_id {
  VT_FIELD_PROCESS,
  VT_FIELD_PRODUCT,
  VT_FIELD_INTERMEDIATE_FLOW,
  VT_FIELD_ELEMENTARY_FLOW,
  VT_FIELD_BACKGROUND_ID,
  VT_FIELD_CATEGORY,
  VT_FIELD_PROCESS_TIME,
  VT_FIELD_SYSTEM_TIME,
  VT_FIELD_WINDOWS,
  VT_FIELD_PROCESS_NAMES,
  VT_FIELD_REFERENCE_VINTAGES,     ///< derived by optimex: looked at, not kept
  VT_FIELD_TECHNOSPHERE_OVERRIDES, ///< optimex's working data: null, or refused
  VT_FIELD_BIOSPHERE_OVERRIDES,
  VT_FIELD_PRODUCTION_OVERRIDES,
  VT_FIELD_TENSORS, ///< plus vt_tensor_id
  VT_FIELD_COUNT = VT_FIELD_TENSORS + VT_TENSOR_COUNT,
} vt_inputs_field_id;

/// A field as found in the file.
typedef struct vt_inputs_field {
  const char *name; ///< as the file spells it (it may be an old name); NULL: absent or null
  vt_json_span value;
} vt_inputs_field;

/// Reading of one file; vt_inputs_reader_close accepts it at any stage.
typedef struct vt_inputs_reader {
  vt_json json;
  vt_inputs *inputs; ///< what is built; borrowed
  vt_inputs_field field[VT_FIELD_COUNT];
  vt_entry *entry; ///< of the tensor being read; shape [entries]
  ptrdiff_t entries, capacity;
  struct json_tokener *key_tokener; ///< for tuple keys with escapes
  struct json_object *key_parsed;   ///< the latest of those
} vt_inputs_reader;

// fields.c: which fields there are, and where.
vt_error vt_read_fields(vt_inputs_reader *reader);
/// Set the field that json messages name; `*present` says whether it has a value.
const vt_inputs_field *vt_inputs_reader_enter(vt_inputs_reader *reader, vt_inputs_field_id id,
                                              bool *present);

// sets.c: the eight sets, operation windows, process names.
vt_error vt_read_sets(vt_inputs_reader *reader);
vt_error vt_read_windows(vt_inputs_reader *reader);
vt_error vt_read_process_names(vt_inputs_reader *reader);
vt_error vt_read_reference_vintages(vt_inputs_reader *reader);

// entries.c: the tensors.

vt_error vt_read_tensor(vt_inputs_reader *reader, vt_tensor_id id);

// keys.c: keys of entries.

/// Where something stands in a file, for messages.
typedef struct vt_entry_place {
  const char *path, *field, *key;
} vt_entry_place;

// The start of a message about an entry; a tuple key is a JSON list, a plain one gets quotes.
#define VT_AT "%s: field '%s', key %s%s%s: "
#define VT_AT_ARGS(place)                                                                          \
  (place).path, (place).field, vt_entry_place_quote(place), vt_cut((place).key, 160),              \
      vt_entry_place_quote(place)
const char *vt_entry_place_quote(vt_entry_place place);

/// One part of a tuple key.
typedef struct vt_key_part {
  const char *text; ///< shape [length], not terminated; NULL: a number
  ptrdiff_t length;
  int64_t number;
} vt_key_part;

/// The parts of an entry's key; valid until the next call.
vt_error vt_key_split(vt_inputs_reader *reader, vt_entry_place place, int axes,
                      vt_key_part part[VT_MAX_AXES]);

/// Index of one part on its axis. FLOW: the first set that has it.
vt_error vt_key_index(const vt_inputs *inputs, vt_entry_place place, vt_axis axis,
                      const vt_key_part *part, int32_t *index);

/// Index on the FLOW axis of a code in one of its three sets (0 to 2), or -1.
int32_t vt_flow_index(const vt_inputs *inputs, int set, const vt_key_part *part);

/// Name of the set that an axis runs over, as the file has it.
const char *vt_axis_name(vt_axis axis);

// check.c: what must hold of inputs as a whole.

/// The shortest decimal that is read back as `value`.
const char *vt_number_text(double value, char text[32]);

#endif
