// variation_keys.c - the streams of exchanges: SHA-256 of what an exchange is called, so that the
// same exchange has the same random numbers in every snapshot, project and run.
//
// Fields follow each other: a text is its length as 8 bytes and its UTF-8, a number an IEEE double,
// all little-endian. Exchanges of labelled sources: matrix; name, product and location of the
// product, or name, categories and unit of the elementary flow; name, product and location of the
// process; kind of the exchange; place among equal ones. Of loose datapackages: name of the
// package, matrix, ids of row and column in decimal (a double has not digits enough), place. Of
// methods: their label, code of the flow, place. Of parameters: "parameter", scope, name.
#include "variation.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const vt_uncertainty *vt_uncertainty_of(const vt_database_set *set, const vt_record_group *group,
                                        ptrdiff_t record) {
  if (group->uncertainty) return &group->uncertainty[record];
  if (!group->source || group->source[record] < 0) return NULL;
  return set->exchange[group->source[record]].uncertainty;
}

// Datapackages do not say: there what is turned is consumed, and what is not is made.
const char *vt_exchange_kind(const vt_database_set *set, const vt_system *system,
                             const vt_record_group *group, ptrdiff_t record) {
  static const char *const names[] = {[VT_EXCHANGE_PRODUCTION] = "production",
                                      [VT_EXCHANGE_SUBSTITUTION] = "substitution",
                                      [VT_EXCHANGE_TECHNOSPHERE] = "technosphere",
                                      [VT_EXCHANGE_BIOSPHERE] = "biosphere"};
  if (group->matrix == VT_MATRIX_BIOSPHERE) return names[VT_EXCHANGE_BIOSPHERE];
  if (group->source && group->source[record] >= 0)
    return names[set->exchange[group->source[record]].type];
  if (group->flip && group->flip[record]) return names[VT_EXCHANGE_TECHNOSPHERE];
  const int row = system->row_of[group->row[record]];
  const int column = system->column_of[group->column[record]];
  return names[system->reference[column] == row ? VT_EXCHANGE_PRODUCTION
                                                : VT_EXCHANGE_SUBSTITUTION];
}

// ---------------------------------------------------------------------------------------------
// Nodes that are called the same.

static const char *text_or_none(const char *text) {
  return text ? text : "";
}

static int compare_labels(const vt_node *x, const vt_node *y, bool flow) {
  const int name = strcmp(vt_node_name(x), vt_node_name(y));
  if (name != 0) return name;
  const int second = flow ? strcmp(text_or_none(x->categories), text_or_none(y->categories))
                          : strcmp(text_or_none(x->product), text_or_none(y->product));
  if (second != 0) return second;
  return flow ? strcmp(text_or_none(x->unit), text_or_none(y->unit))
              : strcmp(text_or_none(x->location), text_or_none(y->location));
}

typedef struct labelled {
  const vt_node *label;
  int node;
} labelled;

static int by_activity(const void *a, const void *b) {
  const labelled *x = a, *y = b;
  return compare_labels(x->label, y->label, false);
}

static int by_flow(const void *a, const void *b) {
  const labelled *x = a, *y = b;
  return compare_labels(x->label, y->label, true);
}

// Number the names of some nodes: equal ones get the same number.
static vt_error number_labels(const vt_database_set *set, int count, const int *node, bool flow,
                              int *number) {
  labelled *sorted;
  VT_NEW(sorted, count);
  for (int i = 0; i < count; i++) sorted[i] = (labelled){&set->node[node[i]], node[i]};
  qsort(sorted, (size_t)count, sizeof *sorted, flow ? by_flow : by_activity);
  int last = 0;
  for (int i = 0; i < count; i++) {
    if (i > 0 && compare_labels(sorted[i - 1].label, sorted[i].label, flow) != 0) last++;
    number[sorted[i].node] = last;
  }
  free(sorted);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Places among equal exchanges.

// What makes exchanges equal: whose they are, how their ends are called, their kind.
typedef struct identity {
  int owner, row, column;
  const char *kind;
  const vt_uncertainty *uncertain;
  double amount;
  ptrdiff_t term;
} identity;

static int compare_numbers(double x, double y) {
  if (isnan(x) || isnan(y)) return (isnan(x) != 0) - (isnan(y) != 0);
  return (x > y) - (x < y);
}

static int compare_ends(const identity *x, const identity *y) {
  if (x->owner != y->owner) return x->owner < y->owner ? -1 : 1;
  if (x->column != y->column) return x->column < y->column ? -1 : 1;
  if (x->row != y->row) return x->row < y->row ? -1 : 1;
  return strcmp(x->kind, y->kind);
}

static int compare_distributions(const identity *x, const identity *y) {
  static const vt_uncertainty none = {0,           false,       (double)NAN, (double)NAN,
                                      (double)NAN, (double)NAN, (double)NAN};
  const vt_uncertainty *a = x->uncertain ? x->uncertain : &none;
  const vt_uncertainty *b = y->uncertain ? y->uncertain : &none;
  if (a->type != b->type) return a->type < b->type ? -1 : 1;
  const double first[] = {x->amount, a->loc, a->scale, a->shape, a->minimum, a->maximum};
  const double second[] = {y->amount, b->loc, b->scale, b->shape, b->minimum, b->maximum};
  for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
    const int order = compare_numbers(first[i], second[i]);
    if (order != 0) return order;
  }
  return 0;
}

static int compare_identities(const void *a, const void *b) {
  const identity *x = a, *y = b;
  int order = compare_ends(x, y);
  if (order == 0) order = compare_distributions(x, y);
  return order != 0 ? order : (x->term > y->term) - (x->term < y->term);
}

static bool holds(const vt_package *package, const vt_record_group *group) {
  for (int g = 0; g < package->groups; g++)
    if (&package->group[g] == group) return true;
  return false;
}

// The loose datapackage that a group lies in, or NULL.
static const vt_package *loose_package_of(const vt_database_set *set,
                                          const vt_record_group *group) {
  for (int d = 0; d < set->databases; d++) {
    const vt_database *database = &set->database[d];
    if (database->kind != VT_DATABASE_PACKAGE || database->package < 0) continue;
    if (holds(&set->package[database->package], group)) return &set->package[database->package];
  }
  return NULL;
}

// Records of one group follow each other mostly.
static const vt_package *look_up(vt_keys *keys, const vt_record_group *group) {
  if (keys->last != group) keys->loose = loose_package_of(keys->set, group);
  keys->last = group;
  return keys->loose;
}

static void identify(vt_keys *keys, const int *row_label, const int *column_label, identity *all) {
  const vt_database_set *set = keys->set;
  for (ptrdiff_t t = 0; t < keys->count; t++) {
    const vt_record_group *group = keys->term[t].group;
    const ptrdiff_t k = keys->term[t].record;
    identity *x = &all[t];
    *x = (identity){.row = group->row[k],
                    .kind = "",
                    .uncertain = vt_uncertainty_of(set, group, k),
                    .amount = group->data[k * group->columns],
                    .term = t};
    if (keys->method >= 0) continue;
    const int column = (int)group->column[k];
    const vt_package *loose = look_up(keys, group);
    x->column = loose ? column : column_label[column];
    x->row = loose ? x->row : row_label[x->row];
    x->owner = loose ? -1 - (int)(loose - set->package) : set->node[column].database;
    x->kind = loose ? "" : vt_exchange_kind(set, keys->system, group, k);
  }
}

static vt_error find_places(vt_keys *keys, int *row_label, int *column_label) {
  const vt_system *system = keys->system;
  if (keys->method < 0 && keys->count > 0) {
    const bool flows = keys->term[0].group->matrix == VT_MATRIX_BIOSPHERE;
    VT_TRY(number_labels(keys->set, flows ? system->flows : system->products,
                         flows ? system->flow : system->product, flows, row_label));
    VT_TRY(number_labels(keys->set, system->processes, system->process, false, column_label));
  }
  identity *all;
  VT_NEW(all, keys->count);
  identify(keys, row_label, column_label, all);
  qsort(all, (size_t)keys->count, sizeof *all, compare_identities);
  for (ptrdiff_t i = 0; i < keys->count; i++) {
    const bool equal = i > 0 && compare_ends(&all[i - 1], &all[i]) == 0;
    keys->place[all[i].term] = equal ? keys->place[all[i - 1].term] + 1 : 0;
  }
  free(all);
  return VT_OK;
}

vt_error vt_keys_open(vt_keys *keys) {
  int *label;
  VT_NEW(keys->place, keys->count);
  VT_NEW(label, 2 * (ptrdiff_t)keys->set->nodes);
  const vt_error error = find_places(keys, label, label + keys->set->nodes);
  free(label);
  return error;
}

void vt_keys_close(vt_keys *keys) {
  free(keys->place);
  keys->place = NULL;
}

// ---------------------------------------------------------------------------------------------
// The hash.

static vt_error add_word(vt_text *bytes, uint64_t word) {
  unsigned char part[8];
  for (int i = 0; i < 8; i++) part[i] = (unsigned char)(word >> 8 * i);
  return vt_text_add_bytes(bytes, part, sizeof part);
}

static vt_error add_number(vt_text *bytes, double number) {
  uint64_t word;
  memcpy(&word, &number, sizeof word);
  return add_word(bytes, word);
}

static vt_error add_field(vt_text *bytes, const char *text) {
  const size_t length = text ? strlen(text) : 0;
  VT_TRY(add_word(bytes, length));
  return vt_text_add_bytes(bytes, text ? text : "", (ptrdiff_t)length);
}

static vt_error add_activity(vt_text *bytes, const vt_node *node) {
  VT_TRY(add_field(bytes, vt_node_name(node)));
  VT_TRY(add_field(bytes, node->product));
  return add_field(bytes, node->location);
}

static vt_error add_flow(vt_text *bytes, const vt_node *node) {
  VT_TRY(add_field(bytes, vt_node_name(node)));
  VT_TRY(add_field(bytes, node->categories));
  return add_field(bytes, node->unit);
}

static vt_error add_id(vt_text *bytes, int64_t id) {
  char text[32];
  (void)snprintf(text, sizeof text, "%" PRId64, id);
  return add_field(bytes, text);
}

static vt_error write_exchange(vt_keys *keys, const vt_cell_term *term, vt_text *bytes) {
  const vt_database_set *set = keys->set;
  const vt_record_group *group = term->group;
  const vt_node *row = &set->node[group->row[term->record]];
  const vt_node *column = &set->node[group->column[term->record]];
  const bool flow = group->matrix == VT_MATRIX_BIOSPHERE;
  const char *matrix = flow ? "biosphere" : "technosphere";
  const vt_package *loose = look_up(keys, group);
  if (loose) {
    VT_TRY(add_field(bytes, loose->name));
    VT_TRY(add_field(bytes, matrix));
    VT_TRY(add_id(bytes, row->id));
    return add_id(bytes, column->id);
  }
  VT_TRY(add_field(bytes, matrix));
  VT_TRY(flow ? add_flow(bytes, row) : add_activity(bytes, row));
  VT_TRY(add_activity(bytes, column));
  return add_field(bytes, vt_exchange_kind(set, keys->system, group, term->record));
}

static vt_error write_factor(const vt_keys *keys, const vt_cell_term *term, vt_text *bytes) {
  VT_TRY(add_field(bytes, keys->set->method[keys->method].label));
  return add_field(bytes, keys->set->node[term->group->row[term->record]].code);
}

static unsigned digit_of(char hex) {
  return (unsigned)(hex <= '9' ? hex - '0' : hex - 'a' + 10);
}

static uint64_t stream_of(const vt_text *bytes) {
  char hex[65];
  uint64_t stream = 0;
  vt_sha256(bytes->bytes, bytes->length, hex);
  for (int i = 7; i >= 0; i--)
    stream = stream << 8 | digit_of(hex[2 * i]) << 4 | digit_of(hex[2 * i + 1]);
  return stream;
}

vt_error vt_keys_stream(vt_keys *keys, ptrdiff_t t, vt_text *bytes, uint64_t *stream) {
  bytes->length = 0;
  VT_TRY(keys->method >= 0 ? write_factor(keys, &keys->term[t], bytes)
                           : write_exchange(keys, &keys->term[t], bytes));
  VT_TRY(add_number(bytes, keys->place[t]));
  *stream = stream_of(bytes);
  return VT_OK;
}

vt_error vt_lone_stream(int count, const char *const *field, uint64_t *stream) {
  vt_text bytes = {0};
  vt_error added = VT_OK;
  for (int i = 0; i < count && added == VT_OK; i++) added = add_field(&bytes, field[i]);
  if (added == VT_OK) *stream = stream_of(&bytes);
  vt_text_free(&bytes);
  return added;
}
