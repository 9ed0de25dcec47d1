// reader.h - how the files of this room share the reading of optimex inputs.
#ifndef VT_DATA_READER_H
#define VT_DATA_READER_H

#include "json.h"
#include "vintner/data.h"

/// Fields of the file. The first eight are the sets.
typedef enum vt_field_id {
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
} vt_field_id;

/// A field as found in the file.
typedef struct vt_field {
  const char *name; ///< as the file spells it (it may be an old name); NULL: absent or null
  vt_json_span value;
} vt_field;

/// One entry of a tensor on its way from the text.
typedef struct vt_entry {
  int32_t index[VT_MAX_AXES]; ///< unused ones are 0
  double value;
} vt_entry;

/// Reading of one file; vt_reader_close accepts it at any stage.
typedef struct vt_reader {
  vt_json json;
  vt_inputs *inputs; ///< what is built; borrowed
  vt_field field[VT_FIELD_COUNT];
  vt_entry *entry; ///< of the tensor being read; shape [entries]
  ptrdiff_t entries, capacity;
  struct json_tokener *key_tokener; ///< for tuple keys with escapes
  struct json_object *key_parsed;   ///< the latest of those
} vt_reader;

// inputs.c: empty inputs with their label sets; on failure *inputs is half-built, to be freed.
vt_error vt_inputs_create(const char *path, vt_inputs **inputs);

// fields.c: which fields there are, and where.
vt_error vt_read_fields(vt_reader *reader);
/// Set the field that json messages name; `*present` says whether it has a value.
const vt_field *vt_reader_enter(vt_reader *reader, vt_field_id id, bool *present);

// sets.c: the eight sets, operation windows, process names.
vt_error vt_read_sets(vt_reader *reader);
vt_error vt_read_windows(vt_reader *reader);
vt_error vt_read_process_names(vt_reader *reader);
vt_error vt_read_reference_vintages(vt_reader *reader);

// entries.c: the tensors.

/// Order of entries by index, for qsort.
int vt_compare_entries(const void *a, const void *b);
vt_error vt_read_tensor(vt_reader *reader, vt_tensor_id id);

// keys.c: keys of entries.

/// Where something stands in a file, for messages.
typedef struct vt_place {
  const char *path, *field, *key;
} vt_place;

// The start of a message about an entry; a tuple key is a JSON list, a plain one gets quotes.
#define VT_AT "%s: field '%s', key %s%.*s%s: "
#define VT_AT_ARGS(place)                                                                          \
  (place).path, (place).field, vt_place_quote(place), vt_json_shown((place).key), (place).key,     \
      vt_place_quote(place)
const char *vt_place_quote(vt_place place);

/// One part of a tuple key.
typedef struct vt_key_part {
  const char *text; ///< shape [length], not terminated; NULL: a number
  ptrdiff_t length;
  int64_t number;
} vt_key_part;

/// The parts of an entry's key; valid until the next call.
vt_error vt_key_split(vt_reader *reader, vt_place place, int axes, vt_key_part part[VT_MAX_AXES]);

/// Index of one part on its axis. FLOW: the first set that has it.
vt_error vt_key_index(const vt_inputs *inputs, vt_place place, vt_axis axis,
                      const vt_key_part *part, int32_t *index);

/// Index on the FLOW axis of a code in one of its three sets (0 to 2), or -1.
int32_t vt_flow_index(const vt_inputs *inputs, int set, const vt_key_part *part);

/// Index of `year` in an ascending list, or -1.
int vt_find_time(const int *times, int count, int64_t year);

/// Name of the set that an axis runs over, as the file has it.
const char *vt_axis_name(vt_axis axis);

// check.c: what must hold of inputs as a whole.

/// Constancy of operation flows, sums of mapping weights.
vt_error vt_check_structure(const vt_inputs *inputs);

/// The key of an entry as the file would have it. Valid until this thread's next call.
const char *vt_entry_key(const vt_inputs *inputs, vt_tensor_id id, ptrdiff_t entry);

/// The shortest decimal that is read back as `value`.
const char *vt_number_text(double value, char text[32]);

#endif
