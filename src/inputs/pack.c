// pack.c - inputs as flat bytes, for sending to another rank of the same program.
//
// Order: magic, path, hash, six label sets, times, windows, process names, tensors, units of
// categories (count 0: none), labels and mappings of alternative backgrounds (likewise), and what
// follows parameters, if something does. Every count is an int64; texts are their length and bytes
// (-1: none). Host byte order.
#include "reader.h"

#include <string.h>

static const char magic[8] = "VTINPUT3";

static vt_error put_count(vt_text *bytes, int64_t count) {
  return vt_text_add_bytes(bytes, &count, sizeof count);
}

static vt_error put_text(vt_text *bytes, const char *text) {
  const int64_t length = text ? (int64_t)strlen(text) : -1;
  VT_TRY(put_count(bytes, length));
  if (length > 0) VT_TRY(vt_text_add_bytes(bytes, text, (ptrdiff_t)length));
  return VT_OK;
}

static vt_error put_labels(vt_text *bytes, const vt_labels *labels) {
  VT_TRY(put_count(bytes, vt_labels_count(labels)));
  for (int i = 0; i < vt_labels_count(labels); i++)
    VT_TRY(put_text(bytes, vt_labels_get(labels, i)));
  return VT_OK;
}

static vt_error put_ints(vt_text *bytes, const int *values, int count) {
  VT_TRY(put_count(bytes, count));
  return vt_text_add_bytes(bytes, values, (ptrdiff_t)sizeof *values * count);
}

// A list that may be left out; so may its items.
static vt_error put_texts(vt_text *bytes, int count, const char *const *texts) {
  VT_TRY(put_count(bytes, texts ? count : 0));
  for (int i = 0; texts && i < count; i++) VT_TRY(put_text(bytes, texts[i]));
  return VT_OK;
}

static vt_error put_tensor(vt_text *bytes, const vt_tensor *tensor, int axes) {
  VT_TRY(put_count(bytes, tensor->count));
  VT_TRY(vt_text_add_bytes(bytes, tensor->index,
                           (ptrdiff_t)sizeof *tensor->index * tensor->count * axes));
  return vt_text_add_bytes(bytes, tensor->value, (ptrdiff_t)sizeof *tensor->value * tensor->count);
}

static vt_error put_meaning(vt_text *bytes, const vt_meaning *meaning) {
  VT_TRY(put_text(bytes, meaning->formula));
  VT_TRY(put_texts(bytes, meaning->names, meaning->name));
  return vt_text_add_bytes(bytes, meaning->parameter,
                           (ptrdiff_t)sizeof *meaning->parameter * meaning->names);
}

static vt_error put_term(vt_text *bytes, const vt_followed_term *term) {
  const double real[] = {term->scale, term->stored, term->weight};
  VT_TRY(put_count(bytes, term->tensor));
  VT_TRY(put_count(bytes, term->amount));
  VT_TRY(vt_text_add_bytes(bytes, term->index, sizeof term->index));
  return vt_text_add_bytes(bytes, real, sizeof real);
}

static vt_error put_following(vt_text *bytes, const vt_following *following) {
  VT_TRY(put_count(bytes, following->parameters));
  for (int i = 0; i < following->parameters; i++) {
    const vt_followed_parameter *p = &following->parameter[i];
    VT_TRY(put_text(bytes, p->scope));
    VT_TRY(put_text(bytes, p->name));
    VT_TRY(vt_text_add_bytes(bytes, &p->value, sizeof p->value));
    VT_TRY(put_meaning(bytes, &p->meaning));
    VT_TRY(put_count(bytes, p->drawn));
  }
  VT_TRY(put_count(bytes, following->amounts));
  for (int i = 0; i < following->amounts; i++) {
    VT_TRY(put_text(bytes, following->amount[i].exchange));
    VT_TRY(put_meaning(bytes, &following->amount[i].meaning));
    VT_TRY(put_count(bytes, following->amount[i].given));
  }
  VT_TRY(put_count(bytes, following->terms));
  for (ptrdiff_t i = 0; i < following->terms; i++) VT_TRY(put_term(bytes, &following->term[i]));
  return VT_OK;
}

static const vt_axis packed_sets[] = {VT_AXIS_PROCESS,           VT_AXIS_PRODUCT,
                                      VT_AXIS_INTERMEDIATE_FLOW, VT_AXIS_ELEMENTARY_FLOW,
                                      VT_AXIS_BACKGROUND,        VT_AXIS_CATEGORY};

vt_error vt_inputs_pack(const vt_inputs *inputs, vt_text *bytes) {
  const int processes = vt_labels_count(inputs->process);
  VT_TRY(vt_text_add_bytes(bytes, magic, sizeof magic));
  VT_TRY(put_text(bytes, inputs->path));
  VT_TRY(put_text(bytes, inputs->sha256));
  for (size_t i = 0; i < sizeof packed_sets / sizeof packed_sets[0]; i++)
    VT_TRY(put_labels(bytes, vt_inputs_labels(inputs, packed_sets[i])));
  VT_TRY(put_ints(bytes, inputs->process_time, inputs->process_times));
  VT_TRY(put_ints(bytes, inputs->system_time, inputs->system_times));
  VT_TRY(put_ints(bytes, inputs->window_first, processes));
  VT_TRY(put_ints(bytes, inputs->window_last, processes));
  for (int p = 0; p < processes; p++) VT_TRY(put_text(bytes, inputs->process_name[p]));
  for (int id = 0; id < VT_TENSOR_COUNT; id++)
    VT_TRY(put_tensor(bytes, &inputs->tensor[id], vt_tensor_kinds[id].axes));
  VT_TRY(put_texts(bytes, vt_labels_count(inputs->category), inputs->category_unit));
  const int variants = inputs->variant ? vt_labels_count(inputs->variant) : 0;
  VT_TRY(inputs->variant ? put_labels(bytes, inputs->variant) : put_count(bytes, 0));
  for (int k = 0; k < variants; k++)
    VT_TRY(put_tensor(bytes, &inputs->variant_mapping[k], vt_tensor_kinds[VT_TENSOR_MAPPING].axes));
  const int numbers = vt_labels_count(inputs->elementary_flow) * VT_FORCING_NUMBERS;
  VT_TRY(put_count(bytes, inputs->forcing ? numbers : 0));
  if (inputs->forcing)
    VT_TRY(vt_text_add_bytes(bytes, inputs->forcing, (ptrdiff_t)sizeof(double) * numbers));
  return inputs->following.amounts > 0 || inputs->following.parameters > 0
             ? put_following(bytes, &inputs->following)
             : VT_OK;
}

// What is left to unpack.
typedef struct packed {
  const unsigned char *at;
  ptrdiff_t left;
} packed;

static vt_error take_bytes(packed *from, void *to, int64_t count, size_t item_bytes) {
  size_t bytes = 0;
  const bool fits = count >= 0 && !__builtin_mul_overflow((size_t)count, item_bytes, &bytes) &&
                    bytes <= (size_t)from->left;
  VT_CHECK(fits, VT_ERR_BUG, "packed inputs end too early");
  if (bytes > 0) memcpy(to, from->at, bytes);
  from->at += bytes;
  from->left -= (ptrdiff_t)bytes;
  return VT_OK;
}

// A count of items of at least `item_bytes` that are still to come: bounds what is allocated.
static vt_error take_count(packed *from, size_t item_bytes, int64_t *count) {
  VT_TRY(take_bytes(from, count, 1, sizeof *count));
  VT_CHECK(*count >= -1 && *count <= from->left / (ptrdiff_t)item_bytes, VT_ERR_BUG,
           "packed inputs hold a count of %lld, too many for their %td bytes", (long long)*count,
           from->left);
  return VT_OK;
}

// The text itself stays where it is; *length is -1 for none.
static vt_error take_text(packed *from, const char **text, int64_t *length) {
  VT_TRY(take_count(from, 1, length));
  *text = (const char *)from->at;
  if (*length < 0) return VT_OK;
  from->at += *length;
  from->left -= (ptrdiff_t)*length;
  return VT_OK;
}

static vt_error take_labels(packed *from, vt_labels *labels) {
  int64_t count = 0, length = 0;
  VT_TRY(take_count(from, sizeof length, &count));
  for (int64_t i = 0; i < count; i++) {
    const char *text = NULL;
    int index;
    bool fresh;
    VT_TRY(take_text(from, &text, &length));
    VT_CHECK(length > 0, VT_ERR_BUG, "packed inputs hold an empty label");
    VT_TRY(vt_labels_add(labels, text, (ptrdiff_t)length, &index, &fresh));
    VT_CHECK(fresh, VT_ERR_BUG, "packed inputs hold a label twice");
  }
  return VT_OK;
}

static vt_error take_ints(packed *from, vt_arena *arena, int **values, int *taken) {
  int64_t count = 0;
  VT_TRY(take_count(from, sizeof **values, &count));
  VT_CHECK(count >= 0 && count <= INT32_MAX, VT_ERR_BUG, "packed inputs hold %lld times",
           (long long)count);
  VT_ARENA_NEW(arena, *values, count);
  *taken = (int)count;
  return take_bytes(from, *values, count, sizeof **values);
}

static vt_error take_tensor(packed *from, vt_arena *arena, int axes, vt_tensor *tensor) {
  int64_t count = 0;
  VT_TRY(take_count(from, sizeof *tensor->value, &count));
  VT_CHECK(count >= 0, VT_ERR_BUG, "packed inputs hold a tensor of %lld entries", (long long)count);
  VT_ARENA_NEW(arena, tensor->index, count * axes);
  VT_ARENA_NEW(arena, tensor->value, count);
  tensor->count = (ptrdiff_t)count;
  VT_TRY(take_bytes(from, tensor->index, count * axes, sizeof *tensor->index));
  return take_bytes(from, tensor->value, count, sizeof *tensor->value);
}

static vt_error take_processes(packed *from, vt_inputs *inputs) {
  const int processes = vt_labels_count(inputs->process);
  int firsts, lasts;
  VT_TRY(take_ints(from, inputs->arena, &inputs->window_first, &firsts));
  VT_TRY(take_ints(from, inputs->arena, &inputs->window_last, &lasts));
  VT_CHECK(firsts == processes && lasts == processes, VT_ERR_BUG,
           "packed inputs hold %d processes and %d windows", processes, firsts);
  VT_ARENA_NEW(inputs->arena, inputs->process_name, processes);
  for (int p = 0; p < processes; p++) {
    const char *text = NULL;
    int64_t length = 0;
    VT_TRY(take_text(from, &text, &length));
    if (length < 0) continue;
    VT_TRY(vt_arena_text(inputs->arena, text, (ptrdiff_t)length, &inputs->process_name[p]));
  }
  return VT_OK;
}

static vt_error take_units(packed *from, vt_inputs *inputs) {
  int64_t count = 0, length = 0;
  VT_TRY(take_count(from, sizeof length, &count));
  VT_CHECK(count == 0 || count == vt_labels_count(inputs->category), VT_ERR_BUG,
           "packed inputs hold %lld units", (long long)count);
  if (count > 0) VT_ARENA_NEW(inputs->arena, inputs->category_unit, count);
  for (int64_t i = 0; i < count; i++) {
    const char *text = NULL;
    VT_TRY(take_text(from, &text, &length));
    if (length < 0) continue;
    VT_TRY(vt_arena_text(inputs->arena, text, (ptrdiff_t)length, &inputs->category_unit[i]));
  }
  return VT_OK;
}

static vt_error take_pathways(packed *from, vt_inputs *inputs) {
  VT_TRY(vt_labels_create(&inputs->variant));
  VT_TRY(take_labels(from, inputs->variant));
  const int pathways = vt_labels_count(inputs->variant);
  if (pathways == 0) {
    vt_labels_free(inputs->variant);
    inputs->variant = NULL;
    return VT_OK;
  }
  VT_ARENA_NEW(inputs->arena, inputs->variant_mapping, pathways);
  for (int k = 0; k < pathways; k++)
    VT_TRY(take_tensor(from, inputs->arena, vt_tensor_kinds[VT_TENSOR_MAPPING].axes,
                       &inputs->variant_mapping[k]));
  return VT_OK;
}

// The arena's copy, NULL for none.
static vt_error take_copy(packed *from, vt_arena *arena, const char **copy) {
  const char *text = NULL;
  int64_t length = 0;
  *copy = NULL;
  VT_TRY(take_text(from, &text, &length));
  return length < 0 ? VT_OK : vt_arena_text(arena, text, (ptrdiff_t)length, copy);
}

// A count of items of at least `item_bytes`, none of them missing.
static vt_error take_size(packed *from, size_t item_bytes, int64_t most, int64_t *size) {
  VT_TRY(take_count(from, item_bytes, size));
  VT_CHECK(*size >= 0 && *size <= most, VT_ERR_BUG, "packed inputs hold a list of %lld items",
           (long long)*size);
  return VT_OK;
}

static vt_error take_meaning(packed *from, vt_arena *arena, int parameters, vt_meaning *meaning) {
  int64_t names = 0;
  VT_TRY(take_copy(from, arena, &meaning->formula));
  VT_TRY(take_size(from, sizeof names, INT32_MAX, &names));
  VT_ARENA_NEW(arena, meaning->name, names);
  VT_ARENA_NEW(arena, meaning->parameter, names);
  meaning->names = (int)names;
  for (int i = 0; i < meaning->names; i++) VT_TRY(take_copy(from, arena, &meaning->name[i]));
  VT_TRY(take_bytes(from, meaning->parameter, names, sizeof *meaning->parameter));
  for (int i = 0; i < meaning->names; i++) {
    const bool sound =
        meaning->name[i] && meaning->parameter[i] >= 0 && meaning->parameter[i] < parameters;
    VT_CHECK(sound, VT_ERR_BUG, "packed inputs hold a formula of unknown parameters");
  }
  return VT_OK;
}

static vt_error take_term(packed *from, int amounts, vt_followed_term *term) {
  int64_t tensor = 0, amount = 0;
  double real[3];
  VT_TRY(take_bytes(from, &tensor, 1, sizeof tensor));
  VT_TRY(take_bytes(from, &amount, 1, sizeof amount));
  VT_TRY(take_bytes(from, term->index, 1, sizeof term->index));
  VT_TRY(take_bytes(from, real, 1, sizeof real));
  VT_CHECK(tensor >= 0 && tensor < VT_TENSOR_COUNT && amount >= -1 && amount < amounts, VT_ERR_BUG,
           "packed inputs hold a part of an unknown entry");
  term->tensor = (vt_tensor_id)tensor;
  term->amount = (int)amount;
  term->scale = real[0];
  term->stored = real[1];
  term->weight = real[2];
  return VT_OK;
}

// A place among `count`, or -1.
static vt_error take_place(packed *from, int count, int *place) {
  int64_t taken = -1;
  VT_TRY(take_bytes(from, &taken, 1, sizeof taken));
  VT_CHECK(taken >= -1 && taken < count, VT_ERR_BUG, "packed inputs hold place %lld of %d",
           (long long)taken, count);
  *place = (int)taken;
  return VT_OK;
}

static vt_error take_following(packed *from, vt_arena *arena, vt_following *following) {
  int64_t count = 0;
  VT_TRY(take_size(from, sizeof count, INT32_MAX, &count));
  VT_ARENA_NEW(arena, following->parameter, count);
  following->parameters = (int)count;
  for (int i = 0; i < following->parameters; i++) {
    vt_followed_parameter *p = &following->parameter[i];
    VT_TRY(take_copy(from, arena, &p->scope));
    VT_TRY(take_copy(from, arena, &p->name));
    VT_TRY(take_bytes(from, &p->value, 1, sizeof p->value));
    VT_TRY(take_meaning(from, arena, following->parameters, &p->meaning));
    VT_TRY(take_place(from, following->parameters, &p->drawn));
    VT_CHECK(p->scope && p->name, VT_ERR_BUG, "packed inputs hold a parameter without name");
  }
  VT_TRY(take_size(from, sizeof count, INT32_MAX, &count));
  VT_ARENA_NEW(arena, following->amount, count);
  following->amounts = (int)count;
  for (int i = 0; i < following->amounts; i++) {
    VT_TRY(take_copy(from, arena, &following->amount[i].exchange));
    VT_TRY(take_meaning(from, arena, following->parameters, &following->amount[i].meaning));
    VT_TRY(take_place(from, following->amounts, &following->amount[i].given));
  }
  VT_TRY(take_size(from, sizeof count, PTRDIFF_MAX, &count));
  VT_ARENA_NEW(arena, following->term, count);
  following->terms = (ptrdiff_t)count;
  for (ptrdiff_t i = 0; i < following->terms; i++)
    VT_TRY(take_term(from, following->amounts, &following->term[i]));
  return VT_OK;
}

static vt_error take_forcing(packed *from, vt_inputs *inputs) {
  const int64_t flows = vt_labels_count(inputs->elementary_flow);
  int64_t count = 0;
  VT_TRY(take_count(from, sizeof *inputs->forcing, &count));
  if (count == 0) return VT_OK;
  VT_CHECK(count == flows * VT_FORCING_NUMBERS, VT_ERR_BUG, "packed inputs hold %lld forcings",
           (long long)count);
  VT_ARENA_NEW(inputs->arena, inputs->forcing, count);
  return take_bytes(from, inputs->forcing, count, sizeof *inputs->forcing);
}

static vt_error take_everything(packed *from, vt_inputs *inputs) {
  const char *text = NULL;
  int64_t length = 0;
  VT_TRY(take_text(from, &text, &length));
  VT_CHECK(length >= 0, VT_ERR_BUG, "packed inputs hold no path");
  VT_TRY(vt_arena_text(inputs->arena, text, (ptrdiff_t)length, &inputs->path));
  VT_TRY(take_text(from, &text, &length));
  VT_CHECK(length >= 0 && length < (int64_t)sizeof inputs->sha256, VT_ERR_BUG,
           "packed inputs hold a hash of %lld digits", (long long)length);
  memcpy(inputs->sha256, text, (size_t)length);
  vt_labels *sets[] = {inputs->process,         inputs->product,    inputs->intermediate_flow,
                       inputs->elementary_flow, inputs->background, inputs->category};
  for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) VT_TRY(take_labels(from, sets[i]));
  VT_TRY(take_ints(from, inputs->arena, &inputs->process_time, &inputs->process_times));
  VT_TRY(take_ints(from, inputs->arena, &inputs->system_time, &inputs->system_times));
  VT_TRY(take_processes(from, inputs));
  for (int id = 0; id < VT_TENSOR_COUNT; id++)
    VT_TRY(take_tensor(from, inputs->arena, vt_tensor_kinds[id].axes, &inputs->tensor[id]));
  VT_TRY(take_units(from, inputs));
  VT_TRY(take_pathways(from, inputs));
  VT_TRY(take_forcing(from, inputs));
  if (from->left > 0) VT_TRY(take_following(from, inputs->arena, &inputs->following));
  VT_CHECK(from->left == 0, VT_ERR_BUG, "packed inputs go on for %td bytes too long", from->left);
  return VT_OK;
}

vt_error vt_inputs_unpack(const void *bytes, ptrdiff_t length, vt_inputs **inputs) {
  *inputs = NULL;
  packed from = {bytes, length};
  char found[sizeof magic];
  VT_TRY(take_bytes(&from, found, 1, sizeof found));
  VT_CHECK(memcmp(found, magic, sizeof magic) == 0, VT_ERR_BUG, "not packed inputs");
  vt_inputs *made = NULL;
  vt_error error = vt_inputs_create("", &made);
  if (error == VT_OK) error = take_everything(&from, made);
  if (error != VT_OK) {
    vt_inputs_free(made);
    VT_TRY(error);
  }
  *inputs = made;
  return VT_OK;
}
