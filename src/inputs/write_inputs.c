// write_inputs.c - inputs of a pathway model as the JSON that optimex saves.
//
// The text is what Python's json.dump(..., indent=2) makes of optimex's fields, in their order:
// ASCII with escapes, a tuple key as a JSON list within a string, the tokens Infinity and
// -Infinity, the shortest decimal that gives a number back.
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLUSH_BYTES = 1 << 16 };

// What is being written: to a stream as soon as there is enough of it, or all to memory.
typedef struct writer {
  const vt_inputs *inputs;
  vt_text *out, key;
  FILE *stream; // NULL: memory
  const char *path;
  bool begun; // a field has been written
} writer;

static vt_error flush(writer *w, ptrdiff_t least) {
  if (!w->stream || w->out->length < least || w->out->length == 0) return VT_OK;
  const size_t length = (size_t)w->out->length;
  VT_CHECK(fwrite(w->out->bytes, 1, length, w->stream) == length, VT_ERR_SYSTEM,
           "%s: cannot be written: %s", w->path, strerror(errno));
  w->out->length = 0;
  return VT_OK;
}

static vt_error add(vt_text *text, const char *plain) {
  return vt_text_add_bytes(text, plain, (ptrdiff_t)strlen(plain));
}

// ---------------------------------------------------------------------------------------------
// Texts and numbers.

static bool is_plain(unsigned char byte) {
  return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

static vt_error add_control(vt_text *text, unsigned char byte) {
  static const char special[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
  const char *known = strchr(special, byte);
  if (known) return vt_text_add(text, "\\%c", letter[known - special]);
  return vt_text_add(text, "\\u%04x", byte);
}

// One character of several bytes, as one or two units of UTF-16.
static vt_error add_wide(vt_text *text, const unsigned char *at, ptrdiff_t length) {
  uint32_t code = at[0] & (0xffU >> (length + 1));
  for (ptrdiff_t i = 1; i < length; i++) code = code << 6 | (at[i] & 0x3f);
  if (code < 0x10000) return vt_text_add(text, "\\u%04x", code);
  code -= 0x10000;
  return vt_text_add(text, "\\u%04x\\u%04x", 0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff));
}

static vt_error add_quoted(vt_text *text, const char *label) {
  const unsigned char *at = (const unsigned char *)label, *end = at + strlen(label);
  VT_TRY(add(text, "\""));
  while (at < end) {
    const unsigned char *from = at;
    while (at < end && is_plain(*at)) at++;
    VT_TRY(vt_text_add_bytes(text, from, at - from));
    if (at == end) break;
    const ptrdiff_t length = vt_json_character(at, end);
    VT_CHECK(length > 0, VT_ERR_INPUT, "name '%s': found byte 0x%02x, expected UTF-8", label, *at);
    VT_TRY(length == 1 ? add_control(text, *at) : add_wide(text, at, length));
    at += length;
  }
  return add(text, "\"");
}

// Python never writes a float as an integer; that keeps the sign of -0.0 too.
static vt_error add_number(vt_text *text, double value) {
  char digits[32];
  const char *shown = vt_number_text(value, digits);
  VT_TRY(add(text, shown));
  return strpbrk(shown, ".eEIN") ? VT_OK : add(text, ".0");
}

// ---------------------------------------------------------------------------------------------
// Fields.

static vt_error open_field(writer *w, const char *name) {
  VT_TRY(vt_text_add(w->out, "%s\n  \"%s\": ", w->begun ? "," : "{", name));
  w->begun = true;
  return VT_OK;
}

// What comes before a member of a field: nothing more than a line break before the first.
static vt_error open_member(writer *w, char bracket, bool *any) {
  const char before[2] = {*any ? ',' : bracket, '\0'};
  *any = true;
  VT_TRY(flush(w, FLUSH_BYTES));
  return vt_text_add(w->out, "%s\n    ", before);
}

static vt_error write_labels(writer *w, const char *name, vt_axis axis) {
  const vt_labels *labels = vt_inputs_labels(w->inputs, axis);
  bool any = false;
  VT_TRY(open_field(w, name));
  for (int i = 0; i < vt_labels_count(labels); i++) {
    VT_TRY(open_member(w, '[', &any));
    VT_TRY(add_quoted(w->out, vt_labels_get(labels, i)));
  }
  return add(w->out, any ? "\n  ]" : "[]");
}

static vt_error write_times(writer *w, const char *name, const int *times, int count) {
  bool any = false;
  VT_TRY(open_field(w, name));
  for (int i = 0; i < count; i++) {
    VT_TRY(open_member(w, '[', &any));
    VT_TRY(vt_text_add(w->out, "%d", times[i]));
  }
  return add(w->out, any ? "\n  ]" : "[]");
}

static vt_error write_windows(writer *w) {
  const vt_inputs *in = w->inputs;
  bool any = false;
  VT_TRY(open_field(w, "operation_time_limits"));
  for (int p = 0; p < vt_labels_count(in->process); p++) {
    VT_TRY(open_member(w, '{', &any));
    VT_TRY(add_quoted(w->out, vt_labels_get(in->process, p)));
    VT_TRY(vt_text_add(w->out, ": [\n      %d,\n      %d\n    ]", in->window_first[p],
                       in->window_last[p]));
  }
  return add(w->out, any ? "\n  }" : "{}");
}

static vt_error write_names(writer *w) {
  const vt_inputs *in = w->inputs;
  bool any = false;
  VT_TRY(open_field(w, "process_names"));
  for (int p = 0; p < vt_labels_count(in->process); p++) {
    if (!in->process_name[p]) continue;
    VT_TRY(open_member(w, '{', &any));
    VT_TRY(add_quoted(w->out, vt_labels_get(in->process, p)));
    VT_TRY(add(w->out, ": "));
    VT_TRY(add_quoted(w->out, in->process_name[p]));
  }
  return add(w->out, any ? "\n  }" : "null");
}

// ---------------------------------------------------------------------------------------------
// Tensors.

static int flow_axis(const vt_tensor_kind *kind) {
  int axis = kind->axes - 1;
  while (axis >= 0 && kind->axis[axis] != VT_AXIS_FLOW) axis--;
  return axis;
}

static double value_for(const vt_inputs *inputs, vt_tensor_id id, const int32_t *key) {
  bool found;
  const ptrdiff_t at = vt_tensor_find(&inputs->tensor[id], vt_tensor_kinds[id].axes, key, &found);
  return found ? inputs->tensor[id].value[at] : vt_tensor_kinds[id].missing;
}

static vt_error fail_ambiguous(const vt_inputs *inputs, vt_tensor_id id, ptrdiff_t entry) {
  VT_FAIL(VT_ERR_INPUT,
          "%s: field '%s', key %s: found a code that lies in several of PRODUCT, "
          "INTERMEDIATE_FLOW and ELEMENTARY_FLOW and has not one value in all of them, which "
          "optimex inputs cannot say",
          inputs->path, vt_tensor_kinds[id].name, vt_entry_key(inputs, id, entry));
}

// In a file a code has one entry, though it may lie in several sets: what is said of operation and
// improvements then holds for each of them, a limit for the first (data.h). So the entry of the
// first set is written, if it says what all of them do.
static vt_error find_repeated(const vt_inputs *inputs, vt_tensor_id id, ptrdiff_t entry,
                              bool *repeated) {
  const vt_tensor_kind *kind = &vt_tensor_kinds[id];
  const vt_tensor *tensor = &inputs->tensor[id];
  const int axis = flow_axis(kind);
  *repeated = false;
  if (axis < 0) return VT_OK;
  const bool of_all = id == VT_TENSOR_OPERATION_FLOW || id == VT_TENSOR_IMPROVEMENTS;
  int32_t key[VT_MAX_AXES];
  memcpy(key, tensor->index + entry * kind->axes, (size_t)kind->axes * sizeof *key);
  const int32_t own = key[axis];
  const char *code = vt_inputs_label(inputs, VT_AXIS_FLOW, own);
  const vt_key_part part = {.text = code, .length = (ptrdiff_t)strlen(code)};
  for (int set = 0; set < 3; set++) {
    key[axis] = vt_flow_index(inputs, set, &part);
    if (key[axis] < 0 || key[axis] == own) continue;
    const double here = tensor->value[entry], there = value_for(inputs, id, key);
    const bool differ = here < there || here > there;
    *repeated = *repeated || key[axis] < own;
    if (of_all ? differ : key[axis] < own) return fail_ambiguous(inputs, id, entry);
  }
  return VT_OK;
}

static bool is_number(vt_axis axis) {
  return axis == VT_AXIS_PROCESS_TIME || axis == VT_AXIS_SYSTEM_TIME || axis == VT_AXIS_YEAR;
}

// One axis: the label itself. Several: a JSON list of them, as a string.
static vt_error write_key(writer *w, vt_tensor_id id, ptrdiff_t entry) {
  const vt_tensor_kind *kind = &vt_tensor_kinds[id];
  const int32_t *index = w->inputs->tensor[id].index + entry * kind->axes;
  if (kind->axes == 1)
    return add_quoted(w->out, vt_inputs_label(w->inputs, kind->axis[0], index[0]));
  w->key.length = 0;
  for (int i = 0; i < kind->axes; i++) {
    const char *label = vt_inputs_label(w->inputs, kind->axis[i], index[i]);
    VT_TRY(add(&w->key, i == 0 ? "[" : ", "));
    VT_TRY(is_number(kind->axis[i]) ? add(&w->key, label) : add_quoted(&w->key, label));
  }
  VT_TRY(add(&w->key, "]"));
  return add_quoted(w->out, w->key.bytes);
}

static vt_error write_tensor(writer *w, vt_tensor_id id) {
  const vt_tensor_kind *kind = &vt_tensor_kinds[id];
  const vt_tensor *tensor = &w->inputs->tensor[id];
  bool any = false;
  VT_TRY(open_field(w, kind->name));
  if (kind->axes == 0)
    return add_number(w->out, tensor->count > 0 ? tensor->value[0] : kind->missing);
  for (ptrdiff_t e = 0; e < tensor->count; e++) {
    bool repeated;
    VT_TRY(find_repeated(w->inputs, id, e, &repeated));
    if (repeated) continue;
    VT_TRY(open_member(w, '{', &any));
    VT_TRY(write_key(w, id, e));
    VT_TRY(add(w->out, ": "));
    if (id == VT_TENSOR_OPERATION_FLOW) {
      VT_TRY(add(w->out, tensor->value[e] > 0.0 ? "true" : "false"));
    } else {
      VT_TRY(add_number(w->out, tensor->value[e]));
    }
  }
  return add(w->out, any ? "\n  }" : kind->required ? "{}" : "null");
}

static vt_error write_tensors(writer *w, vt_tensor_id first, vt_tensor_id last) {
  for (int id = (int)first; id <= (int)last; id++) VT_TRY(write_tensor(w, (vt_tensor_id)id));
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// The whole, in optimex's order of fields.

static vt_error write_sets(writer *w) {
  const vt_inputs *in = w->inputs;
  VT_TRY(write_labels(w, "PROCESS", VT_AXIS_PROCESS));
  VT_TRY(write_labels(w, "PRODUCT", VT_AXIS_PRODUCT));
  VT_TRY(write_labels(w, "INTERMEDIATE_FLOW", VT_AXIS_INTERMEDIATE_FLOW));
  VT_TRY(write_labels(w, "ELEMENTARY_FLOW", VT_AXIS_ELEMENTARY_FLOW));
  VT_TRY(write_labels(w, "BACKGROUND_ID", VT_AXIS_BACKGROUND));
  VT_TRY(write_times(w, "PROCESS_TIME", in->process_time, in->process_times));
  VT_TRY(write_times(w, "SYSTEM_TIME", in->system_time, in->system_times));
  return write_labels(w, "CATEGORY", VT_AXIS_CATEGORY);
}

static vt_error write_everything(writer *w) {
  static const vt_tensor_id foreground[] = {
      VT_TENSOR_DEMAND,
      VT_TENSOR_OPERATION_FLOW,
      VT_TENSOR_TECHNOSPHERE,
      VT_TENSOR_INTERNAL_DEMAND,
      VT_TENSOR_BIOSPHERE,
      VT_TENSOR_PRODUCTION,
      VT_TENSOR_TECHNOSPHERE_VINTAGES,
      VT_TENSOR_BIOSPHERE_VINTAGES,
      VT_TENSOR_PRODUCTION_VINTAGES,
      VT_TENSOR_IMPROVEMENTS,
  };
  VT_TRY(write_sets(w));
  for (size_t i = 0; i < sizeof foreground / sizeof *foreground; i++)
    VT_TRY(write_tensor(w, foreground[i]));
  VT_TRY(write_tensors(w, VT_TENSOR_BACKGROUND, VT_TENSOR_CHARACTERIZATION));
  VT_TRY(write_windows(w));
  VT_TRY(write_tensors(w, VT_TENSOR_IMPACT_LIMITS, VT_TENSOR_TOTAL_FLOW_MIN));
  VT_TRY(write_names(w));
  VT_TRY(
      write_tensors(w, VT_TENSOR_DEPLOYMENT_MAX_DEFAULT, VT_TENSOR_TOTAL_DEPLOYMENT_MIN_DEFAULT));
  VT_TRY(add(w->out, "\n}"));
  return flush(w, 0);
}

vt_error vt_inputs_format(const vt_inputs *inputs, vt_text *json) {
  writer w = {.inputs = inputs, .out = json};
  const vt_error written = write_everything(&w);
  vt_text_free(&w.key);
  VT_TRY(written);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Files.

vt_error vt_inputs_check_target(const char *path, bool force) {
  const vt_target target = {.path = path, .what = "the file for the inputs", .force = force};
  return vt_target_check(&target);
}

static vt_error write_stream(const vt_inputs *inputs, const char *path, FILE *stream) {
  vt_text text = {0};
  writer w = {.inputs = inputs, .out = &text, .stream = stream, .path = path};
  const vt_error written = write_everything(&w);
  vt_text_free(&text);
  vt_text_free(&w.key);
  const bool closed = fclose(stream) == 0;
  VT_TRY(written);
  VT_CHECK(closed, VT_ERR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
  return VT_OK;
}

// The stream closes the file, and with it the lock, when everything is in it.
static vt_error write_locked(const vt_inputs *inputs, const vt_target *target, const char *partial,
                             int file) {
  FILE *stream = ftruncate(file, 0) == 0 ? fdopen(file, "w") : NULL;
  if (!stream) (void)close(file);
  VT_CHECK(stream, VT_ERR_SYSTEM, "%s: cannot be created: %s", target->path, strerror(errno));
  vt_error done = write_stream(inputs, target->path, stream);
  if (done == VT_OK) done = vt_target_move(target, partial);
  if (done != VT_OK) vt_target_abandon(partial);
  return done;
}

static vt_error write_as(const vt_inputs *inputs, const vt_target *target, const char *partial) {
  int file = -1;
  const vt_error opened = vt_target_open(target, partial, &file);
  if (opened == VT_OK) return write_locked(inputs, target, partial, file);
  if (file >= 0) (void)close(file);
  return opened;
}

vt_error vt_inputs_write(const vt_inputs *inputs, const char *path, bool force) {
  const vt_target target = {.path = path, .what = "the file for the inputs", .force = force};
  VT_TRY(vt_target_check(&target));
  vt_text partial = {0};
  vt_error done = vt_text_add(&partial, "%s.partial", path);
  if (done == VT_OK) done = write_as(inputs, &target, partial.bytes);
  vt_text_free(&partial);
  VT_TRY(done);
  return VT_OK;
}
